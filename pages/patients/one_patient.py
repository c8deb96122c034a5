"""One patient: who it is, how the series went, and what each infusion did."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import streamlit as st

from charts.along import Along
from clinical.calendar import day_date
from clinical.codes import DiagnosisGroup, Phase
from clinical.instruments import PHQ9, Instrument
from data_access import one_patient as queries
from data_access.one_patient import PatientRecord
from pages.patients.one_patient_findings import (
    infusion_table,
    pressure_finding,
    side_effect_finding,
)
from pages.patients.progress_findings import (
    against_before_treatment,
    change_table,
    change_words,
    patient_answer,
    trajectory_finding,
)
from pages.patients.record import Record, read_record
from pages.patients.thoughts_findings import (
    NOTHING,
    Thoughts,
    thoughts_finding,
    thoughts_line,
    thoughts_of,
)
from pages.shared.context import PageContext
from pages.shared.frame import (
    csv_button,
    definitions,
    finding_grid,
    heading,
    nothing,
    plain,
    sentence,
    show,
    table,
)
from pages.shared.words import count_words, day_words

CHOSEN = "chosen_patient"
"""Session state: the key of the patient who is open. Never in the URL or in a widget's key."""
ORDER = "caseload_order"
"""Session state: the keys of the patients on the caseload's page, in its order."""
_SERIES = "patient_series"
_ALL = -1
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
    answer, thoughts = st.container(gap="small"), thoughts_of(record)
    view = _choose_view(record)
    with answer:
        _answer(record, view, thoughts, context.today)
    show(trajectory_finding(view.shown, view.instruments, view.along))
    _change(view)
    _beside_each_other(record, thoughts, context.today)
    _infusion_pictures(view.shown)
    _infusions(view.shown)
    _definitions()


def _beside_each_other(record: Record, thoughts: Thoughts, today: date) -> None:
    found = thoughts_finding(thoughts, record.infusions, today)
    if found is None:
        nothing(NOTHING)
    finding_grid([finding for finding in (found,) if finding is not None])


def _infusion_pictures(shown: Record) -> None:
    found = (
        pressure_finding(shown.infusions),
        side_effect_finding(shown.infusions, shown.side_effects),
    )
    finding_grid([finding for finding in found if finding is not None])


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
    st.session_state.pop(_SERIES, None)


def _close() -> None:
    st.session_state.pop(CHOSEN, None)
    st.session_state.pop(_SERIES, None)


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


@dataclass(frozen=True, slots=True)
class _View:
    """What the reader has chosen to see of a record.

    ``shown``: the chosen series, or all; ``answered``: the one series that sentences and milestones
    are about; ``which``: how that one is called where it is not the only one shown.
    """

    shown: Record
    answered: Record
    which: str
    instruments: list[Instrument]
    along: Along


def _choose_view(record: Record) -> _View:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        instruments = _choose_instruments(record)
        series_key = _choose_series(record)
        along = _choose_axis(every_series=series_key is None)
    latest = int(record.series["series_key"].iloc[0])
    return _View(
        shown=record if series_key is None else record.of_series(series_key),
        answered=record.of_series(latest if series_key is None else series_key),
        which="Latest series: " if series_key is None else "",
        instruments=instruments,
        along=along,
    )


def _answer(record: Record, view: _View, thoughts: Thoughts, today: date) -> None:
    """How the patient is doing, on the first questionnaire in large and on the others below."""
    first, *others = (_in_words(record, view.answered, each) for each in view.instruments)
    sentence(view.which + first)
    for words in (*others, thoughts_line(thoughts, today)):
        if words:
            st.markdown(words)


def _in_words(record: Record, answered: Record, instrument: Instrument) -> str:
    words = patient_answer(
        instrument,
        Phase(answered.series["phase"].iloc[0]),
        answered.later_scores_of(instrument),
        answered.baseline_of(instrument),
    )
    return f"{words} {_before_treatment(record, answered, instrument)}".strip()


def _before_treatment(record: Record, answered: Record, instrument: Instrument) -> str:
    """For a maintenance series, the latest score against the induction before it; else nothing."""
    baseline = answered.induction_baseline_of(instrument)
    if baseline is None:
        return ""
    series = record.series[record.series["first_day"] <= answered.series["first_day"].iloc[0]]
    later = record.later_scores_of(instrument)
    totals = later.loc[later["series_key"].isin(series["series_key"]), "total"].tolist()
    return against_before_treatment(instrument, baseline, totals)


def _change(view: _View) -> None:
    """What the series has reached, and when."""
    heading("Change since the series began", _change_words(view))
    rows = change_table(view.answered, view.instruments)
    read = change_words(rows)
    st.table(
        read if len(view.instruments) > 1 else read.drop(columns="Questionnaire"),
        border="horizontal",
        hide_index=True,
        alt="What the series has reached, a milestone a row",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            " ".join(f"{each.name}: {each.source}" for each in view.instruments), width="stretch"
        )
        csv_button(rows, "change")


def _change_words(view: _View) -> str:
    start = view.answered.infusions["started"].iloc[0]
    return (
        f"{view.which}{Phase(view.answered.series['phase'].iloc[0]).label}, "
        f"{count_words(len(view.answered.infusions), 'infusion')}; day 0 is {day_words(start)}. "
        "Each milestone with the first score that reached it"
    )


def _infusions(shown: Record) -> None:
    heading("Every infusion", f"{count_words(len(shown.infusions), 'infusion')}, the first on top")
    table(
        infusion_table(shown.infusions, shown.side_effects),
        "infusions",
        {
            "Date": st.column_config.DateColumn(format="DD MMM YYYY"),
            "mg/kg": st.column_config.NumberColumn(format="%.2f"),
            "Systolic rise": st.column_config.NumberColumn(format="%+d", help="mmHg"),
            "Side effects (grade)": st.column_config.TextColumn(width="large"),
        },
    )


def _choose_instruments(record: Record) -> list[Instrument]:
    """The questionnaires to look at; the first that the patient has where none is chosen."""
    offered = record.instruments() or [PHQ9]
    by_name = {instrument.name: instrument for instrument in offered}
    names = st.pills(
        "Questionnaires",
        list(by_name),
        selection_mode="multi",
        default=[offered[0].name],
        key="measures",
        bind="query-params",
    )
    return [each for name, each in by_name.items() if name in names] or offered[:1]


def _choose_series(record: Record) -> int | None:
    """The key of the series to look at, the latest by default; ``None`` for every series."""
    words: dict[int, str] = {
        key: f"{Phase(phase).label} from {day_words(day_date(day))}, "
        f"{count_words(infusions, 'infusion')}"
        for key, phase, day, infusions in zip(
            record.series["series_key"].tolist(),
            record.series["phase"],
            record.series["first_day"],
            record.series["infusions"],
            strict=True,
        )
    }
    if len(words) == 1:
        return next(iter(words))
    chosen: int = st.selectbox(
        "Series",
        [*words, _ALL],
        format_func=lambda key: words.get(key, "Every series"),
        key=_SERIES,
        persist_state="page",
        width=320,
    )
    return None if chosen == _ALL else chosen


def _choose_axis(*, every_series: bool) -> Along:
    """What the trajectory runs along. Over several series only dates make one axis."""
    if every_series:
        st.segmented_control(
            "Along",
            [Along.DATE.value],
            default=Along.DATE.value,
            key="along-dates-only",
            disabled=True,
            help="Days and infusion numbers begin anew with each series. Choose one series for "
            "these.",
        )
        return Along.DATE
    return Along(
        st.segmented_control(
            "Along",
            [along.value for along in Along],
            default=Along.DATE.value,
            required=True,
            key="along",
            bind="query-params",
        )
    )


def _definitions() -> None:
    definitions(
        """
- **Baseline**: the last score in the 14 days up to the first infusion of the series.
- **Timepoints**: *before an infusion* is within 24 hours before the next one; *within 72 hours* and
  *later* (up to 28 days after the last infusion) are apart, because the same treatment gives quite
  different scores at these times.
- **Blood pressure**: the limit of 165/100 mmHg is that of treatment-emergent hypertension in
  Rodrigues 2021; a default for the medical director to sign off. The first value is the one before
  the infusion.
- **Item 9** of PHQ-9 asks for thoughts of death or self-harm. It is a gateway to further questions
  and no level of risk; it is shown apart because it can rise while the total falls.
- **Grades**: CTCAE, 1 mild to 5 death. An infusion whose side-effect form was not filled in is
  marked so, and is not one without side effects.
"""
    )
