"""The pictures of the Side effects page.

Rates are fractions; a rate is a dot with its 95 % interval as a line, and a missing rate (nothing
recorded) is a gap. Grades take the severity ramp, lightest = mildest.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from charts.numbers import percent, percent_range
from charts.palette import CONCERN, IMPROVEMENT, INK, NEUTRAL, PALE, severity
from charts.style import (
    Trace,
    bar,
    figure,
    interval,
    label,
    scatter,
    text,
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

    ``terms``: a row for each term, the one for the top first, with ``term``, its rate as in
    :func:`clinical.side_effect_rates.incidence_by`, and infusions by worst grade in ``grade_0``
    (not graded) to ``grade_5``.
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
        customdata=_descriptions(terms["term"], terms),
        hovertemplate="%{customdata}<extra></extra>",
        showlegend=False,
    )


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
            f"<b>{text(term)}</b>, {name.lower()}: {some:,} of {every:,} infusions"
            for term, some, every in zip(terms["term"], infusions, of_all, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )


def category_chart(
    rates: pd.DataFrame, labels: Sequence[str], axis_title: str, few: int
) -> go.Figure:
    """The rate in each of a few categories, with the number of infusions under each label.

    Categories of under ``few`` infusions are hollow.

    ``rates``: ``affected``, ``recorded``, ``share``, ``low``, ``high``, as in
    :func:`clinical.side_effect_rates.incidence_by`; a row for each of ``labels``.
    """
    positions = list(range(len(labels)))
    return figure(
        traces=[_vertical_rates(rates, positions, labels, few)],
        xaxis={
            "tickvals": positions,
            "ticktext": [
                f"{text(label)}<br><i>{n:,}</i>"
                for label, n in zip(labels, rates["recorded"], strict=True)
            ],
            "range": [-0.5, len(labels) - 0.5],
            "title": {"text": axis_title},
        },
        yaxis=_share_axis(rates, few),
    )


def month_chart(rates: pd.DataFrame, months: Sequence[date], few: int) -> go.Figure:
    """The rate in each month (first days in ``months``); months under ``few`` infusions hollow.

    ``rates`` as in :func:`category_chart`. A month in which nothing was recorded is a gap.
    """
    labels = [f"{month:%B %Y}" for month in months]
    return figure(
        traces=[_vertical_rates(rates, list(months), labels, few, line=True)],
        xaxis={"tickformat": "%b\n%Y"},
        yaxis=_share_axis(rates, few),
    )


def _share_axis(rates: pd.DataFrame, few: int) -> dict[str, object]:
    """The axis of the rates, not stretched by the long interval of a rate that rests on few."""
    top = rates["high"].where(rates["recorded"] >= few, rates["share"]).max()
    return {"range": [0, min(1.02, 1.1 * top) if top > 0 else 1], "tickformat": ".0%"}


def _vertical_rates(
    rates: pd.DataFrame,
    x: Sequence[int] | Sequence[date],
    labels: Sequence[str],
    few: int,
    *,
    line: bool = False,
) -> Trace:
    symbols = ["circle-open" if n < few else "circle" for n in rates["recorded"]]
    return scatter(
        x=x,
        y=rates["share"].to_numpy(),
        mode="lines+markers" if line else "markers",
        line={"color": PALE, "width": 1.5},
        marker={"color": INK, "size": 9, "symbol": symbols},
        error_y=_error(rates, INK if not line else NEUTRAL),
        customdata=_descriptions(labels, rates),
        hovertemplate="%{customdata}<extra></extra>",
        showlegend=False,
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


def site_chart(sites: pd.DataFrame) -> go.Figure:
    """Each site's rate recently (with its interval) against the one before.

    ``sites``: a row for each site, the one for the top first, with ``site``, ``before`` (share),
    ``n_before``, and ``share``, ``low``, ``high``, ``affected``, ``recorded`` of the recent part;
    ``judgement``: ``"worse"``, ``"better"`` or ``""`` where the change may be chance.
    """
    rows = list(range(len(sites)))
    top = max(sites["high"].max(), sites["before"].max())
    traces = [_before(sites, rows)]
    for judgement, (name, colour) in _JUDGED.items():
        chosen = [row for row in rows if sites["judgement"].iloc[row] == judgement]
        if chosen:
            traces.append(_recent(sites.iloc[chosen], chosen, colour, name))
    return figure(
        max(180, _FRAME_HEIGHT + 34 * len(sites)),
        traces,
        yaxis={
            "tickvals": rows,
            "ticktext": [label(site) for site in sites["site"]],
            "range": [len(sites) - 0.4, -0.6],
        },
        xaxis={
            "range": [0, min(1.02, 1.1 * top) if top > 0 else 1],
            "tickformat": ".0%",
            "showgrid": True,
        },
    )


_JUDGED = {
    "worse": ("Risen", CONCERN),
    "better": ("Fallen", IMPROVEMENT),
    "": ("Recent, no clear change", INK),
}


def _before(sites: pd.DataFrame, rows: Sequence[int]) -> Trace:
    return scatter(
        x=sites["before"].to_numpy(),
        y=rows,
        mode="markers",
        marker={
            "color": NEUTRAL,
            "size": 18,
            "symbol": "line-ns",
            "line": {"color": NEUTRAL, "width": 3},
        },
        name="Before",
        customdata=[
            f"<b>{text(site)}</b><br>before: {percent(share)} of {n:,} infusions"
            for site, share, n in zip(
                sites["site"], sites["before"], sites["n_before"], strict=True
            )
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _recent(sites: pd.DataFrame, rows: Sequence[int], colour: str, name: str) -> Trace:
    return scatter(
        x=sites["share"].to_numpy(),
        y=rows,
        mode="markers",
        marker={"color": colour, "size": 10},
        error_x=_error(sites, colour),
        name=name,
        customdata=_descriptions(sites["site"] + ", recently", sites),
        hovertemplate="%{customdata}<extra></extra>",
    )
