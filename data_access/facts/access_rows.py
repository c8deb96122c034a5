"""The facts about the way into treatment, and about how inductions went on."""

from itertools import pairwise

from clinical.calendar import day_date, day_number, month_number, week_number
from clinical.codes import AppointmentKind, DiagnosisGroup, Phase
from clinical.course_scores import USUAL_LENGTH
from data_access.facts.courses import Course, Courses
from data_access.facts.infusion_rows import FactRow
from data_access.facts.records import AppointmentRecord, Clinic, PatientRecords, SiteRecord


def access_rows(
    records: PatientRecords,
    courses: Courses,
    home: SiteRecord | None,
    clinic: Clinic,
    group: DiagnosisGroup,
) -> list[FactRow]:
    """The row of ``access_facts`` of one patient; none who was not referred, seen or treated."""
    patient = records.patient
    consultations = sorted(
        (each for each in records.appointments if each.kind is AppointmentKind.CONSULTATION),
        key=lambda each: (each.scheduled_start, each.appointment_id),
    )
    days = [_day(each, clinic) for each in consultations]
    planned_day = days[0] if days else None
    seen = [day for day, each in zip(days, consultations, strict=True) if each.attended]
    referred = day_number(patient.referred_on) if patient.referred_on else None
    first = courses.treated[0] if courses.treated else None
    first_day = first.started_day if first else None
    entered = [day for day in (referred, planned_day, first_day) if day is not None]
    if not entered:
        return []
    site = home
    if site is None and consultations:
        site = clinic.sites[consultations[0].site_id]
    day = min(entered)
    return [
        {
            "patient_key": patient.patient_key,
            "site_key": site.site_key if site else None,
            "diagnosis_group": int(group),
            "referral_source": " ".join((patient.referral_source or "").split()) or None,
            "entered_day": day,
            "entered_week": week_number(day),
            "entered_month": month_number(day_date(day)),
            "referred_day": referred,
            "consultation_planned_day": planned_day,
            "consultation_day": seen[0] if seen else None,
            "first_infusion_day": first_day,
            "planned": _planned(first),
            "done": len(first.infusions) if first else 0,
            "completed_day": _completed_day(first) if first else None,
        }
    ]


def _day(appointment: AppointmentRecord, clinic: Clinic) -> int:
    zone = clinic.sites[appointment.site_id].zone
    return day_number(appointment.scheduled_start.astimezone(zone).date())


def induction_rows(courses: Courses, group: DiagnosisGroup) -> list[FactRow]:
    """The rows of ``induction_facts`` of one patient."""
    return [
        _induction_row(course, group)
        for course in courses.treated
        if course.series.phase is Phase.INDUCTION
    ]


def _induction_row(course: Course, group: DiagnosisGroup) -> FactRow:
    days = [day_number(each.clinic_day) for each in course.infusions]
    first = course.infusions[0]
    return {
        "series_key": course.series.series_key,
        "patient_key": course.series.patient_key,
        "site_key": first.site.site_key,
        "diagnosis_group": int(group),
        "started_day": days[0],
        "started_week": week_number(days[0]),
        "started_month": month_number(first.clinic_day),
        "planned": _planned(course),
        "planned_known": int(course.series.planned_infusions is not None),
        "done": len(days),
        "completed_day": _completed_day(course),
        "last_day": days[-1],
        "longest_gap": max((after - before for before, after in pairwise(days)), default=None),
    }


def _planned(course: Course | None) -> int:
    known = course.series.planned_infusions if course else None
    return USUAL_LENGTH if known is None else known


def _completed_day(course: Course) -> int | None:
    """The day of the last infusion that was planned."""
    planned = _planned(course)
    if len(course.infusions) < planned:
        return None
    return day_number(course.infusions[planned - 1].clinic_day)
