"""The gaps between events as :func:`charts.side_effect_gaps.gap_chart` draws them, in words too."""

from collections.abc import Callable, Sequence
from datetime import date
from math import isnan

import pandas as pd

from clinical.calendar import day_number
from clinical.rare_events import GapChart
from pages.shared.words import count_words, day_words

MARK_WORDS = {
    "": "",
    "concern": "shorter than chance gives",
    "improvement": "longer than chance gives",
    "forms": "longer than chance gives, but fewer forms are filled in",
}
"""What each mark of a gap means."""


def gap_mark(flag: int, _day: date) -> str:
    """The mark of a gap by its flag: a long time without an event is good, a short one is not."""
    return {1: "improvement", -1: "concern"}.get(flag, "")


def gap_rows(
    chart: GapChart,
    days: Sequence[date],
    open_gap: float | None,
    end: date,
    unit: str,
    mark: Callable[[int, date], str] = gap_mark,
) -> pd.DataFrame:
    """A row for each gap, at the day of the event that ended it, and for the one still open.

    ``days``: of the events; ``open_gap``: since the last of them, up to ``end``, missing without
    one; ``unit``: of the gaps, one of them in words; ``mark``: of a flag on a day.
    """
    flags = [int(flag) for flag in chart.flag]
    values, ends, is_open = chart.gaps.tolist(), list(days), [False] * len(days)
    if open_gap is not None:
        flags, values = [*flags, int(chart.is_long(open_gap))], [*values, open_gap]
        ends, is_open = [*ends, end], [*is_open, True]
    marks = [mark(flag, day) for flag, day in zip(flags, ends, strict=True)]
    words = [_hover(unit, *one) for one in zip(ends, values, marks, is_open, strict=True)]
    return pd.DataFrame(
        {
            "day": ends,
            "gap": pd.Series(values, dtype="float64"),
            "mark": pd.Series(marks, dtype="str"),
            "open": pd.Series(is_open, dtype="bool"),
            "words": pd.Series(words, dtype="str"),
            "key": [f"day:{day_number(day)}" for day in ends],
        }
    )


def _hover(unit: str, day: date, gap: float, mark: str, is_open: bool) -> str:
    when = f"<b>Until {day_words(day)}, still open</b>" if is_open else f"<b>{day_words(day)}</b>"
    length = (
        "<br>the first in the period: how long after the one before is not known"
        if isnan(gap)
        else f"<br>{count_words(round(gap), unit)} since the one before"
    )
    return when + length + (f"<br>{MARK_WORDS[mark]}" if mark else "")
