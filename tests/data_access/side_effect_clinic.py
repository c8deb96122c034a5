"""A clinic small enough to count by hand, for the Side effects page.

Two sites, four patients, nine infusions; the form of one infusion was not filled in.

====  =======  =====  ======  ======  =======  =====  ====  =======  =============================
id    patient  site   day     number  mg/kg    chair  by    minutes  side effects
====  =======  =====  ======  ======  =======  =====  ====  =======  =============================
I1    P1       North  2 Feb   1       0.50     N1     D1    90       Dissociation 2, Nausea 1 and 3
I2    P1       North  6 Feb   2       0.50     N1     D1    unknown  Dissociation (not graded)
I3    P1       North  10 Feb  3       0.50     N2     D2    100      none
I4    P2       North  3 Mar   1       0.80     N1     D1    120      Dissociation 1,
                                                                     serious Hypertension 4
I5    P2       North  6 Mar   2       0.80     N2     D1    80       form not filled in
I6    P3       South  3 Feb   1       unknown  C1     D2    60       none; stopped early
I7    P3       South  4 Mar   1 (m)   unknown         D2    70       Nausea 1
I8    P4       South  5 Mar   1       0.50     C1           80       Nausea 2
I9    P4       South  9 Mar   2       0.50     C1     D2    unknown  none
====  =======  =====  ======  ======  =======  =====  ====  =======  =============================

I7 is the first of P3's maintenance series (m), 29 days after I6. P1 and P3 are women of 46, P2 is a
man of 25; of P4 neither is known. The minutes are those in the chair. D3 has treated nobody and has
the name of D1.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import Connection, select

from access.viewer import LOCAL_VIEWER, Viewer
from clinical.calendar import month_number
from data_access.bulk import insert_rows
from data_access.facts import rebuild_facts
from data_access.filters import Filters
from data_access.schema import Chair, Infusion, Patient, Provider, SideEffect, Site, Term

ALL = Filters(start=date(2026, 1, 1), end=date(2026, 12, 31))
ONLY_NORTH = replace(ALL, site_ids=("S1",))
ONLY_SOUTH = replace(ALL, site_ids=("S2",))
BEFORE_ALL = Filters(start=date(2025, 1, 1), end=date(2025, 12, 31))
TODAY = date(2026, 3, 31)

SEES_SOUTH = replace(LOCAL_VIEWER, site_ids=frozenset({"S2"}))
STRANGER = Viewer("stranger", frozenset())

NORTH, SOUTH = 1, 2
N1, N2, C1 = 1, 2, 3
D1, D2, D3 = 1, 2, 3
NOT_RECORDED = 0
FEBRUARY, MARCH = month_number(date(2026, 2, 1)), month_number(date(2026, 3, 1))

_SITES = [(1, "S1", "North", "America/New_York"), (2, "S2", "South", "America/Chicago")]
_CHAIRS = [(N1, "N1", "S1", "One"), (N2, "N2", "S1", "Two"), (C1, "C1", "S2", "One")]
_PROVIDERS = [
    (D1, "D1", "Ada Lund", "nurse"),
    (D2, "D2", "Bo Reyes", None),
    (D3, "D3", "Ada Lund", "physician"),
]
_PATIENTS = [
    ("P1", "F33.2", 3, "S1", date(1980, 1, 1), "female"),  # treatment-resistant
    ("P2", "F33.2", 0, "S1", date(2001, 1, 1), "male"),  # major depression
    ("P3", "F31.4", 0, "S2", date(1980, 1, 1), "female"),  # bipolar
    ("P4", "F33.2", 0, "S2", None, None),
]
_INFUSIONS = [
    # id, patient, site, day, mg, kg, stopped early, form filled in, chair, provider, minutes
    ("I1", "P1", "S1", date(2026, 2, 2), 40.0, 80.0, False, True, "N1", "D1", 90),
    ("I2", "P1", "S1", date(2026, 2, 6), 40.0, 80.0, False, None, "N1", "D1", None),
    ("I3", "P1", "S1", date(2026, 2, 10), 40.0, 80.0, None, True, "N2", "D2", 100),
    ("I4", "P2", "S1", date(2026, 3, 3), 56.0, 70.0, False, True, "N1", "D1", 120),
    ("I5", "P2", "S1", date(2026, 3, 6), 56.0, 70.0, False, None, "N2", "D1", 80),
    ("I6", "P3", "S2", date(2026, 2, 3), 40.0, None, True, True, "C1", "D2", 60),
    ("I7", "P3", "S2", date(2026, 3, 4), 40.0, None, False, True, None, "D2", 70),
    ("I8", "P4", "S2", date(2026, 3, 5), 40.0, 80.0, False, True, "C1", None, 80),
    ("I9", "P4", "S2", date(2026, 3, 9), 40.0, 80.0, False, True, "C1", "D2", None),
]
_SIDE_EFFECTS = [
    # key, id, infusion, term as written, grade, serious
    (1, "E1", "I1", "Dissociation", 2, False),
    (2, "E2", "I1", "feeling sick", 1, None),
    (3, "E3", "I1", "NAUSEA", 3, False),
    (4, "E4", "I2", "spaced out", None, None),
    (5, "E5", "I4", "Dissociation", 1, False),
    (6, "E6", "I4", "high blood pressure", 4, True),
    (7, "E7", "I7", "Nausea", 1, False),
    (8, "E8", "I8", "Nausea", 2, False),
]


def fill(connection: Connection, *more_side_effects: tuple[int, str, str, str, int, bool]) -> None:
    """Write the clinic, and side effects beyond it where a test wants them, with all facts."""
    insert_rows(connection, Site, ("site_key", "site_id", "name", "time_zone"), _SITES)
    insert_rows(connection, Chair, ("chair_key", "chair_id", "site_id", "name"), _CHAIRS)
    insert_rows(connection, Provider, ("provider_key", "provider_id", "name", "role"), _PROVIDERS)
    columns = (
        "patient_key",
        "patient_id",
        "primary_diagnosis",
        "failed_antidepressants",
        "site_id",
        "birth_date",
        "sex",
    )
    patients = [(key, *patient) for key, patient in enumerate(_PATIENTS, start=1)]
    insert_rows(connection, Patient, columns, patients)
    insert_rows(
        connection,
        Infusion,
        (
            "infusion_key",
            "infusion_id",
            "patient_id",
            "site_id",
            "started_at",
            "discharged_at",
            "dose_mg",
            "weight_kg",
            "stopped_early",
            "side_effects_recorded",
            "chair_id",
            "provider_id",
            "series_derived",
            "sequence_derived",
        ),
        [
            (key, *infusion[:3], *_stay(infusion[3], infusion[10]), *infusion[4:10], False, False)
            for key, infusion in enumerate(_INFUSIONS, start=1)
        ],
    )
    insert_rows(
        connection,
        SideEffect,
        ("side_effect_key", "side_effect_id", "infusion_id", "term", "grade", "serious"),
        [*_SIDE_EFFECTS, *more_side_effects],
    )
    rebuild_facts(connection)


def _stay(day: date, minutes: int | None) -> tuple[datetime, datetime | None]:
    """The start, at one o'clock at North and at noon at South, and the discharge."""
    start = datetime(day.year, day.month, day.day, 18, tzinfo=UTC)
    return start, None if minutes is None else start + timedelta(minutes=minutes)


def rows(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    """The rows of a query as tuples."""
    return list(frame.itertuples(index=False, name=None))


def key_of(connection: Connection, term: str) -> int:
    """The key of a term, by its name."""
    return connection.scalars(select(Term.term_key).where(Term.name == term)).one()
