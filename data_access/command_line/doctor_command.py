"""``python -m data_access doctor``: may the dashboard be served as it is set up?"""

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from access.self_check import options_set, refused, self_check
from access.settings import SettingsError, find_settings
from access.start import Serving
from data_access import embedded
from data_access.circumstances import look_around
from data_access.command_line.app import ExitStatus, RejectedError, Url, app
from data_access.command_line.terminal import complain, say
from data_access.engine import sqlite_path

_CONFIGURATION = Path(".streamlit") / "config.toml"
_PROGRAM = Path(__file__).parents[2]


@app.command(epilog="Example: python -m data_access doctor && echo all right")
def doctor(url: Url = None) -> None:
    """Tell whether the dashboard may be served as it is set up, a sentence about each thing.

    The same is looked at when it starts, which it does not where something is refused here. What
    is given on Streamlit's own command line is known only then.
    """
    database = embedded.reading_url(url)
    options = options_set(list(_configurations()), os.environ)
    serving = Serving(
        str(options.get("server.address") or ""),
        has_certificate=bool(options.get("server.sslCertFile")),
        is_own_file=sqlite_path(database) is not None,
    )
    try:
        settings = find_settings(embedded.settings_path())
    except SettingsError as error:
        raise RejectedError(str(error)) from None
    findings = self_check(look_around(settings, serving, options, database))
    width = max(len(each.subject) for each in findings)
    for each in findings:
        say(f"{each.level.value:6}  {each.subject:{width}}  {each.sentence}")
    faults = refused(findings)
    if faults:
        complain("What is refused must be put right before the dashboard is served.")
        raise typer.Exit(ExitStatus.REJECTED)
    say("The dashboard may be served.")


def _configurations() -> Iterator[dict[str, Any]]:
    """Streamlit's configuration files, those that matter more last."""
    for folder in (Path.home(), _PROGRAM):
        path = folder / _CONFIGURATION
        try:
            yield tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            continue
        except (tomllib.TOMLDecodeError, UnicodeDecodeError):
            raise RejectedError(f"{path} is not TOML, so the server would not start.") from None
