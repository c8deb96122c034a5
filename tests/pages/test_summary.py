"""The summary of one patient on paper, on the clinic followed by hand; and its button."""

import dataclasses
from collections.abc import Callable, Iterator
from datetime import datetime
from io import BytesIO
from threading import Thread
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import Connection, update
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.testing.v1 import AppTest

from charts.summary.content import PatientSummary
from charts.summary.pdf import summary_pdf
from clinical.codes import Phase, Timepoint
from clinical.instruments import GAD7, PHQ9
from data_access.engine import make_engine, reading, writing
from data_access.facts import rebuild_facts
from data_access.schema import Infusion
from pages.patients.summary import unmarked
from pages.shared.frame import plain
from tests.data_access.caseload_clinic import NOW, fill, record_thoughts
from tests.pages.printed import patient_on_paper

ANNA, BOB, HOSTILE, NOVAK, CARL = 1, 2, 4, 5, 6
BASELINE, BEFORE, AFTER = Timepoint.BASELINE, Timepoint.BEFORE_INFUSION, Timepoint.AFTER_INFUSION


@pytest.fixture
def clinic(sqlite_url: str) -> Iterator[Connection]:
    engine = make_engine(sqlite_url)
    with writing(engine) as connection:
        fill(connection)
    with reading(engine) as connection:
        yield connection
    engine.dispose()


def local(month: int, day: int, hour: int, year: int = 2026) -> datetime:
    """A time by the site's clock, without its zone, as the summary has it."""
    return datetime(year, month, day, hour)  # noqa: DTZ001


def spaced(words: str) -> str:
    return words.replace("\N{NO-BREAK SPACE}", " ")


def on_paper(data: bytes) -> str:
    """The text of a file, in single spaces."""
    return " ".join(
        " ".join(page.extract_text() for page in PdfReader(BytesIO(data)).pages).split()
    )


def every_text(content: object) -> Iterator[str]:
    """Every string anywhere in a summary."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, tuple):
        for part in content:
            yield from every_text(part)
    elif dataclasses.is_dataclass(content):
        for field in dataclasses.fields(content):
            yield from every_text(getattr(content, field.name))


def points(
    content: PatientSummary, panel: int = 0
) -> list[tuple[datetime, float, Timepoint, bool]]:
    return [
        (point.when, point.total, point.kind, point.joined)
        for point in content.trajectories[panel].points
    ]


def levels(content: PatientSummary) -> list[tuple[str, float, datetime | None]]:
    return [(level.label, level.total, level.start) for level in content.trajectories[0].levels]


def row(content: PatientSummary, what: str) -> tuple[str, ...]:
    """The row of a milestone in the table of changes."""
    (found,) = [cells for cells in content.changes.rows if cells[0] == what]
    return tuple(spaced(cell) for cell in found)


def test_who_it_is(clinic):
    told = patient_on_paper(clinic, ANNA, NOW)
    assert told.patient_name == "Müller, Anna-Lena"
    assert told.record_number == "Number A-100"
    assert told.born == "Born 1 Apr 1980 (45 years)", "the birthday is tomorrow"
    assert told.site == "North"
    assert told.facts == (
        "female",
        "Treatment-resistant depression (F33.2)",
        "induction, 3 of 6 infusions given",
        "next appointment 3 Apr 2026, 14:00",
    )
    assert told.data_as_of == "Data as of 31 Mar 2026, 15:00 UTC"
    assert told.printed == "Printed 31 Mar 2026, 15:00 UTC"
    assert not told.is_demo


def test_what_was_not_recorded_is_said_in_words(clinic):
    told = patient_on_paper(clinic, HOSTILE, NOW)
    assert told.record_number == "Number P4"
    assert told.born == "Date of birth not recorded"
    assert told.facts == ("induction, 1 infusion given", "no appointment booked")


def test_the_answer_is_that_of_the_page_without_its_markdown(clinic):
    told = patient_on_paper(clinic, ANNA, NOW, PHQ9, GAD7)
    answer, second, *_ = told.sentences
    assert spaced(answer) == (
        "PHQ-9 fell from 20 (baseline) to 8, 20 hours after infusion 3: 60 % better; "
        "response since the score before infusion 3, not in remission."
    )
    assert spaced(second).startswith(
        "GAD-7 fell from 12 (baseline) to 6, before infusion 3: 50 % better; "
    )
    assert told.sentences[-1].startswith("Fewer than 10 comparable patients")
    assert "**" not in "".join(every_text(told))


def test_only_what_precedes_an_infusion_is_joined_and_a_missing_score_is_a_gap(clinic):
    told = patient_on_paper(clinic, ANNA, NOW, PHQ9, GAD7)
    # Scores at 14:00 UTC, 9:00 in New York; of a baseline only the day is kept, put at noon.
    assert points(told) == [
        (local(2, 1, 12), 20, BASELINE, False),
        (local(2, 6, 9), 14, BEFORE, True),
        (local(2, 10, 9), 10, BEFORE, True),
        (local(2, 11, 9), 8, AFTER, False),
    ]
    # GAD-7 was not asked before infusion 2.
    assert points(told, 1) == [
        (local(2, 1, 12), 12, BASELINE, False),
        (local(2, 10, 9), 6, BEFORE, False),
    ]
    phq9, gad7 = told.trajectories
    assert phq9.subtitle == "3 of 3 infusions had a score before"
    assert gad7.subtitle == "2 of 3 infusions had a score before"


def test_infusions_and_levels_stand_where_they_belong(clinic):
    told = patient_on_paper(clinic, ANNA, NOW)
    infusions = told.trajectories[0].infusions
    assert [(mark.when, mark.number, mark.phase, mark.dose) for mark in infusions] == [
        (local(2, 2, 13), 1, Phase.INDUCTION, "0.50"),
        (local(2, 6, 13), 2, Phase.INDUCTION, ""),
        (local(2, 10, 13), 3, Phase.INDUCTION, ""),
    ]
    assert levels(told) == [
        ("Baseline 20", 20, local(2, 1, 12)),
        ("Response 10", 10, local(2, 1, 12)),
        ("Remission 4", 4, None),
    ]


def test_each_series_has_its_baseline_its_response_and_its_phase(clinic):
    told = patient_on_paper(clinic, CARL, NOW, every_series=True)
    (course,) = told.trajectories
    assert [(change.when, change.label) for change in course.changes] == [
        (local(10, 1, 14, 2025), "Induction"),
        (local(2, 10, 13), "Maintenance"),
    ]
    # In maintenance, too, response counts from the 22 before induction.
    assert levels(told) == [
        ("Baseline 22", 22, local(9, 30, 12, 2025)),
        ("Response 11", 11, local(9, 30, 12, 2025)),
        ("Baseline 8", 8, local(2, 9, 12)),
        ("Response 11", 11, local(2, 9, 12)),
        ("Remission 4", 4, None),
    ]
    assert points(told) == [
        (local(9, 30, 12, 2025), 22, BASELINE, False),
        (local(2, 9, 12), 8, BASELINE, False),
        (local(3, 17, 10), 8, BEFORE, True),  # the clocks have gone forward
    ]
    assert spaced(told.sentences[0]) == (
        "Latest series: PHQ-9 stayed at 8 (baseline 8), before infusion 2: no change from the "
        "baseline; steady. Against 22 before induction: 64 % better, a response."
    )


def test_the_changes_with_their_days_and_rules(clinic):
    told = patient_on_paper(clinic, ANNA, NOW)
    assert [column.heading for column in told.changes.columns] == [
        "What",
        "Result",
        "Date",
        "Day",
        "Rule",
    ]
    assert row(told, "Response") == (
        "Response",
        "Reached, at 10",
        "10 Feb 2026",
        "8",
        "At least 50 % better than the baseline",
    )
    assert row(told, "Remission") == (
        "Remission",
        "Not reached after 3 infusions",
        "",
        "",
        "4 or less",
    )


def test_each_infusion_is_a_row(clinic):
    told = patient_on_paper(clinic, ANNA, NOW).infusions
    first = ("Induction 1", "2 Feb 2026", "40", "0.50", "40", "135/88", "+15/+8", "97", "")
    second = ("Induction 2", "6 Feb 2026", "40", "0.50", "40", "", "", "", "")
    third = (
        "Induction 3",
        "10 Feb 2026",
        "40",
        "0.50",
        "40",
        "170/101 ▲ high",
        "+30/+16",
        "94",
        "",
    )
    assert told.rows == (
        (*first, "Dissociation (1)", "not resolved", ""),
        (*second, "None", "", ""),
        (*third, "Nausea (2), Dissociation (1)", "not resolved", "Distress"),
    )


def test_what_is_missing_is_an_empty_cell(sqlite_url):
    engine = make_engine(sqlite_url)
    with writing(engine) as connection:
        fill(connection)
        unknown = {"weight_kg": None, "ended_at": None}
        connection.execute(update(Infusion).where(Infusion.infusion_id == "I2").values(unknown))
        rebuild_facts(connection)
        told = patient_on_paper(connection, ANNA, NOW)
        novak = patient_on_paper(connection, NOVAK, NOW)
    engine.dispose()
    assert told.infusions.rows[1][:5] == ("Induction 2", "6 Feb 2026", "40", "", "")
    assert told.infusions.rows[0][2:5] == ("40", "0.50", "40")
    texts = [*every_text(told), *every_text(novak)]
    wrong = [text for text in texts if {"nan", "<NA>", "NaT", "None,"} & {*text.split()}]
    assert not wrong


def test_suicidal_thoughts_on_paper(sqlite_url):
    engine = make_engine(sqlite_url)
    with writing(engine) as connection:
        fill(connection)
        record_thoughts(connection)
        told = patient_on_paper(connection, BOB, NOW).suicidal_thoughts
        anna = patient_on_paper(connection, ANNA, NOW).suicidal_thoughts
    engine.dispose()
    assert told[0] == "Item 9 rose from 0 to 1."
    assert (
        "A concern has been open for 25 days, since 6 Mar 2026, when item 9 rose from 0 to 1."
    ) in told
    assert any(words.startswith("C-SSRS screener due: item 9 was 1") for words in told)
    assert anna == (
        "Item 9 fell from 2 to 0.",
        "Item 9: first 2 on 1 Feb 2026, last 0 on 11 Feb 2026.",
    )


def test_no_thoughts_recorded_is_said(clinic):
    assert patient_on_paper(clinic, BOB, NOW).suicidal_thoughts == (
        "No answer to item 9 of PHQ-9 and no C-SSRS has been recorded for this patient.",
    )


def test_the_ledger(clinic):
    # Three infusions of 40 mg; 2 February is 57 days before 31 March, 10 February 49.
    assert patient_on_paper(clinic, ANNA, NOW).ledger[0] == (
        "3 infusions (3 in the last 12 months), 120 mg of ketamine in all. "
        "First infusion 2 Feb 2026, 57 days ago; last 49 days ago."
    )


def test_a_hostile_name_is_text(clinic):
    told = patient_on_paper(clinic, HOSTILE, NOW)
    assert told.patient_name == "<b>$Power$, _**Max**_"
    assert "<b>$Power$, _**Max**_" in on_paper(summary_pdf(told))


@pytest.mark.parametrize("key", [ANNA, BOB, HOSTILE, NOVAK, CARL])
def test_the_file_says_what_the_summary_holds(clinic, key):
    told = patient_on_paper(clinic, key, NOW)
    data = summary_pdf(told)
    assert len(PdfReader(BytesIO(data)).pages) <= 2
    printed = on_paper(data).replace(" ", "")
    for words in (told.patient_name, *told.sentences, *told.suicidal_thoughts, *told.ledger):
        assert "".join(words.split()) in printed


def test_escapes_and_stars_are_taken_off():
    hostile = "a_b **c** <d> $e$ [f](g) h\\i #j !k ~l |m `n` -o .p q@r.s http://t www.u"
    assert unmarked(plain(hostile)) == hostile
    assert unmarked("**5 points worse**; 100\\%") == "5 points worse; 100%"


# --- The button --------------------------------------------------------------------------------


def _page() -> None:
    import os

    import streamlit as st
    from streamlit.runtime import get_instance

    from access.viewer import LOCAL_VIEWER
    from data_access.engine import make_engine, reading
    from data_access.status import clinic_status
    from pages.patients.one_patient import one_patient_page
    from pages.shared.context import PageContext
    from tests.data_access.caseload_clinic import NOW, TODAY, YEAR

    engine = make_engine(os.environ["CLINIC_DATABASE_URL"])
    with reading(engine) as connection:
        status = clinic_status(connection, LOCAL_VIEWER)
        context = PageContext(connection, LOCAL_VIEWER, YEAR, status, NOW, TODAY, {})
        one_patient_page(context, int(os.environ["TEST_PATIENT"]))
    engine.dispose()
    st.session_state["files"] = get_instance().media_file_mgr


@pytest.fixture
def page(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], AppTest]:
    """A function that fills the clinic and draws a patient's page."""

    def make(patient_key: int) -> AppTest:
        engine = make_engine(sqlite_url)
        with writing(engine) as connection:
            fill(connection)
        engine.dispose()
        monkeypatch.setenv("CLINIC_DATABASE_URL", sqlite_url)
        monkeypatch.setenv("TEST_PATIENT", str(patient_key))
        shown = AppTest.from_function(_page, default_timeout=30).run()
        assert not shown.exception
        return shown

    return make


def summary_of(shown: AppTest) -> Any:
    """The button of the summary."""
    (found,) = [
        each.proto for each in shown.get("download_button") if each.proto.label == "Summary as PDF"
    ]
    return found


def pressed(shown: AppTest) -> Any:
    """The file that Streamlit makes when the button is pressed: long after, in another thread."""
    files = shown.session_state["files"]
    made: list[Any] = []

    def make() -> None:
        assert get_script_run_ctx(suppress_warning=True) is None
        made.append(files.execute_deferred(summary_of(shown).deferred_file_id))

    thread = Thread(target=make)
    thread.start()
    thread.join(60)
    assert made, "the file could not be made"
    return files._storage.get_file(made[0].rsplit("/", 1)[1])


def test_the_button_makes_the_file_after_the_page_and_without_it(page):
    file = pressed(page(ANNA))
    assert (file.mimetype, file.filename) == ("application/pdf", "patient-summary.pdf")
    printed = on_paper(file.content)
    assert "Müller, Anna-Lena" in printed
    assert "PHQ-9 fell from 20 (baseline) to 8, 20 hours after infusion 3: 60 % better" in printed
    assert "120 mg of ketamine in all" in printed


def test_neither_the_file_nor_the_button_names_anybody(page):
    shown = page(ANNA)
    file, button = pressed(shown), summary_of(shown)
    said = f"{file.filename} {PdfReader(BytesIO(file.content)).metadata} {button.id} {button.help}"
    assert not [name for name in ("Müller", "Anna", "A-100", "P1") if name in said]


def test_the_file_holds_the_questionnaires_that_are_chosen(page):
    shown = page(ANNA)
    assert "GAD-7 fell" not in on_paper(pressed(shown).content)
    shown.pills[0].set_value(["PHQ-9", "GAD-7"]).run()
    assert "GAD-7 fell from 12 (baseline) to 6" in on_paper(pressed(shown).content)
