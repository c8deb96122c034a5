"""Words about one patient's scores."""

from math import nan

import pytest

from charts.score_words import improvement, taken
from clinical.codes import Timepoint


@pytest.mark.parametrize(
    ("timepoint", "number", "hours", "words"),
    [
        (Timepoint.BASELINE, 0, nan, "baseline"),
        (Timepoint.UNLINKED, 0, nan, "outside a series"),
        (Timepoint.BEFORE_INFUSION, 3, 90.0, "before infusion 4"),
        (Timepoint.AFTER_INFUSION, 3, 20.0, "20 hours after infusion 3"),
        (Timepoint.AFTER_INFUSION, 3, 1.2, "1 hour after infusion 3"),
        (Timepoint.AFTER_INFUSION, 3, None, "within 72 hours after infusion 3"),
        (Timepoint.FOLLOW_UP, 6, 336.0, "14 days after infusion 6"),
        (Timepoint.FOLLOW_UP, 6, None, "over 72 hours after infusion 6"),
    ],
)
def test_when_a_score_was_taken(timepoint, number, hours, words):
    assert taken(timepoint, number, hours) == words


@pytest.mark.parametrize(
    ("percent", "words"),
    [(61.9, "62 % better"), (-10.0, "10 % worse"), (0.2, "no change from the baseline")],
)
def test_improvement_in_words(percent, words):
    assert improvement(percent).replace("\N{NO-BREAK SPACE}", " ") == words
