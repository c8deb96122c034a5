"""People on their way into treatment, and what is booked, few enough to count by hand.

The sites, chairs, opening hours and closures are of :mod:`tests.data_access.appointment_clinic`:
North with three chairs, open on weekdays from 8 to 12 and 13 to 17, closed on 12 March; West with
one, open on Wednesdays from 9 to 15, closed on 18 March. A third site, East, has no opening hours.
Today is Wednesday 11 March 2026. All courses are planned for two infusions; Q5's plan is not known.

====  =====  ==========  ========  =====================  =====================
id    site   source      referred  consultation           infusions
====  =====  ==========  ========  =====================  =====================
Q1    North  GP           5 Jan     8 Jan                 15 and 18 Jan
Q2    North  gp           6 Jan    10 Jan missed, 14 Jan  26 Jan
Q3    North  GP           7 Jan    14 Jan
Q4    West   Hospital     9 Mar    20 Mar booked
Q5    West                          3 Feb                  3 Feb
Q6    North  HOSTILE      8 Jan
Q7    West   GP           2 Feb                            5 and 9 Feb
Q8           GP           9 Jan
Q9    North  GP          10 Mar 25  12 Mar 25
Q10   North  GP          20 Feb    10 Feb                 25 Feb and 5 Mar
====  =====  ==========  ========  =====================  =====================

Booked: North's chairs on 13 March but for Chair 3 from 15 to 17, and there an infusion without a
chair on 16 March at 8; a cancelled one and one of 13 hours hold nothing.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from data_access.bulk import insert_rows
from data_access.facts import rebuild_facts
from data_access.filters import Filters
from data_access.schema import Appointment, Infusion, Patient, Series, Site
from tests.data_access.appointment_clinic import fill_sites

TODAY = date(2026, 3, 11)
YEAR = Filters(date(2026, 1, 1), date(2026, 12, 31))
NORTH, WEST, EAST = 1, 2, 3
HOSTILE = "<b>x</b> *y* [z](javascript:1)"

_ZONES = {"S1": ZoneInfo("America/New_York"), "S2": ZoneInfo("America/Los_Angeles")}
_PATIENTS = [
    # id, site, source, referred
    ("Q1", "S1", "GP", date(2026, 1, 5)),
    ("Q2", "S1", "gp ", date(2026, 1, 6)),
    ("Q3", "S1", "GP", date(2026, 1, 7)),
    ("Q4", "S2", "Hospital", date(2026, 3, 9)),
    ("Q5", "S2", None, None),
    ("Q6", "S1", HOSTILE, date(2026, 1, 8)),
    ("Q7", "S2", "GP", date(2026, 2, 2)),
    ("Q8", None, "GP", date(2026, 1, 9)),
    ("Q9", "S1", "GP", date(2025, 3, 10)),
    ("Q10", "S1", "GP", date(2026, 2, 20)),
]
_CONSULTATIONS = [
    ("Q1", "S1", "2026-01-08", "fulfilled"),
    ("Q2", "S1", "2026-01-10", "noshow"),
    ("Q2", "S1", "2026-01-14", "fulfilled"),
    ("Q3", "S1", "2026-01-14", "fulfilled"),
    ("Q4", "S2", "2026-03-20", "booked"),
    ("Q5", "S2", "2026-02-03", "fulfilled"),
    ("Q9", "S1", "2025-03-12", "fulfilled"),
    ("Q10", "S1", "2026-02-10", "fulfilled"),
]
_INFUSIONS = [
    ("Q1", "S1", "2026-01-15"),
    ("Q1", "S1", "2026-01-18"),
    ("Q2", "S1", "2026-01-26"),
    ("Q5", "S2", "2026-02-03"),
    ("Q7", "S2", "2026-02-05"),
    ("Q7", "S2", "2026-02-09"),
    ("Q10", "S1", "2026-02-25"),
    ("Q10", "S1", "2026-03-05"),
]
_BOOKED = [
    # site, start, minutes, chair, status
    ("S1", "2026-03-13T08:00", 240, "N1", "booked"),
    ("S1", "2026-03-13T13:00", 240, "N1", "booked"),
    ("S1", "2026-03-13T08:00", 240, "N2", "booked"),
    ("S1", "2026-03-13T13:00", 240, "N2", "booked"),
    ("S1", "2026-03-13T08:00", 240, "N3", "booked"),
    ("S1", "2026-03-13T13:00", 120, "N3", "booked"),
    ("S1", "2026-03-13T15:00", 120, "N3", "cancelled"),
    ("S1", "2026-03-16T06:00", 780, "N1", "booked"),
    ("S1", "2026-03-16T08:00", 120, None, "booked"),
    # What was usual: half of North's are of 120 minutes.
    ("S1", "2026-02-02T09:00", 120, "N1", "fulfilled"),
    ("S1", "2026-02-03T09:00", 90, "N1", "fulfilled"),
    ("S1", "2026-02-04T09:00", 120, "N1", "noshow"),
    ("S1", "2025-11-04T09:00", 60, "N1", "fulfilled"),
    ("S2", "2026-02-04T09:00", 120, "W1", "fulfilled"),
]


def fill(connection: Connection) -> None:
    """Write the clinic and derive its facts."""
    fill_sites(connection)
    insert_rows(
        connection,
        Site,
        ("site_key", "site_id", "name", "time_zone"),
        [(EAST, "S3", "East", "America/New_York")],
    )
    insert_rows(
        connection,
        Patient,
        (
            "patient_key",
            "patient_id",
            "mrn",
            "given_name",
            "family_name",
            "primary_diagnosis",
            "site_id",
            "referral_source",
            "referred_on",
        ),
        [
            (key, own_id, f"M{key}", "Ann", f"Person {key}", "F33.2", site, source, referred)
            for key, (own_id, site, source, referred) in enumerate(_PATIENTS, 1)
        ],
    )
    treated = list(dict.fromkeys(patient for patient, _, _ in _INFUSIONS))
    insert_rows(
        connection,
        Series,
        (
            "series_key",
            "series_id",
            "patient_id",
            "phase",
            "started_on",
            "planned_infusions",
            "derived",
        ),
        [
            (key, f"R{patient}", patient, "induction", _first(patient), _planned(patient), False)
            for key, patient in enumerate(treated, 1)
        ],
    )
    _fill_appointments(connection)
    _fill_infusions(connection)
    rebuild_facts(connection)


def _first(patient: str) -> date:
    return min(date.fromisoformat(day) for who, _, day in _INFUSIONS if who == patient)


def _planned(patient: str) -> int | None:
    return None if patient == "Q5" else 2


def _fill_appointments(connection: Connection) -> None:
    consultations = [
        (site, "consultation", status, f"{day}T10:00", 60, patient, None)
        for patient, site, day, status in _CONSULTATIONS
    ]
    booked = [
        (site, "infusion", status, start, minutes, None, chair)
        for site, start, minutes, chair, status in _BOOKED
    ]
    rows = []
    for key, row in enumerate([*consultations, *booked], 1):
        site, kind, status, text, minutes, patient, chair = row
        start = datetime.fromisoformat(text).replace(tzinfo=_ZONES[site])
        # By the clock of UTC, or a night in which the clocks change would be longer.
        end = start.astimezone(UTC) + timedelta(minutes=minutes)
        rows.append((key, f"A{key}", site, kind, status, start, end, patient, chair))
    columns = (
        "appointment_key",
        "appointment_id",
        "site_id",
        "kind",
        "status",
        "scheduled_start",
        "scheduled_end",
        "patient_id",
        "chair_id",
    )
    insert_rows(connection, Appointment, columns, rows)


def _fill_infusions(connection: Connection) -> None:
    columns = (
        "infusion_key",
        "infusion_id",
        "patient_id",
        "site_id",
        "started_at",
        "dose_mg",
        "series_id",
        "sequence_number",
        "series_derived",
        "sequence_derived",
    )
    numbers: dict[str, int] = {}
    rows = []
    for key, (patient, site, day) in enumerate(_INFUSIONS, 1):
        numbers[patient] = numbers.get(patient, 0) + 1
        start = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=_ZONES[site])
        placed = (key, f"I{key}", patient, site, start, 40.0, f"R{patient}")
        rows.append((*placed, numbers[patient], False, False))
    insert_rows(connection, Infusion, columns, rows)
