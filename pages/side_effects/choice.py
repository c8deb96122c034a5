"""Which view and which side effect the reader has chosen; both stand in the address."""

from dataclasses import dataclass
from enum import StrEnum

import pandas as pd
import streamlit as st

from clinical.side_effect_rates import one_row_per_term
from data_access import side_effects as queries
from pages.shared.context import PageContext
from pages.shared.memory import remembered

ANY = "Any side effect"
"""Stands for all terms together. A clinic's own term of that name could not be told from it."""


class View(StrEnum):
    """The parts of the page, in their order, by the words that stand in the address."""

    OVERVIEW = "Overview"
    TREND = "Trend"
    IN_WHOM = "In whom"
    PASSING = "How soon they pass"
    VITAL_SIGNS = "Vital signs"
    SERIOUS = "Stops and serious"


@dataclass(frozen=True, slots=True)
class ChosenTerm:
    """A side effect; ``term_key`` is ``None`` for any of them."""

    name: str
    term_key: int | None


def choose_view() -> View:
    """Draw the switch between the views."""
    chosen = st.segmented_control(
        "View",
        list(View),
        default=View.OVERVIEW,
        required=True,
        key="view",
        bind="query-params",
        label_visibility="collapsed",
    )
    return View(chosen or View.OVERVIEW)


def period_terms(context: PageContext) -> pd.DataFrame:
    """The terms of the period, the commonest first, as :func:`one_row_per_term` gives them."""
    asked = context.connection, context.viewer, context.filters
    return remembered(
        context,
        "terms of the period",
        lambda: one_row_per_term(queries.terms_by_grade(*asked), queries.patients_by_term(*asked)),
    )


def choose_term(context: PageContext) -> ChosenTerm:
    """Draw the choice of the side effect that a view is about; at first the commonest."""
    terms = period_terms(context)
    keys = dict(zip(terms["term"], terms["term_key"], strict=True))
    chosen = st.selectbox(
        "Side effect",
        [*(term for term in keys if term != ANY), ANY],
        key="term",
        bind="query-params",
        persist_state="session",
        width=280,
    )
    return ChosenTerm(chosen, None if chosen == ANY else int(keys[chosen]))


def look_at(term: str, view: View) -> None:
    """Go to a side effect in a view; for a button's ``on_click``."""
    st.session_state["term"] = term
    st.session_state["view"] = view
