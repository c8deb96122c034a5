"""A snooper among thirty days of ordinary work; and what the rules are given."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from sqlalchemy import Connection, Engine, func, insert, select, update

from access.actions import Action, Outcome
from access.unusual import NOBODY, Reason
from access.viewer import NotPermittedError, Permission
from data_access.audit_unusual import Unusual, unusual_looks
from data_access.bulk import insert_rows
from data_access.engine import make_engine, reading, writing
from data_access.facts import rebuild_facts
from data_access.schema import Appointment, AuditEntry, AuditHead, AuditPerson, Patient, Site, User
from tests.data_access.trail_clinic import OLGA
from tests.postgres_server import PostgresDatabases

NEW_YORK, LOS_ANGELES = ZoneInfo("America/New_York"), ZoneInfo("America/Los_Angeles")
OFFICER = replace(
    OLGA, permissions=frozenset({Permission.OPEN, Permission.READ_AUDIT}), session="unusual"
)
LAST = date(2026, 6, 30)
START = datetime(2026, 6, 1, tzinfo=NEW_YORK)
END = datetime(2026, 7, 1, tzinfo=NEW_YORK)
STAFF = [f"staff{number}@clinic.example" for number in range(1, 13)]
SNOOPER = STAFF[6]
IN_CARE, FORMER = range(1, 161), range(161, 221)
"""Patients with an appointment every week or two; and patients whose last one was a year ago."""
WEST = 80
"""Patients up to this one are of the eastern site; those in care beyond it, of the western."""


@dataclass
class _Trail:
    """The entries, as they are written down; sorted by time at the end."""

    rows: list[tuple[datetime, str, Action, Outcome, str, tuple[int, ...]]]

    def add(
        self,
        at: datetime,
        who: str,
        action: Action = Action.VIEW_PATIENT,
        people: tuple[int, ...] = (),
        outcome: Outcome = Outcome.DONE,
        address: str = "192.0.2.1",
    ) -> None:
        self.rows.append((at.astimezone(UTC), who, action, outcome, address, people))

    def write(self, connection: Connection) -> None:
        """The chain is not asked for here, so the hashes are left out; the head is set."""
        ordered = list(enumerate(sorted(self.rows, key=lambda row: row[0]), 1))
        insert_rows(
            connection,
            AuditEntry,
            (
                *("entry_key", "at", "who", "role", "session", "address"),
                *("action", "what", "outcome", "people", "hash"),
            ),
            [
                (key, at, who, "nurse", "s", where, str(action), "", str(outcome), len(people), "")
                for key, (at, who, action, outcome, where, people) in ordered
            ],
        )
        insert_rows(
            connection,
            AuditPerson,
            ("patient_key", "entry_key"),
            [(patient, key) for key, row in ordered for patient in row[-1]],
        )
        connection.execute(update(AuditHead).values(entry_key=len(ordered)))


def _at(day: date, hour: int, minute: int = 0, zone: ZoneInfo = NEW_YORK) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)


def _appointments() -> list[tuple[date, int]]:
    """Day and patient: each patient in care every ten days, the former ones a year ago."""
    days = [LAST - timedelta(days=number) for number in range(-14, 60)]
    in_care = [(day, key) for day in days for key in IN_CARE if (day.toordinal() + key) % 10 == 0]
    return in_care + [(LAST - timedelta(days=365), key) for key in FORMER]


def _site_of(patient: int) -> str:
    return "E" if patient <= WEST or patient in FORMER else "W"


def _write_clinic(connection: Connection) -> None:
    sites = [(1, "E", "East", "America/New_York"), (2, "W", "West", "America/Los_Angeles")]
    insert_rows(connection, Site, ("site_key", "site_id", "name", "time_zone"), sites)
    patients = [
        (key, f"P{key}", "Given", f"Family{key}", _site_of(key)) for key in (*IN_CARE, *FORMER)
    ]
    patients[199] = (200, "P200", "Smith", "O'Snow", "E")  # the snooper is a Snow as well
    patients[9] = (10, "P10", "Given", "Day", "E")  # as is an ordinary nurse, whose patient it is
    insert_rows(
        connection,
        Patient,
        ("patient_key", "patient_id", "given_name", "family_name", "site_id"),
        patients,
    )
    names = ("appointment_key", "appointment_id", "patient_id", "site_id", "kind", "status")
    insert_rows(
        connection,
        Appointment,
        (*names, "scheduled_start", "scheduled_end"),
        [
            (
                *(key, f"A{key}", f"P{patient}", _site_of(patient), "follow_up", "booked"),
                *(_at(day, 10), _at(day, 11)),
            )
            for key, (day, patient) in enumerate(_appointments(), 1)
        ],
    )
    full_names = {SNOOPER: "Robin Snow", STAFF[0]: "Kim Day"}
    connection.execute(
        insert(User),
        [
            {
                "user_key": key,
                "sign_in_name": who,
                "full_name": full_names.get(who, f"Nurse Number{key}"),
                "role": "nurse",
                "all_sites": True,
                "added_by": "terminal",
                "added_at": START,
            }
            for key, who in enumerate(STAFF, 1)
        ],
    )
    rebuild_facts(connection)


def _ordinary_work(trail: _Trail) -> None:
    """Everybody signs in each weekday and opens some ten of the patients of that day or the next.

    Six work in the east, six in the west. Some of it is odd without anything behind it: a late
    evening, a sign-in from home, a call from a former patient, a nurse whose patient is a namesake.
    """
    random = Random(20260630)
    due: dict[date, list[int]] = {}
    for day, patient in _appointments():
        due.setdefault(day, []).append(patient)
    for number in range(60):
        day = LAST - timedelta(days=59 - number)
        if day.weekday() >= 5:
            continue
        of_day = due[day] + due[day + timedelta(days=1)]
        for index, who in enumerate(STAFF):
            is_east = index % 2 == 0
            zone = NEW_YORK if is_east else LOS_ANGELES
            mine = [key for key in of_day if (key <= WEST) == is_east]
            trail.add(_at(day, 8, index, zone), who, Action.SIGN_IN)
            for patient in random.sample(mine, random.randint(7, 12)):
                moment = _at(day, random.randint(8, 17), random.randint(0, 59), zone)
                trail.add(moment, who, people=(patient,))
            trail.add(_at(day, 9, 0, zone), who, Action.LIST, tuple(mine))
    trail.add(_at(LAST - timedelta(days=6), 22, 10), STAFF[2], people=(40,))
    trail.add(_at(LAST - timedelta(days=6), 22, 15), STAFF[2], people=(42,))
    trail.add(_at(LAST - timedelta(days=12), 19), STAFF[4], Action.SIGN_IN, address="198.51.100.4")
    trail.add(_at(LAST - timedelta(days=8), 11), STAFF[9], people=(170,))
    trail.add(_at(LAST - timedelta(days=8), 13), STAFF[0], people=(10,))


SNOOPED = {-3: (200,), -5: (165, 190), -13: (171,), -20: (181, 182, 183)}
"""Former patients at whom the snooper looked, by days before the last; the first at night."""


def _snooping(trail: _Trail) -> None:
    for days, patients in SNOOPED.items():
        for patient in patients:
            hour = 23 if patient == 200 else 15
            trail.add(_at(LAST + timedelta(days=days), hour, 20), SNOOPER, people=(patient,))


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def engine(request: pytest.FixtureRequest, make_database: Callable[[str], str]) -> Iterator[Engine]:
    """The clinic of the snooper; one for all tests."""
    url = make_database(request.param)
    engine = make_engine(url)
    with writing(engine) as connection:
        _write_clinic(connection)
        trail = _Trail([])
        _ordinary_work(trail)
        _snooping(trail)
        trail.write(connection)
    if request.param == "sqlite":
        yield engine
        engine.dispose()
        return
    databases: PostgresDatabases = request.getfixturevalue("postgres_databases")
    yield engine
    engine.dispose()
    databases.give_back(url)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with reading(engine) as reader:
        yield reader


def find(connection: Connection, viewer=OFFICER, **asked: Any) -> Unusual:
    return unusual_looks(connection, viewer, START, END, NEW_YORK, **asked)


def test_the_snooper_is_named_first_among_thirty_days_of_ordinary_work(connection: Connection):
    found = find(connection)
    looks = connection.scalar(
        select(func.count()).where(
            AuditEntry.action == "view patient", AuditEntry.at >= START, AuditEntry.at < END
        )
    )
    assert found.looks == looks
    assert looks is not None
    assert looks > 2_000
    assert found.by == 12
    # Of twelve people five: the snooper, and the four whose oddities were planted.
    assert found.people["who"].iloc[0] == SNOOPER
    assert found.people["full_name"].iloc[0] == "Robin Snow"
    assert set(found.people["who"]) == {SNOOPER, *(STAFF[place] for place in (0, 2, 4, 9))}
    assert found.people[["at_once", "different", "lines"]].iloc[0].tolist() == [3, 3, 7]
    # Of 2,512 looks 15 lines: seven of the snooper; of the others one call, two late ones, one
    # sign-in, and the namesake on each of the four days on which the nurse opened her record.
    others = found.lines[found.lines["who"] != SNOOPER]
    assert found.all_lines == len(found.lines) == 7 + len(others)
    assert len(others) <= 8
    assert found.lines["who"].tolist()[:7] == [SNOOPER] * 7


def test_what_is_said_of_the_snooper(connection: Connection):
    found = find(connection, who=SNOOPER)
    assert found.all_lines == 7
    first = found.lines.iloc[0]
    assert (first["patient_id"], first["family_name"]) == ("P200", "O'Snow")
    assert first["reasons"] == (Reason.NOT_IN_CARE, Reason.NAMESAKE, Reason.LATE)
    assert first["words"].endswith("; at 23:20")
    assert datetime.fromtimestamp(first["first"], NEW_YORK) == _at(date(2026, 6, 27), 23, 20)
    patients = sorted(int(key) for key in found.lines["patient_key"])
    assert patients == [165, 171, 181, 182, 183, 190, 200]


def test_late_is_by_the_clock_of_the_patients_site(connection: Connection):
    # In the west people work until 18:00, which is 21:00 in the east and later.
    found = find(connection)
    late = [Reason.LATE in held for held in found.lines["reasons"]]
    assert set(found.lines["who"][late]) == {SNOOPER, STAFF[2]}
    assert sorted(found.lines["words"][found.lines["who"] == STAFF[2]]) == ["at 22:10", "at 22:15"]


def test_before_the_snooping_there_is_nothing_of_the_snooper(connection: Connection):
    before = _at(LAST - timedelta(days=21), 0)
    found = unusual_looks(connection, OFFICER, START - timedelta(days=7), before, NEW_YORK)
    assert SNOOPER not in set(found.people["who"])


def test_nothing_at_all(connection: Connection):
    late = datetime(2030, 1, 1, tzinfo=UTC)
    found = unusual_looks(connection, OFFICER, late, late + timedelta(days=7), NEW_YORK)
    assert (found.looks, found.by, found.all_lines, len(found.people)) == (0, 0, 0, 0)
    assert len(found.lines) == 0


def test_what_is_read_is_noted(engine: Engine):
    with reading(engine) as connection:
        find(connection, replace(OFFICER, session="noted"), who=SNOOPER)
    with reading(engine) as connection:
        entry = connection.execute(select(AuditEntry).where(AuditEntry.session == "noted")).one()
        of_entry = select(AuditPerson.patient_key).where(AuditPerson.entry_key == entry.entry_key)
        people = sorted(connection.scalars(of_entry))
    assert (entry.who, entry.action, entry.what) == (OLGA.name, "read audit", "unusual looks")
    assert people == [165, 171, 181, 182, 183, 190, 200]


def test_patients_of_other_sites_are_not_named(connection: Connection):
    found = find(connection, replace(OFFICER, site_ids=frozenset({"W"})), who=SNOOPER)
    assert found.all_lines == 7
    assert found.lines["patient_id"].isna().all()


def test_only_whoever_may_read_the_trail(connection: Connection):
    others = frozenset(Permission) - {Permission.READ_AUDIT}
    with pytest.raises(NotPermittedError, match="read who looked"):
        find(connection, replace(OFFICER, permissions=others))


def test_refusals_files_and_long_absence(database_url: str):
    """What is about no single patient, from an otherwise empty clinic."""
    engine = make_engine(database_url)
    trail = _Trail([])
    day = date(2026, 6, 10)
    trail.add(_at(date(2026, 3, 1), 9), "back@clinic.example", Action.SIGN_IN)
    trail.add(_at(day, 10), "back@clinic.example", Action.SIGN_IN)  # by summer time
    for minute in range(6):
        trail.add(
            _at(day, 3, minute), "", Action.SIGN_IN, outcome=Outcome.REFUSED, address="203.0.113.9"
        )
    trail.add(_at(day, 10), "all@clinic.example", Action.EXPORT, tuple(range(1, 101)))
    with writing(engine) as connection:
        trail.write(connection)
    with reading(engine) as connection:
        found = find(connection)
    engine.dispose()
    said = dict(zip(found.lines["who"], found.lines["words"], strict=True))
    assert said == {
        "": "refused 6 times at 203.0.113.9, not signed in",
        "all@clinic.example": "1 file about 100 patients",
        "back@clinic.example": "the first time in 101 days",
    }
    assert set(found.lines["patient_key"]) == {NOBODY}
    assert pd.isna(found.lines["full_name"]).all()
