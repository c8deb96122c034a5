"""The command about the roles of PostgreSQL: make them, show how, tell whether they stand."""

from typing import Annotated

import typer
from sqlalchemy import Engine

from access.actions import Action
from access.self_check import Wall
from data_access import embedded
from data_access.audit import Entry, append
from data_access.command_line.app import ExitStatus, RejectedError, Url, app, open_database
from data_access.command_line.terminal import complain, say
from data_access.command_line.terminal_viewer import terminal_viewer
from data_access.engine import parse_url, reading, sqlite_path, writing
from data_access.reporting_roles import RolesNotMadeError, create_roles, find_wall, script

_OWN_LOGIN = "clinic"

Login = Annotated[
    str | None,
    typer.Option(
        "--login",
        metavar="NAME",
        show_default="that of the URL",
        help="The login of the dashboard, which may take on the roles.",
    ),
]


@app.command("reporting-roles", epilog="Example: python -m data_access reporting-roles --create")
def reporting_roles_command(
    url: Url = None,
    create: Annotated[
        bool, typer.Option("--create", help="Make the roles, or set their rights right.")
    ] = False,
    show: Annotated[
        bool, typer.Option("--show", help="Print the SQL that does so; change nothing.")
    ] = False,
    login: Login = None,
) -> None:
    """Tell whether PostgreSQL itself keeps names and numbers from whoever may not see them.

    Each kind of viewer has a role there (clinic_manager and its like) that may read no more
    columns than it needs. Roles are the server's; their rights are this database's.
    """
    if create and show:
        raise typer.BadParameter("Choose one of --create and --show.")
    database = embedded.reading_url(url)
    if show:
        say(script(login or _login_of(database)))
        return
    with open_database(database) as engine:
        if create:
            make_reporting_roles(engine, login)
        else:
            _tell(engine)


def _login_of(url: str) -> str:
    user = None if sqlite_path(url) else parse_url(url).username
    return user or _OWN_LOGIN


def make_reporting_roles(engine: Engine, login: str | None = None) -> None:
    """Make the roles, note it, and say so.

    Raises :class:`~data_access.command_line.app.RejectedError` where that is not possible.
    """
    try:
        with writing(engine) as connection:
            create_roles(connection, login)
            append(connection, terminal_viewer(), Entry(Action.SETTING, "reporting roles made"))
    except RolesNotMadeError as reason:
        raise RejectedError(str(reason)) from reason
    say(
        "The reporting roles have their rights. A dashboard that runs takes them on when restarted."
    )


def renew_reporting_roles(engine: Engine) -> None:
    """Give the roles their rights in tables that were changed, where this database has any."""
    with reading(engine) as connection:
        wall, _ = find_wall(connection)
    if wall is Wall.WRONG:
        make_reporting_roles(engine)


_TOLD = {
    Wall.NONE: "This is an SQLite file, which belongs to whoever can read it: it has no roles.",
    Wall.ABSENT: "The reporting roles have no rights in this database. Make them with --create.",
    Wall.NOT_TAKEN: (
        "The reporting roles have their rights, but this login may not take them on. Let whoever "
        "made them run this with --create --login NAME."
    ),
    Wall.STANDS: "The reporting roles have their rights, and this login takes them on.",
}


def _tell(engine: Engine) -> None:
    with reading(engine) as connection:
        wall, fault = find_wall(connection)
    if wall is Wall.WRONG:
        complain(f"The reporting roles have other rights than they should: {fault}.")
        raise typer.Exit(ExitStatus.REJECTED)
    say(_TOLD[wall])
