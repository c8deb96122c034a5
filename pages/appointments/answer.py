"""The answer of the view Volume in words, and its key figures."""

import pandas as pd

from charts.numbers import percent
from clinical.codes import AppointmentKind
from clinical.slope import Slope, theil_sen
from clinical.volume import Change, change
from pages.appointments.volume_counts import Volume
from pages.shared.context import PageContext
from pages.shared.frame import KeyFigure
from pages.shared.words import count_words, day_words, listed

_KIND_WORDS = {
    AppointmentKind.INFUSION: "infusion",
    AppointmentKind.CONSULTATION: "consultation",
    AppointmentKind.FOLLOW_UP: "follow-up",
}


def why_nothing(context: PageContext) -> str:
    """What was looked for in vain, and where the data really is."""
    period = f"{day_words(context.filters.start)} and {day_words(context.filters.end)}"
    status = context.status
    if status.first_day is None or status.last_day is None:
        return f"No appointments between {period} with these filters."
    return (
        f"No appointments between {period} with these filters; infusions run from "
        f"{day_words(status.first_day)} to {day_words(status.last_day)}."
    )


def answer(volume: Volume) -> str:
    """How many of which kind, more or fewer than a year ago, in one sentence (markdown)."""
    kinds = [
        count_words(count, name)
        for kind, name in _KIND_WORDS.items()
        if (count := volume.of_kind(kind)[0])
    ]
    return (
        f"**{count_words(volume.appointments, 'appointment')}** from {day_words(volume.first)} to "
        f"{day_words(volume.last)}: {listed(kinds)}; {_against(volume)}."
    )


def _against(volume: Volume) -> str:
    if volume.before is None:
        return f"the record begins on {day_words(volume.begins)}, too late for a year's comparison"
    if not volume.before:
        return "none a year ago"
    size, rest = _change_words(change(volume.appointments, volume.before))
    return f"**{size}** {rest} a year ago ({volume.before:,})"


def _change_words(ratio: Change) -> tuple[str, str]:
    """A change in words, and the word before what it is compared to: ``6 % more``, ``than``."""
    if ratio.estimate is None or ratio.now == ratio.before:
        return "as many", "as"
    way = "more" if ratio.now > ratio.before else "fewer"
    return f"{percent(abs(ratio.estimate))} {way}", "than"


def not_closed_words(volume: Volume) -> str:
    """A word on appointments of past days that nobody has closed; empty where there are none."""
    count = volume.not_closed
    if not count:
        return ""
    return (
        f"{count_words(count, 'appointment')} of past days {'is' if count == 1 else 'are'} still "
        "booked: nobody has noted whether the patient came. They are counted here, and in no "
        "missed rate."
    )


def figures(volume: Volume, whole: pd.DataFrame, unit: str) -> list[KeyFigure]:
    """The four numbers to watch.

    ``whole``: the rows of :func:`clinical.volume.volume_over_time` that are whole, in weeks or
    months, split by kind; ``unit``: which of them, in words.
    """
    line = f"The line: by whole {unit}s."
    infusions, infusions_before = volume.of_kind(AppointmentKind.INFUSION)
    moved = volume.appointments - volume.demands
    return [
        _count_figure(
            "Appointments",
            volume.appointments,
            volume.before,
            whole["all"].tolist(),
            f"All appointments of the period, whatever became of them. {line}",
        ),
        _count_figure(
            "Infusions",
            infusions,
            infusions_before,
            whole[int(AppointmentKind.INFUSION)].tolist(),
            f"Those of them that are for an infusion, whether it took place or not. {line}",
        ),
        KeyFigure(
            label="Demands",
            value=f"{volume.demands:,}",
            change=f"{moved:,} moved to another time",
            trend=whole["demands"].tolist(),
            help="Appointments that no other one replaces: somebody who moves an appointment twice "
            f"wants one. {line}",
        ),
        _trend_figure(theil_sen(whole["all"]), unit),
    ]


def _count_figure(
    label: str, now: int, before: int | None, trend: list[float], meaning: str
) -> KeyFigure:
    if before is None:
        compared, change_of = "The record does not reach back a year further.", ""
    else:
        ratio = change(now, before)
        words = " ".join(_change_words(ratio))
        change_of = f"{words} a year ago ({before:,})" if before else "none a year ago"
        compared = _interval_words(ratio)
    return KeyFigure(label, f"{now:,}", f"{meaning} {compared}", change_of, trend=trend)


def _interval_words(ratio: Change) -> str:
    if ratio.low is None or ratio.high is None:
        return "There were none a year ago."
    low, high = (f"{100 * bound:+.0f} %".replace("-", "−") for bound in (ratio.low, ratio.high))
    return (
        f"A year ago: the same number of days 364 days earlier. 95 % CI of the change {low} to "
        f"{high}, taking the counts for Poisson."
    )


def _trend_figure(slope: Slope | None, unit: str) -> KeyFigure:
    meaning = (
        f"The Theil-Sen slope of the number of appointments over whole {unit}s: the median of the "
        f"slopes between all pairs of them, with its 95 % interval (Sen 1968). Clear where the "
        "interval leaves out zero. Neither the season nor closures are taken out."
    )
    if slope is None:
        return KeyFigure("Trend", "Too early", meaning, f"under 8 whole {unit}s")
    value = "No clear trend"
    if slope.is_clear:
        value = "Rising" if slope.estimate > 0 else "Falling"
    return KeyFigure("Trend", value, meaning, slope_words(slope, unit))


def slope_words(slope: Slope, unit: str) -> str:
    """A slope in words: ``0.4 more each week (95 % CI 0.1 to 0.8)``."""
    size = f"{abs(slope.estimate):.1f}"
    way = "more" if slope.estimate > 0 else "fewer"
    low, high = (f"{bound:.1f}".replace("-", "−") for bound in (slope.low, slope.high))
    if not slope.is_clear:
        return f"95 % CI {low} to {high} each {unit}"
    if slope.estimate < 0:
        low, high = f"{-slope.high:.1f}", f"{-slope.low:.1f}"
    return f"{size} {way} each {unit} (95 % CI {low} to {high})"
