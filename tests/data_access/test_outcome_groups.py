"""What groups of courses had reached, against the clinic counted by hand."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Connection

from access.viewer import LOCAL_VIEWER, NotPermittedError, Viewer
from clinical.codes import Phase, ScoreKind, Sex
from clinical.course_scores import Missing
from clinical.group_rates import tally
from clinical.instruments import MADRS, PHQ9, WHO5
from clinical.measures import THOUGHTS
from clinical.responses import Result, rates_by_number
from data_access.cohort import GROUP_COLUMNS, Cohort
from data_access.engine import make_engine, reading, writing
from data_access.outcome_groups import (
    QUARTER,
    YEAR,
    group_mix,
    group_scores,
    group_starts,
)
from data_access.outcomes import score_counts, start_counts
from tests.data_access.course_clinic import ALL, TODAY, fill

ON_PHQ9 = Cohort(PHQ9.code)
NORTH, WEST = 1, 2
SEES_WEST = replace(LOCAL_VIEWER, site_ids=frozenset({"S2"}))
MINIMAL, MODERATELY_SEVERE, SEVERE = 0, 3, 4
Rows = list[tuple[Any, ...]]


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


def rows(frame: pd.DataFrame) -> Rows:
    assert (frame.dtypes == "int64").all()
    return list(frame.itertuples(index=False, name=None))


def starts(connection: Connection, by: str, **asked: Any) -> Rows:
    viewer, cohort = asked.get("viewer", LOCAL_VIEWER), asked.get("cohort", ON_PHQ9)
    frame = group_starts(connection, viewer, asked.get("filters", ALL), cohort, by, TODAY)
    assert list(frame) == ["group", "length", "starts"]
    return rows(frame)


def scores(connection: Connection, by: str, result: Result = Result.RESPONSE, **asked: Any) -> Rows:
    viewer, cohort = asked.get("viewer", LOCAL_VIEWER), asked.get("cohort", ON_PHQ9)
    frame = group_scores(connection, viewer, asked.get("filters", ALL), cohort, by, result, TODAY)
    assert list(frame) == ["group", "number", "observed", "courses", "judged", "reached"]
    return rows(frame)


def test_the_courses_that_are_over_by_group(clinic: Connection):
    # P7 is under way.
    assert starts(clinic, "site_key") == [(NORTH, 2, 4), (WEST, 2, 2)]
    assert starts(clinic, "sex") == [
        (Sex.UNKNOWN, 2, 4),
        (Sex.FEMALE, 2, 1),
        (Sex.MALE, 2, 1),
    ]
    # By severity without P4, who has no baseline.
    assert starts(clinic, "baseline_band") == [
        (MINIMAL, 2, 1),
        (MODERATELY_SEVERE, 2, 1),
        (SEVERE, 2, 3),
    ]


def test_responses_by_site_and_infusion(clinic: Connection):
    assert scores(clinic, "site_key") == [
        # group, number, observed, courses, judged, reached
        (NORTH, 1, 1, 2, 2, 1),  # P1 12, P2 4, both of 20
        (NORTH, 2, 0, 1, 1, 1),  # P2, carried forward
        (NORTH, 2, 1, 3, 2, 1),  # P1 10; P5 had 0, and no room to respond; P6 18 of 16
        (WEST, 1, 1, 1, 1, 0),  # P3
        (WEST, 2, 0, 1, 1, 0),
    ]


def test_remissions_need_no_room(clinic: Connection):
    assert scores(clinic, "site_key", Result.REMISSION)[2] == (NORTH, 2, 1, 3, 3, 1)


def test_a_measure_on_which_higher_is_better(clinic: Connection):
    # Both began at 40: P1 reached 60 after infusion 2, P2 fell to 30.
    assert scores(clinic, "sex", Result.IMPROVEMENT, cohort=Cohort(WHO5.code)) == [
        (Sex.FEMALE, 2, 1, 1, 1, 1),
        (Sex.MALE, 1, 1, 1, 1, 0),
        (Sex.MALE, 2, 0, 1, 1, 0),
    ]


def test_a_result_without_a_rule_is_not_asked_for(clinic: Connection):
    with pytest.raises(ValueError, match="WHO-5 has no rule of response"):
        scores(clinic, "sex", Result.RESPONSE, cohort=Cohort(WHO5.code))
    with pytest.raises(ValueError, match="not told apart by patient_key"):
        scores(clinic, "patient_key")


def test_within_filters_cohort_kind_and_sites(clinic: Connection):
    assert scores(clinic, "site_key", viewer=SEES_WEST) == [
        (WEST, 1, 1, 1, 1, 0),
        (WEST, 2, 0, 1, 1, 0),
    ]
    assert starts(clinic, "site_key", viewer=SEES_WEST) == [(WEST, 2, 2)]
    acute = replace(ON_PHQ9, kind=ScoreKind.ACUTE)
    assert scores(clinic, "site_key", cohort=acute) == [(NORTH, 1, 1, 1, 1, 1)]
    maintenance = replace(ALL, phases=(Phase.MAINTENANCE,))
    assert scores(clinic, "site_key", filters=maintenance) == [(NORTH, 1, 1, 1, 1, 1)]
    severe = replace(ON_PHQ9, baseline_bands=(SEVERE,))
    assert starts(clinic, "site_key", cohort=severe) == [(NORTH, 2, 2), (WEST, 2, 1)]
    assert scores(clinic, "site_key", cohort=Cohort(MADRS.code)) == []


def test_the_case_mix_after_an_infusion(clinic: Connection):
    frame = group_mix(clinic, LOCAL_VIEWER, ALL, ON_PHQ9, "site_key", Result.RESPONSE, 2, TODAY)
    assert list(frame) == [
        "group",
        "baseline_band",
        "diagnosis_group",
        "observed",
        "courses",
        "judged",
        "reached",
    ]
    assert rows(frame) == [
        (NORTH, MINIMAL, 0, 1, 1, 0, 0),
        (NORTH, MODERATELY_SEVERE, 0, 1, 1, 1, 0),
        (NORTH, SEVERE, 0, 0, 1, 1, 1),
        (NORTH, SEVERE, 0, 1, 1, 1, 1),
        (WEST, SEVERE, 0, 0, 1, 1, 0),
    ]


def test_the_case_mix_of_a_group_with_a_high_code(clinic: Connection):
    # Packed, it does not fit into 16 bits, in which PostgreSQL keeps the column.
    frame = group_mix(
        clinic, LOCAL_VIEWER, ALL, ON_PHQ9, "baseline_band", Result.RESPONSE, 2, TODAY
    )
    assert rows(frame) == [
        (MINIMAL, MINIMAL, 0, 1, 1, 0, 0),
        (MODERATELY_SEVERE, MODERATELY_SEVERE, 0, 1, 1, 1, 0),
        (SEVERE, SEVERE, 0, 0, 2, 2, 1),
        (SEVERE, SEVERE, 0, 1, 1, 1, 1),
    ]


def test_when_courses_began_is_told_by_quarter_or_year(clinic: Connection):
    # All began in the first quarter of 2026; the maintenance in the second.
    assert starts(clinic, QUARTER) == [(2026 * 4, 2, 6)]
    assert starts(clinic, YEAR) == [(2026, 2, 6)]
    within = replace(ALL, start=date(2026, 1, 1), end=date(2026, 3, 31))
    assert starts(clinic, QUARTER, filters=within) == [(2026 * 4, 2, 6)]
    long = replace(ALL, start=date(2019, 12, 31), phases=(Phase.MAINTENANCE,))
    assert scores(clinic, QUARTER, filters=long) == [(2026 * 4 + 1, 1, 1, 1, 1, 1)]
    assert scores(clinic, YEAR, filters=long) == [(2026, 1, 1, 1, 1, 1)]


@pytest.mark.parametrize("missing", list(Missing))
@pytest.mark.parametrize(
    ("measure", "result"),
    [
        (PHQ9, Result.RESPONSE),
        (PHQ9, Result.REMISSION),
        (PHQ9, Result.IMPROVEMENT),
        (WHO5, Result.IMPROVEMENT),
        (THOUGHTS, Result.REMISSION),
    ],
)
def test_groups_add_up_to_the_rates_of_all(clinic: Connection, measure, result, missing):
    cohort = Cohort(measure.code)
    asked = clinic, LOCAL_VIEWER, ALL, cohort
    whole = rates_by_number(
        start_counts(*asked, TODAY), score_counts(*asked, TODAY), measure, missing
    )
    for by in GROUP_COLUMNS:
        if by == "baseline_band" and missing is Missing.ALL:
            continue  # those without a baseline are in no group then
        parts = tally(
            group_scores(*asked, by, result, TODAY), group_starts(*asked, by, TODAY), missing
        )
        for rates in whole:
            expected = rates.rate(result)
            assert expected is not None
            reached, n = parts.reached[:, rates.number].sum(), parts.n[:, rates.number].sum()
            assert (by, reached, n) == (by, expected.events, expected.n)


def test_nothing_for_whom_totals_are_not(clinic: Connection):
    nobody = Viewer("nobody", frozenset())
    for query in (starts, scores):
        with pytest.raises(NotPermittedError):
            query(clinic, "sex", viewer=nobody)
    with pytest.raises(NotPermittedError):
        group_mix(clinic, nobody, ALL, ON_PHQ9, "sex", Result.RESPONSE, 2, TODAY)
