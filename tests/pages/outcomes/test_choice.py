"""What the reader has chosen on the Outcomes page, and how it stands in the address."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from clinical.codes import ScoreKind, Sex
from clinical.course_scores import Missing
from clinical.instruments import PHQ9, WHO5
from clinical.measures import THOUGHTS
from pages.outcomes.choice import View


def _choices() -> None:
    import streamlit as st

    from clinical.instruments import PHQ9, WHO5
    from pages.outcomes.choice import choose, choose_view

    view = choose_view()
    st.session_state["found"] = (view, choose(view, [PHQ9, WHO5]))


@pytest.fixture
def chosen() -> Callable[..., tuple[AppTest, View, object]]:
    """A function that opens an address and gives the page, the view and the choice."""

    def open_address(**address: str | list[str]):
        page = AppTest.from_function(_choices, default_timeout=30)
        for key, value in address.items():
            page.query_params[key.replace("_", "-")] = value
        page.run()
        assert not page.exception
        return page, *page.session_state["found"]

    return open_address


def test_without_an_address_it_is_response_after_the_sixth_infusion(chosen):
    _, view, choice = chosen()
    assert view is View.RESPONSE
    assert (choice.number, choice.missing) == (6, Missing.OBSERVED)
    assert (choice.cohort.measure, choice.cohort.kind) == (PHQ9.code, ScoreKind.SETTLED)
    assert choice.cohort.sexes == choice.cohort.baseline_bands == ()


def test_all_of_it_stands_in_the_address(chosen):
    _, view, choice = chosen(
        outcome="Groups",
        measure="WHO-5",
        after="4",
        missing="All starters",
        sex="Female",
        severity_6="Likely depression",
    )
    assert view is View.GROUPS
    assert (choice.number, choice.missing) == (4, Missing.ALL)
    assert choice.cohort.measure == WHO5.code
    assert choice.cohort.sexes == (int(Sex.FEMALE),)
    assert choice.cohort.baseline_bands == (0,)


def test_a_severity_of_another_measure_is_not_taken(chosen):
    _, _, choice = chosen(measure="PHQ-9", severity_6="Likely depression")
    assert choice.cohort.baseline_bands == ()


@pytest.mark.parametrize(
    "address", [{"outcome": "No such"}, {"measure": "<b>"}, {"after": "99"}, {"sex": "nobody"}]
)
def test_what_is_not_there_is_not_chosen(chosen, address):
    _, view, choice = chosen(**address)
    assert view is View.RESPONSE
    assert (choice.number, choice.cohort.measure) == (6, PHQ9.code)
    assert choice.cohort.sexes == ()


def test_acute_scores_are_not_carried_forward(chosen):
    page, _, choice = chosen(scores="Within 72 hours", missing="Last score carried forward")
    assert choice.cohort.kind is ScoreKind.ACUTE
    assert choice.missing is Missing.OBSERVED
    assert page.selectbox(key="missing").disabled


@pytest.mark.parametrize(
    ("view", "measure"),
    [(View.THOUGHTS, THOUGHTS), (View.MORE, PHQ9), (View.PUBLISHED, PHQ9)],
)
def test_views_with_measures_of_their_own_take_none_from_the_page(chosen, view, measure):
    page, _, choice = chosen(outcome=view, measure="WHO-5", scores="Within 72 hours")
    assert page.selectbox(key="measure").disabled
    assert (choice.cohort.measure, choice.cohort.kind) == (measure.code, ScoreKind.SETTLED)
    assert "severity-1" not in [each.key for each in page.multiselect]


def test_the_choices_of_people_are_counted_and_can_be_taken_back(chosen):
    page, _, choice = chosen(sex=["Female", "Male"], dose="1.00 mg/kg and over")
    assert choice.cohort.sexes == (int(Sex.FEMALE), int(Sex.MALE))
    assert len(choice.cohort.dose_bands) == 1
    page.button[0].click().run()
    _, choice = page.session_state["found"]
    assert choice.cohort.sexes == choice.cohort.dose_bands == ()
