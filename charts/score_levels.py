"""The levels of a trajectory's panel: baseline, response and remission, and where each is named."""

from collections.abc import Iterator
from itertools import pairwise
from math import isnan
from typing import Any, NamedTuple

from charts.along import Extent
from charts.placed_scores import PlacedPanel, SeriesLevel
from charts.score_marks import (
    Box,
    Marks,
    box_above,
    box_below,
    remission_label,
    severity_bands,
    width_of,
)
from charts.style import across, name_at
from clinical.instruments import Instrument
from clinical.progress import response_total

BELOW, ABOVE = 0.09, 0.02
"""How far a panel's axis goes beyond the instrument's range, as a share of it."""
_SPAN = 1 + BELOW + ABOVE
_MARK, _STROKE, _SHIFT = 5, 2, 7
"""Pixels: half a mark, half a joining line, and from the end of a level to its name."""
_ALONG = (0.0, 1.0, 0.5, 0.25, 0.75)
"""Where along its line a name may stand, in the order in which places are tried."""
_PARTS = 8
"""Points at which a joining line is looked at when a name is placed."""


def panel_levels(panel: PlacedPanel, axis: str, extent: Extent, pixels: float) -> Marks:
    """Bands and remission; for each series its baseline and the total where response begins.

    ``axis``: of the panel; ``pixels``: its height.
    """
    bands = severity_bands(panel.instrument, axis)
    room = _Room(panel, extent, pixels)
    lines = _level_lines(panel, extent)
    return Marks(
        shapes=[
            *bands.shapes,
            *(line.shape() | {"yref": axis} for line in lines if line.dash is not None),
        ],
        words=[
            *(words for words in bands.words if words["xref"] == "paper"),
            *(name | {"yref": axis} for line in lines for name in room.name_of(line)),
        ],
    )


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


def _level_lines(panel: PlacedPanel, extent: Extent) -> list[_Line]:
    """The lines of a panel; the level of a response is named once, however many series have it."""
    lines = []
    told: set[float] = set()
    if panel.instrument.remission_at_most is not None:
        level = panel.instrument.remission_at_most
        label = remission_label(panel.instrument, level)
        lines.append(_Line(level, label, None, extent.low, extent.high))
    for known in panel.levels:
        start = known.spot.x
        baseline = known.spot.total
        lines.append(_Line(baseline, f"Baseline {baseline:g}", "dash", start, known.end))
        response = _response_level(panel.instrument, known)
        if response is not None:
            level, label = response
            lines.append(_Line(level, "" if level in told else label, "dot", start, known.end))
            told.add(level)
    return lines


def _response_level(instrument: Instrument, known: SeriesLevel) -> tuple[float, str] | None:
    """The total at which a response begins; for maintenance that of the induction before it.

    Half of a baseline that a response has already lowered would be a level that nobody aims at.
    """
    before = known.induction_baseline
    if isnan(before):
        level, words = response_total(instrument, known.spot.total), "Response"
    else:
        level, words = (
            response_total(instrument, before),
            f"Response, from {before:g} before induction",
        )
    return None if level is None else (level, f"{words}: {level:g}")


class _Room:
    """Where on a narrow screen the names of a panel's lines lie over nothing else."""

    def __init__(self, panel: PlacedPanel, extent: Extent, pixels: float) -> None:
        self._instrument, self._extent, self._pixels = panel.instrument, extent, pixels
        self._names: list[Box] = []
        self._marks = [
            Box(x - radius, x + radius, y - radius, y + radius)
            for x, y, radius in self._drawn(panel)
        ]

    def name_of(self, line: _Line) -> list[dict[str, Any]]:
        """The name of a line, somewhere along it, over or under; none where names would meet.

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
        height, width = self._height(line.level), width_of(line.name)
        start, end = self._extent.pixels(line.start), self._extent.pixels(line.end)
        first, last = (_ALONG[1], _ALONG[0]) if line.dash is None else _ALONG[:2]
        for share in (first, last, *_ALONG[2:]):
            anchor = "right" if share == 1 else "left"
            left = end - width - _SHIFT if share == 1 else start + share * (end - start) + _SHIFT
            if left < 0:
                continue
            anchors = {
                "xref": "x",
                "x": line.start + share * (line.end - line.start),
                "xanchor": anchor,
                "xshift": -_SHIFT if share == 1 else _SHIFT,
            }
            yield box_above(left, height, line.name), anchors | {"yanchor": "bottom"}
            yield box_below(left, height, line.name), anchors | {"yanchor": "top"}

    def _height(self, total: float) -> float:
        span = _SPAN * (self._instrument.highest - self._instrument.lowest)
        return self._pixels * (total - self._instrument.lowest) / span

    def _drawn(self, panel: PlacedPanel) -> Iterator[tuple[float, float, float]]:
        """The scores, and points on the lines that join them, each with its radius."""
        for spot in (*panel.scores, *(known.spot for known in panel.levels)):
            yield self._extent.pixels(spot.x), self._height(spot.total), _MARK
        for series in panel.joined():
            for first, second in pairwise(series):
                start, end = self._extent.pixels(first.x), self._extent.pixels(second.x)
                low, high = self._height(first.total), self._height(second.total)
                for part in range(1, _PARTS):
                    share = part / _PARTS
                    yield start + share * (end - start), low + share * (high - low), _STROKE


def _meets(box: Box, others: list[Box]) -> bool:
    return any(box.overlaps(other) for other in others)
