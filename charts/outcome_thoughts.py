"""Suicidal thoughts over a course: who is free of them, who is not, and in whom they rose.

Shares are fractions. Bars and dots carry their words and what they stand for, so that choosing one
leads to its courses.
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from charts.numbers import percent, percent_range
from charts.palette import BACKGROUND, CONCERN, IMPROVEMENT, INK, NEUTRAL, PALE, severity
from charts.style import HEIGHT_LARGE, HEIGHT_SMALL, Trace, bar, figure, interval, scatter
from charts.thoughts import ITEM_9_ANSWERS
from clinical.incidence import Proportion
from clinical.thought_changes import LEVELS, LevelChange, ThoughtChanges

FREE, LOWER, UNCHANGED, HIGHER = "free", "lower", "unchanged", "higher"
"""What a part of a bar carries: which courses it stands for."""
_NAMES = {
    FREE: "Free of them",
    LOWER: "Lower, not free",
    UNCHANGED: "Unchanged",
    HIGHER: "Higher",
}
_COLOURS = {FREE: IMPROVEMENT, LOWER: IMPROVEMENT, UNCHANGED: NEUTRAL, HIGHER: CONCERN}
_STRENGTHS = {FREE: 1.0, LOWER: 0.45, UNCHANGED: 0.5, HIGHER: 1.0}
"""Of a whole trace, because the legend shows only that."""
_HOVER = "%{customdata[0]}<extra></extra>"
_WHOLE = {"tickformat": ".0%", "tickvals": [0, 0.25, 0.5, 0.75, 1]}
_BESIDE = 0.36
"""How far right of a bar its range from worst to best stands."""
_FITS = 0.05
"""A part of a bar this long has room for its count."""


def changes_chart(changes: Sequence[ThoughtChanges]) -> go.Figure:
    """What became of thoughts by infusion number: bars that add up to all who began with them.

    With the interval of the share that is free, and beside it what it may be whatever became of
    those without an answer. A bar's part carries its words, its code and the infusion number.
    """
    parts = [_part(changes, code) for code in _NAMES]
    unanswered = [each.free.n - each.answered for each in changes]
    if any(unanswered):
        parts.append(_unanswered(changes, unanswered))
    return figure(
        HEIGHT_LARGE,
        [*parts, _free_interval(changes), _ranges(changes)],
        barmode="stack",
        legend={"traceorder": "normal"},
        xaxis={
            "tickvals": [each.number for each in changes],
            "ticktext": [f"{each.number}<br>n {each.free.n:,}" for each in changes],
            "title": {"text": "After infusion"},
        },
        yaxis={"range": [0, 1], **_WHOLE},
    )


def _part(changes: Sequence[ThoughtChanges], code: str) -> Trace:
    rates: list[Proportion] = [getattr(each, code) for each in changes]
    shares = [rate.events / each.free.n for rate, each in zip(rates, changes, strict=True)]
    is_free = code == FREE
    return bar(
        x=[each.number for each in changes],
        y=shares,
        width=0.56,
        name=_NAMES[code],
        marker={"color": _COLOURS[code]},
        opacity=_STRENGTHS[code],
        text=[percent(share) for share in shares] if is_free else None,
        textposition="inside" if is_free else "none",
        insidetextanchor="start",
        textangle=0,
        insidetextfont={"color": BACKGROUND, "size": 12},
        customdata=[
            [_change_words(code, rate, each), code, each.number]
            for rate, each in zip(rates, changes, strict=True)
        ],
        hovertemplate=_HOVER,
    )


def _change_words(code: str, rate: Proportion, changes: ThoughtChanges) -> str:
    return (
        f"<b>{_NAMES[code]} after infusion {changes.number}</b><br>"
        f"{rate.events:,} of {rate.n:,} who began with thoughts: {_rate(rate)}"
    )


def _rate(rate: Proportion) -> str:
    return f"{percent(rate.estimate)} (95 % CI {percent_range(rate.low, rate.high)})"


def _unanswered(changes: Sequence[ThoughtChanges], counts: Sequence[int]) -> Trace:
    """Those who count as not free because there is no answer."""
    return bar(
        x=[each.number for each in changes],
        y=[count / each.free.n for count, each in zip(counts, changes, strict=True)],
        width=0.56,
        name="No answer",
        marker={"color": PALE},
        customdata=[
            [f"<b>No answer after infusion {each.number}</b><br>{count:,} of {each.free.n:,}"]
            for count, each in zip(counts, changes, strict=True)
        ],
        hovertemplate=_HOVER,
    )


def _free_interval(changes: Sequence[ThoughtChanges]) -> Trace:
    """Over the bars, which would else hide the lower half of it."""
    return scatter(
        x=[each.number for each in changes],
        y=[each.free.estimate for each in changes],
        error_y=_interval([each.free for each in changes]),
        mode="markers",
        marker={"size": 1, "color": INK},
        unselected={"marker": {"opacity": 1}},
        hoverinfo="skip",
        showlegend=False,
    )


def _interval(rates: Sequence[Proportion], colour: str = INK) -> dict[str, Any]:
    ends = pd.DataFrame(
        [(rate.estimate, rate.low, rate.high) for rate in rates],
        columns=["share", "low", "high"],
        dtype=float,
    )
    return interval(ends["share"], ends["low"], ends["high"], colour)


def _ranges(changes: Sequence[ThoughtChanges]) -> Trace:
    """What the share may be, from none to all of those without an observed answer free."""
    known = [(each.number + _BESIDE, each.free_bounds) for each in changes if each.free_bounds]
    return scatter(
        x=[at for place, _ in known for at in (place, place, None)],
        y=[value for _, bounds in known for value in (*bounds, None)],
        mode="lines+markers",
        line={"color": NEUTRAL, "width": 2},
        marker={"symbol": "line-ew-open", "size": 7, "color": NEUTRAL},
        name="Free, from worst to best case",
        hovertemplate="%{y:.0%}<extra>Free, worst or best case</extra>",
    )


def levels_chart(changes: Sequence[LevelChange], least: int) -> go.Figure:
    """From each level at baseline to the level after: a bar of shares each, lowest at the top.

    A part under ``least`` courses has its count, and no share. It carries its words, the levels of
    its bar and its own.
    """
    labels = [f"{level_name(change.low, change.high)}<br>n {change.n:,}" for change in changes]
    traces = [_level(changes, labels, level, least) for level in LEVELS]
    if any(change.no_answer for change in changes):
        traces.append(_level(changes, labels, None, least))
    return figure(
        max(HEIGHT_SMALL, 100 + 52 * len(changes)),
        traces,
        barmode="stack",
        bargap=0.3,
        legend={"traceorder": "normal"},
        margin={"r": 24},
        xaxis={"range": [0, 1], **_WHOLE},
        yaxis={
            "categoryorder": "array",
            "categoryarray": labels[::-1],
            "title": {"text": "At baseline"},
        },
    )


def level_name(low: int, high: int) -> str:
    """What a level, or several together, are called: ``1 Several days``, ``2–3``."""
    return f"{low} {ITEM_9_ANSWERS[low]}" if low == high else f"{low}–{high}"


def _level(
    changes: Sequence[LevelChange], labels: Sequence[str], level: int | None, least: int
) -> Trace:
    name = "No answer" if level is None else level_name(level, level)
    counts = [change.no_answer if level is None else change.courses[level] for change in changes]
    shares = [count / change.n for count, change in zip(counts, changes, strict=True)]
    return bar(
        y=list(labels),
        x=shares,
        orientation="h",
        name=name,
        marker={
            "color": PALE if level is None else severity(level, len(LEVELS)),
            "line": {"color": NEUTRAL, "width": 0.5},
        },
        text=[
            f"{count:,}" if share >= _FITS else ""
            for count, share in zip(counts, shares, strict=True)
        ],
        textposition="inside",
        insidetextanchor="middle",
        textangle=0,
        insidetextfont={"color": INK if level is None or level < 2 else BACKGROUND, "size": 12},
        customdata=[
            [_level_words(change, name, count, least), change.low, change.high, level]
            for change, count in zip(changes, counts, strict=True)
        ],
        hovertemplate=_HOVER,
    )


def _level_words(change: LevelChange, name: str, count: int, least: int) -> str:
    share = f": {percent(count / change.n)}" if count >= least else ""
    return (
        f"From <b>{level_name(change.low, change.high)}</b> to <b>{name}</b><br>"
        f"{count:,} of {change.n:,}{share}"
    )


def newly_chart(changes: Sequence[ThoughtChanges]) -> go.Figure:
    """Of those who began without thoughts, the share with some, by infusion number.

    A dot carries its words and the infusion number.
    """
    numbers, rates = [each.number for each in changes], [each.newly for each in changes]
    return figure(
        traces=[
            scatter(
                x=numbers,
                y=[rate.estimate for rate in rates],
                mode="markers",
                marker={"color": CONCERN, "size": 9},
                error_y=_interval(rates, CONCERN),
                cliponaxis=False,
                customdata=[
                    [
                        f"<b>After infusion {each.number}</b><br>{each.newly.events:,} of "
                        f"{each.newly.n:,} who began without: {_rate(each.newly)}",
                        each.number,
                    ]
                    for each in changes
                ],
                hovertemplate=_HOVER,
                showlegend=False,
            )
        ],
        xaxis={
            "tickvals": numbers,
            "ticktext": [f"{each.number}<br>n {each.newly.n:,}" for each in changes],
            "range": [numbers[0] - 0.5, numbers[-1] + 0.5] if numbers else None,
            "title": {"text": "After infusion"},
        },
        yaxis={"range": [0, _top(rates)], "tickformat": ".0%", "nticks": 6},
    )


_LOWEST_TOP = 0.1


def _top(rates: Sequence[Proportion]) -> float:
    """The end of an axis of small shares: over the longest interval."""
    return min(1.0, max([_LOWEST_TOP, *(1.1 * (rate.high or 0.0) for rate in rates)]))


def mood_chart(groups: Sequence[tuple[str, Proportion]]) -> go.Figure:
    """The share free of thoughts in each of a few groups, which are named by the first."""
    rates = [rate for _, rate in groups]
    names = [name for name, _ in groups]
    return figure(
        traces=[
            scatter(
                x=[rate.estimate for rate in rates],
                y=names,
                mode="markers+text",
                marker={"color": IMPROVEMENT, "size": 11},
                error_x=_interval(rates, IMPROVEMENT),
                text=[percent(rate.estimate) for rate in rates],
                textposition="top center",
                textfont={"color": INK, "size": 13},
                customdata=[
                    [f"<b>{name}</b><br>{rate.events:,} of {rate.n:,}: {_rate(rate)}"]
                    for name, rate in groups
                ],
                hovertemplate=_HOVER,
                showlegend=False,
            )
        ],
        margin={"r": 24},
        xaxis={"range": [0, 1], "showgrid": True, "title": {"text": "Free of them"}, **_WHOLE},
        yaxis={
            "tickvals": names,
            "ticktext": [f"{name}<br>n {rate.n:,}" for name, rate in groups],
            "range": [len(groups) - 0.4, -0.7],
        },
    )
