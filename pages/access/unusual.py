"""Which looks at patients are unusual, and why? Questions to ask, never accusations."""

from collections.abc import Hashable, Iterable
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import streamlit as st

from access.unusual import NOBODY, Reason, rule_words
from access.viewer import Permission, require
from data_access.audit_unusual import Unusual, unusual_looks
from pages.access.asked import (
    MONTH,
    QUARTER,
    WEEK,
    WHEN,
    Period,
    choose_period,
    clinic_times,
    name_of,
    person_labels,
    zone_of,
)
from pages.access.entries import UNNAMED, capital, patient_words
from pages.access.who_looked import look_at_person
from pages.shared.context import PageContext
from pages.shared.frame import heading, nothing, plain, sentence
from pages.shared.memory import kept
from pages.shared.words import count_words

_QUESTIONS = (
    "Each line is a question to ask, not an accusation: there are good reasons for any of them, "
    "and whoever looked knows them."
)
_RULES = "\n".join(f"  - **{capital(reason)}**: {words}." for reason, words in rule_words().items())
UNUSUAL_DEFINITIONS = f"""
- **Unusual**: what one of these rules holds of. Their limits are our defaults: no body has
  published any for a clinic of this kind.
{_RULES}
- **A line**: one person, one day and one patient (or none), with all that is unusual about it.
- **The order**: first whoever has the most reasons on one line, then the most different reasons,
  then the most lines.
- **What is not seen**: a look that fits the clinic's calendar, and was curiosity all the same.
"""
_KEPT_MINUTES = 5
_WHOLE_ROWS, _HEIGHT = 12, 520


def unusual_view(context: PageContext) -> None:
    """Draw who has something to ask about, and every line."""
    require(context.viewer, Permission.READ_AUDIT)
    period = choose_period(context, "unusual-in", [WEEK, MONTH, QUARTER])
    found = _find(context, period)
    sentence(unusual_words(found, period.words))
    st.caption(f"{_held_against(found)} {_QUESTIONS}")
    if not found.all_lines:
        return
    who = _people(found, context.now)
    _lines(found if who is None else _find(context, period, who), context.now, who)


def _find(context: PageContext, period: Period, who: str | None = None) -> Unusual:
    """What is unusual, of everybody or of one person; for some minutes as it was found."""
    moment = context.now.replace(
        minute=context.now.minute // _KEPT_MINUTES * _KEPT_MINUTES, second=0, microsecond=0
    )
    return kept(
        context,
        "unusual looks" if who is None else "unusual looks of one person",
        lambda: unusual_looks(
            context.connection, context.viewer, period.start, period.end, zone_of(context), who=who
        ),
        period,
        who,
        moment,
    )


def _held_against(found: Unusual) -> str:
    rules = count_words(len(Reason), "rule")
    if not found.looks:
        return f"No record was opened; what else was done was held against {rules}."
    looks = count_words(found.looks, "look")
    people = count_words(found.by, "person", "people")
    return f"{looks} at records by {people}, and what else was done, were held against {rules}."


def unusual_words(found: Unusual, period: str) -> str:
    """What was found, in a sentence (markdown)."""
    if not found.all_lines:
        return f"**Nothing unusual** {period}"
    first = found.people.iloc[0]
    name = plain(name_of(first["full_name"], first["who"]))
    people = count_words(len(found.people), "person", "people")
    said = f"{capital(period)} there is something to ask **{people}** about"
    first_of = ", first of all" if len(found.people) > 1 else ":"
    return f"{said}{first_of} **{name}** ({_reason_words(first['reasons'])})"


def _reason_words(held: Iterable[Reason]) -> str:
    return ", ".join(held)


def _people(found: Unusual, now: datetime) -> str | None:
    """List the people; returns whom the reader chose."""
    people = found.people
    heading(
        "Whom to ask",
        f"{count_words(len(people), 'person', 'people')}; select one to see that person's lines",
    )
    chosen = st.dataframe(
        unusual_people_table(people, now),
        hide_index=True,
        height="content" if len(people) <= _WHOLE_ROWS else _HEIGHT,
        column_config={"Person": st.column_config.TextColumn(pinned=True), "Last": WHEN},
        key="table-unusual-people",
        on_select="rerun",
        selection_mode="single-row",
        placeholder="–",
        alt="The people with something unusual, those with the most reasons first",
    )
    places = chosen.selection.rows
    if not places or places[0] >= len(people):
        return None
    who = str(people["who"].iloc[places[0]])
    if who:
        st.button("What did this person look at?", on_click=look_at_person, args=(who,))
    return who


def unusual_people_table(people: pd.DataFrame, now: datetime) -> pd.DataFrame:
    """The people as they are shown, as in :class:`data_access.audit_unusual.Unusual`."""
    return pd.DataFrame(
        {
            "Person": person_labels(people),
            "Why": [capital(_reason_words(held)) for held in people["reasons"]],
            "Most reasons on a line": people["at_once"],
            "Lines": people["lines"],
            "Last": _times(people["last"], now),
        }
    )


def _lines(found: Unusual, now: datetime, who: str | None) -> None:
    shown = len(found.lines)
    more = f"; the first {shown:,} are listed" if found.all_lines > shown else ""
    heading(
        "What is unusual, and why" if who is None else "What is unusual of this person, and why",
        f"{count_words(found.all_lines, 'line')}{more}; times by the clinic's clock",
    )
    if not shown:
        nothing("Nothing of this person is unusual any more.")
        return
    st.dataframe(
        unusual_table(found.lines, now),
        hide_index=True,
        height="content" if shown <= _WHOLE_ROWS else _HEIGHT,
        column_config={"First": WHEN, "Last": WHEN},
        key="table-unusual",
        placeholder="–",
        alt="What is unusual: who, when, whose record, and why",
    )


def unusual_table(lines: pd.DataFrame, now: datetime) -> pd.DataFrame:
    """The lines as they are shown, as in :class:`data_access.audit_unusual.Unusual`."""
    return pd.DataFrame(
        {
            "Person": person_labels(lines),
            "First": _times(lines["first"], now),
            "Patient": [_patient(row) for row in lines.to_dict("records")],
            "Why": [capital(words) for words in lines["words"]],
            "Times": lines["times"],
            "Last": _times(lines["last"], now),
        }
    )


def _times(seconds: "pd.Series[int]", now: datetime) -> "pd.Series[pd.Timestamp]":
    return clinic_times([datetime.fromtimestamp(int(at), UTC) for at in seconds], now)


def _patient(row: dict[Hashable, Any]) -> str | None:
    if row["patient_key"] == NOBODY:
        return None
    return patient_words(row) if isinstance(row["patient_id"], str) else UNNAMED
