"""What the commands share: their options, their exit statuses, and the database they work on.

What only one command needs is imported when it runs.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from enum import IntEnum
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine

from data_access.engine import URL_VARIABLE, make_engine, parse_url, reading
from data_access.errors import ClinicDatabaseError
from data_access.migrate import require_schema


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


def _readable(url: str | None) -> str | None:
    """Refuse a URL that cannot be read, as wrong usage."""
    if url is not None:
        try:
            parse_url(url)
        except ClinicDatabaseError as fault:
            raise typer.BadParameter(str(fault)) from fault
    return url


def read_day(text: str) -> date:
    """A day of this century; another text is wrong usage."""
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not a day. Write it like 2026-03-09.") from error
    if not 2000 <= day.year <= 2099:
        raise typer.BadParameter(f"{text} is out of range. Choose a day of the years 2000 to 2099.")
    return day


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
def open_database(url: str) -> Iterator[Engine]:
    """An engine on a database of this program's version."""
    engine = make_engine(url)
    try:
        with reading(engine) as connection:
            require_schema(connection)
        yield engine
    finally:
        engine.dispose()


@contextmanager
def usable_folder() -> Iterator[None]:
    """Turn a folder that cannot be read or written into wrong usage."""
    from data_access.csv_files import FolderError

    try:
        yield
    except FolderError as reason:
        raise typer.BadParameter(str(reason), param_hint="DIR") from reason
