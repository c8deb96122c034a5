"""What may be told of a clinic to somebody who may not see small groups, however they ask.

A rule for each number by itself does not protect: whoever may choose freely subtracts one answer
from another, and what is left is one person. So the questions are few and fixed before anybody
asks, and looked at together: whole calendar quarters that are over and settled, put together to
*blocks*, of everybody or of one value along one dimension (one site, one phase, one diagnosis).

*The rule.* Within a block let the values that are told by themselves be classes, and all other
values of their dimension one class more. What can be worked out from all answers about the block is
a sum of a function of the site's class, one of the phase's and one of the diagnosis's. The answers
are given only where the crossings of classes with at least ``least`` patients fix every such sum: a
sum that is nought on all of these large crossings is nought on all of them. Then whatever is added
to and subtracted from whatever, and whatever else is known of who was treated where, either
nothing is left or a large crossing is, with all its patients. (:func:`is_safe` finds it by one
large crossing after another, each with a single new class.) This is stricter than complementary
suppression for single tables (Hundepool and others 2012, "Statistical Disclosure Control", ch. 4),
and needs no search among differences.

*In time.* A block is formed from its own quarters alone and then stays, so the answers of today and
those of a later day are questions to the same blocks.

What is not held back: a rate of nearly all of a large group; and what a correction or a late import
into an old quarter changes, for somebody who has kept the answers of before.
"""

from collections import Counter
from collections.abc import Collection, Hashable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from clinical.calendar import MONTHS_A_QUARTER

LEAST = 5
"""Patients: no smaller group is told of, even where the clinic's own setting is lower."""
LONGEST = 4
"""Quarters: after so many a block is told of without the values that are still too few."""
SETTLED_DAYS = 28
"""Days after which the records of a quarter are taken to be all there."""

_QUARTERS = 4


class Dimension(StrEnum):
    """Along what the choice can be narrowed, in the order in which values are given preference."""

    SITE = "Site"
    PHASE = "Phase"
    DIAGNOSIS = "Diagnosis"


@dataclass(frozen=True, slots=True, order=True)
class Narrowing:
    """One value along one dimension: a site's key, or a code of :mod:`clinical.codes`."""

    dimension: Dimension
    code: int


Patient = Hashable
"""A patient's key, in whatever form."""
Cell = tuple[int, ...]
"""A code along each dimension, in the order in which the dimensions are given."""
People = Mapping[Cell, Set[Patient]]
"""The patients of each crossing; of a large one as many as the smallest group has will do."""
Told = tuple[frozenset[int], ...]
"""Along each dimension the codes that are told by themselves."""


@dataclass(frozen=True, slots=True)
class Block:
    """Quarters ``first`` to ``last``, of which answers are given as of one.

    ``present``: the values that occur at all; ``told``: those that are told by themselves;
    ``is_whole``: whether the viewer is told of all that they may see together.
    """

    first: int
    last: int
    present: frozenset[Narrowing]
    told: frozenset[Narrowing]
    is_whole: bool = True

    def answers(self, narrowing: Narrowing | None) -> bool:
        """Whether a question with this narrowing has an answer here, be it that there is nobody."""
        if narrowing is None:
            return self.is_whole
        return narrowing in self.told or narrowing not in self.present


def quarter_number(day: date) -> int:
    """The quarter in which a date lies, counted from the year 0: a third of its month's number."""
    return day.year * _QUARTERS + (day.month - 1) // MONTHS_A_QUARTER


def quarter_start(number: int) -> date:
    """The first day of a quarter."""
    return date(number // _QUARTERS, number % _QUARTERS * MONTHS_A_QUARTER + 1, 1)


def last_settled_quarter(today: date) -> int:
    """The latest quarter that has been over for so long that its records are taken to be there."""
    return quarter_number(today - timedelta(days=SETTLED_DAYS)) - 1


def least_patients(smallest_group: int) -> int:
    """The smallest group that is told of; ``smallest_group``: the clinic's own setting."""
    return max(smallest_group, LEAST)


def is_safe(people: People, told: Told, least: int) -> bool:
    """Whether what follows from all answers about some people is always about ``least`` or more.

    The answers: everybody, and each value of ``told``. With nobody there is nothing to protect.
    """
    if all(len(patients) >= least for patients in people.values()):
        return True  # whatever becomes of the classes
    crossings = _crossings(people, told, least)
    large = {crossing for crossing, patients in crossings.items() if len(patients) >= least}
    if len(large) == len(crossings):
        return True
    return bool(large) and _fixes_all(large, crossings)


_REST = -1
"""The class of the values that are not told by themselves; codes are not negative."""


def _crossings(people: People, told: Told, least: int) -> dict[Cell, Set[Patient]]:
    """The patients of each crossing of classes that occurs; of a large one at least ``least``."""
    found: dict[Cell, Set[Patient]] = {}
    for cell, patients in people.items():
        if patients:
            crossing = tuple(
                code if code in codes else _REST for code, codes in zip(cell, told, strict=True)
            )
            before = found.get(crossing)
            if before is None:
                found[crossing] = patients
            elif len(before) < least:
                found[crossing] = before | patients
    return found


def _fixes_all(large: Collection[Cell], crossings: Mapping[Cell, Set[Patient]]) -> bool:
    """Whether a sum that is nought on the large crossings is nought wherever there is anybody.

    From the largest one, whose parts may be taken for nought, to any other with a single class that
    is not known to be nought yet: it must be, too.
    """
    start = max(large, key=lambda crossing: (len(crossings[crossing]), crossing))
    known = [{code} for code in start]
    waiting = set(large) - {start}
    while True:
        unknown = {
            crossing: [place for place, code in enumerate(crossing) if code not in known[place]]
            for crossing in waiting
        }
        found = [crossing for crossing in waiting if len(unknown[crossing]) <= 1]
        if not found:
            break
        for crossing in found:
            for place in unknown[crossing]:
                known[place].add(crossing[place])
        waiting.difference_update(found)
    return all(
        code in codes for crossing in crossings for code, codes in zip(crossing, known, strict=True)
    )


def values_told(
    tables: Sequence[People], allowed: Told, least: int, counts: Mapping[Cell, int]
) -> Told | None:
    """The values that may be told by themselves beside everybody; ``None``: not even everybody.

    ``tables``: people who are told of by the same answers, each to be protected by itself;
    ``counts``: how many there are of all of them. Dimension by dimension, those with most first, as
    many of the values that are ``allowed`` as are safe together with what is told already.
    """
    told: list[frozenset[int]] = [frozenset()] * len(allowed)
    if not _all_safe(tables, told, least):
        return None
    for place, ordered in enumerate(_most_first(counts, allowed)):
        for number in range(len(ordered), 0, -1):
            tried = [*told]
            tried[place] = frozenset(ordered[:number])
            if _all_safe(tables, tried, least):
                told = tried
                break
    return tuple(told)


def _all_safe(tables: Sequence[People], told: Sequence[frozenset[int]], least: int) -> bool:
    return all(is_safe(people, tuple(told), least) for people in tables)


def _most_first(counts: Mapping[Cell, int], allowed: Told) -> list[list[int]]:
    """Along each dimension the allowed values that occur, those with most first."""
    found = []
    for place, codes in enumerate(allowed):
        sizes: Counter[int] = Counter()
        for cell, count in counts.items():
            if cell[place] in codes:
                sizes[cell[place]] += count
        found.append([code for code, _ in sorted(sizes.items(), key=lambda of: (-of[1], of[0]))])
    return found


def codes_present(people: People, dimensions: Sequence[Dimension]) -> Told:
    """Along each dimension the codes with anybody."""
    return tuple(
        frozenset(cell[place] for cell, patients in people.items() if patients)
        for place in range(len(dimensions))
    )


class Table(NamedTuple):
    """By quarter and crossing: the patients, and how many there are of what is counted."""

    people: dict[int, dict[Cell, set[Patient]]]
    counts: dict[int, Counter[Cell]]

    def of(self, first: int, last: int) -> tuple[dict[Cell, set[Patient]], Counter[Cell]]:
        """The patients and the counts of quarters ``first`` to ``last`` together."""
        people: dict[Cell, set[Patient]] = {}
        counts: Counter[Cell] = Counter()
        for quarter in range(first, last + 1):
            for cell, patients in self.people.get(quarter, {}).items():
                people.setdefault(cell, set()).update(patients)
            counts.update(self.counts.get(quarter, {}))
        return people, counts


def blocks_of(
    tables: Sequence[Table], dimensions: Sequence[Dimension], until: int, least: int
) -> tuple[Block, ...]:
    """The blocks up to quarter ``until``, oldest first, one after the other without a gap.

    ``tables``: as for :func:`values_told`; the first holds everybody. A block takes quarters until
    everybody and every site and phase in it is told by itself, at the latest after
    :data:`LONGEST` quarters as far as it is safe; and on until at least everybody together is told.
    Quarters that are left over are not told of yet. The diagnosis is told where it is safe.
    """
    found: list[Block] = []
    first = min((quarter for quarter in tables[0].people if quarter <= until), default=until + 1)
    for quarter in range(first, until + 1):
        block = _closed(tables, dimensions, (first, quarter), least)
        if block is not None:
            found.append(block)
            first = quarter + 1
    return tuple(found)


def _closed(
    tables: Sequence[Table],
    dimensions: Sequence[Dimension],
    quarters: tuple[int, int],
    least: int,
) -> Block | None:
    """The block of these quarters; ``None`` where it must take more of them."""
    first, last = quarters
    counts = tables[0].of(first, last)[1]
    if not counts:
        return None
    people = [table.of(first, last)[0] for table in tables]
    present = tuple(frozenset(cell[place] for cell in counts) for place in range(len(dimensions)))
    needed = [
        codes if dimension is not Dimension.DIAGNOSIS else frozenset()
        for dimension, codes in zip(dimensions, present, strict=True)
    ]
    if last - first + 1 < LONGEST and not _all_safe(people, needed, least):
        return None
    told = values_told(people, present, least, counts)
    if told is None:
        return None
    return Block(first, last, narrowings_of(present, dimensions), narrowings_of(told, dimensions))


def narrowings_of(codes: Told, dimensions: Sequence[Dimension]) -> frozenset[Narrowing]:
    """The codes along each dimension as values that can be chosen."""
    return frozenset(
        Narrowing(dimension, code)
        for dimension, of_dimension in zip(dimensions, codes, strict=True)
        for code in of_dimension
    )


def told_codes(block: Block, dimensions: Sequence[Dimension]) -> Told:
    """Along each dimension the codes that a block tells by themselves."""
    return tuple(
        frozenset(each.code for each in block.told if each.dimension is dimension)
        for dimension in dimensions
    )
