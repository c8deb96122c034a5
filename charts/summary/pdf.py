"""A patient's summary as a PDF of one page or two."""

from collections.abc import Callable, Iterator, Sequence

from charts.summary.blocks import (
    DEMO,
    Block,
    Measure,
    demo_badge,
    gap,
    heading,
    paginate,
    paragraph,
    table_blocks,
    text_list,
)
from charts.summary.content import PatientSummary, TrajectoryData
from charts.summary.lettering import SUBSTITUTE, Face, joined_parts, lines, printable, width
from charts.summary.sheet import ONE_AT_A_TIME, Mark, Paper, Sheet, Stroke
from charts.summary.trajectory import (
    INFUSION_MARKS,
    MARKS,
    Frame,
    draw_trajectory,
    time_axis,
)
from clinical.codes import Phase, Timepoint

MOST_PAGES = 2
FIRST_ROWS = 3
"""Of a long series so many of the first infusions stay, and as many of the latest as fit."""
_LEAST_LATEST = 3
_MARGIN = 44.0
_TOP, _BOTTOM = 34.0, 46.0
_CONTINUED = 30.0
"""Points: the line over the second page."""
_TRAJECTORIES_AT_MOST = 3
_PLOT_HEIGHTS = (176.0, 128.0, 88.0)
"""Points: of each plot where there is one, two or three."""
_LINES_OF_LARGE_NAME = 2
_NO_COURSE = "No questionnaire has been recorded."
_SECTION_GAP = 9.0
_TIGHTNESS: tuple[tuple[float, int | None, int | None], ...] = (
    (1.0, None, None),
    (0.92, None, None),
    (0.85, None, None),
    (0.85, 8, 12),
    (0.8, 3, 6),
    (0.75, 1, 3),
)
"""How the content is made to fit, tried in turn: letters, lines of one text, texts of one list."""


def summary_pdf(content: PatientSummary, paper: Paper = Paper.LETTER) -> bytes:
    """The summary as a PDF file of at most two pages; the same content gives the same bytes.

    Nothing is cut as long as it fits: the letters become smaller by up to 15 % first, and a long
    series keeps its first three infusions and its latest. What is left out is said.
    """
    with ONE_AT_A_TIME:
        sheet = Sheet(paper, content.stamp)
        pages = _pages(content, sheet)
        for number, blocks in enumerate(pages):
            if number:
                sheet.next_page()
                _continued(sheet, content)
            _stack(sheet, blocks, _page_top(number))
            _footer(sheet, content, f"Page {number + 1} of {len(pages)}")
        return sheet.finished()


def _page_top(number: int) -> float:
    return _TOP + (_CONTINUED if number else 0.0)


def _pages(content: PatientSummary, sheet: Sheet) -> list[list[Block]]:
    """The blocks of each page, as loosely set as two pages allow."""

    def room(number: int) -> float:
        return sheet.height - _page_top(number) - _BOTTOM

    pages: list[list[Block]] = []
    for scale, most_lines, most_items in _TIGHTNESS:
        measure = Measure(_MARGIN, sheet.width - 2 * _MARGIN, scale, most_lines, most_items)
        rows = len(content.infusions.rows)
        fewest = min(rows, FIRST_ROWS + _LEAST_LATEST)
        pages = paginate(list(_blocks(content, measure, fewest)), room)
        if len(pages) <= MOST_PAGES:
            return _with_most_rows(content, measure, room, fewest)
    return pages[:MOST_PAGES]


def _with_most_rows(
    content: PatientSummary, measure: Measure, room: Callable[[int], float], fits: int
) -> list[list[Block]]:
    """As many infusions as there is room for, found by halving; ``fits`` are known to."""
    most = len(content.infusions.rows)
    while fits < most:
        middle = (fits + most + 1) // 2
        tried = paginate(list(_blocks(content, measure, middle)), room)
        fits, most = (middle, most) if len(tried) <= MOST_PAGES else (fits, middle - 1)
    return paginate(list(_blocks(content, measure, fits)), room)


def _blocks(content: PatientSummary, measure: Measure, infusions: int) -> Iterator[Block]:
    """Everything from the name to the definitions, with so many rows of infusions."""
    yield from _head(content, measure)
    yield from _answer(content, measure)
    yield from _course(content.trajectories, measure)
    if content.changes.rows or content.changes.empty:
        yield gap(_SECTION_GAP)
        yield from table_blocks(content.changes, measure)
    yield from _words("Suicidal thoughts", content.suicidal_thoughts, measure)
    yield gap(_SECTION_GAP)
    whole = infusions >= len(content.infusions.rows)
    yield from table_blocks(
        content.infusions,
        measure,
        first=None if whole else FIRST_ROWS,
        latest=infusions - FIRST_ROWS,
    )
    yield from _words("Exposure", content.ledger, measure)
    yield from _words("Definitions and sources", content.definitions, measure, size=7, grey=0.2)


def _words(
    title: str, parts: Sequence[str], measure: Measure, *, size: float = 8.5, grey: float = 0.0
) -> Iterator[Block]:
    if parts:
        yield gap(_SECTION_GAP)
        yield from heading(title, "", measure)
        yield from text_list(parts, measure.face(size, grey=grey), measure)


def _head(content: PatientSummary, measure: Measure) -> Iterator[Block]:
    """What this is, of whom, and as of when."""
    small = measure.face(8, grey=0.3)
    as_of = printable(content.data_as_of)

    def draw(sheet: Sheet, top: float) -> None:
        sheet.text(measure.left, top + small.size, "Patient summary", small)
        sheet.text(measure.left + measure.width, top + small.size, as_of, small, "right")
        if content.is_demo:
            demo_badge(sheet, measure.left + width("Patient summary", small) + 12, top, small)

    yield Block(small.leading + 3, draw)
    name = printable(content.patient_name)
    large = measure.face(17, is_bold=True)
    fits = len(lines(name, large, measure.width)) <= _LINES_OF_LARGE_NAME
    yield paragraph(name, large if fits else measure.face(11, is_bold=True), measure)
    who = (content.record_number, content.born, content.site)
    yield paragraph(joined_parts(who), measure.face(9.5), measure)
    if content.facts:
        yield gap(1)
        yield paragraph(joined_parts(content.facts), measure.face(8.5, grey=0.25), measure)

    def rule(sheet: Sheet, top: float) -> None:
        ends = [(measure.left, top + 5), (measure.left + measure.width, top + 5)]
        sheet.line(ends, Stroke(0.9))

    yield Block(11, rule)


def _answer(content: PatientSummary, measure: Measure) -> Iterator[Block]:
    """The answer in larger letters, then what supports it."""
    for words in content.sentences[:1]:
        yield paragraph(printable(words), measure.face(11.5, is_bold=True), measure)
    if content.sentences[1:]:
        yield gap(3)
        yield from text_list(content.sentences[1:], measure.face(9), measure)


def _course(trajectories: Sequence[TrajectoryData], measure: Measure) -> Iterator[Block]:
    """The pictures, over one common axis of time, with the key of their marks."""
    shown = trajectories[:_TRAJECTORIES_AT_MOST]
    axis = time_axis(shown)
    yield gap(_SECTION_GAP)
    if axis is None:
        yield paragraph(_NO_COURSE, measure.face(9, grey=0.3), measure)
        return
    frame = Frame(
        measure.left, measure.width, _PLOT_HEIGHTS[len(shown) - 1] * measure.scale, measure.scale
    )
    yield _key(shown, measure)
    for data in shown:
        yield gap(5)
        title, note = printable(data.title), printable(data.subtitle)
        yield paragraph(title, measure.face(9.5, is_bold=True), measure, keeps_next=True)
        if note:
            yield paragraph(note, measure.face(7.5, grey=0.35), measure, keeps_next=True)
        yield Block(
            frame.height,
            lambda sheet, top, data=data: draw_trajectory(sheet, top, data, axis, frame),  # type: ignore[misc]
        )
    if len(shown) < len(trajectories):
        words = f"{len(trajectories) - len(shown)} more questionnaires are on the patient's page."
        yield paragraph(words, measure.face(7.5, grey=0.35), measure)


_KEY = (
    ((Timepoint.BASELINE, Timepoint.BEFORE_INFUSION), "baseline, and before an infusion (joined)"),
    ((Timepoint.AFTER_INFUSION,), "within 72 hours after an infusion"),
    ((Timepoint.FOLLOW_UP,), "later than 72 hours"),
    ((Timepoint.UNLINKED,), "outside a series"),
)


def _key(trajectories: Sequence[TrajectoryData], measure: Measure) -> Block:
    """What each mark means that is drawn above."""
    kinds = {point.kind for data in trajectories for point in data.points}
    phases = {infusion.phase for data in trajectories for infusion in data.infusions}
    entries = [(MARKS[group[0]], words) for group, words in _KEY if kinds & {*group}]
    if Phase.INDUCTION in phases:
        entries.append((Mark.TRIANGLE, "infusion of an induction"))
    if phases - {*INFUSION_MARKS}:
        entries.append((Mark.OPEN_TRIANGLE, "of a maintenance series"))
    face = measure.face(7, grey=0.2)
    places: list[tuple[float, int]] = []
    x, row = 0.0, 0
    for _, words in entries:
        wide = 16 + width(words, face)
        if x and x + wide > measure.width:
            x, row = 0.0, row + 1
        places.append((x, row))
        x += wide

    def draw(sheet: Sheet, top: float) -> None:
        for (mark, words), (x, row) in zip(entries, places, strict=True):
            left, middle = measure.left + x + 3, top + 4 + row * face.leading
            sheet.mark(mark, left, middle, 2.4)
            sheet.text(left + 5.5, middle + 0.35 * face.size, words, face)

    return Block((row + 1) * face.leading + 2, draw)


def _stack(sheet: Sheet, blocks: Sequence[Block], top: float) -> None:
    for block in blocks:
        block.draw(sheet, top)
        top += block.height


def _continued(sheet: Sheet, content: PatientSummary) -> None:
    """Whose summary the second page belongs to, in at most two lines."""
    face = Face(8, grey=0.3)
    number = joined_parts((content.record_number, "Patient summary, continued"))
    wide = min(width(number, face), (sheet.width - 2 * _MARGIN) / 2)
    room = sheet.width - 2 * _MARGIN - wide - 12
    name = lines(printable(content.patient_name), Face(8, is_bold=True), room, 2)
    for row, words in enumerate(name):
        sheet.text(_MARGIN, _TOP + 8 + row * face.leading, words, Face(8, is_bold=True))
    for row, words in enumerate(lines(number, face, wide + 0.1, 2)):
        y = _TOP + 8 + row * face.leading
        sheet.text(sheet.width - _MARGIN, y, words, face, "right")
    y = _TOP + _CONTINUED - 8
    sheet.line([(_MARGIN, y), (sheet.width - _MARGIN, y)], Stroke(0.9))


def _footer(sheet: Sheet, content: PatientSummary, page: str) -> None:
    """Page of pages, when it was printed, and what the reader must know of every page."""
    face = Face(7, grey=0.3)
    y = sheet.height - _BOTTOM + 18
    sheet.line([(_MARGIN, y - 9), (sheet.width - _MARGIN, y - 9)], Stroke(0.4, 0.7))
    sheet.text(sheet.width - _MARGIN, y, page, face, "right")
    notes = [printable(content.printed), printable(content.data_as_of)]
    if content.is_demo:
        notes.append(DEMO)
    if sheet.has_substitutes:
        notes.append(f"{SUBSTITUTE} a sign that this print's font lacks")
    room = sheet.width - 2 * _MARGIN - width(page, face) - 12
    for row, words in enumerate(lines(joined_parts(tuple(notes)), face, room, 2)):
        sheet.text(_MARGIN, y + row * face.leading, words, face)
