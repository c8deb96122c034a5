"""How long: when is a response lost after the induction, with and without maintenance?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import streamlit as st

from clinical.durability import (
    MARKS,
    SETTLED_BY,
    WEEK,
    Responses,
    Since,
    Spells,
    by_interval,
    from_day,
    responses,
    with_maintenance,
    without_maintenance,
)
from data_access.courses_behind import CoursesBehind, Instead, Milestone
from data_access.outcome_how_long import of_inductions, response_spans
from pages.outcomes.behind import behind_section
from pages.outcomes.how_long_findings import (
    States,
    how_long_answer,
    how_long_figures,
    interval_finding,
    lasting_finding,
    no_rule_words,
    states,
    too_few_words,
    weeks_finding,
    who_words,
)
from pages.outcomes.look import Look, counts_of
from pages.shared.context import PageContext
from pages.shared.frame import Finding, finding_grid, key_figures, nothing, sentence, show
from pages.shared.memory import remembered


@dataclass(frozen=True, slots=True)
class _Found:
    """The inductions that are over, and what became of their responses.

    ``by_since``: both states, by what the days count from; ``intervals``: by booster interval.
    """

    over: int
    counts: Responses
    by_since: dict[Since, States]
    intervals: tuple[Spells, ...]


def how_long_view(context: PageContext, look: Look) -> None:
    """Draw the view."""
    if look.measure.response_percent is None:
        nothing(no_rule_words(look.measure))
        return
    # A response at the end is an induction's, whatever phase the filters name.
    context = replace(context, filters=of_inductions(context.filters))
    found = remembered(
        context, "how long", lambda: _find(context, look), look.cohort, look.thresholds
    )
    least = look.thresholds.smallest_group
    since = _choose_since()
    told = found.by_since[since]
    words = too_few_words(found.over, found.counts, told, least)
    if words:
        nothing(words)
        return
    sentence(how_long_answer(told, since))
    st.caption(who_words(found.over, found.counts, look.phase))
    key_figures(how_long_figures(found.counts, told, since, look.measure, least))
    findings = remembered(
        context,
        "how long: findings",
        lambda: _findings(look, found, since),
        look.cohort,
        since,
        look.thresholds,
    )
    _behind(context, look, since, show(findings[0], choosable=True))
    finding_grid(findings[1:])


def _find(context: PageContext, look: Look) -> _Found:
    rows = response_spans(
        context.connection, context.viewer, context.filters, look.cohort, context.today
    )
    least = look.thresholds.smallest_group
    return _Found(
        over=_over(counts_of(context, look.cohort)[0]),
        counts=responses(rows),
        by_since={since: states_of(rows, since, least) for since in Since},
        intervals=by_interval(rows),
    )


def states_of(rows: pd.DataFrame, since: Since, least: int) -> States:
    """Both states as the view tells them; ``rows``: of ``response_spans``."""
    first = SETTLED_BY if since is Since.LAST_INFUSION else 0
    without, boosted = without_maintenance(rows, since), with_maintenance(rows, since)
    return states(from_day(without, first), from_day(boosted, first), least)


def _over(starts: pd.DataFrame) -> int:
    return int(starts.loc[starts["over"] == 1, "starts"].sum())


def _choose_since() -> Since:
    chosen = st.segmented_control(
        "Weeks count from",
        list(Since),
        default=Since.LAST_INFUSION,
        required=True,
        key="outcome-long-from",
        bind="query-params",
        help=(
            "The last infusion of the induction; or the score after it that showed the response, "
            "before which nobody could be seen to lose it"
        ),
    )
    return Since(chosen or Since.LAST_INFUSION)


def _findings(look: Look, found: _Found, since: Since) -> list[Finding]:
    """The pictures; the first carries the view."""
    other = next(each for each in Since if each is not since)
    drawn = [
        lasting_finding(found.by_since[since], since),
        weeks_finding(found.by_since[other], other),
        interval_finding(found.intervals, look.thresholds.smallest_group),
    ]
    return [finding for finding in drawn if finding is not None]


def _behind(context: PageContext, look: Look, since: Since, points: Sequence[Any]) -> None:
    """List who lost the response in the weeks before the chosen dot, if one is chosen."""
    week = chosen_week(points)
    if week is None:
        return
    before = max((mark for mark in MARKS if mark < week), default=0)
    lost = Milestone(since, before * WEEK + 1, week * WEEK)
    behind_section(
        context,
        look,
        CoursesBehind(milestones=(lost,), instead=Instead.END),
        f"response lost {f'after week {before} and ' if before else ''}by week {week}, with or "
        "without maintenance",
        key="behind-how-long",
    )


def chosen_week(points: Sequence[Any]) -> int | None:
    """The week of the first chosen dot; ``None`` for none, and for one that is not drawn."""
    match points:
        case [[_, str(week)], *_] if week in {str(mark) for mark in MARKS}:
            return int(week)
    return None


HOW_LONG_DEFINITIONS = """
- **Response at the end**: the end score, the latest settled score within 28 days after the last
  infusion of an induction (before the next course, if that comes sooner), is a response. Inductions
  that are over; others are not known to be without a later end score. A baseline of 0 leaves no
  room for a response: such inductions are left out.
- **Lost**: at the first later settled score that is no response any more, whatever came after. One
  score is enough, so a bad week counts, and noise about the limit too; the attention list and the
  caseload wait for two in a row (Murrough 2013), and so tell of fewer. A loss is dated when it is
  seen, up to a whole interval between scores too late, so the curves lean to the long side. In
  maintenance a score comes before each booster, without it every few weeks: with maintenance losses
  are seen sooner, and noise has more occasions.
- **Kept until**: the last settled score before a loss, or before a new induction; after it the
  course is watched no longer (censored).
- **Share still in response**: Kaplan-Meier (1958) with *late entry*: a course is at risk from its
  end score on, because before that nobody could be seen to lose the response (Tsai, Jewell and Wang
  1987). Band: 95 %, Greenwood's variance on the scale of log(-log S). Where few are at risk at the
  beginning, one loss would throw the curve down for good; so it begins when the smallest group that
  is shown is at risk, and its shares are of those in response on that day. It ends when fewer are.
- **Counted from the last infusion** the curves are of responses still there 28 days after it. Until
  then the end score may still come, so without a booster nobody could be seen to lose a response:
  the induction would have ended without one. After a booster the same loss counts.
- **Counted from the score** that showed the response (the end score) all enter at once, from the
  first day on; with maintenance, as soon as a booster is given. The first losses are seen at the
  next score, about four weeks later without maintenance, and sooner with it.
- **Without and with maintenance**: until the first booster, and from it on (Simon and Makuch 1984).
  Were courses parted by whether they ever had one, those who kept the response for long would have
  had time to get one, and early losses would all count against the untreated (immortal time).
  Compared by the log-rank test on these risk sets (Mantel and Byar 1974), each curve on the days of
  which it is told. Not an experiment: who is given boosters, and who comes for them, is a choice.
- **Half lost**: the first day by which at least half was lost, with the interval where the band
  crosses one half (Brookmeyer and Crowley 1982); where the curve lies flat at one half, the
  beginning of the flat piece.
- **Booster interval**: days from the first to the second booster: up to 10, 11 to 21, 22 to 35, 36
  and more. Counted from the second booster, of those then still in response, because the interval
  is not known before (a landmark; Anderson, Cain and Gelber 1983). An interval is often chosen by
  how somebody is doing, so it need not be the cause. Log-rank test over the intervals that are
  shown (Mantel 1966).
- **Published**: McInnes 2022 (PHQ-9, without maintenance) tells of about 80 % after 4 weeks and
  60 % after 8; its abstract tells neither of how many nor since when. Murrough 2013 (median 18
  days) counts MADRS and two visits in a row. So neither stands beside these curves.
"""
