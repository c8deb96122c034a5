"""Which column each cell of a file belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass

from data_access.csv_files.cells import nearest_name
from data_access.csv_files.contract import FileContract
from data_access.csv_files.findings import Finding


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a file by position, ``None`` where a name is not usable."""

    columns: tuple[str | None, ...]
    absent: tuple[str, ...]

    def names_all(self, columns: Sequence[str]) -> bool:
        """Whether the header has all of some columns."""
        return not any(column in self.absent for column in columns)


def understand_header(file: FileContract, names: Sequence[str]) -> tuple[Header, list[Finding]]:
    """The header of a file, and every error in it."""
    problems = [_name_problem(file, position, names) for position in range(len(names))]
    columns = tuple(
        name if problem is None else None for name, problem in zip(names, problems, strict=True)
    )
    absent = tuple(column for column in file.columns if column not in columns)
    findings = [problem for problem in problems if problem is not None]
    findings += [
        Finding(column, None, "is missing from the header", "this column, filled in every row")
        for column in absent
        if column in file.required
    ]
    return Header(columns, absent), findings


def _name_problem(file: FileContract, position: int, names: Sequence[str]) -> Finding | None:
    name = names[position]
    if not name:
        return Finding(
            None, None, f"column {position + 1} has no name", "a header without empty cells"
        )
    if name in names[:position]:
        return Finding(name, None, "is in the header twice", "each column once")
    if name in file.columns:
        return None
    nearest = nearest_name(name, file.columns)
    expected = nearest if nearest else f"one of {', '.join(file.columns)}"
    return Finding(None, name, "is not a column of this file", expected)
