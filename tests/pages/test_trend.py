"""The Trend view, run as Streamlit runs it, over clinics whose weeks are known."""

from base64 import b64decode
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from access.viewer import LOCAL_VIEWER, Permission
from data_access.engine import URL_VARIABLE, make_engine, reading, writing
from data_access.rebases import rebases
from tests.data_access.side_effect_clinic import fill
from tests.pages.side_effect_page import chart, words
from tests.pages.weekly_clinic import END, LAST_MONDAY, Week, fill_weeks

HOSTILE = "<b>x</b> *y* [z](javascript:1)"
TERMS = ("Nausea", "Headache")


def _page() -> None:
    import os
    from dataclasses import replace
    from datetime import UTC, date, datetime

    from access.viewer import LOCAL_VIEWER, Permission
    from data_access.engine import make_engine, reading
    from data_access.filters import Filters
    from data_access.status import clinic_status
    from pages.shared.context import PageContext
    from pages.side_effects.trend import trend_view

    start, end, *sites = os.environ["TEST_FILTERS"].split()
    filters = Filters(date.fromisoformat(start), date.fromisoformat(end), tuple(sites))
    permissions = frozenset(Permission(one) for one in os.environ["TEST_MAY"].split("|"))
    viewer = replace(LOCAL_VIEWER, permissions=permissions)
    engine = make_engine(os.environ["CLINIC_DATABASE_URL"])
    with reading(engine) as connection:
        status = clinic_status(connection, viewer)
        now = datetime(2026, 3, 29, 16, tzinfo=UTC)
        trend_view(PageContext(connection, viewer, filters, status, now, now.date(), {}))
    engine.dispose()


@pytest.fixture
def page(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """A function that prepares the view over a filled database."""

    def make(
        make_clinic: Callable[..., Any],
        *sites: str,
        start: date = END - timedelta(days=7 * 52 - 1),
        end: date = END,
        may: frozenset[Permission] = LOCAL_VIEWER.permissions,
    ) -> AppTest:
        engine = make_engine(sqlite_url)
        with writing(engine) as connection:
            make_clinic(connection)
        engine.dispose()
        monkeypatch.setenv(URL_VARIABLE, sqlite_url)
        monkeypatch.setenv("TEST_FILTERS", " ".join((str(start), str(end), *sites)))
        monkeypatch.setenv("TEST_MAY", "|".join(sorted(may)))
        return AppTest.from_function(_page, default_timeout=30)

    return make


def clinic(week: Callable[[int], Week], *names: str, weeks: int = 60) -> Callable[..., Any]:
    """What fills a database with sites of such weeks, 0 being the last week."""
    sites = dict.fromkeys(names or ("North",), week)
    return lambda connection: fill_weeks(connection, sites, weeks)


def usual(_ago: int) -> Week:
    return Week(affected={"Nausea": 1, "Headache": 3})


def risen_for(weeks: int, to: int = 7) -> Callable[[int], Week]:
    def week(ago: int) -> Week:
        return Week(affected={"Nausea": to if ago < weeks else 1, "Headache": 3})

    return week


def traces(shown: AppTest, index: int = 0) -> dict[str, dict[str, Any]]:
    return {trace.get("name", trace["type"]): trace for trace in chart(shown, index)["data"]}


def heights(trace: dict[str, Any]) -> list[float]:
    """The y of a trace, which plotly packs where they come from an array."""
    packed = trace["y"]
    if isinstance(packed, list):
        return list(packed)
    found = np.frombuffer(b64decode(packed["bdata"]), packed["dtype"])
    return [round(float(value), 9) for value in found]


def choose(shown: AppTest, **choices: str) -> AppTest:
    for key, value in choices.items():
        shown.session_state[key] = value
    shown.run()
    assert not shown.exception
    return shown


def test_the_view_answers_with_the_judged_weeks_against_those_before(page):
    shown = choose(page(clinic(risen_for(6))).run(), term="Nausea")
    # 6 x 7 + 6 x 1 = 48 of 120; before 40 of 400. Wilson by an independent calculator.
    assert (
        "## **Nausea** is **higher than expected**: **48 of 120** infusions in the last 12 weeks "
        "(40 %, 95 % CI 32–49), against 40 of 400 before (10 %, 95 % CI 7–13)."
    ) in words(shown)
    assert "4.00 times as many as expected" not in words(shown), "half an event is allowed for"
    assert "times as many as expected (95 % CI" in words(shown)
    assert "cumulative sum from the week of 16 Feb 2026 on" in words(shown)


def test_the_large_picture_marks_the_weeks_and_says_so(page):
    shown = choose(page(clinic(risen_for(6))).run(), term="Nausea", trend_unit="Week")
    # Ten infusions a week, 10 %: six weeks of 7.
    assert "##### Nausea: 6 weeks above the limits, the latest 23 Mar 2026" in words(shown)
    marked = traces(shown)["Marked: above"]
    assert heights(marked) == [0.7] * 6
    assert marked["x"][0] == "2026-02-16"
    assert "By week; 520 recorded infusions; exact binomial limits from 40 weeks" in words(shown)
    assert "a single point cannot show an improvement" in words(shown)
    strip = traces(shown)["bar"]
    assert heights(strip) == [1.0] * 52
    assert "Limits for one false mark in a year over all 3 charts" in words(shown)


def test_weeks_or_months_follow_from_the_infusions(page):
    # One of ten a week is to be expected: weeks just do.
    shown = choose(page(clinic(usual)).run(), term="Nausea")
    assert "By week; 520" in words(shown)
    assert "**no change beyond chance**" in words(shown) or "too little data" in words(shown)
    choose(shown, trend_unit="Month")
    assert "By month; 520" in words(shown)
    assert "provisional below 12" in words(shown)


def test_too_little_says_how_long_a_doubling_would_take(page):
    def rare(ago: int) -> Week:
        return Week(affected={"Nausea": 1 if ago % 30 == 0 else 0})

    shown = choose(page(clinic(rare)).run(), term="Nausea")
    assert "has **too little data** to judge a change" in words(shown)
    assert "A doubling would take more than two years to see" in words(shown)


def test_every_chart_can_be_drawn_for_a_term_and_for_any(page):
    shown = page(clinic(risen_for(6))).run()
    for term in ("Nausea", "Any side effect"):
        for kind in (
            "Share of infusions",
            "Records per 100 infusions",
            "Observed over expected",
            "Between events",
        ):
            for limits in ("Exact", "Laney"):
                choose(shown, term=term, trend_chart=kind, trend_limits=limits)
                assert len(shown.get("plotly_chart")) >= 2


def test_records_count_all_of_an_infusion(page):
    shown = choose(
        page(clinic(usual)).run(),
        term="Any side effect",
        trend_chart="Records per 100 infusions",
        trend_unit="Week",
    )
    # One and three records in ten infusions each week.
    assert heights(traces(shown)["Within the limits"]) == [0.4] * 52


def test_a_fall_with_fewer_forms_is_grey_and_no_improvement(page):
    def fewer(ago: int) -> Week:
        recent = ago < 12
        return Week(
            infusions=20, forms=10 if recent else 20, affected={"Nausea": 1 if recent else 12}
        )

    shown = choose(page(clinic(fewer)).run(), term="Nausea", trend_unit="Week")
    assert "fewer forms are filled in, so this proves no improvement" in words(shown)
    assert "12 weeks lower, but with fewer forms filled in" in words(shown)
    assert "Marked: below" not in traces(shown)
    assert len(heights(traces(shown)["Below, but fewer forms filled in"])) == 12


def test_a_week_without_a_form_is_a_gap(page):
    def silent(ago: int) -> Week:
        return Week(forms=0) if ago == 5 else usual(ago)

    shown = choose(page(clinic(silent)).run(), term="Nausea", trend_unit="Week")
    assert len(heights(traces(shown)["Within the limits"])) == 51
    assert heights(traces(shown)["bar"])[46] == 0


def test_a_rare_one_is_drawn_by_its_gaps(page):
    def rare(ago: int) -> Week:
        return Week(affected={"Nausea": 1 if ago in (3, 13, 23, 33, 43, 50) else 0, "Headache": 3})

    shown = choose(page(clinic(rare)).run(), term="Nausea")
    # The last 3 weeks ago; it stands in the middle of its day, as the sixth of ten: 4 and 30 more.
    assert "##### Nausea: 34 infusions since the last; the gaps are as chance gives" in words(shown)
    assert "##### Nausea: 21 days since the last" in words(shown)
    points = traces(shown)["As chance gives"]
    # Every 10 weeks of 10 infusions: 99 between; the first gap is not known.
    assert heights(points) == [69, 99, 99, 99, 99, 34]
    assert points["marker"]["symbol"][-1] == "circle-open"
    assert len(heights(traces(shown)["bar"])) == 52, "completeness stands under it, too"


def test_a_lasting_rise_is_proposed_decided_and_taken_back(page, sqlite_url):
    shown = choose(page(clinic(risen_for(11, to=4))).run(), term="Nausea", trend_unit="Week")
    (proposed,) = [one.value for one in shown.info]
    first = LAST_MONDAY - timedelta(days=70)
    assert f"Proposed from {first.day} {first:%b %Y}: 11 weeks above the level before" in proposed
    assert "44 of 110 infusions" in proposed

    decide = next(button for button in shown.button if "out anew" in button.label)
    decide.click().run()
    assert "needs the name of who decides it, and a reason" in shown.error[0].value
    shown.text_area[0].set_value("New lot, [note](http://host) 7")
    next(button for button in shown.button if "out anew" in button.label).click().run()
    assert not shown.exception
    assert not shown.error
    assert not shown.info, "nothing is proposed any more"
    engine = make_engine(sqlite_url)
    with reading(engine) as connection:
        (stored,) = rebases(connection, LOCAL_VIEWER).to_dict("records")
    assert (stored["term"], stored["site_id"]) == ("Nausea", "S1")
    assert (stored["from_day"], stored["decided_by"]) == (first, "local")
    # New limits at once: 11 weeks of 4 of 10, and those of before as a ghost.
    assert "exact binomial limits from 11 weeks, provisional below 12" in words(shown)
    assert "Limits before" in traces(shown)
    names = [note["text"] for note in chart(shown)["layout"]["annotations"]]
    assert f"Limits anew from {first.day} {first:%b %Y}" in names
    assert "Since the limits were worked out anew" in words(shown)
    decisions = shown.dataframe[0].value
    assert decisions["By"].tolist() == ["local"]
    assert decisions["Why"].tolist() == ["New lot, [note](http://host) 7"]

    shown.text_area[1].set_value("The lot was not new")
    next(button for button in shown.button if button.label == "Take it back").click().run()
    assert not shown.exception
    assert shown.dataframe[0].value["Decision"].tolist() == ["taken back", "limits anew"]
    assert shown.dataframe[0].value["Holds"].tolist() == ["no", "no"]
    assert "Limits before" not in traces(shown)
    engine.dispose()


def test_without_the_permission_there_is_the_reason_and_no_form(page):
    may = LOCAL_VIEWER.permissions - {Permission.DECIDE_LIMITS}
    shown = choose(page(clinic(risen_for(11, to=4)), may=may).run(), term="Nausea")
    assert "needs the permission to decide from when" in words(shown)
    assert not shown.button


def test_of_some_sites_nobody_decides(page):
    three = clinic(usual, "North", "South", "West")
    shown = choose(page(three, "S1", "S2").run(), term="Nausea")
    assert "choose one site in the filter bar, or none" in words(shown)
    assert "**Nausea** at 2 sites" in words(shown)
    assert not shown.button


def test_one_site_is_named_and_all_together_are_not(page):
    two = clinic(usual, "North *1*", "South")
    assert r"**Nausea** at North \*1\* " in words(choose(page(two, "S1").run(), term="Nausea"))


def test_the_nhs_rules_mark_other_weeks_and_say_what_they_cost(page):
    # Ten infusions a week, a tenth with it: at three sigma 0.1 + 3 x 0.095 = 0.38.
    shown = choose(
        page(clinic(risen_for(2, to=4))).run(),
        term="Nausea",
        trend_unit="Week",
        trend_rules="NHS rules",
    )
    assert "##### Nausea: by the NHS rules 2 weeks above three sigma" in words(shown)
    assert "By week; 520 recorded infusions; limits at three sigma from 40 weeks" in words(shown)
    marked = traces(shown)["Marked: above"]
    assert heights(marked) == [0.4] * 2
    hover = marked["customdata"][0][0].replace("\N{NO-BREAK SPACE}", " ")
    assert "marked: beyond three sigma" in hover
    assert "expected 10 %, within three sigma 0 % to 38 %" in hover
    assert "Within three sigma" in traces(shown)
    assert "What marks: beyond three sigma." in words(shown)
    assert "The NHS rules mark 42 % of charts of 52 points on which nothing changes" in words(shown)
    assert "60 % where about one infusion a point has the side effect" in words(shown)
    assert "The watch and its icons go by the page's budget" in words(shown)
    # The answer and the budget's marks are as before.
    answer = words(shown).splitlines()[0]
    choose(shown, trend_rules="Budget of the page")
    assert words(shown).splitlines()[0] == answer
    assert "Limits for one false mark in a year" in words(shown)
    assert "NHS rules mark" not in words(shown)


def test_a_shift_by_the_nhs_rules_is_grey_where_fewer_forms_are_filled_in(page):
    def fewer(ago: int) -> Week:
        recent = ago < 12
        return Week(
            infusions=20, forms=10 if recent else 20, affected={"Nausea": 4 if recent else 12}
        )

    shown = choose(
        page(clinic(fewer)).run(), term="Nausea", trend_unit="Week", trend_rules="NHS rules"
    )
    assert "by the NHS rules 12 weeks lower, but with fewer forms filled in" in words(shown)
    assert "Marked: below" not in traces(shown)


def test_a_trend_by_the_nhs_rules_rises_or_falls(page):
    def climbing(ago: int) -> Week:
        return Week(infusions=20, forms=20, affected={"Nausea": 3 + max(0, 7 - ago)})

    shown = choose(
        page(clinic(climbing)).run(), term="Nausea", trend_unit="Week", trend_rules="NHS rules"
    )
    # 3, then 4 to 10 of 20; beyond three sigma from 8 of 20 on (0.15 + 3 x 0.08 = 0.39).
    assert heights(traces(shown)["Marked: rising"]) == [0.15, 0.2, 0.25, 0.3, 0.35]
    assert "3 weeks above three sigma; 5 weeks in a row rising" in words(shown)


def test_anhoejs_rules_judge_the_chart_as_a_whole(page):
    def level(ago: int) -> Week:
        return Week(affected={"Nausea": (5 if ago < 20 else 1) + ago % 2})

    shown = choose(page(clinic(level)).run(), term="Nausea", trend_unit="Week", trend_rules="Anhøj")
    # 32 weeks of 1 or 2, then 20 of 5 or 6: the median is 2, on which 16 weeks lie. Below are 16.
    assert (
        "by Anhøj's rules a change: longest run 20 weeks (usual up to 8), 1 crossing of the median "
        "(usual from 13)"
    ) in words(shown)
    assert "no limits; median of 52 weeks" in words(shown)
    assert "Marked: above" not in traces(shown)
    assert "What chance gives" not in traces(shown)
    assert "see a change in 5 % of charts of 52 points on which nothing changes" in words(shown)
    assert "median 20 %" in str(traces(shown)["Within the limits"]["customdata"][0][0]).replace(
        "\N{NO-BREAK SPACE}", " "
    )


def test_anhoejs_rules_say_nothing_of_weeks_that_are_mostly_the_same(page):
    shown = page(clinic(usual)).run()
    choose(shown, term="Nausea", trend_unit="Week", trend_rules="Anhøj")
    assert "Anhøj's rules say nothing, because half of the weeks or more" in words(shown)


def test_other_rules_are_not_for_gaps(page):
    shown = page(clinic(usual)).run()
    choose(shown, term="Nausea", trend_chart="Between events", trend_rules="NHS rules")
    assert "Marked by the page's budget, because other rules are not for gaps." in words(shown)
    assert shown.selectbox(key="trend_rules").disabled


@pytest.mark.parametrize("rules", ["NHS rules", "Anhøj"])
def test_other_rules_draw_every_chart_and_little_data(page, rules):
    shown = page(clinic(risen_for(6))).run()
    for term in ("Nausea", "Any side effect"):
        for kind in ("Share of infusions", "Records per 100 infusions", "Observed over expected"):
            choose(shown, term=term, trend_chart=kind, trend_rules=rules, trend_limits="Laney")
            assert len(shown.get("plotly_chart")) >= 2


@pytest.mark.parametrize("rules", ["NHS rules", "Anhøj"])
def test_one_infusion_is_drawn_by_other_rules(page, rules):
    shown = page(fill, start=date(2026, 2, 2), end=date(2026, 2, 2)).run()
    choose(shown, trend_rules=rules, trend_chart="Share of infusions")
    assert len(shown.get("plotly_chart")) >= 2


def test_a_hostile_term_is_only_text(page):
    def week(_ago: int) -> Week:
        return Week(affected={HOSTILE: 4})

    shown = page(clinic(week)).run()
    assert not shown.exception
    assert HOSTILE not in words(shown)
    assert r"\<b\>x\</b\> \*y\* \[z\]\(javascript\:1\)" in words(shown)
    for index in range(len(shown.get("plotly_chart"))):
        assert "<b>x" not in str(chart(shown, index))


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ((date(2024, 1, 1), date(2024, 2, 1)), "No infusions between 1 Jan 2024 and 1 Feb 2024"),
        ((date(2026, 3, 6), date(2026, 3, 6)), "1, none of them with a filled-in side-effect form"),
    ],
)
def test_nothing_to_tell_says_so(page, days, said):
    shown = page(fill, start=days[0], end=days[1]).run()
    assert not shown.exception
    assert said in shown.info[0].value
    assert not shown.get("plotly_chart")


def test_an_empty_database_says_so(page):
    shown = page(lambda _connection: None).run()
    assert not shown.exception
    assert shown.info[0].value == "There are no infusions in the database yet."


def test_one_infusion_is_drawn(page):
    shown = page(fill, start=date(2026, 2, 2), end=date(2026, 2, 2)).run()
    assert not shown.exception
    assert "By month; 1 recorded infusions" in words(shown) or "By month; 1 recorded" in words(
        shown
    )


def test_a_period_without_any_side_effect_is_drawn(page):
    shown = page(fill, start=date(2026, 2, 3), end=date(2026, 2, 3)).run()
    assert not shown.exception
    assert shown.selectbox(key="term").value == "Any side effect"
    assert len(shown.get("plotly_chart")) == 3
