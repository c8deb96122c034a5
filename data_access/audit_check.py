"""Is the audit trail as it was written? What ``python -m data_access verify-audit`` reads.

Each entry is hashed with the hash before it, and the head holds the last one. So whatever was
altered, removed, moved or added without working all later hashes out anew shows here. Somebody with
the owner's rights could do even that: against it the number and hash of the head, kept elsewhere
(an *anchor*), tell whether the trail up to there is still the same.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, Text, exists, func, select, type_coerce

from data_access.audit import FIRST_HASH, chain_hash
from data_access.errors import ClinicDatabaseError
from data_access.schema import AuditEntry, AuditHead, AuditPerson

_AT_ONCE = 2_000
"""So many rows are fetched at a time."""
_VALUES = tuple(each.name for each in AuditEntry.__table__.columns if each.name != "hash")
_NOBODY: tuple[int | None, Iterable[Any]] = (None, ())
_ANCHOR = re.compile(r"(\d{1,18}):([0-9a-f]{64})")


class AnchorError(ClinicDatabaseError):
    """An anchor that cannot be read; the message says how one is written."""


class Anchor(NamedTuple):
    """The number of an entry and its hash, as they once were; number 0: before the first."""

    number: int
    hash: str

    @classmethod
    def read(cls, text: str) -> "Anchor":
        """From ``NUMBER:HASH``. Raises :class:`AnchorError`."""
        found = _ANCHOR.fullmatch(text.strip().lower())
        if found is None:
            raise AnchorError(
                "An anchor is written as NUMBER:HASH, as verify-audit has printed it: the number "
                "of an entry, a colon, and 64 digits and letters."
            )
        return cls(int(found[1]), found[2])

    def __str__(self) -> str:
        """As it is read."""
        return f"{self.number}:{self.hash}"


@dataclass(frozen=True, slots=True)
class TrailCheck:
    """How the trail was found.

    ``sound``: the number of the last entry up to which all is well; ``head``: of the trail, to be
    kept elsewhere as an anchor (``None`` where there is none); ``fault``: the first one in a
    sentence, empty where all is well.
    """

    sound: int
    head: Anchor | None
    fault: str


def check_trail(connection: Connection, anchor: Anchor | None = None) -> TrailCheck:
    """Read the trail from the first entry to the head, and say what is wrong first.

    ``anchor``: a head of before, to which the trail must still lead.
    """
    head = _head(connection)
    last = Anchor(0, FIRST_HASH)
    for row in _rows(connection):
        fault = _fault_of_entry(connection, row, last, head)
        if fault:
            return TrailCheck(last.number, head, fault)
        last = Anchor(row.number, row.hash)
        if anchor is not None and last.number == anchor.number and last != anchor:
            return TrailCheck(last.number - 1, head, _not_as_anchored(anchor))
    return TrailCheck(last.number, head, _fault_at_end(connection, last, head, anchor))


class _Row(NamedTuple):
    """An entry as it stands in the database: ``values`` of every column but the hash."""

    values: dict[str, Any]
    people: tuple[int, ...]
    hash: str

    @property
    def number(self) -> int:
        number: int = self.values["entry_key"]
        return number

    def hashed(self, before: str, number: int) -> str:
        """Its hash, had it been written after this one with this number."""
        return chain_hash(before, {**self.values, "entry_key": number}, self.people)

    def was(self, number: int, before: str) -> bool:
        """Whether it was written as the entry of this number, after this hash."""
        return self.hashed(before, number) == self.hash


def _head(connection: Connection) -> Anchor | None:
    row = connection.execute(select(AuditHead.entry_key, AuditHead.hash)).one_or_none()
    return None if row is None else Anchor(row.entry_key, row.hash)


def _rows(connection: Connection, after: int | None = None) -> Iterator[_Row]:
    """The entries in the order of their numbers, from the one after a number on."""
    # In SQLite a time that somebody has altered may be any text: it is taken as it stands.
    at = type_coerce(AuditEntry.at, Text) if connection.dialect.name == "sqlite" else AuditEntry.at
    columns = [at if name == "at" else getattr(AuditEntry, name) for name in _VALUES]
    entries = select(*columns, AuditEntry.hash).order_by(AuditEntry.entry_key)
    people = select(AuditPerson.entry_key, AuditPerson.patient_key).order_by(
        AuditPerson.entry_key, AuditPerson.patient_key
    )
    if after is not None:
        entries = entries.where(AuditEntry.entry_key > after)
        people = people.where(AuditPerson.entry_key > after)
    named = groupby(_streamed(connection, people), key=itemgetter(0))
    number, patients = next(named, _NOBODY)
    for *values, hashed in _streamed(connection, entries):
        told = dict(zip(_VALUES, values, strict=True))
        while number is not None and number < told["entry_key"]:  # of an entry that is not there
            number, patients = next(named, _NOBODY)
        mine = patients if number == told["entry_key"] else ()
        yield _Row(told, tuple(key for _, key in mine), hashed)


def _streamed(connection: Connection, statement: Select[*tuple[Any, ...]]) -> Iterator[Any]:
    return iter(connection.execute(statement, execution_options={"yield_per": _AT_ONCE}))


def _fault_of_entry(connection: Connection, row: _Row, last: Anchor, head: Anchor | None) -> str:
    """What is wrong with the entry that stands after the last sound one; empty if nothing."""
    expected, number = last.number + 1, row.number
    if number < expected:
        return f"Entry {number} was added: the trail begins with entry 1."
    if head is not None and number > head.number:
        return (
            f"Entry {number} stands behind the end that the head of the trail names: it was added, "
            "or the head was altered."
        )
    if number > expected:
        return _missing(expected, number - 1)
    if row.was(expected, last.hash):
        return ""
    told, noted = row.values["people"], len(row.people)
    if told != noted:
        return (
            f"Entry {number} was altered: it says that it is about {_patients(told)}, and "
            f"{noted:,} {'is' if noted == 1 else 'are'} noted for it."
        )
    return _displaced(connection, row, last) or _altered(connection, row, last, head)


def _displaced(connection: Connection, row: _Row, last: Anchor) -> str:
    """Whether an entry with a wrong hash stands in another's place; empty if not."""
    number = row.number
    before = row
    for place, after in enumerate(_rows(connection, number)):
        # Of two neighbours that changed places, the hash before is now the one behind.
        if row.was(after.number, before.hash) or row.was(after.number, after.hash):
            return f"Entry {number} was moved: it was written as entry {after.number}."
        if place == 0 and after.was(number, last.hash):
            return (
                f"Entry {row.number} was added: the entry after it was written as entry {number}."
            )
        if place == 0 and after.was(number + 2, row.hash):
            return f"{_missing(number, number)[:-1]}, and those after it were numbered anew."
        before = after
    return ""


def _altered(connection: Connection, row: _Row, last: Anchor, head: Anchor | None) -> str:
    """What of an entry was altered, told by what was written after it."""
    right = row.hashed(last.hash, row.number)
    after = next(_rows(connection, row.number), None)
    if after is None:
        follows = head is not None and head == Anchor(row.number, right)
    else:
        follows = after.was(row.number + 1, right)
    what = (
        "its hash is not the one with which the trail goes on"
        if follows
        else "its values, or its patients, are not those that were hashed"
    )
    return f"Entry {row.number} was altered: {what}."


def _fault_at_end(
    connection: Connection, last: Anchor, head: Anchor | None, anchor: Anchor | None
) -> str:
    """What is wrong where every entry that is there is right; empty if nothing."""
    if head is None:
        return "The head of the trail is missing, so nobody can tell whether entries are, too."
    if head.number > last.number:
        return _missing(last.number + 1, head.number, at_end=True)
    if head != last:
        return f"The head of the trail was altered: it is not entry {last.number}, the last one."
    if anchor is not None and anchor.number > last.number:
        return f"{_missing(last.number + 1, anchor.number, at_end=True)[:-1]}, as the anchor shows."
    if anchor is not None and anchor.number == 0 and anchor != Anchor(0, FIRST_HASH):
        return _not_as_anchored(anchor)
    stray = connection.scalar(
        select(func.min(AuditPerson.entry_key)).where(
            ~exists().where(AuditEntry.entry_key == AuditPerson.entry_key)
        )
    )
    return "" if stray is None else f"Patients are noted for entry {stray}, which there is not."


def _not_as_anchored(anchor: Anchor) -> str:
    return (
        f"Entry {anchor.number} is not the one of the anchor: it or something before it was "
        "altered, and all hashes from there on were worked out anew."
    )


def _missing(first: int, last: int, *, at_end: bool = False) -> str:
    where = " at the end" if at_end else ""
    if first == last:
        return f"Entry {first} is missing{where}."
    return f"Entries {first} to {last} are missing{where}."


def _patients(count: int) -> str:
    return f"{count:,} patient" if count == 1 else f"{count:,} patients"
