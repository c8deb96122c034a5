"""What was stopped early and what was serious, against a clinic counted by hand."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pandas as pd
import pytest
from sqlalchemy import Connection, Engine, select, update

from access.viewer import LOCAL_VIEWER, NotPermittedError
from clinical.codes import Phase
from data_access import serious_events
from data_access.engine import make_engine, reading, writing
from data_access.schema import Infusion, PatientFact
from data_access.treated import with_names
from tests.data_access.facts.recorded_clinic import DAY_0
from tests.data_access.side_effect_times_clinic import (
    ALL,
    EARLIER,
    SEES_TOTALS,
    SEES_WEST,
    STRANGER,
    fill,
    told,
)

INDUCTION, MAINTENANCE = Phase.INDUCTION, Phase.MAINTENANCE
QUERIES = [
    serious_events.stopped_by_reason,
    serious_events.stopped_infusions,
    serious_events.serious_events,
]


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


def test_stopped_by_reason(connection: Connection):
    frame = serious_events.stopped_by_reason(connection, LOCAL_VIEWER, ALL)
    assert list(frame.columns) == ["reason", "infusions"]
    # "Distress" twice, "  distress " once; of I9 there is no reason.
    assert told(frame) == [("Distress", 3), ("Nausea", 1), (None, 1)]


def test_the_commonest_spelling_is_shown(engine: Engine):
    with writing(engine) as connection:
        fill(connection)
        for key, reason in ((7, "DISTRESS"), (8, " dis\ttress"), (9, "distress")):
            written = update(Infusion).where(Infusion.infusion_key == key)
            connection.execute(written.values(stop_reason=reason))
        found = told(serious_events.stopped_by_reason(connection, LOCAL_VIEWER, ALL))
    assert found == [("distress", 3), ("Nausea", 1), ("dis tress", 1)]


def test_stopped_infusions(connection: Connection):
    frame = serious_events.stopped_infusions(connection, LOCAL_VIEWER, ALL)
    assert list(frame.columns) == [
        "infusion_key",
        "day",
        "site",
        "phase",
        "number",
        "mg_per_kg",
        "minutes",
        "recorded",
        "side_effects",
        "worst_grade",
        "reason",
    ]
    assert told(frame) == [
        (4, DAY_0, "North", INDUCTION, 1, 0.8, 40, 1, 1, 1, "Nausea"),
        (5, DAY_0 + 3, "North", INDUCTION, 2, 0.8, 40, 0, 0, 0, "  distress "),
        (7, DAY_0 + 6, "West", INDUCTION, 1, 0.5, 40, 1, 1, 0, "Distress"),
        (8, DAY_0 + 40, "West", MAINTENANCE, 1, 0.5, 40, 1, 0, 0, "Distress "),
        (9, DAY_0 + 43, "West", MAINTENANCE, 2, 0.5, 40, 1, 0, 0, " "),
    ]
    latest = serious_events.stopped_infusions(connection, LOCAL_VIEWER, ALL, at_most=2)
    assert latest["infusion_key"].to_list() == [8, 9]


def test_serious_events(connection: Connection):
    frame = serious_events.serious_events(connection, LOCAL_VIEWER, ALL)
    assert list(frame.columns) == [
        "infusion_key",
        "term_key",
        "day",
        "site",
        "term",
        "worst_grade",
        "mg_per_kg",
        "number",
        "phase",
        "days_since",
        "infusions_since",
        "actions",
    ]
    rows = [(row[0], *row[2:]) for row in told(frame)]
    later = (0.5, 2, INDUCTION, 3, 1)  # of the two recorded days, I2 is the only one after day 0
    assert rows[:2] == [
        (1, DAY_0, "North", "Vomiting", 4, 0.5, 1, INDUCTION, None, None, ("infusion_stopped",)),
        (6, DAY_0, "West", "Nausea", 2, 0.5, 1, INDUCTION, 0, 0, ()),  # an hour later
    ]
    assert set(rows[2:]) == {
        (2, DAY_0 + 3, "North", "Anxiety", 3, *later, ("transferred", "medicated")),
        (2, DAY_0 + 3, "North", "Syncope", 0, *later, ()),
    }


def test_the_latest_serious_events_keep_their_gaps(connection: Connection):
    frame = serious_events.serious_events(connection, LOCAL_VIEWER, ALL, at_most=2)
    assert frame["infusion_key"].to_list() == [2, 2]
    assert frame["days_since"].to_list() == [3, 3]


def test_gaps_count_within_the_filters(connection: Connection):
    only_north = replace(ALL, site_ids=("S1",))
    frame = serious_events.serious_events(connection, LOCAL_VIEWER, only_north)
    assert frame["infusion_key"].to_list() == [1, 2, 2]
    assert told(frame[["days_since", "infusions_since"]]) == [(None, None), (3, 1), (3, 1)]


def test_names_for_whom_may_see_them(connection: Connection):
    rows = connection.execute(select(PatientFact.patient_key, PatientFact.handle))
    handles = {row.patient_key: row.handle for row in rows}
    unnamed = serious_events.serious_events(connection, LOCAL_VIEWER, ALL)
    frame = with_names(connection, LOCAL_VIEWER, unnamed)
    assert told(frame[["infusion_key", "handle", "family_name", "given_name"]]) == [
        (1, handles[1], "Lund", "Ada"),
        (6, handles[3], "Reyes", "Bo"),
        (2, handles[1], "Lund", "Ada"),
        (2, handles[1], "Lund", "Ada"),
    ]
    stopped = with_names(
        connection, LOCAL_VIEWER, serious_events.stopped_infusions(connection, LOCAL_VIEWER, ALL)
    )
    assert told(stopped[["infusion_key", "handle", "family_name"]])[:3] == [
        (4, handles[2], None),
        (5, handles[2], None),
        (7, handles[4], "Adler"),
    ]
    pd.testing.assert_frame_equal(frame[unnamed.columns], unnamed)


def test_a_patient_of_another_site_is_not_named(connection: Connection):
    frame = with_names(
        connection, SEES_WEST, serious_events.serious_events(connection, SEES_WEST, ALL)
    )
    columns = ["infusion_key", "handle", "family_name", "given_name"]
    assert told(frame[columns]) == [(6, None, None, None)]


def test_a_viewer_of_one_site(connection: Connection):
    west = replace(ALL, site_ids=("S2",))
    for query in QUERIES:
        mine, filtered = query(connection, SEES_WEST, ALL), query(connection, LOCAL_VIEWER, west)
        assert told(mine) == told(filtered)
    assert told(serious_events.stopped_by_reason(connection, SEES_WEST, ALL)) == [
        ("Distress", 2),
        (None, 1),
    ]


@pytest.mark.parametrize("query", QUERIES)
def test_nothing_and_nobody(connection: Connection, query):
    empty = query(connection, LOCAL_VIEWER, EARLIER)
    assert empty.empty
    assert list(empty.columns) == list(query(connection, LOCAL_VIEWER, ALL).columns)
    with pytest.raises(NotPermittedError):
        query(connection, STRANGER, ALL)


def test_no_names_for_whom_may_see_totals_only(connection: Connection):
    with pytest.raises(NotPermittedError):
        serious_events.serious_events(connection, SEES_TOTALS, ALL)
    events = serious_events.serious_events(connection, LOCAL_VIEWER, ALL)
    with pytest.raises(NotPermittedError):
        with_names(connection, SEES_TOTALS, events)
