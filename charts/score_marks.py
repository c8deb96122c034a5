"""How scores are drawn on every page: a mark for each timepoint, and the severity bands."""

from dataclasses import dataclass, field
from typing import Any

from charts.palette import CATEGORIES, INK, NEUTRAL, PALE
from charts.style import across, name_at, text
from clinical.codes import Timepoint
from clinical.instruments import Instrument

LOOKS = {
    Timepoint.BASELINE: ("circle", INK),
    Timepoint.BEFORE_INFUSION: ("circle", INK),
    Timepoint.AFTER_INFUSION: ("diamond-open", CATEGORIES[0]),
    Timepoint.FOLLOW_UP: ("square-open", CATEGORIES[1]),
    Timepoint.UNLINKED: ("x-thin-open", NEUTRAL),
}
"""Symbol and colour. A baseline is the score before infusion 1 and looks like the others before."""


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


def severity_bands(instrument: Instrument) -> Marks:
    """The instrument's severity bands, shaded and named, and its line of remission."""
    marks = Marks()
    ends = [*(band.lowest for band in instrument.bands[1:]), instrument.highest]
    for position, (band, end) in enumerate(zip(instrument.bands, ends, strict=False)):
        if position % 2:
            marks.shapes.append(_shade(band.lowest, end))
        marks.words.append(_band_name(band.name, (band.lowest + end) / 2))
    if instrument.remission_at_most is not None:
        marks.shapes.append(across(instrument.remission_at_most))
        label = f"Remission: {instrument.remission_at_most:g}"
        marks.words.append(name_at(instrument.remission_at_most, label))
    return marks


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
