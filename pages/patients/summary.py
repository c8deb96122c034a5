"""The summary of one patient on paper: what the page says, in the words of the page."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pandas as pd
import streamlit as st

from charts.placed_scores import Panel, without_score_before
from charts.summary.content import (
    Column,
    InfusionMark,
    Level,
    LevelKind,
    PatientSummary,
    PhaseChange,
    ScorePoint,
    Table,
    TrajectoryData,
)
from charts.summary.pdf import summary_pdf
from charts.trajectory import dose_labels
from clinical.calendar import day_number
from clinical.codes import Phase, Timepoint
from clinical.exposure import Check, Dose, check_states
from clinical.instruments import Instrument
from clinical.progress import response_total
from clinical.thresholds import Thresholds
from data_access.exposure import patient_checks, patient_doses
from data_access.one_infusion import infusion_measures, side_effect_times
from pages.patients.exposure_findings import (
    check_name,
    checks_title,
    due_words,
    totals_sentence,
)
from pages.patients.header import age, patient_facts
from pages.patients.infusion_findings import infusion_table
from pages.patients.progress_findings import change_table, course_words
from pages.patients.progress_sections import answer_sentences
from pages.patients.record import Record
from pages.patients.thoughts_findings import NO_THOUGHTS, Thoughts, thoughts_notes, thoughts_title
from pages.patients.view import View
from pages.shared.context import PageContext
from pages.shared.exports import may_take_out, noted
from pages.shared.frame import WORD_JOINER, Finding
from pages.shared.people import person_name
from pages.shared.signed_in import looking_anew
from pages.shared.words import count_words, day_words

_MOST_TRAJECTORIES = 3
_COLUMNS = {
    "Infusion": False,
    "Date": False,
    "Dose, mg": True,
    "mg/kg": True,
    "Minutes": True,
    "Peak, mmHg": True,
    "Rise, mmHg": True,
    "SpO₂, %": True,
    "Sedation": True,
    "Side effects (grade)": False,
    "Passed, min": True,
    "Stopped early": False,
}
"""The columns of :func:`~pages.patients.infusion_findings.infusion_table` that are printed, and
whether each holds numbers."""


@dataclass(frozen=True, slots=True)
class Paper:
    """All that the summary is made of; the page has read most of it already."""

    record: Record
    view: View
    thoughts: Thoughts
    thresholds: Thresholds
    measures: pd.DataFrame
    times: pd.DataFrame
    ledger: tuple[str, ...]
    expected: Finding | str


def summary_button(
    context: PageContext,
    record: Record,
    view: View,
    thoughts: Thoughts,
    thresholds: Thresholds,
    expected: Finding | str,
) -> None:
    """A button that saves the summary as a PDF; it is made when it is pressed.

    It is drawn for those who may take such a file out. ``expected``: the finding about the
    expected course, or in words why there is none.
    """

    def make() -> bytes:
        # Pressed long after the page was drawn, so it reads what else it needs by itself.
        with looking_anew(context) as later:
            paper = read_paper(later, record, view, thoughts, thresholds, expected)
        return summary_pdf(patient_summary(context, paper))

    if not may_take_out():
        return
    st.download_button(
        "Summary as PDF",
        data=noted("patient summary as PDF", make),
        file_name="patient-summary.pdf",
        mime="application/pdf",
        on_click="ignore",
        key="patient-summary",
        icon=":material/print:",
        help="One or two pages for the chart or the referring doctor, of the questionnaires and "
        "the series that are chosen on this page",
    )


def read_paper(
    context: PageContext,
    record: Record,
    view: View,
    thoughts: Thoughts,
    thresholds: Thresholds,
    expected: Finding | str,
) -> Paper:
    """Read what is printed beyond what the page has read already."""
    asked = context.connection, context.viewer, record.patient.patient_key
    return Paper(
        record=record,
        view=view,
        thoughts=thoughts,
        thresholds=thresholds,
        measures=infusion_measures(*asked),
        times=side_effect_times(*asked),
        ledger=_ledger(patient_doses(*asked), patient_checks(*asked), thresholds, context),
        expected=expected,
    )


def patient_summary(context: PageContext, paper: Paper) -> PatientSummary:
    """Everything on the summary in words."""
    patient, status = paper.record.patient, context.status
    born = patient.birth_date
    as_of = status.as_of or context.now
    return PatientSummary(
        patient_name=person_name(patient.given_name, patient.family_name),
        record_number=f"Number {patient.mrn or patient.patient_id}",
        born=(
            "Date of birth not recorded"
            if born is None
            else f"Born {day_words(born)} ({age(born, context.today)} years)"
        ),
        site=patient.site or "Site not recorded",
        facts=tuple(patient_facts(patient)),
        sentences=tuple(
            unmarked(words)
            for words in (
                *answer_sentences(paper.record, paper.view),
                *_expected_words(paper.expected),
            )
            if words
        ),
        trajectories=tuple(
            _trajectory(paper.view, each) for each in paper.view.instruments[:_MOST_TRAJECTORIES]
        ),
        changes=_changes(paper.view),
        suicidal_thoughts=_thoughts(paper.thoughts, context),
        infusions=_infusions(paper),
        ledger=paper.ledger,
        definitions=_definitions(paper.view.instruments),
        data_as_of=f"Data as of {_moment(as_of, context)}",
        printed=f"Printed {_moment(context.now, context)}",
        stamp=as_of.astimezone(UTC),
        is_demo=status.is_demo,
    )


def _expected_words(expected: Finding | str) -> tuple[str, ...]:
    if isinstance(expected, str):
        return (expected,)
    return (f"Expected course: {expected.title}. {expected.subtitle}.", expected.note)


_MARKS = re.compile(rf"\*\*|\\(?=[^\w\s]|_)|{WORD_JOINER}")


def unmarked(words: str) -> str:
    """Words of a page without their markdown: no stars, no escapes, nothing that shows nothing."""
    return _MARKS.sub("", words)


def _moment(when: datetime, context: PageContext) -> str:
    """A time by the clock of the clinic's day."""
    return f"{when.astimezone(context.now.tzinfo):%d %b %Y, %H:%M %Z}"


def _trajectory(view: View, instrument: Instrument) -> TrajectoryData:
    shown = view.shown
    panel = Panel(instrument, shown.scores_of(instrument), shown.baselines_of(instrument))
    had = len(shown.infusions) - len(without_score_before(panel, shown.infusions))
    return TrajectoryData(
        title=course_words(panel),
        subtitle=f"{had} of {count_words(len(shown.infusions), 'infusion')} had a score before",
        points=_points(panel),
        infusions=_marks(shown.infusions),
        changes=_phase_changes(shown.infusions),
        levels=_levels(panel),
        bands=instrument.bands,
        lowest=instrument.lowest,
        highest=instrument.highest,
        higher_is_better=instrument.higher_is_better,
    )


def _points(panel: Panel) -> tuple[ScorePoint, ...]:
    """The baselines and the scores in time order; joined where none is missing between."""
    rows = [
        (completed, total, Timepoint.BASELINE, key, 0)
        for completed, total, key in zip(
            panel.baselines["completed"],
            panel.baselines["baseline"],
            panel.baselines["series_key"],
            strict=True,
        )
    ]
    later = panel.later()
    rows += [
        (completed, total, Timepoint(kind), key, number)
        for completed, total, kind, key, number in zip(
            later["completed"],
            later["total"],
            later["timepoint"],
            later["series_key"],
            later["number"],
            strict=True,
        )
    ]
    points = []
    last: dict[int, int] = {}
    for completed, total, kind, key, number in sorted(rows, key=lambda row: row[0]):
        is_before = kind in {Timepoint.BASELINE, Timepoint.BEFORE_INFUSION}
        joined = is_before and number > 0 and number - last.get(key, -2) <= 1
        points.append(ScorePoint(pd.Timestamp(completed).to_pydatetime(), total, kind, joined))
        if is_before:
            last[key] = number
    return tuple(points)


def _marks(infusions: pd.DataFrame) -> tuple[InfusionMark, ...]:
    labels = dose_labels(infusions["mg_per_kg"].tolist())
    return tuple(
        InfusionMark(pd.Timestamp(started).to_pydatetime(), int(number), Phase(phase), label)
        for started, number, phase, label in zip(
            infusions["started"], infusions["number"], infusions["phase"], labels, strict=True
        )
    )


def _phase_changes(infusions: pd.DataFrame) -> tuple[PhaseChange, ...]:
    firsts = infusions.drop_duplicates("series_key")
    return tuple(
        PhaseChange(pd.Timestamp(started).to_pydatetime(), Phase(phase).label)
        for started, phase in zip(firsts["started"], firsts["phase"], strict=True)
    )


def _levels(panel: Panel) -> tuple[Level, ...]:
    """Baseline and response of each series from its baseline on, and the line of remission."""
    instrument = panel.instrument
    levels = []
    for row in panel.baselines.to_dict("records"):
        start = pd.Timestamp(row["completed"]).to_pydatetime()
        baseline, before = row["baseline"], row["induction_baseline"]
        levels.append(Level(LevelKind.BASELINE, baseline, f"Baseline {baseline:g}", start))
        response = response_total(instrument, baseline if pd.isna(before) else before)
        if response is not None:
            levels.append(Level(LevelKind.RESPONSE, response, f"Response {response:g}", start))
    if instrument.remission_at_most is not None:
        remission = instrument.remission_at_most
        levels.append(Level(LevelKind.REMISSION, remission, f"Remission {remission:g}"))
    return tuple(levels)


def _changes(view: View) -> Table:
    rows = change_table(view.answered, view.instruments)
    several = len(view.instruments) > 1
    columns = [*(["Questionnaire"] if several else []), "What", "Result", "Date", "Day", "Rule"]
    return Table(
        title="Change since the series began",
        note=f"{view.which}day 0 is the day of the first infusion; dates of the first score that "
        "reached it",
        columns=tuple(Column(name, name == "Day") for name in columns),
        rows=tuple(tuple(_cell(value) for value in row) for row in rows[columns].to_numpy()),
        empty="No score has been recorded.",
    )


def _thoughts(thoughts: Thoughts, context: PageContext) -> tuple[str, ...]:
    if thoughts.item_9.empty and thoughts.screeners.empty:
        return (NO_THOUGHTS,)
    told = [f"{thoughts_title(thoughts)}.", *thoughts_notes(thoughts, context.today)]
    return tuple(unmarked(words) for words in told)


def _infusions(paper: Paper) -> Table:
    rows = paper.view.shown.infusions.merge(paper.measures, on="infusion_key", how="left")
    told = infusion_table(rows, paper.record.side_effects, paper.times, paper.thresholds)
    return Table(
        title="Infusions",
        note=f"{count_words(len(rows), 'infusion')}; ▲ marks what goes beyond the clinic's limits",
        columns=tuple(Column(name, number) for name, number in _COLUMNS.items()),
        rows=tuple(
            tuple(_cell(value) for value in row)
            for row in told[list(_COLUMNS)]
            .assign(**{"mg/kg": [_dose_words(dose) for dose in told["mg/kg"]]})
            .to_numpy(object)
        ),
        empty="No infusion has been recorded.",
    )


def _ledger(
    doses: list[Dose], checks: list[Check], thresholds: Thresholds, context: PageContext
) -> tuple[str, ...]:
    today = day_number(context.today)
    states = check_states(doses, checks, thresholds, today)
    due = [f"{check_name(state)}: {due_words(state)}" for state in states]
    return (
        f"{totals_sentence(doses, today)}.",
        f"{checks_title(states)}.",
        f"{'; '.join(due)}.",
    )


def _definitions(instruments: list[Instrument]) -> tuple[str, ...]:
    return (
        *(f"{each.name}: {each.source}" for each in instruments),
        "Baseline: the last score in the 14 days up to the first infusion of the series. Scores "
        "within 72 hours after an infusion are shown apart and never joined with those before one. "
        "Response and remission by the rules above; in maintenance response counts from the "
        "baseline before induction.",
        "Item 9 of PHQ-9 asks for thoughts of death or self-harm and is no level of risk. Grades: "
        "CTCAE. Described from the clinic's records; no advice on treatment.",
    )


def _dose_words(dose: float) -> str:
    """A dose by body weight to the two decimals that the page shows."""
    return "" if pd.isna(dose) else f"{dose:.2f}"


def _cell(value: object) -> str:
    """A table's cell as text; what is missing is empty."""
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return ""
    if isinstance(value, date):
        return day_words(value)
    if isinstance(value, float):
        return f"{value:.4g}"
    return str(value)
