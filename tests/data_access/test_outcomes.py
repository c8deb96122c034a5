"""Who began, and the scores of the courses that are over, against the clinic counted by hand."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection

from access.viewer import LOCAL_VIEWER, NotPermittedError, Viewer
from clinical.codes import Phase, ScoreKind, Sex
from clinical.instruments import MADRS, PHQ9, WHO5
from data_access.cohort import Cohort
from data_access.engine import make_engine, reading, writing
from data_access.outcomes import score_counts, start_counts
from tests.data_access.course_clinic import ALL, TODAY, fill

ON_PHQ9 = Cohort(PHQ9.code)
SEES_WEST = replace(LOCAL_VIEWER, site_ids=frozenset({"S2"}))


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


def starts(
    connection: Connection, cohort: Cohort = ON_PHQ9, viewer: Viewer = LOCAL_VIEWER
) -> list[Any]:
    frame = start_counts(connection, viewer, ALL, cohort, TODAY)
    assert list(frame) == ["over", "length", "done", "complete", "baseline", "starts"]
    return [tuple(row) for row in frame.itertuples(index=False)]


def scores(connection: Connection, cohort: Cohort = ON_PHQ9, **asked: Any) -> list[Any]:
    viewer, filters = asked.get("viewer", LOCAL_VIEWER), asked.get("filters", ALL)
    frame = score_counts(connection, viewer, filters, cohort, TODAY)
    assert list(frame) == ["number", "observed", "baseline", "total", "courses"]
    return [tuple(row) for row in frame.itertuples(index=False)]


def test_who_began_by_how_far_they_went(clinic: Connection):
    assert starts(clinic) == [
        # over, length, done, complete, baseline, starts
        (0, 2, 1, 0, 1, 1),  # P7
        (1, 2, 1, 0, 1, 1),  # P3
        (1, 2, 2, 1, 0, 1),  # P4
        (1, 2, 2, 1, 1, 4),  # P1, P2, P5, P6
    ]


def test_the_baseline_is_that_on_the_measure(clinic: Connection):
    assert starts(clinic, Cohort(WHO5.code)) == [
        (0, 2, 1, 0, 0, 1),
        (1, 2, 1, 0, 0, 1),
        (1, 2, 2, 1, 0, 3),
        (1, 2, 2, 1, 1, 2),  # P1, P2
    ]
    assert sum(row[-1] for row in starts(clinic, Cohort(MADRS.code))) == 7


def test_a_severity_leaves_only_those_with_a_baseline(clinic: Connection):
    assert starts(clinic, replace(ON_PHQ9, baseline_bands=(4,))) == [
        (1, 2, 1, 0, 1, 1),
        (1, 2, 2, 1, 1, 2),
    ]


def test_the_scores_by_infusion_baseline_and_total(clinic: Connection):
    assert scores(clinic) == [
        # number, observed, baseline, total, courses; P7 is under way
        (1, 1, 20, 4, 1),
        (1, 1, 20, 12, 1),
        (1, 1, 20, 22, 1),
        (2, 0, 20, 4, 1),
        (2, 0, 20, 22, 1),
        (2, 1, 0, 0, 1),
        (2, 1, 16, 18, 1),
        (2, 1, 20, 10, 1),
    ]


def test_acute_scores_are_never_among_the_settled(clinic: Connection):
    assert scores(clinic, replace(ON_PHQ9, kind=ScoreKind.ACUTE)) == [(1, 1, 20, 8, 1)]


def test_scores_within_filters_cohort_and_sites(clinic: Connection):
    maintenance = replace(ALL, phases=(Phase.MAINTENANCE,))
    assert scores(clinic, filters=maintenance) == [(1, 1, 20, 5, 1)]
    assert scores(clinic, replace(ON_PHQ9, sexes=(int(Sex.MALE),))) == [
        (1, 1, 20, 4, 1),
        (2, 0, 20, 4, 1),
    ]
    assert scores(clinic, viewer=SEES_WEST) == [(1, 1, 20, 22, 1), (2, 0, 20, 22, 1)]
    assert starts(clinic, viewer=SEES_WEST) == [(1, 2, 1, 0, 1, 1), (1, 2, 2, 1, 0, 1)]


def test_another_measure_has_its_own_scores(clinic: Connection):
    # On WHO-5 both began at 40; P2's 30 is carried forward.
    assert scores(clinic, Cohort(WHO5.code)) == [
        (1, 1, 40, 30, 1),
        (2, 0, 40, 30, 1),
        (2, 1, 40, 60, 1),
    ]


def test_nothing_for_whom_totals_are_not(clinic: Connection):
    nobody = Viewer("nobody", frozenset())
    for query in (start_counts, score_counts):
        with pytest.raises(NotPermittedError):
            query(clinic, nobody, ALL, ON_PHQ9, TODAY)
