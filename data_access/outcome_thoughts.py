"""The queries of Suicidal thoughts: how often they were there at baseline, and beside the mood."""

from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import Connection, and_, case, func, select
from sqlalchemy.orm import aliased

from access.viewer import Viewer
from clinical.codes import ScoreKind
from clinical.instruments import PHQ9
from data_access.cohort import Cohort, in_cohort
from data_access.filters import Filters
from data_access.frames import typed_frame
from data_access.schema import MilestoneFact, OutcomeFact

_BASELINES = {"baseline": "float64", "length": "int64", "courses": "int64"}
_MOODS = {"baseline": "float64", "total": "float64", "free": "int64", "courses": "int64"}


def thought_baselines(
    connection: Connection, viewer: Viewer, filters: Filters, cohort: Cohort, today: date
) -> pd.DataFrame:
    """The courses that are over, by their baseline on the cohort's measure.

    Columns: ``baseline``, ``length`` (up to which infusion a course is judged), ``courses``.
    """
    groups: tuple[Any, ...] = (MilestoneFact.baseline, MilestoneFact.length)
    statement = (
        select(*groups, func.count().label("courses"))
        .where(*in_cohort(connection, viewer, filters, cohort, MilestoneFact, over_on=today))
        .group_by(*groups)
        .order_by(*groups)
    )
    return typed_frame(connection.execute(statement), _BASELINES)


def thoughts_and_mood(
    connection: Connection,
    viewer: Viewer,
    filters: Filters,
    cohort: Cohort,
    number: int,
    today: date,
) -> pd.DataFrame:
    """PHQ-9 totals after an infusion of the courses that began with suicidal thoughts.

    ``cohort``: of item 9. Only courses with observed settled answers to both are counted. Columns:
    ``baseline`` and ``total`` of PHQ-9, ``free`` (1: item 9 was 0 after the infusion), ``courses``.
    """
    mood = aliased(OutcomeFact)
    free = case((OutcomeFact.total == 0, 1), else_=0).label("free")
    groups: tuple[Any, ...] = (mood.baseline, mood.total, free)
    scoped = in_cohort(connection, viewer, filters, cohort, OutcomeFact, over_on=today)
    statement = (
        select(*groups, func.count().label("courses"))
        .join(
            mood,
            and_(
                mood.series_key == OutcomeFact.series_key,
                mood.measure == PHQ9.code,
                mood.kind == OutcomeFact.kind,
                mood.number == OutcomeFact.number,
                mood.observed == 1,
            ),
        )
        .where(
            OutcomeFact.kind == int(ScoreKind.SETTLED),
            OutcomeFact.number == number,
            OutcomeFact.observed == 1,
            OutcomeFact.baseline > 0,
            *scoped,
        )
        .group_by(*groups)
        .order_by(*groups)
    )
    return typed_frame(connection.execute(statement), _MOODS)
