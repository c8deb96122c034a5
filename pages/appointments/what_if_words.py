"""What would change, in words: the answer, the key figures, the table of both weeks."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

import pandas as pd

from charts.numbers import percent, points
from clinical.block_length import Lengths, overrunning
from clinical.capacity import FULL_SHARE
from clinical.what_if import HORIZON_WEEKS, TREND_WEEKS, Change, Outlook, Place, UntilFull
from pages.shared.frame import KeyFigure
from pages.shared.words import WEEKDAYS, count_words, listed

_UNKNOWN = "unknown"
_YEARS = HORIZON_WEEKS // 52


@dataclass(frozen=True, slots=True)
class Compared:
    """A usual week as it is, and as it would be with a change, at so many sites."""

    now: Outlook
    then: Outlook
    change: Change
    places: Sequence[Place]

    @property
    def block(self) -> float | None:
        """The usual block in minutes, where all sites have the same."""
        blocks = {place.work.block for place in self.places if not isnan(place.work.block)}
        return blocks.pop() if len(blocks) == 1 else None


def change_words(compared: Compared) -> str:
    """What is changed: ``one more chair and Mondays 2 hours longer``."""
    change = compared.change
    each = " at each site" if len(compared.places) > 1 else ""
    parts = []
    if change.chairs:
        number = "one" if abs(change.chairs) == 1 else f"{abs(change.chairs)}"
        noun = "chair" if abs(change.chairs) == 1 else "chairs"
        more = f"more {noun}" if change.chairs > 0 else f"{noun} fewer"
        parts.append(f"{number} {more}{each}")
    if change.hours:
        length = count_words(abs(change.hours), "hour")
        direction = "longer" if change.hours > 0 else "shorter"
        parts.append(f"{WEEKDAYS[change.weekday - 1]}s {length} {direction}")
    if change.block is not None:
        instead = f" instead of {compared.block:g}" if compared.block is not None else ""
        parts.append(f"infusion blocks of {change.block} minutes{instead}")
    if change.missed < 1:
        parts.append("no appointment missed" if change.missed == 0 else "half as many missed")
    return listed(parts)


def weeks_words(until: UntilFull) -> str:
    """When the chairs are full: ``in 14 weeks``, ``already full``, ``not within 2 years``."""
    return _when(until.weeks) if until.is_known else _UNKNOWN


def _when(weeks: int | None) -> str:
    if weeks is None:
        return f"not within {_YEARS} years"
    return f"in {count_words(weeks, 'week')}" if weeks else "already full"


def interval_words(until: UntilFull) -> str:
    """The interval of it; empty where there is none: not known, or full already."""
    if not until.is_known or until.weeks == 0:
        return ""
    if until.earliest is None:
        return f"95 % CI: not within {_YEARS} years either way"
    return f"95 % CI {_plainly(until.earliest)} to {_plainly(until.latest)}"


def _plainly(weeks: int | None) -> str:
    return _when(weeks) if weeks is None else count_words(weeks, "week")


def answer(compared: Compared, stays: Lengths) -> str:
    """The whole in one sentence (markdown). ``stays``: of the sites' infusion patients."""
    now, then = compared.now, compared.then
    if compared.change.is_none:
        interval = interval_words(now.until_full)
        return (
            f"As things are, **{percent(now.scheduled)}** of a usual week's "
            f"{_hours(now.opened)} chair-hours are booked and {percent(now.actual)} used; "
            f"{_full_words(now.until_full)}{f' ({interval})' if interval else ''}."
        )
    change = change_words(compared)
    if not then.opened:
        return f"With {change} there would be no open chair time left."
    return (
        f"With **{change}** **{percent(then.scheduled)}** of the open chair time would be booked "
        f"{_share_beside(now.scheduled, then.scheduled)}, and {percent(then.actual)} used "
        f"{_share_beside(now.actual, then.actual)}; {_full_words(then.until_full)}"
        f"{_instead(now.until_full, then.until_full)}{_too_short(compared, stays)}."
    )


def _share_beside(now: float | None, then: float | None) -> str:
    """A share beside what it is now; shares that read alike are called so."""
    return "as now" if percent(now) == percent(then) else f"instead of {percent(now)}"


def _too_short(compared: Compared, stays: Lengths) -> str:
    """How many would outlast a block that is shorter than now."""
    block = compared.change.block
    if block is None or not stays.n or (compared.block is not None and block >= compared.block):
        return ""
    longer = percent(overrunning(stays, block).estimate)
    return f"; **{longer}** of the infusion patients stay longer than such a block"


def _full_words(until: UntilFull) -> str:
    if not until.is_known:
        return "when the chairs will be full is not known"
    if until.weeks == 0:
        return f"the chairs are **already full** ({percent(FULL_SHARE)} booked)"
    when = (
        f"**will not be full within {_YEARS} years** ({percent(FULL_SHARE)} booked)"
        if until.weeks is None
        else f"will be full ({percent(FULL_SHARE)} booked) **{_when(until.weeks)}**"
    )
    return f"at the trend of the last {TREND_WEEKS} weeks the chairs {when}"


def _instead(now: UntilFull, then: UntilFull) -> str:
    if weeks_words(now) == weeks_words(then):
        return ", as now" if then.is_known else ""
    return f"; as it is, {weeks_words(now)}"


def _hours(minutes: float) -> str:
    return f"{minutes / 60:,.0f}"


def figures(compared: Compared, given: float) -> list[KeyFigure]:
    """Both utilisations, the infusions that fit, and the weeks until full.

    ``given``: infusions a week, of late.
    """
    now, then, changed = compared.now, compared.then, not compared.change.is_none
    return [
        KeyFigure(
            "Scheduled utilisation",
            percent(then.scheduled),
            "Booked of open chair time in a usual week. Published for infusion centres: about "
            "80 % (Advisory Board 2019, oncology).",
            change=_beside(then.scheduled, now.scheduled)
            if changed
            else f"{_hours(now.asked)} of {_hours(now.opened)} chair-hours",
        ),
        KeyFigure(
            "Actual utilisation",
            percent(then.actual),
            "Used of open chair time in a usual week. Published: about 70 %.",
            change=_beside(then.actual, now.actual)
            if changed
            else f"{_hours(now.used)} of {_hours(now.opened)} chair-hours",
        ),
        KeyFigure(
            "Infusions that fit in a week",
            _count(then.fits),
            "Whole blocks in each opening span of every chair, if nothing else were booked.",
            change=f"as now {_count(now.fits)}" if changed else f"{given:,.0f} given of late",
        ),
        KeyFigure(
            f"Full ({percent(FULL_SHARE)} booked)",
            weeks_words(then.until_full),
            "At the trend of the infusions given in the last half year.",
            change=f"now: {weeks_words(now.until_full)}"
            if changed
            else interval_words(now.until_full),
        ),
    ]


def _beside(then: float | None, now: float | None) -> str:
    if then is None or now is None:
        return f"as now {percent(now)}"
    return f"as now {percent(now)} · {points(then - now)}"


def _count(number: int | None) -> str:
    return _UNKNOWN if number is None else f"{number:,}"


def both_weeks(compared: Compared, stays: Lengths) -> pd.DataFrame:
    """The table: a usual week as it is and as it would be."""
    now, then = compared.now, compared.then
    block = compared.block
    changed_block = compared.change.block or block
    rows = [
        ("Open chair-hours a week", _tenths(now.opened), _tenths(then.opened)),
        ("Booked chair-hours a week", _tenths(now.asked), _tenths(then.asked)),
        ("Scheduled utilisation", percent(now.scheduled), percent(then.scheduled)),
        ("Used chair-hours a week", _tenths(now.used), _tenths(then.used)),
        ("Actual utilisation", percent(now.actual), percent(then.actual)),
        ("Infusions that fit in a week", _count(now.fits), _count(then.fits)),
        ("Full", weeks_words(now.until_full), weeks_words(then.until_full)),
        ("95 % CI of that", _interval(now), _interval(then)),
        ("Growth of what is booked, hours a week", _growth(now), _growth(then)),
        (
            "Infusion patients who stay longer than their block",
            _longer(stays, block),
            _longer(stays, changed_block),
        ),
    ]
    return pd.DataFrame(rows, columns=["A usual week", "As now", "What if"])


def _interval(of: Outlook) -> str:
    return interval_words(of.until_full).removeprefix("95 % CI").lstrip(": ") or "none"


def _tenths(minutes: float) -> str:
    return f"{minutes / 60:,.1f}"


def _growth(of: Outlook) -> str:
    growth = of.growth
    if growth is None:
        return _UNKNOWN
    return f"{growth.a_week / 60:+.2f} (95 % CI {growth.low / 60:+.2f} to {growth.high / 60:+.2f})"


def _longer(stays: Lengths, block: float | None) -> str:
    if block is None:
        return "differs by site"
    return f"{percent(overrunning(stays, block).estimate)} of {stays.n:,}"
