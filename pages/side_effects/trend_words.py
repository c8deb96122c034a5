"""The Trend view in words: its answer, and how the limits were made."""

from collections.abc import Sequence
from datetime import date, timedelta

from charts.numbers import points
from clinical.trend_segments import Spread
from clinical.trend_unit import Periods, Unit
from clinical.variation import POINT, RUN, Design, Judgement, Signal, Variation
from pages.shared.context import PageContext
from pages.shared.frame import plain
from pages.shared.watch import Watch, WatchedChart
from pages.shared.watch_words import doubling_words, judged_words, telling
from pages.shared.words import count_words, day_words, listed, rate_words


def place_words(context: PageContext) -> str:
    """Where, in words for a sentence (markdown): `` at North``; nothing where it is everywhere."""
    chosen = context.filters.site_ids
    if not chosen:
        return ""
    if len(chosen) > 1:
        return f" at {len(chosen)} sites"
    names = {site.site_id: site.name for site in context.status.sites}
    return f" at {plain(names.get(chosen[0], 'the chosen site'))}"


def answer(name: str, place: str, watch: Watch, chart: WatchedChart | None) -> str:
    """Whether the side effect has changed, with its rate in the judged weeks and before.

    ``name`` and ``place`` are markdown.
    """
    if chart is None or not watch.weeks:
        return f"**{name}**{place} has not been recorded in the {_weeks_words(watch)}"
    if not chart.judged.n:
        return (
            f"**{name}**{place}: too little data to judge a change. {_since_words(watch, chart)} "
            f"it was recorded in {_rate(chart)}"
        )
    return (
        f"**{name}**{place} {_verdict(chart)}: **{chart.judged.events:,} of {chart.judged.n:,}** "
        f"infusions in {judged_words(chart)} ({rate_words(chart.judged)}), "
        f"{_before_words(chart)}"
    )


def _weeks_words(watch: Watch) -> str:
    return f"{len(watch.weeks)} weeks up to {day_words(last_watched_day(watch))}"


def _since_words(watch: Watch, chart: WatchedChart) -> str:
    if chart.rebased is not None and chart.rebased > watch.monday(0):
        return f"Since the limits were worked out anew, from {day_words(chart.rebased)} on,"
    return f"In the {_weeks_words(watch)}"


def last_watched_day(watch: Watch) -> date:
    """The Sunday with which the watched weeks end."""
    return watch.monday(len(watch.weeks) - 1) + timedelta(days=6)


def _rate(chart: WatchedChart) -> str:
    before = chart.reference
    return f"{before.events:,} of {before.n:,} infusions ({rate_words(before)})"


def _before_words(chart: WatchedChart) -> str:
    before = chart.reference
    return f"against {before.events:,} of {before.n:,} before ({rate_words(before)})"


def _verdict(chart: WatchedChart) -> str:
    if chart.state != chart.judgement.state:
        return "seems lower, but fewer forms are filled in, so this proves no improvement"
    return {
        Variation.CONCERN: "is **higher than expected**",
        Variation.IMPROVEMENT: "is **lower than expected**",
        Variation.COMMON: "shows **no change beyond chance**",
        Variation.TOO_LITTLE: "has **too little data** to judge a change",
    }[chart.state]


def reasons(watch: Watch, chart: WatchedChart) -> str:
    """Why the watch says so: the rules that speak, what was to be expected, how long to wait."""
    said = [
        f"By the place of each infusion in its series, {_ratio_words(chart.judgement)}."
        if chart.judgement.ratio is not None
        else "",
        _rules_words(watch, chart.judgement.signals),
        _forms_words(chart),
        wait_words(chart),
    ]
    return " ".join(part for part in said if part)


def _forms_words(chart: WatchedChart) -> str:
    if not chart.forms_fell:
        return ""
    return (
        f"Forms are filled in less often than before ({points(chart.forms.estimate or 0.0)}), "
        "so some side effects may be missing."
    )


def _ratio_words(judgement: Judgement) -> str:
    low, high = judgement.low or 0.0, judgement.high or 0.0
    return f"{judgement.ratio:.2f} times as many as expected (95 % CI {low:.2f}–{high:.2f})"


def _rules_words(watch: Watch, signals: Sequence[Signal]) -> str:
    if not signals:
        return ""
    words = listed([_signal_words(watch, signal) for signal in signals])
    return f"{words[:1].upper()}{words[1:]}."


def _signal_words(watch: Watch, signal: Signal) -> str:
    side = "above" if signal.direction > 0 else "below"
    first = day_words(watch.monday(signal.first))
    if signal.rule == POINT:
        return f"the week of {first} lies {side} its limits"
    if signal.rule == RUN:
        weeks = signal.last - signal.first + 1
        return f"{weeks} weeks in a row, from that of {first} on, lie {side} the expected level"
    return f"the cumulative sum from the week of {first} on shows a level {side} the expected one"


def wait_words(chart: WatchedChart) -> str:
    """How long a doubling would take to be seen, where nothing is marked now."""
    return "" if telling(chart) else f"{doubling_words(chart)}."


def spread_words(found: Spread, unit: Unit, *, laney: bool) -> str:
    """How much the periods differ, and what follows for the limits."""
    if found.ratio is None:
        return ""
    times = f"{found.ratio:.1f}"
    how = "as much as" if times == "1.0" else f"{times} times as much as"
    said = f"The {unit}s of the reference differ {how} chance gives"
    if found.beyond_chance and not laney:
        return f"{said}, more than chance: limits by Laney would be wider and truer."
    if laney and found.ratio <= 1:
        return f"{said}, so Laney's limits are those of chance."
    return f"{said}."


def budget_words(design: Design, unit: Unit) -> str:
    """What the limits follow from."""
    years = "a year" if design.years == 1 else f"{design.years:g} years"
    return (
        f"Limits for one false mark in {years} over all {count_words(design.charts, 'chart')} "
        f"that the page watches: by chance a point here is marked once in {1 / design.alpha:,.0f} "
        f"{unit}s."
    )


def period_words(periods: Periods, period: int) -> str:
    """A period in words: ``week of 12 Oct 2026`` or ``October 2026``."""
    day = periods.first_day(period)
    return f"week of {day_words(day)}" if periods.unit is Unit.WEEK else f"{day:%B %Y}"
