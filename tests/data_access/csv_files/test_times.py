from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from data_access.csv_files.times import Instant, Occurs, local_to_utc, to_utc

NEW_YORK = ZoneInfo("America/New_York")


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2026-01-15T09:00", Instant(utc("2026-01-15T14:00"), Occurs.ONCE)),
        ("2026-07-15T09:00", Instant(utc("2026-07-15T13:00"), Occurs.ONCE)),
        # Clocks go back on 2026-11-01 at 02:00: 01:30 occurs twice, the first still at -04:00.
        ("2026-11-01T00:59:59", Instant(utc("2026-11-01T04:59:59"), Occurs.ONCE)),
        ("2026-11-01T01:30", Instant(utc("2026-11-01T05:30"), Occurs.TWICE)),
        ("2026-11-01T02:00", Instant(utc("2026-11-01T07:00"), Occurs.ONCE)),
    ],
)
def test_local_to_utc(local: str, expected: Instant) -> None:
    assert local_to_utc(wall(local), NEW_YORK) == expected


@pytest.mark.parametrize(
    ("local", "occurs"),
    [
        # Clocks go forward on 2026-03-08 from 02:00 to 03:00.
        ("2026-03-08T01:59:59", Occurs.ONCE),
        ("2026-03-08T02:00", Occurs.NEVER),
        ("2026-03-08T02:59:59", Occurs.NEVER),
        ("2026-03-08T03:00", Occurs.ONCE),
    ],
)
def test_a_local_time_may_not_exist(local: str, occurs: Occurs) -> None:
    assert local_to_utc(wall(local), NEW_YORK).occurs is occurs


def test_fractions_of_a_second_are_cut() -> None:
    zone = timezone(timedelta(hours=-5))
    assert to_utc(datetime(2026, 3, 9, 14, 30, 15, 999_999, zone)) == utc("2026-03-09T19:30:15")
    assert local_to_utc(wall("2026-01-15T09:00:00.75"), NEW_YORK).utc == utc("2026-01-15T14:00")
