"""What each view of the Outcomes page asks together, with nothing remembered."""

from benchmarks.outcome_lists import BEHIND_FUNNEL, BEHIND_RESPONSE, BEHIND_WATERFALL
from benchmarks.outcome_queries import (
    ON_THOUGHTS,
    after_induction,
    by_group,
    scores_on,
    times,
)
from benchmarks.page_group import Group, named
from benchmarks.page_query import PageQuery
from clinical.time_to import Reached

_COUNTS = named(
    "cohort.measures_in_use",
    "outcomes.start_counts",
    "outcomes.score_counts",
    "thresholds.read_thresholds",
)
"""What every view begins with, and all that Response and Scores ask."""


def _asks(name: str, *parts: PageQuery) -> Group:
    return Group(f"outcomes: {name}", parts, aim=40, aim_of_large=250, aim_of_large_site=30)


def _view(name: str, *parts: PageQuery) -> Group:
    return _asks(name, *_COUNTS, *parts)


OUTCOME_GROUPS: tuple[Group, ...] = (
    _view("Response, Scores"),
    _view(
        "How soon",
        times(Reached.RESPONSE),
        times(Reached.REMISSION),
        *named("outcome_how_soon.first_day_counts"),
    ),
    _view(
        "How soon by site",
        times(Reached.RESPONSE, "site_key"),
        *named("outcome_how_soon.first_day_counts", "sites.site_names"),
    ),
    _view("How long", *named("outcome_how_long.response_spans")),
    _view(
        "Suicidal thoughts",
        scores_on(ON_THOUGHTS),
        *named("outcome_thoughts.thought_baselines", "outcome_thoughts.thoughts_and_mood"),
    ),
    _view(
        "More than mood",
        *named(
            "cohort.measures_in_use",
            "outcome_more.scores_by_measure",
            "outcome_more.baselines_by_measure",
        ),
    ),
    _view("Groups", *by_group("diagnosis_group")),
    _view("Groups by site", *named("sites.site_names"), *by_group("site_key")),
    _view(
        "Published",
        *named("cohort.measures_in_use", "outcome_published.after_induction_counts"),
        after_induction(ON_THOUGHTS),
        *named("outcome_published.after_infusion_counts"),
    ),
    _asks("behind those who responded", BEHIND_RESPONSE),
    _asks("behind the waterfall", BEHIND_WATERFALL),
    _asks("behind a part of the funnel", BEHIND_FUNNEL),
)
