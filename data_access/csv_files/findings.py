"""What is found out about one row, before it is known where the report has room for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """An error or a warning about a cell, or about the whole row where ``column`` is missing."""

    column: str | None
    value: str | None
    problem: str
    expected: str | None
    is_error: bool = True


@dataclass(slots=True)
class ParsedRow:
    """A row on its way: its values by column, what was found, and which cells are unusable.

    ``bad`` are the columns of the unusable cells. Their values are missing here, but the row is
    not to blame again for lacking them.
    """

    line: int
    values: dict[str, Any]
    findings: list[Finding] = field(default_factory=list)
    bad: set[str] = field(default_factory=set)
    is_rejected: bool = False

    def add(self, finding: Finding) -> None:
        """Note a finding; an error rejects the row."""
        self.findings.append(finding)
        self.is_rejected = self.is_rejected or finding.is_error

    def leave_out(self, column: str) -> None:
        """Treat a cell as unusable."""
        self.values[column] = None
        self.bad.add(column)


Values = Mapping[str, Any]
