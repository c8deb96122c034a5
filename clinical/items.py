"""The items of PHQ-9 in short names of our own, and which of them moved.

PHQ-9 and GAD-7 may be reproduced without permission (PHQ family; US Core). Items of the other
questionnaires are not named: their owners' licences do not allow it, or it is not clear.
"""

from collections.abc import Sequence
from typing import NamedTuple

PHQ9_ITEMS = (
    "Interest",
    "Mood",
    "Sleep",
    "Energy",
    "Appetite",
    "Self-worth",
    "Concentration",
    "Movement",
    "Thoughts of death",
)
"""In the order of the questionnaire; the last is item 9. Each is 0 (not at all) to 3 (nearly every
day), so that a fall is better."""
ANSWERS = ("not at all", "several days", "over half the days", "nearly every day")
"""What the numbers 0 to 3 mean."""


class Movement(NamedTuple):
    """One item at two times."""

    name: str
    first: int
    last: int

    @property
    def change(self) -> int:
        """Last minus first: below 0 is better."""
        return self.last - self.first


def movements(first: Sequence[int | None], last: Sequence[int | None]) -> list[Movement]:
    """The items answered both times, the largest movement first, ties as in the questionnaire."""
    both = [
        Movement(name, before, after)
        for name, before, after in zip(PHQ9_ITEMS, first, last, strict=True)
        if before is not None and after is not None
    ]
    return sorted(both, key=lambda movement: -abs(movement.change))
