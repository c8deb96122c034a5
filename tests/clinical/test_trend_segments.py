"""Segments, their limits and marks, held against counts worked out by hand or by scipy."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from scipy import stats

from clinical.standardised import STRATA
from clinical.trend_segments import (
    Measure,
    Segment,
    Trend,
    TrendCounts,
    cumulative_sums,
    expected_counts,
    fell,
    forms_difference,
    gap_reference,
    periods_with_fewer_forms,
    segments,
    spread,
    trend,
)
from clinical.trend_unit import Periods, Unit, periods_between
from clinical.variation import Design, RuleSet, make_design

MONDAY = date(2026, 1, 5)
POINTS = Design(alpha=0.0027, run=0, limit=3.0, rules=RuleSet.POINTS, charts=1, years=1.0)
ALL_RULES = make_design(1, 1.0, RuleSet.ALL)


def weeks(count: int) -> Periods:
    return periods_between(Unit.WEEK, MONDAY, MONDAY + timedelta(days=7 * count - 1))


def counts(
    recorded: Any, affected: Any, infusions: Any = None, later: Any = None, later_with: Any = None
) -> TrendCounts:
    """Of one stratum, but ``later`` infusions and those of them with it, which are of another."""
    n, x = np.asarray(recorded, np.int64), np.asarray(affected, np.int64)
    other_n = np.zeros_like(n) if later is None else np.asarray(later, np.int64)
    other_x = np.zeros_like(n) if later_with is None else np.asarray(later_with, np.int64)
    recorded_by, affected_by = (np.zeros((len(n), STRATA), np.int64) for _ in range(2))
    recorded_by[:, 0], recorded_by[:, 1] = n - other_n, other_n
    affected_by[:, 0], affected_by[:, 1] = x - other_x, other_x
    every = n if infusions is None else np.asarray(infusions, np.int64)
    return TrendCounts(every, n, x, x, recorded_by, affected_by)


def parts_of(counted: TrendCounts, *rebases: date) -> list[Segment]:
    return segments(weeks(len(counted.recorded)), counted.recorded, rebases)


def drawn(
    counted: TrendCounts, measure: Measure = Measure.SHARE, design: Design = POINTS, **more: bool
) -> Trend:
    return trend(counted, parts_of(counted), measure, design, **more)


@pytest.mark.parametrize(
    ("recorded", "reference"),
    [
        ([9] * 60, 48),
        ([9] * 20, 12),
        ([9] * 5, 5),
        # Counted from the first week with a recorded infusion.
        ([0] * 5 + [9] * 15, 17),
    ],
)
def test_the_reference_is_all_but_the_last_12_and_at_least_the_first_12(recorded, reference):
    (part,) = segments(weeks(len(recorded)), np.array(recorded), ())
    assert (part.first, part.stop) == (0, len(recorded))
    assert part.reference.tolist() == [True] * reference + [False] * (len(recorded) - reference)


def test_a_rebase_begins_a_segment_with_the_week_of_its_day():
    friday_of_the_31st = MONDAY + timedelta(days=7 * 30 + 4)
    before, after = segments(weeks(60), np.full(60, 9), [friday_of_the_31st])
    assert (before.first, before.stop, after.first, after.stop) == (0, 30, 30, 60)
    assert before.reference.all()
    assert after.reference.tolist() == [True] * 18 + [False] * 12


def test_rebases_outside_the_periods_begin_none():
    outside = [MONDAY - timedelta(days=1), MONDAY + timedelta(days=3), date(2030, 1, 1)]
    assert len(segments(weeks(30), np.full(30, 9), outside)) == 1


def test_a_point_beyond_what_a_binomial_gives_is_marked():
    # Reference: 24 of 240. Of 20 with risk 0.1 7 or more have a probability of 0.0024, 8 of 0.0004.
    assert stats.binom.sf(6, 20, 0.1) > 0.00135 > stats.binom.sf(7, 20, 0.1)
    found = drawn(counts([20] * 14, [2] * 12 + [7, 8]))
    assert found.chart.upper.tolist() == pytest.approx([0.35] * 14)
    assert found.mark.tolist() == [0] * 13 + [1]
    assert not found.in_run.any()
    assert not found.in_sum.any()


def test_a_period_without_a_form_is_a_gap():
    found = drawn(counts([20] * 12 + [0, 20], [2] * 12 + [0, 2], infusions=[20] * 14))
    assert np.isnan([found.chart.values[12], found.chart.upper[12]]).all()
    assert found.mark[12] == 0


def test_nothing_recorded_in_the_reference_gives_no_limits_but_the_values():
    empty = counts([0] * 14, [0] * 14)
    for measure in Measure:
        assert np.isnan(drawn(empty, measure).chart.upper).all()
    part = Segment(0, 3, np.array([True, False, False]))
    late = trend(counts([0, 20, 20], [0, 2, 4]), [part], Measure.SHARE, POINTS)
    assert late.chart.values.tolist()[1:] == [0.1, 0.2]
    assert np.isnan(late.chart.upper).all()


def test_a_fall_with_fewer_forms_is_no_improvement():
    # 30 % of 100, then 10 %: far below. Forms: 100 of 100, then 100 of 200.
    usual = counts([100] * 13, [30] * 12 + [10])
    assert (drawn(usual).mark[12], drawn(usual).forms_fell[12]) == (-1, False)
    fewer = counts([100] * 13, [30] * 12 + [10], infusions=[100] * 12 + [200])
    found = drawn(fewer)
    assert (found.mark[12], found.forms_fell[12]) == (-1, True)
    assert periods_with_fewer_forms(fewer, parts_of(fewer)).tolist() == [False] * 12 + [True]
    # A rise stays one, however few forms there are.
    rise = counts([100] * 13, [30] * 12 + [60], infusions=[100] * 12 + [200])
    assert (drawn(rise).mark[12], drawn(rise).forms_fell[12]) == (1, False)


def test_forms_are_compared_by_newcombe():
    counted = counts([56, 48], [0, 0], infusions=[70, 80])
    part = Segment(0, 2, np.array([True, False]))
    found = forms_difference(counted, part, np.array([False, True]))
    # Newcombe 1998, table II, case (a): 56/70 - 48/80 is 0.0524 to 0.3339, here the other way.
    assert found.low == pytest.approx(-0.3339, abs=5e-5)
    assert found.high == pytest.approx(-0.0524, abs=5e-5)
    assert fell(found)


def test_a_fall_by_one_form_of_few_is_chance():
    counted = counts([20, 9], [2, 1], infusions=[20, 10])
    part = Segment(0, 2, np.array([True, False]))
    assert not fell(forms_difference(counted, part, np.array([False, True])))


def test_old_limits_go_on_as_a_ghost():
    counted = counts([20] * 30, [2] * 20 + [6] * 10)
    parts = parts_of(counted, MONDAY + timedelta(days=7 * 20))
    found = trend(counted, parts, Measure.SHARE, POINTS)
    assert found.chart.centre.tolist() == pytest.approx([0.1] * 20 + [0.3] * 10)
    assert np.isnan(found.ghost_centre[:20]).all()
    assert found.ghost_centre[20:].tolist() == pytest.approx([0.1] * 10)
    assert found.ghost_upper[20:].tolist() == pytest.approx([0.35] * 10)


def test_records_have_poisson_limits():
    # 24 records in 240 infusions: 2 a week. 7 or more have a probability of 0.0045, 8 of 0.0011.
    assert stats.poisson.sf(6, 2) > 0.00135 > stats.poisson.sf(7, 2)
    found = drawn(counts([20] * 14, [2] * 12 + [7, 8]), Measure.RECORDS)
    assert found.chart.upper.tolist() == pytest.approx([0.35] * 14)
    assert found.mark.tolist() == [0] * 13 + [1]


def test_a_week_of_new_starters_is_a_rise_of_the_share_but_not_when_adjusted():
    # New starters: half have it. Later ones: one in ten. Usually ten of each, then 100 starters.
    counted = counts(
        [20] * 12 + [100],
        [6] * 12 + [50],
        later=[10] * 12 + [0],
        later_with=[1] * 12 + [0],
    )
    assert drawn(counted).mark[12] == 1
    found = drawn(counted, Measure.ADJUSTED)
    # 50 expected, and the share of half an event in 240: 100 / 480.
    assert expected_counts(counted, parts_of(counted))[12] == pytest.approx(50 + 100 / 480)
    assert found.chart.values[12] == pytest.approx(50 / (50 + 100 / 480))
    assert found.chart.centre.tolist() == [1.0] * 13
    assert not found.mark.any()


def test_adjusted_limits_are_those_of_a_share_over_the_expected_share():
    found = drawn(counts([20] * 14, [2] * 12 + [7, 8]), Measure.ADJUSTED)
    # 2 and 20 / 480 expected.
    expected = 2 + 20 / 480
    risk = expected / 20
    highest = max(x for x in range(21) if stats.binom.sf(x - 1, 20, risk) >= 0.00135)
    assert found.chart.upper.tolist() == pytest.approx([highest / expected] * 14)
    assert found.chart.values[13] == pytest.approx(8 / expected)


def test_laney_widens_adjusted_limits_where_weeks_differ_more_than_chance_gives():
    wild = counts([100] * 26, [10, 40] * 13)
    tame = counts([100] * 26, [24, 26] * 13)
    assert (drawn(wild, Measure.ADJUSTED, laney=True).chart.sigma_z or 0) > 3
    assert drawn(tame, Measure.ADJUSTED, laney=True).chart.sigma_z == 1.0


def test_a_run_with_which_the_series_ends_is_marked():
    # Single points and runs, one chart, one mark a year: 7 weeks.
    design = make_design(1, 1.0, RuleSet.POINTS_AND_RUNS)
    assert design.run == 7
    found = drawn(counts([20] * 30, [1, 3] * 11 + [3] * 8), design=design)
    # The week before them has 3, too.
    assert found.in_run.tolist() == [False] * 21 + [True] * 9
    assert found.mark.tolist() == [0] * 21 + [1] * 9
    broken = drawn(counts([20] * 30, [1, 3] * 11 + [3] * 7 + [1]), design=design)
    assert not broken.in_run.any()


def test_weeks_that_a_sum_finds_together_are_marked():
    # 2 of 20, then 5 of 20 for six weeks; none of them is beyond its limits alone.
    counted = counts([20] * 30, [1, 3] * 11 + [3, 1] + [5] * 6)
    found = drawn(counted, design=ALL_RULES)
    assert found.chart.flag.tolist() == [0] * 30
    assert found.in_sum.tolist() == [False] * 24 + [True] * 6
    assert found.mark.tolist() == [0] * 24 + [1] * 6
    # Records are judged by points alone.
    assert not drawn(counted, Measure.RECORDS, ALL_RULES).mark.any()


def test_the_sum_by_hand():
    counted = counts([20] * 30, [2] * 28 + [5] * 2)
    found = cumulative_sums(counted, parts_of(counted), ALL_RULES)
    # 36 of 360 and half an event expected: 2.0278 a week. 18 of 30 weeks are known: 0.6.
    risk = (2 + 20 * 0.5 / 360) / 20
    added = 0.6 * (5 * np.log(2) - 20 * np.log(1 + risk))
    assert found.up[-2:].tolist() == pytest.approx([added, 2 * added])
    assert found.limit == ALL_RULES.limit


def test_sums_begin_anew_with_a_segment():
    counted = counts([20] * 40, [2] * 20 + [6] * 20)
    before = cumulative_sums(counted, parts_of(counted), ALL_RULES)
    after = cumulative_sums(counted, parts_of(counted, MONDAY + timedelta(days=140)), ALL_RULES)
    assert before.signal_up.any()
    assert not after.signal_up.any()


def test_the_spread_tells_chance_from_more():
    stable, wild = counts([100] * 40, [24, 26] * 20), counts([100] * 40, [10, 40] * 20)
    (part,) = parts_of(stable)
    # By hand: z steps of 2 / sqrt(100 * 0.25 * 0.75) over 1.128; here about 0.41.
    found = spread(stable, part)
    assert found.ratio == pytest.approx(2 / np.sqrt(18.75) / 1.128)
    assert not found.beyond_chance
    assert spread(wild, part).beyond_chance
    assert spread(counts([100] * 40, [0] * 40), part).ratio is None
    short = Segment(0, 11, np.ones(11, np.bool_))
    assert spread(wild, short).ratio is None


def test_the_variance_of_the_spread_is_that_of_cryer_and_ryan():
    series = np.random.default_rng(20260105).normal(size=(4000, 200))
    found = np.abs(np.diff(series)).mean(axis=1) / 1.128
    assert 200 * found.var() == pytest.approx(0.826, rel=0.07)


def test_gaps_are_judged_by_those_before():
    days = np.arange(0, 100, 10)
    gaps = np.array([np.nan, *[10.0] * 9])
    assert gap_reference(days, gaps, 0, 60).tolist() == [False] + [True] * 5 + [False] * 4
    # Fewer than four before: all of them.
    assert gap_reference(days, gaps, 0, 40).tolist() == [False] + [True] * 9
    assert gap_reference(days, gaps, 70, 200).tolist() == [False] * 10
