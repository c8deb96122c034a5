"""The published figures, against what their sources print, and which of them are comparable."""

from dataclasses import replace

import pytest
from scipy.stats import binomtest

from clinical.measures import THOUGHTS
from clinical.published import (
    FIGURES,
    MCINNES,
    SAKURAI,
    STUDIES,
    Figure,
    Outcome,
    Study,
    When,
    Whose,
    why_apart,
)


def of(study: Study, outcome: Outcome, n: int | None = None) -> Figure:
    found = [
        figure
        for figure in FIGURES
        if (figure.study, figure.outcome, figure.n) == (study, outcome, n)
    ]
    return found[0]


@pytest.mark.parametrize(
    ("study", "outcome", "n", "events"),
    [
        # The whole numbers that round to 53.6, 28.9 and 8.4 % of 537.
        (MCINNES, Outcome.RESPONSE, 537, 288),
        (MCINNES, Outcome.REMISSION, 537, 155),
        (MCINNES, Outcome.ROSE, 537, 45),
        # Printed as 15 of 82.
        (SAKURAI, Outcome.RESPONSE, 82, 15),
    ],
)
def test_the_interval_is_of_the_whole_number_that_the_percentage_stands_for(
    study: Study, outcome: Outcome, n: int, events: int
) -> None:
    counted = of(study, outcome, n).counted
    assert counted is not None
    assert (counted.events, counted.n) == (events, n)
    wilson = binomtest(events, n).proportion_ci(method="wilson")
    assert (counted.low, counted.high) == pytest.approx((wilson.low, wilson.high), abs=1e-12)


def test_every_percentage_is_that_of_a_whole_number() -> None:
    """Else a figure or its n was copied wrongly."""
    for figure in FIGURES:
        if figure.counted is not None:
            printed = f"{100 * figure.counted.events / figure.counted.n:.1f}"
            decimals = len(figure.value.partition(".")[2])
            assert round(float(printed), decimals) == float(figure.value), figure


def test_no_interval_without_an_n_and_none_of_an_effect_size() -> None:
    assert of(MCINNES, Outcome.FELL).counted is None
    assert of(MCINNES, Outcome.EFFECT, 537).counted is None


def test_only_what_is_known_to_be_alike_is_comparable() -> None:
    comparable = [figure for figure in FIGURES if not why_apart(figure)]
    assert [
        (figure.study.name, figure.outcome, figure.measure.name if figure.measure else "")
        for figure in comparable
    ] == [
        ("McInnes 2022", Outcome.RESPONSE, "PHQ-9"),
        ("McInnes 2022", Outcome.REMISSION, "PHQ-9"),
        ("McInnes 2022", Outcome.ROSE, "PHQ-9"),
        ("McInnes 2022", Outcome.FELL, THOUGHTS.name),
        ("McInnes 2022", Outcome.ROSE, THOUGHTS.name),
        ("Sakurai 2020", Outcome.RESPONSE, "QIDS-SR16"),
        ("McInnes 2022", Outcome.EFFECT, "PHQ-9"),
    ]


def test_each_reason_to_stand_apart() -> None:
    remission = of(MCINNES, Outcome.REMISSION, 537)
    assert why_apart(remission) == ""
    assert why_apart(replace(remission, measure=None)) == "instrument mixed or not told"
    assert why_apart(replace(remission, when=When.HOURS_UNKNOWN)) == When.HOURS_UNKNOWN
    # PHQ-9 under 5 is at most 4: the same rule; under 10 is not.
    assert why_apart(replace(remission, remission_at_most=4)) == ""
    assert (
        why_apart(replace(remission, remission_at_most=9))
        == "remission at most 9 there, at most 4 here"
    )
    # The rule for remission is nothing to a response.
    assert why_apart(replace(remission, remission_at_most=9, outcome=Outcome.RESPONSE)) == ""


def test_every_study_is_cited_and_every_citation_is_used() -> None:
    assert {figure.study for figure in FIGURES} == set(STUDIES)
    assert all(study.citation and study.setting for study in STUDIES)


def test_who_is_counted_is_told_where_it_is_not_everybody_with_a_score() -> None:
    assert of(MCINNES, Outcome.FELL).whose is Whose.WITH_IT
    assert of(SAKURAI, Outcome.RESPONSE, 82).whose is Whose.STARTED
