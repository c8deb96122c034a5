"""The table of the Overview: a row for each side effect, with all three denominators."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from charts.numbers import percent_range
from charts.variation import grade_bar, icon
from clinical.exact import poisson_rate
from clinical.incidence import difference
from clinical.side_effect_rates import HIGHEST_GRADE, with_rates
from clinical.variation import Variation
from pages.shared.frame import csv_button, heading, nothing
from pages.shared.watch import Watch, WatchedChart
from pages.shared.watch_words import mark_words, telling, unescaped
from pages.shared.words import count_words
from pages.side_effects.choice import View, look_at

_TABLE, _ORDER = "table-side-effects", "side_effects_order"
"""Session state: the table's selection, and the terms of its rows."""
_PER = 100
"""Records are told for so many chair-hours."""
_WHOLE_ROWS = 25
_ROW_HEIGHT, _HEIGHT = 34, 640
_GRADES = [f"grade_{grade}" for grade in range(HIGHEST_GRADE + 1)]


@dataclass(frozen=True, slots=True)
class Denominators:
    """What the rates are of: recorded infusions, their patients, and their hours in the chair.

    ``timed``: how many of the infusions have a known time in the chair.
    """

    infusions: int
    patients: int
    chair_hours: float
    timed: int


@dataclass(frozen=True, slots=True)
class Shown:
    """Which rows the reader wants: a part of the name, a least share, serious ones only."""

    search: str
    least: float
    serious: bool
    silent: bool


def term_rows(
    terms: pd.DataFrame, of: Denominators, months: pd.DataFrame, seen: Watch
) -> pd.DataFrame:
    """A row for each term, the commonest first: every number of the table, as numbers.

    ``terms``: as :func:`clinical.side_effect_rates.one_row_per_term`, terms without any event
    included; ``months``: ``term_key``, ``month``, ``affected`` and ``recorded`` of each month with
    recorded infusions. Shares are fractions.
    """
    per_infusion = with_rates(terms.assign(n=of.infusions), "infusions", "n")
    per_patient = with_rates(terms.assign(n=of.patients), "patients", "n")
    rates = [poisson_rate(int(count), of.chair_hours) for count in terms["timed_events"]]
    said = [_Said.of(int(key), seen) for key in terms["term_key"]]
    lines = _lines(months)
    return pd.DataFrame(
        {
            "term": terms["term"],
            "infusions": terms["infusions"],
            "recorded": of.infusions,
            **{name: per_infusion[name] for name in ("share", "low", "high")},
            "patients": terms["patients"],
            "of_patients": of.patients,
            **{f"patient_{name}": per_patient[name] for name in ("share", "low", "high")},
            "events": terms["events"],
            "timed_events": terms["timed_events"],
            "chair_hours": of.chair_hours,
            **{
                f"rate_{name}": _floats(
                    None if value is None else _PER * value
                    for value in (getattr(rate, name) for rate in rates)
                )
                for name in ("estimate", "low", "high")
            },
            **{name: terms[name] for name in _GRADES},
            "serious": terms["serious"],
            "line": [lines.get(int(key), []) for key in terms["term_key"]],
            "state": [int(one.state) for one in said],
            "change": _floats(one.change for one in said),
            "change_low": _floats(one.low for one in said),
            "change_high": _floats(one.high for one in said),
            "signal": [one.words for one in said],
        }
    )


def _floats(values: Iterable[float | None]) -> "pd.Series[float]":
    return pd.Series(list(values), dtype="float64")


def _lines(months: pd.DataFrame) -> dict[int, list[float]]:
    """For each term its share in each month with recorded infusions, in per cent."""
    shares = (100 * months["affected"] / months["recorded"]).round(2)
    return {int(str(key)): list(line) for key, line in shares.groupby(months["term_key"])}


@dataclass(frozen=True, slots=True)
class _Said:
    """What the watch says about one term; the change is in percentage points."""

    state: Variation
    words: str
    change: float | None
    low: float | None
    high: float | None

    @classmethod
    def of(cls, term_key: int, seen: Watch) -> "_Said":
        places = seen.places(term_key)
        if not places:
            return cls(Variation.TOO_LITTLE, "Not watched: none in the last 52 weeks", *_NO_CHANGE)
        together = places[0]
        gap = difference(together.judged, together.reference)
        return cls(
            _headline_state(places),
            _words(places, seen),
            *(None if one is None else 100 * one for one in (gap.estimate, gap.low, gap.high)),
        )


_NO_CHANGE = (None, None, None)


def _headline_state(places: Sequence[WatchedChart]) -> Variation:
    """The state of the most urgent place; without a mark that of all together."""
    marked = {place.state for place in places if telling(place)}
    for state in (Variation.CONCERN, Variation.IMPROVEMENT):
        if state in marked:
            return state
    return places[0].state


def _words(places: Sequence[WatchedChart], seen: Watch) -> str:
    first, *others = [place for place in places if telling(place)] or places[:1]
    said = [mark_words(first, seen), *(_later(mark_words(place, seen)) for place in others)]
    return unescaped("; ".join(said))


def _later(words: str) -> str:
    return words[:1].lower() + words[1:]


def term_table(rows: pd.DataFrame, of: Denominators, silent: int) -> None:
    """Draw the table with what stands over it. ``silent``: how many rows have no event at all."""
    heading("Every side effect", _subtitle(of))
    chosen = _choose(silent)
    shown = kept_rows(rows, chosen)
    if shown.empty:
        nothing("No side effect fits what is asked for above the table.")
        return
    st.session_state[_ORDER] = shown["term"].to_list()
    st.dataframe(
        drawn_table(shown),
        hide_index=True,
        height="content" if len(shown) <= _WHOLE_ROWS else _HEIGHT,
        row_height=_ROW_HEIGHT,
        column_config=_columns(),
        key=_TABLE,
        on_select=_open_selected,
        selection_mode="single-row",
        placeholder="–",
        alt="Every side effect, one a row, the commonest first; select a row to open its trend",
    )
    of_all = len(rows) - (0 if chosen.silent else silent)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            f"{len(shown)} of {count_words(of_all, 'side effect')}. "
            "Select a row to open its trend. The file holds every number, with both ends of each "
            "interval."
        )
        csv_button(saved_table(shown), "side-effects")


def _subtitle(of: Denominators) -> str:
    said = (
        f"Of {count_words(of.infusions, 'recorded infusion')} of "
        f"{count_words(of.patients, 'patient')}"
    )
    if not of.timed:
        return f"{said}; no time in the chair is known, so there is no rate a chair-hour"
    return f"{said}; {of.chair_hours:,.0f} chair-hours are known, of {of.timed:,} of the infusions"


def _choose(silent: int) -> Shown:
    with st.container(
        horizontal=True, vertical_alignment="bottom", gap="small", key="side-effect-bar"
    ):
        search = st.text_input(
            "Find a side effect",
            key="term_search",
            type="search",
            max_chars=80,
            persist_state="page",
            width=230,
        )
        least = st.number_input(
            "At least, % of infusions",
            min_value=0.0,
            max_value=100.0,
            value=0.0,
            step=0.5,
            format="%.1f",
            key="least",
            bind="query-params",
            width=190,
        )
        serious = st.toggle("Serious only", key="serious", bind="query-params")
        none_too = st.toggle(
            f"Also those with no event ({silent})",
            key="silent",
            bind="query-params",
            disabled=not silent,
            help="Side effects that were recorded before or elsewhere, but not in this selection",
        )
    return Shown(search.strip(), least or 0.0, serious, none_too)


def kept_rows(rows: pd.DataFrame, chosen: Shown) -> pd.DataFrame:
    """The rows that the reader wants."""
    keep = rows["share"] >= chosen.least / 100
    if chosen.search:
        keep &= rows["term"].str.contains(chosen.search, case=False, regex=False)
    if chosen.serious:
        keep &= rows["serious"] > 0
    if not chosen.silent:
        keep &= rows["infusions"] > 0
    return rows[keep].reset_index(drop=True)


def _open_selected() -> None:
    chosen = st.session_state[_TABLE]["selection"]["rows"]
    if chosen:
        look_at(st.session_state[_ORDER][chosen[0]], View.TREND)


def drawn_table(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows as they are shown: intervals as text, marks and grades as pictures."""
    return pd.DataFrame(
        {
            "Mark": [icon(Variation(state), in_table=True) for state in rows["state"]],
            "Side effect": rows["term"],
            "Infusions": rows["infusions"],
            "% of infusions": 100 * rows["share"],
            "95 % CI": _ranges(rows["low"], rows["high"]),
            "Patients": rows["patients"],
            "% of patients": 100 * rows["patient_share"],
            "95 % CI, patients": _ranges(rows["patient_low"], rows["patient_high"]),
            "Records": rows["events"],
            "Per 100 chair-hours": rows["rate_estimate"],
            "95 % CI, chair-hours": [
                None if pd.isna(low) else f"{_short(low)}–{_short(high)}"
                for low, high in zip(rows["rate_low"], rows["rate_high"], strict=True)
            ],
            "Serious": rows["serious"],
            "Grades": [
                grade_bar(counts) for counts in rows[_GRADES].itertuples(index=False, name=None)
            ],
            "By month": rows["line"],
            "Change": rows["change"],
            "What the watch says": rows["signal"],
        }
    )


def _short(value: float) -> str:
    """Two figures, and whole from ten on."""
    return f"{value:.0f}" if value >= 10 else f"{value:.2g}"


def _ranges(low: "pd.Series[float]", high: "pd.Series[float]") -> list[str]:
    return [percent_range(one, other) for one, other in zip(low, high, strict=True)]


def saved_table(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows for a file: every number, and no picture."""
    shares = ("share", "low", "high", "patient_share", "patient_low", "patient_high")
    percents = {name: (100 * rows[name]).round(2) for name in shares}
    rates = {name: rows[name].round(3) for name in ("rate_estimate", "rate_low", "rate_high")}
    changes = {name: rows[name].round(2) for name in ("change", "change_low", "change_high")}
    found = rows.assign(
        **percents,
        **rates,
        **changes,
        chair_hours=rows["chair_hours"].round(2),
        state=[Variation(state).label for state in rows["state"]],
        line=[" ".join(f"{share:g}" for share in line) for line in rows["line"]],
    )
    return found.rename(columns=_HEADINGS)[list(_HEADINGS.values())]


_HEADINGS = {
    "term": "Side effect",
    "infusions": "Infusions",
    "recorded": "of infusions",
    "share": "% of infusions",
    "low": "95 % CI from",
    "high": "to",
    "patients": "Patients",
    "of_patients": "of patients",
    "patient_share": "% of patients",
    "patient_low": "95 % CI from (patients)",
    "patient_high": "to (patients)",
    "events": "Records",
    "timed_events": "Records with known chair time",
    "chair_hours": "Chair-hours",
    "rate_estimate": "Per 100 chair-hours",
    "rate_low": "95 % CI from (chair-hours)",
    "rate_high": "to (chair-hours)",
    **{f"grade_{grade}": f"Grade {grade}" for grade in range(1, HIGHEST_GRADE + 1)},
    "grade_0": "Not graded",
    "serious": "Serious",
    "line": "% by month",
    "state": "Mark",
    "change": "Change, points",
    "change_low": "95 % CI from (change)",
    "change_high": "to (change)",
    "signal": "What the watch says",
}


def _columns() -> dict[str, Any]:
    """How the columns look. All rates, with their intervals, fit beside the names on a tablet.

    A share stands right of the number that it is of, so its heading need not repeat of what.
    """
    config = st.column_config
    return {
        "Mark": config.ImageColumn(
            width=44,
            pinned=True,
            help="H: higher than expected; L: lower; dots: no change beyond chance; dashed: too "
            "little data",
        ),
        "Side effect": config.TextColumn(pinned=True, width=118),
        "Infusions": config.NumberColumn(
            format="localized", width=74, help="Recorded infusions with it, each counted once"
        ),
        "% of infusions": config.NumberColumn(
            "%", format="%.1f", width=50, help="Of the recorded infusions"
        ),
        "95 % CI": config.TextColumn(
            width=64, help="Of the share of infusions, in per cent (Wilson)"
        ),
        "Patients": config.NumberColumn(
            format="localized", width=68, help="Patients who had it at least once"
        ),
        "% of patients": config.NumberColumn(
            "%", format="%.1f", width=50, help="Of the patients with a recorded infusion"
        ),
        "95 % CI, patients": config.TextColumn(
            "95 % CI", width=64, help="Of the share of patients, in per cent (Wilson)"
        ),
        "Records": config.NumberColumn(
            format="localized", width=66, help="Every entry, also several in one infusion"
        ),
        "Per 100 chair-hours": config.NumberColumn(
            "Per 100 h",
            format="%.2f",
            width=76,
            help="Records per 100 chair-hours: in infusions whose time in the chair is known, by "
            "that time",
        ),
        "95 % CI, chair-hours": config.TextColumn(
            "95 % CI", width=72, help="Of the records per 100 chair-hours: exact (Garwood 1936)"
        ),
        "Grades": config.ImageColumn(
            width=110,
            help="Infusions by worst grade: the darker the more severe, grey: not graded",
        ),
        "Serious": config.NumberColumn(
            width=62, help="Infusions in which it was marked as serious"
        ),
        "By month": config.LineChartColumn(
            width=84,
            color="gray",
            y_min=0,
            help="% of the recorded infusions of each month of the period",
        ),
        "Change": config.NumberColumn(
            format="%+.1f",
            width=64,
            help="Percentage points, at all chosen sites: the last 12 whole weeks against the "
            "weeks before that they are judged by. Not adjusted",
        ),
        "What the watch says": config.TextColumn(width=330),
    }
