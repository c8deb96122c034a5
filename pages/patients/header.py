"""Who one patient is and where the treatment stands, in words: on the page and on paper."""

from datetime import date

import streamlit as st

from clinical.codes import DiagnosisGroup, Phase
from data_access.one_patient import PatientRecord
from pages.shared.frame import plain
from pages.shared.people import person_name
from pages.shared.words import count_words, day_words


def header(patient: PatientRecord, today: date) -> None:
    """Draw the name and, below it, the facts."""
    facts = [f"Number {patient.mrn or patient.patient_id}"]
    if patient.birth_date is not None:
        facts.append(f"{age(patient.birth_date, today)} years old")
    if patient.site:
        facts.append(patient.site)
    facts += patient_facts(patient)
    with st.container(gap=None):
        st.markdown(f"## {plain(person_name(patient.given_name, patient.family_name))}")
        st.markdown(" · ".join(plain(fact) for fact in facts))


def patient_facts(patient: PatientRecord) -> list[str]:
    """Sex and diagnosis as far as recorded, how far the series has come, what is booked next."""
    facts = []
    if patient.sex not in {None, "unknown"}:
        facts.append(str(patient.sex))
    if patient.diagnosis_group is not DiagnosisGroup.UNKNOWN:
        facts.append(f"{patient.diagnosis_group.label} ({patient.primary_diagnosis})")
    following = patient.next_appointment
    booked = (
        "no appointment booked"
        if following is None
        else f"next appointment {day_words(following)}, {following:%H:%M}"
    )
    return [*facts, _progress(patient), booked]


def age(born: date, today: date) -> int:
    """Age in whole years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _progress(patient: PatientRecord) -> str:
    if patient.phase is Phase.NONE:
        return "no series yet"
    given = (
        f"{patient.done} of {count_words(patient.planned, 'infusion')}"
        if patient.planned
        else count_words(patient.done, "infusion")
    )
    return f"{patient.phase.label.lower()}, {given} given"
