"""From the cells of a row to its values, each of its column's type."""

import unicodedata
from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from data_access.csv_files.contract import FileContract
from data_access.csv_files.findings import Finding, ParsedRow
from data_access.csv_files.header import Header
from data_access.csv_files.reader import BrokenRecord, Record
from data_access.csv_files.rows import Row


class RowParser:
    """Turns records of one file into rows. A broken row keeps the values of its good cells."""

    def __init__(self, file: FileContract, header: Header) -> None:
        """A parser for the files with this header."""
        self._file = file
        self._columns = header.columns
        self._absent = header.absent
        self._renamed = [pair for pair in file.attributes.items() if pair[0] != pair[1]]
        self._adapter = TypeAdapter[list[Row]](list[file.row])  # type: ignore[name-defined]

    def parse(self, records: Sequence[Record | BrokenRecord]) -> list[ParsedRow]:
        """The rows of some records, in their order."""
        problems = [self._shape_problem(record) for record in records]
        texts = [
            self._texts(record.cells) if isinstance(record, Record) and problem is None else {}
            for record, problem in zip(records, problems, strict=True)
        ]
        models = self._validated(texts)
        rows = []
        for record, problem, text, model in zip(records, problems, texts, models, strict=True):
            if problem is not None:
                rows.append(self._misshapen(record, problem))
            elif model is not None:
                rows.append(ParsedRow(record.line, self._by_column(model)))
            else:
                rows.append(self._cell_by_cell(record.line, text))
        return rows

    def _shape_problem(self, record: Record | BrokenRecord) -> Finding | None:
        if isinstance(record, BrokenRecord):
            return Finding(None, None, record.problem, record.expected)
        found, expected = len(record.cells), len(self._columns)
        if found != expected:
            return Finding(
                None,
                None,
                f"the row has {found} {'cell' if found == 1 else 'cells'}, "
                f"but the header has {expected}",
                f"{expected} cells; a value that holds a comma is put in quotation marks",
            )
        if not any(record.cells):
            return Finding(None, None, "the row is empty", "a row with values, or no row")
        return None

    def _texts(self, texts: Sequence[str]) -> dict[str, str]:
        """The cells that are not empty, by column, in Unicode's composed form."""
        given = {
            column: text
            for column, text in zip(self._columns, texts, strict=False)
            if text and column is not None
        }
        if not "".join(texts).isascii():
            return {column: unicodedata.normalize("NFC", text) for column, text in given.items()}
        return given

    def _validated(self, texts: Sequence[dict[str, str]]) -> list[Row | None]:
        """A model for each whole row, ``None`` for each broken one; all rows in one call."""
        try:
            return list(self._adapter.validate_python(texts))
        except ValidationError as errors:
            broken = {error["loc"][0] for error in errors.errors(include_url=False)}
        whole = [text for position, text in enumerate(texts) if position not in broken]
        models = iter(self._adapter.validate_python(whole))
        return [None if position in broken else next(models) for position in range(len(texts))]

    def _by_column(self, model: Row) -> dict[str, Any]:
        values = vars(model)
        for column, name in self._renamed:
            values[column] = values.pop(name)
        return values

    def _misshapen(self, record: Record | BrokenRecord, problem: Finding) -> ParsedRow:
        """A row whose cells cannot be told apart: only its key is read, so far as it is there.

        Rows that refer to it are then not rejected for naming something unknown.
        """
        row = ParsedRow(record.line, dict.fromkeys(self._file.columns))
        if isinstance(record, Record):
            texts = self._texts(record.cells)
            for column in self._file.key:
                if column in texts:
                    self._read_cell(row, column, texts[column])
        row.findings.clear()
        row.add(problem)
        row.bad.update(self._file.columns)
        return row

    def _cell_by_cell(self, line: int, texts: dict[str, str]) -> ParsedRow:
        """A row of which some cells cannot be read, or required ones are empty."""
        row = ParsedRow(line, dict.fromkeys(self._file.columns))
        for column, text in texts.items():
            self._read_cell(row, column, text)
        for column in self._file.columns:
            if column not in self._file.required or column in texts:
                continue
            row.leave_out(column)
            row.is_rejected = True
            if column not in self._absent:  # else it is an error of the header, said there once
                row.add(Finding(column, None, "is empty", self._file.cells[column].right))
        return row

    def _read_cell(self, row: ParsedRow, column: str, text: str) -> None:
        name = self._file.attributes[column]
        model = self._file.row.model_construct()
        try:
            self._file.row.__pydantic_validator__.validate_assignment(model, name, text)
        except ValidationError as error:
            cell = self._file.cells[column]
            problem = cell.describe(error.errors(include_url=False)[0]["type"], text)
            row.leave_out(column)
            row.add(Finding(column, text, problem, cell.right))
        else:
            row.values[column] = getattr(model, name)
