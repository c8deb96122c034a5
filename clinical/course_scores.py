"""The scores of a course of treatment by infusion number, seen and carried forward.

What is missing is told three ways (O'Neill and Temple 2012 discuss the choice): *observed cases*
look at the scores that there are; *last observation carried forward* (LOCF) takes the latest score
after the baseline, and leaves out who has none; *all starters* counts what is missing as no
response. Only the second needs rows of its own, which :func:`steps` makes.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from clinical.codes import ScoreKind, Timepoint

LAST_NUMBER = 12
"""Courses are followed up to this infusion; induction ends sooner, maintenance goes on."""
USUAL_LENGTH = 6
"""How many infusions an induction has where it is not recorded how many were planned."""
AFTER_DAYS = (14, 31)
"""Days after the last infusion of an induction in which its result is read (McInnes 2022)."""


class Missing(StrEnum):
    """What is made of scores that are missing, in the words that the reader chooses from."""

    OBSERVED = "Observed"
    CARRIED = "Last score carried forward"
    ALL = "All starters"


class Step(NamedTuple):
    """The score after infusion ``number``; carried forward from an earlier one unless observed."""

    number: int
    total: float
    observed: bool


def score_kind(timepoint: Timepoint) -> ScoreKind | None:
    """Which of the two kinds a score is; ``None`` for a baseline and outside of a series."""
    if timepoint is Timepoint.AFTER_INFUSION:
        return ScoreKind.ACUTE
    if timepoint in {Timepoint.BEFORE_INFUSION, Timepoint.FOLLOW_UP}:
        return ScoreKind.SETTLED
    return None


def course_length(planned: int | None, done: int, *, is_induction: bool) -> int:
    """Up to which infusion a course is judged: as planned, or as far as it went if that is more.

    An induction without a plan counts as the usual six; maintenance without one has no end.
    ``done``: how many infusions were given, or the highest number that one of them has.
    """
    meant = planned if planned is not None else (USUAL_LENGTH if is_induction else 0)
    return min(max(meant, done), LAST_NUMBER)


def steps(scores: Iterable[tuple[int, float]], length: int) -> list[Step]:
    """The observed score of each infusion up to ``length``, and the carried one where none is.

    ``scores``: infusion numbers and totals in time order; of one infusion the latest counts.
    Nothing is carried back: the steps begin with the first score.
    """
    latest = dict(scores)
    found: list[Step] = []
    carried: float | None = None
    for number in range(1, length + 1):
        if number in latest:
            carried = latest[number]
        if carried is not None:
            found.append(Step(number, carried, number in latest))
    return found


def observed_steps(scores: Iterable[tuple[int, float]]) -> list[Step]:
    """The observed score of each infusion, without carrying any."""
    latest = dict(scores)
    return [
        Step(number, latest[number], True) for number in sorted(latest) if number <= LAST_NUMBER
    ]


def nearest(times: Sequence[float], to: float) -> int | None:
    """The position of the time nearest to ``to``, the earlier of two; ``None`` without any."""
    return min(range(len(times)), key=lambda position: abs(times[position] - to), default=None)
