"""Small groups: which may be shown as a rate or a mean, and which are put together.

A rate of few people tells of each of them, so a group of fewer than a set number is not shown as
one. It must not be found by subtraction either: where one small group is left out beside a total,
the total less the others is that group. Statistical offices therefore withhold a second group with
it (*complementary suppression*; Hundepool and others 2012, "Statistical Disclosure Control"). Here
small groups are put together, with the next smallest ones until together they are enough, so the
groups that are shown always add up to the total.

What is not held back: a rate of 0 or of 100 % of a group that is large enough, although it tells
the result of everybody in it (to be told so is what rates are for, and usual practice allows it);
and what follows from two answers given one after the other, to different filters.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Merged:
    """What becomes of several groups, by their keys, each in the order in which they were given.

    ``alone``: large enough to be shown by themselves; ``together``: shown as one group; ``empty``:
    with nobody in them, so that there is nothing to show and nothing to hide.
    """

    alone: tuple[int, ...]
    together: tuple[int, ...]
    empty: tuple[int, ...] = ()

    @property
    def compares(self) -> bool:
        """Whether more than one group is left, so that there is something to compare."""
        return len(self.alone) + bool(self.together) > 1


def merged_small(sizes: Mapping[int, int], least: int) -> Merged:
    """Put groups of fewer than ``least`` together.

    ``sizes``: how many are behind the rate of each group, by its key. Where those put together are
    still fewer than ``least``, the next smallest group joins them, of two equal ones that with the
    lower key. So whatever is shown, or is a total less something shown, has at least ``least``
    behind it, unless all groups together have fewer.
    """
    filled = {key: size for key, size in sizes.items() if size > 0}
    together = _held_back(filled, least)
    return Merged(
        alone=tuple(key for key in filled if key not in together),
        together=tuple(key for key in filled if key in together),
        empty=tuple(key for key in sizes if key not in filled),
    )


def withheld(sizes: Sequence[int], least: int, left_out: int = 0) -> list[bool]:
    """Which of several groups are not to be shown beside their total, by the same rule.

    For groups that keep their place, as the points of several panels do: those that are left out
    have at least ``least`` behind them together. Without anybody a group is left out as well.
    ``left_out``: how many of the total have no place among the groups at all.
    """
    filled = {place: size for place, size in enumerate(sizes) if size > 0}
    hidden = _held_back(filled, least, left_out)
    return [place in hidden or place not in filled for place in range(len(sizes))]


def _held_back(sizes: Mapping[int, int], least: int, left_out: int = 0) -> frozenset[int]:
    """The keys of the groups that are not to be seen by themselves."""
    found: list[int] = []
    total = left_out
    for key in _smallest_first(sizes):
        if sizes[key] >= least and (total == 0 or total >= least):
            break
        found.append(key)
        total += sizes[key]
    return frozenset(found)


def _smallest_first(sizes: Mapping[int, int]) -> Iterable[int]:
    return sorted(sizes, key=lambda key: (sizes[key], key))
