"""A month of work in the audit trail, for the pictures: who looked at whom, and one who snooped.

Everybody is invented. Four people open the records of patients whom they saw that day; one of them
also looks, late in the evening, at patients who have not been there for long.
"""

from datetime import UTC, date, datetime, time, timedelta
from itertools import cycle

from sqlalchemy import Connection, func, select

from access.actions import Action, Outcome
from access.roles import ROLES, RoleName
from access.viewer import LOCAL_VIEWER, Viewer
from clinical.calendar import day_number
from data_access.audit import RECORD, Entry, append
from data_access.engine import make_engine, writing
from data_access.schema import AppointmentFact, PatientFact
from data_access.users import add_user

_DAYS = 30
_LATE = time(23, 40)
_LONG_AGO = 120
"""Days since the last infusion of the patients at whom the snooper looks."""
_SNOOPED = 6
_PEOPLE = (
    ("ada.osei@clinic.example", "Ada Osei", RoleName.CLINICIAN),
    ("ben.ito@clinic.example", "Ben Ito", RoleName.NURSE),
    ("mara.lind@clinic.example", "Mara Lind", RoleName.NURSE),
    ("tom.reyes@clinic.example", "Tom Reyes", RoleName.CLINICIAN),
    ("vera.holt@clinic.example", "Vera Holt", RoleName.MANAGER),
    ("ines.koch@clinic.example", "Ines Koch", RoleName.ADMINISTRATOR),
    ("paul.adeyemi@clinic.example", "Paul Adeyemi", RoleName.PRIVACY_OFFICER),
)
_WHO_TREAT, _SNOOPER = 4, 3
"""The first of the people treat patients; the place of the one who snoops."""


def work_a_month(url: str, today: date) -> None:
    """Add the people to a demo clinic, and what they did until the day before ``today``."""
    engine = make_engine(url)
    with writing(engine) as connection:
        for name, full_name, role in _PEOPLE:
            add_user(connection, LOCAL_VIEWER, name, role, full_name=full_name)
        for day in (today - timedelta(days=before) for before in range(_DAYS, 0, -1)):
            _work_a_day(connection, day)
        _snoop(connection, today - timedelta(days=2))
    engine.dispose()


def _viewer(place: int) -> Viewer:
    name, _, role = _PEOPLE[place]
    return Viewer(
        name,
        ROLES[role].permissions,
        role=role,
        session=f"session-{place}",
        address=f"192.0.2.{10 + place}",
    )


def _work_a_day(connection: Connection, day: date) -> None:
    """Each patient of the day is looked at by two of those who treat, around noon in the east."""
    seen = connection.scalars(
        select(AppointmentFact.patient_key)
        .where(AppointmentFact.day == day_number(day))
        .distinct()
        .order_by(AppointmentFact.patient_key)
    )
    patients = [patient for patient in seen if patient is not None]
    if not patients:
        return
    at = datetime.combine(day, time(15), UTC)
    for place in range(_WHO_TREAT):
        append(connection, _viewer(place), Entry(Action.SIGN_IN, "way: provider"), at)
    append(
        connection,
        _viewer(0),
        Entry(Action.LIST, "caseload", people=tuple(patients)),
        at + timedelta(minutes=1),
    )
    for place, patient in zip(cycle(range(_WHO_TREAT)), patients, strict=False):
        at += timedelta(minutes=2)
        look = Entry(Action.VIEW_PATIENT, RECORD, people=(patient,))
        append(connection, _viewer(place), look, at)
        append(connection, _viewer((place + 1) % _WHO_TREAT), look, at + timedelta(minutes=1))


def _snoop(connection: Connection, day: date) -> None:
    """Somebody opens, late in the evening, records of patients who have not been there for long."""
    patients = connection.scalars(
        select(PatientFact.patient_key)
        .where(PatientFact.last_infusion_day < day_number(day) - _LONG_AGO)
        .order_by(func.abs(PatientFact.patient_key - 100))
        .limit(_SNOOPED)
    ).all()
    at = datetime.combine(day, _LATE, UTC) + timedelta(hours=5)
    for patient in patients:
        at += timedelta(minutes=3)
        append(
            connection,
            _viewer(_SNOOPER),
            Entry(Action.VIEW_PATIENT, RECORD, people=(patient,)),
            at,
        )
    refused = Entry(Action.REFUSAL, "page Access", Outcome.REFUSED)
    append(connection, _viewer(_SNOOPER), refused, at)
