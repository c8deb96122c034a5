"""The side effects that have risen, as the watch of the Side effects page says, and the way there.

Today asks the same watch about the same weeks, so that it names what the Overview names: the same
side effect, at the same place, since the same week.
"""

import streamlit as st

from charts.numbers import percent
from clinical.variation import Variation
from pages.shared.context import PageContext
from pages.shared.frame import plain
from pages.shared.watch import Watch, WatchedChart
from pages.shared.watch_headlines import changes
from pages.shared.watch_words import change_words, judged_words
from pages.shared.words import count_words
from pages.side_effects.choice import View, address_of

_NAMED = 3
_CHOSEN = "chosen_rise"


def rises(seen: Watch) -> list[WatchedChart]:
    """What has risen, one chart for each side effect."""
    return [chart for chart in changes(seen) if chart.state == Variation.CONCERN]


def rise_words(seen: Watch) -> list[str]:
    """The first of them in words, and how many more there are (markdown)."""
    found = rises(seen)
    named = [_words(chart, seen) for chart in found[:_NAMED]]
    more = len(found) - len(named)
    if not more:
        return named
    return [*named, count_words(more, "more side effect has risen", "more side effects have risen")]


def _words(chart: WatchedChart, seen: Watch) -> str:
    judged = chart.judged
    return (
        f"{change_words(chart, seen, bold=False)} ({percent(judged.estimate)} of "
        f"{count_words(judged.n, 'infusion')} in {judged_words(chart)}, "
        f"{percent(chart.reference.estimate)} before)"
    )


def rise_links(context: PageContext, seen: Watch) -> None:
    """Draw a way to the trend of each that is named, at its place."""
    named = rises(seen)[:_NAMED]
    if "side-effects" not in context.pages or not named:
        return
    with st.container(horizontal=True, gap="small", key="rises"):
        for chart in named:
            place = "" if chart.site is None else f" at {plain(chart.site)}"
            st.button(
                f"{plain(chart.term)}{place} →",
                key=f"rise-{chart.term_key or 'any'}",
                type="tertiary",
                help="Its trend, on the page Side effects",
                on_click=_choose,
                args=(chart.term, chart.site),
            )


def _choose(term: str, site: str | None) -> None:
    """Choose the place in the filter bar; the page itself then leads on (:func:`follow_choice`).

    The link of an address would not do: a filter that has been drawn does not take its value.
    """
    st.session_state[_CHOSEN] = term
    if site is not None:
        st.session_state["site"] = [site]


def follow_choice(context: PageContext) -> None:
    """Go to the trend of the side effect that was pressed; to be called before anything is drawn.

    What has risen at a place that has just been chosen may differ, so its button may be gone.
    """
    term = st.session_state.pop(_CHOSEN, None)
    if term is not None:
        st.switch_page(context.pages["side-effects"], query_params=address_of(term, View.TREND))
