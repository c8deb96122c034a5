"""A clinic whose weeks are all alike, so that a usual week can be worked out in the head.

North has two chairs and is open on Mondays and Tuesdays from 8 to 16: 2 × 2 × 480 = 1,920
chair-minutes a week. Chair 1 is booked for an infusion of 120 minutes at 8, 10, 12 and 14 on both
days: 8 × 120 = 960 minutes. Seven of the eight patients come, each in the order of the hours, and
leave 110 minutes after they were due: 770 minutes used. Whoever is due on Tuesday at 14 misses it.

West has a chair, but no opening hours; South opening hours, but no chair.
"""

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Connection

from data_access.bulk import insert_rows
from data_access.facts import rebuild_facts
from data_access.schema import Appointment, Chair, Infusion, OpeningHours, Patient, Site

Rows = list[tuple[object, ...]]

TODAY = date(2026, 11, 26)
"""A Thursday; the last whole week begins on 16 November."""
_MONDAY = date(2026, 11, 16)
_HOURS = (8, 10, 12, 14)


def fill(connection: Connection, north: str = "North", weeks: int = 30) -> None:
    """Write so many weeks, the last of them the one before this."""
    _sites(connection, north)
    slots = [(day, hour) for day in (0, 1) for hour in _HOURS]
    insert_rows(
        connection,
        Patient,
        ("patient_key", "patient_id", "site_id"),
        [(key, f"P{key}", "S1") for key in range(1, len(slots) + 1)],
    )
    appointments: Rows = []
    infusions: Rows = []
    for ago in range(weeks):
        for patient, (day, hour) in enumerate(slots, 1):
            on = _MONDAY + timedelta(days=day) - ago * timedelta(weeks=1)
            start = datetime.combine(on, time(hour), UTC)
            end = start + timedelta(minutes=120)
            came = patient < len(slots)
            key = len(appointments) + 1
            status = "fulfilled" if came else "noshow"
            person = f"P{patient}"
            appointments.append(
                (key, f"A{key}", "S1", "infusion", status, start, end, person, "N1")
            )
            if came:
                at = start + timedelta(minutes=10)
                left = start + timedelta(minutes=110)
                infusions.append((key, f"I{key}", person, "S1", at, left, 40.0, f"A{key}", "N1"))
    _visits(connection, appointments, infusions)
    rebuild_facts(connection)


def _sites(connection: Connection, north: str) -> None:
    insert_rows(
        connection,
        Site,
        ("site_key", "site_id", "name", "time_zone"),
        [(1, "S1", north, "UTC"), (2, "S2", "West", "UTC"), (3, "S3", "South", "UTC")],
    )
    insert_rows(
        connection,
        Chair,
        ("chair_key", "chair_id", "site_id", "name"),
        [(1, "N1", "S1", "Chair 1"), (2, "N2", "S1", "Chair 2"), (3, "W1", "S2", "Recliner")],
    )
    insert_rows(
        connection,
        OpeningHours,
        ("site_id", "weekday", "opens", "closes"),
        [(site, weekday, time(8), time(16)) for site, weekday in (("S1", 1), ("S1", 2), ("S3", 1))],
    )


def _visits(connection: Connection, appointments: Rows, infusions: Rows) -> None:
    insert_rows(
        connection,
        Appointment,
        (
            "appointment_key",
            "appointment_id",
            "site_id",
            "kind",
            "status",
            "scheduled_start",
            "scheduled_end",
            "patient_id",
            "chair_id",
        ),
        appointments,
    )
    columns = (
        "infusion_key",
        "infusion_id",
        "patient_id",
        "site_id",
        "started_at",
        "discharged_at",
        "dose_mg",
        "appointment_id",
        "chair_id",
        "series_derived",
        "sequence_derived",
    )
    insert_rows(connection, Infusion, columns, [(*row, False, False) for row in infusions])
