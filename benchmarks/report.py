"""Printing what was measured."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from benchmarks.measure_pages import PageTime
from benchmarks.measure_queries import QueryTime

# A file or a pipe has no width of its own; a table must not be cut there.
_CONSOLE = Console() if Console().is_terminal else Console(width=130)
_NUMBERS = ("rows", "ours", "floor", "ratio", "aim")


def show_queries(infusions: int, times: Sequence[QueryTime]) -> None:
    """A table of the queries; what misses an aim is marked and counted."""
    table = _table(f"Queries on {infusions:,} infusions: warm medians, ms")
    for heading in ("query", "asked for"):
        table.add_column(heading, no_wrap=True)
    for heading in _NUMBERS:
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("misses", no_wrap=True)
    before = ""
    for time in times:
        table.add_row(
            time.query if time.query != before else "",
            time.scenario,
            f"{time.rows:,}",
            f"{time.ours:.1f}",
            f"{time.floor:.1f}",
            f"{time.ratio:.1f}",
            f"{time.aim:.0f}",
            ", ".join(time.misses),
            style="bold red" if time.misses else "",
        )
        before = time.query
    _CONSOLE.print(table)
    missed = sum(1 for time in times if time.misses)
    _CONSOLE.print(f"{len(times) - missed} of {len(times)} reach their aims.")


def show_pages(infusions: int, times: Sequence[PageTime]) -> None:
    """A table of the pages, the empty one first."""
    table = _table(f"Script runs on {infusions:,} infusions: warm, ms")
    table.add_column("page", no_wrap=True)
    for heading in ("first", "slowest in 20", "above an empty page", "again", "KB sent"):
        table.add_column(heading, justify="right", no_wrap=True)
    empty = times[0].first
    for time in times:
        table.add_row(
            time.page,
            f"{time.first:.0f}",
            f"{time.slow:.0f}",
            f"{time.first - empty:.0f}",
            f"{time.again:.0f}",
            f"{time.kilobytes:.0f}",
        )
    _CONSOLE.print(table)


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", box=None, pad_edge=False)
