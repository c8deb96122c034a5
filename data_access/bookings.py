"""What is booked for a patient, as part of a statement about patients."""

from datetime import date

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import InstrumentedAttribute

from clinical.calendar import day_number
from clinical.codes import AppointmentKind, AppointmentStatus
from data_access.schema import AppointmentFact


def next_booked_day(
    patient_key: InstrumentedAttribute[int], today: date, kind: AppointmentKind | None = None
) -> ScalarSelect[int]:
    """The day number of the patient's next booked appointment from ``today`` on, of a kind."""
    booked = select(func.min(AppointmentFact.day)).where(
        AppointmentFact.status == int(AppointmentStatus.BOOKED),
        AppointmentFact.patient_key == patient_key,
        AppointmentFact.day >= day_number(today),
    )
    if kind is not None:
        booked = booked.where(AppointmentFact.kind == int(kind))
    return booked.scalar_subquery()
