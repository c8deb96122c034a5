"""How soon: when courses first reach response and remission, and what the first day brings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import streamlit as st

from clinical.first_day import FirstDay, first_day
from clinical.logrank import LogRank, log_rank_of
from clinical.suppression import merged_small
from clinical.time_to import Reached, TimeTo, Unit, hours_at, time_to, time_to_by
from data_access import outcome_how_soon as queries
from data_access.courses_behind import CoursesBehind, Instead, Milestone
from data_access.sites import site_names
from pages.outcomes.behind import behind_section
from pages.outcomes.grouping import NOT_RECORDED, By, group_names
from pages.outcomes.how_soon_choice import SoonChoice, choose_soon, reachable
from pages.outcomes.how_soon_findings import (
    BETTER,
    REMITTED,
    RESPONDED,
    WORSE,
    Group,
    Names,
    curves_finding,
    first_day_finding,
    first_day_words,
    groups_answer,
    groups_finding,
    left_out_words,
    medians_finding,
    soon_answer,
    soon_figures,
    together_words,
)
from pages.outcomes.look import Look
from pages.outcomes.words import count_courses, course_nouns
from pages.shared.context import PageContext
from pages.shared.frame import (
    Finding,
    key_figures,
    nothing,
    plain,
    sentence,
    show,
)
from pages.shared.memory import remembered


@dataclass(frozen=True, slots=True)
class _Found:
    """What the queries found. ``alone``, ``together``: the codes or keys of the groups."""

    all_together: dict[Reached, TimeTo]
    alone: tuple[int, ...]
    together: tuple[int, ...]
    groups: list[TimeTo]
    test: LogRank | None
    day: FirstDay


def how_soon_view(context: PageContext, look: Look) -> None:
    """Draw the view."""
    if not reachable(look.measure):
        _without_rule(context, look)
        return
    choice = choose_soon(look.measure)
    found = remembered(
        context,
        "how soon",
        lambda: _look_up(context, look, choice),
        look.cohort,
        choice,
        look.thresholds,
    )
    least = look.thresholds.smallest_group
    names = Names(look.measure, look.phase, choice.unit)
    shown = {reached: each for reached, each in found.all_together.items() if each.n >= least}
    if not shown:
        nothing(_too_few_words(look, found.all_together))
        return
    if choice.by is By.NOTHING:
        _draw_together(context, look, choice, found, shown, names)
    else:
        _draw_groups(context, look, choice, found, names)


def _without_rule(context: PageContext, look: Look) -> None:
    """A measure without rules has no time to them; the first day has its change all the same."""
    day = remembered(
        context,
        "how soon: first day",
        lambda: _first_day(context, look),
        look.cohort,
        look.thresholds,
    )
    sentence(f"{look.measure.name} has no agreed rule for response or remission")
    st.markdown(
        "So there is no time until one is reached. Its mean change by infusion is under *Scores*."
    )
    _behind_first_day(context, look, _show_first_day(day, look))


def _too_few_words(look: Look, found: Mapping[Reached, TimeTo]) -> str:
    one = next(iter(found.values()))
    return (
        f"{count_courses(look, one.n)} with a baseline on {look.measure.name}, a later score and "
        f"something to reach. Fewer than {look.thresholds.smallest_group} are not shown. "
        f"{left_out_words(found, look)}"
    )


def _look_up(context: PageContext, look: Look, choice: SoonChoice) -> _Found:
    least = look.thresholds.smallest_group
    # Groups are compared on one of the two, so the other need not be looked up.
    asked = reachable(look.measure) if choice.by is By.NOTHING else (choice.reached,)
    rows = {reached: _times(context, look, choice, reached) for reached in asked}
    all_together = {reached: time_to(each, choice.unit, least) for reached, each in rows.items()}
    day = _first_day(context, look)
    if choice.by is By.NOTHING:
        return _Found(all_together, (), (), [], None, day)
    of_groups = rows[choice.reached]
    merged = merged_small(_sizes(of_groups), least)
    parts = [(key,) for key in merged.alone] + ([merged.together] if merged.together else [])
    groups = time_to_by(of_groups, parts, choice.unit, least)
    test = log_rank_of([each.curve for each in groups])
    return _Found(all_together, merged.alone, merged.together, groups, test, day)


def _times(context: PageContext, look: Look, choice: SoonChoice, reached: Reached) -> pd.DataFrame:
    return queries.times_to(
        context.connection,
        context.viewer,
        context.filters,
        look.cohort,
        reached,
        choice.basis,
        choice.unit,
        choice.column,
    )


def _first_day(context: PageContext, look: Look) -> FirstDay:
    rows = queries.first_day_counts(
        context.connection,
        context.viewer,
        context.filters,
        look.cohort,
        look.thresholds.early_hours,
    )
    return first_day(rows, look.measure)


def _sizes(rows: pd.DataFrame) -> dict[int, int]:
    """Courses on the curve of each group."""
    on_curve = rows[(rows["room"] == 1) & rows["time"].notna()]
    counted = on_curve.groupby("group")["courses"].sum()
    return {int(key): int(n) for key, n in counted.items()}  # type: ignore[call-overload]


def _draw_together(
    context: PageContext,
    look: Look,
    choice: SoonChoice,
    found: _Found,
    shown: Mapping[Reached, TimeTo],
    names: Names,
) -> None:
    """``shown``: of those found, the ones that enough courses can reach."""
    sentence(soon_answer(shown, names))
    key_figures(soon_figures(shown, found.day, look, names))
    st.caption(left_out_words(found.all_together, look))
    groups = [
        Group(names.curve(reached), (reached.value, 0), one) for reached, one in shown.items()
    ]
    finding = curves_finding(groups, names)
    _show_curves(context, look, choice, finding, groups, found)
    _behind_first_day(context, look, _show_first_day(found.day, look))


def _draw_groups(
    context: PageContext, look: Look, choice: SoonChoice, found: _Found, names: Names
) -> None:
    sites = site_names(context.connection, context.viewer) if choice.by is By.SITE else {}
    known = group_names(choice.by, look.measure, sites)
    groups = _in_order(found, known, choice.reached)
    if len(groups) < 2:
        sentence(soon_answer(found.all_together, names))
        nothing(together_words(choice.by, len(found.together), look))
    else:
        sentence(groups_answer(groups, found.test, choice, names))
    st.caption(left_out_words(found.all_together, look))
    finding = groups_finding(groups, found.test, choice, names)
    _show_curves(context, look, choice, finding, groups, found)
    with st.grid(2, min_column_width=420):
        if len(groups) > 1:
            show(medians_finding(groups, choice, names))
        points = _show_first_day(found.day, look)
    _behind_first_day(context, look, points)


def _in_order(found: _Found, known: Mapping[int, str], reached: Reached) -> list[Group]:
    """The groups with their names in the order of the names; what was put together comes last."""
    by_key = dict(zip(found.alone, found.groups, strict=False))
    order = [key for key in known if key in by_key] + [key for key in by_key if key not in known]
    named = [
        Group(known.get(key, NOT_RECORDED), (reached.value, key), by_key[key]) for key in order
    ]
    if found.together:
        named.append(
            Group("Others together", (reached.value, _TOGETHER), found.groups[-1], together=True)
        )
    return named


_TOGETHER = -1
"""What the points of those put together carry in the place of a code."""


def _show_first_day(day: FirstDay, look: Look) -> list[Any]:
    """Draw the first day, or say why it is not told; returns what is chosen of it."""
    finding = first_day_finding(day, look)
    if finding is None:
        st.caption(first_day_words(day, look))
        return []
    return show(finding, choosable=True)


def _behind_first_day(context: PageContext, look: Look, points: Sequence[Any]) -> None:
    """List the courses of the chosen share of the first day, if one is chosen."""
    match points:
        case [[_, str(code)], *_] if code in _FIRST_DAY_WORDS:
            words = f"{course_nouns(look)[1]}, {_FIRST_DAY_WORDS[code]} on the first day"
            behind_section(context, look, first_day_behind(code, look), words, "behind-first-day")


_FIRST_DAY_WORDS = {
    RESPONDED: "a response",
    REMITTED: "in remission or free of it",
    BETTER: "with a score",
    WORSE: "with a score",
}


def first_day_behind(code: str, look: Look) -> CoursesBehind:
    """The courses of a share of the first day.

    Better and worse are told in points: behind them are all with a score, the least improved first.
    """
    hours = look.thresholds.early_hours
    behind = CoursesBehind(
        instead=Instead.EARLY,
        milestones=(Milestone("early_hours", None, hours),),
        with_under_way=True,
    )
    if code == RESPONDED:
        return replace(behind, responded=True)
    if code == REMITTED:
        room = (_least_baseline(Reached.REMISSION, look), None)
        return replace(behind, remitted=True, baselines=room)
    return replace(behind, by_percent=True)


def _show_curves(
    context: PageContext,
    look: Look,
    choice: SoonChoice,
    finding: Finding,
    groups: Sequence[Group],
    found: _Found,
) -> None:
    """Draw the curves and, where a point of one is chosen, the courses behind it."""
    point = _chosen(show(finding, choosable=True), groups)
    if point is None:
        return
    group, time = point
    behind = _behind(group, time, choice, look, found)
    said = f"{plain(group.name)}, first {_time_words(time, choice.unit)}"
    behind_section(context, look, behind, said, key="behind-soon")


def _time_words(time: int, unit: Unit) -> str:
    return {
        Unit.DAYS: f"on day {time}",
        Unit.HOURS: f"in hour {time}",
        Unit.INFUSIONS: f"after infusion {time}",
    }[unit]


def _chosen(points: Sequence[Any], groups: Sequence[Group]) -> tuple[Group, int] | None:
    """The curve and the time of the first chosen point, where something was reached then.

    What a browser sends is taken only where it names a point that was drawn.
    """
    match points:
        case [[_, str(reached), int(key), int(time)], *_]:
            for group in groups:
                if group.carried == (reached, key) and group.happened_at(time):
                    return group, time
    return None


def _behind(
    group: Group, time: int, choice: SoonChoice, look: Look, found: _Found
) -> CoursesBehind:
    """The courses that reached it at that time for the first time."""
    reached = Reached(group.carried[0])
    column = queries.milestone_column(reached, choice.basis, choice.unit)
    low, high = (time, time) if choice.unit is Unit.INFUSIONS else hours_at(time, choice.unit)
    of_group: tuple[str, int | tuple[int, ...]] | None = None
    if choice.column is not None:
        key = group.carried[1]
        of_group = (choice.column, found.together if group.together else key)
    return CoursesBehind(
        milestones=(Milestone(column, low, high),),
        baselines=(_least_baseline(reached, look), None),
        group=of_group,
        with_under_way=True,
    )


def _least_baseline(reached: Reached, look: Look) -> float:
    """The lowest baseline with something to reach; scores differ by more than a thousandth."""
    at_most = look.measure.remission_at_most if reached is Reached.REMISSION else None
    return (at_most or 0.0) + 0.001


HOW_SOON_DEFINITIONS = """
- **Time**: from the start of the first infusion of the course to the first score that is a response
  or a remission. Days and hours are whole ones, rounded up: what a score after 30 hours shows was
  reached within 2 days. *Infusions*: how many had been given before that score.
- **Known only when asked**: a response is seen at the first score that shows it, and began then or
  at any time since the score before. So true times are a little sooner than those shown.
- **Share that has responded** (line): one minus the Kaplan-Meier estimator (1958). A course without
  response is watched until its last score that counts, and then *censored* (small strokes); at the
  same time what is reached comes before what is censored. Band: 95 %, Greenwood's variance on the
  scale of log(-log S) (Kalbfleisch and Prentice 2002).
- **Which way the line leans**: it lets those whose scores ended go on as the others did. Those who
  stop because nothing helps would not, and then it is too high. So the share *seen* to respond, of
  all on the curve, stands beside it, with its Wilson interval: the true share is not below it.
- **Who is on the curve**: courses with a baseline and a later score that counts. Courses under way
  take part, censored at their latest score: to leave them out would prefer, among those that began
  lately, the ones that stopped early. Left out and counted: no baseline; no later score; nothing to
  reach (in remission at the baseline; for response, a baseline of 0).
- **First, not lasting**: who responds once counts from then on, whatever comes later. *How long*
  tells how it lasts.
- **At risk**: courses still watched, and not there yet, just before that time. A curve ends where
  fewer are at risk than the smallest group that may be shown.
- **Median**: the first time by which at least half had; where the steps lie flat at exactly one
  half, the beginning of the flat piece (R takes its middle). Interval: where the band crosses one
  half (Brookmeyer and Crowley 1982). *Not reached*: not while enough were watched.
- **Beyond chance**: log-rank test over all groups at once, with the hypergeometric variance (Mantel
  1966; Peto and Peto 1972); p under 0.05. One test for each comparison that is opened, not
  corrected for how many are. Groups are not adjusted for each other: sites differ in whom they
  treat. Courses count as independent, although some patients have several.
- **Groups under the limit** are put together, with the next smallest where they are still too few,
  so that none can be found by subtraction. The largest five have a curve; all are in the table.
- **First day**: of the scores within 72 hours after infusion 1 the one nearest to 24 hours, if it
  was taken within the hours that the settings allow. They are never mixed with settled scores.
  *Clearly*: by at least the points that count as a change of one person (see *Scores*). Interval
  of a share: Wilson; of the mean: Student's t.
"""
