"""Infusions whose vital signs are small enough to count by hand; one begins each day at 18:00 UTC.

==========  =======  =====  ======  =======  ======  ====  =========================================
infusion    patient  site   day     history  number  form  readings: minute systolic/diastolic
==========  =======  =====  ======  =======  ======  ====  =========================================
V1          P1       North  2 Mar   yes      1       yes   -5 120/80, 20 165/90, 40 164/99
V2          P1       North  3 Mar   yes      2       yes   0 150/90, 20 180/95, 40 181/95
V3          P1       North  4 Mar   yes      3       no    0 150/90, 20 200/110, 40 150/109
V4          P2       South  2 Apr   no       1       yes   0 130/100
V5          P2       South  3 Apr   no       2       yes   0 118/70, 38 110/70
V6          P2       South  4 Apr   no       3       yes   none at all
V7          P3       South  5 May   unknown  1       yes   20: heart rate 90 only
==========  =======  =====  ======  =======  ======  ====  =========================================

Oxygen: V1 94, V2 93.9, V3 90, V4 89.5, V5 98. Sedation: V1 5, V2 4, V3 3, V5 2. Hypertension was
recorded as a side effect in V1 (twice, in other words) and in V5. V1 ends after 40 minutes, its
discharge is after 100; of V2 the end is known, of the others neither.
"""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection

from data_access.bulk import insert_rows
from data_access.facts import rebuild_facts
from data_access.filters import Filters
from data_access.schema import Infusion, Patient, SideEffect, Site, VitalSigns

ALL = Filters(start=date(2026, 1, 1), end=date(2026, 12, 31))
NORTH, SOUTH = 1, 2

DAYS = {
    "V1": date(2026, 3, 2),
    "V2": date(2026, 3, 3),
    "V3": date(2026, 3, 4),
    "V4": date(2026, 4, 2),
    "V5": date(2026, 4, 3),
    "V6": date(2026, 4, 4),
    "V7": date(2026, 5, 5),
}
_PATIENTS = [
    # key, id, site, hypertension, born, diagnosis
    (1, "P1", "S1", True, date(1960, 1, 1), "F33.2"),
    (2, "P2", "S2", False, date(1990, 1, 1), "F31.4"),
    (3, "P3", "S2", None, None, None),
]
_INFUSIONS = [
    # key, id, patient, site, mg, kg, end, discharge, form filled in
    (1, "V1", "P1", "S1", 40.0, 80.0, 40, 100, True),
    (2, "V2", "P1", "S1", 40.0, 80.0, 45, None, True),
    (3, "V3", "P1", "S1", 40.0, 80.0, None, None, None),
    (4, "V4", "P2", "S2", 56.0, 70.0, None, None, True),
    (5, "V5", "P2", "S2", 56.0, 70.0, None, None, True),
    (6, "V6", "P2", "S2", 56.0, 70.0, None, None, True),
    (7, "V7", "P3", "S2", 40.0, None, None, None, True),
]
READINGS = [
    # infusion, minute, systolic, diastolic, heart rate, SpO2, sedation
    ("V1", -5, 120, 80, 70, 98.0, 5),
    ("V1", 20, 165, 90, 80, 94.0, None),
    ("V1", 40, 164, 99, None, None, None),
    ("V2", 0, 150, 90, 70, 98.0, 5),
    ("V2", 20, 180, 95, 80, 93.9, 4),
    ("V2", 40, 181, 95, 85, 95.0, 5),
    ("V3", 0, 150, 90, None, 97.0, 5),
    ("V3", 20, 200, 110, None, 90.0, 3),
    ("V3", 40, 150, 109, None, 96.0, 4),
    ("V4", 0, 130, 100, 66, 89.5, None),
    ("V4", 10, None, None, None, None, None),
    ("V5", 0, 118, 70, 60, 98.0, 5),
    ("V5", 38, 110, 70, 61, 98.0, 2),
    ("V7", 20, None, None, 90, None, None),
]
_SIDE_EFFECTS = [
    # key, infusion, term as written, grade
    (1, "V1", "high blood pressure", 2),
    (2, "V1", "HYPERTENSION", 3),
    (3, "V5", "Hypertension", 1),
    (4, "V2", "Nausea", 1),
]


def _at(infusion: str, minute: float | None) -> datetime | None:
    day = DAYS[infusion]
    start = datetime(day.year, day.month, day.day, 18, tzinfo=UTC)
    return None if minute is None else start + timedelta(minutes=minute)


def fill(connection: Connection, *, with_readings: bool = True) -> None:
    """Write the clinic with all facts."""
    insert_rows(
        connection,
        Site,
        ("site_key", "site_id", "name", "time_zone"),
        [(NORTH, "S1", "North", "America/New_York"), (SOUTH, "S2", "South", "America/Chicago")],
    )
    insert_rows(
        connection,
        Patient,
        (
            "patient_key",
            "patient_id",
            "site_id",
            "hypertension",
            "birth_date",
            "primary_diagnosis",
        ),
        _PATIENTS,
    )
    columns = (
        "infusion_key",
        "infusion_id",
        "patient_id",
        "site_id",
        "dose_mg",
        "weight_kg",
        "side_effects_recorded",
        "started_at",
        "ended_at",
        "discharged_at",
        "series_derived",
        "sequence_derived",
    )
    insert_rows(
        connection,
        Infusion,
        columns,
        [
            (
                key,
                own_id,
                patient,
                site,
                mg,
                kg,
                form,
                _at(own_id, 0),
                _at(own_id, end),
                _at(own_id, discharge),
                False,
                False,
            )
            for key, own_id, patient, site, mg, kg, end, discharge, form in _INFUSIONS
        ],
    )
    if with_readings:
        insert_rows(
            connection,
            VitalSigns,
            (
                "infusion_id",
                "measured_at",
                "systolic_mmhg",
                "diastolic_mmhg",
                "heart_rate_bpm",
                "spo2_percent",
                "sedation_moaas",
            ),
            [(infusion, _at(infusion, minute), *values) for infusion, minute, *values in READINGS],
        )
    insert_rows(
        connection,
        SideEffect,
        ("side_effect_key", "side_effect_id", "infusion_id", "term", "grade"),
        [(key, f"E{key}", infusion, term, grade) for key, infusion, term, grade in _SIDE_EFFECTS],
    )
    rebuild_facts(connection)
