"""From counted rows to a release: which answers are given, and the answers.

Rules and words: :mod:`clinical.release_blocks`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from clinical.release import Counts, Question, Release
from clinical.release_blocks import (
    Block,
    Cell,
    Dimension,
    Narrowing,
    Patient,
    Table,
    blocks_of,
    narrowings_of,
    told_codes,
    values_told,
)

SCORED, RESPONDED, REMITTED = "scored", "responded", "remitted"
"""What is told of inductions, beside how many there were."""


class Counted(NamedTuple):
    """So many of some patients in a quarter and a crossing of the dimensions."""

    quarter: int
    cell: Cell
    patients: Iterable[Patient]
    number: int


def table_of(rows: Iterable[Counted]) -> Table:
    """Gather rows."""
    people: dict[int, dict[Cell, set[Patient]]] = {}
    counts: dict[int, Counter[Cell]] = {}
    for quarter, cell, patients, number in rows:
        if quarter not in people:
            people[quarter], counts[quarter] = {}, Counter()
        people[quarter].setdefault(cell, set()).update(patients)
        counts[quarter][cell] += number
    return Table(people, counts)


def event_release(
    everything: Table,
    events: Mapping[str, Table],
    dimensions: Sequence[Dimension],
    until: int,
    least: int,
) -> Release:
    """What may be told of all there are, and of those with each of some events, up to a quarter.

    Each event is told in the blocks of all, block by block, where its own patients are protected as
    all are: of everybody, and of the values that are told of all. That an event is recorded of
    nobody is not told either: it could not be told from one of fewer than ``least``.
    """
    blocks = blocks_of([everything], dimensions, until, least)
    return Release(
        blocks=blocks,
        least=least,
        counted=_answers(everything, blocks, dimensions),
        events={
            name: _event_answers(table, blocks, dimensions, least) for name, table in events.items()
        },
    )


def _event_answers(
    table: Table, blocks: Sequence[Block], dimensions: Sequence[Dimension], least: int
) -> Counts:
    found: dict[Question, int] = {}
    for block in blocks:
        people, counts = table.of(block.first, block.last)
        allowed = told_codes(block, dimensions)
        told = values_told([people], allowed, least, counts) if people else None
        if told is not None:
            answered = narrowings_of(told, dimensions)
            found |= _block_answers(counts, block, [None, *answered], dimensions)
    return found


class Induction(NamedTuple):
    """One induction that is over: when and where, of whom, and its result at its end.

    ``responded``: ``None`` where there is no score or no baseline. ``remitted``: with a response.
    """

    quarter: int
    cell: Cell
    patient: Patient
    responded: bool | None
    remitted: bool


def result_release(
    inductions: Sequence[Induction], dimensions: Sequence[Dimension], until: int, least: int
) -> Release:
    """What may be told of the results of inductions up to a quarter.

    All is told by the same answers. What is told lies within one another (a remission is a
    response, a response has a score), so what subtraction leaves is any of four parts: no score, no
    response, a response without remission, a remission. Each is protected by itself, and with them
    whatever can be added up from them.
    """
    parts = [
        _inductions(each for each in inductions if each.responded is None),
        _inductions(each for each in inductions if each.responded is False),
        _inductions(each for each in inductions if each.responded and not each.remitted),
        _inductions(each for each in inductions if each.responded and each.remitted),
    ]
    everybody = _inductions(inductions)
    blocks = blocks_of([everybody, *parts], dimensions, until, least)
    told = {
        SCORED: _inductions(each for each in inductions if each.responded is not None),
        RESPONDED: _inductions(each for each in inductions if each.responded),
        REMITTED: parts[-1],
    }
    return Release(
        blocks=blocks,
        least=least,
        counted=_answers(everybody, blocks, dimensions),
        events={name: _answers(table, blocks, dimensions) for name, table in told.items()},
    )


def _inductions(inductions: Iterable[Induction]) -> Table:
    return table_of(Counted(each.quarter, each.cell, (each.patient,), 1) for each in inductions)


def _answers(table: Table, blocks: Sequence[Block], dimensions: Sequence[Dimension]) -> Counts:
    """The answers to every question that the blocks tell."""
    found: dict[Question, int] = {}
    for block in blocks:
        _, counts = table.of(block.first, block.last)
        found |= _block_answers(counts, block, [None, *block.told], dimensions)
    return found


def _block_answers(
    counts: Mapping[Cell, int],
    block: Block,
    narrowings: Iterable[Narrowing | None],
    dimensions: Sequence[Dimension],
) -> dict[Question, int]:
    sums: Counter[Narrowing | None] = Counter()
    for place, dimension in enumerate(dimensions):
        along: Counter[int] = Counter()
        for cell, count in counts.items():
            along[cell[place]] += count
        sums.update({Narrowing(dimension, code): count for code, count in along.items()})
    sums[None] = sum(counts.values())
    return {(block.first, each): sums[each] for each in narrowings}
