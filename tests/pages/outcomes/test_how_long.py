"""The view How long, run as Streamlit runs it, and the words about it.

Inductions of two infusions on 1 and 4 March 2026, PHQ-9 20 at baseline, at North; today is
1 September 2026. Days count from the last infusion; a score of 8 is a response, 15 is none.

=========  ==========  ===============================================================
who        on day 7    afterwards
=========  ==========  ===============================================================
1 to 10    8           never boosted: 1 and 2 have 15 on day 42, 3 on day 70, the others
                       8 until day 126
11 to 16   8           boosted an hour later and on day 14; 11 has 15 on day 42, the
                       others 8 until day 126
17 to 20   15
21         none        only a WHO-5 at baseline
=========  ==========  ===============================================================

So of 20 with an end score 16 ended in a response. Of those still there after 4 weeks, without
maintenance 8 of 10 are there after 8 weeks and 7 of 10 after 12; with it 5 of 6.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from clinical.codes import Phase
from clinical.durability import Responses, Since, Spells
from clinical.instruments import PHQ9, WHO5
from clinical.measures import THOUGHTS
from data_access.engine import make_engine, writing
from data_access.facts import rebuild_facts
from pages.outcomes.how_long import chosen_week
from pages.outcomes.how_long_findings import (
    States,
    curve_numbers,
    how_long_answer,
    how_long_figures,
    interval_finding,
    lasting_finding,
    no_rule_words,
    states,
    too_few_words,
    week_numbers,
    weeks_finding,
    who_words,
)
from tests.data_access.facts.recorded_clinic import RecordedClinic, at
from tests.pages.outcomes.outcome_page import TOTALS_ALONE, drawn_page
from tests.pages.side_effect_page import chart, choose, spaced, words


def _write(clinic: RecordedClinic) -> None:
    for number in range(1, 22):
        key = clinic.patient(site_id="S1", family_name=f"Number {number}")
        series = clinic.series(key, "induction", date(2026, 3, 1), planned_infusions=2)
        for day in (0, 3):
            clinic.infusion(key, at(day), series_id=f"X{series}")
        if number == 21:
            clinic.score(key, at(0, 9), 40, "WHO-5")
            continue
        clinic.score(key, at(0, 9), 20)
        clinic.score(key, at(10), 8 if number <= 16 else 15)
        if 11 <= number <= 16:
            boosters = clinic.series(key, "maintenance", date(2026, 3, 11))
            for day, hour in ((10, 11), (17, 11)):
                clinic.infusion(key, at(day, hour), series_id=f"X{boosters}")
        if number <= 16:
            clinic.score(key, at(45), 15 if number in {1, 2, 11} else 8)
            clinic.score(key, at(73), 15 if number == 3 else 8)
            clinic.score(key, at(129), 8)
    rebuild_facts(clinic.connection)


@pytest.fixture(scope="module")
def clinic_url(make_database: Callable[[str], str]) -> str:
    url = make_database("sqlite")
    engine = make_engine(url)
    with writing(engine) as connection:
        _write(RecordedClinic(connection))
    engine.dispose()
    return url


@pytest.fixture
def page(clinic_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """A function that runs the view with choices."""

    def run(**chosen: Any) -> AppTest:
        asked = {"today": date(2026, 9, 1), "outcome": "How long"} | chosen
        return drawn_page(monkeypatch, clinic_url, **asked)

    return run


def said(page: AppTest) -> str:
    """What is said, without the marks of markdown."""
    return words(page).replace("**", "").replace("\\", "")


def test_the_view_answers_in_a_sentence_with_intervals_and_says_who_is_counted(page):
    shown = page()
    # Without censoring before: Greenwood 2/80 + 1/56, and 1/30, on the scale of log(-log S).
    assert (
        "## Of responses still there 4 weeks after the last infusion, 70 % (95 % CI 33–89) without "
        "maintenance and 83 % (95 % CI 27–97) with maintenance were still there 12 weeks after it."
    ) in said(shown)
    assert (
        "20 of 21 inductions that are over have a baseline above 0 and a settled score after the "
        "last infusion; 16 of them ended in a response, of which 16 were scored again."
    ) in said(shown)
    assert "10 responses without maintenance, 3 lost (told from day 28 on)" in said(shown)
    figures = {one.label: (spaced(one.value), spaced(one.delta)) for one in shown.metric}
    assert figures == {
        "Inductions that end in a response": ("80 %", "16 of 20, 95 % CI 58–92"),
        "Kept 8 weeks without maintenance": ("80 %", "95 % CI 41–95; 8 at risk"),
        "Kept 26 weeks without maintenance": ("not known", "fewer than 5 at risk then"),
        "Kept 26 weeks with maintenance": ("not known", "fewer than 5 at risk then"),
    }


def test_the_pictures_show_the_same(page):
    shown = page()
    by_name = {one["name"]: one for one in chart(shown)["data"] if "name" in one}
    dots = by_name["without maintenance, weeks"]
    assert dict(zip(dots["x"], dots["y"], strict=True)) == pytest.approx({8: 0.8, 12: 0.7})
    assert (
        "Counted from the score that showed the response: 100 % after 4 weeks and 80 % after 8"
        in said(shown)
    )


def test_counted_from_the_score_the_pictures_change_places(page):
    shown = page(outcome_long_from="Score that showed it")
    assert (
        "## Of responses, 70 % (95 % CI 33–89) without maintenance and 83 % (95 % CI 27–97) with "
        "maintenance were still there 12 weeks after the score that showed the response."
    ) in said(shown)
    assert "Counted from the last infusion: 80 % after 8 weeks and 70 % after 12" in said(shown)


@pytest.mark.parametrize(
    ("week", "words", "people"),
    [
        ("8", "response lost after week 4 and by week 8", {"Number 1", "Number 2", "Number 11"}),
        ("12", "response lost after week 8 and by week 12", {"Number 3"}),
    ],
)
@pytest.mark.parametrize("since", list(Since))
def test_a_chosen_dot_lists_who_lost_the_response_before_it(page, week, words, people, since):
    shown = choose(page(outcome_long_from=since.value), "outcome-how-long", week)
    assert not shown.exception
    assert words in said(shown)
    drawn = " ".join(str(frame.value.to_dict()) for frame in shown.dataframe)
    drawn += " ".join(str(one.proto) for one in shown.get("bidi_component"))
    drawn += " ".join(str(one.value) for one in [*shown.markdown, *shown.button])
    assert all(name in drawn for name in people)
    assert "Number 4" not in drawn


def test_who_may_not_see_patients_is_told_of_none(page):
    shown = choose(page(viewer=TOTALS_ALONE), "outcome-how-long", "8")
    assert not shown.exception
    assert "needs the permission" in said(shown)


def test_where_maintenance_alone_is_chosen_inductions_are_counted_and_it_is_said(page):
    shown = said(page(phases=(Phase.MAINTENANCE,)))
    assert "70 % (95 % CI 33–89) without maintenance" in shown
    assert "Counted are inductions, although the filters name maintenance alone" in shown


def test_a_measure_without_a_rule_gets_a_sentence(page):
    shown = page(measure="WHO-5")
    assert "WHO-5 has no agreed rule of response, so there is none that could be lost." in said(
        shown
    )
    assert not shown.get("plotly_chart")


@pytest.mark.parametrize(
    ("points", "week"),
    [
        ([["words", "4"]], 4),
        ([["words", "26"], ["words", "4"]], 26),
        ([["words", "5"]], None),
        ([["words", 4]], None),
        ([["words"]], None),
        (["words"], None),
        ([], None),
    ],
)
def test_only_a_week_that_is_drawn_is_taken_from_a_browser(points, week):
    assert chosen_week(points) == week


def spells(*each: tuple[int, int, int, int]) -> Spells:
    """Entered, left, lost, courses."""
    entered, left, lost, courses = np.array(each, np.int64).reshape(-1, 4).T
    return Spells(entered, left, lost, courses)


NONE, COUNTS = spells(), Responses(20, 16, 15, 4, 6, 0)
TEN = spells((7, 28, 1, 2), (7, 56, 1, 1), (7, 126, 0, 7))


def told(without: Spells = TEN, boosted: Spells = NONE) -> States:
    return states(without, boosted, 5)


@pytest.mark.parametrize(
    ("counts", "found", "start"),
    [
        (Responses(0, 0, 0, 0, 0, 0), told(NONE), "None of 8 inductions that are over has a base"),
        (Responses(8, 0, 0, 0, 0, 0), told(NONE), "None of 8 inductions with a score after the"),
        (Responses(4, 0, 0, 0, 0, 0), told(NONE), "Fewer than 5 inductions have a baseline"),
        (Responses(5, 1, 0, 0, 0, 0), told(NONE), "Fewer than 5 inductions ended in a response"),
        (Responses(8, 6, 2, 0, 0, 0), told(NONE), "6 inductions ended in a response, but at no"),
        (COUNTS, told(), ""),
    ],
)
def test_where_there_is_nothing_to_show_a_sentence_says_why(counts, found, start):
    said = too_few_words(8, counts, found, 5)
    assert said.startswith(start)
    assert bool(said) == bool(start)


def test_one_state_alone_is_told():
    one = told()
    answer = spaced(how_long_answer(one, Since.LAST_INFUSION))
    assert answer == (
        "Of responses still there on day 7, **70 %** (95 % CI 33–89) without maintenance were "
        "still there **12 weeks** after the last infusion."
    )
    assert lasting_finding(one, Since.LAST_INFUSION).title == (
        "Fewer than half of responses were lost without maintenance, as far as they were watched"
    )
    assert one.test.p is None


def test_all_lost_at_once_is_told_without_an_interval():
    one = told(spells((0, 40, 0, 1), (0, 28, 1, 6)))
    assert one.without is not None
    # Greenwood 6 / (7 × 1), log S -1.94591: so ×/÷ exp(0.93251).
    assert "**14 %** (95 % CI 1–46)" in spaced(how_long_answer(one, Since.END_SCORE))
    one = told(spells((0, 28, 1, 6)))
    assert spaced(how_long_answer(one, Since.END_SCORE)) == (
        "Of responses, **0 %** (all were lost) without maintenance were still there **4 weeks** "
        "after the score that showed the response."
    )
    assert lasting_finding(one, Since.END_SCORE).title == (
        "Half of responses were lost by week 4 without maintenance"
    )


def test_where_nobody_was_watched_for_four_weeks_no_share_is_told():
    one = told(spells((0, 20, 0, 5), (0, 9, 1, 1)))
    assert how_long_answer(one, Since.END_SCORE) == (
        "Of 6 responses watched without maintenance 1 was seen to be lost, too few to tell a share."
    )
    assert weeks_finding(one, Since.END_SCORE) is None


def test_where_only_one_curve_goes_far_enough_it_is_told_with_what_is_seen_of_the_other():
    short = spells((0, 20, 0, 5), (0, 9, 1, 1))
    assert spaced(how_long_answer(told(short, spells((0, 60, 0, 10))), Since.END_SCORE)) == (
        "Of responses, **100 %** (95 % CI 72–100) with maintenance were still there **8 weeks** "
        "after the score that showed the response; of 6 responses watched without maintenance 1 "
        "was seen to be lost, too few to tell a share."
    )


def test_a_clear_difference_is_named_with_its_direction_and_its_test():
    soon, late = spells((0, 30, 1, 40), (0, 60, 0, 10)), spells((0, 90, 1, 10), (0, 200, 0, 40))
    longer = lasting_finding(told(soon, late), Since.END_SCORE)
    assert longer.title == (
        "Responses last longer with maintenance: half of responses were lost by week 5 without "
        "maintenance; fewer with maintenance, as far as they were watched"
    )
    assert longer.subtitle.endswith("; log-rank p < 0.001")
    assert "Half were lost by day 30 (95 % CI 30–30) without maintenance;" in longer.note
    assert "with maintenance not half were." in longer.note
    assert lasting_finding(told(late, soon), Since.END_SCORE).title.startswith(
        "Responses last less long with maintenance"
    )


def test_where_the_shares_point_the_other_way_than_the_test_no_direction_is_named():
    # All 40 without maintenance are lost on day 70, but after 8 weeks they are ahead: 100 to 83 %.
    found = told(spells((0, 70, 1, 40)), spells((0, 20, 1, 8), (0, 200, 0, 40)))
    assert found.test.p is not None
    assert found.test.p < 0.001
    assert "**100 %** (95 % CI 91–100) without maintenance and **83 %**" in spaced(
        how_long_answer(found, Since.END_SCORE)
    )
    assert lasting_finding(found, Since.END_SCORE).title.startswith(
        "The curves with and without maintenance differ, and cross: half of responses were lost"
    )


def test_what_few_are_watched_for_is_not_in_the_test():
    # Four of the ten are lost after the curve has ended, for want of those at risk.
    few = spells((0, 60, 0, 6), (0, 90, 1, 4))
    without = told(few, spells((0, 200, 0, 40)))
    assert without.test.p is None, "nothing was lost while both curves are told"


def test_curves_that_begin_at_very_different_days_are_not_compared():
    late = spells((100, 300, 0, 6), (100, 150, 1, 2))
    found = told(TEN, late)
    assert not found.comparable
    assert "with maintenance" not in how_long_answer(found, Since.LAST_INFUSION).replace(
        "without maintenance", ""
    )
    assert "Responses last" not in lasting_finding(found, Since.LAST_INFUSION).title


def test_the_table_holds_what_the_curve_shows():
    numbers = curve_numbers(told().lines())
    assert numbers["Day"].tolist() == [28, 56, 84, 126]
    assert numbers["% still in response"].tolist() == [80.0, 70.0, 70.0, 70.0]
    assert numbers["At risk"].tolist() == [10, 8, 7, 7]
    assert numbers["Lost that day"].tolist() == [2, 1, 0, 0]
    assert numbers["Last watched that day"].tolist() == [0, 0, 0, 7]
    assert (numbers["95 % CI from"][1], numbers["to"][1]) == pytest.approx((32.9, 89.2), abs=0.05)
    weeks = week_numbers(told().lines())
    assert weeks["Weeks"].tolist() == [4, 8, 12]
    assert weeks["% still in response"].tolist() == [80.0, 70.0, 70.0]


def test_booster_intervals_with_too_few_are_left_out():
    weekly, monthly = spells((0, 30, 1, 3), (0, 90, 0, 6)), spells((0, 60, 1, 1), (0, 90, 0, 7))
    found = interval_finding((weekly, spells((0, 90, 0, 4)), monthly, NONE), 5)
    assert found is not None
    assert found.subtitle.startswith("17 responses still there at the second booster")
    assert spaced(found.title) == (
        "No clear difference between booster intervals: 67 % (up to 10 days) and 88 % (22 to 35 "
        "days) after 12 weeks"
    )
    assert set(found.numbers()["Booster interval"]) == {"up to 10 days", "22 to 35 days"}
    assert interval_finding((NONE,) * 4, 5) is None
    alone = interval_finding((weekly, NONE, NONE, NONE), 5)
    assert alone is not None
    assert alone.title.startswith("One booster interval has enough responses")


def test_the_words_about_measures_and_people():
    assert no_rule_words(WHO5).startswith("WHO\\-5 has no agreed rule")
    assert "has no agreed rule of response" in no_rule_words(THOUGHTS)
    assert "In 2 a new induction began" in who_words(
        30, Responses(20, 16, 15, 4, 6, 2), Phase.INDUCTION
    )
    figures = how_long_figures(COUNTS, told(), Since.LAST_INFUSION, PHQ9, 5)
    assert [figure.value for figure in figures][2:] == ["not known", "not known"]
