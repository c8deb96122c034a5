"""What each infusion of a patient did, side by side: blood pressure and side effects."""

from collections.abc import Iterable
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from charts.palette import CONCERN, INK, NEUTRAL, severity
from charts.style import (
    HEIGHT_SMALL,
    Trace,
    across,
    figure,
    name_at,
    scatter,
    text,
)
from clinical.thresholds import Thresholds

GRADES = 5
_LABELS_AT_MOST = 12
_NO_FORM = "Form not filled in"


def pressure_chart(infusions: pd.DataFrame, thresholds: Thresholds) -> go.Figure:
    """Blood pressure of each infusion, from the first value to the highest, with the limits.

    ``infusions``: as :func:`data_access.one_patient.patient_infusions`.
    """
    rows = infusions.reset_index(drop=True)
    limits = {"systolic": thresholds.amber_systolic, "diastolic": thresholds.amber_diastolic}
    return figure(
        HEIGHT_SMALL,
        [trace for name, limit in limits.items() for trace in _pressures(rows, name, limit)],
        shapes=[across(limit) for limit in limits.values()],
        annotations=[name_at(limit, f"{limit} {name}") for name, limit in limits.items()],
        xaxis=_number_axis(rows),
        yaxis={"title": {"text": "mmHg"}, "rangemode": "normal", "range": _pressure_range(rows)},
    )


def side_effect_chart(infusions: pd.DataFrame, side_effects: pd.DataFrame) -> go.Figure:
    """Side effects by infusion, coloured by their worst grade; a cross where no form was filled in.

    ``side_effects``: as :func:`data_access.one_patient.patient_side_effects`.
    """
    rows = infusions.reset_index(drop=True)
    positions = pd.Series(rows.index, index=rows["infusion_key"])
    found = side_effects[side_effects["infusion_key"].isin(positions.index)]
    found = found.assign(x=found["infusion_key"].map(positions))
    empty = rows[rows["recorded"] == 0]
    terms = [text(term) for term in found["term"].value_counts().index]
    order = [*terms, _NO_FORM] if len(empty) else terms
    traces = [
        _graded_marks(found[found["worst_grade"] == grade], grade)
        for grade in sorted(found["worst_grade"].unique().tolist())
    ]
    if len(empty):
        traces.append(_missing_forms(empty))
    return figure(
        max(HEIGHT_SMALL, 110 + 26 * len(order)),
        traces,
        xaxis=_number_axis(rows),
        yaxis={"type": "category", "categoryorder": "array", "categoryarray": order[::-1]},
    )


def first_pressure(infusions: pd.DataFrame, name: str) -> "pd.Series[int]":
    """The first ``systolic`` or ``diastolic`` value: the peak less the rise, where there is one."""
    rises = infusions[f"{name}_rise"].fillna(0).clip(lower=0).astype(int)
    return infusions[f"peak_{name}"].astype(int) - rises


def grade_colour(grade: int) -> str:
    """The colour of a CTCAE grade, 1 to 5; grey for 0, which is not graded."""
    return severity(2 * grade - 1, 2 * GRADES) if grade else NEUTRAL


def _pressures(rows: pd.DataFrame, name: str, limit: int) -> list[Trace]:
    """From the first ``systolic`` or ``diastolic`` value to the highest, with a mark at each."""
    measured = rows.dropna(subset=f"peak_{name}")
    peaks = measured[f"peak_{name}"].astype(int)
    firsts = first_pressure(measured, name)
    return [
        scatter(
            x=_gapped(measured.index, measured.index),
            y=_gapped(firsts, peaks),
            mode="lines",
            line={"color": NEUTRAL, "width": 2},
            hoverinfo="skip",
            showlegend=False,
        ),
        scatter(
            x=measured.index,
            y=firsts,
            mode="markers",
            marker={"symbol": "circle-open", "color": NEUTRAL, "size": 8, "line": {"width": 2}},
            name="First value",
            showlegend=name == "systolic",
            hovertemplate=f"First {name}: %{{y}} mmHg<extra></extra>",
        ),
        scatter(
            x=measured.index,
            y=peaks,
            mode="markers",
            marker={
                "color": [CONCERN if peak >= limit else INK for peak in peaks],
                "size": 8,
                "symbol": "circle" if name == "systolic" else "square",
            },
            name=f"Highest {name}",
            customdata=[f"{rise:+d}" if rise else "0" for rise in peaks - firsts],
            hovertemplate=f"Highest {name}: %{{y}} mmHg (%{{customdata}})<extra></extra>",
        ),
    ]


def _graded_marks(part: pd.DataFrame, grade: int) -> Trace:
    return scatter(
        x=part["x"],
        y=[text(term) for term in part["term"]],
        mode="markers",
        marker={
            "symbol": "square" if grade else "square-open",
            "size": 15,
            "color": grade_colour(grade),
            "line": {"width": 1, "color": NEUTRAL},
        },
        name=f"Grade {grade}" if grade else "Not graded",
        hovertemplate=f"%{{y}}: {f'grade {grade}' if grade else 'not graded'}<extra></extra>",
    )


def _missing_forms(infusions: pd.DataFrame) -> Trace:
    return scatter(
        x=infusions.index,
        y=[_NO_FORM] * len(infusions),
        mode="markers",
        marker={"symbol": "x-thin-open", "size": 8, "color": NEUTRAL},
        name=_NO_FORM,
        showlegend=False,
        hovertemplate="No side-effect form<extra></extra>",
    )


def _gapped(firsts: Iterable[float], seconds: Iterable[float]) -> list[float | None]:
    """Pairs as one broken line: first, second, gap, first, second, gap."""
    pairs = zip(firsts, seconds, strict=True)
    return [value for first, second in pairs for value in (first, second, None)]


def _number_axis(infusions: pd.DataFrame) -> dict[str, Any]:
    """One place per infusion in the order of time, named by its number; every so many if many."""
    step = -(-len(infusions) // _LABELS_AT_MOST) or 1
    shown = infusions.iloc[::step]
    return {
        "title": {"text": "Infusion of the series"},
        "range": [-0.6, max(len(infusions), 6) - 0.4],
        "tickvals": shown.index.tolist(),
        "ticktext": [str(number) for number in shown["number"]],
    }


def _pressure_range(infusions: pd.DataFrame) -> list[float]:
    peaks = infusions["peak_systolic"].dropna()
    return [50, max([190, *(peaks.astype(int) + 10)])]
