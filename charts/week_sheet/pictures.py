"""The pictures of the weekly sheet, in black and greys: they say the same on any printer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from charts.numbers import percent
from charts.summary.blocks import HAIRLINE
from charts.summary.lettering import Face, lines, printable, width
from charts.summary.sheet import Mark, Sheet, Stroke
from charts.week_sheet.content import (
    ControlCourse,
    ControlPoint,
    OpenBar,
    OpenBars,
    Picture,
    Stacks,
)

_GREYS = (0.3, 0.62, 0.88, 0.97)
"""Of the parts of a bar, from its foot."""
_OPEN, _BOOKED, _USED = Stroke(0.7, 0.35), 0.78, 0.25
_EDGE = Stroke(0.4, 0.2)
_CENTRE, _LIMIT = Stroke(0.7, 0.1, (5, 3)), Stroke(0.7, 0.4, (1, 2))
_LABEL, _SMALL = 7.0, 6.5
_KEY = 12.0
"""Points: the key above a picture."""
_BELOW, _ABOVE = 20.0, 10.0
"""Points: labels below the plot, words above its highest bar."""
_BAR = 0.66
"""How much of its place a bar takes."""
_AXIS = 26.0
_TICKS_AT_MOST = 5


@dataclass(frozen=True, slots=True)
class Place:
    """Where a picture stands on its sheet, in points; ``scale`` shrinks its letters."""

    left: float
    top: float
    width: float
    height: float
    scale: float = 1.0

    def face(self, size: float, grey: float = 0.15, *, is_bold: bool = False) -> Face:
        """Letters of a size, shrunk as everything is."""
        return Face(size * self.scale, is_bold, grey)

    @property
    def foot(self) -> float:
        """Where bars stand."""
        return self.top + self.height - _BELOW * self.scale


def draw_picture(sheet: Sheet, picture: Picture, place: Place) -> None:
    """Draw one picture without its title."""
    if isinstance(picture, Stacks):
        _draw_stacks(sheet, picture, place)
    elif isinstance(picture, OpenBars):
        _draw_open_bars(sheet, picture, place)
    else:
        _draw_course(sheet, picture, place)


def _say(sheet: Sheet, words: str, place: Place) -> None:
    """What is said where there is nothing to draw."""
    face = place.face(8, 0.3)
    middle = place.top + place.height / 2
    for number, line in enumerate(lines(printable(words), face, place.width, 3)):
        sheet.text(place.left, middle + number * face.leading, line, face)


def _key(sheet: Sheet, entries: Sequence[tuple[float | None, str]], place: Place) -> None:
    """Squares with their names in one line; a square without a grey is an empty frame."""
    face = place.face(_SMALL)
    x, side = place.left, 6 * place.scale
    for grey, words in entries:
        stroke = _OPEN if grey is None else _EDGE
        sheet.box((x, place.top + 1), (side, side), fill=grey, stroke=stroke)
        sheet.text(x + side + 3, place.top + 1 + 0.9 * side, words, face)
        x += side + 3 + width(words, face) + 9


def _baseline(sheet: Sheet, place: Place) -> None:
    ends = [(place.left, place.foot), (place.left + place.width, place.foot)]
    sheet.line(ends, HAIRLINE)


def _labels(sheet: Sheet, labels: Sequence[str], place: Place) -> None:
    """The name of each bar below it, over two lines where it is long."""
    step = place.width / len(labels)
    face = place.face(_LABEL)
    for number, label in enumerate(labels):
        middle = place.left + (number + 0.5) * step
        for row, words in enumerate(_parts_of_label(label, face, step)):
            y = place.foot + (row + 1) * face.leading
            sheet.text(middle, y, words, face, "middle")


def _parts_of_label(label: str, face: Face, room: float) -> list[str]:
    return [
        line
        for part in label.split("\n")[:2]
        for line in lines(printable(part), face, max(room, face.size), 1)[:1]
    ]


def _heights(place: Place, most: float) -> Callable[[float], float]:
    """From a value to points, with room for a key and for words above the highest bar."""
    room = place.foot - place.top - (_KEY + _ABOVE) * place.scale
    return lambda value: room * value / most if most else 0.0


def _draw_stacks(sheet: Sheet, picture: Stacks, place: Place) -> None:
    most = max((sum(stack.parts) for stack in picture.stacks), default=0)
    if not most:
        _say(sheet, picture.empty, place)
        return
    names = [printable(name) for name in picture.names]
    _key(sheet, list(zip(_GREYS, names, strict=False)), place)
    high = _heights(place, most)
    step = place.width / len(picture.stacks)
    for number, stack in enumerate(picture.stacks):
        left, top = place.left + (number + (1 - _BAR) / 2) * step, place.foot
        for part, grey in zip(stack.parts, _GREYS, strict=False):
            if part:
                top -= high(part)
                sheet.box((left, top), (_BAR * step, high(part)), fill=grey, stroke=_EDGE)
        face = place.face(_LABEL, 0.0, is_bold=True)
        sheet.text(left + _BAR * step / 2, top - 2, printable(stack.words), face, "middle")
    _baseline(sheet, place)
    _labels(sheet, [stack.label for stack in picture.stacks], place)


def _draw_open_bars(sheet: Sheet, picture: OpenBars, place: Place) -> None:
    most = max((_tallest(each) for each in picture.bars), default=0.0)
    if not most:
        _say(sheet, picture.empty, place)
        return
    has_used = any(each.used is not None for each in picture.bars)
    key = [(None, "open"), (_BOOKED, "booked"), *([(_USED, "used")] if has_used else [])]
    _key(sheet, key, place)
    high = _heights(place, most)
    step = place.width / len(picture.bars)
    for number, each in enumerate(picture.bars):
        left, wide = place.left + (number + (1 - _BAR) / 2) * step, _BAR * step
        if each.booked:
            corner, size = (left, place.foot - high(each.booked)), (wide, high(each.booked))
            sheet.box(corner, size, fill=_BOOKED)
        if each.used:
            corner = (left + wide / 4, place.foot - high(each.used))
            sheet.box(corner, (wide / 2, high(each.used)), fill=_USED)
        if each.open_hours:
            corner = (left, place.foot - high(each.open_hours))
            sheet.box(corner, (wide, high(each.open_hours)), stroke=_OPEN)
        face = place.face(_SMALL, 0.0, is_bold=True)
        top = place.foot - high(_tallest(each))
        sheet.text(left + wide / 2, top - 2, printable(each.words), face, "middle")
    _baseline(sheet, place)
    _labels(sheet, [each.label for each in picture.bars], place)


def _tallest(each: OpenBar) -> float:
    return max(each.open_hours or 0.0, each.booked or 0.0, each.used or 0.0)


def _draw_course(sheet: Sheet, picture: ControlCourse, place: Place) -> None:
    known = [
        value
        for point in picture.points
        for value in (point.share, point.upper)
        if value is not None
    ]
    if not any(point.share is not None for point in picture.points):
        _say(sheet, picture.empty, place)
        return
    drawing = _Course(sheet, picture, place, _ticks(max(known)))
    drawing.axis()
    drawing.limits()
    drawing.line()


def _ticks(highest: float) -> list[float]:
    """Round shares from 0 to the first at or above the highest: at most six."""
    if highest <= 0:
        return [0.0, 0.05, 0.1]
    decade = 10.0 ** floor(log10(highest))
    step = next(
        each * decade
        for each in (0.1, 0.2, 0.25, 0.5, 1, 2)
        if ceil(round(highest / (each * decade), 6)) <= _TICKS_AT_MOST
    )
    return [step * tick for tick in range(ceil(round(highest / step, 6)) + 1)]


@dataclass(frozen=True, slots=True)
class _Course:
    """One course on its way onto the sheet."""

    sheet: Sheet
    picture: ControlCourse
    place: Place
    ticks: Sequence[float]

    def x(self, number: float) -> float:
        """The middle of a point's place."""
        left = self.place.left + _AXIS
        return left + (number + 0.5) * (self.place.width - _AXIS) / len(self.picture.points)

    def y(self, share: float) -> float:
        """The height of a share."""
        upper = self.place.top + _ABOVE * self.place.scale
        return self.place.foot - (self.place.foot - upper) * min(share / self.ticks[-1], 1.0)

    def axis(self) -> None:
        """Shares at the left, the names of some periods below."""
        face = self.place.face(_LABEL, 0.3)
        left, right = self.place.left + _AXIS, self.place.left + self.place.width
        for share in self.ticks:
            y = self.y(share)
            self.sheet.line([(left, y), (right, y)], HAIRLINE)
            self.sheet.text(left - 4, y + 0.35 * face.size, _percent(share), face, "right")
        count = len(self.picture.points)
        widest = max(width(printable(point.label), face) for point in self.picture.points)
        every = max(1, ceil((widest + 12) * count / (right - left)))
        for number in range(count - 1, -1, -every):
            words = printable(self.picture.points[number].label)
            half = width(words, face) / 2
            x = min(max(self.x(number), left + half), right - half)
            self.sheet.text(x, self.place.foot + face.leading, words, face, "middle")

    def limits(self) -> None:
        """The limits of chance as steps, and what the share is held against, by name."""
        for name in ("lower", "upper"):
            for number, point in enumerate(self.picture.points):
                limit = getattr(point, name)
                if limit is not None and (limit > 0 or name == "upper"):
                    ends = [(self.x(number + side), self.y(limit)) for side in (-0.5, 0.5)]
                    self.sheet.line(ends, _LIMIT)
        if self.picture.centre is None:
            return
        right = self.place.left + self.place.width
        y = self.y(self.picture.centre)
        self.sheet.line([(self.place.left + _AXIS, y), (right, y)], _CENTRE)
        face = self.place.face(_SMALL, 0.0)
        words = printable(self.picture.centre_words)
        upper = self.place.top + 0.7 * _ABOVE * self.place.scale
        self.sheet.text(right, upper, words, face, "right")

    def line(self) -> None:
        """The shares, joined where none is missing between; marked ones larger, with the share."""
        points = self.picture.points
        for number in range(len(points) - 1):
            ends = [self._at(place) for place in (number, number + 1)]
            if None not in ends:
                self.sheet.line([end for end in ends if end is not None], Stroke(1.0))
        for number, point in enumerate(points):
            at = self._at(number)
            if at is None:
                continue
            mark, radius = (Mark.DIAMOND, 3.4) if point.is_marked else (Mark.DISC, 1.5)
            self.sheet.mark(mark, *at, radius * self.place.scale)
        self._name(len(points) - 1, points[-1])

    def _name(self, number: int, point: ControlPoint) -> None:
        """The share of the last period in figures."""
        at = self._at(number)
        if at is not None and point.share is not None:
            face = self.place.face(_LABEL, 0.0, is_bold=True)
            self.sheet.text(at[0] - 4, at[1] - 8, printable(percent(point.share)), face, "right")

    def _at(self, number: int) -> tuple[float, float] | None:
        share = self.picture.points[number].share
        return None if share is None else (self.x(number), self.y(share))


def _percent(share: float) -> str:
    value = 100 * share
    return f"{value:.3g} %" if value < 10 else f"{value:.0f} %"
