"""Writing the clinic's records as a folder that an import reads back to the same database."""

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, Engine, false, select

from data_access.csv_files.contract import FILES, FileContract
from data_access.csv_files.errors import FolderError
from data_access.csv_files.staging import as_given
from data_access.csv_files.written import written
from data_access.engine import lift_time_limit, reading

_STREAMED = {"stream_results": True, "max_row_buffer": 5_000}

Progress = Callable[[int, int], None]


def export_folder(engine: Engine, folder: Path, progress: Progress | None = None) -> dict[str, int]:
    """Write every record into a new folder, one CSV file per table; returns the rows per file.

    Rows come in the order of their keys, times in UTC; what the program derived (series, sequence
    numbers, facts) is left out, since an import derives it again. Cells that a spreadsheet might
    take for a formula stay as they are: this is a format for machines.
    ``progress`` is told how many files are done, and how many there are.

    Raises :class:`FolderError` where the folder is not empty or cannot be written.
    """
    tell = progress or _tell_nobody
    rows = {}
    with _new_folder(folder) as unfinished, reading(engine) as connection:
        lift_time_limit(connection)
        for done, file in enumerate(FILES):
            tell(done, len(FILES))
            rows[file.name] = _export_file(connection, file, unfinished / file.name)
    tell(len(FILES), len(FILES))
    return rows


def _tell_nobody(_done: int, _total: int) -> None:
    """No progress is wanted."""


def write_template(folder: Path) -> list[Path]:
    """Write every file of the contract with its header row alone; returns their paths.

    Raises :class:`FolderError` where the folder is not empty or cannot be written.
    """
    with _new_folder(folder) as unfinished:
        for file in FILES:
            with _new_csv(unfinished / file.name) as lines:
                lines.writerow(file.columns)
    return [folder / file.name for file in FILES]


@contextmanager
def _new_folder(folder: Path) -> Iterator[Path]:
    """A folder to be filled, which takes its name when it is complete.

    Only its owner may open it, since it may hold patients' records.
    """
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise FolderError(f"{str(folder)!r} is there already. Name a new or an empty folder.")
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as parent:
            unfinished = Path(parent) / folder.name
            unfinished.mkdir(mode=0o700)
            yield unfinished
            if folder.exists():
                folder.rmdir()  # it is empty, and not every system renames over a folder
            unfinished.rename(folder)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise FolderError(
            f"{str(folder)!r} cannot be written ({reason}). Name another folder."
        ) from error


def _export_file(connection: Connection, file: FileContract, path: Path) -> int:
    query = select(*(as_given(file, column) for column in file.columns)).order_by(
        *file.table.primary_key.columns
    )
    if "derived" in file.table.columns:
        query = query.where(file.table.c.derived == false())
    count = 0
    with _new_csv(path) as lines:
        lines.writerow(file.columns)
        for row in connection.execute(query, execution_options=_STREAMED):
            lines.writerow([written(value) for value in row])
            count += 1
    return count


@contextmanager
def _new_csv(path: Path) -> Iterator[Any]:
    with path.open("w", encoding="utf-8", newline="") as file:
        # Lines end as RFC 4180 has it; with "\n" alone the writer would not quote a cell with "\r".
        yield csv.writer(file, lineterminator="\r\n")
