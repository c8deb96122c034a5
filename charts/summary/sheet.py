"""A page to draw on, measured in points from its upper left corner."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from io import BytesIO
from threading import Lock
from typing import Any, Literal

from charts.summary.bidi import visual
from charts.summary.lettering import SUBSTITUTE, Face, width

_TITLE = "Patient summary"
BLACK, WHITE = 0.0, 1.0
ONE_AT_A_TIME = Lock()
"""To be held while a file is made: the PDF library's fonts serve one document at a time."""


class Paper(Enum):
    """The size of the sheet in points: width and height."""

    LETTER = (612.0, 792.0)
    A4 = (595.28, 841.89)


class Mark(Enum):
    """A mark on a chart, told from the others by its shape."""

    DISC = "disc"
    DIAMOND = "diamond"
    SQUARE = "square"
    CROSS = "cross"
    TRIANGLE = "triangle"
    OPEN_TRIANGLE = "open triangle"


_OUTLINES: dict[Mark, Sequence[tuple[float, float]]] = {
    Mark.DIAMOND: ((0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)),
    Mark.SQUARE: ((-0.95, -0.95), (0.95, -0.95), (0.95, 0.95), (-0.95, 0.95)),
    Mark.TRIANGLE: ((0, -1.1), (1.15, 0.95), (-1.15, 0.95)),
    Mark.OPEN_TRIANGLE: ((0, -1.1), (1.15, 0.95), (-1.15, 0.95)),
}


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line's width in points, its grey (0 black) and its dashes (empty: solid)."""

    width: float = 0.6
    grey: float = BLACK
    dash: tuple[float, ...] = ()


class Sheet:
    """The pages of one PDF, drawn one after the other."""

    def __init__(self, paper: Paper, stamp: datetime, title: str = _TITLE):
        """An empty first page. ``stamp``: the only time that the file names."""
        from reportlab.pdfgen.canvas import Canvas

        self.width, self.height = paper.value
        self.has_substitutes = False
        self._file = BytesIO()
        self._canvas: Any = Canvas(
            self._file, pagesize=paper.value, invariant=True, pageCompression=1, lang="en"
        )
        self._canvas.setTitle(title)
        self._canvas.setSubject("")
        self._canvas.setAuthor("Infusion clinic dashboard")
        self._canvas.setCreator("Infusion clinic dashboard")
        self._canvas.setDateFormatter(lambda *_: f"D:{stamp:%Y%m%d%H%M%S}")

    def next_page(self) -> None:
        """End this page and begin another."""
        self._canvas.showPage()
        self.has_substitutes = False

    def finished(self) -> bytes:
        """End the last page; the whole file."""
        self._canvas.showPage()
        self._canvas.save()
        return self._file.getvalue()

    def text(
        self,
        x: float,
        y: float,
        words: str,
        face: Face,
        align: Literal["left", "middle", "right"] = "left",
    ) -> None:
        """One line of printable text with its baseline at ``y``."""
        self.has_substitutes |= SUBSTITUTE in words
        start = x - {"left": 0, "middle": 0.5, "right": 1}[align] * width(words, face)
        self._canvas.setFillGray(face.grey)
        self._canvas.setFont(face.font, face.size)
        self._canvas.drawString(start, self.height - y, visual(words))

    def line(self, points: Sequence[tuple[float, float]], stroke: Stroke) -> None:
        """A line through two or more points."""
        self._set(stroke)
        self._canvas.drawPath(self._path(points))

    def box(
        self,
        corner: tuple[float, float],
        size: tuple[float, float],
        *,
        fill: float | None = None,
        stroke: Stroke | None = None,
    ) -> None:
        """A rectangle from its upper left corner, filled with a grey, outlined, or both."""
        self._set(stroke or Stroke())
        self._canvas.setFillGray(WHITE if fill is None else fill)
        (x, y), (wide, high) = corner, size
        self._canvas.rect(
            x, self.height - y - high, wide, high, stroke=bool(stroke), fill=fill is not None
        )

    def mark(self, kind: Mark, x: float, y: float, radius: float = 2.6) -> None:
        """A mark around a point, with a white rim so that lines do not run into it."""
        self._set(Stroke(0.9, BLACK))
        if kind is Mark.DISC:
            self._canvas.setFillGray(WHITE)
            self._canvas.circle(x, self.height - y, radius + 0.9, stroke=0, fill=1)
            self._canvas.setFillGray(BLACK)
            self._canvas.circle(x, self.height - y, radius, stroke=0, fill=1)
        elif kind is Mark.CROSS:
            for tilt in (1, -1):
                arm = radius * tilt
                self.line([(x - radius, y - arm), (x + radius, y + arm)], Stroke(0.9))
        else:
            outline = [(x + radius * across, y + radius * down) for across, down in _OUTLINES[kind]]
            self._canvas.setFillGray(BLACK if kind is Mark.TRIANGLE else WHITE)
            self._canvas.drawPath(self._path(outline, closed=True), stroke=1, fill=1)

    def _set(self, stroke: Stroke) -> None:
        self._canvas.setLineWidth(stroke.width)
        self._canvas.setStrokeGray(stroke.grey)
        self._canvas.setDash(list(stroke.dash))

    def _path(self, points: Sequence[tuple[float, float]], *, closed: bool = False) -> Any:
        path = self._canvas.beginPath()
        (x, y), *others = points
        path.moveTo(x, self.height - y)
        for x, y in others:
            path.lineTo(x, self.height - y)
        if closed:
            path.close()
        return path
