"""Reading a CSV file strictly, in bounded memory, with the line at which each row starts.

``csv`` in strict mode, never ``pandas.read_csv``, which shifts columns, turns the surname "NA" into
nothing and accepts a web page. Bytes that are not UTF-8 come through as surrogates, so that the
check of the cells can say in which line and column they are.
"""

import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_BUFFER_BYTES = 1 << 20
_LONGEST_LINE = 1_000_000

_AS_CSV = "a comma-separated text file in UTF-8, with a header row"
_SIGNATURES = (
    (b"\xff\xfe", "is UTF-16 text"),
    (b"\xfe\xff", "is UTF-16 text"),
    (b"PK\x03\x04", "is a spreadsheet or an archive, not a CSV file"),
    (b"\x1f\x8b", "is a compressed file"),
)
_QUOTES = 'a quoted value ends before the comma, and quotes within it are doubled ("")'


class UnreadableFileError(Exception):
    """The file, or its rest, cannot be read as CSV."""

    def __init__(self, line: int | None, problem: str, expected: str = _AS_CSV) -> None:
        super().__init__(problem)
        self.line = line
        self.problem = problem
        self.expected = expected


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of a row, and the line of the file at which it starts."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class BrokenRecord:
    """A row whose quotation marks are wrong."""

    line: int
    problem: str
    expected: str = _QUOTES


class _Hashing(io.RawIOBase):
    """A file that notes the SHA-256 of what is read from it."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb", buffering=0)
        self.digest = hashlib.sha256()
        self.position = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = self._file.readinto(buffer) or 0
        self.digest.update(memoryview(buffer)[:count])
        self.position += count
        return count

    def close(self) -> None:
        self._file.close()
        super().close()


class CsvFile:
    """An open CSV file. Use it in a ``with`` statement; read the header, then the records."""

    def __init__(self, path: Path) -> None:
        """Open the file; raises :class:`UnreadableFileError` where it is no text."""
        try:
            self._raw = _Hashing(path)
        except OSError as error:
            reason = (error.strerror or "cannot be opened").lower()
            raise UnreadableFileError(None, f"cannot be opened ({reason})") from error
        buffered = io.BufferedReader(self._raw, _BUFFER_BYTES)
        try:
            _refuse_other_formats(buffered.peek(512)[:512])
        except UnreadableFileError:
            buffered.close()
            raise
        self._text = io.TextIOWrapper(
            buffered, encoding="utf-8-sig", errors="surrogateescape", newline=""
        )
        self._reader = csv.reader(self._lines(), strict=True)

    def __enter__(self) -> "CsvFile":
        """The file itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._text.close()

    @property
    def sha256(self) -> str:
        """The fingerprint of what has been read: of the whole file, once all records are."""
        return self._raw.digest.hexdigest()

    @property
    def position(self) -> int:
        """How many bytes have been read."""
        return self._raw.position

    def header(self) -> list[str]:
        """The names of the header row; raises :class:`UnreadableFileError` where there is none."""
        first = next(self.records(), None)
        if first is None:
            raise UnreadableFileError(None, "is empty", "at least the header row")
        if isinstance(first, BrokenRecord):
            raise UnreadableFileError(first.line, first.problem, first.expected)
        _refuse_other_layouts(first)
        return first.cells

    def records(self) -> Iterator[Record | BrokenRecord]:
        """The rows from here on, without blank lines."""
        while True:
            line = self._reader.line_num + 1
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield BrokenRecord(line, _quotes_problem(str(error)))
            else:
                if cells:
                    yield Record(line, cells)

    def _lines(self) -> Iterator[str]:
        while line := self._text.readline(_LONGEST_LINE):
            if len(line) == _LONGEST_LINE:
                raise UnreadableFileError(
                    self._reader.line_num + 1, f"has a line of over {_LONGEST_LINE:,} characters"
                )
            yield line


def _refuse_other_formats(start: bytes) -> None:
    for signature, problem in _SIGNATURES:
        if start.startswith(signature):
            raise UnreadableFileError(None, problem)
    if b"\x00" in start:
        raise UnreadableFileError(None, "holds NUL bytes: it is UTF-16 text or no text at all")


def _refuse_other_layouts(header: Record) -> None:
    first = header.cells[0].strip().lower()
    if first.startswith("<"):
        raise UnreadableFileError(header.line, "is a web page or XML, not a CSV file")
    if first.startswith("sep="):
        raise UnreadableFileError(
            header.line, "begins with a 'sep=' line", "a file without that line"
        )
    for separator, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if len(header.cells) == 1 and separator in first:
            raise UnreadableFileError(header.line, f"separates its columns by {name}")


def _quotes_problem(reason: str) -> str:
    if "unexpected end" in reason:
        return "a quotation mark is opened here and not closed"
    if "field limit" in reason:
        return "a value is far too long; perhaps a quotation mark is opened here and not closed"
    return "text follows a closing quotation mark, in this row or at the end of an unclosed quote"
