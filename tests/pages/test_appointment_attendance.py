"""The view Attendance, run as Streamlit runs it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection
from streamlit.testing.v1 import AppTest

from data_access.bulk import insert_rows
from data_access.engine import URL_VARIABLE, make_engine, writing
from data_access.facts import rebuild_facts
from data_access.schema import Appointment, Chair, Patient, Site
from data_access.thresholds import Signature, set_threshold
from tests.data_access.appointment_clinic import fill
from tests.pages.side_effect_page import carried_by, chart, choose, spaced, words

HOSTILE = "<b>North</b> $x$ ![x](http://host/a)"
WEEKS = 30
FIRST_MONDAY = date(2026, 1, 5)
END = FIRST_MONDAY + timedelta(weeks=WEEKS) - timedelta(days=1)
A_DAY = 8
"""Appointments on each of three weekdays at each site: all infusions on chairs."""


def _draw() -> None:
    import os
    from datetime import UTC, date, datetime, time, timedelta

    from access.viewer import LOCAL_VIEWER, Permission, Viewer
    from data_access.engine import make_engine, reading
    from data_access.filters import Filters
    from data_access.status import clinic_status
    from pages.appointments.attendance import attendance_view
    from pages.shared.context import PageContext

    start, end = map(date.fromisoformat, os.environ["TEST_DAYS"].split())
    sites = tuple(os.environ.get("TEST_SITES", "").split())
    today = end + timedelta(days=1)
    viewer = LOCAL_VIEWER
    if os.environ.get("TEST_ROLE") == "unnamed":
        viewer = Viewer(
            "unnamed",
            frozenset({Permission.OPEN, Permission.SEE_TOTALS, Permission.SEE_CLINICAL}),
        )
    engine = make_engine(os.environ["CLINIC_DATABASE_URL"])
    with reading(engine) as connection:
        status = clinic_status(connection, viewer)
        filters = Filters(start, end, sites)
        now = datetime.combine(today, time(16), UTC)
        attendance_view(PageContext(connection, viewer, filters, status, now, today, {}))
    engine.dispose()


def _fill_story(connection: Connection) -> None:
    """Three of eight are missed on North's Mondays, else every eighth in every second week.

    One in eight is cancelled three hours before, for one of two reasons.
    """
    names = [(1, "S1", HOSTILE, "UTC"), (2, "S2", "West", "UTC")]
    insert_rows(connection, Site, ("site_key", "site_id", "name", "time_zone"), names)
    chairs = [(1, "C1", "S1", "One"), (2, "C2", "S2", "Two")]
    insert_rows(connection, Chair, ("chair_key", "chair_id", "site_id", "name"), chairs)
    insert_rows(
        connection,
        Patient,
        ("patient_key", "patient_id", "family_name", "site_id"),
        [(key, f"P{key}", f"Family{key}", "S1") for key in range(1, A_DAY + 1)],
    )
    columns = (
        *("appointment_key", "appointment_id", "site_id", "kind", "status", "scheduled_start"),
        *("scheduled_end", "patient_id", "chair_id", "booked_at", "cancelled_at"),
        "cancellation_reason",
    )
    rows: list[tuple[Any, ...]] = []
    for week in range(WEEKS):
        for weekday in (0, 1, 3):
            for site in (1, 2):
                for place in range(A_DAY):
                    day = FIRST_MONDAY + timedelta(weeks=week, days=weekday)
                    start = datetime(day.year, day.month, day.day, 8 + place, tzinfo=UTC)
                    status = _status(week, weekday, site, place)
                    is_cancelled = status == "cancelled"
                    key = len(rows) + 1
                    rows.append(
                        (
                            *(key, f"A{key}", f"S{site}", "infusion", status, start),
                            *(start + timedelta(minutes=50), f"P{place + 1}", f"C{site}"),
                            start - timedelta(days=10),
                            start - timedelta(hours=3) if is_cancelled else None,
                            ("Ill" if week % 3 else HOSTILE) if is_cancelled else None,
                        )
                    )
    insert_rows(connection, Appointment, columns, rows)
    rebuild_facts(connection)


def _status(week: int, weekday: int, site: int, place: int) -> str:
    if place == A_DAY - 1:
        return "cancelled"
    if (site, weekday) == (1, 0):
        return (
            "noshow" if place in {(week + step) % (A_DAY - 1) for step in range(3)} else "fulfilled"
        )
    return "noshow" if week % 2 and place == week % (A_DAY - 1) else "fulfilled"


@pytest.fixture(scope="module")
def story_url(make_database: Callable[[str], str]) -> str:
    url = make_database("sqlite")
    engine = make_engine(url)
    with writing(engine) as connection:
        _fill_story(connection)
    engine.dispose()
    return url


@pytest.fixture
def story(story_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """A function that draws the view on the clinic with a story."""

    def make(*, sites: str = "", role: str = "", start: date = FIRST_MONDAY) -> AppTest:
        monkeypatch.setenv(URL_VARIABLE, story_url)
        monkeypatch.setenv("TEST_DAYS", f"{start} {END}")
        monkeypatch.setenv("TEST_SITES", sites)
        monkeypatch.setenv("TEST_ROLE", role)
        page = AppTest.from_function(_draw, default_timeout=30).run()
        assert not page.exception
        return page

    return make


def test_the_weekday_at_a_site_that_is_missed_is_named_in_the_first_sentence(story):
    said = words(story())
    # North's Mondays: 3 of 7 due in 30 weeks, 90 of 210. Else one in every second week on each of
    # five days: 75 of 1,050. In all 165 of 1,260; 180 were cancelled late.
    assert "**13 %** of the 1,260 appointments that were due from 5 Jan 2026 to 2 Aug 2026" in said
    assert "with those cancelled less than 24 hours before, **24 %** were lost" in said
    assert "Mondays at \\<b\\>North" in said
    assert "missed beyond chance: **43 %** against 7.1 % of the others." in said


def test_key_figures(story):
    figures = {metric.label: metric for metric in story().metric}
    assert list(figures) == [
        "Missed",
        "Missed or cancelled late",
        "Cancelled within 24 hours",
        "Freed slots refilled",
    ]
    assert figures["Missed"].delta == "165 of 1,260"
    assert figures["Missed or cancelled late"].delta == "345 of 1,440"
    assert figures["Cancelled within 24 hours"].delta == "180 of 1,440"
    assert figures["Freed slots refilled"].delta == "0 of 180"


def test_a_change_to_the_period_before_is_told(story):
    # The last ten weeks against the ten before: 55 of 420 each.
    missed = story(start=END - timedelta(weeks=10) + timedelta(days=1)).metric[0]
    assert spaced(missed.delta) == "55 of 420 · before 13 %"


def test_pictures_and_their_titles(story):
    said = words(story())
    assert "Missed: every week as chance gives" in said
    assert "43 % missed against 7.1 %" in said
    assert "Missed more: Mondays (25 %)" in said
    assert "No lead time is missed more or less than chance gives" in said
    # All were booked ten days ahead: 1,095 of 1,440.
    assert "Attended: 76 % of those booked 7–13 days ahead" in said
    assert "0 of 180 freed slots were refilled" in said


def test_of_one_site_weekdays_speak_for_themselves(story):
    said = words(story(sites="S1"))
    assert "**Mondays** are missed beyond chance: **43 %** against 7.1 % of the others." in said
    assert "by site and weekday" not in said


def test_the_lost_rate_can_be_judged_with_the_missed_rate_beside_it(story):
    page = story()
    page.session_state["attendance-rate"] = "Missed or cancelled late"
    page.session_state["attendance-unit"] = "Month"
    page.session_state["attendance-limits"] = "Laney"
    page.run()
    assert not page.exception
    assert "Missed or cancelled late: " in words(page)
    assert (
        "By month; of 1,440 appointments that were due or cancelled late; Laney's limits"
        in words(page)
    )
    assert "Missed" in [trace.get("name") for trace in chart(page)["data"]]


def test_a_week_leads_to_its_missed_appointments(story):
    page = story()
    key = next(found for (found, *_) in carried_by(page) if str(found).startswith("week:"))
    choose(page, "attendance-trend", key)
    assert "Behind it: Week of 5 Jan 2026, missed" in words(page)
    # North's Monday of week 0.
    assert "3 appointments" in words(page)


def test_a_week_of_the_lost_rate_leads_to_all_that_it_counts(story):
    page = story()
    page.session_state["attendance-rate"] = "Missed or cancelled late"
    page.session_state["attendance-unit"] = "Week"
    page.run()
    key = next(found for (found, *_) in carried_by(page) if str(found).startswith("week:"))
    choose(page, "attendance-trend", key)
    assert "Behind it: Week of 5 Jan 2026, missed or cancelled late" in words(page)
    # Three missed on North's Monday, and one cancelled on each of three days at both sites.
    assert "9 appointments" in words(page)


@pytest.mark.parametrize(
    ("picture", "carried", "title", "count"),
    [
        ("attendance-week", (1, 1), "Mondays at", "90 appointments"),
        ("attendance-weekday", ("missed", "weekday", 2), "Tuesdays, missed", "30 appointments"),
        ("attendance-hour", ("lost", "hour", 15), "15:00, missed or cancelled late", "180 appo"),
        # Missed 90 at North and 15 at West; cancelled three hours before, 30 at each.
        ("attendance-weekday", ("lost", "weekday", 1), "Mondays, missed or canc", "165 appo"),
        ("attendance-lead", ("missed", "lead_band", 4), "7–13 days ahead", "165 appointments"),
        ("attendance-who", ("missed", "site_key", 2), "West, missed", "45 appointments"),
        ("attendance-bookings", ("late_cancelled", 4), "7–13 days ahead, cancelled", "180 appo"),
        ("attendance-bookings", ("attended", 4), "7–13 days ahead, attended", "1,095 appo"),
        ("attendance-refills", ("notice", 0), "Under 4 hours, not refilled", "180 appointments"),
    ],
)
def test_a_dot_leads_to_its_appointments(story, picture, carried, title, count):
    page = choose(story(), picture, *carried)
    assert not page.exception
    said = words(page).replace("\\", "")
    assert title in said
    assert count in said


@pytest.mark.parametrize(
    ("picture", "carried"),
    [
        ("attendance-trend", ("week:99999",)),
        ("attendance-week", (9, 1)),
        ("attendance-weekday", ("missed", "patient_key", 1)),
        ("attendance-who", ("missed", "site_key", 99)),
        ("attendance-bookings", ("attended", 1)),
        ("attendance-bookings", ("early_cancelled", 4)),
        ("attendance-bookings", ("patient_key", 4)),
        ("attendance-refills", ("notice", 77)),
        ("attendance-refills", ("notice", "x")),
    ],
)
def test_what_was_not_drawn_leads_nowhere(story, picture, carried):
    page = choose(story(), picture, *carried)
    assert not page.exception
    assert "Behind it" not in words(page)


def test_tables_say_what_became_of_them(story):
    tables = story().dataframe
    outcomes = tables[0].value
    assert outcomes["Appointments"].tolist() == [1095, 165, 180, 0, 0, 0]
    assert outcomes["% of all passed"].tolist()[:3] == [76.0, 11.5, 12.5]
    by_site = tables[1].value
    assert by_site["Missed"].tolist() == [120, 45]
    assert by_site["Cancelled late"].tolist() == [90, 90]


def test_reasons_are_asked_for_when_opened_and_are_only_text(story):
    page = story()
    assert len(page.dataframe) == 2
    page.session_state["attendance-reasons"] = True
    page.run()
    reasons = page.dataframe[2].value
    # Every third week for one reason: 10 of 30 weeks with six cancelled ones each.
    assert reasons["Reason"].tolist() == ["Ill", HOSTILE]
    assert reasons["Cancelled"].tolist() == [120, 60]


def test_names_are_only_text(story):
    page = story()
    assert "<b>North" not in words(page)
    assert "](http://host" not in words(page)
    for each in page.get("plotly_chart"):
        assert "<b>North" not in each.proto.spec


def test_who_sees_clinical_counts_only_sees_no_names_behind_a_dot(story):
    page = choose(story(role="unnamed"), "attendance-weekday", "missed", "weekday", 2)
    listed = page.dataframe[-1].value if len(page.dataframe) > 2 else page.dataframe[0].value
    assert "30 appointments" in words(page)
    assert not any("Family" in str(cell) for cell in listed.to_numpy().ravel())


@pytest.fixture
def small(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """A function that draws the view on the clinic counted by hand, today being 11 March."""

    def make(start: str, *, late_hours: int | None = None) -> AppTest:
        engine = make_engine(sqlite_url)
        with writing(engine) as connection:
            fill(connection)
            if late_hours:
                signature = Signature("Dr Ash", datetime(2026, 3, 1, tzinfo=UTC))
                set_threshold(connection, "late_notice_hours", late_hours, signature)
        engine.dispose()
        monkeypatch.setenv(URL_VARIABLE, sqlite_url)
        monkeypatch.setenv("TEST_DAYS", f"{start} 2026-03-10")
        monkeypatch.delenv("TEST_SITES", raising=False)
        monkeypatch.delenv("TEST_ROLE", raising=False)
        page = AppTest.from_function(_draw, default_timeout=30).run()
        assert not page.exception
        return page

    return make


def test_few_appointments_have_wide_intervals_and_nothing_is_named(small):
    said = words(small("2026-02-01"))
    # A4 was missed of A2 to A5; A6 was cancelled 13 hours before.
    assert "**25 %** of the 4 appointments that were due" in said
    assert "(95 % CI 5–70)" in said
    assert "**40 %** were lost" in said
    assert "Nothing by which appointments differ stands out beyond chance." in said
    assert "1 appointment of past days is still booked" in said


@pytest.mark.parametrize(
    ("band", "said"),
    [(0, "No appointment lies behind it."), (1, "1 appointment"), (3, "No appointment lies")],
)
def test_a_band_of_notice_has_a_list_of_its_own(small, band, said):
    # A6 was cancelled 13 hours before; A7 three days before, but on no chair.
    page = choose(small("2026-02-01"), "attendance-refills", "notice", band)
    assert said in words(page) + "".join(each.value for each in page.info)


def test_few_bookings_are_told_in_all(small):
    # A1 never closed, A2, A3 and A5 attended, A4 missed, A6 and A7 cancelled.
    assert "3 of 7 bookings were attended" in words(small("2026-02-01"))


def test_what_is_late_is_the_clinics_threshold(small):
    figures = {metric.label: metric for metric in small("2026-02-01", late_hours=12).metric}
    assert figures["Cancelled within 12 hours"].delta == "0 of 7"
    assert figures["Missed or cancelled late"].delta == "1 of 4"


def test_nothing_due_is_no_data(small):
    # Only Friday's cancelled ones of 6 March.
    page = small("2026-03-06")
    said = words(page)
    assert "No appointment from 6 Mar 2026 to 10 Mar 2026 was due" in said
    assert spaced(page.metric[0].value) == "no data"


def test_a_period_without_appointments_is_an_empty_state(small):
    page = small("2026-03-09")
    assert page.info[0].value == (
        "No appointment between 9 Mar 2026 and 10 Mar 2026 lies in the past with these filters, so "
        "there is no attendance to tell of."
    )
    assert not page.get("plotly_chart")
