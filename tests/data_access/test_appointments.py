"""The queries of the Appointments page, against a clinic counted by hand."""

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
from clinical.codes import DiagnosisGroup, Phase
from data_access import appointments
from data_access.engine import reading, writing
from data_access.filters import Filters
from tests.data_access.appointment_clinic import ALL, fill

PAST = replace(ALL, end=date(2026, 3, 10))
SEES_WEST = replace(LOCAL_VIEWER, site_ids=frozenset({"S2"}))
SEES_NOTHING = Viewer("nobody", frozenset())
QUERIES = [
    appointments.appointments_by_day,
    appointments.appointments_by_week,
]
Query = Callable[[Connection, Viewer, Filters], pd.DataFrame]


@pytest.fixture
def clinic(engine: Engine) -> Iterator[Connection]:
    with writing(engine) as writer:
        fill(writer)
    with reading(engine) as reader:
        yield reader


def rows(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    return list(frame.itertuples(index=False, name=None))


def day(month: int, number: int) -> int:
    return day_number(date(2026, month, number))


def test_by_day_in_the_sites_own_calendar(clinic: Connection):
    frame = appointments.appointments_by_day(clinic, LOCAL_VIEWER, PAST)
    assert list(frame.columns) == ["day", "kind", "status", "appointments", "late_cancelled"]
    assert set(frame.dtypes.astype(str)) == {"int64"}
    assert rows(frame) == [
        (day(2, 28), Kind.FOLLOW_UP, Status.BOOKED, 1, 0),
        (day(3, 1), Kind.INFUSION, Status.ARRIVED, 1, 0),
        (day(3, 2), Kind.INFUSION, Status.FULFILLED, 1, 0),
        (day(3, 2), Kind.INFUSION, Status.NOSHOW, 1, 0),
        (day(3, 3), Kind.INFUSION, Status.FULFILLED, 1, 0),  # 23:30; already 4 March in UTC
        (day(3, 6), Kind.CONSULTATION, Status.CANCELLED, 1, 0),
        (day(3, 6), Kind.INFUSION, Status.CANCELLED, 1, 1),  # 13 hours before
    ]


def test_both_days_of_the_period_belong_to_it(clinic: Connection):
    tuesday = replace(ALL, start=date(2026, 3, 3), end=date(2026, 3, 3))
    frame = appointments.appointments_by_day(clinic, LOCAL_VIEWER, tuesday)
    assert rows(frame) == [(day(3, 3), Kind.INFUSION, Status.FULFILLED, 1, 0)]


def test_by_week_cut_at_the_end_of_a_month(clinic: Connection):
    frame = appointments.appointments_by_week(clinic, LOCAL_VIEWER, PAST)
    february, march = month_number(date(2026, 2, 1)), month_number(date(2026, 3, 1))
    first, second = week_number(day(2, 28)), week_number(day(3, 2))
    assert list(frame.columns) == [
        "month",
        "week",
        "kind",
        "status",
        "appointments",
        "late_cancelled",
    ]
    assert rows(frame) == [
        (february, first, Kind.FOLLOW_UP, Status.BOOKED, 1, 0),
        (march, first, Kind.INFUSION, Status.ARRIVED, 1, 0),  # Sunday of the same week
        (march, second, Kind.CONSULTATION, Status.CANCELLED, 1, 0),
        (march, second, Kind.INFUSION, Status.FULFILLED, 2, 0),
        (march, second, Kind.INFUSION, Status.CANCELLED, 1, 1),
        (march, second, Kind.INFUSION, Status.NOSHOW, 1, 0),
    ]


def test_filters_narrow_the_counts(clinic: Connection):
    def days(**choice: Any) -> list[int]:
        filters = replace(PAST, **choice)
        found = appointments.appointments_by_day(clinic, LOCAL_VIEWER, filters)
        return [int(number) for number in found["day"]]

    assert days(site_ids=("S2",)) == [day(3, 1), day(3, 3)]
    assert days(diagnosis_groups=(DiagnosisGroup.BIPOLAR,)) == [day(2, 28), day(3, 2), day(3, 6)]
    # P2's series ended in January, but it is the latest that had begun.
    assert day(2, 28) in days(phases=(Phase.INDUCTION,))
    assert days(phases=(Phase.MAINTENANCE,)) == []


@pytest.mark.parametrize("query", QUERIES)
def test_a_viewer_of_one_site_sees_only_that_site(clinic: Connection, query: Query):
    seen = query(clinic, SEES_WEST, PAST)
    chosen = query(clinic, LOCAL_VIEWER, replace(PAST, site_ids=("S2",)))
    pd.testing.assert_frame_equal(seen, chosen)
    assert 0 < seen["appointments"].sum() < query(clinic, LOCAL_VIEWER, PAST)["appointments"].sum()
    other = query(clinic, SEES_WEST, replace(PAST, site_ids=("S1",)))
    assert other.empty


@pytest.mark.parametrize("query", QUERIES)
def test_a_viewer_without_the_permission_sees_nothing(clinic: Connection, query: Query):
    with pytest.raises(NotPermittedError):
        query(clinic, SEES_NOTHING, PAST)


@pytest.mark.parametrize("query", QUERIES)
def test_an_empty_database_gives_the_same_columns(engine: Engine, query: Query):
    with reading(engine) as connection:
        empty = query(connection, LOCAL_VIEWER, ALL)
    assert empty.empty
    assert "appointments" in empty.columns
