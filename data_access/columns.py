"""Reading the facts of infusions and side effects a few columns at a time, and counting in them.

A database adds up a million rows in half a second, whatever its indexes; the same values packed by
column (:class:`~data_access.schema.FactColumn`) are read and counted in some hundredths of one, by
any groups and within any filters. The columns stay in the database, scoped to the viewer's sites as
every query is, and are read anew by each: nothing of them is kept.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from access.viewer import Viewer, require
from clinical.calendar import day_number
from data_access.engine import IN_BINARY
from data_access.filters import Filters
from data_access.packed import Values, missing_value, unpack
from data_access.schema import FactColumn, InfusionFact, SideEffectFact
from data_access.selection import needed_for, permitted_site_keys

Facts = type[InfusionFact] | type[SideEffectFact]
Mask = NDArray[np.bool_]
_Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Columns:
    """Some columns of the facts within the filters.

    ``packed``: the values as narrow as they were stored, for :func:`counts_by`; by its name a
    column is as wide as arithmetic needs.
    """

    packed: Mapping[str, Values]
    rows: int

    def __getitem__(self, name: str) -> Any:
        """A column as ``float64``, or as ``int64`` (what is not known: see :meth:`known`)."""
        values = self.packed[name]
        return values.astype(np.float64 if values.dtype.kind == "f" else np.int64)

    def known(self, name: str) -> Mask:
        """Where a column has a value."""
        values = self.packed[name]
        if values.dtype.kind == "f":
            return ~np.isnan(values)
        known: Mask = values != missing_value(values)
        return known

    def where(self, mask: Mask) -> "Columns":
        """The rows that the mask lets through."""
        # To go along a mask for each column anew would take many times as long.
        places = np.flatnonzero(mask)
        kept = {name: values[places] for name, values in self.packed.items()}
        return Columns(kept, len(places))


def read_columns(
    connection: Connection,
    viewer: Viewer,
    filters: Filters,
    facts: Facts,
    names: Sequence[str],
) -> Columns:
    """Some columns of the facts that lie within the filters and at the viewer's sites.

    In the order of year, site and primary key.

    Raises :class:`~access.viewer.NotPermittedError` where the viewer may not see such facts.
    """
    require(viewer, needed_for(facts))
    narrowing = _narrowing(filters)
    read = _read(connection, viewer, filters, facts, {*names, *narrowing})
    inside = np.ones(read.rows, dtype=bool)
    for name, allowed in narrowing.items():
        inside &= allowed(read.packed[name])
    kept = read if inside.all() else read.where(inside)
    return Columns({name: kept.packed[name] for name in names}, kept.rows)


def _narrowing(filters: Filters) -> dict[str, Any]:
    """What tells of a value of a column whether the filters let it through, by column.

    The sites are left to the statement.
    """
    first, last = day_number(filters.start), day_number(filters.end)
    found: dict[str, Any] = {"day": lambda day: (day >= first) & (day <= last)}
    if filters.diagnosis_groups:
        groups = [int(group) for group in filters.diagnosis_groups]
        found["diagnosis_group"] = lambda group: np.isin(group, groups)
    if filters.phases:
        phases = [int(phase) for phase in filters.phases]
        found["phase"] = lambda phase: np.isin(phase, phases)
    return found


def _read(
    connection: Connection, viewer: Viewer, filters: Filters, facts: Facts, names: set[str]
) -> Columns:
    """The columns of the years in which the period lies, at the chosen sites."""
    statement = (
        select(FactColumn.name, FactColumn.data)
        .where(
            FactColumn.facts == facts.__tablename__,
            FactColumn.name.in_(sorted(names)),
            FactColumn.year.between(filters.start.year, filters.end.year),
        )
        .order_by(FactColumn.name, FactColumn.year, FactColumn.site_key)
    )
    site_keys = permitted_site_keys(connection, viewer, filters.site_ids)
    if site_keys is not None:
        statement = statement.where(FactColumn.site_key.in_(site_keys))
    parts: defaultdict[str, list[bytes]] = defaultdict(list)
    for name, data in connection.execute(statement.execution_options(**{IN_BINARY: True})).all():
        parts[name].append(data)
    values = {name: unpack(parts[name]) for name in names}
    return Columns(values, len(values["day"]))


def counts_by(
    found: Columns, groups: Sequence[str], counts: Mapping[str, Values | Mask | None]
) -> pd.DataFrame:
    """How many rows each group has, and sums over them; groups without any row are left out.

    ``groups``: names of columns of whole numbers. ``counts``: for each column of the result the
    rows to count (a mask), the whole numbers to add up, or ``None`` for all rows.

    Columns: the groups, in whose order the rows are (what is not known comes first), and the
    counts; ``int64``, and ``Int64`` for a group that is not known in some row.

    Raises :class:`OverflowError` for groups of so many values that their combinations cannot be
    numbered.
    """
    groups_found = _groups([found.packed[name] for name in groups], found.rows)
    table = dict(zip(groups, groups_found.values(), strict=True))
    for name, counted in counts.items():
        table[name] = groups_found.sums(counted)
    return pd.DataFrame(table)


def distinct_by(found: Columns, groups: Sequence[str], of: str) -> pd.DataFrame:
    """How many different values of a column each group has, as ``different``.

    Otherwise as :func:`counts_by`; values that are not known count as one.
    """
    each = counts_by(found, (*groups, of), {})
    return each.groupby(list(groups), dropna=False).size().rename("different").reset_index()


@dataclass(frozen=True, slots=True)
class _Coded:
    """A column of groups: its values counted from ``lowest``, which is 1; 0 where not known."""

    codes: NDArray[np.int32] | _Ints
    size: int
    lowest: int


def _coded(values: Values) -> _Coded:
    missing = missing_value(values)
    lowest, highest = (int(values.min()), int(values.max())) if len(values) else (missing, missing)
    if highest == missing:
        return _Coded(np.zeros(len(values), dtype=np.int32), 1, 0)
    unknown = values == missing if lowest == missing else None
    if unknown is not None:
        lowest = int(values.min(where=~unknown, initial=highest))
    # Counted from the lowest, wide values may need more room than they take.
    codes = np.subtract(values, lowest - 1, dtype=np.int32 if values.itemsize < 4 else np.int64)
    if unknown is not None:
        codes[unknown] = 0
    return _Coded(codes, highest - lowest + 2, lowest)


_DENSE = 16
"""Combinations of groups that there could be, for each row: up to so many a table of them all is
less work than to sort the rows."""


@dataclass(frozen=True, slots=True)
class _Groups:
    """The combinations of some columns that occur.

    ``combinations``: their codes in order, a digit a column. ``of_row`` and ``size``: where each
    row is counted, in a table of that size; ``places``: of the combinations in that table.
    """

    columns: Sequence[_Coded]
    combinations: _Ints
    of_row: _Ints
    size: int
    places: _Ints

    def sums(self, counted: Values | Mask | None) -> _Ints:
        """The rows of each combination, or what they add up to."""
        if counted is not None and counted.dtype == bool:
            return np.bincount(self.of_row[counted], minlength=self.size)[self.places]
        return np.bincount(self.of_row, counted, self.size)[self.places].astype(np.int64)

    def values(self) -> list[Any]:
        """The columns of the combinations, as a frame takes them."""
        found, left = [], self.combinations
        for column in reversed(self.columns):
            left, codes = np.divmod(left, column.size)
            unknown = codes == 0
            values = np.where(unknown, 0, codes - 1 + column.lowest)
            found.append(pd.arrays.IntegerArray(values, unknown) if unknown.any() else values)
        return found[::-1]


def _groups(keys: Sequence[Values], rows: int) -> _Groups:
    columns = [_coded(values) for values in keys]
    size = prod(column.size for column in columns)
    if size > np.iinfo(np.int64).max:
        raise OverflowError(
            "There could be more combinations of these groups than there are numbers"
        )
    combined = np.zeros(rows, dtype=np.int64)
    for column in columns:
        combined *= column.size
        combined += column.codes
    if size <= _DENSE * rows:
        occurring = np.flatnonzero(np.bincount(combined, minlength=size))
        return _Groups(columns, occurring, combined, size, occurring)
    different, of_row = np.unique(combined, return_inverse=True)
    all_places = np.arange(len(different))
    return _Groups(columns, different, of_row, len(different), all_places)
