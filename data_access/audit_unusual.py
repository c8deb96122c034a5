"""Unusual looks: what the rules of :mod:`access.unusual` need, from the trail and the calendar."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from sqlalchemy import CompoundSelect, Connection, Select, func, select, union_all

from access.actions import Action, Outcome
from access.unusual import LIMITS, NOBODY, Facts, Limits, find_unusual
from access.viewer import Permission, Viewer, require
from clinical.calendar import day_number
from data_access.audit import read_trail
from data_access.audit_trail import by_clock, names_in_trail, patient_names, seconds_of
from data_access.frames import TEXT, typed_frame
from data_access.schema import (
    AppointmentFact,
    AuditEntry,
    AuditPerson,
    InfusionFact,
    Patient,
    PatientFact,
    PatientWord,
    Site,
    User,
)
from data_access.search_words import folded_words

USUAL_DAYS = 14
"""So many days before the period tell, with the period, what is usual for a person."""
MOST_LINES = 200
"""Lines that are listed."""
_UNKNOWN_SITE = -1
_DONE = AuditEntry.outcome == str(Outcome.DONE)
_KINDS = {"who": TEXT, "address": TEXT}


@dataclass(frozen=True, slots=True)
class Unusual:
    """What is unusual in a period, of how much.

    ``lines`` (the first :data:`MOST_LINES`), ``all_lines`` and ``people`` as in
    :class:`access.unusual.Found`, both with ``full_name`` (missing: no user now), the lines with
    ``patient_id``, ``given_name``, ``family_name`` (missing: about no patient, another site's, or
    not in the database any more). ``looks``: records opened in the period; ``by``: by so many
    people.
    """

    lines: pd.DataFrame
    all_lines: int
    people: pd.DataFrame
    looks: int
    by: int


def unusual_looks(
    connection: Connection,
    viewer: Viewer,
    start: datetime,
    end: datetime,
    zone: tzinfo,
    *,
    who: str | None = None,
    limits: Limits = LIMITS,
) -> Unusual:
    """What is unusual from ``start`` on and before ``end`` (aware times).

    ``zone``: the clinic's, for what happens at no site; ``who``: list this person's lines only.
    """
    require(viewer, Permission.READ_AUDIT)
    facts = _facts(connection, start, end, zone, limits)
    found = find_unusual(facts, limits, who=who, most=MOST_LINES)
    looks = facts.looks_within
    return Unusual(
        lines=_named(connection, viewer, found.lines),
        all_lines=found.all_lines,
        people=_with_full_names(connection, found.people),
        looks=len(looks),
        by=int(looks["who"].nunique()),
    )


def _frame(rows: Iterable[Sequence[Any]], *names: str) -> pd.DataFrame:
    """Rows with these columns: ``who`` and ``address`` text, also where there are none."""
    kinds = {name: _KINDS.get(name, "int64") for name in names}
    frame = typed_frame(rows, kinds)
    return frame if len(frame) else frame.astype(dict.fromkeys(_KINDS.keys() & kinds, "str"))


def _named(connection: Connection, viewer: Viewer, lines: pd.DataFrame) -> pd.DataFrame:
    """The lines with the names of their patients and people, noted in the trail first."""
    keys = {int(key) for key in lines["patient_key"] if key != NOBODY}
    names = patient_names(connection, viewer, keys)
    read_trail(connection, viewer, "unusual looks", names)
    told = [names.get(int(key), (None, None, None)) for key in lines["patient_key"]]
    columns = ["patient_id", "given_name", "family_name"]
    return _with_full_names(connection, lines.join(pd.DataFrame(told, columns=columns)))


def _with_full_names(connection: Connection, rows: pd.DataFrame) -> pd.DataFrame:
    rows_of_users = connection.execute(select(User.sign_in_name, User.full_name)).all()
    names = {row.sign_in_name: row.full_name for row in rows_of_users}
    return rows.assign(full_name=rows["who"].map(names))


def _facts(
    connection: Connection, start: datetime, end: datetime, zone: tzinfo, limits: Limits
) -> Facts:
    zones = _zones(connection)
    looks = _looks(connection, start - timedelta(days=USUAL_DAYS), end)
    looks = _placed(looks, zones, zone).assign(within=looks["at"] >= int(start.timestamp()))
    return Facts(
        looks=looks,
        visits=_visits(connection, start, limits),
        namesakes=_namesakes(connection, set(looks["who"])),
        refusals=_dated(_refusals(connection, start, end), zone),
        exports=_dated(_exports(connection, start, end), zone),
        sign_ins=_sign_ins(connection, start, end, zone, limits),
        returns=_returns(connection, start, end, zone),
    )


def _zones(connection: Connection) -> dict[int, ZoneInfo]:
    """The time zone of each site by its key."""
    rows = connection.execute(select(Site.site_key, Site.time_zone)).all()
    return {key: ZoneInfo(name) for key, name in rows}


def _looks(connection: Connection, start: datetime, end: datetime) -> pd.DataFrame:
    """Each record that was opened: ``who``, ``at``, ``patient_key``, ``site_key``."""
    statement = (
        select(
            AuditEntry.who,
            seconds_of(connection, AuditEntry.at),
            AuditPerson.patient_key,
            func.coalesce(PatientFact.site_key, _UNKNOWN_SITE),
        )
        .join(AuditPerson, AuditPerson.entry_key == AuditEntry.entry_key)
        .join(PatientFact, PatientFact.patient_key == AuditPerson.patient_key, isouter=True)
        .where(
            AuditEntry.action == str(Action.VIEW_PATIENT),
            AuditEntry.at >= start,
            AuditEntry.at < end,
            _DONE,
        )
    )
    return _frame(connection.execute(statement), "who", "at", "patient_key", "site_key")


def _placed(looks: pd.DataFrame, zones: dict[int, ZoneInfo], clinic: tzinfo) -> pd.DataFrame:
    """With ``day`` and ``minute`` by the clock of the patient's site; else by the clinic's."""
    placed = looks.assign(day=0, minute=0)
    for site in np.unique(looks["site_key"]):
        here = (looks["site_key"] == site).to_numpy()
        days, minutes = _clock(looks.loc[here, "at"], zones.get(int(site), clinic))
        placed.loc[here, "day"] = days
        placed.loc[here, "minute"] = minutes
    return placed


def _clock(seconds: "pd.Series[int]", zone: tzinfo) -> tuple[Any, Any]:
    """Day (since 1970) and minute of the day."""
    local = by_clock(seconds, zone).dt.tz_localize(None)
    minutes = local.to_numpy().astype("datetime64[m]").astype(np.int64)
    return minutes // 1440, minutes % 1440


def _dated(rows: pd.DataFrame, zone: tzinfo) -> pd.DataFrame:
    """With the ``day`` by the clinic's clock."""
    return rows.assign(day=_clock(rows["at"], zone)[0])


def _visits(connection: Connection, start: datetime, limits: Limits) -> pd.DataFrame:
    """Days for which somebody may have had to do with a patient, from a while before ``start`` on.

    Appointments whatever became of them, the days on which they were booked, infusions, referrals.
    """
    first = start.date() - timedelta(days=limits.care_days + 1)
    day = day_number(first)
    booked = AppointmentFact.day - AppointmentFact.lead_days
    due = [AppointmentFact.patient_key.is_not(None), AppointmentFact.day >= day]
    statement: CompoundSelect[*tuple[Any, ...]] = union_all(
        select(AppointmentFact.patient_key, AppointmentFact.day).where(*due),
        select(AppointmentFact.patient_key, booked).where(*due, booked >= day),
        select(InfusionFact.patient_key, InfusionFact.day).where(InfusionFact.day >= day),
    )
    visits = _frame(connection.execute(statement), "patient_key", "day")
    referred = connection.execute(
        select(Patient.patient_key, Patient.referred_on).where(Patient.referred_on >= first)
    )
    referrals = [(row.patient_key, day_number(row.referred_on)) for row in referred]
    return pd.concat([visits, _frame(referrals, "patient_key", "day")], ignore_index=True)


def _namesakes(connection: Connection, people: set[str]) -> pd.DataFrame:
    """The patients who have a person's family name: the last word of the person's full name."""
    users = connection.execute(select(User.sign_in_name, User.full_name)).all()
    words = {
        row.sign_in_name: folded[-1]
        for row in users
        if row.sign_in_name in people and (folded := folded_words(row.full_name))
    }
    statement: Select[*tuple[Any, ...]] = (
        select(PatientWord.word, Patient.patient_key, Patient.family_name)
        .join(Patient, Patient.patient_key == PatientWord.patient_key)
        .where(PatientWord.word.in_(set(words.values())), Patient.family_name.is_not(None))
    )
    of_word: dict[str, list[int]] = {}
    for word, key, family in connection.execute(statement):
        if word in folded_words(family or ""):  # and not in the given name alone
            of_word.setdefault(word, []).append(key)
    rows = [(who, key) for who, word in words.items() for key in of_word.get(word, [])]
    return _frame(rows, "who", "patient_key")


def _refusals(connection: Connection, start: datetime, end: datetime) -> pd.DataFrame:
    columns = (AuditEntry.who, AuditEntry.address, seconds_of(connection, AuditEntry.at))
    statement = select(*columns).where(
        AuditEntry.at >= start,
        AuditEntry.at < end,
        AuditEntry.outcome == str(Outcome.REFUSED),
        AuditEntry.outcome != str(Outcome.DONE),  # names the index of these few
    )
    return _frame(connection.execute(statement), "who", "address", "at")


def _exports(connection: Connection, start: datetime, end: datetime) -> pd.DataFrame:
    columns = (AuditEntry.who, seconds_of(connection, AuditEntry.at), AuditEntry.people)
    statement = select(*columns).where(
        AuditEntry.action == str(Action.EXPORT),
        AuditEntry.at >= start,
        AuditEntry.at < end,
        AuditEntry.people > 0,
        _DONE,
    )
    return _frame(connection.execute(statement), "who", "at", "people")


def _sign_ins(
    connection: Connection, start: datetime, end: datetime, zone: tzinfo, limits: Limits
) -> pd.DataFrame:
    columns = (AuditEntry.who, AuditEntry.address, seconds_of(connection, AuditEntry.at))
    statement = (
        select(*columns)
        .where(
            AuditEntry.action == str(Action.SIGN_IN),
            AuditEntry.at >= start - timedelta(days=limits.address_days),
            AuditEntry.at < end,
            _DONE,
        )
        .order_by(AuditEntry.at, AuditEntry.entry_key)
    )
    rows = _frame(connection.execute(statement), "who", "address", "at")
    return _dated(rows, zone).assign(within=rows["at"] >= int(start.timestamp()))


def _returns(connection: Connection, start: datetime, end: datetime, zone: tzinfo) -> pd.DataFrame:
    """Of everybody who did something in the period: the first, and how long after the last before.

    Two steps in an index for each person.
    """
    names = names_in_trail()
    mine = (AuditEntry.who == names.c.who, _DONE)
    first = func.min(AuditEntry.at, type_=AuditEntry.at.type)
    last = func.max(AuditEntry.at, type_=AuditEntry.at.type)
    of_person = select(
        names.c.who,
        select(first).where(*mine, AuditEntry.at >= start, AuditEntry.at < end).scalar_subquery(),
        select(last).where(*mine, AuditEntry.at < start).scalar_subquery(),
    ).where(names.c.who != "")
    rows = [
        (who, int(now.timestamp()), (now - before).days)
        for who, now, before in connection.execute(of_person)
        if now is not None and before is not None
    ]
    return _dated(_frame(rows, "who", "at", "days_away"), zone)
