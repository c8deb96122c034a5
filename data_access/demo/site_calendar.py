"""A site's calendar: opening days, treatment slots, and local time as UTC."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np

from clinical.calendar import day_date, day_number
from data_access.demo.arrays import NEVER, Bools, Floats, Ints, Objects, as_objects
from data_access.demo.plan import BLOCK_MINUTES, BOOKED_AHEAD_DAYS, Part, Plan, SitePlan

_MARGIN_DAYS = 120
"""Days kept on both sides of the demo, so that shifted days still lie in the calendar."""
_STAGGER_MINUTES = 10
"""Chairs start one after the other, because one nurse places the lines."""
_VISIT_GRID_MINUTES = 30
_EARLIEST_BIRTH_YEAR = 1900
_ORDERS = 64
_SCATTER = 29
"""Odd, so that days a week apart take all the orders in turn."""


class SiteCalendar:
    """When a site is open, and what its clock shows.

    Days are day numbers (see :mod:`clinical.calendar`), moments are minutes since 1970 in UTC.
    ``capacity`` holds the infusion slots of each day from ``first_day``.
    """

    def __init__(self, plan: Plan, site: SitePlan) -> None:
        self.first_day = plan.first_day - _MARGIN_DAYS
        self.last_day = plan.last_day + BOOKED_AHEAD_DAYS + _MARGIN_DAYS
        days = np.arange(self.first_day, self.last_day + 1)
        self.closures = closures(plan, site)
        self._weekdays = (days + 3) % 7 + 1
        self._slots = {weekday: _slots(site, weekday) for weekday in range(1, 8)}
        self._visits = {weekday: _visit_starts(site, weekday) for weekday in range(1, 8)}
        self._offsets = _utc_offsets(site.time_zone, self.first_day, self.last_day)
        slots_by_weekday = np.array([0] + [len(self._slots[day]) for day in range(1, 8)])
        is_closed = np.isin(days, list(self.closures))
        self.capacity: Ints = np.where(is_closed, 0, slots_by_weekday[self._weekdays])
        self._next_open = _next_true(self.capacity > 0)
        self._nearest_open = _nearest_true(self.capacity > 0)

    def weekday(self, days: Ints) -> Ints:
        """ISO weekdays."""
        return self._weekdays[days - self.first_day]

    def open_from(self, days: Ints) -> Ints:
        """The first open day on or after each day."""
        return self.first_day + self._next_open[days - self.first_day]

    def open_near(self, days: Ints, earliest: Ints) -> Ints:
        """The open day next to each day, before or after it, but not before ``earliest``."""
        near = self.first_day + self._nearest_open[days - self.first_day]
        return np.where(near >= earliest, near, self.open_from(np.maximum(days, earliest)))

    def utc(self, days: Ints, minutes: Ints) -> Ints:
        """Local days and minutes after midnight as minutes in UTC."""
        return days * 1440 + minutes - self._offsets[days - self.first_day]

    def local_day(self, moments: Ints) -> Ints:
        """The clinic days of moments."""
        offsets = self._offsets[moments // 1440 - self.first_day]
        return (moments + offsets) // 1440

    def slots(self, days: Ints, ranks: Ints, first_chair_first: bool) -> Ints:
        """Chair index and start minute, shape (n, 2), of the ``rank``-th booking of each day.

        A day fills in one of several orders; each begins with the morning more often than not.
        With ``first_chair_first`` the first chair fills before any other. Ranks beyond the day's
        slots start again from the first.
        """
        tables = _fill_orders(self._slots, first_chair_first)
        sizes = np.maximum(self.capacity[days - self.first_day], 1)
        orders = days * _SCATTER % _ORDERS
        seats: Ints = tables[self.weekday(days), orders, ranks % sizes]
        return seats

    def visit_start(self, days: Ints, shares: Floats) -> Ints:
        """A start on the half-hour grid of each open day; ``shares`` in [0, 1) choose it."""
        widest = max(len(starts) for starts in self._visits.values())
        table = np.zeros((8, widest), dtype=np.int64)
        sizes = np.zeros(8, dtype=np.int64)
        for weekday, starts in self._visits.items():
            table[weekday, : len(starts)] = starts
            sizes[weekday] = len(starts)
        weekdays = self.weekday(days)
        start: Ints = table[weekdays, (shares * sizes[weekdays]).astype(np.int64)]
        return start


@dataclass(frozen=True, slots=True)
class Workplace:
    """One site of a plan, with its calendar: what every part of the demo needs to know."""

    plan: Plan
    site: SitePlan
    calendar: SiteCalendar

    def random(self, part: Part) -> np.random.Generator:
        """The random numbers of one part of this site."""
        return self.plan.random(part, self.site)


class TimeText:
    """The stored text of days and moments, looked up instead of formatted one by one."""

    def __init__(self, last_day: int) -> None:
        self._first_day = day_number(date(_EARLIEST_BIRTH_YEAR, 1, 1))
        days = range(self._first_day, last_day + 1)
        self._dates = as_objects([day_date(day).isoformat() for day in days])
        self._date_prefixes = self._dates + "T"
        self._clock = as_objects(
            [f"{minute // 60:02d}:{minute % 60:02d}:00Z" for minute in range(1440)]
        )

    def moments(self, minutes: Ints) -> Objects:
        """Minutes since 1970 as ``2026-03-09T19:30:00Z``; ``None`` for ``NEVER``."""
        known = np.where(minutes == NEVER, 0, minutes)
        texts = self._date_prefixes[known // 1440 - self._first_day] + self._clock[known % 1440]
        texts[minutes == NEVER] = None
        return np.asarray(texts, dtype=object)

    def days(self, days: Ints) -> Objects:
        """Day numbers as ``2026-03-09``; ``None`` for ``NEVER``."""
        texts: Objects = self._dates[np.where(days == NEVER, 0, days) - self._first_day]
        texts[days == NEVER] = None
        return texts


def closures(plan: Plan, site: SitePlan) -> dict[int, str]:
    """The days on which a site is closed, with the reason. Never the last day of the demo."""
    random = plan.random(Part.CALENDAR, site)
    first = day_date(plan.first_day)
    last = day_date(plan.last_day + BOOKED_AHEAD_DAYS)
    found: dict[date, str] = {}
    for year in range(first.year, last.year + 1):
        training = date(year, 1, 1) + timedelta(days=int(random.integers(60, 330)))
        found[training] = "Staff training"
        found.update(_holidays(year))
    return {
        day_number(day): reason
        for day, reason in sorted(found.items())
        if first <= day <= last and day != plan.until
    }


def _holidays(year: int) -> dict[date, str]:
    thanksgiving = _nth_weekday(year, 11, 4, 4)
    return {
        date(year, 1, 1): "New Year's Day",
        _nth_weekday(year, 6, 1, 1) - timedelta(days=7): "Memorial Day",
        date(year, 7, 4): "Independence Day",
        _nth_weekday(year, 9, 1, 1): "Labor Day",
        thanksgiving: "Thanksgiving",
        thanksgiving + timedelta(days=1): "Day after Thanksgiving",
        date(year, 12, 24): "Christmas Eve",
        date(year, 12, 25): "Christmas Day",
    }


def _nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.isoweekday()) % 7 + 7 * (nth - 1))


def _slots(site: SitePlan, weekday: int) -> list[tuple[int, int]]:
    """The treatment slots of a weekday: chair index, start minute."""
    return [
        (chair, start)
        for span in site.spans
        if span.weekday == weekday
        for chair in range(site.chairs)
        for start in range(
            span.opens + _STAGGER_MINUTES * (chair % 4),
            span.closes - BLOCK_MINUTES + 1,
            BLOCK_MINUTES,
        )
    ]


def _visit_starts(site: SitePlan, weekday: int) -> list[int]:
    """Starts of consultations and follow-ups, so that an hour fits before closing."""
    return [
        start
        for span in site.spans
        if span.weekday == weekday
        for start in range(span.opens, span.closes - 60 + 1, _VISIT_GRID_MINUTES)
    ]


def _fill_orders(slots: dict[int, list[tuple[int, int]]], first_chair_first: bool) -> Ints:
    """Table [weekday, order, rank] -> (chair, start) of the orders in which a day may fill."""
    widest = max(len(day) for day in slots.values())
    tables = np.zeros((8, _ORDERS, widest, 2), dtype=np.int64)
    random = np.random.default_rng(0)  # the same orders everywhere; bookings choose among them
    for weekday, day in slots.items():
        if not day:
            continue
        table = np.array(day)
        for order in range(_ORDERS):
            # About two hours' worth of noise: mornings fill first, but not strictly.
            score = table[:, 1] + random.normal(0, BLOCK_MINUTES, len(day))
            if first_chair_first:
                score = score + np.where(table[:, 0] == 0, -10_000, 0)
            tables[weekday, order, : len(day)] = table[np.argsort(score)]
    return tables


def _next_true(flags: Bools) -> Ints:
    """For each index the first index on or after it that is true; the last index at the end."""
    indices = np.where(flags, np.arange(len(flags)), len(flags) - 1)
    return np.minimum.accumulate(indices[::-1])[::-1]


def _nearest_true(flags: Bools) -> Ints:
    """For each index the nearest one that is true, the later one where two are as near."""
    indices = np.arange(len(flags))
    following = _next_true(flags)
    preceding = len(flags) - 1 - _next_true(flags[::-1])[::-1]
    return np.where(indices - preceding < following - indices, preceding, following)


@cache
def _utc_offsets(time_zone: str, first_day: int, last_day: int) -> Ints:
    """Minutes east of UTC at noon of each day; clinics never work while the clocks change."""
    zone = ZoneInfo(time_zone)
    noon = time(12)
    return np.array(
        [
            int(_offset(datetime.combine(day_date(day), noon, zone)).total_seconds()) // 60
            for day in range(first_day, last_day + 1)
        ]
    )


def _offset(moment: datetime) -> timedelta:
    return moment.utcoffset() or timedelta()
