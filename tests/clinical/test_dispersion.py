"""How much counts vary over what chance gives: by hand, by known truths, and without spread."""

import numpy as np
import pytest
from scipy.stats import chisquare

from clinical.dispersion import BLOCK, LEAST, dispersion

REFERENCE = np.arange(3 * BLOCK) < 2 * BLOCK


def weeks(first: int, second: int, judged: int = 0) -> np.ndarray:
    """So many events in the first week of each of two blocks of the reference, and then."""
    counts = np.zeros(3 * BLOCK, np.int64)
    counts[0], counts[BLOCK], counts[2 * BLOCK :] = first, second, judged
    return counts


def test_two_blocks_by_hand():
    # 10 infusions a week, so 80 a block: 10 and 30 events where 20 each are expected at the chart's
    # own level, variance 20 * 3 / 4 = 15. Chi-square is 2 * 100 / 15 with one degree of freedom.
    recorded = np.full((1, 3 * BLOCK), 10)
    found = dispersion([weeks(10, 30)], recorded, recorded * 0.1, [REFERENCE])
    assert found == pytest.approx(200 / 15)


def test_the_charts_are_pooled_by_their_degrees_of_freedom():
    recorded = np.full((2, 3 * BLOCK), 10)
    reference = np.stack([REFERENCE, REFERENCE])
    found = dispersion([weeks(10, 30), weeks(20, 20)], recorded, recorded * 0.25, reference)
    assert found == pytest.approx(200 / 15 / 2)


def test_what_lies_outside_the_reference_is_not_looked_at():
    recorded = np.full((1, 3 * BLOCK), 10)
    quiet, loud = (
        dispersion([weeks(10, 30, judged)], recorded, recorded * 0.1, [REFERENCE])
        for judged in (0, 10)
    )
    assert quiet == loud


def test_it_is_the_chi_square_of_a_table_of_counts():
    rng = np.random.default_rng(3)
    recorded = rng.poisson(20, (1, 48))
    observed = rng.binomial(recorded, np.repeat(rng.uniform(0.1, 0.5, 6), 8))
    x, n = (counts.reshape(6, 8).sum(axis=1) for counts in (observed, recorded))
    share = x.sum() / n.sum()
    table = np.concatenate((x, n - x))
    likely = np.concatenate((n * share, n * (1 - share)))
    found = dispersion(observed, recorded, recorded * 0.5, np.ones((1, 48), bool))
    assert found == pytest.approx(chisquare(table, likely).statistic / 5)


def test_independent_infusions_vary_as_chance_gives_and_no_less_is_believed():
    rng = np.random.default_rng(8)
    recorded = rng.poisson(20, (200, 40, 40))
    observed = rng.binomial(recorded, 0.2)
    found = dispersion(observed, recorded, recorded * 0.2, np.ones(recorded.shape, bool))
    assert found.shape == (200,)
    # 160 degrees of freedom: a standard error of sqrt(2 / 160) = 0.11 around 1.
    assert np.median(found) == LEAST
    assert found.max() < 1.5


def test_a_level_that_wanders_is_seen():
    rng = np.random.default_rng(8)
    recorded = np.full((1, 400, 40), 20)
    share = np.repeat(0.3 + 0.06 * rng.choice((-1, 1), (1, 400, 5)), 8, axis=-1)
    observed = rng.binomial(recorded, share)
    found = dispersion(observed, recorded, recorded * 0.3, np.ones(recorded.shape, bool))
    # Blocks of 160 infusions, levels with a variance of 0.0036: 1 + 159 * 0.0036 / 0.21.
    assert found[0] == pytest.approx(3.7, abs=0.3)


@pytest.mark.parametrize(
    ("observed", "recorded"),
    [(0, 0), (0, 10), (10, 10)],
    ids=["no infusions", "never", "always"],
)
def test_charts_without_any_spread_say_nothing(observed: int, recorded: int):
    shape = (1, 3 * BLOCK)
    x, n = np.full(shape, observed), np.full(shape, recorded)
    assert dispersion(x, n, n * 0.5, np.ones(shape, bool)) == LEAST


def test_a_reference_of_one_block_says_nothing():
    recorded = np.full((1, BLOCK), 10)
    counts = np.arange(BLOCK)[np.newaxis]
    assert dispersion(counts, recorded, recorded * 0.3, np.ones((1, BLOCK), bool)) == LEAST
