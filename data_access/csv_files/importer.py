"""The import of a folder: all or nothing, one at a time, with a full report."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path

from sqlalchemy import Connection, Engine, func, insert, select

from access.actions import Action, Outcome
from access.viewer import Viewer
from data_access.audit import Entry, append, note
from data_access.csv_files.checks import check_across_rows
from data_access.csv_files.contract import FILE_BY_NAME, FILES, FileContract
from data_access.csv_files.errors import FolderError, ImportRunningError
from data_access.csv_files.findings import Finding
from data_access.csv_files.loader import load_file
from data_access.csv_files.merge import (
    find_changes,
    merge,
    moves_a_clock,
    touched_patients,
)
from data_access.csv_files.report import ImportReport
from data_access.csv_files.staging import create_staging, drop_staging
from data_access.engine import writing
from data_access.errors import DatabaseBusyError
from data_access.facts import rebuild_facts, refresh_facts, refresh_unassigned_appointments
from data_access.migrate import require_schema
from data_access.schema import ImportedFile, ImportRun
from data_access.upkeep import analyze, vacuum

Progress = Callable[[int, int], None]
"""Called with how much is done, and how much there is: here in percent of the time, about."""

_MANY_ROWS = 10_000

_READ = 50  # percent of the time at which the files are read, about
_CHECKED = 55
_SAVED = 65
_DONE = 100


class _RolledBackError(Exception):
    """Leaves the transaction without a commit; never leaves this module."""


def import_folder(
    engine: Engine,
    folder: Path,
    *,
    dry_run: bool = False,
    viewer: Viewer,
    wait_seconds: float = 30,
    progress: Progress | None = None,
) -> ImportReport:
    """Import the CSV files of a folder in one transaction, and report on every row.

    Errors in the data, and ``dry_run``, leave the database as it was; the report says so by
    ``committed``. Every committed import is recorded under the viewer's name, also one that changed
    nothing: it shows how fresh the data are. The audit trail notes it in the same transaction, and
    a rejected one after it.

    Raises :class:`FolderError` where the folder cannot be read,
    :class:`ImportRunningError` where another import does not end within ``wait_seconds``, and
    :class:`~data_access.errors.ClinicDatabaseError` where the database cannot be used.
    """
    started_at = datetime.now(UTC)
    report = ImportReport(source=folder.resolve().name, dry_run=dry_run)
    paths = _find_files(folder, report)
    tell = progress or _tell_nobody
    try:
        with _only_import(engine, wait_seconds) as connection:
            require_schema(connection)
            create_staging(connection)
            _stage_and_check(connection, paths, report, tell)
            if report.rejected:
                raise _RolledBackError
            _merge(connection, report, tell)
            if dry_run:
                raise _RolledBackError
            _record(connection, report, viewer.name, started_at)
            drop_staging(connection)
            append(connection, viewer, _entry(report, Outcome.DONE))
    except _RolledBackError:
        if not dry_run:
            note(engine, viewer, _entry(report, Outcome.FAILED))
    else:
        report.committed = True
        if _is_large(report):
            vacuum(engine)
    report.sort()
    return report


def _entry(report: ImportReport, outcome: Outcome) -> Entry:
    """What the audit trail says of an import: how much, and nothing of what was in the files."""
    if outcome is Outcome.FAILED:
        return Entry(Action.IMPORT, f"CSV files: {report.error_count:,} errors", outcome)
    added, changed = (sum(getattr(file, what) for file in report.files) for what in _COUNTED)
    return Entry(Action.IMPORT, f"CSV files: {added:,} rows added, {changed:,} changed", outcome)


_COUNTED = ("added", "changed")


def _tell_nobody(_done: int, _total: int) -> None:
    """No progress is wanted."""


# The folder


def _find_files(folder: Path, report: ImportReport) -> dict[FileContract, Path]:
    """The files of the contract that are in the folder; notes files that look misnamed."""
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        raise FolderError(
            f"The folder {str(folder)!r} cannot be read "
            f"({(error.strerror or 'unknown reason').lower()}). Name a folder of CSV files."
        ) from error
    found = {FILE_BY_NAME[path.name]: path for path in paths if path.name in FILE_BY_NAME}
    for path in paths:
        if path.name not in FILE_BY_NAME and path.is_file():
            _note_misnamed(path.name, report)
    if not found and not report.rejected:
        expected = f"one or more of {', '.join(FILE_BY_NAME)}"
        finding = Finding(None, None, "holds no file to import", expected)
        report.note(report.source, None, finding)
    return {file: found[file] for file in FILES if file in found}


def _note_misnamed(name: str, report: ImportReport) -> None:
    if name.startswith((".", "~")):
        return
    stems = [file.stem for file in FILES]
    near = get_close_matches(name.split(".")[0].lower(), stems, n=1, cutoff=0.8)
    if near or name.lower().endswith(".csv"):
        expected = f"{near[0]}.csv" if near else f"one of {', '.join(FILE_BY_NAME)}"
        report.note(
            name, None, Finding(None, None, "is not the name of a file to import", expected)
        )


# One import at a time


@contextmanager
def _only_import(engine: Engine, wait_seconds: float) -> Iterator[Connection]:
    """The write transaction of the only import that runs."""
    try:
        with writing(engine, wait_seconds=wait_seconds) as connection:
            yield connection
    except DatabaseBusyError as error:
        raise ImportRunningError(
            f"Another import is running and did not end within {wait_seconds:g} seconds. "
            "Nothing was imported; please try again when it is done."
        ) from error


# The steps


def _stage_and_check(
    connection: Connection, paths: dict[FileContract, Path], report: ImportReport, tell: Progress
) -> None:
    sizes = {file: path.stat().st_size for file, path in paths.items()}
    whole = max(1, sum(sizes.values()))
    before, untold = 0, []
    for file, path in paths.items():

        def read_so_far(read: int, before: int = before) -> None:
            tell(min(_READ, _READ * (before + read) // whole), _DONE)

        if not load_file(connection, file, path, report, read_so_far):
            untold.append(file)
        before += sizes[file]
    check_across_rows(connection, untold, report)
    for counts in report.files:
        find_changes(connection, FILE_BY_NAME[counts.name], counts)
    tell(_CHECKED, _DONE)


def _merge(connection: Connection, report: ImportReport, tell: Progress) -> None:
    changed = [FILE_BY_NAME[file.name] for file in report.files if file.added or file.changed]
    clock_moves = moves_a_clock(connection)
    for file in changed:
        merge(connection, file)
    tell(_SAVED, _DONE)
    if _is_large(report):
        analyze(connection)  # so that the facts are read by way of the indexes

    def facts_so_far(done: int, total: int) -> None:
        tell(_SAVED + (_DONE - _SAVED) * done // max(1, total), _DONE)

    if clock_moves:
        rebuild_facts(connection, facts_so_far)
    else:
        refresh_facts(connection, touched_patients(connection), facts_so_far)
        if FILE_BY_NAME["appointments.csv"] in changed:
            refresh_unassigned_appointments(connection)
    if _is_large(report):
        analyze(connection)


def _is_large(report: ImportReport) -> bool:
    return sum(file.added + file.changed for file in report.files) > _MANY_ROWS


def _record(
    connection: Connection, report: ImportReport, user_name: str, started_at: datetime
) -> None:
    run_key = (connection.scalar(select(func.max(ImportRun.run_key))) or 0) + 1
    connection.execute(
        insert(ImportRun).values(
            run_key=run_key,
            source=report.source,
            user_name=user_name,
            started_at=started_at,
            finished_at=datetime.now(UTC),
        )
    )
    connection.execute(
        insert(ImportedFile),
        [
            {
                "run_key": run_key,
                "name": file.name,
                "sha256": file.sha256,
                "rows": file.rows,
                "added": file.added,
                "changed": file.changed,
                "unchanged": file.unchanged,
            }
            for file in report.files
        ],
    )
