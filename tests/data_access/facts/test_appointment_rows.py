"""The facts about appointments against rows worked by hand."""

from datetime import date

import pytest
from sqlalchemy import update

from clinical.codes import (
    AppointmentKind,
    AppointmentStatus,
    DaysAhead,
    DiagnosisGroup,
    Phase,
    VisitorOrder,
)
from data_access.facts import (
    refresh_facts,
    refresh_unassigned_appointments,
)
from data_access.schema import (
    Appointment,
    AppointmentFact,
    InfusionFact,
)
from tests.data_access.facts.recorded_clinic import DAY_0, MARCH, at


def test_every_column(clinic):
    patient = clinic.patient(primary_diagnosis="F41.1")
    clinic.appointment(
        at(8, hour=9, minute=30),  # Monday 9 March, the day after the clocks went forward
        patient_id="P1",
        chair_id="C1",
        provider_id="D1",
        status="cancelled",
        booked_at=at(1, hour=23),
        cancelled_at=at(7, hour=9, minute=30),
    )
    refresh_facts(clinic.connection, [patient])
    assert clinic.row(AppointmentFact) == {
        "appointment_key": 1,
        "patient_key": 1,
        "site_key": 1,
        "chair_key": 1,
        "provider_key": 1,
        "kind": AppointmentKind.INFUSION,
        "status": AppointmentStatus.CANCELLED,
        "day": DAY_0 + 8,
        "week": 2932,  # the week of 9 March 2026
        "month": MARCH,
        "weekday": 1,
        "hour": 9,
        "start_minute": 9 * 60 + 30,
        "minutes": 120,
        "lead_days": 7,
        "lead_hours": 153.5,  # 6 days and 10.5 hours by the clock, of which one was left out
        "lead_band": DaysAhead.FROM_7,
        "notice_hours": 24.0,
        "notice_band": DaysAhead.FROM_1,
        "newcomer": VisitorOrder.NEW,
        "due_before": 0,
        "missed_before": 0,
        "moved": 0,
        "moves": 0,
        "first_day": DAY_0 + 8,
        "infusion_key": None,
        "start_delay": None,
        "infusion_minutes": None,
        "recovery_minutes": None,
        "over_minutes": None,
        "held_start": None,
        "held_minutes": None,
        "phase": Phase.NONE,
        "diagnosis_group": DiagnosisGroup.OTHER,
    }


def test_notice_is_known_for_cancelled_appointments_only(clinic):
    patient = clinic.patient()
    clinic.appointment(at(8), patient_id="P1", status="fulfilled", cancelled_at=at(1))
    clinic.appointment(at(8), patient_id="P1", status="cancelled")
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(AppointmentFact, "notice_hours", "lead_days") == [(None, None)] * 2


def test_the_phase_is_that_of_the_series_under_way(clinic):
    patient = clinic.patient()
    for day in (-2, 0, 19, 20):
        clinic.appointment(at(day), patient_id="P1")
    clinic.infusion(patient, at(0))
    clinic.infusion(patient, at(20))
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(AppointmentFact, "phase") == [
        (Phase.NONE,),
        (Phase.INDUCTION,),
        (Phase.INDUCTION,),
        (Phase.MAINTENANCE,),
    ]


def test_the_phase_of_the_infusion_itself_comes_first(clinic):
    # A maintenance course that was given by the clinic overlaps with an induction course.
    patient = clinic.patient()
    clinic.series(patient, "maintenance", date(2026, 3, 1))
    clinic.series(patient, "induction", date(2026, 3, 6))
    clinic.appointment(at(10), patient_id="P1", status="fulfilled")
    clinic.infusion(patient, at(0), series_id="X1")
    clinic.infusion(patient, at(5), series_id="X2")
    clinic.infusion(patient, at(10), series_id="X1", appointment_id="A1")
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(AppointmentFact, "phase") == [(Phase.MAINTENANCE,)]


def test_an_appointment_for_nobody_yet(clinic):
    clinic.appointment(at(0), kind="consultation")
    refresh_unassigned_appointments(clinic.connection)
    refresh_unassigned_appointments(clinic.connection)  # a second time changes nothing
    row = clinic.row(AppointmentFact)
    assert (row["patient_key"], row["kind"]) == (None, AppointmentKind.CONSULTATION)
    assert (row["phase"], row["diagnosis_group"]) == (Phase.NONE, DiagnosisGroup.UNKNOWN)


def test_an_appointment_that_finds_a_patient_and_loses_the_patient(clinic):
    patient = clinic.patient()
    clinic.appointment(at(0))
    refresh_unassigned_appointments(clinic.connection)
    clinic.connection.execute(update(Appointment).values(patient_id="P1"))
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(AppointmentFact, "patient_key") == [(1,)]
    clinic.connection.execute(update(Appointment).values(patient_id=None))
    refresh_facts(clinic.connection, [patient])
    refresh_unassigned_appointments(clinic.connection)
    assert clinic.rows(AppointmentFact, "patient_key") == [(None,)]


def test_what_had_become_of_the_appointments_before(clinic):
    patient = clinic.patient()
    statuses = ("cancelled", "noshow", "fulfilled", "noshow", "arrived", "booked")
    for day, status in enumerate(statuses):
        clinic.appointment(at(day), patient_id="P1", status=status, kind="follow_up")
    refresh_facts(clinic.connection, [patient])
    new, returning = VisitorOrder.NEW, VisitorOrder.RETURNING
    assert clinic.rows(AppointmentFact, "newcomer", "due_before", "missed_before") == [
        (new, 0, 0),
        (new, 0, 0),
        (new, 1, 1),
        (returning, 2, 1),
        (returning, 3, 2),
        (returning, 4, 2),
    ]


def test_who_had_an_infusion_without_an_appointment_is_not_new(clinic):
    patient = clinic.patient()
    clinic.infusion(patient, at(0))
    clinic.appointment(at(5), patient_id="P1", status="noshow")
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(AppointmentFact, "newcomer") == [(VisitorOrder.RETURNING,)]


def test_moved_twice_is_one_demand(clinic):
    patient = clinic.patient()
    clinic.appointment(at(0), patient_id="P1", status="cancelled")
    clinic.appointment(at(3), patient_id="P1", status="noshow", rescheduled_from="A1")
    clinic.appointment(at(8), patient_id="P1", rescheduled_from="A2")
    clinic.appointment(at(9), patient_id="P1")
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(AppointmentFact, "moved", "moves", "first_day") == [
        (1, 0, DAY_0),
        (1, 1, DAY_0),
        (0, 2, DAY_0),
        (0, 0, DAY_0 + 9),
    ]


def test_appointments_that_replace_each_other_in_a_ring_come_to_an_end(clinic):
    patient = clinic.patient()
    clinic.appointment(at(0), patient_id="P1")
    clinic.appointment(at(3), patient_id="P1", rescheduled_from="A1")
    clinic.connection.execute(
        update(Appointment).where(Appointment.appointment_id == "A1").values(rescheduled_from="A2")
    )
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(AppointmentFact, "moves") == [(1,), (1,)]


def test_what_replaces_another_patients_appointment_is_a_demand_of_its_own(clinic):
    first, second = clinic.patient(), clinic.patient()
    clinic.appointment(at(0), patient_id="P1", status="cancelled")
    clinic.appointment(at(3), patient_id="P2", rescheduled_from="A1")
    refresh_facts(clinic.connection, [first, second])
    assert clinic.rows(AppointmentFact, "moved", "moves") == [(0, 0), (0, 0)]


def test_how_an_infusion_went_beside_its_plan(clinic):
    patient = clinic.patient()
    clinic.appointment(at(0), patient_id="P1", status="fulfilled")  # 10:00 to 12:00
    clinic.infusion(
        patient,
        at(0, minute=20),
        ended_at=at(0, hour=11, minute=5),
        discharged_at=at(0, hour=12, minute=15),
        appointment_id="A1",
    )
    refresh_facts(clinic.connection, [patient])
    times = ("infusion_key", "start_delay", "infusion_minutes", "recovery_minutes", "over_minutes")
    assert clinic.rows(AppointmentFact, *times) == [(1, 20, 45, 70, 15)]
    assert clinic.rows(AppointmentFact, "held_start", "held_minutes") == [(600, 135)]
    assert clinic.rows(InfusionFact, "appointment_key") == [(1,)]


def test_a_chair_is_held_as_planned_where_no_infusion_is_recorded(clinic):
    patient = clinic.patient()
    clinic.appointment(at(0), patient_id="P1", status="fulfilled")
    clinic.appointment(at(1), patient_id="P1", status="noshow")
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(AppointmentFact, "held_start", "held_minutes") == [(600, 120), (None, None)]


@pytest.mark.parametrize(
    ("status", "day", "site", "matched"),
    [
        ("fulfilled", 0, "S1", 1),
        ("arrived", 0, "S1", 1),
        ("noshow", 0, "S1", None),
        ("fulfilled", 1, "S1", None),
        ("fulfilled", 0, "S2", None),
    ],
)
def test_an_infusion_that_names_no_appointment_finds_that_of_its_day(
    clinic, status, day, site, matched
):
    patient = clinic.patient()
    clinic.appointment(at(day, hour=13), patient_id="P1", status=status, site_id=site)
    clinic.infusion(patient, at(0, hour=13, minute=10))
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(InfusionFact, "appointment_key") == [(matched,)]


def test_an_appointment_holds_one_infusion(clinic):
    patient = clinic.patient()
    clinic.appointment(at(0), patient_id="P1", status="fulfilled")
    for minute in (10, 50):
        clinic.infusion(patient, at(0, minute=minute), appointment_id="A1")
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(InfusionFact, "appointment_key") == [(1,), (None,)]
