"""The view Groups, run as Streamlit runs it, and the words about it.

Inductions of two planned infusions in March 2026, PHQ-9 20 at baseline; today is 1 June 2026. After
infusion 2 a score of 8 (a response) or of 15: of ten women 9 responded, of ten men 1, of three of
other sex 2, of three whose sex is not recorded 1. All have the same diagnosis. Sites take turns:
North, the next with a hostile name, and a third one.
"""

from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import fisher_exact
from sqlalchemy import insert, update
from streamlit.testing.v1 import AppTest

from clinical.codes import Phase, ScoreKind
from clinical.course_scores import Missing
from clinical.group_rates import tally
from clinical.instruments import PHQ9
from clinical.responses import Result
from clinical.retention import retention
from clinical.thresholds import DEFAULTS
from data_access.cohort import Cohort
from data_access.engine import make_engine, writing
from data_access.facts import rebuild_facts
from data_access.schema import Site
from pages.outcomes.choice import Choice
from pages.outcomes.grouping import By, group_names
from pages.outcomes.groups import GroupCounts, chosen_group, groups_found
from pages.outcomes.groups_choice import GroupChoice, column_of, name_of
from pages.outcomes.groups_findings import (
    MOST_PANELS,
    GroupsFound,
    compared_finding,
    curves_finding,
    group_figures,
    groups_answer,
    merged_words,
    site_funnel_finding,
    why_not_compared,
)
from pages.outcomes.look import Look
from tests.data_access.course_clinic import ALL
from tests.data_access.facts.recorded_clinic import RecordedClinic, at
from tests.pages.outcomes.outcome_page import TOTALS_ALONE, drawn_page
from tests.pages.side_effect_page import chart, choose, spaced, words

HOSTILE = "<b>West</b> $x$ [a](http://b)"
SEXES = ["female"] * 10 + ["male"] * 10 + ["other"] * 3 + [None] * 3
RESPONDED = [*[True] * 9, False, True, *[False] * 9, True, True, False, True, False, False]


def _write(clinic: RecordedClinic) -> None:
    clinic.connection.execute(
        insert(Site).values(site_key=3, site_id="S3", name="South", time_zone="America/New_York")
    )
    clinic.connection.execute(update(Site).where(Site.site_id == "S2").values(name=HOSTILE))
    for place, (sex, responded) in enumerate(zip(SEXES, RESPONDED, strict=True)):
        site = f"S{place % 3 + 1}"
        key = clinic.patient(site_id=site, sex=sex, primary_diagnosis="F32.1")
        series = clinic.series(key, "induction", date(2026, 3, 2), planned_infusions=2)
        for given in range(2):
            clinic.infusion(key, at(1 + 3 * given), series_id=f"X{series}", site_id=site)
        clinic.score(key, at(1, 6), 20)
        clinic.score(key, at(11, 9), 8 if responded else 15)
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
def view(clinic_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """A function that draws the view with some choices."""

    def draw(by: By, **chosen: Any) -> AppTest:
        asked = {"outcome": "Groups", "after": 2, "outcome_groups_by": by} | chosen
        return drawn_page(monkeypatch, clinic_url, **asked)

    return draw


def said(page: AppTest) -> str:
    """What is said, without the marks of markdown."""
    return words(page).replace("**", "").replace("\\", "")


def values(packed: dict[str, str]) -> list[float]:
    """The numbers of an axis, as plotly packs them for the browser."""
    return list(np.frombuffer(b64decode(packed["bdata"]), packed["dtype"]))


def test_the_sentence_names_what_differs_beyond_chance(view):
    shown = view(By.SEX)
    assert (
        "Beyond chance, more of Female had responded (90 %) than of all others (25 %; 1.80 times "
        "as expected) and fewer of Male had responded (10 %) than of all others (75 %; 0.20 times "
        "as expected). Of all 26 inductions with a score on PHQ-9 after infusion 2, 13 had "
        "responded (50 %, 95 % CI 32–68)."
    ) in said(shown)
    assert (
        "Others together: Other and Sex not recorded. A group of fewer than 5 is not shown by "
        "itself, nor so that it could be found by subtraction."
    ) in said(shown)


def test_sentence_picture_and_file_hold_the_same_rates(view):
    shown = view(By.SEX)
    dots = chart(shown, 0)["data"][0]
    assert values(dots["x"]) == pytest.approx([0.9, 0.1, 0.5])
    labels = chart(shown, 0)["layout"]["yaxis"]["ticktext"]
    assert labels == ["Female <i>10</i>", "Male <i>10</i>", "Others together <i>6</i>"]
    shown.session_state["numbers-outcome-groups"] = True
    table = shown.run().dataframe[0].value
    assert table["Group"].tolist() == ["Female", "Male", "Others together"]
    assert table["%"].tolist() == [90.0, 10.0, 50.0]
    assert table["All others, %"].tolist() == [25.0, 75.0, 50.0]
    p = fisher_exact([[9, 1], [4, 12]]).pvalue
    # Two comparisons, with the same p by chance: Holm doubles both.
    assert table["p (Fisher)"].tolist()[:2] == [round(p, 4), round(p, 4)]
    assert table["p (Holm)"].tolist()[:2] == [round(2 * p, 4), round(2 * p, 4)]
    assert table["Beyond chance"].tolist() == ["more", "fewer", "no"]
    # All are severe and of one diagnosis, so half of each group is expected.
    assert table["Expected"].tolist() == [5.0, 5.0, 3.0]


def test_a_dot_lists_the_courses_of_its_group_and_one_put_together_those_of_all(view):
    shown = choose(view(By.SEX), "outcome-groups", "sex", 2, 2)
    assert "Behind it: inductions, Male, after infusion 2" in said(shown)
    assert "10 courses of treatment" in said(shown)
    together = choose(view(By.SEX), "outcome-groups", "sex", -1, 2)
    assert "6 courses of treatment" in said(together)
    point = choose(view(By.SEX), "outcome-group-curves", "sex", 1, 2)
    assert "Behind it: inductions, Female, after infusion 2" in said(point)
    for carried in (("sex", 3, 2), ("sex", 1, 1), ("site_key", 1, 2), ("sex", "1", 2)):
        assert "Behind it" not in said(choose(view(By.SEX), "outcome-groups", *carried))


def test_who_may_not_see_patients_is_shown_none(view):
    shown = choose(view(By.SEX, viewer=TOTALS_ALONE), "outcome-groups", "sex", 2, 2)
    assert "needs the permission" in said(shown)
    assert not shown.dataframe


def test_sites_have_a_funnel_and_a_hostile_name_stays_text(view):
    shown = view(By.SITE)
    assert "No site differs beyond chance from the others" in said(shown)
    assert "All 3 sites lie within what chance gives" in said(shown)
    escaped = "&lt;b&gt;West&lt;/b&gt; $x$ [a](http://b)"
    funnel = chart(shown, 1)["data"][4]
    assert funnel["text"] == [escaped, "North", "South"]
    # Sites take turns: West has 4 responses of 9 courses, North 4 of 9, South 5 of 8.
    assert values(funnel["x"]) == [9, 9, 8]
    assert values(funnel["y"]) == pytest.approx([4 / 9, 4 / 9, 5 / 8])
    assert "\\<b\\>West" in "".join(each.value for each in shown.markdown)


@pytest.mark.parametrize(
    ("by", "chosen", "expected"),
    [
        (
            By.DIAGNOSIS,
            {},
            "26 inductions with a score on PHQ-9 after infusion 2 are of one diagnosis (Major "
            "depression), so there is nothing to compare.",
        ),
        (By.SEVERITY, {}, "are of one severity at baseline (Severe)"),
        (By.COURSE, {}, "are of one order of the course (First series)"),
        (By.WHEN, {}, "are of one quarter of the start (Jan–Mar 2026)"),
        (
            By.SEX,
            {"after": 1},
            "No induction within the filters has a score on PHQ-9 after",
        ),
        (
            By.SEX,
            {"after": 9},
            "No induction within the filters has a score on PHQ-9 after",
        ),
        (By.AGE, {"missing": Missing.ALL}, "26 inductions due up to infusion 2, a missing score"),
        (
            By.SEX,
            {"scores": ScoreKind.ACUTE.label},
            "a score on PHQ-9 within 72 hours after infusion",
        ),
    ],
)
def test_nothing_to_compare_is_said(view, by: By, chosen: dict[str, Any], expected: str):
    shown = view(by, **chosen)
    assert expected in said(shown)
    assert not shown.get("plotly_chart")


def test_remission_and_all_starters_are_choices(view):
    shown = view(By.SEX, outcome_groups_rate="Remission", missing=Missing.ALL)
    assert "a missing score on PHQ-9 counting as none, 0 were in remission (0 %" in said(shown)
    assert "Not adjusted: among all starters severity is not known" in said(shown)
    # A choice that a measure does not have is passed over.
    assert "had responded" in said(view(By.SEX, outcome_groups_rate="Anything"))


def look(missing: Missing = Missing.OBSERVED, number: int = 6) -> Look:
    starts = pd.DataFrame(
        [(1, 6, 6, 1, 1, 100)],
        columns=["over", "length", "done", "complete", "baseline", "starts"],
    )
    scores = pd.DataFrame(
        [(6, 1, 20.0, 8.0, 50)], columns=["number", "observed", "baseline", "total", "courses"]
    )
    return Look(
        choice=Choice(Cohort(PHQ9.code), number, missing),
        phase=Phase.INDUCTION,
        thresholds=DEFAULTS,
        starts=starts,
        scores=scores,
        retention=retention(starts, scores, number),
    )


def sites_of(counts: dict[int, tuple[int, int]], at_look: Look) -> GroupsFound:
    """Sites with so many responses of so many courses after infusion 6, called by their key."""
    starts = pd.DataFrame(
        [(key, 6, n) for key, (_, n) in counts.items()],
        columns=["group", "length", "starts"],
        dtype="int64",
    )
    scores = pd.DataFrame(
        [(key, 6, 1, n, n, x) for key, (x, n) in counts.items()],
        columns=["group", "number", "observed", "courses", "judged", "reached"],
        dtype="int64",
    )
    mix = scores.rename(columns={"number": "baseline_band"}).assign(diagnosis_group=1)
    choice = GroupChoice(By.SITE, Result.RESPONSE)
    counted = GroupCounts(tally(scores, starts, at_look.missing), mix)
    names = {key: f"Site {key:02}" for key in counts}
    return groups_found(at_look, choice, "site_key", counted, names)


def test_forty_sites_are_drawn_as_far_as_there_is_room_and_all_in_the_numbers():
    found = sites_of({key: (key, 10 + key) for key in range(1, 41)}, look())
    compared, panels = compared_finding(look(), found), curves_finding(look(), found)
    assert len(compared.chart.data[0]["x"]) == 30
    assert compared.chart.layout.yaxis.ticktext[0] == "Site 11 <i>21</i>"
    assert len(panels.chart.data) == 2 * MOST_PANELS
    assert panels.chart.data[1]["customdata"][0][:3][1:] == ["site_key", 29]
    assert "the 12 groups with the most courses, all 40 in the numbers" in panels.subtitle
    assert len(compared.numbers()) == 40
    assert len(panels.numbers()) == 41, "and all together"
    funnel = site_funnel_finding(look(), found)
    assert funnel is not None
    assert len(funnel.numbers()) == 40


def test_many_that_differ_are_named_as_far_as_a_sentence_goes():
    found = sites_of({key: ((key % 2) * 60, 60) for key in range(1, 11)}, look())
    said = spaced(groups_answer(look(), found)).replace("**", "")
    assert said.startswith("Beyond chance, more of Site 01 had responded (100 %)")
    assert "and 7 other groups differ. Of all 600 inductions" in said
    title = compared_finding(look(), found).title
    assert "Site 05 (100" in title
    assert "and 2 more" in title


def test_the_case_mix_may_explain_a_difference():
    found = sites_of({1: (50, 60), 2: (20, 60)}, look())
    table = found.rows.assign(ratio=[1.05, 0.95], ratio_low=[0.9, 0.7], ratio_high=[1.2, 1.2])
    said = spaced(groups_answer(look(), replace(found, rows=table)))
    assert "1.05 times as expected, which their case mix may explain" in said


def test_only_small_groups_are_nothing_to_compare():
    at_look = look()
    assert "each site, or each but one, has fewer than 5 of them" in why_not_compared(
        at_look, sites_of({1: (2, 3), 2: (1, 4), 3: (0, 2)}, at_look)
    )
    few = why_not_compared(at_look, sites_of({1: (1, 2), 2: (1, 2)}, at_look))
    assert few == (
        "4 inductions within the filters have a score on PHQ\\-9 after infusion 6 and a baseline "
        "above 0. Fewer than 5 are not shown as a rate."
    )
    assert why_not_compared(at_look, sites_of({}, at_look)).startswith("No induction")


def test_everyone_or_nobody_responding_is_a_sentence():
    for share in (0, 1):
        found = sites_of({1: (9 * share, 9), 2: (7 * share, 7), 3: (8 * share, 8)}, look())
        said = spaced(groups_answer(look(), found))
        assert f"**No site differs beyond chance** from the others: {100 * share} % in each" in said
        assert site_funnel_finding(look(), found) is not None
        assert curves_finding(look(), found).chart.data


def test_groups_without_a_score_are_named_apart():
    found = sites_of({1: (5, 9), 2: (3, 7), 3: (0, 0)}, look())
    assert merged_words(look(), found) == "Without such a score: Site 03."
    assert [figure.value for figure in group_figures(look(), found)][3] == "0 of 2"


def test_chosen_dots_are_taken_only_where_they_name_something_drawn():
    found = sites_of({1: (5, 9), 2: (3, 7)}, look())
    assert chosen_group([["words", "site_key", 2, 6]], found) == (1, 6)
    for points in ([], [["words"]], [["words", "site_key", 9, 6]], [["words", "site_key", 2, 5]]):
        assert chosen_group(points, found) is None


def test_groups_are_in_their_own_order_and_the_unknown_last():
    assert list(group_names(By.SEX, PHQ9, {})) == [1, 2, 3, 0]
    assert list(group_names(By.SITE, PHQ9, {1: "west", 2: "North"})) == [2, 1]
    assert group_names(By.SEVERITY, PHQ9, {})[4] == "Severe"
    assert group_names(By.WHEN, PHQ9, {}) == {}


def test_when_courses_began_is_a_quarter_or_in_long_periods_a_year():
    assert column_of(By.WHEN, ALL) == "quarter"
    assert name_of(2026 * 4 + 1, "quarter", {}) == "Apr–Jun 2026"
    long = replace(ALL, start=date(2020, 1, 1))
    assert column_of(By.WHEN, long) == "year"
    assert name_of(2026, "year", {}) == "2026"
    assert name_of(7, "site_key", {}) == "Not recorded"
