"""How a series went, drawn: the answer in sentences, and the table of milestones."""

from datetime import date

import streamlit as st

from clinical.codes import Phase
from clinical.instruments import Instrument
from pages.patients.progress_findings import (
    against_before_treatment,
    change_table,
    change_words,
    patient_answer,
)
from pages.patients.record import Record
from pages.patients.thoughts_findings import Thoughts, thoughts_line
from pages.patients.view import View
from pages.shared.frame import csv_button, heading, sentence
from pages.shared.words import count_words, day_words


def answer_section(record: Record, view: View, thoughts: Thoughts, today: date) -> None:
    """How the patient is doing, on the first questionnaire in large and on the others below."""
    first, *others = answer_sentences(record, view)
    sentence(first)
    for words in (*others, thoughts_line(thoughts, today)):
        if words:
            st.markdown(words)


def answer_sentences(record: Record, view: View) -> list[str]:
    """How the patient is doing, a sentence for each questionnaire (markdown)."""
    first, *others = (_in_words(record, view.answered, each) for each in view.instruments)
    return [view.which + first, *others]


def change_section(view: View) -> None:
    """What the series has reached, and when."""
    heading("Change since the series began", _change_subtitle(view))
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


def _change_subtitle(view: View) -> str:
    start = view.answered.infusions["started"].iloc[0]
    return (
        f"{view.which}{Phase(view.answered.series['phase'].iloc[0]).label}, "
        f"{count_words(len(view.answered.infusions), 'infusion')}; day 0 is {day_words(start)}. "
        "Each milestone with the first score that reached it"
    )
