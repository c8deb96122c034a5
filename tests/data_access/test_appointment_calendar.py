"""The queries of the calendar and of the weekly sheet, against a clinic counted by hand."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Connection, Engine, delete

from access.viewer import LOCAL_VIEWER, NotPermittedError, Viewer
from clinical.calendar import day_number, week_number
from clinical.codes import AppointmentKind as Kind
from clinical.codes import AppointmentStatus as Status
from clinical.codes import DiagnosisGroup, Phase
from data_access import appointment_calendar as queries
from data_access.bulk import insert_rows
from data_access.engine import reading, writing
from data_access.filters import Filters
from data_access.schema import ChairDayFact, FreedSlotFact
from tests.data_access.appointment_clinic import ALL, NORTH, WEST, fill, fill_sites

SEES_WEST = replace(LOCAL_VIEWER, site_ids=frozenset({"S2"}))
SEES_NOTHING = Viewer("nobody", frozenset())


def on_days(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    return queries.appointments_on_days(connection, viewer, filters, 24)


Query = Callable[[Connection, Viewer, Filters], pd.DataFrame]
QUERIES: list[Query] = [
    on_days,
    queries.calendar_sites,
    queries.chair_minutes_on_days,
    queries.freed_slots_by_week,
    queries.infusions_by_week,
    queries.new_starts_by_week,
    queries.overruns_by_week,
]


def day(month: int, number: int, year: int = 2026) -> int:
    return day_number(date(year, month, number))


def week(month: int, number: int, year: int = 2026) -> int:
    return week_number(day(month, number, year))


MONDAY = week(3, 2)
CHAIR_DAYS = [
    # chair, day, site, booked, used
    (1, day(3, 2), NORTH, 240, 100),
    (2, day(3, 2), NORTH, 60, 0),
    (1, day(3, 13), NORTH, 120, 0),
    (4, day(3, 3), WEST, 30, 20),
]
FREED = [
    # appointment, site, chair, day, phase, diagnosis, refilled
    (6, NORTH, 2, day(3, 6), Phase.INDUCTION, DiagnosisGroup.MAJOR, 1),
    (7, NORTH, 2, day(3, 6), Phase.NONE, DiagnosisGroup.BIPOLAR, 0),
    (15, NORTH, 1, day(3, 12), Phase.NONE, DiagnosisGroup.BIPOLAR, 0),
]


@pytest.fixture
def clinic(engine: Engine) -> Iterator[Connection]:
    with writing(engine) as writer:
        fill(writer)
        # What is counted here is what the facts say, whatever they are derived from.
        for facts in (ChairDayFact, FreedSlotFact):
            writer.execute(delete(facts))
        insert_rows(
            writer,
            ChairDayFact,
            (
                *("chair_key", "day", "site_key", "booked", "used"),
                *("week", "month", "weekday", "double_booked", "appointments"),
            ),
            [(*row, week_number(row[1]), 0, 1, 0, 1) for row in CHAIR_DAYS],
        )
        insert_rows(
            writer,
            FreedSlotFact,
            (
                *("appointment_key", "site_key", "chair_key", "day", "phase", "diagnosis_group"),
                *("refilled", "week", "month", "weekday", "hour", "kind", "minutes"),
            ),
            [(*row, week_number(row[3]), 0, 1, 9, int(Kind.INFUSION), 120) for row in FREED],
        )
    with reading(engine) as reader:
        yield reader


def rows(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    return list(frame.itertuples(index=False, name=None))


def test_sites_with_their_chairs_and_the_reach_of_their_appointments(clinic):
    frame = queries.calendar_sites(clinic, LOCAL_VIEWER, ALL)
    assert rows(frame) == [
        (NORTH, "America/New_York", 3, day(2, 28), day(3, 13)),
        (WEST, "America/Los_Angeles", 1, day(3, 1), day(3, 16)),
    ]
    assert rows(queries.calendar_sites(clinic, SEES_WEST, ALL))[0][0] == WEST
    chosen = replace(ALL, site_ids=("S1",))
    assert queries.calendar_sites(clinic, LOCAL_VIEWER, chosen)["site_key"].tolist() == [NORTH]


def test_a_site_without_appointments_reaches_nowhere(engine):
    with writing(engine) as connection:
        fill_sites(connection)
    with reading(engine) as connection:
        frame = queries.calendar_sites(connection, LOCAL_VIEWER, ALL)
    assert frame["first_day"].isna().all()
    assert frame["chairs"].tolist() == [3, 1]


def test_appointments_on_days(clinic):
    march = replace(ALL, start=date(2026, 3, 6), end=date(2026, 3, 6))
    assert rows(on_days(clinic, LOCAL_VIEWER, march)) == [
        (day(3, 6), Kind.CONSULTATION, Status.CANCELLED, 1, 0),
        (day(3, 6), Kind.INFUSION, Status.CANCELLED, 1, 1),  # 13 hours before
    ]
    strict = queries.appointments_on_days(clinic, LOCAL_VIEWER, march, 100)
    assert strict["late_cancelled"].tolist() == [1, 1]


def test_chair_minutes_of_each_site_and_day(clinic):
    assert rows(queries.chair_minutes_on_days(clinic, LOCAL_VIEWER, ALL)) == [
        (NORTH, day(3, 2), 300, 100),
        (NORTH, day(3, 13), 120, 0),
        (WEST, day(3, 3), 30, 20),
    ]
    assert rows(queries.chair_minutes_on_days(clinic, SEES_WEST, ALL)) == [
        (WEST, day(3, 3), 30, 20)
    ]
    narrowed = replace(ALL, phases=(Phase.MAINTENANCE,), end=date(2026, 3, 2))
    found = rows(queries.chair_minutes_on_days(clinic, LOCAL_VIEWER, narrowed))
    assert found == [(NORTH, day(3, 2), 300, 100)], "chairs serve everybody"


def test_freed_slots_of_each_week(clinic):
    assert rows(queries.freed_slots_by_week(clinic, LOCAL_VIEWER, ALL)) == [
        (MONDAY, 2, 1),
        (MONDAY + 1, 1, 0),
    ]
    bipolar = replace(ALL, diagnosis_groups=(DiagnosisGroup.BIPOLAR,), end=date(2026, 3, 8))
    assert rows(queries.freed_slots_by_week(clinic, LOCAL_VIEWER, bipolar)) == [(MONDAY, 1, 0)]


def test_infusions_and_new_starts_of_each_week(clinic):
    spring = replace(ALL, start=date(2026, 3, 1), end=date(2026, 3, 11))
    # Sunday 1 March: I2. From Monday: I1, I3, I7, I10 and I11; a week later I4.
    assert rows(queries.infusions_by_week(clinic, LOCAL_VIEWER, spring)) == [
        (MONDAY - 1, 1),
        (MONDAY, 5),
        (MONDAY + 1, 1),
    ]
    # P3 began on 1 March; P1, P4 and P6 in the week after.
    assert rows(queries.new_starts_by_week(clinic, LOCAL_VIEWER, spring)) == [
        (MONDAY - 1, 1),
        (MONDAY, 3),
    ]
    of_one_phase = replace(spring, phases=(Phase.MAINTENANCE,))
    assert len(queries.new_starts_by_week(clinic, LOCAL_VIEWER, of_one_phase)) == 2


def test_overruns_count_only_stays_with_a_discharge(clinic):
    # No discharge is recorded in this clinic.
    assert rows(queries.overruns_by_week(clinic, LOCAL_VIEWER, ALL)) == []


@pytest.mark.parametrize("query", QUERIES)
def test_columns_are_numbers_also_where_nothing_is_found(engine, query):
    with reading(engine) as connection:
        frame = query(connection, LOCAL_VIEWER, ALL)
    assert frame.empty
    kinds = {str(kind) for name, kind in frame.dtypes.items() if name != "time_zone"}
    assert kinds <= {"int64", "Int64"}


@pytest.mark.parametrize("query", QUERIES)
def test_totals_are_only_for_those_who_may_see_them(clinic, query):
    with pytest.raises(NotPermittedError):
        query(clinic, SEES_NOTHING, ALL)
