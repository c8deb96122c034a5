"""The facts about appointments."""

from datetime import timedelta

from clinical.calendar import day_number, month_number, week_number
from clinical.codes import AppointmentStatus, DiagnosisGroup, Phase
from data_access.facts.courses import Courses
from data_access.facts.infusion_rows import FactRow
from data_access.facts.records import AppointmentRecord, Clinic

_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)


def appointment_rows(
    appointments: list[AppointmentRecord], courses: Courses, clinic: Clinic, group: DiagnosisGroup
) -> list[FactRow]:
    """The rows of ``appointment_facts`` of one patient.

    The phase is that of the infusion which took place in the appointment; else that of the latest
    series which had begun by that day.
    """
    phase_of = {
        infusion.record.appointment_id: infusion.series.phase
        for infusion in reversed(courses.infusions)
    }
    rows = []
    for appointment in appointments:
        row = appointment_row(appointment, clinic)
        phase = phase_of.get(appointment.appointment_id)
        if phase is None:
            course = courses.under_way(row["day"])
            phase = course.series.phase if course else Phase.NONE
        rows.append({**row, "phase": int(phase), "diagnosis_group": int(group)})
    return rows


def appointment_row(appointment: AppointmentRecord, clinic: Clinic) -> FactRow:
    """The row of ``appointment_facts`` of an appointment that is kept for nobody yet."""
    site = clinic.sites[appointment.site_id]
    start = appointment.scheduled_start
    local = start.astimezone(site.zone)
    day = day_number(local.date())
    lead_days = notice_hours = None
    if appointment.booked_at is not None:
        lead_days = day - day_number(appointment.booked_at.astimezone(site.zone).date())
    if appointment.cancelled_at is not None and appointment.status is AppointmentStatus.CANCELLED:
        notice_hours = (start - appointment.cancelled_at) / _HOUR
    return {
        "appointment_key": appointment.appointment_key,
        "patient_key": appointment.patient_key,
        "site_key": site.site_key,
        "chair_key": clinic.chairs[appointment.chair_id] if appointment.chair_id else None,
        "provider_key": (
            clinic.providers[appointment.provider_id] if appointment.provider_id else None
        ),
        "kind": int(appointment.kind),
        "status": int(appointment.status),
        "day": day,
        "week": week_number(day),
        "month": month_number(local.date()),
        "weekday": local.isoweekday(),
        "hour": local.hour,
        "minutes": round((appointment.scheduled_end - start) / _MINUTE),
        "lead_days": lead_days,
        "notice_hours": notice_hours,
        "phase": int(Phase.NONE),
        "diagnosis_group": int(DiagnosisGroup.UNKNOWN),
    }
