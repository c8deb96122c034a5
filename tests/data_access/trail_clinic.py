"""The caseload's clinic with an audit trail short enough to follow by hand. Today is 31 March 2026.

Each line of :data:`ENTRIES` is one entry, numbered from 1 on. Ada Müller has the family name of
patient 1; Ben's name is a hostile one; Cem is no user any more. The clinic's clock is New York's:
the entry of 20 March, 03:30 UTC, is of 19 March there, 23:30.
"""

from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import Connection, insert

from access.actions import Action, Outcome
from access.viewer import LOCAL_VIEWER, Viewer
from data_access.audit import Entry, append
from data_access.schema import User
from tests.data_access import caseload_clinic

NOW, TODAY = caseload_clinic.NOW, caseload_clinic.TODAY
HOSTILE = "Ben <b>Oke</b> ![x](http://host/a)"
START, END = datetime(2025, 4, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)


def _viewer(name: str, role: str) -> Viewer:
    return replace(LOCAL_VIEWER, name=name, role=role, session=f"s-{name}", address="192.0.2.7")


ADA = _viewer("ada@clinic.example", "clinician")
BEN = _viewer("ben@clinic.example", "nurse")
CEM = _viewer("cem@clinic.example", "clinician")
OLGA = _viewer("olga@clinic.example", "privacy-officer")
STRANGER = replace(LOCAL_VIEWER, name="", role="", address="203.0.113.9")

ENTRIES = [
    (datetime(2025, 1, 5, 15, tzinfo=UTC), BEN, Entry(Action.VIEW_PATIENT, "record", people=(1,))),
    (_at := datetime(2026, 3, 10, 14, tzinfo=UTC), ADA, Entry(Action.SIGN_IN, "")),
    (_at, ADA, Entry(Action.VIEW_PATIENT, "record", people=(1,))),
    (_at.replace(minute=5), ADA, Entry(Action.LIST, "caseload", people=(1, 2, 3))),
    (_at.replace(day=12), BEN, Entry(Action.LIST, "today's list", people=(1, 2))),
    (_at.replace(day=12, hour=15), BEN, Entry(Action.VIEW_PATIENT, "record", people=(2,))),
    (
        _at.replace(day=20, hour=3, minute=30),
        ADA,
        Entry(Action.VIEW_PATIENT, "record", people=(1,)),
    ),
    (_at.replace(day=21), CEM, Entry(Action.EXPORT, "=CSV file", people=(1, 2, 4))),
    (_at.replace(day=22), BEN, Entry(Action.REFUSAL, "record", Outcome.REFUSED, (1,))),
    (_at.replace(day=23), ADA, Entry(Action.PRINT, "patients", people=(1,))),
    (_at.replace(day=24), OLGA, Entry(Action.READ_AUDIT, "the trail", people=(1,))),
    (_at.replace(day=25), STRANGER, Entry(Action.SIGN_IN, "unknown", Outcome.REFUSED)),
]


def fill(connection: Connection) -> None:
    """Write the clinic, its users and its trail."""
    caseload_clinic.fill(connection)
    users = [(ADA, "Ada Müller"), (BEN, HOSTILE), (OLGA, "Olga Lind")]
    connection.execute(
        insert(User),
        [
            {
                "user_key": key,
                "sign_in_name": viewer.name,
                "full_name": name,
                "role": viewer.role,
                "all_sites": True,
                "added_by": "terminal",
                "added_at": START,
            }
            for key, (viewer, name) in enumerate(users, 1)
        ],
    )
    for at, viewer, entry in ENTRIES:
        append(connection, viewer, entry, at)
