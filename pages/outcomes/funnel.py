"""Who the rates are about: the funnel that stands beside every rate of the page."""

import pandas as pd
import streamlit as st

from charts.outcome_funnel import LostPart, Step, outcome_funnel_chart
from clinical.codes import Phase
from data_access.courses_behind import CoursesBehind, Part
from pages.outcomes.behind import behind_section
from pages.outcomes.look import Look
from pages.outcomes.words import after_words, count_courses, course_nouns
from pages.shared.context import PageContext
from pages.shared.frame import Finding, plain
from pages.shared.words import listed

WITH_BASELINE = "with_baseline"
"""The step of those due who have a baseline, which is no part by itself of the query's."""
_FEWER = ""
"""Those who are not judged up to the infusion: nothing of theirs is missing, so none are listed."""


def funnel_steps(look: Look) -> tuple[Step, ...]:
    """The steps from those who began to those whose score there is, as counted at the infusion."""
    found, number = look.retention, look.number
    steps = [
        Step(Part.BEGAN, "Began", found.began),
        Step(
            Part.OVER, "Over", found.over, (LostPart(Part.UNDER_WAY, "under way", found.under_way),)
        ),
    ]
    if found.due < found.over:
        fewer = LostPart(_FEWER, _fewer_words(look), found.over - found.due)
        steps.append(Step(Part.DUE, f"Due up to infusion {number}", found.due, (fewer,)))
    steps += [
        Step(
            WITH_BASELINE,
            "With a baseline",
            found.with_baseline,
            (LostPart(Part.NO_BASELINE, "without a baseline", found.no_baseline),),
        ),
        Step(
            Part.SCORED,
            f"With a score {after_words(look)}",
            found.scored,
            (
                LostPart(Part.STOPPED, f"stopped before infusion {number}", found.stopped),
                LostPart(Part.UNSCORED, f"given infusion {number}, no score", found.unscored),
            ),
        ),
    ]
    if look.phase is not Phase.MAINTENANCE:
        steps.append(Step(Part.COMPLETED, "Completed as planned", found.completed))
    return tuple(steps)


def _fewer_words(look: Look) -> str:
    if look.phase is Phase.MAINTENANCE:
        return f"ended before infusion {look.number}"
    return f"planned for fewer than {look.number}"


def funnel_strip(context: PageContext, look: Look) -> None:
    """Draw the steps in a line, what is lost grey between them; a chosen one lists its courses."""
    entries = _entries(funnel_steps(look))
    chosen = st.pills(
        f"Whose outcomes: from all {course_nouns(look)[1]} that began to those with a "
        f"score on {plain(look.measure.name)} {after_words(look)}",
        list(entries),
        # The counts are not part of the choice, which outlives a change of them.
        format_func=lambda part: entries.get(part, ""),
        key="outcome-part",
        help="A step, when chosen, lists its courses. Nobody who is left out is hidden: whom a "
        "rate is about decides as much as the treatment what it is.",
    )
    if chosen in entries:
        show_part(context, look, chosen, "behind-the-funnel")


def _entries(steps: tuple[Step, ...]) -> dict[str, str]:
    """What can be chosen, in the order of the funnel: the lost ones before what is left."""
    entries: dict[str, str] = {}
    for step in steps:
        for each in step.lost:
            if each.courses and each.part:
                entries[each.part] = f":gray[−{each.courses:,} {each.words}]"
        name = step.name[:1].lower() + step.name[1:]
        entries[step.part] = f"**{step.courses:,}** {name}"
    return entries


def part_words(look: Look) -> dict[str, str]:
    """The parts of the funnel whose courses can be listed, with their words."""
    found: dict[str, str] = {}
    for step in funnel_steps(look):
        found[step.part] = step.name.lower()
        found |= {each.part: each.words for each in step.lost if each.part}
    return found


def show_part(context: PageContext, look: Look, part: str, key: str) -> None:
    """List the courses of a part of the funnel."""
    words = f"{course_nouns(look)[1]}, {part_words(look)[part]}"
    behind_section(context, look, part_behind(look, part), plain(words), key=key)


def part_behind(look: Look, part: str) -> CoursesBehind:
    """The courses of a part of the funnel."""
    if part == WITH_BASELINE:
        return CoursesBehind(
            part=Part.DUE, number=look.number, baselines=(look.measure.lowest, None)
        )
    return CoursesBehind(part=part, number=look.number)


def funnel_finding(look: Look) -> Finding:
    """The funnel as a picture, with its reasons."""
    found, steps = look.retention, funnel_steps(look)
    title = (
        f"{found.scored:,} of {count_courses(look, found.began)} that began have a score "
        f"{after_words(look)} and a baseline"
    )
    reasons = _reasons(steps)
    return Finding(
        key="outcome-funnel",
        title=title,
        subtitle=f"Most of the others: {listed(reasons[:2])}" if reasons else "None is missing",
        chart=outcome_funnel_chart(steps),
        table=_table(steps),
        alt=f"Bars of those left at each step. {title}",
        note="Pale: lost since the step before. "
        + ("" if look.phase is Phase.MAINTENANCE else _COMPLETED_WORDS)
        + "A bar, when chosen, lists its courses.",
    )


_COMPLETED_WORDS = "Completed as planned: of all that are over, whether or not they have scores. "


def _reasons(steps: tuple[Step, ...]) -> list[str]:
    """Why courses are not told of, with their numbers, the most frequent first."""
    lost = [each for step in steps for each in step.lost if each.courses]
    most_first = sorted(lost, key=lambda each: each.courses, reverse=True)
    return [f"{each.courses:,} {each.words}" for each in most_first]


def _table(steps: tuple[Step, ...]) -> pd.DataFrame:
    rows = []
    for step in steps:
        rows += [(f"not: {each.words}", each.courses) for each in step.lost]
        rows.append((step.name, step.courses))
    return pd.DataFrame(rows, columns=["Step", "Courses"])


RETENTION_DEFINITIONS = """
- **Who is told of**: a course of treatment *began* with its first infusion, within the period and
  the filters. It is *over* when another course has begun, or 28 days after its last infusion:
  from then on no further score can belong to it. Rates and means are of courses that are over. One
  is *due* up to infusion k where it was planned for, or had, so many infusions (an induction
  without a plan counts as six).
- **Baseline**: the last score before the first infusion; in maintenance that of the induction
  before it. Without one a course cannot be judged. *Stopped*: with a baseline, fewer than k
  infusions given. *No score*: infusion k was given, but no score follows it in time.
- Published rates differ as much by who was lost as by the treatment: McInnes 2022 could analyse 537
  of 9,016 people treated.
"""
