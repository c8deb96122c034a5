"""Which view and which side effect the reader has chosen; both stand in the address."""

from dataclasses import dataclass
from enum import StrEnum

import pandas as pd
import streamlit as st

from clinical.side_effect_rates import one_row_per_term
from data_access import side_effects as queries
from pages.shared.context import PageContext
from pages.shared.memory import remembered
from pages.shared.watch import ANY


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


def known_terms(context: PageContext) -> pd.DataFrame:
    """Every term that the viewer's sites have ever recorded: ``term_key`` and ``term``."""
    asked = context.connection, context.viewer
    return remembered(context, "known terms", lambda: queries.all_terms(*asked))


def choose_term(context: PageContext) -> ChosenTerm:
    """Draw the choice of the side effect that a view is about; at first the commonest.

    Terms that did not occur in the period stand last: who comes from one must not find another.
    """
    terms, known = period_terms(context), known_terms(context)
    keys = dict(zip(known["term"], known["term_key"], strict=True))
    occurred = [term for term in terms["term"] if term != ANY]
    others = sorted(set(keys) - {*occurred, ANY})
    chosen = st.selectbox(
        "Side effect",
        [*occurred, ANY, *others],
        key="term",
        bind="query-params",
        persist_state="session",
        width=280,
    )
    return ChosenTerm(chosen, None if chosen == ANY else int(keys[chosen]))


def address_of(term: str, view: View) -> dict[str, str]:
    """A side effect in a view as the part of an address; for the way from other pages."""
    return {"term": term, "view": view.value}


def look_at(term: str, view: View, site: str | None = None) -> None:
    """Go to a side effect in a view, and to one site of it; for a button's ``on_click``.

    ``site``: as the filter bar names it; ``None`` leaves the chosen sites as they are. Where the
    choice of the side effect is not drawn yet, Streamlit would leave its value out of the address.
    """
    st.query_params["term"] = term
    st.session_state["term"] = term
    st.session_state["view"] = view
    if site is not None:
        st.session_state["site"] = [site]
