"""Cumulative sums, by hand and by simulation."""

from math import exp, log

import numpy as np
import pytest
from scipy.stats import binom

from clinical.cusum import (
    BEYOND_BOUND,
    limit_for,
    log_likelihood_ratio,
    risk_adjusted_cusum,
    trust_in,
    weeks_to_see,
)


def test_a_period_adds_the_log_of_the_ratio_of_two_likelihoods():
    # Odds of 0.2 are 0.25, twice that is 0.5, a risk of a third.
    found = log_likelihood_ratio([7], [20], [4.0], ratio=2.0)
    expected = binom.logpmf(7, 20, 1 / 3) - binom.logpmf(7, 20, 0.2)
    assert found[0] == pytest.approx(expected)


def test_it_is_steiners_weight_of_one_patient():
    # Steiner 2000: ln(1 / (1 - p + 2 p)) without the event, ln(2 / (1 - p + 2 p)) with it.
    found = log_likelihood_ratio([0, 1], [1, 1], [0.1, 0.1], ratio=2.0)
    assert found.tolist() == pytest.approx([-log(1.1), log(2 / 1.1)])


def test_patients_put_together_add_no_more_than_one_by_one():
    risks = np.array([0.6, 0.35, 0.35, 0.1])
    singly = log_likelihood_ratio([1, 0, 1, 0], [1, 1, 1, 1], risks, ratio=2.0).sum()
    together = log_likelihood_ratio([2], [4], [risks.sum()], ratio=2.0)[0]
    assert together <= singly
    assert together == pytest.approx(singly, abs=0.08)


def test_the_sums_by_hand():
    # One in ten is expected of ten: each event adds ln 2 = 0.6931, each period takes 10 ln 1.1 =
    # 0.9531; downwards an event takes 0.6931 and a period adds -10 ln 0.95 = 0.5129.
    found = risk_adjusted_cusum([3, 0, 2, 4], [10] * 4, [1.0] * 4, limit=2.0)
    assert found.up.tolist() == pytest.approx([1.1264, 0.1733, 0.6065, 2.0], abs=1e-3)
    assert found.signal_up.tolist() == [False, False, False, True]
    assert found.down.tolist() == pytest.approx([0.0, 0.5129, 0.0, 0.0], abs=1e-3)
    assert not found.signal_down.any()


def test_the_sum_is_held_at_its_limit_so_that_the_signal_lasts_and_then_goes():
    found = risk_adjusted_cusum([5, 5, 5, 0, 0], [10] * 5, [1.0] * 5, limit=2.0)
    assert found.up.tolist() == pytest.approx([2.0, 2.0, 2.0, 1.0469, 0.0938], abs=1e-3)
    assert found.signal_up.tolist() == [True, True, True, False, False]


def test_fewer_than_expected_signal_downwards():
    found = risk_adjusted_cusum([0] * 5, [10] * 5, [1.0] * 5, limit=2.0)
    assert found.signal_down.tolist() == [False, False, False, True, True]
    assert found.up.tolist() == [0.0] * 5


def test_a_period_without_infusions_changes_nothing_and_is_no_signal():
    found = risk_adjusted_cusum([5, 0, 0], [10, 0, 0], [1.0, 0.0, 0.0], limit=2.0)
    assert found.up.tolist() == [2.0, 2.0, 2.0]
    assert found.signal_up.tolist() == [True, False, False]


def test_an_expected_share_of_one_or_more_gives_numbers():
    found = risk_adjusted_cusum([9, 10], [10, 10], [10.0, 12.0], limit=2.0)
    assert np.isfinite(found.up).all()
    assert np.isfinite(found.down).all()


def test_many_charts_at_once_are_what_each_is_alone():
    rng = np.random.default_rng(3)
    recorded = rng.poisson(20, (4, 30))
    observed = rng.binomial(recorded, 0.3)
    together = risk_adjusted_cusum(observed, recorded, recorded * 0.2, limit=3.0)
    for number in range(4):
        alone = risk_adjusted_cusum(
            observed[number], recorded[number], recorded[number] * 0.2, limit=3.0
        )
        assert together.up[number].tolist() == alone.up.tolist()
        assert together.signal_up[number].tolist() == alone.signal_up.tolist()


def test_outside_the_reference_evidence_counts_by_the_share_of_the_reference():
    found = trust_in([10, 20, 0, 10], [True, True, False, False])
    assert found.tolist() == [1.0, 1.0, 0.75, 0.75]


def test_trust_is_what_profile_likelihood_leaves_of_a_normal_ratio():
    # 30 observations in the reference, 10 outside; their means differ by 0.7, the ratio is for 0.5.
    reference, outside, gap, shift = 30, 10, 0.7, 0.5

    def best(allowed: float) -> float:
        middle = np.linspace(-1, 1, 200_001)
        fit = -(reference * middle**2 + outside * (gap - allowed - middle) ** 2) / 2
        return float(fit.max())

    known = outside * shift * (gap - shift / 2)
    trust = trust_in([30, 10], [True, False])[1]
    assert best(shift) - best(0.0) == pytest.approx(known * trust, abs=1e-6)


def test_without_reference_nothing_is_trusted_and_without_infusions_nothing_breaks():
    assert trust_in([10, 10], [False, False]).tolist() == [0.0, 0.0]
    assert trust_in([0, 0], [True, False]).tolist() == [1.0, 1.0]


def test_the_limit_is_the_bound_of_lorden_less_what_it_is_beyond():
    assert exp(limit_for(3000.0)) == pytest.approx(3000.0 / BEYOND_BOUND)
    assert limit_for(1.0) == pytest.approx(log(2.0))


def test_a_known_risk_keeps_the_bound_of_lorden():
    rng = np.random.default_rng(8)
    observed = rng.binomial(20, 0.12, (400, 400))
    recorded = np.full(observed.shape, 20)
    found = risk_adjusted_cusum(observed, recorded, recorded * 0.12, limit=4.0)
    starts = found.signal_up[:, 1:] & ~found.signal_up[:, :-1]
    a_period = found.signal_up.any(axis=-1).mean() / 400
    assert 0 < a_period < exp(-4.0)
    assert starts.any()


def test_weeks_to_see_a_doubling_by_hand():
    # 12 % of 20 a week, doubled: 20 * (0.24 * 0.6931 - ln 1.12) = 1.0605 a week.
    assert weeks_to_see(0.12, 20, 6.0) == pytest.approx(6.0 / 1.0605, rel=1e-3)


def test_weeks_to_see_is_the_mean_of_simulated_doublings():
    rng = np.random.default_rng(5)
    observed = rng.binomial(20, 0.16, (2000, 150))
    recorded = np.full(observed.shape, 20)
    found = risk_adjusted_cusum(observed, recorded, recorded * 0.08, limit=6.0)
    weeks = found.signal_up.argmax(axis=-1) + 1
    assert weeks_to_see(0.08, 20, 6.0) == pytest.approx(weeks.mean(), rel=0.15)


@pytest.mark.parametrize(("p", "n"), [(0.0, 20), (0.1, 0), (1.0, 20)])
def test_what_cannot_be_seen_has_no_weeks(p: float, n: float):
    assert weeks_to_see(p, n, 6.0) is None


def test_no_doubling_is_seen_in_less_than_a_week():
    assert weeks_to_see(0.45, 500, 6.0) == 1.0
