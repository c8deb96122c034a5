"""The Today page, run as Streamlit runs it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
import time_machine
from streamlit.testing.v1 import AppTest

from data_access.bulk import insert_rows
from data_access.engine import make_engine, writing
from data_access.schema import ImportRun
from tests.data_access.appointment_clinic import NOW, fill, fill_sites

HOSTILE_SITE = "<b>North</b> $x$ ![x](http://host/a)"
HOSTILE_PATIENT = "![x](http://host/)"


def _page() -> None:
    import os
    from dataclasses import replace
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from access.viewer import LOCAL_VIEWER, Permission, Viewer
    from data_access.engine import make_engine, reading
    from data_access.filters import Filters
    from data_access.status import clinic_status
    from pages.shared.context import PageContext
    from pages.today.page import today_page

    viewer = LOCAL_VIEWER
    if os.environ["TEST_VIEWER"] == "manager":
        viewer = Viewer("manager", frozenset({Permission.SEE_TOTALS}))
    now = datetime.fromisoformat(os.environ["TEST_NOW"]).astimezone(ZoneInfo("America/New_York"))
    sites = tuple(os.environ["TEST_SITES"].split())
    filters = replace(Filters(date(2025, 4, 1), now.date()), site_ids=sites)
    engine = make_engine(os.environ["TEST_DATABASE"])
    with reading(engine) as connection:
        status = clinic_status(connection, viewer)
        today_page(PageContext(connection, viewer, filters, status, now, now.date(), {}))
    engine.dispose()


@dataclass
class Clinic:
    url: str
    monkeypatch: pytest.MonkeyPatch

    def page(self, *, days_later: int = 0, viewer: str = "", sites: str = "") -> AppTest:
        self.monkeypatch.setenv("TEST_DATABASE", self.url)
        self.monkeypatch.setenv("TEST_NOW", (NOW + timedelta(days=days_later)).isoformat())
        self.monkeypatch.setenv("TEST_VIEWER", viewer)
        self.monkeypatch.setenv("TEST_SITES", sites)
        page = AppTest.from_function(_page, default_timeout=30).run()
        assert not page.exception
        return page


@pytest.fixture
def clinic(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Clinic]:
    """A function that fills the clinic and gives the page."""

    def make(*, north: str = "North", family_name: str = "Lee") -> Clinic:
        engine = make_engine(sqlite_url)
        with writing(engine) as connection:
            fill(connection, north=north, family_name=family_name)
        engine.dispose()
        return Clinic(sqlite_url, monkeypatch)

    return make


def markdown(page: AppTest) -> list[str]:
    return [element.value.replace("\N{NO-BREAK SPACE}", " ") for element in page.markdown]


def everything(page: AppTest) -> str:
    parts = [*page.markdown, *page.caption, *page.info]
    return "\n".join(element.value for element in parts).replace("\N{NO-BREAK SPACE}", " ")


def test_the_day_in_one_sentence(clinic):
    assert markdown(clinic().page())[:2] == [
        "## Today **6 appointments** at 2 sites: 1 done, 1 under way, 2 to come, 1 past time and "
        "still booked, 1 missed; 4 are infusions. 1 more was cancelled.",
        "**Needs attention:** 1 booked appointment is past its time; 1 patient in induction "
        "without a next infusion booked.",
    ]


def test_one_site_has_its_own_sentence(clinic):
    said = markdown(clinic().page(sites="S2"))
    assert said[0] == (
        "## Today **1 appointment** at 1 site: 1 to come; 1 is an infusion. 1 more was cancelled."
    )
    assert said[1] == "Nothing stands out."


def test_key_figures_compare_like_with_like(clinic):
    figures = {metric.label: metric for metric in clinic().page().metric}
    infusions = figures["Infusions in the last 7 days"]
    # 4 to 10 March: I10, I7, I11. 4 weeks before: I2, I1, I3, so 3 in four weeks.
    assert (infusions.value, infusions.delta) == ("3", "2 more than the 4-week average (1)")
    patients = figures["Patients in an active series"]
    assert (patients.value, patients.delta) == ("4", "3 in induction · 2 treated in 7 days")
    affected = figures["Infusions with a side effect, 30 days"]
    # 9 February to 10 March: I1 of I1, I3, I7, I10, I11 (I2 has no form); before: I5, I9 of 4.
    assert affected.value.replace("\N{NO-BREAK SPACE}", " ") == "20 %"
    assert affected.delta.replace("\N{NO-BREAK SPACE}", " ") == "1 of 5 · before 50 %"
    missed = figures["Appointments missed, 30 days"]
    # A4 of A2, A3, A4 and A5; A1 was never closed.
    assert missed.value.replace("\N{NO-BREAK SPACE}", " ") == "25 %"
    assert missed.delta == "1 of 4 · before no data"


def test_the_list_of_the_day_names_patients_and_what_became_of_them(clinic):
    page = clinic().page()
    table = page.dataframe[0].value
    assert list(table.columns) == [
        "Time",
        "Site",
        "Patient",
        "Record number",
        "For",
        "Status",
        "Chair",
        "With",
    ]
    assert table["Patient"].tolist() == [
        "Lee, Ann",
        "Fox",
        "Diaz, Bo",
        "Not recorded",
        "Lee, Ann",
        "Roe, Cy",
        "Roe, Cy",
    ]
    assert table["Status"].tolist() == [
        "Done",
        "Missed",
        "Under way",
        "Past its time, still booked",
        "To come",
        "To come",
        "Cancelled",
    ]


def test_without_the_permission_nobody_is_named(clinic):
    page = clinic().page(viewer="manager")
    assert not page.dataframe
    assert "Today's list needs the permission to see patients by name" in everything(page)
    assert markdown(page)[0].startswith("## Today **6 appointments**")


def test_a_day_off_says_when_the_next_appointments_are(clinic):
    clinic = clinic()
    said = markdown(clinic.page(days_later=3))
    assert said[0] == (
        "## No appointments today, Saturday 14 March. The clinic is closed on Saturdays. Next: "
        "**Monday 16 March** with 1 booked."
    )


def test_a_closure_is_named(clinic):
    said = markdown(clinic().page(days_later=1, sites="S1"))
    assert said[0] == (
        r"## No appointments today, Thursday 12 March (closed\: Staff training). Next: "
        "**Friday 13 March** with 1 booked. 1 of the booked was cancelled."
    )


def test_a_day_on_which_all_was_cancelled_has_no_busiest_hour(clinic):
    page = clinic().page(days_later=1, sites="S1")
    alts = [chart.proto.alt for chart in page.get("plotly_chart")]
    assert not [alt for alt in alts if alt.startswith("Today's appointments by hour")]


def test_data_that_ended_days_ago_accuses_nobody(clinic, sqlite_url):
    clinic = clinic()
    engine = make_engine(sqlite_url)
    ended = NOW - timedelta(days=2)
    with writing(engine) as connection:
        columns = ("run_key", "source", "user_name", "started_at", "finished_at")
        insert_rows(connection, ImportRun, columns, [(1, "csv", "somebody", ended, ended)])
    engine.dispose()
    said = markdown(clinic.page())
    assert "past time and still booked" not in said[0]
    assert said[1].startswith(
        "**Needs attention:** the data ends on Monday 9 March, so what has happened since is not "
        "in it; "
    )


def test_nothing_within_reach_is_an_empty_state_that_says_where_the_data_is(clinic):
    page = clinic().page(days_later=300)
    assert page.info[0].value == (
        "No appointments between 7 Sep 2026 and 19 Jan 2027 with these filters; infusions run "
        "from 1 Dec 2025 to 11 Mar 2026."
    )
    assert not page.metric


def test_a_clinic_without_a_single_appointment(sqlite_url, monkeypatch):
    engine = make_engine(sqlite_url)
    with writing(engine) as connection:
        fill_sites(connection)
    engine.dispose()
    page = Clinic(sqlite_url, monkeypatch).page()
    assert page.info[0].value.endswith("there are no infusions in the database yet.")


def test_names_are_only_text(clinic):
    page = clinic(north=HOSTILE_SITE, family_name=HOSTILE_PATIENT).page()
    said = everything(page)
    assert "<b>North" not in said
    assert "](http://host" not in said
    assert page.dataframe[0].value["Patient"].tolist()[0] == f"{HOSTILE_PATIENT}, Ann"
    for chart in page.get("plotly_chart"):
        assert "<b>North" not in chart.proto.spec
        assert HOSTILE_PATIENT not in chart.proto.spec


def test_charts_tell_their_take_away_to_those_who_cannot_see_them(clinic):
    page = clinic().page()
    alts = [chart.proto.alt for chart in page.get("plotly_chart")]
    assert alts[0] == (
        "Appointments of this week by day and by what became of them. 7 appointments this week, 1 "
        "in a usual one; Wednesday is fullest (6)."
    )
    assert len(alts) == 4


def test_the_dashboard_opens_on_today_with_links_to_the_other_pages(clinic, monkeypatch):
    monkeypatch.setenv("CLINIC_DATABASE_URL", clinic().url)
    with time_machine.travel(NOW, tick=True):
        page = AppTest.from_file("../../pages/shell.py", default_timeout=30).run()
    assert not page.exception
    assert any(said.startswith("## Today **6 appointments**") for said in markdown(page))
    links = [link.proto.label for link in page.get("page_link")]
    assert links == ["Appointments →", "Patients →", "Side effects →", "Appointments →"]
