"""All that somebody may be told who may not see small groups, and how they may ask for it.

Why so few questions are offered, and which: :mod:`clinical.release_blocks`.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from clinical.release_blocks import Block, Dimension, Narrowing


@dataclass(frozen=True, slots=True)
class Choice:
    """A question: the quarters ``first`` to ``last``, of everybody or narrowed to one value."""

    first: int
    last: int
    narrowing: Narrowing | None = None


Question = tuple[int, Narrowing | None]
"""A block by its first quarter, and the narrowing."""
Counts = Mapping[Question, int]
"""The answers: a number for each question that has one."""


class NotOfferedError(ValueError):
    """A question that is not offered."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A count of a choice. ``is_whole``: of all of it; else some of its blocks are not told.

    ``events`` is then the count of the others, so there are at least so many.
    """

    events: int
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Release:
    """All that somebody may be told, and nothing else. Not to be changed: others share it.

    ``counted``: how many there are (infusions with a record, inductions); ``events``: by name, how
    many of them have something. An event that has no answer to a question may have occurred, and
    fewer than ``least`` patients had it, or it would give such a group away.
    """

    blocks: tuple[Block, ...]
    least: int
    counted: Counts
    events: Mapping[str, Counts]

    def runs(self, narrowing: Narrowing | None) -> list[list[Block]]:
        """The blocks that answer, as runs without a gap, oldest first; none where nobody is."""
        runs: list[list[Block]] = [[]]
        for block in self.blocks:
            if block.answers(narrowing):
                runs[-1].append(block)
            elif runs[-1]:
                runs.append([])
        return [run for run in runs if any(self._has(block, narrowing) for block in run)]

    def narrowings(self) -> list[Narrowing]:
        """The values that can be chosen, by dimension and code; of a dimension with several."""
        present = {each for block in self.blocks for each in block.present}
        told = sorted(
            {each for block in self.blocks for each in block.told},
            key=lambda each: (list(Dimension).index(each.dimension), each.code),
        )
        return [
            each for each in told if sum(other.dimension is each.dimension for other in present) > 1
        ]

    def blocks_in(self, choice: Choice) -> list[Block]:
        """The blocks of a choice. Raises :class:`NotOfferedError` where it is not offered."""
        inside = [b for b in self.blocks if choice.first <= b.first and b.last <= choice.last]
        is_cut_well = bool(inside) and (inside[0].first, inside[-1].last) == (
            choice.first,
            choice.last,
        )
        if not is_cut_well or not all(block.answers(choice.narrowing) for block in inside):
            raise NotOfferedError("This choice is not offered.")
        return inside

    def count(self, choice: Choice) -> int:
        """How many there are. Raises :class:`NotOfferedError`."""
        return sum(
            self.counted.get((block.first, choice.narrowing), 0) for block in self.blocks_in(choice)
        )

    def answer(self, event: str, choice: Choice) -> Answer:
        """How many have the event. Raises :class:`NotOfferedError`."""
        answers = self.events.get(event, {})
        asked = [
            (block.first, choice.narrowing)
            for block in self.blocks_in(choice)
            if self._has(block, choice.narrowing)
        ]
        return Answer(
            sum(answers.get(question, 0) for question in asked),
            all(question in answers for question in asked),
        )

    def _has(self, block: Block, narrowing: Narrowing | None) -> bool:
        return (block.first, narrowing) in self.counted


def for_sites(release: Release, sites: Collection[int]) -> Release:
    """What somebody may be told who may see some sites only.

    No more of a site than somebody is told who may see all of them, so that the two together cannot
    find out anything either: each site by itself, and all of theirs together where each is told.
    What is told of none of them is not named.
    """
    mine = frozenset(Narrowing(Dimension.SITE, site) for site in sites)
    return Release(
        blocks=tuple(
            Block(
                block.first,
                block.last,
                block.present & mine,
                block.told & mine,
                is_whole=block.present & mine <= block.told,
            )
            for block in release.blocks
        ),
        least=release.least,
        counted=_of_sites(release.blocks, release.counted, mine),
        events={
            name: told
            for name, counts in release.events.items()
            if (told := _of_sites(release.blocks, counts, mine))
        },
    )


def _of_sites(blocks: Sequence[Block], counts: Counts, mine: frozenset[Narrowing]) -> Counts:
    return dict(_answers_of(blocks, counts, mine))


def _answers_of(
    blocks: Sequence[Block], counts: Counts, mine: frozenset[Narrowing]
) -> Iterator[tuple[Question, int]]:
    for block in blocks:
        here = {each: counts.get((block.first, each)) for each in block.present & mine}
        told = {each: count for each, count in here.items() if count is not None}
        for each, count in told.items():
            yield (block.first, each), count
        if told and len(told) == len(here):
            yield (block.first, None), sum(told.values())
