"""What the queries about side effects count, and how they group it.

Rates count the infusions whose side-effect form was filled in (``recorded``); an infusion with a
side effect always is one of them. It counts once for a term, however often the term was recorded.

Statements group by columns that an index holds in that order (see ``__table_args__`` of the fact
tables): SQLite adds up such groups while it reads, and would otherwise sort every row first.
"""

from collections.abc import Sequence
from typing import Literal

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Label, func, select
from sqlalchemy.orm import InstrumentedAttribute

from access.viewer import Viewer
from clinical.calendar import day_number, month_number, week_number
from data_access.filters import Filters
from data_access.frames import typed_frame
from data_access.schema import InfusionFact, SideEffectFact
from data_access.selection import conditions, spans_every_site

_Facts = type[InfusionFact] | type[SideEffectFact]
Groups = Sequence[InstrumentedAttribute[int] | InstrumentedAttribute[int | None]]
Counts = Sequence[Label[int] | Label[int | None]]

_SEVERE = 3
"""CTCAE: grade 3 is severe, 4 life-threatening, 5 death."""

INFUSIONS = func.count().label("infusions")
"""All infusions, with and without a filled-in form."""
RECORDED = func.count().filter(InfusionFact.recorded == 1).label("recorded")
AFFECTED = func.count().filter(InfusionFact.side_effects > 0).label("affected")
"""Infusions with any side effect."""
SEVERE = func.count().filter(InfusionFact.worst_grade >= _SEVERE).label("severe")
STOPPED = func.sum(InfusionFact.stopped).label("stopped")
"""Infusions that were stopped early, with and without a filled-in form."""
TIMED = func.count(InfusionFact.chair_minutes).filter(InfusionFact.recorded == 1).label("timed")
"""Recorded infusions whose time in the chair is known."""
CHAIR_MINUTES = func.coalesce(
    func.sum(InfusionFact.chair_minutes).filter(InfusionFact.recorded == 1), 0
).label("chair_minutes")
"""The chair time of those, in minutes; 0 where there are none."""

WITH_IT = func.count().label("affected")
"""Infusions with one term: rows of ``side_effect_facts``."""
EVENTS = func.sum(SideEffectFact.events).label("events")
"""Records of one term."""


def counts_by(
    connection: Connection,
    groups: Groups,
    counts: Counts,
    scoped: Sequence[ColumnElement[bool]],
) -> pd.DataFrame:
    """The counts of each group, in the order of the groups.

    All columns are whole numbers. A provider or chair that is not known has the key 0, which no
    record has.
    """
    statement = select(*groups, *counts).where(*scoped).group_by(*groups).order_by(*groups)
    rows = connection.execute(statement).all()
    keys = [group.key for group in groups]
    kinds = {name: "Int64" if name in _OPTIONAL else "int64" for name in keys}
    frame = typed_frame(rows, kinds | {count.name: "int64" for count in counts})
    known = {name: frame[name].fillna(0).astype("int64") for name in keys if name in _OPTIONAL}
    # Where the unknown comes in the order is each database's own choice.
    return frame.assign(**known).sort_values(keys, ignore_index=True) if known else frame


_OPTIONAL = ("chair_key", "provider_key")


def along_calendar(
    connection: Connection,
    viewer: Viewer,
    filters: Filters,
    facts: _Facts,
    unit: Literal["month", "week"],
) -> list[ColumnElement[bool]]:
    """As :func:`conditions`, for groups along an index that has this unit among the first columns.

    Of all sites, where the day is hidden, months or weeks that bound the period say nothing new,
    but let SQLite enter the index at the first of them.
    """
    scoped = conditions(connection, viewer, filters, facts, along_groups=True)
    if not spans_every_site(viewer, filters):
        return scoped
    ends = (filters.start, filters.end)
    if unit == "month":
        first, last = map(month_number, ends)
        return [facts.month.between(first, last), *scoped]
    first, last = (week_number(day_number(day)) for day in ends)
    return [facts.week.between(first, last), *scoped]
