"""The queries of what is coming, against a clinic counted by hand."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Connection, Engine

from access.viewer import LOCAL_VIEWER, NotPermittedError, Viewer
from clinical.calendar import day_number, week_number
from clinical.codes import AppointmentKind as Kind
from clinical.codes import AppointmentStatus as Status
from clinical.codes import DaysAhead, DiagnosisGroup, Phase
from data_access import appointment_coming as queries
from data_access.engine import reading, writing
from data_access.filters import Filters
from tests.data_access.coming_clinic import NORTH, TODAY, WEST, fill

# The period says nothing here.
ALL = Filters(date(2025, 1, 1), date(2025, 1, 2))
AHEAD = date(2026, 3, 12), date(2026, 5, 10)
PAST = date(2026, 1, 1), date(2026, 3, 10)
SEES_WEST = replace(LOCAL_VIEWER, site_ids=frozenset({"S2"}))
SEES_NOTHING = Viewer("nobody", frozenset())
MARCH_2 = week_number(day_number(date(2026, 3, 2)))


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


def test_what_stands_in_the_books(clinic: Connection):
    found = queries.ahead(clinic, LOCAL_VIEWER, ALL, AHEAD, TODAY).booked
    assert set(found.dtypes.astype(str)) == {"int64"}
    columns = ["patient_key", "site_key", "kind", "day", "minutes", "lead_band"]
    assert rows(found[columns]) == [
        (1, NORTH, Kind.INFUSION, day(3, 13), 120, DaysAhead.FROM_7),
        (2, NORTH, Kind.INFUSION, day(3, 16), 120, DaysAhead.UNKNOWN),
        (3, WEST, Kind.INFUSION, day(3, 16), 120, DaysAhead.UNKNOWN),
        (2, NORTH, Kind.CONSULTATION, day(3, 17), 60, DaysAhead.UNKNOWN),
    ]
    # P2 missed one of one, and was infused last on 26 February.
    assert found["due_before"].tolist() == [1, 1, 1, 1]
    assert found["missed_before"].tolist() == [0, 1, 0, 1]
    assert found["last_infusion_day"].tolist() == [day(3, 2), day(2, 26), day(2, 20), day(2, 26)]


def test_sites_diagnoses_and_phases_hold(clinic: Connection):
    def booked(viewer: Viewer, filters: Filters) -> list[tuple[int, int]]:
        found = queries.ahead(clinic, viewer, filters, AHEAD, TODAY).booked
        return rows(found[["site_key", "day"]])

    of_west = [(WEST, day(3, 16))]
    assert booked(SEES_WEST, ALL) == of_west
    assert booked(LOCAL_VIEWER, replace(ALL, site_ids=("S2",))) == of_west
    bipolar = replace(ALL, diagnosis_groups=(DiagnosisGroup.BIPOLAR,))
    assert booked(LOCAL_VIEWER, bipolar) == [(NORTH, day(3, 16)), (NORTH, day(3, 17))]
    assert booked(LOCAL_VIEWER, replace(ALL, phases=(Phase.MAINTENANCE,))) == of_west


def test_people_ahead_are_numbered_anew_the_same_in_both_answers(clinic: Connection):
    def numbers(filters: Filters) -> tuple[list[int], list[int]]:
        found = queries.ahead(clinic, LOCAL_VIEWER, filters, AHEAD, TODAY)
        return found.booked["patient_key"].tolist(), found.under_way["patient_key"].tolist()

    assert numbers(ALL) == ([1, 2, 3, 2], [1])
    # P3 alone is the first, not the third.
    assert numbers(replace(ALL, site_ids=("S2",))) == ([1], [])


def test_what_became_of_bookings_in_two_periods(clinic: Connection):
    found = queries.outcomes_by_booking(
        clinic, LOCAL_VIEWER, ALL, (date(2026, 3, 1), TODAY), (date(2026, 2, 1), date(2026, 3, 2))
    )
    columns = ["site_key", "kind", "lead_band", "status", "notice_band", "lately", "before"]
    assert list(found.columns) == columns
    no = DaysAhead.UNKNOWN
    assert rows(found) == [
        (NORTH, Kind.INFUSION, no, Status.BOOKED, no, 1, 0),
        (NORTH, Kind.INFUSION, DaysAhead.FROM_2, Status.NOSHOW, no, 1, 0),
        # 2 March lies in both.
        (NORTH, Kind.INFUSION, DaysAhead.FROM_14, Status.FULFILLED, no, 1, 1),
        (NORTH, Kind.FOLLOW_UP, no, Status.BOOKED, no, 1, 0),
        (WEST, Kind.INFUSION, DaysAhead.FROM_14, Status.FULFILLED, no, 0, 1),
        (WEST, Kind.INFUSION, DaysAhead.FROM_28, Status.CANCELLED, DaysAhead.FROM_7, 1, 0),
    ]


def test_attended_infusions_by_how_long_ahead_they_were_booked(clinic: Connection):
    found = queries.infusions_by_lead(clinic, LOCAL_VIEWER, ALL, *PAST)
    assert rows(found) == [
        (NORTH, Phase.INDUCTION, 20, 120, 1),
        (WEST, Phase.MAINTENANCE, 19, 120, 1),
    ]


def test_maintenance_infusions_by_site(clinic: Connection):
    assert queries.maintenance_by_site(clinic, LOCAL_VIEWER, ALL, *PAST) == {WEST: 1}
    later = date(2026, 2, 21), TODAY
    assert queries.maintenance_by_site(clinic, LOCAL_VIEWER, ALL, *later) == {}


def test_new_starts(clinic: Connection):
    found = queries.starts_by_week(clinic, LOCAL_VIEWER, ALL, TODAY)
    assert rows(found) == [
        (week_number(day(1, 5)), 1),
        (week_number(day(2, 16)), 1),
        (week_number(day(2, 23)), 2),
    ]
    # Whatever the phase chosen; of the weeks before that of the day.
    chosen = replace(ALL, phases=(Phase.MAINTENANCE,))
    assert len(queries.starts_by_week(clinic, LOCAL_VIEWER, chosen, date(2026, 2, 23))) == 2
    assert len(queries.starts_by_week(clinic, LOCAL_VIEWER, chosen, date(2026, 3, 1))) == 2
    sites = queries.starts_by_site(clinic, LOCAL_VIEWER, ALL, date(2026, 2, 1), TODAY)
    assert sites == {NORTH: 3}


def test_how_inductions_went(clinic: Connection):
    found = queries.induction_courses(clinic, LOCAL_VIEWER, ALL, *PAST)
    # Monday 5 Jan: two in 7 days. Monday 23 Feb: two of two in 3. Tuesday 24 Feb: two in 6. Friday
    # 20 Feb: one.
    assert rows(found) == [
        (1, 3, 2, 2, 1),
        (1, 7, 2, 6, 1),
        (2, 6, 2, 6, 1),
        (5, 0, 1, 6, 1),
    ]


def test_inductions_under_way(clinic: Connection):
    found = queries.ahead(clinic, LOCAL_VIEWER, ALL, AHEAD, TODAY).under_way
    # P2 has had all, P3 is in maintenance, P4 was last here 19 days ago.
    assert rows(found) == [(1, NORTH, 2, 6, day(3, 2))]


def test_bookings_as_they_stood(clinic: Connection):
    found = queries.bookings_as_they_stood(clinic, LOCAL_VIEWER, ALL, (MARCH_2, MARCH_2), 10)
    columns = ["week", "lead_band", "status", "booked_weeks", "gone_weeks", "appointments"]
    assert sorted(rows(found[columns])) == [
        # Booked on that Monday: not before it.
        (MARCH_2, DaysAhead.FROM_2, Status.NOSHOW, -1, -1, 1),
        # 20 days before a Monday: before the Monday itself and the two before.
        (MARCH_2, DaysAhead.FROM_14, Status.FULFILLED, 2, -1, 1),
        # Booked 30 days before a Tuesday; given up on a Sunday, a week and a day before its Monday.
        (MARCH_2, DaysAhead.FROM_28, Status.CANCELLED, 4, 1, 1),
    ]
    by_status = found.set_index("status")
    # D1 is the first appointment of P1; P3 had attended one of one before.
    assert by_status.loc[Status.FULFILLED, "clinic_weight"] == 1
    assert by_status.loc[Status.CANCELLED, "clinic_weight"] == pytest.approx(10 / 11)
    assert found["own_missed"].tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    "ask",
    [
        lambda clinic, viewer: queries.ahead(clinic, viewer, ALL, AHEAD, TODAY),
        lambda clinic, viewer: queries.outcomes_by_booking(clinic, viewer, ALL, PAST, PAST),
        lambda clinic, viewer: queries.infusions_by_lead(clinic, viewer, ALL, *PAST),
        lambda clinic, viewer: queries.maintenance_by_site(clinic, viewer, ALL, *PAST),
        lambda clinic, viewer: queries.starts_by_week(clinic, viewer, ALL, TODAY),
        lambda clinic, viewer: queries.starts_by_site(clinic, viewer, ALL, *PAST),
        lambda clinic, viewer: queries.induction_courses(clinic, viewer, ALL, *PAST),
        lambda clinic, viewer: queries.bookings_as_they_stood(clinic, viewer, ALL, (1, 2), 10),
    ],
)
def test_who_may_see_no_totals_sees_none(make_database, ask):
    from data_access.engine import make_engine

    engine = make_engine(make_database("sqlite"))
    with reading(engine) as connection, pytest.raises(NotPermittedError):
        ask(connection, SEES_NOTHING)
    engine.dispose()
