"""What the command line writes: results to standard output; progress and faults to the other."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

OUTPUT = Console(highlight=False, soft_wrap=True)
ERRORS = Console(highlight=False, soft_wrap=True, stderr=True)

ReportProgress = Callable[[int, int], None]
"""Called with how much is done, and how much there is."""


def say(sentence: str) -> None:
    """A line of the result."""
    OUTPUT.print(printable(sentence), markup=False)


def complain(sentence: str) -> None:
    """A line about what went wrong."""
    ERRORS.print(printable(sentence), markup=False)


def printable(text: str) -> str:
    """The text with every character that could steer a terminal written as its code."""
    return "".join(
        character if character.isprintable() or character == "\n" else repr(character)[1:-1]
        for character in text
    )


def show_table(headings: tuple[str, ...], rows: list[tuple[str | int, ...]]) -> None:
    """A table; whole numbers stand on the right, with thousands set apart."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for position, heading in enumerate(headings):
        numeric = all(isinstance(row[position], int) for row in rows)
        table.add_column(heading, justify="right" if numeric else "left", no_wrap=True)
    for row in rows:
        table.add_row(*(f"{cell:,}" if isinstance(cell, int) else printable(cell) for cell in row))
    OUTPUT.print(table)


@contextmanager
def progress(task: str) -> Iterator[ReportProgress]:
    """A progress bar on a terminal; elsewhere a plain line for each tenth."""
    if ERRORS.is_terminal:
        with _bar() as bar:
            shown = bar.add_task(task, total=None)
            yield lambda done, total: bar.update(shown, completed=done, total=total)
    else:
        yield _plain_lines(task)


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=ERRORS,
        transient=True,
    )


def _plain_lines(task: str) -> ReportProgress:
    told = 0

    def report(done: int, total: int) -> None:
        nonlocal told
        tenth = 10 * done // total if total else 10
        if tenth > told:
            told = tenth
            complain(f"{task}: {10 * tenth} %")

    return report
