"""Small pictures that are no plotly figures: variation icons, bars of grades, small control charts.

Twenty plotly charts on one page stall a browser; these are SVG images of a few shapes each, given
as ``data:`` addresses. The icons follow the NHS's "Making data count" in what they mean: a letter
and dots beside the colour, so that nobody needs to tell the colours apart.

Plotly's placeholders (:mod:`charts.palette`) mean nothing here. So the colours stand here a second
time, for light and dark; a test holds them equal to ``.streamlit/config.toml``.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from clinical.side_effect_rates import HIGHEST_GRADE
from clinical.variation import Variation

LIGHT = {"improvement": "#1b6fb5", "concern": "#c2560c", "neutral": "#77828f", "ink": "#26323f"}
DARK = {"improvement": "#5da9e9", "concern": "#f08c3c", "neutral": "#95a1ad", "ink": "#dbe2e9"}
"""The colours of these meanings on a light and on a dark page."""
GRADES = ("#c9d1d9", "#e6def1", "#c3b0dc", "#987abf", "#6a4998", "#3c2064")
"""Not graded, then grades 1 to 5: the severity ramp of a light page, as an image has one look."""

_COLOUR_OF = {
    Variation.CONCERN: "concern",
    Variation.IMPROVEMENT: "improvement",
    Variation.COMMON: "neutral",
    Variation.TOO_LITTLE: "neutral",
}
_LETTER_OF = {Variation.CONCERN: "H", Variation.IMPROVEMENT: "L"}
_DOTS_OF = {
    Variation.CONCERN: ((9, 25), (14, 26), (19, 25), (23, 19), (27, 12)),
    Variation.IMPROVEMENT: ((9, 9), (14, 8), (19, 9), (23, 15), (27, 22)),
    Variation.COMMON: ((7, 19), (12, 14), (17, 20), (22, 15), (27, 18)),
    Variation.TOO_LITTLE: (),
}
"""Where the dots of an icon lie: the latest ones high, low, or about the middle."""

Floats = NDArray[np.float64]


def _both(name: str, part: str = "fill") -> str:
    """A colour that is right on a light and on a dark page; the attribute is for old browsers."""
    return f'{part}="{LIGHT[name]}" style="{part}:light-dark({LIGHT[name]},{DARK[name]})"'


def _one(name: str, part: str = "fill") -> str:
    """A colour of at least three to one on both pages, where an image cannot tell which it is."""
    return f'{part}="{LIGHT[name]}"'


def icon(state: Variation, *, in_table: bool = False) -> str:
    """The icon of a state. ``in_table``: for a cell, which a browser draws outside the page."""
    return _image(34, 34, _icon_shapes(state, _one if in_table else _both))


def _icon_shapes(state: Variation, colour: Callable[..., str]) -> str:
    name = _COLOUR_OF[state]
    dashes = ' stroke-dasharray="4 3"' if state == Variation.TOO_LITTLE else ""
    ring = f'<circle cx="17" cy="17" r="15" fill-opacity="0" stroke-width="3"{dashes} '
    dots = "".join(f'<circle cx="{x}" cy="{y}" r="2" {colour(name)}/>' for x, y in _DOTS_OF[state])
    letter = _LETTER_OF.get(state)
    place = {"H": (14, 19), "L": (13, 24)}
    written = (
        f'<text x="{place[letter][0]}" y="{place[letter][1]}" font-size="12" font-weight="700" '
        f'text-anchor="middle" font-family="sans-serif" {colour(name)}>{letter}</text>'
        if letter
        else ""
    )
    return f"{ring}{colour(name, 'stroke')}/>{dots}{written}"


_BAR_WIDTH, _BAR_HEIGHT = 120, 28


def grade_bar(infusions: Sequence[int]) -> str | None:
    """A stacked bar of the worst grades for a table's cell; ``None`` without any.

    ``infusions``: those not graded, then those of grade 1 to 5. Drawn from the mildest to the most
    severe, the ungraded last; each width is the share.
    """
    total = sum(infusions)
    if len(infusions) != HIGHEST_GRADE + 1:
        raise ValueError("a bar of grades has a part for each grade and one for the ungraded")
    if not total:
        return None
    parts, x = [], 0.0
    for grade in (*range(1, HIGHEST_GRADE + 1), 0):
        width = _BAR_WIDTH * infusions[grade] / total
        if width:
            parts.append(
                f'<rect x="{x:.1f}" y="1" width="{width:.1f}" height="{_BAR_HEIGHT - 2}" '
                f'fill="{GRADES[grade]}" stroke="{LIGHT["neutral"]}" stroke-width="0.6"/>'
            )
        x += width
    return _image(_BAR_WIDTH, _BAR_HEIGHT, "".join(parts))


def _image(width: int, height: int, shapes: str) -> str:
    """The shapes as an address. An image takes the light or dark look of the page it stands in."""
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{2 * width}" height="{2 * height}" style="color-scheme:light dark">{shapes}</svg>'
    )
    return f"data:image/svg+xml;utf8,{quote(svg)}"


@dataclass(frozen=True, slots=True)
class SmallChart:
    """What a small control chart shows: arrays with a value for each period, the oldest first.

    ``share``: with the side effect, missing (NaN) where nothing was recorded; ``expected``, and
    ``low`` and ``high``, the outermost shares that chance explains; ``flags``: 1 for a period of a
    signal upwards, -1 downwards, else 0; ``judged``: the place of the first judged period.
    ``first`` and ``last``: words for the ends of the axis.
    """

    share: Floats
    expected: Floats
    low: Floats
    high: Floats
    flags: NDArray[np.int64]
    judged: int
    first: str
    last: str


_WIDTH, _HEIGHT, _TOP, _FOOT = 280, 92, 12, 16
"""The drawing in its own units: the plot lies between the words on top and at the foot."""
_DOT, _FLAGGED = 4, 7
"""Diameters."""
_HEADROOM = 1.15


def small_chart(chart: SmallChart) -> str:
    """A small control chart.

    Dots over the expected level (line) and what chance explains (band); the judged periods are
    those right of the dashed line. Flagged dots are larger and coloured.
    """
    top = _top(chart)
    place = _Place(len(chart.share), top)
    present = np.isfinite(chart.share)
    flagged = "".join(
        place.dots(chart.share, present & (chart.flags == flag), _FLAGGED, _both(name, "stroke"))
        for flag, name in ((1, "concern"), (-1, "improvement"))
    )
    plain = place.dots(chart.share, present & (chart.flags == 0), _DOT, _both("neutral", "stroke"))
    return _image(
        _WIDTH,
        _HEIGHT,
        f"{place.band(chart.low, chart.high)}{place.line(chart.expected)}"
        f"{place.divide(chart.judged)}{plain}{flagged}{_words(chart, top)}",
    )


def _top(chart: SmallChart) -> float:
    """The share at the upper end: above the highest dot. A band that is wider still runs out of it.

    The band of a rare side effect would else press all dots to the ground.
    """
    values = np.concatenate((chart.share, chart.expected))
    highest = float(np.nanmax(values)) if np.isfinite(values).any() else 0.0
    return min(1.0, max(0.02, float(np.ceil(100 * highest * _HEADROOM)) / 100))


def _words(chart: SmallChart, top: float) -> str:
    style = f'font-size="11" font-family="sans-serif" fill-opacity="0.75" {_both("ink")}'
    foot = _HEIGHT - 3
    return (
        f'<text x="0" y="9" {style}>{100 * top:.0f} %</text>'
        f'<text x="0" y="{foot}" {style}>{escape(chart.first)}</text>'
        f'<text x="{_WIDTH}" y="{foot}" text-anchor="end" {style}>{escape(chart.last)}</text>'
    )


class _Place:
    """Where a period and a share lie in the drawing."""

    def __init__(self, periods: int, top: float) -> None:
        self._step = (_WIDTH - 2 * _FLAGGED) / max(periods - 1, 1)
        self._scale = (_HEIGHT - _TOP - _FOOT) / top

    def x(self, period: float) -> float:
        return _FLAGGED + period * self._step

    def y(self, share: float) -> float:
        return max(_HEIGHT - _FOOT - share * self._scale, _TOP - 2.0)

    def dots(self, shares: Floats, chosen: NDArray[np.bool_], size: int, stroke: str) -> str:
        """All dots of one look as one path of points without length: a browser draws it at once."""
        points = "".join(
            f"M{self.x(period):.1f} {self.y(shares[period]):.1f}h0"
            for period in np.flatnonzero(chosen).tolist()
        )
        if not points:
            return ""
        return f'<path d="{points}" stroke-width="{size}" stroke-linecap="round" {stroke}/>'

    def line(self, shares: Floats) -> str:
        """The expected level, broken where nothing was recorded."""
        parts = (
            "M" + "L".join(f"{self.x(period):.1f} {self.y(shares[period]):.1f}" for period in run)
            for run in _runs(shares)
        )
        return (
            f'<path d="{"".join(parts)}" fill-opacity="0" stroke-opacity="0.75" '
            f'stroke-width="1.2" {_both("ink", "stroke")}/>'
        )

    def band(self, low: Floats, high: Floats) -> str:
        """What chance explains, from the lowest to the highest share."""
        parts = []
        for run in _runs(high):
            upper = [f"{self.x(period):.1f} {self.y(high[period]):.1f}" for period in run]
            lower = [f"{self.x(period):.1f} {self.y(low[period]):.1f}" for period in reversed(run)]
            parts.append(f"M{'L'.join([*upper, *lower])}Z")
        return f'<path d="{"".join(parts)}" fill-opacity="0.1" {_both("ink")}/>'

    def divide(self, judged: int) -> str:
        """A dashed line before the first judged period."""
        x = self.x(judged - 0.5)
        return (
            f'<path d="M{x:.1f} {_TOP}V{_HEIGHT - _FOOT}" stroke-opacity="0.45" '
            f'stroke-dasharray="2 3" {_both("ink", "stroke")}/>'
        )


def _runs(values: Floats) -> Iterable[list[int]]:
    """The stretches of periods that follow each other and have a value."""
    places = np.flatnonzero(np.isfinite(values))
    breaks = np.flatnonzero(np.diff(places) > 1) + 1
    return (part.tolist() for part in np.split(places, breaks) if len(part))
