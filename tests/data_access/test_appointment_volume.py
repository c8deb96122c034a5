"""The counts of the view Volume, against a week worked out by hand."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Connection, Engine

from access.viewer import LOCAL_VIEWER, NotPermittedError, Viewer
from clinical.calendar import day_number, month_number, week_number
from clinical.codes import AppointmentKind as Kind
from clinical.codes import AppointmentStatus as Status
from data_access import appointment_volume as queries
from data_access.engine import make_engine, reading, writing
from data_access.filters import Filters
from tests.data_access.worked_week import ASH, BIRCH, NEW_YORK, PHOENIX, WEEK, fill

SEES_PHOENIX = replace(LOCAL_VIEWER, site_ids=frozenset({"S2"}))
SEES_NOTHING = Viewer("nobody", frozenset())
A_YEAR_AGO = Filters(date(2025, 3, 3), date(2025, 3, 9))
NOBODY = 0


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def week(
    request: pytest.FixtureRequest, make_database: Callable[[str], str]
) -> Iterator[Connection]:
    engine = make_engine(make_database(request.param))
    with writing(engine) as writer:
        fill(writer)
    with reading(engine) as reader:
        yield reader
    engine.dispose()


def rows(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    return list(frame.itertuples(index=False, name=None))


def of_march(number: int) -> int:
    return day_number(date(2026, 3, number))


def test_the_week_by_day_is_by_the_sites_own_clocks(week: Connection):
    frame = queries.volume_by_day(week, LOCAL_VIEWER, WEEK)
    assert list(frame.columns) == ["day", "kind", "status", "appointments", "demands"]
    assert set(frame.dtypes.astype(str)) == {"int64"}
    assert rows(frame) == [
        (of_march(2), Kind.INFUSION, Status.FULFILLED, 1, 1),  # W1
        (of_march(2), Kind.INFUSION, Status.NOSHOW, 1, 1),  # W2
        (of_march(3), Kind.CONSULTATION, Status.FULFILLED, 1, 1),  # W3
        (of_march(4), Kind.INFUSION, Status.CANCELLED, 1, 0),  # W4, moved
        (of_march(6), Kind.INFUSION, Status.CANCELLED, 1, 0),  # W5, moved
        (of_march(7), Kind.INFUSION, Status.FULFILLED, 1, 1),  # W6
        (of_march(8), Kind.INFUSION, Status.FULFILLED, 1, 1),  # W8; W10 is Monday's
        (of_march(8), Kind.FOLLOW_UP, Status.BOOKED, 1, 1),  # W9
        (of_march(8), Kind.FOLLOW_UP, Status.FULFILLED, 1, 1),  # W7
    ]


def test_moved_twice_is_one_demand(week: Connection):
    frame = queries.volume_by_day(week, LOCAL_VIEWER, WEEK)
    assert (frame["appointments"].sum(), frame["demands"].sum()) == (9, 7)


def test_the_same_by_week(week: Connection):
    both = replace(WEEK, end=date(2026, 3, 9))
    frame = queries.volume_by_week(week, LOCAL_VIEWER, both)
    march, first = month_number(date(2026, 3, 1)), week_number(of_march(2))
    assert rows(frame) == [
        (march, first, Kind.CONSULTATION, Status.FULFILLED, 1, 1),
        (march, first, Kind.INFUSION, Status.FULFILLED, 3, 3),
        (march, first, Kind.INFUSION, Status.CANCELLED, 2, 0),
        (march, first, Kind.INFUSION, Status.NOSHOW, 1, 1),
        (march, first, Kind.FOLLOW_UP, Status.BOOKED, 1, 1),
        (march, first, Kind.FOLLOW_UP, Status.FULFILLED, 1, 1),
        (march, first + 1, Kind.INFUSION, Status.FULFILLED, 1, 1),
    ]


def test_the_same_by_site(week: Connection):
    frame = queries.volume_by_site(week, LOCAL_VIEWER, WEEK)
    assert rows(frame) == [
        (NEW_YORK, of_march(2), 2, 2),
        (NEW_YORK, of_march(8), 2, 2),
        (PHOENIX, of_march(3), 1, 1),
        (PHOENIX, of_march(4), 1, 0),
        (PHOENIX, of_march(6), 1, 0),
        (PHOENIX, of_march(7), 1, 1),
        (PHOENIX, of_march(8), 1, 1),
    ]


def test_the_same_by_provider(week: Connection):
    march, number = month_number(date(2026, 3, 1)), week_number(of_march(2))
    frame = queries.volume_by_provider(week, LOCAL_VIEWER, WEEK, by_day=False)
    assert rows(frame) == [
        (NOBODY, march, number, 2, 2),
        (ASH, march, number, 3, 3),
        (BIRCH, march, number, 4, 2),
    ]
    by_day = queries.volume_by_provider(week, LOCAL_VIEWER, WEEK, by_day=True)
    assert rows(by_day[["provider_key", "day", "appointments"]]) == [
        (NOBODY, of_march(8), 2),
        (ASH, of_march(2), 2),
        (ASH, of_march(8), 1),
        (BIRCH, of_march(3), 1),
        (BIRCH, of_march(4), 1),
        (BIRCH, of_march(6), 1),
        (BIRCH, of_march(7), 1),
    ]


def test_in_all_a_year_ago(week: Connection):
    assert queries.appointments_of_sites(week, LOCAL_VIEWER, A_YEAR_AGO) == {NEW_YORK: 2}
    assert queries.appointments_of_providers(week, LOCAL_VIEWER, A_YEAR_AGO) == {NOBODY: 1, ASH: 1}


def test_where_the_record_begins(week: Connection):
    assert queries.first_appointment_day(week, LOCAL_VIEWER, WEEK) == date(2025, 3, 3)
    phoenix = replace(WEEK, site_ids=("S2",))
    assert queries.first_appointment_day(week, LOCAL_VIEWER, phoenix) == date(2026, 3, 3)
    assert queries.first_appointment_day(week, SEES_PHOENIX, WEEK) == date(2026, 3, 3)


def test_providers_of_the_viewers_sites(week: Connection):
    assert queries.appointment_providers(week, LOCAL_VIEWER) == {
        ASH: "Nurse Ash",
        BIRCH: "Nurse Birch",
    }
    assert queries.appointment_providers(week, SEES_PHOENIX) == {BIRCH: "Nurse Birch"}


Query = Callable[[Connection, Viewer, Filters], pd.DataFrame]
QUERIES: list[Query] = [
    queries.volume_by_day,
    queries.volume_by_week,
    queries.volume_by_site,
    lambda *asked: queries.volume_by_provider(*asked, by_day=False),
]


@pytest.mark.parametrize("query", QUERIES)
def test_a_viewer_of_one_site_sees_only_that_site(week: Connection, query: Query):
    seen = query(week, SEES_PHOENIX, WEEK)
    pd.testing.assert_frame_equal(seen, query(week, LOCAL_VIEWER, replace(WEEK, site_ids=("S2",))))
    assert seen["appointments"].sum() == 5
    assert query(week, SEES_PHOENIX, replace(WEEK, site_ids=("S1",))).empty


@pytest.mark.parametrize("query", QUERIES)
def test_a_viewer_without_the_permission_sees_nothing(week: Connection, query: Query):
    with pytest.raises(NotPermittedError):
        query(week, SEES_NOTHING, WEEK)


@pytest.mark.parametrize("query", QUERIES)
def test_an_empty_database_gives_the_same_columns(engine: Engine, query: Query):
    with reading(engine) as connection:
        empty = query(connection, LOCAL_VIEWER, WEEK)
    assert empty.empty
    assert {"appointments", "demands"} <= set(empty.columns)


def test_nothing_else_is_told_without_the_permission(week: Connection):
    with pytest.raises(NotPermittedError):
        queries.first_appointment_day(week, SEES_NOTHING, WEEK)
    with pytest.raises(NotPermittedError):
        queries.appointment_providers(week, SEES_NOTHING)
