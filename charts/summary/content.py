"""What stands on a patient's summary. Every string is already in the reader's words.

Strings are plain text, never markup: whatever is in them is printed as it is.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from clinical.codes import Phase, Timepoint
from clinical.instruments import Band


@dataclass(frozen=True, slots=True)
class ScorePoint:
    """One score. ``joined``: a line leads here from the score before an infusion that precedes it.

    Only a baseline and scores before infusions are ever joined; where one between is missing,
    ``joined`` is ``False`` and the gap stays open.
    """

    when: datetime
    total: float
    kind: Timepoint
    joined: bool = False


@dataclass(frozen=True, slots=True)
class InfusionMark:
    """One infusion. ``dose``: its label (``0.50``), empty where the dose stays the same."""

    when: datetime
    number: int
    phase: Phase
    dose: str = ""


@dataclass(frozen=True, slots=True)
class PhaseChange:
    """A labelled moment: a change of the phase, a new series."""

    when: datetime
    label: str


class LevelKind(Enum):
    """What a horizontal line means. Each has its own dash, so that it can be told in grey."""

    BASELINE = "baseline"
    RESPONSE = "response"
    REMISSION = "remission"


@dataclass(frozen=True, slots=True)
class Level:
    """A horizontal line at ``total``. Without ``start`` or ``end`` it runs to that edge."""

    kind: LevelKind
    total: float
    label: str
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class TrajectoryData:
    """One instrument's scores over time. ``bands``, ``lowest``, ``highest``: the instrument's.

    ``points`` in time order. The times of everything in one summary are of one clock.
    """

    title: str
    subtitle: str
    points: tuple[ScorePoint, ...]
    infusions: tuple[InfusionMark, ...]
    changes: tuple[PhaseChange, ...]
    levels: tuple[Level, ...]
    bands: tuple[Band, ...]
    lowest: float
    highest: float
    higher_is_better: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; numbers stand to the right."""

    heading: str
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table, each row with a cell per column. ``empty``: what is said where there is no row."""

    title: str
    note: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    empty: str


@dataclass(frozen=True, slots=True)
class PatientSummary:
    """Everything on the summary, in the order in which it is printed.

    ``facts``: a few words each (diagnosis, provider), printed in one line. ``sentences``: the
    answer first. ``infusions``: in time order; a long series keeps its first three rows and its
    latest. ``data_as_of`` and ``printed`` are in words; ``stamp`` is the time of the data that the
    file names as its own, so that the same content always gives the same file.
    """

    patient_name: str
    record_number: str
    born: str
    site: str
    facts: tuple[str, ...]
    sentences: tuple[str, ...]
    trajectories: tuple[TrajectoryData, ...]
    changes: Table
    suicidal_thoughts: tuple[str, ...]
    infusions: Table
    ledger: tuple[str, ...]
    definitions: tuple[str, ...]
    data_as_of: str
    printed: str
    stamp: datetime
    is_demo: bool
