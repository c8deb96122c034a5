"""The audit trail: who did what, about which patients, when, from where, and how it ended.

Entries are only ever added. Each holds a hash of itself, its patients and the hash before it, so an
entry that is altered, missing or moved shows (:mod:`data_access.audit_check`).

**No entry, no patient.** Every query that gives back something about patients whom it names calls
:func:`disclose` with their keys before it returns. The entry is committed by then; where it cannot
be written, :class:`NotAuditedError` is raised and nothing is given back.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from threading import Lock
from time import monotonic
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from access.actions import Action, Outcome
from access.viewer import Permission, Viewer, require
from data_access.engine import appending, is_writing
from data_access.errors import ClinicDatabaseError, DatabaseBusyError
from data_access.schema import AuditEntry, AuditHead, AuditPerson

SAME_LOOK_SECONDS = 600
"""Drawing a page anew is no new look: the same session, what and whom are noted once in so long."""

FIRST_HASH = "0" * 64
"""What stands for the hash before the first entry; the head holds it from the migration on."""


class NotAuditedError(ClinicDatabaseError):
    """What was asked for could not be noted in the audit trail, so it is not shown."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be noted. ``what`` names no patient; ``people`` are the patients' keys."""

    action: Action
    what: str
    outcome: Outcome = Outcome.DONE
    people: tuple[int, ...] = ()


def append(connection: Connection, viewer: Viewer, entry: Entry, at: datetime | None = None) -> int:
    """Add an entry in this write transaction; returns its number.

    Whoever else adds one waits until this transaction ends: in a long one it comes last.
    """
    head = connection.execute(select(AuditHead.entry_key, AuditHead.hash).with_for_update()).one()
    number: int = head.entry_key + 1
    people = sorted(set(entry.people))
    values = {
        "entry_key": number,
        "at": (at or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0),
        "who": viewer.name,
        "role": viewer.role,
        "session": viewer.session,
        "address": viewer.address,
        "action": str(entry.action),
        "what": entry.what,
        "outcome": str(entry.outcome),
        "people": len(people),
    }
    chained = chain_hash(head.hash, values, people)
    connection.execute(insert(AuditEntry).values(**values, hash=chained))
    if people:
        connection.execute(
            insert(AuditPerson), [{"patient_key": key, "entry_key": number} for key in people]
        )
    connection.execute(update(AuditHead).values(entry_key=number, hash=chained))
    return number


def chain_hash(before: str, values: Mapping[str, object], people: Sequence[int]) -> str:
    """The hash of an entry: SHA-256 over the hash before it, its values and its patients' keys.

    ``values``: of every column but the hash, by name, the time in UTC or as SQLite has it, such as
    ``2026-03-09T19:30:00Z``; ``people``: in ascending order.
    """
    at = values["at"]
    time = f"{at.replace(tzinfo=None).isoformat()}Z" if isinstance(at, datetime) else at
    written = {**values, "at": time, "before": before}
    text = json.dumps([written, list(people)], sort_keys=True, ensure_ascii=True)
    return sha256(text.encode()).hexdigest()


def note(engine: Engine, viewer: Viewer, entry: Entry) -> None:
    """Add an entry in a transaction of its own.

    Raises :class:`NotAuditedError` where it cannot be written.
    """
    with _or_nothing_is_shown(), appending(engine) as connection:
        append(connection, viewer, entry)


_BUSY = (
    "This could not be noted in the audit trail while another program writes to the database, so "
    "nothing about patients is shown. Please try again in a moment."
)
_UNWRITABLE = (
    "This could not be noted in the audit trail, so nothing about patients is shown. Please try "
    "again in a moment; if it stays so, tell whoever runs the dashboard."
)


@contextmanager
def _or_nothing_is_shown() -> Iterator[None]:
    try:
        yield
    except DatabaseBusyError as fault:
        raise NotAuditedError(_BUSY) from fault
    except (ClinicDatabaseError, SQLAlchemyError) as fault:
        raise NotAuditedError(_UNWRITABLE) from fault


def disclose(
    connection: Connection,
    viewer: Viewer,
    action: Action,
    what: str,
    patient_keys: Iterable[int],
) -> None:
    """Note that the viewer is about to be shown these patients; nothing where there are none.

    Within a write transaction the entry is part of it; otherwise it is committed by itself. The
    same look again, within :data:`SAME_LOOK_SECONDS`, is not noted again.

    Raises :class:`NotAuditedError` where it cannot be written.
    """
    people = tuple(sorted({int(key) for key in patient_keys}))
    if people:
        _note_look(connection, viewer, Entry(action, what, people=people))


def _note_look(connection: Connection, viewer: Viewer, entry: Entry) -> None:
    """Add an entry about patients unless just this was noted a short while ago."""
    if is_same_look(connection, viewer, entry.action, entry.what, entry.people):
        return
    if is_writing(connection):
        with _or_nothing_is_shown():
            append(connection, viewer, entry)
        return
    note(connection.engine, viewer, entry)
    _recent.keep(connection.engine, _look(viewer, entry.action, entry.what, entry.people))


def is_same_look(
    connection: Connection, viewer: Viewer, action: Action, what: str, people: Sequence[int]
) -> bool:
    """Whether :func:`disclose` has noted just this a short while ago. ``people``: in order."""
    return _recent.holds(connection.engine, _look(viewer, action, what, people))


RECORD = "record"
"""What is looked at where one patient is."""


def disclose_record(connection: Connection, viewer: Viewer, patient_key: int) -> None:
    """Note that the viewer is about to be shown this patient's record: however much, one look."""
    disclose(connection, viewer, Action.VIEW_PATIENT, RECORD, [int(patient_key)])


def refuse_record(connection: Connection, viewer: Viewer, patient_key: int) -> None:
    """Note that the viewer asked for a patient whose record they may not open."""
    what = "record of another site's patient"
    _note_look(connection, viewer, Entry(Action.REFUSAL, what, Outcome.REFUSED, (patient_key,)))


def export(
    connection: Connection, viewer: Viewer, what: str, patient_keys: Iterable[int] = ()
) -> None:
    """Note that a file is about to be made for the viewer, each time anew.

    ``what``: the kind of file; ``patient_keys``: whom it tells of. Call it before the file is made.

    Raises :class:`NotAuditedError` where it cannot be noted;
    :class:`~access.viewer.NotPermittedError` where it tells of patients and the viewer may not take
    such files out.
    """
    people = tuple(int(key) for key in patient_keys)
    if people:
        require(viewer, Permission.EXPORT_PATIENTS)
    note(connection.engine, viewer, Entry(Action.EXPORT, what, people=people))


def read_trail(
    connection: Connection, viewer: Viewer, what: str, patient_keys: Iterable[int] = ()
) -> None:
    """Note that the viewer is about to read this of the trail itself, patients named or not.

    As in :func:`disclose`, the same again within :data:`SAME_LOOK_SECONDS` is not noted again.

    Raises :class:`NotAuditedError` where it cannot be written.
    """
    people = tuple(sorted({int(key) for key in patient_keys}))
    _note_look(connection, viewer, Entry(Action.READ_AUDIT, what, people=people))


_Look = tuple[object, ...]


def _look(viewer: Viewer, action: Action, what: str, people: Sequence[int]) -> _Look:
    return (viewer.session, viewer.name, action, what, tuple(people))


class _Recent:
    """The looks that were noted a short while ago, of each database."""

    _MOST = 20_000

    def __init__(self) -> None:
        self._looks: WeakKeyDictionary[Engine, dict[int, float]] = WeakKeyDictionary()
        self._lock = Lock()

    def holds(self, engine: Engine, look: _Look) -> bool:
        with self._lock:
            noted = self._looks.get(engine, {}).get(hash(look))
        return noted is not None and monotonic() - noted < SAME_LOOK_SECONDS

    def keep(self, engine: Engine, look: _Look) -> None:
        with self._lock:
            looks = self._looks.setdefault(engine, {})
            if len(looks) >= self._MOST:
                looks.clear()
            looks[hash(look)] = monotonic()


_recent = _Recent()
