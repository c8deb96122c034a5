"""The courses of treatment behind a bar or a point of Outcomes, with their floors."""

from typing import Any

from sqlalchemy import Connection

from access.viewer import LOCAL_VIEWER as VIEWER
from benchmarks.outcome_queries import ON_PHQ9, OVER
from benchmarks.page_query import PageQuery
from benchmarks.scenario import Scenario
from clinical.course_scores import USUAL_LENGTH
from clinical.instruments import PHQ9
from data_access import courses_behind
from data_access.courses_behind import MOST_LISTED, CoursesBehind, Part

_RESPONDED = CoursesBehind(number=USUAL_LENGTH, responded=True)
"""As many as a bar can hold."""
_LEAST_IMPROVED = CoursesBehind(number=USUAL_LENGTH, by_percent=True)
"""The waterfall: every course with a score, the least improved first."""
_NO_SCORE = CoursesBehind(number=USUAL_LENGTH, part=Part.UNSCORED)
"""Whose score after the infusion is missing: a part of the funnel."""

_OF_BAR = (
    f" FROM outcome_facts WHERE measure = {PHQ9.code} AND kind = 0 AND phase = 1 AND {{started}}"
    f"{OVER} AND number = {USUAL_LENGTH} AND observed = 1"
)
_RESPONSES = f"{_OF_BAR} AND 2 * total <= baseline"
_BY_PERCENT = f"{_OF_BAR} ORDER BY (baseline - total) / baseline, started_day DESC, series_key DESC"
_OF_FUNNEL = (
    " FROM start_facts s WHERE phase = 1 AND {started}"
    f"{OVER} AND length >= {USUAL_LENGTH} AND done >= {USUAL_LENGTH} AND measured & 1 = 1"
    " AND NOT EXISTS (SELECT 1 FROM outcome_facts o WHERE o.series_key = s.series_key AND"
    f" o.measure = {PHQ9.code} AND o.kind = 0 AND o.number = {USUAL_LENGTH} AND o.observed = 1)"
)


def _latest(
    source: str, order: str = " ORDER BY started_day DESC, series_key DESC"
) -> tuple[str, ...]:
    """How many they are; who the latest of them are; and what is told of these."""
    keys = f"SELECT series_key{source}{order} LIMIT {MOST_LISTED}"
    return (
        f"SELECT count(*){source}",
        "SELECT series_key, total, number FROM outcome_facts"
        f" WHERE measure = {PHQ9.code} AND kind = 0 AND observed = 1 AND series_key IN"
        f" (SELECT series_key FROM ({keys}) AS e)",
        f"WITH e AS ({keys}) SELECT e.series_key, s.started_day, sites.name, s.phase, s.closed_day,"
        " s.done, s.planned, m.baseline, handle, family_name, given_name FROM e"
        " JOIN start_facts s ON s.series_key = e.series_key"
        " JOIN sites ON sites.site_key = s.site_key"
        " JOIN patient_facts p ON p.patient_key = s.patient_key"
        " JOIN patients ON patients.patient_key = s.patient_key"
        " LEFT JOIN milestone_facts m"
        f" ON m.series_key = e.series_key AND m.measure = {PHQ9.code}",
    )


def _behind(behind: CoursesBehind, *floor: str) -> PageQuery:
    def ask(connection: Connection, asked: Scenario) -> Any:
        return courses_behind.named_courses_behind(
            connection, VIEWER, asked.filters, ON_PHQ9, behind, asked.today
        )

    return PageQuery(courses_behind.named_courses_behind, ask, floor)


BEHIND_RESPONSE = _behind(_RESPONDED, *_latest(_RESPONSES))
BEHIND_WATERFALL = _behind(_LEAST_IMPROVED, *_latest(_OF_BAR, _BY_PERCENT.removeprefix(_OF_BAR)))
BEHIND_FUNNEL = _behind(_NO_SCORE, *_latest(_OF_FUNNEL))

OUTCOME_LISTS: tuple[PageQuery, ...] = (BEHIND_RESPONSE,)
