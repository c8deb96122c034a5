"""The Appointments page and its view Volume, run as Streamlit runs them."""

from base64 import b64decode
from collections.abc import Callable
from typing import Any

import numpy as np
import orjson
import pytest
from sqlalchemy import Connection
from streamlit.testing.v1 import AppTest

from clinical.attendance import Outcome
from data_access.engine import make_engine, writing
from pages.appointments.choice import View
from tests.data_access import appointment_clinic, worked_week
from tests.pages.side_effect_page import choose, spaced, words

HOSTILE_SITE = "<b>North</b> $x$ ![x](http://host/a)"
SMALL = "2026-02-01 2026-03-11 2026-03-11"
"""A period and today, in the small clinic."""
WEEK = "2026-03-02 2026-03-08 2026-03-10"
"""The week that was worked out by hand."""


def _page() -> None:
    import os
    from dataclasses import replace
    from datetime import UTC, date, datetime, time

    from access.viewer import LOCAL_VIEWER, Permission
    from data_access.engine import make_engine, reading
    from data_access.filters import Filters
    from data_access.status import clinic_status
    from pages.appointments.page import appointments_page
    from pages.shared.context import PageContext

    start, end, today = map(date.fromisoformat, os.environ["TEST_DAYS"].split())
    viewer = LOCAL_VIEWER
    if os.environ.get("TEST_VIEWER") == "unnamed":
        counts = {Permission.OPEN, Permission.SEE_TOTALS, Permission.SEE_CLINICAL}
        viewer = replace(viewer, permissions=frozenset(counts))
    filters = replace(Filters(start, end), site_ids=tuple(os.environ["TEST_SITES"].split()))
    engine = make_engine(os.environ["CLINIC_DATABASE_URL"])
    with reading(engine) as connection:
        status = clinic_status(connection, viewer)
        now = datetime.combine(today, time(15), UTC)
        appointments_page(PageContext(connection, viewer, filters, status, now, today, {}))
    engine.dispose()


@pytest.fixture(scope="module")
def clinics(make_database: Callable[[str], str]) -> Callable[[str], str]:
    """A function that gives the URL of a clinic by its name, filled once."""
    made: dict[str, str] = {}
    fills: dict[str, Callable[[Connection], None]] = {
        "small": appointment_clinic.fill,
        "hostile": lambda connection: appointment_clinic.fill(connection, north=HOSTILE_SITE),
        "empty": appointment_clinic.fill_sites,
        "week": worked_week.fill,
    }

    def give(name: str) -> str:
        if name not in made:
            made[name] = make_database("sqlite")
            engine = make_engine(made[name])
            with writing(engine) as connection:
                fills[name](connection)
            engine.dispose()
        return made[name]

    return give


@pytest.fixture
def page(clinics: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """A function that draws the page on a clinic; further words set what the reader has chosen."""

    def draw(name: str = "small", days: str = SMALL, *, sites: str = "", **chosen: str) -> AppTest:
        monkeypatch.setenv("CLINIC_DATABASE_URL", clinics(name))
        monkeypatch.setenv("TEST_DAYS", days)
        monkeypatch.setenv("TEST_SITES", sites)
        drawn = AppTest.from_function(_page, default_timeout=30)
        for key, value in chosen.items():
            drawn.session_state[key.replace("_", "-")] = value
        drawn.run()
        assert not drawn.exception
        return drawn

    return draw


def numbers(values: Any) -> list[float]:
    """The numbers of a trace, which plotly may have packed."""
    if isinstance(values, dict):
        packed = np.frombuffer(b64decode(values["bdata"]), values["dtype"])
        return [float(number) for number in packed]
    return list(values)


def bars(page: AppTest, start: str) -> dict[str, list[float]]:
    """The heights of the chart whose description begins so, by the names of its traces."""
    (found,) = [each for each in page.get("plotly_chart") if each.proto.alt.startswith(start)]
    return {trace["name"]: numbers(trace["y"]) for trace in orjson.loads(found.proto.spec)["data"]}


@pytest.mark.parametrize("view", list(View))
@pytest.mark.parametrize("name", ["small", "empty", "hostile"])
def test_every_view_draws_whatever_there_is(page, view: View, name: str):
    drawn = page(name, show=view)
    assert "<b>North" not in words(drawn)
    assert "](http://host" not in words(drawn)
    for each in drawn.get("plotly_chart"):
        assert "<b>North" not in each.proto.spec


def test_volume_is_answered_in_the_first_sentence(page):
    said = words(page())
    assert (
        "## **14 appointments** from 28 Feb 2026 to 11 Mar 2026: 9 infusions, 3 consultations and "
        "2 follow-ups; the record begins on 28 Feb 2026, too late for a year's comparison."
    ) in said
    assert (
        "1 appointment of past days is still booked: nobody has noted whether the patient came."
    ) in said


def test_the_worked_week_against_a_year_ago(page):
    drawn = page("week", WEEK)
    # Two appointments a year ago; nine now, of which W4 and W5 were moved.
    assert (
        "## **9 appointments** from 2 Mar 2026 to 8 Mar 2026: 6 infusions, 1 consultation and 2 "
        "follow-ups; **350 % more** than a year ago (2)."
    ) in words(drawn)
    figures = {metric.label: (metric.value, spaced(metric.delta)) for metric in drawn.metric}
    assert figures == {
        "Appointments": ("9", "350 % more than a year ago (2)"),
        "Infusions": ("6", "500 % more than a year ago (1)"),
        "Demands": ("7", "2 moved to another time"),
        "Trend": ("Too early", "under 8 whole weeks"),
    }
    by_day = bars(drawn, "Number of appointments by day")
    assert by_day == {
        "Done": [1, 1, 0, 0, 0, 1, 2],
        "Past its time, still booked": [0, 0, 0, 0, 0, 0, 1],
        "Missed": [1, 0, 0, 0, 0, 0, 0],
        "Cancelled": [0, 0, 1, 0, 1, 0, 0],
        "A year ago": [1, 0, 0, 0, 0, 0, 1],
    }


@pytest.mark.parametrize(
    ("split", "expected"),
    [
        ("Kind", {"Infusion": [6], "Consultation": [1], "Follow-up": [2]}),
        ("Site", {"New York": [4], "Phoenix": [5]}),
        ("Provider", {"Nobody named": [2], "Nurse Ash": [3], "Nurse Birch": [4]}),
    ],
)
def test_the_unit_and_the_split_are_the_readers_choice(page, split: str, expected: dict[str, Any]):
    drawn = page("week", WEEK, volume_by="Week", volume_split=split)
    by_week = bars(drawn, "Number of appointments by week")
    assert by_week == {**expected, "A year ago": [2]}
    table = drawn.dataframe[-1].value
    assert dict(zip(table[split], table["Appointments"], strict=True)) == {
        name: count for name, (count,) in expected.items()
    }
    assert table["A year ago"].sum() == 2


def test_holidays_and_closures_are_marked(page):
    # North is closed on 12 March, beyond the period; 16 February is Washington's Birthday, before
    # the first appointment.
    assert "Holiday or closure" not in bars(page(), "Number of appointments")
    drawn = page("week", "2025-05-20 2026-03-10 2026-03-10")
    (chart,) = drawn.get("plotly_chart")
    marks = orjson.loads(chart.proto.spec)["data"][-1]
    assert marks["name"] == "Holiday or closure"
    assert marks["customdata"][0] == ["Mon 26 May 2025: Memorial Day"]
    assert set(marks["marker"]["symbol"]) == {"diamond-open"}  # nobody has closed


def test_days_are_not_drawn_over_years(page):
    drawn = page("week", "2025-03-01 2026-03-10 2026-03-10", volume_by="Day")
    assert bars(drawn, "Number of appointments by week")


def test_a_chosen_bar_lists_its_appointments(page):
    drawn = page("week", WEEK, volume_by="Week")
    drawn = choose(drawn, "appointments-over-time", 2931, int(Outcome.CANCELLED))
    assert "#### Behind it: Cancelled, week of Mon 2 Mar 2026" in words(drawn)
    table = drawn.dataframe[0].value
    assert table[["Patient", "Time", "Site", "For", "Remarks"]].values.tolist() == [
        [
            "Diaz, Bo",
            "08:00",
            "Phoenix",
            "Infusion",
            "Moved to another time; had been moved once before",
        ],
        ["Diaz, Bo", "08:00", "Phoenix", "Infusion", "Moved to another time"],
    ]


def test_nobody_is_named_to_who_sees_clinical_counts_only(page, monkeypatch):
    monkeypatch.setenv("TEST_VIEWER", "unnamed")
    drawn = page("week", WEEK, volume_by="Week")
    drawn = choose(drawn, "appointments-over-time", 2931, int(Outcome.CANCELLED))
    assert "2 appointments" in words(drawn)
    assert all("Patient" not in table.value.columns for table in drawn.dataframe)
    assert "link to the patient" not in words(drawn)


@pytest.mark.parametrize("carried", [(1, 6), (2931, 99), ("2931", "6"), ()])
def test_a_bar_that_is_not_drawn_lists_nothing(page, carried: tuple[object, ...]):
    drawn = choose(page("week", WEEK, volume_by="Week"), "appointments-over-time", *carried)
    assert not drawn.exception
    assert "Behind it" not in words(drawn)


def test_nothing_is_an_empty_state_that_says_where_the_data_is(page):
    drawn = page("empty")
    assert drawn.info[0].value == (
        "No appointments between 1 Feb 2026 and 11 Mar 2026 with these filters."
    )
    assert not drawn.get("plotly_chart")
