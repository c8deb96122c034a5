"""How large the demo clinic is: its months, its sites, their hours, chairs and share of the work.

A plan follows from the wished number of infusions, the seed and the last day alone.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import IntEnum
from zoneinfo import ZoneInfo

import numpy as np

from clinical.calendar import day_number

BOOKED_AHEAD_DAYS = 56
"""Appointments are booked eight weeks ahead."""
BLOCK_MINUTES = 120
"""A chair's block: preparing, 40 minutes of infusion, 60 to 70 of recovery."""
NOW = time(11, 0)
"""The moment of the last day at which the records end, by the first site's clock."""

# Default size, a small network, a large one: months of history and sites, interpolated between.
_INFUSIONS = (4_000, 100_000, 1_000_000)
_MONTHS = (24, 60, 120)
_SITES = (3, 12, 60)
_DAYS_PER_MONTH = 365.25 / 12

_BUSY_INFUSIONS_PER_SITE_MONTH = 100
_LARGE = 500_000


class Part(IntEnum):
    """The independent streams of random numbers, so that a change in one leaves the others."""

    CALENDAR = 0
    PEOPLE = 1
    COURSES = 2
    VISITS = 3
    DOSES = 4
    VITALS = 5
    SIDE_EFFECTS = 6
    SCORES = 7
    LEDGER = 8
    PILOT = 9
    FOLLOW_UPS = 10
    CHECKS = 11
    REFILLS = 12


@dataclass(frozen=True, slots=True)
class Span:
    """An opening span: ISO weekday, minutes after local midnight."""

    weekday: int
    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class SitePlan:
    """One site. ``number`` counts from 1; ``opened_day`` is its first day, as a day number.

    ``infusions``: about how many it gives. ``keeps_series``: whether its records name the series;
    where not, series are derived from the bare infusions by the contract's rule.
    """

    number: int
    site_id: str
    name: str
    time_zone: str
    chairs: int
    spans: tuple[Span, ...]
    opened_day: int
    infusions: int
    keeps_series: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole demo. Days are day numbers; ``now`` is in minutes since 1970, UTC.

    ``vitals_minutes``: when vital signs are taken, minutes after the start of an infusion.
    """

    seed: int
    until: date
    first_day: int
    last_day: int
    now: int
    vitals_minutes: tuple[int, ...]
    sites: tuple[SitePlan, ...]

    def random(self, part: Part, site: SitePlan | None = None) -> np.random.Generator:
        """The random numbers of one part of one site."""
        return np.random.default_rng([self.seed, int(part), site.number if site else 0])


def make_plan(infusions: int, seed: int, until: date) -> Plan:
    """The plan of a demo clinic of about ``infusions`` infusions that ends on ``until``."""
    size = np.log10(infusions)
    sizes = np.log10(_INFUSIONS)
    months = float(np.interp(size, sizes, _MONTHS))
    site_count = round(float(np.interp(size, sizes, _SITES)))
    last_day = day_number(until)
    first_day = last_day - round(months * _DAYS_PER_MONTH)
    busy = infusions / (site_count * months) > _BUSY_INFUSIONS_PER_SITE_MONTH
    opened = [_opened_day(index, site_count, first_day, last_day) for index in range(site_count)]
    weights = np.array(
        [(last_day - day) * _SHARES[index % len(_SHARES)] for index, day in enumerate(opened)]
    )
    shares = np.rint(infusions * weights / weights.sum()).astype(int)
    sites = tuple(
        SitePlan(
            number=index + 1,
            site_id=f"S{index + 1:02d}",
            name=_site_name(index),
            time_zone=_TIME_ZONES[index % len(_TIME_ZONES)],
            chairs=5 if busy else _CHAIRS[index % len(_CHAIRS)],
            spans=_spans(index, busy),
            opened_day=opened[index],
            infusions=int(shares[index]),
            keeps_series=index % 3 != 1,
        )
        for index in range(site_count)
    )
    moment = datetime.combine(until, NOW, ZoneInfo(sites[0].time_zone))
    return Plan(
        seed=seed,
        until=until,
        first_day=first_day,
        last_day=last_day,
        now=int(moment.timestamp()) // 60,
        # A large demo takes fewer readings, so that it stays quick to make.
        vitals_minutes=(0, 20, 40, 55, 70, 90)
        if infusions >= _LARGE
        else (0, 10, 20, 30, 40, 55, 70, 85, 100),
        sites=sites,
    )


_TIME_ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/New_York",
    "America/Denver",
    "America/Los_Angeles",
    "America/Phoenix",
)
_CHAIRS = (4, 3, 3)
_SHARES = (0.36, 0.33, 0.31)
_SITE_NAMES = (
    "Harbor Street",
    "Lakeview",
    "Hudson Park",
    "Juniper Ridge",
    "Bayside",
    "Mesa Verde Road",
    "Old Mill",
    "Prairie Gate",
    "Chapel Hill",
    "Silver Creek",
    "Ocean Terrace",
    "Copper Canyon",
    "Maple Court",
    "Riverbend",
    "Linden Square",
    "Aspen Grove",
    "Sunset Pier",
    "Red Rock",
    "Orchard Lane",
    "Fox Hollow",
)
_QUARTERS = ("", " North", " South", " West", " East")

_HALF_PAST_EIGHT, _NINE = 8 * 60 + 30, 9 * 60
_MORNING = (8 * 60, 12 * 60 + 30)
_EARLY_AFTERNOON = (13 * 60, 15 * 60 + 30)
_AFTERNOON = (13 * 60, 17 * 60 + 30)


def _site_name(index: int) -> str:
    return _SITE_NAMES[index % len(_SITE_NAMES)] + _QUARTERS[index // len(_SITE_NAMES) % 5]


def _opened_day(index: int, site_count: int, first_day: int, last_day: int) -> int:
    """The first three sites open within the first quarter, the others over the first half."""
    if index < len(_CHAIRS):
        return first_day + 30 * index
    return first_day + (last_day - first_day) * index // (2 * site_count)


def _spans(index: int, busy: bool) -> tuple[Span, ...]:
    """Opening hours: a lunch break, a four-day week, or a site that opens at the weekend.

    Between them the first three sites are open on every day of the week.
    """
    afternoon = _AFTERNOON if busy else _EARLY_AFTERNOON
    through = (_HALF_PAST_EIGHT, 17 * 60 if busy else 15 * 60)
    late = (_NINE, 17 * 60 + 30 if busy else 15 * 60 + 30)
    weeks = (
        [(weekday, *span) for weekday in (1, 2, 3, 4, 5) for span in (_MORNING, afternoon)],
        [(weekday, *through) for weekday in (1, 2, 4, 5)],
        [(weekday, *late) for weekday in (3, 4, 5)] + [(weekday, *_MORNING) for weekday in (6, 7)],
    )
    return tuple(Span(*row) for row in weeks[index % len(weeks)])
