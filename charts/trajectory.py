"""The trajectory of one patient: scores against the infusions, a panel for each instrument."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import isnan, nan
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from charts.along import Along, Extent, along_axis, infusion_positions, phase_changes
from charts.palette import INK, NEUTRAL
from charts.placed_scores import Panel, PlacedPanel, Spot, place_panel
from charts.score_levels import ABOVE, BELOW, panel_levels
from charts.score_marks import LOOKS, NARROW, Marks, set_apart, width_of
from charts.style import figure, name_at, scatter
from clinical.codes import Phase, Timepoint
from clinical.instruments import Instrument

JOINED = "Baseline, and before an infusion"
MISSING = "No score before the infusion"
INFUSION = "Infusion, with mg/kg where it changes"
"""Names in the legend."""
_DOSE_STEP = 0.04
"""mg/kg: smaller differences come from rounding the dose or from the weight of the day."""
_PANEL_ALONE, _PANEL, _GAP, _STRIP, _MARGINS = 280, 200, 26, 50, 92
"""Pixels: the height of one panel, of each of several, between them, of the infusions, around."""
_DOSE_ROWS, _PHASE_ROWS = 2, 2
_DOSE_WIDTH = 32
_OTHERS = (Timepoint.AFTER_INFUSION, Timepoint.FOLLOW_UP, Timepoint.UNLINKED)


def trajectory_chart(
    panels: Sequence[Panel], infusions: pd.DataFrame, along: Along = Along.DATE
) -> go.Figure:
    """Scores over time, a panel for each instrument, over the infusions on a strip at the foot.

    ``infusions``: at least one, as :func:`data_access.one_patient.patient_infusions`; of one
    series where ``along`` is not the date.
    """
    marks = infusions.assign(x=infusion_positions(infusions, along))
    placed = [place_panel(panel, marks, along) for panel in panels]
    extent = Extent([*marks["x"], *(x for panel in placed for x in panel.positions())])
    heights = _Heights(len(panels))
    behind, traces = Marks(), [_infusion_marks(marks, extent)]
    axes: dict[str, Any] = {"yaxis": heights.strip()}
    for number, panel in enumerate(placed):
        axis = f"y{number + 2}"
        axes[f"yaxis{number + 2}"] = _score_axis(panel.instrument, heights.domain(number))
        levels = panel_levels(panel, axis, extent, heights.panel)
        behind.shapes += levels.shapes
        behind.words += levels.words
        traces += _panel_traces(panel, axis, extent)
    rows = _add_phase_changes(behind, phase_changes(marks), extent)
    return figure(
        heights.total,
        [scatter(**trace) for trace in _each_name_once(traces)],
        **behind.layout(),
        xaxis=along_axis(marks, along, extent) | {"anchor": "y"},
        legend={"y": 1 + (6 + 16 * rows) / heights.plot, "traceorder": "normal"},
        **axes,
    )


class _Heights:
    """How the height is shared by the panels and the strip of infusions, in pixels."""

    def __init__(self, panels: int) -> None:
        self.panel = _PANEL_ALONE if panels == 1 else _PANEL
        self.plot = panels * self.panel + (panels - 1) * _GAP + _STRIP + 4
        self.total = self.plot + _MARGINS

    def strip(self) -> dict[str, Any]:
        """The axis of the infusions: no ticks, only room for the mark and two rows of words."""
        return {
            "domain": [0, _STRIP / self.plot],
            "range": [-2.6, 1],
            "visible": False,
            "fixedrange": True,
        }

    def domain(self, number: int) -> list[float]:
        """Of a panel, the first on top."""
        top = 1 - number * (self.panel + _GAP) / self.plot
        return [top - self.panel / self.plot, top]


def _score_axis(instrument: Instrument, domain: list[float]) -> dict[str, Any]:
    span = instrument.highest - instrument.lowest
    return {
        "title": {"text": instrument.name},
        "domain": domain,
        "range": [instrument.lowest - BELOW * span, instrument.highest + ABOVE * span],
        "tickvals": [*(band.lowest for band in instrument.bands), instrument.highest],
        "zeroline": False,
        "automargin": True,
    }


def _foot(instrument: Instrument) -> float:
    """Just under the lowest total."""
    return instrument.lowest - 0.05 * (instrument.highest - instrument.lowest)


def _add_phase_changes(behind: Marks, changes: pd.DataFrame, extent: Extent) -> int:
    """A thin line where the phase changes, named above the panels; the rows of names used."""
    names = [
        f"{Phase(phase).label} from {started.day} {started:%b}"
        for phase, started in zip(changes["phase"], changes["started"], strict=True)
    ]
    lefts = [extent.pixels(position) for position in changes["x"]]
    rows = set_apart(lefts, [width_of(name) for name in names], _PHASE_ROWS)
    for position, name, row in zip(changes["x"], names, rows, strict=True):
        behind.shapes.append(
            {
                "type": "line",
                "xref": "x",
                "yref": "paper",
                "x0": position,
                "x1": position,
                "y0": 0,
                "y1": 1,
                "line": {"color": NEUTRAL, "width": 1},
            }
        )
        if row is not None:
            behind.words.append(
                name_at(1, name)
                | {
                    "xref": "x",
                    "x": position,
                    "xanchor": "right" if extent.pixels(position) > NARROW * 0.8 else "left",
                    "yref": "paper",
                    "yshift": 15 * row,
                }
            )
    return max((row + 1 for row in rows if row is not None), default=0)


def _panel_traces(panel: PlacedPanel, axis: str, extent: Extent) -> list[dict[str, Any]]:
    """The marks of one panel, as plotly's scatter traces take them."""
    traces = [_joined(series, axis) for series in panel.joined()]
    traces += [_apart(kind, spots, axis) for kind in _OTHERS if (spots := panel.of_kind(kind))]
    if panel.missing:
        traces.append(_missing_marks(panel, axis, extent))
    return traces


def _joined(series: list[Spot], axis: str) -> dict[str, Any]:
    """A series' baseline and the scores before its infusions, joined except over a missing one."""
    gaps = _gaps([spot.number for spot in series])
    symbol, colour = LOOKS[Timepoint.BEFORE_INFUSION]
    return {
        "x": _broken([spot.x for spot in series], gaps),
        "y": _broken([spot.total for spot in series], gaps),
        "yaxis": axis,
        "mode": "lines+markers",
        "name": JOINED,
        "legendgroup": JOINED,
        "line": {"color": colour, "width": 2.5},
        "marker": {"symbol": symbol, "color": colour, "size": 9},
        "customdata": _broken([spot.hover for spot in series], gaps),
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _gaps(numbers: list[int]) -> list[bool]:
    """For each score, whether one is missing before an infusion between it and the one before."""
    return [False, *(later - earlier > 1 for earlier, later in pairwise(numbers))]


def _broken(values: list[Any], gaps: list[bool]) -> list[Any]:
    """The values, with nothing between two that a missing one lies between."""
    return [
        part
        for value, gap in zip(values, gaps, strict=True)
        for part in ((None, value) if gap else (value,))
    ]


def _apart(kind: Timepoint, spots: list[Spot], axis: str) -> dict[str, Any]:
    """The scores of another timepoint, with its own mark and no line."""
    symbol, colour = LOOKS[kind]
    return {
        "x": [spot.x for spot in spots],
        "y": [spot.total for spot in spots],
        "yaxis": axis,
        "mode": "markers",
        "name": kind.label,
        "legendgroup": kind.label,
        "marker": {"symbol": symbol, "color": colour, "size": 10, "line": {"width": 2}},
        "customdata": [spot.hover for spot in spots],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _missing_marks(panel: PlacedPanel, axis: str, extent: Extent) -> dict[str, Any]:
    """A hollow mark at the foot where an infusion had no score before it, in words where few."""
    words = [f"no score before infusion {number}" for number, _ in panel.missing]
    lefts = [extent.pixels(position) for _, position in panel.missing]
    following = [*lefts[1:], NARROW]
    room = [
        end - left > width_of(word) + 14
        for left, end, word in zip(lefts, following, words, strict=True)
    ]
    return {
        "x": [position for _, position in panel.missing],
        "y": [_foot(panel.instrument)] * len(panel.missing),
        "yaxis": axis,
        "mode": "markers+text",
        "name": MISSING,
        "legendgroup": MISSING,
        "marker": {"symbol": "circle-open", "size": 8, "color": NEUTRAL, "line": {"width": 1.5}},
        "text": [word if free else "" for word, free in zip(words, room, strict=True)],
        "textposition": "middle right",
        "textfont": {"size": 11, "color": NEUTRAL},
        "customdata": [f"{panel.instrument.name}: {word}" for word in words],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _each_name_once(traces: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """One entry in the legend for each kind of mark, in whatever panel it comes first."""
    seen: set[str] = set()
    for trace in traces:
        yield trace | {"showlegend": trace["name"] not in seen}
        seen.add(trace["name"])


def _infusion_marks(marks: pd.DataFrame, extent: Extent) -> dict[str, Any]:
    """The infusions along the foot, with the dose in words where it changes."""
    places = marks["x"].tolist()
    labels = dose_labels(marks["mg_per_kg"].tolist())
    rows = set_apart(
        [extent.pixels(place) for place in places],
        [_DOSE_WIDTH if label else 0 for label in labels],
        _DOSE_ROWS,
    )
    return {
        "x": places,
        "y": [0.4] * len(places),
        "mode": "markers+text",
        "name": INFUSION,
        "marker": {
            "symbol": [
                "triangle-up" if phase == Phase.INDUCTION else "triangle-up-open"
                for phase in marks["phase"].tolist()
            ],
            "size": 10,
            "color": INK,
        },
        "text": [
            "" if row is None else "<br>" * row + label
            for label, row in zip(labels, rows, strict=True)
        ],
        "textposition": "bottom center",
        "textfont": {"size": 11, "color": NEUTRAL},
        "customdata": [_dose_words(*row) for row in _doses(marks)],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def dose_labels(doses: Iterable[float]) -> list[str]:
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
    dose = "dose not recorded" if isnan(dose_mg) else f"{dose_mg:g} mg"
    weight = "" if isnan(mg_per_kg) else f" ({mg_per_kg:.2f} mg/kg)"
    return f"Infusion {number}, {started:%d %b %Y}<br>{dose}{weight}"
