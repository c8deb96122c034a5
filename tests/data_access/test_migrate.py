"""Making, upgrading and refusing databases."""

import re
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, text

from data_access import migrate as migrate_module
from data_access.engine import make_engine, reading, writing
from data_access.errors import ClinicDatabaseError, SchemaMismatchError
from data_access.migrate import MIGRATIONS, REVISIONS, migrate, require_schema
from data_access.schema import Base

ADD_A_COLUMN = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "0008", "0007"


def upgrade():
    with op.batch_alter_table("sites") as sites:
        sites.alter_column("name", existing_type=sa.Text(), nullable=True)
        sites.add_column(sa.Column("telephone", sa.Text()))
"""
ADD_A_COLUMN_AND_FAIL = ADD_A_COLUMN + '    raise ValueError("half-way")\n'
REMOVE_THE_SITES = """
from alembic import op

revision, down_revision = "0008", "0007"


def upgrade():
    op.execute("DELETE FROM sites")
"""


@pytest.fixture
def next_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """A function that gives this program a revision 0008."""

    def add(source: str) -> None:
        folder = tmp_path / "migrations"
        shutil.copytree(MIGRATIONS, folder)
        (folder / "versions" / "0003_next.py").write_text(source)
        monkeypatch.setattr(migrate_module, "MIGRATIONS", folder)
        monkeypatch.setattr(migrate_module, "REVISIONS", (*REVISIONS, "0008"))

    return add


def add_a_site_with_a_chair(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("INSERT INTO sites VALUES (1, 'S1', 'North', 'America/New_York')"))
        connection.execute(text("INSERT INTO chairs VALUES (1, 'C1', 'S1', 'Window')"))


def set_revision(engine: Engine, revision: str) -> None:
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})


def dump(path: Path) -> list[str]:
    connection = sqlite3.connect(path)
    lines = list(connection.iterdump())
    connection.close()
    return lines


# --- the schema -------------------------------------------------------------------------------


def test_the_revisions_that_the_program_knows_are_those_of_alembic():
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    scripts = ScriptDirectory.from_config(config)
    newest_first = [script.revision for script in scripts.walk_revisions()]
    assert tuple(reversed(newest_first)) == REVISIONS


def test_migrations_lead_to_the_tables_of_the_models(engine: Engine):
    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrations_lead_to_the_same_sqlite_definitions_as_the_models(
    sqlite_url: str, tmp_path: Path
):
    """Alembic's comparison leaves out check constraints, STRICT and WITHOUT ROWID."""
    models = make_engine_of_models(f"sqlite:///{tmp_path / 'models.db'}")
    assert sqlite_definitions(make_engine(sqlite_url)) == sqlite_definitions(models)


@pytest.mark.postgres
def test_migrations_lead_to_the_same_postgresql_constraints_as_the_models(
    make_database: Callable[[str], str],
):
    migrated = make_engine(make_database("postgres"))
    models = make_engine(make_database("postgres"))
    with writing(models) as connection:
        Base.metadata.drop_all(connection)
        Base.metadata.create_all(connection)
    assert postgres_definitions(migrated) == postgres_definitions(models)


def make_engine_of_models(url: str) -> Engine:
    engine = create_engine(url)
    Base.metadata.create_all(engine)
    return engine


def sqlite_definitions(engine: Engine) -> dict[str, tuple[str, list[str]]]:
    """Each table and index with its options and the lines of its definition, in any order."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT name, sql FROM sqlite_master "
                "WHERE sql IS NOT NULL AND name <> 'alembic_version' AND type <> 'trigger'"
            )
        ).all()
    engine.dispose()
    found = {}
    for name, sql in rows:
        options = sql.rpartition(")")[2].strip()
        lines = sorted(re.sub(r"\s+", " ", line).strip(" ,") for line in sql.splitlines())
        found[name] = (options, lines)
    return found


def postgres_definitions(engine: Engine) -> list[tuple[str, ...]]:
    """Columns, constraints and indexes of all tables, as PostgreSQL writes them."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT table_name, column_name, data_type || is_nullable "
                "FROM information_schema.columns WHERE table_schema = 'public' "
                "UNION ALL SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) "
                "FROM pg_constraint WHERE connamespace = 'public'::regnamespace "
                "UNION ALL SELECT tablename, indexname, indexdef "
                "FROM pg_indexes WHERE schemaname = 'public'"
            )
        ).all()
    engine.dispose()
    return sorted(tuple(row) for row in rows if row[0] != "alembic_version")


# --- migrating --------------------------------------------------------------------------------


def test_a_missing_sqlite_file_is_made_with_its_folder(tmp_path: Path):
    path = tmp_path / "new folder" / "deeper" / "clinic.db"
    assert migrate(f"sqlite:///{path}") is True
    with reading(make_engine(f"sqlite:///{path}")) as connection:
        require_schema(connection)
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such file modes")
def test_only_the_user_may_read_a_new_sqlite_file(tmp_path: Path):
    path = tmp_path / "folder" / "clinic.db"
    migrate(f"sqlite:///{path}")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_migrating_again_changes_nothing(engine: Engine, database_url: str):
    add_a_site_with_a_chair(engine)
    assert migrate(database_url) is False
    with reading(engine) as connection:
        assert connection.execute(text("SELECT name FROM chairs")).scalar_one() == "Window"


def test_migrating_does_not_wait_for_a_running_import(sqlite_url: str):
    with writing(make_engine(sqlite_url)):
        assert migrate(sqlite_url) is False


def test_upgrading_keeps_the_data_and_the_references(
    engine: Engine, database_url: str, next_revision: Callable[[str], None]
):
    add_a_site_with_a_chair(engine)
    next_revision(ADD_A_COLUMN)
    assert migrate(database_url) is True
    with reading(engine) as connection:
        assert connection.execute(
            text("SELECT sites.name, telephone, chairs.name FROM sites JOIN chairs USING (site_id)")
        ).all() == [("North", None, "Window")]
    if engine.dialect.name == "sqlite":
        with reading(engine) as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []


def test_after_an_upgrade_the_rows_are_counted_for_the_plans_of_queries(
    engine: Engine, database_url: str, next_revision: Callable[[str], None]
):
    add_a_site_with_a_chair(engine)
    next_revision(ADD_A_COLUMN)
    migrate(database_url)
    counted = {
        "sqlite": "SELECT stat FROM sqlite_stat1 WHERE tbl = 'sites'",
        "postgresql": "SELECT reltuples FROM pg_class WHERE relname = 'sites'",
    }[engine.dialect.name]
    with reading(engine) as connection:
        assert str(connection.exec_driver_sql(counted).scalar())[0] == "1"


def test_an_upgrade_that_fails_half_way_leaves_the_database_as_it_was(
    tmp_path: Path, next_revision: Callable[[str], None]
):
    path = tmp_path / "clinic.db"
    migrate(f"sqlite:///{path}")
    add_a_site_with_a_chair(make_engine(f"sqlite:///{path}"))
    before = dump(path)
    next_revision(ADD_A_COLUMN_AND_FAIL)
    with pytest.raises(ValueError, match="half-way"):
        migrate(f"sqlite:///{path}")
    assert dump(path) == before


def test_an_upgrade_that_would_break_references_is_undone(
    tmp_path: Path, next_revision: Callable[[str], None]
):
    path = tmp_path / "clinic.db"
    migrate(f"sqlite:///{path}")
    add_a_site_with_a_chair(make_engine(f"sqlite:///{path}"))
    before = dump(path)
    next_revision(REMOVE_THE_SITES)
    with pytest.raises(ClinicDatabaseError, match="Rows of chairs refer to rows that do not exist"):
        migrate(f"sqlite:///{path}")
    assert dump(path) == before


def test_a_new_file_is_taken_away_again_when_the_tables_cannot_be_made(
    tmp_path: Path, next_revision: Callable[[str], None]
):
    next_revision(ADD_A_COLUMN_AND_FAIL)
    with pytest.raises(ValueError, match="half-way"):
        migrate(f"sqlite:///{tmp_path / 'clinic.db'}")
    assert list(tmp_path.glob("clinic.db*")) == []


def test_several_programs_may_migrate_at_once(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'clinic.db'}"
    program = f"from data_access.migrate import migrate; migrate({url!r})"
    running = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(3)]
    assert [process.wait() for process in running] == [0, 0, 0]
    with reading(make_engine(url)) as connection:
        require_schema(connection)


def test_a_folder_that_cannot_be_made_is_told_in_one_sentence(tmp_path: Path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(ClinicDatabaseError, match="cannot be made"):
        migrate(f"sqlite:///{tmp_path / 'file' / 'clinic.db'}")


def test_a_database_of_another_program_is_left_as_it_is(tmp_path: Path):
    path = tmp_path / "other.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE notes (words TEXT)")
    other.commit()
    other.close()
    before = path.read_bytes()
    with pytest.raises(SchemaMismatchError, match="did not make"):
        migrate(f"sqlite:///{path}")
    assert path.read_bytes() == before


def test_a_newer_database_is_not_migrated(engine: Engine, database_url: str):
    set_revision(engine, "9999")
    with pytest.raises(SchemaMismatchError, match="program is older than the database"):
        migrate(database_url)


# --- refusing ---------------------------------------------------------------------------------


def test_a_database_of_this_version_is_accepted(engine: Engine):
    with reading(engine) as connection:
        require_schema(connection)


def test_an_older_database_is_refused_and_says_what_to_run(
    engine: Engine, next_revision: Callable[[str], None]
):
    next_revision(ADD_A_COLUMN)
    with (
        reading(engine) as connection,
        pytest.raises(SchemaMismatchError, match=r"older than this program.*data_access migrate"),
    ):
        require_schema(connection)


def test_a_newer_database_is_refused_and_says_to_upgrade_the_program(engine: Engine):
    set_revision(engine, "9999")
    with (
        reading(engine) as connection,
        pytest.raises(SchemaMismatchError, match="Upgrade the program"),
    ):
        require_schema(connection)


@pytest.mark.parametrize("statement", ["DROP TABLE alembic_version", "DELETE FROM alembic_version"])
def test_a_database_without_a_revision_is_refused(engine: Engine, statement: str):
    with writing(engine) as connection:
        connection.execute(text(statement))
    with (
        pytest.raises(SchemaMismatchError, match="no clinic tables"),
        reading(engine) as connection,
    ):
        require_schema(connection)


def test_the_pages_way_to_the_database_does_not_import_alembic():
    program = "import sys, data_access.migrate; sys.exit('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
