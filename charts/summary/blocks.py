"""What a page is stacked from: paragraphs, headings and the rows of tables, each of known height.

A block is measured when it is made and drawn when its place is known.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from charts.summary.content import Table
from charts.summary.lettering import Face, lines, printable, width
from charts.summary.sheet import Sheet, Stroke

HAIRLINE = Stroke(0.4, 0.7)
DEMO = "Demo clinic: every person is invented"
"""What stands on every sheet of a demo clinic."""
_CELL_GAP = 9.0
_CELL_PADDING = 2.2


@dataclass(frozen=True, slots=True)
class Block:
    """Something of a known height. ``draw`` gets the sheet and the upper edge.

    ``keeps_next``: stays on the page of the block after it. ``repeat``: drawn above it again where
    it begins a page. ``is_gap``: left out at the top of a page.
    """

    height: float
    draw: Callable[[Sheet, float], None]
    keeps_next: bool = False
    repeat: "Block | None" = None
    is_gap: bool = False


@dataclass(frozen=True, slots=True)
class Measure:
    """Where blocks stand and how tight they are: left edge and width in points.

    ``scale`` shrinks letters; ``lines`` is the most of one text, ``items`` the most of one list
    (``None``: all).
    """

    left: float
    width: float
    scale: float = 1.0
    lines: int | None = None
    items: int | None = None

    def face(self, size: float, *, is_bold: bool = False, grey: float = 0.0) -> Face:
        """Letters of a size, shrunk as everything is."""
        return Face(size * self.scale, is_bold, grey)


def gap(height: float) -> Block:
    """Empty space between two blocks."""
    return Block(height, lambda _sheet, _top: None, is_gap=True)


def paragraph(words: str, face: Face, measure: Measure, *, keeps_next: bool = False) -> Block:
    """Printable text over as many lines as it needs."""
    broken = lines(words, face, measure.width, measure.lines)

    def draw(sheet: Sheet, top: float) -> None:
        _draw_lines(sheet, measure.left, top, broken, face)

    return Block(len(broken) * face.leading, draw, keeps_next)


def _draw_lines(
    sheet: Sheet,
    x: float,
    top: float,
    broken: Sequence[str],
    face: Face,
    align: Literal["left", "right"] = "left",
) -> None:
    for number, words in enumerate(broken):
        sheet.text(x, top + number * face.leading + face.size, words, face, align)


def heading(title: str, note: str, measure: Measure) -> Iterator[Block]:
    """The title of a section over a thin line, and what it holds in grey."""
    yield paragraph(title, measure.face(9.5, is_bold=True), measure, keeps_next=True)
    if note:
        yield paragraph(note, measure.face(7.5, grey=0.35), measure, keeps_next=True)

    def rule(sheet: Sheet, top: float) -> None:
        sheet.line([(measure.left, top + 1), (measure.left + measure.width, top + 1)], HAIRLINE)

    yield Block(4.0, rule, keeps_next=True)


def text_list(parts: Sequence[str], face: Face, measure: Measure) -> Iterator[Block]:
    """Texts one below the other; says how many are left out where there are too many."""
    shown = parts if measure.items is None else parts[: measure.items]
    for number, words in enumerate(shown):
        if number:
            yield gap(1.5)
        yield paragraph(printable(words), face, measure)
    if len(shown) < len(parts):
        yield paragraph(f"{len(parts) - len(shown)} more are on the patient's page.", face, measure)


def table_blocks(
    table: Table, measure: Measure, *, first: int | None = None, latest: int = 0
) -> Iterator[Block]:
    """A table; of its rows only the ``first`` and the ``latest`` where ``first`` is given."""
    yield from heading(printable(table.title), printable(table.note), measure)
    face = measure.face(7.5)
    if not table.rows:
        yield paragraph(printable(table.empty), face, measure)
        return
    cells = [[printable(cell) for cell in row] for row in table.rows]
    heads = [printable(column.heading) for column in table.columns]
    numbers = [column.is_number for column in table.columns]
    layout = _Columns(_column_widths(heads, cells, measure, face), numbers, measure)
    head = layout.row(heads, measure.face(7.5, is_bold=True), keeps_next=True)
    yield head
    left_out = 0 if first is None else max(len(cells) - first - latest, 0)
    end = len(cells) if first is None or not left_out else first
    for row in cells[:end]:
        yield layout.row(row, face, repeat=head)
    if left_out:
        yield _left_out(left_out, len(cells), measure)
        for row in cells[end + left_out :]:
            yield layout.row(row, face, repeat=head)


def _left_out(count: int, of: int, measure: Measure) -> Block:
    """A row that says how many are not printed."""
    words = f"… {count} of {of} rows left out here; the patient's page has them all."
    face = measure.face(7.5, grey=0.3)
    height = face.leading + 2 * _CELL_PADDING

    def draw(sheet: Sheet, top: float) -> None:
        sheet.text(measure.left, top + _CELL_PADDING + face.size, words, face)
        bottom = top + height
        sheet.line([(measure.left, bottom), (measure.left + measure.width, bottom)], HAIRLINE)

    return Block(height, draw)


@dataclass(frozen=True, slots=True)
class _Columns:
    """The columns of one table: their widths in points, and which of them hold numbers."""

    widths: Sequence[float]
    are_numbers: Sequence[bool]
    measure: Measure

    def row(
        self,
        cells: Sequence[str],
        face: Face,
        *,
        keeps_next: bool = False,
        repeat: Block | None = None,
    ) -> Block:
        """One row, as high as its longest cell, with a thin line below."""
        broken = [
            lines(cell, face, room, self.measure.lines)
            for cell, room in zip(cells, self.widths, strict=True)
        ]
        height = max(map(len, broken)) * face.leading + 2 * _CELL_PADDING

        def draw(sheet: Sheet, top: float) -> None:
            x = self.measure.left
            for cell, room, is_number in zip(broken, self.widths, self.are_numbers, strict=True):
                edge, align = (x + room, "right") if is_number else (x, "left")
                _draw_lines(sheet, edge, top + _CELL_PADDING, cell, face, align)  # type: ignore[arg-type]
                x += room + _CELL_GAP
            bottom = top + height
            right = self.measure.left + self.measure.width
            sheet.line([(self.measure.left, bottom), (right, bottom)], HAIRLINE)

        return Block(height, draw, keeps_next, repeat)


def _column_widths(
    heads: Sequence[str], rows: Sequence[Sequence[str]], measure: Measure, face: Face
) -> list[float]:
    """Each column as wide as its longest cell; where that is too much, the wide ones share.

    A heading asks for its longest word only, unless there is room for all headings in one line.
    """
    bold = Face(face.size, is_bold=True)
    cells = [max(width(cell, face) for cell in column) for column in zip(*rows, strict=True)]
    words = [max(width(word, bold) for word in head.split(" ")) for head in heads]
    whole = [width(head, bold) for head in heads]
    room = measure.width - _CELL_GAP * (len(heads) - 1)
    for wanted in (whole, words):
        wishes = [max(pair) + 0.1 for pair in zip(cells, wanted, strict=True)]
        if sum(wishes) <= room:
            return wishes
    widths = [0.0] * len(wishes)
    waiting = sorted(range(len(wishes)), key=wishes.__getitem__)
    while waiting:
        share = room / len(waiting)
        place = waiting.pop(0)
        widths[place] = min(wishes[place], share)
        room -= widths[place]
    return widths


def demo_badge(sheet: Sheet, x: float, top: float, face: Face) -> None:
    """That the clinic is a demo, in a frame."""
    size = (width(DEMO, face) + 10, face.size + 4)
    sheet.box((x, top - 1), size, stroke=Stroke(0.7))
    sheet.text(x + 5, top + face.size, DEMO, Face(face.size))


def paginate(blocks: Sequence[Block], rooms: Callable[[int], float]) -> list[list[Block]]:
    """The blocks on pages; ``rooms`` gives the height of the page with a number from 0.

    A block is never divided; one that is higher than a page stands on a page of its own.
    """
    pages: list[list[Block]] = [[]]
    free = rooms(0)
    for group in _kept_together(blocks):
        if pages[-1] and sum(block.height for block in group) > free:
            if group[0].is_gap:
                continue
            pages.append([])
            free = rooms(len(pages) - 1)
        for block in group:
            if not pages[-1] and block.is_gap:
                continue
            again = [block.repeat] if block.repeat and not pages[-1] and len(pages) > 1 else []
            pages[-1] += [*again, block]
            free -= sum(part.height for part in (*again, block))
    return pages


def _kept_together(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    group: list[Block] = []
    for block in blocks:
        group.append(block)
        if not block.keeps_next:
            yield group
            group = []
    if group:
        yield group
