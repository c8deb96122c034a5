"""How soon side effects pass."""

import warnings
from collections.abc import Sequence

import numpy as np
import pytest
from scipy.stats import CensoredData, ecdf

from clinical.survival import (
    Curve,
    at_risk_at,
    curve_of,
    kaplan_meier,
    passed_by,
    seen_by,
    seen_until,
    seen_until_limits,
    still_open,
    time_until,
    time_until_limits,
)

# Freireich and others 1963, weeks of remission of the 21 children on 6-mercaptopurine, as in
# Gehan 1965 and Kalbfleisch and Prentice 2002, table 1.2; + is censored:
# 6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+
WEEKS = [6, 7, 9, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 34, 35]
RELAPSED = [3, 1, 0, 1, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0]
CENSORED = [1, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 2, 1, 1]


def curve(times: Sequence[float], events: Sequence[int], censored: Sequence[int]) -> Curve:
    return kaplan_meier(np.array(times), np.array(events), np.array(censored))


def test_freireich_1963_remission_on_6_mercaptopurine():
    found = curve(WEEKS, RELAPSED, CENSORED)
    relapses = found.events > 0
    assert found.times[relapses].tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert found.at_risk[relapses].tolist() == [21, 17, 15, 12, 11, 7, 6]
    assert found.remaining[relapses] == pytest.approx(
        [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], abs=5e-4
    )
    assert found.n == 21
    # By hand at 6 weeks: Greenwood 3 / (21 × 18), log S -0.15415, so ×/÷ exp(1.13270).
    assert (found.low[0], found.high[0]) == pytest.approx((0.6197, 0.9516), abs=5e-5)


def test_the_median_remission_is_23_weeks_from_13_on():
    found = curve(WEEKS, RELAPSED, CENSORED)
    assert time_until(found, 0.5) == 23
    assert time_until_limits(found, 0.5) == (13, None), "the upper limit never came down to a half"
    assert time_until(found, 0.6) is None, "55 % at most"


def test_what_has_passed_is_read_off_the_steps():
    found = curve(WEEKS, RELAPSED, CENSORED)
    before, at, between = (passed_by(found, minute) for minute in (5, 6, 6.9))
    # Of 21 none: the Wilson limits are 0 and 1.96² / (21 + 1.96²).
    assert before == pytest.approx((0.0, 0.0, 3.8415 / 24.8415), abs=5e-5)
    assert at == between == pytest.approx((3 / 21, 1 - 0.9516, 1 - 0.6197), abs=5e-5)
    last = passed_by(found, 35)
    assert last is not None
    assert last.share == pytest.approx(0.552, abs=5e-4)
    assert passed_by(found, 36) is None, "nobody was watched so long"


def test_at_risk_counts_those_still_watched_just_before():
    found = curve(WEEKS, RELAPSED, CENSORED)
    assert [at_risk_at(found, week) for week in (0, 6, 6.5, 7, 35, 36)] == [21, 21, 17, 17, 1, 0]


@pytest.mark.parametrize("seed", range(12))
def test_it_equals_scipy(seed: int):
    random = np.random.default_rng(seed)
    n = int(random.integers(2, 400))
    minutes = random.integers(0, random.choice([8, 60, 500]), n)  # ties, and some at 0
    is_open = random.random(n) < random.choice([0.0, 0.1, 0.6])
    survival = ecdf(CensoredData.right_censored(minutes, is_open)).sf
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the band is not defined where all or none remain
        band = survival.confidence_interval(method="log-log")
    found = curve_of(minutes, is_open, np.ones(n, int))
    assert found.times.tolist() == survival.quantiles.tolist()
    assert found.remaining == pytest.approx(survival.probabilities, abs=1e-9)
    assert found.low == pytest.approx(band.low.probabilities, abs=1e-9, nan_ok=True)
    assert found.high == pytest.approx(band.high.probabilities, abs=1e-9, nan_ok=True)
    for minute in (0, 3, 7.5, 59):
        passed = passed_by(found, minute)
        if passed is not None:
            assert passed.share == pytest.approx(1 - survival.evaluate(minute), abs=1e-9)


def test_grouped_rows_in_any_order_are_the_same_curve():
    one = curve([0, 5, 9], [3, 2, 0], [0, 1, 4])
    found = curve_of(
        np.array([9, 5, 0, 5, 0]), np.array([1, 0, 0, 1, 0]), np.array([4, 2, 1, 1, 2])
    )
    for name in Curve.__slots__:
        assert getattr(found, name) == pytest.approx(getattr(one, name), nan_ok=True), name


def test_what_is_censored_at_a_time_was_still_watched_at_it():
    found = curve([10], [1], [1])
    assert found.at_risk.tolist() == [2]
    assert found.remaining.tolist() == [0.5]


def test_a_curve_flat_at_exactly_the_share_gives_the_beginning_of_the_piece():
    found = curve([1, 2, 3, 4], [1, 1, 1, 1], [0, 0, 0, 0])
    assert time_until(found, 0.5) == 2  # R: 2.5; statsmodels: 3


@pytest.mark.parametrize("share", [0.05, 0.15, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95])
def test_a_rounded_product_does_not_miss_a_round_share(share: float):
    found = curve([*range(1, 21)], [1] * 20, [0] * 20)
    assert time_until(found, share) == round(share * 20)


def test_everything_passed_at_the_end_of_the_infusion():
    found = curve([0], [7], [0])
    assert found.remaining.tolist() == [0]
    # Of 7 all: the Wilson limits are 7 / (7 + 1.96²) and 1.
    assert passed_by(found, 0) == pytest.approx((1.0, 7 / 10.8415, 1.0), abs=5e-5)
    assert passed_by(found, 45) == passed_by(found, 0)
    assert time_until(found, 0.95) == 0
    assert time_until_limits(found, 0.95) == (None, None)


def test_once_all_have_passed_that_stays_so():
    found = curve([5, 20], [1, 1], [0, 0])
    assert passed_by(found, 500) == pytest.approx((1.0, 2 / 5.8415, 1.0), abs=5e-5)


def test_a_curve_that_somebody_left_has_no_limits_at_its_ends():
    found = curve([5, 10, 20], [0, 0, 2], [1, 0, 0])
    assert passed_by(found, 4) == passed_by(found, 5) == pytest.approx((0, 0, 0.5615), abs=5e-5)
    assert passed_by(found, 6) == (0.0, None, None)
    assert passed_by(found, 20) == (1.0, None, None)


def test_where_all_are_censored_none_had_passed_while_they_were_watched():
    found = curve([20, 30], [0, 0], [2, 1])
    assert found.remaining.tolist() == [1, 1]
    assert passed_by(found, 25) == (0.0, None, None)
    assert passed_by(found, 31) is None
    assert (seen_by(found, 500).estimate, seen_until(found, 0.5)) == (0, None)
    assert still_open(found).estimate == 1
    assert time_until(found, 0.5) is None
    assert time_until_limits(found, 0.5) == (None, None)


@pytest.mark.parametrize(("times", "counts"), [([], []), ([5], [0])])
def test_nothing_at_all_is_no_data(times: list[float], counts: list[int]):
    found = curve(times, counts, counts)
    assert found.n == 0
    assert passed_by(found, 10) is None
    assert time_until(found, 0.5) is None
    assert at_risk_at(found, 0) == 0
    assert (seen_by(found, 10).n, seen_by(found, 10).estimate) == (0, None)
    assert seen_until(found, 0.5) is None
    assert seen_until_limits(found, 0.5) == (None, None)
    assert still_open(found).estimate is None


def test_no_rows_of_a_query_are_no_data():
    none = np.array([], np.int64)
    assert curve_of(none, none, none).n == 0


@pytest.mark.parametrize("times", [[5, 5], [6, 5], [-1, 5]])
def test_times_that_do_not_rise_from_nought_are_refused(times: list[float]):
    with pytest.raises(ValueError, match="rise"):
        curve(times, [1, 1], [0, 0])


def test_negative_counts_are_refused():
    with pytest.raises(ValueError, match="less than 0"):
        curve([5, 6], [1, -1], [0, 0])


def test_what_left_is_not_taken_to_have_passed():
    # Four passed at 10, 20, 30 and 40 minutes; one had it still when it left after 15.
    found = curve([10, 15, 20, 30, 40], [1, 0, 1, 1, 1], [0, 1, 0, 0, 0])
    # Kaplan and Meier let it pass as the other three do: 4/5, then of these 2/3, 1/3 and 0.
    assert found.remaining == pytest.approx([0.8, 0.8, 0.8 * 2 / 3, 0.8 / 3, 0])
    assert time_until(found, 0.95) == 40
    # Seen to pass were 1, 2, 3 and 4 of five, and no more.
    seen = [seen_by(found, minute).estimate for minute in (9, 10, 15, 20, 30, 40, 999)]
    assert seen == [0, 0.2, 0.2, 0.4, 0.6, 0.8, 0.8]
    assert [seen_until(found, share) for share in (0.2, 0.5, 0.8, 0.95)] == [10, 30, 40, None]
    # scipy.stats.binomtest(x, 5), Wilson: 1 of 5 is 3.6 to 62.4 %, 2 of 5 11.8 to 76.9 %, 3 of 5
    # 23.1 to 88.2 %, 4 of 5 37.6 to 96.4 %. A half is within the limits from 10 minutes on.
    by_forty = seen_by(found, 40)
    assert (by_forty.low, by_forty.high) == pytest.approx((0.376, 0.964), abs=5e-4)
    assert seen_until_limits(found, 0.5) == (10, None)
    assert seen_until_limits(found, 0.3) == (10, 40)
    assert seen_until_limits(found, 0.95) == (40, None)
    left = still_open(found)
    assert (left.events, left.n) == (1, 5)
    assert (left.low, left.high) == pytest.approx((0.036, 0.624), abs=5e-4)


def test_where_nothing_is_censored_what_was_seen_is_the_curve():
    found = curve([10, 20, 30, 40], [1, 1, 1, 1], [0, 0, 0, 0])
    assert [seen_by(found, time).estimate for time in found.times] == pytest.approx(
        list(1 - found.remaining)
    )
    for share in (0.25, 0.5, 0.95, 1):
        assert seen_until(found, share) == time_until(found, share)
    assert still_open(found).events == 0


@pytest.mark.parametrize("seed", range(6))
def test_no_more_was_seen_to_pass_than_the_curve_has(seed: int):
    random = np.random.default_rng(seed)
    found = curve_of(
        random.integers(0, 60, 90), (random.random(90) < 0.3).astype(int), np.ones(90, int)
    )
    for time, remaining in zip(found.times, found.remaining, strict=True):
        seen = seen_by(found, time).estimate
        assert seen is not None
        assert seen <= 1 - remaining + 1e-9
