"""Reading the audit trail: who looked at a patient, what a person did, and every entry.

Whoever may read the trail is told the names of patients, though of the viewer's sites only; what
people did is the whole clinic's. Each reading is itself an entry of the trail.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

import pandas as pd
from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal_column,
    select,
)

from access.actions import Action, Outcome
from access.viewer import Permission, Viewer, require
from data_access.audit import read_trail
from data_access.frames import TEXT, typed_frame
from data_access.patient_search import matches
from data_access.schema import AuditEntry, AuditHead, AuditPerson, Patient, PatientFact, User
from data_access.selection import of_permitted_sites

PAGE_SIZE = 50
"""Entries of one page."""
MOST_COUNTED = 10_000
"""So many entries are counted, and can be turned to; of more only the latest."""
MOST_FOUND = 20
"""Patients that a search lists."""
MOST_LISTED = 200
"""Patients of one entry, or of one person, that are listed."""
MOST_EXPORTED = 50_000
"""Entries that one file holds, the latest."""
_MOST_PEOPLE = 500
_AT_ONCE = 1_000

Statement = Select[*tuple[Any, ...]]

SHOWN = (Action.VIEW_PATIENT, Action.LIST, Action.EXPORT, Action.PRINT)
"""The actions by which a person is shown a patient."""


@dataclass(frozen=True, slots=True)
class TrailFilter:
    """Which entries are asked for: from ``start`` on and before ``end`` (aware times).

    ``who``: one person's, by the name in the trail; ``action``, ``outcome``; ``patient_key``: those
    about this patient. ``None`` means all.
    """

    start: datetime
    end: datetime
    who: str | None = None
    action: Action | None = None
    outcome: Outcome | None = None
    patient_key: int | None = None


class TrailHead(NamedTuple):
    """How long the trail is: its last entry with its hash, and when the first one was written."""

    number: int
    hash: str
    first_at: datetime | None


def trail_head(connection: Connection, viewer: Viewer) -> TrailHead:
    """The last entry and its hash, and since when there is a trail. Says nothing of anybody."""
    require(viewer, Permission.READ_AUDIT)
    head = connection.execute(select(AuditHead.entry_key, AuditHead.hash)).one_or_none()
    first = connection.scalar(select(AuditEntry.at).order_by(AuditEntry.entry_key).limit(1))
    return TrailHead(head.entry_key if head else 0, head.hash if head else "", first)


def find_patients(connection: Connection, viewer: Viewer, search: str) -> pd.DataFrame:
    """Patients by the beginnings of words of their names and numbers, at most :data:`MOST_FOUND`.

    Columns: ``patient_key``, ``patient_id``, ``mrn``, ``given_name``, ``family_name``,
    ``birth_year`` (missing where unknown); by family name. Nobody where nothing is typed.
    """
    require(viewer, Permission.READ_AUDIT)
    conditions = matches(search)
    if not conditions:
        return typed_frame([], _FOUND_KINDS)
    statement = (
        select(Patient.patient_key, *(getattr(Patient, name) for name in _NAMES))
        .add_columns(Patient.birth_date)
        .join(PatientFact, PatientFact.patient_key == Patient.patient_key)
        .where(*conditions, *of_permitted_sites(connection, viewer, PatientFact))
        .order_by(Patient.family_name, Patient.given_name, Patient.patient_key)
        .limit(MOST_FOUND)
    )
    rows = [(*row[:-1], row[-1] and row[-1].year) for row in connection.execute(statement).all()]
    read_trail(connection, viewer, "search for a patient", [row[0] for row in rows])
    return typed_frame(rows, _FOUND_KINDS)


_NAMES = ("patient_id", "mrn", "given_name", "family_name")
_FOUND_KINDS = {"patient_key": "int64", **dict.fromkeys(_NAMES, TEXT), "birth_year": "Int64"}


def people_of_trail(connection: Connection, viewer: Viewer) -> pd.DataFrame:
    """Everybody who can have done something, by name: users, and whoever else is in the trail.

    It says nothing of what they did, so this is no reading of the trail yet. Columns: ``who`` (the
    name in the trail), ``full_name`` and ``role`` (missing where there is no such user now).
    """
    require(viewer, Permission.READ_AUDIT)
    users = select(User.sign_in_name, User.full_name, User.role)
    known = {row.sign_in_name: tuple(row) for row in connection.execute(users)}
    others = [who for who in _names_in_trail(connection) if who and who not in known]
    rows = [*known.values(), *((who, None, None) for who in others)]
    return typed_frame(
        sorted(rows, key=lambda row: (row[1] or row[0]).casefold()),
        {"who": TEXT, "full_name": TEXT, "role": TEXT},
    )


def _names_in_trail(connection: Connection) -> Sequence[str]:
    return connection.scalars(select(names_in_trail().c.who)).all()


def names_in_trail() -> Subquery:
    """The names in the trail, as ``who``; empty for nobody signed in.

    One step in the index for each: to read all entries for them would take long.
    """
    first = select(func.min(AuditEntry.who).label("who")).cte("names", recursive=True)
    following = (
        select(func.min(AuditEntry.who)).where(AuditEntry.who > first.c.who).scalar_subquery()
    )
    names = first.union_all(select(following).where(first.c.who.is_not(None)))
    return select(names.c.who).where(names.c.who.is_not(None)).limit(_MOST_PEOPLE).subquery()


def entry_count(connection: Connection, viewer: Viewer, asked: TrailFilter) -> int:
    """How many entries there are, counted up to one more than :data:`MOST_COUNTED`."""
    require(viewer, Permission.READ_AUDIT)
    some = _entries(asked, select(literal_column("1"))).limit(MOST_COUNTED + 1).subquery()
    return connection.scalar(select(func.count()).select_from(some)) or 0


def entry_page(
    connection: Connection, viewer: Viewer, asked: TrailFilter, page: int, what: str
) -> pd.DataFrame:
    """One page (from 1) of the entries, newest first.

    ``what`` says, for the trail, what is being read. Columns: ``entry_key``, ``at`` (UTC),
    ``who``, ``full_name`` (missing: no user now), ``role`` (at that time), ``address``,
    ``action``, ``what``, ``outcome``, ``people`` (patients whom it is about); where that is one,
    ``patient_key``, ``patient_id``, ``given_name``, ``family_name`` (missing where the patient is
    another site's, or is not in the database any more).
    """
    require(viewer, Permission.READ_AUDIT)
    statement = (
        _in_order(_entries(asked, select(AuditEntry.entry_key)), asked)
        .limit(PAGE_SIZE)
        .offset(PAGE_SIZE * (page - 1))
    )
    numbers = connection.scalars(statement).all()
    rows = _in_full(connection, viewer, numbers)
    named = [row.patient_key for row in rows if row.patient_key is not None]
    read_trail(connection, viewer, what, named)
    return typed_frame([tuple(row) for row in rows], _ENTRY_KINDS)


_ENTRY_KINDS = {
    "entry_key": "int64",
    **dict.fromkeys(("at", "who", "full_name", "role", "address", "action"), TEXT),
    **dict.fromkeys(("what", "outcome"), TEXT),
    "people": "int64",
    "patient_key": "Int64",
    **dict.fromkeys(("patient_id", "given_name", "family_name"), TEXT),
}


def _entries(asked: TrailFilter, statement: Statement) -> Statement:
    """A statement about audit entries, kept to those that are asked for."""
    if asked.patient_key is None:
        statement = statement.select_from(AuditEntry)
    else:
        statement = statement.select_from(AuditPerson).join(
            AuditEntry, AuditEntry.entry_key == AuditPerson.entry_key
        )
        statement = statement.where(AuditPerson.patient_key == asked.patient_key)
    return statement.where(*_conditions(asked))


def _conditions(asked: TrailFilter) -> list[ColumnElement[bool]]:
    found = [AuditEntry.at >= asked.start, AuditEntry.at < asked.end]
    if asked.who is not None:
        found.append(AuditEntry.who == asked.who)
    if asked.action is not None:
        found.append(AuditEntry.action == str(asked.action))
    if asked.outcome is not None:
        found.append(AuditEntry.outcome == str(asked.outcome))
        if asked.outcome is not Outcome.DONE:  # says it in the words of the index of these few
            found.append(AuditEntry.outcome != literal_column("'done'"))
    return found


def _in_order(statement: Statement, asked: TrailFilter) -> Statement:
    """Newest first. A patient's entries lie in the order of their numbers, which is time's."""
    if asked.patient_key is not None:
        return statement.order_by(AuditPerson.entry_key.desc())
    return statement.order_by(AuditEntry.at.desc(), AuditEntry.entry_key.desc())


def _in_full(connection: Connection, viewer: Viewer, numbers: Sequence[int]) -> Sequence[Any]:
    """The entries of these numbers, in this order."""
    if not numbers:
        return []
    statement = (
        select(
            AuditEntry.entry_key,
            AuditEntry.at,
            AuditEntry.who,
            User.full_name,
            AuditEntry.role,
            AuditEntry.address,
            AuditEntry.action,
            AuditEntry.what,
            AuditEntry.outcome,
            AuditEntry.people,
            Patient.patient_key,
            Patient.patient_id,
            Patient.given_name,
            Patient.family_name,
        )
        .select_from(AuditEntry)
        .join(User, User.sign_in_name == AuditEntry.who, isouter=True)
        .join(
            AuditPerson,
            and_(AuditPerson.entry_key == AuditEntry.entry_key, AuditEntry.people == 1),
            isouter=True,
        )
        .join(
            Patient,
            and_(Patient.patient_key == AuditPerson.patient_key, *_nameable(viewer)),
            isouter=True,
        )
        .where(AuditEntry.entry_key.in_(numbers))
    )
    place = {number: index for index, number in enumerate(numbers)}
    return sorted(connection.execute(statement).all(), key=lambda row: place[row.entry_key])


def _nameable(viewer: Viewer) -> list[ColumnElement[bool]]:
    """The condition under which a patient is named to the viewer; none where all are."""
    return [] if viewer.site_ids is None else [Patient.site_id.in_(sorted(viewer.site_ids))]


def patients_of_entry(connection: Connection, viewer: Viewer, entry_key: int) -> pd.DataFrame:
    """The patients whom an entry is about, by name, at most :data:`MOST_LISTED`.

    Columns: ``patient_key``, ``patient_id``, ``mrn``, ``given_name``, ``family_name``; those of
    the viewer's sites who are still in the database.
    """
    require(viewer, Permission.READ_AUDIT)
    statement = (
        select(Patient.patient_key, *(getattr(Patient, name) for name in _NAMES))
        .join(AuditPerson, AuditPerson.patient_key == Patient.patient_key)
        .where(AuditPerson.entry_key == entry_key, *_nameable(viewer))
        .order_by(Patient.family_name, Patient.given_name, Patient.patient_key)
        .limit(MOST_LISTED)
    )
    rows = connection.execute(statement).all()
    read_trail(connection, viewer, "the patients of an entry", [row.patient_key for row in rows])
    return typed_frame(rows, {"patient_key": "int64", **dict.fromkeys(_NAMES, TEXT)})


_COUNTED = {
    "records": Action.VIEW_PATIENT,
    "lists": Action.LIST,
    "exports": Action.EXPORT,
    "prints": Action.PRINT,
}


def who_looked(connection: Connection, viewer: Viewer, asked: TrailFilter) -> pd.DataFrame:
    """Everybody who was shown the patient of ``asked``, or tried to be: the latest first.

    Columns: ``who``, ``full_name`` (missing: no user now), ``role`` (the latest), ``first`` and
    ``last`` (UTC; of what was shown or tried), ``last_opened`` (the record; missing where never),
    ``records``, ``lists``, ``exports``, ``prints`` (how often shown so), ``not_done`` (refused or
    failed). Whoever only read of the patient in the trail is left out.
    """
    require(viewer, Permission.READ_AUDIT)
    if asked.patient_key is None:
        raise ValueError("whom it is about must be said")
    is_done = AuditEntry.outcome == str(Outcome.DONE)
    is_read = AuditEntry.action == str(Action.READ_AUDIT)
    counts = {
        **{name: and_(is_done, AuditEntry.action == str(a)) for name, a in _COUNTED.items()},
        "not_done": ~is_done,
    }
    moment, opened = case((~is_read, AuditEntry.at)), case((counts["records"], AuditEntry.at))
    statement = (
        _entries(
            asked,
            select(
                AuditEntry.who,
                func.max(User.full_name),
                func.max(AuditEntry.role),
                func.min(moment, type_=AuditEntry.at.type),
                func.max(moment, type_=AuditEntry.at.type),
                func.max(opened, type_=AuditEntry.at.type),
                *(func.sum(case((each, 1), else_=0)) for each in counts.values()),
            ),
        )
        .join(User, User.sign_in_name == AuditEntry.who, isouter=True)
        .group_by(AuditEntry.who)
        .having(func.max(moment).is_not(None))
        .order_by(func.max(moment).desc(), AuditEntry.who)
    )
    rows = connection.execute(statement).all()
    read_trail(connection, viewer, "who looked at a patient", [asked.patient_key])
    texts = ("who", "full_name", "role", "first", "last", "last_opened")
    return typed_frame(rows, dict.fromkeys(texts, TEXT) | dict.fromkeys(counts, "int64"))


def person_days(
    connection: Connection, viewer: Viewer, asked: TrailFilter, zone: tzinfo
) -> pd.DataFrame:
    """What the person of ``asked`` did, by the days of ``zone``.

    Columns: ``day`` (date), ``action``, ``outcome``, ``entries``.
    """
    require(viewer, Permission.READ_AUDIT)
    statement = _entries(
        asked,
        select(seconds_of(connection, AuditEntry.at), AuditEntry.action, AuditEntry.outcome),
    )
    rows = typed_frame(
        connection.execute(statement), {"at": "int64", "action": TEXT, "outcome": TEXT}
    )
    read_trail(connection, viewer, "what a person did")
    rows.insert(0, "day", by_clock(rows["at"], zone).dt.date)
    return rows.groupby(["day", "action", "outcome"]).size().reset_index(name="entries")


def seconds_of(connection: Connection, at: Any) -> ColumnElement[int]:
    """A stored time as seconds since 1970, which pandas takes many times faster than datetimes."""
    if connection.dialect.name == "sqlite":
        return cast(func.strftime("%s", at), Integer())
    return cast(func.extract("epoch", at), Integer())


def by_clock(seconds: "pd.Series[int]", zone: tzinfo) -> "pd.Series[pd.Timestamp]":
    """Times as from :func:`seconds_of` by the clock of a time zone."""
    return pd.to_datetime(seconds, unit="s", utc=True).dt.tz_convert(zone)


def opened_by_person(connection: Connection, viewer: Viewer, asked: TrailFilter) -> pd.DataFrame:
    """Whose records the person of ``asked`` opened, the latest first.

    Columns: ``patient_key``, ``patient_id``, ``given_name``, ``family_name`` (missing where the
    patient is another site's, or not in the database any more), ``times``, ``first``, ``last``
    (UTC). Every patient has a row; only the first :data:`MOST_LISTED` are named.
    """
    require(viewer, Permission.READ_AUDIT)
    moment = AuditEntry.at
    statement = (
        select(
            AuditPerson.patient_key,
            func.count(),
            func.min(moment, type_=moment.type),
            func.max(moment, type_=moment.type),
        )
        .select_from(AuditEntry)
        .join(AuditPerson, AuditPerson.entry_key == AuditEntry.entry_key)
        .where(
            *_conditions(asked),
            AuditEntry.action == str(Action.VIEW_PATIENT),
            AuditEntry.outcome == str(Outcome.DONE),
        )
        .group_by(AuditPerson.patient_key)
        .order_by(func.max(moment).desc(), AuditPerson.patient_key)
    )
    rows = connection.execute(statement).all()
    names = patient_names(connection, viewer, [row[0] for row in rows[:MOST_LISTED]])
    read_trail(connection, viewer, "whose records a person opened", names)
    nobody = (None, None, None)
    named = [(row[0], *names.get(row[0], nobody), *row[1:]) for row in rows]
    return typed_frame(named, _OPENED_KINDS)


_OPENED_KINDS = {
    "patient_key": "int64",
    **dict.fromkeys(("patient_id", "given_name", "family_name"), TEXT),
    "times": "int64",
    **dict.fromkeys(("first", "last"), TEXT),
}


def patient_names(
    connection: Connection, viewer: Viewer, patient_keys: Collection[int]
) -> Mapping[int, tuple[str, str | None, str | None]]:
    """Number, given and family name of patients of the viewer's sites, for what notes the reading.

    Whoever calls it must say in the trail that they are shown.
    """
    require(viewer, Permission.READ_AUDIT)
    if not patient_keys:
        return {}
    statement = select(
        Patient.patient_key, Patient.patient_id, Patient.given_name, Patient.family_name
    ).where(Patient.patient_key.in_(patient_keys), *_nameable(viewer))
    return {row[0]: (row[1], row[2], row[3]) for row in connection.execute(statement)}


def exported_trail(connection: Connection, viewer: Viewer, asked: TrailFilter) -> pd.DataFrame:
    """The entries for a file, newest first, at most :data:`MOST_EXPORTED`.

    Columns: those of the table and ``patients``, the keys by which an entry's hash was worked out,
    which name nobody outside this database. The last row is the head of the trail, with its number
    and its hash as ``what``.
    """
    require(viewer, Permission.READ_AUDIT)
    read_trail(connection, viewer, "the trail, for a file")
    statement = _in_order(_entries(asked, select(*_EXPORTED)), asked).limit(MOST_EXPORTED)
    rows = connection.execute(statement).all()
    keys = _keys_by_entry(connection, [row.entry_key for row in rows if row.people])
    head = connection.execute(select(AuditHead.entry_key, AuditHead.hash)).one_or_none()
    told: list[tuple[Any, ...]] = [
        (row[0], f"{row.at:%Y-%m-%dT%H:%M:%SZ}", *row[2:-1], keys.get(row[0], ""), row.hash)
        for row in rows
    ]
    if head is not None:
        blank = ("",) * 5
        told.append((head.entry_key, "", *blank, "head of the trail", "", None, "", head.hash))
    return typed_frame(told, _EXPORTED_KINDS)


_EXPORTED = (
    AuditEntry.entry_key,
    AuditEntry.at,
    AuditEntry.who,
    AuditEntry.role,
    AuditEntry.session,
    AuditEntry.address,
    AuditEntry.action,
    AuditEntry.what,
    AuditEntry.outcome,
    AuditEntry.people,
    AuditEntry.hash,
)
_EXPORTED_KINDS = {
    "entry_key": "int64",
    **dict.fromkeys(("at", "who", "role", "session", "address", "action", "what"), TEXT),
    "outcome": TEXT,
    "people": "Int64",
    "patients": TEXT,
    "hash": TEXT,
}


def _keys_by_entry(connection: Connection, numbers: Sequence[int]) -> dict[int, str]:
    """The keys of the patients of each of these entries, in order, with spaces between."""
    found: dict[int, str] = {}
    for first in range(0, len(numbers), _AT_ONCE):
        statement = (
            select(AuditPerson.entry_key, AuditPerson.patient_key)
            .where(AuditPerson.entry_key.in_(numbers[first : first + _AT_ONCE]))
            .order_by(AuditPerson.entry_key, AuditPerson.patient_key)
        )
        pairs: Iterable[Any] = connection.execute(statement)
        for number, people in groupby(pairs, key=itemgetter(0)):
            found[number] = " ".join(str(key) for _, key in people)
    return found
