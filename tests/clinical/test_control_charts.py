"""Control charts of shares and rates: textbook series, Laney by hand, and the traps."""

import numpy as np
import pytest
from scipy.stats import binom, poisson

from clinical.control_charts import Chart, overdispersion, p_chart, spread_of_neighbours, u_chart

THREE_SIGMA = 0.0026997960632601866
"""The two-sided probability beyond three sigma of a normal distribution."""
NAN = float("nan")

# Montgomery 2013, "Introduction to statistical quality control", 7th edition.
# Table 7.1, cans of orange juice that leak, of 50 each half hour.
CANS = [12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9]
CANS += [12, 7, 13, 9, 6]
# Table 7.4, faulty purchase orders, of a number that differs from week to week.
ORDERS = [12, 8, 6, 9, 10, 12, 11, 16, 10, 6, 20, 15, 9, 8, 6, 8, 10, 7, 5, 8, 5, 8, 10, 6, 9]
ORDERS_OF = [100, 80, 80, 100, 110, 110, 100, 100, 90, 90, 110, 120, 120, 120, 110, 80, 80, 80]
ORDERS_OF += [90, 100, 100, 100, 100, 90, 90]
# Table 7.7, faults of printed circuit boards, of 100 boards each.
BOARDS = [21, 24, 16, 12, 15, 5, 28, 20, 31, 25, 20, 24, 16, 19, 10, 17, 13, 22, 18, 39, 30, 24]
BOARDS += [16, 19, 17, 15]
# Table 7.10, errors of a supply chain, of 50 shipments each week.
SHIPMENTS = [2, 3, 8, 1, 1, 4, 1, 4, 5, 1, 8, 2, 4, 3, 4, 1, 8, 3, 7, 4]
# Table 7.11, faults of dyed cloth, and the units of 50 square metres of each roll.
CLOTH = [14, 12, 20, 11, 7, 10, 21, 16, 19, 23]
CLOTH_UNITS = [10, 8, 13, 10, 9.5, 10, 12, 10.5, 12, 12.5]


def everything(series) -> np.ndarray:
    return np.ones(len(series), np.bool_)


def without(series, *samples: int) -> np.ndarray:
    """A reference without these samples, counted from 1."""
    reference = everything(series)
    reference[[sample - 1 for sample in samples]] = False
    return reference


def flagged(chart: Chart) -> dict[int, int]:
    """Samples with a flag, counted from 1."""
    return {int(i) + 1: int(chart.flag[i]) for i in np.flatnonzero(chart.flag)}


@pytest.mark.parametrize(
    ("left_out", "centre", "lcl", "ucl"),
    [((), 0.2313, 0.0524, 0.4102), ((15, 23), 0.2150, 0.0407, 0.3893)],
)
def test_montgomery_example_7_1_the_cans_of_orange_juice(left_out, centre, lcl, ucl):
    chart = p_chart(CANS, [50] * 30, without(CANS, *left_out), THREE_SIGMA)
    assert chart.centre == pytest.approx(centre, abs=5e-5)
    assert chart.centre - 3 * chart.sigma == pytest.approx(lcl, abs=6e-5)
    assert chart.centre + 3 * chart.sigma == pytest.approx(ucl, abs=6e-5)
    assert flagged(chart) == {15: 1, 23: 1}  # left out of the reference, still judged
    assert chart.sigma_z is None


def test_the_limits_of_the_cans_are_exact_counts():
    chart = p_chart(CANS, [50] * 30, everything(CANS), THREE_SIGMA)
    highest = binom(50, 347 / 1500).isf(THREE_SIGMA / 2)
    lowest = binom(50, 347 / 1500).ppf(THREE_SIGMA / 2)
    assert chart.upper == pytest.approx(highest / 50)
    assert chart.lower == pytest.approx(lowest / 50)
    assert chart.values == pytest.approx(np.array(CANS) / 50)


def test_montgomery_table_7_4_three_sigma_would_flag_what_chance_gives():
    chart = p_chart(ORDERS, ORDERS_OF, everything(ORDERS), THREE_SIGMA)
    assert chart.centre == pytest.approx(234 / 2450)
    z = (chart.values - chart.centre) / chart.sigma
    assert z[10] == pytest.approx(3.08, abs=0.02)  # the one order outside the book's limits
    assert np.count_nonzero(np.abs(z) > 3) == 1
    p_values = binom.sf(np.array(ORDERS) - 1, ORDERS_OF, 234 / 2450)
    assert p_values[10] > THREE_SIGMA / 2
    assert flagged(chart) == {}


@pytest.mark.parametrize(
    ("left_out", "centre", "lcl", "ucl"),
    [((), 19.85, 6.48, 33.22), ((6, 20), 19.67, 6.36, 32.97)],
)
def test_montgomery_example_7_3_the_circuit_boards(left_out, centre, lcl, ucl):
    chart = u_chart(BOARDS, [1] * 26, without(BOARDS, *left_out), THREE_SIGMA)
    assert chart.centre == pytest.approx(centre, abs=6e-3)
    assert chart.centre - 3 * chart.sigma == pytest.approx(lcl, abs=0.011)
    assert chart.centre + 3 * chart.sigma == pytest.approx(ucl, abs=0.011)
    assert flagged(chart) == {6: -1, 20: 1}
    assert chart.can_show_fall


def test_montgomery_example_7_4_the_supply_chain():
    chart = u_chart(SHIPMENTS, [50] * 20, everything(SHIPMENTS), THREE_SIGMA)
    assert chart.centre == pytest.approx(0.0740)
    assert chart.centre + 3 * chart.sigma == pytest.approx(0.1894, abs=5e-5)
    assert flagged(chart) == {}
    assert chart.upper == pytest.approx(poisson(3.7).isf(THREE_SIGMA / 2) / 50)
    assert not chart.can_show_fall  # P(no error) = e^-3.7 = 2.5 %


def test_montgomery_example_7_5_the_dyed_cloth():
    chart = u_chart(CLOTH, CLOTH_UNITS, everything(CLOTH), THREE_SIGMA)
    assert chart.centre == pytest.approx(1.42, abs=5e-3)
    book = [2.55, 2.68, 2.41, 2.55, 2.58, 2.55, 2.45, 2.52, 2.45, 2.43]
    assert chart.centre + 3 * chart.sigma == pytest.approx(book, abs=0.011)
    assert flagged(chart) == {}


# Shares of 0.55 and 0.45 of 400: sigma = 0.025, z = 2 and -2, each moving range 4, so that
# sigma z = 4 / 1.128 = 3.5461 and the limits are 0.5 ± 3 * 0.025 * 3.5461.
ZIGZAG = [220, 180, 220, 180, 220, 180]


def test_laney_by_hand_for_shares():
    chart = p_chart(ZIGZAG, [400] * 6, everything(ZIGZAG), THREE_SIGMA, laney=True)
    assert chart.sigma_z == pytest.approx(3.5461, abs=5e-5)
    assert chart.lower == pytest.approx(0.2340, abs=5e-5)
    assert chart.upper == pytest.approx(0.7660, abs=5e-5)
    assert chart.sigma == pytest.approx(0.025 * 3.5461, abs=5e-6)
    assert overdispersion(ZIGZAG, [400] * 6, everything(ZIGZAG)) == chart.sigma_z


def test_laney_by_hand_for_rates():
    # Rates of 1.2 and 0.8 in an exposure of 100: sigma = 0.1, z = 2 and -2.
    chart = u_chart([120, 80] * 3, [100] * 6, [True] * 6, THREE_SIGMA, laney=True)
    assert chart.sigma_z == pytest.approx(3.5461, abs=5e-5)
    assert chart.lower == pytest.approx(0.0)  # 1 - 1.0638 is no rate
    assert chart.upper == pytest.approx(2.0638, abs=5e-5)


def test_laney_limits_stay_between_nothing_and_everything():
    chart = p_chart([60, 40] * 3, [100] * 6, [True] * 6, THREE_SIGMA, laney=True)
    assert chart.lower == pytest.approx(0.0)  # 0.5 - 3 * 0.05 * 3.5461 = -0.03
    assert chart.upper == pytest.approx(1.0)


def test_laney_flags_by_its_own_limits():
    events, n = [*ZIGZAG, 300, 320, 90, 60], [400] * 10
    chart = p_chart(events, n, [True] * 6 + [False] * 4, THREE_SIGMA, laney=True)
    # 0.75 and 0.225 to 0.766 and 0.234: only 0.8 is above, 0.225 and 0.15 are below.
    assert flagged(chart) == {8: 1, 9: -1, 10: -1}


def test_a_spread_below_that_of_chance_does_not_narrow_the_limits():
    events, n = [200, 201, 200, 199], [400] * 4
    measured = overdispersion(events, n, [True] * 4)
    assert measured == pytest.approx(0.1 / 1.128)  # each step is a tenth of sigma
    chart = p_chart(events, n, [True] * 4, THREE_SIGMA, laney=True)
    assert chart.sigma_z == 1.0
    assert chart.upper == pytest.approx(0.5 + 3 * 0.025)
    assert chart.lower == pytest.approx(0.5 - 3 * 0.025)


def test_no_moving_range_bridges_a_period_without_a_denominator():
    # z = 2, missing, 0, 0, -2: the moving ranges are 0 and 2, not 2, 0 and 2.
    found = overdispersion([220, 0, 200, 200, 180], [400, 0, 400, 400, 400], [True] * 5)
    assert found == pytest.approx(1 / 1.128)


def test_no_moving_range_bridges_a_period_outside_the_reference():
    # z = 2, left out, 0, 0, -2, and again the mean of the shares is a half.
    reference = [True, False, True, True, True]
    found = overdispersion([220, 399, 200, 200, 180], [400] * 5, reference)
    assert found == pytest.approx(1 / 1.128)


def test_the_spread_of_neighbours():
    assert spread_of_neighbours(np.array([1.0, 3.0, 2.0])) == pytest.approx(1.5 / 1.128)
    assert spread_of_neighbours(np.array([1.0, NAN, 2.0])) is None
    assert spread_of_neighbours(np.array([])) is None


@pytest.mark.parametrize("laney", [False, True])
@pytest.mark.parametrize("draw", [p_chart, u_chart])
class TestTraps:
    def test_a_period_without_a_denominator_is_a_gap(self, draw, laney: bool):
        chart = draw([5, 0, 6, 4], [50, 0, 50, 50], [True] * 4, THREE_SIGMA, laney=laney)
        for line in (chart.values, chart.centre, chart.lower, chart.upper, chart.sigma):
            assert np.isnan(line).tolist() == [False, True, False, False]
        assert chart.flag.tolist() == [0, 0, 0, 0]
        assert chart.centre[0] == pytest.approx(15 / 150)

    def test_a_constant_series_has_limits_and_no_flag(self, draw, laney: bool):
        chart = draw([5] * 15, [50] * 15, [True] * 15, THREE_SIGMA, laney=laney)
        assert chart.centre == pytest.approx(0.1)
        assert (chart.lower <= 0.1).all()
        assert (chart.upper > 0.1).all()
        assert not chart.flag.any()

    def test_no_event_at_all(self, draw, laney: bool):
        chart = draw([0] * 12, [10] * 12, [True] * 12, THREE_SIGMA, laney=laney)
        assert (chart.centre == 0).all()
        assert (chart.lower == 0).all()
        assert (chart.upper > 0).all()
        assert not chart.flag.any()
        assert not chart.can_show_fall

    def test_no_denominator_at_all(self, draw, laney: bool):
        chart = draw([0, 0], [0, 0], [True, True], THREE_SIGMA, laney=laney)
        assert np.isnan(chart.centre).all()
        assert not chart.flag.any()
        assert not chart.can_show_fall

    def test_no_reference_gives_values_but_nothing_to_hold_them_against(self, draw, laney: bool):
        chart = draw([5, 40], [50, 50], [False, False], THREE_SIGMA, laney=laney)
        assert chart.values == pytest.approx([0.1, 0.8])
        for line in (chart.centre, chart.lower, chart.upper, chart.sigma):
            assert np.isnan(line).all()
        assert not chart.flag.any()

    def test_no_periods(self, draw, laney: bool):
        chart = draw([], [], [], THREE_SIGMA, laney=laney)
        assert [len(chart.values), len(chart.flag)] == [0, 0]

    def test_only_the_reference_sets_the_centre(self, draw, laney: bool):
        reference = [True] * 4 + [False]
        chart = draw([5, 5, 5, 5, 45], [50] * 5, reference, THREE_SIGMA, laney=laney)
        assert chart.centre == pytest.approx(0.1)
        assert chart.flag.tolist() == [0, 0, 0, 0, 1]


def test_the_first_event_after_none_is_not_flagged_but_several_are():
    # Half an event in 121 infusions: of 10, P(1 or more) = 4.1 %, P(2 or more) = 0.08 %.
    reference = [True] * 12 + [False] * 2
    chart = p_chart([0] * 12 + [1, 2], [10] * 14, reference, THREE_SIGMA)
    assert chart.flag.tolist() == [0] * 13 + [1]
    assert binom.sf(1, 10, 0.5 / 121) < THREE_SIGMA / 2 < binom.sf(0, 10, 0.5 / 121)
    # Half an event in 120 hours: of 10 hours, P(1 or more) = 4.1 %, P(2 or more) = 0.08 %.
    rates = u_chart([0] * 12 + [1, 2], [10] * 14, reference, THREE_SIGMA)
    assert rates.flag.tolist() == [0] * 13 + [1]
    assert poisson.sf(1, 5 / 120) < THREE_SIGMA / 2 < poisson.sf(0, 5 / 120)


def test_nothing_but_events_is_no_certainty_either():
    chart = p_chart([10] * 12 + [9, 8], [10] * 14, [True] * 12 + [False] * 2, THREE_SIGMA)
    assert (chart.centre == 1).all()
    assert (chart.upper == 1).all()
    assert chart.flag.tolist() == [0] * 13 + [-1]


@pytest.mark.parametrize(
    ("events", "n"),
    [([0, 0, 0], [9, 9, 9]), ([9, 9, 9], [9, 9, 9]), ([1, 0], [9, 0]), ([], [])],
)
def test_without_spread_or_neighbours_there_is_no_overdispersion(events, n):
    assert overdispersion(events, n, [True] * len(n)) is None


def test_a_constant_series_has_no_spread():
    assert overdispersion([5] * 9, [50] * 9, [True] * 9) == 0.0


@pytest.mark.parametrize("infusions", [5, 10, 20])
def test_a_rare_side_effect_can_show_no_fall_by_a_point(infusions: int):
    chart = p_chart([1, 0] * 10, [infusions] * 20, [True] * 20, THREE_SIGMA)
    assert not chart.can_show_fall


def test_a_fall_can_be_shown_where_one_week_is_large_enough():
    chart = p_chart([2, 10], [20, 100], [True, True], THREE_SIGMA)
    assert chart.lower[0] == 0
    assert chart.lower[1] > 0  # 0.9^100 = 0.003 %
    assert chart.can_show_fall


def test_more_events_than_trials_are_refused():
    with pytest.raises(ValueError, match="more events than trials"):
        p_chart([3], [2], [True], THREE_SIGMA)
    assert u_chart([3], [2.0], [True], THREE_SIGMA).values[0] == 1.5


def test_an_unknown_count_or_exposure_is_a_gap():
    chart = u_chart([5, NAN, 4], [50, 50, NAN], [True] * 3, THREE_SIGMA)
    assert np.isnan(chart.centre).tolist() == [False, True, True]
    assert chart.centre[0] == pytest.approx(0.1)
    assert chart.flag.tolist() == [0, 0, 0]


@pytest.mark.parametrize("alpha", [0.05, THREE_SIGMA, 1e-4])
def test_flags_are_those_of_the_exact_tails(alpha: float):
    random = np.random.default_rng(7)
    n = random.integers(1, 60, 200)
    events = random.binomial(n, 0.1)
    reference = np.arange(200) < 100
    chart = p_chart(events, n, reference, alpha)
    p = events[reference].sum() / n[reference].sum()
    above = binom.sf(events - 1, n, p) < alpha / 2
    below = binom.cdf(events, n, p) < alpha / 2
    assert chart.flag.tolist() == (above.astype(int) - below).tolist()
    exposure = n * 0.73
    rates = u_chart(events, exposure, reference, alpha)
    mean = exposure * events[reference].sum() / exposure[reference].sum()
    above = poisson.sf(events - 1, mean) < alpha / 2
    below = poisson.cdf(events, mean) < alpha / 2
    assert rates.flag.tolist() == (above.astype(int) - below).tolist()
