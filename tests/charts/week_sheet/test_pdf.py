"""The weekly sheet, read with another library."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from charts.summary.sheet import Paper
from charts.week_sheet.content import (
    ControlCourse,
    ControlPoint,
    Number,
    OpenBar,
    OpenBars,
    Stack,
    Stacks,
    WeekSheet,
)
from charts.week_sheet.pdf import week_sheet_pdf
from charts.week_sheet.pictures import _ticks

HOSTILE = "<b>Bo</b> **x** $y$ \u202eevil \x00 \U0001f600 e\u0301"
DAYS = ("Mon 16", "Tue 17", "Wed 18", "Thu 19\nclosed", "Fri 20", "Sat 21", "Sun 22")
STACKS = Stacks(
    title="Most appointments on Monday: 24 of 70",
    note="By day and kind",
    names=("Infusion", "Consultation", "Follow-up"),
    stacks=tuple(
        Stack(day, (10 - place, place % 3, 1), f"{11 - place}") for place, day in enumerate(DAYS)
    ),
    empty="No appointment.",
)
BARS = OpenBars(
    title="Fullest on Monday",
    note="Chair-hours",
    bars=tuple(
        OpenBar(day[:3], 40.0, 30.0 - place, 20.0, "75 %") for place, day in enumerate(DAYS)
    ),
    empty="Not known.",
)
COURSE = ControlCourse(
    title="No-show rate 10 %",
    note="26 weeks",
    points=tuple(
        ControlPoint(f"{week} Jun", 0.05 + week / 400, 0.0, 0.2, week == 20) for week in range(26)
    ),
    centre=0.08,
    centre_words="dashed: 8 % before",
    empty="Nobody was due.",
)
SHEET = WeekSheet(
    week="Week 47, 16–22 November 2026",
    place="All 3 sites",
    sites="Harbor Street, Hudson Park, Lakeview",
    selection="",
    changed=("No-show rate 22 % (20 of 90 due): higher than chance explains.",),
    numbers=(
        Number("Appointments", "70", "not cancelled", "86", "85"),
        Number("No-show rate", "10 %", "7 of 70 due; 95 % CI 5–19", "8.1 %", "8.4 %"),
    ),
    pictures=(STACKS, BARS, COURSE, replace(BARS, title="Next week 54 % booked")),
    definitions=("Usual week: the 8 weeks before together.",),
    data_as_of="Data as of 25 Nov 2026, 11:00 EST",
    printed="Printed 25 Nov 2026, 11:01 EST",
    stamp=datetime(2026, 11, 25, 16, tzinfo=UTC),
    is_demo=False,
)
NOTHING = replace(
    SHEET,
    changed=(),
    pictures=(
        replace(STACKS, stacks=tuple(Stack(day, (0, 0, 0), "") for day in DAYS)),
        replace(BARS, bars=tuple(OpenBar(day, None, None, None, "") for day in DAYS)),
        replace(COURSE, points=(ControlPoint("1 Jun", None, None, None),), centre=None),
        replace(BARS, bars=()),
    ),
)
LONG = "A clinic with quite a long name on a very long street " * 4
EVERY_SIZE: list[Any] = [
    pytest.param(SHEET, id="usual"),
    pytest.param(NOTHING, id="nothing at all"),
    pytest.param(
        replace(SHEET, place=LONG, sites=", ".join([LONG] * 60), selection=LONG), id="sixty sites"
    ),
    pytest.param(
        replace(
            SHEET,
            changed=(LONG * 3,) * 5,
            definitions=(LONG * 4,) * 2,
            numbers=tuple(Number(LONG, LONG, LONG, LONG, LONG) for _ in range(6)),
        ),
        id="long words everywhere",
    ),
]


def text(content: WeekSheet, paper: Paper = Paper.LETTER) -> str:
    """The text of the only page, in single spaces."""
    (page,) = PdfReader(BytesIO(week_sheet_pdf(content, paper))).pages
    return " ".join(page.extract_text().split())


def test_everything_is_on_one_page():
    said = text(SHEET)
    for words in (
        SHEET.week,
        SHEET.place,
        SHEET.sites,
        SHEET.data_as_of,
        SHEET.printed,
        *SHEET.changed,
        *SHEET.definitions,
        "No-show rate 10 % 7 of 70 due; 95 % CI 5–19 8.1 % 8.4 %",
        "No patient is named on this sheet",
        *(picture.title for picture in SHEET.pictures),
        *(picture.note for picture in SHEET.pictures),
        "Infusion Consultation Follow-up",
        "open booked used",
        "Thu 19",
        "closed",
        "dashed: 8 % before",
        "25 Jun",
        "11 %",  # the last share, 5 + 25 / 4
    ):
        assert words in said


@pytest.mark.parametrize("paper", Paper)
@pytest.mark.parametrize("content", EVERY_SIZE)
def test_whatever_stands_on_it_takes_one_page(content, paper):
    reader = PdfReader(BytesIO(week_sheet_pdf(content, paper)))
    assert len(reader.pages) == 1
    width, height = (float(side) for side in reader.pages[0].mediabox[2:])
    assert (width, height) == pytest.approx(paper.value, abs=0.01)


@pytest.mark.parametrize("content", EVERY_SIZE)
def test_nothing_is_drawn_below_the_page(content):
    (page,) = PdfReader(BytesIO(week_sheet_pdf(content))).pages
    lowest = []
    page.extract_text(
        visitor_text=lambda words, _cm, tm, *_: lowest.append(tm[5]) if words.strip() else None
    )
    assert min(lowest) > 15


def test_where_there_is_nothing_the_sheet_says_so():
    said = text(NOTHING)
    for picture in NOTHING.pictures:
        assert picture.empty in said


def test_it_is_black_on_white_for_any_printer():
    (page,) = PdfReader(BytesIO(week_sheet_pdf(SHEET))).pages
    contents = page.get_contents()
    assert contents is not None
    drawing = contents.get_data().decode("latin-1")
    colours = [line for line in drawing.splitlines() if line.endswith((" rg", " RG", " k", " K"))]
    assert colours == []
    assert " g" in drawing


def test_that_the_clinic_is_a_demo_stands_on_the_sheet_of_a_demo_only():
    words = "Demo clinic: every person is invented"
    assert text(replace(SHEET, is_demo=True)).count(words) == 2
    assert words not in text(SHEET)


def test_text_is_never_markup():
    said = text(replace(SHEET, place=HOSTILE, sites=HOSTILE, changed=(HOSTILE,)))
    assert said.count("<b>Bo</b> **x** $y$ evil") == 3
    assert "a sign that this print's font lacks" in said


def test_the_same_content_gives_the_same_file_with_its_own_title():
    assert week_sheet_pdf(SHEET) == week_sheet_pdf(SHEET)
    reader = PdfReader(BytesIO(week_sheet_pdf(SHEET)))
    assert reader.metadata is not None
    assert reader.metadata.title == "Weekly sheet"


@pytest.mark.parametrize(
    ("highest", "expected"),
    [
        (0.0, [0, 0.05, 0.1]),
        (0.24, [0, 0.05, 0.1, 0.15, 0.2, 0.25]),
        (0.2, [0, 0.05, 0.1, 0.15, 0.2]),
        (0.07, [0, 0.02, 0.04, 0.06, 0.08]),
        (1.0, [0, 0.2, 0.4, 0.6, 0.8, 1.0]),
    ],
)
def test_the_axis_has_round_shares(highest, expected):
    found = _ticks(highest)
    assert found[-1] >= highest
    assert found == pytest.approx(expected)


def test_the_pdf_library_is_loaded_only_where_a_sheet_is_made():
    code = "import sys, charts.week_sheet.pdf; sys.exit('reportlab' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
