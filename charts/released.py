"""What a reader is shown who is told of large groups alone: a rate a side effect, and by period.

Rates are fractions; a rate is a dot with its 95 % interval, and its words stand beside it.
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from charts.numbers import percent, percent_range
from charts.palette import IMPROVEMENT, INK
from charts.style import HEIGHT_LARGE, Trace, figure, interval, label, scatter, text

_HOVER = "%{customdata[0]}<extra></extra>"
_ROW_HEIGHT, _FRAME_HEIGHT = 27, 76
_WIDE = 0.8
"""An axis of rates that ends beyond this has its ticks set, so that none stands beyond 100 %."""
_TICKS = {"tickvals": [0, 0.2, 0.4, 0.6, 0.8, 1]}
_APART = 0.09
"""So far from the period's place stand two results."""
_MARGIN_FOR_NAMES = 96


def told_terms_chart(terms: pd.DataFrame) -> go.Figure:
    """How often each side effect occurs, the first on top.

    ``terms``: with ``term``, ``infusions`` (with it), ``recorded``, ``share``, ``low``, ``high``.
    """
    places = list(range(len(terms)))
    end = float(min(1.3, max(terms["high"].max() * 1.3, 0.02)))
    words = [
        _rate_words(row.term, row.infusions, row.recorded, (row.share, row.low, row.high))
        for row in terms.itertuples()
    ]
    beside = [
        f" {percent(share)} <i>({infusions:,})</i>"
        for share, infusions in zip(terms["share"], terms["infusions"], strict=True)
    ]
    return figure(
        _FRAME_HEIGHT + _ROW_HEIGHT * len(terms),
        [
            scatter(
                x=terms["share"].to_numpy(),
                y=places,
                mode="markers",
                marker={"color": INK, "size": 9},
                error_x=interval(terms["share"], terms["low"], terms["high"], INK),
                customdata=[[each] for each in words],
                hovertemplate=_HOVER,
                showlegend=False,
            ),
            scatter(
                x=terms["high"].to_numpy(),
                y=places,
                mode="text",
                text=beside,
                textposition="middle right",
                textfont={"color": INK, "size": 12},
                cliponaxis=False,
                hoverinfo="skip",
                showlegend=False,
            ),
        ],
        xaxis={
            "range": [0, end],
            "tickformat": ".0%",
            "showgrid": True,
            "title": {"text": "Of the infusions with a record, with 95 % interval"},
            **(_TICKS if end > _WIDE else {}),
        },
        yaxis={
            "tickvals": places,
            "ticktext": [label(term) for term in terms["term"]],
            "range": [len(terms) - 0.4, -0.6],
        },
    )


def told_results_chart(periods: Sequence[str], results: Sequence[pd.DataFrame]) -> go.Figure:
    """Response and remission by period, oldest first.

    ``periods``: their names; ``results``: for response and for remission a row a period, with
    ``events``, ``n``, ``share``, ``low`` and ``high``, missing where nobody has a score.
    """
    looks = zip(("Response", "Remission"), (IMPROVEMENT, INK), ("circle", "square"), strict=True)
    return figure(
        HEIGHT_LARGE,
        [
            trace
            for (name, colour, symbol), rows, shift in zip(
                looks, results, (-_APART, _APART), strict=True
            )
            for trace in _result_traces(name, (colour, symbol), rows, (periods, shift))
        ],
        margin={"l": 8, "r": _MARGIN_FOR_NAMES, "t": 12, "b": 8},
        xaxis={
            "tickvals": list(range(len(periods))),
            "ticktext": [
                f"{text(period)}<br>n = {n:,}"
                for period, n in zip(periods, results[0]["n"], strict=True)
            ],
            "range": [-0.5, len(periods) - 0.5],
        },
        yaxis={"range": [0, 1.04], "tickformat": ".0%", "showgrid": True, **_TICKS},
    )


def _result_traces(
    name: str,
    look: tuple[str, str],
    rows: pd.DataFrame,
    places: tuple[Sequence[str], float],
) -> list[Trace]:
    (colour, symbol), (periods, shift) = look, places
    xs = [place + shift for place in range(len(rows))]
    words = [
        _rate_words(f"{name}, {period}", row.events, row.n, (row.share, row.low, row.high))
        for period, row in zip(periods, rows.itertuples(), strict=True)
    ]
    line: dict[str, Any] = {"color": colour, "width": 1}
    last = rows.dropna(subset="share").tail(1)
    return [
        scatter(
            x=xs,
            y=rows["share"].to_numpy(),
            mode="lines+markers",
            line=line,
            marker={"color": colour, "size": 10, "symbol": symbol},
            error_y=interval(rows["share"], rows["low"], rows["high"], colour),
            customdata=[[each] for each in words],
            hovertemplate=_HOVER,
            showlegend=False,
        ),
        scatter(
            x=[xs[place] for place in last.index],
            y=last["share"].to_numpy(),
            mode="text",
            text=[f"   {name}"] * len(last),
            textposition="middle right",
            textfont={"color": colour},
            cliponaxis=False,
            hoverinfo="skip",
            showlegend=False,
        ),
    ]


def _rate_words(name: object, events: object, n: object, rate: tuple[Any, Any, Any]) -> str:
    share, low, high = rate
    return (
        f"<b>{text(name)}</b><br>{events:,} of {n:,}: {percent(share)} "
        f"(95 % CI {percent_range(low, high)})"
    )
