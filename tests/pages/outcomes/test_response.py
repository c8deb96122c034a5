"""The view Response and the funnel above it, run as Streamlit runs them, and the words about them.

Inductions of two planned infusions, on 2 March 2026 and three days later, PHQ-9 20 at baseline, at
North; today is 1 June 2026. Six have a score after infusion 2: 10, 10, 9, 4 (responses, the last
one a remission), 11 and 21. P7 (5), P8 (10) and P9 (15, who stopped there) have one after infusion
1 alone, P10 no baseline, and P11 is under way. So 4 of 6 observed, 6 of 9 carried forward and 4 of
10 starters have responded. WHO-5, 20 at baseline: P1 to P5 have 40, 40, 30, 29 and 20 afterwards.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from access.viewer import LOCAL_VIEWER, Viewer
from clinical.codes import Phase, ScoreKind
from clinical.course_scores import Missing
from clinical.instruments import MADRS, PCL5, PHQ9, WHO5, Instrument
from clinical.measures import ENERGY
from clinical.responses import Result
from clinical.retention import retention
from clinical.thresholds import DEFAULTS
from data_access.cohort import Cohort
from data_access.courses_behind import CoursesBehind, Part
from data_access.engine import make_engine, writing
from data_access.facts import rebuild_facts
from pages.outcomes.choice import Choice
from pages.outcomes.funnel import WITH_BASELINE, funnel_finding, funnel_steps, part_behind
from pages.outcomes.look import Look
from pages.outcomes.response import chosen_part, chosen_rate, rate_behind
from pages.outcomes.response_findings import (
    by_number_finding,
    by_rule_finding,
    hidden_rules,
    response_answer,
    response_figures,
    responses_of,
)
from tests.data_access.facts.recorded_clinic import RecordedClinic, at
from tests.pages.outcomes.outcome_page import TOTALS_ALONE, prepared_page
from tests.pages.side_effect_page import chart, choose, spaced, words

AFTER_TWO = (10, 10, 9, 4, 11, 21)
WELL_BEING = (40, 40, 30, 29, 20)


def _write(clinic: RecordedClinic) -> None:
    for number in range(1, 12):
        day = 88 if number == 11 else 1
        key = clinic.patient(site_id="S1", family_name=f"Number {number}")
        started_on = date.fromordinal(date(2026, 3, 1).toordinal() + day)
        series = clinic.series(key, "induction", started_on, planned_infusions=2)
        for given in range(1 if number in {9, 11} else 2):
            clinic.infusion(key, at(day + 3 * given), series_id=f"X{series}")
        if number != 10:
            clinic.score(key, at(day, 9), 20)
    for key, total in enumerate(AFTER_TWO, 1):
        clinic.score(key, at(11, 9), total)
    for key, total, day in ((7, 5, 4), (8, 10, 4), (9, 15, 6)):
        clinic.score(key, at(day, 9), total)
    for key, total in enumerate(WELL_BEING, 1):
        clinic.score(key, at(1, 9), 20, "WHO-5")
        clinic.score(key, at(11, 9), total, "WHO-5")
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
    """A function that runs the page at an address."""

    def run(viewer: Viewer = LOCAL_VIEWER, **address: str) -> AppTest:
        script = prepared_page(monkeypatch, clinic_url, viewer=viewer)
        for name, value in ({"after": "2"} | address).items():
            script.query_params[name] = value
        shown = script.run()
        assert not shown.exception
        return shown

    return run


def said(page: AppTest) -> str:
    """What is said, without the marks of markdown."""
    return words(page).replace("**", "").replace("\\", "")


def strip(page: AppTest) -> list[str]:
    """The labels of the steps above the view."""
    found = page.button_group(key="outcome-part")
    return [str(getattr(each, "content", each)).replace("**", "") for each in found.options]


@pytest.mark.parametrize(
    ("missing", "answer"),
    [
        (
            "Observed",
            "## 4 of 6 inductions with a PHQ-9 score after infusion 2 had responded (67 %, 95 % CI "
            "30–90); 17 % were in remission. If none of those without a score had responded, it "
            "would be 40 %; if all, 80 %.",
        ),
        (
            "Last score carried forward",
            "## 6 of 9 inductions had responded at their last PHQ-9 score up to infusion 2 (67 %, "
            # Three were carried: the bounds would tell what became of them.
            "95 % CI 35–88); 11 % were in remission.\n",
        ),
        (
            "All starters",
            "## 4 of 10 inductions had responded after infusion 2 on PHQ-9, counting a missing "
            "score as none (40 %, 95 % CI 17–69); 10 % were in remission. If all without a score "
            "had responded, it would be 80 %.",
        ),
    ],
)
def test_the_view_answers_under_each_rule_for_missing_scores(page, missing, answer):
    assert answer in said(page(missing=missing))


def test_the_sentence_the_figure_and_the_picture_say_the_same(page):
    shown = page()
    figures = {each.label: (spaced(each.value), spaced(each.delta)) for each in shown.metric}
    assert figures == {
        "Response after infusion 2": ("67 %", "4 of 6; 95 % CI 30–90"),
        "Remission after infusion 2": ("17 %", "1 of 6; 95 % CI 3–56"),
        "Response, worst to best": ("40–80 %", "4 scores missing of 10 due"),
        "With a score after infusion 2": ("6 of 10", "60 % of those due"),
    }
    dots = chart(shown)["data"][1]
    # Three have a score after infusion 1: too few to be drawn.
    assert [carried[1:] for carried in dots["customdata"]] == [["response", 2]]
    assert spaced(dots["customdata"][0][0]) == (
        "<b>Response, infusion 2</b><br>Observed: 4 of 6: 67 % (95 % CI 30–90)"
    )


def test_the_funnel_stands_above_every_view(page):
    steps = [
        "11 began",
        ":gray[−1 under way]",
        "10 over",
        ":gray[−1 without a baseline]",
        "9 with a baseline",
        ":gray[−1 stopped before infusion 2]",
        ":gray[−2 given infusion 2, no score]",
        "6 with a score after infusion 2",
        "9 completed as planned",
    ]
    assert strip(page()) == steps
    assert strip(page(outcome="How long")) == steps


def test_too_few_scores_are_said_and_no_rate_is_shown(page):
    shown = page(after="1")
    assert (
        "## 3 of 10 inductions due have a baseline and a score on PHQ-9 after infusion 1, and "
        "fewer than 5 are not shown as a rate. There are enough after infusion 2."
    ) in said(shown)
    assert not shown.metric


def test_an_infusion_that_nobody_is_due_for_is_said(page):
    assert (
        "## No induction is due up to infusion 7; the longest here goes up to infusion 2."
    ) in said(page(after="7"))


def test_where_higher_is_better_and_no_rule_is_agreed_reliable_improvement_is_told(page):
    shown = page(measure="WHO-5")
    assert (
        "## No rule for response is agreed for WHO-5. 3 of 5 inductions with a WHO-5 score after "
        "infusion 2 were better by at least 10 points (60 %, 95 % CI 23–88). If none of those "
        "without a score were better, it would be 30 %; if all, 80 %."
    ) in said(shown)
    assert [spaced(each.value) for each in shown.metric] == ["60 %", "30–80 %", "5 of 10"]


def names_listed(shown: AppTest) -> list[str]:
    """The patients of the list that is open."""
    [listed] = [each.value for each in shown.dataframe if "Patient" in each.value]
    return sorted(listed["Patient"])


def test_a_chosen_dot_lists_those_who_responded(page):
    shown = choose(page(), "outcome-response", "response", 2)
    assert not shown.exception
    assert "Behind it: inductions, response after infusion 2" in said(shown)
    assert names_listed(shown) == [f"Number {key}" for key in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("missing", "people"), [("Observed", (1, 2, 3, 4)), ("All starters", (1, 2, 3, 4))]
)
def test_a_chosen_rule_lists_those_who_responded_under_it(page, missing, people):
    shown = choose(page(), "outcome-rules", "response", missing)
    assert not shown.exception
    assert f"response after infusion 2, {missing.lower()}" in said(shown)
    assert names_listed(shown) == [f"Number {key}" for key in people]


def test_a_rule_that_is_not_drawn_lists_nobody(page):
    # Three scores are carried forward: what became of so few is not shown beside the others.
    shown = choose(page(), "outcome-rules", "response", "Last score carried forward")
    assert "Behind it" not in said(shown)


def test_a_chosen_bar_and_a_chosen_step_list_theirs(page):
    shown = choose(page(), "outcome-funnel", "unscored")
    assert names_listed(shown) == ["Number 7", "Number 8"]
    shown = page()
    shown.session_state["outcome-part"] = "no_baseline"
    shown.run()
    assert not shown.exception
    assert "Behind it: inductions, without a baseline" in said(shown)
    assert names_listed(shown) == ["Number 10"]


def test_what_a_browser_makes_up_lists_nobody(page):
    for carried in (["response", 1], ["cured", 2], ["response", "2"], [2], []):
        shown = choose(page(), "outcome-response", *carried)
        assert not shown.exception
        assert "Behind it" not in said(shown)
    shown = choose(page(), "outcome-funnel", "everybody")
    assert not shown.exception
    assert "Behind it" not in said(shown)


def test_whoever_may_see_totals_alone_is_told_so_and_named_nobody(page):
    shown = choose(page(viewer=TOTALS_ALONE), "outcome-response", "response", 2)
    assert not shown.exception
    assert "needs the permission" in said(shown)
    assert "Number" not in str([each.value for each in shown.dataframe])


_SCORES = ["number", "observed", "baseline", "total", "courses"]
_STARTS = ["over", "length", "done", "complete", "baseline", "starts"]
Row = tuple[int, int, float, float, int]


def look(
    *scores: Row,
    measure: Instrument = PHQ9,
    missing: Missing = Missing.OBSERVED,
    due: int = 10,
    number: int = 6,
    kind: ScoreKind = ScoreKind.SETTLED,
    phase: Phase = Phase.INDUCTION,
) -> Look:
    """A look at scores: number, observed, baseline, total and courses, of so many due up to six."""
    starts = pd.DataFrame([(1, 6, 6, 1, 1, due)], columns=_STARTS).head(due)
    frame = pd.DataFrame(scores, columns=_SCORES).astype({"baseline": float, "total": float})
    return Look(
        choice=Choice(Cohort(measure.code, kind), number, missing),
        phase=phase,
        thresholds=DEFAULTS,
        starts=starts,
        scores=frame,
        retention=retention(starts, frame, number),
    )


def answer(at: Look) -> str:
    return spaced(response_answer(at, responses_of(at))).replace("**", "").replace("\\", "")


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (  # everyone responded at once
            look((6, 1, 20, 0, 10)),
            "10 of 10 inductions with a PHQ-9 score after infusion 6 had responded (100 %, 95 % CI "
            "72–100); 100 % were in remission. No score is missing.",
        ),
        (  # all missing
            look(),
            "None of the 10 inductions due have a baseline and a score on PHQ-9 after infusion 6. "
            "No other infusion has enough scores either.",
        ),
        (
            look(missing=Missing.ALL),
            "None of the 10 inductions due have a baseline and a score on PHQ-9 after infusion 6. "
            "No other infusion has enough scores either.",
        ),
        (  # one patient
            look((6, 1, 20, 5, 1), due=1),
            "1 of 1 induction due has a baseline and a score on PHQ-9 after infusion 6, and fewer "
            "than 5 are not shown as a rate. No other infusion has enough scores either.",
        ),
        (  # a baseline of zero in one, and in all
            look((6, 1, 20, 5, 5), (6, 1, 0, 0, 1)),
            "5 of 5 inductions with a PHQ-9 score after infusion 6 had responded (100 %, 95 % CI "
            "57–100); 17 % were in remission. If none of those without a score had responded, it "
            "would be 56 %; if all, 100 %. 1 with a baseline of 0 was left out, for want of room "
            "to respond.",
        ),
        (
            look((6, 1, 0, 0, 6)),
            "6 of 10 inductions due have a baseline and a score on PHQ-9 after infusion 6, but 6 a "
            "baseline of 0, which leaves no room to respond. No other infusion has enough scores "
            "either.",
        ),
        (
            look((6, 1, 50, 30, 6), measure=PCL5),
            "No rule for response is agreed for PCL-5. 6 of 6 inductions with a PCL-5 score after "
            "infusion 6 were better by at least 15 points (100 %, 95 % CI 61–100). If none of "
            "those without a score were better, it would be 60 %; if all, 100 %.",
        ),
        (
            look((6, 1, 3, 0, 2), (6, 1, 2, 1, 4), measure=ENERGY),
            "No rule for response is agreed for Energy (PHQ-9 item 4). 2 of 6 inductions with an "
            "Energy (PHQ-9 item 4) score after infusion 6 were free of it (33 %, 95 % CI 10–70); "
            "100 % were better by at least one level. If none of those without a score were free "
            "of it, it would be 20 %; if all, 60 %.",
        ),
        (
            look((6, 1, 30, 12, 6), measure=MADRS, kind=ScoreKind.ACUTE, phase=Phase.MAINTENANCE),
            "6 of 6 maintenance courses with a MADRS score within 72 hours after infusion 6 had "
            "responded (100 %, 95 % CI 61–100); 0 % were in remission. If none of those without a "
            "score had responded, it would be 60 %; if all, 100 %.",
        ),
    ],
)
def test_each_kind_of_data_gives_a_sentence(at, said):
    assert answer(at) == said


@pytest.mark.parametrize("measure", [PHQ9, WHO5, ENERGY], ids=lambda each: each.name)
@pytest.mark.parametrize("missing", Missing)
@pytest.mark.parametrize(
    "scores", [(), ((6, 1, 2, 0, 1),), ((6, 1, 0, 0, 7),), ((3, 1, 2, 1, 7), (6, 0, 2, 1, 7))]
)
def test_every_picture_can_be_drawn_whatever_there_is(measure, missing, scores):
    at = look(*scores, measure=measure, missing=missing)
    found = responses_of(at)
    rules = by_rule_finding(at, found)
    if rules is not None:
        rules.numbers()
    funnel_finding(at).numbers()
    assert response_answer(at, found)
    assert response_figures(at, found)
    if found.shown:
        by_number_finding(at, found).numbers()


def test_the_numbers_are_those_of_the_picture():
    at = look((1, 1, 20, 15, 8), (6, 1, 20, 10, 3), (6, 1, 20, 4, 3))
    finding = by_number_finding(at, responses_of(at))
    assert spaced(finding.title) == (
        "Response: 0 % after infusion 1, 100 % after 6; remission: 0 % after infusion 1, 50 % "
        "after 6"
    )
    assert finding.numbers().iloc[-1].to_dict() == {
        "After infusion": 6,
        "Result": "Remission",
        "Missing scores": "Observed",
        "Reached": 3,
        "Of": 6,
        "%": 50.0,
        "95 % CI from": 18.8,
        "to": 81.2,
        "Worst, %": 30.0,
        "Best, %": 70.0,
        "With a score": 6,
        "Due": 10,
    }


def test_a_few_carried_scores_are_not_told_beside_the_observed_ones():
    # Beside 6 observed, 4 carried ones could be told by subtraction; with 5 they may be.
    few = responses_of(look((6, 1, 20, 5, 6), (6, 0, 20, 20, 4), due=12))
    assert hidden_rules(few) == {Missing.CARRIED: "Fewer than 5 carried forward: not shown"}
    enough = responses_of(look((6, 1, 20, 5, 6), (6, 0, 20, 20, 5), due=12))
    assert hidden_rules(enough) == {}


def test_where_few_carried_scores_are_chosen_the_observed_are_not_told_beside_them():
    at = look((6, 1, 20, 5, 6), (6, 0, 20, 20, 4), due=12, missing=Missing.CARRIED)
    found = responses_of(at)
    assert set(hidden_rules(found)) == {Missing.OBSERVED, Missing.ALL}
    # The worst bound would be the 6 of 12 that were observed to respond.
    assert response_answer(at, found).startswith("**6 of 10** inductions had responded")
    assert "if all" not in response_answer(at, found)
    assert not any("worst" in figure.label for figure in response_figures(at, found))
    by_number, by_rule = by_number_finding(at, found), by_rule_finding(at, found)
    assert by_rule is not None
    assert by_number.numbers()["Worst, %"].isna().all()
    assert set(by_rule.numbers()["Missing scores"]) == {"Last score carried forward"}
    assert not any("CI" in str(words) for words in _bars(by_rule))
    assert not _bars(by_number)


def _bars(finding):
    """What the bars from worst to best say."""
    return [
        words
        for trace in finding.chart.data
        if trace.type == "bar"
        for words in trace.hovertext or ()
    ]


def test_scores_within_72_hours_are_not_carried():
    at = look((6, 1, 20, 5, 6), kind=ScoreKind.ACUTE)
    assert [each.missing for each in responses_of(at).by_rule] == [Missing.OBSERVED, Missing.ALL]


def title_by_rule(at: Look) -> str:
    finding = by_rule_finding(at, responses_of(at))
    assert finding is not None
    return spaced(finding.title)


def test_titles_say_how_much_the_rule_decides():
    assert by_rule_finding(look(), responses_of(look())) is None
    spread = look((6, 1, 20, 5, 6), (6, 0, 20, 20, 5), due=12)
    assert title_by_rule(spread) == (
        "Response after infusion 6: 50 % to 100 %, by the rule for missing scores"
    )
    alike = look((6, 1, 20, 5, 10))
    assert title_by_rule(alike) == (
        "Response after infusion 6: 100 %, whichever rule for missing scores"
    )
    one = look((6, 1, 20, 5, 2), (6, 0, 20, 5, 5))
    assert title_by_rule(one) == (
        "Response after infusion 6: 100 %, under the one rule that can be shown"
    )


def test_a_chosen_rate_is_one_of_those_drawn():
    at = look((6, 1, 20, 5, 6))
    assert chosen_rate([["words", "remission", 6]], (6,), at) == (Result.REMISSION, 6)
    assert chosen_rate([["words", "reliable improvement", 6]], (6,), at) is None
    assert chosen_rate([["words", "response", 5]], (6,), at) is None
    assert chosen_rate([], (6,), at) is None
    assert chosen_part([["words", "stopped"]], at) == "stopped"
    assert chosen_part([["words", ""]], at) is None


@pytest.mark.parametrize(
    ("result", "missing", "behind"),
    [
        (Result.RESPONSE, Missing.ALL, {"missing": Missing.ALL, "responded": True}),
        (Result.REMISSION, Missing.CARRIED, {"missing": Missing.CARRIED, "remitted": True}),
        # No line in per cent parts those who improved: all who have a score.
        (Result.IMPROVEMENT, Missing.ALL, {"missing": Missing.OBSERVED, "by_percent": True}),
    ],
)
def test_behind_a_rate_are_those_who_reached_it(result, missing, behind: dict[str, Any]):
    assert rate_behind(missing, result, 6) == CoursesBehind(number=6, **behind)


def test_those_with_a_baseline_are_those_due_who_have_one():
    assert part_behind(look(), WITH_BASELINE) == CoursesBehind(
        part=Part.DUE, number=6, baselines=(0, None)
    )


def test_courses_that_are_planned_for_less_have_a_step_of_their_own():
    steps = {each.part: each for each in funnel_steps(look((6, 1, 20, 5, 6), number=7))}
    assert steps["due"].courses == 0
    assert [(each.words, each.courses) for each in steps["due"].lost] == [
        ("planned for fewer than 7", 10)
    ]
    assert "due" not in {each.part for each in funnel_steps(look())}
