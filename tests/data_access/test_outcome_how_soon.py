"""When courses reach response and remission, against the clinic of tests.data_access.course_clinic.

Every infusion starts at 10 o'clock and every score is taken at 9; P1's first infusion was on 1
March, so a score of 11 March comes after 239 hours, which is day 10.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Connection

from access.viewer import LOCAL_VIEWER, NotPermittedError, Viewer
from clinical.instruments import PHQ9
from clinical.time_to import LAST, Basis, Reached, Unit, hours_at
from data_access.cohort import Cohort
from data_access.courses_behind import CoursesBehind, Milestone, named_courses_behind
from data_access.engine import make_engine, reading, writing
from data_access.outcome_how_soon import first_day_counts, milestone_column, times_to
from tests.data_access.course_clinic import ALL, TODAY, fill

ON_PHQ9 = Cohort(PHQ9.code)
SEES_NORTH = replace(LOCAL_VIEWER, site_ids=frozenset({"S1"}))


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def clinic(
    request: pytest.FixtureRequest, make_database: Callable[[str], str]
) -> Iterator[Connection]:
    engine = make_engine(make_database(request.param))
    with writing(engine) as writer:
        fill(writer)
    with reading(engine) as reader:
        yield reader
    engine.dispose()


def found(
    connection: Connection,
    reached: Reached,
    basis: Basis = Basis.SETTLED,
    unit: Unit = Unit.DAYS,
    *,
    by: str | None = None,
    viewer: Viewer = LOCAL_VIEWER,
) -> list[tuple[int | None, ...]]:
    """The rows as group, room, reached, time and courses."""
    rows = times_to(connection, viewer, ALL, ON_PHQ9, reached, basis, unit, by)
    return sorted(
        (
            tuple(None if value is None or value != value else int(value) for value in row)
            for row in rows.astype(object).where(rows.notna(), None).itertuples(index=False)
        ),
        key=str,
    )


def test_response_in_days_with_those_still_waiting(clinic):
    assert found(clinic, Reached.RESPONSE) == sorted(
        [
            (0, 0, 0, 10, 1),  # P5: a baseline of 0
            (0, 1, 0, 7, 1),  # P3: watched until a week after the infusion
            (0, 1, 0, 10, 1),  # P6
            (0, 1, 1, 3, 1),  # P2
            (0, 1, 1, 4, 1),  # P7, under way
            (0, 1, 1, 10, 1),  # P1
        ],
        key=str,
    )


def test_any_score_shows_it_sooner(clinic):
    # P1 responds a day after infusion 1, 24 hours after its start; P2 71 hours after.
    days = found(clinic, Reached.RESPONSE, Basis.ANY)
    assert (0, 1, 1, 1, 1) in days
    assert (0, 1, 1, 10, 1) not in days
    hours = found(clinic, Reached.RESPONSE, Basis.ANY, Unit.HOURS)
    assert {row[3] for row in hours if row[2]} == {24, 71, 95}
    # What is later than the end of the axis is one hour beyond it: P5 and P6 after 239 hours.
    assert sum(row[4] or 0 for row in hours if row[3] == LAST[Unit.HOURS] + 1) == 2


def test_infusions_are_those_before_the_score(clinic):
    assert {
        row[3]: row[4] for row in found(clinic, Reached.RESPONSE, unit=Unit.INFUSIONS) if row[2]
    } == {
        1: 2,
        2: 1,
    }


def test_remission_leaves_no_room_to_those_in_it(clinic):
    rows = found(clinic, Reached.REMISSION)
    assert [row for row in rows if row[1] == 0] == [(0, 0, 1, 10, 1)]  # P5
    assert {row[3] for row in rows if row[1] and row[2]} == {3, 4}  # P2 and P7


@pytest.mark.parametrize(
    ("by", "expected"), [("site_key", {1: 4, 2: 2}), ("sex", {0: 4, 1: 1, 2: 1})]
)
def test_groups_add_up(clinic, by, expected):
    counted: dict[int, int] = {}
    for group, *_, courses in found(clinic, Reached.RESPONSE, by=by):
        counted[group or 0] = counted.get(group or 0, 0) + (courses or 0)
    assert sum(counted.values()) == 6
    assert set(counted) == set(expected)
    if by == "sex":
        assert counted == expected


def test_a_viewer_sees_the_own_sites_and_needs_the_permission(clinic):
    of_north = found(clinic, Reached.RESPONSE, by="site_key", viewer=SEES_NORTH)
    assert {row[0] for row in of_north} == {1}
    for ask in (
        lambda viewer: found(clinic, Reached.RESPONSE, viewer=viewer),
        lambda viewer: first_day_counts(clinic, viewer, ALL, ON_PHQ9, 30),
    ):
        with pytest.raises(NotPermittedError):
            ask(Viewer("nobody", frozenset()))


def test_only_known_columns_part_the_courses(clinic):
    with pytest.raises(ValueError, match="compared"):
        found(clinic, Reached.RESPONSE, by="series_key")


@pytest.mark.parametrize(("hours", "rows"), [(30, [[20, 8, 1]]), (22, [])])
def test_the_first_day_is_as_long_as_the_threshold_says(clinic, hours, rows):
    counts = first_day_counts(clinic, LOCAL_VIEWER, ALL, ON_PHQ9, hours)
    assert counts.to_numpy().tolist() == rows


@pytest.mark.parametrize("unit", [Unit.DAYS, Unit.HOURS])
def test_those_behind_a_point_are_those_it_counts(clinic, unit):
    column = milestone_column(Reached.RESPONSE, Basis.ANY, unit)
    for _, _, reached, time, courses in found(clinic, Reached.RESPONSE, Basis.ANY, unit):
        if not reached or time is None:
            continue
        then = Milestone(column, *hours_at(time, unit))
        behind = CoursesBehind(milestones=(then,), with_under_way=True)
        listed = named_courses_behind(clinic, LOCAL_VIEWER, ALL, ON_PHQ9, behind, TODAY)
        assert listed.total == courses
