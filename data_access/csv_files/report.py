"""What an import found and did, in a form to print or to keep as JSON."""

import json
from dataclasses import asdict, dataclass, field

from data_access.csv_files.findings import Finding

MAX_LISTED = 1_000
"""So many errors, and so many warnings, are listed; the rest are counted."""

_LONGEST_VALUE = 80


@dataclass(frozen=True, slots=True)
class Problem:
    """One error or warning: where, the value, what is wrong, and what would be right.

    ``line`` is the line of the file at which the row starts, 1 = the header.
    """

    file: str
    line: int | None
    column: str | None
    value: str | None
    problem: str
    expected: str | None = None


@dataclass(slots=True)
class FileReport:
    """One file: how many rows it has, and what became of them.

    Rows that are neither rejected nor unchanged are, or in a dry run would be, added or changed.
    ``sha256`` is missing where the file could not be read to its end.
    """

    name: str
    rows: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    sha256: str | None = None


@dataclass(slots=True)
class ImportReport:
    """One import. ``errors`` and ``warnings`` hold the first 1,000; the counts hold all."""

    source: str
    dry_run: bool
    committed: bool = False
    files: list[FileReport] = field(default_factory=list)
    error_count: int = 0
    warning_count: int = 0
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    @property
    def rejected(self) -> bool:
        """Whether an error stops the import."""
        return self.error_count > 0

    @property
    def changed_nothing(self) -> bool:
        """Whether no row was added or changed, nor would be."""
        return not any(file.added or file.changed for file in self.files)

    def note(self, file: str, line: int | None, finding: Finding) -> None:
        """Note an error or a warning; the first 1,000 of each are listed."""
        if finding.is_error:
            self.error_count += 1
            listed = self.errors
        else:
            self.warning_count += 1
            listed = self.warnings
        if len(listed) < MAX_LISTED:
            listed.append(_problem(file, line, finding))

    def sort(self) -> None:
        """Put the listed problems into the order of the files and their lines."""
        place = {file.name: position for position, file in enumerate(self.files)}
        for problems in (self.errors, self.warnings):
            problems.sort(key=lambda each: (place.get(each.file, -1), each.line or 0))

    def to_json(self) -> str:
        """The report as JSON text."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=2)


def _problem(file: str, line: int | None, finding: Finding) -> Problem:
    value = finding.value
    if value is not None and len(value) > _LONGEST_VALUE:
        value = value[:_LONGEST_VALUE] + "…"
    return Problem(
        file=_valid(file),
        line=line,
        column=finding.column,
        value=None if value is None else _valid(value),
        problem=finding.problem,
        expected=finding.expected,
    )


def _valid(text: str) -> str:
    """The text, with bytes that are not UTF-8 written as their codes."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
