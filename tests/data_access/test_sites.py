"""Names, opening hours and closures of the sites that the viewer may see."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time

import pytest
from sqlalchemy import Connection, Engine

from access.viewer import LOCAL_VIEWER, NotPermittedError, Viewer
from data_access.bulk import insert_rows
from data_access.engine import reading, writing
from data_access.schema import Site
from data_access.sites import closures, opening_hours, site_ids, site_names
from tests.data_access.appointment_clinic import ALL, NORTH, WEST, fill_sites

SEES_WEST = replace(LOCAL_VIEWER, site_ids=frozenset({"S2"}))
SEES_NOTHING = Viewer("nobody", frozenset())


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with writing(engine) as writer:
        fill_sites(writer)
    with reading(engine) as reader:
        yield reader


def test_site_names(connection: Connection):
    assert site_names(connection, LOCAL_VIEWER) == {NORTH: "North", WEST: "West"}
    assert site_names(connection, SEES_WEST) == {WEST: "West"}


def test_site_ids(connection: Connection):
    assert site_ids(connection, LOCAL_VIEWER) == {NORTH: "S1", WEST: "S2"}
    assert site_ids(connection, SEES_WEST) == {WEST: "S2"}
    with pytest.raises(NotPermittedError):
        site_ids(connection, SEES_NOTHING)


def test_sites_of_one_name_are_told_apart(engine: Engine):
    with writing(engine) as writer:
        columns = ("site_key", "site_id", "name", "time_zone")
        insert_rows(writer, Site, columns, [(1, "A", "Main", "UTC"), (2, "B", "Main", "UTC")])
    with reading(engine) as connection:
        assert site_names(connection, LOCAL_VIEWER) == {1: "Main (A)", 2: "Main (B)"}


def test_opening_hours_of_the_chosen_sites(connection: Connection):
    frame = opening_hours(connection, LOCAL_VIEWER, ALL)
    assert list(frame.columns) == ["site_key", "weekday", "opens", "closes"]
    assert len(frame) == 11
    assert list(frame.itertuples(index=False, name=None))[:2] == [
        (NORTH, 1, time(8), time(12)),
        (NORTH, 1, time(13), time(17)),
    ]
    west = [(WEST, 3, time(9), time(15))]
    chosen = opening_hours(connection, LOCAL_VIEWER, replace(ALL, site_ids=("S2",)))
    assert list(chosen.itertuples(index=False, name=None)) == west
    seen = opening_hours(connection, SEES_WEST, ALL)
    assert list(seen.itertuples(index=False, name=None)) == west


def test_closures_of_the_period(connection: Connection):
    frame = closures(connection, LOCAL_VIEWER, ALL)
    assert list(frame.columns) == ["site_key", "date", "reason"]
    assert frame["site_key"].tolist() == [NORTH, WEST]
    assert frame["date"].tolist() == [date(2026, 3, 12), date(2026, 3, 18)]
    assert frame["reason"].fillna("").tolist() == ["Staff training", ""]
    week = replace(ALL, start=date(2026, 3, 9), end=date(2026, 3, 15))
    assert closures(connection, LOCAL_VIEWER, week)["site_key"].tolist() == [NORTH]
    assert closures(connection, SEES_WEST, week).empty


def test_a_viewer_without_the_permission_sees_nothing(connection: Connection):
    for query in (opening_hours, closures):
        with pytest.raises(NotPermittedError):
            query(connection, SEES_NOTHING, ALL)
    with pytest.raises(NotPermittedError):
        site_names(connection, SEES_NOTHING)
