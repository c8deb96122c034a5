"""The finished file, read with another library."""

import subprocess
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from charts.summary.bidi import visual
from charts.summary.content import PatientSummary
from charts.summary.pdf import summary_pdf
from charts.summary.sheet import Paper
from clinical.codes import Phase
from tests.charts.summary.invented import (
    SUMMARY,
    infusion_marks,
    three_instruments,
    trajectory,
    with_infusions,
)

HOSTILE = "<b>Bo</b> **x** $y$ % \\frac{1}{2} &amp; `z` \u202eevil \x00\ud800 \U0001f600 e\u0301"
ALEF, BET, GIMEL = "\u05d0", "\u05d1", "\u05d2"


def pages(content: PatientSummary, paper: Paper = Paper.LETTER) -> list[str]:
    """The text of each page, with spaces as single ones."""
    reader = PdfReader(BytesIO(summary_pdf(content, paper)))
    return [" ".join(page.extract_text().split()) for page in reader.pages]


def test_everything_of_an_ordinary_patient_is_on_two_pages():
    first, second = pages(SUMMARY)
    assert "Ines Example-Muster" in first
    assert "Ines Example-Muster" in second
    for words in (
        "Data as of 23 Nov 2026, 07:40 EST",
        "Record number D-000123 · Born 3 Mar 1981 (45 years) · Riverside",
        "Page 1 of 2",
        "Moderately severe",
        "Baseline 21",
        "Response 10.5",
        "Remission 4",
        "Maintenance",
        "0.60",
        "Yes, day 7 (6 points)",
    ):
        assert words in first
    both = f"{first} {second}".replace(" ", "")
    for words in (*SUMMARY.sentences, *SUMMARY.suicidal_thoughts, *SUMMARY.ledger):
        assert words.replace(" ", "") in both
    for words in SUMMARY.definitions:
        assert words.replace(" ", "") in both
    for number in range(1, 7):
        assert f"Induction{number}" in both
        assert f"Maintenance{number}" in both
    assert "Page 2 of 2" in second


def test_that_the_clinic_is_a_demo_stands_on_each_page_of_a_demo_only():
    words = "Demo clinic: every person is invented"
    assert all(words in page for page in pages(SUMMARY))
    assert not any(words in page for page in pages(replace(SUMMARY, is_demo=False)))


@pytest.mark.parametrize("paper", Paper)
@pytest.mark.parametrize("count", [1, 13, 25, 60, 400])
def test_a_series_of_any_length_takes_at_most_two_pages(count: int, paper: Paper):
    content = with_infusions(count)
    reader = PdfReader(BytesIO(summary_pdf(content, paper)))
    assert len(reader.pages) <= 2
    width, height = (float(side) for side in reader.pages[0].mediabox[2:])
    assert (width, height) == pytest.approx(paper.value, abs=0.01)


def test_a_long_series_keeps_the_first_three_and_the_latest_and_counts_the_rest():
    content = with_infusions(60)
    words = " ".join(pages(content))
    shown = [row[0] for row in content.infusions.rows if f"{row[0]} {row[1]}" in words]
    assert shown[:3] == ["Induction 1", "Induction 2", "Induction 3"]
    latest = [row[0] for row in content.infusions.rows[-(len(shown) - 3) :]]
    assert shown[3:] == latest
    assert f"… {60 - len(shown)} of 60 rows left out here" in words


def test_texts_of_any_length_take_at_most_two_pages():
    long = "word " * 400
    content = replace(
        three_instruments(),
        patient_name="N" * 200,
        facts=(long,) * 3,
        sentences=(long,) * 15,
        suicidal_thoughts=(long,) * 15,
        ledger=(long,) * 15,
        definitions=(long,) * 15,
        infusions=replace(SUMMARY.infusions, rows=((long,) * 10,) * 60, note=long),
        changes=replace(SUMMARY.changes, rows=((long,) * 7,) * 60),
    )
    assert len(pages(content)) == 2


def test_a_name_of_200_letters_is_whole():
    name = " ".join(["Abcdefghi"] * 20)
    assert name in pages(replace(SUMMARY, patient_name=name))[0]


def test_text_is_never_markup_and_what_the_font_lacks_is_seen():
    content = replace(
        SUMMARY,
        patient_name=HOSTILE,
        record_number=HOSTILE,
        site=HOSTILE,
        facts=(HOSTILE,),
        sentences=(HOSTILE,) * 2,
        suicidal_thoughts=(HOSTILE,),
        trajectories=(replace(trajectory(), title=HOSTILE, subtitle=HOSTILE),),
        infusions=replace(
            SUMMARY.infusions, title=HOSTILE, rows=((HOSTILE,) * 10,) * 2, note=HOSTILE
        ),
    )
    first = pages(content)[0]
    printed = "<b>Bo</b> **x** $y$ % \\frac{1}{2} &amp; `z` evil □ □ é"
    assert first.count(printed) >= 6
    assert "□ a sign that this print's font lacks" in first


def test_a_name_from_right_to_left_is_drawn_in_its_visual_order():
    """The reader turns what runs from right to left around: it gives the order of reading back."""
    name = f"{ALEF}{BET}{GIMEL} {GIMEL}{GIMEL}{BET}"
    first = pages(replace(SUMMARY, patient_name=name, sentences=(f"{name} fell to 9.",)))[0]
    assert first.count(name) == 2
    assert visual(name) not in first


def test_a_number_beside_a_name_from_right_to_left_keeps_its_place():
    first = pages(replace(SUMMARY, record_number=ALEF * 3, born="Born 1981"))[0]
    assert f"{ALEF * 3}· Born 1981 · Riverside" in first.replace(f"{ALEF} ·", f"{ALEF}·")


def test_the_same_content_gives_the_same_file():
    assert summary_pdf(three_instruments()) == summary_pdf(three_instruments())


def test_the_properties_of_the_file_name_nobody():
    information = PdfReader(BytesIO(summary_pdf(SUMMARY))).metadata
    assert information is not None
    assert information.title == "Patient summary"
    words = " ".join(map(str, information.values()))
    assert "D:20261123124000" in words
    assert "Ines" not in words
    assert "D-000123" not in words


def test_three_questionnaires_stand_on_the_first_page():
    first = pages(three_instruments())[0]
    for name in ("PHQ-9", "GAD-7", "WHO-5"):
        assert f"{name} fell from 21 to 9" in first
    assert "Good well-being" in first


def test_more_than_three_questionnaires_are_counted():
    content = replace(SUMMARY, trajectories=(trajectory(),) * 5)
    assert "2 more questionnaires are on the patient's page." in " ".join(pages(content))


def test_a_patient_without_any_record_has_a_page():
    content = replace(
        SUMMARY,
        facts=(),
        sentences=(),
        trajectories=(),
        changes=replace(SUMMARY.changes, rows=()),
        suicidal_thoughts=(),
        infusions=replace(SUMMARY.infusions, rows=()),
        ledger=(),
        definitions=(),
    )
    (only,) = pages(content)
    assert "No questionnaire has been recorded." in only
    assert "Not evaluable: no baseline was recorded." in only
    assert "No infusion has been recorded." in only
    assert "Page 1 of 1" in only


def test_infusions_without_scores_are_drawn_and_it_is_said():
    empty = replace(trajectory(), points=(), levels=(), infusions=infusion_marks()[:1])
    first = pages(replace(SUMMARY, trajectories=(empty,)))[0]
    assert "No score recorded" in first
    assert empty.infusions[0].phase is Phase.INDUCTION


def test_a_course_without_a_baseline_has_no_baseline_and_no_response():
    first = pages(replace(SUMMARY, trajectories=(trajectory(has_baseline=False),)))[0]
    assert "Baseline 21" not in first
    assert "Response 10.5" not in first
    assert "Remission 4" in first


def test_one_score_alone_is_drawn():
    alone = replace(trajectory(), points=trajectory().points[:1], infusions=(), changes=())
    assert len(pages(replace(SUMMARY, trajectories=(alone,)))) == 2


def test_the_pdf_library_waits_until_a_summary_is_made():
    program = "import sys, charts.summary.pdf; print('reportlab' in sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == "False"
