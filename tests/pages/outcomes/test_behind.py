"""From a bar or a point of Outcomes to the courses behind it, run as Streamlit runs it."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import update
from streamlit.testing.v1 import AppTest

from access.viewer import LOCAL_VIEWER, Viewer
from clinical.course_scores import Missing
from clinical.instruments import PHQ9
from data_access.cohort import Cohort
from data_access.courses_behind import CoursesBehind
from data_access.engine import make_engine, writing
from data_access.facts.tables import table_of
from data_access.schema import Patient
from pages.outcomes.behind import behind_section
from pages.outcomes.choice import Choice
from pages.outcomes.look import Look
from pages.shared.context import PageContext
from tests.data_access.course_clinic import fill
from tests.pages.outcomes.outcome_page import TOTALS_ALONE, alone, drawn_page
from tests.pages.side_effect_page import words

HOSTILE = "<b>x</b> *y* [z](javascript:1)"
BEHIND = {
    "nobody": CoursesBehind(number=2, totals=(99, None)),
    "carried": CoursesBehind(number=2, missing=Missing.CARRIED, by_percent=True),
    "all": CoursesBehind(),
}
CHOICE = Choice(Cohort(PHQ9.code), 2, Missing.OBSERVED)


@pytest.fixture(scope="module")
def url(make_database: Callable[[str], str]) -> str:
    url = make_database("sqlite")
    engine = make_engine(url)
    patients = table_of(Patient)
    with writing(engine) as connection:
        fill(connection)
        connection.execute(
            update(patients).where(patients.c.patient_id == "P2").values(given_name=HOSTILE)
        )
    engine.dispose()
    return url


@pytest.fixture
def section(url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """A function that draws the section for a viewer."""

    def draw(behind: str, viewer: Viewer = LOCAL_VIEWER) -> AppTest:
        def drawn(context: PageContext, look: Look) -> None:
            behind_section(context, look, BEHIND[behind], "what was chosen")

        return drawn_page(monkeypatch, url, draw=alone(drawn, CHOICE), viewer=viewer)

    return draw


def test_the_courses_are_listed_with_their_patients(section):
    page = section("carried")
    assert "#### Behind it: what was chosen" in words(page)
    assert "##### 5 courses of treatment" in words(page)
    assert "The least improved first; scores on PHQ-9" in words(page)
    table = page.dataframe[0].value
    assert list(table["Patient"]) == ["P6", "P3", "P1, Ann", f"P2, {HOSTILE}", "P5"]
    assert list(table["Score after infusion 2"]) == [18, 22, 10, 4, 0]
    assert list(table["Result"]) == [
        "No response",
        "No response, carried forward",
        "Response",
        "Response, in remission, carried forward",
        "In remission",
    ]
    assert "<b>x" not in words(page)


def test_without_a_score_named_the_last_one_is_shown(section):
    table = section("all").dataframe[0].value
    assert list(table["Last score"].fillna(-1)) == [18, 0, -1, 22, 4, 10]


def test_where_nothing_lies_behind_it_says_so(section):
    page = section("nobody")
    assert "No course of treatment lies behind it." in words(page)
    assert not page.dataframe


def test_another_sites_patient_has_no_name_here(section):
    table = section("all", replace(LOCAL_VIEWER, site_ids=frozenset({"S1"}))).dataframe[0].value
    assert list(table["Patient"]) == ["Another site's patient", "P5", f"P2, {HOSTILE}", "P1, Ann"]


def test_without_the_permission_nobody_is_listed(section):
    page = section("all", TOTALS_ALONE)
    assert "Who they are needs the permission to see patients" in words(page)
    assert not page.dataframe
