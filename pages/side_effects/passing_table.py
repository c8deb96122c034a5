"""The table of how soon side effects pass: a row for each, with all its intervals."""

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from charts.numbers import percent_range
from clinical.survival import (
    Passed,
    passed_by,
    seen_by,
    seen_until,
    seen_until_limits,
    still_open,
    time_until,
    time_until_limits,
)
from pages.shared.frame import csv_button
from pages.side_effects.passing_findings import HALF, MOST, Term

_AT = {0: "by the end", 30: "by 30 min", 60: "by 60 min"}
"""Minutes after the end at which the table says what share had passed."""
_LAST = max(_AT)
_SHARE = "%.1f %%"
_WHOLE_ROWS = 30
"""A table of at most so many rows is shown whole; a longer one scrolls."""


def show_table(terms: list[Term]) -> None:
    """Draw the table, with its button to save it."""
    st.markdown("#### Every side effect")
    rows = passing_rows(terms)
    st.dataframe(
        drawn_table(rows),
        hide_index=True,
        column_config=_columns(),
        height="content" if len(rows) <= _WHOLE_ROWS else "auto",
        placeholder="–",
        key="table-side-effects-passing",
        alt="How soon each side effect passed, and what is not known of it, one a row",
    )
    csv_button(saved_table(rows), "side-effects-passing")


def passing_rows(terms: list[Term]) -> pd.DataFrame:
    """A row for each side effect: every number of the table; shares are fractions."""
    return pd.DataFrame([_row(term) for term in terms])


def _row(term: Term) -> dict[str, object]:
    passing, curve, lost = term.passing, term.passing.curve, term.lost
    left = still_open(curve)
    row: dict[str, object] = {
        "term": term.name,
        "infusions": passing.infusions,
        "timed": curve.n,
        "open": left.events,
        "open_share": _known(left.estimate),
        "open_low": _known(left.low),
        "open_high": _known(left.high),
    }
    for minutes in _AT:
        found = passed_by(curve, minutes) or Passed(np.nan, None, None)
        seen = seen_by(curve, minutes)
        row |= {
            f"passed_{minutes}": found.share,
            f"passed_{minutes}_low": _known(found.low),
            f"passed_{minutes}_high": _known(found.high),
            f"seen_{minutes}": _known(seen.estimate),
            f"seen_{minutes}_low": _known(seen.low),
            f"seen_{minutes}_high": _known(seen.high),
        }
    most = seen_until(curve, MOST)
    # An interval without its minute would be taken for one.
    low, high = (None, None) if most is None else seen_until_limits(curve, MOST)
    curve_low, curve_high = time_until_limits(curve, MOST)
    return row | {
        "half": _known(seen_until(curve, HALF)),
        "most": _known(most),
        "most_low": _known(low),
        "most_high": _known(high),
        "curve_most": _known(time_until(curve, MOST)),
        "curve_most_low": _known(curve_low),
        "curve_most_high": _known(curve_high),
        "unknown": passing.unknown,
        "contradictory": passing.contradictory,
        "late": passing.late,
        "chair": _known(lost.each if lost else None),
        "chair_low": _known(lost.each_low if lost else None),
        "chair_high": _known(lost.each_high if lost else None),
    }


def _known(value: float | None) -> float:
    return np.nan if value is None else value


def drawn_table(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows as they are shown: intervals as text, what had not passed before what had."""
    drawn = {
        "Side effect": rows["term"],
        "Infusions": rows["infusions"],
        "With known times": rows["timed"],
        "Not passed at discharge": rows["open"],
        "% not passed at discharge": 100 * rows["open_share"],
        "CI, not passed": _shares(rows, "open"),
        "Minutes to 50 %": rows["half"],
        "Minutes to 95 %": rows["most"],
        "CI, 95 %": _minutes(rows, "most"),
    }
    for minutes, words in _AT.items():
        drawn[f"% {words}"] = 100 * rows[f"passed_{minutes}"]
        drawn[f"CI, {words}"] = _shares(rows, f"passed_{minutes}")
    return pd.DataFrame(
        drawn
        | {
            f"% seen {_AT[_LAST]}": 100 * rows[f"seen_{_LAST}"],
            f"CI, seen {_AT[_LAST]}": _shares(rows, f"seen_{_LAST}"),
            "Kaplan-Meier, to 95 %": rows["curve_most"],
            "Times not known": rows["unknown"],
            "Times contradict": rows["contradictory"],
            "Began after discharge": rows["late"],
            "Chair minutes an infusion": rows["chair"].round(1),
            "CI, chair minutes": _minutes(rows, "chair"),
        }
    )


def _shares(rows: pd.DataFrame, name: str) -> list[str | None]:
    """Intervals in per cent; none without data, which the table shows as a dash."""
    return [
        None if pd.isna(low) else percent_range(low, high)
        for low, high in zip(rows[f"{name}_low"], rows[f"{name}_high"], strict=True)
    ]


def _minutes(rows: pd.DataFrame, name: str) -> list[str | None]:
    """Intervals of minutes, which may be negative; without an upper end ``68 or later``."""
    return [
        None
        if pd.isna(low)
        else f"{round(low, 1):g} {'or later' if pd.isna(high) else f'to {round(high, 1):g}'}"
        for low, high in zip(rows[f"{name}_low"], rows[f"{name}_high"], strict=True)
    ]


def saved_table(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows for a file: every number, both ends of each interval apart."""
    shares = ["open_share", "open_low", "open_high"]
    for minutes in _AT:
        for kind in ("passed", "seen"):
            shares += [f"{kind}_{minutes}{end}" for end in ("", "_low", "_high")]
    chair = ["chair", "chair_low", "chair_high"]
    found = rows.assign(
        **{name: (100 * rows[name]).round(2) for name in shares},
        **{name: rows[name].round(2) for name in chair},
    )
    headings = _headings()
    return found.rename(columns=headings)[list(headings.values())]


def _headings() -> dict[str, str]:
    headings = {
        "term": "Side effect",
        "infusions": "Infusions",
        "timed": "With known times",
        "open": "Not passed at discharge",
        **_with_ends("open_share", "open", "% not passed at discharge", "not passed"),
    }
    for minutes, words in _AT.items():
        passed, seen = f"passed_{minutes}", f"seen_{minutes}"
        headings |= _with_ends(passed, passed, f"% {words} (Kaplan-Meier)", words)
        headings |= _with_ends(seen, seen, f"% seen to pass {words}", f"seen {words}")
    return headings | {
        "half": "Minutes until 50 % seen to pass",
        **_with_ends("most", "most", "Minutes until 95 % seen to pass", "minutes to 95 %"),
        **_with_ends(
            "curve_most",
            "curve_most",
            "Minutes to 95 % (Kaplan-Meier)",
            "minutes to 95 %, Kaplan-Meier",
        ),
        "unknown": "Times not known",
        "contradictory": "Times contradict",
        "late": "Began after discharge",
        **_with_ends("chair", "chair", "Chair minutes an infusion", "chair minutes"),
    }


def _with_ends(name: str, ends: str, heading: str, of: str) -> dict[str, str]:
    """The headings of a number and of the ends of its interval."""
    return {name: heading, f"{ends}_low": f"95 % CI from ({of})", f"{ends}_high": f"to ({of})"}


def _columns() -> dict[str, Any]:
    config = st.column_config
    passed = {
        f"% {words}": config.NumberColumn(
            format=_SHARE,
            width=85,
            help="Share that had passed after the end of the infusion (Kaplan-Meier)",
        )
        for words in _AT.values()
    }
    return passed | {
        "Side effect": config.TextColumn(pinned=True, width=140),
        "Infusions": config.NumberColumn(format="localized", width=75),
        "With known times": config.NumberColumn(format="localized", width=110),
        "Not passed at discharge": config.NumberColumn(
            "Not passed",
            format="localized",
            width=80,
            help="Of those with known times; how much longer is not known",
        ),
        "% not passed at discharge": config.NumberColumn(format=_SHARE),
        "CI, not passed": _interval("Of the share not passed at discharge, in per cent (Wilson)"),
        **{
            f"CI, {words}": _interval(
                "In per cent (Kaplan-Meier; Wilson where none or all had passed)"
            )
            for words in _AT.values()
        },
        f"% seen {_AT[_LAST]}": config.NumberColumn(
            format=_SHARE,
            help="Share of all seen to pass by then; what had not passed at discharge counts as "
            "still there",
        ),
        f"CI, seen {_AT[_LAST]}": _interval("In per cent (Wilson)"),
        "Minutes to 50 %": config.NumberColumn(
            help="By when half of all were seen to pass. Empty: they never were"
        ),
        "Minutes to 95 %": config.NumberColumn(
            help="By when 95 % of all were seen to pass. Empty: over 5 % had not at discharge"
        ),
        "CI, 95 %": _interval("Of the minutes until 95 % were seen to pass", width=90),
        "Kaplan-Meier, to 95 %": config.NumberColumn(
            help="By when 95 % had passed if those that had not passed at discharge pass as the "
            "others did"
        ),
        "CI, chair minutes": _interval("Of the chair minutes an infusion", width=90),
    }


def _interval(of: str, width: int = 70) -> Any:
    return st.column_config.TextColumn("95 % CI", width=width, help=of)
