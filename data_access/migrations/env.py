"""What Alembic runs for each of its commands.

``python -m data_access migrate`` hands over a connection that is inside a write transaction; all
revisions then commit together. A developer's ``alembic revision --autogenerate`` and ``alembic
check`` bring none and read the database of ``CLINIC_DATABASE_URL``, which must be at the latest
revision.
"""

from typing import Any, Literal

from alembic import context
from sqlalchemy import BigInteger, Connection, Double, SmallInteger, Text, inspect

from data_access.embedded import writing_url
from data_access.engine import make_engine, writing
from data_access.schema import Base
from data_access.schema.base import ClockTime, IsoDate, UtcDateTime, YesNo

_COLUMN_NAMES = {
    BigInteger: "KEY",
    SmallInteger: "SMALL",
    Double: "REAL",
    Text: "TEXT",
    YesNo: "YES_NO",
    IsoDate: "DAY",
    ClockTime: "CLOCK",
    UtcDateTime: "INSTANT",
}


def render_type(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write a column's type by its name in :mod:`data_access.migrations.columns`."""
    if kind == "type" and type(item) in _COLUMN_NAMES:
        return f"columns.{_COLUMN_NAMES[type(item)]}"
    return False


def run(connection: Connection) -> None:
    """Run the command on the connection."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_item=render_type,
        # SQLite changes a table by rebuilding it; in an empty database there is nothing to change.
        render_as_batch=bool(inspect(connection).get_table_names()),
    )
    with context.begin_transaction():
        context.run_migrations()


handed_over: Connection | None = context.config.attributes.get("connection")
if handed_over is not None:
    run(handed_over)
else:
    with writing(make_engine(writing_url())) as connection:
        run(connection)
