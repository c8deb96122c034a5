"""The waterfall of percentage change: a bar for each course, or for each equal share of them."""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from charts.numbers import percent
from charts.palette import CONCERN, IMPROVEMENT, NEUTRAL, PALE
from charts.score_words import improvement
from charts.style import Trace, across, bar, figure, name_at
from clinical.instruments import Instrument
from clinical.waterfall import Verdict, Waterfall

_HEIGHT = 340
LOWEST, HIGHEST = -100.0, 200.0
"""Per cent: the picture goes no further than this; a bar that does is cut off."""
_FEW_BARS, _GAP = 120, 0.12
"""So few bars stand apart, by this share of their width."""


def waterfall_chart(fall: Waterfall, measure: Instrument, unit: str) -> go.Figure:
    """Improvement in % of the baseline, the most improved first, coloured by what it is.

    Each bar carries its words and its place from the left. ``unit``: what is counted, plural.
    """
    response = measure.response_percent
    level = (
        {"annotations": [name_at(response, f"Response: {response:g} % better")]}
        if response is not None
        else {}
    )
    return figure(
        _HEIGHT,
        [
            _bars(fall, verdict, has_rule=response is not None, unit=unit)
            for verdict in Verdict
            if fall.counts[verdict]
        ],
        barmode="overlay",
        bargap=0,
        margin={"r": 24},
        legend={"traceorder": "normal"},
        shapes=[] if response is None else [across(response)],
        xaxis={
            "title": {"text": f"Share of {unit}, the most improved first"},
            "range": [0, 1],
            "tickformat": ".0%",
            "tickvals": [0, 0.25, 0.5, 0.75, 1],
        },
        yaxis={
            "title": {"text": "Better by"},
            "ticksuffix": " %",
            "range": _range(fall),
            "zeroline": True,
            "zerolinecolor": NEUTRAL,
            "zerolinewidth": 1,
        },
        **level,
    )


def verdict_name(verdict: Verdict, *, has_rule: bool) -> str:
    """What the bars of a colour are called."""
    return "Better, no response" if verdict is Verdict.BETTER and has_rule else verdict.label


def bar_words(highest: float, lowest: float) -> str:
    """The change of the courses of a bar: ``52 % better``, ``52 % better to 50 % better``."""
    first, last = improvement(highest), improvement(lowest)
    return first if first == last else f"{first} to {last}"


def cut_off(fall: Waterfall) -> tuple[int, int]:
    """How many bars go beyond the top of the picture, and how many beyond its foot."""
    percents = fall.bars["percent"]
    return int((percents > HIGHEST).sum()), int((percents < LOWEST).sum())


def _bars(fall: Waterfall, verdict: Verdict, *, has_rule: bool, unit: str) -> Trace:
    n_bars = len(fall.bars)
    rows = fall.bars[fall.bars["verdict"] == int(verdict)]
    places = rows.index.to_numpy()
    counted = fall.counts[verdict]
    return bar(
        x=(places + 0.5) / n_bars,
        y=rows["percent"].to_numpy(),
        width=np.full(len(rows), (1 - _GAP if n_bars <= _FEW_BARS else 1) / n_bars),
        name=f"{verdict_name(verdict, has_rule=has_rule)}: {counted:,} "
        f"({percent(counted / fall.n)})",
        marker={"color": _colour(verdict, has_rule=has_rule), "line": {"width": 0}},
        customdata=[
            [_said(row, fall, unit), place]
            for row, place in zip(rows.to_dict("records"), places.tolist(), strict=True)
        ],
        hovertemplate="%{customdata[0]}<extra></extra>",
    )


def _colour(verdict: Verdict, *, has_rule: bool) -> str:
    """Blue is a response; where no rule says what one is, whatever is better."""
    better = PALE if has_rule else IMPROVEMENT
    return {
        Verdict.RESPONSE: IMPROVEMENT,
        Verdict.BETTER: better,
        Verdict.SAME: NEUTRAL,
        Verdict.WORSE: CONCERN,
    }[verdict]


def _said(row: dict[Any, Any], fall: Waterfall, unit: str) -> str:
    if fall.of_one:
        return improvement(row["percent"])
    return f"{row['courses']:,} of {fall.n:,} {unit}:<br>" + bar_words(
        row["highest"], row["lowest"]
    )


def _range(fall: Waterfall) -> list[float]:
    """From the least improved to the most, but not beyond where bars are cut off."""
    percents: pd.Series[float] = fall.bars["percent"]
    low, high = percents.min(), percents.max()
    return [max(LOWEST, min(-10.0, low)) - 4, min(HIGHEST, max(60.0, high)) + 8]
