"""A clinic small enough to count by hand, for the Today and Appointments pages.

Two sites in two time zones, on Wednesday 11 March 2026, three days after the clocks went forward.
``NOW`` is 11:00 at North and 08:00 at West. Starts are by the site's clock.

====  =====  ============  =========  ================  =======  =====  =======================
id    site   kind          status     start             patient  chair  remark
====  =====  ============  =========  ================  =======  =====  =======================
A1    North  follow_up     booked     Sat 28 Feb 10:00  P2              never closed
A2    West   infusion      arrived    Sun  1 Mar 12:00  P3       W1     same week as A1
A3    North  infusion      fulfilled  Mon  2 Mar 09:00  P1       N1
A4    North  infusion      noshow     Mon  2 Mar 11:00  P2       N1
A5    West   infusion      fulfilled  Tue  3 Mar 23:30  P3       W1     4 March in UTC
A6    North  infusion      cancelled  Fri  6 Mar 09:00  P1       N2     13 hours before
A7    North  consultation  cancelled  Fri  6 Mar 10:00  P2              three days before
T1    North  infusion      fulfilled  Wed 11 Mar 08:00  P1       N1
T2    North  infusion      noshow     Wed 11 Mar 09:00  P4       N2
T3    North  infusion      arrived    Wed 11 Mar 10:00  P2       N2
T4    North  consultation  booked     Wed 11 Mar 10:30  nobody          half an hour ago
T5    North  follow_up     booked     Wed 11 Mar 10:50  P1              ten minutes ago
T6    West   infusion      booked     Wed 11 Mar 09:00  P3       W1
T7    West   consultation  cancelled  Wed 11 Mar 10:00  P3              when is not known
C1    North  infusion      cancelled  Thu 12 Mar 09:00  P2       N1     a week before
C2    North  infusion      booked     Fri 13 Mar 09:00  P1       N1
C3    West   infusion      booked     Mon 16 Mar 09:00  P3       W1
====  =====  ============  =========  ================  =======  =====  =======================

Infusions are 120 minutes, the others 60. North has a third chair, N3, that nobody uses.

Infusions (the form of I2 was not filled in):

====  =======  =====  ==========  ===================================
id    patient  site   day         side effects
====  =======  =====  ==========  ===================================
I1    P1       North   2 Mar      Nausea, Headache
I2    P3       West    1 Mar
I3    P3       West    3 Mar      none
I4    P1       North  11 Mar      Nausea
I5    P2       North   1 Jan      Nausea
I6    P2       North  10 Jan      none
I7    P4       North   5 Mar      none
I8    P5       West    1 Dec      none
I9    P5       West   20 Jan      Headache
I10   P6       North   4 Mar      none
I11   P6       North   6 Mar      none
====  =======  =====  ==========  ===================================

P1 and P3 are in induction with an infusion booked, P4 in induction without one, P2's induction
ended in January, P5 is in maintenance, and P6 has had both infusions that were planned.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from data_access.bulk import insert_rows
from data_access.facts import rebuild_facts
from data_access.filters import Filters
from data_access.schema import (
    Appointment,
    Chair,
    Closure,
    Infusion,
    OpeningHours,
    Patient,
    Provider,
    Series,
    SideEffect,
    Site,
)

TODAY = date(2026, 3, 11)
NOW = datetime(2026, 3, 11, 15, 0, tzinfo=UTC)
ALL = Filters(start=date(2025, 11, 1), end=date(2026, 5, 31))
NORTH, WEST = 1, 2

_ZONES = {"S1": ZoneInfo("America/New_York"), "S2": ZoneInfo("America/Los_Angeles")}
_APPOINTMENTS = [
    # id, site, kind, status, start, patient, chair, notice in hours where cancelled
    ("A1", "S1", "follow_up", "booked", "2026-02-28T10:00", "P2", None, None),
    ("A2", "S2", "infusion", "arrived", "2026-03-01T12:00", "P3", "W1", None),
    ("A3", "S1", "infusion", "fulfilled", "2026-03-02T09:00", "P1", "N1", None),
    ("A4", "S1", "infusion", "noshow", "2026-03-02T11:00", "P2", "N1", None),
    ("A5", "S2", "infusion", "fulfilled", "2026-03-03T23:30", "P3", "W1", None),
    ("A6", "S1", "infusion", "cancelled", "2026-03-06T09:00", "P1", "N2", 13),
    ("A7", "S1", "consultation", "cancelled", "2026-03-06T10:00", "P2", None, 72),
    ("T1", "S1", "infusion", "fulfilled", "2026-03-11T08:00", "P1", "N1", None),
    ("T2", "S1", "infusion", "noshow", "2026-03-11T09:00", "P4", "N2", None),
    ("T3", "S1", "infusion", "arrived", "2026-03-11T10:00", "P2", "N2", None),
    ("T4", "S1", "consultation", "booked", "2026-03-11T10:30", None, None, None),
    ("T5", "S1", "follow_up", "booked", "2026-03-11T10:50", "P1", None, None),
    ("T6", "S2", "infusion", "booked", "2026-03-11T09:00", "P3", "W1", None),
    ("T7", "S2", "consultation", "cancelled", "2026-03-11T10:00", "P3", None, None),
    ("C1", "S1", "infusion", "cancelled", "2026-03-12T09:00", "P2", "N1", 168),
    ("C2", "S1", "infusion", "booked", "2026-03-13T09:00", "P1", "N1", None),
    ("C3", "S2", "infusion", "booked", "2026-03-16T09:00", "P3", "W1", None),
]
_INFUSIONS = [
    # id, patient, site, start, series, number, form filled in
    ("I1", "P1", "S1", "2026-03-02T09:10", None, None, True),
    ("I2", "P3", "S2", "2026-03-01T12:10", None, None, None),
    ("I3", "P3", "S2", "2026-03-03T23:40", None, None, True),
    ("I4", "P1", "S1", "2026-03-11T08:10", None, None, True),
    ("I5", "P2", "S1", "2026-01-01T09:00", None, None, True),
    ("I6", "P2", "S1", "2026-01-10T09:00", None, None, True),
    ("I7", "P4", "S1", "2026-03-05T09:00", None, None, True),
    ("I8", "P5", "S2", "2025-12-01T09:00", None, None, True),
    ("I9", "P5", "S2", "2026-01-20T09:00", None, None, True),
    ("I10", "P6", "S1", "2026-03-04T09:00", "R1", 1, True),
    ("I11", "P6", "S1", "2026-03-06T09:00", "R1", 2, True),
]
_SIDE_EFFECTS = [
    ("E1", "I1", "Nausea"),
    ("E2", "I1", "Headache"),
    ("E3", "I4", "feeling sick"),
    ("E4", "I5", "Nausea"),
    ("E5", "I9", "Headache"),
]


def fill_sites(connection: Connection, north: str = "North") -> None:
    """Write the sites with their chairs, opening hours and a closure; nobody has come yet."""
    insert_rows(
        connection,
        Site,
        ("site_key", "site_id", "name", "time_zone"),
        [(NORTH, "S1", north, "America/New_York"), (WEST, "S2", "West", "America/Los_Angeles")],
    )
    insert_rows(
        connection,
        Chair,
        ("chair_key", "chair_id", "site_id", "name"),
        [
            (1, "N1", "S1", "Chair 1"),
            (2, "N2", "S1", "Chair 2"),
            (3, "N3", "S1", "Chair 3"),
            (4, "W1", "S2", "Recliner"),
        ],
    )
    insert_rows(
        connection,
        OpeningHours,
        ("site_id", "weekday", "opens", "closes"),
        [
            *(("S1", weekday, time(8), time(12)) for weekday in (1, 2, 3, 4, 5)),
            *(("S1", weekday, time(13), time(17)) for weekday in (1, 2, 3, 4, 5)),
            ("S2", 3, time(9), time(15)),
        ],
    )
    insert_rows(
        connection,
        Closure,
        ("site_id", "date", "reason"),
        [("S1", date(2026, 3, 12), "Staff training"), ("S2", date(2026, 3, 18), None)],
    )


def fill(
    connection: Connection,
    *,
    north: str = "North",
    given_name: str = "Ann",
    family_name: str = "Lee",
) -> None:
    """Write the whole clinic; a test may choose the name of the first site and of patient P1."""
    fill_sites(connection, north)
    insert_rows(
        connection,
        Provider,
        ("provider_key", "provider_id", "name"),
        [(1, "D1", "Nurse Ash")],
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
        ),
        [
            (1, "P1", "M1", "Ann", family_name, "F33.2", "S1"),
            (2, "P2", "M2", "Bo", "Diaz", "F31.4", "S1"),
            (3, "P3", "M3", "Cy", "Roe", "F33.2", "S2"),
            (4, "P4", None, None, "Fox", "F33.2", "S1"),
            (5, "P5", "M5", "Eve", None, "F33.2", "S2"),
            (6, "P6", None, None, None, "F33.2", "S1"),
        ],
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
        [(1, "R1", "P6", "induction", date(2026, 3, 4), 2, False)],
    )
    _fill_appointments(connection)
    _fill_infusions(connection)
    rebuild_facts(connection)


def _fill_appointments(connection: Connection) -> None:
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
        "provider_id",
        "cancelled_at",
    )
    rows = []
    for key, row in enumerate(_APPOINTMENTS, 1):
        own_id, site, kind, status, text, patient, chair, notice = row
        start = _local(text, site)
        minutes = 120 if kind == "infusion" else 60
        end = start + timedelta(minutes=minutes)
        provider = "D1" if chair else None
        cancelled = None if notice is None else start - timedelta(hours=notice)
        rows.append(
            (key, own_id, site, kind, status, start, end, patient, chair, provider, cancelled)
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
        "side_effects_recorded",
        "series_derived",
        "sequence_derived",
    )
    rows = []
    for key, (own_id, patient, site, start, series, number, form) in enumerate(_INFUSIONS, 1):
        placed = (key, own_id, patient, site, _local(start, site), 40.0, series, number)
        rows.append((*placed, form, False, False))
    insert_rows(connection, Infusion, columns, rows)
    insert_rows(
        connection,
        SideEffect,
        ("side_effect_key", "side_effect_id", "infusion_id", "term"),
        [(key, *row) for key, row in enumerate(_SIDE_EFFECTS, 1)],
    )


def _local(text: str, site_id: str) -> datetime:
    """A time by the site's clock, as an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=_ZONES[site_id])
