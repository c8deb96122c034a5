"""Chairs by day and hour, from a few records: worked out by hand."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from data_access.facts import (
    check_facts,
    occupancy,
    rebuild_facts,
    refresh_facts,
    refresh_unassigned_appointments,
)
from data_access.schema import (
    Appointment,
    ChairDayFact,
    FreedSlotFact,
    Infusion,
    SiteHourFact,
)
from tests.data_access.facts.recorded_clinic import DAY_0, MARCH, RecordedClinic, at

MINUTES = ("day", "booked", "used", "double_booked", "appointments")


@pytest.fixture
def busy(clinic: RecordedClinic) -> RecordedClinic:
    """Write one chair on a Monday, 10 to 12 planned twice, and what came of it.

    The patient came, began at 10:15 and went home at 12:30; the second appointment, from 11 on, was
    nobody's and missed. One of 14 to 16 had been cancelled and was filled by another of 15 to 16.
    """
    clinic.patient()
    clinic.appointment(
        at(1, 10), patient_id="P1", chair_id="C1", status="fulfilled", booked_at=at(-9)
    )
    clinic.infusion(
        1,
        at(1, 10, 15),
        chair_id="C1",
        appointment_id="A1",
        ended_at=at(1, 11),
        discharged_at=at(1, 12, 30),
    )
    clinic.appointment(at(1, 11), chair_id="C1", status="noshow")
    clinic.appointment(
        at(1, 14),
        patient_id="P1",
        chair_id="C1",
        status="cancelled",
        booked_at=at(-9),
        cancelled_at=at(0, 14),
    )
    clinic.appointment(
        at(1, 15),
        patient_id="P1",
        chair_id="C1",
        scheduled_end=at(1, 16),
        booked_at=at(0, 15),
    )
    return clinic


def test_a_day_of_a_chair_and_its_hours(busy):
    rebuild_facts(busy.connection)
    assert busy.row(ChairDayFact) == {
        "chair_key": 1,
        "day": DAY_0 + 1,
        "site_key": 1,
        "week": (DAY_0 + 1 + 3) // 7,
        "month": MARCH,
        "weekday": 1,
        "booked": 180 + 60,  # 10 to 13 and 15 to 16
        "used": 150,  # 10 to 12:30
        "double_booked": 60,  # 11 to 12
        "appointments": 3,
    }
    hours = busy.rows(SiteHourFact, "hour", "booked", "used", "double_booked", "most_used")
    assert hours == [
        (10, 60, 60, 0, 1),
        (11, 60, 60, 60, 1),
        (12, 60, 30, 0, 1),
        (15, 60, 0, 0, 0),
    ]


def test_a_freed_slot_that_was_filled_by_half(busy):
    rebuild_facts(busy.connection)
    columns = ("appointment_key", "chair_key", "hour", "minutes", "notice_hours", "refilled")
    assert busy.rows(FreedSlotFact, *columns) == [(3, 1, 14, 120, 24.0, 1)]


def test_an_infusion_without_an_appointment_holds_its_chair_by_its_own_times(clinic):
    clinic.infusion(
        clinic.patient(), at(1, 9), chair_id="C1", ended_at=at(1, 9, 40), discharged_at=at(1, 11)
    )
    rebuild_facts(clinic.connection)
    assert clinic.rows(ChairDayFact, *MINUTES) == [(DAY_0 + 1, 0, 120, 0, 0)]


def test_an_infusion_of_another_day_holds_its_chair_on_its_own(clinic):
    clinic.patient()
    clinic.appointment(at(1), patient_id="P1", chair_id="C1", status="fulfilled")
    clinic.infusion(1, at(60), chair_id="C1", appointment_id="A1", discharged_at=at(60, 11))
    rebuild_facts(clinic.connection)
    assert clinic.rows(ChairDayFact, *MINUTES) == [
        (DAY_0 + 1, 120, 0, 0, 1),
        (DAY_0 + 60, 0, 60, 0, 0),
    ]


def test_the_chair_in_which_the_infusion_was_given_is_the_one_in_use(clinic):
    clinic.chair(site_id="S1", name="Door")
    clinic.patient()
    clinic.appointment(at(1), patient_id="P1", chair_id="C1", status="fulfilled")
    clinic.infusion(1, at(1), chair_id="C2", appointment_id="A1", discharged_at=at(1, 11))
    rebuild_facts(clinic.connection)
    assert clinic.rows(ChairDayFact, "chair_key", "booked", "used") == [(1, 120, 0), (2, 0, 60)]


def test_an_appointment_of_three_days_holds_no_chair(clinic):
    clinic.appointment(at(1), chair_id="C1", scheduled_end=at(4))
    rebuild_facts(clinic.connection)
    assert clinic.rows(ChairDayFact) == clinic.rows(SiteHourFact) == []


def test_a_change_of_one_patient_changes_the_days_of_others_with_whom_a_chair_is_shared(busy):
    rebuild_facts(busy.connection)
    busy.connection.execute(
        update(Appointment)
        .where(Appointment.appointment_key == 1)
        .values(scheduled_start=at(2), scheduled_end=at(2) + timedelta(hours=1))
    )
    busy.connection.execute(
        update(Infusion).values(started_at=at(2), ended_at=None, discharged_at=at(2, 11))
    )
    refresh_facts(busy.connection, [1])
    assert busy.rows(ChairDayFact, *MINUTES) == [
        (DAY_0 + 1, 120 + 60, 0, 0, 2),
        (DAY_0 + 2, 60, 60, 0, 1),
    ]
    assert check_facts(busy.connection) == []


def test_an_appointment_of_nobody_is_refreshed_too(busy):
    rebuild_facts(busy.connection)
    busy.connection.execute(
        update(Appointment).where(Appointment.appointment_key == 2).values(status="cancelled")
    )
    refresh_unassigned_appointments(busy.connection)
    assert busy.rows(ChairDayFact, *MINUTES) == [(DAY_0 + 1, 180, 150, 0, 2)]
    assert check_facts(busy.connection) == []


def test_slices_hold_every_day(busy, monkeypatch):
    monkeypatch.setattr(occupancy, "_SLICE", 1)
    busy.appointment(at(5), chair_id="C1")
    rebuild_facts(busy.connection)
    slices = list(occupancy.day_slices(busy.connection))
    assert [first for first, _ in slices[1:]] == [last + 1 for _, last in slices[:-1]]
    assert (slices[0][1], slices[1][1]) == (DAY_0 + 1, DAY_0 + 5)
    assert [day for (day,) in busy.rows(ChairDayFact, "day")] == [DAY_0 + 1, DAY_0 + 5]
    assert check_facts(busy.connection) == []


@pytest.mark.parametrize("table", [ChairDayFact, SiteHourFact])
def test_a_planted_difference_is_found(busy, table):
    rebuild_facts(busy.connection)
    busy.connection.execute(update(table).values(used=7))
    found = {(each.table, each.columns) for each in check_facts(busy.connection)}
    assert found == {(table.__tablename__, ("used",))}
