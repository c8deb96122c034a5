"""The queries of the view Published: scores at the times at which published ones were taken."""

from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import Connection, func, select

from access.viewer import Viewer
from clinical.codes import ScoreKind
from clinical.published import INDUCTION_DAYS, INDUCTION_INFUSIONS
from data_access.cohort import Cohort, in_cohort
from data_access.filters import Filters
from data_access.frames import typed_frame
from data_access.schema import MilestoneFact, OutcomeFact

_COUNTS = {"baseline": "float64", "total": "float64", "courses": "int64"}


def after_induction_counts(
    connection: Connection, viewer: Viewer, filters: Filters, cohort: Cohort, today: date
) -> pd.DataFrame:
    """The inductions that McInnes 2022 would have taken, by their score 14 to 31 days afterwards.

    Inductions that are over, with a baseline on the cohort's measure, of 4 to 8 infusions, the last
    one 7 to 28 days after the first, and with a score in those days.

    Columns: ``baseline``, ``total``, ``courses``.
    """
    groups = MilestoneFact.baseline, MilestoneFact.after_total
    statement = (
        select(*groups, func.count().label("courses"))
        .where(
            *in_cohort(connection, viewer, filters, cohort, MilestoneFact, over_on=today),
            MilestoneFact.after_total.is_not(None),
            MilestoneFact.done.between(*INDUCTION_INFUSIONS),
            MilestoneFact.span_days.between(*INDUCTION_DAYS),
        )
        .group_by(*groups)
        .order_by(*groups)
    )
    return typed_frame(connection.execute(statement), _COUNTS)


def after_infusion_counts(
    connection: Connection,
    viewer: Viewer,
    filters: Filters,
    cohort: Cohort,
    number: int,
    today: date,
) -> pd.DataFrame:
    """The courses that are over and due after infusion ``number``, by their settled score then.

    Courses with a baseline on the cohort's measure; a score is one that was seen, none carried.

    Columns: ``baseline``, ``total``, ``courses``; those without a score then in one row, the last,
    in which the first two are missing.
    """
    groups = OutcomeFact.baseline, OutcomeFact.total
    scored = (
        select(*groups, func.count().label("courses"))
        .where(
            *in_cohort(connection, viewer, filters, cohort, OutcomeFact, over_on=today),
            OutcomeFact.kind == int(ScoreKind.SETTLED),
            OutcomeFact.number == number,
            OutcomeFact.observed == 1,
        )
        .group_by(*groups)
        .order_by(*groups)
    )
    due = select(func.count()).where(
        *in_cohort(connection, viewer, filters, cohort, MilestoneFact, over_on=today),
        MilestoneFact.length >= number,
    )
    rows: list[tuple[Any, ...]] = [tuple(row) for row in connection.execute(scored).all()]
    without = (connection.scalar(due) or 0) - sum(courses for *_, courses in rows)
    # A clinic may number a course's infusions otherwise than by counting them.
    if without > 0:
        rows.append((None, None, without))
    return typed_frame(rows, _COUNTS)
