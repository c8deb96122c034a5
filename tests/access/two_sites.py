"""A clinic with something of everything at two sites, of which the second is marked throughout.

The North has three patients and the West three of the same kind, each with a referral, a
consultation, an induction, a maintenance infusion, scores, side effects and appointments; all words
of the West hold :data:`MARK`. Nobody of one site is ever treated at the other, so that a clinic
without the West is what somebody of the North may know of both. Today is :data:`TODAY`.
"""

from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import Connection, insert, update

from data_access.facts import rebuild_facts
from data_access.filters import Filters
from data_access.handles import set_secret
from data_access.schema import (
    Base,
    Check,
    Closure,
    Medication,
    OpeningHours,
    Patient,
    Provider,
    Rebase,
    Site,
)
from tests.data_access.facts.recorded_clinic import RecordedClinic, at

MARK = "Zzelsewhere"
"""Stands in every name, number and free text of the West, and nowhere else."""
NAMES = "Zzfamily", "Zzgiven", "Zzmrn", "Zzid"
"""Beginnings of names and numbers of patients of both sites."""
FREE_TEXT = "Zzfreetext"
"""Stands in every free text about a patient, of both sites."""
BIRTH_YEAR = 1953
"""Everybody was born in it."""
TODAY = date(2026, 6, 30)
ALL = Filters(date(2026, 1, 1), TODAY)
BASELINE = 20
"""Of everybody's first course, on the PHQ-9."""
WEST_PATIENT, WEST_INFUSION = 4, 22
"""Keys in a clinic with both sites."""
_LAST = (TODAY - date(2026, 3, 1)).days
"""Today in days after 1 March 2026."""


class _Clinic(RecordedClinic):
    """Gives patients identifiers that can be told from everything else."""

    def identifier(self, key: int) -> str:
        return f"Zzid{key}{MARK if key >= WEST_PATIENT else ''}"

    def _add(self, model: type[Base], letter: str, **columns: Any) -> int:
        if model is Patient:
            columns["patient_id"] = f"P{self._keys[model] + 1}"
        if "patient_id" in columns:
            columns["patient_id"] = self.identifier(int(columns["patient_id"].removeprefix("P")))
        return super()._add(model, letter, **columns)


def fill(connection: Connection, *, west: bool = True) -> None:
    """Write the clinic with all facts; both sites are there in any case."""
    set_secret(connection, "the same in every test")
    clinic = _Clinic(connection)
    connection.execute(update(Site).where(Site.site_id == "S2").values(name=f"West {MARK}"))
    for number, mark in enumerate(("", f" {MARK}"), start=1):
        _rebase(connection, number, mark)
    _site(clinic, 1, "")
    if west:
        _site(clinic, 2, f" {MARK}")
    rebuild_facts(connection)


def _site(clinic: _Clinic, number: int, mark: str) -> None:
    site, add = f"S{number}", clinic.connection.execute
    hours = {"site_id": site, "opens": time(8), "closes": time(18)}
    add(insert(OpeningHours), [{**hours, "weekday": day} for day in range(1, 6)])
    add(insert(Closure).values(site_id=site, date=TODAY - timedelta(days=9), reason=f"Fair{mark}"))
    key = 10 + number
    person = {"name": f"Nurse {number}{mark}", "role": "nurse"}
    add(insert(Provider).values(provider_key=key, provider_id=f"N{number}", **person))
    chairs = [clinic.chair(site_id=site, name=f"Chair {each}{mark}") for each in range(2)]
    for place in range(3):
        _person(clinic, number, place, mark, f"C{chairs[place % 2]}")


def _rebase(connection: Connection, number: int, mark: str) -> None:
    """A decision about a site; the state of the database counts all of them."""
    connection.execute(
        insert(Rebase).values(
            rebase_key=number,
            term="Nausea",
            site_id=f"S{number}",
            from_day=date(2026, 4, 1),
            withdrawn=False,
            decided_by=f"Dr Ash{mark}",
            decided_at=at(31),
            reason=f"Why{mark}",
        )
    )


def _person(clinic: _Clinic, number: int, place: int, mark: str, chair: str) -> None:
    """One patient: referred, seen, treated six times, once boosted, and booked again."""
    begin = 35 + 7 * place
    where: dict[str, Any] = {"site_id": f"S{number}"}
    key = clinic.patient(
        mrn=f"Zzmrn{number}{place}{mark}",
        given_name=f"Zzgiven{place}{mark}",
        family_name=f"Zzfamily{place}{mark}",
        birth_date=date(BIRTH_YEAR, 1 + place, 3),
        sex=("female", "male", "female")[place],
        primary_diagnosis=("F33.2", "F31.4", "F33.2")[place],
        failed_antidepressants=3 * place,
        hypertension=place == 1,
        referral_source=f"{FREE_TEXT} source{mark}",
        referred_on=date(2026, 2, 10),
        **where,
    )
    connection = clinic.connection
    of = {"patient_id": f"P{key}"}
    by = {"provider_id": f"N{number}", "chair_id": chair}
    clinic.appointment(at(-8), kind="consultation", status="fulfilled", **where, **of)
    clinic.score(key, at(begin, 8), BASELINE, item_9=1)
    clinic.score(key, at(begin, 8), 18, "QIDS-SR16")
    series = clinic.series(
        key, "induction", date(2026, 3, 1) + timedelta(days=begin), planned_infusions=6
    )
    for given in range(6):
        day = begin + 3 * given
        booked = clinic.appointment(
            at(day, 9), status="fulfilled", booked_at=at(-5), **where, **of, **by
        )
        infusion = _infusion(clinic, key, day, series, f"A{booked}", place, mark, {**where, **by})
        clinic.score(key, at(day, 14), 14 - 3 * given, infusion_id=f"I{infusion}")
        later = day + (3 if given < 5 else 7)  # before the next, or well after the last
        clinic.score(key, at(later, 8), 15 - 3 * given, item_9=place % 2)
        clinic.score(key, at(later, 8), 15 - 2 * given, "QIDS-SR16")
    clinic.score(key, at(begin + 35, 9), 6)
    boosted = clinic.series(key, "maintenance", date(2026, 6, 1))
    last = _LAST - 3 * place
    booked = clinic.appointment(at(last, 9), status="fulfilled", **where, **of, **by)
    _infusion(clinic, key, last, boosted, f"A{booked}", place, mark, {**where, **by})
    for instrument, total in (("WHO-5", 40), ("GAD-7", 8), ("C-SSRS", 2)):
        clinic.score(key, at(begin, 8), total, instrument)
        clinic.score(key, at(begin + 12, 8), total - 1, instrument)
    _appointments(clinic, place, mark, {**where, **of, **by})
    connection.execute(
        insert(Medication).values(
            medication_key=key,
            medication_id=f"M{key}",
            name=f"{FREE_TEXT} medicine{mark}",
            started_on=date(2026, 1, 1),
            class_="antidepressant",
            patient_id=clinic.identifier(key),
        )
    )
    connection.execute(
        insert(Check).values(
            check_key=key,
            check_id=f"K{key}",
            kind="bladder",
            done_on=date(2026, 3, 5),
            result="normal",
            value=f"{FREE_TEXT} value{mark}",
            patient_id=clinic.identifier(key),
        )
    )


def _infusion(
    clinic: _Clinic,
    key: int,
    day: int,
    series: int,
    appointment: str,
    place: int,
    mark: str,
    columns: dict[str, Any],
) -> int:
    stopped = place == 2 and day % 2 == 1
    infusion = clinic.infusion(
        key,
        at(day, 9, 10),
        ended_at=at(day, 9, 55),
        discharged_at=at(day, 11, 20),
        series_id=f"X{series}",
        appointment_id=appointment,
        weight_kg=70.0,
        dose_mg=35.0 + 7 * place,
        lot_number=f"L{place}{mark}",
        stopped_early=stopped,
        stop_reason=f"{FREE_TEXT} stop{mark}" if stopped else None,
        side_effects_recorded=True,
        **columns,
    )
    for minute, systolic in ((0, 120), (30, 150 + 20 * place), (60, 165 + 10 * place)):
        clinic.vitals(
            infusion,
            at(day, 9 + (10 + minute) // 60, (10 + minute) % 60),
            systolic_mmhg=systolic,
            diastolic_mmhg=80,
            spo2_percent=96.0 - place,
            sedation_moaas=4,
        )
    times = {"onset_at": at(day, 9, 20), "resolved_at": at(day, 10, 30)}
    clinic.side_effect(infusion, "Nausea", grade=1 + place, **times)
    clinic.side_effect(infusion, "Hypertension", grade=3, serious=place == 0, **times)
    clinic.side_effect(infusion, "Headache", grade=1, onset_at=at(day, 8))
    if mark:
        clinic.side_effect(infusion, f"Pain{mark}", grade=2, **times)
    return infusion


def _appointments(clinic: _Clinic, place: int, mark: str, columns: dict[str, Any]) -> None:
    """Missed and cancelled ones, one on a day without opening, and those that are booked."""
    early = at(place, 15)
    clinic.appointment(at(40 + place, 9), status="noshow", booked_at=early, **columns)
    for each in range(2):
        clinic.appointment(
            at(60 + place + 7 * each, 13),
            status="cancelled",
            booked_at=early,
            cancelled_at=at(60 + place + 7 * each, 3),
            cancellation_reason=f"{FREE_TEXT} reason{mark}",
            **columns,
        )
    nowhere = {name: value for name, value in columns.items() if name != "chair_id"}
    too_long = {"scheduled_end": at(50 + place, 22), "status": "noshow"}
    clinic.appointment(at(50 + place, 7), **too_long, **nowhere)
    clinic.appointment(at(_LAST - 9, 9), status="fulfilled", kind="follow_up", **columns)
    clinic.appointment(at(_LAST, 12 + place), booked_at=early, **columns)
    for day in (1, 8, 15):
        clinic.appointment(at(_LAST + day + place, 9), booked_at=early, **columns)
