"""One patient: who it is, how the series went, and what each infusion did."""

import re
from collections.abc import Sequence
from datetime import date

import streamlit as st

from clinical.codes import DiagnosisGroup, Phase
from clinical.thresholds import Thresholds
from data_access import one_patient as queries
from data_access.one_patient import PatientRecord
from data_access.thresholds import read_thresholds
from pages.patients.expected_finding import expected_finding
from pages.patients.exposure_findings import exposure_definitions, exposure_section
from pages.patients.infusion_findings import (
    INFUSION_DEFINITIONS,
    infusions_section,
    pressure_finding,
    side_effect_finding,
)
from pages.patients.items_findings import ITEM_DEFINITIONS, items_section
from pages.patients.progress_findings import PROGRESS_DEFINITIONS, trajectory_finding
from pages.patients.progress_sections import answer_section, change_section
from pages.patients.record import Record, read_record
from pages.patients.thoughts_findings import (
    NO_THOUGHTS,
    THOUGHTS_DEFINITIONS,
    thoughts_finding,
    thoughts_of,
)
from pages.patients.view import SERIES, choose_view
from pages.shared.context import PageContext
from pages.shared.frame import Finding, definitions, nothing, plain, show
from pages.shared.words import day_words

CHOSEN = "chosen_patient"
"""Session state: the key of the patient who is open. Never in the URL or in a widget's key."""
ORDER = "caseload_order"
"""Session state: the keys of the patients on the caseload's page, in its order."""
_NO_PRESSURE = "No blood pressure has been recorded in these infusions."
_NO_FORM = "No side-effect form has been filled in for these infusions."
_UNSHOWN = re.compile(
    "[\\u0000-\\u001f\\u007f-\\u009f\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069\\u061c]"
)


def one_patient_page(context: PageContext, patient_key: int) -> None:
    """Draw one patient. One who is unknown or another site's is not found, in the same words."""
    _navigation(patient_key)
    patient = queries.find_patient(context.connection, context.viewer, patient_key, context.now)
    if patient is None:
        nothing("Not found, or not yours to see.")
        return
    record = read_record(context, patient)
    _header(patient, context.today)
    if record.infusions.empty:
        nothing("No infusion has been recorded for this patient yet.")
        return
    _sections(context, record, read_thresholds(context.connection, context.viewer))


def _sections(context: PageContext, record: Record, thresholds: Thresholds) -> None:
    """The parts of the page, in the order in which they are read."""
    patient_key = record.patient.patient_key
    answer, thoughts = st.container(gap="small"), thoughts_of(record)
    view = choose_view(record)
    with answer:
        answer_section(record, view, thoughts, context.today)
    show(trajectory_finding(view.shown, view.instruments, view.along))
    change_section(view)
    _side_by_side(
        thoughts_finding(thoughts, record.infusions, context.today) or NO_THOUGHTS,
        expected_finding(context, view.answered, view.instruments[0], thresholds),
    )
    items_section(context, patient_key, view.shown.scores, view.series_key)
    infusions_section(context, patient_key, view.shown.infusions, record.side_effects, thresholds)
    _side_by_side(
        pressure_finding(view.shown.infusions, thresholds) or _NO_PRESSURE,
        side_effect_finding(view.shown.infusions, record.side_effects) or _NO_FORM,
    )
    exposure_section(context, patient_key, thresholds)
    definitions(_definitions(thresholds))


def _definitions(thresholds: Thresholds) -> str:
    parts = (
        PROGRESS_DEFINITIONS,
        THOUGHTS_DEFINITIONS,
        ITEM_DEFINITIONS,
        INFUSION_DEFINITIONS,
        exposure_definitions(thresholds),
    )
    return "\n".join(part.strip() for part in parts)


def _side_by_side(*parts: Finding | str) -> None:
    """Two findings beside each other; where one could not be made, why."""
    with st.grid(2, min_column_width=420):
        for part in parts:
            if isinstance(part, str):
                nothing(part)
            else:
                show(part)


def person_name(given: str | None, family: str | None) -> str:
    """A patient's name as text, the family name first; invisible control characters are left out.

    Left in, marks that turn the direction of writing would turn what stands beside the name, too.
    """
    parts = [_UNSHOWN.sub("", part) for part in (family, given) if isinstance(part, str) and part]
    return ", ".join(parts) or "No name recorded"


def _navigation(patient_key: int) -> None:
    order: Sequence[int] = st.session_state.get(ORDER, [])
    place = order.index(patient_key) if patient_key in order else None
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button("← Back to the caseload", on_click=_close)
        where = "" if place is None else _neighbours(order, place)
        st.caption(f"{where}The whole record: the filters above do not narrow it.")


def _neighbours(order: Sequence[int], place: int) -> str:
    """Buttons to the patients before and after on the caseload's page; where this one stands."""
    st.button("Previous", on_click=_open, args=[order[place - 1]], disabled=place == 0)
    following = order[place + 1] if place + 1 < len(order) else None
    st.button("Next", on_click=_open, args=[following], disabled=following is None)
    return f"Patient {place + 1} of {len(order)} on this page of the caseload. "


def _open(patient_key: int) -> None:
    st.session_state[CHOSEN] = patient_key
    st.session_state.pop(SERIES, None)


def _close() -> None:
    st.session_state.pop(CHOSEN, None)
    st.session_state.pop(SERIES, None)


def _header(patient: PatientRecord, today: date) -> None:
    facts = [f"Number {patient.mrn or patient.patient_id}"]
    if patient.birth_date is not None:
        facts.append(f"{_age(patient.birth_date, today)} years old")
    if patient.sex not in {None, "unknown"}:
        facts.append(str(patient.sex))
    if patient.diagnosis_group is not DiagnosisGroup.UNKNOWN:
        facts.append(f"{patient.diagnosis_group.label} ({patient.primary_diagnosis})")
    if patient.site:
        facts.append(patient.site)
    facts.append(_progress(patient))
    next_one = patient.next_appointment
    facts.append(
        f"next appointment {day_words(next_one)}, {next_one:%H:%M}"
        if next_one
        else "no appointment booked"
    )
    name = person_name(patient.given_name, patient.family_name)
    with st.container(gap=None):
        st.markdown(f"## {plain(name)}")
        st.markdown(" · ".join(plain(fact) for fact in facts))


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _progress(patient: PatientRecord) -> str:
    if patient.phase is Phase.NONE:
        return "no series yet"
    given = f"{patient.done} of {patient.planned}" if patient.planned else f"{patient.done}"
    return f"{patient.phase.label.lower()}, {given} infusions given"
