"""What the watch says about a side effect, in words: whether it changed, since when, by which rule.

All words are markdown with data escaped, unless they say otherwise.
"""

import re
from datetime import date

import numpy as np

from charts.numbers import percent, points
from clinical.incidence import Proportion
from clinical.variation import LEAST_REFERENCE, POINT, RUN, SUM, Signal, Variation
from pages.shared.frame import plain
from pages.shared.watch import Watch, WatchedChart
from pages.shared.words import count_words, day_words, rate_words

RULE_WORDS = {
    POINT: "a single week beyond the limits",
    RUN: "a long run of weeks on one side of the expected level",
    SUM: "the cumulative sum over its limit",
}
"""The rules of the watch, as causes of a mark."""
_WAY = {Variation.CONCERN: 1, Variation.IMPROVEMENT: -1}
_ESCAPED = re.compile(r"\\(.)")
_LONG_WAIT = 104
"""Weeks; beyond that it is said that a doubling could hardly be seen."""


def telling(chart: WatchedChart) -> list[Signal]:
    """The signals that make the mark of a chart; none without a mark."""
    way = _WAY.get(chart.state)
    return [signal for signal in chart.judgement.signals if signal.direction == way]


def begins(chart: WatchedChart, seen: Watch) -> date | None:
    """The Monday since when the mark holds, by the rule that looks furthest back."""
    signals = telling(chart)
    return seen.monday(min(signal.first for signal in signals)) if signals else None


def change_words(chart: WatchedChart, seen: Watch, *, bold: bool = True) -> str:
    """A change in a few words: ``Nausea has risen at North since the week of 12 Oct 2026``."""
    mark = "**" if bold else ""
    name = "The share with any side effect" if chart.term_key is None else plain(chart.term)
    name = f"{mark}{name}{mark}"
    return f"{name} has {_verb_words(chart, seen)}"


def mark_words(chart: WatchedChart, seen: Watch) -> str:
    """As :func:`change_words`, without the name; the state's own words where nothing changed."""
    if not telling(chart):
        return chart.state.label
    words = _verb_words(chart, seen)
    return words[:1].upper() + words[1:]


def _verb_words(chart: WatchedChart, seen: Watch) -> str:
    signals, since = telling(chart), begins(chart, seen)
    place = f" at {plain(chart.site)}" if chart.site is not None else ""
    rising = chart.state == Variation.CONCERN
    week = day_words(since) if since is not None else ""
    if all(signal.rule == POINT for signal in signals):
        return f"been {'high' if rising else 'low'}{place} in the week of {week}"
    return f"{'risen' if rising else 'fallen'}{place} since the week of {week}"


def explained(chart: WatchedChart, seen: Watch) -> str:
    """Why a chart has its icon: rule, since when and numbers, or what is missing."""
    if telling(chart):
        rules = " and ".join(
            RULE_WORDS[rule] for rule in dict.fromkeys(one.rule for one in telling(chart))
        )
        return f"{change_words(chart, seen, bold=False)}, by {rules}. {_numbers(chart)}"
    if chart.judgement.state == Variation.IMPROVEMENT:
        return (
            f"Lower than expected, but fewer forms are filled in than before "
            f"({points(chart.forms.estimate or 0.0)}), so it may not have fallen. {_numbers(chart)}"
        )
    if chart.state == Variation.TOO_LITTLE:
        return f"Too little data to judge{_place(chart)}: {_lacking(chart)}. {_numbers(chart)}"
    return (
        f"No change beyond chance{_place(chart)}. {_numbers(chart)} "
        f"A doubling would be seen within {_weeks(chart)}."
    )


def _place(chart: WatchedChart) -> str:
    return f" at {plain(chart.site)}" if chart.site is not None else ""


def _lacking(chart: WatchedChart) -> str:
    watched = chart.watched
    basis = int(np.count_nonzero(watched.recorded[watched.reference]))
    if basis < LEAST_REFERENCE:
        return (
            f"{count_words(basis, 'week')} with records to judge by, and "
            f"{LEAST_REFERENCE} are needed"
        )
    return f"a doubling would take {_weeks(chart)} to be seen"


def _weeks(chart: WatchedChart) -> str:
    """About how long a doubling takes to be seen, in words."""
    wait = chart.judgement.weeks_to_doubling
    if wait is None or wait > _LONG_WAIT:
        return "more than two years"
    return f"about {count_words(max(1, round(wait)), 'week')}"


def doubling_words(chart: WatchedChart) -> str:
    """How long a doubling would take to be seen, as a short line."""
    return f"A doubling would take {_weeks(chart)} to see"


def _numbers(chart: WatchedChart) -> str:
    judged, before, ratio = chart.judged, chart.reference, chart.judgement
    said = (
        f"{judged.events:,} of {judged.n:,} infusions in {judged_words(chart)} "
        f"({rate_words(judged)}); in the weeks before {before.events:,} of {before.n:,} "
        f"({percent(before.estimate)})."
    )
    if not judged.n:
        said = f"{before.events:,} of {before.n:,} infusions ({rate_words(before)}) so far."
    if ratio.ratio is None or ratio.low is None or ratio.high is None:
        return said
    return (
        f"{said} Observed over expected: {ratio.ratio:.2f} "
        f"(95 % CI {ratio.low:.2f}–{ratio.high:.2f}), allowing for the infusion number."
    )


def judged_words(chart: WatchedChart) -> str:
    """The judged weeks: ``the last 12 weeks``."""
    return f"the last {count_words(int(np.count_nonzero(~chart.watched.reference)), 'week')}"


def shown_rate(chart: WatchedChart) -> tuple[Proportion, str]:
    """The rate to show beside an icon, and of which weeks: the judged, else those there are."""
    if chart.judged.n:
        weeks = int(np.count_nonzero(~chart.watched.reference))
        return chart.judged, f"in {count_words(weeks, 'week')}"
    return chart.reference, "so far"


def unescaped(words: str) -> str:
    """Words without the escapes of :func:`plain`: for a table, or to be escaped for HTML."""
    return _ESCAPED.sub(r"\1", words)
