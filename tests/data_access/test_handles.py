"""Handles: what stands for a patient in an address, and who is let in by one."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, MetaData, select, update

from access.viewer import LOCAL_VIEWER, NotPermittedError, Permission
from data_access.engine import make_engine, reading, writing
from data_access.facts import check_facts, rebuild_facts, refresh_facts
from data_access.handles import handle_maker, handle_of_patient, patient_of_handle, set_secret
from data_access.migrate import MIGRATIONS, migrate
from data_access.schema import (
    AuditEntry,
    AuditPerson,
    ClinicSetting,
    Patient,
    PatientFact,
    PatientWord,
    WatchFact,
)
from tests.data_access.csv_files.helpers import copy_example, edit, run_import
from tests.data_access.facts.recorded_clinic import RecordedClinic, at

SEES_WEST = replace(LOCAL_VIEWER, site_ids=frozenset({"S2"}))
SEES_NOTHING = replace(LOCAL_VIEWER, site_ids=frozenset())
SEES_TOTALS = replace(LOCAL_VIEWER, permissions=frozenset({Permission.SEE_TOTALS}))

NORTH, WEST, NOWHERE = 1, 2, 3  # patients, by their site


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A clinic with a patient of each site and one of none."""
    with writing(engine) as writer:
        clinic = RecordedClinic(writer)
        for site in ("S1", "S2", None):
            clinic.patient(site_id=site)
        rebuild_facts(writer)
        yield writer


def handles(connection: Connection) -> dict[str, str]:
    """Each patient's handle, by identifier."""
    statement = select(Patient.patient_id, PatientFact.handle).join(
        PatientFact, PatientFact.patient_key == Patient.patient_key
    )
    return {row.patient_id: row.handle for row in connection.execute(statement)}


# --- what a handle looks like -----------------------------------------------------------------


def test_a_handle_is_a_keyed_hash(connection: Connection):
    """A published vector: HMAC-SHA256 of this sentence under "key" begins f7bc83f430538424b132."""
    set_secret(connection, "key")
    make = handle_maker(connection)
    assert make("The quick brown fox jumps over the lazy dog") == "666ih5bqkoccjmjs"


def test_a_handle_has_sixteen_small_letters_and_digits(connection: Connection):
    make = handle_maker(connection)
    for identifier in ("1", "P1", "x" * 64, "Núñez", "王", "a/b?c=d&e#f", "<b>"):
        assert re.fullmatch("[a-z2-7]{16}", make(identifier))


def test_one_patient_has_one_handle_and_no_other_patient_has_it(connection: Connection):
    make = handle_maker(connection)
    assert make("P1") == handle_maker(connection)("P1")
    assert len({make(f"P{number}") for number in range(1000)}) == 1000


def test_another_secret_gives_other_handles(connection: Connection):
    before = handle_maker(connection)("P1")
    set_secret(connection, "another")
    assert handle_maker(connection)("P1") != before


def test_each_database_has_a_secret_of_its_own(tmp_path: Path):
    secrets = set()
    for name in ("a", "b"):
        url = f"sqlite:///{tmp_path / name}.db"
        migrate(url)
        secrets.add(_secret(url))
    assert len(secrets) == 2
    assert all(re.fullmatch("[0-9a-f]{64}", secret) for secret in secrets)


def _secret(url: str) -> str:
    with reading(make_engine(url)) as connection:
        statement = select(ClinicSetting.value).where(ClinicSetting.name == "handle_secret")
        return connection.scalars(statement).one()


# --- who is let in ----------------------------------------------------------------------------


def test_a_handle_leads_to_its_patient_and_back(connection: Connection):
    found = handles(connection)
    for patient, identifier in ((NORTH, "P1"), (WEST, "P2"), (NOWHERE, "P3")):
        assert handle_of_patient(connection, LOCAL_VIEWER, patient) == found[identifier]
        assert patient_of_handle(connection, LOCAL_VIEWER, found[identifier]) == patient


@pytest.mark.parametrize(
    "handle",
    [
        "",
        "a" * 16,  # nobody's
        "a" * 100_000,
        "P1",
        "1",
        "666ih5bqkoccjmj\0",  # no database would take these
        "666ih5bqkoccjmj\ud800",
        "666ih5bqkoccjmjs\n",
        "' OR 1=1 --",
        "%",
    ],
)
def test_an_unknown_handle_leads_nowhere(connection: Connection, handle: str):
    assert patient_of_handle(connection, LOCAL_VIEWER, handle) is None


def test_only_the_handle_itself_leads_to_the_patient(connection: Connection):
    handle = handles(connection)["P1"]
    for other in (handle.upper(), handle[:-1], f"{handle}a", f" {handle}", f"{handle}\n"):
        assert patient_of_handle(connection, LOCAL_VIEWER, other) is None


def test_a_foreign_handle_leads_nowhere_just_as_an_unknown_one(connection: Connection):
    found = handles(connection)
    assert patient_of_handle(connection, SEES_WEST, found["P2"]) == WEST
    for viewer, identifier in (
        (SEES_WEST, "P1"),
        (SEES_WEST, "P3"),  # of no site: seen only by who sees every site
        (SEES_NOTHING, "P2"),
    ):
        assert patient_of_handle(connection, viewer, found[identifier]) is None
        assert handle_of_patient(connection, viewer, int(identifier[1:])) is None


def test_who_opens_a_handle_is_noted_and_who_opens_anothers_as_refused(connection: Connection):
    found = handles(connection)
    for viewer, handle in (
        (SEES_WEST, found["P2"]),
        (SEES_WEST, found["P1"]),
        (SEES_WEST, "a" * 16),
        (LOCAL_VIEWER, "nonsense"),
    ):
        patient_of_handle(connection, viewer, handle)
    noted = select(AuditEntry.action, AuditEntry.outcome, AuditPerson.patient_key)
    with_people = noted.join(AuditPerson, AuditPerson.entry_key == AuditEntry.entry_key)
    assert connection.execute(with_people.order_by(AuditEntry.entry_key)).all() == [
        ("view patient", "done", WEST),
        ("refused", "refused", NORTH),
    ]


def test_a_patient_who_is_not_there_has_no_handle(connection: Connection):
    assert handle_of_patient(connection, LOCAL_VIEWER, 99) is None


def test_without_the_permission_not_even_nowhere_is_answered(connection: Connection):
    with pytest.raises(NotPermittedError, match="see patients by name"):
        patient_of_handle(connection, SEES_TOTALS, handles(connection)["P1"])
    with pytest.raises(NotPermittedError, match="see patients by name"):
        patient_of_handle(connection, SEES_TOTALS, "nonsense")
    with pytest.raises(NotPermittedError, match="see patients by name"):
        handle_of_patient(connection, SEES_TOTALS, NORTH)


# --- a handle stays ---------------------------------------------------------------------------


def test_changed_records_leave_the_handle(connection: Connection):
    before = handles(connection)
    connection.execute(update(Patient).values(family_name="Other", mrn="9", site_id="S1"))
    refresh_facts(connection, [NORTH, WEST, NOWHERE])
    assert handles(connection) == before
    rebuild_facts(connection)
    assert handles(connection) == before


def test_another_import_leaves_the_handles(engine: Engine, tmp_path: Path):
    folder = copy_example(tmp_path)
    run_import(engine, folder)
    with reading(engine) as connection:
        before = handles(connection)
    assert len(before) == len(set(before.values())) == 4
    edit(folder, "patients.csv", "Ada", "Adah")
    run_import(engine, folder)
    with reading(engine) as connection:
        assert handles(connection) == before


# --- an older database ------------------------------------------------------------------------

FIRST_REVISION = "0001"
RECORDS: tuple[str, ...] = (
    "INSERT INTO sites VALUES (1, 'S1', 'North', 'America/New_York')",
    "INSERT INTO patients (patient_key, patient_id, mrn, given_name, family_name, site_id) "
    "VALUES (1, 'P1', 'MRN-7', 'José', 'O''Brien', 'S1'), (2, 'P2', NULL, NULL, NULL, NULL)",
    "INSERT INTO infusions (infusion_key, infusion_id, patient_id, site_id, started_at, dose_mg, "
    "series_derived, sequence_derived) VALUES "
    "(1, 'I1', 'P1', 'S1', '2026-03-02T15:00:00Z', 35, FALSE, FALSE), "
    "(2, 'I2', 'P1', 'S1', '2026-03-05T15:00:00Z', 35, FALSE, FALSE)",
    "INSERT INTO assessments (assessment_key, assessment_id, patient_id, instrument, "
    "completed_at, total_score, item_9) VALUES "
    "(1, 'Q1', 'P1', 'PHQ-9', '2026-03-01T15:00:00Z', 20, 0), "
    "(2, 'Q2', 'P1', 'PHQ-9', '2026-03-05T14:00:00Z', 15, 1)",
    # Facts of the older program, which need not be those of this one.
    "INSERT INTO patient_facts (patient_key, diagnosis_group, phase, done, infusions) "
    "VALUES (1, 0, 0, 0, 0)",
)
RECORD_TABLES = ("sites", "patients", "assessments")


def back_to_the_first_revision(engine: Engine) -> None:
    """Make the empty database anew, as the program of revision 0001 did."""
    with writing(engine) as connection:
        tables = MetaData()
        tables.reflect(connection)
        tables.drop_all(connection)
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, FIRST_REVISION)


def records(engine: Engine) -> list[Any]:
    """Every row of the tables that no derivation may touch."""
    with reading(engine) as connection:
        return [
            connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY 1").all()
            for table in RECORD_TABLES
        ]


def test_a_database_of_the_first_revision_keeps_its_records_and_gets_its_facts(
    engine: Engine, database_url: str
):
    back_to_the_first_revision(engine)
    with writing(engine) as connection:
        for statement in RECORDS:
            connection.exec_driver_sql(statement)
    before = records(engine)

    assert migrate(database_url) is True

    assert records(engine) == before
    with reading(engine) as connection:
        assert check_facts(connection) == []
        found = handles(connection)
        assert patient_of_handle(connection, LOCAL_VIEWER, found["P1"]) == 1
        assert patient_of_handle(connection, LOCAL_VIEWER, found["P2"]) == 2
        words = connection.scalars(select(PatientWord.word).where(PatientWord.patient_key == 1))
        assert set(words) == {"jose", "o", "brien", "obrien", "mrn", "7", "mrn7", "p1"}
        watched = connection.execute(select(WatchFact)).one()
    assert (watched.patient_key, watched.done, watched.last_number) == (1, 2, 2)
    assert (watched.baseline, watched.total, watched.percent) == (20, 15, 25)
    assert (watched.item_9_before, watched.item_9_last) == (0, 1)
    assert watched.item_9_since == (date(2026, 3, 5) - date(1970, 1, 1)).days


def test_an_empty_database_of_the_first_revision_is_brought_up_too(
    engine: Engine, database_url: str
):
    back_to_the_first_revision(engine)
    assert migrate(database_url) is True
    with writing(engine) as connection:
        clinic = RecordedClinic(connection)
        clinic.infusion(clinic.patient(), at(0))
        refresh_facts(connection, [1])
        assert check_facts(connection) == []
