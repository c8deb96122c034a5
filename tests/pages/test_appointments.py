"""The Appointments page, run as Streamlit runs it."""

from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import pytest
from streamlit.testing.v1 import AppTest

from data_access.engine import make_engine, writing
from tests.data_access.appointment_clinic import fill, fill_sites

HOSTILE_SITE = "<b>North</b> $x$ ![x](http://host/a)"


def _page() -> None:
    import os
    from dataclasses import replace
    from datetime import date
    from zoneinfo import ZoneInfo

    from access.viewer import LOCAL_VIEWER
    from data_access.engine import make_engine, reading
    from data_access.filters import Filters
    from data_access.status import clinic_status
    from pages.appointments.page import appointments_page
    from pages.shared.context import PageContext
    from tests.data_access.appointment_clinic import NOW

    start, end = (date.fromisoformat(day) for day in os.environ["TEST_PERIOD"].split())
    filters = replace(Filters(start, end), site_ids=tuple(os.environ["TEST_SITES"].split()))
    now = NOW.astimezone(ZoneInfo("America/New_York"))
    engine = make_engine(os.environ["TEST_DATABASE"])
    with reading(engine) as connection:
        status = clinic_status(connection, LOCAL_VIEWER)
        appointments_page(
            PageContext(connection, LOCAL_VIEWER, filters, status, now, now.date(), {})
        )
    engine.dispose()


@dataclass
class Clinic:
    url: str
    monkeypatch: pytest.MonkeyPatch

    def page(self, period: str = "2026-02-01 2026-03-11", *, sites: str = "") -> AppTest:
        self.monkeypatch.setenv("TEST_DATABASE", self.url)
        self.monkeypatch.setenv("TEST_PERIOD", period)
        self.monkeypatch.setenv("TEST_SITES", sites)
        page = AppTest.from_function(_page, default_timeout=30).run()
        assert not page.exception
        return page


@pytest.fixture
def clinic(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Clinic]:
    """A function that fills the clinic and gives the page."""

    def make(*, north: str = "North") -> Clinic:
        engine = make_engine(sqlite_url)
        with writing(engine) as connection:
            fill(connection, north=north)
        engine.dispose()
        return Clinic(sqlite_url, monkeypatch)

    return make


def everything(page: AppTest) -> str:
    parts = [*page.markdown, *page.caption, *page.info]
    return "\n".join(element.value for element in parts).replace("\N{NO-BREAK SPACE}", " ")


def numbers(values: Any) -> list[float]:
    """The numbers of a trace, which plotly may have packed."""
    if isinstance(values, dict):
        packed = np.frombuffer(b64decode(values["bdata"]), values["dtype"])
        return [float(number) for number in packed]
    return list(values)


def chart(page: AppTest, start: str) -> dict[str, Any]:
    """The chart whose description begins so."""
    (found,) = [each for each in page.get("plotly_chart") if each.proto.alt.startswith(start)]
    made = orjson.loads(found.proto.spec)
    assert isinstance(made, dict)
    return made


def test_the_page_answers_in_its_first_sentence(clinic):
    said = everything(clinic().page())
    # Of 14 appointments 7 have passed: A1 was never closed, A6 and A7 were cancelled, and one of
    # A2 to A5 was missed.
    assert (
        "## **14 appointments** from 1 Feb 2026 to 11 Mar 2026; **25 %** of the 4 that were due "
        "were missed (95 % CI 5–70), 29 % were cancelled."
    ) in said
    assert (
        "1 appointment of past days is still booked: nobody has noted whether the patient came. "
        "They are in no missed rate."
    ) in said


def test_key_figures(clinic):
    figures = {metric.label: metric for metric in clinic().page().metric}
    assert figures["Appointments"].value == "14"
    assert figures["Missed"].value.replace("\N{NO-BREAK SPACE}", " ") == "25 %"
    assert figures["Missed"].delta == "1 of 4"
    late = figures["Cancelled within 24 hours"]
    assert late.value.replace("\N{NO-BREAK SPACE}", " ") == "14 %"
    assert late.delta == "1 of 7"
    booked = figures["Booked in the next 8 weeks"]
    assert (booked.value, booked.delta) == ("2", "2 in the next 7 days")


def test_the_unit_of_time_and_the_split_are_the_readers_choice(clinic):
    page = clinic().page()
    by_day = chart(page, "Number of appointments by day")
    assert [trace["name"] for trace in by_day["data"]] == [
        "Done",
        "Under way",
        "To come",
        "Past its time, still booked",
        "Missed",
        "Cancelled",
    ]
    page.session_state["by"] = "Month"
    page.session_state["split"] = "Kind"
    page.run()
    by_month = chart(page, "Number of appointments by month")
    assert {trace["name"]: numbers(trace["y"]) for trace in by_month["data"]} == {
        "Infusion": [0, 9],
        "Consultation": [0, 3],
        "Follow-up": [1, 1],
    }


def test_days_are_not_drawn_over_years(clinic):
    page = clinic().page("2025-01-01 2026-03-11")
    page.session_state["by"] = "Day"
    page.run()
    assert chart(page, "Number of appointments by week")


def test_a_period_that_is_only_today_has_volume_and_no_rates(clinic):
    page = clinic().page("2026-03-11 2026-03-11")
    said = everything(page)
    assert (
        "## **7 appointments** from 11 Mar 2026 to 11 Mar 2026; none of them was due yet, so no "
        "missed rate can be told."
    ) in said
    assert not page.dataframe


def test_what_is_coming_does_not_depend_on_the_period(clinic):
    page = clinic().page("2026-02-01 2026-02-28", sites="S1")
    coming = chart(page, "Booked appointments of the coming weeks")
    (infusions,) = coming["data"]
    assert sum(numbers(infusions["y"])) == 1  # C2; C1 is cancelled, C3 at the other site


def test_rates_of_each_site_and_kind_in_the_table(clinic):
    table = clinic().page().dataframe[0].value
    found = table[["Site", "For", "Due", "Missed", "Cancelled", "Cancelled late", "Not closed"]]
    assert found.values.tolist() == [
        ["North", "Consultation", 0, 0, 1, 0, 0],
        ["North", "Infusion", 2, 1, 1, 1, 0],
        ["North", "Follow-up", 0, 0, 0, 0, 1],
        ["West", "Infusion", 2, 0, 0, 0, 0],
    ]
    assert table["Missed, %"].fillna(-1).tolist() == [-1, 50.0, -1, 0.0]


def test_chairs_are_measured_against_open_time(clinic):
    page = clinic().page()
    bars = chart(page, "How full each chair is")["data"][0]
    # West is open on Wednesdays, 6 hours; from 1 to 10 March that is one Wednesday. 4 hours of 6.
    # North from 2 March: seven working days of 8 hours; 4 hours of 56.
    assert [round(share, 4) for share in numbers(bars["x"])] == [0.6667, 0.0714, 0.0, 0.0]


def test_nothing_is_an_empty_state_that_says_where_the_data_is(clinic, sqlite_url, monkeypatch):
    engine = make_engine(sqlite_url)
    with writing(engine) as connection:
        fill_sites(connection)
    engine.dispose()
    page = Clinic(sqlite_url, monkeypatch).page()
    assert page.info[0].value == (
        "No appointments between 1 Feb 2026 and 11 Mar 2026 with these filters."
    )
    assert not page.get("plotly_chart")


def test_names_are_only_text(clinic):
    page = clinic(north=HOSTILE_SITE).page()
    said = everything(page)
    assert "<b>North" not in said
    assert "](http://host" not in said
    for each in page.get("plotly_chart"):
        assert "<b>North" not in each.proto.spec
