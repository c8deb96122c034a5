"""The facts about appointments."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from clinical.calendar import day_number, month_number, week_number
from clinical.codes import (
    AppointmentStatus,
    DiagnosisGroup,
    Phase,
    VisitorOrder,
    days_ahead,
)
from clinical.occupancy import held_span
from data_access.facts.courses import Courses
from data_access.facts.infusion_rows import FactRow, minutes_until
from data_access.facts.records import AppointmentRecord, Clinic, InfusionRecord, SiteRecord

_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_HOURS_A_DAY = 24
_MINUTES_A_DAY = 1440


def appointment_rows(
    appointments: Sequence[AppointmentRecord],
    courses: Courses,
    attended: Mapping[int, int],
    clinic: Clinic,
    group: DiagnosisGroup,
) -> list[FactRow]:
    """The rows of ``appointment_facts`` of one patient.

    ``attended``: the appointment of each infusion (:mod:`data_access.facts.attended`). The phase is
    that of the infusion which took place in the appointment; else that of the latest series which
    had begun by that day.
    """
    placed = {
        attended[each.record.infusion_key]: each
        for each in courses.infusions
        if each.record.infusion_key in attended
    }
    first_infusion = courses.infusions[0].record.started_at if courses.infusions else None
    demands = _demands(appointments)
    rows = []
    for appointment, history in _with_history(appointments, first_infusion):
        infusion = placed.get(appointment.appointment_key)
        row = appointment_row(appointment, clinic, infusion.record if infusion else None)
        if infusion is not None:
            phase = infusion.series.phase
        else:
            course = courses.under_way(row["day"])
            phase = course.series.phase if course else Phase.NONE
        demand = demands[appointment.appointment_id]
        first = demand.first
        wished = first.scheduled_start.astimezone(clinic.sites[first.site_id].zone)
        rows.append(
            {
                **row,
                "phase": int(phase),
                "diagnosis_group": int(group),
                "newcomer": int(history.newcomer),
                "due_before": history.due,
                "missed_before": history.missed,
                "moved": int(demand.moved),
                "moves": demand.moves,
                "first_day": day_number(wished.date()),
            }
        )
    return rows


class _History(NamedTuple):
    """What had become of a patient's earlier appointments."""

    newcomer: VisitorOrder
    due: int
    missed: int


def _with_history(
    appointments: Sequence[AppointmentRecord], first_infusion: datetime | None
) -> Iterator[tuple[AppointmentRecord, _History]]:
    """Each appointment, in the order of time, with what had been before it."""
    due = missed = 0
    by_time = sorted(appointments, key=lambda each: (each.scheduled_start, each.appointment_id))
    for appointment in by_time:
        start = appointment.scheduled_start
        treated = first_infusion is not None and first_infusion < start - _HOUR * _HOURS_A_DAY / 2
        known = due > missed or treated
        yield (
            appointment,
            _History(VisitorOrder.RETURNING if known else VisitorOrder.NEW, due, missed),
        )
        is_missed = appointment.status is AppointmentStatus.NOSHOW
        due += is_missed or appointment.attended
        missed += is_missed


class _Demand(NamedTuple):
    """What was wished for: the first appointment made for it, and how often it was moved."""

    first: AppointmentRecord
    moves: int
    moved: bool


def _demands(appointments: Sequence[AppointmentRecord]) -> dict[str, _Demand]:
    """The demand behind each appointment, by its identifier.

    An appointment that replaces one of another patient's begins a demand of its own; so does one
    that would replace itself through others.
    """
    by_id = {each.appointment_id: each for each in appointments}
    replaced = {each.rescheduled_from for each in appointments}
    found = {}
    for appointment in appointments:
        first, seen = appointment, {appointment.appointment_id}
        while (before := by_id.get(first.rescheduled_from or "")) is not None:
            if before.appointment_id in seen:
                break
            seen.add(before.appointment_id)
            first = before
        identifier = appointment.appointment_id
        found[identifier] = _Demand(first, len(seen) - 1, identifier in replaced)
    return found


def appointment_row(
    appointment: AppointmentRecord, clinic: Clinic, infusion: InfusionRecord | None = None
) -> FactRow:
    """The row of ``appointment_facts`` of an appointment that is kept for nobody yet.

    ``infusion``: the one that took place in it.
    """
    site = clinic.sites[appointment.site_id]
    start = appointment.scheduled_start
    local = start.astimezone(site.zone)
    day = day_number(local.date())
    lead_days = lead_hours = notice_hours = None
    if appointment.booked_at is not None:
        lead_days = day - day_number(appointment.booked_at.astimezone(site.zone).date())
        lead_hours = (start - appointment.booked_at) / _HOUR
    if appointment.cancelled_at is not None and appointment.status is AppointmentStatus.CANCELLED:
        notice_hours = (start - appointment.cancelled_at) / _HOUR
    notice_days = None if notice_hours is None else int(notice_hours // _HOURS_A_DAY)
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
        "start_minute": local.hour * 60 + local.minute,
        "minutes": round((appointment.scheduled_end - start) / _MINUTE),
        "lead_days": lead_days,
        "lead_hours": lead_hours,
        "lead_band": int(days_ahead(lead_days)),
        "notice_hours": notice_hours,
        "notice_band": int(days_ahead(notice_days)),
        "newcomer": int(VisitorOrder.UNKNOWN),
        "due_before": 0,
        "missed_before": 0,
        "moved": 0,
        "moves": 0,
        "first_day": day,
        "phase": int(Phase.NONE),
        "diagnosis_group": int(DiagnosisGroup.UNKNOWN),
        **_times(appointment, infusion),
        **_held(appointment, infusion, site, day),
    }


def _times(appointment: AppointmentRecord, infusion: InfusionRecord | None) -> FactRow:
    """How the infusion went beside its plan, in minutes; each missing where not recorded."""
    if infusion is None:
        names = ("infusion_key", "start_delay", "infusion_minutes", "recovery_minutes")
        return {**dict.fromkeys(names), "over_minutes": None}
    ended, discharged = infusion.ended_at, infusion.discharged_at
    return {
        "infusion_key": infusion.infusion_key,
        "start_delay": minutes_until(appointment.scheduled_start, infusion.started_at),
        "infusion_minutes": minutes_until(infusion.started_at, ended),
        "recovery_minutes": minutes_until(ended, discharged) if ended else None,
        "over_minutes": minutes_until(appointment.scheduled_end, discharged),
    }


def _held(
    appointment: AppointmentRecord, infusion: InfusionRecord | None, site: SiteRecord, day: int
) -> FactRow:
    """The span for which the chair was held, by the site's clock on the day of the appointment."""
    span = None
    if appointment.attended:
        span = held_span(
            (appointment.scheduled_start, appointment.scheduled_end),
            (infusion.started_at, infusion.ended_at, infusion.discharged_at) if infusion else None,
        )
    if span is None:
        return {"held_start": None, "held_minutes": None}
    local = span[0].astimezone(site.zone)
    days_later = day_number(local.date()) - day
    return {
        "held_start": days_later * _MINUTES_A_DAY + local.hour * 60 + local.minute,
        "held_minutes": minutes_until(*span),
    }
