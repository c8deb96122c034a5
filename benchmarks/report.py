"""Printing what was measured."""

from collections.abc import Sequence
from math import isfinite

from rich.console import Console
from rich.table import Table

from benchmarks.measure_access import AccessTime
from benchmarks.measure_gate import GateTime
from benchmarks.measure_load import LoadTime
from benchmarks.measure_pages import PageTime
from benchmarks.measure_queries import QueryTime
from clinical.false_alarms import Delay, FalseMarks, NewStarters

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


def show_gate(times: Sequence[GateTime]) -> None:
    """A table of what is asked for, with the gate and without."""
    _print_rows(
        "Requests with the gate and without it: warm medians, ms",
        ("asked for", "with", "without", "added", "of a processor"),
        [
            (
                time.asked,
                f"{time.gated:.2f}",
                f"{time.floor:.2f}",
                f"{time.added:.2f}",
                f"{time.processor:.2f}",
            )
            for time in times
        ],
    )


def show_access(times: Sequence[AccessTime]) -> None:
    """A table of the steps."""
    _print_rows(
        "What access costs: warm medians, ms",
        ("step", "ms"),
        [(time.step, f"{time.milliseconds:.3f}") for time in times],
    )


def show_load(times: Sequence[LoadTime]) -> None:
    """A table of how many worked at once, and how long a filter change took them."""
    _print_rows(
        "Filter changes while people work, one action every 5 seconds each: ms",
        ("people", "changes", "median", "1 in 20 over", "pages", "1 in 20 over", "processors"),
        [
            (
                str(time.people),
                str(time.changes),
                f"{time.median:.0f}",
                f"{time.slow:.0f}",
                str(time.pages),
                f"{time.slow_page:.0f}",
                f"{time.processors:.2f}",
            )
            for time in times
        ],
    )


def show_false_alarms(
    stable: Sequence[FalseMarks], delays: Sequence[Delay], starters: Sequence[NewStarters]
) -> None:
    """Three tables: false marks of a stable clinic, delays of changes, weeks of new starters."""
    _print_rows(
        "New marks a year on the page of a stable clinic",
        ("rules", "clinic of", "marks a year", "standard error"),
        [
            (one.rules, one.clinic, f"{one.a_year:.2f}", f"{one.standard_error:.2f}")
            for one in stable
        ],
    )
    _print_rows(
        "Weeks until a change at one site is marked (-: not within 26)",
        ("rules", "clinic of", "per 100", "half", "nine of ten", "within 6", "within 12"),
        [
            (
                one.rules,
                one.clinic,
                f"{one.before:g} to {one.after:g}",
                _weeks(one.median),
                _weeks(one.ninth),
                f"{one.within_6:.1%}",
                f"{one.within_12:.1%}",
            )
            for one in delays
        ],
    )
    _print_rows(
        "Clinics with a mark for dissociation when half of the infusions are first ones",
        ("weeks in a row", "adjusted", "not adjusted"),
        [(str(one.weeks), f"{one.adjusted:.1%}", f"{one.crude:.1%}") for one in starters],
    )


def _weeks(weeks: float) -> str:
    return f"{weeks:.0f}" if isfinite(weeks) else "-"


def _print_rows(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = _table(title)
    table.add_column(headings[0], no_wrap=True)
    for heading in headings[1:]:
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    _CONSOLE.print(table)


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", box=None, pad_edge=False)
