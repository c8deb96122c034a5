"""Standardised differences between two sets of infusions."""

import numpy as np
import pandas as pd
import pytest

from clinical.contrasts import contrasts, difference_of_means, difference_of_shares


def test_two_means_by_hand():
    # Means 2 and 4, variances 1 and 4: -2 / sqrt(2.5).
    found = difference_of_means(np.array([1.0, 2, 3]), np.array([2.0, 4, 6]))
    assert found == pytest.approx(-1.264911)


def test_two_shares_by_hand():
    # 0.5 and 0.2, variances 0.25 and 0.16: 0.3 / sqrt(0.205).
    assert difference_of_shares(10, 20, 20, 100) == pytest.approx(0.662589)
    assert difference_of_shares(20, 100, 10, 20) == pytest.approx(-0.662589)


@pytest.mark.parametrize(
    ("with_it", "without"),
    [([], [1.0, 2]), ([1.0], [1.0, 2]), ([1.0, 2], [1.0]), ([0.3] * 3, [0.3] * 7)],
)
def test_a_mean_without_spread_or_of_fewer_than_two_has_no_difference(with_it, without):
    assert difference_of_means(np.array(with_it), np.array(without)) is None


def test_one_side_may_be_constant():
    # Means 0.3 and 0.5, variances 0 and 0.02: -0.2 / 0.1.
    found = difference_of_means(np.array([0.3] * 3), np.array([0.4, 0.6]))
    assert found == pytest.approx(-2.0)


@pytest.mark.parametrize("counts", [(0, 0, 3, 9), (1, 1, 3, 9), (0, 5, 0, 9), (5, 5, 0, 9)])
def test_a_share_without_spread_or_of_fewer_than_two_has_no_difference(counts):
    assert difference_of_shares(*counts) is None


INFUSIONS = pd.DataFrame(
    {
        "affected": [True] * 4 + [False] * 5,
        "dose": [0.6, 0.6, 0.6, None, 0.4, 0.5, 0.6, 0.5, 0.5],
        "nurse": ["A", "A", "A", "B", "A", "B", "B", "C", None],
        "sex": [1, 1, 1, 2, 1, 1, 2, 2, 2],
    }
)


def test_the_largest_difference_comes_first_and_missing_values_are_left_out():
    found = contrasts(INFUSIONS, "affected", ["dose"], ["nurse", "sex"])
    told = [(one.name, one.level, one.n_with, one.n_without) for one in found]
    assert told == [
        ("dose", None, 3, 5),
        ("nurse", "A", 4, 4),
        ("nurse", "C", 4, 4),
        ("sex", 1, 4, 5),
        ("nurse", "B", 4, 4),
    ]
    # Dose: 0.6 and 0.5, variances 0 and 0.005. Nurse A: 3/4 and 1/4, both 0.1875; C: 0 and 1/4;
    # B: 1/4 and 2/4, 0.1875 and 0.25. Sex 1: 3/4 and 2/5, 0.1875 and 0.24.
    assert [one.difference for one in found] == pytest.approx(
        [2.0, 1.154701, -0.816497, 0.757033, -0.534522]
    )
    assert [(one.value_with, one.value_without) for one in found] == [
        pytest.approx(pair)
        for pair in [(0.6, 0.5), (0.75, 0.25), (0, 0.25), (0.75, 0.4), (0.25, 0.5)]
    ]


def test_of_two_values_only_the_commoner_one_among_the_affected_is_told():
    (found,) = contrasts(INFUSIONS, "affected", [], ["sex"])
    assert (found.level, found.value_with, found.value_without) == (1, 0.75, 0.4)
    turned = INFUSIONS.assign(affected=~INFUSIONS["affected"])
    (found,) = contrasts(turned, "affected", [], ["sex"])
    assert (found.level, found.value_with, found.value_without) == (2, 0.6, 0.25)


def test_a_complete_difference_comes_first_and_what_cannot_be_told_last():
    frame = pd.DataFrame(
        {
            "affected": [True, True, False, False],
            "constant": [0.3, 0.3, 0.3, 0.3],
            "dose": [0.5, 0.6, 0.5, 0.5],
            "chair": ["1", "1", "2", "2"],
            "site": ["X", "X", "X", "X"],
        }
    )
    found = contrasts(frame, "affected", ["constant", "dose"], ["chair", "site"])
    assert [(one.name, one.is_complete) for one in found] == [
        ("chair", True),
        ("dose", False),
        ("constant", False),
        ("site", False),
    ]
    assert (found[0].level, found[0].difference) == ("1", None)
    assert (found[0].value_with, found[0].value_without) == (1, 0)


def test_one_affected_infusion_has_values_but_no_difference():
    frame = INFUSIONS.iloc[3:]
    for found in contrasts(frame, "affected", ["dose"], ["nurse", "sex"]):
        assert found.difference is None
        assert not found.is_complete
    (dose,) = contrasts(frame, "affected", ["dose"], [])
    assert (dose.value_with, dose.n_with, dose.by_chance) == (None, 0, None)


def test_none_affected_and_no_infusions():
    frame = INFUSIONS.iloc[4:]
    assert all(
        one.value_with is None and one.difference is None
        for one in contrasts(frame, "affected", ["dose"], ["nurse"])
    )
    (dose,) = contrasts(INFUSIONS.iloc[:0], "affected", ["dose"], ["nurse"])
    assert (dose.value_with, dose.value_without, dose.difference) == (None, None, None)


def test_the_size_that_chance_alone_gives():
    (found,) = contrasts(INFUSIONS, "affected", ["dose"], [])
    assert found.by_chance == pytest.approx(1.959964 * (1 / 3 + 1 / 5) ** 0.5)


def test_chance_alone_exceeds_that_size_in_about_one_of_twenty():
    random = np.random.default_rng(4)
    bound = 1.959964 * (1 / 30 + 1 / 90) ** 0.5
    beyond = 0
    for _ in range(2000):
        found = difference_of_means(random.normal(size=30), random.normal(size=90))
        assert found is not None
        beyond += abs(found) > bound
    assert 0.035 < beyond / 2000 < 0.075
