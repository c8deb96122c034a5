"""Response and remission after each infusion, and under each rule for missing scores.

A rate is a dot with its 95 % interval; the pale bar behind it reaches from worst to best, had the
missing scores been none or all of them a response. A result looks the same in every picture:
:data:`RESULT_LOOKS`. Each dot carries its words, its result, and which of the rates it is.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from charts.numbers import percent, percent_range
from charts.palette import IMPROVEMENT, INK, NEUTRAL, PALE
from charts.style import HEIGHT_LARGE, Trace, bar, figure, interval, scatter, text
from clinical.course_scores import Missing
from clinical.responses import Rates, Result

RESULT_LOOKS: dict[Result, tuple[str, str]] = {
    Result.RESPONSE: (IMPROVEMENT, "circle"),
    Result.IMPROVEMENT: (IMPROVEMENT, "circle"),
    Result.REMISSION: (INK, "square"),
}
"""Colour and symbol; remission, which asks for more, is the darker one."""
Names = Mapping[Result, str]
"""What each result is called, in the order in which they are told."""

_HOVER = "%{customdata[0]}<extra></extra>"
_APART = 0.13
"""So far from the infusion's place stand two results."""
_BAR = 0.16
_BEHIND = {"color": PALE, "opacity": 0.75}
_MARGIN_FOR_NAMES = 128
_CLOSE = 0.06
"""Two rates nearer than this have their names set apart."""


def response_chart(rates: Sequence[Rates], names: Names, chosen: int, least: int) -> go.Figure:
    """The rate of each result by infusion number, with the number of courses under each.

    ``rates``: as from :func:`clinical.responses.rates_by_number`; those of fewer than ``least``
    courses are not drawn. ``chosen``: the infusion that the page is about, shaded.
    """
    shown = [each for each in rates if each.is_shown(least)]
    last = max([chosen, *(each.number for each in shown)])
    return figure(
        HEIGHT_LARGE,
        [
            trace
            for result, shift in _shifts(names).items()
            for trace in (
                _bounds_by_number(shown, result, names, shift, least),
                _rates_by_number(shown, result, names, shift),
            )
        ],
        barmode="overlay",
        showlegend=False,
        shapes=[_shade(chosen)],
        annotations=_end_names(shown, names),
        margin={"r": _MARGIN_FOR_NAMES},
        xaxis={
            "title": {"text": "After infusion, with the number of courses"},
            "range": [0.4, last + 0.6],
            "tickvals": [each.number for each in shown],
            "ticktext": [_tick(each, chosen) for each in shown],
        },
        yaxis=_SHARES | {"range": [-0.02, 1.04]},
    )


_SHARES: dict[str, Any] = {"tickformat": ".0%", "tickvals": [0, 0.25, 0.5, 0.75, 1]}


def _shifts(names: Names) -> dict[Result, float]:
    return dict(zip(names, (0.0,) if len(names) == 1 else (-_APART, _APART), strict=True))


def _tick(rates: Rates, chosen: int) -> str:
    words = f"{rates.number}<br><i>{rates.n:,}</i>"
    return f"<b>{words}</b>" if rates.number == chosen else words


def _shade(number: int) -> dict[str, Any]:
    return {
        "type": "rect",
        "x0": number - 0.5,
        "x1": number + 0.5,
        "yref": "y domain",
        "y0": 0,
        "y1": 1,
        "fillcolor": PALE,
        "opacity": 0.22,
        "line": {"width": 0},
        "layer": "below",
    }


def _bounds_by_number(
    shown: Sequence[Rates], result: Result, names: Names, shift: float, least: int
) -> Trace:
    bounded = [
        (each, bounds)
        for each in shown
        if each.has_bounds(least) and (bounds := each.bounds(result)) is not None
    ]
    return bar(
        x=[each.number + shift for each, _ in bounded],
        base=[low for _, (low, _) in bounded],
        y=[high - low for _, (low, high) in bounded],
        width=_BAR,
        marker=_BEHIND,
        # Bars have words alone, for there is nothing of their own behind them.
        hovertext=[_bounds_words(each, names[result], bounds) for each, bounds in bounded],
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _rates_by_number(shown: Sequence[Rates], result: Result, names: Names, shift: float) -> Trace:
    colour, symbol = RESULT_LOOKS[result]
    found = _frame(shown, result)
    return scatter(
        x=(found["number"] + shift).to_numpy(),
        y=found["share"].to_numpy(),
        mode="lines+markers",
        line={"color": colour, "width": 1.5},
        marker={"color": colour, "size": 10, "symbol": symbol},
        error_y=interval(found["share"], found["low"], found["high"], colour),
        customdata=[
            [_rate_words(each, names[result], result), str(result), each.number] for each in shown
        ],
        hovertemplate=_HOVER,
    )


def _frame(rates: Sequence[Rates], result: Result) -> pd.DataFrame:
    """A rate a row; one of nobody is missing, and leaves a gap."""
    found = [each.rate(result) for each in rates]
    return pd.DataFrame(
        {
            "number": [each.number for each in rates],
            **{
                name: [None if one is None else getattr(one, part) for one in found]
                for name, part in (("share", "estimate"), ("low", "low"), ("high", "high"))
            },
        }
    ).astype("float64")


def _rate_words(rates: Rates, name: str, result: Result) -> str:
    rate = rates.rate(result)
    told = (
        "no data"
        if rate is None or rate.estimate is None
        else f"{rate.events:,} of {rate.n:,}: {percent(rate.estimate)} "
        f"(95 % CI {percent_range(rate.low, rate.high)})"
    )
    return f"<b>{text(name)}, infusion {rates.number}</b><br>{text(rates.missing)}: {told}"


def _bounds_words(rates: Rates, name: str, bounds: tuple[float, float]) -> str:
    return (
        f"<b>{text(name)}, infusion {rates.number}</b><br>From worst to best: "
        f"{percent_range(*bounds)} % of {rates.due:,} due"
    )


def _end_names(shown: Sequence[Rates], names: Names) -> list[dict[str, Any]]:
    """The name of each line, right of its last dot; of two that are close, one a little higher."""
    if not shown:
        return []
    end = shown[-1]
    ends = {
        result: rate.estimate
        for result in names
        if (rate := end.rate(result)) is not None and rate.estimate is not None
    }
    highest_first = sorted(ends, key=lambda result: ends[result], reverse=True)
    are_close = len(ends) > 1 and max(ends.values()) - min(ends.values()) < _CLOSE
    return [
        {
            "x": end.number + _APART + _BAR / 2,
            "y": ends[result],
            "xanchor": "left",
            "xshift": 5,
            "yanchor": "middle",
            "yshift": (9 if place == 0 else -9) if are_close else 0,
            "text": text(names[result]),
            "font": {"size": 13, "color": RESULT_LOOKS[result][0]},
            "showarrow": False,
        }
        for place, result in enumerate(highest_first)
    ]


_ROW_HEIGHT, _FRAME_HEIGHT = 56, 84
_BOUNDS_ROW = "Worst to best"


def rules_chart(
    rates: Sequence[Rates], names: Names, hidden: Mapping[Missing, str], no_bounds: str
) -> go.Figure:
    """The rates of one infusion under each rule for missing scores, and their bounds below.

    ``rates``: of one infusion, a rule each; ``hidden``: why the rates of a rule are not shown;
    ``no_bounds``: why the bounds are not, or nothing.
    """
    rows = list(range(len(rates) + 1))
    of_all = rates[0]
    shown = {row: each for row, each in enumerate(rates) if each.missing not in hidden}
    reasons = {row: hidden[each.missing] for row, each in enumerate(rates) if row not in shown}
    if no_bounds:
        reasons[rows[-1]] = no_bounds
    return figure(
        _FRAME_HEIGHT + _ROW_HEIGHT * len(rows),
        [
            trace
            for result, shift in _shifts(names).items()
            for trace in (
                *([] if no_bounds else [_bounds_row(of_all, result, names, rows[-1] + shift)]),
                _rule_dots(shown, result, names, shift),
            )
        ],
        barmode="overlay",
        showlegend=False,
        annotations=[
            *(_in_row(row, words) for row, words in reasons.items()),
            *_row_words(shown, names),
            *([] if no_bounds else _bounds_row_words(of_all, names, rows[-1])),
        ],
        margin={"r": _MARGIN_FOR_NAMES},
        xaxis=_SHARES | {"range": [-0.02, 1.04], "showgrid": True},
        yaxis={
            "tickvals": rows,
            "ticktext": [
                *(f"{text(each.missing)} <i>{each.n:,}</i>" for each in rates),
                f"{_BOUNDS_ROW} <i>{of_all.due:,}</i>",
            ],
            "range": [rows[-1] + 0.5, -0.75],
            "showgrid": False,
        },
    )


def _rule_dots(shown: Mapping[int, Rates], result: Result, names: Names, shift: float) -> Trace:
    colour, symbol = RESULT_LOOKS[result]
    found = _frame(list(shown.values()), result)
    return scatter(
        x=found["share"].to_numpy(),
        y=[row + shift for row in shown],
        mode="markers",
        marker={"color": colour, "size": 10, "symbol": symbol},
        error_x=interval(found["share"], found["low"], found["high"], colour),
        customdata=[
            [_rate_words(each, names[result], result), str(result), str(each.missing)]
            for each in shown.values()
        ],
        hovertemplate=_HOVER,
    )


def _bounds_row(rates: Rates, result: Result, names: Names, row: float) -> Trace:
    bounds = rates.bounds(result)
    drawn = [] if bounds is None else [bounds]
    return bar(
        x=[high - low for low, high in drawn],
        base=[low for low, _ in drawn],
        y=[row for _ in drawn],
        orientation="h",
        width=_BAR,
        marker=_BEHIND,
        hovertext=[_bounds_words(rates, names[result], each) for each in drawn],
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _in_row(row: int, words: str) -> dict[str, Any]:
    return {
        "x": 0.01,
        "y": row,
        "xanchor": "left",
        "yanchor": "middle",
        "text": text(words),
        "font": {"size": 12, "color": NEUTRAL},
        "showarrow": False,
    }


def _row_words(shown: Mapping[int, Rates], names: Names) -> list[dict[str, Any]]:
    """Each rate in words right of its interval; in the first row with what it is a rate of."""
    first = min(shown, default=0)
    return [
        _right_of(rate.high, row + shift, f"{percent(rate.estimate)}{name}", result)
        for row, each in shown.items()
        for result, shift in _shifts(names).items()
        if (rate := each.rate(result)) is not None and rate.high is not None
        for name in [f" {names[result]}" if row == first else ""]
    ]


def _bounds_row_words(rates: Rates, names: Names, row: int) -> list[dict[str, Any]]:
    return [
        _right_of(bounds[1], row + shift, f"{percent_range(*bounds)} %", result)
        for result, shift in _shifts(names).items()
        if (bounds := rates.bounds(result)) is not None
    ]


def _right_of(x: float, y: float, words: str, result: Result) -> dict[str, Any]:
    return {
        "x": x,
        "y": y,
        "xanchor": "left",
        "xshift": 5,
        "yanchor": "middle",
        "text": text(words),
        "font": {"size": 12, "color": RESULT_LOOKS[result][0]},
        "showarrow": False,
    }
