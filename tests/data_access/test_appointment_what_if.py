"""What the view What if starts from, against a clinic counted by hand."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Connection, Engine, update

from access.viewer import LOCAL_VIEWER, NotPermittedError, Viewer
from clinical.calendar import day_number, week_number
from clinical.codes import AppointmentKind, AppointmentStatus, DiagnosisGroup, Phase
from data_access import appointment_what_if as queries
from data_access.engine import reading, writing
from data_access.facts import rebuild_facts
from data_access.filters import Filters
from data_access.schema import Infusion
from tests.data_access.appointment_clinic import ALL, NORTH, WEST, fill, fill_sites

PAST = replace(ALL, end=date(2026, 3, 10))
SEES_WEST = replace(LOCAL_VIEWER, site_ids=frozenset({"S2"}))
SEES_NOTHING = Viewer("nobody", frozenset())
QUERIES = [
    queries.places,
    queries.chair_time_by_day,
    queries.infusions_by_week,
    queries.booked_work,
    queries.stays,
]
_LEFT = {
    "I1": datetime(2026, 3, 2, 16, 10, tzinfo=UTC),  # 11:10 at North, due at 9:00
    "I3": datetime(2026, 3, 4, 9, 0, tzinfo=UTC),  # 1:00 at West, due at 23:30
    "I4": datetime(2026, 3, 11, 14, 0, tzinfo=UTC),  # 10:00 at North, due at 8:00
}


@pytest.fixture
def clinic(engine: Engine) -> Iterator[Connection]:
    with writing(engine) as writer:
        fill(writer)
        for infusion, left in _LEFT.items():
            left_then = update(Infusion).where(Infusion.infusion_id == infusion)
            writer.execute(left_then.values(discharged_at=left))
        rebuild_facts(writer)
    with reading(engine) as reader:
        yield reader


def rows(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    return list(frame.itertuples(index=False, name=None))


def day(month: int, number: int) -> int:
    return day_number(date(2026, month, number))


def test_sites_with_their_chairs_and_first_appointment(clinic: Connection):
    found = queries.places(clinic, LOCAL_VIEWER, PAST)
    assert list(found.columns) == ["site_key", "chairs", "first_day"]
    assert rows(found) == [(NORTH, 3, day(2, 28)), (WEST, 1, day(3, 1))]


def test_a_site_that_nobody_has_come_to(engine: Engine):
    with writing(engine) as writer:
        fill_sites(writer)
    with reading(engine) as reader:
        assert rows(queries.places(reader, LOCAL_VIEWER, PAST)) == [(NORTH, 3, -1), (WEST, 1, -1)]


def test_chair_time_that_was_booked_and_used(clinic: Connection):
    found = queries.chair_time_by_day(clinic, LOCAL_VIEWER, PAST)
    assert list(found.columns) == ["site_key", "day", "booked", "used"]
    assert rows(found) == [
        (NORTH, day(3, 2), 240, 130),  # one missed; the other stayed until 11:10
        (WEST, day(3, 1), 120, 120),
        (WEST, day(3, 3), 30, 30),  # to midnight
    ]


def test_infusions_of_whole_weeks(clinic: Connection):
    two_weeks = Filters(date(2026, 2, 23), date(2026, 3, 8))
    found = queries.infusions_by_week(clinic, LOCAL_VIEWER, two_weeks)
    first, second = week_number(day(2, 23)), week_number(day(3, 2))
    assert list(found.columns) == ["site_key", "week", "infusions"]
    assert rows(found) == [(NORTH, second, 4), (WEST, first, 1), (WEST, second, 1)]


def test_what_the_chairs_are_booked_for(clinic: Connection):
    found = queries.booked_work(clinic, LOCAL_VIEWER, PAST)
    infusion = int(AppointmentKind.INFUSION)
    arrived, done, missed = (
        int(status)
        for status in (
            AppointmentStatus.ARRIVED,
            AppointmentStatus.FULFILLED,
            AppointmentStatus.NOSHOW,
        )
    )
    assert list(found.columns) == ["site_key", "kind", "status", "minutes", "appointments"]
    assert rows(found) == [  # neither the cancelled ones nor those without a chair
        (NORTH, infusion, done, 120, 1),
        (NORTH, infusion, missed, 120, 1),
        (WEST, infusion, arrived, 120, 1),
        (WEST, infusion, done, 120, 1),
    ]


def test_stays_from_the_planned_start_to_the_discharge(clinic: Connection):
    found = queries.stays(clinic, LOCAL_VIEWER, ALL)
    assert list(found.columns) == ["site_key", "minutes", "stays"]
    assert rows(found) == [(NORTH, 120, 1), (NORTH, 130, 1), (WEST, 90, 1)]
    assert rows(queries.stays(clinic, LOCAL_VIEWER, PAST)) == [(NORTH, 130, 1), (WEST, 90, 1)]


def test_a_stay_that_is_not_possible_is_left_out(engine: Engine):
    with writing(engine) as writer:
        fill(writer)
        too_late = datetime(2026, 3, 3, 2, 1, tzinfo=UTC)  # 21:01 at North: 721 minutes
        writer.execute(
            update(Infusion).where(Infusion.infusion_id == "I1").values(discharged_at=too_late)
        )
        rebuild_facts(writer)
    with reading(engine) as reader:
        assert queries.stays(reader, LOCAL_VIEWER, ALL).empty


def test_chairs_are_everybodys(clinic: Connection):
    narrow = replace(PAST, phases=(Phase.MAINTENANCE,), diagnosis_groups=(DiagnosisGroup.OTHER,))
    for query in QUERIES:
        pd.testing.assert_frame_equal(
            query(clinic, LOCAL_VIEWER, narrow), query(clinic, LOCAL_VIEWER, PAST)
        )


def test_a_viewer_of_one_site_sees_only_that_site(clinic: Connection):
    for query in QUERIES:
        seen = query(clinic, SEES_WEST, PAST)
        assert set(seen["site_key"]) == {WEST}
        chosen = query(clinic, LOCAL_VIEWER, replace(PAST, site_ids=("S2",)))
        pd.testing.assert_frame_equal(seen, chosen)
        assert query(clinic, SEES_WEST, replace(PAST, site_ids=("S1",))).empty


def test_a_viewer_without_the_permission_sees_nothing(clinic: Connection):
    for query in QUERIES:
        with pytest.raises(NotPermittedError):
            query(clinic, SEES_NOTHING, PAST)


def test_an_empty_database_gives_the_same_columns(engine: Engine):
    with reading(engine) as connection:
        for query in QUERIES:
            empty = query(connection, LOCAL_VIEWER, ALL)
            assert empty.empty
            assert "site_key" in empty.columns
