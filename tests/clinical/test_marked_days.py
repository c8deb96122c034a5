"""Public holidays and closures of some sites."""

from datetime import date

import pandas as pd

from clinical.marked_days import MarkedDay, marked_days

NEW_YORK, BERLIN, NOWHERE = 1, 2, 3
ZONES = {NEW_YORK: "America/New_York", BERLIN: "Europe/Berlin", NOWHERE: "UTC"}


def closures(*rows: tuple[int, date, str | None]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["site_key", "date", "reason"])


def test_holidays_and_closures_are_told_by_site():
    christmas, boxing = date(2026, 12, 25), date(2026, 12, 26)
    found = marked_days(
        ZONES,
        closures(
            (NEW_YORK, christmas, "Christmas"),
            (NOWHERE, christmas, None),
            (9, christmas, "of a site that was not chosen"),
            (BERLIN, date(2027, 1, 2), "after the period"),
        ),
        date(2026, 12, 20),
        date(2026, 12, 31),
    )
    assert found == [
        MarkedDay(
            christmas,
            {NEW_YORK: "Christmas Day", BERLIN: "Christmas Day"},
            {NEW_YORK: "Christmas", NOWHERE: ""},
        ),
        MarkedDay(boxing, {BERLIN: "Second Day of Christmas"}),
    ]


def test_no_site_no_marks():
    assert marked_days({}, closures(), date(2026, 1, 1), date(2026, 12, 31)) == []
