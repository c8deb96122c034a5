"""The weekly sheet as a PDF of one page."""

from collections.abc import Iterator, Sequence

from charts.summary.blocks import (
    DEMO,
    HAIRLINE,
    Block,
    Measure,
    demo_badge,
    gap,
    heading,
    paragraph,
    table_blocks,
    text_list,
)
from charts.summary.content import Column, Table
from charts.summary.lettering import SUBSTITUTE, Face, joined_parts, lines, printable, width
from charts.summary.sheet import ONE_AT_A_TIME, Paper, Sheet, Stroke
from charts.week_sheet.content import Number, Picture, WeekSheet
from charts.week_sheet.pictures import Place, draw_picture

_TITLE = "Weekly sheet"
_MARGIN, _TOP, _BOTTOM = 44.0, 34.0, 46.0
_GUTTER = 20.0
"""Points between two pictures side by side."""
_SECTION_GAP = 8.0
_TITLE_LINES, _NOTE_LINES = 2, 2
_LOWEST, _HIGHEST = 84.0, 165.0
"""Points: how high a picture is at least, and at most."""
_TIGHTNESS: tuple[tuple[float, int | None], ...] = (
    (1.0, None),
    (0.93, None),
    (0.86, None),
    (0.8, 3),
    (0.75, 2),
    (0.7, 1),
)
"""How the content is made to fit, tried in turn: letters, lines of one text."""


def week_sheet_pdf(content: WeekSheet, paper: Paper = Paper.LETTER) -> bytes:
    """The sheet as a PDF file of one page; the same content gives the same bytes.

    Where there is too much for a page the letters become smaller first, then texts are cut, which
    is said where it is done.
    """
    with ONE_AT_A_TIME:
        sheet = Sheet(paper, content.stamp, _TITLE)
        above, pictures, below = _fitting(content, sheet)
        y = _stack(sheet, above, _TOP)
        y = _stack(sheet, pictures, y)
        _stack(sheet, below, y)
        _footer(sheet, content)
        return sheet.finished()


def _fitting(content: WeekSheet, sheet: Sheet) -> tuple[list[Block], list[Block], list[Block]]:
    """What stands above the pictures, the pictures, and what stands below, as a page has room."""
    room = sheet.height - _TOP - _BOTTOM
    rows = (len(content.pictures) + 1) // 2
    for scale, most_lines in _TIGHTNESS:
        measure = Measure(_MARGIN, sheet.width - 2 * _MARGIN, scale, most_lines)
        above, below = list(_above(content, measure)), list(_below(content, measure))
        heads = sum(_head_height(pair, measure) for pair in _pairs(content.pictures))
        rest = room - heads - sum(block.height for block in (*above, *below))
        height = min(rest / max(rows, 1), _HIGHEST)
        if height >= _LOWEST * scale:
            break
    pictures = [_row(pair, measure, max(height, 1.0)) for pair in _pairs(content.pictures)]
    return above, pictures, below


def _stack(sheet: Sheet, blocks: Sequence[Block], top: float) -> float:
    for block in blocks:
        block.draw(sheet, top)
        top += block.height
    return top


def _above(content: WeekSheet, measure: Measure) -> Iterator[Block]:
    """What this is, of when and where; what changed; the six numbers."""
    yield from _head(content, measure)
    yield from heading("What changed", "", measure)
    yield from text_list(content.changed, measure.face(9.5), measure)
    yield gap(_SECTION_GAP)
    yield from table_blocks(_numbers(content.numbers), measure)
    yield gap(_SECTION_GAP)


def _head(content: WeekSheet, measure: Measure) -> Iterator[Block]:
    small = measure.face(8, grey=0.3)
    as_of = printable(content.data_as_of)

    def draw(sheet: Sheet, top: float) -> None:
        sheet.text(measure.left, top + small.size, _TITLE, small)
        sheet.text(measure.left + measure.width, top + small.size, as_of, small, "right")
        if content.is_demo:
            demo_badge(sheet, measure.left + width(_TITLE, small) + 12, top, small)

    yield Block(small.leading + 3, draw)
    yield _limited(content.week, measure.face(16, is_bold=True), measure, 1)
    yield _limited(content.place, measure.face(11, is_bold=True), measure, 2)
    for words in (content.sites, content.selection):
        if words:
            yield _limited(words, measure.face(8, grey=0.25), measure, 2)

    def rule(sheet: Sheet, top: float) -> None:
        sheet.line([(measure.left, top + 4), (measure.left + measure.width, top + 4)], Stroke(0.9))

    yield Block(9, rule)


def _limited(words: str, face: Face, measure: Measure, most: int) -> Block:
    """A paragraph of at most so many lines, however long a name is."""
    return paragraph(printable(words), face, Measure(measure.left, measure.width, lines=most))


def _numbers(numbers: Sequence[Number]) -> Table:
    columns = ("What", "This week", "Of", "Week before", "Usual week")
    return Table(
        title="The week in numbers",
        note="",
        columns=tuple(Column(name, name not in ("What", "Of")) for name in columns),
        rows=tuple(
            (each.label, each.value, each.basis, each.before, each.usual) for each in numbers
        ),
        empty="",
    )


def _pairs(pictures: Sequence[Picture]) -> list[Sequence[Picture]]:
    return [pictures[place : place + 2] for place in range(0, len(pictures), 2)]


def _half(measure: Measure) -> float:
    return (measure.width - _GUTTER) / 2


def _title_lines(picture: Picture, measure: Measure) -> list[tuple[str, Face]]:
    title, note = measure.face(8.5, is_bold=True), measure.face(7, grey=0.35)
    room = _half(measure)
    return [
        *((line, title) for line in lines(printable(picture.title), title, room, _TITLE_LINES)),
        *((line, note) for line in lines(printable(picture.note), note, room, _NOTE_LINES)),
    ]


def _head_height(pair: Sequence[Picture], measure: Measure) -> float:
    return max(sum(face.leading for _, face in _title_lines(each, measure)) for each in pair) + 5


def _row(pair: Sequence[Picture], measure: Measure, height: float) -> Block:
    """Two pictures side by side with their titles."""
    head = _head_height(pair, measure)

    def draw(sheet: Sheet, top: float) -> None:
        for number, picture in enumerate(pair):
            left, y = measure.left + number * (_half(measure) + _GUTTER), top
            for words, face in _title_lines(picture, measure):
                sheet.text(left, y + face.size, words, face)
                y += face.leading
            place = Place(left, top + head, _half(measure), height - 6, measure.scale)
            draw_picture(sheet, picture, place)

    return Block(head + height, draw)


def _below(content: WeekSheet, measure: Measure) -> Iterator[Block]:
    yield gap(2)
    yield from text_list(content.definitions, measure.face(6.5, grey=0.25), measure)


def _footer(sheet: Sheet, content: WeekSheet) -> None:
    face = Face(7, grey=0.3)
    y = sheet.height - _BOTTOM + 18
    sheet.line([(_MARGIN, y - 9), (sheet.width - _MARGIN, y - 9)], HAIRLINE)
    notes = [printable(content.printed), "No patient is named on this sheet"]
    if content.is_demo:
        notes.append(DEMO)
    if sheet.has_substitutes:
        notes.append(f"{SUBSTITUTE} a sign that this print's font lacks")
    room = sheet.width - 2 * _MARGIN
    for row, words in enumerate(lines(joined_parts(tuple(notes)), face, room, 2)):
        sheet.text(_MARGIN, y + row * face.leading, words, face)
