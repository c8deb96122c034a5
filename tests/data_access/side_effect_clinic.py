"""A clinic small enough to count by hand, for the Side effects page.

Two sites, four patients, nine infusions; the form of one infusion was not filled in.

==========  =======  =====  =========  ======  ========  =====================================
infusion    patient  site   day        number  mg/kg     side effects
==========  =======  =====  =========  ======  ========  =====================================
I1          P1       North  2 Feb      1       0.50      Dissociation 2, Nausea 1, Nausea 3
I2          P1       North  6 Feb      2       0.50      Dissociation (not graded)
I3          P1       North  10 Feb     3       0.50      none
I4          P2       North  3 Mar      1       0.80      Dissociation 1, serious Hypertension 4
I5          P2       North  6 Mar      2       0.80      form not filled in
I6          P3       South  3 Feb      1       unknown   none; stopped early
I7          P3       South  4 Mar      1 (m)   unknown   Nausea 1
I8          P4       South  5 Mar      1       0.50      Nausea 2
I9          P4       South  9 Mar      2       0.50      none
==========  =======  =====  =========  ======  ========  =====================================

I7 is the first of P3's maintenance series (m), 29 days after I6.
"""

from datetime import UTC, date, datetime

from sqlalchemy import Connection

from data_access.bulk import insert_rows
from data_access.facts import rebuild_facts
from data_access.filters import Filters
from data_access.schema import Infusion, Patient, SideEffect, Site

ALL = Filters(start=date(2026, 1, 1), end=date(2026, 12, 31))
TODAY = date(2026, 3, 31)

_SITES = [(1, "S1", "North", "America/New_York"), (2, "S2", "South", "America/Chicago")]
_PATIENTS = [
    (1, "P1", "F33.2", 3, "S1"),  # treatment-resistant
    (2, "P2", "F33.2", 0, "S1"),  # major depression
    (3, "P3", "F31.4", 0, "S2"),  # bipolar
    (4, "P4", "F33.2", 0, "S2"),
]
_INFUSIONS = [
    # key, id, patient, site, day, mg, kg, stopped early, form filled in
    (1, "I1", "P1", "S1", date(2026, 2, 2), 40.0, 80.0, False, True),
    (2, "I2", "P1", "S1", date(2026, 2, 6), 40.0, 80.0, False, None),
    (3, "I3", "P1", "S1", date(2026, 2, 10), 40.0, 80.0, None, True),
    (4, "I4", "P2", "S1", date(2026, 3, 3), 56.0, 70.0, False, True),
    (5, "I5", "P2", "S1", date(2026, 3, 6), 56.0, 70.0, False, None),
    (6, "I6", "P3", "S2", date(2026, 2, 3), 40.0, None, True, True),
    (7, "I7", "P3", "S2", date(2026, 3, 4), 40.0, None, False, True),
    (8, "I8", "P4", "S2", date(2026, 3, 5), 40.0, 80.0, False, True),
    (9, "I9", "P4", "S2", date(2026, 3, 9), 40.0, 80.0, False, True),
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
    columns = (
        "patient_key",
        "patient_id",
        "primary_diagnosis",
        "failed_antidepressants",
        "site_id",
    )
    insert_rows(connection, Patient, columns, _PATIENTS)
    insert_rows(
        connection,
        Infusion,
        (
            "infusion_key",
            "infusion_id",
            "patient_id",
            "site_id",
            "started_at",
            "dose_mg",
            "weight_kg",
            "stopped_early",
            "side_effects_recorded",
            "series_derived",
            "sequence_derived",
        ),
        [
            (key, own_id, patient, site, _noon(day), mg, kg, stopped, form, False, False)
            for key, own_id, patient, site, day, mg, kg, stopped, form in _INFUSIONS
        ],
    )
    insert_rows(
        connection,
        SideEffect,
        ("side_effect_key", "side_effect_id", "infusion_id", "term", "grade", "serious"),
        [*_SIDE_EFFECTS, *more_side_effects],
    )
    rebuild_facts(connection)


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 18, tzinfo=UTC)
