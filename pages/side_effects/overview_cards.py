"""The grid of the Overview: a card for each watched side effect, with its icon and its chart."""

from html import escape

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from charts.numbers import percent
from charts.variation import SmallChart, icon, small_chart
from clinical.exact import binomial_limits
from clinical.variation import Variation, calibrated
from pages.shared.context import PageContext
from pages.shared.frame import heading, plain
from pages.shared.memory import remembered
from pages.shared.watch import FEW_A_WEEK, Watch, WatchedChart
from pages.shared.watch_headlines import headlines
from pages.shared.watch_words import (
    doubling_words,
    explained,
    mark_words,
    shown_rate,
    telling,
    unescaped,
)
from pages.shared.words import count_words, day_words
from pages.side_effects.choice import View, look_at
from pages.side_effects.watch_help import false_marks_words

MOST_CARDS = 20
"""The others are in the table below."""
_TOGETHER = 4


def watch_grid(context: PageContext, seen: Watch) -> None:
    """Draw the grid."""
    shown = headlines(seen)
    heading("What is watched", _subtitle(seen, shown))
    bodies = remembered(
        context, "watch cards", lambda: _bodies(seen, shown[:MOST_CARDS]), seen.asked
    )
    with st.grid(4, min_column_width=250):
        for chart, body in zip(shown, bodies, strict=False):
            key = f"card-{chart.term_key or 'any'}"
            with st.container(border=True, height="stretch", gap="xsmall", key=key):
                _name(chart, seen)
                st.html(body)
    st.html(_WHOLE_CARDS)


# The name is the button, and the whole card is its place: where the icon or the chart is pressed
# the trend opens too, and its reason is shown wherever the pointer rests. The reason unfolds under
# the words by which it is summed up as well, for who has no pointer.
_WHOLE_CARDS = """<style>
[class*="st-key-card-"] { position: relative; }
[class*="st-key-card-"] [data-testid="stElementContainer"],
[class*="st-key-card-"] [data-testid="stButton"] * { position: static; }
[class*="st-key-card-"] [data-testid="stButton"] button::after {
  content: ""; position: absolute; inset: 0; z-index: 1;
}
[class*="st-key-card-"] details { position: relative; z-index: 2; }
[class*="st-key-card-"]:hover { border-color: light-dark(#1b66a8, #7fb8ea); }
</style>"""


def _subtitle(seen: Watch, shown: list[WatchedChart]) -> str:
    states = [chart.state for chart in shown]
    counted = ", ".join(
        f"{states.count(state)} {word}"
        for state, word in _STATE_WORDS.items()
        if states.count(state)
    )
    ends = day_words(seen.monday(len(seen.weeks) - 1))
    said = (
        f"{count_words(len(seen.charts), 'chart')} of {count_words(len(shown), 'side effect')} "
        f"over 52 weeks to the week of {ends}; right of the dashed line the weeks that are judged. "
        f"{counted}. In a clinic where nothing changes about {false_marks_words(seen.design)} is "
        "to be expected."
    )
    if len(shown) > MOST_CARDS:
        said += f" The first {MOST_CARDS} are drawn, all are in the table below."
    if seen.unwatched:
        said += f" {count_words(seen.unwatched, 'rarer term')} not watched."
    return said


_STATE_WORDS = {
    Variation.CONCERN: "higher than expected",
    Variation.IMPROVEMENT: "lower than expected",
    Variation.COMMON: "without a change beyond chance",
    Variation.TOO_LITTLE: "with too little data",
}


def _name(chart: WatchedChart, seen: Watch) -> None:
    st.button(
        f"**{plain(chart.term)}**",
        key=f"watched-{chart.term_key or 'any'}",
        type="tertiary",
        help=explained(chart, seen),
        on_click=look_at,
        args=(chart.term, View.TREND, chart.site if telling(chart) else None),
    )


def _bodies(seen: Watch, shown: list[WatchedChart]) -> list[str]:
    """The cards' icons, numbers and charts as HTML; data in them is escaped."""
    return [_body(chart, seen) for chart in shown]


def _body(chart: WatchedChart, seen: Watch) -> str:
    rate, weeks = shown_rate(chart)
    state = chart.state
    line = mark_words(chart, seen) if state != Variation.TOO_LITTLE else doubling_words(chart)
    weight = 600 if telling(chart) else 400
    return (
        '<div style="display:flex;gap:0.6rem;align-items:center">'
        f"{_image(icon(state), state.label, 'width:34px;height:34px')}"
        f'<div><div style="font-size:1.2rem;font-weight:600;line-height:1.2">'
        f"{percent(rate.estimate)}</div>"
        f'<div style="font-size:0.85rem">{rate.events:,} of {rate.n:,} {weeks}</div></div></div>'
        '<details style="font-size:0.85rem;margin:0.35rem 0">'
        f'<summary style="font-weight:{weight};cursor:pointer">{escape(unescaped(line))}</summary>'
        f"{escape(unescaped(explained(chart, seen)))}</details>"
        f"{_image(small_chart(_drawn(chart, seen)), _chart_words(chart, seen), _WHOLE)}"
    )


_WHOLE = "display:block;width:100%;height:auto"


def _image(address: str, words: str, style: str) -> str:
    """An image whose words are read out, and shown on hover."""
    said = escape(words)
    return f'<img src="{address}" alt="{said}" title="{said}" style="{style}">'


def _chart_words(chart: WatchedChart, seen: Watch) -> str:
    return unescaped(f"{plain(chart.term)} by week. {explained(chart, seen)}")


def _drawn(chart: WatchedChart, seen: Watch) -> SmallChart:
    watched = chart.watched
    usual = watched.recorded[watched.recorded > 0]
    step = _TOGETHER if len(usual) and np.median(usual) < FEW_A_WEEK else 1
    observed, recorded, expected = (
        counts.reshape(-1, step).sum(axis=1)
        for counts in (watched.observed, watched.recorded, calibrated(watched))
    )
    n = np.where(recorded > 0, recorded, np.nan)
    risk = np.where(recorded > 0, expected / np.maximum(recorded, 1), 0.0)
    low, high = binomial_limits(recorded, risk, seen.design.alpha)
    return SmallChart(
        share=observed / n,
        expected=expected / n,
        low=low / n,
        high=high / n,
        flags=_flags(chart).reshape(-1, step).sum(axis=1).clip(-1, 1),
        judged=int(np.argmin(watched.reference)) // step if not watched.reference.all() else len(n),
        first=f"{seen.monday(0):%b %Y}",
        last=f"{seen.monday(len(seen.weeks) - 1):%b %Y}",
    )


def _flags(chart: WatchedChart) -> NDArray[np.int64]:
    """The periods that belong to the mark."""
    flags = np.zeros(len(chart.watched.recorded), np.int64)
    for signal in telling(chart):
        flags[signal.first : signal.last + 1] = signal.direction
    return flags
