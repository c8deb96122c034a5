"""What is particular about a day: closures of the sites, and public holidays."""

from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd

from clinical.holidays import public_holidays
from pages.shared.words import count_words

CLOSED = "Closed"


def day_notes(
    sites: pd.DataFrame, closures: pd.DataFrame, first: date, last: date
) -> dict[date, str]:
    """A few words on each day that has something particular, as plain text.

    ``sites``: ``site_key`` and ``time_zone``; ``closures``: ``site_key``, ``date`` and ``reason``
    (missing where none is given). Where it does not hold for all sites, how many it holds for.
    """
    closed = _closures(closures, len(sites))
    holidays = _holidays(sites["time_zone"].tolist(), first, last)
    return {
        day: _both(closed.get(day, ""), holidays.get(day, ""))
        for day in sorted(closed.keys() | holidays.keys())
    }


def _both(closed: str, holiday: str) -> str:
    """A closure and a holiday; the holiday once where it is the reason for the closure."""
    reason = closed.partition(": ")[2].casefold()
    if reason and (reason in holiday.casefold() or holiday.casefold() in reason):
        holiday = ""
    return " · ".join(words for words in (closed, holiday) if words)


def _closures(closures: pd.DataFrame, sites: int) -> dict[date, str]:
    found: dict[date, str] = {}
    for day in closures["date"].unique():
        rows = closures[closures["date"] == day]
        reasons = [str(reason) for reason in rows["reason"].dropna().unique()]
        count = len(rows)
        words = CLOSED if count == sites else f"{count} of {count_words(sites, 'site')} closed"
        # Several reasons do not fit into a few words.
        found[day] = f"{words}: {reasons[0]}" if len(reasons) == 1 else words
    return found


def _holidays(zones: Sequence[str], first: date, last: date) -> dict[date, str]:
    names: dict[date, dict[str, int]] = {}
    for zone in sorted(set(zones)):
        for day, name in public_holidays(zone, first, last).items():
            of_day = names.setdefault(day, {})
            of_day[name] = of_day.get(name, 0) + zones.count(zone)
    return {day: _holiday_words(of_day, len(zones)) for day, of_day in names.items()}


def _holiday_words(names: Mapping[str, int], sites: int) -> str:
    parts = [
        name if count == sites else f"{name} ({count} of {count_words(sites, 'site')})"
        for name, count in names.items()
    ]
    return ", ".join(parts)
