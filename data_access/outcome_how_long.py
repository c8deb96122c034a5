"""How long responses last after an induction: the days that the curves are made from."""

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Integer, and_, case, cast, func, literal_column, select

from access.viewer import Viewer
from clinical.durability import Since
from data_access.cohort import Cohort, in_cohort
from data_access.filters import Filters
from data_access.frames import typed_frame
from data_access.schema import MilestoneFact

_SPANS = {
    **dict.fromkeys(("end", "lost", "kept", "booster", "second"), "Int64"),
    **dict.fromkeys(("again", "courses"), "int64"),
}


def of_inductions(filters: Filters) -> Filters:
    """The filters without a choice of phases: a response at the end is an induction's."""
    return replace(filters, phases=())


def response_spans(
    connection: Connection, viewer: Viewer, filters: Filters, cohort: Cohort, today: date
) -> pd.DataFrame:
    """The inductions that are over and have an end score, by how long the response lasted.

    Without those with a baseline of 0, which leaves no room for a response.
    Inductions whatever phase the filters name. Whole days since the last infusion of the induction:
    ``end`` (the end score), ``lost`` (missing: never seen), ``kept``, ``booster``, ``second`` (the
    first and the second booster; missing: none), as in :class:`~data_access.schema.MilestoneFact`.
    All of them are missing in the one row of those whose end score was no response. ``again``: 1
    where a new induction began before the response was seen to be lost. ``courses``: how many are
    alike.
    """
    facts = MilestoneFact
    again = and_(facts.again_days.is_not(None), facts.lost_days.is_(None))
    spans = (
        _whole(case((facts.kept_days.is_not(None), facts.end_days))).label("end"),
        _whole(facts.lost_days).label("lost"),
        _whole(facts.kept_days).label("kept"),
        _whole(facts.booster_days).label("booster"),
        _whole(facts.second_booster_days).label("second"),
        case((again, 1), else_=0).label("again"),
    )
    scoped = in_cohort(connection, viewer, of_inductions(filters), cohort, facts, over_on=today)
    can_respond = facts.end_days.is_not(None), facts.baseline > 0
    each = select(*spans).where(*can_respond, *scoped).subquery()
    statement = select(*each.c, func.count()).group_by(*each.c)
    return typed_frame(connection.execute(statement), _SPANS)


def lost_day(since: Since) -> Any:
    """The whole day on which a response was lost, as :mod:`clinical.durability` counts it.

    It is later than the day of the end score: a second score on that day is a day later.
    """
    end, lost = _whole(MilestoneFact.end_days), _whole(MilestoneFact.lost_days)
    later = case((lost > end, lost), (lost.is_not(None), end + 1))
    return later - end if since is Since.END_SCORE else later


def _whole(days: Any) -> Any:
    """The nearest whole day, half a day up: a visit at the same hour is a whole day later.

    The databases round a half each in its way, so it is moved out of the way: by less than a
    second.
    """
    return cast(func.round(days + literal_column("0.000001")), Integer)
