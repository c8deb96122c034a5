"""Which measurements were due, and which were made; every count worked out by hand."""

from dataclasses import replace
from math import nan, sqrt

import pytest

from clinical.incidence import proportion
from clinical.thresholds import DEFAULTS
from clinical.vital_schedule import (
    Slot,
    SlotKind,
    Stay,
    clustered_proportion,
    completeness,
    expected_slots,
    slots_met,
)

BEFORE, DURING, AFTER = SlotKind.BEFORE, SlotKind.DURING, SlotKind.AFTER


def minutes(slots: list[Slot], kind: SlotKind) -> list[int]:
    return [slot.minute for slot in slots if slot.kind is kind]


@pytest.mark.parametrize(
    ("end", "discharge", "during", "after"),
    [
        (40, 100, [10, 20, 30, 40], [15, 30, 45, 60]),
        (44, 98, [10, 20, 30, 40], [15, 30, 45]),
        (12, 12, [10], []),  # stopped early, left at once
        (9, 14, [], []),
        (40, nan, [10, 20, 30, 40], []),
        (nan, 100, [], []),  # without an end nobody knows which schedule applies when
        (50, 40, [10, 20, 30, 40, 50], []),  # discharged before the end: nothing due later
        (40, 60 * 24, [10, 20, 30, 40], []),  # discharged a day later: a slip of the pen
        (60 * 24, 60 * 25, [], []),
    ],
)
def test_what_is_due(end: float, discharge: float, during: list[int], after: list[int]):
    slots = expected_slots(end, discharge, DEFAULTS)
    assert slots == sorted(slots)
    assert minutes(slots, BEFORE) == [0]
    assert minutes(slots, DURING) == during
    assert minutes(slots, AFTER) == after


def test_the_intervals_are_settings():
    at = replace(DEFAULTS, vitals_during_minutes=20, vitals_after_minutes=30)
    slots = expected_slots(40, 100, at)
    assert (minutes(slots, DURING), minutes(slots, AFTER)) == ([20, 40], [30, 60])


SLOTS = expected_slots(40, 70, DEFAULTS)  # before; 10, 20, 30, 40; 55, 70


@pytest.mark.parametrize(
    ("readings", "met"),
    [
        ([-5, 10, 20, 30, 40, 55, 70], [1, 1, 1, 1, 1, 1, 1]),
        ([70, 55, 40, 30, 20, 10, 0], [1, 1, 1, 1, 1, 1, 1]),  # in any order; 0 is the start
        ([], [0, 0, 0, 0, 0, 0, 0]),
        ([3], [0, 0, 0, 0, 0, 0, 0]),  # after the start, seven minutes before the first
        ([5, 26, 36], [0, 1, 0, 1, 1, 0, 0]),  # up to five minutes either way
        ([4.9, 60.1], [0, 0, 0, 0, 0, 0, 0]),
        ([15], [0, 1, 0, 0, 0, 0, 0]),  # half-way between two: it meets one
        ([14, 15, 16], [0, 1, 1, 0, 0, 0, 0]),  # a recheck meets nothing further
        ([15, 24, 25], [0, 1, 1, 1, 0, 0, 0]),
        ([-300], [1, 0, 0, 0, 0, 0, 0]),
    ],
)
def test_what_was_made(readings: list[float], met: list[int]):
    assert slots_met(SLOTS, 40, readings, late=5) == [bool(one) for one in met]


def test_all_infusions_together():
    found = completeness(
        [
            Stay(20, 35, [0, 10, 20, 35]),  # due: before, 10, 20, +15; all made
            Stay(20, nan, [10]),  # due: before, 10, 20; one made
            Stay(nan, nan, []),  # due: before; nothing made
        ],
        DEFAULTS,
    )
    counts = {slot: (rate.events, rate.n) for slot, rate in found.slots.items()}
    assert counts == {
        (BEFORE, 0): (1, 3),
        (DURING, 10): (2, 2),
        (DURING, 20): (1, 2),
        (AFTER, 15): (1, 1),
    }
    assert list(found.slots) == sorted(found.slots)
    assert found.slots[Slot(BEFORE, 0)] == proportion(1, 3)
    kinds = {kind: (rate.events, rate.n) for kind, rate in found.kinds.items()}
    assert kinds == {BEFORE: (1, 3), DURING: (3, 4), AFTER: (1, 1)}
    assert (found.without_any.events, found.without_any.n) == (1, 3)
    assert (found.infusions, found.end_known, found.discharge_known) == (3, 2, 1)


def test_no_infusions_are_no_data():
    found = completeness([], DEFAULTS)
    assert found.slots == {}
    assert found.without_any.estimate is None
    assert {rate.estimate for rate in found.kinds.values()} == {None}


def test_the_interval_of_clusters_goes_by_how_much_they_differ():
    # 4 of 4, 2 of 4 and 3 of 4: 9 of 12, residuals 1, -1 and 0, so the variance is
    # 3/2 * 2 / 12**2 and the half width 1.959964 * sqrt(3) / 12 = 0.282896.
    found = clustered_proportion([(4, 4), (2, 4), (3, 4)])
    assert (found.events, found.n, found.estimate) == (9, 12, 0.75)
    assert found.low == pytest.approx(0.75 - 1.959964 * sqrt(3) / 12, abs=1e-6)
    assert found.high == 1.0, "cut off at 1: 0.75 + 0.2829"


def test_clusters_that_are_alike_give_no_certainty():
    # Three infusions with all their 12 slots are three, not twelve: Wilson of 3 of 3.
    found = clustered_proportion([(4, 4), (4, 4), (4, 4)])
    of_three = proportion(3, 3)
    assert (found.events, found.n, found.estimate) == (12, 12, 1.0)
    assert (found.low, found.high) == (of_three.low, of_three.high)
    none = clustered_proportion([(0, 4), (0, 2)])
    assert (none.events, none.n, none.estimate, none.low) == (0, 6, 0.0, 0.0)
    assert none.high == proportion(0, 2).high


def test_a_single_cluster_and_empty_ones():
    assert clustered_proportion([(3, 4), (0, 0)]) == proportion(3, 4)
    assert clustered_proportion([(0, 0)]) == proportion(0, 0)
