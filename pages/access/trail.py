"""Every entry of the audit trail, and whether its chain holds."""

from datetime import datetime

import streamlit as st

from access.actions import Action, Outcome
from access.viewer import Permission, require
from data_access import audit_trail as queries
from data_access.audit_check import Anchor, TrailCheck, check_trail
from data_access.audit_trail import MOST_EXPORTED, TrailFilter, TrailHead
from pages.access.asked import (
    EVER,
    MONTH,
    NOT_SIGNED_IN,
    WEEK,
    YEAR,
    choose_period,
    person_label,
    time_words,
)
from pages.access.entries import capital, count_entries, entries_section, entries_words
from pages.shared.context import PageContext
from pages.shared.frame import nothing, plain, sentence

TRAIL_DEFINITIONS = f"""
- **Entry**: one thing that somebody did: who, in which role, when, from where, about which
  patients, and how it ended. What it says names no patient; whom it is about is kept beside it.
- **The chain**: each entry holds a hash (SHA-256) of itself, its patients and the hash before it,
  so whatever is altered, removed, moved or put between shows. Somebody with the owner's rights to
  the database could work all hashes out anew. Against it, keep the end of the trail in another
  place, and compare: `python -m data_access verify-audit --anchor NUMBER:HASH`.
- **Reading is noted too**: what is shown on this page is itself an entry.
- **The file** holds the entries of the choice with their hashes, the newest first, at most
  {MOST_EXPORTED:,}. Patients stand in it by keys that mean nothing outside this database. Its last
  row is the end of the trail.
- Times on the page are by the clinic's clock; in the file they are UTC.
"""

_CHECKED, _ASKED = "trail-checked", "trail-check-asked"
"""Session state: how the trail was found, and when; and whether that is asked for."""
_CHECKED_AT_ONCE = 5_000
"""A trail of so many entries is checked whenever it is looked at: it takes a moment."""
_ANY = "Any"


def trail_view(context: PageContext) -> None:
    """Draw how long the trail is, whether its chain holds, and its entries."""
    require(context.viewer, Permission.READ_AUDIT)
    head = queries.trail_head(context.connection, context.viewer)
    if not head.number:
        nothing("Nothing has been noted in the audit trail yet.")
        return
    asked, words = _choose(context)
    count = count_entries(context, asked)
    sentence(f"**{entries_words(count)}** {words}" if count else f"**No entry** {words}")
    _chain(context, head)
    if count:
        entries_section(context, asked, count, "trail", "the trail", "Entries")
    else:
        nothing("Nothing like it was noted. Choose a longer period, or leave more open.")


def _choose(context: PageContext) -> tuple[TrailFilter, str]:
    """Draw the choices; returns what is asked, also in words."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        period = choose_period(context, "trail-in", [WEEK, MONTH, YEAR, EVER])
        who = _choose_person(context)
        action = _choose_one("Action", [str(each) for each in Action], "trail-action")
        outcome = _choose_one("Outcome", [str(each) for each in Outcome], "trail-outcome")
    asked = TrailFilter(
        period.start,
        period.end,
        who=who,
        action=None if action is None else Action(action),
        outcome=None if outcome is None else Outcome(outcome),
    )
    is_limited = (who, action, outcome) != (None, None, None)
    return asked, f"of what is chosen {period.words}" if is_limited else period.words


def _choose_person(context: PageContext) -> str | None:
    people = queries.people_of_trail(context.connection, context.viewer)
    labels = {
        who: person_label(full_name, who)
        for who, full_name in zip(people["who"], people["full_name"], strict=True)
    }
    labels[""] = NOT_SIGNED_IN
    chosen: str | None = st.selectbox(
        "Person",
        list(labels),
        index=None,
        format_func=lambda who: labels.get(who, who),
        key="trail-person",
        placeholder="Anybody",
        persist_state="page",
        width=280,
    )
    return chosen


def _choose_one(label: str, offered: list[str], key: str) -> str | None:
    words = {capital(each): each for each in offered}
    chosen = st.selectbox(label, [_ANY, *words], key=key, bind="query-params", width=180)
    return words.get(chosen)


def _chain(context: PageContext, head: TrailHead) -> None:
    """Say whether the chain holds, or how to have it checked; and show its end."""
    since = "" if head.first_at is None else f" since {time_words(head.first_at, context.now)}"
    with st.container(horizontal=True, vertical_alignment="center", key="trail-chain"):
        found = _checked(context, head)
        if found is None:
            st.markdown(
                f"**{head.number:,} entries**{since}. Whether the chain holds has not been checked "
                "in this tab yet; it takes some seconds for every 100,000 entries."
            )
        else:
            _say(*found, since, context.now)
        st.button("Check the chain", on_click=_ask, help="Reads the trail from its first entry")
    with st.expander("The end of the trail, to keep in another place"):
        st.caption("Whoever keeps it can tell later whether the trail up to here was altered.")
        st.code(str(Anchor(head.number, head.hash)), language=None)


def _ask() -> None:
    """Have the chain checked in the run that follows; for the button's ``on_click``."""
    st.session_state[_ASKED] = True


def _checked(context: PageContext, head: TrailHead) -> tuple[TrailCheck, datetime] | None:
    """How the trail was found, and when; ``None`` where it is long and nobody asked."""
    found: tuple[TrailCheck, datetime] | None = st.session_state.get(_CHECKED)
    is_stale = found is None or found[0].head != Anchor(head.number, head.hash)
    if st.session_state.pop(_ASKED, False) or (is_stale and head.number <= _CHECKED_AT_ONCE):
        with st.spinner("Reading the trail from its first entry …"):
            found = check_trail(context.connection), context.now
        st.session_state[_CHECKED] = found
    return found


def _say(check: TrailCheck, at: datetime, since: str, now: datetime) -> None:
    when = f"Checked on {time_words(at, now)}."
    if check.fault:
        st.error(
            f"**The chain is broken.** {plain(check.fault)} Up to entry {check.sound:,} all is as "
            f"it was written. {when} Keep a copy of the database, and tell whoever runs it."
        )
    else:
        st.success(
            f"The chain holds: all {check.sound:,} entries{since} are as they were written. {when}"
        )
