"""The caseload: its answer, the list of patients, and its pictures."""

from collections.abc import Hashable
from typing import Any

import pandas as pd
import streamlit as st

from access.viewer import Permission
from clinical.codes import Phase
from clinical.instruments import Instrument
from clinical.progress import MEAN_NEEDS, PARTIAL_PERCENT, WORSE_POINTS, Status
from clinical.thresholds import Thresholds
from data_access import patients as queries
from data_access.patients import PAGE_SIZE, CaseloadView, Sort
from data_access.thresholds import read_thresholds
from pages.patients.caseload_table import caseload_columns, caseload_table, saved_caseload
from pages.patients.findings import (
    caseload_answer,
    caseload_note,
    response_finding,
    scores_finding,
    status_finding,
)
from pages.patients.one_patient import OPENED, ORDER
from pages.shared.context import PageContext
from pages.shared.exports import about_patients
from pages.shared.frame import Finding, csv_button, definitions, findings, nothing, sentence
from pages.shared.memory import remembered
from pages.shared.words import count_words, day_words

_TABLE = "caseload"
_VIEWED, _TURN = "caseload_view", "caseload_turn"
"""Session state: what the table last showed, and how often that has changed."""
_WHOLE_ROWS, _HEIGHT = 12, 460
"""So many rows are shown whole; a longer page scrolls in so many pixels."""
_WIDTH = 230
"""Of each choice over the table, in pixels: three beside each other on a tablet."""


def caseload_page(context: PageContext) -> None:
    """Draw the caseload on a questionnaire that the clinic uses."""
    instruments = queries.instruments_in_use(context.connection, context.viewer)
    if not instruments:
        nothing("No questionnaire has been recorded yet, so nobody's progress can be shown.")
        return
    instrument = _choose_instrument(instruments)
    totals = remembered(
        context,
        "caseload-totals",
        lambda: queries.caseload_totals(
            context.connection, context.viewer, context.filters, instrument
        ),
        instrument.name,
    )
    thresholds = read_thresholds(context.connection, context.viewer)
    if len(totals):
        sentence(caseload_answer(totals, instrument))
        st.caption(caseload_note(totals))
    else:
        nothing(_why_nothing(context))
    if Permission.SEE_PATIENTS in context.viewer.permissions:
        _list(context, _choose_view(context, instrument, thresholds), totals)
    else:
        st.caption("You see totals only. The list is for those who may see patients by name.")
    if len(totals):
        _pictures(context, instrument, totals)
    definitions(_definitions(instrument, thresholds))


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


def _list(context: PageContext, view: CaseloadView, totals: pd.DataFrame) -> None:
    """The caseload as a table, a page at a time; a row opens its patient."""
    size = _size(context, view, totals)
    if not size:
        nothing(_why_no_row(view))
        return
    table, foot = st.container(), st.container(horizontal=True, vertical_alignment="center")
    with foot:
        page = _choose_page(size, view)
    rows = queries.caseload_page(
        context.connection, context.viewer, context.filters, view, page=page, today=context.today
    )
    st.session_state[ORDER] = rows["patient_key"].tolist()
    shown = caseload_table(rows, context.today, view.thresholds)
    with table:
        _draw_table(shown, view.instrument)
    with foot:
        first = (page - 1) * PAGE_SIZE + 1
        st.caption(
            f"{first:,} to {first + len(rows) - 1:,} of {count_words(size, 'patient')}. "
            "Select a row to open the patient."
        )
        with about_patients(context, rows["patient_key"]):
            csv_button(saved_caseload(shown), "caseload")


def _size(context: PageContext, view: CaseloadView, totals: pd.DataFrame) -> int:
    """How many patients the list holds. By status alone, the totals have counted them already."""
    if view.search.strip() or view.provider_keys or view.overdue_on:
        return queries.caseload_size(context.connection, context.viewer, context.filters, view)
    chosen = totals["status"].isin([int(status) for status in view.statuses or Status])
    return int(totals.loc[chosen, "patients"].sum())


def _draw_table(shown: pd.DataFrame, instrument: Instrument) -> None:
    st.dataframe(
        shown,
        hide_index=True,
        height="content" if len(shown) <= _WHOLE_ROWS else _HEIGHT,
        column_config=caseload_columns(instrument),
        key=_TABLE,
        on_select=_open_selected,
        selection_mode="single-row",
        placeholder="–",
        alt="The caseload, one patient a row; select a row to open the patient",
    )


def _choose_view(
    context: PageContext, instrument: Instrument, thresholds: Thresholds
) -> CaseloadView:
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
            width=_WIDTH,
        )
        statuses = _choose_statuses()
        providers = _choose_providers(context)
        sort = st.selectbox(
            "Order", [sort.value for sort in Sort], key="order", bind="query-params", width=_WIDTH
        )
        overdue = st.toggle(
            "Score overdue",
            key="overdue",
            bind="query-params",
            help="Under treatment, and depression not scored for too long",
        )
        beyond = bool(search.strip()) and st.checkbox(
            "Outside the filters too", key="beyond", persist_state="page"
        )
    return CaseloadView(
        instrument=instrument,
        search=search,
        statuses=statuses,
        provider_keys=providers,
        overdue_on=context.today if overdue else None,
        sort=Sort(sort),
        beyond=beyond,
        thresholds=thresholds,
    )


def _choose_statuses() -> tuple[Status, ...]:
    labels = st.multiselect(
        "Status",
        [status.label for status in Status],
        key="status",
        bind="query-params",
        placeholder="Every status",
        width=_WIDTH,
    )
    return tuple(status for status in Status if status.label in labels)


def _choose_providers(context: PageContext) -> tuple[int, ...]:
    """The keys of the chosen providers; the choice is of those who gave the latest infusions."""
    rows = queries.caseload_providers(context.connection, context.viewer, context.filters)
    keys = {_provider_label(row): int(row["provider_key"]) for row in rows.to_dict("records")}
    labels = st.multiselect(
        "Provider",
        list(keys),
        key="provider",
        bind="query-params",
        placeholder="Every provider",
        width=_WIDTH,
        help="Who gave the latest infusion",
    )
    return tuple(keys[label] for label in labels)


def _provider_label(row: dict[Hashable, Any]) -> str:
    """The name; two of one name are told apart by their identifiers."""
    return f"{row['name']} ({row['provider_id']})" if row["namesakes"] else str(row["name"])


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
    narrowed = bool(view.statuses or view.provider_keys or view.overdue_on)
    if not view.search.strip():
        return "No patient in this selection fits what is chosen here."
    fits = " and fits what is chosen here" if narrowed else ""
    if view.beyond:
        return f"Nobody whom you may see has such a name or number{fits}."
    return (
        f"Nobody in this selection has such a name or number{fits}. "
        "Tick “Outside the filters too” to search everybody."
    )


def _open_selected() -> None:
    rows = st.session_state[_TABLE]["selection"]["rows"]
    if rows:
        st.session_state[OPENED] = st.session_state[ORDER][rows[0]]


def _pictures(context: PageContext, instrument: Instrument, totals: pd.DataFrame) -> None:
    phase = _phase(context)
    scores = remembered(
        context,
        "scores-by-infusion",
        lambda: queries.scores_by_infusion(
            context.connection, context.viewer, context.filters, instrument, phase
        ),
        instrument.name,
        phase.name,
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


def _definitions(instrument: Instrument, thresholds: Thresholds) -> str:
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
- **Concern first**: patients under treatment with an open concern about suicidal thoughts,
  whichever questionnaire is chosen: item 9 of the PHQ-9 or the C-SSRS level rose within
  {thresholds.concern_days} days and has not come back, or the C-SSRS level is
  {thresholds.cssrs_high} or more, unless item 9 was answered with 0 later. Then by status, from
  worse to remission. Among equals the least improved first.
- **Score overdue**: under treatment, and depression not scored on any scale for
  {thresholds.overdue_induction_days} days or more in induction,
  {thresholds.overdue_maintenance_days} in maintenance, or never.
- **Under treatment**: the last infusion is at most {thresholds.treated_induction_days} days ago in
  induction, {thresholds.treated_maintenance_days} in maintenance.
- **Provider**: who gave the latest infusion that names somebody.
- **Before an infusion**: within 24 hours before the next one. **Within 72 hours** after one, and
  **later**: up to 28 days after the last. The same treatment gives quite different scores at these
  times (18 % response in Sakurai 2020, 55 % in Anand 2023), so they share no line and no bar.
- Intervals: 95 %, Wilson for shares; normal for means, from {MEAN_NEEDS} scores on.
"""
