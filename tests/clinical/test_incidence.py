"""Proportions and their intervals."""

from itertools import product
from random import Random

import pytest
from scipy.stats import binomtest, fisher_exact

from clinical.incidence import difference, fisher_p, proportion


def test_newcombe_1998_table_1_wilson_interval_of_81_of_263():
    found = proportion(81, 263)
    assert (found.low, found.high) == pytest.approx((0.2553, 0.3662), abs=5e-5)


def test_newcombe_1998_table_1_wilson_interval_of_0_of_20_and_1_of_29():
    assert proportion(0, 20).high == pytest.approx(0.1611, abs=5e-5)
    found = proportion(1, 29)
    assert (found.low, found.high) == pytest.approx((0.0061, 0.1718), abs=5e-5)


@pytest.mark.parametrize("n", [1, 2, 7, 40, 1000])
def test_it_equals_scipy(n: int):
    for events in {0, 1, n // 2, n - 1, n}:
        found = proportion(events, n)
        expected = binomtest(events, n).proportion_ci(0.95, method="wilson")
        assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-12)
        assert found.estimate == events / n


def test_nothing_of_nothing_has_no_estimate():
    found = proportion(0, 0)
    assert (found.estimate, found.low, found.high) == (None, None, None)


def test_more_events_than_trials_is_refused():
    with pytest.raises(ValueError, match="3 of 2"):
        proportion(3, 2)


# Newcombe 1998, "Interval estimation for the difference between independent proportions:
# comparison of eleven methods", table II, method 10.
@pytest.mark.parametrize(
    ("later", "earlier", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0000),
        ((10, 10), (0, 10), 0.6075, 1.0000),
    ],
)
def test_newcombe_1998_table_2_difference_of_two_proportions(later, earlier, low, high):
    found = difference(proportion(*later), proportion(*earlier))
    assert found.estimate == pytest.approx(later[0] / later[1] - earlier[0] / earlier[1])
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_a_difference_is_clear_where_its_interval_leaves_out_zero():
    assert difference(proportion(56, 70), proportion(48, 80)).is_clear
    assert difference(proportion(48, 80), proportion(56, 70)).is_clear
    assert not difference(proportion(5, 56), proportion(0, 29)).is_clear


def test_a_higher_confidence_widens_the_difference():
    usual = difference(proportion(56, 70), proportion(48, 80))
    wider = difference(proportion(56, 70), proportion(48, 80), confidence=0.999)
    # By hand: Wilson 0.6080 to 0.9116 for 56 of 70, 0.4185 to 0.7576 for 48 of 80 (z = 3.2905).
    assert (usual.low, usual.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert (wider.low, wider.high) == pytest.approx((-0.0484, 0.4131), abs=5e-5)
    assert not wider.is_clear


def test_a_difference_from_nothing_is_unknown_and_not_clear():
    found = difference(proportion(0, 0), proportion(3, 10))
    assert (found.estimate, found.low, found.high) == (None, None, None)
    assert not found.is_clear


def test_agresti_2013_table_3_9_the_lady_tasting_tea():
    # 3 of 4 cups named rightly: (16 + 16 + 1 + 1) of 70 arrangements.
    assert fisher_p(proportion(3, 4), proportion(1, 4)) == pytest.approx(34 / 70)
    assert fisher_p(proportion(4, 4), proportion(0, 4)) == pytest.approx(2 / 70)


def test_fisher_counts_tables_of_equal_probability_on_the_other_side():
    # 2 of 2 against 0 of 2: one of six arrangements, and its mirror image is as probable.
    assert fisher_p(proportion(2, 2), proportion(0, 2)) == pytest.approx(2 / 6)


def test_fisher_equals_scipy_on_every_small_table():
    for n in range(1, 8):
        for m in range(1, 8):
            for x, y in product(range(n + 1), range(m + 1)):
                expected = fisher_exact([[x, n - x], [y, m - y]]).pvalue
                assert fisher_p(proportion(x, n), proportion(y, m)) == pytest.approx(
                    expected, abs=1e-9
                ), (x, n, y, m)


@pytest.mark.parametrize("seed", range(20))
def test_fisher_equals_scipy_on_larger_tables(seed: int):
    random = Random(seed)
    for _ in range(20):
        n, m = random.randint(1, 3000), random.randint(1, 9000)
        share = random.choice((0.0, 0.001, 0.05, 0.3, 0.9, 1.0))
        x = sum(random.random() < share for _ in range(n))
        y = sum(random.random() < min(1.0, share * 1.1) for _ in range(m))
        expected = fisher_exact([[x, n - x], [y, m - y]]).pvalue
        assert fisher_p(proportion(x, n), proportion(y, m)) == pytest.approx(expected, abs=1e-9)


def test_fisher_of_nothing_is_unknown_and_of_no_events_is_one():
    assert fisher_p(proportion(0, 0), proportion(3, 10)) is None
    assert fisher_p(proportion(3, 10), proportion(0, 0)) is None
    assert fisher_p(proportion(0, 10), proportion(0, 30)) == 1.0
    assert fisher_p(proportion(10, 10), proportion(30, 30)) == 1.0


def test_fisher_of_overwhelming_tables_is_as_good_as_nought():
    p = fisher_p(proportion(20_000, 20_000), proportion(0, 20_000))
    assert p is not None
    assert 0.0 <= p < 1e-300
