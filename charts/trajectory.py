"""The trajectory of one patient: scores against the infusions, a panel for each instrument."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isnan, nan
from typing import Any, NamedTuple

import pandas as pd
import plotly.graph_objects as go

from charts.along import Along, Extent, along_axis, infusion_positions, phase_changes
from charts.along import score_positions as positions_of
from charts.one_patient import improvement, taken
from charts.palette import INK, NEUTRAL
from charts.score_marks import (
    LOOKS,
    NARROW,
    Box,
    Marks,
    box_above,
    box_below,
    remission_label,
    set_apart,
    severity_bands,
    width_of,
)
from charts.style import across, figure, name_at
from clinical.codes import Phase, Timepoint
from clinical.instruments import Instrument
from clinical.progress import response_total

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
_MARK, _STROKE, _SHIFT = 5, 2, 7
"""Pixels: half a mark, half a joining line, and from the end of a level to its name."""
_PARTS = 8
"""Points at which a joining line is looked at when a name is placed."""
_BELOW, _ABOVE = 0.09, 0.02
"""How far the axis goes beyond the instrument's range, as a share of it."""
_SPAN = 1 + _BELOW + _ABOVE


@dataclass(frozen=True, slots=True)
class Panel:
    """The scores of one instrument.

    ``scores``: as :func:`data_access.one_patient.patient_scores`; ``baselines``: one row per
    series with ``series_key``, ``baseline``, ``completed`` (the time of the baseline) and
    ``induction_baseline`` (for maintenance: that of the induction before it; else missing).
    """

    instrument: Instrument
    scores: pd.DataFrame
    baselines: pd.DataFrame

    def later(self) -> pd.DataFrame:
        """The scores that are no baseline; these are drawn from ``baselines``."""
        return self.scores[self.scores["timepoint"] != int(Timepoint.BASELINE)]


def trajectory_chart(
    panels: Sequence[Panel], infusions: pd.DataFrame, along: Along = Along.DATE
) -> go.Figure:
    """Scores over time, a panel for each instrument, over the infusions on a strip at the foot.

    ``infusions``: at least one, as :func:`data_access.one_patient.patient_infusions`; of one
    series where ``along`` is not the date.
    """
    marks = infusions.assign(x=infusion_positions(infusions, along))
    placed = [_Placed.of(panel, marks, along) for panel in panels]
    extent = Extent([*marks["x"], *(x for panel in placed for x in panel.positions())])
    heights = _Heights(len(panels))
    behind, traces = Marks(), [_infusion_marks(marks, extent)]
    axes: dict[str, Any] = {"yaxis": heights.strip()}
    for number, panel in enumerate(placed):
        axis = f"y{number + 2}"
        axes[f"yaxis{number + 2}"] = _score_axis(panel.instrument, heights.domain(number))
        _add_levels(behind, panel, axis, extent, heights.panel)
        traces += panel.traces(axis, extent)
    rows = _add_phase_changes(behind, phase_changes(marks), extent)
    chart = figure(
        heights.total,
        **behind.layout(),
        xaxis=along_axis(marks, along, extent) | {"anchor": "y"},
        legend={"y": 1 + (6 + 16 * rows) / heights.plot, "traceorder": "normal"},
        **axes,
    )
    chart.add_traces(traces)
    _show_each_name_once(chart)
    return chart


def without_score_before(panel: Panel, infusions: pd.DataFrame) -> pd.DataFrame:
    """The infusions that no score of the instrument was taken before; for the first, no baseline.

    ``infusions``: in time order, all of each series that is among them.
    """
    had = set(_expected(panel, infusions))
    keys = zip(infusions["series_key"], infusions["number"], strict=True)
    return infusions[pd.Series([key not in had for key in keys], infusions.index, dtype=bool)]


def _expected(panel: Panel, infusions: pd.DataFrame) -> Iterator[tuple[int, int]]:
    """Series key and number of each infusion that a score was taken before."""
    following = infusions.groupby("series_key")["number"].shift(-1)
    after = dict(
        zip(zip(infusions["series_key"], infusions["number"], strict=True), following, strict=True)
    )
    first = infusions.groupby("series_key")["number"].min()
    for series_key in panel.baselines["series_key"]:
        yield series_key, first.get(series_key, -1)
    before = panel.scores[panel.scores["timepoint"] == int(Timepoint.BEFORE_INFUSION)]
    for series_key, number in zip(before["series_key"], before["number"], strict=True):
        yield series_key, after.get((series_key, number), -1)


@dataclass(frozen=True, slots=True)
class _Placed:
    """A panel whose scores, baselines and missing scores know where they stand."""

    instrument: Instrument
    scores: pd.DataFrame
    baselines: pd.DataFrame
    missing: pd.DataFrame
    ends: dict[Any, Any]

    @classmethod
    def of(cls, panel: Panel, marks: pd.DataFrame, along: Along) -> "_Placed":
        later = panel.later()
        later = later.assign(x=positions_of(later, marks, along), hover=_score_words(later))
        baselines = panel.baselines.assign(
            timepoint=int(Timepoint.BASELINE), number=0, hours_after=nan
        )
        baselines = baselines.assign(
            x=positions_of(baselines, marks, along), hover=_baseline_words(baselines)
        )
        ends: dict[Any, Any] = {
            key: max([*own["x"], *later.loc[later["series_key"].isin([key]), "x"]])
            for key, own in marks.groupby("series_key")
        }
        return cls(panel.instrument, later, baselines, without_score_before(panel, marks), ends)

    def positions(self) -> list[Any]:
        return [*self.scores["x"], *self.baselines["x"]]

    def traces(self, axis: str, extent: Extent) -> list[go.Scatter]:
        lines = _scores_before(self.scores, self.baselines)
        found = [*lines, *_other_scores(self.scores)]
        if len(self.missing):
            found.append(_missing_marks(self.missing, self.instrument, extent))
        for trace in found:
            trace.yaxis = axis
        return found


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
        "range": [instrument.lowest - _BELOW * span, instrument.highest + _ABOVE * span],
        "tickvals": [*(band.lowest for band in instrument.bands), instrument.highest],
        "zeroline": False,
        "automargin": True,
    }


def _foot(instrument: Instrument) -> float:
    """Just under the lowest total."""
    return instrument.lowest - 0.05 * (instrument.highest - instrument.lowest)


def _add_levels(
    behind: Marks, panel: _Placed, axis: str, extent: Extent, panel_pixels: float
) -> None:
    """Bands and remission; for each series its baseline and the total where response begins."""
    bands = severity_bands(panel.instrument, axis)
    room = _Room(panel, extent, panel_pixels)
    lines = _level_lines(panel, extent)
    behind.shapes += [
        *bands.shapes,
        *(line.shape() | {"yref": axis} for line in lines if line.dash is not None),
    ]
    behind.words += [
        *(words for words in bands.words if words["xref"] == "paper"),
        *(name | {"yref": axis} for line in lines for name in room.name_of(line)),
    ]


class _Line(NamedTuple):
    """A level along a stretch of time. ``dash`` is ``None`` where the line is drawn elsewhere."""

    level: float
    name: str
    dash: str | None
    start: Any
    end: Any

    def shape(self) -> dict[str, Any]:
        line = across(self.level, dash=self.dash or "solid")
        return line | {"xref": "x", "x0": self.start, "x1": self.end}


def _level_lines(panel: _Placed, extent: Extent) -> list[_Line]:
    """The lines of a panel; the level of a response is named once, however many series have it."""
    lines = []
    told: set[float] = set()
    if panel.instrument.remission_at_most is not None:
        level = panel.instrument.remission_at_most
        lines.append(_Line(level, remission_label(level), None, extent.low, extent.high))
    for row in panel.baselines.to_dict("records"):
        end = panel.ends.get(row["series_key"], row["x"])
        for level, label, dash in _levels(panel.instrument, row):
            known = dash == "dot" and level in told
            lines.append(_Line(level, "" if known else label, dash, row["x"], end))
            if dash == "dot":
                told.add(level)
    return lines


class _Room:
    """Where on a narrow screen the names of a panel's lines lie over nothing else."""

    def __init__(self, panel: _Placed, extent: Extent, pixels: float) -> None:
        self._instrument, self._extent, self._pixels = panel.instrument, extent, pixels
        self._names: list[Box] = []
        self._marks = [
            Box(x - radius, x + radius, y - radius, y + radius)
            for x, y, radius in self._drawn(panel)
        ]

    def name_of(self, line: _Line) -> list[dict[str, Any]]:
        """The name of a line, at either end of it, over or under it; none where names would meet.

        Where every place lies over a mark, one that lies over no other name is taken.
        """
        if not line.name:
            return []
        places = [place for place in self._places(line) if not _meets(place[0], self._names)]
        clear = [place for place in places if not _meets(place[0], self._marks)]
        for box, anchors in [*clear, *places][:1]:
            self._names.append(box)
            return [name_at(line.level, line.name) | anchors]
        return []

    def _places(self, line: _Line) -> Iterator[tuple[Box, dict[str, Any]]]:
        height = self._height(line.level)
        width = width_of(line.name)
        start, end = self._extent.pixels(line.start), self._extent.pixels(line.end)
        at_start = (start + _SHIFT, {"x": line.start, "xanchor": "left", "xshift": _SHIFT})
        at_end = (end - width - _SHIFT, {"x": line.end, "xanchor": "right", "xshift": -_SHIFT})
        for left, anchors in (at_end, at_start) if line.dash is None else (at_start, at_end):
            if left < 0:
                continue
            for box, side in (
                (box_above(left, height, line.name), "bottom"),
                (box_below(left, height, line.name), "top"),
            ):
                yield box, {"xref": "x", **anchors, "yanchor": side}

    def _height(self, total: float) -> float:
        span = _SPAN * (self._instrument.highest - self._instrument.lowest)
        return self._pixels * (total - self._instrument.lowest) / span

    def _drawn(self, panel: _Placed) -> Iterator[tuple[float, float, float]]:
        """The scores, and points on the lines that join them, each with its radius."""
        for _, total, x in _points(panel.scores, "total"):
            yield self._extent.pixels(x), self._height(total), _MARK
        before = panel.scores[panel.scores["timepoint"] == int(Timepoint.BEFORE_INFUSION)]
        joined = [*_points(panel.baselines, "baseline"), *_points(before, "total")]
        for (series, total, x), (other, following, after) in pairwise(
            sorted(joined, key=lambda point: (point[0], point[2]))
        ):
            yield self._extent.pixels(x), self._height(total), _MARK
            if series == other:
                start, end = self._extent.pixels(x), self._extent.pixels(after)
                for part in range(1, _PARTS):
                    share = part / _PARTS
                    yield (
                        start + share * (end - start),
                        self._height(total + share * (following - total)),
                        _STROKE,
                    )


def _points(frame: pd.DataFrame, column: str) -> Iterator[tuple[float, float, Any]]:
    """Series (-1 outside any), total and position of each score."""
    return zip(frame["series_key"].fillna(-1), frame[column], frame["x"], strict=True)


def _meets(box: Box, others: list[Box]) -> bool:
    return any(box.overlaps(other) for other in others)


def _levels(instrument: Instrument, row: dict[Any, Any]) -> list[tuple[float, str, str]]:
    """The levels of one series: total, name, and how the line is dashed."""
    levels = [(row["baseline"], f"Baseline {row['baseline']:g}", "dash")]
    response = _response_level(instrument, row["baseline"], row["induction_baseline"])
    if response is not None:
        levels.append((*response, "dot"))
    return levels


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


def _scores_before(scores: pd.DataFrame, baselines: pd.DataFrame) -> list[go.Scatter]:
    """Each series' baseline and the scores before its infusions, joined; series are not."""
    columns = ["series_key", "number", "x", "total", "hover"]
    first = baselines.assign(total=baselines["baseline"])
    part = scores[scores["timepoint"] == int(Timepoint.BEFORE_INFUSION)]
    rows = pd.concat([first[columns], part[columns]])
    symbol, colour = LOOKS[Timepoint.BEFORE_INFUSION]
    return [
        go.Scatter(
            x=_broken(series["x"].tolist(), gaps),
            y=_broken(series["total"].tolist(), gaps),
            mode="lines+markers",
            name=JOINED,
            legendgroup=JOINED,
            line={"color": colour, "width": 2.5},
            marker={"symbol": symbol, "color": colour, "size": 9},
            customdata=_broken(series["hover"].tolist(), gaps),
            hovertemplate="%{customdata}<extra></extra>",
        )
        for _, series in rows.groupby("series_key", sort=False)
        for gaps in [_gaps(series["number"].tolist())]
    ]


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


def _other_scores(scores: pd.DataFrame) -> list[go.Scatter]:
    """The scores of each other timepoint, with its own mark and no line."""
    kinds = (Timepoint.AFTER_INFUSION, Timepoint.FOLLOW_UP, Timepoint.UNLINKED)
    parts = {kind: scores[scores["timepoint"] == int(kind)] for kind in kinds}
    return [
        go.Scatter(
            x=part["x"].tolist(),
            y=part["total"].tolist(),
            mode="markers",
            name=kind.label,
            legendgroup=kind.label,
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


def _missing_marks(missing: pd.DataFrame, instrument: Instrument, extent: Extent) -> go.Scatter:
    """A hollow mark at the foot where an infusion had no score before it, in words where few."""
    words = [f"no score before infusion {number}" for number in missing["number"]]
    lefts = [extent.pixels(position) for position in missing["x"]]
    following = [*lefts[1:], NARROW]
    room = [
        end - left > width_of(word) + 14
        for left, end, word in zip(lefts, following, words, strict=True)
    ]
    return go.Scatter(
        x=missing["x"].tolist(),
        y=[_foot(instrument)] * len(missing),
        mode="markers+text",
        name=MISSING,
        legendgroup=MISSING,
        marker={"symbol": "circle-open", "size": 8, "color": NEUTRAL, "line": {"width": 1.5}},
        text=[word if free else "" for word, free in zip(words, room, strict=True)],
        textposition="middle right",
        textfont={"size": 11, "color": NEUTRAL},
        customdata=[f"{instrument.name}: {word}" for word in words],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _show_each_name_once(chart: go.Figure) -> None:
    """One entry in the legend for each kind of mark, in whatever panel it comes first."""
    seen: set[str] = set()
    for trace in chart.data:
        trace.showlegend = trace.name not in seen
        seen.add(trace.name)


def _infusion_marks(marks: pd.DataFrame, extent: Extent) -> go.Scatter:
    """The infusions along the foot, with the dose in words where it changes."""
    labels = _dose_labels(marks["mg_per_kg"])
    rows = set_apart(
        [extent.pixels(position) for position in marks["x"]],
        [_DOSE_WIDTH if label else 0 for label in labels],
        _DOSE_ROWS,
    )
    return go.Scatter(
        x=marks["x"].tolist(),
        y=[0.4] * len(marks),
        mode="markers+text",
        name=INFUSION,
        marker={
            "symbol": [
                "triangle-up" if phase == Phase.INDUCTION else "triangle-up-open"
                for phase in marks["phase"]
            ],
            "size": 10,
            "color": INK,
        },
        text=[
            "" if row is None else "<br>" * row + label
            for label, row in zip(labels, rows, strict=True)
        ],
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
    dose = "dose not recorded" if isnan(dose_mg) else f"{dose_mg:g} mg"
    weight = "" if isnan(mg_per_kg) else f" ({mg_per_kg:.2f} mg/kg)"
    return f"Infusion {number}, {started:%d %b %Y}<br>{dose}{weight}"


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
