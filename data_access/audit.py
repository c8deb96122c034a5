"""The audit trail: who did what, about which patients, when, from where, and how it ended.

Entries are only ever added. Each holds a hash of itself, its patients and the hash before it, so an
entry that is altered, missing or moved shows (:mod:`data_access.audit_check`).

**No entry, no patient.** Every query that gives back something about patients whom it names calls
:func:`disclose` with their keys before it returns. The entry is committed by then; where it cannot
be written, :class:`NotAuditedError` is raised and nothing is given back.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from threading import Lock
from time import monotonic
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from access.actions import Action, Outcome
from access.viewer import Viewer
from data_access.engine import appending, is_writing
from data_access.errors import ClinicDatabaseError
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
    """Add an entry in this write transaction; returns its number."""
    head = connection.execute(
        select(AuditHead.entry_key, AuditHead.hash).with_for_update()
    ).one()
    number = head.entry_key + 1
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


def chain_hash(before: str, values: dict[str, object], people: Sequence[int]) -> str:
    """The hash of an entry: SHA-256 over the hash before it, its values and its patients' keys.

    ``values``: of every column but the hash, by name; ``people``: in ascending order.
    """
    written = {**values, "at": f"{values['at']:%Y-%m-%dT%H:%M:%SZ}", "before": before}
    text = json.dumps([written, list(people)], sort_keys=True, ensure_ascii=True)
    return sha256(text.encode()).hexdigest()


def note(engine: Engine, viewer: Viewer, entry: Entry) -> None:
    """Add an entry in a transaction of its own.

    Raises :class:`NotAuditedError` where it cannot be written.
    """
    try:
        with appending(engine) as connection:
            append(connection, viewer, entry)
    except (ClinicDatabaseError, SQLAlchemyError) as fault:
        raise NotAuditedError(
            "This could not be noted in the audit trail, so nothing about patients is shown. "
            "Please try again in a moment; if it stays so, tell whoever runs the dashboard."
        ) from fault


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
    """
    people = tuple(sorted({int(key) for key in patient_keys}))
    if not people:
        return
    look = (viewer.session, viewer.name, action, what, people)
    if _recent.holds(connection.engine, look):
        return
    entry = Entry(action, what, people=people)
    if is_writing(connection):
        append(connection, viewer, entry)
        return
    note(connection.engine, viewer, entry)
    _recent.keep(connection.engine, look)


class _Recent:
    """The looks that were noted a short while ago, of each database."""

    _MOST = 20_000

    def __init__(self) -> None:
        self._looks: WeakKeyDictionary[Engine, dict[int, float]] = WeakKeyDictionary()
        self._lock = Lock()

    def holds(self, engine: Engine, look: object) -> bool:
        noted = self._looks.get(engine, {}).get(hash(look))
        return noted is not None and monotonic() - noted < SAME_LOOK_SECONDS

    def keep(self, engine: Engine, look: object) -> None:
        with self._lock:
            looks = self._looks.setdefault(engine, {})
            if len(looks) >= self._MOST:
                looks.clear()
            looks[hash(look)] = monotonic()


_recent = _Recent()
