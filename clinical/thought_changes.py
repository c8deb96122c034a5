"""What became of suicidal thoughts over a course: PHQ-9 item 9 against its baseline.

Item 9 asks how often (0 not at all to 3 nearly every day), not how badly, and is a gateway and no
level of risk. Courses that began with thoughts (1 or more) and without (0) are never in one rate.
What is missing can count as *not free* of them (:class:`~clinical.course_scores.Missing`); it never
counts as not risen: a rise is told of those with an answer alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from clinical.course_scores import LAST_NUMBER, Missing
from clinical.incidence import Proportion, proportion

LEVELS = range(4)
"""The answers to item 9, 0 to 3."""
NO_ANSWER = -1
"""Stands for the level of a course without an answer."""


@dataclass(frozen=True, slots=True)
class ThoughtChanges:
    """Item 9 after infusion ``number``, against the baseline.

    Of the courses that began with thoughts: ``free`` (0 now), ``lower`` (fell, but not to 0),
    ``unchanged``, ``higher`` (rose); of those that began without any: ``newly`` (1 or more now).
    ``due`` began with thoughts and are judged up to the infusion at all, ``answered`` have an
    answer by the chosen rule, ``seen`` an observed one. ``free_bounds``: the share that is free if
    none, and if all, of those without an observed answer were; fractions, ``None`` where no answer
    was observed, because nothing bounds them then.
    """

    number: int
    due: int
    answered: int
    seen: int
    free: Proportion
    lower: Proportion
    unchanged: Proportion
    higher: Proportion
    newly: Proportion
    free_bounds: tuple[float, float] | None

    def is_shown(self, least: int) -> bool:
        """Whether enough courses that began with thoughts have an answer."""
        return self.answered >= least

    def has_bounds(self, least: int) -> bool:
        """Whether the bounds can be told: of enough, and without telling of few carried answers.

        The worst bound tells how many of the observed are free, and the rate less those is what
        the answers carried forward say.
        """
        return self.seen >= least and not 0 < self.answered - self.seen < least


def changes_at(
    scores: pd.DataFrame, baselines: pd.DataFrame, number: int, missing: Missing
) -> ThoughtChanges:
    """The changes after infusion ``number``, by one of the rules for what is missing.

    ``scores``: as :func:`data_access.outcomes.score_counts` of item 9; ``baselines``: as
    :func:`data_access.outcome_thoughts.thought_baselines`.
    """
    rows = answers(scores, number, missing)
    with_thoughts, without = rows[rows["baseline"] > 0], rows[rows["baseline"] == 0]
    started, ended = with_thoughts["baseline"], with_thoughts["total"]
    answered = _sum(with_thoughts)
    observed = answers(scores, number, Missing.OBSERVED)
    seen = _sum(observed[observed["baseline"] > 0])
    # A clinic may number a course's infusions otherwise than by counting them.
    due = max(_due(baselines, number), answered, seen)
    of_fall = due if missing is Missing.ALL else answered
    return ThoughtChanges(
        number=number,
        due=due,
        answered=answered,
        seen=seen,
        free=proportion(_sum(with_thoughts[ended == 0]), of_fall),
        lower=proportion(_sum(with_thoughts[(ended > 0) & (ended < started)]), of_fall),
        unchanged=proportion(_sum(with_thoughts[ended == started]), answered),
        higher=proportion(_sum(with_thoughts[ended > started]), answered),
        newly=proportion(_sum(without[without["total"] > 0]), _sum(without)),
        free_bounds=_bounds(observed, seen, due),
    )


def changes_by_number(
    scores: pd.DataFrame, baselines: pd.DataFrame, missing: Missing
) -> list[ThoughtChanges]:
    """The changes after each infusion after which there is any answer."""
    numbers = sorted(set(scores["number"].tolist()) & set(range(1, LAST_NUMBER + 1)))
    return [changes_at(scores, baselines, number, missing) for number in numbers]


def answers(scores: pd.DataFrame, number: int, missing: Missing) -> pd.DataFrame:
    """The rows of ``scores`` after an infusion: carried ones only where the rule takes them."""
    rows = scores[scores["number"] == number]
    return rows if missing is Missing.CARRIED else rows[rows["observed"] == 1]


@dataclass(frozen=True, slots=True)
class LevelChange:
    """Courses that began at the levels ``low`` to ``high``, by their level after an infusion.

    ``courses`` has a number for each of :data:`LEVELS`; ``no_answer`` counts those without one,
    where they count at all.
    """

    low: int
    high: int
    courses: tuple[int, ...]
    no_answer: int = 0

    @property
    def answered(self) -> int:
        """Courses with an answer."""
        return sum(self.courses)

    @property
    def n(self) -> int:
        """All courses of the row."""
        return self.answered + self.no_answer


def level_changes(
    scores: pd.DataFrame, baselines: pd.DataFrame, number: int, missing: Missing, least: int
) -> list[LevelChange]:
    """From each level at baseline to the level after infusion ``number``, lowest first.

    Levels of fewer than ``least`` answers are put together with the next one: their shares could
    else be found by subtraction from those of all that began with thoughts. Level 0 stands alone,
    and is left out where it has fewer.
    """
    rows = answers(scores, number, missing)
    counted = rows.groupby(["baseline", "total"])["courses"].sum().to_dict()
    found = []
    for low in LEVELS:
        courses = tuple(int(counted.get((low, level), 0)) for level in LEVELS)
        due = _due(baselines, number, low) if missing is Missing.ALL else 0
        found.append(LevelChange(low, low, courses, max(0, due - sum(courses))))
    return [
        change
        for change in [found[0], *_merged(found[1:], least)]
        if change.answered >= max(least, 1)
    ]


def _merged(changes: Sequence[LevelChange], least: int) -> list[LevelChange]:
    """Neighbours together until each has ``least`` answers, from the highest level down."""
    merged: list[LevelChange] = []
    for change in reversed([change for change in changes if change.n]):
        if merged and merged[0].answered < least:
            merged[0] = _together(change, merged[0])
        else:
            merged.insert(0, change)
    if len(merged) > 1 and merged[0].answered < least:
        merged[:2] = [_together(*merged[:2])]
    return merged


def _together(lower: LevelChange, upper: LevelChange) -> LevelChange:
    courses = tuple(a + b for a, b in zip(lower.courses, upper.courses, strict=True))
    return LevelChange(lower.low, upper.high, courses, lower.no_answer + upper.no_answer)


def _due(baselines: pd.DataFrame, number: int, level: int | None = None) -> int:
    """Courses judged up to the infusion: with thoughts at baseline, or with exactly this level."""
    due = baselines[baselines["length"] >= number]
    began = due["baseline"]
    return _sum(due[began > 0] if level is None else due[began == level])


def _bounds(observed: pd.DataFrame, seen: int, due: int) -> tuple[float, float] | None:
    if not seen:
        return None
    free = _sum(observed[(observed["baseline"] > 0) & (observed["total"] == 0)])
    return free / due, (free + due - seen) / due


def _sum(rows: pd.DataFrame) -> int:
    return int(rows["courses"].sum())
