"""The queries of Suicidal thoughts and of More than mood, against a clinic counted by hand."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection

from access.viewer import LOCAL_VIEWER, NotPermittedError
from clinical.codes import Phase
from clinical.instruments import GAD7, MADRS, PCL5, PHQ9, WHO5
from clinical.measures import THOUGHTS
from data_access.cohort import Cohort
from data_access.engine import make_engine, reading, writing
from data_access.outcome_more import baselines_by_measure, scores_by_measure
from data_access.outcome_thoughts import thought_baselines, thoughts_and_mood
from data_access.outcomes import score_counts
from tests.data_access.thoughts_clinic import ALL, TODAY, fill

ON_THOUGHTS = Cohort(THOUGHTS.code)
SEES_WEST = replace(LOCAL_VIEWER, site_ids=frozenset({"S2"}))
STRANGER = replace(LOCAL_VIEWER, permissions=frozenset())
MAINTENANCE = replace(ALL, phases=(Phase.MAINTENANCE,))


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


def rows(frame: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in frame.itertuples(index=False)]


def test_courses_by_their_item_9_at_baseline(clinic: Connection):
    frame = thought_baselines(clinic, LOCAL_VIEWER, ALL, ON_THOUGHTS, TODAY)
    assert list(frame) == ["baseline", "length", "courses"]
    # P17 was not asked, and is not among those without thoughts.
    assert rows(frame) == [(0.0, 2, 5), (1.0, 2, 5), (2.0, 2, 4), (3.0, 2, 2)]
    assert thought_baselines(clinic, SEES_WEST, ALL, ON_THOUGHTS, TODAY).empty
    assert thought_baselines(clinic, LOCAL_VIEWER, MAINTENANCE, ON_THOUGHTS, TODAY).empty


def test_courses_under_way_are_not_counted(clinic: Connection):
    on_the_day = ALL.start.replace(month=3, day=31)
    assert thought_baselines(clinic, LOCAL_VIEWER, ALL, ON_THOUGHTS, on_the_day).empty


def test_thoughts_beside_the_mood_of_the_same_answers(clinic: Connection):
    frame = thoughts_and_mood(clinic, LOCAL_VIEWER, ALL, ON_THOUGHTS, 2, TODAY)
    assert list(frame) == ["baseline", "total", "free", "courses"]
    assert rows(frame) == [
        (14.0, 12.0, 0, 1),
        (16.0, 17.0, 0, 1),
        (18.0, 8.0, 0, 1),
        (18.0, 9.0, 1, 1),
        (20.0, 8.0, 1, 1),
        (20.0, 10.0, 1, 1),
        (20.0, 15.0, 0, 1),
        (20.0, 18.0, 0, 1),
        (22.0, 20.0, 0, 1),
        (24.0, 12.0, 1, 1),
    ]
    assert thoughts_and_mood(clinic, LOCAL_VIEWER, ALL, ON_THOUGHTS, 1, TODAY).empty


def test_the_scores_of_several_measures_are_those_of_each(clinic: Connection):
    codes = [WHO5.code, PHQ9.code, THOUGHTS.code, MADRS.code]
    together = scores_by_measure(clinic, LOCAL_VIEWER, ALL, ON_THOUGHTS, codes, TODAY)
    assert together.columns[0] == "measure"
    for code in codes:
        alone = score_counts(clinic, LOCAL_VIEWER, ALL, Cohort(code), TODAY)
        of_measure = together[together["measure"] == code].drop(columns="measure")
        assert rows(of_measure) == rows(alone[alone["observed"] == 1])
    assert set(together["observed"]) == {1}


def test_the_baselines_of_several_measures(clinic: Connection):
    codes = [PCL5.code, GAD7.code, THOUGHTS.code, MADRS.code]
    frame = baselines_by_measure(clinic, LOCAL_VIEWER, ALL, Cohort(PHQ9.code), codes, TODAY)
    assert list(frame) == ["measure", "length", "courses"]
    assert rows(frame) == [(GAD7.code, 2, 6), (PCL5.code, 2, 1), (THOUGHTS.code, 2, 16)]


def test_a_severity_of_the_page_s_measure_is_not_one_of_another(clinic: Connection):
    severe = Cohort(PHQ9.code, baseline_bands=(4,))
    frame = baselines_by_measure(clinic, LOCAL_VIEWER, ALL, severe, [GAD7.code], TODAY)
    assert rows(frame) == [(GAD7.code, 2, 6)]


@pytest.mark.parametrize("query", [scores_by_measure, baselines_by_measure])
def test_no_measures_are_no_rows(clinic: Connection, query: Callable[..., Any]):
    assert query(clinic, LOCAL_VIEWER, ALL, Cohort(PHQ9.code), [], TODAY).empty


@pytest.mark.parametrize(
    "ask",
    [
        lambda clinic: thought_baselines(clinic, STRANGER, ALL, ON_THOUGHTS, TODAY),
        lambda clinic: thoughts_and_mood(clinic, STRANGER, ALL, ON_THOUGHTS, 2, TODAY),
        lambda clinic: scores_by_measure(clinic, STRANGER, ALL, ON_THOUGHTS, [1], TODAY),
        lambda clinic: baselines_by_measure(clinic, STRANGER, ALL, ON_THOUGHTS, [1], TODAY),
        lambda clinic: scores_by_measure(clinic, STRANGER, ALL, ON_THOUGHTS, [], TODAY),
    ],
)
def test_totals_need_their_permission(clinic: Connection, ask: Callable[[Connection], Any]):
    with pytest.raises(NotPermittedError):
        ask(clinic)
