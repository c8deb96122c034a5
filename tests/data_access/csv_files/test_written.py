from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

import pytest

from data_access.csv_files.written import written


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "true"),
        (False, "false"),
        (7, "7"),
        (40.0, "40"),
        (72.5, "72.5"),
        (0.1 + 0.2, "0.30000000000000004"),
        (1e-7, "0.0000001"),
        (123456789.0, "123456789"),
        ("NA", "NA"),
        (date(2026, 3, 9), "2026-03-09"),
        (time(8, 5), "08:05"),
        (datetime(2026, 3, 9, 19, 30, tzinfo=UTC), "2026-03-09T19:30:00Z"),
        (
            datetime(2026, 3, 9, 14, 30, tzinfo=timezone(timedelta(hours=-5))),
            "2026-03-09T19:30:00Z",
        ),
    ],
)
def test_written(value: Any, text: str) -> None:
    assert written(value) == text
