"""Groups side by side: does the treatment work alike, for whom, where, and from what severity?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from charts.outcome_groups import Group
from clinical.group_rates import Tallies, compare_groups, curves, tally, with_expected
from data_access import outcome_groups as queries
from data_access.courses_behind import CoursesBehind
from data_access.sites import site_names
from pages.outcomes.behind import behind_section
from pages.outcomes.grouping import By, group_names
from pages.outcomes.groups_choice import GroupChoice, choose_groups, column_of, name_of
from pages.outcomes.groups_findings import (
    OTHERS,
    TOGETHER_KEY,
    GroupsFound,
    compared_finding,
    curves_finding,
    group_figures,
    groups_answer,
    merged_words,
    site_funnel_finding,
    why_not_compared,
)
from pages.outcomes.look import Look
from pages.outcomes.words import after_words, course_nouns
from pages.shared.context import PageContext
from pages.shared.frame import Finding, KeyFigure, key_figures, nothing, plain, sentence, show
from pages.shared.memory import kept, remembered


@dataclass(frozen=True, slots=True)
class GroupCounts:
    """What the queries found; ``mix``: as :func:`data_access.outcome_groups.group_mix`."""

    tallies: Tallies
    mix: pd.DataFrame


@dataclass(frozen=True, slots=True)
class _View:
    """What the view says and shows; ``nothing``: why it shows no more than that."""

    found: GroupsFound
    nothing: str = ""
    answer: str = ""
    figures: tuple[KeyFigure, ...] = ()
    left_out: str = ""
    findings: tuple[Finding, ...] = ()


def groups_view(context: PageContext, look: Look) -> None:
    """Draw the view."""
    choice = choose_groups(look.measure)
    # Sites have names, which the memory that is shared by all is not for.
    view = kept(
        context, "outcomes: groups", lambda: _make(context, look, choice), look.choice, choice
    )
    if view.nothing:
        nothing(view.nothing)
        return
    sentence(view.answer)
    key_figures(view.figures)
    if view.left_out:
        st.caption(view.left_out)
    for finding in view.findings:
        points = show(finding, choosable=choice.by is not By.WHEN)
        _behind(context, look, view.found, points, f"behind-{finding.key}")


def _make(context: PageContext, look: Look, choice: GroupChoice) -> _View:
    column = column_of(choice.by, context.filters)
    counts = remembered(
        context,
        "outcomes: group counts",
        lambda: _count(context, look, choice, column),
        look.choice,
        choice,
    )
    sites = site_names(context.connection, context.viewer) if choice.by is By.SITE else {}
    names = group_names(choice.by, look.measure, sites)
    found = groups_found(look, choice, column, counts, names)
    why = why_not_compared(look, found)
    if why:
        return _View(found, nothing=why)
    funnel = site_funnel_finding(look, found)
    return _View(
        found,
        answer=groups_answer(look, found),
        figures=tuple(group_figures(look, found)),
        left_out=merged_words(look, found),
        findings=(
            compared_finding(look, found),
            *((funnel,) if funnel is not None else ()),
            curves_finding(look, found),
        ),
    )


def _count(context: PageContext, look: Look, choice: GroupChoice, column: str) -> GroupCounts:
    asked = context.connection, context.viewer, context.filters, look.cohort, column
    starts = queries.group_starts(*asked, context.today)
    scores = queries.group_scores(*asked, choice.result, context.today)
    mix = queries.group_mix(*asked, choice.result, look.number, context.today)
    return GroupCounts(tally(scores, starts, look.missing), mix)


def groups_found(
    look: Look, choice: GroupChoice, column: str, counts: GroupCounts, names: Mapping[int, str]
) -> GroupsFound:
    """The groups compared, with what they are called; ``names``: in the order of the groups."""
    least = look.thresholds.smallest_group
    compared = compare_groups(counts.tallies, look.number, list(names), least)
    rows = with_expected(
        compared,
        counts.mix,
        look.missing,
        by_severity=choice.by is not By.SEVERITY,
        by_diagnosis=choice.by is not By.DIAGNOSIS,
    )
    groups = [_group(keys, column, names) for keys in compared.members]
    return GroupsFound(
        choice=choice,
        column=column,
        compared=compared,
        rows=rows.assign(of_all=compared.of_all.estimate),
        curves=curves(counts.tallies, compared.members, least),
        groups=tuple(groups),
        merged=tuple(
            name_of(key, column, names)
            for keys in compared.members
            if len(keys) > 1
            for key in keys
        ),
        empty=tuple(name_of(key, column, names) for key in compared.empty),
    )


def _group(keys: Sequence[int], column: str, names: Mapping[int, str]) -> Group:
    if len(keys) > 1:
        return Group(OTHERS, (column, TOGETHER_KEY), is_merged=True)
    return Group(name_of(keys[0], column, names), (column, keys[0]))


Chosen = tuple[int, int]
"""The row of a group, and the infusion."""


def chosen_group(points: Sequence[Any], found: GroupsFound) -> Chosen | None:
    """The group and the infusion of the first chosen dot; ``None`` for one that is not drawn."""
    rows = {group.carried: row for row, group in enumerate(found.groups)}
    match points:
        case [[_, str(column), int(key), int(number)], *_] if (column, key) in rows:
            row = rows[column, key]
            shown = found.curves[found.curves["row"] == row]["number"].tolist()
            return (row, number) if number in shown else None
    return None


def _behind(
    context: PageContext, look: Look, found: GroupsFound, points: Sequence[Any], key: str
) -> None:
    """List the courses of a chosen dot."""
    chosen = chosen_group(points, found)
    if chosen is None:
        return
    row, number = chosen
    words = f"{course_nouns(look)[1]}, {found.groups[row].name}, {after_words(look, number)}"
    behind = CoursesBehind(
        number=number, missing=look.missing, group=(found.column, found.compared.members[row])
    )
    behind_section(context, look, behind, plain(words), key)


GROUPS_DEFINITIONS = """
- **Groups**: by what courses had in common at their first infusion: the site, the diagnosis and the
  sex on record, age, failed antidepressants and dose in bands; by the severity of the baseline
  (courses without one are in no group then); by the quarter of the first infusion, in periods of
  more than three years by the year.
- **Small groups**: the rate of fewer courses than the set number is not shown. Such groups are put
  together, with the next smallest one where they are still too few, so that no group can be found
  by taking what is shown from the rate of all; in the panels a second point is left out for the
  same reason. Among all starters it is those with a score that must be enough. Shown is, as is
  usual, a rate of 0 or 100 % of a group that is large enough. Filters that are set one after the
  other are not held against each other.
- **Beyond chance**: each group is compared with all courses outside of it, by Fisher's exact test,
  two-sided; of two groups that is one comparison. The p values are corrected by Holm (1979), so
  that, if no group differed, any would be named at most 1 time in 20, however many are compared.
  Groups put together are not compared, being no group of their own.
- **Difference to all others**: in the numbers, with Newcombe's interval (1998, method 10) at the
  level of Bonferroni, so that all of them together hold in 95 of 100 cases. It is a little wider
  than Holm's test needs, so a group may be named whose interval just reaches 0.
- **Expected**: how many of the group would have reached it, had each course done as all courses of
  its severity band at baseline and its diagnosis did (indirect standardisation, Breslow and Day
  1987); of groups by severity or diagnosis, by the other of the two. The group itself is among
  those it is compared with, so a large one is drawn towards 1, and ratios of two groups are not to
  be divided by each other. **Not adjusted**: failed antidepressants, age, dose, other treatment,
  how many have a score, and whatever is not on record. A difference is a question, not its cause.
- **Funnel plot of sites**: the rate against the number, with limits around the rate of all courses
  (Spiegelhalter 2005, appendix A.1). The upper limit is worked out as the lower one of those
  without the result, so that a rate lies outside just where its exact binomial tail is less than
  2.5 % or 0.1 %; the published formula puts it up to one course lower. Limits are not widened for
  sites that vary more than chance gives.
- **Free of an item** are also those who were so from the start: choose, under *In whom*, from what
  level the others began.
- **What is not allowed for**: courses count as independent, also where a patient had several.
"""
