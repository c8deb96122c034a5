"""The commands that measure: ``python -m benchmarks queries``, ``pages``, ``gate``, ``load`` …"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from benchmarks.false_alarms import delays, false_marks, new_starters
from benchmarks.measure_access import measure_access
from benchmarks.measure_gate import measure_gate
from benchmarks.measure_load import measure_load
from benchmarks.measure_pages import measure_pages
from benchmarks.measure_queries import measure_queries
from benchmarks.report import (
    show_access,
    show_false_alarms,
    show_gate,
    show_load,
    show_pages,
    show_queries,
)
from benchmarks.scenario import NothingToMeasureError
from clinical.false_alarms import Clinic
from data_access.engine import URL_VARIABLE
from data_access.errors import ClinicDatabaseError

app = typer.Typer(
    help="How fast the pages and their queries are, and how often their watch is wrong.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Url = Annotated[
    str,
    typer.Option(
        "--url",
        metavar="URL",
        envvar=URL_VARIABLE,
        help="The database to measure on; make one with python -m data_access demo.",
    ),
]
Repeat = Annotated[int, typer.Option(min=1, help="Runs of each; the median is shown.")]


@contextmanager
def _plain_problems() -> Iterator[None]:
    """A database that cannot be measured is told in one sentence; exit status 1."""
    try:
        yield
    except (ClinicDatabaseError, NothingToMeasureError) as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(1) from problem


@app.command()
def queries(url: Url, repeat: Repeat = 15) -> None:
    """Time every query of the pages against its floor.

    The floor is the same aggregate as hand-written SQL through the bare driver.
    """
    with _plain_problems():
        show_queries(*measure_queries(url, repeat))


@app.command()
def pages(url: Url, repeat: Repeat = 15) -> None:
    """Time the script run of every page, and of an empty page, on the real server."""
    with _plain_problems():
        show_pages(*measure_pages(url, repeat))


@app.command()
def gate(url: Url, repeat: Repeat = 300) -> None:
    """Time requests with the gate before the server and without it.

    As for pages and load, users named benchmark-… are made in the database, and disabled again.
    """
    with _plain_problems():
        show_gate(measure_gate(url, repeat))


@app.command()
def access(url: Url, repeat: Repeat = 100) -> None:
    """Time what a session, a permission and an entry of the audit trail cost.

    Entries are added to the trail, which keeps them.
    """
    with _plain_problems():
        show_access(measure_access(url, repeat))


@app.command()
def load(
    url: Url,
    people: Annotated[
        list[int] | None, typer.Option(min=1, help="People at once; may be given again.")
    ] = None,
    seconds: Annotated[float, typer.Option(min=1, help="For so long each number works.")] = 60,
) -> None:
    """Time a filter change while many signed-in people work, each every 5 seconds."""
    with _plain_problems():
        show_load(measure_load(url, people or [1, 10, 50], seconds))


@app.command()
def false_alarms(
    years: Annotated[
        int, typer.Option(min=2, help="Stable clinic years; of each change 4 times as many.")
    ] = 600,
    seed: Annotated[int, typer.Option(help="Seed of the random numbers.")] = 1,
) -> None:
    """Simulate how often the watch marks a stable clinic, and how soon a changed one."""
    show_false_alarms(
        [one for kind in Clinic for one in false_marks(years, seed, kind)],
        [one for kind in Clinic for one in delays(4 * years, seed, kind)],
        new_starters(4 * years, seed),
    )


if __name__ == "__main__":
    app()
