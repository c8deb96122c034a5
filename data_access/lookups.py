"""Parts of statements that look up very many keys, or take very many times."""

import json
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    DateTime,
    Select,
    cast,
    extract,
    func,
    literal,
    select,
    type_coerce,
)

from data_access.packed import Values

_SECONDS_A_DAY = 86_400


def is_among(connection: Connection, column: Any, keys: Values) -> ColumnElement[bool]:
    """Whether a key is one of hundreds or thousands, which go to the database as one parameter.

    To write a parameter for each would take longer than to find the rows. They are compared as
    rows, because PostgreSQL reads a whole table rather than look up hundreds of an array.
    """
    listed: Select[Any]
    if connection.dialect.name == "sqlite":
        listed = select(func.json_each(json.dumps(keys.tolist())).table_valued("value").c.value)
    else:
        listed = select(func.unnest(literal(keys.tolist(), ARRAY(BigInteger))))
    among: ColumnElement[bool] = column.in_(listed)
    return among


def seconds_between(connection: Connection, earlier: Any, later: Any) -> ColumnElement[Any]:
    """Whole seconds from one stored time to another, which is much less work than two datetimes."""
    if connection.dialect.name == "sqlite":
        # Days with decimals since long ago: to the second only after rounding.
        days = func.julianday(later) - func.julianday(earlier)
        return func.round(days * _SECONDS_A_DAY)
    begin, end = (type_coerce(at, DateTime(timezone=True)) for at in (earlier, later))
    return cast(extract("epoch", end - begin), BigInteger)
