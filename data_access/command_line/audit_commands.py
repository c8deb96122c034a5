"""Commands about the audit trail: is it as it was written?"""

from typing import Annotated

import typer

from data_access import embedded
from data_access.audit_check import Anchor, AnchorError, check_trail
from data_access.command_line.app import ExitStatus, Url, app, open_database
from data_access.command_line.terminal import complain, say
from data_access.engine import described, lift_time_limit, reading


def _anchor(text: str) -> Anchor:
    """An anchor; another text is wrong usage."""
    try:
        return Anchor.read(text)
    except AnchorError as fault:
        raise typer.BadParameter(str(fault)) from fault


@app.command("verify-audit", epilog="Example: python -m data_access verify-audit && echo all right")
def verify_audit(
    url: Url = None,
    anchor: Annotated[
        Anchor | None,
        typer.Option(
            parser=_anchor,
            metavar="NUMBER:HASH",
            help="What an earlier check has printed: the trail must still lead to it.",
        ),
    ] = None,
) -> None:
    """Tell whether the audit trail is as it was written; name the first entry that is not.

    Prints an anchor to keep elsewhere. Without one, somebody with all rights on the database could
    write the whole trail anew.
    """
    database = embedded.reading_url(url)
    with open_database(database) as engine, reading(engine) as connection:
        lift_time_limit(connection)
        found = check_trail(connection, anchor)
    if found.fault:
        complain(f"{described(database)}: {found.fault}")
        say(f"Sound up to entry {found.sound:,}.")
        raise typer.Exit(ExitStatus.REJECTED)
    entries = "1 entry" if found.sound == 1 else f"{found.sound:,} entries"
    say(f"The audit trail is as it was written: {entries}.")
    say(f"Anchor, to keep elsewhere: {found.head}")
