"""The queries of the views of the Side effects page, with the floors they are measured against."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from access.viewer import LOCAL_VIEWER as VIEWER
from benchmarks.page_query import PageQuery, filtered
from benchmarks.scenario import Scenario
from clinical.calendar import week_date
from clinical.watched_weeks import last_weeks
from data_access import side_effect_groups, side_effect_records, side_effect_trends

_AFFECTED = "sum(CASE WHEN side_effects > 0 THEN 1 ELSE 0 END)"


def of_term(function: Callable[..., Any], *floor: str) -> PageQuery:
    """A query about one term, the commonest."""
    return PageQuery(
        function, lambda c, asked: function(c, VIEWER, asked.filters, asked.term_key), floor
    )


def watched(asked: Scenario) -> Scenario:
    """The 52 weeks at which the watch looks, whatever the reader's period."""
    weeks = last_weeks(asked.filters.end, asked.today)
    start, end = week_date(weeks.start), week_date(weeks.stop) - timedelta(days=1)
    return replace(asked, filters=replace(asked.filters, start=start, end=end))


def _of_watch(function: Callable[..., Any], *floor: str) -> PageQuery:
    return replace(filtered(function, *floor), narrow=watched)


def _recorded_by(*groups: str) -> str:
    named = ", ".join((*groups, "number_band", "dose_band"))
    return (
        f"SELECT {named}, count(*), {_AFFECTED} FROM infusion_facts"
        f" WHERE recorded = 1 AND {{period}} GROUP BY {named} ORDER BY {named}"
    )


def _with_it_by(*groups: str) -> str:
    named = ", ".join(groups)
    return (
        f"SELECT {named}, count(*) FROM side_effect_facts"
        f" WHERE term_key = :term AND {{period}} GROUP BY {named} ORDER BY {named}"
    )


_TRENDS = (
    filtered(
        side_effect_trends.infusions_by_week,
        f"SELECT month, week, number_band, dose_band, count(*), sum(recorded), {_AFFECTED},"
        " sum(CASE WHEN worst_grade >= 3 THEN 1 ELSE 0 END), sum(stopped),"
        " sum(CASE WHEN recorded = 1 AND chair_minutes IS NOT NULL THEN 1 ELSE 0 END),"
        " sum(CASE WHEN recorded = 1 THEN chair_minutes END)"
        " FROM infusion_facts WHERE {period} GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
    ),
    filtered(
        side_effect_records.records_by_week,
        "SELECT month, week, sum(side_effects) FROM infusion_facts WHERE {period}"
        " GROUP BY 1, 2 ORDER BY 1, 2",
    ),
    of_term(
        side_effect_trends.term_by_week,
        "SELECT month, week, number_band, dose_band, count(*), sum(events)"
        " FROM side_effect_facts WHERE term_key = :term AND {period}"
        " GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
    ),
    _of_watch(
        side_effect_trends.infusions_by_site_week,
        f"SELECT site_key, week, number_band, count(*), sum(recorded), {_AFFECTED}"
        " FROM infusion_facts WHERE {period} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
    ),
    _of_watch(
        side_effect_trends.terms_by_site_week,
        "SELECT term_key, site_key, week, count(*)"
        " FROM side_effect_facts WHERE {period} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
    ),
    filtered(
        side_effect_trends.terms_by_week,
        "SELECT term_key, month, week, number_band, count(*)"
        " FROM side_effect_facts WHERE {period} GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
    ),
    of_term(
        side_effect_trends.events_of_term,
        "SELECT day, count(*) FROM side_effect_facts WHERE term_key = :term AND {period}"
        " GROUP BY day ORDER BY day DESC LIMIT 401",
        "SELECT day, count(*) FROM infusion_facts WHERE recorded = 1 AND {period}"
        " GROUP BY day ORDER BY day",
    ),
)

_PERSON = ("age_band", "sex", "later_series", "diagnosis_group")
_PLACE = ("site_key", "chair_key")

_GROUPS = (
    filtered(side_effect_groups.infusions_by_person, _recorded_by(*_PERSON)),
    of_term(side_effect_groups.term_by_person, _with_it_by(*_PERSON)),
    filtered(side_effect_groups.infusions_by_place, _recorded_by(*_PLACE)),
    of_term(side_effect_groups.term_by_place, _with_it_by(*_PLACE)),
    filtered(side_effect_groups.infusions_by_provider, _recorded_by("provider_key")),
    of_term(side_effect_groups.term_by_provider, _with_it_by("provider_key")),
    PageQuery(
        side_effect_groups.chair_names,
        lambda c, _asked: side_effect_groups.chair_names(c, VIEWER),
        ("SELECT chair_key, chairs.name, site_key FROM chairs JOIN sites USING (site_id)",),
    ),
    PageQuery(
        side_effect_groups.provider_names,
        lambda c, _asked: side_effect_groups.provider_names(c, VIEWER),
        ("SELECT provider_key, provider_id, name, role FROM providers ORDER BY provider_key",),
    ),
)

SIDE_EFFECT_VIEWS: tuple[PageQuery, ...] = (*_TRENDS, *_GROUPS)
