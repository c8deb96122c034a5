"""How long responses last: the share still in response, as steps, by weeks.

Under the axis stand the courses at risk. A curve ends where fewer than the smallest group are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from charts.numbers import percent, percent_range
from charts.palette import CATEGORIES, INK, NEUTRAL, PALE
from charts.style import HEIGHT_LARGE, HEIGHT_SMALL, Trace, across, figure, scatter, text
from clinical.durability import MARKS, WEEK, Kept, Lasting, kept_on, told_weeks

WITHOUT_COLOUR, WITH_COLOUR = INK, CATEGORIES[0]
INTERVAL_COLOURS = CATEGORIES
"""One for each of :data:`clinical.booster_intervals.INTERVALS`."""
_TICKS = (0, *MARKS, 39, 52)
"""Weeks; the axis ends at 12, at 26 or at 52 of them."""
_ENDS = (12, 26, 52)
_MOST_WITH_BANDS = 2
"""More bands than these could not be told apart."""
_RISK_ROW = 19
_GAP = 62
"""Pixels: the height of a row of counts, and of the axis with its title."""
_LETTER = 7.0
_LINE_OF_WORDS = 0.06
"""Pixels that a letter of a name takes; the height of a line, as a share of the plot."""


@dataclass(frozen=True, slots=True)
class Line:
    """One curve: its name, its colour, and what the dot at each week carries if it can be chosen.

    ``carried``: by week; none: its dots cannot be chosen.
    """

    name: str
    colour: str
    found: Lasting
    carried: dict[int, str]


def last_week(lines: Sequence[Line]) -> int:
    """The week at which the axis ends: so far as any curve goes, but no more than a year."""
    last = max((line.found.last for line in lines), default=0)
    return next((end for end in _ENDS if end * WEEK >= last), _ENDS[-1])


def lasting_chart(lines: Sequence[Line], since: str, *, small: bool = False) -> go.Figure:
    """The share still in response by weeks, a dot at the weeks that are told.

    ``since``: what the weeks count from, for the axis.
    """
    end = last_week(lines)
    ticks = [tick for tick in _TICKS if tick <= end]
    below = _RISK_ROW * len(lines)
    height = (HEIGHT_SMALL if small else HEIGHT_LARGE) + _GAP + below
    banded = lines if len(lines) <= _MOST_WITH_BANDS else ()
    return figure(
        height,
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
            "domain": [(below + _GAP) / height, 1],
        },
        yaxis2={
            "domain": [0, below / height],
            "range": [len(lines) - 0.5, -0.5],
            "tickvals": list(range(len(lines))),
            "ticktext": [f"<i>At risk, {text(line.name)}</i>" for line in lines],
            "showgrid": False,
            "anchor": "x",
        },
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
    edge: dict[str, Any] = {
        "x": [*(times[known] / WEEK), _last(line.found, end)],
        "mode": "lines",
        "line": {"shape": "hv", "width": 0, "color": PALE},
        "hoverinfo": "skip",
    }
    upper, lower = high[known], low[known]
    return [
        scatter(**edge, y=[*upper, upper[-1]]),
        scatter(**edge, y=[*lower, lower[-1]], fill="tonexty", fillcolor=PALE, opacity=0.5),
    ]


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
        [said, line.carried[week]] if week in line.carried else [said]
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
    return scatter(
        x=shown,
        y=[row] * len(shown),
        yaxis="y2",
        mode="text",
        text=[f"{line.found.watched[days[tick]]:,}" for tick in shown],
        textfont={"color": line.colour, "size": 12},
        cliponaxis=False,
        hoverinfo="skip",
        name=f"{text(line.name)}, at risk",
    )


def _names(lines: Sequence[Line], end: int) -> list[dict[str, Any]]:
    """The name of each curve beside its end, moved apart where two would touch."""
    ends = [_last_share(line.found, end) for line in lines]
    return [
        {
            "x": 1,
            "xref": "x domain",
            "y": height,
            "xanchor": "left",
            "yanchor": "middle",
            "xshift": 6,
            "text": text(line.name),
            "font": {"size": 12, "color": line.colour},
            "showarrow": False,
        }
        for line, height in zip(lines, _apart(ends), strict=True)
    ]


def _last_share(found: Lasting, end: int) -> float:
    remaining = found.curve.remaining[_shown(found, end)]
    return float(remaining[-1]) if len(remaining) else 1.0


def _apart(heights: Sequence[float]) -> list[float]:
    """The heights, in their order, moved up as little as keeps each a line from the next."""
    found = list(heights)
    lowest = 0.0
    for place in sorted(range(len(heights)), key=lambda each: heights[each]):
        found[place] = max(heights[place], lowest)
        lowest = found[place] + _LINE_OF_WORDS
    over = max(0.0, lowest - _LINE_OF_WORDS - 1.0)
    return [height - over for height in found]


def weeks_chart(lines: Sequence[Line], published: dict[int, float]) -> go.Figure:
    """The share still in response at the weeks that are told, each with its interval.

    ``published``: shares by week that another study found for the first curve, drawn hollow.
    """
    step = 0.16
    return figure(
        HEIGHT_LARGE,
        [
            *(_shares(line, (row - (len(lines) - 1) / 2) * step) for row, line in enumerate(lines)),
            *([_published(published, -(len(lines) - 1) / 2 * step - step)] if published else []),
        ],
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


def _published(published: dict[int, float], shift: float) -> Trace:
    weeks = [week for week in MARKS if week in published]
    return scatter(
        x=[MARKS.index(week) + shift for week in weeks],
        y=[published[week] for week in weeks],
        mode="markers",
        marker={"color": NEUTRAL, "size": 10, "symbol": "diamond-open", "line": {"width": 1.5}},
        name="Published, without",
        customdata=[f"Published, {week} weeks: about {percent(published[week])}" for week in weeks],
        hovertemplate="%{customdata}<extra></extra>",
    )
