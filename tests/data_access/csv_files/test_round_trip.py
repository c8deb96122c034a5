"""Whatever a clinic writes comes back the same, and whatever is broken changes nothing."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from data_access.csv_files import export_folder
from data_access.csv_files.contract import FILE_BY_STEM, FILES, FileContract
from data_access.engine import make_engine, reading
from data_access.facts import check_facts
from tests.data_access.csv_files.clinics import Clinic, clinics
from tests.data_access.csv_files.helpers import EXAMPLE, dump, run_import, write_csv

MakeDatabase = Callable[[str], str]

_PATIENTLY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@contextmanager
def fresh_engine(make_database: MakeDatabase, kind: str) -> Iterator[Engine]:
    engine = make_engine(make_database(kind))
    try:
        yield engine
    finally:
        engine.dispose()


def write_clinic(folder: Path, clinic: Clinic) -> None:
    """Files of a clinic; a file without rows, or a column without values, is left out."""
    for stem, rows in clinic.items():
        if rows:
            write_csv(folder, FILE_BY_STEM[stem].name, *rows)


def check_round_trip(make_database: MakeDatabase, kind: str, clinic: Clinic) -> None:
    with (
        tempfile.TemporaryDirectory() as parent,
        fresh_engine(make_database, kind) as first,
        fresh_engine(make_database, kind) as second,
    ):
        source, exported = Path(parent, "source"), Path(parent, "exported")
        write_clinic(source, clinic)
        report = run_import(first, source)
        assert report.errors == []
        records = dump(first)

        again = run_import(first, source)
        assert again.changed_nothing
        assert dump(first) == records

        export_folder(first, exported)
        assert run_import(second, exported).errors == []
        assert dump(second) == records
        with reading(second) as connection:
            assert list(check_facts(connection)) == []


@settings(_PATIENTLY, max_examples=15)
@given(clinic=clinics())
def test_round_trip_on_sqlite(make_database: MakeDatabase, clinic: Clinic) -> None:
    check_round_trip(make_database, "sqlite", clinic)


@settings(_PATIENTLY, max_examples=4)
@given(clinic=clinics())
def test_round_trip_on_postgresql(make_database: MakeDatabase, clinic: Clinic) -> None:
    check_round_trip(make_database, "postgres", clinic)


_NASTY = st.sampled_from(
    [
        "",
        " ",
        "NaN",
        "1_2",
        "-1",
        "1e400",
        "99999999999",
        "2026-02-30",
        "2026-03-08T02:30",
        "0001-01-01T00:00Z",
        "true",
        "\x00",
        "\u202e",
        "=1+1",
        "x" * 5_000,
        '"',
        "I-1",
        "P-999",
        "derived:1:1",
    ]
)


@pytest.fixture(scope="module")
def example_clinic(make_database: MakeDatabase) -> Iterator[Engine]:
    """A database that has the example clinic, and keeps it: imports into it are dry runs."""
    with fresh_engine(make_database, "sqlite") as engine:
        run_import(engine, EXAMPLE)
        yield engine


@settings(_PATIENTLY, max_examples=50)
@given(data=st.data())
def test_a_changed_cell_is_accepted_or_reported(
    example_clinic: Engine, data: st.DataObject
) -> None:
    file = data.draw(st.sampled_from(FILES))
    lines = (EXAMPLE / file.name).read_text(encoding="utf-8").splitlines()
    line = data.draw(st.integers(0, len(lines) - 1))
    cells = lines[line].split(",")
    cells[data.draw(st.integers(0, len(cells) - 1))] = data.draw(_NASTY | st.text(max_size=8))
    lines[line] = ",".join(cells)
    content = "\n".join(lines).encode("utf-8", "surrogatepass")
    check_accepted_or_reported(example_clinic, file, content)


@settings(_PATIENTLY, max_examples=50)
@given(data=st.data())
def test_changed_bytes_are_accepted_or_reported(
    example_clinic: Engine, data: st.DataObject
) -> None:
    file = data.draw(st.sampled_from(FILES))
    content = (EXAMPLE / file.name).read_bytes()
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(len(content), start + 20)))
    content = content[:start] + data.draw(st.binary(max_size=6)) + content[end:]
    check_accepted_or_reported(example_clinic, file, content)


def check_accepted_or_reported(engine: Engine, file: FileContract, content: bytes) -> None:
    """Every row has its place in the counts, and nothing changes in the database."""
    before = dump(engine)
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(shutil.copytree(EXAMPLE, Path(parent, "clinic")))
        (folder / file.name).write_bytes(content)
        report = run_import(engine, folder, dry_run=True)
    assert report.error_count == len(report.errors)
    for counts in report.files:
        judged = (counts.added, counts.changed, counts.unchanged, counts.rejected)
        assert sum(judged) == counts.rows
        assert min(judged) >= 0
    assert dump(engine) == before
