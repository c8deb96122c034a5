"""What stands on the weekly sheet. Every string is already in the reader's words.

Strings are plain text, never markup. Nothing on the sheet is about a single patient. A number that
is not known is ``None`` and is drawn as missing, never as 0.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Number:
    """One of the six numbers: in the week, in the week before, and in a usual week.

    ``basis`` says of how many, with the interval where there is one.
    """

    label: str
    value: str
    basis: str
    before: str
    usual: str


@dataclass(frozen=True, slots=True)
class Stack:
    """A bar of several parts, as many as the picture's ``names``; ``words`` stand above it."""

    label: str
    parts: tuple[int, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Stacks:
    """Bars of parts that are named in a key."""

    title: str
    note: str
    names: tuple[str, ...]
    stacks: tuple[Stack, ...]
    empty: str


@dataclass(frozen=True, slots=True)
class OpenBar:
    """What is open, booked and used, in hours; ``words`` stand above it."""

    label: str
    open_hours: float | None
    booked: float | None
    used: float | None
    words: str


@dataclass(frozen=True, slots=True)
class OpenBars:
    """Booked and used time within the time that is open."""

    title: str
    note: str
    bars: tuple[OpenBar, ...]
    empty: str


@dataclass(frozen=True, slots=True)
class ControlPoint:
    """A share with the limits of chance; ``is_marked``: beyond them. ``label``: below the axis."""

    label: str
    share: float | None
    lower: float | None
    upper: float | None
    is_marked: bool = False


@dataclass(frozen=True, slots=True)
class ControlCourse:
    """A share over time; ``centre``: what it is held against, named ``centre_words``."""

    title: str
    note: str
    points: tuple[ControlPoint, ...]
    centre: float | None
    centre_words: str
    empty: str


Picture = Stacks | OpenBars | ControlCourse


@dataclass(frozen=True, slots=True)
class WeekSheet:
    """Everything on the sheet, in the order in which it is printed.

    ``place``: which sites; ``selection``: which diagnoses and phases, empty where all.
    ``changed``: what changed, the gravest first, at most five. ``stamp`` is the only time that the
    file names as its own, so that the same content always gives the same file.
    """

    week: str
    place: str
    sites: str
    selection: str
    changed: tuple[str, ...]
    numbers: tuple[Number, ...]
    pictures: tuple[Picture, ...]
    definitions: tuple[str, ...]
    data_as_of: str
    printed: str
    stamp: datetime
    is_demo: bool
