"""Exact limits of counts and the exact interval of a rate."""

import numpy as np
import pytest
from scipy.stats import binom, chi2, poisson

from clinical.exact import binomial_limits, poisson_limits, poisson_rate

THREE_SIGMA = 0.0026997960632601866
"""The two-sided probability beyond three sigma of a normal distribution."""
ALPHAS = [0.1, 0.05, THREE_SIGMA, 1e-5]


def counts(limits) -> tuple[int, int]:
    lowest, highest = limits
    return int(lowest), int(highest)


# Garwood 1936, table of 95 % limits for the mean of a Poisson distribution.
@pytest.mark.parametrize(
    ("events", "low", "high"),
    [
        (0, 0.00, 3.69),
        (1, 0.03, 5.57),
        (2, 0.24, 7.22),
        (3, 0.62, 8.77),
        (5, 1.62, 11.67),
        (10, 4.80, 18.39),
        (20, 12.22, 30.89),
        (50, 37.11, 65.92),
    ],
)
def test_garwood_1936_limits_of_a_poisson_mean(events: int, low: float, high: float):
    found = poisson_rate(events, 1.0)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5.5e-3)
    assert found.estimate == events


@pytest.mark.parametrize("events", [0, 1, 4, 33, 1000, 250_000])
@pytest.mark.parametrize("exposure", [0.25, 1.0, 12_000.5])
def test_a_rate_has_the_quantiles_of_chi_squared(events: int, exposure: float):
    found = poisson_rate(events, exposure)
    low = chi2.ppf(0.025, 2 * events) / 2 / exposure if events else 0.0
    high = chi2.isf(0.025, 2 * events + 2) / 2 / exposure
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-9)
    assert found.estimate == pytest.approx(events / exposure)


@pytest.mark.parametrize("events", [0, 3])
def test_no_exposure_has_no_rate(events: int):
    found = poisson_rate(events, 0.0)
    assert (found.events, found.exposure) == (events, 0.0)
    assert (found.estimate, found.low, found.high) == (None, None, None)


@pytest.mark.parametrize(("events", "exposure"), [(-1, 2.0), (1, -2.0), (1, float("nan"))])
def test_what_is_no_rate_is_refused(events: int, exposure: float):
    with pytest.raises(ValueError, match="are no rate"):
        poisson_rate(events, exposure)


# By hand: of 10 throws of a coin, 1024 outcomes, 0 heads has 1, at most 1 has 11, at most 2 has 56.
@pytest.mark.parametrize(
    ("alpha", "lowest", "highest"),
    [
        (2 * 1 / 1024, 0, 10),  # a tail as large as alpha / 2 is not below it
        (2 * 1.5 / 1024, 1, 9),
        (2 * 11 / 1024, 1, 9),
        (2 * 11.5 / 1024, 2, 8),
        (2 * 56 / 1024, 2, 8),
    ],
)
def test_ten_throws_of_a_coin(alpha: float, lowest: int, highest: int):
    assert counts(binomial_limits(10, 0.5, alpha)) == (lowest, highest)


@pytest.mark.parametrize("alpha", ALPHAS)
def test_binomial_limits_are_the_outermost_counts_that_are_not_flagged(alpha: float):
    n, p = np.meshgrid([1, 2, 5, 20, 53, 400, 3000], [1e-4, 0.01, 0.05, 0.2313, 0.5, 0.9, 0.9999])
    lowest, highest = binomial_limits(n, p, alpha)
    tail = alpha / 2
    assert (binom.cdf(lowest, n, p) >= tail).all()
    assert (binom.cdf(lowest - 1, n, p) < tail).all()
    assert (binom.sf(highest - 1, n, p) >= tail).all()
    assert (binom.sf(highest, n, p) < tail).all()


@pytest.mark.parametrize("alpha", ALPHAS)
def test_poisson_limits_are_the_outermost_counts_that_are_not_flagged(alpha: float):
    mean = np.array([1e-6, 0.01, 0.3, 1.0, 2.5, 19.85, 400.0, 30_000.0])
    lowest, highest = poisson_limits(mean, alpha)
    tail = alpha / 2
    assert (poisson.cdf(lowest, mean) >= tail).all()
    assert (poisson.cdf(lowest - 1, mean) < tail).all()
    assert (poisson.sf(highest - 1, mean) >= tail).all()
    assert (poisson.sf(highest, mean) < tail).all()


@pytest.mark.parametrize(
    ("n", "p", "lowest", "highest"),
    [
        (0, 0.3, 0, 0),  # nothing to count: nothing to flag
        (20, 0.0, 0, 0),  # what cannot happen is flagged as soon as it does
        (20, 1.0, 20, 20),
    ],
)
def test_binomial_limits_without_chance(n: int, p: float, lowest: int, highest: int):
    assert counts(binomial_limits(n, p, 0.05)) == (lowest, highest)


def test_poisson_limits_of_no_expected_event():
    assert counts(poisson_limits(0.0, 0.05)) == (0, 0)


def test_limits_have_the_shape_of_what_they_are_asked_for():
    lowest, highest = binomial_limits([10, 20, 30], 0.5, 0.05)
    assert lowest.shape == highest.shape == (3,)
    assert [len(limit) for limit in binomial_limits([], 0.5, 0.05)] == [0, 0]
    assert [len(limit) for limit in poisson_limits([], 0.05)] == [0, 0]


@pytest.mark.parametrize("per_week", [5, 10, 20])
def test_a_rare_side_effect_can_never_be_flagged_as_low(per_week: int):
    lowest, _ = binomial_limits(per_week, 0.05, THREE_SIGMA)
    assert lowest == 0
