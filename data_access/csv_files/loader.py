"""From a CSV file to its staged rows.

Rows pass in batches, each with a few look-ups, so that a file of a million rows needs no more
memory than one of ten thousand.
"""

from collections.abc import Callable, Sequence
from itertools import islice
from operator import itemgetter
from pathlib import Path

from sqlalchemy import Connection

from data_access.csv_files.contract import FILE_BY_STEM, FileContract
from data_access.csv_files.findings import Finding, ParsedRow
from data_access.csv_files.header import Header, understand_header
from data_access.csv_files.local_times import resolve_times
from data_access.csv_files.parsing import RowParser
from data_access.csv_files.reader import CsvFile, UnreadableFileError
from data_access.csv_files.report import FileReport, ImportReport
from data_access.csv_files.rules import check_near_infusion, check_row
from data_access.csv_files.staging import index_staging, look_up, look_up_existing, stage

_BATCH = 2_000

BytesRead = Callable[[int], None]


def load_file(
    connection: Connection,
    file: FileContract,
    path: Path,
    report: ImportReport,
    bytes_read: BytesRead,
) -> bool:
    """Stage the rows of a file and note every problem in them.

    ``bytes_read`` is told from time to time how far the file is read. Returns whether the rows
    could be told apart, so that what is not among them is truly missing.
    """
    counts = FileReport(file.name)
    report.files.append(counts)
    is_told_apart = False
    try:
        with CsvFile(path) as csv_file:
            header, findings = understand_header(file, csv_file.header())
            for finding in findings:
                report.note(file.name, 1, finding)
            parser = RowParser(file, header)
            records = csv_file.records()
            while batch := list(islice(records, _BATCH)):
                counts.rows += len(batch)
                _load_rows(connection, file, header, parser.parse(batch), report)
                bytes_read(csv_file.position)
            counts.sha256 = csv_file.sha256
            is_told_apart = header.names_all(file.key)
    except UnreadableFileError as error:
        report.note(file.name, error.line, Finding(None, None, error.problem, error.expected))
    index_staging(connection, file)
    return is_told_apart


def _load_rows(
    connection: Connection,
    file: FileContract,
    header: Header,
    rows: Sequence[ParsedRow],
    report: ImportReport,
) -> None:
    if file.stem == "vital_signs":  # which are known by their times
        resolve_times(connection, file, rows)
        _fill_in_absent(connection, file, header, rows)
    else:  # whose times may hang on a site that the header leaves out
        _fill_in_absent(connection, file, header, rows)
        resolve_times(connection, file, rows)
    for row in rows:
        for finding in check_row(file.stem, row.values, row.bad):
            row.add(finding)
    if file.stem in {"vital_signs", "side_effects"}:
        _check_near_infusions(connection, file, rows)
    for row in rows:
        for finding in row.findings:
            report.note(file.name, row.line, finding)
    in_order = itemgetter(*file.columns)
    stage(connection, file, ((row.line, row.is_rejected, *in_order(row.values)) for row in rows))


def _fill_in_absent(
    connection: Connection, file: FileContract, header: Header, rows: Sequence[ParsedRow]
) -> None:
    """Give the columns that the header leaves out the values which the database has."""
    absent = [column for column in header.absent if column not in file.required]
    key_of = itemgetter(*file.key) if len(file.key) > 1 else lambda row: (row[file.key[0]],)
    keys = {key_of(row.values) for row in rows}
    keys = {key for key in keys if None not in key}
    if absent and keys:
        existing = look_up_existing(connection, file, keys, absent)
        for row in rows:
            row.values.update(existing.get(key_of(row.values), {}))


def _check_near_infusions(
    connection: Connection, file: FileContract, rows: Sequence[ParsedRow]
) -> None:
    named = {row.values["infusion_id"] for row in rows} - {None}
    started_at = look_up(connection, FILE_BY_STEM["infusions"], named, "started_at")
    for row in rows:
        start = started_at.get(row.values["infusion_id"])
        finding = check_near_infusion(file.stem, row.values, start) if start else None
        if finding is not None:
            row.add(finding)
