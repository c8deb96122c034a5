"""The calendar and the weekly sheet, on a clinic counted by hand."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, delete
from streamlit.testing.v1 import AppTest

from access.viewer import LOCAL_VIEWER
from charts.summary.sheet import Paper
from charts.week_sheet.content import OpenBars, Stacks, WeekSheet
from charts.week_sheet.pdf import week_sheet_pdf
from clinical.calendar import day_number, week_number
from clinical.codes import DiagnosisGroup
from clinical.weekly import Change, Watch
from data_access.engine import URL_VARIABLE, make_engine, reading, writing
from data_access.filters import Filters
from data_access.migrate import migrate
from data_access.schema import OpeningHours
from data_access.status import clinic_status
from pages.appointments.calendar import look_up
from pages.appointments.calendar_findings import Month, month_figures, month_sentence
from pages.appointments.week_data import read_week
from pages.appointments.week_sheet import paper_of, week_sheet, week_words
from pages.appointments.week_words import change_words
from pages.shared.context import PageContext
from tests.data_access.appointment_clinic import NOW, TODAY, fill, fill_sites
from tests.pages.side_effect_page import chart, choose, spaced, words

PICTURE = "calendar-month"
HOSTILE = "<b>North</b> $x$ ![x](http://host/a)"
WEEK = week_number(day_number(date(2026, 3, 2)))


def _database(folder: Path, *, north: str = "North", empty: bool = False) -> str:
    url = f"sqlite:///{folder / 'clinic.db'}"
    migrate(url)
    engine = make_engine(url)
    with writing(engine) as connection:
        if empty:
            fill_sites(connection, north)
        else:
            fill(connection, north=north)
    engine.dispose()
    return url


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A clinic that no test changes."""
    return _database(tmp_path_factory.mktemp("calendar"), north=HOSTILE)


def _draw() -> None:
    import os
    from datetime import date
    from zoneinfo import ZoneInfo

    from access.viewer import LOCAL_VIEWER
    from data_access.engine import make_engine, reading
    from data_access.filters import Filters
    from data_access.status import clinic_status
    from pages.appointments.calendar import calendar_view
    from pages.shared.context import PageContext
    from tests.data_access.appointment_clinic import NOW

    filters = Filters(
        # A period that the calendar does not follow.
        date(2025, 12, 1),
        date(2025, 12, 2),
        site_ids=tuple(os.environ["TEST_SITES"].split()),
    )
    now = NOW.astimezone(ZoneInfo("America/New_York"))
    engine = make_engine(os.environ["CLINIC_DATABASE_URL"])
    with reading(engine) as connection:
        status = clinic_status(connection, LOCAL_VIEWER)
        calendar_view(PageContext(connection, LOCAL_VIEWER, filters, status, now, now.date(), {}))
    engine.dispose()


def page(url: str, monkeypatch: pytest.MonkeyPatch, *, sites: str = "", month: str = "") -> AppTest:
    monkeypatch.setenv(URL_VARIABLE, url)
    monkeypatch.setenv("TEST_SITES", sites)
    at = AppTest.from_function(_draw, default_timeout=30)
    if month:
        at.query_params[PICTURE] = month
    at.run()
    assert not at.exception
    return at


def test_the_view_answers_in_one_sentence(clinic, monkeypatch):
    said = words(page(clinic, monkeypatch))
    # Without the cancelled ones: A2 to A5, T1 to T6, C2 and C3. North is open on 22 weekdays but
    # one; West on Wednesdays, of which none is another day. Wednesday the 11th: 8 chair-hours
    # of 30; Tuesday the 3rd: half an hour of 24; West alone is open on no Tuesday.
    assert "## March 2026: **12 appointments** on 21 open days, fullest on **Wed 11 Mar** (" in said
    assert "**1 missed** so far." in said


def test_key_figures(clinic, monkeypatch):
    figures = {each.label: each for each in page(clinic, monkeypatch).metric}
    assert figures["Appointments"].value == "12"
    assert figures["Appointments"].delta == "8 from today on"
    # Passed: A2, A3 and A5 came, A4 did not; A6 was cancelled late.
    assert (spaced(figures["Missed"].value), figures["Missed"].delta) == ("25 %", "1 of 4")
    late = figures["Missed or cancelled late"]
    assert (spaced(late.value), late.delta) == ("40 %", "2 of 5")


def test_a_month_to_come_has_no_rates(clinic):
    told = find_month(clinic, date(2026, 2, 20), 2026 * 12 + 2)
    assert [each.label for each in month_figures(told)] == ["Appointments", "Chair time booked"]
    assert spaced(month_sentence(told)).startswith(
        "March 2026: **12 appointments** booked so far on 21 open days, fullest on **"
    )


def test_days_say_what_they_hold(clinic, monkeypatch):
    at = page(clinic, monkeypatch)
    hovers = [each[0] for each in chart(at)["data"][-1]["customdata"]]
    assert len(hovers) == 31
    second = spaced(hovers[1])
    assert second.startswith("<b>Monday, 2 Mar 2026</b><br>2 appointments: 2 infusions<br>")
    # 240 minutes of 3 chairs for 8 hours.
    assert "17 % of chair time booked: 4.0 of 24.0 hours" in second
    assert "1 of 2 due missed (50 %)" in second
    assert "1 of 2 sites closed: Staff training" in hovers[11]
    assert spaced(hovers[7]) == "<b>Sunday, 8 Mar 2026</b><br>No appointments<br>Not open"


def test_a_chosen_day_lists_its_appointments(clinic, monkeypatch):
    at = page(clinic, monkeypatch)
    assert "Behind it" not in words(at)
    choose(at, PICTURE, day_number(date(2026, 3, 6)))
    assert "#### Behind it: Friday, 6 Mar 2026" in words(at)
    assert "##### 2 appointments" in words(at), "the cancelled ones, too"
    for nonsense in (day_number(date(2026, 4, 6)), "6", None):
        assert "Behind it" not in words(choose(at, PICTURE, nonsense))


def test_the_month_stands_in_the_address_and_can_be_gone_along(clinic, monkeypatch):
    at = page(clinic, monkeypatch, month="2026-02")
    # A1 on Saturday the 28th, on which no site is open; before it none had begun.
    assert "## February 2026: **1 appointment** on no open day." in words(at)
    (after,) = [button for button in at.button if button.key == "calendar-month-after"]
    after.click().run()
    assert "## March 2026" in words(at)
    assert at.session_state[PICTURE] == "2026-03"


def test_an_invented_month_in_the_address_is_this_month(clinic, monkeypatch):
    assert "## March 2026" in words(page(clinic, monkeypatch, month="1900-01"))


@pytest.mark.parametrize(
    ("month", "which"), [("2026-01", "before the first"), ("2026-04", "after the last")]
)
def test_months_without_data_say_where_it_is(clinic, monkeypatch, month, which):
    at = page(clinic, monkeypatch, month=month)
    assert f"lies {which} appointment at these sites" in at.info[0].value
    assert "appointments run from 28 Feb 2026 to 16 Mar 2026" in at.info[0].value
    assert not at.get("plotly_chart")


def test_one_site_is_shown_alone(clinic, monkeypatch):
    at = page(clinic, monkeypatch, sites="S2")
    # A2 and A5, T6, C3; open on the Wednesdays 4, 11 and 25, closed on the 18th.
    assert "## March 2026: **4 appointments** on 3 open days, fullest on **Wed 11 Mar**" in words(
        at
    )


def test_the_table_holds_what_the_picture_shows(clinic, monkeypatch):
    at = page(clinic, monkeypatch)
    at.session_state[f"numbers-{PICTURE}"] = True
    at.run()
    table = at.dataframe[0].value
    row = table[table["Day"] == date(2026, 3, 2)].iloc[0]
    assert (row["Weekday"], row["Week"], row["Appointments"], row["Missed"]) == ("Mon", 10, 2, 1)
    assert (row["Open chair-hours"], row["Booked chair-hours"], row["Booked, %"]) == (24, 4, 16.7)
    assert table["Due"].notna().sum() == 10, "days to come have no count of those due"


def test_names_are_only_text(clinic, monkeypatch):
    at = page(clinic, monkeypatch)
    assert "<b>North" not in words(at)
    assert all("<b>North" not in each.proto.spec for each in at.get("plotly_chart"))


def test_without_any_appointment_the_view_says_so(tmp_path, monkeypatch):
    at = page(_database(tmp_path, empty=True), monkeypatch)
    assert at.info[0].value == (
        "No appointments in March 2026: none has been recorded at these sites."
    )


def test_without_opening_hours_how_full_a_day_is_is_not_known(tmp_path, monkeypatch):
    url = _database(tmp_path)
    engine = make_engine(url)
    with writing(engine) as connection:
        connection.execute(delete(OpeningHours))
    engine.dispose()
    at = page(url, monkeypatch)
    said = words(at)
    assert "## March 2026: **12 appointments** on 6 days, **1 missed** so far." in said
    assert (
        "2 sites without opening hours or chairs are in no share, so the days are hatched" in said
    )
    figures = {each.label: each.value for each in at.metric}
    assert figures["Chair time booked"] == "no data"
    told = sheet_of(url)
    assert told.numbers[3].value == "not known"
    assert all(bar.open_hours is None for bar in bars(told, 1).bars)


def find_month(url: str, today: date, number: int) -> Month:
    """A month as it is looked at on a day."""
    engine = make_engine(url)
    with reading(engine) as connection:
        context = _context(connection, Filters(TODAY, TODAY), NOW)
        found = look_up(replace(context, today=today), number, late_hours=24)
    engine.dispose()
    return found


# The weekly sheet.


def sheet_of(url: str, week: int = WEEK, **filters: object) -> WeekSheet:
    engine = make_engine(url)
    now = NOW.astimezone(ZoneInfo("America/New_York"))
    with reading(engine) as connection:
        context = _context(connection, replace(Filters(TODAY, TODAY), **filters), now)  # type: ignore[arg-type]
        told = week_sheet(context, read_week(context, week))
    engine.dispose()
    assert week_sheet_pdf(told)
    return told


def _context(connection: Connection, filters: Filters, now) -> PageContext:
    status = clinic_status(connection, LOCAL_VIEWER)
    return PageContext(connection, LOCAL_VIEWER, filters, status, now, TODAY, {})


def bars(told: WeekSheet, place: int) -> OpenBars:
    picture = told.pictures[place]
    assert isinstance(picture, OpenBars)
    return picture


@pytest.fixture(scope="module")
def told(clinic) -> WeekSheet:
    return sheet_of(clinic)


def test_who_and_when(told):
    assert told.week == "Week 10, 2–8 March 2026"
    assert told.place == "All 2 sites"
    assert told.sites == f"{HOSTILE}, West"
    assert told.selection == ""
    assert told.printed == "Printed 11 Mar 2026, 11:00 EDT"
    assert not told.is_demo


def test_six_numbers(told):
    found = [tuple(map(spaced, (each.label, each.value, each.basis))) for each in told.numbers]
    assert found[:3] == [
        ("Appointments", "3", "not cancelled"),
        ("No-show rate", "33 %", "1 of 3 due; 95 % CI 6–79"),
        ("Missed or cancelled late", "50 %", "2 of 4; 95 % CI 15–85"),
    ]
    assert found[4:] == [
        ("Infusions given", "5", ""),
        ("New starts", "3", "first infusion ever"),
    ]
    label, use, basis = found[3]
    assert label == "Chair time booked · used"
    # North: 3 chairs for 8 hours on 5 days. West: 6 hours on Wednesday.
    assert basis.endswith("of 126 open hours")
    assert use.endswith("%")
    # The week before is no whole week of data: it began on its Saturday.
    assert {each.before for each in told.numbers} == {"no data"}


def test_the_pictures_are_of_the_week_and_of_those_to_come(told):
    days, weekdays, _, coming = told.pictures
    assert isinstance(days, Stacks)
    assert [stack.words for stack in days.stacks] == ["2", "1", "", "", "", "", ""]
    assert days.stacks[0].parts == (2, 0, 0)
    assert weekdays.bars[0].open_hours == 24
    assert spaced(weekdays.bars[0].words) == "17 %"
    assert weekdays.bars[5].open_hours == 0
    assert [bar.label for bar in coming.bars][:2] == ["16\nMar", "23\nMar"]
    # West is closed on Wednesday the 18th; its appointment is on the Monday. 5 days of 24 hours.
    assert (coming.bars[0].open_hours, coming.bars[0].booked) == (120, 2)
    assert len(coming.bars) == 8


def test_so_few_weeks_tell_nothing_from_chance_but_what_is_known_is_said(told):
    assert told.changed[0] == (
        "Only 0 weeks of data before this one: a change cannot be told from chance with fewer "
        "than 12."
    )
    assert told.changed[1] == (
        "Closures and holidays in the two weeks after: Thu 12 Mar 1 of 2 sites closed: Staff "
        "training; Wed 18 Mar 1 of 2 sites closed."
    )
    assert "too few weeks for limits" in told.pictures[2].note


def test_the_sheet_follows_the_filters_and_says_so(clinic):
    told = sheet_of(clinic, site_ids=("S2",), diagnosis_groups=(DiagnosisGroup.BIPOLAR,))
    assert (told.place, told.sites) == ("West", "")
    assert told.selection == "Only: Bipolar depression. Chair time is of everybody."
    assert told.numbers[0].value == "0"
    assert told.changed[0] == "No appointment stands in this week with these filters."


def test_a_clinic_without_data_has_a_sheet(tmp_path):
    told = sheet_of(_database(tmp_path, empty=True))
    assert [each.value for each in told.numbers][:3] == ["0", "no data", "no data"]


def test_nobody_is_named(told):
    parts = repr(told)
    assert not any(name in parts for name in ("Lee", "Diaz", "Roe", "Fox", "M1"))


def test_the_button_saves_the_last_whole_week_at_first(clinic, monkeypatch):
    at = page(clinic, monkeypatch)
    choice = at.selectbox(key="calendar-week")
    assert choice.value == "2026-W10"
    (button,) = at.get("download_button")
    assert button.proto.label == "Weekly sheet (PDF)"


@pytest.mark.parametrize(
    ("monday", "expected"),
    [
        (date(2026, 11, 16), "Week 47, 16–22 November 2026"),
        (date(2026, 11, 30), "Week 49, 30 November – 6 December 2026"),
        (date(2026, 12, 28), "Week 53, 28 December 2026 – 3 January 2027"),
    ],
)
def test_a_week_in_words(monday, expected):
    assert week_words(monday) == expected


@pytest.mark.parametrize(
    ("zones", "paper"),
    [
        (("America/New_York",), Paper.LETTER),
        (("Europe/Dublin", "America/New_York"), Paper.A4),
        ((), Paper.LETTER),
    ],
)
def test_the_paper_is_that_of_the_country(zones, paper):
    assert paper_of(zones) is paper


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            Change(Watch.MISSED, 1, 20 / 90, 0.05, 20, 90),
            "No-show rate 22 % (20 of 90 due): higher than chance explains; 5.0 % in the weeks "
            "before.",
        ),
        (
            Change(Watch.LOST, -1, 0.02, 0.1, 6, 300, since=WEEK),
            "Missed and cancelled late lower since the week of 2 Mar, beyond chance: 2.0 % (6 of "
            "300 due or cancelled late) against 10 % before.",
        ),
        (
            Change(Watch.INFUSIONS, -1, 96, 148, low=121.3, high=175.8),
            "96 infusions: fewer than the 122–175 that the weeks before lead to expect in the time "
            "that was open.",
        ),
        (
            Change(Watch.USED, 1, 0.43, 0.3, low=0.17, high=0.4),
            "Chairs were used for 43 % of their open time: more than the 17–40 % that the weeks "
            "before lead to expect.",
        ),
        (
            Change(Watch.OVERRUNS, 1, 0.5, 0.2, 41, 82),
            "50 % of 82 stays ended after their planned end: more than chance explains; 20 % in "
            "the weeks before.",
        ),
        (
            Change(Watch.REFILLS, -1, 0.1, 0.4, 2, 20),
            "10 % of 20 freed slots were given to somebody else: less than chance explains; 40 % "
            "in the weeks before.",
        ),
    ],
)
def test_a_change_in_words(change, expected):
    assert spaced(change_words(change)) == expected
