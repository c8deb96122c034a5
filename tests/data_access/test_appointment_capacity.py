"""What the view Capacity asks, against a clinic counted by hand."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Connection, Engine, insert, update

from access.viewer import LOCAL_VIEWER, NotPermittedError, Viewer
from clinical.calendar import day_number
from clinical.codes import DiagnosisGroup, Phase
from clinical.overruns import Cause, UsualStay
from data_access import appointment_capacity as queries
from data_access.engine import reading, writing
from data_access.facts import rebuild_facts
from data_access.filters import Filters
from data_access.schema import Appointment, Closure, Infusion
from tests.data_access.appointment_clinic import ALL, NORTH, WEST, fill, fill_sites

PAST = replace(ALL, end=date(2026, 3, 10))
SEES_WEST = replace(LOCAL_VIEWER, site_ids=frozenset({"S2"}))
SEES_NOTHING = Viewer("nobody", frozenset())
CHAIRS = {NORTH: 3, WEST: 1}
USUAL = UsualStay(1, 10.0, 40.0, 80.0)
_ENDED = datetime(2026, 3, 2, 14, 50, tzinfo=UTC)  # I1: 9:50 at North, begun at 9:10
_LEFT = {
    "I1": datetime(2026, 3, 2, 16, 10, tzinfo=UTC),  # 11:10 at North, planned until 11:00
    "I3": datetime(2026, 3, 4, 9, 0, tzinfo=UTC),  # 1:00 at West, planned until 1:30
}


def _fill(connection: Connection) -> None:
    """The clinic with two discharges, and with a closure of North on a day with appointments."""
    fill(connection)
    for infusion, left in _LEFT.items():
        of_it = update(Infusion).where(Infusion.infusion_id == infusion)
        connection.execute(of_it.values(discharged_at=left))
    connection.execute(update(Infusion).where(Infusion.infusion_id == "I1").values(ended_at=_ENDED))
    connection.execute(insert(Closure).values(site_id="S1", date=date(2026, 3, 2)))
    rebuild_facts(connection)


@pytest.fixture
def clinic(engine: Engine) -> Iterator[Connection]:
    with writing(engine) as writer:
        _fill(writer)
    with reading(engine) as reader:
        yield reader


def rows(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    return list(frame.itertuples(index=False, name=None))


def test_chairs_with_idle_ones_and_without_what_was_cancelled(clinic: Connection):
    assert rows(queries.chairs_used(clinic, LOCAL_VIEWER, PAST)) == [
        (1, "Chair 1", NORTH, 240, 130, 0, 2),  # one stayed ten minutes longer, one was missed
        (2, "Chair 2", NORTH, 0, 0, 0, 0),  # only a cancelled one
        (3, "Chair 3", NORTH, 0, 0, 0, 0),
        (4, "Recliner", WEST, 150, 150, 0, 2),  # the second to midnight
    ]


def test_chairs_are_of_everybody_at_the_chosen_sites(clinic: Connection):
    narrowed = replace(
        PAST,
        site_ids=("S1",),
        phases=(Phase.MAINTENANCE,),
        diagnosis_groups=(DiagnosisGroup.OTHER,),
    )
    assert queries.chairs_used(clinic, LOCAL_VIEWER, narrowed)["booked"].tolist() == [240, 0, 0]


def test_chairs_are_there_before_the_first_appointment(engine: Engine):
    with writing(engine) as writer:
        fill_sites(writer)
    with reading(engine) as connection:
        frame = queries.chairs_used(connection, LOCAL_VIEWER, ALL)
    assert frame["booked"].tolist() == [0, 0, 0, 0]


def test_hours_of_the_week_and_when_all_chairs_were_in_use(clinic: Connection):
    assert rows(queries.hours_used(clinic, LOCAL_VIEWER, PAST, CHAIRS)) == [
        (NORTH, 1, 9, 60, 60, 1, 1, 0),
        (NORTH, 1, 10, 60, 60, 1, 1, 0),
        (NORTH, 1, 11, 60, 10, 1, 1, 0),
        (NORTH, 1, 12, 60, 0, 1, 0, 0),
        (WEST, 2, 23, 30, 30, 1, 1, 1),
        (WEST, 7, 12, 60, 60, 1, 1, 1),
        (WEST, 7, 13, 60, 60, 1, 1, 1),
    ]
    without = queries.hours_used(clinic, LOCAL_VIEWER, PAST, {})
    assert without["all_used"].sum() == 0


def test_what_is_booked_on_a_day_of_closure(clinic: Connection):
    found = rows(queries.booked_on_closures(clinic, LOCAL_VIEWER, PAST))
    assert sorted(found) == [(NORTH, 1, hour, 60) for hour in (9, 10, 11, 12)]
    assert queries.booked_on_closures(clinic, SEES_WEST, PAST).empty


@pytest.mark.parametrize(("hours", "late"), [(24, 1), (13, 0), (2, 0)])
def test_chair_time_given_back_and_taken_by_nobody(clinic: Connection, hours: float, late: int):
    # 13 hours before; the cancelled consultation had no chair.
    found = rows(queries.freed_minutes(clinic, LOCAL_VIEWER, PAST, hours))
    assert found == [(NORTH, late, 1, 120)]


def test_chair_time_planned_for_those_who_stayed_away(clinic: Connection):
    assert rows(queries.missed_minutes(clinic, LOCAL_VIEWER, PAST)) == [(NORTH, 1, 120)]


def test_slips_of_the_record_are_counted(engine: Engine):
    with writing(engine) as writer:
        fill(writer)
        a4 = update(Appointment).where(Appointment.appointment_id == "A4")
        writer.execute(a4.values(chair_id=None))
        a3 = update(Appointment).where(Appointment.appointment_id == "A3")
        end = datetime(2026, 3, 5, tzinfo=UTC)
        writer.execute(a3.values(scheduled_end=end))
        a6 = update(Appointment).where(Appointment.appointment_id == "A6")
        writer.execute(a6.values(chair_id=None))  # cancelled: lacks none
        rebuild_facts(writer)
    with reading(engine) as connection:
        assert queries.count_without_chair(connection, LOCAL_VIEWER, PAST) == 1
        assert queries.count_too_long(connection, LOCAL_VIEWER, PAST) == 1
        assert queries.count_too_long(connection, SEES_WEST, PAST) == 0
        assert queries.missed_minutes(connection, LOCAL_VIEWER, PAST).empty


def test_the_parts_of_the_latest_stays(clinic: Connection):
    since = day_number(PAST.end) - 27
    stays = queries.latest_stays(clinic, LOCAL_VIEWER, PAST, since)
    found = sorted(stays.astype(object).where(stays.notna(), None).to_numpy().tolist(), key=str)
    assert found == [[10.0, 40.0, 80.0], [10.0, None, None]]
    assert queries.latest_stays(clinic, LOCAL_VIEWER, PAST, since + 27).empty


@pytest.mark.parametrize(
    ("usual", "cause"),
    [
        (UsualStay(1, 0.0, 40.0, 79.0), Cause.LATE_START),
        (UsualStay(1, 10.0, 30.0, 79.0), Cause.LONGER_INFUSION),
        (UsualStay(1, 10.0, 40.0, 70.0), Cause.LONGER_RECOVERY),
        (UsualStay(1, 10.0, 40.0, 80.0), Cause.SHORT_BLOCK),
        (UsualStay(1, 5.0, 35.0, 75.0), Cause.LATE_START),  # of equal parts the earlier
        (UsualStay(1, 10.0, 35.0, 75.0), Cause.LONGER_INFUSION),
        (UsualStay(0, None, None, None), Cause.UNKNOWN),
    ],
)
def test_an_overrun_is_put_down_to_the_part_that_exceeds_most(
    clinic: Connection, usual: UsualStay, cause: Cause
):
    table = queries.overruns_by_cause(clinic, LOCAL_VIEWER, PAST, usual)
    fixed = ["site_key", "stays", "overruns", "minutes"]
    assert rows(table[fixed]) == [(NORTH, 1, 1, 10), (WEST, 1, 0, 0)]
    by_cause = table.drop(columns=fixed).sum()
    assert by_cause[by_cause > 0].to_dict() == {int(cause): 1}


def test_a_cause_is_unknown_where_a_part_is(engine: Engine):
    with writing(engine) as writer:
        _fill(writer)
        writer.execute(update(Infusion).values(ended_at=None))
        rebuild_facts(writer)
    with reading(engine) as connection:
        table = queries.overruns_by_cause(connection, LOCAL_VIEWER, PAST, USUAL)
    assert table[int(Cause.UNKNOWN)].tolist() == [1, 0]
    assert table[int(Cause.SHORT_BLOCK)].tolist() == [0, 0]


def test_overruns_follow_all_filters(clinic: Connection):
    narrowed = replace(PAST, phases=(Phase.MAINTENANCE,))
    assert queries.overruns_by_cause(clinic, LOCAL_VIEWER, narrowed, USUAL).empty


def _hours(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    return queries.hours_used(connection, viewer, filters, CHAIRS)


def _freed(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    return queries.freed_minutes(connection, viewer, filters, 24)


def _stays(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    return queries.latest_stays(connection, viewer, filters, 0)


def _overruns(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    return queries.overruns_by_cause(connection, viewer, filters, USUAL)


QUERIES: dict[str, Callable[[Connection, Viewer, Filters], pd.DataFrame]] = {
    "chairs": queries.chairs_used,
    "hours": _hours,
    "closures": queries.booked_on_closures,
    "freed": _freed,
    "missed": queries.missed_minutes,
    "stays": _stays,
    "overruns": _overruns,
}


@pytest.mark.parametrize("name", QUERIES)
def test_a_viewer_of_one_site_sees_only_that_site(clinic: Connection, name: str):
    query = QUERIES[name]
    seen = query(clinic, SEES_WEST, PAST)
    pd.testing.assert_frame_equal(
        seen, query(clinic, LOCAL_VIEWER, replace(PAST, site_ids=("S2",)))
    )
    assert len(seen) < len(query(clinic, LOCAL_VIEWER, PAST))
    assert query(clinic, SEES_WEST, replace(PAST, site_ids=("S1",))).empty


@pytest.mark.parametrize("name", QUERIES)
def test_a_viewer_without_the_permission_sees_nothing(clinic: Connection, name: str):
    with pytest.raises(NotPermittedError):
        QUERIES[name](clinic, SEES_NOTHING, PAST)


@pytest.mark.parametrize("count", [queries.count_too_long, queries.count_without_chair])
def test_nobody_counts_slips_without_the_permission(clinic: Connection, count: Any):
    with pytest.raises(NotPermittedError):
        count(clinic, SEES_NOTHING, PAST)


def test_an_empty_database_has_the_same_columns(engine: Engine):
    nothing = Filters(PAST.start, PAST.start + timedelta(days=1))
    with reading(engine) as connection:
        for query in QUERIES.values():
            assert query(connection, LOCAL_VIEWER, nothing).empty
