"""Patients: how is each doing over the series, and who is not doing well?"""

import streamlit as st

from access.viewer import Permission
from data_access.handles import handle_of_patient, patient_of_handle
from pages.patients.caseload import caseload_page
from pages.patients.one_patient import OPENED, one_patient_page
from pages.shared.context import PageContext
from pages.shared.frame import nothing
from pages.shared.people import ADDRESS
from pages.shared.who_may import for_others


def patients_page(context: PageContext) -> None:
    """Draw the page: the caseload, or the one patient that the address names by a handle."""
    if not context.viewer.may(Permission.SEE_CLINICAL):
        nothing(for_others(context.viewer, "How each patient is doing", Permission.SEE_PATIENTS))
        return
    if Permission.SEE_PATIENTS not in context.viewer.permissions:
        caseload_page(context)
        return
    _address_the_opened(context)
    handle = st.query_params.get(ADDRESS)
    if handle is None:
        caseload_page(context)
    else:
        one_patient_page(context, patient_of_handle(context.connection, context.viewer, handle))


def _address_the_opened(context: PageContext) -> None:
    """Put the handle of a patient whom the reader has just opened into the address."""
    opened = st.session_state.pop(OPENED, None)
    if opened is not None:
        handle = handle_of_patient(context.connection, context.viewer, opened)
        if handle is not None:
            st.query_params[ADDRESS] = handle
