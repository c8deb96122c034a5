"""Words that sentences and titles are made of, the same on every page."""

from collections.abc import Sequence
from datetime import date

from charts.numbers import percent, percent_range
from clinical.incidence import Proportion

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
"""The days of the week; the facts count them from 1."""


def day_words(day: date) -> str:
    """A day in words: ``5 Nov 2026``."""
    return f"{day.day} {day:%b %Y}"


def weekday_words(day: date) -> str:
    """A day of about now in words: ``Monday 23 November``."""
    return f"{day:%A} {day.day} {day:%B}"


def count_words(count: int, one: str, many: str = "") -> str:
    """A number with its noun: ``1 site``, ``1,204 infusions``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def rate_words(rate: Proportion) -> str:
    """A rate in words: ``38 %, 95 % CI 36–40``; ``no data`` where there is no n."""
    if rate.estimate is None:
        return percent(None)
    return f"{percent(rate.estimate)}, 95 % CI {percent_range(rate.low, rate.high)}"


def listed(parts: Sequence[str]) -> str:
    """Several things as a phrase: ``a``, ``a and b``, ``a, b and c``."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
