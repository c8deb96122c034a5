"""The queries that every view of the Outcomes page begins with: who began, and the scores."""

from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Select, and_, case, func, select

from access.viewer import Viewer
from clinical.calendar import day_number
from clinical.measures import measure_bit
from data_access.cohort import Cohort, in_cohort
from data_access.filters import Filters
from data_access.frames import typed_frame
from data_access.schema import MilestoneFact, OutcomeFact, StartFact

_STARTS = dict.fromkeys(("over", "length", "done", "complete", "baseline", "starts"), "int64")
_SCORES = {
    "number": "int64",
    "observed": "int64",
    "baseline": "float64",
    "total": "float64",
    "courses": "int64",
}


def start_counts(
    connection: Connection, viewer: Viewer, filters: Filters, cohort: Cohort, today: date
) -> pd.DataFrame:
    """The courses that began, by how far they went and whether they have a baseline.

    Columns, all whole numbers: ``over`` (1: no score can belong to it any more, on ``today``),
    ``length`` (up to which infusion it is judged), ``done`` (infusions given), ``complete`` (1: an
    induction with all its planned infusions), ``baseline`` (1: has one on the measure), ``starts``.
    """
    over = case((StartFact.closed_day <= day_number(today), 1), else_=0)
    baseline = case((StartFact.measured.bitwise_and(measure_bit(cohort.measure)) != 0, 1), else_=0)
    groups: tuple[Any, ...] = (
        over.label("over"),
        StartFact.length,
        StartFact.done,
        StartFact.complete,
        baseline.label("baseline"),
    )
    statement: Select[Any] = (
        select(*groups, func.count().label("starts"))
        .where(*in_cohort(connection, viewer, filters, cohort, StartFact))
        .group_by(*groups)
        .order_by(*groups)
    )
    if cohort.baseline_bands:
        of_course = and_(
            MilestoneFact.series_key == StartFact.series_key,
            MilestoneFact.measure == cohort.measure,
        )
        statement = statement.join(MilestoneFact, of_course).where(
            MilestoneFact.baseline_band.in_(cohort.baseline_bands)
        )
    return typed_frame(connection.execute(statement), _STARTS)


def score_counts(
    connection: Connection, viewer: Viewer, filters: Filters, cohort: Cohort, today: date
) -> pd.DataFrame:
    """The scores of the courses that are over, by infusion, baseline and total.

    Response, remission and change follow from baseline and total, so all rates and means of the
    cohort can be worked out from these rows.

    Columns: ``number`` (of the infusion), ``observed`` (1; 0 where the total is carried forward
    from an earlier infusion), ``baseline``, ``total``, ``courses``.
    """
    groups = (OutcomeFact.number, OutcomeFact.observed, OutcomeFact.baseline, OutcomeFact.total)
    scoped = in_cohort(
        connection, viewer, filters, cohort, OutcomeFact, over_on=today, along_groups=True
    )
    statement = (
        select(*groups, func.count().label("courses"))
        .where(OutcomeFact.kind == int(cohort.kind), *scoped)
        .group_by(*groups)
        .order_by(*groups)
    )
    return typed_frame(connection.execute(statement), _SCORES)
