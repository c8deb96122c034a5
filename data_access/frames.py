"""From a statement to the small DataFrame that charts and clinical functions take."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Result, Select

TEXT = "text"
"""A column whose dtype pandas may guess: text, and what is missing of it."""


def query_frame(connection: Connection, statement: Select[*tuple[object, ...]]) -> pd.DataFrame:
    """Run a statement; a column for each of its labels, a row for each of its rows.

    Rows pass as plain tuples, which pandas takes several times faster than SQLAlchemy's rows.
    """
    result = connection.execute(statement)
    columns = list(result.keys())
    return pd.DataFrame.from_records([tuple(row) for row in result.all()], columns=columns)


def typed_frame(rows: Iterable[Sequence[Any]], kinds: Mapping[str, str]) -> pd.DataFrame:
    """The rows with the columns of ``kinds``, in its order; ``None`` is missing.

    For short queries: to guess the dtypes and change them takes pandas several times as long as the
    database takes to answer.

    ``kinds``: for each column ``int64`` (nothing missing), ``Int64``, ``float64``,
    ``datetime64[us]`` or :data:`TEXT`.
    """
    if isinstance(rows, Result):
        rows = rows.all()  # one by one they would take twice as long
    values = list(zip(*rows, strict=True)) or [()] * len(kinds)
    columns = {
        name: _column(column, kind)
        for (name, kind), column in zip(kinds.items(), values, strict=True)
    }
    return pd.DataFrame(columns, copy=False)


def _column(values: Sequence[Any], kind: str) -> Any:
    if kind == TEXT:
        return list(values)
    if kind != "Int64":
        return np.array(values, dtype=kind)
    missing = np.array([value is None for value in values], dtype=bool)
    known = [0 if value is None else value for value in values]
    return pd.arrays.IntegerArray(np.array(known, dtype=np.int64), missing, copy=False)
