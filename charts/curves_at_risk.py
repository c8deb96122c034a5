"""What curves of Kaplan and Meier's kind share: their band, their names, and those at risk.

The curves have the upper part of the picture; under their axis each has a row with how many are at
risk, in its own colour.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from charts.palette import PALE
from charts.style import Trace, scatter

MOST_WITH_BANDS = 2
"""More bands than these could not be told apart."""
_ROW = 19
_GAP = 62
"""Pixels: the height of a row of counts, and of the axis with its title."""
_LINE = 0.06
"""The height of a line of words, as a share of the plot."""


@dataclass(frozen=True, slots=True)
class Room:
    """How the height is shared between the curves (``plot``, pixels) and a row for each of them."""

    plot: int
    rows: int

    @property
    def height(self) -> int:
        """Of the whole picture, in pixels."""
        return self.plot + _GAP + self._below

    @property
    def _below(self) -> int:
        return _ROW * self.rows

    @property
    def rows_end(self) -> float:
        """The upper end of the rows, as a share of the height."""
        return self._below / self.height

    @property
    def curves(self) -> list[float]:
        """The domain of the axis of shares."""
        return [(self._below + _GAP) / self.height, 1]

    def rows_axis(self, names: Sequence[str]) -> dict[str, Any]:
        """The axis of the rows, ``yaxis2``; ``names``: what each is called, as plotly reads it."""
        return {
            "domain": [0, self.rows_end],
            "range": [self.rows - 0.5, -0.5],
            "tickvals": list(range(self.rows)),
            "ticktext": list(names),
            "showgrid": False,
            "anchor": "x",
        }


def at_risk_row(
    row: int, at: Sequence[int], counts: Sequence[int], colour: str, name: str
) -> Trace:
    """How many are at risk, under the ticks of the axis."""
    return scatter(
        x=list(at),
        y=[row] * len(at),
        yaxis="y2",
        mode="text",
        text=[f"{count:,}" for count in counts],
        textfont={"color": colour, "size": 12},
        cliponaxis=False,
        hoverinfo="skip",
        name=name,
    )


def band(at: Sequence[float], low: Sequence[float], high: Sequence[float]) -> list[Trace]:
    """A band behind steps, from ``low`` to ``high``; nothing where no limit is known."""
    if not len(at):
        return []
    edge: dict[str, Any] = {
        "x": list(at),
        "mode": "lines",
        "line": {"shape": "hv", "width": 0, "color": PALE},
        "hoverinfo": "skip",
    }
    return [
        scatter(**edge, y=list(high)),
        scatter(**edge, y=list(low), fill="tonexty", fillcolor=PALE, opacity=0.5),
    ]


class End(NamedTuple):
    """Where a curve ends: its name as plotly reads it, its colour, and the share there."""

    name: str
    colour: str
    height: float


def names_at_ends(ends: Sequence[End], top: float = 1.0) -> list[dict[str, Any]]:
    """The name of each curve beside its end, moved apart where two would touch.

    ``top``: the share at the upper end of the axis.
    """
    heights = _apart([end.height / top for end in ends])
    return [
        {
            "x": 1,
            "xref": "x domain",
            "y": height * top,
            "xanchor": "left",
            "yanchor": "middle",
            "xshift": 6,
            "text": end.name,
            "font": {"size": 12, "color": end.colour},
            "showarrow": False,
        }
        for end, height in zip(ends, heights, strict=True)
    ]


def _apart(heights: Sequence[float]) -> list[float]:
    """The heights, in their order, moved up as little as keeps each a line from the next."""
    found = list(heights)
    lowest = 0.0
    for place in sorted(range(len(heights)), key=lambda each: heights[each]):
        found[place] = max(heights[place], lowest)
        lowest = found[place] + _LINE
    # Where they run out at the top all of them move down.
    over = max(0.0, lowest - _LINE - 1.0)
    return [height - over for height in found]
