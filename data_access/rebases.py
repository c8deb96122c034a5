"""Rebases: signed decisions that a side effect's rate has lastingly changed.

From the day of a rebase on, control limits are worked out anew; what held before stays on the chart
as a ghost. A rebase is never changed or removed: a later entry takes it back. The page proposes
one, a person decides, and the database keeps who, when and why.
"""

from dataclasses import dataclass
from datetime import UTC, date

import pandas as pd
from sqlalchemy import Connection, func, insert, select
from sqlalchemy.orm import InstrumentedAttribute

from access.actions import Action
from access.viewer import NotPermittedError, Permission, Viewer, require
from data_access.audit import Entry, append
from data_access.errors import ClinicDatabaseError
from data_access.frames import query_frame
from data_access.schema import Rebase, Site, Term
from data_access.thresholds import Signature

ANY_TERM = ""
"""Stands for any side effect."""


class RebaseRefusedError(ClinicDatabaseError):
    """A rebase that cannot be decided so; the message says what would be right."""


@dataclass(frozen=True, slots=True)
class RebaseAt:
    """From when whose limits are worked out anew.

    ``term``: canonical name, or :data:`ANY_TERM`; ``site_id``: ``None`` for all sites together.
    """

    term: str
    site_id: str | None
    from_day: date


def rebases(connection: Connection, viewer: Viewer) -> pd.DataFrame:
    """Every entry, the latest first.

    Columns: ``term`` (empty: any side effect), ``site_id`` and ``site`` (missing: all sites
    together), ``from_day``, ``withdrawn`` (true: takes an earlier entry back), ``standing`` (true
    where it holds now), ``decided_by``, ``decided_at`` (UTC), ``reason``. Of sites that the viewer
    may not see there are none.
    """
    require(viewer, Permission.SEE_CLINICAL)
    statement = (
        select(
            Rebase.term,
            Rebase.site_id,
            Site.name.label("site"),
            Rebase.from_day,
            Rebase.withdrawn,
            Rebase.decided_by,
            Rebase.decided_at,
            Rebase.reason,
        )
        .join(Site, Site.site_id == Rebase.site_id, isouter=True)
        .order_by(Rebase.rebase_key.desc())
    )
    if viewer.site_ids is not None:
        statement = statement.where(
            Rebase.site_id.is_(None) | Rebase.site_id.in_(sorted(viewer.site_ids))
        )
    frame = query_frame(connection, statement)
    is_latest = ~frame.duplicated(["term", "site_id", "from_day"])
    frame.insert(5, "standing", is_latest & ~frame["withdrawn"].astype(bool))
    return frame


def rebase_days(entries: pd.DataFrame, term: str, site_id: str | None) -> list[date]:
    """The days from which the limits of a side effect at a site are worked out anew, in order.

    ``entries`` as from :func:`rebases`. A decision about all sites together holds for that chart
    alone: one site's level may have changed where the others' has not.
    """
    at_site = entries["site_id"].isna() if site_id is None else entries["site_id"] == site_id
    chosen = entries[entries["standing"] & (entries["term"] == term) & at_site]
    return sorted(chosen["from_day"])


def decide_rebase(
    connection: Connection, viewer: Viewer, at: RebaseAt, signature: Signature
) -> None:
    """Decide a rebase, in a write transaction.

    Raises :class:`RebaseRefusedError` for a side effect or a site that there is not, a day to come,
    a signature without name or reason, and a rebase that already stands;
    :class:`~access.viewer.NotPermittedError` for a site that the viewer may not see.
    """
    _check(connection, viewer, at, signature)
    if _stands(connection, at):
        raise RebaseRefusedError(f"The limits are already worked out anew from {at.from_day}.")
    _add(connection, viewer, at, signature, withdrawn=False)


def withdraw_rebase(
    connection: Connection, viewer: Viewer, at: RebaseAt, signature: Signature
) -> None:
    """Take a rebase back, in a write transaction; both entries stay on record.

    Raises as :func:`decide_rebase`, and where no such rebase stands.
    """
    _check(connection, viewer, at, signature)
    if not _stands(connection, at):
        raise RebaseRefusedError(f"There is no rebase from {at.from_day} to take back.")
    _add(connection, viewer, at, signature, withdrawn=True)


def _check(connection: Connection, viewer: Viewer, at: RebaseAt, signature: Signature) -> None:
    require(viewer, Permission.DECIDE_LIMITS)
    if viewer.site_ids is not None and at.site_id not in viewer.site_ids:
        raise NotPermittedError("This site's limits are for others to decide.")
    if not signature.by.strip() or not (signature.reason or "").strip():
        raise RebaseRefusedError("A rebase needs the name of who decides it, and a reason.")
    if at.from_day > signature.at.date():
        raise RebaseRefusedError(
            f"A rebase begins on a day that has come; {at.from_day} is still to come."
        )
    if at.term != ANY_TERM and not _is_there(connection, Term.name, at.term):
        raise RebaseRefusedError(
            "No such side effect has been recorded. Write it as the page does, such as 'Nausea'."
        )
    if at.site_id is not None and not _is_there(connection, Site.site_id, at.site_id):
        raise RebaseRefusedError("There is no site of this site_id.")


def _is_there(connection: Connection, column: InstrumentedAttribute[str], value: str) -> bool:
    return connection.scalar(select(func.count()).where(column == value)) != 0


def _stands(connection: Connection, at: RebaseAt) -> bool:
    same_site = Rebase.site_id.is_(None) if at.site_id is None else Rebase.site_id == at.site_id
    latest = (
        select(Rebase.withdrawn)
        .where(Rebase.term == at.term, same_site, Rebase.from_day == at.from_day)
        .order_by(Rebase.rebase_key.desc())
        .limit(1)
    )
    return connection.scalar(latest) is False


def _add(
    connection: Connection, viewer: Viewer, at: RebaseAt, signature: Signature, *, withdrawn: bool
) -> None:
    key = (connection.scalar(select(func.max(Rebase.rebase_key))) or 0) + 1
    connection.execute(
        insert(Rebase).values(
            rebase_key=key,
            term=at.term,
            site_id=at.site_id,
            from_day=at.from_day,
            withdrawn=withdrawn,
            decided_by=signature.by.strip(),
            decided_at=signature.at.astimezone(UTC),
            reason=(signature.reason or "").strip(),
        )
    )
    # Neither the side effect nor the reason, which are what somebody has typed.
    what = f"control limits anew from {at.from_day}{', taken back' if withdrawn else ''}"
    append(connection, viewer, Entry(Action.SETTING, what))
