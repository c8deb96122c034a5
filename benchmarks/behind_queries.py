"""The queries about what is behind a point of a chart, with their floors."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection

from access.viewer import LOCAL_VIEWER as VIEWER
from benchmarks.page_query import PageQuery, looking_back
from benchmarks.scenario import Scenario
from data_access import infusions_behind, infusions_compared
from data_access.infusions_behind import MOST_LISTED
from data_access.infusions_compared import MOST_COMPARED
from data_access.points import Behind

_HALF = MOST_COMPARED // 2
_PLACE = "infusion_key * 2654435761 % 4294967296"
"""Spreads the keys evenly over 2**32 places."""


def _behind(
    number_band: int | None = None, narrow: Callable[[Scenario], Scenario] = lambda asked: asked
) -> tuple[PageQuery, ...]:
    """What a point asks that holds the commonest term and all days of the period."""

    def query(function: Callable[..., Any], *floor: str) -> PageQuery:
        def ask(connection: Connection, asked: Scenario) -> Any:
            start, end = asked.filters.start, asked.filters.end
            behind = Behind(asked.term_key, start, end, number_band=number_band)
            return function(connection, VIEWER, asked.filters, behind)

        return PageQuery(function, ask, floor, narrow)

    condition = "" if number_band is None else f" AND number_band = {number_band}"
    return (
        query(infusions_behind.infusions_behind, *_list(condition)),
        query(infusions_behind.named_infusions_behind, *_list(condition, *_WITH_NAMES)),
        query(infusions_compared.infusions_compared, _medicines(condition), _compared(condition)),
    )


def _of_point(condition: str) -> str:
    return f" FROM side_effect_facts WHERE term_key = :term{condition} AND {{period}}"


_LATEST = f" ORDER BY day DESC, infusion_key DESC LIMIT {MOST_LISTED}"
_WITH_NAMES = (
    ", handle, family_name, given_name",
    " JOIN patients USING (patient_key) JOIN patient_facts USING (patient_key)",
)


def _list(condition: str, columns: str = "", joins: str = "") -> tuple[str, ...]:
    """How many infusions there are; the side effects of the latest, and what they were like."""
    of_point = _of_point(condition)
    return (
        f"SELECT count(*){of_point}",
        "SELECT infusion_key, name FROM side_effect_facts JOIN terms USING (term_key)"
        f" WHERE infusion_key IN (SELECT infusion_key{of_point}{_LATEST}) ORDER BY name",
        "WITH e AS (SELECT infusion_key, worst_grade, serious, onset_minutes, passed_minutes, open,"
        f" odd{of_point}{_LATEST})"
        " SELECT infusion_key, f.day, s.name, f.phase, number, mg_per_kg, minutes, p.name, c.name,"
        " lot_number, e.worst_grade, serious, onset_minutes, passed_minutes, open,"
        f" odd{columns} FROM e JOIN infusion_facts f USING (infusion_key)"
        " JOIN infusions USING (infusion_key) JOIN sites s ON s.site_key = f.site_key"
        " LEFT JOIN providers p ON p.provider_key = f.provider_key"
        f" LEFT JOIN chairs c ON c.chair_key = f.chair_key{joins}"
        " ORDER BY f.day DESC, infusion_key DESC",
    )


def _drawn(condition: str) -> str:
    """Both sides; of each half of the room, and what the other leaves of it."""
    of_point = _of_point(condition)
    return (
        f"WITH n AS (SELECT (SELECT count(*){of_point}) AS of_point,"
        " (SELECT count(*) FROM infusion_facts WHERE recorded = 1 AND {period})"
        f" - (SELECT count(*){_of_point('')}) AS of_others),"
        f" room AS (SELECT of_point, CASE WHEN of_others < {_HALF}"
        f" THEN {MOST_COMPARED} - of_others ELSE {_HALF} END AS for_point,"
        f" of_others, CASE WHEN of_point < {_HALF} THEN {MOST_COMPARED} - of_point"
        f" ELSE {_HALF} END AS for_others FROM n),"
        f" drawn AS (SELECT 1 AS affected, infusion_key{of_point} AND {_PLACE}"
        " < (SELECT for_point * 4294967296 / nullif(of_point, 0) FROM room)"
        " UNION ALL SELECT 0, infusion_key FROM infusion_facts i WHERE recorded = 1 AND {period}"
        f" AND {_PLACE} < (SELECT for_others * 4294967296 / nullif(of_others, 0) FROM room)"
        " AND NOT EXISTS (SELECT 1 FROM side_effect_facts e"
        " WHERE e.infusion_key = i.infusion_key AND e.term_key = :term))"
    )


def _compared(condition: str) -> str:
    return (
        f"{_drawn(condition)} SELECT affected, mg_per_kg, number, f.phase, f.sex, later_series,"
        " f.site_key, f.provider_key, f.chair_key, lot_number, f.day, birth_date, started_at,"
        " scheduled_start FROM drawn JOIN infusion_facts f USING (infusion_key)"
        " JOIN infusions USING (infusion_key) JOIN patients USING (patient_key)"
        " LEFT JOIN appointments USING (appointment_id)"
    )


def _medicines(condition: str) -> str:
    return (
        f"{_drawn(condition)} SELECT patient_key, class, started_on, stopped_on FROM patients"
        " JOIN medications USING (patient_id) WHERE patient_key IN"
        " (SELECT f.patient_key FROM drawn JOIN infusion_facts f USING (infusion_key))"
    )


BEHIND: tuple[PageQuery, ...] = _behind(number_band=0)
"""Behind a dot of In whom: the first infusions of the period that had the term."""
BEHIND_A_WEEK: tuple[PageQuery, ...] = _behind(narrow=looking_back(6))
"""Behind a point of Trend: the last week."""
