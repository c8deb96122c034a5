"""Limits worked out anew (a rebase): proposed by the page, decided and signed by a person."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd
import streamlit as st
from sqlalchemy import Connection

from access.viewer import NotPermittedError, Permission, Viewer
from clinical.incidence import Proportion, proportion
from clinical.variation import lasting_shift
from data_access.errors import ClinicDatabaseError
from data_access.rebases import RebaseAt, decide_rebase, withdraw_rebase
from data_access.thresholds import Signature
from pages.shared.context import PageContext
from pages.shared.database import clinic_decisions
from pages.shared.frame import heading, plain
from pages.shared.rebase_place import RebasePlace
from pages.shared.watch import Watch, WatchedChart
from pages.shared.words import count_words, day_words, rate_words

_DAYS_BACK = 56
"""Without a proposal the form begins with a day so long ago: a change must have lasted."""
_REASON_LENGTH = 400

_Decide = Callable[[Connection, Viewer, RebaseAt, Signature], None]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A day from which the level has lastingly changed, and why the page says so (markdown)."""

    day: date
    why: str


def propose(watch: Watch, chart: WatchedChart | None) -> Proposal | None:
    """What the watch proposes: a lasting change that still holds and that forms do not explain."""
    if chart is None:
        return None
    watched = chart.watched
    begin = lasting_shift(watched, watch.design)
    if begin is None:
        return None
    day = watch.monday(begin)
    if chart.rebased is not None and day <= chart.rebased:
        return None
    before = proportion(int(watched.observed[:begin].sum()), int(watched.recorded[:begin].sum()))
    since = proportion(int(watched.observed[begin:].sum()), int(watched.recorded[begin:].sum()))
    is_lower = (since.estimate or 0.0) < (before.estimate or 0.0)
    if is_lower and chart.forms_fell:
        return None
    return Proposal(day, _why(len(watch.weeks) - begin, day, before, since))


def _why(weeks: int, day: date, before: Proportion, since: Proportion) -> str:
    side = "below" if (since.estimate or 0.0) < (before.estimate or 0.0) else "above"
    return (
        f"{count_words(weeks, 'week')} {side} the level before, from the week of {day_words(day)} "
        f"on: {since.events:,} of {since.n:,} infusions ({rate_words(since)}), before "
        f"{before.events:,} of {before.n:,} ({rate_words(before)})"
    )


@dataclass(frozen=True, slots=True)
class Rebasing:
    """What the panel is about.

    ``term``: as rebases store it; ``title``: the side effect and its place, as markdown;
    ``place``: ``None`` where the choice of sites is nobody's; ``entries``: all decisions about it,
    as :func:`data_access.rebases.rebases` gives them; ``first_day``: of the data.
    """

    term: str
    term_key: int | None
    title: str
    place: RebasePlace | None
    entries: pd.DataFrame
    first_day: date
    proposal: Proposal | None


def rebase_panel(context: PageContext, about: Rebasing) -> None:
    """Draw the proposal, the form and the decisions so far."""
    with st.container(border=True, key="rebases"):
        heading(
            f"Limits worked out anew: {about.title}",
            "When a level has lastingly changed, a person decides from when on it is the new one. "
            "The decision is signed and kept; the old limits stay on the chart, dotted.",
        )
        if about.proposal is not None:
            st.info(f"Proposed from {day_words(about.proposal.day)}: {about.proposal.why}.")
        _decisions(about.entries)
        _forms(context, about)


def _decisions(entries: pd.DataFrame) -> None:
    if entries.empty:
        st.caption("Nobody has decided this yet.")
        return
    st.dataframe(
        pd.DataFrame(
            {
                "From": entries["from_day"],
                "Decision": [
                    "taken back" if taken else "limits anew" for taken in entries["withdrawn"]
                ],
                "Holds": ["yes" if standing else "no" for standing in entries["standing"]],
                "By": entries["decided_by"],
                "On": entries["decided_at"].dt.date,
                "Why": entries["reason"],
            }
        ),
        hide_index=True,
        height="content",
        key="rebase-decisions",
    )


def _forms(context: PageContext, about: Rebasing) -> None:
    if Permission.DECIDE_LIMITS not in context.viewer.permissions:
        st.caption(f"To decide needs the permission to {Permission.DECIDE_LIMITS.value}.")
        return
    if about.place is None:
        st.caption(
            "Limits are decided for one site, or for all together: choose one site in the filter "
            "bar, or none."
        )
        return
    if about.place.site_id is None and context.viewer.site_ids is not None:
        st.caption("The limits of all sites together are for others to decide.")
        return
    with st.expander("Decide a day", expanded=about.proposal is not None):
        _decide_form(context, about, about.place)
    standing = sorted(set(about.entries.loc[about.entries["standing"], "from_day"]))
    if standing:
        with st.expander("Take a decision back"):
            _withdraw_form(context, about, about.place, standing)


def _decide_form(context: PageContext, about: Rebasing, place: RebasePlace) -> None:
    latest = max(context.today, about.first_day)
    proposed = about.proposal.day if about.proposal else latest - timedelta(days=_DAYS_BACK)
    with st.form(_key("decide", about), border=False):
        day = st.date_input(
            "From which day",
            value=min(max(proposed, about.first_day), latest),
            min_value=about.first_day,
            max_value=latest,
            key=_key("day", about),
            width=220,
            help="The week or month of this day is the first of the new level",
        )
        reason = _reason_field("decide", about)
        pressed = st.form_submit_button("Work the limits out anew")
    if pressed:
        _store(context, decide_rebase, RebaseAt(about.term, place.site_id, day), reason)


def _withdraw_form(
    context: PageContext, about: Rebasing, place: RebasePlace, standing: list[date]
) -> None:
    with st.form(_key("withdraw", about), border=False):
        day = st.selectbox(
            "Which", standing, format_func=day_words, key=_key("which", about), width=220
        )
        reason = _reason_field("withdraw", about)
        pressed = st.form_submit_button("Take it back")
    if pressed:
        _store(context, withdraw_rebase, RebaseAt(about.term, place.site_id, day), reason)


def _reason_field(form: str, about: Rebasing) -> str:
    return st.text_area(
        "Reason",
        key=_key(f"{form}-reason", about),
        max_chars=_REASON_LENGTH,
        height=80,
        placeholder="What was changed, and where that is written down",
    )


def _key(part: str, about: Rebasing) -> str:
    """Of a field; each side effect, place, proposal and decision begins with fields of its own."""
    day = about.proposal.day if about.proposal else None
    site_id = about.place.site_id if about.place else None
    return f"rebase-{part}-{about.term_key}-{site_id}-{day}-{len(about.entries)}"


def _store(context: PageContext, decide: _Decide, at: RebaseAt, reason: str) -> None:
    """Store a decision, signed by whoever is signed in, and draw the page anew with it.

    What is wrong with it is said.
    """
    signature = Signature(context.viewer.name, context.now, reason)
    try:
        with clinic_decisions() as connection:
            decide(connection, context.viewer, at, signature)
    except ClinicDatabaseError as problem:
        st.error(plain(problem))
    except NotPermittedError as refusal:
        st.warning(plain(refusal))
    else:
        st.rerun()
