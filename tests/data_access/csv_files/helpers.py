"""Folders of CSV files for the tests, and the whole content of a database to compare."""

import csv
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from access.viewer import LOCAL_VIEWER
from data_access.csv_files import ImportReport, Problem, import_folder
from data_access.engine import reading
from data_access.schema import Base

EXAMPLE = Path(__file__).with_name("example")

TESTER = replace(LOCAL_VIEWER, name="tester")

_BOOKKEEPING = {
    "import_runs",
    "imported_files",
    "clinic_settings",
    "audit_entries",
    "audit_people",
    "audit_head",
}

Row = dict[str, Any]


def dump(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of records and facts, in the order of their keys."""
    with reading(engine) as connection:
        return {
            table.name: [
                tuple(row)
                for row in connection.execute(
                    select(table).order_by(*table.primary_key.columns, *table.columns)
                )
            ]
            for table in Base.metadata.sorted_tables
            if table.name not in _BOOKKEEPING
        }


def copy_example(folder: Path) -> Path:
    """The example clinic in a folder that a test may change."""
    return Path(shutil.copytree(EXAMPLE, folder / "clinic"))


def edit(folder: Path, file: str, old: str, new: str) -> None:
    """Replace a text in a file, which must hold it."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def write_csv(folder: Path, file: str, *rows: Row) -> Path:
    """A file of some rows; its header has the columns of them all."""
    folder.mkdir(parents=True, exist_ok=True)
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with (folder / file).open("w", encoding="utf-8", newline="") as text:
        lines = csv.DictWriter(text, columns)
        lines.writeheader()
        lines.writerows(rows)
    return folder


def run_import(engine: Engine, folder: Path, *, dry_run: bool = False) -> ImportReport:
    """Import a folder as the tester."""
    return import_folder(engine, folder, dry_run=dry_run, viewer=TESTER)


def where(problem: Problem) -> tuple[str, int | None, str | None, str | None]:
    """The place and the value of a problem, to compare."""
    return problem.file, problem.line, problem.column, problem.value
