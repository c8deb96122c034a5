"""How long side effects lasted after an infusion."""

from collections.abc import Iterable
from math import isnan
from typing import NamedTuple


class Passed(NamedTuple):
    """When the side effects of one infusion had passed.

    ``minutes``: from the end of the infusion to the last that passed, 0 where that was before the
    end; ``None`` where none passed or the end is not known. ``open``: how many had not passed when
    they were recorded.
    """

    minutes: float | None
    open: int


def passed(resolved: Iterable[float], end: float) -> Passed:
    """From the minutes after the start at which each side effect passed (NaN: it had not).

    ``end``: the minute at which the infusion ended; NaN where it is not known.
    """
    times = list(resolved)
    known = [time for time in times if not isnan(time)]
    longest = None if isnan(end) or not known else max(0.0, max(known) - end)
    return Passed(longest, len(times) - len(known))
