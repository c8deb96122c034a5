"""PHQ-9 item by item over time, and small pictures of other totals beside it."""

from textwrap import wrap
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from charts.palette import BACKGROUND, INK, NEUTRAL, severity
from charts.score_marks import LOOKS
from charts.style import (
    Trace,
    figure,
    heatmap,
    scatter,
    text,
)
from clinical.codes import Timepoint
from clinical.instruments import Instrument
from clinical.items import ANSWERS, PHQ9_ITEMS

COLUMNS_AT_MOST = 24
"""Questionnaires shown in the strip; of a longer record the latest."""
NO_ANSWER = "–"
_LEVELS = len(ANSWERS)
_ROW_HEIGHT = 32
_UPRIGHT_AT_MOST, _UPRIGHT_WIDTH = 8, 9
"""So many labels stand upright beside each other, in lines of so many letters."""
HEIGHT_BESIDE = 216
"""Pixels: one of two small pictures beside the strip."""


def item_strip(answers: pd.DataFrame, labels: list[tuple[str, str]]) -> go.Figure:
    """The items as rows, the questionnaires as columns of equal width, in time order.

    ``answers``: a row for each questionnaire, a column for each item in the questionnaire's order,
    0 to 3, missing where not answered. ``labels``: for each questionnaire its date, and when it was
    taken. The number stands in the cell; darker is more severe (in dark mode lighter).
    """
    columns = list(range(len(answers)))
    upright = len(columns) <= _UPRIGHT_AT_MOST
    return figure(
        len(PHQ9_ITEMS) * _ROW_HEIGHT + (80 if upright else 150),
        [_cells(answers, labels), _numbers(answers)],
        xaxis={
            "tickvals": columns,
            "ticktext": [_label(label, upright=upright) for label in labels],
            "tickangle": 0 if upright else -90,
            "range": [-0.5, max(len(columns), 4) - 0.5],
            "tickfont": {"size": 11},
        },
        yaxis={"autorange": "reversed", "ticklabelstandoff": 4},
    )


def _label(label: tuple[str, str], *, upright: bool) -> str:
    """The date, and when it was taken: in short lines, or in one that is turned."""
    date, when = label
    lines = [date, *wrap(when, _UPRIGHT_WIDTH)] if upright else [f"{date}, {when}"]
    return "<br>".join(map(text, lines))


def _cells(answers: pd.DataFrame, labels: list[tuple[str, str]]) -> Trace:
    rows = [answers[column] for column in answers.columns]
    return heatmap(
        z=[[None if pd.isna(value) else int(value) for value in row] for row in rows],
        x=list(range(len(answers))),
        y=list(PHQ9_ITEMS),
        customdata=[
            [_hover(name, value, label) for value, label in zip(row, labels, strict=True)]
            for name, row in zip(PHQ9_ITEMS, rows, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
        hoverongaps=True,
        zmin=-0.5,
        zmax=_LEVELS - 0.5,
        colorscale=_steps(),
        showscale=False,
        xgap=2,
        ygap=2,
    )


def _steps() -> list[tuple[float, str]]:
    """One flat colour for each answer."""
    return [
        (edge / _LEVELS, severity(level, _LEVELS))
        for level in range(_LEVELS)
        for edge in (level, level + 1)
    ]


def _hover(name: str, value: Any, label: tuple[str, str]) -> str:
    answer = "no answer kept" if pd.isna(value) else f"{value}, {ANSWERS[int(value)]}"
    return f"{name}: {answer}<br>{text(label[0])}, {text(label[1])}"


def _numbers(answers: pd.DataFrame) -> Trace:
    """The number in each cell: dark on the light levels and light on the dark ones."""
    cells = [
        (column, name, value)
        for name, item in zip(PHQ9_ITEMS, answers.columns, strict=True)
        for column, value in enumerate(answers[item])
    ]
    return scatter(
        x=[column for column, _, _ in cells],
        y=[name for _, name, _ in cells],
        mode="text",
        text=[NO_ANSWER if pd.isna(value) else str(value) for _, _, value in cells],
        textfont={"size": 12, "color": [_number_colour(value) for _, _, value in cells]},
        hoverinfo="skip",
        showlegend=False,
    )


def _number_colour(value: Any) -> str:
    if pd.isna(value):
        return NEUTRAL
    return BACKGROUND if int(value) >= _LEVELS / 2 else INK


def total_chart(
    scores: pd.DataFrame, instrument: Instrument, height: int = HEIGHT_BESIDE
) -> go.Figure:
    """One instrument's totals over time, small; a mark for each timepoint, only troughs joined.

    ``scores``: as :func:`data_access.one_patient.patient_scores`, of this instrument.
    """
    span = instrument.highest - instrument.lowest
    joined = (Timepoint.BASELINE, Timepoint.BEFORE_INFUSION)
    trough = scores[scores["timepoint"].isin([int(kind) for kind in joined])]
    before = [
        _marks(part, Timepoint.BEFORE_INFUSION, "lines+markers", showlegend=number == 0)
        for number, (_, part) in enumerate(trough.groupby("series_key", sort=False, dropna=False))
    ]
    kinds = [kind for kind in LOOKS if kind not in joined]
    parts = [(kind, scores[scores["timepoint"] == int(kind)]) for kind in kinds]
    others = [_marks(part, kind, "markers") for kind, part in parts if len(part)]
    return figure(
        height,
        [*before, *others],
        yaxis={
            "range": [instrument.lowest - 0.06 * span, instrument.highest + 0.06 * span],
            "tickvals": [*(band.lowest for band in instrument.bands), instrument.highest],
            "title": {"text": "higher is better"} if instrument.higher_is_better else {},
        },
    )


def _marks(part: pd.DataFrame, kind: Timepoint, mode: str, *, showlegend: bool = True) -> Trace:
    symbol, colour = LOOKS[kind]
    name = "Baseline, and before an infusion" if kind is Timepoint.BEFORE_INFUSION else kind.label
    return scatter(
        x=part["completed"],
        y=part["total"],
        mode=mode,
        name=name,
        legendgroup=name,
        showlegend=showlegend,
        line={"color": colour, "width": 2},
        marker={"symbol": symbol, "color": colour, "size": 8, "line": {"width": 2}},
        hovertemplate="%{x|%-d %b %Y}: %{y:g}<extra></extra>",
    )
