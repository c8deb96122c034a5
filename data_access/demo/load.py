"""Loading many rows: without the secondary indexes and references, which are made afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, ForeignKeyConstraint, Table
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
        connection.execute(AddConstraint(reference))


def tables_of(models: tuple[type[Base], ...]) -> list[Table]:
    """The tables of some models."""
    return [Base.metadata.tables[model.__tablename__] for model in models]


def _references(tables: list[Table]) -> list[ForeignKeyConstraint]:
    return [reference for table in tables for reference in table.foreign_key_constraints]
