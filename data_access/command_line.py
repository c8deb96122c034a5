"""The commands of ``python -m data_access``.

Exit statuses, as the data contract has them: 0 done; 1 rejected because of the data, or something
wrong was found; 2 wrong usage; 3 the database could not be reached or is of another version.

What only one command needs is imported when it runs.
"""

import getpass
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from enum import IntEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from access.viewer import LOCAL_VIEWER
from data_access import embedded
from data_access.engine import (
    URL_VARIABLE,
    described,
    lift_time_limit,
    make_engine,
    parse_url,
    reading,
    writing,
)
from data_access.errors import ClinicDatabaseError
from data_access.migrate import REVISIONS, is_new, migrate, require_schema
from data_access.schema import Patient
from data_access.status import clinic_status
from data_access.terminal import ERRORS, complain, progress, say, show_table

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from data_access.csv_files import ImportReport
    from data_access.demo import DemoSummary
    from data_access.health import Health


class ExitStatus(IntEnum):
    """What a command tells the shell."""

    DONE = 0
    REJECTED = 1
    WRONG_USAGE = 2
    NO_DATABASE = 3


class RejectedError(Exception):
    """The command cannot be carried out on this data. The message says why, and what to do."""


app = typer.Typer(
    help="The clinic database: make it, fill it, check it.",
    epilog="Each command tells more: python -m data_access import-csv --help",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def run(arguments: Sequence[str]) -> int:
    """Run one command; returns its exit status. Foreseeable faults become one sentence."""
    try:
        app(args=list(arguments), prog_name="python -m data_access")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else ExitStatus.DONE
    except RejectedError as reason:
        complain(str(reason))
        return ExitStatus.REJECTED
    except ClinicDatabaseError as fault:
        complain(str(fault))
        return ExitStatus.NO_DATABASE
    except DBAPIError as fault:
        _tell_of_a_bug(fault)
        return ExitStatus.NO_DATABASE
    except OSError as fault:
        complain(f"{fault.filename or 'Reading or writing a file'}: {fault.strerror or fault}.")
        return ExitStatus.WRONG_USAGE
    return ExitStatus.DONE


def _tell_of_a_bug(fault: DBAPIError) -> None:
    """Where it happened, without the database's own words, which may quote a patient's row."""
    ERRORS.print("".join(traceback.format_tb(fault.__traceback__)), markup=False)
    state = getattr(fault.orig, "sqlstate", None) or "no code"
    complain(
        f"The database refused a statement of this program ({type(fault.orig).__name__}, {state}). "
        "Nothing was changed. Please send the lines above to the maintainers."
    )


def _readable(url: str | None) -> str | None:
    """Refuse a URL that cannot be read, as wrong usage."""
    if url is not None:
        try:
            parse_url(url)
        except ClinicDatabaseError as fault:
            raise typer.BadParameter(str(fault)) from fault
    return url


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not a day. Write it like 2026-03-09.") from error


Url = Annotated[
    str | None,
    typer.Option(
        "--url",
        metavar="URL",
        envvar=URL_VARIABLE,
        show_default="the embedded database",
        callback=_readable,
        help="The database: sqlite:////folder/clinic.db or postgresql://user:password@host/name.",
    ),
]
Folder = Annotated[Path, typer.Argument(metavar="DIR", exists=True, file_okay=False)]
NewFolder = Annotated[Path, typer.Argument(metavar="DIR", file_okay=False)]


@contextmanager
def _database(url: str) -> Iterator["Engine"]:
    """An engine on a database of this program's version."""
    engine = make_engine(url)
    try:
        with reading(engine) as connection:
            require_schema(connection)
        yield engine
    finally:
        engine.dispose()


@contextmanager
def _usable_folder() -> Iterator[None]:
    """Turn a folder that cannot be read or written into wrong usage."""
    from data_access.csv_files import FolderError

    try:
        yield
    except FolderError as reason:
        raise typer.BadParameter(str(reason), param_hint="DIR") from reason


@app.command(
    "migrate", epilog="Example: python -m data_access migrate --url sqlite:////data/clinic.db"
)
def migrate_command(url: Url = None) -> None:
    """Make the tables, or bring them up to this program's version.

    Makes the SQLite file where it is missing. Keeps all records; a failure changes nothing.
    """
    database = embedded.reading_url(url)
    changed = migrate(database)
    done = "is now" if changed else "was already"
    say(f"{described(database)} {done} at revision {REVISIONS[-1]}.")


@app.command(
    epilog="Example: python -m data_access demo --infusions 100000 --url sqlite:////data/large.db"
)
def demo(
    url: Url = None,
    infusions: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", show_default="4000", help="About how many infusions."),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(min=0, metavar="S", help="Another number gives another clinic."),
    ] = None,
    until: Annotated[
        date | None,
        typer.Option(parser=_day, metavar="DATE", show_default="today", help="Its last day."),
    ] = None,
) -> None:
    """Fill an empty database with a synthetic clinic, plainly marked as demo data.

    Without a URL the embedded demo clinic is made anew.
    """
    last_day = until or date.today()  # noqa: DTZ011 - the day where the program runs
    given = {"infusions": infusions, "seed": seed}
    wishes = {name: value for name, value in given.items() if value is not None}
    if url is not None:
        _make_demo(url, last_day, wishes)
    elif wishes or until is not None:
        _make_embedded_demo(last_day, wishes)
    else:
        _make_embedded_demo(last_day, None)


def _make_embedded_demo(until: date, wishes: dict[str, int] | None) -> None:
    if embedded.clinic_path().exists():
        raise RejectedError(
            f"The dashboard shows your own clinic, {embedded.clinic_path()}. To make a demo clinic "
            "beside it, name another database with --url."
        )
    with progress("Making the demo clinic") as report:
        made = embedded.make_demo_file(embedded.demo_path(), until, report, wishes)
    _say_made(embedded.file_url(embedded.demo_path()), made)


def _make_demo(url: str, until: date, wishes: dict[str, int]) -> None:
    from data_access.demo import make_demo

    if is_new(url):
        migrate(url)
    with _database(url) as engine:
        with reading(engine) as connection:
            patients = connection.scalar(select(func.count()).select_from(Patient))
        if patients:
            raise RejectedError(
                f"{described(url)} already holds {patients:,} patients. "
                "A demo clinic goes only into a database without any."
            )
        with progress("Making the demo clinic") as report:
            made = make_demo(engine, until=until, progress=report, **wishes)
    _say_made(url, made)


def _say_made(url: str, made: "DemoSummary") -> None:
    say(
        f"The demo clinic is in {described(url)}: {made.patients:,} patients, "
        f"{made.infusions:,} infusions and {made.appointments:,} appointments, "
        f"as on {made.until}."
    )


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
    from data_access.import_output import show_report

    options = ImportOptions(folder, dry_run, wait)
    if url is None and not embedded.clinic_path().exists():
        report = _first_import(options)
    else:
        report = _import(embedded.writing_url(url), options)
    if json_file is not None:
        json_file.write(report.to_json())
    show_report(report)
    if report.rejected:
        raise typer.Exit(ExitStatus.REJECTED)


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What to import, and how."""

    folder: Path
    dry_run: bool
    wait_seconds: int


def _import(url: str, options: ImportOptions) -> "ImportReport":
    with _database(url) as engine:
        with reading(engine) as connection:
            into_demo = clinic_status(connection, LOCAL_VIEWER).is_demo
        if into_demo:
            return _compare_with_demo(engine, options)
        return _run_import(engine, options)


def _compare_with_demo(engine: "Engine", options: ImportOptions) -> "ImportReport":
    """Import nothing into a demo clinic: real and invented people must never mix."""
    report = _run_import(engine, replace(options, dry_run=True))
    if not (report.rejected or report.changed_nothing or options.dry_run):
        raise RejectedError(
            "This database holds the demo clinic, and real records must not be mixed with invented "
            "ones. Nothing was imported. Name a new database with --url, and run "
            "'python -m data_access migrate' on it first."
        )
    return report


def _run_import(engine: "Engine", options: ImportOptions) -> "ImportReport":
    from data_access.csv_files import import_folder

    with _usable_folder(), progress("Importing") as report:
        return import_folder(
            engine,
            options.folder,
            dry_run=options.dry_run,
            user_name=_user_name(),
            wait_seconds=options.wait_seconds,
            progress=report,
        )


def _first_import(options: ImportOptions) -> "ImportReport":
    """Make the clinic's own file out of the first import that succeeds.

    Until it is complete, the dashboard goes on showing the demo clinic.
    """
    embedded.data_folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="first-import-", dir=embedded.data_folder()) as folder:
        unfinished = Path(folder) / "clinic.db"
        migrate(embedded.file_url(unfinished))
        report = _import(embedded.file_url(unfinished), options)
        if report.committed:
            _keep_as_clinic(unfinished)
    return report


def _keep_as_clinic(unfinished: Path) -> None:
    if embedded.clinic_path().exists():
        raise RejectedError(
            "Another import has just made the clinic's database, so this one was not kept. "
            "Run it again."
        )
    unfinished.replace(embedded.clinic_path())
    say(f"Made {described(embedded.file_url(embedded.clinic_path()))}; the dashboard shows it now.")


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):  # a container without a user database
        return "unknown"


@app.command(epilog="Example: python -m data_access template exports")
def template(folder: NewFolder) -> None:
    """Write an empty set of CSV files with header rows, to be filled in."""
    from data_access.csv_files import write_template

    with _usable_folder():
        written = write_template(folder)
    say(f"Wrote {len(written)} files to {folder}.")


@app.command("export-csv", epilog="Example: python -m data_access export-csv backup-2026-03-09")
def export_csv(folder: NewFolder, url: Url = None) -> None:
    """Write all records as a folder of CSV files that import-csv reads back.

    The files name patients: keep them as safe as the database.
    """
    from data_access.csv_files import export_folder

    with (
        _database(embedded.reading_url(url)) as engine,
        _usable_folder(),
        progress("Writing") as report,
    ):
        rows = export_folder(engine, folder, progress=report)
    show_table(("file", "rows"), list(rows.items()))
    say(f"Wrote all records to {folder}. The files name patients: keep them safe.")


@app.command(
    "rebuild-facts", epilog="Example: python -m data_access rebuild-facts --check && echo all right"
)
def rebuild_facts_command(
    url: Url = None,
    check_only: Annotated[
        bool, typer.Option("--check", help="Only compare; change nothing.")
    ] = False,
) -> None:
    """Derive what the pages count from the records anew.

    Never needed after an import, which keeps the facts in step by itself.
    """
    with _database(embedded.reading_url(url)) as engine:
        if check_only:
            _check_facts(engine)
        else:
            _rebuild_facts(engine)


def _rebuild_facts(engine: "Engine") -> None:
    from data_access.facts import rebuild_facts

    with writing(engine) as connection, progress("Deriving") as report:
        rebuild_facts(connection, report)
    say("The facts were derived anew from the records.")


def _check_facts(engine: "Engine") -> None:
    from data_access.facts import check_facts

    with reading(engine) as connection, progress("Comparing") as report:
        lift_time_limit(connection)
        differences = check_facts(connection, report)
    for difference in differences:
        say(str(difference))
    if differences:
        raise RejectedError(
            "The facts are not those of the records. Run 'python -m data_access rebuild-facts'."
        )
    say("The facts are those of the records.")


@app.command(epilog="Example: python -m data_access check && echo all right")
def check(url: Url = None) -> None:
    """Tell whether the database is sound, how much it holds and how fresh it is."""
    from data_access.health import check_health

    database = embedded.reading_url(url)
    with _database(database) as engine, reading(engine) as connection:
        lift_time_limit(connection)
        health = check_health(connection, LOCAL_VIEWER)
    say(f"{described(database)}, {health.system}, revision {health.revision}.")
    show_table(("table", "rows"), list(health.rows))
    say(_freshness(health))
    for problem in health.problems:
        complain(problem)
    if health.problems:
        raise typer.Exit(ExitStatus.REJECTED)
    say("Nothing is wrong.")


def _freshness(health: "Health") -> str:
    kind = (
        "A demo clinic: every person in it is invented." if health.is_demo else "Not a demo clinic."
    )
    imported = (
        f"Last import {health.latest_import:%Y-%m-%d %H:%M} UTC."
        if health.latest_import
        else "Nothing was imported yet."
    )
    infused = f"Last infusion {health.last_infusion}." if health.last_infusion else "No infusions."
    return " ".join([kind, imported, infused])
