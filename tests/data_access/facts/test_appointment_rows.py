"""The facts about appointments against rows worked by hand."""

from datetime import date

from sqlalchemy import update

from clinical.codes import (
    AppointmentKind,
    AppointmentStatus,
    DiagnosisGroup,
    Phase,
)
from data_access.facts import (
    refresh_facts,
    refresh_unassigned_appointments,
)
from data_access.schema import (
    Appointment,
    AppointmentFact,
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
        "minutes": 120,
        "lead_days": 7,
        "notice_hours": 24.0,
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
