"""The picture of the view Volume: appointments over time, and what explains their ups and downs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
import plotly.graph_objects as go

from charts.palette import INK, NEUTRAL
from charts.style import HEIGHT_LARGE, Trace, bar, figure, scatter, text

_HOVER = "%{customdata[0]}<extra></extra>"
_LONGEST_BY_TICKS_OF_DAYS = 100
_FADED = 0.45
_OVER_THE_BARS = 1.07


@dataclass(frozen=True, slots=True)
class VolumePart:
    """A part of the stack: the column that holds it, its name and its colour."""

    code: int
    label: str
    colour: str


@dataclass(frozen=True, slots=True)
class DayMark:
    """A mark over a bar: where (the start of its unit), what it says, a line for each day.

    ``closed``: whether all sites are closed on one of these days.
    """

    start: date
    lines: tuple[str, ...]
    closed: bool


def volume_chart(
    volume: pd.DataFrame,
    parts: Sequence[VolumePart],
    names: Sequence[str],
    marks: Sequence[DayMark],
) -> go.Figure:
    """Appointments over time, stacked; a year ago as a faint line; holidays and closures on top.

    ``volume`` as from :func:`clinical.volume.volume_over_time`; ``names`` says for each row which
    day, week or month it is. Units that do not lie wholly in the period are faded. The
    ``customdata`` of a bar is its words, its unit and its part's code.
    """
    starts = list(volume["start"])
    traces = [trace for part in parts if (trace := _bars(volume, part, names)) is not None]
    if volume["before"].notna().any():
        traces.append(_year_ago(volume, names))
    if marks:
        traces.append(_marks(marks, _top(volume)))
    return figure(
        HEIGHT_LARGE,
        traces,
        barmode="stack",
        legend={"traceorder": "normal"},
        xaxis={"tickformat": _tick_format(starts)},
        yaxis={"title": {"text": "Appointments"}},
        bargap=0.12,
    )


def _bars(volume: pd.DataFrame, part: VolumePart, names: Sequence[str]) -> Trace | None:
    counts = volume[part.code]
    if not counts.any():
        return None
    name = text(part.label)
    return bar(
        x=list(volume["start"]),
        y=counts.to_numpy(),
        name=name,
        marker={
            "color": part.colour,
            "opacity": [1.0 if whole else _FADED for whole in volume["whole"]],
        },
        customdata=[
            [f"<b>{text(when)}</b><br>{name}: {count:,} of {of:,}", int(unit), part.code]
            for when, count, of, unit in zip(
                names, counts, volume["all"], volume["unit"], strict=True
            )
        ],
        hovertemplate=_HOVER,
    )


def _year_ago(volume: pd.DataFrame, names: Sequence[str]) -> Trace:
    return scatter(
        x=list(volume["start"]),
        y=volume["before"].to_numpy("float64", na_value=float("nan")),
        mode="lines+markers",
        name="A year ago",
        line={"color": NEUTRAL, "width": 1.5, "dash": "dot"},
        marker={"color": NEUTRAL, "size": 4},
        unselected={"marker": {"opacity": 1}},
        customdata=[
            [f"<b>{text(when)}</b><br>{now:,}; a year ago {before:,}"]
            for when, now, before in zip(names, volume["all"], volume["before"], strict=True)
        ],
        hovertemplate=_HOVER,
    )


def _marks(marks: Sequence[DayMark], top: float) -> Trace:
    return scatter(
        x=[mark.start for mark in marks],
        y=[_OVER_THE_BARS * top] * len(marks),
        mode="markers",
        name="Holiday or closure",
        marker={
            "symbol": ["diamond" if mark.closed else "diamond-open" for mark in marks],
            "color": INK,
            "size": 8,
        },
        unselected={"marker": {"opacity": 1}},
        customdata=[["<br>".join(map(text, mark.lines))] for mark in marks],
        hovertemplate=_HOVER,
    )


def _top(volume: pd.DataFrame) -> float:
    """The height of the highest bar or point of the line."""
    before = volume["before"].max()
    return max(1.0, float(volume["all"].max()), 0.0 if pd.isna(before) else float(before))


def _tick_format(starts: Sequence[date]) -> str:
    """Days on the axis of some weeks, months on that of some months."""
    days = (starts[-1] - starts[0]).days if starts else 0
    return "%b\n%Y" if days > _LONGEST_BY_TICKS_OF_DAYS else "%-d %b"
