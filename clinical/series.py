"""Courses of treatment, worked out from bare infusions.

The rule is the data contract's ("Series"): infusions in time order; from the first, those at most
14 days apart are the induction course; what follows the first longer gap is its maintenance course,
however long the intervals; after more than 182 days without an infusion a new induction course
begins by the same rule. Intervals are counted in clinic days.
"""

from collections.abc import Sequence
from typing import NamedTuple

from clinical.codes import Phase

INDUCTION_GAP_DAYS = 14
"""The longest interval within an induction course (data contract, "Series")."""
NEW_INDUCTION_GAP_DAYS = 182
"""The longest interval within a maintenance course (data contract, "Series")."""


class Course(NamedTuple):
    """A run of consecutive infusions: positions ``first`` up to, not including, ``end``."""

    phase: Phase
    first: int
    end: int


def derive_courses(days: Sequence[int]) -> list[Course]:
    """The courses of one patient's infusions, given their clinic days in time order."""
    courses: list[Course] = []
    phase, first = Phase.INDUCTION, 0
    for position in range(1, len(days)):
        following = _following_phase(phase, days[position] - days[position - 1])
        if following is not None:
            courses.append(Course(phase, first, position))
            phase, first = following, position
    if days:
        courses.append(Course(phase, first, len(days)))
    return courses


def _following_phase(phase: Phase, gap_days: int) -> Phase | None:
    """The phase of the course that begins after a gap; ``None`` where the course goes on."""
    if gap_days > NEW_INDUCTION_GAP_DAYS:
        return Phase.INDUCTION
    if phase is Phase.INDUCTION and gap_days > INDUCTION_GAP_DAYS:
        return Phase.MAINTENANCE
    return None


def sequence_numbers(given: Sequence[int | None]) -> list[int]:
    """The sequence numbers of a series, in time order, with the missing ones filled in.

    A missing number is one more than the number before; the first is 1. Where none is given that
    is the position; where the clinic's numbers begin at 4, the numbering goes on from there.
    """
    numbers: list[int] = []
    for number in given:
        following = numbers[-1] + 1 if numbers else 1
        numbers.append(following if number is None else number)
    return numbers
