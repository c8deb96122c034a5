"""The attention list: which patients need a look now, why, and since when."""

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from access.viewer import Permission
from charts.numbers import percent
from clinical.attention import RULES, Rule, attention_list, rule_counts, rule_days
from clinical.calendar import day_date, day_number
from clinical.codes import Phase
from clinical.incidence import proportion
from clinical.thresholds import Thresholds
from data_access.attention import people, watched_patients
from data_access.thresholds import read_thresholds
from pages.shared.context import PageContext
from pages.shared.frame import heading, plain
from pages.shared.memory import kept
from pages.shared.people import ADDRESS, person_name
from pages.shared.reasons import Row, reason_badges, since_words
from pages.shared.thresholds import threshold_table
from pages.shared.who_may import for_others
from pages.shared.words import count_words, day_words, rate_words

_ON_A_PAGE = 10
_SHOWN = "attention_rule"


@dataclass(frozen=True, slots=True)
class Attention:
    """Who is listed (:func:`clinical.attention.attention_list`), and how often each rule holds."""

    listed: pd.DataFrame
    counts: dict[Rule, int]
    treated: int
    thresholds: Thresholds


def look_for_attention(context: PageContext) -> Attention | None:
    """Who needs attention among those whom the filters leave; ``None`` without the permission."""
    if Permission.SEE_PATIENTS not in context.viewer.permissions:
        return None
    thresholds = read_thresholds(context.connection, context.viewer)
    return kept(context, "attention", lambda: _judge(context, thresholds), thresholds)


def _judge(context: PageContext, thresholds: Thresholds) -> Attention:
    watched = watched_patients(
        context.connection, context.viewer, context.filters, context.today, thresholds
    )
    days = rule_days(watched, day_number(context.today), thresholds)
    return Attention(attention_list(watched, days), rule_counts(days), len(days), thresholds)


def attention_section(context: PageContext) -> None:
    """Draw the list, a line a patient; each name leads to the patient."""
    found = look_for_attention(context)
    if found is None:
        what = "The list of who needs attention"
        st.caption(for_others(context.viewer, what, Permission.SEE_PATIENTS))
        return
    with st.container(border=True, key="attention"):
        heading(_title(found), _subtitle(found))
        if len(found.listed):
            _lines(context, found, _choose_rule(found))
        _rules(context, found)


def _title(found: Attention) -> str:
    if not found.treated:
        return "Nobody is under treatment in this selection"
    if found.listed.empty:
        return f"None of {count_words(found.treated, 'patient')} under treatment needs attention"
    needs = "needs" if len(found.listed) == 1 else "need"
    return f"{count_words(len(found.listed), 'patient')} {needs} attention"


def _subtitle(found: Attention) -> str:
    if not found.treated:
        limits = found.thresholds
        return (
            f"Under treatment is who had an infusion in the last {limits.treated_induction_days} "
            f"days in induction, or {limits.treated_maintenance_days} in maintenance."
        )
    share = proportion(len(found.listed), found.treated)
    return (
        f"{percent(share.estimate)} of {count_words(found.treated, 'patient')} under treatment; "
        "the most urgent first, then the newest. The list asks for a look and advises nothing."
    )


def _choose_rule(found: Attention) -> Rule | None:
    """One reason to look at, or all of them."""
    held = {rule.label: rule for rule, count in found.counts.items() if count}
    chosen = st.pills(
        "Reason",
        list(held),
        # The counts are not part of the choice, which outlives a change of them.
        format_func=lambda label: f"{label} {found.counts[held[label]]:,}",
        key=_SHOWN,
        label_visibility="collapsed",
        persist_state="page",
    )
    return held.get(chosen) if chosen else None


def _lines(context: PageContext, found: Attention, only: Rule | None) -> None:
    listed = found.listed
    if only is not None:
        listed = listed[[int(only) in rules for rules in listed["rules"]]]
    pages = -(-len(listed) // _ON_A_PAGE)
    lines, foot = st.container(gap="small"), st.container()
    with foot:
        page = 1 if pages < 2 else st.pagination(pages, key=f"attention-page-{only}-{pages}")
    shown = listed.iloc[(page - 1) * _ON_A_PAGE : page * _ON_A_PAGE]
    who = people(
        context.connection, context.viewer, shown["patient_key"].tolist(), context.today
    ).set_index("patient_key")
    with lines:
        for row in shown.to_dict("records"):
            _line(context, found, row, who.loc[row["patient_key"]])


def _line(context: PageContext, found: Attention, row: Row, who: pd.Series) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.container(width=210, gap=None):
            _patient_link(context, who)
        with st.container(width="stretch", gap=None):
            st.markdown(reason_badges(row, context.today, found.thresholds))
            st.caption(f"{since_words(row['since'], context.today)} · {_about(row, who)}")


def _patient_link(context: PageContext, who: pd.Series) -> None:
    name = plain(person_name(who["given_name"], who["family_name"]))
    page = context.pages.get("patients")
    if page is None:
        st.markdown(name)
    else:
        st.page_link(page, label=name, query_params={ADDRESS: who["handle"]})


def _about(row: Row, who: pd.Series) -> str:
    """Where the patient stands, and what is booked (markdown)."""
    phase = Phase(row["phase"]).label
    planned = "" if pd.isna(who["planned"]) else f" of {who['planned']}"
    booked = (
        "nothing booked"
        if pd.isna(who["next_day"])
        else f"next appointment {day_words(day_date(int(who['next_day'])))}"
    )
    site = "" if pd.isna(who["site"]) else f" · {plain(who['site'])}"
    return f"{phase}, infusion {row['last_number']}{planned} given · {booked}{site}"


def _rules(context: PageContext, found: Attention) -> None:
    """What each rule asks, how often it holds, and the thresholds with who set them."""
    with st.expander("Rules and thresholds of this list"):
        st.dataframe(
            pd.DataFrame(
                {
                    "Rule": [rule.label for rule in RULES],
                    "It holds when": [_MEANING[rule] for rule in RULES],
                    "Patients": [found.counts[rule] for rule in RULES],
                    "of those under treatment": [
                        rate_words(proportion(found.counts[rule], found.treated)) for rule in RULES
                    ],
                }
            ),
            hide_index=True,
            height="content",
            key="attention-rules",
        )
        threshold_table(context, found.thresholds)


_MEANING = {
    Rule.THOUGHTS: (
        "PHQ-9 item 9 or the C-SSRS level has risen of late and not come back to the level before, "
        "or the C-SSRS level is high and item 9 has not been answered with 0 since"
    ),
    Rule.RED_EVENT: (
        "At the last infusion: red blood pressure in two readings in a row or at the limit for "
        "stopping in one, red oxygen saturation, or red sedation"
    ),
    Rule.WORSE: "Newly and up to the latest score worse than the baseline (PHQ-9: by 5)",
    Rule.LOST_RESPONSE: (
        "In maintenance: a response to the induction is no response in several scores in a row, "
        "and by more than measurement error"
    ),
    Rule.NO_RESPONSE: "In induction: too little improvement at a score after the review point",
    Rule.LATE: "In maintenance: the time since the last booster is well beyond the usual interval",
    Rule.UNSCORED: "No PHQ-9, MADRS or QIDS-SR16 for too long",
}
