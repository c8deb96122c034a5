"""The queries of the Side effects page, against a clinic counted by hand."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from sqlalchemy import Connection, Engine

from access.viewer import LOCAL_VIEWER, NotPermittedError, Viewer
from clinical.codes import DiagnosisGroup, Phase
from data_access import side_effects
from data_access.engine import reading, writing
from data_access.filters import Filters
from tests.data_access.side_effect_clinic import (
    ALL,
    BEFORE_ALL,
    ONLY_NORTH,
    ONLY_SOUTH,
    SEES_SOUTH,
    STRANGER,
    fill,
    key_of,
    rows,
)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with writing(engine) as writer:
        fill(writer)
    with reading(engine) as reader:
        yield reader


def test_patients_count_once_and_only_with_a_recorded_infusion(connection: Connection):
    count = side_effects.count_patients(connection, LOCAL_VIEWER, ALL)
    assert count == side_effects.PatientCount(recorded=4, affected=4)
    from_6_march = replace(ALL, start=date(2026, 3, 6))
    # P2's only infusion of that time has no form; P4's has one without a side effect.
    count = side_effects.count_patients(connection, LOCAL_VIEWER, from_6_march)
    assert count == side_effects.PatientCount(recorded=1, affected=0)


def test_serious_counts_infusions(engine: Engine):
    with writing(engine) as writer:
        # A second serious term of an infusion that already has one, and one of another infusion.
        fill(writer, (20, "E20", "I4", "Anxiety", 2, True), (21, "E21", "I8", "Syncope", 3, True))
    with reading(engine) as reader:
        assert side_effects.count_serious(reader, LOCAL_VIEWER, ALL) == 2
        by_grade = side_effects.terms_by_grade(reader, LOCAL_VIEWER, ALL)
        serious = by_grade[by_grade["serious"] > 0]
        assert sorted(rows(serious[["term", "grade", "infusions", "serious"]])) == [
            ("Anxiety", 2, 1, 1),
            ("Hypertension", 4, 1, 1),
            ("Syncope", 3, 1, 1),
        ]


def test_terms_by_grade(connection: Connection):
    frame = side_effects.terms_by_grade(connection, LOCAL_VIEWER, ALL)
    counts = ["infusions", "serious", "events", "timed_events"]
    assert list(frame.columns) == ["term_key", "term", "grade", *counts]
    assert sorted(rows(frame.drop(columns="term_key"))) == [
        ("Dissociation", 0, 1, 0, 1, 0),  # when that patient left is not known
        ("Dissociation", 1, 1, 0, 1, 1),
        ("Dissociation", 2, 1, 0, 1, 1),
        ("Hypertension", 4, 1, 1, 1, 1),
        ("Nausea", 1, 1, 0, 1, 1),
        ("Nausea", 2, 1, 0, 1, 1),
        ("Nausea", 3, 1, 0, 2, 2),  # recorded twice in one infusion: one infusion, two events
    ]


def test_all_terms_of_the_viewers_sites(connection: Connection):
    frame = side_effects.all_terms(connection, LOCAL_VIEWER)
    assert list(frame.columns) == ["term_key", "term"]
    assert dict(rows(frame)) == {
        key_of(connection, term): term for term in ("Dissociation", "Hypertension", "Nausea")
    }
    # A term is as it was written where it is nobody's synonym: not for those of another site.
    of_south = side_effects.all_terms(connection, SEES_SOUTH)
    assert rows(of_south) == [(key_of(connection, "Nausea"), "Nausea")]
    with pytest.raises(NotPermittedError):
        side_effects.all_terms(connection, STRANGER)


def test_patients_by_term(connection: Connection):
    frame = side_effects.patients_by_term(connection, LOCAL_VIEWER, ALL)
    assert list(frame.columns) == ["term_key", "patients"]
    assert dict(rows(frame)) == {
        key_of(connection, "Dissociation"): 2,
        key_of(connection, "Hypertension"): 1,
        key_of(connection, "Nausea"): 3,
    }


def affected(connection: Connection, viewer: Viewer, filters: Filters) -> dict[str, int]:
    frame = side_effects.terms_by_grade(connection, viewer, filters)
    return {str(term): int(n) for term, n in frame.groupby("term")["infusions"].sum().items()}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (ONLY_NORTH, {"Dissociation": 3, "Hypertension": 1, "Nausea": 1}),
        (ONLY_SOUTH, {"Nausea": 2}),
        (replace(ALL, end=date(2026, 2, 28)), {"Dissociation": 2, "Nausea": 1}),
        (replace(ALL, start=date(2026, 3, 4), end=date(2026, 3, 4)), {"Nausea": 1}),
        (replace(ALL, phases=(Phase.MAINTENANCE,)), {"Nausea": 1}),
        (replace(ALL, diagnosis_groups=(DiagnosisGroup.BIPOLAR,)), {"Nausea": 1}),
        (
            replace(
                ALL, diagnosis_groups=(DiagnosisGroup.BIPOLAR, DiagnosisGroup.TREATMENT_RESISTANT)
            ),
            {"Dissociation": 2, "Nausea": 2},
        ),
        (BEFORE_ALL, {}),
    ],
)
def test_the_filters_hold(connection: Connection, filters: Filters, expected: dict[str, int]):
    assert affected(connection, LOCAL_VIEWER, filters) == expected


QUERIES: list[Callable[[Connection, Viewer, Filters], object]] = [
    side_effects.terms_by_grade,
    side_effects.patients_by_term,
]


@pytest.mark.parametrize("query", QUERIES)
def test_every_query_keeps_to_the_viewers_sites(connection: Connection, query):
    chosen = query(connection, LOCAL_VIEWER, ONLY_SOUTH)
    pd.testing.assert_frame_equal(query(connection, SEES_SOUTH, ALL), chosen)
    # A site that the viewer may not see stays out of sight when it is asked for.
    assert query(connection, SEES_SOUTH, ONLY_NORTH).empty


def test_the_counts_keep_to_the_viewers_sites(connection: Connection):
    count = side_effects.count_patients(connection, SEES_SOUTH, ALL)
    assert count == side_effects.PatientCount(recorded=2, affected=2)
    assert side_effects.count_serious(connection, SEES_SOUTH, ALL) == 0
    assert side_effects.count_serious(connection, LOCAL_VIEWER, ALL) == 1


@pytest.mark.parametrize(
    "query", [*QUERIES, side_effects.count_patients, side_effects.count_serious]
)
def test_without_the_permission_nothing_is_read(connection: Connection, query):
    with pytest.raises(NotPermittedError):
        query(connection, STRANGER, ALL)


@pytest.mark.parametrize("query", QUERIES)
def test_a_period_without_infusions_gives_the_columns_and_no_rows(connection: Connection, query):
    frame = query(connection, LOCAL_VIEWER, BEFORE_ALL)
    assert frame.empty
    assert list(frame.columns) == list(query(connection, LOCAL_VIEWER, ALL).columns)


def test_nobody_treated_is_nobody_counted(connection: Connection):
    count = side_effects.count_patients(connection, LOCAL_VIEWER, BEFORE_ALL)
    assert count == side_effects.PatientCount(recorded=0, affected=0)
    assert side_effects.count_serious(connection, LOCAL_VIEWER, BEFORE_ALL) == 0
