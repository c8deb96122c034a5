"""The queries about times, stops and serious events, and of lists with names, with their floors."""

import pandas as pd

from access.viewer import LOCAL_VIEWER as VIEWER
from benchmarks.page_query import PageQuery, filtered
from benchmarks.scenario import Scenario
from benchmarks.side_effect_queries import of_term
from data_access import serious_events, side_effect_times, side_effect_trends, treated

_CHAIR_TIME = (
    "count(chair_minutes), sum(chair_minutes), sum(chair_minutes * chair_minutes),"
    " count(*) - count(chair_minutes)"
)

_TIMES = (
    filtered(
        side_effect_times.passed_minutes,
        "SELECT term_key, open, passed_minutes, count(*) FROM side_effect_facts"
        " WHERE {period} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
    ),
    of_term(
        side_effect_times.onset_and_lasted,
        "SELECT onset_minutes, open, lasted_minutes, count(*) FROM side_effect_facts"
        " WHERE term_key = :term AND {period} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
    ),
    filtered(
        side_effect_times.odd_times,
        "SELECT term_key, odd, count(*) FROM side_effect_facts WHERE odd > 0 AND {period}"
        " GROUP BY 1, 2 ORDER BY 1, 2",
    ),
    filtered(
        side_effect_times.chair_minutes_by_site_and_phase,
        f"SELECT site_key, phase, {_CHAIR_TIME} FROM infusion_facts"
        " WHERE recorded = 1 AND {period} GROUP BY 1, 2 ORDER BY 1, 2",
    ),
    filtered(
        side_effect_times.chair_minutes_by_term,
        f"SELECT term_key, site_key, phase, {_CHAIR_TIME} FROM side_effect_facts"
        " WHERE {period} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
    ),
)

_NAMES = "handle, family_name, given_name"


def _stopped() -> str:
    """The latest stopped infusions."""
    return (
        "SELECT infusion_key, f.day, s.name, f.phase, number, mg_per_kg, minutes, recorded,"
        " side_effects, worst_grade, stop_reason FROM infusion_facts f"
        " JOIN infusions USING (infusion_key) JOIN sites s USING (site_key)"
        " WHERE stopped = 1 AND day BETWEEN :start AND :end{f_site}"
        f" ORDER BY f.day DESC, started_at DESC LIMIT {serious_events.MOST_LISTED}"
    )


def _serious() -> tuple[str, ...]:
    """What was done about serious side effects, what was recorded by day, and the list itself."""
    return (
        "SELECT infusion_key, term, action FROM infusions JOIN side_effects USING (infusion_id)"
        " WHERE infusion_key IN"
        " (SELECT infusion_key FROM side_effect_facts WHERE serious = 1 AND {period})",
        "SELECT day, sum(recorded) FROM infusion_facts WHERE {period} GROUP BY day ORDER BY day",
        "WITH e AS (SELECT infusion_key, term_key, worst_grade FROM side_effect_facts"
        " WHERE serious = 1 AND {period})"
        " SELECT infusion_key, term_key, f.day, s.name, t.name, e.worst_grade, mg_per_kg, number,"
        " f.phase FROM e JOIN infusion_facts f USING (infusion_key)"
        " JOIN infusions USING (infusion_key) JOIN sites s USING (site_key)"
        " JOIN terms t USING (term_key)"
        " ORDER BY f.day, started_at, infusion_key, term_key",
    )


_SERIOUS = (
    filtered(
        serious_events.stopped_by_reason,
        "SELECT stop_reason, count(*) FROM infusion_facts JOIN infusions USING (infusion_key)"
        " WHERE stopped = 1 AND {period} GROUP BY 1 ORDER BY 2 DESC",
    ),
    filtered(serious_events.stopped_infusions, _stopped()),
    filtered(serious_events.serious_events, *_serious()),
    PageQuery(
        treated.with_names,
        lambda c, asked: treated.with_names(c, VIEWER, _infusions(asked)),
        (
            f"SELECT infusion_key, {_NAMES} FROM infusion_facts JOIN patients USING (patient_key)"
            " JOIN patient_facts USING (patient_key) WHERE infusion_key IN ({listed})",
        ),
    ),
)


def _infusions(asked: Scenario) -> pd.DataFrame:
    return pd.DataFrame({"infusion_key": asked.listed})


SERIOUS_BY_DAY = PageQuery(
    side_effect_trends.events_of_term,
    lambda c, asked: side_effect_trends.events_of_term(c, VIEWER, asked.filters, None),
    (
        "SELECT day, count(DISTINCT infusion_key) FROM side_effect_facts"
        " WHERE serious = 1 AND {period} GROUP BY day ORDER BY day DESC LIMIT 401",
        "SELECT day, count(*) FROM infusion_facts WHERE recorded = 1 AND {period}"
        " GROUP BY day ORDER BY day",
    ),
)
"""The same query as for one term, about serious side effects."""

SIDE_EFFECT_LISTS: tuple[PageQuery, ...] = (*_TIMES, *_SERIOUS)
