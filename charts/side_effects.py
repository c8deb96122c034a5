"""The large picture of the Side effects page's Overview.

Rates are fractions; a rate is a dot with its 95 % interval as a line, and a missing rate (nothing
recorded) is a gap. Grades take the severity ramp, lightest = mildest.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from charts.numbers import percent, percent_range
from charts.palette import INK, PALE, severity
from charts.style import (
    Trace,
    bar,
    figure,
    interval,
    label,
    scatter,
    text,
    unfaded,
)
from clinical.side_effect_rates import HIGHEST_GRADE

_GRADES = range(1, HIGHEST_GRADE + 1)
_WIDE = 0.8
"""An axis of rates that ends beyond this has its ticks set, so that none stands beyond 100 %."""
_ROW_HEIGHT = 25
_FRAME_HEIGHT = 96
_RATES_END, _GRADES_START = 0.64, 0.70


def incidence_chart(terms: pd.DataFrame) -> go.Figure:
    """How often each term occurs, and beside it how severe it was.

    ``terms``: a row for each term, the one for the top first, with ``term_key``, ``term``, its rate
    as in :func:`clinical.side_effect_rates.incidence_by`, and infusions by worst grade in
    ``grade_0`` (not graded) to ``grade_5``. A dot carries its words and its term's key, a bar also
    its grade.
    """
    rows = list(range(len(terms)))
    names = [label(term) for term in terms["term"]]
    end = _room_for_values(terms["high"])
    return figure(
        _FRAME_HEIGHT + _ROW_HEIGHT * len(terms),
        [
            _horizontal_rates(terms, rows),
            _values_beside(terms, rows),
            *(_grade_bars(terms, rows, grade) for grade in (*_GRADES, 0)),
        ],
        barmode="stack",
        legend={"x": 1, "xanchor": "right", "y": 1.0, "traceorder": "normal"},
        yaxis={
            "tickvals": rows,
            "ticktext": names,
            "range": [len(terms) - 0.4, -0.6],
            "showgrid": True,
        },
        xaxis={
            "domain": [0, _RATES_END],
            "range": [0, end],
            **({"tickvals": [0, 0.2, 0.4, 0.6, 0.8, 1]} if end > _WIDE else {}),
            "tickformat": ".0%",
            "showgrid": True,
            "title": {"text": "How often, with 95 % interval"},
        },
        xaxis2={
            "domain": [_GRADES_START, 1],
            "range": [0, 1],
            "tickformat": ".0%",
            "anchor": "y",
            "title": {"text": "Worst grade in an infusion with it"},
        },
    )


def _room_for_values(high: "pd.Series[float]") -> float:
    """The end of the axis: beyond the longest interval, so that its value fits beside it."""
    return float(min(1.35, max(high.max() * 1.3, 0.02)))


def _horizontal_rates(terms: pd.DataFrame, rows: Sequence[int]) -> Trace:
    return scatter(
        x=terms["share"].to_numpy(),
        y=rows,
        mode="markers",
        marker={"color": INK, "size": 9},
        error_x=_error(terms, INK),
        customdata=[
            [words, key]
            for words, key in zip(
                _descriptions(terms["term"], terms), terms["term_key"], strict=True
            )
        ],
        hovertemplate=_HOVER,
        showlegend=False,
    )


_HOVER = "%{customdata[0]}<extra></extra>"


def _values_beside(terms: pd.DataFrame, rows: Sequence[int]) -> Trace:
    return scatter(
        x=terms["high"].to_numpy(),
        y=rows,
        mode="text",
        text=[
            f" {percent(share)} <i>({affected:,})</i>"
            for share, affected in zip(terms["share"], terms["affected"], strict=True)
        ],
        textposition="middle right",
        textfont={"color": INK, "size": 12},
        unselected=unfaded(INK),
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
    )


def _grade_bars(terms: pd.DataFrame, rows: Sequence[int], grade: int) -> Trace:
    infusions = terms[f"grade_{grade}"]
    of_all = terms[[f"grade_{each}" for each in (0, *_GRADES)]].sum(axis=1)
    name = f"Grade {grade}" if grade else "Not graded"
    return bar(
        x=(infusions / of_all).to_numpy(),
        y=rows,
        orientation="h",
        xaxis="x2",
        width=0.62,
        marker={"color": severity(2 * grade - 1, 10) if grade else PALE},
        name=name,
        customdata=[
            [f"<b>{text(term)}</b>, {name.lower()}: {some:,} of {every:,} infusions", key, grade]
            for term, key, some, every in zip(
                terms["term"], terms["term_key"], infusions, of_all, strict=True
            )
        ],
        hovertemplate=_HOVER,
    )


def _descriptions(labels: Iterable[str], rates: pd.DataFrame) -> list[str]:
    """The hover of each rate: what it is, its numbers and its interval."""
    columns = (rates[name] for name in ("affected", "recorded", "share", "low", "high"))
    return [
        f"<b>{text(label)}</b><br>{affected:,} of {recorded:,}: {percent(share)} "
        f"(95 % CI {percent_range(low, high)})"
        for label, affected, recorded, share, low, high in zip(labels, *columns, strict=True)
    ]


def _error(rates: pd.DataFrame, colour: str) -> dict[str, Any]:
    """The intervals of rates as error bars."""
    return interval(rates["share"], rates["low"], rates["high"], colour)
