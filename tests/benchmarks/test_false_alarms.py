"""The simulation of the watch, and that the figures on the page's help are what it gives."""

from math import isfinite, sqrt

import numpy as np
import pytest
from typer.testing import CliRunner

from benchmarks import stable_clinics as clinic
from benchmarks.__main__ import app
from benchmarks.false_alarms import (
    CHARTS,
    PATIENCE,
    YEAR,
    Windows,
    delays,
    false_marks,
    marks,
    new_starters,
    nhs_rules,
    readings,
    reference,
    spreads,
    three_sigma,
)
from clinical.dispersion import dispersion
from clinical.false_alarms import (
    CHANGES_FOUND,
    MARKS_A_YEAR,
    NHS,
    THREE_SIGMA,
    WEEKS_OF_NEW_STARTERS,
    Clinic,
)
from clinical.run_rules import outside, shift, trend, two_of_three
from clinical.variation import Design, RuleSet, Variation, Watched, judge, make_design

DESIGN = make_design(CHARTS, 1.0, RuleSet.ALL)
WIDE = Design(alpha=0.02, run=6, limit=2.0, rules=RuleSet.ALL, charts=1, years=1.0)


def simulated(years: int = 1, seed: int = 2, weeks: int = clinic.WEEKS + YEAR) -> Windows:
    rng = np.random.default_rng(seed)
    recorded = clinic.infusions(rng, years, weeks)
    risk = clinic.risks()[:, np.newaxis, np.newaxis]
    return readings(recorded, clinic.side_effects(rng, recorded, risk))


def test_a_stable_clinic_has_the_shares_that_it_is_given():
    rng = np.random.default_rng(9)
    recorded = clinic.infusions(rng, 40, 200)
    observed = clinic.side_effects(rng, recorded, clinic.risks()[:, np.newaxis, np.newaxis])
    a_week = recorded.sum(axis=-1).mean()
    assert a_week == pytest.approx(20, abs=4 * sqrt(20 / 24_000))
    shares = observed.sum(axis=(0, 2, 3)) / recorded.sum(axis=(0, 1, 2))
    assert shares[clinic.DISSOCIATION] == pytest.approx([0.60, 0.35], abs=0.008)
    assert shares[5] == pytest.approx([0.12, 0.12], abs=0.006)


def test_patients_return_with_the_same_shares_and_as_many_infusions():
    rng = np.random.default_rng(9)
    risk = np.broadcast_to(clinic.risks()[:, np.newaxis], (len(clinic.SHARES), 60, 2))
    recorded, observed = clinic.patients(rng, 200, 60, risk)
    assert recorded.shape == (200, 60, 2)
    assert observed.shape == (len(clinic.SHARES), 200, 60, 2)
    # A twelfth are first ones. Weeks hang together, so the mean is less sure than a Poisson one.
    assert recorded.sum(axis=-1).mean() == pytest.approx(20, abs=0.7)
    assert recorded[..., 0].sum() / recorded.sum() == pytest.approx(1 / 12, abs=0.004)
    early, late = (recorded[:, weeks].sum(axis=-1).mean() for weeks in (slice(20), slice(40, 60)))
    assert early == pytest.approx(late, abs=0.8)
    shares = observed.sum(axis=(1, 2)) / recorded.sum(axis=(0, 1))
    assert shares[clinic.DISSOCIATION] == pytest.approx([0.60, 0.35], abs=0.02)
    assert shares[5] == pytest.approx([0.12, 0.12], abs=0.01)


def test_where_patients_return_counts_vary_more_than_chance_gives():
    rng = np.random.default_rng(9)
    risk = np.full((1, 40, 2), 0.35)
    recorded, observed = (counts.sum(axis=-1) for counts in clinic.patients(rng, 600, 40, risk))
    x, n = (counts.reshape(-1, 5, 8).sum(axis=-1) for counts in (observed[0], recorded))
    excess = ((x - n * 0.35) ** 2).sum() / (n * 0.35 * 0.65).sum()
    assert 1.15 < excess < 1.6


def test_the_dispersion_is_that_of_each_reading_of_the_page():
    windows = simulated(years=2, weeks=clinic.WEEKS + 3)
    found = spreads(windows)
    assert found.shape == (2, 4)
    page = [
        counts[1, :, :, 2].reshape(-1, clinic.WEEKS)
        for counts in (windows.observed, windows.recorded, windows.expected)
    ]
    basis = np.broadcast_to(reference(), page[0].shape)
    assert found[1, 2] == dispersion(page[0], page[1], page[2], basis)


def test_the_expected_counts_are_those_of_the_strata_in_the_reference():
    recorded = np.zeros((1, clinic.SITES, clinic.WEEKS, 2), dtype=np.int64)
    recorded[..., 0], recorded[..., 1] = 4, 10
    observed = np.zeros((1, 1, *recorded.shape[1:]), dtype=np.int64)
    observed[..., :40, 0], observed[..., :40, 1] = 2, 1  # half and a tenth in the reference
    recorded[..., -1, 0] = 8
    windows = readings(recorded, observed)
    assert windows.expected.shape == (1, 1, 1 + clinic.SITES, 1, clinic.WEEKS)
    assert windows.expected[0, 0, 1, 0, 0] == pytest.approx(3.0)
    assert windows.expected[0, 0, 1, 0, -1] == pytest.approx(5.0)
    assert windows.expected[0, 0, 0, 0, -1] == pytest.approx(15.0)
    assert windows.recorded[0, 0, 0, 0, -1] == 54
    crude = readings(recorded, observed, adjusted=False)
    assert crude.expected[0, 0, 1, 0, -1] == pytest.approx(18 * 3 / 14)


def test_the_marks_are_the_pages_judgements():
    windows = simulated(weeks=clinic.WEEKS + 3)
    ways = marks(windows, WIDE, np.ones((1, 4)))
    states = {1: Variation.CONCERN, -1: Variation.IMPROVEMENT}
    assert np.count_nonzero(ways) > 10
    for place in np.ndindex(ways.shape):
        chart = Watched(
            windows.observed[place], windows.recorded[place], windows.expected[place], reference()
        )
        found = judge(chart, WIDE).state
        way = int(ways[place])
        assert found == states[way] if way else found not in states.values()


def test_the_four_rules_are_those_of_the_run_rules():
    windows = simulated(weeks=clinic.WEEKS + 5)
    ways = nhs_rules(windows)
    for place in np.ndindex(ways.shape):
        points = windows.observed[place] / windows.recorded[place]
        basis = points[reference()]
        centre, sigma = basis.mean(), np.abs(np.diff(basis)).mean() / 1.128
        if sigma == 0:
            continue
        in_two_of_three = two_of_three(points[-3:], centre, sigma)
        lower, upper = centre - 3 * sigma, centre + 3 * sigma
        flagged = (
            outside(points, lower, upper)[-1]
            or shift(points[-7:], centre)[-1]
            or trend(points[-7:])[-1]
            or in_two_of_three[-1]
        )
        assert bool(ways[place]) == bool(flagged)
    assert np.count_nonzero(ways) > 30


def test_a_p_chart_at_three_sigma_by_hand():
    # 4 of 20 in the reference; sigma of 16 is 0.1, so the limit is 0.5: 8 of 16 lie on it, 9 not.
    observed = np.full((1, 1, 1, 2, clinic.WEEKS), 4)
    recorded = np.full(observed.shape, 20)
    observed[..., -1] = [8, 9]
    recorded[..., -1] = 16
    windows = Windows(observed, recorded, recorded * 0.2)
    assert three_sigma(windows)[0, 0, 0].tolist() == [0, 1]


@pytest.mark.parametrize("kind", list(Clinic))
def test_a_stable_clinic_is_marked_as_seldom_as_the_help_says(kind: Clinic):
    years = 24
    promised = {one.rules: one for one in MARKS_A_YEAR if one.clinic is kind}
    for found in false_marks(years, seed=5, clinics=kind):
        usual = promised[found.rules].a_year
        # Marks come in small clusters (a site's and that of all sites), so a little over Poisson.
        assert found.clinic is kind
        assert found.a_year == pytest.approx(usual, abs=4 * sqrt(1.5 * usual / years))


@pytest.mark.parametrize("kind", list(Clinic))
def test_the_page_keeps_its_budget(kind: Clinic):
    ours = {one.rules: one for one in MARKS_A_YEAR if one.clinic is kind}
    for rules in RuleSet:
        assert ours[rules.label].a_year <= 1.0
        assert ours[rules.label].a_year > 0.2
    assert ours[THREE_SIGMA].a_year > 20
    assert ours[NHS].a_year > 50


@pytest.mark.parametrize("kind", list(Clinic))
def test_a_change_is_marked_as_soon_as_the_help_says(kind: Clinic):
    clinics = 250
    promised = {
        (one.rules, one.before, one.after): one for one in CHANGES_FOUND if one.clinic is kind
    }
    found = delays(clinics, seed=6, kind=kind)
    assert {(one.rules, one.before, one.after) for one in found} == set(promised)
    for one in found:
        assert one.clinic is kind
        usual = promised[one.rules, one.before, one.after]
        for share, expected in (
            (one.within_6, usual.within_6),
            (one.within_12, usual.within_12),
        ):
            error = sqrt(max(expected * (1 - expected), 0.01) / clinics)
            assert share == pytest.approx(expected, abs=4 * error)
        if isfinite(usual.median) and usual.median < PATIENCE / 2:
            assert one.median == pytest.approx(usual.median, abs=2)


def test_a_great_rise_at_one_site_is_found_in_about_five_weeks_in_either_clinic():
    for one in CHANGES_FOUND:
        if (one.rules, one.after) == (RuleSet.ALL.label, 30.0):
            assert one.median in {5.0, 6.0}


def test_new_starters_raise_no_mark_thanks_to_the_adjustment():
    clinics = 300
    promised = {one.weeks: one for one in WEEKS_OF_NEW_STARTERS}
    for one in new_starters(clinics, seed=7):
        usual = promised[one.weeks]
        assert one.adjusted == pytest.approx(usual.adjusted, abs=0.02)
        error = sqrt(max(usual.crude * (1 - usual.crude), 0.01) / clinics)
        assert one.crude == pytest.approx(usual.crude, abs=4 * error)
    assert promised[8].adjusted < 0.02
    assert promised[8].crude > 0.25


def test_the_command_prints_marks_delays_and_weeks_of_new_starters():
    result = CliRunner().invoke(app, ["false-alarms", "--years", "2"])
    assert result.exit_code == 0
    for words in ("marks a year", "Single points, runs and sums", "12 to 30", "not adjusted"):
        assert words in result.stdout
