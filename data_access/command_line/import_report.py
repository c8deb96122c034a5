"""The report of an import as a person reads it on a terminal."""

from data_access.command_line.terminal import say, show_table
from data_access.csv_files import ImportReport
from data_access.csv_files.report import MAX_LISTED, Problem


def show_report(report: ImportReport) -> None:
    """Rows by file, then every error and warning on a line of its own, then the outcome."""
    if report.files:
        show_table(
            ("file", "rows", "added", "changed", "unchanged", "rejected"),
            [
                (each.name, each.rows, each.added, each.changed, each.unchanged, each.rejected)
                for each in report.files
            ],
        )
    _show_problems("Errors", report.errors, report.error_count)
    _show_problems("Warnings", report.warnings, report.warning_count)
    say(outcome(report))


def outcome(report: ImportReport) -> str:
    """The last line: what was done, in one sentence."""
    warnings = f", with {_counted(report.warning_count, 'warning')}" if report.warning_count else ""
    if report.rejected:
        errors = _counted(report.error_count, "error")
        return f"Nothing was imported: {errors}{warnings}. Correct the files and import them again."
    if not any(file.rows for file in report.files):
        return "Nothing to import: the files hold no rows."
    if report.changed_nothing:
        return f"Nothing to change: the database already holds every row{warnings}."
    added = sum(file.added for file in report.files)
    changed = sum(file.changed for file in report.files)
    if report.dry_run:
        return (
            f"Nothing was changed, as this is a dry run. The import would add "
            f"{_counted(added, 'row')} and change {changed:,}{warnings}."
        )
    return f"Imported: {_counted(added, 'row')} added, {changed:,} changed{warnings}."


def _show_problems(heading: str, problems: list[Problem], count: int) -> None:
    if not problems:
        return
    say("")
    say(f"{heading}:")
    for problem in problems:
        say(problem_line(problem))
    if count > len(problems):
        say(f"... and {count - MAX_LISTED:,} more.")
    say("")


def problem_line(problem: Problem) -> str:
    """A problem behind its place in the form ``file:line``, which editors can jump to."""
    place = problem.file if problem.line is None else f"{problem.file}:{problem.line}"
    column = f" {problem.column}" if problem.column else ""
    value = "" if problem.value is None else f" {problem.value!r}"
    expected = f" Right would be: {problem.expected}." if problem.expected else ""
    return f"{place}{column}:{value} {problem.problem}.{expected}"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
