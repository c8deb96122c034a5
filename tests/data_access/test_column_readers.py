"""Each column is somebody's to read, and said to be so once."""

import pytest

from access.roles import ROLES, RoleName
from access.viewer import Permission
from data_access.column_readers import COLUMNS, readable
from data_access.facts.columns import PACKED
from data_access.schema import Base


@pytest.mark.parametrize("table", sorted(Base.metadata.tables))
def test_every_column_is_in_the_table_exactly_once(table: str):
    told = " ".join(COLUMNS[table].values()).split()
    assert sorted(told) == sorted(column.name for column in Base.metadata.tables[table].columns)


def test_no_table_is_told_of_that_is_not_there():
    assert set(COLUMNS) == set(Base.metadata.tables)


IDENTIFYING = {
    "patients": {"patient_id", "mrn", "given_name", "family_name", "birth_date"},
    "patient_words": {"word", "patient_key"},
    "patient_facts": {"handle"},
    "appointments": {"patient_id", "appointment_id", "cancellation_reason"},
    "assessments": {"patient_id", "assessment_id"},
    "checks": {"patient_id", "value"},
    "infusions": {"patient_id", "infusion_id", "stop_reason"},
    "medications": {"patient_id", "name"},
    "series": {"patient_id", "series_id"},
    "access_facts": {"referral_source", "patient_key"},
    "clinic_settings": {"value"},
}
"""Names, numbers and free texts, by hand; and with what a handle could be made."""


@pytest.mark.parametrize("role", [RoleName.MANAGER, RoleName.ADMINISTRATOR])
def test_who_sees_nobody_reads_nothing_that_identifies(role: RoleName):
    read = readable(ROLES[role].permissions)
    for table, columns in IDENTIFYING.items():
        assert not columns & set(read.get(table, ()))
    assert not {"audit_entries", "audit_people", "audit_head"} & set(read)


def test_a_manager_reads_none_of_the_records_but_when_an_appointment_is():
    read = readable(ROLES[RoleName.MANAGER].permissions)
    records = {
        *("patients", "appointments", "infusions", "vital_signs", "assessments", "series"),
        *("side_effects", "medications", "checks"),
    }
    assert {table: read[table] for table in records & set(read)} == {
        "appointments": ("appointment_key", "status", "scheduled_start")
    }


def test_nobody_reads_what_opens_a_session_or_makes_a_handle():
    everything = readable(list(Permission))
    assert "value" not in everything["clinic_settings"]
    assert {"token_hash", "session_id", "address"}.isdisjoint(everything["sessions"])


def test_a_clinician_reads_every_record_and_no_user_and_no_trail():
    read = readable(ROLES[RoleName.CLINICIAN].permissions)
    tables = Base.metadata.tables
    for table in ("patients", "infusions", "vital_signs", "assessments", "watch_facts"):
        assert read[table] == tuple(tables[table].columns.keys())
    assert {"users", "user_sites", "sessions", "audit_entries"}.isdisjoint(read)


@pytest.mark.parametrize("role", list(ROLES))
def test_who_reads_packed_columns_reads_all_that_is_packed_in_them(role: RoleName):
    """They hold every column of both tables, whatever each is about."""
    read = readable(ROLES[role].permissions)
    packed = [facts.__tablename__ for facts in PACKED]
    all_of_both = all(
        read.get(name) == tuple(Base.metadata.tables[name].columns.keys()) for name in packed
    )
    assert ("fact_columns" in read) == all_of_both
