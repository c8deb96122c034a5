"""Suicidal thoughts over time: when a concern opened, and whether it still is.

The rule is our own default. PHQ-9 item 9 and the C-SSRS screener level are followed each by itself
and apart from any total, because they can rise while the total falls (6.0 % in McInnes 2022).
"""

from collections.abc import Sequence
from typing import NamedTuple


class OpenRise(NamedTuple):
    """A concern that is open: the ``position`` of the level that rose, and the level ``before``."""

    position: int
    before: float


def open_rise(levels: Sequence[float]) -> OpenRise | None:
    """The rise that is still open at the end of the levels, in time order; ``None`` without one.

    A level higher than the one before opens a concern. A level no higher than the one before the
    rise closes it; until then it stays open, whether the level goes on rising or falls a little.
    """
    rise: OpenRise | None = None
    for position in range(1, len(levels)):
        level, previous = levels[position], levels[position - 1]
        if rise is not None and level <= rise.before:
            rise = None
        elif rise is None and level > previous:
            rise = OpenRise(position, previous)
    return rise
