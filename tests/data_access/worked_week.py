"""A week worked out by hand: Monday 2 to Sunday 8 March 2026, the Sunday on which clocks change.

In New York they go forward on that Sunday at 02:00, from UTC-5 to UTC-4; Phoenix stays at UTC-7.
Starts are by the site's clock; most lie on another day in UTC.

====  ========  ============  =========  ================  ==========================
id    site      kind          status     start             remark
====  ========  ============  =========  ================  ==========================
W1    New York  infusion      fulfilled  Mon  2 Mar 09:00
W2    New York  infusion      noshow     Mon  2 Mar 23:30  Tuesday 04:30 in UTC
W3    Phoenix   consultation  fulfilled  Tue  3 Mar 17:30  Wednesday 00:30 in UTC
W4    Phoenix   infusion      cancelled  Wed  4 Mar 08:00  moved to W5
W5    Phoenix   infusion      cancelled  Fri  6 Mar 08:00  moved to W6
W6    Phoenix   infusion      fulfilled  Sat  7 Mar 21:30  Sunday 04:30 in UTC
W7    New York  follow_up     fulfilled  Sun  8 Mar 00:30  before the clocks change
W8    New York  infusion      fulfilled  Sun  8 Mar 23:30  Monday 03:30 in UTC
W9    Phoenix   follow_up     booked     Sun  8 Mar 23:30  Monday 06:30 in UTC
W10   New York  infusion      fulfilled  Mon  9 Mar 00:15  at UTC-5 still Sunday 23:15
====  ========  ============  =========  ================  ==========================

So the week has nine appointments (W1 to W9) and seven demands: W4, W5 and W6 are one.

A year ago, 364 days earlier, New York had L1, an infusion on Monday 3 March 2025 at 09:00, and L2,
a consultation on Sunday 9 March 2025 at 23:30, when the clocks changed, too.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from data_access.bulk import insert_rows
from data_access.facts import rebuild_facts
from data_access.filters import Filters
from data_access.schema import Appointment, Patient, Provider, Site

NEW_YORK, PHOENIX = 1, 2
ASH, BIRCH = 1, 2
WEEK = Filters(date(2026, 3, 2), date(2026, 3, 8))
TODAY = date(2026, 3, 10)
_ZONES = {"S1": ZoneInfo("America/New_York"), "S2": ZoneInfo("America/Phoenix")}
_APPOINTMENTS = [
    # id, site, kind, status, start, patient, provider, replaces
    ("L1", "S1", "infusion", "fulfilled", "2025-03-03T09:00", "P1", "D1", None),
    ("L2", "S1", "consultation", "fulfilled", "2025-03-09T23:30", "P1", None, None),
    ("W1", "S1", "infusion", "fulfilled", "2026-03-02T09:00", "P1", "D1", None),
    ("W2", "S1", "infusion", "noshow", "2026-03-02T23:30", "P1", "D1", None),
    ("W3", "S2", "consultation", "fulfilled", "2026-03-03T17:30", "P2", "D2", None),
    ("W4", "S2", "infusion", "cancelled", "2026-03-04T08:00", "P2", "D2", None),
    ("W5", "S2", "infusion", "cancelled", "2026-03-06T08:00", "P2", "D2", "W4"),
    ("W6", "S2", "infusion", "fulfilled", "2026-03-07T21:30", "P2", "D2", "W5"),
    ("W7", "S1", "follow_up", "fulfilled", "2026-03-08T00:30", None, None, None),
    ("W8", "S1", "infusion", "fulfilled", "2026-03-08T23:30", "P1", "D1", None),
    ("W9", "S2", "follow_up", "booked", "2026-03-08T23:30", "P2", None, None),
    ("W10", "S1", "infusion", "fulfilled", "2026-03-09T00:15", "P1", "D1", None),
]


def fill(connection: Connection) -> None:
    """Write the week and the days of a year ago."""
    insert_rows(
        connection,
        Site,
        ("site_key", "site_id", "name", "time_zone"),
        [
            (NEW_YORK, "S1", "New York", "America/New_York"),
            (PHOENIX, "S2", "Phoenix", "America/Phoenix"),
        ],
    )
    insert_rows(
        connection,
        Provider,
        ("provider_key", "provider_id", "name"),
        [(ASH, "D1", "Nurse Ash"), (BIRCH, "D2", "Nurse Birch")],
    )
    insert_rows(
        connection,
        Patient,
        ("patient_key", "patient_id", "given_name", "family_name", "site_id"),
        [(1, "P1", "Ann", "Lee", "S1"), (2, "P2", "Bo", "Diaz", "S2")],
    )
    rows = []
    for key, row in enumerate(_APPOINTMENTS, 1):
        own_id, site, kind, status, text, patient, provider, replaces = row
        start = datetime.fromisoformat(text).replace(tzinfo=_ZONES[site])
        end = start + timedelta(minutes=60)
        rows.append((key, own_id, site, kind, status, start, end, patient, provider, replaces))
    columns = (
        "appointment_key",
        "appointment_id",
        "site_id",
        "kind",
        "status",
        "scheduled_start",
        "scheduled_end",
        "patient_id",
        "provider_id",
        "rescheduled_from",
    )
    insert_rows(connection, Appointment, columns, rows)
    rebuild_facts(connection)
