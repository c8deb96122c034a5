"""The view Capacity, run as Streamlit runs it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Connection
from streamlit.testing.v1 import AppTest

from clinical.capacity import OpenTime, chair_shares
from clinical.overruns import UsualStay
from data_access.bulk import insert_rows
from data_access.engine import URL_VARIABLE, make_engine, writing
from data_access.facts import rebuild_facts
from data_access.filters import Filters
from data_access.schema import (
    Appointment,
    Chair,
    Closure,
    Infusion,
    OpeningHours,
    Patient,
    Site,
)
from pages.appointments.capacity_known import CapacityKnown, Marks
from pages.appointments.capacity_words import answer
from tests.data_access.appointment_clinic import fill_sites
from tests.pages.side_effect_page import carried_by, choose, spaced, words

HOSTILE = "<b>One</b> $x$ ![x](http://host/a)"
WEEKS = 5
MONDAY = date(2026, 1, 5)
END = MONDAY + timedelta(weeks=WEEKS) - timedelta(days=1)
DAYS = f"{MONDAY} {END}"


def _draw() -> None:
    import os
    from datetime import UTC, date, datetime, time

    from access.viewer import LOCAL_VIEWER, Permission, Viewer
    from clinical.codes import Phase
    from data_access.engine import make_engine, reading
    from data_access.filters import Filters
    from data_access.status import clinic_status
    from pages.appointments.capacity import capacity_view
    from pages.shared.context import PageContext

    start, end = map(date.fromisoformat, os.environ["TEST_DAYS"].split())
    today = date(2026, 2, 9)
    viewer = LOCAL_VIEWER
    if os.environ["TEST_ROLE"] == "unnamed":
        viewer = Viewer(
            "unnamed",
            frozenset({Permission.OPEN, Permission.SEE_TOTALS, Permission.SEE_CLINICAL}),
        )
    phases = (Phase.MAINTENANCE,) if os.environ["TEST_PHASE"] else ()
    engine = make_engine(os.environ["CLINIC_DATABASE_URL"])
    with reading(engine) as connection:
        status = clinic_status(connection, viewer)
        filters = Filters(start, end, tuple(os.environ["TEST_SITES"].split()), phases=phases)
        now = datetime.combine(today, time(16), UTC)
        capacity_view(PageContext(connection, viewer, filters, status, now, today, {}))
    engine.dispose()


def _fill(connection: Connection, *, hours: bool = True, closed: bool = False) -> None:
    """Five weeks of two sites, open Mondays and Tuesdays from 8 to 12 (UTC).

    North's chair One is taken from 8 to 11 on both days: 75 % of its time. Each patient stays until
    11:10, recovering for ten minutes longer than planned. Chair Two is booked from 8 to 10 on
    Mondays, and missed: 25 %. South has a chair, but opening hours only where ``hours``, and no
    appointment; there nothing is known.
    """
    sites = [(1, "S1", "North", "UTC"), (2, "S2", "South", "UTC")]
    insert_rows(connection, Site, ("site_key", "site_id", "name", "time_zone"), sites)
    chairs = [(1, "C1", "S1", HOSTILE), (2, "C2", "S1", "Two"), (3, "C3", "S2", "Three")]
    insert_rows(connection, Chair, ("chair_key", "chair_id", "site_id", "name"), chairs)
    if hours:
        spans = [("S1", weekday, time(8), time(12)) for weekday in (1, 2)]
        insert_rows(connection, OpeningHours, ("site_id", "weekday", "opens", "closes"), spans)
    if closed:
        shut = [("S1", MONDAY + timedelta(days=number)) for number in range(7 * WEEKS)]
        insert_rows(connection, Closure, ("site_id", "date"), shut)
    patients = [(1, "P1", "Lee", "S1"), (2, "P2", "Diaz", "S1")]
    columns = ("patient_key", "patient_id", "family_name", "site_id")
    insert_rows(connection, Patient, columns, patients)
    _fill_days(connection)
    rebuild_facts(connection)


def _fill_days(connection: Connection) -> None:
    appointments: list[tuple[Any, ...]] = []
    infusions: list[tuple[Any, ...]] = []
    for week in range(WEEKS):
        for weekday in (0, 1):
            start = datetime.combine(
                MONDAY + timedelta(weeks=week, days=weekday), time(8), tzinfo=UTC
            )
            number = len(appointments) + 1
            kept = ("S1", "infusion", "fulfilled", start, start + timedelta(hours=3), "P1", "C1")
            appointments.append((number, f"A{number}", *kept))
            ends = start + timedelta(minutes=40)
            home = start + timedelta(minutes=170 if week == WEEKS - 1 else 190)
            infusions.append(
                (number, f"I{number}", "P1", "S1", start, 40.0, ends, home, f"A{number}")
            )
            if weekday == 0:
                number += 1
                missed = ("S1", "infusion", "noshow", start, start + timedelta(hours=2))
                appointments.append((number, f"A{number}", *missed, "P2", "C2"))
    of_appointments = (
        *("appointment_key", "appointment_id", "site_id", "kind", "status", "scheduled_start"),
        *("scheduled_end", "patient_id", "chair_id"),
    )
    insert_rows(connection, Appointment, of_appointments, appointments)
    of_infusions = (
        *("infusion_key", "infusion_id", "patient_id", "site_id", "started_at", "dose_mg"),
        *("ended_at", "discharged_at", "appointment_id", "series_derived", "sequence_derived"),
    )
    insert_rows(connection, Infusion, of_infusions, [(*row, False, False) for row in infusions])


_FULL = pd.DataFrame(
    {"site_key": [1, 1], "weekday": [2, 1], "hour": [10, 9], "scheduled_share": [0.95, 0.92]}
)


def _known() -> CapacityKnown:
    """One site of one chair, half of whose time is booked."""
    by_site = pd.DataFrame(
        {
            "site_key": [1],
            "chairs": [1],
            "open": [600],
            "booked": [300],
            "used": [240],
            "state": [OpenTime.KNOWN],
        }
    )
    chairs = pd.DataFrame({"chair_key": [1], "site_key": [1], "booked": [300], "used": [240]})
    nothing = pd.DataFrame()
    return CapacityKnown(
        filters=Filters(MONDAY, END),
        late_hours=24,
        names={1: "North"},
        by_site=by_site,
        by_chair=chair_shares(chairs, by_site),
        open_by_hour=nothing,
        by_hour=nothing,
        cells=nothing,
        full=nothing,
        lost=nothing,
        usual=UsualStay(0, None, None, None),
        overruns=nothing,
        marks=Marks(0, 0, 0, 0, 0),
    )


@pytest.fixture(scope="module")
def clinics(make_database: Callable[[str], str]) -> Callable[[str], str]:
    """A function that gives the URL of a clinic by its name, filled once."""
    made: dict[str, str] = {}
    fills: dict[str, Callable[[Connection], None]] = {
        "story": _fill,
        "no hours": partial(_fill, hours=False),
        "closed": partial(_fill, closed=True),
        "empty": fill_sites,
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
def view(clinics: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """A function that draws the view on a clinic; further words set what the reader has chosen."""

    def draw(
        name: str = "story",
        days: str = DAYS,
        *,
        sites: str = "S1 S2",
        role: str = "",
        phase: str = "",
        **chosen: str,
    ) -> AppTest:
        monkeypatch.setenv(URL_VARIABLE, clinics(name))
        monkeypatch.setenv("TEST_DAYS", days)
        monkeypatch.setenv("TEST_SITES", sites)
        monkeypatch.setenv("TEST_ROLE", role)
        monkeypatch.setenv("TEST_PHASE", phase)
        page = AppTest.from_function(_draw, default_timeout=30)
        for key, value in chosen.items():
            page.session_state[key.replace("_", "-")] = value
        page.run()
        assert not page.exception
        return page

    return draw


def test_the_bottleneck_is_named_in_the_first_sentence(view):
    said = words(view())
    # Open: 10 days of 4 hours and 2 chairs, 80 hours. Booked 30 and 10; used 8 x 190 + 2 x 170.
    assert "## **50 %** of open chair time was scheduled and **39 %** used; " in said
    assert (
        "North**, is the bottleneck: 75 % of its open time is scheduled, the others there 25 %."
    ) in said
    assert "<b>One" not in said
    assert (
        "Utilisation unknown, and in no share here: South (no opening hours are recorded)." in said
    )


def test_figures_stand_beside_what_is_published(view):
    figures = {each.label: (each.value, spaced(each.delta)) for each in view().metric}
    assert {label: (spaced(value), delta) for label, (value, delta) in figures.items()} == {
        "Scheduled utilisation": ("50 %", "published about 80 %"),
        "Actual utilisation": ("39 %", "published about 70 %"),
        "Lost to missed and late": ("12 %", "10 chair-hours"),  # 5 of two hours: 12.5
        "Stays that ran over": ("80 %", "8 of 10"),
    }


def test_overruns_are_put_down_to_the_longer_recovery(view):
    said = words(view())
    # In the last four weeks six stays recovered for 150 minutes and two for 130.
    assert "80 % of stays ran over, by 10 minutes on average; most often put down to" in said
    assert "start on time, infusion 40, recovery 150 minutes (medians)" in said
    assert "block too short (100 %)" in said


def test_an_hour_is_named_where_no_chair_is_the_bottleneck():
    known = replace(_known(), full=_FULL)
    assert spaced(answer(known)).endswith(
        "**Tuesday 10:00** at North is the bottleneck: 95 % of its chair time is scheduled; "
        "1 other hour of a site's week is full, too."
    )
    assert spaced(answer(_known())).endswith("no chair and no hour of the week is a bottleneck.")


def test_every_picture_can_be_read_as_a_table(view):
    page = view()
    sites, marks = (each.value for each in page.dataframe)
    assert sites["Site"].tolist() == ["North", "South"]
    assert sites["Scheduled, %"].tolist()[0] == 50.0
    assert sites["Scheduled, %"].isna().tolist() == [False, True]
    assert sites["Open time"].tolist() == ["known", "no opening hours are recorded"]
    assert marks["How much"].tolist() == [
        "0 chair-minutes",
        "0 chair-minutes",
        "0 appointments",
        "0 appointments",
        "1 chair",
    ]


def test_an_hour_leads_to_its_appointments(view):
    page = view()
    assert [1, 9] in carried_by(page)
    said = words(choose(page, "capacity-week", 1, 9))
    assert "Behind it: on a chair Monday 09:00 to 10:00" in said
    assert "10 appointments" in said  # five that came, five missed
    assert "11 appointments" not in said
    assert "5 appointments" in words(choose(page, "capacity-week", 2, 10))


@pytest.mark.parametrize(
    ("picture", "carried", "listed"),
    [
        ("capacity-chairs", ("chair_key", 2), "5 appointments"),
        ("capacity-chairs", ("chair_key", 99), None),
        ("capacity-week", (1, 3), None),
        ("capacity-week", ("x", "y"), None),
    ],
)
def test_only_what_is_drawn_leads_to_a_list(view, picture, carried, listed):
    said = words(choose(view(), picture, *carried))
    assert ("Behind it" in said) == (listed is not None)
    assert listed is None or listed in said


def test_who_may_not_see_patients_sees_no_names(view):
    page = choose(view(role="unnamed"), "capacity-week", 1, 9)
    assert "10 appointments" in words(page)
    assert not any("Lee" in str(table.value) for table in page.dataframe)


def test_actual_utilisation_and_one_site(view):
    page = view(sites="S1", capacity_of="Actual")
    said = words(page)
    assert "Monday 08:00 is fullest: 50 % used; " in said  # one of two chairs, each day
    # Used 8 x 190 + 2 x 170 = 1,860 of 80 hours, so 0.8 of two chairs.
    assert "North: 0.8 of 2 chairs in use on average; all at once in 0 % of open hours" in said
    assert "South" not in said


def test_chair_time_is_of_everybody_and_overruns_follow_the_filters(view):
    said = words(view(phase="maintenance"))
    assert "**50 %** of open chair time was scheduled" in said
    assert "Chair time is of all diagnoses and phases" in said
    assert "stays ran over" not in said


@pytest.mark.parametrize(
    ("name", "days", "said"),
    [
        (
            "no hours",
            DAYS,
            "## How full the chairs are is **not known**; 31 chair-hours were used.",
        ),
        ("closed", DAYS, "How full the chairs are is **not known**; 31 chair-hours were used."),
        ("story", "2026-03-01 2026-04-01", "No day between 1 Mar 2026 and 1 Apr 2026 has passed"),
        ("empty", DAYS, "No chair was booked or used between 5 Jan 2026 and 8 Feb 2026."),
    ],
)
def test_what_is_unknown_is_said(view, name, days, said):
    page = view(name, days)
    assert said in words(page)
    assert not any("nan" in str(each.value) or "inf" in str(each.value) for each in page.metric)


def test_a_clinic_that_was_closed_throughout(view):
    said = words(view("closed", sites="S1"))
    assert "## The chosen sites were **closed throughout**, so no chair time was open." in said
    assert "North (closed throughout)" in said
