"""The queries of More than mood: the scores of several measures at once."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import Connection, func, select, union_all

from access.viewer import Permission, Viewer, require
from clinical.codes import ScoreKind
from clinical.course_scores import LAST_NUMBER
from clinical.measures import measure_bit
from data_access.cohort import Cohort, in_cohort
from data_access.filters import Filters
from data_access.frames import typed_frame
from data_access.schema import OutcomeFact, StartFact

_SCORES = {
    "measure": "int64",
    "number": "int64",
    "observed": "int64",
    "baseline": "float64",
    "total": "float64",
    "courses": "int64",
}
_BASELINES = dict.fromkeys(("measure", "length", "courses"), "int64")


def scores_by_measure(
    connection: Connection,
    viewer: Viewer,
    filters: Filters,
    cohort: Cohort,
    measures: Sequence[int],
    today: date,
) -> pd.DataFrame:
    """The observed settled scores of courses that are over, on each of several measures.

    ``cohort``: whose measure does not count; ``measures``: codes. Columns: ``measure``, and those
    of :func:`data_access.outcomes.score_counts`; ``observed`` is 1 throughout.
    """
    require(viewer, Permission.SEE_CLINICAL)
    groups = (
        OutcomeFact.measure,
        OutcomeFact.number,
        OutcomeFact.observed,
        OutcomeFact.baseline,
        OutcomeFact.total,
    )
    # Named one by one, SQLite steps over the rows carried forward in between. PostgreSQL takes
    # longer to think of it than it saves.
    is_sqlite = connection.dialect.name == "sqlite"
    each_number = OutcomeFact.number.in_(range(1, LAST_NUMBER + 1))
    numbers = each_number if is_sqlite else OutcomeFact.number <= LAST_NUMBER
    # A part for each measure: with all of them in one SQLite would sort the whole.
    parts = [
        select(*groups, func.count().label("courses"))
        .where(
            OutcomeFact.kind == int(ScoreKind.SETTLED),
            numbers,
            OutcomeFact.observed == 1,
            *in_cohort(
                connection,
                viewer,
                filters,
                replace(cohort, measure=measure, baseline_bands=()),
                OutcomeFact,
                over_on=today,
                along_groups=True,
            ),
        )
        .group_by(*groups)
        for measure in measures
    ]
    return _together(connection, parts, _SCORES)


def baselines_by_measure(
    connection: Connection,
    viewer: Viewer,
    filters: Filters,
    cohort: Cohort,
    measures: Sequence[int],
    today: date,
) -> pd.DataFrame:
    """The courses that are over and have a baseline, on each of several measures.

    Columns: ``measure``, ``length`` (up to which infusion a course is judged), ``courses``.
    """
    groups = (StartFact.length, StartFact.measured)
    statement = (
        select(*groups, func.count())
        .where(*in_cohort(connection, viewer, filters, cohort, StartFact, over_on=today))
        .group_by(*groups)
    )
    counted: Counter[tuple[int, int]] = Counter()
    for length, measured, courses in connection.execute(statement):
        for measure in measures:
            if measured & measure_bit(measure):
                counted[measure, length] += courses
    rows = [(*of_measure, courses) for of_measure, courses in sorted(counted.items())]
    return typed_frame(rows, _BASELINES)


def _together(connection: Connection, parts: Sequence[Any], kinds: dict[str, str]) -> pd.DataFrame:
    """The rows of all parts in one statement, in a stable order."""
    if not parts:
        return typed_frame([], kinds)
    frame = typed_frame(connection.execute(union_all(*parts)), kinds)
    names = [name for name in kinds if name != "courses"]
    return frame.sort_values(names, ignore_index=True)
