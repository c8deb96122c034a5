"""Patients: how is each doing over the series, and who is not doing well?"""

import streamlit as st

from access.viewer import Permission
from pages.patients.caseload import caseload_page
from pages.patients.one_patient import CHOSEN, one_patient_page
from pages.shared.context import PageContext


def patients_page(context: PageContext) -> None:
    """Draw the page: the caseload, or the one patient that the reader has opened."""
    if CHOSEN in st.session_state and Permission.SEE_PATIENTS in context.viewer.permissions:
        one_patient_page(context, st.session_state[CHOSEN])
    else:
        caseload_page(context)
