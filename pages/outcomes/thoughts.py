"""Suicidal thoughts: who is free of them after treatment, and in whom they rose."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from charts.outcome_thoughts import FREE, HIGHER, LOWER, UNCHANGED, level_name
from clinical.course_scores import Missing
from clinical.measures import THOUGHTS
from clinical.thought_changes import (
    LevelChange,
    ThoughtChanges,
    changes_at,
    changes_by_number,
    level_changes,
)
from data_access.cohort import Cohort
from data_access.courses_behind import CoursesBehind
from data_access.outcome_thoughts import thought_baselines, thoughts_and_mood
from pages.outcomes.behind import behind_section
from pages.outcomes.look import Look, counts_of
from pages.outcomes.thoughts_findings import (
    Asked,
    bounds_words,
    changes_finding,
    levels_finding,
    mood_finding,
    newly_finding,
    thoughts_answer,
    thoughts_figures,
)
from pages.shared.context import PageContext
from pages.shared.frame import Finding, key_figures, nothing, page_link, sentence, show
from pages.shared.memory import remembered


def thoughts_view(context: PageContext, look: Look) -> None:
    """Draw the view."""
    cohort = replace(look.cohort, measure=THOUGHTS.code, baseline_bands=())
    _, scores = counts_of(context, cohort)
    baselines = remembered(
        context, "thoughts: baselines", lambda: _baselines(context, cohort), cohort
    )
    asked = Asked(look.phase, look.number, look.missing, look.thresholds.smallest_group)
    if _sum(baselines) < max(asked.least, 1):
        nothing(_too_few(asked, _sum(baselines)))
        return
    by_number = remembered(
        context,
        "thoughts: changes",
        lambda: changes_by_number(scores, baselines, asked.missing),
        cohort,
        asked.missing,
    )
    now = changes_at(scores, baselines, asked.number, asked.missing)
    sentence(thoughts_answer(asked, now))
    st.caption(bounds_words(asked, now))
    key_figures(thoughts_figures(asked, now))
    _where_to_look(context)
    _by_number(context, look, asked, by_number)
    levels = level_changes(scores, baselines, asked.number, asked.missing, asked.least)
    _smaller(context, look, asked, by_number, levels)


def _baselines(context: PageContext, cohort: Cohort) -> pd.DataFrame:
    asked = context.connection, context.viewer, context.filters, cohort, context.today
    return thought_baselines(*asked)


def _sum(rows: pd.DataFrame) -> int:
    return int(rows["courses"].sum())


def _too_few(asked: Asked, found: int) -> str:
    if not found:
        return (
            "No course of treatment within the filters has an answer to PHQ-9 item 9 at baseline. "
            "Where only totals of PHQ-9 are recorded, nothing can be told of suicidal thoughts."
        )
    return (
        f"{asked.courses(found)} within the filters "
        f"{'has' if found == 1 else 'have'} an answer to PHQ-9 item 9 at baseline. Fewer than "
        f"{asked.least} are not shown."
    )


def _where_to_look(context: PageContext) -> None:
    """Totals say nothing of one person: where a person with thoughts is to be found."""
    today = context.pages.get("")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(
            "These are totals. In whom thoughts rose of late stands in the attention list on Today."
        )
        if today is not None:
            page_link(today)


def _by_number(
    context: PageContext, look: Look, asked: Asked, by_number: Sequence[ThoughtChanges]
) -> None:
    finding = changes_finding(asked, by_number)
    if finding is None:
        nothing(
            f"After no infusion do {asked.least} or more courses that began with thoughts have an "
            "answer, so nothing is drawn."
        )
        return
    chosen = chosen_change(show(finding, choosable=True), _shown_numbers(by_number, asked.least))
    if chosen is not None:
        code, number = chosen
        behind = replace(_CHANGES[code], number=number, **_of(asked.missing))
        words = f"{_CHANGE_WORDS[code]} after infusion {number}"
        behind_section(context, look, behind, words, key="behind-thoughts")


def _shown_numbers(by_number: Sequence[ThoughtChanges], least: int) -> list[int]:
    return [each.number for each in by_number if each.is_shown(least)]


_CHANGES = {
    FREE: CoursesBehind(measure=THOUGHTS.code, baselines=(1, None), totals=(0, 0)),
    LOWER: CoursesBehind(measure=THOUGHTS.code, baselines=(1, None), percent=(1, 100)),
    UNCHANGED: CoursesBehind(measure=THOUGHTS.code, baselines=(1, None), percent=(0, 1)),
    HIGHER: CoursesBehind(measure=THOUGHTS.code, baselines=(1, None), worse=True),
}
"""The courses of a part of a bar. A step of one level is at least a third of the baseline."""
_CHANGE_WORDS = {
    FREE: "began with thoughts, free of them",
    LOWER: "began with thoughts, lower but not free",
    UNCHANGED: "began with thoughts, unchanged",
    HIGHER: "began with thoughts, higher",
}
_NEW = CoursesBehind(measure=THOUGHTS.code, baselines=(0, 0), totals=(1, None))


def _of(missing: Missing) -> dict[str, Any]:
    """Who lies behind a bar has an answer, so all starters are those observed."""
    return {"missing": Missing.CARRIED if missing is Missing.CARRIED else Missing.OBSERVED}


def chosen_change(points: Sequence[Any], numbers: Sequence[int]) -> tuple[str, int] | None:
    """The part of a bar that is chosen; ``None`` for none, and for one that is not drawn."""
    match points:
        case [[_, str(code), int(number)], *_] if code in _CHANGES and number in numbers:
            return code, number
    return None


def chosen_level(
    points: Sequence[Any], changes: Sequence[LevelChange]
) -> tuple[int, int, int] | None:
    """The levels at baseline and the level after of the chosen part of a bar, if it is drawn."""
    match points:
        case [[_, int(low), int(high), int(level)], *_] if any(
            (change.low, change.high) == (low, high) and 0 <= level < len(change.courses)
            for change in changes
        ):
            return low, high, level
    return None


def chosen_number(points: Sequence[Any], numbers: Sequence[int]) -> int | None:
    """The infusion of the chosen dot, if it is drawn."""
    match points:
        case [[_, int(number)], *_] if number in numbers:
            return number
    return None


def _smaller(
    context: PageContext,
    look: Look,
    asked: Asked,
    by_number: Sequence[ThoughtChanges],
    levels: Sequence[LevelChange],
) -> None:
    moods = remembered(
        context, "thoughts: mood", lambda: _moods(context, look), look.cohort, asked.number
    )
    found = [levels_finding(asked, levels), newly_finding(asked, by_number)]
    mood = mood_finding(asked, moods)
    points: list[list[Any]] = []
    with st.grid(2, min_column_width=420):
        points = [_shown(finding) for finding in found]
        if mood is not None:
            show(mood)
    level = chosen_level(points[0], levels)
    if level is not None:
        low, high, after = level
        behind = CoursesBehind(
            measure=THOUGHTS.code,
            number=asked.number,
            baselines=(low, high),
            totals=(after, after),
            **_of(asked.missing),
        )
        words = (
            f"item 9 from {level_name(low, high)} at baseline to {level_name(after, after)} after "
            f"infusion {asked.number}"
        )
        behind_section(context, look, behind, words, key="behind-thoughts-levels")
    number = chosen_number(points[1], [each.number for each in by_number])
    if number is not None:
        behind = replace(_NEW, number=number, **_of(asked.missing))
        words = f"began without thoughts, with some after infusion {number}"
        behind_section(context, look, behind, words, key="behind-thoughts-new")


def _shown(finding: Finding | None) -> list[Any]:
    return [] if finding is None else show(finding, choosable=True)


def _moods(context: PageContext, look: Look) -> pd.DataFrame:
    cohort = replace(look.cohort, measure=THOUGHTS.code, baseline_bands=())
    asked = context.connection, context.viewer, context.filters, cohort, look.number
    return thoughts_and_mood(*asked, context.today)


THOUGHTS_DEFINITIONS = """
- **Suicidal thoughts**: PHQ-9 item 9 at 1 or more: thoughts of being better off dead or of hurting
  oneself, on several days or more. It asks how often, not how badly, and is a **gateway and no
  level of risk**; about half of those in whom such thoughts were noted elsewhere do not endorse it.
  A 0 is therefore not safety, and this page does not replace asking.
- **Free of them**: item 9 at 0 after the infusion, of the courses with 1 or more at baseline.
  **Lower, not free**: fallen, but not to 0. **Higher**: above the baseline; who began at 3 has no
  room to rise. **New thoughts**: 1 or more, of those with 0 at baseline. The groups with and
  without thoughts at baseline are never in one rate.
- **Missing answers**: *observed* takes the courses with an answer after the infusion; *carried
  forward* the latest answer up to it; *all starters* every course that began with thoughts and is
  due: without an answer it counts as not free. A rise is always told of those with an answer: what
  is missing never counts as no rise. *Worst to best case*: none, or all, of those without an
  observed answer were free.
- **Answers**: settled ones only, before the next infusion or later than 72 hours after one, of
  courses that are over. In maintenance, the baseline is that of the induction before it.
- **Interval of a share**: 95 % Wilson score interval (Wilson 1927).
- PHQ-9 asks of two weeks; asked more often, it is answered of the time since the last visit.
"""
