"""Courses by severity band and by reliable change, counted by hand."""

import pandas as pd
import pytest

from clinical.instruments import PHQ9, WHO5, Instrument
from clinical.measures import THOUGHTS
from clinical.score_shares import bands_by_number, changes_by_number
from tests.clinical.test_mean_scores import scores


@pytest.mark.parametrize(
    ("measure", "pairs", "expected"),
    [
        # 6 points, reached exactly, in both directions; 5 are not enough.
        (PHQ9, [(20, 14), (20, 15), (10, 16), (10, 15), (9, 9)], (1, 3, 1)),
        # Higher is better, by 10 points.
        (WHO5, [(20, 30), (20, 28), (40, 30), (40, 32), (0, 100)], (2, 2, 1)),
        # One level of an item.
        (THOUGHTS, [(2, 1), (1, 1), (0, 1)], (1, 1, 1)),
    ],
)
def test_changes_count_from_the_limit_in_the_direction_of_the_measure(
    measure: Instrument, pairs: list[tuple[float, float]], expected: tuple[int, int, int]
):
    found = changes_by_number(scores(*((4, 1, *pair, 1) for pair in pairs)), measure)
    columns = ["number", "n", "better", "same", "worse"]
    assert found[columns].iloc[0].tolist() == [4, len(pairs), *expected]


def test_bands_are_of_the_observed_and_each_has_a_row():
    rows = scores((1, 1, 20, 4, 2), (1, 1, 12, 5, 1), (1, 0, 12, 27, 9), (2, 1, 12, 27, 3))
    found = bands_by_number(rows, PHQ9, baseline_of=1)
    by_number = found.pivot(index="number", columns="band", values="courses")
    # Minimal to 4, mild from 5, moderate from 10, moderately severe from 15, severe from 20.
    assert by_number.to_numpy().tolist() == [[0, 0, 1, 0, 2], [2, 1, 0, 0, 0], [0, 0, 0, 0, 3]]
    assert found.groupby("number")["n"].first().tolist() == [3, 3, 3]


def test_no_scores_are_no_shares():
    none: pd.DataFrame = scores()
    assert changes_by_number(none, PHQ9).empty
    assert bands_by_number(none, PHQ9, baseline_of=6).empty
