"""How scores are drawn on every page: a mark for each timepoint, and the severity bands."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from charts.palette import CATEGORIES, INK, NEUTRAL, PALE
from charts.style import across, name_at, text
from clinical.codes import Timepoint
from clinical.instruments import Instrument
from clinical.measures import remission_name

LOOKS = {
    Timepoint.BASELINE: ("circle", INK),
    Timepoint.BEFORE_INFUSION: ("circle", INK),
    Timepoint.AFTER_INFUSION: ("diamond-open", CATEGORIES[0]),
    Timepoint.FOLLOW_UP: ("square-open", CATEGORIES[1]),
    Timepoint.UNLINKED: ("x-thin-open", NEUTRAL),
}
"""Symbol and colour. A baseline is the score before infusion 1 and looks like the others before."""

NARROW = 560
"""Pixels: the width of a large plot on a screen of 820, by which labels are set apart."""
_LETTER = 6.2
_LINE = 14
"""Pixels: the mean width of a letter and the height of a line, at the size of 11."""
_MARGIN_FOR_NAMES = 118


@dataclass
class Marks:
    """Shapes and words behind a chart of scores, gathered because plotly takes them faster at once.

    Each is a dictionary as plotly's ``layout.shapes`` and ``layout.annotations`` take it.
    """

    shapes: list[dict[str, Any]] = field(default_factory=list)
    words: list[dict[str, Any]] = field(default_factory=list)

    def layout(self) -> dict[str, Any]:
        """What the figure's layout takes, with room for the names at the right."""
        margin = {"r": _MARGIN_FOR_NAMES} if self.words else {}
        return {"shapes": self.shapes, "annotations": self.words, "margin": margin}


def severity_bands(instrument: Instrument, axis: str = "y") -> Marks:
    """The instrument's severity bands, shaded and named, and its line of remission.

    ``axis``: of the panel that they belong to.
    """
    marks = Marks()
    ends = [*(band.lowest for band in instrument.bands[1:]), instrument.highest]
    for position, (band, end) in enumerate(zip(instrument.bands, ends, strict=False)):
        if position % 2:
            marks.shapes.append(_shade(band.lowest, end) | {"yref": axis})
        marks.words.append(_band_name(band.name, (band.lowest + end) / 2) | {"yref": axis})
    if instrument.remission_at_most is not None:
        marks.shapes.append(across(instrument.remission_at_most) | {"yref": axis})
        label = remission_label(instrument, instrument.remission_at_most)
        marks.words.append(name_at(instrument.remission_at_most, label) | {"yref": axis})
    return marks


def remission_label(instrument: Instrument, at_most: float) -> str:
    """The name of the line of remission: ``Remission: 4``; of an item ``Free of it: 0``."""
    return f"{remission_name(instrument)}: {at_most:g}"


class Box(NamedTuple):
    """Where a label lies on a narrow plot, in pixels from its left and its foot."""

    left: float
    right: float
    low: float
    high: float

    def overlaps(self, other: "Box") -> bool:
        """Whether two labels would be written over each other."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.low < other.high
            and other.low < self.high
        )


def width_of(words: str) -> float:
    """About how wide a label is, in pixels."""
    return _LETTER * len(words)


def box_above(left: float, line: float, words: str) -> Box:
    """The place of a label that stands on a line."""
    return Box(left, left + width_of(words), line, line + _LINE)


def box_below(left: float, line: float, words: str) -> Box:
    """The place of a label that hangs under a line."""
    return Box(left, left + width_of(words), line - _LINE, line)


def set_apart(lefts: Iterable[float], widths: Iterable[float], rows: int) -> list[int | None]:
    """The row for each of several labels along one line, so that none is written over another.

    ``lefts``: where each begins, in pixels, ascending; ``widths``: 0 for no label. A label takes
    the first row that is free there; ``None`` where all are taken, or there is no label.
    """
    ends = [float("-inf")] * rows
    placed: list[int | None] = []
    for left, width in zip(lefts, widths, strict=True):
        row = next((row for row in range(rows) if ends[row] <= left), None) if width else None
        if row is not None:
            ends[row] = left + width
        placed.append(row)
    return placed


def _shade(low: float, high: float) -> dict[str, Any]:
    return {
        "type": "rect",
        "xref": "x domain",
        "x0": 0,
        "x1": 1,
        "y0": low,
        "y1": high,
        "fillcolor": PALE,
        "opacity": 0.22,
        "line": {"width": 0},
        "layer": "below",
    }


def _band_name(name: str, at: float) -> dict[str, Any]:
    return {
        "xref": "paper",
        "x": 1.005,
        "xanchor": "left",
        "y": at,
        "text": text(name),
        "showarrow": False,
        "font": {"size": 11, "color": NEUTRAL},
    }
