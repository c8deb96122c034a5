"""When side effects pass and what chair time goes with them, against a clinic counted by hand."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import pandas as pd
import pytest
from sqlalchemy import Connection

from access.viewer import LOCAL_VIEWER, NotPermittedError, Viewer
from clinical.codes import DiagnosisGroup, Phase
from clinical.side_effect_times import Odd
from data_access import side_effect_times
from data_access.engine import make_engine, reading, writing
from data_access.filters import Filters
from tests.data_access.side_effect_times_clinic import (
    ALL,
    EARLIER,
    NORTH,
    SEES_WEST,
    START,
    STRANGER,
    WEST,
    fill,
    in_order,
    term_key,
    told,
)

QUERIES: list[Callable[[Connection, Viewer, Filters], pd.DataFrame]] = [
    side_effect_times.passed_minutes,
    side_effect_times.odd_times,
    side_effect_times.chair_minutes_by_site_and_phase,
    side_effect_times.chair_minutes_by_term,
    partial(side_effect_times.onset_and_lasted, term_key=1),
]
INDUCTION, MAINTENANCE = Phase.INDUCTION, Phase.MAINTENANCE


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def connection(
    request: pytest.FixtureRequest, make_database: Callable[[str], str]
) -> Iterator[Connection]:
    """The clinic on both databases, read only."""
    engine = make_engine(make_database(request.param))
    with writing(engine) as writer:
        fill(writer)
    with reading(engine) as reader:
        yield reader
    engine.dispose()


def test_passed_minutes(connection: Connection):
    keys = {
        name: term_key(connection, name) for name in ("Anxiety", "Nausea", "Syncope", "Vomiting")
    }
    frame = side_effect_times.passed_minutes(connection, LOCAL_VIEWER, ALL)
    assert list(frame.columns) == ["term_key", "open", "minutes", "infusions"]
    assert in_order(told(frame)) == in_order(
        [
            (keys["Nausea"], 0, 25, 2),  # I1 and I4
            (keys["Nausea"], 0, 500, 1),  # I6
            (keys["Nausea"], 1, 80, 1),  # I2, watched until the discharge
            (keys["Nausea"], 1, None, 1),  # I7: who knows
            (keys["Anxiety"], 0, None, 1),  # contradiction
            (keys["Syncope"], 1, 80, 1),
            (keys["Vomiting"], 0, 0, 1),  # before the end
        ]
    )


def test_onset_and_lasted(connection: Connection):
    nausea = term_key(connection, "Nausea")
    frame = side_effect_times.onset_and_lasted(connection, LOCAL_VIEWER, ALL, nausea)
    assert list(frame.columns) == ["onset", "open", "lasted", "infusions"]
    assert in_order(told(frame)) == [
        (10, 0, 55, 2),
        (20, 1, 100, 1),
        (480, 0, 60, 1),
        (None, 1, None, 1),
    ]


def test_odd_times(connection: Connection):
    frame = side_effect_times.odd_times(connection, LOCAL_VIEWER, ALL)
    assert list(frame.columns) == ["term_key", "odd", "infusions"]
    assert set(told(frame)) == {
        (term_key(connection, "Anxiety"), Odd.PASSED_BEFORE_ONSET, 1),
        (term_key(connection, "Nausea"), Odd.BEGAN_AFTER_DISCHARGE, 1),
    }


def test_chair_minutes_by_site_and_phase(connection: Connection):
    frame = side_effect_times.chair_minutes_by_site_and_phase(connection, LOCAL_VIEWER, ALL)
    assert list(frame.columns) == ["site_key", "phase", "n", "minutes", "squares", "untimed"]
    assert (frame.dtypes == "int64").all()
    assert told(frame) == [
        # I1 to I4: 100, 120, 90 and 110; the form of I5 was not filled in.
        (NORTH, INDUCTION, 4, 420, 10000 + 14400 + 8100 + 12100, 0),
        (WEST, INDUCTION, 1, 100, 10000, 1),  # I6; I7 has no discharge
        (WEST, MAINTENANCE, 2, 150, 4900 + 6400, 0),
    ]


def test_chair_minutes_by_term(connection: Connection):
    frame = side_effect_times.chair_minutes_by_term(connection, LOCAL_VIEWER, ALL)
    assert frame.columns[0] == "term_key"
    nausea, anxiety = term_key(connection, "Nausea"), term_key(connection, "Anxiety")
    found = told(frame[frame["term_key"].isin([nausea, anxiety])])
    assert sorted(found) == sorted(
        [
            (nausea, NORTH, INDUCTION, 3, 330, 10000 + 14400 + 12100, 0),
            (nausea, WEST, INDUCTION, 1, 100, 10000, 1),
            (anxiety, NORTH, INDUCTION, 1, 120, 14400, 0),
        ]
    )


def test_where_no_chair_time_is_known_the_sums_are_zero(connection: Connection):
    only = replace(ALL, start=START.replace(day=7), end=START.replace(day=7), site_ids=("S2",))
    frame = side_effect_times.chair_minutes_by_site_and_phase(connection, LOCAL_VIEWER, only)
    assert told(frame) == [(WEST, INDUCTION, 0, 0, 0, 1)]


def test_the_filters(connection: Connection):
    def passed(**filters):
        frame = side_effect_times.passed_minutes(connection, LOCAL_VIEWER, replace(ALL, **filters))
        return int(frame["infusions"].sum())

    assert passed() == 8  # Nausea 5, and one each of the others
    assert passed(site_ids=("S2",)) == 2
    assert passed(end=START) == 4
    assert passed(phases=(MAINTENANCE,)) == 0
    assert passed(diagnosis_groups=(DiagnosisGroup.BIPOLAR,)) == 5  # those of P1


def test_a_viewer_of_one_site(connection: Connection):
    west = replace(ALL, site_ids=("S2",))
    for query in QUERIES:
        mine, filtered = query(connection, SEES_WEST, ALL), query(connection, LOCAL_VIEWER, west)
        assert in_order(told(mine)) == in_order(told(filtered))
    assert told(side_effect_times.odd_times(connection, SEES_WEST, ALL)) == [
        (term_key(connection, "Nausea"), Odd.BEGAN_AFTER_DISCHARGE, 1)
    ]


@pytest.mark.parametrize("query", QUERIES)
def test_nothing_and_nobody(connection: Connection, query):
    empty = query(connection, LOCAL_VIEWER, EARLIER)
    assert empty.empty
    assert list(empty.columns) == list(query(connection, LOCAL_VIEWER, ALL).columns)
    with pytest.raises(NotPermittedError):
        query(connection, STRANGER, ALL)
