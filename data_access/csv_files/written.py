"""Values as the contract writes them: in exports, and where a report quotes a value."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any


def written(value: Any) -> str:
    """The text of a cell that reads back as the value; empty for nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _decimal(value)
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat(timespec="minutes")
    return str(value)


def _decimal(value: float) -> str:
    """The shortest decimal number that reads back as the same float, without an exponent."""
    return f"{Decimal(repr(value)):f}".removesuffix(".0")
