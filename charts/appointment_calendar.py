"""The month of the calendar: a cell for each day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import isnan
from textwrap import shorten, wrap
from typing import Any

import plotly.graph_objects as go

from charts.attendance import KIND_COLOURS
from charts.numbers import percent
from charts.palette import CONCERN, INK, NEUTRAL
from charts.style import SHORT_WEEKDAYS, Trace, bar, figure, scatter, text, unfaded
from clinical.calendar import day_number
from clinical.month import lengths, weeks_of

_ROW, _TOP = 98, 62
"""Pixels: the height of a week; legend and weekdays above."""
_CELL, _PAD = 0.96, 0.06
"""Parts of a column or row: how much of it the cell takes, and the room inside its edge."""
_DARKEST = 0.5
"""How strong the shade of a day is that is booked to the last minute; words stay readable on it."""
_LONGEST_NOTE, _LINES_OF_NOTE = 17, 3
"""Letters of a line of a note, and lines: as many as a narrow screen has room for."""
_CLEAR = "rgba(0,0,0,0)"


@dataclass(frozen=True, slots=True)
class DayCell:
    """One day. ``kinds``: appointments that are not cancelled, by kind.

    ``share``: booked of open chair time, NaN where nothing is open or nothing is known;
    ``is_unknown``: whether nothing is known. ``missed``: of a day that has passed. ``note``: a
    closure or a public holiday, whole; ``hover``: everything about the day (as plotly's markup).
    """

    day: date
    kinds: Mapping[int, int]
    share: float
    is_unknown: bool
    missed: int
    note: str
    passed: bool
    is_today: bool
    hover: str

    @property
    def number(self) -> int:
        """All appointments that are not cancelled."""
        return sum(self.kinds.values())


def month_chart(cells: Sequence[DayCell]) -> go.Figure:
    """The days of a month, Monday first, one week a row; the shade says how full a day is.

    What can be chosen carries its words and the day number (:mod:`clinical.calendar`).
    """
    weeks = weeks_of(cells[0].day, cells[-1].day)
    places = [((cell.day - weeks[0]).days % 7, (cell.day - weeks[0]).days // 7) for cell in cells]
    return figure(
        _TOP + _ROW * len(weeks),
        [
            *_hatched(cells, places),
            *_kind_bars(cells, places),
            *_words(cells, places),
            _doors(cells, places),
        ],
        barmode="overlay",
        bargap=0,
        margin={"l": 8, "r": 8, "t": _TOP, "b": 0},
        legend={"y": 1 + 30 / (_ROW * len(weeks)), "traceorder": "normal"},
        xaxis={
            "range": [0, 7],
            "side": "top",
            "tickvals": [place + 0.5 for place in range(7)],
            "ticktext": list(SHORT_WEEKDAYS),
            "fixedrange": True,
        },
        yaxis={
            "range": [len(weeks), 0],
            "tickvals": [place + 0.5 for place in range(len(weeks))],
            "ticktext": [f"W{monday.isocalendar().week}" for monday in weeks],
            "showgrid": False,
            "fixedrange": True,
        },
        shapes=[*_shades(cells, places), *_today(cells, places)],
    )


_Place = tuple[int, int]
"""Column and row of a cell."""


def _box(place: _Place) -> dict[str, float]:
    column, row = place
    return {"x0": column, "x1": column + _CELL, "y0": row, "y1": row + _CELL}


def _shades(cells: Sequence[DayCell], places: Sequence[_Place]) -> list[dict[str, Any]]:
    """A frame for each day, filled the stronger the fuller it is."""
    found = []
    for cell, place in zip(cells, places, strict=True):
        frame = {"type": "rect", "layer": "below", **_box(place)}
        found.append({**frame, "line": {"color": NEUTRAL, "width": 1}, "opacity": 0.35})
        if cell.share > 0:
            strength = _DARKEST * min(cell.share, 1.0)
            found.append({**frame, "fillcolor": NEUTRAL, "line": {"width": 0}, "opacity": strength})
    return found


def _today(cells: Sequence[DayCell], places: Sequence[_Place]) -> list[dict[str, Any]]:
    return [
        {"type": "rect", **_box(place), "line": {"color": INK, "width": 2.5}}
        for cell, place in zip(cells, places, strict=True)
        if cell.is_today
    ]


def _hatched(cells: Sequence[DayCell], places: Sequence[_Place]) -> list[Trace]:
    """Days of which nobody knows how long a chair is open."""
    rows = [place for cell, place in zip(cells, places, strict=True) if cell.is_unknown]
    if not rows:
        return []
    return [
        bar(
            **_whole_cells(rows),
            marker={
                "color": _CLEAR,
                "pattern": {"shape": "/", "fgcolor": NEUTRAL, "size": 9, "solidity": 0.06},
            },
            unselected={"marker": {"opacity": 1}},
            name="Open time not known",
            hoverinfo="skip",
        )
    ]


def _whole_cells(places: Sequence[_Place]) -> dict[str, Any]:
    """Bars that cover whole cells."""
    return {
        "x": [column for column, _ in places],
        "y": [_CELL] * len(places),
        "base": [row for _, row in places],
        "width": _CELL,
        "offset": 0,
    }


def _kind_bars(cells: Sequence[DayCell], places: Sequence[_Place]) -> list[Trace]:
    """A small bar in each cell, divided by kind; all to one scale."""
    most = max((cell.number for cell in cells), default=0)
    order = [int(kind) for kind in KIND_COLOURS]
    parts = [lengths([cell.kinds.get(kind, 0) for kind in order], most) for cell in cells]
    room = _CELL - 2 * _PAD
    return [
        bar(
            orientation="h",
            y=[row + 0.64 for _, row in places],
            x=[part[number][1] * room for part in parts],
            base=[
                column + _PAD + part[number][0] * room
                for (column, _), part in zip(places, parts, strict=True)
            ],
            width=0.1,
            name=kind.label,
            marker={"color": colour, "opacity": [1.0 if cell.passed else 0.5 for cell in cells]},
            unselected={"marker": {"opacity": 0.8}},
            hoverinfo="skip",
        )
        for number, (kind, colour) in enumerate(KIND_COLOURS.items())
        if any(cell.kinds.get(int(kind)) for cell in cells)
    ]


def _words(cells: Sequence[DayCell], places: Sequence[_Place]) -> list[Trace]:
    """In each cell its day, how full it is, how many, and below what is particular about it."""
    left = [column + _PAD for column, _ in places]
    right = [column + _CELL - _PAD for column, _ in places]
    counts = [f"{cell.number:,}" if cell.number or _is_open(cell) else "" for cell in cells]
    passed = [words if cell.passed else "" for cell, words in zip(cells, counts, strict=True)]
    coming = ["" if cell.passed else words for cell, words in zip(cells, counts, strict=True)]
    return [
        _line(left, places, 0.16, [_day_words(cell) for cell in cells], INK, 12),
        _line(right, places, 0.16, [_share_words(cell) for cell in cells], INK, 11, "middle left"),
        _line(left, places, 0.42, [f"<b>{each}</b>" if each else "" for each in passed], INK, 17),
        _line(left, places, 0.42, coming, INK, 17),
        _line(left, places, 0.83, [_missed_words(cell) for cell in cells], CONCERN, 11),
        _line(left, places, 0.83, [_short_note(cell) for cell in cells], INK, 10),
        _line(left, places, 0.55, [_whole_note(cell) for cell in cells], INK, 10),
    ]


def _is_open(cell: DayCell) -> bool:
    return not isnan(cell.share)


def _day_words(cell: DayCell) -> str:
    return f"<b>{cell.day.day}</b>" if cell.is_today else f"{cell.day.day}"


def _share_words(cell: DayCell) -> str:
    return percent(cell.share) if _is_open(cell) else ""


def _missed_words(cell: DayCell) -> str:
    return f"{cell.missed:,} missed" if cell.missed else ""


def _has_room(cell: DayCell) -> bool:
    """Whether a note may take the place of the number: nothing is booked on the day."""
    return not cell.number and not _is_open(cell)


def _short_note(cell: DayCell) -> str:
    """The note in one line; none where what was missed stands in its place."""
    if cell.missed or _has_room(cell):
        return ""
    return text(shorten(cell.note, _LONGEST_NOTE, placeholder="…"))


def _whole_note(cell: DayCell) -> str:
    """The note over several lines, on a day that has nothing else to say."""
    if not _has_room(cell):
        return ""
    lines = wrap(cell.note, _LONGEST_NOTE, max_lines=_LINES_OF_NOTE, placeholder="…")
    return "<br>".join(text(line) for line in lines)


def _line(
    across: Sequence[float],
    places: Sequence[_Place],
    down: float,
    words: Sequence[str],
    colour: str,
    size: int,
    position: str = "middle right",
) -> Trace:
    """One line of words in each cell, ``down`` from its upper edge."""
    return scatter(
        x=list(across),
        y=[row + down for _, row in places],
        mode="text",
        text=list(words),
        textposition=position,
        textfont={"color": colour, "size": size},
        unselected=unfaded(colour),
        hoverinfo="skip",
        showlegend=False,
    )


def _doors(cells: Sequence[DayCell], places: Sequence[_Place]) -> Trace:
    """What is hovered and chosen: the whole of each cell, unseen until it is."""
    return bar(
        **_whole_cells(places),
        marker={"color": INK, "opacity": 0},
        selected={"marker": {"opacity": 0.18}},
        unselected={"marker": {"opacity": 0}},
        customdata=[[cell.hover, day_number(cell.day)] for cell in cells],
        hovertemplate="%{customdata[0]}<extra></extra>",
        showlegend=False,
    )
