"""The pictures of one patient: the trajectory, and what each infusion did."""

from collections.abc import Iterable, Iterator
from math import isnan, nan
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from charts.palette import CONCERN, IMPROVEMENT, INK, NEUTRAL, severity
from charts.score_marks import LOOKS, Marks, severity_bands
from charts.style import (
    HEIGHT_LARGE,
    HEIGHT_SMALL,
    across,
    figure,
    name_at,
    text,
)
from clinical.codes import Phase, Timepoint
from clinical.instruments import Instrument
from clinical.progress import response_total

SYSTOLIC_LIMIT, DIASTOLIC_LIMIT = 165, 100
"""mmHg: from here a rise counts as treatment-emergent hypertension (Rodrigues 2021)."""
GRADES = 5
_LABELS_AT_MOST = 12
_TICKS_AT_MOST = 30
_DOSE_STEP = 0.04
"""mg/kg: smaller differences come from rounding the dose or from the weight of the day."""


def trajectory_chart(
    scores: pd.DataFrame,
    infusions: pd.DataFrame,
    baselines: pd.DataFrame,
    instrument: Instrument,
    *,
    by_number: bool,
) -> go.Figure:
    """One instrument's scores over time, or by infusion number (of one series).

    ``scores``: as :func:`data_access.one_patient.patient_scores`, of this instrument;
    ``infusions``: as :func:`~data_access.one_patient.patient_infusions`; ``baselines``: one row per
    series with ``series_key``, ``baseline``, ``completed`` (the time of the baseline) and
    ``induction_baseline`` (for maintenance: that of the induction before it; else missing).
    """
    scores, baselines = _with_positions(
        scores.assign(hover=_score_words(scores)),
        baselines.assign(hover=_baseline_words(baselines)),
        by_number=by_number,
    )
    marks = infusions.assign(x=infusions["number" if by_number else "started"])
    behind = severity_bands(instrument)
    _add_levels(behind, baselines, marks, instrument)
    span = instrument.highest - instrument.lowest
    numbers = {
        "title": {"text": "Infusion of the series"},
        "dtick": 1 if len(marks) <= _TICKS_AT_MOST else 5,
    }
    chart = figure(
        HEIGHT_LARGE,
        **behind.layout(),
        xaxis=numbers if by_number else {},
        yaxis={
            "title": {"text": instrument.name},
            "range": [instrument.lowest - 0.16 * span, instrument.highest + 0.02 * span],
            "tickvals": [*(band.lowest for band in instrument.bands), instrument.highest],
        },
    )
    chart.add_traces(
        [
            *_scores_before(scores, baselines),
            *_other_scores(scores),
            _infusion_marks(marks, instrument.lowest - 0.06 * span),
        ]
    )
    return chart


def item_9_chart(scores: pd.DataFrame) -> go.Figure:
    """PHQ-9 item 9 over time, 0 to 3. ``scores``: PHQ-9 scores with their item 9."""
    kept = scores.dropna(subset="item_9")
    values = kept["item_9"].astype(int)
    chart = figure(
        HEIGHT_SMALL,
        yaxis={
            "range": [-0.3, 3.3],
            "tickvals": [0, 1, 2, 3],
            "ticktext": [
                "0 not at all",
                "1 several days",
                "2 over half the days",
                "3 nearly every day",
            ],
        },
    )
    chart.add_trace(
        go.Scatter(
            x=kept["completed"],
            y=values,
            mode="lines+markers",
            line={"shape": "hv", "color": NEUTRAL, "width": 1},
            marker={
                "size": 10,
                "color": [CONCERN if value else IMPROVEMENT for value in values],
            },
            customdata=kept["total"],
            hovertemplate="%{x|%-d %b %Y}<br>Item 9: %{y}, total %{customdata:g}<extra></extra>",
            showlegend=False,
        )
    )
    return chart


def pressure_chart(infusions: pd.DataFrame) -> go.Figure:
    """Blood pressure of each infusion, from the first value to the highest, with the limits."""
    rows = infusions.reset_index(drop=True)
    limits = {"systolic": SYSTOLIC_LIMIT, "diastolic": DIASTOLIC_LIMIT}
    chart = figure(
        HEIGHT_SMALL,
        shapes=[across(limit) for limit in limits.values()],
        annotations=[name_at(limit, f"{limit} {name}") for name, limit in limits.items()],
        xaxis=_number_axis(rows),
        yaxis={"title": {"text": "mmHg"}, "rangemode": "normal", "range": _pressure_range(rows)},
    )
    chart.add_traces(
        [trace for name, limit in limits.items() for trace in _pressures(rows, name, limit)]
    )
    return chart


def _pressures(rows: pd.DataFrame, name: str, limit: int) -> list[go.Scatter]:
    """From the first ``systolic`` or ``diastolic`` value to the highest, with a mark at each."""
    measured = rows.dropna(subset=f"peak_{name}")
    peaks = measured[f"peak_{name}"].astype(int)
    firsts = first_pressure(measured, name)
    return [
        go.Scatter(
            x=_gapped(measured.index, measured.index),
            y=_gapped(firsts, peaks),
            mode="lines",
            line={"color": NEUTRAL, "width": 2},
            hoverinfo="skip",
            showlegend=False,
        ),
        go.Scatter(
            x=measured.index,
            y=firsts,
            mode="markers",
            marker={"symbol": "circle-open", "color": NEUTRAL, "size": 8, "line": {"width": 2}},
            name="First value",
            showlegend=name == "systolic",
            hovertemplate=f"First {name}: %{{y}} mmHg<extra></extra>",
        ),
        go.Scatter(
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
    chart = figure(
        max(HEIGHT_SMALL, 110 + 26 * len(order)),
        xaxis=_number_axis(rows),
        yaxis={"type": "category", "categoryorder": "array", "categoryarray": order[::-1]},
    )
    chart.add_traces(
        [
            _graded_marks(found[found["worst_grade"] == grade], grade)
            for grade in sorted(found["worst_grade"].unique().tolist())
        ]
    )
    if len(empty):
        chart.add_trace(_missing_forms(empty))
    return chart


_NO_FORM = "Form not filled in"


def _graded_marks(part: pd.DataFrame, grade: int) -> go.Scatter:
    return go.Scatter(
        x=part["x"],
        y=[text(term) for term in part["term"]],
        mode="markers",
        marker={
            "symbol": "square" if grade else "square-open",
            "size": 15,
            "color": severity(2 * grade - 1, 2 * GRADES) if grade else NEUTRAL,
            "line": {"width": 1, "color": NEUTRAL},
        },
        name=f"Grade {grade}" if grade else "Not graded",
        hovertemplate=f"%{{y}}: {f'grade {grade}' if grade else 'not graded'}<extra></extra>",
    )


def _missing_forms(infusions: pd.DataFrame) -> go.Scatter:
    return go.Scatter(
        x=infusions.index,
        y=[_NO_FORM] * len(infusions),
        mode="markers",
        marker={"symbol": "x-thin-open", "size": 8, "color": NEUTRAL},
        name=_NO_FORM,
        showlegend=False,
        hovertemplate="No side-effect form<extra></extra>",
    )


def first_pressure(infusions: pd.DataFrame, name: str) -> "pd.Series[int]":
    """The first ``systolic`` or ``diastolic`` value: the peak less the rise, where there is one."""
    rises = infusions[f"{name}_rise"].fillna(0).clip(lower=0).astype(int)
    return infusions[f"peak_{name}"].astype(int) - rises


def _with_positions(
    scores: pd.DataFrame, baselines: pd.DataFrame, *, by_number: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both frames with ``x``. Baselines are drawn from ``baselines``, which every series has."""
    later = scores[scores["timepoint"] != int(Timepoint.BASELINE)]
    if not by_number:
        return later.assign(x=later["completed"]), baselines.assign(x=baselines["completed"])
    positions = [
        position(Timepoint(timepoint), number, hours)
        for timepoint, number, hours in zip(
            later["timepoint"], later["number"], later["hours_after"], strict=True
        )
    ]
    return later.assign(x=positions), baselines.assign(x=position(Timepoint.BASELINE, 0, nan))


def position(timepoint: Timepoint, number: int, hours_after: float) -> float:
    """Where a score stands on an axis of infusion numbers: between two, in the order of time."""
    if timepoint is Timepoint.BASELINE:
        return 0.85
    if timepoint is Timepoint.BEFORE_INFUSION:
        return number + 0.85
    if timepoint is Timepoint.AFTER_INFUSION:
        return number + 0.1 + 0.2 * hours_after / 72
    return number + 0.35 + 0.4 * min(hours_after / (28 * 24), 1.0)


def _add_levels(
    behind: Marks, baselines: pd.DataFrame, marks: pd.DataFrame, instrument: Instrument
) -> None:
    """For each series its baseline and the total at which a response begins, along its time."""
    for row in baselines.to_dict("records"):
        end = marks.loc[marks["series_key"] == row["series_key"], "x"].max()
        levels = [(row["baseline"], f"Baseline {row['baseline']:g}", "dash")]
        response = _response_level(instrument, row["baseline"], row["induction_baseline"])
        if response is not None:
            levels.append((*response, "dot"))
        for level, label, dash in levels:
            line = across(level, dash=dash) | {"xref": "x", "x0": row["x"], "x1": end}
            behind.shapes.append(line)
            name = name_at(level, label) | {"xref": "x", "x": row["x"], "xanchor": "left"}
            behind.words.append(name)


def _response_level(
    instrument: Instrument, baseline: float, induction_baseline: float
) -> tuple[float, str] | None:
    """The total at which a response begins; for maintenance that of the induction before it.

    Half of a baseline that a response has already lowered would be a level that nobody aims at.
    """
    if isnan(induction_baseline):
        level, words = response_total(instrument, baseline), "Response"
    else:
        level = response_total(instrument, induction_baseline)
        words = f"Response, from {induction_baseline:g} before induction"
    return None if level is None else (level, f"{words}: {level:g}")


def _scores_before(scores: pd.DataFrame, baselines: pd.DataFrame) -> list[go.Scatter]:
    """Each series' baseline and the scores before its infusions, joined; series are not."""
    columns = ["series_key", "x", "total", "hover"]
    first = baselines.assign(total=baselines["baseline"])
    part = scores[scores["timepoint"] == int(Timepoint.BEFORE_INFUSION)]
    rows = pd.concat([first[columns], part[columns]])
    symbol, colour = LOOKS[Timepoint.BEFORE_INFUSION]
    return [
        go.Scatter(
            x=series["x"],
            y=series["total"],
            mode="lines+markers",
            name="Baseline, and before an infusion",
            legendgroup="before",
            showlegend=number == 0,
            line={"color": colour, "width": 2.5},
            marker={"symbol": symbol, "color": colour, "size": 9},
            customdata=series["hover"].tolist(),
            hovertemplate="%{customdata}<extra></extra>",
        )
        for number, (_, series) in enumerate(rows.groupby("series_key", sort=False))
    ]


def _other_scores(scores: pd.DataFrame) -> list[go.Scatter]:
    """The scores of each other timepoint, with its own mark and no line."""
    kinds = (Timepoint.AFTER_INFUSION, Timepoint.FOLLOW_UP, Timepoint.UNLINKED)
    parts = {kind: scores[scores["timepoint"] == int(kind)] for kind in kinds}
    return [
        go.Scatter(
            x=part["x"],
            y=part["total"],
            mode="markers",
            name=kind.label,
            marker={
                "symbol": LOOKS[kind][0],
                "color": LOOKS[kind][1],
                "size": 10,
                "line": {"width": 2},
            },
            customdata=part["hover"].tolist(),
            hovertemplate="%{customdata}<extra></extra>",
        )
        for kind, part in parts.items()
        if len(part)
    ]


def _infusion_marks(marks: pd.DataFrame, height: float) -> go.Scatter:
    """The infusions along the foot, with the dose in words where it changes."""
    return go.Scatter(
        x=marks["x"],
        y=[height] * len(marks),
        mode="markers+text",
        name="Infusion, with mg/kg where it changes",
        marker={
            "symbol": [
                "triangle-up" if phase == Phase.INDUCTION else "triangle-up-open"
                for phase in marks["phase"]
            ],
            "size": 10,
            "color": INK,
        },
        text=_dose_labels(marks["mg_per_kg"]),
        textposition="bottom center",
        textfont={"size": 11, "color": NEUTRAL},
        customdata=[_dose_words(*row) for row in _doses(marks)],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _dose_labels(doses: Iterable[float]) -> list[str]:
    """The dose where it differs from the one last labelled by more than rounding to the weight."""
    labels = []
    told = nan
    for dose in doses:
        new = not isnan(dose) and not abs(dose - told) < _DOSE_STEP
        labels.append(f"{dose:.2f}" if new else "")
        told = dose if new else told
    return labels


def _doses(marks: pd.DataFrame) -> Iterator[tuple[int, pd.Timestamp, float, float]]:
    return zip(marks["number"], marks["started"], marks["dose_mg"], marks["mg_per_kg"], strict=True)


def _dose_words(number: int, started: pd.Timestamp, dose_mg: float, mg_per_kg: float) -> str:
    weight = "" if isnan(mg_per_kg) else f" ({mg_per_kg:.2f} mg/kg)"
    return f"Infusion {number}, {started:%d %b %Y}<br>{dose_mg:g} mg{weight}"


def _baseline_words(baselines: pd.DataFrame) -> list[str]:
    return [
        f"{completed:%d %b %Y}: {baseline:g}<br>baseline"
        for completed, baseline in zip(baselines["completed"], baselines["baseline"], strict=True)
    ]


def _score_words(scores: pd.DataFrame) -> list[str]:
    return [
        f"{completed:%d %b %Y}: {total:g}<br>{taken(Timepoint(timepoint), number, hours)}"
        + ("" if isnan(percent) else f"<br>{improvement(percent)}")
        for completed, total, timepoint, number, hours, percent in zip(
            scores["completed"],
            scores["total"],
            scores["timepoint"],
            scores["number"],
            scores["hours_after"],
            scores["percent"],
            strict=True,
        )
    ]


def taken(timepoint: Timepoint, number: int, hours_after: float | None = None) -> str:
    """When a score was taken, in words: ``before infusion 4``, ``20 hours after infusion 3``."""
    if timepoint is Timepoint.BASELINE:
        return "baseline"
    if timepoint is Timepoint.UNLINKED:
        return "outside a series"
    if timepoint is Timepoint.BEFORE_INFUSION:
        return f"before infusion {number + 1}"
    if hours_after is None or isnan(hours_after):
        when = "within 72 hours" if timepoint is Timepoint.AFTER_INFUSION else "over 72 hours"
        return f"{when} after infusion {number}"
    if timepoint is Timepoint.AFTER_INFUSION:
        return f"{hours_after:.0f} hours after infusion {number}"
    return f"{hours_after / 24:.0f} days after infusion {number}"


def improvement(percent: float) -> str:
    """A change from the baseline in words: ``62 % better``, ``10 % worse``, ``no change``."""
    whole = round(percent)
    if whole == 0:
        return "no change from the baseline"
    return f"{abs(whole)}\N{NO-BREAK SPACE}% {'better' if whole > 0 else 'worse'}"


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
