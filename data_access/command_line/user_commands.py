"""Commands about users: list them, add one, disable or enable one, give one another role."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import pandas as pd
import typer
from sqlalchemy import Connection

from access.roles import ROLES, RoleName
from data_access import embedded
from data_access.command_line.app import RejectedError, Url, app, open_database
from data_access.command_line.terminal import complain, say
from data_access.command_line.terminal_viewer import terminal_viewer
from data_access.engine import URL_VARIABLE, appending, reading
from data_access.users import (
    UnusableWordError,
    UserRefusedError,
    add_user,
    checked_sign_in_name,
    disable_user,
    enable_user,
    list_users,
    set_role,
)

users_app = typer.Typer(
    help="The people who may sign in: list, add, disable and enable them, give them roles.",
    no_args_is_help=True,
)
app.add_typer(users_app, name="users")

SignInName = Annotated[
    str,
    typer.Argument(
        metavar="NAME", help="What the identity provider calls the person: an e-mail address."
    ),
]
Sites = Annotated[
    list[str] | None,
    typer.Option(
        "--site",
        metavar="SITE_ID",
        show_default="every site",
        help="A site that the person may see. Repeat it for more.",
    ),
]


@users_app.command("list", epilog="Example: python -m data_access users list")
def list_command(url: Url = None) -> None:
    """List everybody who may sign in or was disabled: name, role, sites, last sign-in."""
    with open_database(embedded.reading_url(url)) as engine, reading(engine) as connection:
        users = list_users(connection, terminal_viewer()).to_dict("records")
    if not users:
        say(
            "There are no users yet. Add the first one: "
            "python -m data_access users add ada@clinic.example --role administrator"
        )
        return
    width = max(len(user["sign_in_name"]) for user in users)
    for user in users:
        say(f"{user['sign_in_name']:{width}}  {_about(user)}")


@users_app.command(
    "add",
    epilog="Example: python -m data_access users add ada@clinic.example --role administrator",
)
def add_command(
    sign_in_name: SignInName,
    role: Annotated[RoleName, typer.Option(help="What the person may do.")],
    site: Sites = None,
    name: Annotated[str, typer.Option(metavar="FULL_NAME", help="The person's name.")] = "",
    url: Url = None,
) -> None:
    """Let somebody sign in from now on. The first administrator is made so."""
    with _changing(url) as connection:
        added = add_user(connection, terminal_viewer(), sign_in_name, role, site or None, name)
    say(f"Added {added}: {_access(role, site)}.")


@users_app.command(
    "disable", epilog="Example: python -m data_access users disable ada@clinic.example"
)
def disable_command(sign_in_name: SignInName, url: Url = None) -> None:
    """Keep somebody out from now on; open pages of theirs are closed within seconds."""
    with _changing(url) as connection:
        disable_user(connection, terminal_viewer(), sign_in_name)
    say(f"Disabled {checked_sign_in_name(sign_in_name)}.")


@users_app.command(
    "enable", epilog="Example: python -m data_access users enable ada@clinic.example"
)
def enable_command(sign_in_name: SignInName, url: Url = None) -> None:
    """Let somebody who was disabled sign in again, also with a new account at the provider."""
    with _changing(url) as connection:
        enable_user(connection, terminal_viewer(), sign_in_name)
    say(f"Enabled {checked_sign_in_name(sign_in_name)}.")


@users_app.command(
    "role", epilog="Example: python -m data_access users role ben@clinic.example nurse --site S1"
)
def role_command(
    sign_in_name: SignInName,
    role: Annotated[RoleName, typer.Argument(help="What the person may do.")],
    site: Sites = None,
    url: Url = None,
) -> None:
    """Give somebody a role, at every site or at those named; it holds from their next click on."""
    with _changing(url) as connection:
        set_role(connection, terminal_viewer(), sign_in_name, role, site or None)
    say(f"{checked_sign_in_name(sign_in_name)} is now: {_access(role, site)}.")


@contextmanager
def _changing(url: str | None) -> Iterator[Connection]:
    """A transaction on the database that the dashboard shows; a refusal in the command's words."""
    shown = embedded.reading_url(url)
    try:
        with open_database(shown) as engine, appending(engine) as connection:
            yield connection
    except UnusableWordError as fault:
        raise typer.BadParameter(str(fault)) from fault
    except UserRefusedError as refusal:
        raise RejectedError(str(refusal)) from refusal
    if shown == embedded.file_url(embedded.demo_path()):
        complain(
            "This is the demo clinic, which is made anew from day to day, and then has no users. "
            "Add those who are to stay once the clinic's own records are imported, or to the "
            f"database that {URL_VARIABLE} names."
        )


def _access(role: RoleName, sites: Collection[str] | None) -> str:
    where = ", ".join(sorted(set(sites))) if sites else "every site"
    return f"{ROLES[role].title}, {where}"


def _about(user: dict[Any, Any]) -> str:
    """A user's name, access and last sign-in, in words."""
    name = f" ({user['full_name']})" if user["full_name"] else ""
    access = f"{_access(RoleName(user['role']), user['site_ids'])}{name}"
    if not pd.isna(user["disabled_at"]):
        return f"{access}; disabled on {user['disabled_at']:%Y-%m-%d}"
    if pd.isna(user["signed_in_at"]):
        return f"{access}; has not signed in lately"
    return f"{access}; last signed in at {user['signed_in_at']:%Y-%m-%d %H:%M} UTC"
