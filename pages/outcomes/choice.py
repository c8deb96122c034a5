"""What the reader has chosen on the page; all of it stands in the address."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import streamlit as st

from clinical.codes import AgeBand, Code, DoseBand, FailuresBand, ScoreKind, SeriesOrder, Sex
from clinical.course_scores import LAST_NUMBER, USUAL_LENGTH, Missing
from clinical.instruments import PHQ9, Instrument
from clinical.measures import THOUGHTS
from data_access.cohort import Cohort


class View(StrEnum):
    """The parts of the page, in their order, by the words that stand in the address."""

    RESPONSE = "Response"
    SCORES = "Scores"
    HOW_SOON = "How soon"
    HOW_LONG = "How long"
    THOUGHTS = "Suicidal thoughts"
    MORE = "More than mood"
    GROUPS = "Groups"
    PUBLISHED = "Published"


@dataclass(frozen=True, slots=True)
class Choice:
    """Whose outcomes, on what, after which infusion, and what is made of what is missing."""

    cohort: Cohort
    number: int
    missing: Missing


_OF_ITS_OWN_COHORT = frozenset({View.THOUGHTS, View.MORE, View.PUBLISHED})
"""Views that say themselves which measures and scores they look at."""


def choose_view() -> View:
    """Draw the switch between the views."""
    chosen = st.segmented_control(
        "View",
        list(View),
        default=View.RESPONSE,
        required=True,
        key="outcome",
        bind="query-params",
        label_visibility="collapsed",
    )
    return View(chosen or View.RESPONSE)


def look_at(view: View) -> None:
    """Go to a view; for a button's ``on_click``."""
    st.session_state["outcome"] = view


def choose(view: View, measures: Sequence[Instrument]) -> Choice:
    """Draw the choices of the page and return them. ``measures``: those in use."""
    offered = tuple(measures) or (PHQ9,)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="cohort"):
        measure = _measure(offered, disabled=view in _OF_ITS_OWN_COHORT)
        if view is View.THOUGHTS:
            measure = THOUGHTS
        kind = _kind(disabled=view in _OF_ITS_OWN_COHORT | {View.HOW_SOON, View.HOW_LONG})
        number = _number(disabled=view in {View.HOW_SOON, View.HOW_LONG, View.PUBLISHED})
        missing = _missing(
            disabled=kind is ScoreKind.ACUTE
            or view not in {View.RESPONSE, View.GROUPS, View.THOUGHTS}
        )
        cohort = _people(measure, kind, has_severity=view not in _OF_ITS_OWN_COHORT)
    return Choice(cohort, number, missing)


def _measure(offered: Sequence[Instrument], *, disabled: bool) -> Instrument:
    names = {measure.name: measure for measure in offered}
    chosen = st.selectbox(
        "Measure",
        list(names),
        key="measure",
        bind="query-params",
        width=240,
        disabled=disabled,
        help="This view has measures of its own" if disabled else "What improvement is read from",
    )
    return offered[0] if disabled else names[chosen]


_KINDS = {kind.label: kind for kind in ScoreKind}


def _kind(*, disabled: bool) -> ScoreKind:
    chosen = st.selectbox(
        "Scores",
        list(_KINDS),
        key="scores",
        bind="query-params",
        width=180,
        disabled=disabled,
        help=(
            "Settled: before the next infusion, or later than 72 hours after one. Scores within 72 "
            "hours are taken while the infusion still acts, and are never mixed with them."
        ),
    )
    return ScoreKind.SETTLED if disabled else _KINDS[chosen]


def _number(*, disabled: bool) -> int:
    chosen: int = st.selectbox(
        "After infusion",
        list(range(1, LAST_NUMBER + 1)),
        index=USUAL_LENGTH - 1,
        key="after",
        bind="query-params",
        width=130,
        disabled=disabled,
        help="The infusion of the course after which the result is read",
    )
    return chosen


def _missing(*, disabled: bool) -> Missing:
    chosen = st.selectbox(
        "Missing scores",
        list(Missing),
        key="missing",
        bind="query-params",
        width=240,
        disabled=disabled,
        help=(
            "Observed: those with a score then. Carried forward: the latest score after the "
            "baseline. All starters: whoever has no baseline or no score counts as no response."
        ),
    )
    return Missing.OBSERVED if disabled or chosen is None else Missing(chosen)


_PEOPLE: dict[str, tuple[str, type[Code]]] = {
    "sex": ("Sex", Sex),
    "age": ("Age", AgeBand),
    "failed": ("Failed antidepressants", FailuresBand),
    "dose": ("First dose", DoseBand),
    "course": ("Course", SeriesOrder),
}
"""The filters of people by their keys, but the severity's, which has the measure's code in it."""


def _people(measure: Instrument, kind: ScoreKind, *, has_severity: bool) -> Cohort:
    """The filters of the people, folded up: they are many and seldom used."""
    severity = f"severity-{measure.code}"
    keys = [*_PEOPLE, *([severity] if has_severity else [])]
    # Before the first run of the widgets their choices stand in the address alone.
    chosen = sum(bool(st.session_state.get(key, st.query_params.get(key))) for key in keys)
    with st.popover(
        f"In whom: {chosen} chosen" if chosen else "In whom: all",
        key="in-whom",
        help="Sex, age, earlier treatment, dose of the first infusion, first or later course"
        + (", severity" if has_severity else ""),
    ):
        codes = {key: _codes(*words, key) for key, words in _PEOPLE.items()}
        bands = _severities(measure, severity) if has_severity else ()
        st.button("All of them", on_click=_clear, args=(keys,), type="tertiary")
    return Cohort(
        measure=measure.code,
        kind=kind,
        sexes=codes["sex"],
        age_bands=codes["age"],
        failures_bands=codes["failed"],
        dose_bands=codes["dose"],
        course_orders=codes["course"],
        baseline_bands=bands,
    )


def _clear(keys: Sequence[str]) -> None:
    for key in keys:
        st.session_state[key] = []


def _codes(label: str, codes: type[Code], key: str) -> tuple[int, ...]:
    by_label = {code.label: int(code) for code in codes}
    chosen = st.multiselect(label, list(by_label), key=key, bind="query-params", placeholder="All")
    return tuple(by_label[each] for each in chosen)


def _severities(measure: Instrument, key: str) -> tuple[int, ...]:
    """The bands are the measure's own, so the choice among them ends with it."""
    names = {band.name: index for index, band in enumerate(measure.bands)}
    chosen = st.multiselect(
        f"{measure.name} at baseline",
        list(names),
        key=key,
        bind="query-params",
        placeholder="All",
    )
    return tuple(names[each] for each in chosen)
