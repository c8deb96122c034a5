"""No function tells of a patient without an entry in the audit trail.

The functions, and how each is called, are those of the matrix of permissions, which holds every
public function of ``data_access`` that takes a viewer.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import delete, func, select

from access.viewer import LOCAL_VIEWER, Permission
from clinical.instruments import PHQ9
from data_access.audit import NotAuditedError
from data_access.cohort import Cohort
from data_access.courses_behind import CoursesBehind, named_courses_behind
from data_access.engine import make_engine, reading, writing
from data_access.schema import AuditEntry, AuditHead, AuditPerson, Patient, PatientFact
from tests.access.test_matrix import WRITES, Clinic, matrix
from tests.access.test_matrix import _make as made_clinic
from tests.access.two_sites import MARK

TELLS_OF_NOBODY = {
    "attention.watched_patients",  # keys and figures, from which the page chooses whom to name
    "patients.caseload_providers",  # those who treat
    "patients.caseload_size",  # a number
}
"""Functions that need the permission to see patients, and tell of none."""

NAMED = sorted(
    name
    for name, needed in matrix().items()
    if needed is Permission.SEE_PATIENTS and name not in TELLS_OF_NOBODY
)
UNNAMED = sorted(
    name
    for name, needed in matrix().items()
    if needed not in {Permission.READ_AUDIT, Permission.EXPORT_PATIENTS}
    and name not in NAMED
    and name not in WRITES
)

Marks = dict[int, re.Pattern[str]]


@pytest.fixture(scope="module")
def url(make_database: Callable[[str], str]) -> str:
    """A clinic of six patients."""
    url = make_database("sqlite")
    made_clinic(url, west=True).engine.dispose()
    return url


@pytest.fixture(scope="module")
def without_trail(make_database: Callable[[str], str]) -> Iterator[Clinic]:
    """The same clinic, whose trail cannot be written any more."""
    made = made_clinic(make_database("sqlite"), west=True)
    with writing(made.engine) as connection:
        connection.execute(delete(AuditHead))
    yield made
    made.engine.dispose()


@pytest.fixture
def clinic(url: str, whole: Clinic) -> Iterator[Clinic]:
    """The clinic as a server that has just started finds it: no look is remembered."""
    engine = make_engine(url)
    yield Clinic(engine, whole.asked, set())
    engine.dispose()


@pytest.fixture(scope="module")
def whole(make_database: Callable[[str], str]) -> Clinic:
    """The same clinic, for what is asked of it."""
    made = made_clinic(make_database("sqlite"), west=True)
    made.engine.dispose()
    return made


def marks_of(clinic: Clinic) -> Marks:
    """By what each patient is known: number, handle and name."""
    statement = select(
        Patient.patient_key,
        Patient.patient_id,
        Patient.mrn,
        Patient.family_name,
        PatientFact.handle,
    ).join(PatientFact, PatientFact.patient_key == Patient.patient_key)
    with reading(clinic.engine) as connection:
        return {
            key: re.compile("|".join(f"{re.escape(str(mark))}(?! ?{MARK})" for mark in marks))
            for key, *marks in connection.execute(statement)
        }


def told(given: Any) -> str:
    """Everything that a function gave back, as text."""
    if isinstance(given, pd.DataFrame):
        return str(given.to_csv())
    if is_dataclass(given):
        return "\n".join(told(getattr(given, field.name)) for field in fields(given))
    return repr(given)


def columns(given: Any) -> list[str]:
    """Of a table; nothing else has any."""
    return list(given.columns) if isinstance(given, pd.DataFrame) else []


def call(clinic: Clinic, name: str) -> Any:
    """What a function gives; where the matrix asks for nobody, of everybody."""
    if name != "courses_behind.named_courses_behind":
        return clinic.call(name, LOCAL_VIEWER)
    everybody = CoursesBehind(with_under_way=True)
    with reading(clinic.engine) as connection:
        asked = clinic.asked.filters, Cohort(PHQ9.code), everybody, clinic.asked.today
        return named_courses_behind(connection, LOCAL_VIEWER, *asked)


def last_entry(clinic: Clinic) -> int:
    with reading(clinic.engine) as connection:
        return connection.scalar(select(func.max(AuditEntry.entry_key))) or 0


def noted_since(clinic: Clinic, entry: int) -> set[int]:
    """The patients of the entries after this one."""
    with reading(clinic.engine) as connection:
        people = select(AuditPerson.patient_key).where(AuditPerson.entry_key > entry)
        return set(connection.scalars(people))


@pytest.mark.parametrize("name", NAMED)
def test_whoever_is_told_of_is_noted_and_nobody_else(clinic: Clinic, name: str) -> None:
    before = last_entry(clinic)
    given = call(clinic, name)
    noted = noted_since(clinic, before)
    named = {key for key, mark in marks_of(clinic).items() if mark.search(told(given))}
    keyed = set(given["patient_key"].dropna()) if "patient_key" in columns(given) else set()
    assert noted
    assert noted == (named | keyed or {clinic.asked.patient.key})
    after = last_entry(clinic)
    call(clinic, name)
    assert last_entry(clinic) == after, "to draw a page anew is no new look"


@pytest.mark.parametrize("name", NAMED)
def test_where_nothing_can_be_noted_nobody_is_told_of(without_trail: Clinic, name: str) -> None:
    with pytest.raises(NotAuditedError, match="nothing about patients is shown"):
        call(without_trail, name)


def test_all_else_goes_on_and_names_nobody(without_trail: Clinic) -> None:
    marks = marks_of(without_trail)
    for name in UNNAMED:
        given = told(without_trail.call(name, LOCAL_VIEWER))
        assert not [key for key, mark in marks.items() if mark.search(given)], name


def test_files_about_patients_are_not_made_either(without_trail: Clinic) -> None:
    with pytest.raises(NotAuditedError):
        without_trail.call("audit.export", LOCAL_VIEWER)


def test_a_page_about_one_patient_is_one_look(clinic: Clinic) -> None:
    before = last_entry(clinic)
    parts = [
        name
        for name in NAMED
        if name.split(".")[0]
        in {"exposure", "handles", "one_infusion", "one_patient", "patient_items"}
    ]
    assert len(parts) >= 12
    for name in parts:
        clinic.call(name, LOCAL_VIEWER)
    assert last_entry(clinic) == before + 1
