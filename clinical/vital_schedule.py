"""Which vital signs were to be measured in an infusion, and which of them were.

The clinic's schedule (:class:`~clinical.thresholds.Thresholds`): once before the start, every
``vitals_during_minutes`` until the end of the infusion, and every ``vitals_after_minutes`` from
then on until the discharge. Yale 2024 and Riva-Posse 2018 measured every 10 minutes, the latter
every 15 later on; no body prescribes it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from math import isnan, sqrt
from statistics import NormalDist
from typing import NamedTuple

from clinical.incidence import CONFIDENCE, Proportion, proportion
from clinical.thresholds import Thresholds

LONGEST_STAY_MINUTES = 720
"""An end or a discharge later than this (12 hours) is taken for a slip of the pen: not known."""


class SlotKind(IntEnum):
    """The parts of an infusion, in time order."""

    BEFORE = 0
    DURING = 1
    AFTER = 2


class Slot(NamedTuple):
    """One time at which a measurement is expected.

    ``minute``: 0 before the start; after the start during the infusion; after its end later.
    """

    kind: SlotKind
    minute: int


class Stay(NamedTuple):
    """One infusion: minutes from its start to its end and to the discharge; NaN: not known.

    ``readings``: the minutes of its measurements, in any order; before the start below 0.
    """

    end: float
    discharge: float
    readings: Sequence[float]


def expected_slots(end: float, discharge: float, thresholds: Thresholds) -> list[Slot]:
    """The slots of one infusion in time order.

    Without a known end only the one before the start, without a known discharge none after the end.
    """
    slots = [Slot(SlotKind.BEFORE, 0)]
    if not _is_known(end):
        return slots
    slots += _every(SlotKind.DURING, thresholds.vitals_during_minutes, end)
    if _is_known(discharge):
        slots += _every(SlotKind.AFTER, thresholds.vitals_after_minutes, discharge - end)
    return slots


def _is_known(minute: float) -> bool:
    return not isnan(minute) and minute <= LONGEST_STAY_MINUTES


def _every(kind: SlotKind, step: int, until: float) -> list[Slot]:
    return [Slot(kind, minute) for minute in range(step, int(until) + 1, step)]


def slots_met(
    slots: Sequence[Slot], end: float, readings: Iterable[float], late: float
) -> list[bool]:
    """Whether each of the slots, in time order, has its own measurement.

    The one before the start is met by any reading up to the start; each other by a reading at most
    ``late`` minutes before or after it. One reading meets one slot: each takes the earliest that is
    left for it, which meets as many as can be met.
    """
    ordered = sorted(readings)
    later = [minute for minute in ordered if minute > 0]
    met, next_reading = [], 0
    for slot in slots:
        if slot.kind is SlotKind.BEFORE:
            met.append(bool(ordered) and ordered[0] <= 0)
            continue
        at = slot.minute + (end if slot.kind is SlotKind.AFTER else 0)
        while next_reading < len(later) and later[next_reading] < at - late:
            next_reading += 1
        in_time = next_reading < len(later) and later[next_reading] <= at + late
        met.append(in_time)
        next_reading += in_time
    return met


@dataclass(frozen=True, slots=True)
class Completeness:
    """How many of the expected measurements of some infusions were made.

    ``slots``: for each slot in time order, in how many infusions it was expected and met, with the
    Wilson interval; ``kinds``: the same for all slots of a kind together, where one infusion has
    several, with an interval that allows for it (:func:`clustered_proportion`). ``without_any``:
    infusions without a reading; ``end_known``, ``discharge_known``: infusions of which these times
    are known.
    """

    infusions: int
    slots: dict[Slot, Proportion]
    kinds: dict[SlotKind, Proportion]
    without_any: Proportion
    end_known: int
    discharge_known: int


def completeness(stays: Sequence[Stay], thresholds: Thresholds) -> Completeness:
    """Count the expected slots and those that were met over all infusions."""
    expected, met = Counter[Slot](), Counter[Slot]()
    of_kind: dict[SlotKind, list[tuple[int, int]]] = {kind: [] for kind in SlotKind}
    # Many infusions take the same time.
    slots_of = {
        (end, discharge): expected_slots(end, discharge, thresholds)
        for end, discharge in {(stay.end, stay.discharge) for stay in stays}
    }
    for stay in stays:
        slots = slots_of[stay.end, stay.discharge]
        found = slots_met(slots, stay.end, stay.readings, thresholds.vitals_late_minutes)
        fulfilled = [slot for slot, is_met in zip(slots, found, strict=True) if is_met]
        expected.update(slots)
        met.update(fulfilled)
        kinds_expected = Counter(slot.kind for slot in slots)
        kinds_met = Counter(slot.kind for slot in fulfilled)
        for kind, n in kinds_expected.items():
            of_kind[kind].append((kinds_met[kind], n))
    ends = [stay for stay in stays if _is_known(stay.end)]
    return Completeness(
        infusions=len(stays),
        slots={slot: proportion(met[slot], expected[slot]) for slot in sorted(expected)},
        kinds={kind: clustered_proportion(counts) for kind, counts in of_kind.items()},
        without_any=proportion(sum(not stay.readings for stay in stays), len(stays)),
        end_known=len(ends),
        discharge_known=sum(_is_known(stay.discharge) for stay in ends),
    )


def clustered_proportion(counts: Sequence[tuple[int, int]]) -> Proportion:
    """A proportion of things that come in clusters: events and n of each cluster.

    The interval goes by how much the clusters differ (ratio estimator, Cochran 1977, 3.12), since
    the slots of one infusion are met or missed together; cut off at 0 and 1. Where every cluster
    has all or none it says nothing, and the Wilson interval of as many single ones is taken.
    """
    clusters = [(events, n) for events, n in counts if n]
    events, n = sum(one for one, _ in clusters), sum(one for _, one in clusters)
    if len(clusters) < 2:  # there is no spread to go by
        return proportion(events, n)
    if events in {0, n}:
        alike = proportion(len(clusters) if events else 0, len(clusters))
        return Proportion(events, n, alike.estimate, alike.low, alike.high)
    share = events / n
    squares = sum((one - share * size) ** 2 for one, size in clusters)
    error = sqrt(len(clusters) / (len(clusters) - 1) * squares) / n
    half = NormalDist().inv_cdf((1 + CONFIDENCE) / 2) * error
    return Proportion(events, n, share, max(0.0, share - half), min(1.0, share + half))
