"""Which infusion took place in which appointment, of one patient."""

from collections.abc import Sequence

from clinical.codes import AppointmentKind
from data_access.facts.courses import PlacedInfusion
from data_access.facts.records import AppointmentRecord


def match_infusions(
    appointments: Sequence[AppointmentRecord], infusions: Sequence[PlacedInfusion]
) -> dict[int, int]:
    """The key of the appointment in which each infusion took place, by the infusion's key.

    As the clinic's record says; an infusion that names no appointment belongs to the patient's
    attended infusion appointment of the same day and site, if one is left (the earliest first). An
    appointment holds one infusion: of several that name it the first in time.
    """
    by_id = {each.appointment_id: each for each in appointments}
    found: dict[int, int] = {}
    taken: set[int] = set()
    for infusion in infusions:
        named = by_id.get(infusion.record.appointment_id or "")
        if named is not None and named.appointment_key not in taken:
            found[infusion.record.infusion_key] = named.appointment_key
            taken.add(named.appointment_key)
    left = sorted(
        (
            each
            for each in appointments
            if each.kind is AppointmentKind.INFUSION
            and each.attended
            and each.appointment_key not in taken
        ),
        key=lambda each: (each.scheduled_start, each.appointment_id),
    )
    for infusion in infusions:
        if infusion.record.appointment_id is None:
            match = next((each for each in left if _is_of(infusion, each)), None)
            if match is not None:
                found[infusion.record.infusion_key] = match.appointment_key
                left.remove(match)
    return found


def _is_of(infusion: PlacedInfusion, appointment: AppointmentRecord) -> bool:
    planned = appointment.scheduled_start.astimezone(infusion.site.zone)
    same_site = appointment.site_id == infusion.record.site_id
    return same_site and planned.date() == infusion.clinic_day
