"""From filters and viewer to what a query may see."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Connection, Engine, func, select

from access.viewer import LOCAL_VIEWER, NotPermittedError, Permission, Viewer
from clinical.codes import DiagnosisGroup, Phase
from data_access.engine import reading, writing
from data_access.filters import Filters
from data_access.schema import AppointmentFact, InfusionFact
from data_access.selection import (
    Selected,
    conditions,
    count_infusions,
    permitted_site_keys,
    spans_every_site,
)
from tests.data_access.side_effect_clinic import ALL, fill

NORTH, SOUTH = 1, 2
ONLY_NORTH = replace(ALL, site_ids=("S1",))
SEES_SOUTH = replace(LOCAL_VIEWER, site_ids=frozenset({"S2"}))


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with writing(engine) as writer:
        fill(writer)
    with reading(engine) as reader:
        yield reader


@pytest.mark.parametrize(
    ("viewer", "chosen", "expected"),
    [
        (LOCAL_VIEWER, (), None),
        (LOCAL_VIEWER, ("S1",), [NORTH]),
        (LOCAL_VIEWER, ("S2", "S1"), [NORTH, SOUTH]),
        (LOCAL_VIEWER, ("S9",), []),
        (SEES_SOUTH, (), [SOUTH]),
        (SEES_SOUTH, ("S1",), []),
        (SEES_SOUTH, ("S1", "S2"), [SOUTH]),
        (replace(LOCAL_VIEWER, site_ids=frozenset()), (), []),
    ],
)
def test_a_viewer_sees_the_chosen_sites_among_the_permitted(
    connection: Connection, viewer: Viewer, chosen: tuple[str, ...], expected: list[int] | None
):
    assert permitted_site_keys(connection, viewer, chosen) == expected


def test_whether_every_site_is_meant():
    assert spans_every_site(LOCAL_VIEWER, ALL)
    assert not spans_every_site(LOCAL_VIEWER, ONLY_NORTH)
    assert not spans_every_site(SEES_SOUTH, ALL)


@pytest.mark.parametrize("along_groups", [False, True])
@pytest.mark.parametrize(
    ("viewer", "filters", "infusions"),
    [
        (LOCAL_VIEWER, ALL, 9),
        (LOCAL_VIEWER, ONLY_NORTH, 5),
        (SEES_SOUTH, ALL, 4),
        (SEES_SOUTH, ONLY_NORTH, 0),
        (LOCAL_VIEWER, replace(ALL, start=date(2026, 2, 6), end=date(2026, 3, 3)), 3),
        (LOCAL_VIEWER, replace(ALL, phases=(Phase.MAINTENANCE,)), 1),
        (LOCAL_VIEWER, replace(ALL, diagnosis_groups=(DiagnosisGroup.MAJOR,)), 4),
        (
            LOCAL_VIEWER,
            replace(ALL, diagnosis_groups=(DiagnosisGroup.MAJOR, DiagnosisGroup.BIPOLAR)),
            6,
        ),
    ],
)
def test_the_conditions_keep_the_same_rows_however_they_are_read(
    connection: Connection, viewer: Viewer, filters: Filters, infusions: int, along_groups: bool
):
    scoped = conditions(connection, viewer, filters, InfusionFact, along_groups=along_groups)
    statement = select(func.count()).select_from(InfusionFact).where(*scoped)
    assert connection.scalar(statement) == infusions


@pytest.mark.parametrize(
    ("viewer", "filters", "expected"),
    [
        (LOCAL_VIEWER, ALL, Selected(infusions=9, all_infusions=9)),
        (LOCAL_VIEWER, ONLY_NORTH, Selected(infusions=5, all_infusions=9)),
        (SEES_SOUTH, ALL, Selected(infusions=4, all_infusions=4)),
        (
            LOCAL_VIEWER,
            replace(ALL, start=date(2027, 1, 1), end=date(2027, 1, 31)),
            Selected(infusions=0, all_infusions=9),
        ),
    ],
)
def test_n_of_all_counts_what_the_viewer_may_see(
    connection: Connection, viewer: Viewer, filters: Filters, expected: Selected
):
    assert count_infusions(connection, viewer, filters) == expected


def test_an_empty_database_has_no_infusions(engine: Engine):
    with reading(engine) as connection:
        assert count_infusions(connection, LOCAL_VIEWER, ALL) == Selected(0, 0)


def test_without_the_permission_there_are_no_conditions(connection: Connection):
    stranger = Viewer("stranger", frozenset())
    for facts, needed in ((InfusionFact, "see clinical counts"), (AppointmentFact, "see totals")):
        with pytest.raises(NotPermittedError, match=needed):
            conditions(connection, stranger, ALL, facts)


def test_a_query_may_ask_for_another_permission_than_its_facts(connection: Connection):
    rates = Viewer("rates", frozenset({Permission.SEE_RATES}))
    assert conditions(connection, rates, ALL, InfusionFact, needs=Permission.SEE_RATES)
    with pytest.raises(NotPermittedError, match="see totals"):
        conditions(connection, rates, ALL, InfusionFact, needs=Permission.SEE_TOTALS)


def test_who_may_see_no_more_than_totals_may_choose_phases_but_no_diagnoses(
    connection: Connection,
):
    totals = Viewer("totals", frozenset({Permission.SEE_TOTALS}))
    boosters = replace(ALL, phases=(Phase.MAINTENANCE,))
    assert count_infusions(connection, totals, boosters).infusions > 0
    depressed = replace(ALL, diagnosis_groups=(DiagnosisGroup.MAJOR,))
    with pytest.raises(NotPermittedError, match="see clinical counts"):
        count_infusions(connection, totals, depressed)
