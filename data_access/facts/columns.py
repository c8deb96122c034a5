"""The facts of infusions and side effects a second time, column by column.

They follow from ``infusion_facts`` and ``side_effect_facts`` of a site and a year, whoever the
patients are. A refresh of few patients packs anew what holds a row of theirs that has changed; one
of many packs all.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import Column, ColumnElement, Connection, Double, delete, select

from clinical.calendar import day_number, month_date
from data_access.bulk import insert_rows
from data_access.facts.tables import chunks, of_patients, table_of
from data_access.packed import pack
from data_access.schema import FactColumn, InfusionFact, SideEffectFact

_Facts = type[InfusionFact] | type[SideEffectFact]
PACKED: tuple[_Facts, ...] = (InfusionFact, SideEffectFact)
_COLUMNS = ("facts", "name", "year", "site_key", "data")


class Part(NamedTuple):
    """What is packed together: the facts of one site and one year."""

    facts: _Facts
    year: int
    site_key: int


FactRows = set[tuple[Part, tuple[Any, ...]]]


def fact_rows(connection: Connection, patient_keys: Sequence[int]) -> FactRows:
    """The stored facts of these patients' infusions, each with the part that it belongs to."""
    found: FactRows = set()
    for some in chunks(patient_keys):
        conditions = of_patients(some)
        for facts in PACKED:
            statement = select(table_of(facts)).where(conditions[facts])
            for row in connection.execute(statement):
                part = Part(facts, month_date(row.month).year, row.site_key)
                found.add((part, tuple(row)))
    return found


def refresh_columns(connection: Connection, before: FactRows, after: FactRows) -> None:
    """Pack anew the parts in which a row came, went or changed."""
    changed = sorted({part for part, _ in before ^ after}, key=_place)
    for (facts, year), parts in groupby(changed, attrgetter("facts", "year")):
        sites = [part.site_key for part in parts]
        stored = (
            FactColumn.facts == facts.__tablename__,
            FactColumn.year == year,
            FactColumn.site_key.in_(sites),
        )
        connection.execute(delete(FactColumn).where(*stored))
        packed = _packed(connection, facts, year, facts.site_key.in_(sites))
        insert_rows(connection, FactColumn, _COLUMNS, packed)


def _place(part: Part) -> tuple[str, int, int]:
    return part.facts.__tablename__, part.year, part.site_key


def rebuild_columns(connection: Connection) -> None:
    """Pack all anew."""
    connection.execute(delete(FactColumn))
    for year in _years(connection):
        for facts in PACKED:
            insert_rows(connection, FactColumn, _COLUMNS, _packed(connection, facts, year))


def expected_columns(
    connection: Connection,
) -> Iterator[tuple[ColumnElement[bool], list[dict[str, Any]]]]:
    """The rows that there should be; and the condition that finds those stored."""
    years = _years(connection)
    yield FactColumn.year.not_in(years), []
    for year in years:
        rows = [
            dict(zip(_COLUMNS, row, strict=True))
            for facts in PACKED
            for row in _packed(connection, facts, year)
        ]
        yield FactColumn.year == year, rows


def _years(connection: Connection) -> list[int]:
    """The years in which there are infusions, in order."""
    months = connection.scalars(select(InfusionFact.month).distinct())
    return sorted({month_date(month).year for month in months})


def _packed(
    connection: Connection,
    facts: _Facts,
    year: int,
    *more: ColumnElement[bool],
) -> list[tuple[str, str, int, int, bytes]]:
    """The rows of ``fact_columns`` for one year."""
    table = table_of(facts)
    first, last = day_number(date(year, 1, 1)), day_number(date(year, 12, 31))
    statement = (
        select(table)
        .where(facts.day.between(first, last), *more)
        .order_by(facts.site_key, *table.primary_key)
    )
    rows = connection.execute(statement).all()
    return [
        (table.name, column.name, year, site_key, _bytes(column, values))
        for site_key, of_site in groupby(rows, attrgetter("site_key"))
        for column, values in zip(table.columns, zip(*of_site, strict=True), strict=True)
    ]


def _bytes(column: Column[Any], values: Sequence[int | float | None]) -> bytes:
    return pack(values, decimal=isinstance(column.type, Double))
