"""What if there were another chair, a longer day, a shorter block, fewer missed appointments?

A *usual week* has the opening hours and chairs of now and no closure. What is asked of it is what
was booked in the last eight weeks, as a share of the time that was open then (so that a closure in
those weeks lowers neither), and grows by the site's own trend. Then:

- another chair and a longer day raise the open time, and leave what is asked;
- another block length changes what is asked by the infusions' part of it, in proportion; patients
  stay as long as before, so the time used is the same;
- fewer missed appointments raise the time used, and leave what is booked: a missed slot is booked
  and lost to use.

All amounts are chair-minutes a week. A clinic is *full* from :data:`~clinical.capacity.FULL_SHARE`
of its open time booked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import time
from math import ceil, isfinite, nan

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clinical.capacity import FULL_SHARE, minutes_between
from clinical.growth import Growth, total_growth, weekly_growth

BASE_WEEKS = 8
"""What is asked of a usual week is learned from so many whole weeks before this one."""
TREND_WEEKS = 26
"""And how it grows from so many."""
AHEAD_WEEKS = 52
"""So far the picture looks ahead."""
HORIZON_WEEKS = 104
"""Beyond so many weeks ahead no week is named in which a clinic would be full."""
_SINCE_BASE = (BASE_WEEKS + 1) / 2
"""Weeks from the middle of the base weeks to the week that goes on."""
_HALF_OPEN = 0.5
"""A week with less of a usual week's open time says nothing about the trend."""
_DAY_MINUTES = 24 * 60

Span = tuple[int, time, time]
"""ISO weekday, opening and closing time."""
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Change:
    """What would be otherwise; as it stands, nothing.

    ``chairs``: more (or fewer) at each site; ``hours``: longer (or shorter) on the ISO ``weekday``;
    ``block``: minutes of an infusion's block, ``None`` as now; ``missed``: the part of the missed
    appointments that would still be missed (1: as now).
    """

    chairs: int = 0
    weekday: int = 1
    hours: int = 0
    block: int | None = None
    missed: float = 1.0

    @property
    def is_none(self) -> bool:
        """Whether all would be as now."""
        return replace(self, weekday=1) == Change()


AS_NOW = Change()


@dataclass(frozen=True, slots=True)
class Weeks:
    """What was recorded at a site in whole weeks, oldest first, up to the week before this one.

    ``opened``, ``booked``, ``used``: chair-minutes; ``infusions``: given. Open time is 0 in a week
    of closures and before the site's first appointment.
    """

    opened: Floats
    booked: Floats
    used: Floats
    infusions: Floats


@dataclass(frozen=True, slots=True)
class Work:
    """What a site's chairs are booked for.

    ``block``: the usual length of an infusion's block, minutes; ``infusion_share``: of the booked
    minutes, those of infusions; ``missed_share``: of the minutes that were due, those missed.
    Missing (NaN) where nothing was booked, or due.
    """

    block: float
    infusion_share: float
    missed_share: float


@dataclass(frozen=True, slots=True)
class Place:
    """One site as it is: its week, and what is asked of it.

    ``asked``, ``used``: chair-minutes of a usual week, NaN where not known; ``growth``: of
    ``asked``, each week; ``None`` where not known.
    """

    spans: tuple[Span, ...]
    chairs: int
    asked: float
    used: float
    growth: Growth | None
    work: Work

    @property
    def is_known(self) -> bool:
        """Whether its utilisation can be told: it has hours, chairs, and a week to learn from."""
        return bool(self.spans) and self.chairs > 0 and isfinite(self.asked)


def place_from(spans: Iterable[Span], chairs: int, weeks: Weeks, work: Work) -> Place:
    """A site, from what was recorded there in the last :data:`TREND_WEEKS` weeks."""
    bare = Place(tuple(spans), chairs, nan, nan, None, work)
    usual = open_time(bare, AS_NOW)
    opened = float(weeks.opened[-BASE_WEEKS:].sum())
    if not usual or not opened:
        return bare
    booked, used = (
        float(amount[-BASE_WEEKS:].sum()) / opened * usual for amount in (weeks.booked, weeks.used)
    )
    return replace(bare, asked=booked, used=used, growth=_growth(weeks, usual))


def _growth(weeks: Weeks, usual: float) -> Growth | None:
    """The growth of the booked minutes: of the infusions given, by what is booked for one."""
    enough = weeks.opened >= _HALF_OPEN * usual
    opened = np.where(enough, weeks.opened, np.nan)
    growth = weekly_growth(weeks.infusions / opened * usual)
    given = float(weeks.infusions[-BASE_WEEKS:].sum())
    if growth is None or not given:
        return None
    return growth.times(float(weeks.booked[-BASE_WEEKS:].sum()) / given)


def day_lengths(spans: Iterable[Span], change: Change) -> list[int]:
    """The length of every opening span of a week in minutes, with the longer or shorter day.

    Hours are added to the end of the day, and taken from there; a day that was closed opens.
    """
    lengths: dict[int, list[int]] = {}
    for weekday, opens, closes in sorted(spans):
        lengths.setdefault(weekday, []).append(minutes_between(opens, closes))
    lengths[change.weekday] = _longer(lengths.get(change.weekday, []), 60 * change.hours)
    return [length for day in lengths.values() for length in day]


def _longer(day: list[int], minutes: int) -> list[int]:
    if minutes >= 0:
        room = min(minutes, _DAY_MINUTES - sum(day))
        return [*day[:-1], (day[-1] if day else 0) + room]
    left = max(sum(day) + minutes, 0)
    kept = []
    for length in day:
        kept.append(min(length, left))
        left -= kept[-1]
    return kept


def open_time(place: Place, change: Change) -> float:
    """The chair-minutes of a usual week; 0 without hours or chairs."""
    if not place.spans:
        return 0.0
    return float(sum(day_lengths(place.spans, change)) * max(place.chairs + change.chairs, 0))


def blocks_that_fit(place: Place, change: Change) -> int | None:
    """How many infusions fit in a usual week: whole blocks in each opening span of every chair.

    ``None`` where the hours or the length of a block are not known.
    """
    block = change.block or place.work.block
    if not place.spans or not block > 0:
        return None
    blocks = sum(int(length // block) for length in day_lengths(place.spans, change))
    return blocks * max(place.chairs + change.chairs, 0)


def asked_factor(work: Work, change: Change) -> float:
    """By what the booked minutes are multiplied where a block has another length."""
    if change.block is None or not isfinite(work.infusion_share) or not work.block > 0:
        return 1.0
    return 1 + work.infusion_share * (change.block / work.block - 1)


def used_factor(work: Work, change: Change) -> float:
    """By what the used minutes are multiplied where fewer appointments are missed.

    Each minute that was due and not missed yields as much use as before.
    """
    if not 0 < work.missed_share < 1:  # nothing was missed, or nothing attended, or nothing due
        return 1.0
    return (1 - change.missed * work.missed_share) / (1 - work.missed_share)


@dataclass(frozen=True, slots=True)
class UntilFull:
    """In how many weeks a clinic is full; 0: now; ``None``: not within two years.

    ``earliest`` and ``latest``: at the ends of the growth's 95 % interval. Where not
    ``is_known``, none of them is.
    """

    weeks: int | None = None
    earliest: int | None = None
    latest: int | None = None
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class Outlook:
    """A usual week of one or several sites: chair-minutes, infusions that fit, weeks until full.

    ``fits`` is missing where the block of a site is not known.
    """

    opened: float
    asked: float
    used: float
    fits: int | None
    growth: Growth | None
    until_full: UntilFull

    @property
    def scheduled(self) -> float | None:
        """Scheduled utilisation, a fraction; over 1 where more is asked than is open."""
        return self.asked / self.opened if self.opened else None

    @property
    def actual(self) -> float | None:
        """Actual utilisation, a fraction."""
        return self.used / self.opened if self.opened else None


def outlook(places: Sequence[Place], change: Change) -> Outlook:
    """What a usual week would be. ``places``: at least one, each of them known."""
    opened = sum(open_time(place, change) for place in places)
    factors = [asked_factor(place.work, change) for place in places]
    asked = sum(place.asked * factor for place, factor in zip(places, factors, strict=True))
    fits = [blocks_that_fit(place, change) for place in places]
    growth = total_growth(
        place.growth and place.growth.times(factor)
        for place, factor in zip(places, factors, strict=True)
    )
    return Outlook(
        opened=opened,
        asked=asked,
        used=sum(place.used * used_factor(place.work, change) for place in places),
        fits=None if None in fits else sum(each or 0 for each in fits),
        growth=growth,
        until_full=_until_full(FULL_SHARE * opened - asked, growth, opened),
    )


def _until_full(room: float, growth: Growth | None, opened: float) -> UntilFull:
    if not opened:
        return UntilFull(is_known=False)
    if room <= 0:
        return UntilFull(0, 0, 0)
    if growth is None:
        return UntilFull(is_known=False)
    return UntilFull(
        weeks=_weeks(room, growth.a_week),
        earliest=_weeks(room, growth.high),
        latest=_weeks(room, growth.low),
    )


def _weeks(room: float, a_week: float) -> int | None:
    """The first week ahead in which growth has filled the room; none beyond two years."""
    if a_week <= 0 or room / a_week > HORIZON_WEEKS + _SINCE_BASE:
        return None
    return max(ceil(room / a_week - _SINCE_BASE), 0)


@dataclass(frozen=True, slots=True)
class Projection:
    """Utilisation of the week that goes on (0) and of those ahead; fractions of a usual week.

    ``low`` and ``high``: ``scheduled`` at the ends of the growth's interval, missing where the
    growth is not known and nothing is projected. ``actual`` ends where more is asked than is open.
    """

    weeks: NDArray[np.int64]
    scheduled: Floats
    low: Floats
    high: Floats
    actual: Floats


def projection(found: Outlook, weeks: int = AHEAD_WEEKS) -> Projection:
    """The weeks ahead of an outlook. Without a known growth all weeks are as the first."""
    ahead = np.arange(weeks + 1)
    if not found.opened:
        none = np.full(weeks + 1, np.nan)
        return Projection(ahead, none, none, none, none)
    growth = found.growth
    scheduled = _ahead(found, growth.a_week if growth else 0.0, ahead)
    low, high = (
        _ahead(found, end, ahead) if end is not None else np.full(weeks + 1, np.nan)
        for end in ((growth.low, growth.high) if growth else (None, None))
    )
    used = found.used / found.asked if found.asked else 0.0
    actual = np.where(scheduled <= 1, scheduled * used, np.nan)
    return Projection(ahead, scheduled, low, high, actual)


def _ahead(found: Outlook, a_week: float, ahead: ArrayLike) -> Floats:
    asked = found.asked + a_week * (np.asarray(ahead, np.float64) + _SINCE_BASE)
    return np.asarray(np.maximum(asked, 0) / found.opened)
