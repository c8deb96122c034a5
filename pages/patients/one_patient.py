"""One patient: who it is, how the series went, and what each infusion did."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

import pandas as pd
import streamlit as st

from clinical.calendar import day_date
from clinical.codes import DiagnosisGroup, Phase, Timepoint
from clinical.instruments import PHQ9, Instrument
from clinical.progress import FOLLOWED
from data_access import one_patient as queries
from data_access.one_patient import PatientRecord
from pages.patients.one_patient_findings import (
    against_before_treatment,
    infusion_table,
    item_9_finding,
    patient_answer,
    pressure_finding,
    side_effect_finding,
    trajectory_finding,
)
from pages.shared.context import PageContext
from pages.shared.frame import (
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


@dataclass(frozen=True, slots=True)
class _Record:
    """Everything the page shows of one patient."""

    patient: PatientRecord
    series: pd.DataFrame
    baselines: pd.DataFrame
    scores: pd.DataFrame
    infusions: pd.DataFrame
    side_effects: pd.DataFrame

    def of_series(self, series_key: int) -> "_Record":
        """The part of the record that belongs to one series."""

        def part(frame: pd.DataFrame) -> pd.DataFrame:
            return frame[frame["series_key"].isin([series_key])]

        return replace(
            self,
            series=part(self.series),
            baselines=part(self.baselines),
            scores=part(self.scores),
            infusions=part(self.infusions),
        )

    def scores_of(self, instrument: Instrument) -> pd.DataFrame:
        """The scores of one instrument."""
        return self.scores[self.scores["instrument"] == instrument.code]

    def baselines_of(self, instrument: Instrument) -> pd.DataFrame:
        """The baselines of one instrument, a row for each series that has one."""
        return self.baselines[self.baselines["instrument"] == instrument.code]


def one_patient_page(context: PageContext, patient_key: int) -> None:
    """Draw one patient. One who is unknown or another site's is not found, in the same words."""
    _navigation(patient_key)
    patient = queries.find_patient(context.connection, context.viewer, patient_key, context.now)
    if patient is None:
        nothing("Not found, or not yours to see.")
        return
    record = _read(context, patient)
    _header(patient, context.today)
    if record.infusions.empty:
        nothing("No infusion has been recorded for this patient yet.")
        return
    _trajectory(record)
    _definitions()


def person_name(given: str | None, family: str | None) -> str:
    """A patient's name as text, the family name first; invisible control characters are left out.

    Left in, marks that turn the direction of writing would turn what stands beside the name, too.
    """
    parts = [_UNSHOWN.sub("", part) for part in (family, given) if isinstance(part, str) and part]
    return ", ".join(parts) or "No name recorded"


def _read(context: PageContext, patient: PatientRecord) -> _Record:
    arguments = context.connection, context.viewer, patient.patient_key
    baselines = queries.patient_baselines(*arguments)
    baselines["completed"] = [datetime.combine(day_date(day), time(12)) for day in baselines["day"]]
    series = queries.patient_series(*arguments)
    return _Record(
        patient=patient,
        series=series,
        baselines=_with_induction_baseline(baselines, series),
        scores=queries.patient_scores(*arguments),
        infusions=queries.patient_infusions(*arguments),
        side_effects=queries.patient_side_effects(*arguments),
    )


def _navigation(patient_key: int) -> None:
    order: Sequence[int] = st.session_state.get(ORDER, [])
    place = order.index(patient_key) if patient_key in order else None
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button("← Back to the caseload", on_click=_close)
        if place is None:
            return
        st.button("Previous", on_click=_open, args=[order[place - 1]], disabled=place == 0)
        following = order[place + 1] if place + 1 < len(order) else None
        st.button("Next", on_click=_open, args=[following], disabled=following is None)
        st.caption(f"Patient {place + 1} of {len(order)} on this page of the caseload")


def _open(patient_key: int) -> None:
    st.session_state[CHOSEN] = patient_key
    st.session_state.pop(_SERIES, None)


def _close() -> None:
    st.session_state.pop(CHOSEN, None)
    st.session_state.pop(_SERIES, None)


def _header(patient: PatientRecord, today: date) -> None:
    name = person_name(patient.given_name, patient.family_name)
    st.markdown(f"## {plain(name)}")
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
    st.markdown(" · ".join(plain(fact) for fact in facts))
    st.caption("The whole record: the filters above do not narrow it.")


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _progress(patient: PatientRecord) -> str:
    if patient.phase is Phase.NONE:
        return "no series yet"
    given = f"{patient.done} of {patient.planned}" if patient.planned else f"{patient.done}"
    return f"{patient.phase.label.lower()}, {given} infusions given"


def _trajectory(record: _Record) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        instrument = _choose_instrument(record)
        series_key = _choose_series(record)
        by_number = series_key is not None and _choose_axis() == "Infusion"
    if series_key is None:
        shown, answered, which = record, int(record.series["series_key"].iloc[0]), "Latest series: "
    else:
        shown, answered, which = record.of_series(series_key), series_key, ""
    sentence(which + _answer(record.of_series(answered), instrument))
    before = _before_treatment(record, answered, instrument)
    if before:
        st.markdown(before)
    _pictures(shown, instrument, by_number=by_number)
    _infusions(shown)


def _pictures(shown: _Record, instrument: Instrument, *, by_number: bool) -> None:
    show(
        trajectory_finding(
            instrument,
            shown.scores_of(instrument),
            shown.infusions,
            shown.baselines_of(instrument),
            by_number=by_number,
        )
    )
    below = (pressure_finding(shown.infusions), item_9_finding(shown.scores_of(PHQ9)))
    finding_grid([finding for finding in below if finding is not None])
    side_effects = side_effect_finding(shown.infusions, shown.side_effects)
    if side_effects is not None:
        show(side_effects)


def _infusions(shown: _Record) -> None:
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


def _choose_instrument(record: _Record) -> Instrument:
    used = set(record.scores["instrument"]) | set(record.baselines["instrument"])
    offered = [instrument for instrument in FOLLOWED if instrument.code in used] or [PHQ9]
    by_name = {instrument.name: instrument for instrument in offered}
    name = st.segmented_control(
        "Questionnaire",
        list(by_name),
        default=offered[0].name,
        required=True,
        key="instrument",
        bind="query-params",
    )
    return by_name[name]


def _choose_series(record: _Record) -> int | None:
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


def _choose_axis() -> str:
    return st.segmented_control(
        "Along",
        ["Date", "Infusion"],
        default="Date",
        required=True,
        key="along",
        bind="query-params",
    )


def _answer(record: _Record, instrument: Instrument) -> str:
    """The sentence about a record of one series."""
    scores = record.scores_of(instrument)
    baselines = record.baselines_of(instrument)["baseline"]
    return patient_answer(
        instrument,
        Phase(record.series["phase"].iloc[0]),
        scores[scores["timepoint"] != int(Timepoint.BASELINE)],
        None if baselines.empty else float(baselines.iloc[0]),
    )


def _before_treatment(record: _Record, series_key: int, instrument: Instrument) -> str:
    """For a maintenance series, the latest score against the induction before it; else nothing."""
    baselines = record.baselines_of(instrument)
    row = baselines[baselines["series_key"] == series_key]
    if row.empty or pd.isna(row["induction_baseline"].iloc[0]):
        return ""
    series = record.series[record.series["first_day"] <= row["first_day"].iloc[0]]
    scores = record.scores_of(instrument)
    later = scores[scores["series_key"].isin(series["series_key"])]
    later = later[later["timepoint"] != int(Timepoint.BASELINE)]
    return against_before_treatment(
        instrument, float(row["induction_baseline"].iloc[0]), later["total"].tolist()
    )


def _with_induction_baseline(baselines: pd.DataFrame, series: pd.DataFrame) -> pd.DataFrame:
    """Adds ``phase``, ``first_day`` and, for maintenance, the baseline of the induction before."""
    rows = baselines.merge(series[["series_key", "phase", "first_day"]], on="series_key")
    rows = rows.sort_values("first_day", kind="stable")
    induction = rows["baseline"].where(rows["phase"] == int(Phase.INDUCTION))
    before = induction.groupby(rows["instrument"]).ffill()
    rows["induction_baseline"] = before.where(rows["phase"] == int(Phase.MAINTENANCE))
    return rows


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
