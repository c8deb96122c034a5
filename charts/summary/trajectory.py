"""One instrument's scores over time, drawn in black and greys.

Marks differ by shape and lines by their dashes, so that a copy in black and white says the same.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

from charts.summary.content import Level, LevelKind, ScorePoint, TrajectoryData
from charts.summary.lettering import Face, lines, printable, width
from charts.summary.sheet import Mark, Sheet, Stroke
from clinical.codes import Phase, Timepoint

MARKS = {
    Timepoint.BASELINE: Mark.DISC,
    Timepoint.BEFORE_INFUSION: Mark.DISC,
    Timepoint.AFTER_INFUSION: Mark.DIAMOND,
    Timepoint.FOLLOW_UP: Mark.SQUARE,
    Timepoint.UNLINKED: Mark.CROSS,
}
INFUSION_MARKS = {Phase.INDUCTION: Mark.TRIANGLE}
"""Filled for induction, open for every other phase."""
DASHES = {
    LevelKind.BASELINE: Stroke(0.9, 0.15, (5, 3)),
    LevelKind.RESPONSE: Stroke(0.9, 0.15, (1, 2)),
    LevelKind.REMISSION: Stroke(0.9, 0.15, (6, 2, 1, 2)),
}
_LINE = Stroke(1.3)
_THIN = Stroke(0.4, 0.55)
_DARKEST, _LIGHTEST = 0.84, 0.985
_GUTTER = 84.0
"""Points: on the left the names of the bands, on the right those of the levels."""
_ABOVE, _BELOW = 12.0, 48.0
"""Points: over the plot the changes of phase, under it dates, infusions and doses."""
_TICKS_AT_MOST = 9
_MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60, 120, 600)
_STEP = 3.0
_NO_SCORE = "No score recorded"
_Box = tuple[float, float, float, float]
"""Left, upper, right and lower edge."""
_Align = Literal["left", "middle", "right"]


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a trajectory stands on its sheet, in points; ``top`` without the title."""

    left: float
    width: float
    plot_height: float
    scale: float = 1.0

    @property
    def height(self) -> float:
        """Everything that the drawing takes."""
        return _ABOVE + self.plot_height + _BELOW * self.scale

    def face(self, size: float, grey: float = 0.3, *, is_bold: bool = False) -> Face:
        """The small letters on and around the plot."""
        return Face(size * self.scale, is_bold, grey)


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """The days that every trajectory of a summary covers, so that they can be compared."""

    start: datetime
    end: datetime

    def share(self, when: datetime) -> float:
        """Where a time lies, from 0 at the left edge to 1 at the right; with a little room."""
        span = (self.end - self.start).total_seconds() or 1.0
        return 0.04 + 0.92 * (when - self.start).total_seconds() / span

    def ticks(self) -> list[tuple[datetime, str]]:
        """Days, or first days of months, that are named below the plot: at most nine."""
        days = (self.end - self.start).days
        midnight = self.start.replace(hour=0, minute=0, second=0, microsecond=0)
        for step in (1, 7, 14):
            if days < step * _TICKS_AT_MOST:
                times = [midnight + timedelta(days=step * count) for count in range(_TICKS_AT_MOST)]
                shown = [time for time in times if time <= self.end]
                return [
                    (time, f"{time.day} {time:{'%b' if number else '%b %Y'}}")
                    for number, time in enumerate(shown)
                ]
        months = [month for month in _months(midnight, self.end) if month >= self.start]
        step = next(step for step in _MONTH_STEPS if len(months) <= step * (_TICKS_AT_MOST - 1))
        return [
            (month, f"{month:%b %Y}")
            for month in months
            if (12 * month.year + month.month - 1) % step == 0
        ]


def _months(midnight: datetime, end: datetime) -> Iterator[datetime]:
    """The first day of each month, from the one of ``midnight`` on."""
    month = midnight.replace(day=1)
    while month <= end:
        yield month
        month = month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)


def time_axis(trajectories: Iterable[TrajectoryData]) -> TimeAxis | None:
    """The axis of all trajectories; ``None`` where nothing has a time."""
    shown = list(trajectories)
    times = [point.when for data in shown for point in data.points]
    times += [infusion.when for data in shown for infusion in data.infusions]
    return TimeAxis(min(times), max(times)) if times else None


@dataclass
class _Drawing:
    """One trajectory on its way onto the sheet."""

    sheet: Sheet
    data: TrajectoryData
    axis: TimeAxis
    frame: Frame
    top: float
    taken: list[_Box] = field(default_factory=list)
    """What labels must keep clear of."""

    @property
    def left(self) -> float:
        return self.frame.left + _GUTTER

    @property
    def right(self) -> float:
        return self.frame.left + self.frame.width - _GUTTER

    @property
    def foot(self) -> float:
        return self.top + self.frame.plot_height

    def x(self, when: datetime | None, otherwise: float = 0.0) -> float:
        """The place of a time; ``otherwise`` where there is none. Never outside the plot."""
        if when is None:
            return otherwise
        share = min(max(self.axis.share(when), 0.0), 1.0)
        return self.left + share * (self.right - self.left)

    def y(self, total: float) -> float:
        """The place of a total. Never outside the plot."""
        span = self.data.highest - self.data.lowest
        share = min(max((total - self.data.lowest) / span, 0.0), 1.0)
        return self.foot - share * self.frame.plot_height

    def place(self, x: float, y: float, words: str, face: Face, align: _Align = "middle") -> bool:
        """Write a label where nothing else stands; whether there was room for it."""
        wide = width(words, face)
        start = x - {"left": 0.0, "middle": 0.5, "right": 1.0}[align] * wide
        box = (start - 1, y - 0.8 * face.size, start + wide + 1, y + 0.1 * face.size)
        if any(_overlap(box, other) for other in self.taken):
            return False
        self.taken.append(box)
        self.sheet.text(x, y, words, face, align)
        return True


def _overlap(one: _Box, other: _Box) -> bool:
    apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
    return not apart


def draw_trajectory(
    sheet: Sheet, top: float, data: TrajectoryData, axis: TimeAxis, frame: Frame
) -> None:
    """Draw one instrument's scores with everything that explains them."""
    drawing = _Drawing(sheet, data, axis, frame, top + _ABOVE)
    _bands(drawing)
    _phase_changes(drawing)
    _levels(drawing)
    _score_line(drawing)
    _score_marks(drawing)
    _score_labels(drawing)
    _infusions(drawing)
    _dates(drawing)


def _bands(drawing: _Drawing) -> None:
    """Severity as greys, the worst darkest, with names and limits at the left."""
    data, sheet = drawing.data, drawing.sheet
    ends = [*(band.lowest for band in data.bands[1:]), data.highest]
    order = range(len(data.bands))
    steps = max(len(data.bands) - 1, 1)
    face = drawing.frame.face(7)
    for severity, band, end in zip(
        reversed(order) if data.higher_is_better else order, data.bands, ends, strict=False
    ):
        high, low = drawing.y(end), drawing.y(band.lowest)
        grey = _LIGHTEST - (_LIGHTEST - _DARKEST) * severity / steps
        sheet.box((drawing.left, high), (drawing.right - drawing.left, low - high), fill=grey)
        name = lines(printable(band.name), face, _GUTTER - 22)
        middle = (high + low) / 2 + 0.35 * face.size - (len(name) - 1) * face.leading / 2
        for number, words in enumerate(name):
            sheet.text(drawing.left - 20, middle + number * face.leading, words, face, "right")
    limits = {data.lowest, *(band.lowest for band in data.bands), data.highest}
    for limit in sorted(limits):
        y = drawing.y(limit)
        sheet.line([(drawing.left - 3, y), (drawing.left, y)], _THIN)
        sheet.text(drawing.left - 5, y + 0.35 * face.size, f"{limit:g}", face, "right")
    sheet.box(
        (drawing.left, drawing.top),
        (drawing.right - drawing.left, drawing.frame.plot_height),
        stroke=_THIN,
    )


def _phase_changes(drawing: _Drawing) -> None:
    face = drawing.frame.face(7, 0.15)
    for change in drawing.data.changes:
        x = drawing.x(change.when)
        drawing.sheet.line([(x, drawing.top - 8), (x, drawing.foot)], Stroke(0.6, 0.3))
        drawing.taken.append((x - 0.5, drawing.top, x + 0.5, drawing.foot))
        words = printable(change.label)
        if not drawing.place(x + 3, drawing.top - 3.5, words, face, "left"):
            drawing.place(x - 3, drawing.top - 3.5, words, face, "right")


def _levels(drawing: _Drawing) -> None:
    """Baseline, response and remission with their names: at the right edge, or on the line."""
    at_edge: list[Level] = []
    for level in drawing.data.levels:
        y, end = drawing.y(level.total), drawing.x(level.end, drawing.right)
        start = drawing.x(level.start, drawing.left)
        drawing.sheet.line([(start, y), (end, y)], DASHES[level.kind])
        drawing.taken.append((start, y - 0.5, end, y + 0.5))
        if end > drawing.right - 0.1 * (drawing.right - drawing.left):
            at_edge.append(level)
        else:
            face = drawing.frame.face(6.5, 0.15)
            drawing.place(start + 5, y - 2.5, printable(level.label), face, "left")
    _names_at_edge(drawing, at_edge)


def _names_at_edge(drawing: _Drawing, levels: Sequence[Level]) -> None:
    """Names beside the plot, pushed apart where lines lie close, each tied to its line."""
    face = drawing.frame.face(7, 0.0)
    lowest_free = drawing.top - face.leading
    for level in sorted(levels, key=lambda level: drawing.y(level.total)):
        y = drawing.y(level.total)
        named = lines(printable(level.label), face, _GUTTER - 12, 3)
        first = max(y + 0.35 * face.size, lowest_free + face.leading)
        tie = [(drawing.right, y), (drawing.right + 8, first - 0.35 * face.size)]
        drawing.sheet.line(tie, _THIN)
        for number, words in enumerate(named):
            drawing.sheet.text(drawing.right + 10, first + number * face.leading, words, face)
        lowest_free = first + (len(named) - 1) * face.leading


def _score_line(drawing: _Drawing) -> None:
    """A line between neighbouring scores before infusions, where the second says so."""
    before = [point for point in drawing.data.points if MARKS[point.kind] is Mark.DISC]
    for one, other in pairwise(before):
        if other.joined:
            ends = [(drawing.x(point.when), drawing.y(point.total)) for point in (one, other)]
            drawing.sheet.line(ends, _LINE)
            drawing.taken += _along(*ends)


def _along(start: tuple[float, float], end: tuple[float, float]) -> Iterator[_Box]:
    """Small boxes along a sloping line."""
    steps = max(int(max(abs(end[0] - start[0]), abs(end[1] - start[1])) / _STEP), 1)
    for step in range(steps + 1):
        x, y = (one + (other - one) * step / steps for one, other in zip(start, end, strict=True))
        yield (x - 1, y - 1, x + 1, y + 1)


def _score_marks(drawing: _Drawing) -> None:
    for point in drawing.data.points:
        x, y = drawing.x(point.when), drawing.y(point.total)
        drawing.sheet.mark(MARKS[point.kind], x, y)
        drawing.taken.append((x - 3, y - 3, x + 3, y + 3))
    if not drawing.data.points:
        middle = (drawing.left + drawing.right) / 2
        face = drawing.frame.face(8, 0.3)
        drawing.sheet.text(
            middle, drawing.foot - drawing.frame.plot_height / 2, _NO_SCORE, face, "middle"
        )


def _score_labels(drawing: _Drawing) -> None:
    """The totals in figures, as many as there is room for: the latest and the first before all."""
    points = drawing.data.points
    for point in _by_weight(points):
        is_last = point is points[-1]
        face = drawing.frame.face(7.5 if is_last else 6.5, 0.0, is_bold=is_last)
        x, y, level = drawing.x(point.when), drawing.y(point.total), 0.36 * face.size
        beside: tuple[tuple[float, float, _Align], ...] = (
            (x, y - 4.5, "middle"),
            (x, y + 4.5 + 0.75 * face.size, "middle"),
            (x + 4.5, y + level, "left"),
            (x - 4.5, y + level, "right"),
            (x + 3.5, y - 3.5, "left"),
            (x - 3.5, y - 3.5, "right"),
        )
        for left, foot, align in beside:
            inside = drawing.top + face.size < foot < drawing.foot - 1
            if inside and drawing.place(left, foot, f"{point.total:g}", face, align):
                break


def _by_weight(points: Sequence[ScorePoint]) -> list[ScorePoint]:
    before = [point for point in points if MARKS[point.kind] is Mark.DISC]
    first = [*points[-1:], *before[-1:], *before[:1]]
    others = [point for point in (*before, *points) if point not in first]
    return list(dict.fromkeys([*first, *others]))


def _infusions(drawing: _Drawing) -> None:
    """Triangles under the plot with their numbers, and the dose where it changes."""
    if not drawing.data.infusions:
        return
    face = drawing.frame.face(6.5)
    scale = drawing.frame.scale
    marks, numbers = drawing.foot + 19 * scale, drawing.foot + 29 * scale
    doses = (drawing.foot + 37.5 * scale, drawing.foot + 45 * scale)
    edge = drawing.left - 5
    drawing.sheet.text(edge, numbers, "Infusion", face, "right")
    drawing.sheet.text(edge, doses[0], "Dose, mg/kg", face, "right")
    for infusion in drawing.data.infusions:
        x = drawing.x(infusion.when)
        kind = INFUSION_MARKS.get(infusion.phase, Mark.OPEN_TRIANGLE)
        drawing.sheet.mark(kind, x, marks, 2.6)
        drawing.place(x, numbers, f"{infusion.number}", face)
        if infusion.dose:
            dose = printable(infusion.dose)
            strong = drawing.frame.face(6.5, 0.0)
            drawing.place(x, doses[0], dose, strong) or drawing.place(x, doses[1], dose, strong)


def _dates(drawing: _Drawing) -> None:
    face = drawing.frame.face(7)
    y = drawing.foot + 10 * drawing.frame.scale
    for when, words in drawing.axis.ticks():
        x = drawing.x(when)
        drawing.sheet.line([(x, drawing.foot), (x, drawing.foot + 2.5)], _THIN)
        drawing.place(x, y, words, face)
