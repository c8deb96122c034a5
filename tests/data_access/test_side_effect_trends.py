"""The queries about time of the Side effects page, against a clinic counted by hand."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from math import isnan

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Connection, Engine

from access.viewer import LOCAL_VIEWER, NotPermittedError
from clinical.calendar import day_number
from clinical.codes import DiagnosisGroup, DoseBand, Phase
from data_access import side_effect_trends as trends
from data_access.engine import reading, writing
from tests.data_access.side_effect_clinic import (
    ALL,
    BEFORE_ALL,
    FEBRUARY,
    MARCH,
    NORTH,
    ONLY_NORTH,
    ONLY_SOUTH,
    SEES_SOUTH,
    SOUTH,
    STRANGER,
    fill,
    key_of,
    rows,
)

# The weeks of Monday 2 and 9 February, 2 and 9 March 2026; 2930 is that of 23 February.
W2_FEB, W9_FEB, W2_MAR, W9_MAR = 2927, 2928, 2931, 2932
FIRST, SECOND, THIRD, MAINTENANCE = 0, 1, 2, 7
UNKNOWN, HALF, HIGH = (
    int(band) for band in (DoseBand.UNKNOWN, DoseBand.FROM_0_45, DoseBand.FROM_0_75)
)
EARLY_MARCH = replace(ALL, start=date(2026, 3, 3), end=date(2026, 3, 4))


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with writing(engine) as writer:
        fill(writer)
    with reading(engine) as reader:
        yield reader


def test_infusions_by_week(connection: Connection):
    frame = trends.infusions_by_week(connection, LOCAL_VIEWER, ALL)
    groups = ["month", "week", "number_band", "dose_band"]
    counts = ["infusions", "recorded", "affected", "severe", "stopped", "timed", "chair_minutes"]
    assert list(frame.columns) == [*groups, *counts]
    assert set(frame.dtypes) == {np.dtype("int64")}
    assert rows(frame) == [
        (FEBRUARY, W2_FEB, FIRST, UNKNOWN, 1, 1, 0, 0, 1, 1, 60),
        (FEBRUARY, W2_FEB, FIRST, HALF, 1, 1, 1, 1, 0, 1, 90),
        (FEBRUARY, W2_FEB, SECOND, HALF, 1, 1, 1, 0, 0, 0, 0),
        (FEBRUARY, W9_FEB, THIRD, HALF, 1, 1, 0, 0, 0, 1, 100),
        (MARCH, W2_MAR, FIRST, HALF, 1, 1, 1, 0, 0, 1, 80),
        (MARCH, W2_MAR, FIRST, HIGH, 1, 1, 1, 1, 0, 1, 120),
        # No form, so its 80 minutes are not those of a recorded infusion.
        (MARCH, W2_MAR, SECOND, HIGH, 1, 0, 0, 0, 0, 0, 0),
        (MARCH, W2_MAR, MAINTENANCE, UNKNOWN, 1, 1, 1, 0, 0, 1, 70),
        (MARCH, W9_MAR, SECOND, HALF, 1, 1, 0, 0, 0, 0, 0),
    ]


def test_one_term_by_week(connection: Connection):
    key = key_of(connection, "Nausea")
    frame = trends.term_by_week(connection, LOCAL_VIEWER, ALL, key)
    groups = ["month", "week", "number_band", "dose_band"]
    assert list(frame.columns) == [*groups, "affected", "events"]
    assert rows(frame) == [
        (FEBRUARY, W2_FEB, FIRST, HALF, 1, 2),  # recorded twice in one infusion
        (MARCH, W2_MAR, FIRST, HALF, 1, 1),
        (MARCH, W2_MAR, MAINTENANCE, UNKNOWN, 1, 1),
    ]


def test_infusions_by_site_and_week(connection: Connection):
    frame = trends.infusions_by_site_week(connection, LOCAL_VIEWER, ALL)
    counts = ["infusions", "recorded", "affected"]
    assert list(frame.columns) == ["site_key", "week", "number_band", *counts]
    assert rows(frame) == [
        (NORTH, W2_FEB, FIRST, 1, 1, 1),
        (NORTH, W2_FEB, SECOND, 1, 1, 1),
        (NORTH, W9_FEB, THIRD, 1, 1, 0),
        (NORTH, W2_MAR, FIRST, 1, 1, 1),
        (NORTH, W2_MAR, SECOND, 1, 0, 0),
        (SOUTH, W2_FEB, FIRST, 1, 1, 0),
        (SOUTH, W2_MAR, FIRST, 1, 1, 1),
        (SOUTH, W2_MAR, MAINTENANCE, 1, 1, 1),
        (SOUTH, W9_MAR, SECOND, 1, 1, 0),
    ]


def test_terms_by_site_and_week(connection: Connection):
    frame = trends.terms_by_site_week(connection, LOCAL_VIEWER, ALL)
    assert list(frame.columns) == ["term_key", "site_key", "week", "affected"]
    dissociation, hypertension, nausea = (
        key_of(connection, term) for term in ("Dissociation", "Hypertension", "Nausea")
    )
    assert sorted(rows(frame)) == sorted(
        [
            (dissociation, NORTH, W2_FEB, 2),
            (dissociation, NORTH, W2_MAR, 1),
            (hypertension, NORTH, W2_MAR, 1),
            (nausea, NORTH, W2_FEB, 1),
            (nausea, SOUTH, W2_MAR, 2),
        ]
    )


def test_terms_by_week(connection: Connection):
    frame = trends.terms_by_week(connection, LOCAL_VIEWER, ALL)
    assert list(frame.columns) == ["term_key", "month", "week", "number_band", "affected"]
    dissociation, hypertension, nausea = (
        key_of(connection, term) for term in ("Dissociation", "Hypertension", "Nausea")
    )
    assert sorted(rows(frame)) == sorted(
        [
            (dissociation, FEBRUARY, W2_FEB, FIRST, 1),
            (dissociation, FEBRUARY, W2_FEB, SECOND, 1),
            (dissociation, MARCH, W2_MAR, FIRST, 1),
            (hypertension, MARCH, W2_MAR, FIRST, 1),
            (nausea, FEBRUARY, W2_FEB, FIRST, 1),
            (nausea, MARCH, W2_MAR, FIRST, 1),
            (nausea, MARCH, W2_MAR, MAINTENANCE, 1),
        ]
    )


@pytest.mark.parametrize(
    ("filters", "infusions", "nausea"),
    [
        (ONLY_NORTH, 5, 1),
        (ONLY_SOUTH, 4, 2),
        (EARLY_MARCH, 2, 1),  # I4 and I7, in the middle of a week
        (replace(ALL, phases=(Phase.MAINTENANCE,)), 1, 1),
        (replace(ALL, diagnosis_groups=(DiagnosisGroup.MAJOR,)), 4, 1),  # P2 and P4
        (replace(ALL, site_ids=("S2",), diagnosis_groups=(DiagnosisGroup.MAJOR,)), 2, 1),
    ],
)
def test_the_filters_hold(connection: Connection, filters, infusions: int, nausea: int):
    key = key_of(connection, "Nausea")
    asked = (connection, LOCAL_VIEWER, filters)
    assert trends.infusions_by_week(*asked)["infusions"].sum() == infusions
    assert trends.infusions_by_site_week(*asked)["infusions"].sum() == infusions
    assert trends.term_by_week(*asked, key)["affected"].sum() == nausea
    for terms in (trends.terms_by_site_week(*asked), trends.terms_by_week(*asked)):
        assert terms.loc[terms["term_key"] == key, "affected"].sum() == nausea
    assert len(trends.events_of_term(*asked, key).events) == nausea


QUERIES = [
    trends.infusions_by_week,
    lambda c, v, f: trends.term_by_week(c, v, f, key_of(c, "Nausea")),
    trends.infusions_by_site_week,
    trends.terms_by_site_week,
    trends.terms_by_week,
    lambda c, v, f: trends.events_of_term(c, v, f, key_of(c, "Nausea")).events,
]


@pytest.mark.parametrize("query", QUERIES)
def test_every_query_keeps_to_the_viewers_sites(connection: Connection, query):
    chosen = query(connection, LOCAL_VIEWER, ONLY_SOUTH)
    pd.testing.assert_frame_equal(query(connection, SEES_SOUTH, ALL), chosen)
    # A site that the viewer may not see stays out of sight when it is asked for.
    assert query(connection, SEES_SOUTH, ONLY_NORTH).empty


@pytest.mark.parametrize(
    "query", [*QUERIES, lambda c, v, f: trends.events_of_term(c, v, f, None).events]
)
def test_without_the_permission_nothing_is_read(connection: Connection, query):
    with pytest.raises(NotPermittedError):
        query(connection, STRANGER, ALL)


@pytest.mark.parametrize("query", QUERIES)
def test_a_period_without_infusions_gives_the_columns_and_no_rows(connection: Connection, query):
    frame = query(connection, LOCAL_VIEWER, BEFORE_ALL)
    assert frame.empty
    whole = query(connection, LOCAL_VIEWER, ALL)
    assert list(frame.columns) == list(whole.columns)
    assert list(frame.dtypes) == list(whole.dtypes)


def gaps(found: trends.RareEvents) -> list[tuple[int, float | None, float | None]]:
    return [
        (day, None if isnan(recorded) else recorded, None if isnan(days) else days)
        for day, recorded, days in rows(found.events)
    ]


def number(month: int, day: int) -> int:
    return day_number(date(2026, month, day))


def test_events_of_a_term_tell_how_far_apart_they_are(connection: Connection):
    key = key_of(connection, "Nausea")
    found = trends.events_of_term(connection, LOCAL_VIEWER, ALL, key)
    assert list(found.events.columns) == ["day", "recorded_before", "days_before"]
    # In I1, I7 and I8. Between I1 and I7: I6, I2, I3 and I4; the form of I5 was not filled in.
    assert gaps(found) == [
        (number(2, 2), None, None),
        (number(3, 4), 4, 30),
        (number(3, 5), 0, 1),
    ]
    assert (found.recorded_since, found.last_day) == (1, number(3, 9))  # I9


def test_the_latest_events_keep_the_distance_to_those_left_out(connection: Connection):
    key = key_of(connection, "Nausea")
    found = trends.events_of_term(connection, LOCAL_VIEWER, ALL, key, at_most=2)
    assert gaps(found) == [(number(3, 4), 4, 30), (number(3, 5), 0, 1)]


def test_distances_count_within_the_filters(connection: Connection):
    key = key_of(connection, "Dissociation")
    found = trends.events_of_term(connection, LOCAL_VIEWER, ONLY_NORTH, key)
    assert gaps(found) == [
        (number(2, 2), None, None),
        (number(2, 6), 0, 4),  # I6 of that time is South's
        (number(3, 3), 1, 25),
    ]
    assert (found.recorded_since, found.last_day) == (0, number(3, 3))


def test_an_infusion_counts_once_for_its_serious_side_effects(engine: Engine):
    with writing(engine) as writer:
        fill(writer, (20, "E20", "I4", "Anxiety", 2, True), (21, "E21", "I8", "Syncope", 3, True))
    with reading(engine) as reader:
        found = trends.events_of_term(reader, LOCAL_VIEWER, ALL, None)
        # I7 lies between I4 and I8.
        assert gaps(found) == [(number(3, 3), None, None), (number(3, 5), 1, 2)]
        assert found.recorded_since == 1
        of_south = trends.events_of_term(reader, SEES_SOUTH, ALL, None)
        assert gaps(of_south) == [(number(3, 5), None, None)]


def test_without_an_event_all_recorded_infusions_count_as_since(connection: Connection):
    found = trends.events_of_term(connection, LOCAL_VIEWER, ALL, term_key=99)
    assert found.events.empty
    assert (found.recorded_since, found.last_day) == (8, number(3, 9))


def test_without_recorded_infusions_there_is_no_last_day(connection: Connection):
    found = trends.events_of_term(connection, LOCAL_VIEWER, BEFORE_ALL, None)
    assert (len(found.events), found.recorded_since, found.last_day) == (0, 0, None)


@pytest.mark.parametrize(
    ("with_it", "places"),
    [
        ([1, 0], [3]),  # the third of four
        ([0, 1], [10]),  # the sixth of ten, after the four of the day before
        ([0, 2], [7, 12]),  # the third and the eighth of ten: in the middles of two fives
        ([4, 1], [1, 2, 3, 4, 10]),  # all of a day
    ],
)
def test_events_of_a_day_are_spread_over_its_infusions(with_it: list[int], places: list[int]):
    days = np.array([100, 103])
    found = trends.places_among(days, np.array(with_it), days, np.array([4, 10]))
    assert found.tolist() == places
