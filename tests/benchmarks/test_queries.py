"""The speed command for queries: every query is in it, and its floor counts the same."""

from collections.abc import Callable, Iterator
from inspect import getmembers, isfunction, signature
from types import ModuleType

import pytest
from sqlalchemy import Connection, Engine

from benchmarks.floor import bare_driver
from benchmarks.groups import GROUPS
from benchmarks.measure_queries import QueryTime, aim_ms, measure_queries, row_count
from benchmarks.page_query import PageQuery
from benchmarks.queries import QUERIES
from benchmarks.scenario import ALL, SITE_YEAR, YEAR, NothingToMeasureError, Scenario, scenarios
from data_access import (
    appointment_access,
    appointment_attendance,
    appointment_calendar,
    appointment_capacity,
    appointment_coming,
    appointment_volume,
    appointment_what_if,
    appointments_behind,
    attention,
    audit_trail,
    audit_unusual,
    cohort,
    courses_behind,
    day,
    expected,
    exposure,
    handles,
    infusions_behind,
    infusions_compared,
    one_infusion,
    one_patient,
    outcome_groups,
    outcome_how_long,
    outcome_how_soon,
    outcome_more,
    outcome_published,
    outcome_thoughts,
    outcomes,
    patient_items,
    patients,
    rebases,
    released,
    selection,
    serious_events,
    side_effect_groups,
    side_effect_records,
    side_effect_times,
    side_effect_trends,
    side_effects,
    sites,
    status,
    thresholds,
    today,
    treated,
    user_sessions,
    users,
    vital_signs,
)
from data_access.engine import make_engine, reading, writing
from tests.data_access.side_effect_clinic import fill
from tests.postgres_server import PostgresDatabases

MODULES = (
    appointment_access,
    appointment_attendance,
    appointment_calendar,
    appointment_capacity,
    appointment_coming,
    appointment_volume,
    appointment_what_if,
    appointments_behind,
    attention,
    audit_trail,
    audit_unusual,
    cohort,
    courses_behind,
    day,
    expected,
    exposure,
    handles,
    infusions_behind,
    infusions_compared,
    one_infusion,
    one_patient,
    outcome_groups,
    outcome_how_long,
    outcome_how_soon,
    outcome_more,
    outcome_published,
    outcome_thoughts,
    outcomes,
    patient_items,
    patients,
    rebases,
    released,
    selection,
    serious_events,
    side_effect_groups,
    side_effect_records,
    side_effect_times,
    side_effect_trends,
    side_effects,
    sites,
    status,
    thresholds,
    today,
    treated,
    user_sessions,
    users,
    vital_signs,
)
NO_QUERIES = {
    "conditions",
    "in_cohort",
    "scope",
    "along_months",
    "in_each_site",
    "scope_in_each_site",
    "permitted_site_keys",
    "of_permitted_sites",
    "about_patient",
    "decide_rebase",
    "withdraw_rebase",
    "add_user",
    "disable_user",
    "enable_user",
    "set_role",
    "end_sessions_of_user",
}
"""They make conditions for queries, run the statements of others that are measured, or write."""


def query_names(module: ModuleType) -> set[str]:
    """The functions of a module that ask the database on behalf of a viewer."""
    return {
        f"{module.__name__.removeprefix('data_access.')}.{name}"
        for name, function in getmembers(module, isfunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and {"connection", "viewer"} <= set(signature(function).parameters)
        and name not in NO_QUERIES
    }


def test_every_query_of_the_pages_is_measured():
    expected = set().union(*(query_names(module) for module in MODULES))
    assert {query.name for query in QUERIES} == expected
    assert len(QUERIES) == len(expected), "none twice"


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def filled_url(
    request: pytest.FixtureRequest, make_database: Callable[[str], str]
) -> Iterator[str]:
    """The URL of a small clinic; one for all tests, because they only read."""
    url = make_database(request.param)
    engine = make_engine(url)
    with writing(engine) as writer:
        fill(writer)
    engine.dispose()
    if request.param == "sqlite":
        yield url
        return
    databases: PostgresDatabases = request.getfixturevalue("postgres_databases")
    yield url
    databases.give_back(url)


@pytest.fixture(scope="module")
def filled_engine(filled_url: str) -> Iterator[Engine]:
    engine = make_engine(filled_url)
    yield engine
    engine.dispose()


@pytest.fixture
def connection(filled_engine: Engine) -> Iterator[Connection]:
    with reading(filled_engine) as reader:
        yield reader


@pytest.fixture(scope="module")
def asked(filled_engine: Engine) -> tuple[Scenario, ...]:
    with reading(filled_engine) as reader:
        return scenarios(reader)


def test_the_scenarios_ask_for_the_busiest_site_and_the_commonest_term(connection: Connection):
    site_year, year, everything = scenarios(connection)
    assert (site_year.name, year.name, everything.name) == (SITE_YEAR, YEAR, ALL)
    assert site_year.filters.site_ids == ("S1",)  # five of the nine infusions
    assert (year.site_key, year.filters.site_ids) == (None, ())
    assert str(everything.filters.start) == "2026-02-02"
    assert str(everything.today) == "2026-03-09"
    assert everything.patient.key == 1  # three infusions


def test_every_query_and_its_floor_run(
    connection: Connection, filled_url: str, asked: tuple[Scenario, ...]
):
    with bare_driver(filled_url) as fetch:
        for scenario in asked:
            for query in QUERIES:
                query.run(connection, scenario)
                query.run_floor(fetch, scenario)
            for group in GROUPS:
                group.run(connection, scenario)
                group.run_floor(fetch, scenario)


def test_two_words_find_the_patient_who_is_opened(
    connection: Connection, filled_url: str, asked: tuple[Scenario, ...]
):
    words = next(group for group in GROUPS if group.name == "the caseload, two words")
    for scenario in asked[1:]:
        size, page = words.run(connection, scenario)
        assert (size, page["patient_key"].tolist()) == (1, [1])
        with bare_driver(filled_url) as fetch:
            counted, found = words.run_floor(fetch, scenario)
        assert (counted[0][0], {row[0] for row in found}) == (1, {1})


SAME_ROWS = [
    query
    for query in QUERIES
    if query.function.__module__
    in {
        "data_access.appointment_access",
        "data_access.appointment_attendance",
        "data_access.appointment_calendar",
        "data_access.appointment_capacity",
        "data_access.appointment_coming",
        "data_access.appointment_volume",
        "data_access.appointment_what_if",
        "data_access.appointments_behind",
        "data_access.infusions_behind",
        "data_access.infusions_compared",
        "data_access.outcome_groups",
        "data_access.outcome_how_long",
        "data_access.outcome_how_soon",
        "data_access.outcome_thoughts",
        "data_access.outcomes",
        "data_access.rebases",
        "data_access.serious_events",
        "data_access.side_effect_groups",
        "data_access.side_effect_records",
        "data_access.side_effect_times",
        "data_access.side_effect_trends",
        "data_access.side_effects",
        "data_access.treated",
        "data_access.vital_signs",
    }
    and query.name
    not in {
        "appointment_attendance.attendance_in_all",  # ours is a row for each status
        "appointment_coming.ahead",  # ours is two tables
        "side_effect_trends.events_of_term",  # ours tells the events apart, not the days
        "vital_signs.vital_sample",  # ours is the infusions and their readings, in two tables
    }
]


@pytest.mark.parametrize("query", SAME_ROWS, ids=lambda query: query.name)
def test_the_floor_has_as_many_rows(
    query: PageQuery, connection: Connection, filled_url: str, asked: tuple[Scenario, ...]
):
    with bare_driver(filled_url) as fetch:
        for scenario in asked:
            ours = query.run(connection, scenario)
            assert row_count(ours) == len(query.run_floor(fetch, scenario))


def test_it_measures_each_query_in_each_scenario(filled_url: str):
    infusions, times = measure_queries(filled_url, repeat=1)
    assert infusions == 9
    assert len(times) == 3 * (len(QUERIES) + len(GROUPS))
    assert all(time.ours > 0 and time.floor > 0 for time in times)


def test_an_empty_database_cannot_be_measured(database_url: str):
    with pytest.raises(NothingToMeasureError, match="nothing to measure"):
        measure_queries(database_url, repeat=1)


@pytest.mark.parametrize(
    ("infusions", "scenario", "aim"),
    [
        (4_000, ALL, 30),
        (100_000, ALL, 30),
        (100_000, SITE_YEAR, 30),
        (1_000_000, SITE_YEAR, 20),
        (1_000_000, YEAR, 200),
        (1_000_000, ALL, 200),
    ],
)
def test_the_aims(infusions: int, scenario: str, aim: float):
    assert aim_ms(infusions, scenario) == aim


@pytest.mark.parametrize(
    ("ours", "floor", "misses"),
    [
        (10, 9, ()),
        (31, 30, ("time",)),
        (10, 5, ("ratio",)),
        (40, 10, ("time", "ratio")),
        (1.4, 0.1, ()),  # fourteen times the floor, but nobody waits for a millisecond
    ],
)
def test_what_misses_an_aim(ours: float, floor: float, misses: tuple[str, ...]):
    assert QueryTime("q", ALL, 1, ours, floor, aim=30).misses == misses


@pytest.mark.parametrize(("ours", "misses"), [(29, ()), (31, ("time",))])
def test_the_queries_of_a_page_together_are_held_to_a_time_only(
    ours: float, misses: tuple[str, ...]
):
    assert QueryTime("page", ALL, 1, ours, floor=3, aim=30, together=True).misses == misses


@pytest.mark.parametrize(
    ("name", "aim", "aim_of_large"),
    [
        ("a patient, together", 15, 20),
        ("the caseload page", 30, 50),
        ("the attention list", 100, 300),
    ],
)
def test_the_aims_of_what_a_page_asks_together(name: str, aim: float, aim_of_large: float):
    group = next(group for group in GROUPS if group.name == name)
    assert (group.aim, group.aim_of_large) == (aim, aim_of_large)


@pytest.mark.parametrize(
    ("infusions", "scenario", "aim"),
    [(100_000, ALL, 30), (1_000_000, SITE_YEAR, 20), (1_000_000, YEAR, 200), (1_000_000, ALL, 200)],
)
@pytest.mark.parametrize(("page", "fewest"), [("side effects:", 7), ("appointments:", 8)])
def test_the_aims_of_a_view(infusions: int, scenario: str, aim: float, page: str, fewest: int):
    views = [group for group in GROUPS if group.name.startswith(page)]
    assert len(views) >= fewest  # its views, and what is behind a point
    assert {view.aim_ms(infusions, scenario) for view in views} == {aim}


@pytest.mark.parametrize(
    ("infusions", "scenario", "aim"),
    [(100_000, ALL, 40), (1_000_000, SITE_YEAR, 30), (1_000_000, YEAR, 250), (1_000_000, ALL, 250)],
)
def test_the_aims_of_a_view_of_outcomes(infusions: int, scenario: str, aim: float):
    views = [group for group in GROUPS if group.name.startswith("outcomes:")]
    assert len(views) >= 7  # Response and Scores ask the same
    assert {view.aim_ms(infusions, scenario) for view in views} == {aim}
