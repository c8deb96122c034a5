"""The Today page, run as Streamlit runs it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import pytest
import time_machine
from sqlalchemy import delete, update
from streamlit.testing.v1 import AppTest

from data_access.bulk import insert_rows
from data_access.engine import make_engine, writing
from data_access.schema import Appointment, AppointmentFact, Chair, ImportRun
from tests.data_access.appointment_clinic import NOW, fill, fill_sites
from tests.pages.signed_in import shell, sign_in

HOSTILE_SITE = "<b>North</b> $x$ ![x](http://host/a)"
HOSTILE_PATIENT = "<i>![x](http://host/)"


def _page() -> None:
    import os
    from dataclasses import replace
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from access.roles import ROLES, RoleName
    from access.viewer import LOCAL_VIEWER, Viewer
    from data_access.engine import make_engine, reading
    from data_access.filters import Filters
    from data_access.status import clinic_status
    from pages.shared.context import PageContext
    from pages.today.page import today_page

    viewer = LOCAL_VIEWER
    if os.environ["TEST_VIEWER"] == "manager":
        viewer = Viewer("manager", ROLES[RoleName.MANAGER].permissions, role="manager")
    now = datetime.fromisoformat(os.environ["TEST_NOW"]).astimezone(ZoneInfo("America/New_York"))
    sites = tuple(os.environ["TEST_SITES"].split())
    filters = replace(Filters(date(2025, 4, 1), now.date()), site_ids=sites)
    engine = make_engine(os.environ["TEST_DATABASE"])
    with reading(engine) as connection:
        status = clinic_status(connection, viewer)
        if os.environ["TEST_OLDER_STATUS"]:
            status = replace(status, version=status.version - 1)
        today_page(PageContext(connection, viewer, filters, status, now, now.date(), {}))
    engine.dispose()


@dataclass
class Clinic:
    url: str
    monkeypatch: pytest.MonkeyPatch

    def page(
        self,
        *,
        days_later: int = 0,
        viewer: str = "",
        sites: str = "",
        older_status: bool = False,
        reads_from: str = "",
    ) -> AppTest:
        """``reads_from``: the database of what refreshes by itself, where it is another."""
        now = NOW + timedelta(days=days_later)
        self.monkeypatch.setenv("TEST_DATABASE", self.url)
        self.monkeypatch.setenv("CLINIC_DATABASE_URL", reads_from or self.url)
        self.monkeypatch.setenv("TEST_OLDER_STATUS", "1" if older_status else "")
        self.monkeypatch.setenv("TEST_NOW", now.isoformat())
        self.monkeypatch.setenv("TEST_VIEWER", viewer)
        self.monkeypatch.setenv("TEST_SITES", sites)
        # What refreshes by itself reads the clock by itself.
        with time_machine.travel(now, tick=False):
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


def with_column(page: AppTest, heading: str) -> pd.DataFrame:
    """The one table that has such a column."""
    (found,) = [each.value for each in page.dataframe if heading in each.value.columns]
    return found


def end_data(url: str, at: datetime) -> None:
    """Note an import that ended at a moment."""
    engine = make_engine(url)
    with writing(engine) as connection:
        columns = ("run_key", "source", "user_name", "started_at", "finished_at")
        insert_rows(connection, ImportRun, columns, [(1, "csv", "somebody", at, at)])
    engine.dispose()


def test_the_day_in_one_sentence(clinic):
    assert markdown(clinic().page())[:2] == [
        "## Today **6 appointments** at 2 sites: 1 done, 1 under way, 2 to come, 1 past time and "
        "still booked, 1 missed; 4 are infusions. 1 more was cancelled.",
        "**For staff:** 1 booked appointment is past its time; 1 patient in induction "
        "without a next infusion booked.",
    ]


def test_one_site_has_its_own_sentence(clinic):
    said = markdown(clinic().page(sites="S2"))
    assert said[0] == (
        "## Today **1 appointment** at 1 site: 1 to come; 1 is an infusion. 1 more was cancelled."
    )
    assert said[1] == "**For staff:** nothing stands out."


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
    table = with_column(page, "Patient")
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
    assert (
        "The list of today's appointments is for clinicians and nurses. You are signed in as "
        "manager."
    ) in everything(page)
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


def test_a_closed_day_has_no_timeline(clinic):
    page = clinic().page(days_later=1, sites="S1")
    alts = [chart.proto.alt for chart in page.get("plotly_chart")]
    assert not [alt for alt in alts if alt.startswith("The chairs of today")]
    assert page.info[0].value == (
        r"The chairs are idle on Thursday 12 March: closed\: Staff training."
    )


def test_data_that_ended_days_ago_accuses_nobody(clinic, sqlite_url):
    clinic = clinic()
    end_data(sqlite_url, NOW - timedelta(days=2))
    said = markdown(clinic.page())
    assert "past time and still booked" not in said[0]
    assert said[1].startswith(
        "**For staff:** the data ends on Monday 9 March, so what has happened since is not in it; "
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
    assert with_column(page, "Patient")["Patient"].tolist()[0] == f"{HOSTILE_PATIENT}, Ann"
    for chart in page.get("plotly_chart"):
        assert "<b>North" not in chart.proto.spec
        assert "<i>" not in chart.proto.spec


def test_charts_tell_their_take_away_to_those_who_cannot_see_them(clinic):
    page = clinic().page()
    alts = [chart.proto.alt for chart in page.get("plotly_chart")]
    assert alts[0] == (
        "The chairs of today by the hour, and what becomes of their appointments. 1 of 4 chairs in "
        "use; 6 free slots of 60 minutes or more until closing."
    )
    assert alts[1] == (
        "Appointments of this week by day and by what became of them. 7 appointments this week, 1 "
        "in a usual one; Wednesday is fullest (6)."
    )
    assert len(alts) == 4


def timeline(page: AppTest) -> dict[str, Any]:
    spec: dict[str, Any] = json.loads(page.get("plotly_chart")[0].proto.spec)
    return spec


def test_the_chairs_by_the_hour_in_words(clinic):
    page = clinic().page()
    said = everything(page)
    # North until 17:00, but for its lunch break: chairs 1 and 3 from 11:00 and from 13:00, chair 2
    # from 13:00; West's chair, where it is 08:00, from 11:00 to 15:00.
    assert "##### 1 of 4 chairs in use; 6 free slots of 60 minutes or more until closing" in said
    assert (
        "4 appointments with a chair: 1 done, 1 arrived, 1 booked, 1 missed. Next free: **Chair 1 "
        "at North, 11:00–12:00**."
    ) in said
    assert "2 other visits take no chair. Not drawn: 1 cancelled." in said
    assert "Refreshed 11:00, and again each minute. The data's last change: 11:00." in said
    shown = [trace for trace in timeline(page)["data"] if trace.get("showlegend", True)]
    names = [trace["name"] for trace in shown]
    assert names == ["Done", "Arrived", "Booked", "Missed", "Free, 60 minutes or more"]


def test_the_chairs_of_one_site_have_one_clock(clinic):
    said = everything(clinic().page(sites="S1"))
    assert "##### 1 of 3 chairs in use at 11:00; 5 free slots" in said
    assert "Next free: **Chair 1, 11:00–12:00**." in said


def test_the_refresh_goes_by_the_clinics_clock_whichever_site_is_chosen(clinic):
    said = everything(clinic().page(sites="S2"))
    assert "in use at 08:00" in said
    assert "Refreshed 11:00, and again each minute. The data's last change: 11:00." in said


def test_names_are_in_the_timeline_only_for_those_who_may_see_them(clinic):
    clinic = clinic()
    assert "Diaz, Bo" in clinic.page().get("plotly_chart")[0].proto.spec
    page = clinic.page(viewer="manager")
    for chart in page.get("plotly_chart"):
        assert "Diaz" not in chart.proto.spec
    assert "Busiest hour today: 10:00, with 3 appointments" in everything(page)
    assert "4 chairs, booked for 7.0 chair-hours today. The timeline of the chairs is for" in (
        everything(page)
    )


def test_data_that_ended_days_ago_promises_no_free_chair(clinic, sqlite_url):
    clinic = clinic()
    end_data(sqlite_url, NOW - timedelta(days=2))
    page = clinic.page()
    assert "##### 4 appointments in 4 chairs today; the data ends on Monday 9 March" in everything(
        page
    )
    assert "Free, 60 minutes or more" not in str(timeline(page))


def test_new_data_is_offered_for_the_whole_page(clinic, sqlite_url):
    clinic = clinic()
    page = clinic.page()
    assert not page.button
    end_data(sqlite_url, NOW)
    drawn_before = clinic.page(older_status=True)
    assert "New data came in at 11:00." in everything(drawn_before)
    assert [button.label for button in drawn_before.button] == ["Draw the whole page anew"]


def test_where_no_chairs_are_recorded_the_day_is_told_by_the_hour(clinic, sqlite_url):
    clinic = clinic()
    engine = make_engine(sqlite_url)
    with writing(engine) as connection:
        connection.execute(update(Appointment).values(chair_id=None))
        connection.execute(update(AppointmentFact).values(chair_key=None))
        connection.execute(delete(Chair))
    engine.dispose()
    alts = [chart.proto.alt for chart in clinic.page().get("plotly_chart")]
    assert alts[0].startswith("Today's appointments by hour")


def test_a_database_that_goes_away_between_two_refreshes_is_one_plain_sentence(clinic):
    page = clinic().page(reads_from="sqlite:////nowhere/clinic.db")
    assert [error.value.split(",")[0] for error in page.error] == ["The database file is not there"]
    assert [button.label for button in page.button] == ["Try again"]


def test_the_dashboard_opens_on_today_with_links_to_the_other_pages(clinic, monkeypatch):
    url = clinic().url
    monkeypatch.setenv("CLINIC_DATABASE_URL", url)
    with time_machine.travel(NOW, tick=False):
        page = shell(sign_in(url)).run()
    assert not page.exception
    assert any(said.startswith("## Today **6 appointments**") for said in markdown(page))
    links = [link.proto.label for link in page.get("page_link")]
    assert [label for label in links if label.endswith("→")] == [
        "Appointments →",
        "Patients →",
        "Side effects →",
        "Appointments →",
    ]
    # No score was ever recorded: all under treatment, by the day of their last infusion.
    assert links[:5] == ["Lee, Ann", "No name recorded", "Fox", "Roe, Cy", "Eve"]


def test_the_attention_list_stands_between_what_staff_are_asked_and_the_day(clinic):
    found = everything(clinic().page())
    parts = ["**For staff:** ", "##### 5 patients need attention", "##### 1 of 4 chairs in use"]
    places = [found.index(part) for part in parts]
    assert places == sorted(places)


def test_without_the_permission_there_is_no_attention_list(clinic):
    page = clinic().page(viewer="manager")
    assert "The list of who needs attention is for clinicians and nurses." in everything(page)
    assert "need attention" not in everything(page)
