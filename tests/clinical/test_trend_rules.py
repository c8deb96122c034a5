"""The trend by other tools' rules, held against points and limits worked out by hand."""

from datetime import date, timedelta

import numpy as np
import pytest

from clinical.run_rules import NhsRule
from clinical.trend_rules import Rules, runs_about_median, trend_by
from clinical.trend_segments import Measure, Trend, TrendCounts, trend
from tests.clinical.test_trend_segments import ALL_RULES, MONDAY, counts, parts_of

NAN = float("nan")
REBASE = MONDAY + timedelta(days=7 * 20)


def drawn(
    counted: TrendCounts,
    rules: Rules = Rules.NHS,
    measure: Measure = Measure.SHARE,
    laney: bool = False,
    rebases: tuple[date, ...] = (),
) -> Trend:
    return trend_by(rules, counted, parts_of(counted, *rebases), measure, ALL_RULES, laney)


def test_by_the_budget_of_the_page_nothing_is_other():
    counted = counts([20] * 30, [1, 3] * 11 + [3, 1] + [5] * 6)
    found = drawn(counted, Rules.BUDGET)
    usual = trend(counted, parts_of(counted), Measure.SHARE, ALL_RULES)
    assert found.mark.tolist() == usual.mark.tolist() == [0] * 24 + [1] * 6
    assert not found.rule.any()
    assert found.runs is None


def test_limits_of_a_share_lie_at_three_sigma():
    # A tenth of 100: sigma 0.03. Of 25 a sigma of 0.06, so that the lower limit is cut off at 0.
    found = drawn(counts([100] * 13 + [25], [10] * 12 + [20, 2]))
    assert found.chart.centre.tolist() == pytest.approx([0.1] * 14)
    assert found.chart.lower.tolist() == pytest.approx([0.01] * 13 + [0.0])
    assert found.chart.upper.tolist() == pytest.approx([0.19] * 13 + [0.28])
    assert found.mark.tolist() == [0] * 12 + [1, 0]
    assert found.rule.tolist() == [0] * 12 + [NhsRule.OUTSIDE, 0]


def test_limits_do_not_leave_what_is_possible():
    # Nine of ten have it: sigma of 10 is 0.095, so three are beyond 1; of records they may be.
    high = counts([10] * 14, [9] * 14)
    assert drawn(high).chart.upper.tolist() == [1.0] * 14
    found = drawn(high, measure=Measure.RECORDS)
    assert found.chart.upper.tolist() == pytest.approx([0.9 + 3 * np.sqrt(0.09)] * 14)


def test_limits_of_an_adjusted_trend_lie_about_1():
    found = drawn(counts([100] * 14, [10] * 14), measure=Measure.ADJUSTED)
    # 120 of 1200 and half an event: risk 0.1 + 0.5 / 1200.
    risk = 0.1 + 0.5 / 1200
    sigma = np.sqrt(risk * (1 - risk) / 100) / risk
    assert found.chart.upper.tolist() == pytest.approx([1 + 3 * sigma] * 14)
    assert found.chart.lower.tolist() == pytest.approx([1 - 3 * sigma] * 14)


def test_laneys_limits_lie_at_three_sigma_too():
    counted = counts([100] * 26, [15, 35] * 13)
    # Moving ranges of 0.2 in sigmas of 0.0433, over 1.128; a share of a quarter.
    sigma = np.sqrt(0.25 * 0.75 / 100)
    sigma_z = 0.2 / sigma / 1.128
    found = drawn(counted, laney=True).chart
    assert found.sigma_z == pytest.approx(sigma_z)
    assert found.upper.tolist() == pytest.approx([0.25 + 3 * sigma * sigma_z] * 26)


def test_seven_weeks_on_one_side_are_a_shift():
    found = drawn(counts([20] * 26, [1, 3] * 9 + [1] + [3, 4, 3, 4, 3, 4, 3]))
    assert found.rule.tolist() == [0] * 19 + [NhsRule.SHIFT] * 7
    assert found.mark.tolist() == [0] * 19 + [1] * 7
    assert not found.in_run.any()
    assert not found.in_sum.any()


def test_a_week_without_a_form_is_left_out_and_stays_a_gap():
    found = drawn(
        counts(
            [20] * 19 + [20, 20, 0, 20, 20, 20, 20, 20], [1, 3] * 9 + [1] + [4] * 2 + [0] + [4] * 5
        )
    )
    assert found.rule.tolist() == [0] * 19 + [4, 4, 0, 4, 4, 4, 4, 4]
    assert np.isnan(found.chart.values[21])


def test_patterns_do_not_cross_the_day_of_a_rebase():
    # Four high weeks before it and three after it, then as before: no seven in one segment.
    counted = counts([20] * 40, [1, 3] * 8 + [4] * 4 + [4] * 3 + [1, 3] * 8 + [3])
    assert (drawn(counted).rule[16:23] == NhsRule.SHIFT).all()
    found = drawn(counted, rebases=(REBASE,))
    assert not (found.rule[16:23] == NhsRule.SHIFT).any()
    # The old limits are three sigma about the old level: 48 of 400.
    old = 48 / 400
    assert found.ghost_centre[20:].tolist() == pytest.approx([old] * 20)
    assert found.ghost_upper[20:].tolist() == pytest.approx(
        [old + 3 * np.sqrt(old * (1 - old) / 20)] * 20
    )


def test_a_shift_below_with_fewer_forms_is_judged_together():
    # 30 of 100, then 20 of 100 for seven weeks; 6 of 100 forms fewer are chance in a single week.
    high = [28, 32] * 10
    usual = counts([100] * 27, high + [20] * 7)
    assert drawn(usual).mark.tolist() == [0] * 20 + [-1] * 7
    assert not drawn(usual).forms_fell.any()
    fewer = counts([100] * 27, high + [20] * 7, infusions=[104] * 20 + [110] * 7)
    assert drawn(fewer).forms_fell.tolist() == [False] * 20 + [True] * 7
    alone = counts([100] * 27, high + [20] + [28, 32] * 3, infusions=[104] * 20 + [110] * 7)
    assert not drawn(alone).forms_fell.any()


def test_a_run_chart_has_the_median_and_no_limits():
    # Shares of 0.1 twelve times, then of 0.2 ten times and one of 0.9: the median is 0.1.
    found = drawn(counts([10] * 23, [1] * 12 + [2] * 10 + [9]), Rules.ANHOEJ)
    assert found.chart.centre.tolist() == pytest.approx([0.1] * 23)
    assert np.isnan(found.chart.upper).all()
    assert np.isnan(found.ghost_centre).all()
    assert not found.mark.any()


def test_a_lasting_rise_is_a_long_run_about_the_median():
    # Ten of 2 to 4, then ten of 6 to 8: median 5, one crossing where six are usual.
    found = drawn(counts([20] * 20, [2, 4] * 5 + [6, 8] * 5), Rules.ANHOEJ)
    runs = found.runs
    assert runs is not None
    assert (runs.useful, runs.longest, runs.longest_usual) == (20, 10, 7)
    assert (runs.crossings, runs.fewest_usual, runs.signal) == (1, 6, True)


def test_the_last_segment_alone_is_judged_as_a_whole():
    counted = counts([20] * 40, [2, 4] * 10 + [6, 8] * 10)
    whole = drawn(counted, Rules.ANHOEJ).runs
    last = drawn(counted, Rules.ANHOEJ, rebases=(REBASE,)).runs
    assert whole is not None
    assert last is not None
    assert (whole.useful, whole.signal) == (40, True)
    assert (last.useful, last.longest, last.signal) == (20, 1, False)


@pytest.mark.parametrize(
    "values",
    [
        [],
        [NAN] * 12,
        [0.1] * 30,
        [0.0] * 16 + [0.1, 0.2] * 7,  # the median is 0, and nothing lies below it
        [1.0] * 16 + [0.9, 0.8] * 7,
    ],
)
def test_runs_say_nothing_where_half_of_the_points_are_the_same(values):
    assert runs_about_median(np.array(values, np.float64)) is None


def test_nothing_recorded_gives_no_marks():
    for rules in Rules:
        found = drawn(counts([0] * 14, [0] * 14), rules)
        assert not found.mark.any()
        assert np.isnan(found.chart.centre).all()
