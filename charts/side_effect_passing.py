"""How soon side effects pass, and when they begin.

Curves show the share that has passed, a fraction; they are steps, as Kaplan and Meier have them.
Where some left with the side effect a dashed line shows what was seen to pass, of all: there the
share that has passed lies between that line and 1, and the curve is what it would be if those who
left were like those who stayed (:mod:`clinical.survival`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from charts.numbers import percent, percent_range
from charts.palette import INK, NEUTRAL, PALE
from charts.side_effect_groups import beside
from charts.style import (
    HEIGHT_LARGE,
    HEIGHT_SMALL,
    Trace,
    across,
    bar,
    figure,
    label,
    name_at,
    scatter,
    text,
)
from clinical.incidence import proportion
from clinical.survival import Curve, at_risk_at, passed_by, still_open

AT = (0, 15, 30, 60, 90, 120)
"""Minutes under which the chart says how many are still watched."""
_LATER = (180, 240, 360, 480, 720)
"""Where some were watched longer, the axis goes on to one of these."""
_FRAME_HEIGHT, _ROW_HEIGHT = 84, 27
_ROOM_FOR_MINUTES, _ROOM_FOR_WORDS = 1.25, 2.0
"""The axis is so much longer than a mark that has its minutes, or a few words, beside it."""
_LINE_OF_WORDS = 0.12
"""So much of the height of the large curve a line of words takes, with room."""
_ONSET_STEP = 5
_MOST_BARS = 60
"""More onsets than fit into so many bars of five minutes take wider ones."""

_Floats = NDArray[np.float64]


def passed_chart(
    curve: Curve,
    name: str,
    others: Mapping[str, Curve],
    seen: Mapping[float, float],
    estimated: Mapping[float, float],
) -> go.Figure:
    """The share of a side effect that has passed, by minutes after the end of the infusion.

    ``curve``: the chosen side effect's, with its band and, under the axis, the infusions still
    watched; ``others``: curves by their name, drawn pale; ``seen``: minutes by the share that was
    seen to pass by then (such as 0.95), marked; ``estimated``: the same of the curve, for shares
    that were never seen to pass.
    """
    ticks = _ticks(float(curve.times[-1]))
    end = ticks[-1]
    return figure(
        HEIGHT_LARGE,
        [
            *(_pale(other, title, end) for title, other in others.items()),
            *_band(curve),
            _line(curve, name, end),
            *_seen_line(curve, name, end),
            _reached(seen),
            *_estimated(estimated),
        ],
        xaxis={
            "tickvals": ticks,
            "ticktext": [f"{minute}<br><i>{at_risk_at(curve, minute):,}</i>" for minute in ticks],
            "range": [-0.02 * end, 1.02 * end],
            "title": {"text": "Minutes after the end; infusions that still had it, and watched"},
        },
        yaxis={"range": [0, 1.04], "tickformat": ".0%", "tickvals": [0, 0.25, 0.5, 0.75, 1]},
        shapes=[across(0.95)],
        annotations=[
            name_at(0.95, "95 %") | {"yanchor": "top"},
            *_estimated_words(estimated, _seen_share(curve)),
            *_seen_name(curve, min(0.95, _seen_share(curve)), 0.94),
        ],
        showlegend=False,
    )


def _ticks(last: float) -> list[int]:
    end = next((end for end in (AT[-1], *_LATER) if end >= last), _LATER[-1])
    return [*AT, *(later for later in _LATER if later <= end)]


def _steps(curve: Curve, end: float) -> tuple[_Floats, _Floats]:
    """The corners of the curve; once all have passed it goes on to the end of the axis."""
    passed = 1 - curve.remaining
    times = np.concatenate(([0.0], curve.times))
    shares = np.concatenate(([0.0], passed))
    if curve.n and curve.remaining[-1] == 0 and curve.times[-1] < end:
        times, shares = np.append(times, end), np.append(shares, 1.0)
    return times, shares


def _pale(curve: Curve, name: str, end: float) -> Trace:
    times, shares = _steps(curve, end)
    return scatter(
        x=times,
        y=shares,
        mode="lines",
        line={"shape": "hv", "color": PALE, "width": 1.5},
        name=text(name),
        hovertemplate=f"{text(name)}: %{{y:.0%}} within %{{x:.0f}} min<extra></extra>",
    )


def _band(curve: Curve) -> list[Trace]:
    known = np.isfinite(curve.low)
    if not known.any():
        return []
    edge: dict[str, Any] = {
        "x": curve.times[known],
        "mode": "lines",
        "line": {"shape": "hv", "width": 0, "color": PALE},
        "hoverinfo": "skip",
    }
    return [
        scatter(**edge, y=1 - curve.high[known]),
        scatter(**edge, y=1 - curve.low[known], fill="tonexty", fillcolor=PALE, opacity=0.5),
    ]


def _line(curve: Curve, name: str, end: float) -> Trace:
    times, shares = _steps(curve, end)
    said = [
        f"{time:g} min: {_passed_words(curve, time)}<br>{watched:,} still had it just before"
        for time, watched in zip(curve.times, curve.at_risk, strict=True)
    ]
    return scatter(
        x=times,
        y=shares,
        mode="lines",
        line={"shape": "hv", "color": INK, "width": 2.5},
        name=text(name),
        customdata=["Before the end", *said, *[said[-1]] * (len(times) - len(said) - 1)],
        hovertemplate=f"<b>{text(name)}</b><br>%{{customdata}}<extra></extra>",
    )


def _passed_words(curve: Curve, minutes: float) -> str:
    found = passed_by(curve, minutes)
    if found is None:
        return "not known"
    said = f"{percent(found.share)} had passed"
    limits = f"95 % CI {percent_range(found.low, found.high)}"
    return f"{said} by Kaplan-Meier ({limits})" if curve.censored.any() else f"{said} ({limits})"


def _seen_line(curve: Curve, name: str, end: float) -> list[Trace]:
    """What was seen to pass, of all; nothing where nobody left with it: the curve shows it."""
    if not curve.censored.any():
        return []
    seen = [proportion(int(events), curve.n) for events in np.cumsum(curve.events)]
    said = [
        f"{time:g} min: {one.events:,} of {one.n:,} seen to pass ({percent(one.estimate)}, 95 % CI "
        f"{percent_range(one.low, one.high)})"
        for time, one in zip(curve.times, seen, strict=True)
    ]
    shares = [one.events / one.n for one in seen]
    last = max(end, float(curve.times[-1]))
    return [
        scatter(
            x=[0, *curve.times, last],
            y=[0, *shares, shares[-1]],
            mode="lines",
            line={"shape": "hv", "color": INK, "width": 2, "dash": "dash"},
            name=f"{text(name)}, seen to pass",
            customdata=["Before the end", *said, said[-1]],
            hovertemplate=f"<b>{text(name)}</b><br>%{{customdata}}<extra></extra>",
        )
    ]


def _seen_share(curve: Curve) -> float:
    """The share that was ever seen to pass."""
    return 1 - (still_open(curve).estimate or 0)


def _seen_name(curve: Curve, y: float, x: float) -> list[dict[str, Any]]:
    """The name of that line, left of ``x`` (a share of the width) and under ``y``."""
    left = still_open(curve)
    if not left.events:
        return []
    seen = left.n - left.events
    return [
        {
            "xref": "x domain",
            "x": x,
            "y": y,
            "xanchor": "right",
            "yanchor": "top",
            "text": f"dashed: {seen:,} of {left.n:,} seen to pass",
            "font": {"size": 12, "color": INK},
            "showarrow": False,
        }
    ]


def _estimated(minutes: Mapping[float, float]) -> list[Trace]:
    """Hollow marks where only the curve reached a share."""
    if not minutes:
        return []
    return [
        scatter(
            x=list(minutes.values()),
            y=list(minutes),
            mode="markers",
            marker={"color": INK, "size": 9, "symbol": "circle-open"},
            cliponaxis=False,
            hoverinfo="skip",
        )
    ]


def _estimated_words(minutes: Mapping[float, float], seen: float) -> list[dict[str, Any]]:
    """The words of those marks, right under them, or lower where the dashed line ends there."""
    return [
        {
            "x": minute,
            "y": share if seen < share - _LINE_OF_WORDS else share - _LINE_OF_WORDS,
            "xanchor": "left",
            "yanchor": "top",
            "xshift": 7,
            "text": f"Kaplan-Meier: {percent(share)} by {minute:g} min",
            "font": {"size": 12, "color": INK},
            "showarrow": False,
        }
        for share, minute in minutes.items()
    ]


def _reached(reached: Mapping[float, float]) -> Trace:
    """The marks where a share was seen to pass, each with its words."""
    return scatter(
        x=list(reached.values()),
        y=list(reached),
        mode="markers+text",
        marker={"color": INK, "size": 9},
        text=[f" {percent(share)} by {minute:g} min" for share, minute in reached.items()],
        textposition="bottom right",
        textfont={"color": INK, "size": 12},
        cliponaxis=False,
        hoverinfo="skip",
    )


def milestones_chart(terms: pd.DataFrame) -> go.Figure:
    """Each side effect's minutes until half and until 95 % were seen to pass.

    ``terms``: a row for each, the one for the top first: ``term``, ``half``, ``most`` (minutes),
    ``most_low``, ``most_high`` (95 % interval), missing where not reached, ``n``, and ``open``, the
    share that had not passed at discharge: said where ``most`` was not reached.
    """
    rows = list(range(len(terms)))
    return figure(
        _FRAME_HEIGHT + _ROW_HEIGHT * len(terms),
        [*_joined(terms, rows), _half(terms, rows), _most(terms, rows)],
        annotations=_most_words(terms, rows),
        yaxis={
            "tickvals": rows,
            "ticktext": [
                f"{label(term)} <i>{n:,}</i>"
                for term, n in zip(terms["term"], terms["n"], strict=True)
            ],
            "range": [len(terms) - 0.4, -0.6],
        },
        xaxis={
            "showgrid": True,
            "rangemode": "tozero",
            "title": {"text": "Minutes after the end"},
            "range": [0, _minutes_end(terms)],
        },
    )


def _minutes_end(terms: pd.DataFrame) -> float:
    """The end of the axis, with room for the words beside each mark."""
    room = np.where(terms["most"].isna(), _ROOM_FOR_WORDS, _ROOM_FOR_MINUTES)
    return float(np.nanmax([10.0, *(room * _ends(terms))]))


def _ends(terms: pd.DataFrame) -> "pd.Series[float]":
    """Where the marks of each row end; 0 where it has none."""
    return terms[["half", "most", "most_high"]].max(axis=1).fillna(0)


def _joined(terms: pd.DataFrame, rows: Sequence[int]) -> list[Trace]:
    return [
        scatter(
            x=[half, most],
            y=[row, row],
            mode="lines",
            line={"color": PALE, "width": 3},
            hoverinfo="skip",
            showlegend=False,
        )
        for row, half, most in zip(rows, terms["half"], terms["most"], strict=True)
        if half < most
    ]


def _half(terms: pd.DataFrame, rows: Sequence[int]) -> Trace:
    return scatter(
        x=terms["half"].to_numpy(),
        y=rows,
        mode="markers",
        marker={"color": INK, "size": 9, "symbol": "circle-open"},
        name="Half seen to pass",
        customdata=[
            f"<b>{text(term)}</b><br>half seen to pass by {_minutes(half)}"
            for term, half in zip(terms["term"], terms["half"], strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _most(terms: pd.DataFrame, rows: Sequence[int]) -> Trace:
    most, low, high = terms["most"], terms["most_low"], terms["most_high"]
    return scatter(
        x=most.to_numpy(),
        y=rows,
        mode="markers",
        marker={"color": INK, "size": 9},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": (high - most).fillna(0).to_numpy(),
            "arrayminus": (most - low).fillna(0).to_numpy(),
            "color": NEUTRAL,
            "thickness": 1.5,
            "width": 0,
        },
        name="95 % seen to pass, with interval",
        customdata=[
            f"<b>{text(term)}</b><br>95 % seen to pass by {_minutes(minutes)} (95 % CI "
            f"{_minutes(lowest)} to {_minutes(highest, 'not reached')})"
            for term, minutes, lowest, highest in zip(terms["term"], most, low, high, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _most_words(terms: pd.DataFrame, rows: Sequence[int]) -> list[dict[str, Any]]:
    """The minutes by which 95 % were seen to pass, or in how many it was not, beside the marks."""
    return [
        beside(
            end,
            row,
            f"{percent(left)} not passed at discharge" if pd.isna(minutes) else f"{minutes:g} min",
        )
        for end, row, minutes, left in zip(
            _ends(terms), rows, terms["most"], terms["open"], strict=True
        )
    ]


def _minutes(value: float, missing: str = "not known") -> str:
    return missing if pd.isna(value) else f"{value:g} min"


def onset_chart(onsets: pd.DataFrame, median: float | None) -> go.Figure:
    """When a side effect began: infusions in steps of minutes after the start.

    ``onsets``: ``onset`` (minutes, none missing), ``infusions``; ``median``: marked.
    """
    minutes = onsets["onset"].to_numpy(np.int64)
    step = _step(int(minutes.max(initial=0)))
    counts = np.bincount(minutes // step, weights=onsets["infusions"].to_numpy(np.float64))
    starts = np.arange(len(counts)) * step
    of_all = counts.sum()
    return figure(
        HEIGHT_SMALL,
        [
            bar(
                x=starts + step / 2,
                y=counts,
                width=0.9 * step,
                marker={"color": PALE},
                customdata=[
                    f"{start} to {start + step - 1} min: {count:,.0f} of {of_all:,.0f} infusions "
                    f"({percent(count / of_all)})"
                    for start, count in zip(starts, counts, strict=True)
                ],
                hovertemplate="%{customdata}<extra></extra>",
            )
        ],
        xaxis={"title": {"text": "Minutes after the start of the infusion"}, "rangemode": "tozero"},
        yaxis={"title": {"text": "Infusions"}, "range": [0, 1.15 * counts.max()]},
        shapes=[] if median is None else [_upright(median)],
        annotations=[] if median is None else [_beside(median, f"median {median:g}")],
        showlegend=False,
    )


def _step(last: int) -> int:
    return _ONSET_STEP * (1 + last // (_ONSET_STEP * _MOST_BARS))


def _upright(at: float) -> dict[str, Any]:
    return {
        "type": "line",
        "x0": at,
        "x1": at,
        "yref": "y domain",
        "y0": 0,
        "y1": 1,
        "line": {"color": INK, "width": 1, "dash": "dot"},
    }


def _beside(at: float, words: str) -> dict[str, Any]:
    return {
        "x": at,
        "yref": "y domain",
        "y": 1,
        "xanchor": "left",
        "yanchor": "top",
        "text": f" {text(words)}",
        "font": {"size": 11, "color": INK},
        "showarrow": False,
    }


def lasted_chart(curve: Curve, median: float | None) -> go.Figure:
    """The share that has passed by minutes after the onset, with its band.

    ``median``: minutes by which half was seen to pass, marked.
    """
    end = max(float(curve.times[-1]), 10.0)
    name = "Since the onset"
    return figure(
        HEIGHT_SMALL,
        [
            *_band(curve),
            _line(curve, name, end),
            *_seen_line(curve, name, end),
            *([] if median is None else [_reached({0.5: median})]),
        ],
        xaxis={"title": {"text": "Minutes after the onset"}, "range": [0, 1.02 * end]},
        yaxis={"range": [0, 1.04], "tickformat": ".0%", "tickvals": [0, 0.25, 0.5, 0.75, 1]},
        shapes=[across(0.5)],
        annotations=_seen_name(curve, 0.2, 1),
        showlegend=False,
    )
