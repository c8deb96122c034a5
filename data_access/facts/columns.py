"""The facts of infusions and side effects a second time, column by column.

They follow from ``infusion_facts`` and ``side_effect_facts`` of a site and a quarter, whoever the
patients are. A refresh of few patients packs anew what holds a row of theirs that has changed; one
of many packs all.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import Column, ColumnElement, Connection, Double, delete, select

from clinical.calendar import MONTHS_A_QUARTER, day_number, month_date
from data_access.bulk import insert_rows
from data_access.facts.tables import chunks, of_patients, table_of
from data_access.packed import pack
from data_access.schema import FactColumn, InfusionFact, SideEffectFact

PACKED: tuple[type[InfusionFact], type[SideEffectFact]] = (InfusionFact, SideEffectFact)
_COLUMNS = ("facts", "name", "quarter", "site_key", "data")


class Part(NamedTuple):
    """What is packed together: the facts of one site and one quarter."""

    facts: type[InfusionFact] | type[SideEffectFact]
    quarter: int
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
                part = Part(facts, row.month // MONTHS_A_QUARTER, row.site_key)
                found.add((part, tuple(row)))
    return found


def refresh_columns(connection: Connection, before: FactRows, after: FactRows) -> None:
    """Pack anew the parts in which a row came, went or changed."""
    changed = sorted({part for part, _ in before ^ after}, key=attrgetter("quarter", "site_key"))
    for quarter, parts in groupby(changed, attrgetter("quarter")):
        touched = list(parts)
        for facts in PACKED:
            sites = [part.site_key for part in touched if part.facts is facts]
            if not sites:
                continue
            connection.execute(
                delete(FactColumn).where(
                    FactColumn.facts == facts.__tablename__,
                    FactColumn.quarter == quarter,
                    FactColumn.site_key.in_(sites),
                )
            )
            of_sites = facts.site_key.in_(sites)
            insert_rows(
                connection, FactColumn, _COLUMNS, _packed(connection, facts, quarter, of_sites)
            )


def rebuild_columns(connection: Connection) -> None:
    """Pack all anew."""
    connection.execute(delete(FactColumn))
    for quarter in _quarters(connection):
        for facts in PACKED:
            insert_rows(connection, FactColumn, _COLUMNS, _packed(connection, facts, quarter))


def expected_columns(
    connection: Connection,
) -> Iterator[tuple[ColumnElement[bool], list[dict[str, Any]]]]:
    """The rows that there should be; and the condition that finds those stored."""
    quarters = _quarters(connection)
    yield FactColumn.quarter.not_in(quarters), []
    for quarter in quarters:
        rows = [
            dict(zip(_COLUMNS, row, strict=True))
            for facts in PACKED
            for row in _packed(connection, facts, quarter)
        ]
        yield FactColumn.quarter == quarter, rows


def _quarters(connection: Connection) -> list[int]:
    """The quarters in which there are infusions, in order."""
    months = connection.scalars(select(InfusionFact.month).distinct())
    return sorted({month // MONTHS_A_QUARTER for month in months})


def _packed(
    connection: Connection,
    facts: type[InfusionFact] | type[SideEffectFact],
    quarter: int,
    *more: ColumnElement[bool],
) -> list[tuple[str, str, int, int, bytes]]:
    """The rows of ``fact_columns`` for one quarter."""
    table = table_of(facts)
    first, last = _days(quarter)
    statement = (
        select(table)
        .where(facts.day.between(first, last), *more)
        .order_by(facts.site_key, *table.primary_key)
    )
    rows = connection.execute(statement).all()
    return [
        (table.name, column.name, quarter, site_key, _bytes(column, values))
        for site_key, of_site in groupby(rows, attrgetter("site_key"))
        for column, values in zip(table.columns, zip(*of_site, strict=True), strict=True)
    ]


def _bytes(column: Column[Any], values: Sequence[int | float | None]) -> bytes:
    return pack(values, decimal=isinstance(column.type, Double))


def _days(quarter: int) -> tuple[int, int]:
    """The first and the last day of a quarter."""
    first, after = (
        day_number(month_date(MONTHS_A_QUARTER * number)) for number in (quarter, quarter + 1)
    )
    return first, after - 1
