"""A clinic small enough to follow by hand, for the Patients page. Today is 31 March 2026.

=======  =====================  =====  ============================  =======================
patient  name                   site   latest series                 PHQ-9 of that series
=======  =====================  =====  ============================  =======================
1 / P1   Anna-Lena Müller       North  induction, 3 of 6, February   20; 14, 10 before; 8 after
2 / P2   Bob O'Brien            North  induction, 2, March           16; 21 before
3 / P3   Özlem Çelik            South  induction, 2, February        18; 4 before
4 / P4   _**Max**_ <b>$Power$   South  induction, 1, March           none; 12 after
5 / P5   Anna Novak             North  induction, 1, March           20; no later score
6 / P6   Carl 100%              North  maintenance, 2, Feb–March     8; 8 before (22 at first)
7 / P7   Dora Alt               North  induction, 1, June 2024       24; 20 after
8 / P8   (no name)              South  none                          none
=======  =====================  =====  ============================  =======================

"Before": on the day of the next infusion; "after": the day after the infusion. P1 also has GAD-7
scores of 12 and 6. P1's third infusion was stopped early with side effects and a rise of 30 mmHg.
Who gave the latest infusion: Grace Hall (V1) to P1 and P5, another Grace Hall (V2) to P3, Omar Reed
(V3) to P2 and P6, Ida Past (V4) to P7, nobody named to P4.

:func:`record_thoughts` adds what :func:`fill` leaves out: suicidal thoughts. P2's item 9 rises from
0 to 1; C-SSRS is 3 at once in P4, rises from 0 to 2 in P6, and from 0 to 1 in P3, whose last
infusion is 49 days ago.
"""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, update

from data_access.bulk import insert_rows
from data_access.facts import rebuild_facts
from data_access.filters import Filters
from data_access.schema import (
    Appointment,
    Assessment,
    Infusion,
    Patient,
    Provider,
    Series,
    SideEffect,
    Site,
    VitalSigns,
)

TODAY = date(2026, 3, 31)
NOW = datetime(2026, 3, 31, 15, tzinfo=UTC)
YEAR = Filters(start=date(2025, 4, 1), end=TODAY)

_SITES = [(1, "S1", "North", "America/New_York"), (2, "S2", "South", "America/Chicago")]
_PATIENTS = [
    # key, id, record number, given, family, born, sex, diagnosis, failed antidepressants, site
    (1, "P1", "A-100", "Anna-Lena", "Müller", date(1980, 4, 1), "female", "F33.2", 3, "S1"),
    (2, "P2", "A-200", "Bob", "O'Brien", date(1975, 3, 31), "male", "F33.2", 0, "S1"),
    (3, "P3", "B-300", "Özlem", "Çelik", None, "female", "F31.4", 0, "S2"),
    (4, "P4", None, "_**Max**_", "<b>$Power$", None, None, None, None, "S2"),
    (5, "P5", "A-500", "Anna", "Novak", None, None, "F33.2", 2, "S1"),
    (6, "P6", "A-600", "Carl", "100%", None, None, "F33.2", 2, "S1"),
    (7, "P7", "A-700", "Dora", "Alt", None, None, "F33.2", 2, "S1"),
    (8, "P8", None, None, None, None, None, None, None, "S2"),
]
_PROVIDERS = [
    (1, "V1", "Grace Hall", "nurse"),
    (2, "V2", "Grace Hall", "nurse"),
    (3, "V3", "Omar Reed", "physician"),
    (4, "V4", "Ida Past", "nurse"),
]
_GAVE = {
    "I1": "V3",
    "I3": "V1",
    "I5": "V3",
    "I7": "V2",
    "I9": "V1",
    "I11": "V1",
    "I12": "V3",
    "I13": "V4",
}
"""Who gave which infusion; P1's and P6's earlier ones somebody else."""
_SERIES = [(1, "SER1", "P1", "induction", date(2026, 2, 2), 6)]
_INFUSIONS = [
    # id, patient, site, series, day, stopped early
    ("I1", "P1", "S1", "SER1", date(2026, 2, 2), False),
    ("I2", "P1", "S1", "SER1", date(2026, 2, 6), False),
    ("I3", "P1", "S1", "SER1", date(2026, 2, 10), True),
    ("I4", "P2", "S1", None, date(2026, 3, 3), False),
    ("I5", "P2", "S1", None, date(2026, 3, 6), False),
    ("I6", "P3", "S2", None, date(2026, 2, 3), False),
    ("I7", "P3", "S2", None, date(2026, 2, 10), False),
    ("I8", "P4", "S2", None, date(2026, 3, 5), False),
    ("I9", "P5", "S1", None, date(2026, 3, 10), False),
    ("I10", "P6", "S1", None, date(2025, 10, 1), False),
    ("I11", "P6", "S1", None, date(2026, 2, 10), False),
    ("I12", "P6", "S1", None, date(2026, 3, 17), False),
    ("I13", "P7", "S1", None, date(2024, 6, 3), False),
]
_SCORES = [
    # patient, instrument, day, hour (UTC; infusions begin at 18), total, item 9
    ("P1", "PHQ-9", date(2026, 2, 1), 14, 20, 2),
    ("P1", "PHQ-9", date(2026, 2, 6), 14, 14, 2),
    ("P1", "PHQ-9", date(2026, 2, 10), 14, 10, 1),
    ("P1", "PHQ-9", date(2026, 2, 11), 14, 8, 0),
    ("P1", "GAD-7", date(2026, 2, 1), 14, 12, None),
    ("P1", "GAD-7", date(2026, 2, 10), 14, 6, None),
    ("P2", "PHQ-9", date(2026, 3, 3), 14, 16, None),
    ("P2", "PHQ-9", date(2026, 3, 6), 14, 21, None),
    ("P3", "PHQ-9", date(2026, 2, 3), 14, 18, None),
    ("P3", "PHQ-9", date(2026, 2, 10), 14, 4, None),
    ("P4", "PHQ-9", date(2026, 3, 6), 14, 12, None),
    ("P5", "PHQ-9", date(2026, 3, 9), 14, 20, None),
    ("P6", "PHQ-9", date(2025, 9, 30), 14, 22, None),
    ("P6", "PHQ-9", date(2026, 2, 9), 14, 8, None),
    ("P6", "PHQ-9", date(2026, 3, 17), 14, 8, None),
    ("P7", "PHQ-9", date(2024, 6, 2), 14, 24, None),
    ("P7", "PHQ-9", date(2024, 6, 4), 14, 20, None),
]
_APPOINTMENTS = [
    # patient, site, status, its start in UTC
    ("P1", "S1", "booked", datetime(2026, 4, 9, 18, tzinfo=UTC)),
    ("P1", "S1", "booked", datetime(2026, 4, 3, 18, tzinfo=UTC)),
    ("P2", "S1", "cancelled", datetime(2026, 4, 2, 18, tzinfo=UTC)),
    ("P2", "S1", "booked", datetime(2026, 3, 30, 18, tzinfo=UTC)),
    ("P3", "S2", "booked", datetime(2026, 4, 1, 18, tzinfo=UTC)),
]
_SIDE_EFFECTS = [
    # key, id, infusion, term as written, grade
    (1, "E1", "I1", "Dissociation", 1),
    (2, "E2", "I3", "feeling sick", 2),
    (3, "E3", "I3", "spaced out", 1),
]
_VITALS = [
    # infusion, minutes after the start, systolic, diastolic, SpO2
    ("I1", 0, 120, 80, 98.0),
    ("I1", 40, 135, 88, 97.0),
    ("I3", 0, 140, 85, 98.0),
    ("I3", 40, 170, 101, 94.0),
    ("I3", 80, 138, 84, None),
]


_THOUGHTS = [
    # patient, day, C-SSRS level
    ("P3", date(2026, 2, 3), 0),
    ("P3", date(2026, 2, 10), 1),
    ("P4", date(2026, 3, 5), 3),
    ("P6", date(2026, 2, 10), 0),
    ("P6", date(2026, 3, 17), 2),
]


def fill(connection: Connection) -> None:
    """Write the clinic with all facts."""
    insert_rows(connection, Site, ("site_key", "site_id", "name", "time_zone"), _SITES)
    insert_rows(connection, Provider, ("provider_key", "provider_id", "name", "role"), _PROVIDERS)
    insert_rows(
        connection,
        Patient,
        (
            "patient_key",
            "patient_id",
            "mrn",
            "given_name",
            "family_name",
            "birth_date",
            "sex",
            "primary_diagnosis",
            "failed_antidepressants",
            "site_id",
        ),
        _PATIENTS,
    )
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
        [(*series, False) for series in _SERIES],
    )
    _insert_infusions(connection)
    _insert_assessments(
        connection,
        [
            (key, f"Q{key}", patient, instrument, _at(day, hour), float(total), item_9)
            for key, (patient, instrument, day, hour, total, item_9) in enumerate(_SCORES, 1)
        ],
    )
    insert_rows(
        connection,
        Appointment,
        (
            "appointment_key",
            "appointment_id",
            "patient_id",
            "site_id",
            "kind",
            "status",
            "scheduled_start",
            "scheduled_end",
        ),
        [
            (key, f"AP{key}", patient, site, "infusion", status, start, start + timedelta(hours=2))
            for key, (patient, site, status, start) in enumerate(_APPOINTMENTS, 1)
        ],
    )
    insert_rows(
        connection,
        SideEffect,
        ("side_effect_key", "side_effect_id", "infusion_id", "term", "grade"),
        _SIDE_EFFECTS,
    )
    _insert_vitals(connection)
    rebuild_facts(connection)


def record_thoughts(connection: Connection) -> None:
    """Add the suicidal thoughts to the clinic, and make its facts again."""
    for day, item_9 in ((date(2026, 3, 3), 0), (date(2026, 3, 6), 1)):
        connection.execute(
            update(Assessment)
            .where(Assessment.patient_id == "P2", Assessment.completed_at == _at(day, 14))
            .values(item_9=item_9)
        )
    _insert_assessments(
        connection,
        [
            (key, f"Q{key}", patient, "C-SSRS", _at(day, 14), float(level), None)
            for key, (patient, day, level) in enumerate(_THOUGHTS, 100)
        ],
    )
    rebuild_facts(connection)


def _insert_assessments(
    connection: Connection,
    rows: list[tuple[int, str, str, str, datetime, float, int | None]],
) -> None:
    insert_rows(
        connection,
        Assessment,
        (
            "assessment_key",
            "assessment_id",
            "patient_id",
            "instrument",
            "completed_at",
            "total_score",
            "item_9",
        ),
        rows,
    )


def _insert_infusions(connection: Connection) -> None:
    insert_rows(
        connection,
        Infusion,
        (
            "infusion_key",
            "infusion_id",
            "patient_id",
            "site_id",
            "series_id",
            "provider_id",
            "started_at",
            "ended_at",
            "dose_mg",
            "weight_kg",
            "stopped_early",
            "stop_reason",
            "side_effects_recorded",
            "series_derived",
            "sequence_derived",
        ),
        [
            (
                key,
                own_id,
                patient,
                site,
                series,
                _GAVE.get(own_id),
                _at(day, 18),
                _at(day, 18) + timedelta(minutes=40),
                40.0,
                80.0,
                stopped,
                "Distress" if stopped else None,
                own_id in {"I1", "I2"},
                False,
                False,
            )
            for key, (own_id, patient, site, series, day, stopped) in enumerate(_INFUSIONS, 1)
        ],
    )


def _insert_vitals(connection: Connection) -> None:
    days = {infusion[0]: infusion[4] for infusion in _INFUSIONS}
    insert_rows(
        connection,
        VitalSigns,
        ("infusion_id", "measured_at", "systolic_mmhg", "diastolic_mmhg", "spo2_percent"),
        [
            (infusion, _at(days[infusion], 18) + timedelta(minutes=minute), *values)
            for infusion, minute, *values in _VITALS
        ],
    )


def _at(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
