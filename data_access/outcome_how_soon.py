"""How soon courses of treatment reach response and remission, and the scores of their first day.

Courses under way take part: what is not known of them yet is censored.
"""

from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, case, func, literal_column, select

from access.viewer import Viewer
from clinical.instruments import Instrument
from clinical.time_to import GRACE, HOURS_IN, LAST, Basis, Reached, Unit
from data_access.cohort import GROUP_COLUMNS, Cohort, in_cohort
from data_access.filters import Filters
from data_access.frames import typed_frame
from data_access.schema import MilestoneFact

_PREFIX = {Basis.SETTLED: "settled", Basis.ANY: "any"}
_WHAT = {Reached.RESPONSE: "response", Reached.REMISSION: "remission"}


def milestone_column(reached: Reached, basis: Basis, unit: Unit) -> str:
    """The column of ``MilestoneFact`` that says when it was reached."""
    return _column(basis, _WHAT[reached], unit)


def _column(basis: Basis, what: str, unit: Unit) -> str:
    return f"{_PREFIX[basis]}_{what}_{'number' if unit is Unit.INFUSIONS else 'hours'}"


def times_to(
    connection: Connection,
    viewer: Viewer,
    filters: Filters,
    cohort: Cohort,
    reached: Reached,
    basis: Basis,
    unit: Unit,
    by: str | None = None,
) -> pd.DataFrame:
    """The courses with a baseline, by when they reached response or remission.

    ``by``: one of :data:`~data_access.cohort.GROUP_COLUMNS`. Columns: ``group`` (its code or key, 0
    without one), ``room`` (1; 0: at its baseline in remission or, for response, 0, so that there is
    nothing to reach), ``reached`` (1, 0), ``time`` (whole days or hours, rounded up, or number of
    the infusion; of the first score that shows it or, where none does, of the last score; missing
    where there is no score; what is later than :data:`~clinical.time_to.LAST` is one more than
    that), ``courses``.
    """
    when = _fact(milestone_column(reached, basis, unit))
    watched = _fact(_column(basis, "watched", unit))
    # Numbers are written out and groups named by their label, so that PostgreSQL sees in both
    # places the same expression.
    group = literal_column("0") if by is None else _fact(_known_group(by))
    groups: tuple[Any, ...] = (
        group.label("group_code"),
        _room(reached, cohort.instrument).label("room"),
        case((when.is_not(None), literal_column("1")), else_=literal_column("0")).label("reached"),
        _in_unit(func.coalesce(when, watched), unit).label("at_time"),
    )
    names = [each.name for each in groups]
    statement = (
        select(*groups, func.count().label("courses"))
        .where(*in_cohort(connection, viewer, filters, cohort, MilestoneFact))
        .group_by(*names)
        .order_by(*names)
    )
    return typed_frame(connection.execute(statement), _TIMES)


_TIMES = {
    "group": "int64",
    "room": "int64",
    "reached": "int64",
    "time": "Int64",
    "courses": "int64",
}


def _fact(name: str) -> Any:
    return getattr(MilestoneFact, name)


def _known_group(by: str) -> str:
    if by not in GROUP_COLUMNS:
        raise ValueError(f"courses are not compared by {by}")
    return by


def _room(reached: Reached, measure: Instrument) -> ColumnElement[int]:
    """1 where a course has something to reach.

    The rules for remission are all totals up to a limit: no measure with one is higher-is-better.
    """
    free = 0.0 if reached is Reached.RESPONSE else (measure.remission_at_most or 0.0)
    limit: ColumnElement[float] = literal_column(repr(float(free)))
    return case((MilestoneFact.baseline > limit, literal_column("1")), else_=literal_column("0"))


def _in_unit(when: Any, unit: Unit) -> ColumnElement[Any]:
    last: ColumnElement[int] = literal_column(str(LAST[unit] + 1))
    if unit is not Unit.INFUSIONS:
        # Rounded up by what both databases have: some builds of SQLite lack ``ceil``.
        hours = HOURS_IN[unit]
        shift = 0.5 - GRACE / hours
        when = func.round(when / literal_column(f"{hours}.0") + literal_column(repr(shift)))
    return case((when > last, last), else_=when)


def first_day_counts(
    connection: Connection, viewer: Viewer, filters: Filters, cohort: Cohort, early_hours: int
) -> pd.DataFrame:
    """The courses with a score of the first day, at most so many hours after the first infusion.

    Columns: ``baseline``, ``total``, ``courses``.
    """
    groups = (MilestoneFact.baseline, MilestoneFact.early_total)
    statement = (
        select(*groups, func.count().label("courses"))
        .where(
            MilestoneFact.early_hours <= early_hours,
            *in_cohort(connection, viewer, filters, cohort, MilestoneFact),
        )
        .group_by(*groups)
        .order_by(*groups)
    )
    kinds = {"baseline": "float64", "total": "float64", "courses": "int64"}
    return typed_frame(connection.execute(statement), kinds)
