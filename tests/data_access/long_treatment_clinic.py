"""One patient treated for long, small enough to follow by hand: items, vital signs, checks.

Ada (P1, North, New York) had infusions I1 on 2 and I2 on 5 January 2026 (induction) and I3 on 10
February (maintenance); I3 is esketamine. Ben (P2, South) had one, I4, on 2 January. Infusions
begin at 18:00 UTC, which is 13:00 in New York.
"""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection

from data_access.bulk import insert_rows
from data_access.facts import rebuild_facts
from data_access.schema import (
    Assessment,
    Check,
    Infusion,
    Patient,
    SideEffect,
    Site,
    VitalSigns,
)

ADA, BEN = 1, 2
I1, I2, I3, I4 = 1, 2, 3, 4
_DAYS = {
    "I1": date(2026, 1, 2),
    "I2": date(2026, 1, 5),
    "I3": date(2026, 2, 10),
    "I4": date(2026, 1, 2),
}


def start(infusion: str) -> datetime:
    """When an infusion began."""
    day = _DAYS[infusion]
    return datetime(day.year, day.month, day.day, 18, tzinfo=UTC)


def _minute(infusion: str, minute: float | None) -> datetime | None:
    return None if minute is None else start(infusion) + timedelta(minutes=minute)


_INFUSIONS = [
    # key, id, patient, site, drug, dose, weight, end, discharge
    (I1, "I1", "P1", "S1", None, 40.0, 80.0, 40, 100),
    (I2, "I2", "P1", "S1", "ketamine", 41.5, None, 44, None),
    (I3, "I3", "P1", "S1", "esketamine", 84.0, 79.5, None, None),
    (I4, "I4", "P2", "S2", None, 50.0, None, 40, None),
]
_VITALS = [
    # infusion, minute, systolic, diastolic, heart rate, SpO2, sedation
    ("I1", -5, 120, 80, 70, 98.0, 5),
    ("I1", 40, 150, 95, 82, None, 4),
    ("I1", 41.5, None, None, None, 93.5, None),
    ("I2", 0, 125, 82, 71, 97.0, 5),
    ("I4", 0, 201, 121, 70, 98.0, 5),
]
_SIDE_EFFECTS = [
    # key, infusion, term as written, grade, onset, resolved
    (1, "I1", "feeling sick", 2, 15, 75),
    (2, "I1", "spaced out", None, None, None),
    (3, "I3", "Headache", 1, 20, None),
    (4, "I4", "Headache", 1, 20, 60),
]
_ITEMS = [
    # key, patient, day, instrument, total, items
    (1, "P1", date(2026, 1, 1), "PHQ-9", 15, (2, 2, 2, 3, 1, 2, 1, 1, 1)),
    (2, "P1", date(2026, 1, 5), "PHQ-9", 9, (1, 1, None, 2, 1, 1, 1, 1, 0)),
    (3, "P1", date(2026, 1, 5), "GAD-7", 7, (1, 1, 1, 1, 1, 1, 1, None, None)),
    (4, "P2", date(2026, 1, 1), "PHQ-9", 27, (3,) * 9),
]
_CHECKS = [
    # key, patient, kind, day, result, value
    (1, "P1", "weight", date(2026, 1, 20), "normal", "81"),
    (2, "P1", "bladder", date(2026, 1, 2), "abnormal", "<b>urgency</b>"),
    (3, "P1", "liver", date(2025, 12, 20), None, None),
    (4, "P2", "bladder", date(2026, 1, 2), "normal", None),
]


def fill(connection: Connection) -> None:
    """Write the clinic with all facts."""
    insert_rows(
        connection,
        Site,
        ("site_key", "site_id", "name", "time_zone"),
        [(1, "S1", "North", "America/New_York"), (2, "S2", "South", "America/Chicago")],
    )
    insert_rows(
        connection,
        Patient,
        ("patient_key", "patient_id", "site_id"),
        [(ADA, "P1", "S1"), (BEN, "P2", "S2")],
    )
    _insert_infusions(connection)
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
        [(infusion, _minute(infusion, minute), *values) for infusion, minute, *values in _VITALS],
    )
    insert_rows(
        connection,
        SideEffect,
        (
            "side_effect_key",
            "side_effect_id",
            "infusion_id",
            "term",
            "grade",
            "onset_at",
            "resolved_at",
        ),
        [
            (key, f"E{key}", infusion, term, grade, _minute(infusion, on), _minute(infusion, off))
            for key, infusion, term, grade, on, off in _SIDE_EFFECTS
        ],
    )
    _insert_scores(connection)
    insert_rows(
        connection,
        Check,
        ("check_key", "check_id", "patient_id", "kind", "done_on", "result", "value"),
        [(key, f"K{key}", *check) for key, *check in _CHECKS],
    )
    rebuild_facts(connection)


def _insert_infusions(connection: Connection) -> None:
    insert_rows(
        connection,
        Infusion,
        (
            "infusion_key",
            "infusion_id",
            "patient_id",
            "site_id",
            "started_at",
            "drug",
            "dose_mg",
            "weight_kg",
            "ended_at",
            "discharged_at",
            "series_derived",
            "sequence_derived",
        ),
        [
            (
                key,
                own_id,
                patient,
                site,
                start(own_id),
                drug,
                dose,
                weight,
                _minute(own_id, end),
                _minute(own_id, discharge),
                False,
                False,
            )
            for key, own_id, patient, site, drug, dose, weight, end, discharge in _INFUSIONS
        ],
    )


def _insert_scores(connection: Connection) -> None:
    items = tuple(f"item_{number}" for number in range(1, 10))
    insert_rows(
        connection,
        Assessment,
        (
            "assessment_key",
            "assessment_id",
            "patient_id",
            "completed_at",
            "instrument",
            "total_score",
            *items,
        ),
        [
            (
                key,
                f"Q{key}",
                patient,
                datetime(day.year, day.month, day.day, 14, tzinfo=UTC),
                instrument,
                float(total),
                *answers,
            )
            for key, patient, day, instrument, total, answers in _ITEMS
        ],
    )
