"""Funnel plots of sites."""

import numpy as np
import pytest
from scipy.stats import binom, chi2_contingency

from clinical.site_funnel import (
    INNER,
    OUTER,
    funnel_limits,
    limit_points,
    outside,
    spread,
)


def lower_by_definition(n: int, target: float, tail: float) -> float:
    """Spiegelhalter 2005, A.1.1, step by step with scipy's own binomial distribution."""
    count = next(r for r in range(n + 1) if binom.cdf(r, n, target) >= tail)
    at_most, below = binom.cdf(count, n, target), binom.cdf(count - 1, n, target)
    return float(min(1.0, max(0.0, (count - (at_most - tail) / (at_most - below)) / n)))


@pytest.mark.parametrize("target", [0.001, 0.04, 0.3, 0.5, 0.87, 0.999])
@pytest.mark.parametrize("confidence", [INNER, OUTER])
def test_limits_equal_scipys_binomial_distribution(target: float, confidence: float):
    sizes = [1, 2, 3, 5, 8, 13, 40, 100, 777]
    low, high = funnel_limits(sizes, target, confidence)
    tail = (1 - confidence) / 2
    assert low == pytest.approx([lower_by_definition(n, target, tail) for n in sizes], abs=1e-9)
    # Those without the event: their lowest share is the highest of those with it.
    mirrored = [1 - lower_by_definition(n, 1 - target, tail) for n in sizes]
    assert high == pytest.approx(mirrored, abs=1e-9)


def test_limits_worked_out_by_hand():
    # Ten people and a target of a half. P(R <= 1) = 11/1024 = 0.010742, P(R <= 2) = 56/1024 =
    # 0.054688: r = 2 for a tail of 0.025, a = (0.054688 - 0.025) / (45/1024) = 0.675556, and the
    # limit is a tenth of 1.324444.
    low, high = funnel_limits([10], 0.5, INNER)
    assert (low[0], high[0]) == pytest.approx((0.1324444, 0.8675556), abs=1e-7)
    # Two people: P(R <= 0) = 0.25 is likely enough, so no rate can lie outside.
    low, high = funnel_limits([2], 0.5, INNER)
    assert (low[0], high[0]) == (0.0, 1.0)


@pytest.mark.parametrize("target", [0.05, 0.37, 0.5, 0.9])
@pytest.mark.parametrize("confidence", [INNER, OUTER])
@pytest.mark.parametrize("n", [1, 4, 5, 9, 33])
def test_a_rate_lies_outside_just_where_its_exact_tail_is_too_small(
    n: int, target: float, confidence: float
):
    low, high = funnel_limits([n], target, confidence)
    tail = (1 - confidence) / 2
    for count in range(n + 1):
        assert (count / n < low[0]) == (binom.cdf(count, n, target) < tail)
        assert (count / n > high[0]) == (binom.sf(count - 1, n, target) < tail)


def test_limits_close_on_the_target_as_numbers_grow():
    low, high = funnel_limits([10, 100, 1_000, 100_000], 0.4, OUTER)
    assert np.all(np.diff(low) > 0)
    assert np.all(np.diff(high) < 0)
    # The normal approximation at so many: 0.4 +- 3.0902 x sqrt(0.24 / 100,000).
    assert (low[-1], high[-1]) == pytest.approx((0.395213, 0.404787), abs=2e-5)


@pytest.mark.parametrize("target", [0.0, 1.0])
def test_where_all_or_none_have_it_chance_leaves_no_room(target: float):
    low, high = funnel_limits([1, 30], target, OUTER)
    assert low.tolist() == high.tolist() == [target, target]


def test_sites_are_marked_by_the_limits_that_they_leave():
    # Of 100 with a target of a half the limits are near 0.40 and 0.60, and 0.345 and 0.655. That 5
    # of 5 have it, chance gives 3 times in 100.
    events, n = [50, 61, 70, 39, 30, 0, 0, 5], [100, 100, 100, 100, 100, 0, 3, 5]
    assert outside(events, n, 0.5).tolist() == [0, 1, 2, -1, -2, 0, 0, 0]


def test_a_site_without_an_event_is_judged_as_any_other():
    # 0 of 20 where half are expected: P(R = 0) is one in a million.
    assert outside([0, 20], [20, 20], 0.5).tolist() == [-2, 2]


def test_spread_is_pearsons_chi_square_over_its_freedom():
    events, n = [30, 45, 20], [60, 60, 60]
    table = [events, [m - x for x, m in zip(events, n, strict=True)]]
    chi2 = chi2_contingency(table, correction=False).statistic
    assert spread(events, n) == pytest.approx(chi2 / 2, rel=1e-12)
    assert spread([30, 45, 20, 0], [60, 60, 60, 0]) == pytest.approx(chi2 / 2, rel=1e-12)


@pytest.mark.parametrize(
    ("events", "n"), [([], []), ([3], [9]), ([0, 0], [5, 9]), ([5, 9], [5, 9])]
)
def test_spread_of_nothing_that_can_vary_is_not_known(events: list[int], n: list[int]):
    assert spread(events, n) is None


def test_limits_are_drawn_from_one_to_the_largest_in_few_points():
    points = limit_points(4_000)
    assert (points[0], points[-1]) == (1, 4_000)
    assert len(points) <= 120
    assert np.all(np.diff(points) > 0)
    assert limit_points(1).tolist() == [1]
