"""The vital signs of one infusion by minute, over the patient's own earlier ones."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import isnan, nan
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from charts.palette import BACKGROUND, CONCERN, INK, NEUTRAL, PALE, PALE_CONCERN
from charts.patient_infusions import grade_colour
from charts.style import (
    Trace,
    bar,
    figure,
    label,
    scatter,
    text,
)
from clinical.thresholds import Thresholds
from clinical.vital_course import usual_course
from clinical.vital_limits import (
    Concern,
    heart_rate_concern,
    oxygen_concern,
    pressure_concern,
    sedation_concern,
)

LONGEST_GAP_MINUTES = 30
"""Readings further apart are not joined: no published procedure measures less often
(0/15/30/45/60/90 minutes, Szarmach 2020)."""
VITAL_SIGNS = ("systolic", "diastolic", "heart_rate", "spo2", "sedation")
_POINTS_AT_MOST = 900
_GAP = 26
_ROW = 24
_TOP, _BOTTOM = 54, 48
_MARGIN_FOR_NAMES = 132


@dataclass(frozen=True, slots=True)
class Panel:
    """One vital sign: its column, heading, height in pixels, least range, and named limits."""

    column: str
    title: str
    pixels: int
    least: tuple[float, float]
    limits: tuple[tuple[float, str, Concern], ...]
    concern: Callable[[float], Concern]


def panels(thresholds: Thresholds) -> tuple[Panel, ...]:
    """The panels from top to bottom, with the clinic's limits."""

    def pressures(name: str) -> tuple[tuple[float, str, Concern], ...]:
        amber, red, stop = (getattr(thresholds, f"{kind}_{name}") for kind in _PRESSURE_LIMITS)
        return (
            (amber, f"{amber} high", Concern.AMBER),
            (red, f"{red} red if twice", Concern.RED),
            (stop, f"{stop} red at once", Concern.RED),
        )

    return (
        Panel(
            "systolic",
            "Systolic, mmHg",
            156,
            (95, thresholds.stop_systolic + 8),
            pressures("systolic"),
            lambda value: pressure_concern((value, None), (None, None), thresholds),
        ),
        Panel(
            "diastolic",
            "Diastolic, mmHg",
            136,
            (55, thresholds.stop_diastolic + 6),
            pressures("diastolic"),
            lambda value: pressure_concern((None, value), (None, None), thresholds),
        ),
        Panel(
            "heart_rate",
            "Heart rate, a minute",
            92,
            (thresholds.low_heart_rate - 8, thresholds.high_heart_rate + 8),
            (
                (thresholds.low_heart_rate, f"under {thresholds.low_heart_rate} low", _AMBER),
                (thresholds.high_heart_rate, f"over {thresholds.high_heart_rate} high", _AMBER),
            ),
            lambda value: heart_rate_concern(value, thresholds),
        ),
        Panel(
            "spo2",
            "SpO₂, %",
            92,
            (thresholds.red_spo2 - 3, 101),
            (
                (thresholds.amber_spo2, f"under {thresholds.amber_spo2} low", Concern.AMBER),
                (thresholds.red_spo2, f"under {thresholds.red_spo2} red", Concern.RED),
            ),
            lambda value: oxygen_concern(value, thresholds),
        ),
        Panel(
            "sedation",
            "Sedation, MOAA/S",
            92,
            (-0.4, 5.4),
            ((thresholds.red_sedation, f"{thresholds.red_sedation} or less red", Concern.RED),),
            lambda value: sedation_concern(value, thresholds),
        ),
    )


_PRESSURE_LIMITS = ("amber", "red", "stop")
_AMBER = Concern.AMBER
_DASHES = {Concern.AMBER: "dot", Concern.RED: "dash"}
_COLOURS = {Concern.AMBER: PALE_CONCERN, Concern.RED: CONCERN}


def vital_signs_chart(
    own: pd.DataFrame,
    earlier: pd.DataFrame,
    side_effects: pd.DataFrame,
    thresholds: Thresholds,
    *,
    end: float,
    discharge: float,
) -> go.Figure:
    """One infusion's vital signs and side effects along its minutes.

    ``own``, ``earlier``: as :func:`data_access.one_infusion.vital_signs`, of the infusion and of
    those before it, in time order; ``side_effects``: as
    :func:`~data_access.one_infusion.side_effect_times`, of the infusion; ``end``, ``discharge``:
    minutes after the start, NaN where not recorded. A vital sign that was never measured in this
    infusion has no panel.
    """
    shown = [panel for panel in panels(thresholds) if own[panel.column].notna().any()]
    rows = side_effects.reset_index(drop=True)
    first, last = minute_range(own, rows, end, discharge)
    heights = [*(panel.pixels for panel in shown)]
    if len(rows):
        heights.append(_ROW * (len(rows) + 1))
    inner = sum(heights) + _GAP * (len(heights) - 1)
    drawn, kept = _broken(own), _broken(_latest(earlier))
    traces = [
        trace
        for number, panel in enumerate(shown, 1)
        for trace in _panel_traces(drawn, kept, earlier, panel, number)
    ]
    if len(rows):
        traces.append(_bars(rows, last, _axis("y", len(heights))))
    return figure(
        inner + _TOP + _BOTTOM,
        traces,
        margin={"t": _TOP, "b": _BOTTOM, "r": _MARGIN_FOR_NAMES, "l": 8},
        **_axes(shown, own, earlier, rows, _domains(heights, inner)),
        shapes=[*_infusion_time(end), *_limit_lines(shown)],
        annotations=[
            *_titles(shown, len(rows), heights, inner),
            *_limit_names(shown),
            *_beside(enumerate(_bar_words(rows)), _axis("y", len(heights))),
        ],
        xaxis={
            "range": [first, last],
            "title": {"text": "Minutes after the start of the infusion"},
            "dtick": _tick(last - first),
            "anchor": _axis("y", len(heights)),
            "showgrid": True,
        },
        barmode="overlay",
    )


def minute_range(
    own: pd.DataFrame, side_effects: pd.DataFrame, end: float, discharge: float
) -> tuple[float, float]:
    """The minutes that are drawn: all readings, the discharge, and side effects up to four hours.

    What passed later is drawn to the edge, with its minute in words.
    """
    begins = [0.0, *own["minute"], *side_effects["onset"].dropna()]
    passed = side_effects["resolved"].dropna().clip(upper=240)
    ends = [value for value in (end, discharge, *own["minute"], *passed) if not isnan(value)]
    return min(begins) - 4, max([30.0, *ends]) + 4


def _tick(span: float) -> int:
    return next((step for step in (10, 15, 30, 60) if span / step <= 16), 120)


def _axis(letter: str, number: int) -> str:
    return letter if number == 1 else f"{letter}{number}"


def _domains(heights: Sequence[int], inner: int) -> list[tuple[float, float]]:
    """The part of the height that each panel takes, from the top."""
    domains, top = [], inner
    for height in heights:
        domains.append((max(0.0, (top - height) / inner), top / inner))
        top -= height + _GAP
    return domains


def _axes(
    shown: list[Panel],
    own: pd.DataFrame,
    earlier: pd.DataFrame,
    rows: pd.DataFrame,
    domains: list[tuple[float, float]],
) -> dict[str, Any]:
    axes: dict[str, Any] = {}
    for number, (panel, domain) in enumerate(zip(shown, domains, strict=False), 1):
        values = pd.concat([own[panel.column], earlier[panel.column]]).dropna()
        low, high = panel.least
        axes[f"yaxis{number if number > 1 else ''}"] = {
            "domain": domain,
            "rangemode": "normal",
            "range": [
                low if values.min() >= low else values.min() - 2,
                high if values.max() <= high else values.max() + 2,
            ],
            "nticks": 5,
            **({"dtick": 1} if panel.column == "sedation" else {}),
        }
    if len(rows):
        axes[f"yaxis{len(domains) if len(domains) > 1 else ''}"] = {
            "domain": domains[-1],
            "range": [len(rows) - 0.4, -0.6],
            "tickvals": list(range(len(rows))),
            "ticktext": [label(term) for term in rows["term"]],
            "showgrid": False,
        }
    return axes


def _infusion_time(end: float) -> list[dict[str, Any]]:
    """The time from start to end of the infusion, shaded over all panels; the start as a line."""
    edge = {"xref": "x", "yref": "paper", "y0": 0, "y1": 1, "layer": "below"}
    start = {**edge, "type": "line", "x0": 0, "x1": 0, "line": {"color": NEUTRAL, "width": 1}}
    if isnan(end):
        return [start]
    shade = {"type": "rect", "x0": 0, "x1": end, "fillcolor": PALE, "opacity": 0.22}
    return [{**edge, **shade, "line": {"width": 0}}, start]


def _limit_lines(shown: list[Panel]) -> list[dict[str, Any]]:
    return [
        {
            "type": "line",
            "xref": "paper",
            "x0": 0,
            "x1": 1,
            "yref": _axis("y", number),
            "y0": at,
            "y1": at,
            "line": {"color": _COLOURS[concern], "width": 1.2, "dash": _DASHES[concern]},
        }
        for number, panel in enumerate(shown, 1)
        for at, _, concern in panel.limits
    ]


def _limit_names(shown: list[Panel]) -> list[dict[str, Any]]:
    return [
        words
        for number, panel in enumerate(shown, 1)
        for words in _beside(((at, name) for at, name, _ in panel.limits), _axis("y", number))
    ]


def _beside(names: Iterable[tuple[float, str]], axis: str) -> list[dict[str, Any]]:
    """Words at a height of an axis, right of the plot."""
    return [
        {
            "xref": "paper",
            "x": 1.005,
            "xanchor": "left",
            "yref": axis,
            "y": at,
            "text": text(name),
            "showarrow": False,
            "font": {"size": 11, "color": NEUTRAL},
        }
        for at, name in names
    ]


def _titles(
    shown: list[Panel], side_effects: int, heights: Sequence[int], inner: int
) -> list[dict[str, Any]]:
    """The heading of each panel, above its left end."""
    names = [panel.title for panel in shown]
    if side_effects:
        names.append("Side effects, from onset until they passed (hatched: still open)")
    return [
        {
            "xref": "paper",
            "x": 0,
            "xanchor": "left",
            "yref": "paper",
            "y": top,
            "yanchor": "bottom",
            "text": name,
            "showarrow": False,
            "font": {"size": 12, "color": INK},
        }
        for name, (_, top) in zip(names, _domains(heights, inner), strict=True)
    ]


def _panel_traces(
    own: pd.DataFrame, kept: pd.DataFrame, earlier: pd.DataFrame, panel: Panel, number: int
) -> list[Trace]:
    """Earlier infusions, their median and this infusion, from back to front.

    ``own`` and ``kept`` are broken where their lines are; ``earlier`` are all readings.
    """
    place = {"yaxis": _axis("y", number), "showlegend": number == 1}
    traces = []
    if kept[panel.column].notna().any():
        traces.append(_earlier_lines(kept, panel, place))
    keys = earlier["infusion_key"].tolist()
    readings = zip(keys, earlier["minute"].tolist(), earlier[panel.column].tolist(), strict=True)
    usual = usual_course(readings)
    if usual:
        traces.append(_usual_line(usual, panel, place))
    traces.append(_own_line(own, panel, place))
    return traces


def _latest(earlier: pd.DataFrame) -> pd.DataFrame:
    """The latest earlier infusions, as many as a picture can draw quickly."""
    sizes = earlier.groupby("infusion_key", sort=False).size()[::-1]
    keys = sizes.index[(sizes + 1).cumsum() <= _POINTS_AT_MOST]
    return earlier[earlier["infusion_key"].isin(keys)]


def _earlier_lines(kept: pd.DataFrame, panel: Panel, place: dict[str, Any]) -> Trace:
    """All earlier infusions as one broken line."""
    return scatter(
        x=kept["minute"].to_numpy(),
        y=kept[panel.column].to_numpy(),
        mode="lines",
        line={"color": PALE, "width": 1},
        hoverinfo="skip",
        name="Earlier infusions",
        **place,
    )


def _usual_line(usual: list[tuple[int, float]], panel: Panel, place: dict[str, Any]) -> Trace:
    minutes = np.array([minute for minute, _ in usual], dtype="float64")
    values = np.array([value for _, value in usual])
    breaks = np.flatnonzero(np.diff(minutes) > LONGEST_GAP_MINUTES) + 1
    return scatter(
        x=np.insert(minutes, breaks, nan),
        y=np.insert(values, breaks, nan),
        mode="lines",
        line={"color": NEUTRAL, "width": 2, "dash": "dash"},
        name="Their median",
        hovertemplate=f"Median of earlier infusions, minute %{{x}}<br>{panel.title}: %{{y:.4g}}"
        "<extra></extra>",
        **place,
    )


def _own_line(own: pd.DataFrame, panel: Panel, place: dict[str, Any]) -> Trace:
    values = own[panel.column].tolist()
    beyond = [not isnan(value) and panel.concern(value) > Concern.NONE for value in values]
    return scatter(
        x=own["minute"].to_numpy(),
        y=own[panel.column].to_numpy(),
        mode="lines+markers",
        line={"color": INK, "width": 2.5},
        marker={
            "color": [CONCERN if far else INK for far in beyond],
            "symbol": ["diamond" if far else "circle" for far in beyond],
            "size": [11 if far else 7 for far in beyond],
            "line": {"width": 1, "color": BACKGROUND},
        },
        name="This infusion",
        hovertemplate=f"Minute %{{x:.3~g}}<br>{panel.title}: %{{y:g}}<extra></extra>",
        **place,
    )


def _broken(readings: pd.DataFrame) -> pd.DataFrame:
    """Readings with an empty row, at which a line breaks, between infusions and at long gaps."""
    another = readings["infusion_key"].diff().fillna(0) != 0
    long = readings["minute"].diff() > LONGEST_GAP_MINUTES
    columns = ["minute", *VITAL_SIGNS]
    values = readings[columns].to_numpy(dtype="float64")
    broken = np.insert(values, np.flatnonzero(another | long), nan, axis=0)
    return pd.DataFrame(broken, columns=columns)


def _bars(rows: pd.DataFrame, last: float, axis: str) -> Trace:
    """A bar for each side effect from its onset; hatched to the edge where it had not passed."""
    timed = rows.dropna(subset="onset")
    until = timed["resolved"].fillna(last).clip(upper=last)
    grades = timed["grade"].fillna(0).astype(int)
    return bar(
        orientation="h",
        base=timed["onset"],
        x=(until - timed["onset"]).clip(lower=0.8),
        y=timed.index,
        width=0.62,
        marker={
            "color": [grade_colour(grade) for grade in grades],
            "line": {"width": 1, "color": NEUTRAL},
            "pattern": {"shape": ["/" if open_ else "" for open_ in timed["resolved"].isna()]},
        },
        text=_bar_words(timed),
        textposition="none",
        hovertemplate="%{text}<extra></extra>",
        showlegend=False,
        yaxis=axis,
    )


def _bar_words(rows: pd.DataFrame) -> list[str]:
    """Grade and minutes of each side effect in words."""
    return [
        f"{'not graded' if pd.isna(grade) else f'grade {grade}'}, {_minutes(onset, resolved)}"
        for grade, onset, resolved in zip(
            rows["grade"], rows["onset"], rows["resolved"], strict=True
        )
    ]


def _minutes(onset: float, resolved: float) -> str:
    if isnan(onset):
        return "no times" if isnan(resolved) else f"till {resolved:.0f}"
    return f"{onset:.0f}, still open" if isnan(resolved) else f"{onset:.0f} to {resolved:.0f}"
