"""Published: ours beside the literature, as the reader sees it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from access.viewer import LOCAL_VIEWER
from clinical.codes import Phase
from clinical.course_scores import Missing
from clinical.incidence import proportion
from clinical.instruments import PHQ9, QIDS_SR16
from clinical.published import FIGURES, When
from clinical.side_by_side import Pair, SideBySide
from data_access.cohort import Cohort
from data_access.courses_behind import CoursesBehind, named_courses_behind
from data_access.engine import make_engine, reading, writing
from data_access.facts import rebuild_facts
from data_access.filters import Filters
from pages.outcomes.choice import Choice
from pages.outcomes.published import behind_figure, chosen_pair, published_view
from tests.data_access.facts.recorded_clinic import RecordedClinic, at
from tests.pages.outcomes.outcome_page import alone, drawn_page
from tests.pages.side_effect_page import chart, choose, spaced, words


def _course(clinic: RecordedClinic, site: str, start: int) -> int:
    """An induction of six infusions in 15 days."""
    key = clinic.patient(site_id=site)
    started_on = at(start).date()
    series = clinic.series(key, "induction", started_on, planned_infusions=6)
    for day in range(0, 18, 3):
        clinic.infusion(key, at(start + day), series_id=f"X{series}", site_id=site)
    return key


def _write(clinic: RecordedClinic) -> None:
    """In the North 12 inductions on PHQ-9 in March, 3 in May; in the West 6 on WHO-5 alone.

    Of the 12, half fall from 20 to 8 and lose their suicidal thoughts, 5 stay at 20, 1 rises to 21;
    4 of them have QIDS-SR16, too few to be shown.
    """
    for which in range(12):
        key = _course(clinic, "S1", which % 4)
        later = 8 if which < 6 else 20 if which < 11 else 21
        clinic.score(key, at(which % 4, 9), 20, item_9=2)
        clinic.score(key, at(which % 4 + 35), later, item_9=0 if which < 6 else 2)
        if which < 4:
            clinic.score(key, at(which % 4, 9), 16, "QIDS-SR16")
            clinic.score(key, at(which % 4 + 35), 4, "QIDS-SR16")
    for _ in range(3):
        key = _course(clinic, "S1", 70)
        clinic.score(key, at(70, 9), 20)
        clinic.score(key, at(70 + 35), 8)
    for which in range(6):
        key = _course(clinic, "S2", which)
        clinic.score(key, at(which, 9), 40, "WHO-5")
        clinic.score(key, at(which + 35), 60, "WHO-5")
    rebuild_facts(clinic.connection)


@pytest.fixture(scope="module")
def url(make_database: Callable[[str], str]) -> str:
    found = make_database("sqlite")
    engine = make_engine(found)
    with writing(engine) as connection:
        _write(RecordedClinic(connection))
    engine.dispose()
    return found


MARCH = date(2026, 1, 1), date(2026, 4, 30)
MAY = date(2026, 5, 1), date(2026, 6, 30)
OF_THE_WEST = replace(LOCAL_VIEWER, site_ids=frozenset({"S2"}))
CHOICE = Choice(Cohort(PHQ9.code), 6, Missing.OBSERVED)


@pytest.fixture
def view(url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    def run(period: tuple[date, date] = MARCH, **how: Any) -> AppTest:
        start, end = period
        asked = {"start": start, "end": end, "today": date(2026, 8, 1)} | how
        return drawn_page(monkeypatch, url, draw=alone(published_view, CHOICE), **asked)

    return run


def test_the_answer_names_both_figures_with_their_n(view: Callable[..., AppTest]) -> None:
    said = words(view())
    # Wilson: 6 of 12 is 0.2538 to 0.7462; 288 of 537 0.494 to 0.578.
    assert (
        "## At 14–31 days after induction, **50 %** of 12 inductions had responded on PHQ-9 "
        "(95 % CI 25–75); McInnes 2022 found **53.6 %** of 537 by the same rule." in said
    )
    assert "18 to 72 %" in said
    # Even of remission, 0 of 12 against 28.9 %: with 98.75 % intervals 12 are too few to tell.
    assert "No clear difference from 4 published figures; 1 tells no n" in said
    assert (
        "**Response, PHQ-9** (at least 50 % fall): here 50 %, 95 % CI 25–75, of 12; McInnes 2022 "
        "53.6 %, 95 % CI 49–58, of 537. The intervals overlap;" in said
    )
    assert "PMID 35027209" in said


def test_the_picture_and_the_key_figures_say_the_same(view: Callable[..., AppTest]) -> None:
    page = view()
    ours, theirs = chart(page)["data"]
    # Response, remission, worse, thoughts eased (all 12 had them) and worse, by hand.
    assert ours["x"] == [6 / 12, 0, 1 / 12, 6 / 12, 0]
    assert theirs["x"] == [0.536, 0.289, 0.084, 0.73, 0.06]
    figures = {figure.label: spaced(figure.value) for figure in page.metric}
    # Both variances pooled: 20s throughout before, 8 (6), 20 (5) and 21 after: SD 6.36; the mean
    # fall is 5.917, over sqrt(6.36² / 2).
    assert figures == {
        "Responded": "50 %",
        "In remission": "0 %",
        "Effect size": "1.3",
        "Could be analysed": "67 %",  # 12 of the 18 that are over, in both sites
    }


def test_what_stands_beside_no_figure_of_ours_is_told_with_its_reason(
    view: Callable[..., AppTest],
) -> None:
    said = words(view())
    assert "**Fewer than 5 here with a score then**: Sakurai 2020 (response on QIDS-SR16" in said
    assert "**Hours since the infusion not told**: Oliver 2022" in said
    assert "ELEKT-D 2023 (response on QIDS-SR16 55.4 % of 195 after 6 infusions)" in said
    assert "Bio-K 2023 (response on MADRS 45 % of 73 after 1 infusion" in said


def test_a_chosen_dot_lists_as_many_as_it_counts(view, url):
    engine = make_engine(url)
    with reading(engine) as connection:
        filters = Filters(date(2026, 1, 1), date(2026, 4, 30))
        # Response, remission, worse, thoughts eased and worse, as drawn above.
        counts = [
            named_courses_behind(
                connection,
                LOCAL_VIEWER,
                filters,
                Cohort(PHQ9.code),
                behind_figure(figure),
                date(2026, 8, 1),
            ).total
            for figure in FIGURES[:5]
        ]
    engine.dispose()
    assert counts == [6, 0, 1, 6, 0]
    shown = choose(view(), "outcome-published", 3)
    assert not shown.exception
    assert "Behind it: inductions, suicidal thoughts eased, day 14–31" in words(shown)
    assert "6 courses of treatment" in words(shown)


def test_after_six_infusions_those_with_a_score_that_responded_lie_behind():
    figure = next(each for each in FIGURES if each.when is When.BEFORE_VISIT)
    assert behind_figure(figure) == CoursesBehind(measure=QIDS_SR16.code, number=6, responded=True)


@pytest.mark.parametrize("points", [[], ["words"], [["words", 5]], [["words", -1]], [["words"]]])
def test_only_a_pair_that_is_drawn_is_taken_from_a_browser(points):
    pair = Pair(FIGURES[0], proportion(6, 12))
    assert chosen_pair(points, SideBySide((pair,), ())) is None
    assert chosen_pair([["words", 0], *points], SideBySide((pair,), ())) is pair


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({"period": MAY}, "**Fewer than 5 here with a score then**: McInnes 2022"),
        (
            {"viewer": OF_THE_WEST},
            "**No PHQ-9 here**: McInnes 2022 (response on PHQ-9 53.6 % of 537",
        ),
    ],
)
def test_nothing_to_compare_says_so(
    view: Callable[..., AppTest], how: dict[str, Any], reason: str
) -> None:
    page = view(**how)
    said = words(page)
    of = len(FIGURES) - 1  # the comparable effect size is no share
    assert f"None of the {of} published figures that are known here" in said
    assert reason in said
    assert not page.get("plotly_chart")
    assert not page.metric


def test_maintenance_has_no_published_figure(view: Callable[..., AppTest]) -> None:
    said = words(view(phases=(Phase.MAINTENANCE,)))
    assert "The published figures are of inductions" in said
