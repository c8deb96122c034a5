"""Commands about the database as a whole: make it, fill it with a demo clinic, check it."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer
from sqlalchemy import Engine, func, select

from access.actions import Action
from access.viewer import LOCAL_VIEWER
from data_access import embedded
from data_access.audit import Entry, append, note
from data_access.command_line.app import (
    ExitStatus,
    RejectedError,
    Url,
    app,
    open_database,
    read_day,
)
from data_access.command_line.reporting_role_commands import (
    make_reporting_roles,
    renew_reporting_roles,
)
from data_access.command_line.terminal import complain, progress, say, show_table
from data_access.command_line.terminal_viewer import terminal_viewer
from data_access.engine import described, lift_time_limit, make_engine, reading, writing
from data_access.migrate import REVISIONS, is_new, migrate
from data_access.schema import Patient

if TYPE_CHECKING:
    from data_access.demo import DemoSummary
    from data_access.health import Health


@app.command(
    "migrate", epilog="Example: python -m data_access migrate --url sqlite:////data/clinic.db"
)
def migrate_command(
    url: Url = None,
    reporting_roles: Annotated[
        bool,
        typer.Option(
            "--reporting-roles",
            help="Also make the roles of PostgreSQL, as the command reporting-roles --create does.",
        ),
    ] = False,
) -> None:
    """Make the tables, or bring them up to this program's version.

    Makes the SQLite file where it is missing. Keeps all records; a failure changes nothing.
    """
    database = embedded.reading_url(url)
    changed = migrate(database)
    if changed:
        _note(database, Action.SETTING, f"tables at revision {REVISIONS[-1]}")
    done = "is now" if changed else "was already"
    say(f"{described(database)} {done} at revision {REVISIONS[-1]}.")
    with open_database(database) as engine:
        if reporting_roles:
            make_reporting_roles(engine)
        elif changed:
            renew_reporting_roles(engine)


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
        typer.Option(parser=read_day, metavar="DATE", show_default="today", help="Its last day."),
    ] = None,
) -> None:
    """Fill an empty database with a synthetic clinic, plainly marked as demo data.

    Without a URL the embedded demo clinic is made anew.
    """
    last_day = until or embedded.demo_day()
    given = {"infusions": infusions, "seed": seed}
    wishes = {name: value for name, value in given.items() if value is not None}
    if url is None:
        _make_embedded_demo(last_day, wishes, keep=bool(wishes) or until is not None)
    else:
        _make_demo(url, last_day, wishes)


def _make_embedded_demo(until: date, wishes: dict[str, int], *, keep: bool) -> None:
    if embedded.clinic_path().exists():
        raise RejectedError(
            f"The dashboard shows your own clinic, {embedded.clinic_path()}. To make a demo clinic "
            "beside it, name another database with --url."
        )
    path = embedded.demo_path()
    with progress("Making the demo clinic") as report:
        made = embedded.make_demo_file(path, until, report, keep=keep, **wishes)
    _note(embedded.file_url(path), Action.IMPORT, "demo clinic")
    _say_made(embedded.file_url(path), made)


def _make_demo(url: str, until: date, wishes: dict[str, int]) -> None:
    from data_access.demo import make_demo

    if is_new(url):
        migrate(url)
    with open_database(url) as engine:
        _require_no_patients(url, engine)
        with progress("Making the demo clinic") as report:
            made = make_demo(engine, until=until, progress=report, **wishes)
    _note(url, Action.IMPORT, "demo clinic")
    _say_made(url, made)


def _note(url: str, action: Action, what: str) -> None:
    """Note in the audit trail what was done to the database as a whole."""
    engine = make_engine(url)
    try:
        note(engine, terminal_viewer(), Entry(action, what))
    finally:
        engine.dispose()


def _require_no_patients(url: str, engine: Engine) -> None:
    with reading(engine) as connection:
        patients = connection.scalar(select(func.count()).select_from(Patient))
    if patients:
        raise RejectedError(
            f"{described(url)} already holds {patients:,} patients. "
            "A demo clinic goes only into a database without any."
        )


def _say_made(url: str, made: "DemoSummary") -> None:
    say(
        f"The demo clinic is in {described(url)}: {made.patients:,} patients, "
        f"{made.infusions:,} infusions and {made.appointments:,} appointments, "
        f"as on {made.until}."
    )


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
    with open_database(embedded.reading_url(url)) as engine:
        if check_only:
            _check_facts(engine)
        else:
            _rebuild_facts(engine)


def _rebuild_facts(engine: Engine) -> None:
    from data_access.facts import rebuild_facts

    with writing(engine) as connection, progress("Deriving") as report:
        rebuild_facts(connection, report)
        append(connection, terminal_viewer(), Entry(Action.SETTING, "facts derived anew"))
    say("The facts were derived anew from the records.")


def _check_facts(engine: Engine) -> None:
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
    with open_database(database) as engine, reading(engine) as connection:
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
