"""Patients: how is each doing over the series, and who is not doing well?"""

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from access.viewer import Permission
from charts.one_patient import taken
from clinical.calendar import day_number
from clinical.codes import Phase, Timepoint
from clinical.instruments import Instrument
from clinical.progress import MEAN_NEEDS, PARTIAL_PERCENT, WORSE_POINTS, Status
from data_access import patients as queries
from data_access.patients import PAGE_SIZE, CaseloadView, Sort
from pages.patients.findings import (
    caseload_answer,
    caseload_note,
    response_finding,
    scores_finding,
    status_finding,
)
from pages.patients.one_patient import CHOSEN, ORDER, one_patient_page, person_name
from pages.shared.context import PageContext
from pages.shared.frame import Finding, csv_button, definitions, findings, nothing, sentence
from pages.shared.words import day_words

_TABLE = "caseload"
_VIEWED, _TURN = "caseload_view", "caseload_turn"
"""Session state: what the table last showed, and how often that has changed."""
_STATUS_COLOURS = {
    Status.WORSE: "orange",
    Status.NO_RESPONSE: "orange",
    Status.PARTIAL: "gray",
    Status.STEADY: "gray",
    Status.IMPROVED: "blue",
    Status.RESPONDING: "blue",
    Status.REMISSION: "blue",
    Status.NOT_EVALUABLE: "gray",
}


def patients_page(context: PageContext) -> None:
    """Draw the page: the caseload, or the one patient that the reader has opened."""
    instruments = queries.instruments_in_use(context.connection, context.viewer)
    if CHOSEN in st.session_state and _may_see_patients(context):
        one_patient_page(context, st.session_state[CHOSEN])
    elif not instruments:
        nothing("No questionnaire has been recorded yet, so nobody's progress can be shown.")
    else:
        _caseload_page(context, instruments)


def _may_see_patients(context: PageContext) -> bool:
    return Permission.SEE_PATIENTS in context.viewer.permissions


def _caseload_page(context: PageContext, instruments: tuple[Instrument, ...]) -> None:
    instrument = _choose_instrument(instruments)
    totals = queries.caseload_totals(
        context.connection, context.viewer, context.filters, instrument
    )
    if len(totals):
        sentence(caseload_answer(totals, instrument))
        st.caption(caseload_note(totals))
    else:
        nothing(_why_nothing(context))
    if _may_see_patients(context):
        _list(context, instrument)
    else:
        st.caption("You see totals only. The list is for those who may see patients by name.")
    if len(totals):
        _pictures(context, instrument, totals)
    definitions(_definitions(instrument))


def _choose_instrument(instruments: tuple[Instrument, ...]) -> Instrument:
    by_name = {instrument.name: instrument for instrument in instruments}
    name = st.segmented_control(
        "Questionnaire",
        list(by_name),
        default=instruments[0].name,
        required=True,
        key="instrument",
        bind="query-params",
        label_visibility="collapsed",
    )
    return by_name[name]


def _why_nothing(context: PageContext) -> str:
    filters, status = context.filters, context.status
    words = (
        "No patient's latest series lies in this selection, "
        f"{day_words(filters.start)} to {day_words(filters.end)}"
    )
    if status.first_day is None or status.last_day is None:
        return f"{words}: no infusion has been recorded yet."
    first, last = day_words(status.first_day), day_words(status.last_day)
    return f"{words}; the data runs from {first} to {last}."


def _list(context: PageContext, instrument: Instrument) -> None:
    """The caseload as a table: search, narrow, sort, page, open."""
    view = _choose_view(instrument)
    connection, viewer, filters = context.connection, context.viewer, context.filters
    size = queries.caseload_size(connection, viewer, filters, view)
    if not size:
        nothing(_why_no_row(view))
        return
    table, foot = st.container(), st.container(horizontal=True, vertical_alignment="center")
    with foot:
        page = _choose_page(size, view)
    rows = queries.caseload_page(connection, viewer, filters, view, page=page, today=context.today)
    st.session_state[ORDER] = rows["patient_key"].tolist()
    shown = _table(rows, context.today)
    with table:
        _draw_table(shown, instrument)
    with foot:
        first = (page - 1) * PAGE_SIZE + 1
        st.caption(
            f"{first:,} to {first + len(rows) - 1:,} of {size:,} patients. "
            "Select a row to open the patient."
        )
        csv_button(_saved(shown), "caseload")


def _draw_table(shown: pd.DataFrame, instrument: Instrument) -> None:
    st.dataframe(
        shown,
        hide_index=True,
        height=min(38 + 35 * len(shown), 460),
        column_config=_columns(instrument),
        key=_TABLE,
        on_select=_open_selected,
        selection_mode="single-row",
        placeholder="–",
        alt="The caseload, one patient a row; select a row to open the patient",
    )


def _choose_view(instrument: Instrument) -> CaseloadView:
    with st.container(
        horizontal=True, vertical_alignment="bottom", gap="small", key="caseload-bar"
    ):
        # The typed text is kept out of the URL: it is a patient's name.
        search = st.text_input(
            "Find a patient",
            key="patient_search",
            type="search",
            max_chars=80,
            placeholder="Name or number",
            persist_state="page",
            width=260,
        )
        labels = st.multiselect(
            "Status",
            [status.label for status in Status],
            key="status",
            bind="query-params",
            placeholder="Every status",
            width=260,
        )
        sort = st.selectbox(
            "Order", [sort.value for sort in Sort], key="order", bind="query-params", width=230
        )
        beyond = bool(search.strip()) and st.checkbox(
            "Outside the filters too", key="beyond", persist_state="page"
        )
    return CaseloadView(
        instrument=instrument,
        search=search,
        statuses=tuple(status for status in Status if status.label in labels),
        sort=Sort(sort),
        beyond=beyond,
    )


def _choose_page(size: int, view: CaseloadView) -> int:
    """The page to show; what is looked at otherwise than before begins at its first page."""
    pages = -(-size // PAGE_SIZE)
    if st.session_state.get(_VIEWED) != (view, size):
        st.session_state[_VIEWED] = (view, size)
        st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1
    if pages == 1:
        return 1
    return st.pagination(
        pages, key=f"caseload-page-{st.session_state[_TURN]}", persist_state="page"
    )


def _why_no_row(view: CaseloadView) -> str:
    if not view.search.strip():
        return "No patient in this selection has such a status."
    if view.beyond:
        return "Nobody whom you may see has such a name or number."
    return (
        "Nobody in this selection has such a name or number. "
        "Tick “Outside the filters too” to search everybody."
    )


def _open_selected() -> None:
    rows = st.session_state[_TABLE]["selection"]["rows"]
    if rows:
        st.session_state[CHOSEN] = st.session_state[ORDER][rows[0]]


def _table(rows: pd.DataFrame, today: date) -> pd.DataFrame:
    """The rows in the reader's words."""
    return pd.DataFrame(
        {
            "Patient": [
                person_name(given, family)
                for given, family in zip(rows["given_name"], rows["family_name"], strict=True)
            ],
            "Number": rows["mrn"].fillna(rows["patient_id"]),
            "Series": [
                _progress(Phase(phase), done, planned)
                for phase, done, planned in zip(
                    rows["phase"], rows["done"], rows["planned"], strict=True
                )
            ],
            "Status": [[Status(number).label] for number in rows["status"]],
            "Baseline": rows["baseline"],
            "Last": rows["last_total"],
            "Change": rows["change"],
            "Scores": rows["history"],
            "Last taken": [
                None if pd.isna(kind) else taken(Timepoint(kind), int(number))
                for kind, number in zip(rows["last_timepoint"], rows["last_number"], strict=True)
            ],
            "Days since": day_number(today) - rows["last_day"],
            "Next appointment": rows["next_day"],
            "Site": rows["site"],
        }
    )


def _progress(phase: Phase, done: int, planned: int | None) -> str:
    if phase is Phase.NONE:
        return "None yet"
    return (
        f"{phase.label}, {done} given"
        if pd.isna(planned)
        else (f"{phase.label}, {done} of {planned}")
    )


def _saved(shown: pd.DataFrame) -> pd.DataFrame:
    """The table for a file: one status a cell, scores apart by spaces."""
    return shown.assign(
        Status=shown["Status"].str[0],
        Scores=[" ".join(f"{score:g}" for score in scores) for scores in shown["Scores"]],
    )


def _columns(instrument: Instrument) -> dict[str, Any]:
    config = st.column_config
    return {
        "Patient": config.TextColumn(pinned=True),
        "Series": config.TextColumn(help="The latest series: infusions given, of those planned"),
        "Status": config.MultiselectColumn(
            options=[status.label for status in Status],
            color=[_STATUS_COLOURS[status] for status in Status],
            help=f"By {instrument.name}, latest score against the baseline of the series",
        ),
        "Baseline": config.NumberColumn(format="%g", help="In the 14 days before the series"),
        "Last": config.NumberColumn(format="%g", help="The latest score of the series"),
        "Change": config.NumberColumn(format="%+g", help="Points: latest score minus baseline"),
        "Scores": config.LineChartColumn(
            y_min=instrument.lowest,
            y_max=instrument.highest,
            help="The baseline, then the scores taken before an infusion of the series",
        ),
        "Last taken": config.TextColumn(help="When the latest score was taken"),
        "Days since": config.NumberColumn(format="%d", help="Days since the latest score"),
        "Next appointment": config.DateColumn(format="DD MMM YYYY"),
    }


def _pictures(context: PageContext, instrument: Instrument, totals: pd.DataFrame) -> None:
    phase = _phase(context)
    scores = queries.scores_by_infusion(
        context.connection, context.viewer, context.filters, instrument, phase
    )
    found: list[Finding | None] = [
        scores_finding(scores, instrument, phase, context.filters),
        response_finding(scores, instrument, phase),
        status_finding(totals, instrument),
    ]
    drawn = [finding for finding in found if finding is not None]
    if drawn:
        findings(*drawn)
    else:
        nothing(f"Too few {instrument.name} scores in this selection for a picture.")


def _phase(context: PageContext) -> Phase:
    """Infusion numbers begin anew with each series, so one picture shows one phase."""
    only = context.filters.phases
    return Phase.MAINTENANCE if only == (Phase.MAINTENANCE,) else Phase.INDUCTION


def _definitions(instrument: Instrument) -> str:
    worse = WORSE_POINTS[instrument.code]
    return f"""
- **Patients with a series in this period**: the latest series began by the end of the period and
  had an infusion since its start.
- **Baseline**: the last score in the 14 days up to the first infusion of the series. Without one,
  or without a later score, a patient is *not evaluable*.
- **{instrument.name}**: {instrument.source}
- **Worse**: at least {worse:g} points over the baseline in the wrong direction. Our default, after
  the instrument's own measurement error; for the medical director to sign off.
- **Partial response**: {PARTIAL_PERCENT} to 49 % better. **No response**: less than that, in
  induction. **Steady**: the same in maintenance, whose baseline is the score with which it began,
  or on a questionnaire without a rule for response.
- **Before an infusion**: within 24 hours before the next one. **Within 72 hours** after one, and
  **later**: up to 28 days after the last. The same treatment gives quite different scores at these
  times (18 % response in Sakurai 2020, 55 % in Anand 2023), so they share no line and no bar.
- Intervals: 95 %, Wilson for shares; normal for means, from {MEAN_NEEDS} scores on.
"""
