"""The log-rank test against published values, scipy's and statsmodels'."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.duration.survfunc import survdiff

from clinical.logrank import log_rank, log_rank_of
from clinical.survival import Curve, curve_of

# Freireich 1963, weeks in remission of leukaemia: 6-mercaptopurine against placebo; 1 = censored.
MERCAPTOPURINE = (
    [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35],
    [0, 0, 0, 1, 0, 1, 0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1],
)
PLACEBO = (
    [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23],
    [0] * 21,
)


def curve(times, censored) -> Curve:
    return curve_of(np.array(times), np.array(censored), np.ones(len(times)))


def test_the_published_example_of_two_groups():
    found = log_rank_of([curve(*MERCAPTOPURINE), curve(*PLACEBO)])
    # Kalbfleisch and Prentice 2002, section 1.5; R's survdiff prints 9, 19.3, 21, 10.7 and 16.8.
    assert found.observed.tolist() == [9, 21]
    assert found.expected == pytest.approx([19.25, 10.75], abs=0.005)
    assert found.statistic == pytest.approx(16.793, abs=0.0005)
    assert found.freedom == 1


def random_groups(seed: int, groups: int, size: int):
    """Whole days, so that many events fall on one; the last group is the slowest."""
    rng = np.random.default_rng(seed)
    return [
        (
            np.ceil(rng.exponential(8 + 4 * group, size)).astype(int),
            (rng.random(size) < 0.3).astype(int),
        )
        for group in range(groups)
    ]


@pytest.mark.parametrize("seed", range(5))
def test_two_groups_are_as_scipy_has_them(seed):
    made = random_groups(seed, 2, 30)
    found = log_rank_of([curve(*one) for one in made])
    samples = [
        stats.CensoredData(uncensored=times[censored == 0], right=times[censored == 1])
        for times, censored in made
    ]
    expected = stats.logrank(*samples)
    assert found.statistic == pytest.approx(expected.statistic**2, abs=1e-6)
    assert found.p == pytest.approx(expected.pvalue, abs=1e-6)


@pytest.mark.parametrize("groups", [3, 4, 6])
def test_several_groups_are_as_statsmodels_has_them(groups):
    made = random_groups(groups, groups, 25)
    found = log_rank_of([curve(*one) for one in made])
    times = np.concatenate([times for times, _ in made])
    happened = 1 - np.concatenate([censored for _, censored in made])
    statistic, p = survdiff(times, happened, np.repeat(np.arange(groups), 25))
    assert found.statistic == pytest.approx(statistic, abs=1e-6)
    assert found.p == pytest.approx(p, abs=1e-6)
    assert found.freedom == groups - 1
    assert found.expected.sum() == pytest.approx(found.observed.sum())


def test_three_groups_by_hand():
    # At time 1 one of each three (2, 2, 2 at risk) in A; at 2 one of B (1, 2, 2 at risk).
    found = log_rank([[2, 1], [2, 2], [2, 2]], [[1, 0], [0, 1], [0, 0]])
    assert found.expected == pytest.approx([1 / 3 + 1 / 5, 1 / 3 + 2 / 5, 1 / 3 + 2 / 5])
    # Variances of A and B: 2/9 + 4/25 and 2/9 + 6/25; covariance -1/9 - 2/25.
    a, b, ab = 2 / 9 + 4 / 25, 2 / 9 + 6 / 25, -1 / 9 - 2 / 25
    x, y = 1 - 8 / 15, 1 - 11 / 15
    by_hand = (b * x * x - 2 * ab * x * y + a * y * y) / (a * b - ab * ab)
    assert found.statistic == pytest.approx(by_hand)


@pytest.mark.parametrize(
    ("at_risk", "events"),
    [
        (np.zeros((0, 0)), np.zeros((0, 0))),
        (np.zeros((2, 0)), np.zeros((2, 0))),
        ([[5, 4], [5, 5]], [[0, 0], [0, 0]]),
        ([[5, 4]], [[1, 2]]),
        ([[5, 4], [0, 0]], [[1, 2], [0, 0]]),
        # All at once: there is nothing but what must be.
        ([[5], [5]], [[5], [5]]),
        ([[1], [0]], [[1], [0]]),
    ],
    ids=["no group", "no time", "no event", "one group", "one at risk", "all at once", "one"],
)
def test_where_nothing_can_be_compared_there_is_no_p(at_risk, events):
    found = log_rank(at_risk, events)
    assert found.statistic is None
    assert found.p is None


def test_a_group_without_an_event_at_risk_is_left_out():
    both = log_rank([[5, 3], [6, 6]], [[1, 1], [0, 1]])
    with_third = log_rank([[5, 3], [6, 6], [0, 0]], [[1, 1], [0, 1], [0, 0]])
    assert with_third.statistic == pytest.approx(both.statistic)
    assert with_third.freedom == 1


def test_impossible_counts_are_refused():
    with pytest.raises(ValueError, match="at risk"):
        log_rank([[1], [1]], [[2], [0]])
    with pytest.raises(ValueError, match="at risk"):
        log_rank([[1], [1]], [[-1], [0]])
