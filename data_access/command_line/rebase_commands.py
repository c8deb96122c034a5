"""Commands about rebases: list the decisions, decide one, take one back."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from access.viewer import LOCAL_VIEWER
from clinical.terms import canonical_term
from data_access import embedded
from data_access.command_line.app import RejectedError, Url, app, open_database, read_day
from data_access.command_line.terminal import say
from data_access.command_line.terminal_viewer import terminal_viewer, user_name
from data_access.engine import reading, writing
from data_access.rebases import (
    ANY_TERM,
    RebaseAt,
    RebaseRefusedError,
    decide_rebase,
    rebases,
    withdraw_rebase,
)
from data_access.thresholds import Signature


@app.command("rebases", epilog="Example: python -m data_access rebases")
def rebases_command(url: Url = None) -> None:
    """List every rebase of control limits: whose, from when, who decided it, when and why."""
    with open_database(embedded.reading_url(url)) as engine, reading(engine) as connection:
        entries = rebases(connection, LOCAL_VIEWER)
    if entries.empty:
        say("No rebase has been decided.")
    for entry in entries.to_dict("records"):
        where = entry["site_id"] if isinstance(entry["site_id"], str) else "all sites"
        what = "taken back" if entry["withdrawn"] else "stands" if entry["standing"] else "past"
        say(
            f"{entry['from_day']}  {entry['term'] or 'Any side effect'}, {where}: {what}, by "
            f"{entry['decided_by']} on {entry['decided_at']:%Y-%m-%d %H:%M} UTC: {entry['reason']}"
        )


@app.command(
    "rebase",
    epilog="Example: python -m data_access rebase Nausea --from 2026-10-12 --site S01 "
    "--by 'Dr Okafor' --reason 'New lot'",
)
def rebase_command(
    reason: Annotated[str, typer.Option(metavar="WHY", help="Why the level has changed.")],
    from_day: Annotated[
        str, typer.Option("--from", metavar="DATE", help="The first day of the new level.")
    ],
    term: Annotated[
        str, typer.Argument(metavar="TERM", help="The side effect; none: any.")
    ] = ANY_TERM,
    site: Annotated[
        str | None,
        typer.Option(metavar="SITE_ID", show_default="all sites together", help="Whose limits."),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(metavar="NAME", show_default="your user name", help="Who answers for it."),
    ] = None,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Take such a rebase back instead.")
    ] = False,
    url: Url = None,
) -> None:
    """Decide from when a side effect's control limits are worked out anew, or take that back."""
    name = canonical_term(term) if term.strip() else ANY_TERM
    at = RebaseAt(name, site, read_day(from_day))
    signature = Signature(user_name() if by is None else by, datetime.now(UTC), reason)
    act = withdraw_rebase if withdraw else decide_rebase
    try:
        with open_database(embedded.reading_url(url)) as engine, writing(engine) as connection:
            act(connection, terminal_viewer(), at, signature)
    except RebaseRefusedError as refusal:
        raise RejectedError(str(refusal)) from refusal
    verb = "Taken back" if withdraw else "Decided"
    say(f"{verb}: {name or 'any side effect'} from {at.from_day}, {site or 'all sites together'}.")
