"""The health check finds what is wrong, and nothing in a sound database."""

import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, text

from access.viewer import LOCAL_VIEWER, NotPermittedError, Viewer
from data_access.engine import make_engine, reading, sqlite_path, writing
from data_access.errors import SchemaMismatchError
from data_access.facts import rebuild_facts
from data_access.health import Health, check_health
from data_access.schema import (
    Appointment,
    Assessment,
    ClinicSetting,
    ImportRun,
    Infusion,
    Patient,
    SideEffect,
    Site,
)

NOON = datetime(2026, 3, 9, 16, 0, tzinfo=UTC)
LATER = datetime(2026, 3, 9, 17, 0, tzinfo=UTC)


@pytest.fixture
def clinic(engine: Engine) -> Engine:
    """One patient with an infusion, a score, a side effect and an appointment, and their facts."""
    with writing(engine) as connection:
        for model, row in (
            (Site, {"site_key": 1, "site_id": "S1", "name": "North", "time_zone": "Asia/Tokyo"}),
            (Patient, {"patient_key": 1, "patient_id": "P1", "site_id": "S1"}),
            (
                Infusion,
                {
                    "infusion_key": 1,
                    "infusion_id": "I1",
                    "patient_id": "P1",
                    "site_id": "S1",
                    "started_at": NOON,
                    "dose_mg": 40,
                    "series_derived": True,
                    "sequence_derived": True,
                },
            ),
            (
                Assessment,
                {
                    "assessment_key": 1,
                    "assessment_id": "A1",
                    "patient_id": "P1",
                    "instrument": "PHQ-9",
                    "completed_at": NOON,
                    "total_score": 12,
                },
            ),
            (
                SideEffect,
                {
                    "side_effect_key": 1,
                    "side_effect_id": "E1",
                    "infusion_id": "I1",
                    "term": "Nausea",
                },
            ),
            (
                Appointment,
                {
                    "appointment_key": 1,
                    "appointment_id": "B1",
                    "patient_id": "P1",
                    "site_id": "S1",
                    "kind": "infusion",
                    "status": "fulfilled",
                    "scheduled_start": NOON,
                    "scheduled_end": LATER,
                },
            ),
            (
                ImportRun,
                {
                    "run_key": 1,
                    "source": "exports",
                    "user_name": "nurse",
                    "started_at": NOON,
                    "finished_at": LATER,
                },
            ),
        ):
            connection.execute(insert(model).values(row))
        rebuild_facts(connection)
    return engine


def health_of(engine: Engine) -> Health:
    with reading(engine) as connection:
        return check_health(connection, LOCAL_VIEWER)


def run(engine: Engine, *statements: str) -> None:
    with writing(engine) as connection:
        for statement in statements:
            connection.execute(text(statement))


def test_an_empty_database_is_sound(engine: Engine):
    health = health_of(engine)
    assert health.problems == ()
    # A new database holds the secret of its handles, the head of an empty trail, and nothing else.
    assert {table for table, rows in health.rows if rows} == {"audit_head", "clinic_settings"}
    assert (health.latest_import, health.last_infusion, health.is_demo) == (None, None, False)


def test_a_sound_clinic_is_counted_and_dated(clinic: Engine):
    health = health_of(clinic)
    assert health.problems == ()
    rows = dict(health.rows)
    assert (rows["patients"], rows["infusions"], rows["infusion_facts"]) == (1, 1, 1)
    assert rows["vital_signs"] == 0
    assert health.latest_import == LATER
    assert health.last_infusion == date(2026, 3, 10)  # 16:00 UTC is past midnight in Tokyo
    assert health.system.startswith(("SQLite 3.", "PostgreSQL 1"))


def test_a_demo_clinic_is_known_as_one(engine: Engine):
    with writing(engine) as connection:
        connection.execute(insert(ClinicSetting).values(name="demo", value="1"))
    assert health_of(engine).is_demo


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("patient_facts", "disagree for 1 of the patients"),
        ("infusion_facts", "disagree for 1 of the infusions"),
        ("score_facts", "disagree for 1 of the scores"),
        ("appointment_facts", "disagree for 1 of the appointments"),
        ("side_effect_facts", "disagree for 1 of the side effects"),
    ],
)
def test_records_without_facts_are_found(clinic: Engine, table: str, sentence: str):
    run(clinic, f"DELETE FROM {table}")
    (problem,) = health_of(clinic).problems
    assert sentence in problem
    assert "rebuild-facts" in problem


def test_a_missing_table_is_found(clinic: Engine):
    run(clinic, "DROP TABLE vital_signs")
    assert health_of(clinic).problems == (
        "The table vital_signs is missing. Put back a backup copy.",
    )


def test_another_version_is_refused(engine: Engine):
    run(engine, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaMismatchError):
        health_of(engine)


def test_a_viewer_without_permission_is_refused(engine: Engine):
    with reading(engine) as connection, pytest.raises(NotPermittedError):
        check_health(connection, Viewer("nobody", frozenset()))


def test_broken_references_are_found(sqlite_url: str):
    file = sqlite3.connect(sqlite_path(sqlite_url) or "")
    file.execute("INSERT INTO chairs VALUES (1, 'C1', 'no such site', 'Window')")
    file.commit()
    file.close()
    assert health_of(make_engine(sqlite_url)).problems == (
        "References from chairs to sites lead nowhere (1).",
    )


def test_a_damaged_index_is_found(sqlite_url: str):
    """The index says that there is a chair, the table does not."""
    file = sqlite3.connect(sqlite_path(sqlite_url) or "")
    file.execute("INSERT INTO sites VALUES (1, 'S1', 'North', 'Asia/Tokyo')")
    file.execute("INSERT INTO chairs VALUES (1, 'C1', 'S1', 'Window')")
    file.commit()
    root = file.execute("SELECT rootpage FROM sqlite_master WHERE name = 'chairs'").fetchone()[0]
    size = file.execute("PRAGMA page_size").fetchone()[0]
    file.close()
    empty_the_page(sqlite_path(sqlite_url), root, size)
    (problem,) = health_of(make_engine(sqlite_url)).problems
    assert problem.startswith("The file is damaged")
    assert problem.endswith("Put back a backup copy of it.")


def empty_the_page(path: Path | None, number: int, size: int) -> None:
    """Write an empty leaf page of a table (type 13, no cell) over a page."""
    assert path is not None
    with path.open("r+b") as file:
        file.seek((number - 1) * size)
        file.write(bytes([13, 0, 0, 0, 0]) + size.to_bytes(2, "big") + bytes(1))


@pytest.mark.postgres
@pytest.mark.parametrize("database_kind", ["postgres"])
def test_an_unchecked_constraint_is_found(engine: Engine):
    run(
        engine,
        "ALTER TABLE chairs DROP CONSTRAINT fk_chairs_site_id",
        "ALTER TABLE chairs ADD CONSTRAINT fk_chairs_site_id FOREIGN KEY (site_id) "
        "REFERENCES sites (site_id) NOT VALID",
    )
    (problem,) = health_of(engine).problems
    assert "fk_chairs_site_id of chairs was never checked" in problem
    assert "ALTER TABLE chairs VALIDATE CONSTRAINT fk_chairs_site_id" in problem
