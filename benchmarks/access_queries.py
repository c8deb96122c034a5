"""The queries of the Access page and of what is released to managers, with their floors.

The trail is asked about the period of the scenario; the person is whoever did most in it.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection

from access.standing import Limits
from access.viewer import LOCAL_VIEWER as VIEWER
from benchmarks.page_query import PageQuery
from benchmarks.scenario import Scenario
from clinical.instruments import PHQ9
from data_access import audit_trail, audit_unusual, released, user_sessions, users
from data_access.audit_trail import TrailFilter

_LIMITS = Limits(idle=timedelta(minutes=15), absolute=timedelta(hours=12))
_WEEK = timedelta(days=7)


def _asked(asked: Scenario) -> TrailFilter:
    """The entries of the scenario's period."""
    start, end = (
        datetime.combine(day, time(), UTC) for day in (asked.filters.start, asked.filters.end)
    )
    return TrailFilter(start, end + timedelta(days=1))


def _of_period(function: Callable[..., Any], *more: Any, floor: tuple[str, ...]) -> PageQuery:
    """A query about all entries of the period."""
    return PageQuery(function, lambda c, asked: function(c, VIEWER, _asked(asked), *more), floor)


def _of_person(function: Callable[..., Any], *more: Any, floor: tuple[str, ...]) -> PageQuery:
    """A query about what one person did in the period."""

    def ask(connection: Connection, asked: Scenario) -> Any:
        return function(connection, VIEWER, replace(_asked(asked), who=asked.person), *more)

    return PageQuery(function, ask, floor)


def _of_patient(connection: Connection, asked: Scenario) -> Any:
    about = replace(_asked(asked), patient_key=asked.patient.key)
    return audit_trail.who_looked(connection, VIEWER, about)


def _unusual(connection: Connection, asked: Scenario) -> Any:
    end = _asked(asked).end
    return audit_unusual.unusual_looks(connection, VIEWER, end - _WEEK, end, UTC).lines


_PERIOD = "at >= :first_time AND at < :end_time"
_ENTRIES = (
    "SELECT entry_key, at, who, role, session, address, action, what, outcome, people, hash"
    f" FROM audit_entries WHERE {_PERIOD} ORDER BY at DESC, entry_key DESC"
)
_NAMED = "SELECT patient_key, patient_id, mrn, given_name, family_name FROM patients"
_HEAD = "SELECT entry_key, hash FROM audit_head"
_USERS = "SELECT user_key, sign_in_name, full_name, role, disabled_at FROM users"
_RECORDS = "action = 'view patient' AND outcome = 'done'"
_QUARTER = "SELECT month / 3, site_key, phase, diagnosis_group, patient_key{term}, count(*)"

ACCESS = (
    PageQuery(
        audit_trail.trail_head,
        lambda c, _asked: audit_trail.trail_head(c, VIEWER),
        (_HEAD, "SELECT at FROM audit_entries ORDER BY entry_key LIMIT 1"),
    ),
    PageQuery(
        audit_trail.find_patients,
        lambda c, asked: audit_trail.find_patients(c, VIEWER, " ".join(asked.patient.words)),
        (
            f"{_NAMED} WHERE patient_key IN (SELECT patient_key FROM patient_words"
            " WHERE word >= :first_word AND word < :first_end)"
            " ORDER BY family_name, given_name LIMIT 20",
        ),
    ),
    PageQuery(
        audit_trail.people_of_trail,
        lambda c, _asked: audit_trail.people_of_trail(c, VIEWER),
        (_USERS, "SELECT DISTINCT who FROM audit_entries"),
    ),
    _of_period(
        audit_trail.entry_count,
        floor=(f"SELECT count(*) FROM audit_entries WHERE {_PERIOD}",),
    ),
    _of_period(audit_trail.entry_page, 1, "every entry", floor=(f"{_ENTRIES} LIMIT 50",)),
    PageQuery(
        audit_trail.patients_of_entry,
        lambda c, _asked: audit_trail.patients_of_entry(c, VIEWER, 1),
        (
            f"{_NAMED} JOIN audit_people USING (patient_key) WHERE entry_key = 1"
            " ORDER BY family_name, given_name",
        ),
    ),
    PageQuery(
        audit_trail.who_looked,
        _of_patient,
        (
            "SELECT who, action, outcome, min(at), max(at), count(*) FROM audit_people"
            f" JOIN audit_entries USING (entry_key) WHERE patient_key = :patient AND {_PERIOD}"
            " GROUP BY who, action, outcome",
        ),
    ),
    _of_person(
        audit_trail.person_days,
        UTC,
        floor=(f"SELECT at, action, outcome FROM audit_entries WHERE who = :person AND {_PERIOD}",),
    ),
    _of_person(
        audit_trail.opened_by_person,
        floor=(
            "SELECT patient_key, count(*), min(at), max(at) FROM audit_entries"
            f" JOIN audit_people USING (entry_key) WHERE who = :person AND {_PERIOD}"
            f" AND {_RECORDS} GROUP BY patient_key ORDER BY 4 DESC",
        ),
    ),
    PageQuery(
        audit_trail.patient_names,
        lambda c, asked: audit_trail.patient_names(c, VIEWER, asked.page),
        (f"{_NAMED} WHERE patient_key IN ({{keys}})",),
    ),
    _of_period(audit_trail.exported_trail, floor=(f"{_ENTRIES} LIMIT 50000", _HEAD)),
    PageQuery(
        audit_unusual.unusual_looks,
        _unusual,
        (
            "SELECT who, at, patient_key FROM audit_entries JOIN audit_people USING (entry_key)"
            f" WHERE at >= :week_time AND at < :end_time AND {_RECORDS}",
        ),
    ),
    PageQuery(
        users.list_users, lambda c, _asked: users.list_users(c, VIEWER), (f"{_USERS} ORDER BY 2",)
    ),
    PageQuery(
        user_sessions.sessions_of_users,
        lambda c, asked: user_sessions.sessions_of_users(c, VIEWER, _LIMITS, asked.now),
        ("SELECT user_key, count(*), max(active_at) FROM sessions GROUP BY user_key",),
    ),
)
"""What the Access page asks."""

RELEASED = (
    PageQuery(
        released.side_effect_release,
        lambda c, asked: released.side_effect_release(c, VIEWER, asked.today),
        (
            _QUARTER.format(term="") + " FROM infusion_facts WHERE recorded = 1"
            " GROUP BY 1, 2, 3, 4, 5",
            _QUARTER.format(term=", term_key") + " FROM side_effect_facts"
            " GROUP BY 1, 2, 3, 4, 5, 6",
        ),
    ),
    PageQuery(
        released.outcome_release,
        lambda c, asked: released.outcome_release(c, VIEWER, asked.today),
        (
            "SELECT s.closed_day, s.site_key, s.diagnosis_group, s.patient_key, m.baseline,"
            " m.end_total"
            " FROM start_facts s LEFT JOIN milestone_facts m ON m.series_key = s.series_key"
            f" AND m.measure = {PHQ9.code} WHERE s.phase = 1",
        ),
    ),
)
"""What is worked out for those who are told of large groups alone."""
