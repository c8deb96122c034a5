"""The view How soon, run as Streamlit runs it, and the words about it.

Inductions of two infusions on 21 March 2026 and three days later, PHQ-9 20 at baseline; a score 71
hours after the first infusion (day 3) and one 239 hours after it (day 10). Today is 1 June 2026.

* North: six women (8, then 4) and two of another sex (8, then 8). Five of the women have 8 a day
  after the first infusion, too, and three a baseline on GAD-7. One more woman began on 28 May and
  has no score yet.
* West: nine men: 20, then 10 in two of them and 18 in seven; a tenth has no baseline.

So 8 of 17 respond on day 3 and 2 on day 10; 6 are in remission on day 10.
"""

from collections.abc import Callable
from datetime import date, timedelta

import pandas as pd
import pytest
from sqlalchemy import update
from streamlit.testing.v1 import AppTest

from clinical.codes import Phase
from clinical.instruments import PHQ9
from clinical.logrank import log_rank_of
from clinical.measures import ENERGY
from clinical.time_to import Basis, Reached, Unit, time_to
from data_access.engine import make_engine, writing
from data_access.facts import rebuild_facts
from data_access.schema import Site
from pages.outcomes.choice import View
from pages.outcomes.grouping import By, group_names
from pages.outcomes.how_soon_choice import SoonChoice
from pages.outcomes.how_soon_findings import (
    Group,
    Names,
    curves_finding,
    drawn_groups,
    groups_answer,
    groups_finding,
    groups_table,
    medians_finding,
    soon_answer,
)
from tests.data_access.facts.recorded_clinic import RecordedClinic, at
from tests.pages.outcomes.outcome_page import drawn_page
from tests.pages.side_effect_page import choose, spaced, words

HOSTILE = "<b>West</b> *x* [z](javascript:1)"
SETTLED = Basis.SETTLED


def _course(clinic: RecordedClinic, site: str, sex: str, day: int, *scores: tuple[int, int]) -> int:
    """One induction; ``scores``: days since its first infusion and totals."""
    key = clinic.patient(site_id=site, sex=sex, given_name="A", family_name="Somebody")
    started_on = date(2026, 3, 1) + timedelta(day)
    series = clinic.series(key, "induction", started_on, planned_infusions=2)
    for given in (0, 3)[: 1 if day > 60 else 2]:
        clinic.infusion(key, at(day + given), series_id=f"X{series}", site_id=site)
    for since, total in scores:
        clinic.score(key, at(day + since, 9), total)
    return key


def _fill(clinic: RecordedClinic) -> None:
    for number in range(6):
        key = _course(clinic, "S1", "female", 20, (0, 20), (3, 8), (10, 4))
        if number < 3:
            clinic.score(key, at(20, 9), 15, "GAD-7")
        if number < 5:
            clinic.score(key, at(21, 9), 8)
    for _ in range(2):
        _course(clinic, "S1", "other", 20, (0, 20), (3, 8), (10, 8))
    for number in range(9):
        _course(clinic, "S2", "male", 20, (0, 20), (3, 20), (10, 10 if number < 2 else 18))
    _course(clinic, "S2", "male", 20, (3, 8))
    _course(clinic, "S1", "female", 88, (0, 20))


@pytest.fixture(scope="module")
def url(make_database: Callable[[str], str]) -> str:
    found = make_database("sqlite")
    engine = make_engine(found)
    with writing(engine) as connection:
        _fill(RecordedClinic(connection))
        connection.execute(update(Site).where(Site.site_id == "S2").values(name=HOSTILE))
        rebuild_facts(connection)
    engine.dispose()
    return found


def drawn(monkeypatch: pytest.MonkeyPatch, url: str, **chosen: object) -> AppTest:
    return drawn_page(monkeypatch, url, outcome=View.HOW_SOON, **chosen)


def test_the_answer_tells_when_half_had_responded(url, monkeypatch):
    page = drawn(monkeypatch, url)
    # 11 of 17 are left: log-log band by hand, 0.647^(e^±0.806) = 0.377 and 0.823.
    assert (
        "## Half of 17 inductions had responded within **10 days** of the first infusion (95 % CI "
        "3 to not reached); **35 %** were in remission within 10 days (95 % CI 18–62)."
    ) in words(page)
    assert (
        "Of 19 inductions that began (1 under way, 1 without a baseline): 17 on the curve of "
        "response (1 have no later score); 17 on the curve of remission (1 have no later score)."
    ) in words(page)
    values = [figure.value for figure in page.metric]
    # 5 of 5 a day after the first infusion.
    assert values == ["10 days", "Not reached", "10 of 17", "5 of 5"]
    assert (
        "5 of 19 inductions that began have a score within 30 hours of infusion 1; of 14"
        in words(page)
    )


def test_any_score_and_infusions_are_other_clocks(url, monkeypatch):
    sooner = drawn(monkeypatch, url, outcome_soon_scores=Basis.ANY)
    finding = "59 % had responded within 10 days"
    assert finding in words(sooner)
    by_infusion = drawn(monkeypatch, url, outcome_soon_unit=Unit.INFUSIONS)
    assert "had responded within **2 infusions** (95 % CI 1 to not reached)" in words(by_infusion)
    hours = drawn(monkeypatch, url, outcome_soon_unit=Unit.HOURS, outcome_soon_scores=Basis.ANY)
    # By 71 hours 8 of 17; nobody is watched at 168 hours for the first time.
    assert "8 of 17" in [figure.value for figure in hours.metric]
    assert "Few are asked in these hours" in words(hours)


def test_sites_are_compared_and_their_names_are_only_text(url, monkeypatch):
    page = drawn(monkeypatch, url, outcome_soon_by=By.SITE)
    # North: 8 of 8 on day 3, of which 8 × 8/17 were to be expected; chi-squared 16 on one degree.
    assert (
        "Time to response **differs** between sites beyond chance (log-rank, p < 0.001)"
        in words(page)
    )
    assert HOSTILE not in words(page)
    assert r"\<b\>West" in words(page)
    assert all("<b>West" not in chart.proto.spec for chart in page.get("plotly_chart"))


def test_groups_under_the_limit_are_put_together(url, monkeypatch):
    page = drawn(monkeypatch, url, outcome_soon_by=By.SEX)
    # Two of another sex are too few, so the six women join them.
    specs = "".join(chart.proto.spec for chart in page.get("plotly_chart"))
    assert "Others together" in specs
    assert "Female" not in specs
    assert "17 inductions in 2 groups" in words(page)


def test_one_group_has_nothing_to_be_compared_with(url, monkeypatch):
    page = drawn(monkeypatch, url, outcome_soon_by=By.COURSE)
    assert "all courses on the curve are of one group" in words(page)


@pytest.mark.parametrize(
    ("carried", "said"),
    [
        (("Response", 0, 3), "8 courses of treatment"),
        (("Remission", 0, 10), "6 courses of treatment"),
        (("Response", 0, 4), None),  # nothing was reached then
        (("Response", 7, 3), None),
        (("Elsewhere", 0, 3), None),
    ],
)
def test_a_chosen_point_lists_those_who_reached_it_then(url, monkeypatch, carried, said):
    page = choose(drawn(monkeypatch, url), "outcome-soon", *carried)
    assert not page.exception
    if said is None:
        assert "Behind it" not in words(page)
    else:
        assert said in words(page)
        assert f"first on day {carried[2]}" in words(page)


def test_a_chosen_point_of_a_group_lists_its_own(url, monkeypatch):
    page = drawn(monkeypatch, url, outcome_soon_by=By.SEX)
    assert "8 courses of treatment" in words(choose(page, "outcome-soon", "Response", -1, 3))
    page = drawn(monkeypatch, url, outcome_soon_by=By.SEX)
    assert "2 courses of treatment" in words(choose(page, "outcome-soon", "Response", 2, 10))


@pytest.mark.parametrize(
    ("code", "listed"),
    [("responded", "5 courses"), ("remitted", "No course"), ("better", "5 courses")],
)
def test_a_chosen_share_of_the_first_day_lists_its_own(url, monkeypatch, code, listed):
    # Five of the six women have a score then: 8, from 20.
    page = choose(drawn(monkeypatch, url), "outcome-soon-first-day", code)
    assert not page.exception
    assert f"{listed} of treatment" in words(page)


def test_too_few_on_the_curve_is_said(url, monkeypatch):
    page = drawn(monkeypatch, url, measure="GAD-7")
    assert (
        "0 inductions with a baseline on GAD-7, a later score and something to reach. Fewer than 5 "
        "are not shown. Of 19 inductions that began (1 under way, 16 without a baseline): 0 on the "
        "curve of response (3 have no later score);"
    ) in words(page)
    assert not page.get("plotly_chart")


def group(name: str, key: int, *of: tuple[int, int, int], together: bool = False) -> Group:
    """From time, whether it was reached then, and courses."""
    rows = pd.DataFrame(list(of), columns=["time", "reached", "courses"]).assign(room=1)
    return Group(name, ("Response", key), time_to(rows, Unit.DAYS, 5), together)


DAYS = Names(PHQ9, Phase.INDUCTION, Unit.DAYS)
BY_SITE = SoonChoice(Unit.DAYS, SETTLED, By.SITE, Reached.RESPONSE)


@pytest.mark.parametrize(
    ("watched", "said"),
    [
        ([(9, 0, 7)], "None of 7 inductions had responded."),
        (
            [(3, 1, 7)],
            "Half of 7 inductions had responded within **3 days** of the first infusion (without "
            "an interval).",
        ),
    ],
    ids=["nobody", "all at once"],
)
def test_the_answer_of_extreme_clinics(watched, said):
    found = {Reached.RESPONSE: group("Response", 0, *watched).found}
    assert spaced(soon_answer(found, DAYS)) == said


def test_an_item_is_named_because_it_has_no_other_word():
    found = {Reached.REMISSION: group("Free of it", 0, (9, 0, 7)).found}
    said = soon_answer(found, Names(ENERGY, Phase.MAINTENANCE, Unit.DAYS))
    assert said == "Energy (PHQ-9 item 4): None of 7 maintenance courses was free of it."


def test_many_groups_have_five_curves_and_all_are_in_the_tables():
    groups = [
        group(f"Site {place}", place, (5, 1, 10 + place), (30, 0, 10)) for place in range(40)
    ] + [group("Others together", -1, (5, 1, 3), (30, 0, 4), together=True)]
    assert [each.name for each in drawn_groups(groups)] == [
        *(f"Site {place}" for place in range(35, 40)),
        "Others together",
    ]
    test = log_rank_of([each.found.curve for each in groups])
    finding = groups_finding(groups, test, BY_SITE, DAYS)
    assert "41 groups; the largest 6 have a curve, all are in the tables" in finding.subtitle
    assert set(finding.numbers()["Curve"]) == {each.name for each in groups}
    medians = medians_finding(groups, BY_SITE, DAYS)
    assert "the largest 25 of 41" in medians.subtitle
    table = groups_table(groups, Unit.DAYS).set_index("Group")
    assert len(table) == 41
    # 49 of 59 by day 28; of the others 3 of 7, so half was not reached.
    assert table.loc["Site 39", "% within 28 days"] == pytest.approx(83.1)
    assert table.loc["Site 39", "Median (days)"] == 5
    assert table["Median (days)"].isna().tolist() == [False] * 40 + [True]


def test_groups_in_which_nothing_happened_cannot_be_compared():
    groups = [group("A", 1, (9, 0, 7)), group("B", 2, (9, 0, 7))]
    test = log_rank_of([each.found.curve for each in groups])
    assert "cannot be compared between sites" in groups_answer(groups, test, BY_SITE, DAYS)
    assert groups_finding(groups, test, BY_SITE, DAYS).chart.data
    assert "half was not reached" in medians_finding(groups, BY_SITE, DAYS).title.lower()


def test_the_numbers_of_the_curve_end_with_it():
    # 8 at risk on day 1, 6 on day 2, 4 on day 3: the last is not told.
    finding = curves_finding([group("Response", 0, (1, 1, 2), (2, 1, 2), (3, 1, 4))], DAYS)
    numbers = finding.numbers()
    assert numbers["Days"].tolist() == [1, 2]
    assert numbers["At risk just before"].tolist() == [8, 6]
    assert numbers["% (Kaplan-Meier)"].tolist() == [25, 50]


def test_groups_have_their_names_and_what_is_not_known_comes_last():
    ages = list(group_names(By.AGE, PHQ9, {}).values())
    assert (ages[0], ages[-1]) == ("Under 18", "Age not recorded")
    assert group_names(By.SEVERITY, PHQ9, {})[4] == "Severe"
    assert group_names(By.SITE, PHQ9, {3: "North"}) == {3: "North"}
