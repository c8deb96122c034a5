"""What each view of the Side effects page asks together, with nothing remembered."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from benchmarks.behind_queries import BEHIND, BEHIND_A_WEEK
from benchmarks.page_group import Group, named
from benchmarks.page_query import PageQuery
from benchmarks.scenario import Scenario
from benchmarks.side_effect_lists import SERIOUS_BY_DAY
from benchmarks.side_effect_queries import watched


def _in(narrow: Callable[[Scenario], Scenario], *names: str) -> tuple[PageQuery, ...]:
    """Queries about a window of the view's own."""
    return tuple(replace(part, narrow=narrow) for part in named(*names))


def _before(asked: Scenario) -> Scenario:
    """The equally long period before."""
    start, end = asked.filters.start, asked.filters.end
    earlier = replace(
        asked.filters,
        start=start - (end - start) - timedelta(days=1),
        end=start - timedelta(days=1),
    )
    return replace(asked, filters=earlier)


_TERMS = named(
    "side_effects.terms_by_grade", "side_effects.patients_by_term", "side_effects.all_terms"
)
"""The choice of a side effect."""
_WATCH = (
    *named("thresholds.read_thresholds", "rebases.rebases"),
    *named("side_effect_trends.infusions_by_site_week", "side_effect_trends.terms_by_site_week"),
    *_in(watched, "side_effect_trends.terms_by_week"),
    *named("side_effects.all_terms", "sites.site_names", "sites.site_ids"),
)
_NAMES = named(
    "sites.site_names", "side_effect_groups.chair_names", "side_effect_groups.provider_names"
)


def _view(name: str, *parts: PageQuery) -> Group:
    return Group(name, parts, aim=30, aim_of_large=200, aim_of_large_site=20)


def _behind(behind: tuple[PageQuery, ...]) -> tuple[PageQuery, ...]:
    """As a reader asks who may see patients: the list without names is for others."""
    return (*behind[1:], *_NAMES)


SIDE_EFFECT_GROUPS: tuple[Group, ...] = (
    _view(
        "side effects: Overview",
        *named("side_effect_trends.infusions_by_week"),
        *_in(_before, "side_effect_trends.infusions_by_week"),
        *named("side_effects.count_patients", "side_effects.count_serious"),
        *_TERMS,
        *_WATCH,
        *named("side_effect_trends.terms_by_week"),
    ),
    _view(
        "side effects: Trend",
        *_TERMS,
        *named("side_effect_trends.infusions_by_week", "side_effect_trends.term_by_week"),
        *_WATCH,
        *named("rebases.rebases", "rebases.rebases"),
    ),
    _view(
        "side effects: In whom",
        *_TERMS,
        *_WATCH,
        *named(
            "side_effect_groups.infusions_by_person",
            "side_effect_groups.infusions_by_place",
            "side_effect_groups.infusions_by_provider",
            "side_effect_trends.term_by_week",
            "side_effect_groups.term_by_person",
            "side_effect_groups.term_by_place",
            "side_effect_groups.term_by_provider",
        ),
        *_NAMES,
    ),
    _view(
        "side effects: How soon they pass",
        *_TERMS,
        *_WATCH,
        *named(
            "side_effect_times.passed_minutes",
            "side_effect_times.odd_times",
            "side_effect_times.chair_minutes_by_site_and_phase",
            "side_effect_times.chair_minutes_by_term",
            "side_effect_times.onset_and_lasted",
        ),
    ),
    _view(
        "side effects: Vital signs",
        *named(
            "thresholds.read_thresholds",
            "vital_signs.limit_counts",
            "vital_signs.rise_counts",
            "vital_signs.patients_over_limits",
            "vital_signs.recorded_hypertension",
            "vital_signs.vital_sample",
        ),
    ),
    _view(
        "side effects: Stops and serious",
        *named(
            "side_effect_trends.infusions_by_week",
            "serious_events.stopped_by_reason",
            "side_effects.terms_by_grade",
            "side_effects.count_serious",
        ),
        SERIOUS_BY_DAY,
        *named("serious_events.stopped_infusions", "serious_events.serious_events"),
        # The names of each list are asked for by themselves.
        *named("treated.with_names", "treated.with_names"),
    ),
    _view("side effects: behind a week", *_behind(BEHIND_A_WEEK)),
    _view("side effects: behind first infusions", *_behind(BEHIND)),
)
