"""The appointments behind a bar or a cell, against the clinic counted by hand."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, update

from access.viewer import LOCAL_VIEWER, NotPermittedError, Permission, Viewer
from clinical.attendance import Outcome
from clinical.codes import AppointmentKind as Kind
from clinical.codes import AppointmentStatus as Status
from clinical.codes import DiagnosisGroup, VisitorOrder
from data_access.appointments_behind import (
    AppointmentsBehind,
    appointments_behind,
    named_appointments_behind,
)
from data_access.engine import make_engine, reading, writing
from data_access.facts import rebuild_facts
from data_access.facts.tables import table_of
from data_access.points import NOT_RECORDED
from data_access.schema import Appointment, Infusion
from tests.data_access.appointment_clinic import ALL, NORTH, TODAY, WEST, fill

IDS = (*(f"A{n}" for n in range(1, 8)), *(f"T{n}" for n in range(1, 8)), "C1", "C2", "C3")
SEES_TOTALS = Viewer("totals", frozenset({Permission.SEE_TOTALS}))
UNNAMED = Viewer("unnamed", frozenset({Permission.SEE_TOTALS, Permission.SEE_CLINICAL}))
SEES_WEST = replace(LOCAL_VIEWER, site_ids=frozenset({"S2"}))


def _change(connection: Connection) -> None:
    """A4 is moved to T3; T1 ended 20 minutes late; C1 was given up for a reason."""
    appointments, infusions = table_of(Appointment), table_of(Infusion)
    changes: dict[str, dict[str, Any]] = {
        "T3": {"rescheduled_from": "A4"},
        "C1": {"cancellation_reason": "<b>Unwell</b>"},
        "A3": {"booked_at": datetime(2026, 2, 25, 15, tzinfo=UTC)},
    }
    for own_id, changed in changes.items():
        connection.execute(
            update(appointments).where(appointments.c.appointment_id == own_id).values(**changed)
        )
    connection.execute(
        update(infusions)
        .where(infusions.c.infusion_id == "I4")
        .values(
            appointment_id="T1",
            ended_at=datetime(2026, 3, 11, 13, tzinfo=UTC),
            discharged_at=datetime(
                2026, 3, 11, 14, 20, tzinfo=UTC
            ),  # planned until 10:00, 14:00 UTC
        )
    )
    rebuild_facts(connection)


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def clinic(
    request: pytest.FixtureRequest, make_database: Callable[[str], str]
) -> Iterator[Connection]:
    engine = make_engine(make_database(request.param))
    with writing(engine) as writer:
        fill(writer)
        _change(writer)
    with reading(engine) as reader:
        yield reader
    engine.dispose()


def ids(connection: Connection, behind: AppointmentsBehind, filters: Any = ALL) -> str:
    """Which appointments lie behind it, in the order of their names."""
    found = appointments_behind(connection, LOCAL_VIEWER, filters, behind, TODAY)
    assert found.total == len(found.rows)
    keys = found.rows["appointment_key"]
    return " ".join(sorted((IDS[key - 1] for key in keys), key=IDS.index))


Of = AppointmentsBehind
MARCH_2, MARCH_11 = date(2026, 3, 2), date(2026, 3, 11)


@pytest.mark.parametrize(
    ("behind", "expected"),
    [
        (Of(), " ".join(IDS)),
        (Of(days=(MARCH_2, MARCH_2)), "A3 A4"),
        (Of(passed_only=True), "A1 A2 A3 A4 A5 A6 A7"),
        (Of(kinds=(Kind.FOLLOW_UP,)), "A1 T5"),
        (Of(statuses=(Status.NOSHOW,)), "A4 T2"),
        (Of(outcomes=(Outcome.NOT_CLOSED,)), "A1"),
        (Of(outcomes=(Outcome.TO_COME,)), "T4 T5 T6 C2 C3"),
        (Of(outcomes=(Outcome.ATTENDED,)), "A2 A3 A5 T1"),  # A2 arrived on a day that has passed
        (Of(outcomes=(Outcome.UNDER_WAY,)), "T3"),
        (Of(site_keys=(WEST,), passed_only=True), "A2 A5"),
        (Of(weekdays=(1,)), "A3 A4 C3"),
        (Of(hours=(9,), days=(MARCH_11, MARCH_11)), "T2 T6"),
        # T1 from 8 to 10:20, T2 from 9 to 11, T3 from 10 to 12; T6 from 9 to 11 at West.
        (Of(chair_hours=(8,), days=(MARCH_11, MARCH_11)), "T1"),
        (Of(chair_hours=(10,), days=(MARCH_11, MARCH_11)), "T1 T2 T3 T6"),
        (Of(chair_keys=(2,)), "A6 T2 T3"),
        (Of(chair_keys=(NOT_RECORDED,), passed_only=True), "A1 A7"),
        (Of(provider_keys=(NOT_RECORDED, 1), passed_only=True), "A1 A2 A3 A4 A5 A6 A7"),
        (Of(lead_bands=(3,)), "A3"),  # 2 to 6 days: from Wednesday to Monday
        (Of(notice_bands=(1,)), "A6"),  # 13 hours
        (Of(late_cancelled=True), "A6"),
        (Of(late_cancelled=False), "A7 T7 C1"),  # of T7 it is not known when
        (Of(lost=True), "A4 A6 T2"),  # T2 was missed today: whether the day has passed is not asked
        (Of(lost=False, days=(MARCH_2, MARCH_11)), "A3 A5 A7 T1 T3 T4 T5 T6 T7"),
        (Of(lost=True, passed_only=True), "A4 A6"),
        (Of(notice_hours=(None, None)), "A6 A7 C1"),  # T7 at a time that is not recorded
        (Of(notice_hours=(13, 72)), "A6"),
        (Of(notice_hours=(72, None)), "A7 C1"),
        (Of(notice_hours=(None, 13)), ""),
        (Of(newcomers=(VisitorOrder.UNKNOWN,)), "T4"),
        (Of(moved=True), "A4"),
        (Of(overran=True), "T1"),
        (Of(refilled=False), "A6 C1"),
        (Of(refilled=True), ""),
        (Of(too_long=True), ""),
    ],
)
def test_what_lies_behind(clinic: Connection, behind: AppointmentsBehind, expected: str):
    assert ids(clinic, behind) == expected


def test_days_take_the_place_of_the_period(clinic: Connection):
    long_ago = replace(ALL, start=date(2025, 1, 1), end=date(2025, 12, 31))
    assert ids(clinic, Of(), long_ago) == ""
    assert ids(clinic, Of(days=(MARCH_2, MARCH_2)), long_ago) == "A3 A4"
    bipolar = replace(ALL, diagnosis_groups=(DiagnosisGroup.BIPOLAR,))
    assert ids(clinic, Of(days=(MARCH_2, MARCH_2)), bipolar) == "A4"
    assert ids(clinic, Of(site_keys=(NORTH,)), replace(ALL, site_ids=("S2",))) == ""


def test_what_is_told_of_each(clinic: Connection):
    asked = clinic, LOCAL_VIEWER, ALL
    overran = appointments_behind(*asked, Of(overran=True), TODAY).rows.iloc[0]
    assert overran[["site", "start_minute", "minutes", "chair", "provider"]].tolist() == [
        "North",
        480,
        120,
        "Chair 1",
        "Nurse Ash",
    ]
    assert overran["over_minutes"] == 20
    again = appointments_behind(*asked, Of(outcomes=(Outcome.UNDER_WAY,)), TODAY).rows.iloc[0]
    assert (again["moved"], again["moves"]) == (0, 1)
    given_up = appointments_behind(*asked, Of(refilled=False), TODAY).rows
    # C1 seven days before by the clock, which went forward by an hour between.
    assert given_up["notice_hours"].tolist() == [167.0, 13.0]
    assert given_up["refilled"].tolist() == [0, 0]
    named = named_appointments_behind(*asked, Of(refilled=False), TODAY).rows
    assert named["reason"].tolist()[0] == "<b>Unwell</b>"


def test_the_latest_come_first_and_the_rest_are_counted(clinic: Connection):
    found = appointments_behind(clinic, LOCAL_VIEWER, ALL, Of(), TODAY, at_most=3)
    assert [IDS[key - 1] for key in found.rows["appointment_key"]] == ["C3", "C2", "C1"]
    assert found.total == 17


def test_names_for_who_may_see_them(clinic: Connection):
    rows = named_appointments_behind(clinic, LOCAL_VIEWER, ALL, Of(hours=(10,)), TODAY).rows
    # T5 at 10:50, T4 at 10:30, T7 and T3 at 10:00, A7 and A1; T4 is kept for nobody.
    assert [IDS[key - 1] for key in rows["appointment_key"]] == ["T5", "T4", "T7", "T3", "A7", "A1"]
    assert rows["has_patient"].tolist() == [True, False, True, True, True, True]
    assert set(rows["family_name"].dropna()) == {"Lee", "Roe", "Diaz"}
    assert rows.loc[~rows["has_patient"], "handle"].isna().all()


def test_another_sites_patient_is_not_named(clinic: Connection):
    sees_north = replace(LOCAL_VIEWER, site_ids=frozenset({"S1"}))
    rows = named_appointments_behind(clinic, sees_north, ALL, Of(), TODAY).rows
    assert set(rows["site"]) == {"North"}
    west = named_appointments_behind(clinic, SEES_WEST, ALL, Of(), TODAY).rows
    assert set(west["family_name"]) == {"Roe"}


def test_nobody_is_named_without_the_permission(clinic: Connection):
    rows = appointments_behind(clinic, UNNAMED, ALL, Of(), TODAY).rows
    told = {"handle", "family_name", "given_name", "patient_key", "reason"} & set(rows.columns)
    assert not told
    with pytest.raises(NotPermittedError):
        named_appointments_behind(clinic, UNNAMED, ALL, Of(), TODAY)
    with pytest.raises(NotPermittedError):
        appointments_behind(clinic, SEES_TOTALS, ALL, Of(), TODAY)
