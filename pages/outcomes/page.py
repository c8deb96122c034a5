"""Outcomes: who responds, when, for how long, and how sure are we?"""

from collections.abc import Callable
from dataclasses import dataclass

from access.viewer import Permission
from data_access.cohort import measures_in_use
from pages.outcomes.choice import View, choose, choose_view
from pages.outcomes.funnel import RETENTION_DEFINITIONS, funnel_strip
from pages.outcomes.groups import GROUPS_DEFINITIONS, groups_view
from pages.outcomes.how_long import HOW_LONG_DEFINITIONS, how_long_view
from pages.outcomes.how_soon import HOW_SOON_DEFINITIONS, how_soon_view
from pages.outcomes.look import Look, take_look
from pages.outcomes.more import MORE_DEFINITIONS, more_view
from pages.outcomes.published import PUBLISHED_DEFINITIONS, published_view
from pages.outcomes.released import released_outcomes_view
from pages.outcomes.response import RESPONSE_DEFINITIONS, response_view
from pages.outcomes.scores import SCORES_DEFINITIONS, scores_view
from pages.outcomes.thoughts import THOUGHTS_DEFINITIONS, thoughts_view
from pages.outcomes.words import count_courses, course_nouns
from pages.shared.context import PageContext
from pages.shared.frame import definitions, nothing
from pages.shared.memory import remembered
from pages.shared.start_up import settle
from pages.shared.words import day_words


@dataclass(frozen=True, slots=True)
class _Part:
    """One view: what draws it, and the definitions at its foot."""

    draw: Callable[[PageContext, Look], None]
    definitions: str


_PARTS = {
    View.RESPONSE: _Part(response_view, RESPONSE_DEFINITIONS),
    View.SCORES: _Part(scores_view, SCORES_DEFINITIONS),
    View.HOW_SOON: _Part(how_soon_view, HOW_SOON_DEFINITIONS),
    View.HOW_LONG: _Part(how_long_view, HOW_LONG_DEFINITIONS),
    View.THOUGHTS: _Part(thoughts_view, THOUGHTS_DEFINITIONS),
    View.MORE: _Part(more_view, MORE_DEFINITIONS),
    View.GROUPS: _Part(groups_view, GROUPS_DEFINITIONS),
    View.PUBLISHED: _Part(published_view, PUBLISHED_DEFINITIONS),
}


def outcomes_page(context: PageContext) -> None:
    """Draw the view that the reader has chosen, and beside every rate who it is about."""
    if not context.viewer.may(Permission.SEE_CLINICAL):
        released_outcomes_view(context)
        return
    view = choose_view()
    measures = remembered(
        context,
        "outcomes: measures",
        lambda: measures_in_use(context.connection, context.viewer),
    )
    look = take_look(context, choose(view, measures))
    empty = _empty_words(context, look)
    if empty:
        nothing(empty)
        return
    part = _PARTS[view]
    funnel_strip(context, look)
    part.draw(context, look)
    definitions(part.definitions + RETENTION_DEFINITIONS)
    settle(f"outcomes: {view}")


def _empty_words(context: PageContext, look: Look) -> str:
    """Why there is nothing to show; empty where there is something."""
    found, least = look.retention, look.thresholds.smallest_group
    period = f"between {day_words(context.filters.start)} and {day_words(context.filters.end)}"
    if not found.began:
        return f"No {course_nouns(look)[0]} within the filters began {period}."
    if not found.over:
        return (
            f"{count_courses(look, found.began)} began {period}, all still under way: outcomes "
            "are told of courses that are over."
        )
    if found.over < least:
        return (
            f"{count_courses(look, found.over)} within the filters that began {period} "
            f"{'is' if found.over == 1 else 'are'} over. Fewer than {least} are not shown."
        )
    return ""
