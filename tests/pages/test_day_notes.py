"""What is particular about a day, in words."""

from datetime import date

import pandas as pd

from pages.appointments.day_notes import day_notes

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
THANKSGIVING = date(2026, 11, 26)
NEW_YORK, DUBLIN = "America/New_York", "Europe/Dublin"


def notes(zones: list[str], *closures: tuple[int, date, str | None]) -> dict[date, str]:
    sites = pd.DataFrame({"site_key": range(1, len(zones) + 1), "time_zone": zones})
    closed = pd.DataFrame(closures, columns=["site_key", "date", "reason"])
    return day_notes(sites, closed, FIRST, LAST)


def test_a_closure_of_every_site_with_its_reason():
    found = notes(["UTC"], (1, date(2026, 11, 3), "Flood"), (1, date(2026, 11, 4), None))
    assert found == {date(2026, 11, 3): "Closed: Flood", date(2026, 11, 4): "Closed"}


def test_of_several_sites_how_many_are_closed():
    day = date(2026, 11, 3)
    assert notes(["UTC"] * 3, (1, day, "Flood"))[day] == "1 of 3 sites closed: Flood"
    assert notes(["UTC"] * 2, (1, day, "Flood"), (2, day, "Paint"))[day] == "Closed"


def test_a_holiday_is_named_once_where_it_is_the_reason_to_be_closed():
    assert notes([NEW_YORK])[THANKSGIVING] == "Thanksgiving Day"
    assert notes([NEW_YORK], (1, THANKSGIVING, "Thanksgiving"))[THANKSGIVING] == (
        "Closed: Thanksgiving"
    )
    assert notes([NEW_YORK], (1, THANKSGIVING, "Flood"))[THANKSGIVING] == (
        "Closed: Flood · Thanksgiving Day"
    )


def test_a_holiday_of_one_country_is_not_that_of_another():
    found = notes([NEW_YORK, NEW_YORK, DUBLIN])
    assert found[THANKSGIVING] == "Thanksgiving Day (2 of 3 sites)"


def test_an_unknown_zone_has_no_holidays():
    assert notes(["UTC"]) == {}
