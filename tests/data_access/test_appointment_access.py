"""The queries of the view Access, against people counted by hand."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Connection, Engine

from access.viewer import LOCAL_VIEWER, NotPermittedError, Permission, Viewer
from clinical.calendar import day_number, month_number
from clinical.codes import DiagnosisGroup, Phase
from clinical.free_slots import Booking
from clinical.funnel import Stage, stages
from data_access import appointment_access as queries
from data_access.appointment_access import PeopleBehind
from data_access.engine import reading, writing
from tests.data_access.access_clinic import EAST, HOSTILE, NORTH, TODAY, WEST, YEAR, fill

SEES_WEST = replace(LOCAL_VIEWER, site_ids=frozenset({"S2"}))
SEES_TOTALS = Viewer("manager", frozenset({Permission.SEE_TOTALS}))
SEES_NOTHING = Viewer("nobody", frozenset())
LAST = date(2026, 12, 31)


@pytest.fixture
def clinic(engine: Engine) -> Iterator[Connection]:
    with writing(engine) as writer:
        fill(writer)
    with reading(engine) as reader:
        yield reader


def by_entry(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    """The rows by the day of entry, what is missing as ``None``."""
    ordered = frame.sort_values("waited", ascending=False)
    return [
        tuple(None if pd.isna(value) else value for value in row)
        for row in ordered.itertuples(index=False, name=None)
    ]


def test_ways_in_days_from_the_entry(clinic: Connection):
    frame = queries.ways(clinic, LOCAL_VIEWER, YEAR, TODAY)
    january, february, march = (month_number(date(2026, month, 1)) for month in (1, 2, 3))
    assert list(frame.columns) == [
        "site_key",
        "month",
        "source",
        "waited",
        "referred",
        "planned",
        "seen",
        "treated",
        "completed",
        "people",
    ]
    assert by_entry(frame) == [
        (NORTH, january, "GP", 65, 0, 3, 3, 10, 13, 1),
        (NORTH, january, "gp", 64, 0, 4, 8, 20, None, 1),
        (NORTH, january, "GP", 63, 0, 7, 7, None, None, 1),
        (NORTH, january, HOSTILE, 62, 0, None, None, None, None, 1),
        (None, january, "GP", 61, 0, None, None, None, None, 1),
        (WEST, february, "GP", 37, 0, None, None, 3, 7, 1),
        # Never referred; the course is taken for six.
        (WEST, february, None, 36, None, 0, 0, 0, None, 1),
        # Seen ten days before the referral.
        (NORTH, february, "GP", 29, 10, 0, 0, 15, 23, 1),
        (WEST, march, "Hospital", 2, 0, 11, None, None, None, 1),
    ]


def test_the_period_is_that_of_the_entry_and_ends_today(clinic: Connection):
    long_ago = replace(YEAR, start=date(2025, 3, 10), end=date(2025, 3, 10))
    assert len(queries.ways(clinic, LOCAL_VIEWER, long_ago, TODAY)) == 1
    assert len(queries.ways(clinic, LOCAL_VIEWER, YEAR, date(2026, 1, 8))) == 4
    none = queries.ways(clinic, LOCAL_VIEWER, YEAR, date(2025, 12, 31))
    assert none.empty
    assert none["referred"].dtype == "float64"


def test_filters_and_the_viewers_sites(clinic: Connection):
    west = queries.ways(clinic, LOCAL_VIEWER, replace(YEAR, site_ids=("S2",)), TODAY)
    assert set(west["site_key"]) == {WEST}
    assert by_entry(queries.ways(clinic, SEES_WEST, YEAR, TODAY)) == by_entry(west)
    bipolar = replace(YEAR, diagnosis_groups=(DiagnosisGroup.BIPOLAR,))
    assert queries.ways(clinic, LOCAL_VIEWER, bipolar, TODAY).empty
    assert queries.induction_courses(clinic, LOCAL_VIEWER, bipolar, TODAY).empty
    # The phase does not apply.
    maintained = replace(YEAR, phases=(Phase.MAINTENANCE,))
    assert len(queries.ways(clinic, LOCAL_VIEWER, maintained, TODAY)) == 9
    assert len(queries.induction_courses(clinic, LOCAL_VIEWER, maintained, TODAY)) == 5


def test_induction_courses(clinic: Connection):
    frame = queries.induction_courses(clinic, LOCAL_VIEWER, YEAR, TODAY)
    ordered = frame.sort_values("since", ascending=False)
    assert ordered["since"].tolist() == [55, 44, 36, 34, 14]
    assert ordered["site_key"].tolist() == [NORTH, NORTH, WEST, WEST, NORTH]
    assert ordered["taken"].fillna(-1).tolist() == [3, -1, -1, 4, 8]
    assert ordered["planned"].tolist() == [2, 2, 6, 2, 2]
    assert ordered["planned_known"].tolist() == [1, 1, 0, 1, 1]
    assert ordered["courses"].tolist() == [1] * 5


def test_chairs_and_the_usual_length(clinic: Connection):
    assert queries.chairs_by_site(clinic, LOCAL_VIEWER, YEAR) == {
        NORTH: [1, 2, 3],
        WEST: [4],
        EAST: [],
    }
    assert queries.chairs_by_site(clinic, SEES_WEST, YEAR) == {WEST: [4]}
    lengths = queries.planned_lengths(clinic, LOCAL_VIEWER, [NORTH, WEST, EAST], TODAY)
    assert {key: sorted(found) for key, found in lengths.items()} == {
        NORTH: [(90, 1), (120, 2)],
        WEST: [(120, 1)],
    }
    assert NORTH not in queries.planned_lengths(clinic, SEES_WEST, [NORTH, WEST], TODAY)


def test_what_is_booked(clinic: Connection):
    friday, monday = date(2026, 3, 13), date(2026, 3, 16)
    found = queries.bookings(clinic, LOCAL_VIEWER, [NORTH, WEST], friday, monday)
    assert set(found) == {NORTH}, "a consultation without a chair holds none"
    days = [day_number(friday), day_number(monday)]
    assert sorted(found[NORTH], key=str) == sorted(
        [
            *(Booking(days[0], chair, start, 240) for chair in (1, 2) for start in (480, 780)),
            Booking(days[0], 3, 480, 240),
            Booking(days[0], 3, 780, 120),
            Booking(days[1], None, 480, 120),
        ],
        key=str,
    )
    assert queries.bookings(clinic, SEES_WEST, [NORTH], friday, monday) == {}


JUDGED = date(2026, 1, 10)


def test_people_behind_each_bar(clinic: Connection):
    expected = {
        (Stage.ENTERED, False): [8, 6, 3, 2, 1],
        (Stage.PLANNED, False): [3, 2, 1],
        (Stage.PLANNED, True): [8, 6],
        (Stage.SEEN, True): [],
        (Stage.TREATED, False): [2, 1],
        (Stage.TREATED, True): [3],
        (Stage.COMPLETED, False): [1],
        (Stage.COMPLETED, True): [2],
    }
    for (stage, lost), people in expected.items():
        behind = PeopleBehind(int(stage), lost, JUDGED)
        found = queries.named_people_behind(clinic, LOCAL_VIEWER, YEAR, behind, TODAY)
        assert found.rows["family_name"].tolist() == [f"Person {number}" for number in people]
        assert found.total == len(people)


def test_a_bar_and_its_list_agree(clinic: Connection):
    ways = queries.ways(clinic, LOCAL_VIEWER, YEAR, TODAY)
    for row in stages(ways).to_dict("records"):
        lost = row["before"] - row["people"]
        for is_lost, count in ((False, row["people"]), (True, lost)):
            if is_lost and row["stage"] == Stage.ENTERED:
                continue
            behind = PeopleBehind(row["stage"], is_lost, LAST)
            found = queries.named_people_behind(clinic, LOCAL_VIEWER, YEAR, behind, TODAY)
            assert found.total == count, (row["stage"], is_lost)


def test_a_list_is_cut_and_holds_what_is_known(clinic: Connection):
    behind = PeopleBehind(Stage.TREATED, False, LAST)
    found = queries.named_people_behind(clinic, LOCAL_VIEWER, YEAR, behind, TODAY, 1)
    (row,) = found.rows.to_dict("records")
    assert found.total == 5
    assert (row["family_name"], row["mrn"], row["site"]) == ("Person 10", "M10", "North")
    assert (row["done"], row["planned_infusions"]) == (2, 2)
    assert row["referred"] == day_number(date(2026, 2, 20))
    assert len(row["handle"]) == 16


def test_names_are_for_those_who_may_see_patients_of_their_sites(clinic: Connection):
    behind = PeopleBehind(Stage.ENTERED, False, LAST)
    found = queries.named_people_behind(clinic, SEES_WEST, YEAR, behind, TODAY)
    assert set(found.rows["site"]) == {"West"}
    assert found.total == 3
    with pytest.raises(NotPermittedError):
        queries.named_people_behind(clinic, SEES_TOTALS, YEAR, behind, TODAY)


def test_nobody_without_the_permission(engine: Engine):
    asked: list[Callable[[Connection], object]] = [
        lambda connection: queries.ways(connection, SEES_NOTHING, YEAR, TODAY),
        lambda connection: queries.induction_courses(connection, SEES_NOTHING, YEAR, TODAY),
        lambda connection: queries.chairs_by_site(connection, SEES_NOTHING, YEAR),
        lambda connection: queries.planned_lengths(connection, SEES_NOTHING, [NORTH], TODAY),
        lambda connection: queries.bookings(connection, SEES_NOTHING, [NORTH], TODAY, LAST),
    ]
    with reading(engine) as connection:
        for ask in asked:
            with pytest.raises(NotPermittedError):
                ask(connection)
