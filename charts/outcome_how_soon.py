"""How soon courses respond: the share that has, as steps; medians of groups; the first day.

Each curve has its name and its numbers at risk in a row under the axis, in its own colour.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from charts.curves_at_risk import MOST_WITH_BANDS, End, Room, at_risk_row, band, names_at_ends
from charts.numbers import percent, percent_range
from charts.palette import CATEGORIES, CONCERN, IMPROVEMENT, INK, NEUTRAL
from charts.style import HEIGHT_LARGE, Trace, across, figure, label, name_at, scatter, text
from clinical.incidence import Proportion
from clinical.survival import at_risk_at
from clinical.time_to import HALF, Median, TimeTo, Unit

RESPONSE_COLOUR, REMISSION_COLOUR = IMPROVEMENT, INK
GROUP_COLOURS = (*CATEGORIES, INK)
"""Up to so many groups have a curve each; those put together are one more, in grey."""
TOGETHER_COLOUR = NEUTRAL
_ROW_HEIGHT, _FRAME_HEIGHT = 30, 88
_DAYS_APART = ((14, 2), (56, 7), (112, 14), (224, 28), (364, 91))
"""Up to so many days the ticks are so far apart: whole weeks but for the first two."""
_HOURS_APART = 24
_MOST_INFUSIONS_APART = 6
AXIS_WORDS = {
    Unit.DAYS: "Days since the start of the first infusion",
    Unit.HOURS: "Hours since the start of the first infusion",
    Unit.INFUSIONS: "Infusions before the score",
}
_LONGEST_ROW_NAME, _LONGEST_END_NAME = 24, 18
_LETTER = 7
"""Pixels that a letter of a curve's name takes, with room."""
_HOVER = "%{customdata[0]}<extra></extra>"


@dataclass(frozen=True, slots=True)
class Line:
    """One curve: its name, colour and times, and what its points carry when they are chosen."""

    name: str
    colour: str
    found: TimeTo
    carried: tuple[str, int]


def time_words(time: float, unit: Unit) -> str:
    """A time in words: ``9 days``, ``1 hour``, ``3 infusions``."""
    one = {Unit.DAYS: "day", Unit.HOURS: "hour", Unit.INFUSIONS: "infusion"}[unit]
    return f"{time:g} {one if time == 1 else one + 's'}"


def curves_chart(lines: Sequence[Line], unit: Unit) -> go.Figure:
    """The share that has reached it, by the time since the first infusion, with those at risk.

    A curve ends where fewer than the smallest group are at risk. Dots are times at which something
    was reached, and can be chosen; small strokes are times at which courses were last watched.
    """
    end = max((line.found.until for line in lines), default=0) or 1
    ticks = list(range(0, int(end) + 1, _apart_by(end, unit)))
    top = _top(lines)
    room = Room(HEIGHT_LARGE, len(lines))
    banded = lines if len(lines) <= MOST_WITH_BANDS else ()
    return figure(
        room.height,
        [
            *(trace for line in banded for trace in _band(line)),
            *(trace for line in lines for trace in (_steps(line, unit), _last_watched(line, unit))),
            *(_at_risk(line, row, ticks) for row, line in enumerate(lines)),
        ],
        xaxis={
            "tickvals": ticks,
            "range": [-0.02 * end, 1.02 * end],
            "title": {"text": AXIS_WORDS[unit], "standoff": 4},
            "anchor": "y",
        },
        yaxis={
            "range": [0, 1.04 * top],
            "tickformat": ".0%",
            "tickvals": [quarter * top / 4 for quarter in range(5)],
            "domain": room.curves,
        },
        yaxis2=room.rows_axis([_cut(line.name, _LONGEST_ROW_NAME) for line in lines]),
        shapes=[across(HALF) | {"yref": "y"}] if top >= HALF else [],
        annotations=[
            *([name_at(HALF, "half") | {"x": 0, "xanchor": "left"}] if top >= HALF else []),
            *_names(lines, top),
            _at_risk_words(room.rows_end),
        ],
        margin={"r": 14 + _LETTER * max((len(_name(line)) for line in lines), default=0)},
        showlegend=False,
    )


_TOPS = (0.2, 0.4, 1.0)
"""The axis of shares ends at one of these; a quarter of each is a round share."""


def _top(lines: Sequence[Line]) -> float:
    """The end of the axis of shares: the whole, unless all that is drawn stays far below it."""
    highest = 0.0
    for line in lines:
        curve, shown = line.found.curve, _shown(line.found)
        limits = 1 - np.fmin(curve.low[shown], curve.remaining[shown])
        highest = max([highest, *limits.tolist()])
    return next(top for top in _TOPS if highest <= top)


def _cut(name: str, most: int) -> str:
    return text(name if len(name) <= most else f"{name[: most - 1]}…")


def _name(line: Line) -> str:
    return _cut(line.name, _LONGEST_END_NAME)


def _at_risk_words(height: float) -> dict[str, Any]:
    """What the rows under the axis are."""
    return {
        "xref": "paper",
        "x": 0,
        "yref": "paper",
        "y": height,
        "xanchor": "right",
        "yanchor": "bottom",
        "xshift": -6,
        "text": "<i>At risk</i>",
        "font": {"size": 12, "color": NEUTRAL},
        "showarrow": False,
    }


def _apart_by(end: float, unit: Unit) -> int:
    """How far the ticks of an axis are apart."""
    if unit is Unit.HOURS:
        return _HOURS_APART
    if unit is Unit.INFUSIONS:
        return max(1, int(end) // _MOST_INFUSIONS_APART)
    return next(apart for last, apart in _DAYS_APART if end <= last)


def _shown(found: TimeTo) -> slice:
    """The entries of a curve up to where enough are at risk."""
    return slice(0, int(np.searchsorted(found.curve.times, found.until, side="right")))


def _corners(found: TimeTo, values: Sequence[float]) -> tuple[list[float], list[float]]:
    """Times and values of a line of steps, which goes on as far as enough were watched."""
    times = found.curve.times[_shown(found)].tolist()
    held = list(values)
    if times and times[-1] < found.until:
        times, held = [*times, found.until], [*held, held[-1]]
    return times, held


def _steps(line: Line, unit: Unit) -> Trace:
    """The steps, with a dot at each time at which something was reached."""
    found, curve, shown = line.found, line.found.curve, _shown(line.found)
    times, shares = _corners(found, (1 - curve.remaining[shown]).tolist())
    points: list[list[Any]] = [
        [_point_words(line, float(time), int(watched), int(events), unit), *line.carried, int(time)]
        for time, watched, events in zip(
            curve.times[shown], curve.at_risk[shown], curve.events[shown], strict=True
        )
    ]
    start = [[f"<b>{text(line.name)}</b>: {found.n:,} courses", *line.carried, 0]]
    more = len(times) - len(points)
    sizes = [*(5 * (curve.events[shown] > 0)).tolist(), *[0] * more]
    if not times:
        # Nobody reached it, and nobody left, while enough were watched.
        times, shares, more, sizes = [found.until], [0.0], 1, [0]
    return scatter(
        x=[0, *times] if found.until else [],
        y=[0, *shares] if found.until else [],
        mode="lines+markers",
        line={"shape": "hv", "color": line.colour, "width": 2.5},
        marker={"color": line.colour, "size": [0, *sizes]},
        name=text(line.name),
        customdata=[*start, *points, *(start * more)] if found.until else [],
        hovertemplate=_HOVER,
    )


def _point_words(line: Line, time: float, watched: int, events: int, unit: Unit) -> str:
    return (
        f"<b>{text(line.name)}</b> within {time_words(time, unit)}: "
        f"{share_words(line.found, time)}<br>"
        f"{events:,} of {watched:,} at risk just before reached it then"
    )


def share_words(found: TimeTo, time: float) -> str:
    """The share that had reached it by a time, with its interval, in words."""
    share = found.share_by(time)
    if share is None:
        return "not known"
    if share.low is None or share.high is None:
        return percent(share.share)
    return f"{percent(share.share)}, 95 % CI {percent_range(share.low, share.high)}"


def _band(line: Line) -> list[Trace]:
    found, shown = line.found, _shown(line.found)
    times, low = _corners(found, found.curve.low[shown].tolist())
    _, high = _corners(found, found.curve.high[shown].tolist())
    known = [place for place, limit in enumerate(low) if np.isfinite(limit) and found.until]
    return band(
        [times[place] for place in known],
        [1 - low[place] for place in known],
        [1 - high[place] for place in known],
    )


def _last_watched(line: Line, unit: Unit) -> Trace:
    """A stroke across the curve at each time at which courses had their last score."""
    curve, shown = line.found.curve, _shown(line.found)
    left = curve.censored[shown]
    at = (left > 0) & bool(line.found.until)
    times = curve.times[shown][at]
    return scatter(
        x=times,
        y=1 - curve.remaining[shown][at],
        mode="markers",
        marker={
            "symbol": "line-ns-open",
            "size": 9,
            "color": line.colour,
            "line": {"width": 1.2, "color": line.colour},
        },
        name=f"{text(line.name)}, last watched",
        customdata=[
            [f"<b>{text(line.name)}</b><br>{count:,} last watched at {time_words(time, unit)}"]
            for time, count in zip(times, left[at], strict=True)
        ],
        hovertemplate=_HOVER,
    )


def _at_risk(line: Line, row: int, ticks: Sequence[int]) -> Trace:
    """How many were at risk, under the ticks of the axis, as far as the curve goes."""
    shown = [tick for tick in ticks if tick <= line.found.until]
    counts = [at_risk_at(line.found.curve, tick) for tick in shown]
    return at_risk_row(row, shown, counts, line.colour, f"{text(line.name)}, at risk")


def _names(lines: Sequence[Line], top: float) -> list[dict[str, Any]]:
    """The name of each curve at its end, moved apart where two would touch."""
    ends = [
        End(_name(line), line.colour, 1 - _last_share(line.found))
        for line in lines
        if line.found.until
    ]
    return names_at_ends(ends, top)


def _last_share(found: TimeTo) -> float:
    """What was left where the curve ends."""
    left = found.curve.remaining[_shown(found)]
    return float(left[-1]) if len(left) else 1.0


def medians_chart(names: Sequence[str], found: Sequence[TimeTo], unit: Unit) -> go.Figure:
    """The median of each group with its interval, the first on top.

    ``names`` and ``found``: of the same groups. Where half did not reach it no dot is drawn.
    """
    rows = list(range(len(names)))
    medians = [each.median for each in found]
    end = _medians_end(medians, found)
    return figure(
        _FRAME_HEIGHT + _ROW_HEIGHT * len(names),
        [_medians(names, medians, found, unit, end)],
        xaxis={
            "title": {"text": f"{unit.value} until half had reached it".replace("First h", "H")},
            "range": [0, 1.3 * end],
            "showgrid": True,
        },
        yaxis={
            "tickvals": rows,
            "ticktext": [
                f"{label(name)} <i>{each.n:,}</i>" for name, each in zip(names, found, strict=True)
            ],
            "range": [len(rows) - 0.4, -0.6],
            "showgrid": False,
        },
        annotations=[
            _median_label(median, row, unit, end) for row, median in zip(rows, medians, strict=True)
        ],
        showlegend=False,
    )


def _medians_end(medians: Sequence[Median], found: Sequence[TimeTo]) -> float:
    known = [time for median in medians for time in median if time is not None]
    return max([*known, *([] if known else [each.until for each in found]), 1.0])


def _medians(
    names: Sequence[str],
    medians: Sequence[Median],
    found: Sequence[TimeTo],
    unit: Unit,
    end: float,
) -> Trace:
    """Dots with their intervals; an upper end that is not known is drawn to the end of the axis."""
    rows = [row for row, median in enumerate(medians) if median.time is not None]
    times = np.array([medians[row].time for row in rows], np.float64)
    low = np.array([_or(medians[row].low, medians[row].time) for row in rows], np.float64)
    high = np.array([_or(medians[row].high, 1.3 * end) for row in rows], np.float64)
    return scatter(
        x=times,
        y=rows,
        mode="markers",
        marker={"color": IMPROVEMENT, "size": 9},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": high - times,
            "arrayminus": times - low,
            "color": NEUTRAL,
            "thickness": 1.5,
            "width": 0,
        },
        customdata=[
            [f"<b>{text(names[row])}</b><br>{median_words(medians[row], unit)}; {found[row].n:,}"]
            for row in rows
        ],
        hovertemplate=_HOVER,
    )


def _or(value: float | None, other: float | None) -> float | None:
    return other if value is None else value


def median_words(median: Median, unit: Unit) -> str:
    """A median with its interval: ``9 days, 95 % CI 8–11``; ``not reached``."""
    if median.time is None:
        return "not reached"
    if median.low is None and median.high is None:
        return f"{time_words(median.time, unit)}, without an interval"
    low = "not known" if median.low is None else f"{median.low:g}"
    high = "not reached" if median.high is None else f"{median.high:g}"
    dash = "–" if median.low is not None and median.high is not None else " to "
    return f"{time_words(median.time, unit)}, 95 % CI {low}{dash}{high}"


def _median_label(median: Median, row: int, unit: Unit, end: float) -> dict[str, Any]:
    known = median.time is not None
    at = max(time for time in (*median, 0.0) if time is not None) if known else 0.0
    open_end = known and median.high is None
    return {
        "x": median.time if open_end else at,
        "y": row,
        "xanchor": "left",
        "yanchor": "bottom" if open_end else "middle",
        "xshift": 6,
        "text": time_words(median.time, unit) if median.time is not None else "not reached",
        "font": {"size": 12, "color": INK if known else NEUTRAL},
        "showarrow": False,
    }


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its name, and the code that its dot carries.

    ``is_worse``: one that nobody hopes for.
    """

    name: str
    rate: Proportion
    code: str
    is_worse: bool = False


def first_day_chart(shares: Sequence[Share]) -> go.Figure:
    """Shares of the first day with their intervals, the first on top."""
    rows = list(range(len(shares)))
    highest = max([*(share.rate.high or 0 for share in shares), 0.1])
    return figure(
        _FRAME_HEIGHT + _ROW_HEIGHT * len(shares),
        [_share(share, row) for row, share in enumerate(shares)],
        xaxis={
            "range": [0, min(1.25, 1.5 * highest)],
            "tickformat": ".0%",
            "tickvals": [0, 0.2, 0.4, 0.6, 0.8, 1],
            "showgrid": True,
            "title": {"text": "Of those with a score then"},
        },
        yaxis={
            "tickvals": rows,
            "ticktext": [label(share.name) for share in shares],
            "range": [len(rows) - 0.4, -0.6],
            "showgrid": False,
        },
        annotations=[
            {
                "x": share.rate.high or 0,
                "y": row,
                "xanchor": "left",
                "yanchor": "middle",
                "xshift": 6,
                "text": percent(share.rate.estimate),
                "font": {"size": 12, "color": INK},
                "showarrow": False,
            }
            for row, share in enumerate(shares)
        ],
        showlegend=False,
    )


def _share(share: Share, row: int) -> Trace:
    rate = share.rate
    known = rate.estimate is not None and rate.low is not None and rate.high is not None
    estimate, low, high = rate.estimate or 0, rate.low or 0, rate.high or 0
    return scatter(
        x=[estimate] if known else [],
        y=[row] if known else [],
        mode="markers",
        marker={"color": CONCERN if share.is_worse else IMPROVEMENT, "size": 9},
        cliponaxis=False,
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [high - estimate],
            "arrayminus": [estimate - low],
            "color": NEUTRAL,
            "thickness": 1.5,
            "width": 0,
        },
        customdata=[
            [
                f"<b>{text(share.name)}</b><br>{rate.events:,} of {rate.n:,}: "
                f"{percent(rate.estimate)}, 95 % CI {percent_range(rate.low, rate.high)}",
                share.code,
            ]
        ],
        hovertemplate=_HOVER,
    )
