"""Suicidal thoughts in words, figures and pictures. Titles and sentences are markdown."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from charts.numbers import percent, percent_range
from charts.outcome_thoughts import (
    changes_chart,
    level_name,
    levels_chart,
    mood_chart,
    newly_chart,
)
from charts.thoughts import ITEM_9_ANSWERS
from clinical.codes import Phase
from clinical.course_scores import Missing
from clinical.incidence import Proportion, difference, proportion
from clinical.instruments import PHQ9
from clinical.responses import judged
from clinical.thought_changes import LEVELS, LevelChange, ThoughtChanges
from pages.outcomes.words import count_of_phase, nouns_of
from pages.shared.frame import Finding, KeyFigure
from pages.shared.words import count_words, listed, rate_words


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader asks: ``phase`` of the courses, infusion, rule, and the smallest group."""

    phase: Phase
    number: int
    missing: Missing
    least: int

    def courses(self, count: int) -> str:
        """So many courses in words."""
        return count_of_phase(self.phase, count)


def thoughts_answer(asked: Asked, changes: ThoughtChanges) -> str:
    """The answer in words: who is free of thoughts, and in whom they rose or are new."""
    after = f"after infusion {asked.number}"
    began = asked.courses(changes.due)
    if not changes.due:
        said = f"None of those due {after} began with suicidal thoughts"
    elif not changes.is_shown(asked.least):
        said = (
            f"{began} began with suicidal thoughts; fewer than {asked.least} have an answer "
            f"{after}: not shown"
        )
    else:
        free = changes.free
        of_all = "" if changes.higher.n == free.n else f" of {changes.higher.n:,}"
        said = (
            f"Of {asked.courses(free.n)} that began with suicidal thoughts"
            f"{_WITH_ANSWER[asked.missing]}, **{free.events:,} "
            f"{'was' if free.events == 1 else 'were'} free of them** {after} "
            f"({rate_words(free)}); they rose in {changes.higher.events:,}{of_all} "
            f"({percent(changes.higher.estimate)})"
        )
    return f"{said}. {_newly_words(asked, changes.newly)}"


_WITH_ANSWER = {
    Missing.OBSERVED: " and have an answer",
    Missing.CARRIED: " and have an answer by then",
    Missing.ALL: "",
}


def _newly_words(asked: Asked, newly: Proportion) -> str:
    if newly.n < max(asked.least, 1):
        return f"Fewer than {asked.least} began without any and have an answer: not shown."
    return (
        f"Of {newly.n:,} that began without any, {newly.events:,} "
        f"{'has' if newly.events == 1 else 'have'} them newly ({percent(newly.estimate)})."
    )


def bounds_words(asked: Asked, changes: ThoughtChanges) -> str:
    """What the missing answers could change, and what counts as missing."""
    if changes.free_bounds is None or not changes.has_bounds(asked.least):
        return ""
    missing = changes.due - changes.seen
    if not missing:
        return (
            f"All {asked.courses(changes.due)} that began with thoughts and are due have an "
            f"observed answer after infusion {asked.number}."
        )
    worst, best = changes.free_bounds
    return (
        f"{missing:,} of {asked.courses(changes.due)} that began with thoughts and are due "
        f"{'has' if missing == 1 else 'have'} no observed answer after infusion {asked.number}: "
        f"had none of them been free of thoughts, {percent(worst)} would be; had all, "
        f"{percent(best)}."
    )


def thoughts_figures(asked: Asked, changes: ThoughtChanges) -> list[KeyFigure]:
    """Free, lower, higher and new, each with its denominator."""
    began = "of those that began with thoughts"
    return [
        _figure(asked, "Free of them", changes.free, changes.answered, f"Item 9 at 0, {began}."),
        _figure(
            asked,
            "Lower, not free",
            changes.lower,
            changes.answered,
            f"Item 9 lower than at baseline but not 0, {began}.",
        ),
        _figure(
            asked,
            "Higher",
            changes.higher,
            changes.answered,
            f"Item 9 higher than at baseline, {began} and have an answer. Whoever began at 3 has "
            "no room to rise.",
        ),
        _figure(
            asked,
            "New thoughts",
            changes.newly,
            changes.newly.n,
            "Item 9 at 1 or more, of those that began at 0 and have an answer.",
        ),
    ]


def _figure(asked: Asked, label: str, rate: Proportion, answered: int, help_: str) -> KeyFigure:
    if answered < max(asked.least, 1):
        return KeyFigure(label, "not shown", help_, change=f"fewer than {asked.least}")
    return KeyFigure(
        label,
        percent(rate.estimate),
        f"{help_} 95 % Wilson interval.",
        change=f"{rate.events:,} of {rate.n:,}, 95 % CI {percent_range(rate.low, rate.high)}",
    )


def changes_finding(asked: Asked, changes: Sequence[ThoughtChanges]) -> Finding | None:
    """What became of thoughts by infusion number; ``None`` where too few have an answer."""
    shown = [
        each if each.has_bounds(asked.least) else replace(each, free_bounds=None)
        for each in changes
        if each.is_shown(asked.least)
    ]
    if not shown:
        return None
    title = _changes_title(shown)
    return Finding(
        key="outcome-thoughts",
        title=title,
        subtitle=(
            f"{_courses_title(asked)} that began with item 9 at 1 or more; "
            f"{_RULE_WORDS[asked.missing]}; n under each infusion"
        ),
        chart=changes_chart(shown),
        table=lambda: _changes_numbers(shown),
        alt=f"Stacked bars by infusion number: free of thoughts, lower, unchanged, higher. {title}",
        note=(
            "Line in a bar: 95 % Wilson interval of the share that is free; beside it: had none, "
            "or all, of those without an observed answer been free. Those with an answer are not "
            "the same at each infusion. "
            f"{_left_out(len(changes) - len(shown), asked.least)}"
            "A part of a bar, when chosen, shows its courses."
        ),
    )


_RULE_WORDS = {
    Missing.OBSERVED: "those with an answer",
    Missing.CARRIED: "the latest answer up to then",
    Missing.ALL: "without an answer counts as not free",
}


def _courses_title(asked: Asked) -> str:
    return nouns_of(asked.phase)[1].capitalize()


def _left_out(count: int, least: int) -> str:
    if not count:
        return ""
    return f"{count_words(count, 'infusion number')} with fewer than {least} not shown. "


def _changes_title(shown: Sequence[ThoughtChanges]) -> str:
    first, last = shown[0], shown[-1]
    if first is last:
        return f"{percent(last.free.estimate)} were free of thoughts after infusion {last.number}"
    gap = difference(last.free, first.free)
    before, after = percent(first.free.estimate), percent(last.free.estimate)
    if not gap.is_clear:
        return (
            f"Free of thoughts: {before} after infusion {first.number}, {after} after infusion "
            f"{last.number}, no clear difference"
        )
    return (
        f"Free of thoughts: {before} after infusion {first.number}, "
        f"{'rising' if (gap.estimate or 0.0) > 0 else 'falling'} to {after} after infusion "
        f"{last.number}"
    )


def _changes_numbers(changes: Sequence[ThoughtChanges]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "After infusion": each.number,
                "Began with thoughts, due": each.due,
                "With an answer": each.answered,
                "Free": each.free.events,
                "of": each.free.n,
                "Free, %": _points(each.free.estimate),
                "95 % CI from": _points(each.free.low),
                "to": _points(each.free.high),
                "Worst case, %": _points(each.free_bounds[0] if each.free_bounds else None),
                "Best case, %": _points(each.free_bounds[1] if each.free_bounds else None),
                "Lower, not free": each.lower.events,
                "Unchanged": each.unchanged.events,
                "Higher": each.higher.events,
                "Higher, % of answered": _points(each.higher.estimate),
                "Higher, CI from": _points(each.higher.low),
                "Higher, CI to": _points(each.higher.high),
            }
            for each in changes
        ]
    )


def _points(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 1)


def levels_finding(asked: Asked, changes: Sequence[LevelChange]) -> Finding | None:
    """From the level at baseline to the level after; ``None`` where all levels are too small."""
    if not changes:
        return None
    title = _levels_title(asked, changes)
    n = sum(change.n for change in changes)
    return Finding(
        key="outcome-thoughts-levels",
        title=title,
        subtitle=(
            f"{asked.courses(n)}, {_RULE_WORDS[asked.missing]}, after infusion {asked.number}; "
            "their number beside each level"
        ),
        chart=levels_chart(changes, asked.least),
        table=lambda: _levels_numbers(changes),
        alt=f"Stacked bars: item 9 at baseline, and what it was after. {title}",
        note=(
            "Each bar: how item 9 was answered after the infusion, from 0 (not at all) to 3 "
            f"(nearly every day). Levels of fewer than {asked.least} courses stand together with "
            "the next. A part of a bar, when chosen, shows its courses."
        ),
    )


def _levels_title(asked: Asked, changes: Sequence[LevelChange]) -> str:
    with_thoughts = [change for change in changes if change.low]
    if not with_thoughts:
        return "None that began with thoughts can be shown by level"
    ends = dict.fromkeys((with_thoughts[0], with_thoughts[-1]))
    shares = [
        f"{percent(change.courses[0] / change.n)} of those that began at {_level_words(change)}"
        for change in ends
    ]
    return f"Free of thoughts after infusion {asked.number}: {listed(shares)}"


def _level_words(change: LevelChange) -> str:
    """The level at baseline in a title: ``1 (several days)``, ``2–3``."""
    if change.low < change.high:
        return level_name(change.low, change.high)
    return f"{change.low} ({ITEM_9_ANSWERS[change.low].lower()})"


def _levels_numbers(changes: Sequence[LevelChange]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "Item 9 at baseline": level_name(change.low, change.high),
                "Courses": change.n,
                **{f"After: {level_name(level, level)}": change.courses[level] for level in LEVELS},
                "No answer": change.no_answer,
            }
            for change in changes
        ]
    )


def newly_finding(asked: Asked, changes: Sequence[ThoughtChanges]) -> Finding | None:
    """Thoughts in those who began without; ``None`` where too few began without."""
    shown = [each for each in changes if each.newly.n >= max(asked.least, 1)]
    if not shown:
        return None
    at = next((each for each in shown if each.number == asked.number), shown[-1])
    title = (
        f"{percent(at.newly.estimate)} of those that began without have thoughts after infusion "
        f"{at.number}"
    )
    return Finding(
        key="outcome-thoughts-new",
        title=title,
        subtitle=f"{_courses_title(asked)} that began with item 9 at 0 and have an answer",
        chart=newly_chart(shown),
        table=lambda: _newly_numbers(shown),
        alt=f"Share with new suicidal thoughts by infusion number. {title}",
        note=(
            "Item 9 at 1 or more, with 95 % Wilson intervals. What is missing is left out, or "
            "carried forward where that is chosen; it never counts as no thoughts. A dot, when "
            "chosen, shows its courses."
        ),
    )


def _newly_numbers(changes: Sequence[ThoughtChanges]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "After infusion": each.number,
                "With new thoughts": each.newly.events,
                "Began without, with an answer": each.newly.n,
                "%": _points(each.newly.estimate),
                "95 % CI from": _points(each.newly.low),
                "to": _points(each.newly.high),
            }
            for each in changes
        ]
    )


def mood_finding(asked: Asked, moods: pd.DataFrame) -> Finding | None:
    """Whether thoughts go with the mood; ``None`` where a group is too small.

    ``moods``: as :func:`data_access.outcome_thoughts.thoughts_and_mood`.
    """
    rows = judged(moods, PHQ9)
    groups = [
        (name, _free_of(rows[rows["responded"] == responded]))
        for name, responded in (("Response on PHQ-9", 1), ("No response", 0))
    ]
    if any(rate.n < max(asked.least, 1) for _, rate in groups):
        return None
    (_, with_response), (_, without) = groups
    title = (
        f"Free of thoughts: {percent(with_response.estimate)} with a response on PHQ-9, "
        f"{percent(without.estimate)} without"
    )
    return Finding(
        key="outcome-thoughts-mood",
        title=title,
        subtitle=(
            f"{asked.courses(with_response.n + without.n)} that began with thoughts, with both "
            f"answers after infusion {asked.number}"
        ),
        chart=mood_chart(groups),
        table=lambda: _mood_numbers(groups),
        alt=f"Share free of suicidal thoughts by response on PHQ-9. {title}",
        note=(
            "Thoughts can stay when the mood lifts, and lift when it does not. Item 9 is one of "
            "the nine items, so the two go together a little by themselves. Observed answers only."
        ),
    )


def _free_of(rows: pd.DataFrame) -> Proportion:
    return proportion(int(rows["courses"][rows["free"] == 1].sum()), int(rows["courses"].sum()))


def _mood_numbers(groups: Sequence[tuple[str, Proportion]]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "PHQ-9": name,
                "Free of thoughts": rate.events,
                "Courses": rate.n,
                "%": _points(rate.estimate),
                "95 % CI from": _points(rate.low),
                "to": _points(rate.high),
            }
            for name, rate in groups
        ]
    )
