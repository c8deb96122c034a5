"""Commands about the clinic's records: bring them in from CSV files, and write them out."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer
from sqlalchemy import Engine

from access.actions import Action
from access.viewer import LOCAL_VIEWER
from data_access import embedded
from data_access.audit import Entry, note
from data_access.command_line.app import (
    ExitStatus,
    Folder,
    NewFolder,
    RejectedError,
    Url,
    app,
    open_database,
    usable_folder,
)
from data_access.command_line.terminal import progress, say, show_table
from data_access.command_line.terminal_viewer import terminal_viewer
from data_access.engine import reading
from data_access.migrate import migrate
from data_access.status import clinic_status

if TYPE_CHECKING:
    from data_access.csv_files import ImportReport


@app.command(epilog="Example: python -m data_access template exports")
def template(folder: NewFolder) -> None:
    """Write an empty set of CSV files with header rows, to be filled in."""
    from data_access.csv_files import write_template

    with usable_folder():
        written = write_template(folder)
    say(f"Wrote {len(written)} files to {folder}.")


@app.command("export-csv", epilog="Example: python -m data_access export-csv backup-2026-03-09")
def export_csv(folder: NewFolder, url: Url = None) -> None:
    """Write all records as a folder of CSV files that import-csv reads back.

    The files name patients: keep them as safe as the database.
    """
    from data_access.csv_files import export_folder

    with (
        open_database(embedded.reading_url(url)) as engine,
        usable_folder(),
        progress("Writing") as report,
    ):
        note(engine, terminal_viewer(), Entry(Action.EXPORT, "all records as CSV files"))
        rows = export_folder(engine, folder, progress=report)
    show_table(("file", "rows"), list(rows.items()))
    say(f"Wrote all records to {folder}. The files name patients: keep them safe.")


@app.command("import-csv", epilog="Example: python -m data_access import-csv exports --dry-run")
def import_csv(
    folder: Folder,
    url: Url = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check and count everything, but change nothing.")
    ] = False,
    json_file: Annotated[
        typer.FileTextWrite | None,
        typer.Option("--json", metavar="FILE", encoding="utf-8", help="Write the report here too."),
    ] = None,
    wait: Annotated[
        int, typer.Option(min=0, metavar="SECONDS", help="How long to wait for another import.")
    ] = 30,
) -> None:
    """Bring in a folder of CSV files: all of it or, where anything is wrong, nothing.

    Every problem is listed with its file, line and column. Importing the same folder again changes
    nothing.
    """
    from data_access.command_line.import_report import show_report

    options = ImportOptions(folder, dry_run, wait)
    is_first = url is None and not embedded.clinic_path().exists()
    report = _first_import(options) if is_first else _import(embedded.writing_url(url), options)
    if json_file is not None:
        json_file.write(report.to_json())
    show_report(report)
    if report.rejected:
        raise typer.Exit(ExitStatus.REJECTED)
    if is_first and embedded.clinic_path().exists():
        say(f"From now on the dashboard shows {embedded.clinic_path()}.")


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What to import, and how."""

    folder: Path
    dry_run: bool
    wait_seconds: int


_AMONG_INVENTED = (
    "Beware: this database is a demo clinic, so what you brought in now stands among invented "
    "people and is marked as demo data. For real records name a database of their own with --url."
)


def _import(url: str, options: ImportOptions) -> "ImportReport":
    with open_database(url) as engine:
        with reading(engine) as connection:
            into_demo = clinic_status(connection, LOCAL_VIEWER).is_demo
        report = _run_import(engine, options)
    if into_demo and report.committed and not report.changed_nothing:
        say(_AMONG_INVENTED)
    return report


def _run_import(engine: Engine, options: ImportOptions) -> "ImportReport":
    from data_access.csv_files import import_folder

    with usable_folder(), progress("Importing") as report:
        return import_folder(
            engine,
            options.folder,
            dry_run=options.dry_run,
            viewer=terminal_viewer(),
            wait_seconds=options.wait_seconds,
            progress=report,
        )


def _first_import(options: ImportOptions) -> "ImportReport":
    """Make the clinic's own file out of the first import that brings anything.

    Until it is complete, the dashboard goes on showing the demo clinic.
    """
    embedded.data_folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="first-import-", dir=embedded.data_folder()) as folder:
        unfinished = Path(folder) / "clinic.db"
        migrate(embedded.file_url(unfinished))
        report = _import(embedded.file_url(unfinished), options)
        if report.committed and not report.changed_nothing:
            _keep_as_clinic(unfinished)
    return report


def _keep_as_clinic(unfinished: Path) -> None:
    if embedded.clinic_path().exists():
        raise RejectedError(
            "Another import has just made the clinic's database, so this one was not kept. "
            "Run it again."
        )
    unfinished.replace(embedded.clinic_path())
