"""Loading many rows: without the secondary indexes and references, which are made afterwards."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

from sqlalchemy import Connection, Engine, ForeignKeyConstraint, Table
from sqlalchemy.schema import AddConstraint, DropConstraint

from data_access.schema import Base


@contextmanager
def without_indexes(connection: Connection, tables: list[Table]) -> Iterator[None]:
    """Drop the tables' secondary indexes, and on PostgreSQL their foreign keys; then make them.

    For a transaction that fills empty tables: one sort at the end is cheaper than finding the
    place of each row, and one join cheaper than a look-up for each reference. SQLite cannot take
    a reference away, and checks it as it goes.
    """
    indexes = [index for table in tables for index in table.indexes]
    references = _references(tables) if connection.dialect.name == "postgresql" else []
    for index in indexes:
        index.drop(connection)
    for reference in references:
        connection.execute(DropConstraint(reference))
    yield
    for index in indexes:
        index.create(connection)
    for reference in references:
        # By default the table would be made without the reference from then on.
        connection.execute(AddConstraint(reference, isolate_from_table=False))


@contextmanager
def without_write_ahead_log(engine: Engine) -> Iterator[None]:
    """SQLite: write straight into the file, and go back to the write-ahead log afterwards.

    For one transaction of gigabytes: it would all lie in the log first, where pages are found more
    and more slowly. Nobody can read meanwhile. As all or nothing as the log; a process that is
    killed leaves the file without it, until the next time.
    """
    if engine.dialect.name != "sqlite":
        yield
        return
    engine.dispose()  # the log can be left only by the last connection
    _set_journal(engine, "DELETE")
    try:
        yield
    finally:
        engine.dispose()
        _set_journal(engine, "WAL")


def _set_journal(engine: Engine, mode: str) -> None:
    # Refused while somebody else has the file open: then the load is slower, and not wrong.
    with suppress(sqlite3.OperationalError), closing(engine.raw_connection()) as connection:
        connection.cursor().execute(f"PRAGMA journal_mode={mode}")


def tables_of(models: tuple[type[Base], ...]) -> list[Table]:
    """The tables of some models."""
    return [Base.metadata.tables[model.__tablename__] for model in models]


def _references(tables: list[Table]) -> list[ForeignKeyConstraint]:
    return [reference for table in tables for reference in table.foreign_key_constraints]
