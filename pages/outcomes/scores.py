"""Scores: by how much do they change, how large is that, and how differently do courses fare?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from charts.outcome_scores_waterfall import bar_words
from clinical.waterfall import Waterfall
from data_access.courses_behind import CoursesBehind
from data_access.outcomes import score_counts
from pages.outcomes.behind import behind_section
from pages.outcomes.look import Look
from pages.outcomes.scores_findings import means_finding, smaller_findings, waterfall_finding
from pages.outcomes.scores_known import ScoresKnown, other_kind, scores_known
from pages.outcomes.scores_words import SCORES_DEFINITIONS, scores_answer, scores_figures
from pages.outcomes.words import taken_words
from pages.shared.context import PageContext
from pages.shared.frame import Finding, finding_grid, key_figures, nothing, sentence, show
from pages.shared.memory import remembered

__all__ = ["SCORES_DEFINITIONS", "scores_view"]


@dataclass(frozen=True, slots=True)
class _Told:
    """What the view says, ready to be drawn; totals only, so that readers may share it."""

    known: ScoresKnown
    means: Finding | None
    fall: Finding | None
    smaller: list[Finding]


def scores_view(context: PageContext, look: Look) -> None:
    """Draw the view."""
    told = remembered(context, "outcomes: scores", lambda: _tell(context, look), look.choice)
    sentence(scores_answer(told.known))
    key_figures(scores_figures(told.known))
    if told.means is None:
        nothing(
            f"After no infusion at least {told.known.least} {told.known.units} have a score on "
            f"{look.measure.name}. Means of fewer are not shown."
        )
        return
    show(told.means)
    if told.fall is not None:
        _behind(context, look, told.known, show(told.fall, choosable=True))
    finding_grid(told.smaller)


def _tell(context: PageContext, look: Look) -> _Told:
    other = replace(look.cohort, kind=other_kind(look.cohort.kind))
    # The courses that began are the same for both kinds, and are not asked for again.
    other_scores = score_counts(
        context.connection, context.viewer, context.filters, other, context.today
    )
    known = scores_known(look, other_scores)
    return _Told(known, means_finding(known), waterfall_finding(known), smaller_findings(known))


_HAIR = 1e-6
"""Per cent: two percentages that differ by less are the same, however they were worked out."""


def _behind(context: PageContext, look: Look, known: ScoresKnown, points: Sequence[Any]) -> None:
    """List the courses of the chosen bar of the waterfall, if one is chosen."""
    place = chosen_bar(points, known.fall)
    if place is None:
        return
    bar = known.fall.bars.iloc[place]
    behind = CoursesBehind(
        number=known.number, percent=(bar["lowest"] - _HAIR, bar["highest"] + _HAIR)
    )
    words = (
        f"{look.measure.name} {bar_words(bar['highest'], bar['lowest'])} "
        f"{taken_words(known.kind, known.number)}"
    )
    behind_section(context, look, behind, words, key="behind-outcome-scores")


def chosen_bar(points: Sequence[Any], fall: Waterfall) -> int | None:
    """The place of the first chosen bar; ``None`` for none, and for one that is not there.

    What a browser sends is taken for a bar only where it names one of those drawn.
    """
    match points:
        case [[_, int(place)], *_] if 0 <= place < len(fall.bars):
            return place
    return None
