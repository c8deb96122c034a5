"""What changed in a week, in sentences of plain text."""

from datetime import timedelta

import numpy as np

from charts.numbers import percent, percent_range
from clinical.calendar import week_date
from clinical.variation import LEAST_REFERENCE
from clinical.weekly import Change, Watch, changes
from pages.appointments.week_data import WeekData
from pages.shared.words import count_words, listed

MOST_SENTENCES = 5
_MOST_DAYS = 4
NOTHING_CHANGED = "No number differs from the weeks before by more than chance."

_NAMES = {
    Watch.MISSED: "No-show rate",
    Watch.LOST: "Missed and cancelled late",
}
_OF = {Watch.MISSED: "due", Watch.LOST: "due or cancelled late"}
_NOUNS = {
    Watch.APPOINTMENTS: "appointment",
    Watch.INFUSIONS: "infusion",
    Watch.NEW_STARTS: "new start",
}


def changed(data: WeekData) -> tuple[str, ...]:
    """What changed, at most five sentences: the gravest first, closures and holidays at the end."""
    days_off = _days_off(data)
    room = MOST_SENTENCES - len(days_off)
    found = changes(data.table, data.thresholds.false_alarm_years, data.thresholds.run_rules)
    told = [change_words(change) for change in found]
    if len(told) > room:
        left = [_short_name(change.watch) for change in found[room - 1 :]]
        told = [*told[: room - 1], f"Also beyond chance: {listed(left)}."]
    return (*_state(data, told), *told, *days_off)


def _state(data: WeekData, told: list[str]) -> list[str]:
    """What is said where no change is: why none can be told, or that there is none."""
    if told:
        return []
    if not data.this["appointments"] and not data.this["due"]:
        closed = data.this["open"] == 0 and bool(data.days["closed_sites"].any())
        return [
            "Closed throughout the week: no appointment took place."
            if closed
            else "No appointment stands in this week with these filters."
        ]
    before = int((data.table["appointments"].iloc[:-1] > 0).sum())
    if before < LEAST_REFERENCE:
        return [
            f"Only {count_words(before, 'week')} of data before this one: a change cannot be told "
            f"from chance with fewer than {LEAST_REFERENCE}."
        ]
    return [NOTHING_CHANGED]


def _short_name(watch: Watch) -> str:
    names = {
        **{each: name.lower() for each, name in _NAMES.items()},
        **{each: f"{noun}s" for each, noun in _NOUNS.items()},
        Watch.USED: "chair time used",
        Watch.OVERRUNS: "overruns",
        Watch.REFILLS: "freed slots filled again",
    }
    return names[watch]


def change_words(change: Change) -> str:
    """One change as a sentence."""
    if change.watch in _NAMES:
        return _rate_words(change)
    if change.watch in _NOUNS:
        return _count_words(change)
    if change.watch is Watch.USED:
        side = "more" if change.direction > 0 else "less"
        return (
            f"Chairs were used for {percent(change.value)} of their open time: {side} than the "
            f"{percent_range(change.low, change.high)} % that the weeks before lead to expect."
        )
    what = (
        "stays ended after their planned end"
        if change.watch is Watch.OVERRUNS
        else "freed slots were given to somebody else"
    )
    side = "more" if change.direction > 0 else "less"
    return (
        f"{percent(change.value)} of {change.n:,} {what}: {side} than chance explains; "
        f"{percent(change.usual)} in the weeks before."
    )


def _rate_words(change: Change) -> str:
    counts = f"{change.events:,} of {change.n:,} {_OF[change.watch]}"
    side = "higher" if change.direction > 0 else "lower"
    if change.since is None:
        return (
            f"{_NAMES[change.watch]} {percent(change.value)} ({counts}): {side} than chance "
            f"explains; {percent(change.usual)} in the weeks before."
        )
    since = week_date(change.since)
    return (
        f"{_NAMES[change.watch]} {side} since the week of {since.day} {since:%b}, beyond chance: "
        f"{percent(change.value)} ({counts}) against {percent(change.usual)} before."
    )


def _count_words(change: Change) -> str:
    side = "more" if change.direction > 0 else "fewer"
    low, high = int(np.ceil(change.low)), int(np.floor(change.high))
    return (
        f"{count_words(int(change.value), _NOUNS[change.watch])}: {side} than the {low:,}–{high:,} "
        "that the weeks before lead to expect in the time that was open."
    )


def _days_off(data: WeekData) -> list[str]:
    """Closures and public holidays of the two weeks after, in one sentence."""
    first, last = (data.monday + timedelta(days=days) for days in (7, 20))
    coming = [(day, words) for day, words in data.notes.items() if first <= day <= last]
    if not coming:
        return []
    parts = [f"{day:%a} {day.day} {day:%b} {_small(words)}" for day, words in coming[:_MOST_DAYS]]
    more = len(coming) - len(parts)
    if more:
        parts.append(count_words(more, "more day"))
    return [f"Closures and holidays in the two weeks after: {'; '.join(parts)}."]


def _small(words: str) -> str:
    """Within a sentence: ``Closed`` is no name."""
    return f"closed{words[len('Closed') :]}" if words.startswith("Closed") else words
