"""The queries of the view Attendance, against a clinic counted by hand."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Connection, Engine, insert, update

from access.viewer import LOCAL_VIEWER, NotPermittedError, Viewer
from clinical.calendar import day_number, month_number, week_number
from clinical.codes import AppointmentKind as Kind
from clinical.codes import AppointmentStatus as Status
from clinical.codes import DaysAhead, Phase, VisitorOrder
from data_access import appointment_attendance as queries
from data_access.engine import reading, writing
from data_access.facts import rebuild_facts
from data_access.filters import Filters
from data_access.schema import Appointment, FreedSlotFact
from tests.data_access.appointment_clinic import ALL, NORTH, WEST, fill

PAST = replace(ALL, end=date(2026, 3, 10))
SEES_WEST = replace(LOCAL_VIEWER, site_ids=frozenset({"S2"}))
SEES_NOTHING = Viewer("nobody", frozenset())
DAY_OF_FREED = date(2026, 3, 6)


def _book(connection: Connection) -> None:
    """Say when A3 and A4 were booked, and that another appointment replaces A6."""
    for own_id, days in (("A3", 10), ("A4", 0)):
        start = datetime(2026, 3, 2, 14, tzinfo=UTC)
        connection.execute(
            update(Appointment)
            .where(Appointment.appointment_id == own_id)
            .values(booked_at=start - timedelta(days=days, minutes=30))
        )


def _free(connection: Connection) -> None:
    """Write freed slots by hand, whatever the appointments say."""
    connection.execute(FreedSlotFact.__table__.delete())  # type: ignore[attr-defined]
    day = day_number(DAY_OF_FREED)
    rows = [
        # key, site, phase, notice, refilled
        (1, NORTH, Phase.INDUCTION, -2.0, 0),
        (2, NORTH, Phase.INDUCTION, 3.9, 0),
        (3, NORTH, Phase.INDUCTION, 4.0, 1),
        (4, NORTH, Phase.MAINTENANCE, 24.0, 0),
        (5, NORTH, Phase.INDUCTION, 48.0, 1),
        (6, WEST, Phase.INDUCTION, 168.0, 1),
        (7, WEST, Phase.INDUCTION, None, 0),
    ]
    connection.execute(
        insert(FreedSlotFact),
        [
            {
                "appointment_key": key,
                "site_key": site,
                "chair_key": 1,
                "day": day,
                "week": week_number(day),
                "month": month_number(DAY_OF_FREED),
                "weekday": 5,
                "hour": 9,
                "kind": int(Kind.INFUSION),
                "phase": int(phase),
                "diagnosis_group": 1,
                "minutes": 120,
                "notice_hours": notice,
                "refilled": refilled,
            }
            for key, site, phase, notice, refilled in rows
        ],
    )


@pytest.fixture
def clinic(engine: Engine) -> Iterator[Connection]:
    with writing(engine) as writer:
        fill(writer)
        _book(writer)
        rebuild_facts(writer)
        _free(writer)
    with reading(engine) as reader:
        yield reader


def rows(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    return list(frame.itertuples(index=False, name=None))


def day(month: int, number: int) -> int:
    return day_number(date(2026, month, number))


def test_by_week_with_late_and_unknown_notice(clinic: Connection):
    # T7 of today was cancelled, nobody knows when.
    frame = queries.attendance_by_week(
        clinic, LOCAL_VIEWER, replace(ALL, end=date(2026, 3, 11)), 24
    )
    assert set(frame.dtypes.astype(str)) == {"int64"}
    march, week = month_number(date(2026, 3, 1)), week_number(day(3, 2))
    cancelled = frame[frame["status"] == Status.CANCELLED]
    assert rows(cancelled.drop(columns=["lead_band", "newcomer"])) == [
        (march, week, Kind.CONSULTATION, Status.CANCELLED, 1, 0, 0),
        (march, week, Kind.INFUSION, Status.CANCELLED, 1, 1, 0),
        (march, week + 1, Kind.CONSULTATION, Status.CANCELLED, 1, 0, 1),
    ]
    assert int(frame["appointments"].sum()) == 14


@pytest.mark.parametrize(("hours", "late"), [(13, 0), (14, 1), (72, 1), (73, 2)])
def test_what_is_late_is_the_clinics_to_say(clinic: Connection, hours: int, late: int):
    # A6 was cancelled 13 hours before, A7 72 hours; less than the notice is late.
    frame = queries.attendance_by_week(clinic, LOCAL_VIEWER, PAST, hours)
    assert int(frame["late_cancelled"].sum()) == late


def test_by_slot(clinic: Connection):
    frame = queries.attendance_by_slot(clinic, LOCAL_VIEWER, PAST, 24)
    assert rows(frame) == [
        (NORTH, 1, 9, Kind.INFUSION, Status.FULFILLED, 1, 0, 0),
        (NORTH, 1, 11, Kind.INFUSION, Status.NOSHOW, 1, 0, 0),
        (NORTH, 5, 9, Kind.INFUSION, Status.CANCELLED, 1, 1, 0),
        (NORTH, 5, 10, Kind.CONSULTATION, Status.CANCELLED, 1, 0, 0),
        (NORTH, 6, 10, Kind.FOLLOW_UP, Status.BOOKED, 1, 0, 0),
        (WEST, 2, 23, Kind.INFUSION, Status.FULFILLED, 1, 0, 0),
        (WEST, 7, 12, Kind.INFUSION, Status.ARRIVED, 1, 0, 0),
    ]


def test_by_booking(clinic: Connection):
    frame = queries.attendance_by_week(clinic, LOCAL_VIEWER, PAST, 24)
    known = frame[frame["lead_band"] != DaysAhead.UNKNOWN].sort_values("lead_band")
    assert rows(known.drop(columns=["month", "week", "newcomer"])) == [
        (Kind.INFUSION, Status.NOSHOW, DaysAhead.SAME_DAY, 1, 0, 0),
        (Kind.INFUSION, Status.FULFILLED, DaysAhead.FROM_7, 1, 0, 0),
    ]
    attended = frame[frame["status"].isin([Status.FULFILLED, Status.ARRIVED])]
    found = attended.groupby("newcomer")["appointments"].sum().to_dict()
    # P1's and P3's first ones, and P3's second.
    assert found == {VisitorOrder.NEW: 2, VisitorOrder.RETURNING: 1}


def test_in_all(clinic: Connection):
    frame = queries.attendance_in_all(clinic, LOCAL_VIEWER, PAST, 24)
    assert set(frame.dtypes.astype(str)) == {"int64"}
    assert rows(frame) == [
        (Status.BOOKED, 1, 0),
        (Status.ARRIVED, 1, 0),
        (Status.FULFILLED, 2, 0),
        (Status.CANCELLED, 2, 1),
        (Status.NOSHOW, 1, 0),
    ]
    of_west = queries.attendance_in_all(clinic, SEES_WEST, PAST, 24)
    assert of_west["appointments"].tolist() == [0, 1, 1, 0, 0]
    with pytest.raises(NotPermittedError):
        queries.attendance_in_all(clinic, SEES_NOTHING, PAST, 24)


def test_freed_slots_by_notice(clinic: Connection):
    frame = queries.freed_slots(clinic, LOCAL_VIEWER, PAST)
    assert set(frame.dtypes.astype(str)) == {"int64"}
    assert rows(frame) == [(0, 2, 0), (1, 1, 1), (2, 1, 0), (3, 1, 1), (4, 1, 1), (5, 1, 0)]
    before = replace(PAST, end=date(2026, 3, 5))
    assert queries.freed_slots(clinic, LOCAL_VIEWER, before).empty
    maintenance = replace(PAST, phases=(Phase.MAINTENANCE,))
    assert rows(queries.freed_slots(clinic, LOCAL_VIEWER, maintenance)) == [(2, 1, 0)]
    assert rows(queries.freed_slots(clinic, SEES_WEST, PAST)) == [(4, 1, 1), (5, 1, 0)]


def test_reasons_of_at_least_five(engine: Engine):
    with writing(engine) as connection:
        fill(connection)
        start = datetime(2026, 3, 4, 15, tzinfo=UTC)
        reasons: list[str | None] = [
            "Ill",
            " Ill",
            "Ill ",
            "Ill",
            "Ill",
            *["Moved house to Elm Street"] * 4,
        ]
        reasons += ["", None, " ", None, None, None]
        connection.execute(
            insert(Appointment),
            [
                {
                    "appointment_key": key,
                    "appointment_id": f"R{key}",
                    "site_id": "S1",
                    "kind": "infusion",
                    "status": "cancelled",
                    "scheduled_start": start,
                    "scheduled_end": start + timedelta(hours=2),
                    "cancelled_at": start - timedelta(hours=2 if key % 2 else 48),
                    "cancellation_reason": reason,
                }
                for key, reason in enumerate(reasons, 101)
            ],
        )
        rebuild_facts(connection)
    with reading(engine) as connection:
        frame = queries.cancellation_reasons(connection, LOCAL_VIEWER, PAST, 24)
        assert list(frame.columns) == ["reason", "cancelled", "late_cancelled", "moved"]
        # Without a reason: six of these (three late), and A6 (late) and A7.
        assert rows(frame.fillna("none")) == [("none", 8, 4, 0), ("Ill", 5, 3, 0)]


@pytest.mark.parametrize(
    "query",
    [
        queries.attendance_by_week,
        queries.attendance_by_slot,
        queries.cancellation_reasons,
    ],
)
def test_only_the_viewers_own_sites(clinic: Connection, query: Callable[..., pd.DataFrame]):
    of_all = query(clinic, LOCAL_VIEWER, PAST, 24)
    of_west = query(clinic, SEES_WEST, PAST, 24)
    assert of_west.equals(query(clinic, LOCAL_VIEWER, replace(PAST, site_ids=("S2",)), 24))
    assert len(of_west) < len(of_all) or of_all.empty
    assert query(clinic, SEES_WEST, replace(PAST, site_ids=("S1",)), 24).empty
    with pytest.raises(NotPermittedError):
        query(clinic, SEES_NOTHING, PAST, 24)


def test_freed_slots_need_the_permission(clinic: Connection):
    with pytest.raises(NotPermittedError):
        queries.freed_slots(clinic, SEES_NOTHING, Filters(PAST.start, PAST.end))
