"""Which view and which side effect the reader has chosen; both stand in the address."""

from dataclasses import dataclass
from enum import StrEnum

import pandas as pd
import streamlit as st

from clinical.side_effect_rates import one_row_per_term
from data_access import side_effects as queries
from pages.shared.context import PageContext
from pages.shared.frame import plain
from pages.shared.memory import remembered
from pages.shared.watch import ANY, WatchedChart, watch
from pages.shared.watch_headlines import changes
from pages.shared.watch_words import change_words


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


def choose_term(context: PageContext, width: int = 260) -> ChosenTerm:
    """Draw the choice of the side effect that a view is about: what has changed, the commonest.

    Terms that did not occur in the period stand last: who comes from one must not find another.
    """
    terms, known = period_terms(context), known_terms(context)
    keys = dict(zip(known["term"], known["term_key"], strict=True))
    occurred = [term for term in terms["term"] if term != ANY]
    changed = [chart.term for chart in _changed(context) if chart.term in occurred]
    others = sorted(set(keys) - {*occurred, ANY})
    chosen = st.selectbox(
        "Side effect",
        [*dict.fromkeys([*changed, *occurred]), ANY, *others],
        key="term",
        bind="query-params",
        persist_state="session",
        width=width,
    )
    return ChosenTerm(chosen, None if chosen == ANY else int(keys[chosen]))


def _changed(context: PageContext) -> list[WatchedChart]:
    """The side effects that have changed, each at the place that says most; rises first."""
    return [chart for chart in changes(watch(context)) if chart.term_key is not None]


def say_change(context: PageContext, term: ChosenTerm, view: View) -> None:
    """Say that the side effect has changed, which is why it is offered first, and where to look."""
    chart = next((one for one in _changed(context) if one.term_key == term.term_key), None)
    if chart is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        said = change_words(chart, watch(context), bold=False)
        st.caption(f"{said}. What has changed is offered first.", width="content")
        if view is not View.TREND or chart.site is not None:
            place = "" if chart.site is None else f" at {plain(chart.site)}"
            st.button(
                f"Show the trend{place} →",
                key="show-change",
                type="tertiary",
                on_click=_turn_to,
                args=(term.name, View.TREND, chart.site),
            )


def address_of(term: str, view: View) -> dict[str, str]:
    """A side effect in a view as the part of an address; for the way from other pages."""
    return {"term": term, "view": view.value}


def look_at(term: str, view: View, site: str | None = None) -> None:
    """Go to a side effect in a view, and to one site of it; for a button's ``on_click``.

    ``site``: as the filter bar names it; ``None`` leaves the chosen sites as they are. Where the
    choice of the side effect is not drawn yet, Streamlit would leave its value out of the address.
    """
    st.query_params["term"] = term
    _turn_to(term, view, site)


def _turn_to(term: str, view: View, site: str | None) -> None:
    """As :func:`look_at`, where the choice of the side effect is drawn."""
    st.session_state["term"] = term
    st.session_state["view"] = view
    if site is not None:
        st.session_state["site"] = [site]
