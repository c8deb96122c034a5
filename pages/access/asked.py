"""What is asked of the audit trail: a period, a person; and how people and times are shown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any

import pandas as pd
import streamlit as st

from pages.shared.context import PageContext

NOT_SIGNED_IN = "Nobody signed in"
"""Who did what is in the trail without a name."""
WHEN = st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm")
"""How a time by the clinic's clock is shown in a table."""

_DAYS = {
    "Last 7 days": 7,
    "Last 30 days": 30,
    "Last 90 days": 90,
    "Last 12 months": 365,
    "Since the beginning": None,
}
WEEK, MONTH, QUARTER, YEAR, EVER = _DAYS
_LONG_AGO = datetime(1970, 1, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Period:
    """From ``start`` on and before ``end`` (aware times); ``words`` follow a verb in the past."""

    start: datetime
    end: datetime
    words: str


def choose_period(context: PageContext, key: str, offered: Sequence[str]) -> Period:
    """Draw the choice of a period, the first one at first, and return it.

    Its days are whole ones by the clinic's clock, today included.
    """
    chosen = st.selectbox("Period", offered, key=key, bind="query-params", width=210)
    return period_of(context.now, chosen or offered[0])


def period_of(now: datetime, name: str) -> Period:
    """A period by its name; ``now`` has the clinic's time zone."""
    days = _DAYS[name]
    words = f"{'in the ' if days else ''}{name[0].lower()}{name[1:]}"
    start = _LONG_AGO if days is None else _midnight(now, 1 - days)
    return Period(start, _midnight(now, 1), words)


def zone_of(context: PageContext) -> tzinfo:
    """The time zone of the clinic's clock."""
    return context.now.tzinfo or UTC


def _midnight(now: datetime, days: int) -> datetime:
    return datetime.combine(now.date() + timedelta(days=days), time(), now.tzinfo)


def person_label(full_name: object, who: str) -> str:
    """A person as text: the name with the sign-in name, or what there is of them."""
    if not who:
        return NOT_SIGNED_IN
    name = " ".join(full_name.split()) if isinstance(full_name, str) else ""
    return f"{name} ({who})" if name else who


def name_of(full_name: object, who: str) -> str:
    """A person as text in a sentence, where a browser would make a link of an e-mail address."""
    name = " ".join(full_name.split()) if isinstance(full_name, str) else ""
    return name or who or NOT_SIGNED_IN


def person_labels(rows: pd.DataFrame) -> list[str]:
    """The people of rows with ``full_name`` and ``who``."""
    return [person_label(*each) for each in zip(rows["full_name"], rows["who"], strict=True)]


def clinic_times(times: Iterable[Any], now: datetime) -> "pd.Series[pd.Timestamp]":
    """Times (aware, or missing) by the clinic's clock, for a table; ``now`` has its time zone."""
    local = [
        None if pd.isna(at) else at.astimezone(now.tzinfo).replace(tzinfo=None) for at in times
    ]
    return pd.Series(local, dtype="datetime64[us]")


def time_words(at: datetime, now: datetime) -> str:
    """A time by the clinic's clock in words: ``5 Nov 2026, 14:05``."""
    local = at.astimezone(now.tzinfo)
    return f"{local.day} {local:%b %Y, %H:%M}"
