"""The queries of Groups: what was reached in each group of courses, by infusion and by case mix."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Double,
    Select,
    and_,
    case,
    func,
    literal,
    select,
)

from access.viewer import Viewer
from clinical.calendar import day_number
from clinical.instruments import Instrument
from clinical.responses import Result, reliable_points
from data_access.cohort import GROUP_COLUMNS, Cohort, CohortFacts, in_cohort
from data_access.filters import Filters
from data_access.frames import typed_frame
from data_access.schema import MilestoneFact, OutcomeFact, StartFact

QUARTER, YEAR = "quarter", "year"
"""Courses may be told apart by when they began, too: a group is ``year * 4 + quarter - 1``, or the
year."""

_COUNTS = ("courses", "judged", "reached")
_PACKED = dict.fromkeys(("packed", *_COUNTS), "int64")
_STARTS = dict.fromkeys(("group", "length", "starts"), "int64")
_LONG = timedelta(days=2 * 366)
_ROOM = 32
"""More than the numbers of infusions, the bands and the diagnoses that there are."""


def group_starts(
    connection: Connection, viewer: Viewer, filters: Filters, cohort: Cohort, by: str, today: date
) -> pd.DataFrame:
    """The courses that are over, by group and by how far they are judged.

    ``by``: of :data:`~data_access.cohort.GROUP_COLUMNS`, :data:`QUARTER` or :data:`YEAR`. Columns,
    all whole numbers: ``group``, ``length``, ``starts``. By severity at baseline without those that
    have no baseline.
    """
    of_baseline = by == "baseline_band"
    group = MilestoneFact.baseline_band if of_baseline else _group(StartFact, by, filters)
    groups: tuple[Any, ...] = (group.label("group"), StartFact.length)
    statement: Select[Any] = (
        select(*groups, func.count().label("starts"))
        .select_from(StartFact)
        .where(*in_cohort(connection, viewer, filters, cohort, StartFact, over_on=today))
        .group_by(*groups)
        .order_by(*groups)
    )
    if of_baseline or cohort.baseline_bands:
        of_course = and_(
            MilestoneFact.series_key == StartFact.series_key,
            MilestoneFact.measure == cohort.measure,
        )
        statement = statement.join(MilestoneFact, of_course)
    if cohort.baseline_bands:
        statement = statement.where(MilestoneFact.baseline_band.in_(cohort.baseline_bands))
    return typed_frame(connection.execute(statement), _STARTS)


def group_scores(
    connection: Connection,
    viewer: Viewer,
    filters: Filters,
    cohort: Cohort,
    by: str,
    result: Result,
    today: date,
) -> pd.DataFrame:
    """What the courses that are over had reached after each infusion, by group.

    ``by`` as in :func:`group_starts`. Columns, all whole numbers: ``group``; ``number`` (of the
    infusion); ``observed`` (1; 0 where the score is carried forward); ``courses`` with such a
    score, of which ``judged`` can reach the result at all (a baseline of 0 leaves no room for a
    response) and ``reached`` have.
    """
    # The index of sites has the groups by site in order, the other one the infusions.
    along = _is_long(filters) and by != "site_key"
    statement = _counted(by, filters, ("number", "observed"), cohort, result).where(
        *in_cohort(
            connection, viewer, filters, cohort, OutcomeFact, over_on=today, along_groups=along
        )
    )
    return _unpacked(connection, statement, ("number", "observed"))


def group_mix(
    connection: Connection,
    viewer: Viewer,
    filters: Filters,
    cohort: Cohort,
    by: str,
    result: Result,
    number: int,
    today: date,
) -> pd.DataFrame:
    """The same after one infusion, by severity at baseline and diagnosis within each group.

    Columns as of :func:`group_scores`, but ``baseline_band`` and ``diagnosis_group`` in the place
    of the infusion.
    """
    parts = ("baseline_band", "diagnosis_group", "observed")
    statement = _counted(by, filters, parts, cohort, result).where(
        OutcomeFact.number == number,
        *in_cohort(
            connection,
            viewer,
            filters,
            cohort,
            OutcomeFact,
            over_on=today,
            along_groups=_is_long(filters),
        ),
    )
    return _unpacked(connection, statement, parts)


def _counted(
    by: str, filters: Filters, parts: Sequence[str], cohort: Cohort, result: Result
) -> Select[Any]:
    """The scores of the cohort's kind, by group and by other columns, with what they reached.

    Group and columns are packed into one number: to group by several takes SQLite half as long
    again.
    """
    # PostgreSQL multiplies small columns in 16 bits, unless it is told otherwise.
    room = literal(_ROOM, BigInteger)
    packed: Any = _group(OutcomeFact, by, filters)
    for part in parts:
        packed = packed * room + getattr(OutcomeFact, part)
    packed = packed.label("packed")
    return (
        select(
            packed,
            func.count().label("courses"),
            _judged(result).label("judged"),
            _sum(_has_reached(cohort.instrument, result)).label("reached"),
        )
        .where(OutcomeFact.kind == int(cohort.kind))
        .group_by(packed)
        .order_by(packed)
    )


def _unpacked(connection: Connection, statement: Select[Any], parts: Sequence[str]) -> pd.DataFrame:
    """The rows of such a statement, with the group and the columns taken apart again."""
    rows = typed_frame(connection.execute(statement), _PACKED)
    packed = rows["packed"].to_numpy()
    columns = {}
    for part in reversed(parts):
        packed, columns[part] = np.divmod(packed, _ROOM)
    return pd.DataFrame(
        {
            "group": packed,
            **{part: columns[part] for part in parts},
            **{name: rows[name].to_numpy() for name in _COUNTS},
        },
        copy=False,
    )


def _is_long(filters: Filters) -> bool:
    """Whether an index had better be read through than its days sought in each site."""
    return filters.end - filters.start > _LONG


def _judged(result: Result) -> ColumnElement[Any]:
    if result is Result.RESPONSE:
        return _sum(OutcomeFact.baseline != 0.0)
    return func.count()


def _sum(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.sum(case((condition, 1), else_=0))


def _has_reached(measure: Instrument, result: Result) -> ColumnElement[bool]:
    """As :func:`clinical.responses.judged` has it; a test holds the two equal."""
    baseline, total = OutcomeFact.baseline, OutcomeFact.total
    better = total - baseline if measure.higher_is_better else baseline - total
    limits = {
        Result.RESPONSE: measure.response_percent,
        Result.REMISSION: measure.remission_at_most,
        Result.IMPROVEMENT: reliable_points(measure),
    }
    limit = limits[result]
    if limit is None:
        raise ValueError(f"{measure.name} has no rule of {result}")
    if result is Result.RESPONSE:
        found: ColumnElement[bool] = (
            100.0 * better / func.nullif(baseline, 0.0, type_=Double) >= limit
        )
        return found
    return total <= limit if result is Result.REMISSION else better >= limit


def _group(facts: CohortFacts, by: str, filters: Filters) -> Any:
    """What tells the groups apart, as a whole number."""
    if by in GROUP_COLUMNS:
        return getattr(facts, by)
    if by not in {QUARTER, YEAR}:
        raise ValueError(f"courses are not told apart by {by}")
    months = 3 if by == QUARTER else 12
    first, last = (_span(day, months) for day in (filters.start, filters.end))
    # The latest first: most courses of a clinic that grows began lately.
    later = [
        (facts.started_day >= _first_day(span, months), span) for span in range(last, first, -1)
    ]
    return case(*later, else_=first) if later else facts.started_day * 0 + first


def _span(day: date, months: int) -> int:
    """The quarter or the year in which a day lies, as a number."""
    return (day.year * 12 + day.month - 1) // months


def _first_day(span: int, months: int) -> int:
    month = span * months
    return day_number(date(month // 12, month % 12 + 1, 1))
