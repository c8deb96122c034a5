"""The watch over side effects: each rule by hand, the calibration, the state."""

from dataclasses import replace
from math import log

import numpy as np
import pytest
from scipy.stats import binom

from clinical.cusum import BEYOND_BOUND
from clinical.exact import binomial_limits
from clinical.run_rules import shift
from clinical.variation import (
    POINT,
    RUN,
    SUM,
    Design,
    Judgement,
    RuleSet,
    Signal,
    Variation,
    Watched,
    calibrated,
    directions,
    find_marks,
    judge,
    judge_all,
    lasting_shift,
    make_design,
    sums_of,
)

WEEKS, JUDGED = 52, 12
DESIGN = Design(alpha=0.002, run=9, limit=4.0, rules=RuleSet.ALL, charts=1, years=1.0)
POINTS = replace(DESIGN, rules=RuleSet.POINTS)
POINTS_AND_RUNS = replace(DESIGN, rules=RuleSet.POINTS_AND_RUNS)


def watched(observed, recorded=20, expected_share=0.2, judged=JUDGED) -> Watched:
    x = np.array(observed)
    n = np.broadcast_to(np.array(recorded), x.shape).copy()
    return Watched(x, n, n * expected_share, np.arange(len(x)) < len(x) - judged)


def usual(*last, level=4, weeks=WEEKS) -> list[int]:
    """Twenty a week of which as many as expected, a little up and down; then ``last``."""
    wave = [level - 1, level + 1] * weeks
    return [*wave[: weeks - len(last)], *last]


def rules_of(found: Judgement) -> list[str]:
    return [signal.rule for signal in found.signals]


# --- The design


def test_single_points_have_the_whole_budget():
    design = make_design(charts=10, years=2.0, rules=0)
    assert design.alpha == pytest.approx(1 / (2 * 52 * 10))
    assert not design.rules.runs
    assert not design.rules.sums


def test_points_and_runs_share_it_and_a_run_is_as_rare():
    # A run of k begins with probability 2**-k each week and side by side: 2**-10 < 1 / 1040.
    design = make_design(charts=5, years=2.0, rules=1)
    assert design.alpha == pytest.approx(1 / 1040)
    assert design.run == 11
    assert not design.rules.sums


def test_with_sums_these_have_most_of_it():
    design = make_design(charts=56, years=1.0, rules=2)
    assert design.alpha == pytest.approx(0.25 / 2912)
    assert design.run == 16  # 2**-16 < 0.05 / 2912 < 2**-15
    assert design.limit == pytest.approx(log(2 * 2912 / 0.7 / BEYOND_BOUND))


@pytest.mark.parametrize("rules", list(RuleSet))
def test_more_charts_and_more_years_make_every_limit_wider(rules: RuleSet):
    few, many, longer = (
        make_design(charts, years, rules) for charts, years in ((10, 1.0), (40, 1.0), (10, 4.0))
    )
    for wider in (many, longer):
        assert wider.alpha < few.alpha
        assert wider.run >= few.run
        assert wider.limit > few.limit
    assert many.alpha == longer.alpha


def test_months_have_fewer_points_to_go_wrong():
    assert make_design(10, 1.0, 0, periods_a_year=12).alpha == pytest.approx(1 / 120)


def test_how_much_counts_vary_is_part_of_it_and_nothing_unless_said():
    assert make_design(10, 1.0, 2).dispersion == 1.0
    assert make_design(10, 1.0, 2, dispersion=1.3) == replace(
        make_design(10, 1.0, 2), dispersion=1.3
    )


def test_an_unknown_rule_set_is_refused():
    with pytest.raises(ValueError):
        make_design(10, 1.0, 7)


# --- Calibration


def test_the_expected_counts_are_scaled_to_the_reference():
    # 40 reference weeks: 160 seen where 240 were expected; half an event is added to each.
    found = judge(watched(usual(), expected_share=0.3), DESIGN)
    assert found.calibration == pytest.approx(160.5 / 240.5)
    # 12 judged weeks with 4 of 20 on average. Expected are 72, and the half event spread over 800
    # infusions gives 240 of them 0.15, both scaled.
    assert found.ratio == pytest.approx(48 / (72.15 * 160.5 / 240.5))
    assert found.periods == 12


def test_a_level_that_is_the_sites_own_is_no_signal():
    assert judge(watched(usual(), expected_share=0.4), DESIGN).state == Variation.COMMON


def test_the_interval_is_that_of_the_share_over_the_expected_share():
    found = judge(watched(usual()), DESIGN)
    assert found.ratio is not None
    assert found.ratio == pytest.approx(1.0, abs=0.02)
    # Wilson for 48 of 240: 0.1544 to 0.2551.
    assert found.low == pytest.approx(0.1544 / 0.2 * found.ratio, rel=1e-3)
    assert found.high == pytest.approx(0.2551 / 0.2 * found.ratio, rel=1e-3)


def test_what_was_never_seen_before_is_not_impossible():
    # 800 infusions without it: half an event is expected of them, 0.0125 of a week.
    found = judge(watched([0] * 51 + [1], expected_share=0.0), POINTS)
    assert found.calibration == 1.0
    assert found.signals == ()
    loud = judge(watched([0] * 51 + [3], expected_share=0.0), POINTS)
    assert loud.state == Variation.CONCERN
    assert loud.ratio == pytest.approx(3 / 0.15)


# --- Points


@pytest.mark.parametrize("count", range(21))
def test_a_point_is_flagged_by_its_exact_tails(count: int):
    chart = watched(usual(count), recorded=20)
    risk = 160.5 / 800
    high = binom.sf(count - 1, 20, risk) < 0.001
    low = binom.cdf(count, 20, risk) < 0.001
    assert judge(chart, POINTS).state == (
        Variation.CONCERN if high else Variation.IMPROVEMENT if low else Variation.COMMON
    )
    lowest, highest = binomial_limits(20, risk, 0.002)
    assert bool(high) == (count > highest)
    assert bool(low) == (count < lowest)


def test_a_point_counts_for_four_weeks():
    found = judge(watched(usual(12, 4, 4, 4)), POINTS)
    assert found.signals == (Signal(POINT, 1, 48, 48),)
    assert judge(watched(usual(12, 4, 4, 4, 4)), POINTS).signals == ()


def test_a_week_without_infusions_is_never_flagged():
    recorded = [20] * 51 + [0]
    found = judge(watched([*usual(weeks=51), 0], recorded), DESIGN)
    assert found.state == Variation.COMMON
    assert found.periods == 11


def test_of_a_high_and_a_low_point_the_later_decides_and_the_rise_first():
    # 12 of 60 are to be expected in the last week: none at all is as improbable as 14 of 20.
    fall = watched(usual(14, 0), recorded=[20] * 51 + [60])
    assert [signal.direction for signal in judge(fall, POINTS).signals] == [1, -1]
    assert judge(fall, POINTS).state == Variation.IMPROVEMENT
    rise = watched(usual(0, 14), recorded=[20] * 50 + [60, 20])
    assert judge(rise, POINTS).state == Variation.CONCERN


# --- Runs


def test_a_run_up_to_the_last_week_is_a_shift():
    found = judge(watched(usual(3, *[5] * 9)), POINTS_AND_RUNS)
    assert found.signals == (Signal(RUN, 1, 43, 51),)
    assert found.state == Variation.CONCERN


def test_a_run_that_has_ended_is_none_and_a_shorter_one_neither():
    assert judge(watched(usual(3, *[5] * 9, 3)), POINTS_AND_RUNS).signals == ()
    assert judge(watched(usual(3, *[5] * 8)), POINTS_AND_RUNS).signals == ()


def test_weeks_without_infusions_are_left_out_of_a_run():
    counts = usual(3, *[5] * 5, 0, *[5] * 4)
    recorded = [20] * WEEKS
    recorded[-5] = 0
    found = judge(watched(counts, recorded), POINTS_AND_RUNS)
    assert found.signals == (Signal(RUN, 1, 42, 51),)


def test_low_runs_of_a_rare_side_effect_are_what_is_to_be_expected():
    # Once in ten weeks: a week without it has probability 0.9, so it takes 60 of them to be as
    # improbable (0.9**60 < 2**-9) as nine weeks on one side of a common one.
    rare = [1 if week % 10 == 0 else 0 for week in range(40)]
    assert judge(watched(rare + [0] * 20, 20, 0.005, judged=20), POINTS_AND_RUNS).signals == ()
    long = judge(watched(rare + [0] * 80, 20, 0.005, judged=80), POINTS_AND_RUNS)
    assert [(signal.rule, signal.direction) for signal in long.signals] == [(RUN, -1)]


def test_the_closing_run_is_the_one_that_the_run_rule_finds():
    rng = np.random.default_rng(12)
    recorded = rng.poisson(3, (300, 40))
    observed = rng.binomial(recorded, 0.5)
    reference = np.broadcast_to(np.arange(40) < 28, observed.shape)
    design = replace(DESIGN, run=6)
    marks = find_marks(observed, recorded, recorded * 0.5, reference, design)
    seen = 0
    for number in range(300):
        counts = np.where(recorded[number] > 0, observed[number].astype(float), np.nan)
        level = observed[number, :28].sum() / recorded[number, :28].sum()
        in_run = shift(counts, recorded[number] * level, 6)
        if marks.run[number]:
            seen += 1
            assert in_run[marks.latest[number]]
            assert in_run[marks.run_first[number]]
            assert not in_run[: marks.run_first[number]][-1:].any()
    assert seen > 3


# --- Sums


def test_small_excesses_add_up_to_a_signal_that_no_point_is():
    found = judge(watched(usual(*[7] * 5)), DESIGN)
    assert found.state == Variation.CONCERN
    assert SUM in rules_of(found)
    assert POINT not in rules_of(found)
    assert judge(watched(usual(*[7] * 5)), POINTS).state == Variation.COMMON


def test_where_counts_vary_more_the_evidence_of_the_sums_counts_less():
    chart = watched(usual(*[7] * 5))
    doubled = replace(DESIGN, dispersion=2.0, rules=RuleSet.ALL)
    once, half = (sums_of(chart, replace(one, limit=99.0)) for one in (DESIGN, doubled))
    assert half.up == pytest.approx(once.up / 2)
    assert half.down == pytest.approx(once.down / 2)
    assert judge(chart, DESIGN).state == Variation.CONCERN
    assert judge(chart, doubled).state == Variation.COMMON


def test_points_and_runs_are_not_concerned():
    chart = watched(usual(3, *[5] * 8, 14))
    found = judge(chart, POINTS_AND_RUNS)
    assert {POINT, RUN} == set(rules_of(found))
    assert judge(chart, replace(POINTS_AND_RUNS, dispersion=5.0)).signals == found.signals


def test_charts_of_several_pages_have_each_their_own():
    chart = watched(usual(*[7] * 5))
    x, n, e, basis = (
        np.stack([values, values])
        for values in (chart.observed, chart.recorded, chart.expected, chart.reference)
    )
    assert directions(find_marks(x, n, e, basis, DESIGN, [1.0, 2.0])).tolist() == [1, 0]


def test_the_sum_says_from_when_the_change_is():
    found = judge(watched(usual(3, 2, *[8] * 6)), DESIGN)
    (signal,) = [signal for signal in found.signals if signal.rule == SUM]
    assert (signal.direction, signal.first, signal.last) == (1, 46, 51)


def test_the_mark_stays_while_the_rise_lasts_and_goes_after_it():
    rise = usual(*[8] * 10)
    states = [
        judge(watched([*usual(weeks=42), *rise[42 : 42 + more]]), DESIGN).state
        for more in range(1, 11)
    ]
    first = states.index(Variation.CONCERN)
    assert first in {2, 3, 4}
    assert set(states[first:]) == {Variation.CONCERN}
    assert judge(watched([*usual(weeks=44), *[8] * 4, *[3] * 6]), DESIGN).state == Variation.COMMON


def test_a_fall_is_an_improvement():
    found = judge(watched(usual(*[1] * 6)), DESIGN)
    assert found.state == Variation.IMPROVEMENT
    assert {signal.direction for signal in found.signals} == {-1}


# --- The state


def test_too_short_a_reference_is_too_little_whatever_was_seen():
    short = watched(usual(20, weeks=23))
    found = judge(short, DESIGN)
    assert found.state == Variation.TOO_LITTLE
    assert found.signals == ()
    assert judge(watched(usual(20, weeks=24)), DESIGN).state == Variation.CONCERN


def test_empty_weeks_are_no_reference():
    recorded = [0] * 29 + [20] * 23
    observed = [0] * 29 + usual(weeks=23)
    assert judge(watched(observed, recorded), DESIGN).state == Variation.TOO_LITTLE


def test_a_rare_side_effect_has_too_little_unless_there_is_a_signal():
    rare = [1 if week % 10 == 0 else 0 for week in range(WEEKS)]
    found = judge(watched(rare, expected_share=0.005), make_design(56, 1.0, 2))
    assert found.state == Variation.TOO_LITTLE
    assert found.weeks_to_doubling is not None
    assert found.weeks_to_doubling > 50
    loud = judge(watched([*rare[:-1], 5], expected_share=0.005), make_design(56, 1.0, 2))
    assert loud.state == Variation.CONCERN


def test_weeks_to_a_doubling_by_hand():
    # With points only: the risk of 160.5 in 800, doubled, is over the limit in a share of weeks.
    risk = 160.5 / 800
    highest = int(binomial_limits(20, risk, 0.002)[1])
    points = 1 / binom.sf(highest, 20, 2 * risk)
    found = judge(watched(usual()), POINTS).weeks_to_doubling
    assert found == pytest.approx(points)
    # With sums: 20 * (2p ln 2 - ln(1 + p)) a week, of which 40 / 52 counts; the faster one is told.
    growth = 20 * (2 * risk * log(2) - log(1 + risk)) * 40 / 52
    found = judge(watched(usual()), DESIGN).weeks_to_doubling
    assert found == pytest.approx(min(4.0 / growth, points), rel=1e-6)
    # Where counts vary more, a sum takes so much longer.
    varied = replace(DESIGN, alpha=1e-9, dispersion=1.5)
    found = judge(watched(usual()), varied).weeks_to_doubling
    assert found == pytest.approx(1.5 * 4.0 / growth, rel=1e-6)


def test_no_infusions_at_all_is_too_little_and_has_no_ratio():
    found = judge(watched([0] * WEEKS, recorded=0, expected_share=0.0), DESIGN)
    assert found.state == Variation.TOO_LITTLE
    assert (found.ratio, found.low, found.high, found.weeks_to_doubling) == (None,) * 4
    assert found.periods == 0


def test_a_constant_series_is_common():
    assert judge(watched([4] * WEEKS), DESIGN).state == Variation.COMMON
    assert judge(watched([20] * WEEKS, expected_share=1.0), DESIGN).signals == ()


def test_nothing_to_judge_is_nothing_judged():
    assert judge_all([], DESIGN) == []


def test_a_chart_of_two_weeks_is_too_little():
    assert judge(watched([3, 4]), DESIGN).state == Variation.TOO_LITTLE


def test_many_charts_are_judged_as_each_alone():
    rng = np.random.default_rng(4)
    charts = []
    for share, factor in zip(np.linspace(0.002, 0.45, 40), [0.2, 1.0, 2.0, 1.0] * 10, strict=True):
        recorded = rng.poisson(20, WEEKS)
        risk = np.where(np.arange(WEEKS) < 45, share, factor * share)
        charts.append(watched(rng.binomial(recorded, risk), recorded, float(share)))
    together = judge_all(charts, DESIGN)
    assert together == [judge(chart, DESIGN) for chart in charts]
    assert len({found.state for found in together}) == 4


def test_the_signals_and_the_direction_agree():
    rng = np.random.default_rng(6)
    recorded = rng.poisson(20, (200, WEEKS))
    observed = rng.binomial(recorded, np.where(np.arange(WEEKS) < 46, 0.2, 0.33))
    reference = np.broadcast_to(np.arange(WEEKS) < 40, observed.shape)
    ways = directions(find_marks(observed, recorded, recorded * 0.2, reference, DESIGN))
    for number in range(200):
        chart = Watched(observed[number], recorded[number], recorded[number] * 0.2, reference[0])
        signals = judge(chart, DESIGN).signals
        assert bool(signals) == bool(ways[number])
        if signals:
            latest = max(signal.last for signal in signals)
            assert ways[number] in {one.direction for one in signals if one.last == latest}


# --- A lasting shift


def test_a_shift_lasts_when_eight_weeks_have_followed():
    assert lasting_shift(watched(usual(3, 2, *[8] * 9)), DESIGN) == 43
    assert lasting_shift(watched(usual(3, 2, *[8] * 8)), DESIGN) is None


def test_a_fall_can_last_too():
    assert lasting_shift(watched(usual(5, 6, *[1] * 10)), DESIGN) == 42


def test_a_rise_that_is_over_does_not_last():
    assert lasting_shift(watched(usual(*[8] * 6, *[2] * 6)), DESIGN) is None


def test_no_shift_no_proposal():
    assert lasting_shift(watched(usual()), DESIGN) is None


def test_a_lasting_shift_is_looked_for_whichever_rules_are_on():
    design = make_design(1, 1.0, 0)
    assert lasting_shift(watched(usual(3, 2, *[9] * 10)), design) == 42


def test_too_short_a_reference_shows_no_lasting_shift():
    assert lasting_shift(watched(usual(3, 2, *[9] * 10, weeks=23)), DESIGN) is None
    assert lasting_shift(watched(usual(3, 2, *[9] * 10, weeks=24)), DESIGN) == 14


# --- What a chart draws


def test_the_expected_counts_of_a_chart_are_the_calibrated_ones():
    # Half an event is spread over the 800 infusions of the reference: 0.0125 of a week.
    found = calibrated(watched(usual(), expected_share=0.3))
    assert found.tolist() == pytest.approx([(6 + 0.0125) * 160.5 / 240.5] * WEEKS)
    assert found[:40].sum() == pytest.approx(160.5)


def test_the_sums_of_a_chart_are_those_that_are_judged():
    chart = watched(usual(3, 2, *[8] * 6))
    sums = sums_of(chart, DESIGN)
    assert sums.limit == 4.0
    assert sums.signal_up.tolist()[-4:] == [True] * 4
    assert judge(chart, DESIGN).signals[-1] == Signal(SUM, 1, 46, 51)
    assert sums.up[45] == 0.0
