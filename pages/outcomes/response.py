"""Who responds: response and remission after each infusion, and what missing scores may hide."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from clinical.course_scores import Missing
from clinical.responses import Result
from data_access.courses_behind import CoursesBehind
from pages.outcomes.behind import behind_section
from pages.outcomes.funnel import funnel_finding, part_words, show_part
from pages.outcomes.look import Look
from pages.outcomes.response_findings import (
    by_number_finding,
    by_rule_finding,
    hidden_rules,
    response_answer,
    response_figures,
    responses_of,
    result_names,
)
from pages.outcomes.words import after_words, course_nouns
from pages.shared.context import PageContext
from pages.shared.frame import Finding, KeyFigure, key_figures, plain, sentence, show
from pages.shared.memory import remembered


@dataclass(frozen=True, slots=True)
class _View:
    """What the view says and shows; a picture of rates is ``None`` where there is no rate."""

    answer: str
    figures: tuple[KeyFigure, ...]
    by_number: Finding | None
    by_rule: Finding | None
    funnel: Finding
    numbers: tuple[int, ...]
    rules: tuple[Missing, ...]


def response_view(context: PageContext, look: Look) -> None:
    """Draw the view."""
    view = remembered(context, "outcomes: response", lambda: _make(look), look.choice)
    sentence(view.answer)
    key_figures(view.figures)
    if view.by_number is not None:
        points = show(view.by_number, choosable=True)
        _behind(context, look, chosen_rate(points, view.numbers, look), "behind-response")
    with st.grid(1 if view.by_rule is None else 2, min_column_width=420):
        steps = show(view.funnel, choosable=True)
        rules = [] if view.by_rule is None else show(view.by_rule, choosable=True)
    _behind_rule(context, look, chosen_rule(rules, view.rules, look))
    part = chosen_part(steps, look)
    if part is not None:
        show_part(context, look, part, "behind-funnel-bar")


def _make(look: Look) -> _View:
    found = responses_of(look)
    is_shown, hidden = found.at_number.is_shown(found.least), hidden_rules(found)
    return _View(
        answer=response_answer(look, found),
        figures=tuple(response_figures(look, found)) if is_shown else (),
        by_number=by_number_finding(look, found) if found.shown else None,
        by_rule=by_rule_finding(look, found),
        funnel=funnel_finding(look),
        numbers=tuple(each.number for each in found.shown),
        rules=tuple(each.missing for each in found.by_rule if each.missing not in hidden),
    )


Chosen = tuple[Result, int]
"""A rate: of which result, and after which infusion."""


def chosen_rate(points: Sequence[Any], numbers: Sequence[int], look: Look) -> Chosen | None:
    """The rate of the first chosen dot; ``None`` for none, and for one that is not drawn."""
    match points:
        case [[_, str(result), int(number)], *_] if number in numbers:
            known = {str(each): each for each in result_names(look.measure)}
            return (known[result], number) if result in known else None
    return None


def chosen_rule(
    points: Sequence[Any], rules: Sequence[Missing], look: Look
) -> tuple[Result, Missing] | None:
    """The result and the rule of the first chosen dot; ``None`` for one that is not drawn."""
    match points:
        case [[_, str(result), str(missing)], *_] if missing in rules:
            known = {str(each): each for each in result_names(look.measure)}
            return (known[result], Missing(missing)) if result in known else None
    return None


def chosen_part(points: Sequence[Any], look: Look) -> str | None:
    """The part of the funnel of the first chosen bar; ``None`` for none, and an unknown one."""
    match points:
        case [[_, str(part)], *_] if part in part_words(look):
            return part
    return None


def _behind(context: PageContext, look: Look, chosen: Chosen | None, key: str) -> None:
    """List the courses of a rate."""
    if chosen is None:
        return
    result, number = chosen
    behind = rate_behind(look.missing, result, number)
    behind_section(context, look, behind, plain(_rate_words(look, result, number)), key)


def _behind_rule(context: PageContext, look: Look, chosen: tuple[Result, Missing] | None) -> None:
    """List the courses of a rate under a rule for missing scores."""
    if chosen is None:
        return
    result, missing = chosen
    words = f"{_rate_words(look, result, look.number)}, {str(missing).lower()}"
    behind = rate_behind(missing, result, look.number)
    behind_section(context, look, behind, plain(words), "behind-rule")


def _rate_words(look: Look, result: Result, number: int) -> str:
    """The courses of a rate."""
    courses, when = course_nouns(look)[1], after_words(look, number)
    if result is Result.IMPROVEMENT:
        # The least improved first, for there is no line in per cent between the two.
        return f"{courses} with a score {when}"
    return f"{courses}, {result_names(look.measure)[result].lower()} {when}"


def rate_behind(missing: Missing, result: Result, number: int) -> CoursesBehind:
    """The courses of a rate: those that reached it, or all with a score where it is in points."""
    if result is Result.IMPROVEMENT:
        kept = Missing.OBSERVED if missing is Missing.ALL else missing
        return CoursesBehind(number=number, missing=kept, by_percent=True)
    return CoursesBehind(
        number=number,
        missing=missing,
        responded=True if result is Result.RESPONSE else None,
        remitted=True if result is Result.REMISSION else None,
    )


RESPONSE_DEFINITIONS = """
- **Response, remission**: by the rule of the measure, compared with the course's baseline. PHQ-9,
  GAD-7, MADRS, QIDS-SR16: response is an improvement of at least half of the baseline; remission a
  score of 4 or less (PHQ-9, GAD-7), 10 (MADRS), 5 (QIDS-SR16). PCL-5 and WHO-5 have no agreed rule,
  so what is told is an improvement beyond measurement error: 15 points on PCL-5 (Marx 2022), 10 on
  WHO-5, where higher is better. A single item is *free of it* at 0.
- **Which scores**: *settled* ones, taken before the next infusion or later than 72 hours after one;
  of several after the same infusion the latest counts. Scores within 72 hours are taken while the
  infusion still acts; they are a choice of their own, and never mixed with the others.
- **Observed**: the courses with a score after the infusion. Who is doing badly may be missing, so
  this rate may be too good, or too bad.
- **Last score carried forward**: the latest score after the baseline, up to the infusion; without
  any the course is left out. It takes for granted that nothing changed since.
- **All starters**: every course that is due, with or without a baseline; what is missing counts as
  no response.
- **Worst to best**: the rate over all that are due if none of the missing scores were a response,
  which is the rate of *all starters*, and if all of them were. No assumption about what is missing
  can lead out of these bounds; the interval does not allow for it.
- **Interval**: 95 % Wilson score interval (Wilson 1927). Courses count as independent, also where
  a patient had several.
- **A baseline of 0** leaves no room to respond: such courses are left out of response, not of
  remission.
"""
