"""A clinic small enough to count by hand, for what is coming. Today is Wednesday 11 March 2026.

Starts are by the sites' clock (North: New York, West: UTC). Infusions are 120 minutes, others 60.

====  =====  =======  ============  =========  ================  ==========  =================
id    site   patient  kind          status     start             booked      remark
====  =====  =======  ============  =========  ================  ==========  =================
B1    North  P1       infusion      booked     Fri 13 Mar 09:00  1 Mar       12 days ahead
B2    North  P2       infusion      booked     Mon 16 Mar 09:00  not known
B3    West   P3       infusion      booked     Mon 16 Mar 09:00  not known
B4    North  P2       consultation  booked     Tue 17 Mar 09:00  not known   on a chair
B5    North  P2       consultation  booked     Tue 17 Mar 11:00  not known   on none
B6    North  P4       infusion      booked     Wed 11 Mar 15:00  not known   today
B7    North  P4       infusion      cancelled  Wed 18 Mar 09:00  1 Mar       on 10 March
D1    North  P1       infusion      fulfilled  Mon  2 Mar 09:00  10 Feb      20 days ahead
D2    North  P2       infusion      noshow     Wed  4 Mar 09:00  2 Mar       2 days ahead
D3    West   P3       infusion      cancelled  Tue  3 Mar 12:00  1 Feb       on 22 Feb 12:00
D4    West   P3       infusion      fulfilled  Fri 20 Feb 12:00  1 Feb       19 days ahead
D5    North  P4       follow_up     booked     Thu  5 Mar 09:00  not known   never closed
====  =====  =======  ============  =========  ================  ==========  =================

Infusions: P1 24 Feb and 2 Mar (induction, none planned on record); P2 23 and 26 Feb (induction, 2
planned, so done); P3 5 and 12 Jan (induction, 6 planned) and 20 Feb (maintenance); P4 20 Feb
(induction, 19 days ago). North has two chairs, West none.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from data_access.bulk import insert_rows
from data_access.facts import rebuild_facts
from data_access.schema import (
    Appointment,
    Chair,
    Closure,
    Infusion,
    OpeningHours,
    Patient,
    Series,
    Site,
)

TODAY = date(2026, 3, 11)
NORTH, WEST = 1, 2

_ZONES = {"S1": ZoneInfo("America/New_York"), "S2": UTC}
_APPOINTMENTS = [
    # id, site, patient, kind, status, start, booked on, cancelled at, chair
    ("B1", "S1", "P1", "infusion", "booked", "2026-03-13T09:00", "2026-03-01", None, "N1"),
    ("B2", "S1", "P2", "infusion", "booked", "2026-03-16T09:00", None, None, "N1"),
    ("B3", "S2", "P3", "infusion", "booked", "2026-03-16T09:00", None, None, None),
    ("B4", "S1", "P2", "consultation", "booked", "2026-03-17T09:00", None, None, "N1"),
    ("B5", "S1", "P2", "consultation", "booked", "2026-03-17T11:00", None, None, None),
    ("B6", "S1", "P4", "infusion", "booked", "2026-03-11T15:00", None, None, "N1"),
    (
        *("B7", "S1", "P4", "infusion", "cancelled", "2026-03-18T09:00", "2026-03-01"),
        *("2026-03-10T09:00", "N1"),
    ),
    ("D1", "S1", "P1", "infusion", "fulfilled", "2026-03-02T09:00", "2026-02-10", None, "N1"),
    ("D2", "S1", "P2", "infusion", "noshow", "2026-03-04T09:00", "2026-03-02", None, "N1"),
    (
        *("D3", "S2", "P3", "infusion", "cancelled", "2026-03-03T12:00", "2026-02-01"),
        *("2026-02-22T12:00", None),
    ),
    ("D4", "S2", "P3", "infusion", "fulfilled", "2026-02-20T12:00", "2026-02-01", None, None),
    ("D5", "S1", "P4", "follow_up", "booked", "2026-03-05T09:00", None, None, None),
]
_SERIES = [
    # id, patient, phase, started on, planned
    ("R1", "P1", "induction", date(2026, 2, 24), None),
    ("R2", "P2", "induction", date(2026, 2, 23), 2),
    ("R3", "P3", "induction", date(2026, 1, 5), 6),
    ("R4", "P3", "maintenance", date(2026, 2, 20), None),
    ("R5", "P4", "induction", date(2026, 2, 20), 6),
]
_INFUSIONS = [
    # patient, site, start, series, number, appointment
    ("P1", "S1", "2026-02-24T09:00", "R1", 1, None),
    ("P1", "S1", "2026-03-02T09:10", "R1", 2, "D1"),
    ("P2", "S1", "2026-02-23T09:00", "R2", 1, None),
    ("P2", "S1", "2026-02-26T09:00", "R2", 2, None),
    ("P3", "S2", "2026-01-05T09:00", "R3", 1, None),
    ("P3", "S2", "2026-01-12T09:00", "R3", 2, None),
    ("P3", "S2", "2026-02-20T12:00", "R4", 1, "D4"),
    ("P4", "S1", "2026-02-20T09:00", "R5", 1, None),
]


def fill(connection: Connection, *, north: str = "North") -> None:
    """Write the whole clinic; a test may choose the name of the first site."""
    insert_rows(
        connection,
        Site,
        ("site_key", "site_id", "name", "time_zone"),
        [(NORTH, "S1", north, "America/New_York"), (WEST, "S2", "West", "UTC")],
    )
    insert_rows(
        connection,
        Chair,
        ("chair_key", "chair_id", "site_id", "name"),
        [(1, "N1", "S1", "Chair 1"), (2, "N2", "S1", "Chair 2")],
    )
    insert_rows(
        connection,
        OpeningHours,
        ("site_id", "weekday", "opens", "closes"),
        [("S1", weekday, time(8), time(16)) for weekday in (1, 2, 3, 4, 5)],
    )
    insert_rows(
        connection, Closure, ("site_id", "date", "reason"), [("S1", date(2026, 3, 19), "Works")]
    )
    insert_rows(
        connection,
        Patient,
        ("patient_key", "patient_id", "family_name", "primary_diagnosis", "site_id"),
        [
            (1, "P1", "Lee", "F33.2", "S1"),
            (2, "P2", "Diaz", "F31.4", "S1"),
            (3, "P3", "Roe", "F33.2", "S2"),
            (4, "P4", "Fox", "F33.2", "S1"),
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
        [(key, *row, False) for key, row in enumerate(_SERIES, 1)],
    )
    _fill_appointments(connection)
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
            "series_id",
            "sequence_number",
            "appointment_id",
            "series_derived",
            "sequence_derived",
        ),
        [
            (key, f"I{key}", patient, site, _local(start, site), 40.0, *placed, False, False)
            for key, (patient, site, start, *placed) in enumerate(_INFUSIONS, 1)
        ],
    )
    rebuild_facts(connection)


HISTORY_WEEKS = 60


def fill_history(connection: Connection) -> None:
    """Two inductions a week more at North, for 60 weeks, of one infusion, on Mondays at noon."""
    first = TODAY - timedelta(days=2, weeks=HISTORY_WEEKS)
    starts = [
        (100 + 2 * week + place, first + timedelta(weeks=week))
        for week in range(HISTORY_WEEKS)
        for place in range(2)
    ]
    insert_rows(
        connection,
        Patient,
        ("patient_key", "patient_id", "primary_diagnosis", "site_id"),
        [(key, f"H{key}", "F33.2", "S1") for key, _ in starts],
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
        [(key, f"H{key}", f"H{key}", "induction", day, 1, False) for key, day in starts],
    )
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
            "series_id",
            "sequence_number",
            "series_derived",
            "sequence_derived",
        ),
        [
            (
                *(key, f"H{key}", f"H{key}", "S1", _local(f"{day}T12:00", "S1"), 40.0),
                *(f"H{key}", 1, False, False),
            )
            for key, day in starts
        ],
    )
    rebuild_facts(connection)


def _fill_appointments(connection: Connection) -> None:
    rows = []
    for key, row in enumerate(_APPOINTMENTS, 1):
        own_id, site, patient, kind, status, text, booked, cancelled, chair = row
        start = _local(str(text), str(site))
        end = start + timedelta(minutes=120 if kind == "infusion" else 60)
        booked_at = _local(f"{booked}T08:00", str(site)) if booked else None
        cancelled_at = _local(cancelled, str(site)) if cancelled else None
        rows.append(
            (key, own_id, site, patient, kind, status, start, end, booked_at, cancelled_at, chair)
        )
    insert_rows(
        connection,
        Appointment,
        (
            "appointment_key",
            "appointment_id",
            "site_id",
            "patient_id",
            "kind",
            "status",
            "scheduled_start",
            "scheduled_end",
            "booked_at",
            "cancelled_at",
            "chair_id",
        ),
        rows,
    )


def _local(text: str, site_id: str) -> datetime:
    """A time by the site's clock, as an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=_ZONES[site_id])
