"""The clinic of two sites with a mark in every column that tells who a patient is or what was said.

Each column of the records that holds text is in one of the tables below, or it is a word of a fixed
list, which the database holds to it: a test compares. Today is 30 June 2026, noon in New York.
"""

from collections import Counter
from datetime import date, timedelta

from sqlalchemy import Connection, insert, select, text

from data_access.facts import rebuild_facts
from data_access.schema import (
    Appointment,
    Assessment,
    Base,
    Infusion,
    Patient,
    PatientFact,
    Series,
    SideEffect,
    ThresholdChange,
)
from tests.access import two_sites
from tests.access.test_matrix import NOW
from tests.canaries.marks import BIRTH_MONTH, BIRTH_YEAR, NUMBER, ROOT, TAIL
from tests.data_access.facts.recorded_clinic import RecordedClinic, at

__all__ = ["NOW", "fill", "handles"]

PLANTED = {
    ("patients", "mrn"): NUMBER,
    ("patients", "given_name"): f"{ROOT}given",
    ("patients", "family_name"): f"{ROOT}family",
    ("patients", "referral_source"): f"{ROOT}referral",
    ("appointments", "cancellation_reason"): f"{ROOT}cancelled",
    ("infusions", "lot_number"): f"{ROOT}lot",
    ("infusions", "stop_reason"): f"{ROOT}stopped",
    ("medications", "name"): f"{ROOT}medicine",
    ("checks", "value"): f"{ROOT}checked",
    ("rebases", "reason"): f"{ROOT}rebased",
    ("threshold_changes", "reason"): f"{ROOT}threshold",
}
"""What each text begins with; the row's key, what stood there and the tail follow."""

IDENTIFIERS = {
    "patient_id": f"{ROOT}patient0",
    "series_id": f"{ROOT}series0",
    "infusion_id": f"{ROOT}infusion0",
    "assessment_id": f"{ROOT}assessment0",
    "side_effect_id": f"{ROOT}effect0",
    "medication_id": f"{ROOT}medication0",
    "check_id": f"{ROOT}check0",
    "appointment_id": f"{ROOT}appointment0",
    "rescheduled_from": f"{ROOT}appointment0",
}
"""What each identifier begins with, in every table that refers by it."""

TERM = f"{ROOT}term1x"
"""A side effect in words of its own, of one infusion."""

NOT_ABOUT_PATIENTS = {
    "sites": {"site_id", "name", "time_zone"},
    "chairs": {"chair_id", "site_id", "name"},
    "opening_hours": {"site_id"},
    "closures": {"site_id", "reason"},
    "providers": {"provider_id", "name"},
    "patients": {"site_id", "primary_diagnosis"},  # a code of the ICD
    "appointments": {"site_id", "provider_id", "chair_id"},
    "infusions": {"site_id", "provider_id", "chair_id"},
    "assessments": {"instrument"},  # one that is known
    "side_effects": {"term"},  # one of them is planted
    "rebases": {"term", "site_id", "decided_by"},
    "threshold_changes": {"name", "changed_by"},
    "clinic_settings": {"name", "value"},
    "import_runs": {"source", "user_name"},
    "imported_files": {"name", "sha256"},
}
"""Texts about the clinic and who works there, and codes."""


def fill(connection: Connection) -> None:
    """Write the clinic with its marks and all facts."""
    two_sites.fill(connection)
    _autumn(connection)
    connection.execute(text("PRAGMA defer_foreign_keys = ON"))
    _threshold(connection)
    for (table, column), begin in PLANTED.items():
        key = _key(table)
        connection.execute(
            text(
                f"UPDATE {table} SET {column} = :begin || {key} || 'x ' || {column} || :tail "
                f"WHERE {column} IS NOT NULL"
            ),
            {"begin": begin, "tail": TAIL},
        )
    for column, begin in IDENTIFIERS.items():
        for table in _tables_with(column):
            connection.execute(
                text(f"UPDATE {table} SET {column} = :begin || {column}"),
                {"begin": begin},
            )
    connection.execute(
        text("UPDATE patients SET birth_date = printf('%d-%02d-%02d', :year, :month, patient_key)"),
        {"year": BIRTH_YEAR, "month": BIRTH_MONTH},
    )
    connection.execute(
        text("UPDATE side_effects SET term = :term WHERE side_effect_key = 3"), {"term": TERM}
    )
    rebuild_facts(connection)


class _More(RecordedClinic):
    """Adds records to a clinic that is there."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._keys = Counter(dict.fromkeys(_COUNTED, 1000))
        self._keys[Patient] = AUTUMN[0] - 1


_COUNTED = (Appointment, Assessment, Infusion, Series, SideEffect)


def _autumn(connection: Connection) -> None:
    """Patients enough, and long enough ago, for rates that a manager may be told."""
    clinic = _More(connection)
    for key in AUTUMN:
        who = {"given_name": "G", "family_name": "F", "mrn": "M", "referral_source": "R"}
        clinic.patient(site_id="S1", sex="female", primary_diagnosis="F33.2", **who)
        day = key - 140
        start = date(2026, 3, 1) + timedelta(days=day)
        series = clinic.series(key, "induction", start, planned_infusions=1)
        clinic.score(key, at(day, 8), 20)
        infusion = clinic.infusion(key, at(day), series_id=f"X{series}", side_effects_recorded=True)
        for term in ("Nausea", "Dizziness")[: 1 + key % 2]:
            clinic.side_effect(infusion, term, grade=1)
        clinic.score(key, at(day + 7, 8), 4 if key % 2 else 14)


AUTUMN = range(7, 29)
"""The keys of the patients of the autumn before."""


def _threshold(connection: Connection) -> None:
    connection.execute(
        insert(ThresholdChange).values(
            change_key=1,
            name="concern_days",
            value=10,
            changed_by="Dr Ash",
            changed_at=NOW,
            reason="Why",
        )
    )


def _key(table: str) -> str:
    (column,) = Base.metadata.tables[table].primary_key.columns
    return str(column.name)


def _tables_with(column: str) -> list[str]:
    return [table.name for table in Base.metadata.sorted_tables if column in table.columns]


def handles(connection: Connection) -> list[str]:
    """What stands for the patients in addresses, in the order of their keys."""
    return list(connection.scalars(select(PatientFact.handle).order_by(PatientFact.patient_key)))
