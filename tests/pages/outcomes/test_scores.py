"""The view Scores, run as Streamlit runs it, on inductions worked out by hand.

Inductions of two planned infusions, PHQ-9; after infusion 1 is before infusion 2, after infusion 2
is a week later. All are over.

===  ========  =======  =======
who  baseline  after 1  after 2
===  ========  =======  =======
P1   20        12       10
P2   20        16       4
P3   16        14       20
P4   12        12       12
P5   10        4        2
P6   0         none     3
P7   18        10       none
===  ========  =======  =======

P1 has a score of 8 a day after infusion 1. On WHO-5 the first five rise from 20 to 40 at the end.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection
from streamlit.testing.v1 import AppTest

from clinical.codes import ScoreKind
from clinical.course_scores import Missing
from clinical.instruments import MADRS, PHQ9, WHO5
from clinical.mean_scores import means_by_number
from clinical.score_shares import bands_by_number, changes_by_number
from clinical.waterfall import waterfall
from data_access.cohort import Cohort
from data_access.engine import make_engine, writing
from data_access.facts import rebuild_facts
from pages.outcomes.choice import Choice
from pages.outcomes.scores import chosen_bar, scores_view
from pages.outcomes.scores_findings import waterfall_finding
from pages.outcomes.scores_known import ScoresKnown
from tests.clinical.test_mean_scores import scores
from tests.clinical.test_waterfall import MIXED
from tests.conftest import copied
from tests.data_access.facts.recorded_clinic import RecordedClinic, at
from tests.pages.outcomes.outcome_page import alone, prepared_page
from tests.pages.side_effect_page import chart, choose, words

SCORES = (
    (20, 12, 10),
    (20, 16, 4),
    (16, 14, 20),
    (12, 12, 12),
    (10, 4, 2),
    (0, None, 3),
    (18, 10, None),
)


def _fill(connection: Connection) -> None:
    clinic = RecordedClinic(connection)
    for baseline, after_1, after_2 in SCORES:
        key = clinic.patient(site_id="S1", given_name="Ada")
        series = clinic.series(key, "induction", date(2026, 3, 1), planned_infusions=2)
        for day in (0, 3):
            clinic.infusion(key, at(day), series_id=f"X{series}")
        for day, total in ((0, baseline), (3, after_1), (10, after_2)):
            if total is not None:
                clinic.score(key, at(day, 9), total)
        if key <= 5:
            clinic.score(key, at(0, 9), 20, "WHO-5")
            clinic.score(key, at(10, 9), 40, "WHO-5")
    clinic.score(1, at(1, 10), 8)
    rebuild_facts(connection)


@pytest.fixture(scope="module")
def clinic_url(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> str:
    """The URL of the clinic, filled once; the view only reads."""
    url = copied(sqlite_template, tmp_path_factory.mktemp("scores") / "clinic.db")
    engine = make_engine(url)
    with writing(engine) as connection:
        _fill(connection)
    engine.dispose()
    return url


@pytest.fixture
def page(clinic_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """A function that prepares the view."""

    def make(
        number: int = 1, measure: int = PHQ9.code, kind: ScoreKind = ScoreKind.SETTLED
    ) -> AppTest:
        choice = Choice(Cohort(measure, kind), number, Missing.OBSERVED)
        return prepared_page(monkeypatch, clinic_url, draw=alone(scores_view, choice))

    return make


def test_the_sentence_the_figures_and_the_pictures_say_the_same(page):
    shown = page().run()
    assert not shown.exception
    # Changes 8, 4, 2, 0, 6 and 8: mean 28/6, variance 32/3, Student's t with 5 degrees 2.570582.
    assert (
        "## PHQ-9 was **4.7 points better** on average after infusion 1 than at the baseline of "
        "the same inductions (16.0 → 11.3; 95 % CI 1.2–8.1; n 6 of 7 inductions)."
    ) in words(shown)
    # d: variances of 17.6 before and 17.0667 after; Bonett's interval by hand. In per cent: 40,
    # 20, 12.5, 0, 60 and 44.4. None got worse by 6 points: Wilson's 0 of 6 is 0 to 39 %.
    assert [(one.label, one.value, one.delta) for one in shown.metric] == [
        ("Mean improvement", "4.7 points", "95 % CI 1.2–8.1"),
        ("Effect size d", "1.12", "95 % CI 0.21–2.03"),
        (
            "Median improvement",
            "30\N{NO-BREAK SPACE}% better",
            "middle half 14 to 43\N{NO-BREAK SPACE}%; n 6",
        ),
        ("Worse by 6 points or more", "0\N{NO-BREAK SPACE}%", "95 % CI 0–39"),
    ]
    said = words(shown)
    assert "PHQ-9: mean 16.0 at baseline, 11.3 after infusion 1" in said
    assert "17 % responded after infusion 1, 67 % improved less, 0 % got worse" in said
    assert "50 % better by 6 points or more, 0 % worse by as much after infusion 1" in said
    # Standard error of the mean after infusion 1: 4.1312 / √6. 51 / 6 after infusion 2.
    settled, acute = chart(shown)["data"][1:]
    hovers = [hover.split("<br>")[1] for hover in settled["customdata"]]
    assert hovers[1] == "Mean: 11.3 (95 % CI 7.0–15.7), n 6 inductions"
    assert hovers[2].startswith("Mean: 8.5 (")
    # One score within 72 hours is too few for a mark.
    assert not acute.get("customdata")


def test_an_unclear_change_is_said_so_and_who_has_no_percentage_is_counted(page):
    said = words(page(number=2).run())
    # Changes 10, 16, -4, 0, 8 and -3: mean 4.5, standard deviation 8.0436.
    assert (
        "PHQ-9 was **not clearly different** on average after infusion 2 from the baseline of the "
        "same inductions: 4.5 points better (13.0 → 8.5; 95 % CI −3.9 to 12.9; n 6 of 7 inductions)"
    ) in said
    assert (
        "n 5 inductions with a settled score after infusion 2; one bar an induction; 1 induction "
        "with a baseline of 0 left out"
    ) in said


def test_the_same_change_in_all_has_no_interval_and_no_effect_size(page):
    shown = page(number=2, measure=WHO5.code).run()
    assert not shown.exception
    assert (
        "WHO-5 changed by the same in every induction with a score after infusion 2: "
        "**20.0 points better** (20.0 → 40.0; n 5 of 7 inductions)."
    ) in words(shown)
    assert [one.value for one in shown.metric][1] == "no data"
    assert "No rule says what a response is on WHO-5, so none is marked." in words(shown)
    assert "100 % were better after infusion 2, 0 % got worse" in words(shown)


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        (
            {"kind": ScoreKind.ACUTE},
            "Fewer than 5 of 7 inductions have a score on PHQ-9 within 72 hours after infusion 1, "
            "so no mean is told of it.",
        ),
        (
            {"number": 6},
            "Fewer than 5 inductions that are over go up to infusion 6, so no mean PHQ-9 is told "
            "of it.",
        ),
    ],
)
def test_too_few_scores_give_a_sentence_and_still_the_other_infusions(page, chosen, sentence):
    shown = page(**chosen).run()
    assert not shown.exception
    assert sentence in words(shown)
    assert not shown.metric
    assert "Mean PHQ-9 by infusion" in words(shown)


def test_no_score_at_all_is_said(page):
    shown = page(measure=MADRS.code).run()
    assert not shown.exception
    assert shown.info[0].value == (
        "After no infusion at least 5 inductions have a score on MADRS. Means of fewer are not "
        "shown."
    )
    assert not shown.get("plotly_chart")


def test_a_bar_of_the_waterfall_lists_its_courses(page):
    shown = choose(page().run(), "outcome-scores-waterfall", 0)
    assert not shown.exception
    assert r"Behind it: PHQ-9 60 % better after infusion 1" in words(shown)
    assert "1 course of treatment" in words(shown)


def test_of_many_courses_the_bars_are_said_to_be_shares():
    rows = scores(*((1, 1, 100, float(total), 10) for total in range(101)))
    means = {ScoreKind.SETTLED: means_by_number(rows, PHQ9)}
    known = ScoresKnown(
        measure=PHQ9,
        kind=ScoreKind.SETTLED,
        number=1,
        due=1200,
        least=5,
        unit="maintenance course",
        means=means,
        bands=bands_by_number(rows, PHQ9),
        changes=changes_by_number(rows, PHQ9),
        fall=waterfall(rows, PHQ9, 1),
    )
    finding = waterfall_finding(known)
    assert finding is not None
    assert finding.subtitle == (
        "n 1,010 maintenance courses with a settled score after infusion 1; each bar one of 100 "
        "equal shares of the maintenance courses"
    )
    table = finding.numbers()
    assert table["Maintenance courses"].sum() == 1010
    # 101 totals over 100 shares: the first bar holds the ten best alone.
    assert table.iloc[0, 1:].tolist() == [100, "Response", 10, 100, 100]


@pytest.mark.parametrize(
    ("points", "place"),
    [
        ([["words", 4]], 4),
        ([["words", 5]], None),
        ([["words", -1]], None),
        ([], None),
        (["x"], None),
    ],
)
def test_only_a_bar_that_is_there_is_chosen(points, place):
    assert chosen_bar(points, waterfall(MIXED, PHQ9, 6)) == place
