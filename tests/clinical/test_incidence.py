"""Proportions and their intervals."""

import pytest
from scipy.stats import binomtest

from clinical.incidence import difference, directions, proportion


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


def test_directions_of_several_changes_allow_for_their_number():
    risen = (proportion(56, 70), proportion(48, 80))  # 95 % interval 5 to 33 points
    fallen = (proportion(48, 80), proportion(56, 70))
    same = (proportion(5, 56), proportion(0, 29))
    unknown = (proportion(0, 0), proportion(1, 2))
    assert directions([risen]) == [1]
    assert directions([risen, fallen, same, unknown]) == [1, -1, 0, 0]
    # Among fifty comparisons each must be clear at 99.9 %: now 80 against 60 % is within chance.
    assert directions([risen] + [same] * 49)[0] == 0
    assert directions([]) == []
