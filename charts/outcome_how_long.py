"""How long responses last: the share still in response, as steps, by weeks.

Under the axis stand the courses at risk. A curve ends where fewer than the smallest group are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from charts.curves_at_risk import MOST_WITH_BANDS, End, Room, at_risk_row, band, names_at_ends
from charts.numbers import percent, percent_range
from charts.palette import CATEGORIES, INK
from charts.style import HEIGHT_LARGE, HEIGHT_SMALL, Trace, across, figure, scatter, text
from clinical.durability import MARKS, WEEK, Kept, Lasting, kept_on, told_weeks

WITHOUT_COLOUR, WITH_COLOUR = INK, CATEGORIES[0]
INTERVAL_COLOURS = CATEGORIES
"""One for each of :data:`clinical.booster_intervals.INTERVALS`."""
_TICKS = {
    12: (0, 4, 8, 12),
    26: (0, *MARKS),
    52: (0, *MARKS, 39, 52),
    104: (0, 12, 26, 52, 78, 104),
}
"""The week at which the axis may end, and where it is marked."""
_LETTER = 7.0
"""Pixels that a letter of a name takes."""


@dataclass(frozen=True, slots=True)
class Line:
    """One curve with its name and colour; ``choosable``: the dot at a week carries that week."""

    name: str
    colour: str
    found: Lasting
    choosable: bool = False


def last_week(lines: Sequence[Line]) -> int:
    """The week at which the axis ends: so far as any curve goes, but no more than two years."""
    last = max((line.found.last for line in lines), default=0)
    return next((end for end in _TICKS if end * WEEK >= last), max(_TICKS))


def lasting_chart(lines: Sequence[Line], since: str, *, small: bool = False) -> go.Figure:
    """The share still in response by weeks, a dot at the weeks that are told.

    ``since``: what the weeks count from, for the axis.
    """
    end = last_week(lines)
    ticks = _TICKS[end]
    room = Room(HEIGHT_SMALL if small else HEIGHT_LARGE, len(lines))
    banded = lines if len(lines) <= MOST_WITH_BANDS else ()
    return figure(
        room.height,
        [
            *(trace for line in banded for trace in _band(line, end)),
            *(trace for line in lines for trace in (_steps(line, end), _dots(line, end))),
            *(_at_risk(line, row, ticks) for row, line in enumerate(lines)),
        ],
        xaxis={
            "tickvals": ticks,
            "range": [-0.04 * end, 1.04 * end],
            "title": {"text": f"Weeks since {since}", "standoff": 4},
            "anchor": "y",
        },
        yaxis={
            "range": [0, 1.04],
            "tickformat": ".0%",
            "tickvals": [0, 0.25, 0.5, 0.75, 1],
            "domain": room.curves,
        },
        yaxis2=room.rows_axis([f"<i>At risk, {text(line.name)}</i>" for line in lines]),
        shapes=[across(0.5) | {"yref": "y"}],
        annotations=_names(lines, end),
        margin={"r": 16 + round(_LETTER * max((len(line.name) for line in lines), default=0))},
        showlegend=False,
    )


def _shown(found: Lasting, end: int) -> slice:
    """The entries of a curve within the axis."""
    return slice(0, int(np.searchsorted(found.curve.times, end * WEEK, side="right")))


def _last(found: Lasting, end: int) -> float:
    """The week at which a curve ends in the picture."""
    return min(found.last, end * WEEK) / WEEK


def _steps(line: Line, end: int) -> Trace:
    """The steps from the day on which the curve begins to the last on which it is known."""
    found, shown = line.found, _shown(line.found, end)
    times, remaining = found.curve.times[shown], found.curve.remaining[shown]
    still = float(remaining[-1]) if len(remaining) else 1.0
    words = [_day_words(line, int(day)) for day in times]
    return scatter(
        x=[found.start / WEEK, *(times / WEEK), _last(found, end)],
        y=[1.0, *remaining, still],
        mode="lines",
        line={"shape": "hv", "color": line.colour, "width": 2.5},
        name=text(line.name),
        customdata=[
            f"<b>{text(line.name)}</b>: told from day {found.start} on",
            *words,
            words[-1] if words else "",
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _day_words(line: Line, day: int) -> str:
    kept = kept_on(line.found, day)
    said = "not known" if kept is None else kept_words(kept)
    return f"<b>{text(line.name)}</b>, day {day}: {said}"


def kept_words(kept: Kept) -> str:
    """A share still in response with its interval: ``62 %, 95 % CI 59–65``."""
    if kept.low is None or kept.high is None:
        return percent(kept.share)
    return f"{percent(kept.share)}, 95 % CI {percent_range(kept.low, kept.high)}"


def _band(line: Line, end: int) -> list[Trace]:
    curve, shown = line.found.curve, _shown(line.found, end)
    low, high, times = curve.low[shown], curve.high[shown], curve.times[shown]
    known = np.isfinite(low)
    if not known.any():
        return []
    lower, upper = low[known].tolist(), high[known].tolist()
    at = [*(times[known] / WEEK), _last(line.found, end)]
    return band(at, [*lower, lower[-1]], [*upper, upper[-1]])


def _dots(line: Line, end: int) -> Trace:
    """A dot at each week that is told, which can be chosen where it carries something."""
    told = [
        (week, kept)
        for week in told_weeks(line.found)
        if week <= end and (kept := kept_on(line.found, week * WEEK)) is not None
    ]
    words = [
        f"<b>{text(line.name)}</b>, {week} weeks: {kept_words(kept)}<br>{kept.watched:,} at risk"
        for week, kept in told
    ]
    carried = [
        [said, str(week)] if line.choosable else [said]
        for said, (week, _) in zip(words, told, strict=True)
    ]
    return scatter(
        x=[week for week, _ in told],
        y=[kept.share for _, kept in told],
        mode="markers",
        marker={"color": line.colour, "size": 9},
        unselected={"marker": {"opacity": 0.5}},
        customdata=carried,
        hovertemplate="%{customdata[0]}<extra></extra>",
        name=f"{text(line.name)}, weeks",
    )


def _at_risk(line: Line, row: int, ticks: Sequence[int]) -> Trace:
    """How many were at risk, under the ticks of the axis, as far as the curve goes."""
    start, last = line.found.start, line.found.last
    # Those of the day on which the curve begins are at risk from the next one on.
    days = {tick: tick * WEEK + (tick * WEEK == start) for tick in ticks}
    shown = [tick for tick in ticks if start < days[tick] <= last]
    counts = [int(line.found.watched[days[tick]]) for tick in shown]
    return at_risk_row(row, shown, counts, line.colour, f"{text(line.name)}, at risk")


def _names(lines: Sequence[Line], end: int) -> list[dict[str, Any]]:
    """The name of each curve beside its end, moved apart where two would touch."""
    return names_at_ends(
        [End(text(line.name), line.colour, _last_share(line.found, end)) for line in lines]
    )


def _last_share(found: Lasting, end: int) -> float:
    remaining = found.curve.remaining[_shown(found, end)]
    return float(remaining[-1]) if len(remaining) else 1.0


def weeks_chart(lines: Sequence[Line]) -> go.Figure:
    """The share still in response at the weeks that are told, each with its interval."""
    step = 0.16
    return figure(
        HEIGHT_LARGE,
        [_shares(line, (row - (len(lines) - 1) / 2) * step) for row, line in enumerate(lines)],
        xaxis={
            "tickvals": list(range(len(MARKS))),
            "ticktext": [f"{week} weeks" for week in MARKS],
            "range": [-0.5, len(MARKS) - 0.5],
        },
        yaxis={"range": [0, 1.08], "tickformat": ".0%", "tickvals": [0, 0.25, 0.5, 0.75, 1]},
        showlegend=True,
    )


def _shares(line: Line, shift: float) -> Trace:
    told = [
        (MARKS.index(week), kept_on(line.found, week * WEEK)) for week in told_weeks(line.found)
    ]
    known = [(place, kept) for place, kept in told if kept is not None]
    shares = np.array([kept.share for _, kept in known])
    low = np.array([np.nan if kept.low is None else kept.low for _, kept in known])
    high = np.array([np.nan if kept.high is None else kept.high for _, kept in known])
    return scatter(
        x=[place + shift for place, _ in known],
        y=shares,
        mode="markers",
        marker={"color": line.colour, "size": 9},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": high - shares,
            "arrayminus": shares - low,
            "color": line.colour,
            "thickness": 1.5,
            "width": 0,
        },
        name=text(line.name),
        customdata=[
            f"<b>{text(line.name)}</b>, {MARKS[place]} weeks: {kept_words(kept)}"
            for place, kept in known
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
