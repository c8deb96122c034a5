"""One patient: who it is, how the series went, and what each infusion did."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from clinical.thresholds import Thresholds
from data_access import one_patient as queries
from data_access.thresholds import read_thresholds
from pages.patients.expected_finding import EXPECTED_DEFINITIONS, expected_finding
from pages.patients.exposure_findings import exposure_definitions, exposure_section
from pages.patients.header import header
from pages.patients.infusion_findings import (
    INFUSION_DEFINITIONS,
    infusions_section,
    pressure_finding,
    side_effect_finding,
)
from pages.patients.items_findings import ITEM_DEFINITIONS, items_section
from pages.patients.progress_findings import PROGRESS_DEFINITIONS, trajectory_finding
from pages.patients.progress_sections import answer_section, change_section
from pages.patients.reasons import reasons_line
from pages.patients.record import Record, read_record
from pages.patients.summary import summary_button
from pages.patients.thoughts_findings import (
    NO_THOUGHTS,
    THOUGHTS_DEFINITIONS,
    Thoughts,
    thoughts_finding,
    thoughts_of,
)
from pages.patients.view import SERIES, View, choose_view
from pages.shared.context import PageContext
from pages.shared.exports import about_patients
from pages.shared.frame import Finding, definitions, nothing, show
from pages.shared.memory import kept
from pages.shared.people import ADDRESS

OPENED = "opened_patient"
"""Session state: the key of the patient whom the reader has just asked for."""
ORDER = "caseload_order"
"""Session state: the keys of the patients on the caseload's page, in its order."""
_NO_PRESSURE = "No blood pressure has been recorded in these infusions."
_NO_FORM = "No side-effect form has been filled in for these infusions."
_SHOWN = "shown_patient"
"""Session state: the key of the patient who was drawn last."""


def one_patient_page(context: PageContext, patient_key: int | None) -> None:
    """Draw one patient. One who is unknown or another site's is not found, in the same words."""
    _navigation(patient_key)
    patient = (
        None
        if patient_key is None
        else queries.find_patient(context.connection, context.viewer, patient_key, context.now)
    )
    if patient is None:
        nothing("Not found, or not yours to see.")
        return
    _forget_choices_of_another(patient.patient_key)
    record = kept(context, "patient's record", lambda: read_record(context, patient), patient)
    with st.container(horizontal=True, vertical_alignment="top", gap="small"):
        with st.container(width="stretch", gap=None):
            header(patient, context.today)
        on_paper = st.container(width="content")
    if record.infusions.empty:
        nothing("No infusion has been recorded for this patient yet.")
        return
    with about_patients(context, [patient.patient_key]):
        _sections(context, record, on_paper)


def _sections(context: PageContext, record: Record, on_paper: DeltaGenerator) -> None:
    """The parts of the page, in the order in which they are read; ``on_paper``: for the button."""
    thresholds = read_thresholds(context.connection, context.viewer)
    patient_key = record.patient.patient_key
    answer, thoughts = st.container(gap="small"), thoughts_of(record)
    view = choose_view(record)
    chosen = view.series_key, tuple(view.instruments), view.along
    found = kept(
        context,
        "patient's findings",
        lambda: _find(context, record, view, thoughts, thresholds),
        record.patient,
        thresholds,
        *chosen,
    )
    with on_paper:
        summary_button(context, record, view, thoughts, thresholds, found.expected)
    with answer:
        answer_section(record, view, thoughts, context.today)
        if found.reasons:
            st.markdown(found.reasons)
    show(found.trajectory)
    change_section(view)
    _side_by_side(found.thoughts, found.expected)
    items_section(context, patient_key, view.shown.scores, view.series_key)
    infusions_section(context, patient_key, view.shown.infusions, record.side_effects, thresholds)
    _side_by_side(found.pressure, found.side_effects)
    exposure_section(context, patient_key, thresholds)
    definitions(_definitions(thresholds))


@dataclass(frozen=True, slots=True)
class _Findings:
    """What is found in a view of a record; in words why, where there is no picture."""

    reasons: str
    trajectory: Finding
    thoughts: Finding | str
    expected: Finding | str
    pressure: Finding | str
    side_effects: Finding | str


def _find(
    context: PageContext, record: Record, view: View, thoughts: Thoughts, thresholds: Thresholds
) -> _Findings:
    shown = view.shown
    return _Findings(
        reasons=reasons_line(context, record.patient.patient_key, thresholds),
        trajectory=trajectory_finding(shown, view.instruments, view.along),
        thoughts=thoughts_finding(thoughts, record.infusions, context.today) or NO_THOUGHTS,
        expected=expected_finding(context, view.answered, view.instruments[0], thresholds),
        pressure=pressure_finding(shown.infusions, thresholds) or _NO_PRESSURE,
        side_effects=side_effect_finding(shown.infusions, record.side_effects) or _NO_FORM,
    )


def _definitions(thresholds: Thresholds) -> str:
    parts = (
        PROGRESS_DEFINITIONS,
        THOUGHTS_DEFINITIONS,
        EXPECTED_DEFINITIONS,
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


def _navigation(patient_key: int | None) -> None:
    order: Sequence[int] = st.session_state.get(ORDER, [])
    place = order.index(patient_key) if patient_key in order else None
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key="patient-navigation"
    ):
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
    st.session_state[OPENED] = patient_key


def _close() -> None:
    st.query_params.pop(ADDRESS, None)


def _forget_choices_of_another(patient_key: int) -> None:
    """A series that was chosen belongs to one patient only."""
    if st.session_state.get(_SHOWN) != patient_key:
        st.session_state[_SHOWN] = patient_key
        st.session_state.pop(SERIES, None)
