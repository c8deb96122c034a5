"""The temporary tables into which the files are read before anything is merged.

One table per file, in the transaction of the import, on disk where they are large: so memory does
not grow with the folder, and what belongs together is checked and merged by whole sets. A rejected
row is staged too, without its bad cells, so that rows which refer to it are not rejected for that.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    FromClause,
    MetaData,
    Table,
    Text,
    bindparam,
    case,
    null,
    select,
    tuple_,
    update,
)
from sqlalchemy.sql import ColumnElement

from data_access.bulk import insert_rows
from data_access.csv_files.contract import FILES, FileContract
from data_access.schema.base import KEY, YesNo

_METADATA = MetaData()

DERIVED_BY = {"series_id": "series_derived", "sequence_number": "sequence_derived"}
"""The columns of infusions that may be derived, each with the column that marks it so."""


def _staged(file: FileContract) -> Table:
    return Table(
        f"staged_{file.stem}",
        _METADATA,
        Column("line", KEY, primary_key=True, autoincrement=False),
        Column("rejected", YesNo),
        *(Column(column, file.table.columns[column].type) for column in file.columns),
        prefixes=["TEMPORARY"],
    )


def _changes(file: FileContract) -> Table:
    return Table(
        f"changes_{file.stem}",
        _METADATA,
        Column("line", KEY, primary_key=True, autoincrement=False),
        Column("is_new", YesNo),
        prefixes=["TEMPORARY"],
    )


_STAGED = {file.stem: _staged(file) for file in FILES}
_CHANGES = {file.stem: _changes(file) for file in FILES}

TOUCHED = Table("touched_patients", _METADATA, Column("patient_id", Text), prefixes=["TEMPORARY"])
"""The patients of whose records any is added or changed; more than once, perhaps."""


def staged(file: FileContract) -> Table:
    """A file's rows: ``line``, ``rejected`` and the columns of the contract."""
    return _STAGED[file.stem]


def changes(file: FileContract) -> Table:
    """The lines of a file that add a record (``is_new``) or change one."""
    return _CHANGES[file.stem]


def create_staging(connection: Connection) -> None:
    """Make the temporary tables."""
    _METADATA.create_all(connection, checkfirst=False)


def drop_staging(connection: Connection) -> None:
    """Remove the temporary tables, which would outlive the transaction with its connection."""
    _METADATA.drop_all(connection, checkfirst=False)


def stage(connection: Connection, file: FileContract, rows: Iterable[Sequence[Any]]) -> None:
    """Write rows of (line, rejected, cells in the contract's order)."""
    insert_rows(connection, staged(file), ("line", "rejected", *file.columns), rows)


def index_staging(connection: Connection, file: FileContract) -> None:
    """Make a file's rows quick to find by their key, once all of them are staged."""
    table = staged(file)
    # As text: an Index object would join the shared table, to be made again by the next import.
    key = ", ".join(f'"{column}"' for column in file.key)
    connection.exec_driver_sql(f'CREATE INDEX "ix_{table.name}" ON "{table.name}" ({key})')
    connection.exec_driver_sql(f'ANALYZE "{table.name}"')


def reject(connection: Connection, file: FileContract, lines: Sequence[int]) -> None:
    """Mark the rows that start at some lines as rejected."""
    if lines:
        table = staged(file)
        connection.execute(
            update(table).where(table.c.line == bindparam("bad")).values(rejected=True),
            [{"bad": line} for line in lines],
        )


def forget_keys(connection: Connection, file: FileContract, lines: Sequence[int]) -> None:
    """Empty the keys of rows that repeat one, so that a key leads to one row of the folder.

    Otherwise a file that repeats a row a thousand times would multiply all that refers to it.
    """
    if lines:
        table = staged(file)
        connection.execute(
            update(table).where(table.c.line == bindparam("repeated")).values({file.key[-1]: None}),
            [{"repeated": line} for line in lines],
        )


def same_key(file: FileContract, left: FromClause, right: FromClause) -> ColumnElement[bool]:
    """The condition that two tables' rows are the same record of a file."""
    first, *others = (left.columns[column] == right.columns[column] for column in file.key)
    for other in others:
        first = first & other
    return first


class Parent:
    """The row to which a reference leads: the folder's where it has one, else the database's.

    ``join`` the two aliases to a query from the referring table; ``column`` is then a column of
    the row that will be true after the import, and ``found`` tells whether there is any.
    """

    def __init__(self, file: FileContract, reference: ColumnElement[Any]) -> None:
        """The row of a file that a column refers to."""
        (key,) = file.key
        self.folder = staged(file).alias()
        self.database = file.table.alias()
        self.in_folder = self.folder.columns[key] == reference
        self.in_database = self.database.columns[key] == reference

    def join(self, referring: FromClause) -> FromClause:
        """The referring rows with the rows that they refer to, if any."""
        return referring.outerjoin(self.folder, self.in_folder).outerjoin(
            self.database, self.in_database
        )

    def column(self, name: str) -> ColumnElement[Any]:
        """A column of the row that a reference leads to."""
        return case(
            (self.folder.c.line.is_not(None), self.folder.columns[name]),
            else_=self.database.columns[name],
        )


def as_given(file: FileContract, column: str) -> ColumnElement[Any]:
    """A column of a file's table as the source gave it: without what the program derived."""
    table = file.table
    if table.name == "infusions" and column in DERIVED_BY:
        marker = table.columns[DERIVED_BY[column]]
        return case((marker, null()), else_=table.columns[column]).label(column)
    return table.columns[column]


def look_up(
    connection: Connection, file: FileContract, identifiers: Collection[str], column: str
) -> dict[str, Any]:
    """A column of the rows with these identifiers: of the folder's rows before the database's."""
    (key,) = file.key
    found: dict[str, Any] = {}
    for table in (file.table, staged(file)):
        wanted = select(table.columns[key], table.columns[column])
        rows = connection.execute(wanted.where(table.columns[key].in_(identifiers)))
        found.update((row[0], row[1]) for row in rows)
    return found


def look_up_existing(
    connection: Connection,
    file: FileContract,
    keys: Collection[tuple[Any, ...]],
    columns: Sequence[str],
) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Some columns of the database's rows with these keys, as the source gave them."""
    key = [file.table.columns[column] for column in file.key]
    given = [as_given(file, column) for column in columns]
    rows = connection.execute(select(*key, *given).where(tuple_(*key).in_(keys)))
    return {
        tuple(row[: len(key)]): dict(zip(columns, row[len(key) :], strict=True)) for row in rows
    }
