"""Commands about the clinic's thresholds: list them, set one with a signature."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from access.actions import Action
from access.viewer import LOCAL_VIEWER
from clinical.thresholds import LIMITS, ThresholdError, checked_value
from data_access import embedded
from data_access.audit import Entry, append
from data_access.command_line.app import Url, app, open_database
from data_access.command_line.terminal import say
from data_access.command_line.terminal_viewer import terminal_viewer, user_name
from data_access.engine import reading, writing
from data_access.thresholds import Signature, read_thresholds, set_threshold, threshold_history

_HOW_TO_LIST = "'python -m data_access thresholds' lists them."


@app.command(epilog="Example: python -m data_access thresholds")
def thresholds(url: Url = None) -> None:
    """List the clinic's thresholds: value, default, who set them and when, and every change."""
    with open_database(embedded.reading_url(url)) as engine, reading(engine) as connection:
        now = read_thresholds(connection, LOCAL_VIEWER)
        history = threshold_history(connection, LOCAL_VIEWER)
    width = max(len(limit.name) for limit in LIMITS)
    for limit in LIMITS:
        value = f"{getattr(now, limit.name):g} {limit.unit}"
        say(f"{limit.name:{width}}  {value:14} (default {limit.default:g})  {limit.meaning}")
    if history.empty:
        say("Every threshold is at its default.")
        return
    say("Changes, the latest first:")
    for change in history.to_dict("records"):
        why = f": {change['reason']}" if isinstance(change["reason"], str) else ""
        say(
            f"{change['changed_at']:%Y-%m-%d %H:%M} UTC  {change['name']} = {change['value']:g}, "
            f"by {change['changed_by']}{why}"
        )


@app.command(
    "set-threshold",
    epilog="Example: python -m data_access set-threshold review_after 5 --by 'Dr Okafor' "
    "--reason 'Protocol 2026-12'",
)
def set_threshold_command(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The threshold's name.")],
    value: Annotated[float, typer.Argument(metavar="VALUE", help="What it is to be from now on.")],
    url: Url = None,
    by: Annotated[
        str | None,
        typer.Option(metavar="NAME", show_default="your user name", help="Who answers for it."),
    ] = None,
    reason: Annotated[str | None, typer.Option(metavar="WHY", help="Why it is changed.")] = None,
) -> None:
    """Set a threshold. What held before stays on record, with who changed it, when and why."""
    try:
        checked_value(name, value)
    except ThresholdError as fault:
        raise typer.BadParameter(f"{fault} {_HOW_TO_LIST}") from fault
    who = user_name() if by is None else by.strip()
    if not who:
        raise typer.BadParameter("Say who answers for the change.", param_hint="--by")
    with open_database(embedded.reading_url(url)) as engine, writing(engine) as connection:
        set_threshold(connection, name, value, Signature(who, datetime.now(UTC), reason))
        change = Entry(Action.SETTING, f"threshold {name}: {value:g}")
        append(connection, terminal_viewer(), change)
    say(f"{name} is now {value:g}, set by {who}.")
