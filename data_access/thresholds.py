"""The clinic's thresholds: read for every page, changed by signed entries that are all kept."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd
from sqlalchemy import Connection, func, insert, select

from access.viewer import Permission, Viewer, require
from clinical.thresholds import Thresholds, checked_value, thresholds_from
from data_access.frames import query_frame
from data_access.schema import ThresholdChange


def read_thresholds(connection: Connection, viewer: Viewer) -> Thresholds:
    """The thresholds as they hold now: the latest change of each, else its default."""
    require(viewer, Permission.SEE_TOTALS)
    statement = select(ThresholdChange.name, ThresholdChange.value).order_by(
        ThresholdChange.change_key
    )
    return thresholds_from({row.name: row.value for row in connection.execute(statement)})


def threshold_history(connection: Connection, viewer: Viewer) -> pd.DataFrame:
    """Every change of a threshold, the latest first.

    Columns: ``name``, ``value``, ``changed_by``, ``changed_at`` (UTC), ``reason`` (missing where
    none was given). Reasons are free text, so they need more than totals do.
    """
    require(viewer, Permission.SEE_CLINICAL)
    statement = select(
        ThresholdChange.name,
        ThresholdChange.value,
        ThresholdChange.changed_by,
        ThresholdChange.changed_at,
        ThresholdChange.reason,
    ).order_by(ThresholdChange.change_key.desc())
    return query_frame(connection, statement)


@dataclass(frozen=True, slots=True)
class Signature:
    """Who changes something, when (an aware time), and why."""

    by: str
    at: datetime
    reason: str | None = None


def set_threshold(connection: Connection, name: str, value: float, signature: Signature) -> None:
    """Set a threshold from now on, in a write transaction; what held before stays on record.

    Raises :class:`~clinical.thresholds.ThresholdError` where there is no such threshold or it
    cannot take the value.
    """
    key = (connection.scalar(select(func.max(ThresholdChange.change_key))) or 0) + 1
    connection.execute(
        insert(ThresholdChange).values(
            change_key=key,
            name=name,
            value=checked_value(name, value),
            changed_by=signature.by,
            changed_at=signature.at.astimezone(UTC),
            reason=signature.reason,
        )
    )
