"""Who one patient is, in words."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from streamlit.testing.v1 import AppTest

from clinical.codes import DiagnosisGroup, Phase
from data_access.one_patient import PatientRecord
from pages.patients.header import age, patient_facts

KNOWN = PatientRecord(
    patient_key=1,
    patient_id="P1",
    mrn="A-100",
    given_name="Ann",
    family_name="Lee",
    birth_date=date(1980, 4, 1),
    sex="female",
    primary_diagnosis="F33.2",
    diagnosis_group=DiagnosisGroup.TREATMENT_RESISTANT,
    site="North",
    phase=Phase.INDUCTION,
    done=3,
    planned=6,
    next_appointment=datetime(2026, 4, 3, 9, 5),  # noqa: DTZ001 - by the site's clock
)
BARE = PatientRecord(
    patient_key=2,
    patient_id="P2",
    mrn=None,
    given_name=None,
    family_name=None,
    birth_date=None,
    sex=None,
    primary_diagnosis=None,
    diagnosis_group=DiagnosisGroup.UNKNOWN,
    site=None,
    phase=Phase.NONE,
    done=0,
    planned=None,
    next_appointment=None,
)


def test_everything_known():
    assert patient_facts(KNOWN) == [
        "female",
        "Treatment-resistant depression (F33.2)",
        "induction, 3 of 6 infusions given",
        "next appointment 3 Apr 2026, 09:05",
    ]


def test_what_is_not_recorded_is_left_out():
    assert patient_facts(BARE) == ["no series yet", "no appointment booked"]
    assert patient_facts(replace(BARE, sex="unknown"))[0] == "no series yet"


@pytest.mark.parametrize(
    ("phase", "done", "planned", "words"),
    [
        (Phase.INDUCTION, 1, None, "induction, 1 infusion given"),
        (Phase.INDUCTION, 2, None, "induction, 2 infusions given"),
        (Phase.INDUCTION, 1, 6, "induction, 1 of 6 infusions given"),
        (Phase.INDUCTION, 1, 1, "induction, 1 of 1 infusion given"),
        (Phase.MAINTENANCE, 1_204, None, "maintenance, 1,204 infusions given"),
    ],
)
def test_how_far_the_series_has_come(phase, done, planned, words):
    assert words in patient_facts(replace(KNOWN, phase=phase, done=done, planned=planned))


@pytest.mark.parametrize(
    ("born", "today", "years"),
    [
        (date(1980, 4, 1), date(2026, 3, 31), 45),
        (date(1980, 4, 1), date(2026, 4, 1), 46),
        (date(2000, 2, 29), date(2026, 2, 28), 25),
        (date(2000, 2, 29), date(2026, 3, 1), 26),
        (date(2026, 3, 31), date(2026, 3, 31), 0),
    ],
)
def test_age_in_whole_years(born, today, years):
    assert age(born, today) == years


def _draw() -> None:
    from dataclasses import replace
    from datetime import date

    import streamlit as st

    from pages.patients.header import header
    from tests.pages.test_header import BARE, KNOWN

    hostile = "<b>x</b> **y** $z$ [a](b) :red[c] `d` #e"
    patient = {
        "known": KNOWN,
        "bare": BARE,
        "hostile": replace(
            KNOWN,
            given_name=hostile,
            family_name="\u202eevil",
            mrn=hostile,
            site=hostile,
            primary_diagnosis=hostile,
        ),
    }[st.session_state["patient"]]
    header(patient, date(2026, 3, 31))


def drawn(patient: str) -> list[str]:
    app = AppTest.from_function(_draw)
    app.session_state["patient"] = patient
    shown = app.run()
    assert not shown.exception
    return [each.value for each in shown.markdown]


def test_the_name_then_the_facts():
    assert drawn("known") == [
        "## Lee, Ann",
        "Number A\\-100 · 45 years old · North · female · Treatment\\-resistant depression "
        "\\(F33\\.2\\) · induction, 3 of 6 infusions given · next appointment 3 Apr 2026, 09\\:05",
    ]


def test_a_patient_of_whom_little_is_known():
    assert drawn("bare") == [
        "## No name recorded",
        "Number P2 · no series yet · no appointment booked",
    ]


def test_data_is_never_formatting():
    name, facts = drawn("hostile")
    escaped = "\\<b\\>x\\</b\\> \\*\\*y\\*\\* \\$z\\$ \\[a\\]\\(b\\) \\:red\\[c\\] \\`d\\` \\#e"
    assert name == f"## evil, {escaped}"
    assert facts.count(escaped) == 3
