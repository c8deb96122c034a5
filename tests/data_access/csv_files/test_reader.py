"""Strict reading: what a row is, where it starts, and what is no CSV file at all."""

import hashlib
from pathlib import Path

import pytest

from data_access.csv_files.reader import BrokenRecord, CsvFile, Record, UnreadableFileError


def read(folder: Path, data: bytes) -> tuple[list[str], list[Record | BrokenRecord]]:
    path = folder / "rows.csv"
    path.write_bytes(data)
    with CsvFile(path) as file:
        return file.header(), list(file.records())


@pytest.mark.parametrize(
    "data",
    [
        b"a,b\n1,2\n3,4\n",
        b"a,b\n1,2\n3,4",  # without a line end at the end
        b"a,b\r\n1,2\r\n3,4\r\n",
        b"\xef\xbb\xbfa,b\n1,2\n3,4\n",  # with a byte-order mark
        b'"a","b"\n"1","2"\n"3","4"\n',
    ],
)
def test_rows_in_every_accepted_dress(tmp_path: Path, data: bytes) -> None:
    assert read(tmp_path, data) == (["a", "b"], [Record(2, ["1", "2"]), Record(3, ["3", "4"])])


def test_a_row_is_known_by_the_line_at_which_it_starts(tmp_path: Path) -> None:
    data = b'a,b\n"one\ntwo\r\nthree",x\n\n,y\n"z""z",\n'
    assert read(tmp_path, data)[1] == [
        Record(2, ["one\ntwo\r\nthree", "x"]),
        Record(6, ["", "y"]),
        Record(7, ['z"z', ""]),
    ]


def test_cells_are_text_as_they_stand(tmp_path: Path) -> None:
    data = "a,b,c\n007,NA, x \nnull,1e5,Łukasz\n".encode()
    assert read(tmp_path, data)[1] == [
        Record(2, ["007", "NA", " x "]),
        Record(3, ["null", "1e5", "Łukasz"]),
    ]


def test_long_and_short_rows_are_not_mended(tmp_path: Path) -> None:
    assert read(tmp_path, b"a,b\n1,2,\n3\n")[1] == [Record(2, ["1", "2", ""]), Record(3, ["3"])]


def test_a_wrong_quotation_mark_costs_its_row_only(tmp_path: Path) -> None:
    _, records = read(tmp_path, b'a,b\n1,"2"x\n3,4\n')
    assert isinstance(records[0], BrokenRecord)
    assert (records[0].line, records[1]) == (2, Record(3, ["3", "4"]))


def test_an_unclosed_quotation_mark_is_found_where_it_opens(tmp_path: Path) -> None:
    _, records = read(tmp_path, b'a,b\n1,2\n3,"4\n5,6\n')
    assert records[0] == Record(2, ["1", "2"])
    assert isinstance(records[1], BrokenRecord)
    assert (records[1].line, records[1].problem) == (
        3,
        "a quotation mark is opened here and not closed",
    )


def test_bytes_that_are_not_utf8_reach_their_cell(tmp_path: Path) -> None:
    _, records = read(tmp_path, b"a,b\nJos\xe9,1\nx,2\n")
    assert records == [Record(2, ["Jos\udce9", "1"]), Record(3, ["x", "2"])]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "is empty"),
        (b"\n\r\n", "is empty"),
        ("a,b\n1,2\n".encode("utf-16"), "is UTF-16 text"),
        ("a,b\n".encode("utf-16-le"), "holds NUL bytes: it is UTF-16 text or no text at all"),
        (b"a,b\n1,\x00\n", "holds NUL bytes: it is UTF-16 text or no text at all"),
        (b"PK\x03\x04...", "is a spreadsheet or an archive, not a CSV file"),
        (b"\x1f\x8b\x08", "is a compressed file"),
        (b"<!DOCTYPE html>\n<html>", "is a web page or XML, not a CSV file"),
        (b"sep=,\na,b\n", "begins with a 'sep=' line"),
        (b"a;b\n1;2\n", "separates its columns by semicolons"),
        (b"a\tb\n1\t2\n", "separates its columns by tabs"),
        (b'"a,b\n1,2\n', "a quotation mark is opened here and not closed"),
        (b"a,b\n" + b"x" * 1_000_001, "has a line of over 1,000,000 characters"),
    ],
)
def test_what_is_no_csv_file_is_refused(tmp_path: Path, data: bytes, problem: str) -> None:
    with pytest.raises(UnreadableFileError) as caught:
        read(tmp_path, data)
    assert caught.value.problem == problem


def test_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").mkdir()
    with pytest.raises(UnreadableFileError, match="cannot be opened"):
        CsvFile(tmp_path / "rows.csv")


def test_the_fingerprint_is_that_of_the_file(tmp_path: Path) -> None:
    data = b"\xef\xbb\xbfa,b\r\n" + b"1,2\r\n" * 50_000
    path = tmp_path / "rows.csv"
    path.write_bytes(data)
    with CsvFile(path) as file:
        file.header()
        assert len(list(file.records())) == 50_000
        assert file.sha256 == hashlib.sha256(data).hexdigest()
        assert file.position == len(data)
