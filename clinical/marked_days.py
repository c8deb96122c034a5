"""The days that explain an empty calendar: public holidays and closures, site by site."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from clinical.holidays import public_holidays


@dataclass(frozen=True, slots=True)
class MarkedDay:
    """A day on which some site has a public holiday or stays closed.

    ``holidays``: the name of the holiday at each site that has one; ``closed``: the reason at each
    site that is closed, empty where none was given. Both by ``site_key``.
    """

    day: date
    holidays: dict[int, str] = field(default_factory=dict)
    closed: dict[int, str] = field(default_factory=dict)


def marked_days(
    zones: Mapping[int, str], closures: pd.DataFrame, first: date, last: date
) -> list[MarkedDay]:
    """The marked days from ``first`` to ``last``, both included, in the order of time.

    ``zones``: the time zone of each site, by ``site_key``. ``closures``: ``site_key``, ``date``,
    ``reason`` (missing where none was given); those of other sites are left out.
    """
    found: dict[date, MarkedDay] = {}
    for site, zone in zones.items():
        for day, name in public_holidays(zone, first, last).items():
            found.setdefault(day, MarkedDay(day)).holidays[site] = name
    for site, day, reason in zip(
        closures["site_key"], closures["date"], closures["reason"], strict=True
    ):
        if site in zones and first <= day <= last:
            words = reason if isinstance(reason, str) else ""
            found.setdefault(day, MarkedDay(day)).closed[site] = words
    return [found[day] for day in sorted(found)]
