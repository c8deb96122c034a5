"""The views Suicidal thoughts and More than mood, run as Streamlit runs them, and their words.

The clinic's inductions have two infusions, and an answer after the second (see the clinic).
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from clinical.codes import Phase
from clinical.course_scores import Missing
from clinical.incidence import proportion
from clinical.instruments import GAD7, PHQ9, WHO5
from clinical.measure_results import measure_results
from clinical.thought_changes import LevelChange, changes_at, changes_by_number
from data_access.cohort import Cohort
from data_access.engine import make_engine, writing
from pages.outcomes.choice import Choice
from pages.outcomes.more import more_view
from pages.outcomes.more_findings import (
    Compared,
    left_out_words,
    measure_table,
    more_answer,
    more_figures,
    rule_words,
)
from pages.outcomes.thoughts import chosen_change, chosen_level, chosen_number, thoughts_view
from pages.outcomes.thoughts_findings import (
    Asked,
    bounds_words,
    changes_finding,
    levels_finding,
    mood_finding,
    thoughts_answer,
    thoughts_figures,
)
from tests.conftest import copied
from tests.data_access.thoughts_clinic import fill
from tests.pages.outcomes.outcome_page import alone, prepared_page
from tests.pages.side_effect_page import carried_by, chart, choose, spaced, words

_VIEWS = {"thoughts": thoughts_view, "more": more_view}


def _prepared(
    monkeypatch: pytest.MonkeyPatch,
    url: str,
    view: str,
    number: int = 2,
    missing: Missing = Missing.OBSERVED,
) -> AppTest:
    choice = Choice(Cohort(PHQ9.code), number, missing)
    return prepared_page(monkeypatch, url, draw=alone(_VIEWS[view], choice))


def _filled(folder: Path, template: Path, **how: Any) -> str:
    url = copied(template, folder / "clinic.db")
    engine = make_engine(url)
    with writing(engine) as connection:
        fill(connection, **how)
    engine.dispose()
    return url


@pytest.fixture(scope="module")
def clinic_url(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> str:
    """The URL of the clinic, filled once; the views only read."""
    return _filled(tmp_path_factory.mktemp("thoughts"), sqlite_template)


@pytest.fixture
def page(clinic_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """A function that prepares a view."""
    return partial(_prepared, monkeypatch, clinic_url)


def figures(page: AppTest) -> list[tuple[str, str, str]]:
    return [(one.label, spaced(one.value), spaced(one.delta)) for one in page.metric]


def test_thoughts_answer_with_the_same_numbers_everywhere(page):
    shown = page("thoughts").run()
    assert not shown.exception
    # P1, P2, P3 and P5 of P1 to P10; P7 rose; P14 of P12 to P16 is new. Wilson intervals by R.
    assert (
        "## Of 10 inductions that began with suicidal thoughts and have an answer, **4 were free "
        "of them** after infusion 2 (40 %, 95 % CI 17–69); they rose in 1 (10 %). Of 5 that began "
        "without any, 1 has them newly (20 %)."
    ) in words(shown)
    assert (
        "1 of 11 inductions that began with thoughts and are due has no observed answer after "
        "infusion 2: had none of them been free of thoughts, 36 % would be; had all, 45 %."
    ) in words(shown)
    assert figures(shown) == [
        ("Free of them", "40 %", "4 of 10, 95 % CI 17–69"),
        ("Lower, not free", "20 %", "2 of 10, 95 % CI 6–51"),
        ("Higher", "10 %", "1 of 10, 95 % CI 2–40"),
        ("New thoughts", "20 %", "1 of 5, 95 % CI 4–62"),
    ]
    assert [trace["y"][0] for trace in chart(shown)["data"][:4]] == [0.4, 0.2, 0.3, 0.1]
    # Responders P1 to P5, of whom P4 is not free; P6 to P10 are none, and none of them is free.
    assert "Free of thoughts: 80 % with a response on PHQ-9, 0 % without" in words(shown)


def test_all_starters_count_the_missing_as_not_free_and_not_as_not_risen(page):
    shown = page("thoughts", missing=Missing.ALL).run()
    assert not shown.exception
    assert (
        "Of 11 inductions that began with suicidal thoughts, **4 were free of them** after "
        "infusion 2 (36 %, 95 % CI 15–65); they rose in 1 of 10 (10 %)."
    ) in words(shown)
    # Levels 2 and 3 stand together: two courses began at 3. At level 1 one has no answer.
    labels = chart(shown, 1)["layout"]["yaxis"]["categoryarray"]
    assert labels == ["1–3<br>n 11", "0 Not at all<br>n 5"]


@pytest.mark.parametrize(
    ("picture", "carried", "listed"),
    [
        ("outcome-thoughts", ("free", 2), "4 courses of treatment"),
        ("outcome-thoughts", ("lower", 2), "2 courses of treatment"),
        ("outcome-thoughts", ("unchanged", 2), "3 courses of treatment"),
        ("outcome-thoughts", ("higher", 2), "1 course of treatment"),
        ("outcome-thoughts-levels", (1, 3, 1), "3 courses of treatment"),
        ("outcome-thoughts-new", (2,), "1 course of treatment"),
    ],
)
def test_a_part_of_a_bar_lists_its_courses(page, picture, carried, listed):
    shown = page("thoughts").run()
    assert list(carried) in carried_by(shown)
    choose(shown, picture, *carried)
    assert not shown.exception
    assert listed in words(shown)


@pytest.mark.parametrize(
    ("found", "none"),
    [
        (chosen_change([["words", "free", 2]], [2]), False),
        (chosen_change([["words", "free", 3]], [2]), True),
        (chosen_change([["words", "other", 2]], [2]), True),
        (chosen_change([["words"]], [2]), True),
        (chosen_level([["words", 1, 3, 0]], [LevelChange(1, 3, (5, 0, 0, 0))]), False),
        (chosen_level([["words", 1, 2, 0]], [LevelChange(1, 3, (5, 0, 0, 0))]), True),
        (chosen_level([["words", 1, 3, 4]], [LevelChange(1, 3, (5, 0, 0, 0))]), True),
        (chosen_level([["words", 1, 3, None]], [LevelChange(1, 3, (5, 0, 0, 0))]), True),
        (chosen_number([["words", 2]], [2]), False),
        (chosen_number([["words", 9]], [2]), True),
        (chosen_number([], [2]), True),
    ],
)
def test_only_what_is_drawn_can_be_chosen(found, none):
    assert (found is None) == none


def test_an_infusion_without_answers_is_said_so(page):
    shown = page("thoughts", number=1).run()
    assert not shown.exception
    assert "began with suicidal thoughts; fewer than 5 have an answer after infusion 1" in words(
        shown
    )
    assert {value for _, value, _ in figures(shown)} == {"not shown"}
    assert "had all" not in words(shown), "nothing of the few is told by the bounds"


def test_totals_alone_tell_nothing_of_thoughts(tmp_path, sqlite_template, monkeypatch):
    url = _filled(tmp_path, sqlite_template, items=False)
    for view, said in (
        ("thoughts", "Where only totals of PHQ-9 are recorded, nothing can be told"),
        ("more", "clearly better on 2 of 3 measures"),
    ):
        shown = _prepared(monkeypatch, url, view).run()
        assert not shown.exception
        assert said in words(shown)


ASKED = Asked(Phase.INDUCTION, 6, Missing.OBSERVED, 5)


def _changes(*rows: tuple[float, float, int], due: int = 0) -> Any:
    scores = pd.DataFrame(
        [(6, 1, before, after, courses) for before, after, courses in rows],
        columns=["number", "observed", "baseline", "total", "courses"],
    )
    baselines = pd.DataFrame({"baseline": [1.0], "length": [6], "courses": [due]})
    return scores, baselines


def test_nobody_began_with_thoughts():
    scores, baselines = _changes((0, 0, 9), (0, 1, 1))
    now = changes_at(scores, baselines, 6, Missing.OBSERVED)
    assert spaced(thoughts_answer(ASKED, now)) == (
        "None of those due after infusion 6 began with suicidal thoughts. Of 10 that began without "
        "any, 1 has them newly (10 %)."
    )
    assert [figure.value for figure in thoughts_figures(ASKED, now)][:3] == ["not shown"] * 3
    by_number = changes_by_number(scores, baselines, Missing.OBSERVED)
    assert changes_finding(ASKED, by_number) is None
    assert bounds_words(ASKED, now) == ""


@pytest.mark.parametrize(("carried", "is_told"), [(4, False), (5, True)])
def test_the_bounds_do_not_tell_what_few_carried_answers_are(carried, is_told):
    # The worst bound would be the 6 of 12 that were observed to be free.
    scores, baselines = _changes((1, 0, 6), (1, 1, carried), due=12)
    scores.loc[scores["total"] == 1, "observed"] = 0
    asked = replace(ASKED, missing=Missing.CARRIED)
    now = changes_at(scores, baselines, 6, Missing.CARRIED)
    assert now.free == proportion(6, 6 + carried)
    assert bool(bounds_words(asked, now)) == is_told
    finding = changes_finding(asked, [now])
    assert finding is not None
    assert finding.numbers()["Worst case, %"].notna().all() == is_told


def test_everyone_free_at_once_and_nobody_missing():
    scores, baselines = _changes((1, 0, 8), due=8)
    now = changes_at(scores, baselines, 6, Missing.OBSERVED)
    assert "**8 were free of them** after infusion 6 (100 %, 95 % CI 68–100)" in spaced(
        thoughts_answer(ASKED, now)
    )
    assert bounds_words(ASKED, now).startswith("All 8 inductions that began with thoughts")


def test_small_groups_have_no_picture():
    assert levels_finding(ASKED, []) is None
    moods = pd.DataFrame({"baseline": [20.0], "total": [5.0], "free": [1], "courses": [9]})
    assert mood_finding(ASKED, moods) is None, "nobody without a response"


def test_all_measures_stand_side_by_side(page):
    shown = page("more").run()
    assert not shown.exception
    # GAD-7: changes 7, 6, 6, 1, 0, 11, mean 31/6; variances 9.5 before and 14/3 after, so 1.94 of
    # their standard deviation. WHO-5: 40, 16, 4, 20, 0, whose interval begins under 0.
    assert (
        "After infusion 2, inductions are **clearly better on 2 of 4 measures**: most on GAD-7, "
        "by 1.9 standard deviations and least on PHQ-9"
    ) in words(shown).replace("\\", "")
    assert "no clear change on WHO-5 and Suicidal thoughts" in words(shown).replace("\\", "")
    assert "with fewer than 5 scores: PCL-5." in words(shown).replace("\\", "")
    assert [(label, value) for label, value, _ in figures(shown)] == [
        ("GAD-7", "5.2 points better"),
        ("WHO-5", "16.0 points better"),
    ]
    table = shown.dataframe[0].value.set_index("Measure")
    assert table.loc["PHQ-9", "With a baseline"] == 17
    assert table.loc["PCL-5", "With a score"] == "fewer than 5"
    assert pd.isna(table.loc["PCL-5", "Baseline mean"])
    assert table.loc["WHO-5", "Response"] == "no rule"
    # Of sixteen with item 9 P1 to P3, P5, P12, P13, P15 and P16 are at 0.
    free = table.loc["Suicidal thoughts (PHQ-9 item 9)", "Remission, or free of it"]
    assert spaced(free).endswith("8 of 15")


def test_a_measure_leads_to_its_scores(page):
    shown = page("more").run()
    listed = choose(page("more"), "outcome-more", PHQ9.code)
    assert not listed.exception
    assert "Behind it: inductions with a score on PHQ\\-9 after infusion 2" in words(listed)
    shown.button(key=f"outcome-more-{GAD7.code}").click().run()
    assert not shown.exception
    assert shown.session_state["measure"] == "GAD-7"
    assert shown.session_state["outcome"] == "Scores"


def test_no_measure_with_enough_scores_is_said_so(page):
    shown = page("more", number=1).run()
    assert not shown.exception
    assert "No measure has 5 or more scores after infusion 1" in words(shown)


def _compared(**pairs: list[tuple[float, float]]) -> Compared:
    measures = {"phq9": PHQ9, "gad7": GAD7, "who5": WHO5}
    rows = [
        (measures[name].code, 2, 1, float(before), float(after), 1)
        for name, of_one in pairs.items()
        for before, after in of_one
    ]
    columns = ["measure", "number", "observed", "baseline", "total", "courses"]
    scores = pd.DataFrame(rows, columns=columns)
    results = measure_results(scores, {}, [measures[name] for name in pairs], 2)
    return Compared(results, 2, 2, "inductions")


def test_what_is_worse_is_said_and_the_same_scores_have_no_effect_size():
    compared = _compared(phq9=[(10, 20), (9, 18), (8, 16)], gad7=[(9, 9), (9, 9)], who5=[(20, 60)])
    assert more_answer(compared) == (
        "After infusion 2, inductions are **clearly better on none of 1 measure**; **clearly worse "
        "on PHQ\\-9**."
    )
    assert left_out_words(compared) == (
        "Not shown after infusion 2, with fewer than 2 scores: WHO\\-5. All scores are the same, "
        "so there is no effect size: GAD\\-7."
    )
    assert [figure.value for figure in more_figures(compared)] == ["no change"]
    assert measure_table(compared)["With a score"].tolist() == ["3", "2", "fewer than 2"]


def test_which_measures_have_no_rule():
    assert rule_words([PHQ9, GAD7]) == ""
    assert rule_words([PHQ9, WHO5]) == ("WHO\\-5 has no agreed rule of response, so none is told.")
