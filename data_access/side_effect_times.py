"""How soon side effects come and pass, and the chair time of infusions with and without them.

Minutes are those of :class:`clinical.side_effect_times.Times`. An infusion whose minutes cannot be
told is a row with missing minutes, so that a page can say how many there are.
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Select, func, literal_column, select

from access.viewer import Viewer
from data_access.filters import Filters
from data_access.frames import typed_frame
from data_access.schema import InfusionFact, SideEffectFact
from data_access.selection import conditions


def passed_minutes(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """Infusions with each side effect by the minutes from their end until it had passed.

    Columns: ``term_key``; ``open`` (1: it had not passed when recorded, and was watched for so
    many minutes); ``minutes`` (missing where it is not known); ``infusions``.
    """
    facts = SideEffectFact
    groups = (facts.term_key, facts.open, facts.passed_minutes)
    scoped = conditions(connection, viewer, filters, facts, along_groups=True)
    statement = select(*groups, func.count()).where(*scoped).group_by(*groups).order_by(*groups)
    return typed_frame(
        connection.execute(statement),
        {"term_key": "int64", "open": "int64", "minutes": "Int64", "infusions": "int64"},
    )


def onset_and_lasted(
    connection: Connection, viewer: Viewer, filters: Filters, term_key: int
) -> pd.DataFrame:
    """Infusions with one side effect by when it began and how long it lasted.

    Columns: ``onset`` (minutes from the start of the infusion), ``open`` (1: it had not passed when
    recorded, and was watched for so many minutes), ``lasted`` (minutes from the onset; both missing
    where they are not known), ``infusions``.
    """
    facts = SideEffectFact
    groups = (facts.onset_minutes, facts.open, facts.lasted_minutes)
    scoped = conditions(connection, viewer, filters, facts, along_groups=True)
    statement = (
        select(*groups, func.count())
        .where(facts.term_key == term_key, *scoped)
        .group_by(*groups)
        .order_by(*groups)
    )
    return typed_frame(
        connection.execute(statement),
        {"onset": "Int64", "open": "int64", "lasted": "Int64", "infusions": "int64"},
    )


def odd_times(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """Infusions in which the times of a side effect contradict each other.

    Columns, whole numbers: ``term_key``, ``odd`` (:class:`clinical.side_effect_times.Odd`),
    ``infusions``.
    """
    facts = SideEffectFact
    # By term first SQLite would read along an index of terms where it knows of no odd one.
    groups = (facts.odd, facts.term_key)
    statement = (
        select(facts.term_key, facts.odd, func.count())
        # Written out: only with the number in sight is the index of these few sure to be used.
        .where(facts.odd > literal_column("0"), *conditions(connection, viewer, filters, facts))
        .group_by(*groups)
        .order_by(*groups)
    )
    kinds = dict.fromkeys(("term_key", "odd", "infusions"), "int64")
    return typed_frame(connection.execute(statement), kinds)


def chair_minutes_by_site_and_phase(
    connection: Connection, viewer: Viewer, filters: Filters
) -> pd.DataFrame:
    """The chair time of the recorded infusions of each site and phase, as sums.

    Columns, whole numbers: ``site_key``, ``phase``, ``n`` (recorded infusions whose chair time is
    known), ``minutes`` and ``squares`` (the sum of theirs, and of their squares), ``untimed``
    (recorded infusions whose chair time is not known).
    """
    facts = InfusionFact
    groups = (facts.site_key, facts.phase)
    scoped = conditions(connection, viewer, filters, facts, along_groups=True)
    statement = _summed(facts, groups).where(facts.recorded == 1, *scoped)
    return typed_frame(connection.execute(statement), _SUMS)


def chair_minutes_by_term(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """The same of the infusions with each side effect, with ``term_key`` as the first column."""
    facts = SideEffectFact
    groups = (facts.term_key, facts.site_key, facts.phase)
    scoped = conditions(connection, viewer, filters, facts, along_groups=True)
    statement = _summed(facts, groups).where(*scoped)
    return typed_frame(connection.execute(statement), {"term_key": "int64", **_SUMS})


_SUMS = dict.fromkeys(("site_key", "phase", "n", "minutes", "squares", "untimed"), "int64")


def _summed(
    facts: type[InfusionFact] | type[SideEffectFact], groups: Sequence[Any]
) -> Select[*tuple[Any, ...]]:
    """The sums of the chair times of each group."""
    minutes = facts.chair_minutes
    return (
        select(
            *groups,
            func.count(minutes),
            func.coalesce(func.sum(minutes), 0),
            func.coalesce(func.sum(minutes * minutes), 0),
            func.count() - func.count(minutes),
        )
        .group_by(*groups)
        .order_by(*groups)
    )
