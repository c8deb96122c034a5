"""Column types that mean the same in SQLite and in PostgreSQL, and the declarative base.

SQLite tables are STRICT, which allows only INTEGER, REAL, TEXT, BLOB and ANY. Each type below
therefore has a plain SQLite form whose text also sorts in time order.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import (
    REAL,
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    Dialect,
    Double,
    Integer,
    MetaData,
    SmallInteger,
    Text,
    Time,
)
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator, TypeEngine


class UtcDateTime(TypeDecorator[datetime]):
    """An instant to the second: ``timestamptz``, or text such as ``2026-03-09T19:30:00Z``.

    Takes aware datetimes only; gives back aware datetimes in UTC.
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type that the database stores."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(Text())
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """To the database; a naive datetime is a programming error."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time needs an offset")
        instant = value.astimezone(UTC).replace(microsecond=0)
        if dialect.name == "sqlite":
            return f"{instant.replace(tzinfo=None).isoformat()}Z"  # many times faster than strftime
        return instant

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """From the database."""
        if value is None:
            return None
        instant = datetime.fromisoformat(value) if isinstance(value, str) else value
        return instant.astimezone(UTC)


class _SqliteText(TypeDecorator[Any]):
    """A type that SQLite keeps as ISO text."""

    impl = Text
    cache_ok = True
    elsewhere: type[TypeEngine[Any]]

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type that the database stores."""
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else self.elsewhere())


class IsoDate(_SqliteText):
    """A calendar day: ``date``, or text such as ``2026-03-09``."""

    elsewhere = Date
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> Any:
        """To the database."""
        return value.isoformat() if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> date | None:
        """From the database."""
        return date.fromisoformat(value) if isinstance(value, str) else value


class ClockTime(_SqliteText):
    """A time of day to the minute: ``time``, or text such as ``08:30``."""

    elsewhere = Time
    cache_ok = True

    def process_bind_param(self, value: time | None, dialect: Dialect) -> Any:
        """To the database."""
        return f"{value:%H:%M}" if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> time | None:
        """From the database."""
        return time.fromisoformat(value) if isinstance(value, str) else value


class YesNo(TypeDecorator[bool]):
    """True or false: ``boolean``, or 1 and 0."""

    impl = Integer
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type that the database stores."""
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else Boolean())

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> Any:
        """To the database."""
        return int(value) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> bool | None:
        """From the database."""
        return None if value is None else bool(value)


SMALL = SmallInteger().with_variant(Integer(), "sqlite")
"""A small whole number: a code, a count, a score."""
REAL_NUMBER: TypeEngine[float] = Double().with_variant(REAL(), "sqlite")
"""A number with decimals."""
KEY = BigInteger().with_variant(Integer(), "sqlite")
"""A surrogate key. In SQLite it is the rowid, so it costs no index of its own."""
WORD = Text().with_variant(Text(collation="C"), "postgresql")
"""Text in the order of its characters' numbers, in which all that begins alike lies together."""

STRICT = {"sqlite_strict": True}
"""Table option: SQLite refuses a value of the wrong type instead of storing it."""
KEYED = {"sqlite_strict": True, "sqlite_with_rowid": False}
"""Table options for a composite primary key: SQLite stores the rows in its order."""

MAX_ID_LENGTH = 64


def one_of(column: str, words: Iterable[str]) -> CheckConstraint:
    """The column holds one of the words (or nothing)."""
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_word")


def between(column: str, low: float, high: float) -> CheckConstraint:
    """The column lies in a closed range (or holds nothing)."""
    return CheckConstraint(f"{column} BETWEEN {low} AND {high}", name=f"{column}_range")


def identifier(column: str) -> CheckConstraint:
    """The column holds 1 to 64 characters."""
    return CheckConstraint(
        f"length({column}) BETWEEN 1 AND {MAX_ID_LENGTH}", name=f"{column}_length"
    )


class Base(DeclarativeBase):
    """The declarative base of every table."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
