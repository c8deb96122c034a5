"""The Side effects page with its Overview, run as Streamlit runs it."""

from collections.abc import Callable
from datetime import date

import orjson
import pytest
from streamlit.testing.v1 import AppTest

from clinical.false_alarms import CHANGES_FOUND, MARKS_A_YEAR, Clinic
from clinical.variation import RuleSet
from data_access.engine import make_engine, writing
from pages.shared.frame import WORD_JOINER
from tests.data_access.side_effect_clinic import fill
from tests.pages.side_effect_page import chart, choose, view_on, words
from tests.pages.weekly_clinic import Week, fill_weeks

HOSTILE = "<b>Itch</b> [x](http://host) $y$"


@pytest.fixture
def page(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """A function that fills the clinic and prepares the page for a period."""

    def make(
        *more_side_effects: tuple[int, str, str, str, int, bool],
        start: date = date(2026, 1, 1),
        end: date = date(2026, 3, 31),
        filled: bool = True,
    ) -> AppTest:
        fills = [lambda connection: fill(connection, *more_side_effects)] if filled else []
        days = (start, end, date(2026, 3, 31))
        return view_on("page.side_effects_page", sqlite_url, monkeypatch, days, *fills)

    return make


def test_the_page_answers_in_its_first_sentence(page):
    shown = page().run()
    assert not shown.exception
    assert (
        "## Side effects were recorded in **5 of 8** infusions (62 %, 95 % CI 31–86); the "
        "commonest is **Dissociation** (38 %). **1** infusion had a serious one; **1** (11 %) was "
        "stopped early. There is too little data to tell whether anything has changed."
    ) in words(shown)
    assert "8 of 9 infusions (89 %) have a side-effect record" in words(shown)


def test_the_key_figures_know_their_numbers(page):
    shown = page().run()
    found = {
        metric.label: (metric.value.replace("\N{NO-BREAK SPACE}", " "), metric.delta)
        for metric in shown.metric
    }
    assert found == {
        "Infusions with a side effect": ("62 %", "5 of 8"),
        "Grade 3 or worse": ("25 %", "2 of 8"),
        "Stopped early": ("11 %", "1 of 9"),
        "Form filled in": ("89 %", "8 of 9"),
    }


def test_each_side_effect_has_a_card_that_says_what_is_lacking(page):
    shown = page().run()
    cards = [one for one in shown.button if str(one.key).startswith("watched-")]
    assert [card.label for card in cards] == [
        "**Any side effect**",
        "**Dissociation**",
        "**Nausea**",
        "**Hypertension**",
    ]
    assert "Too little data to judge: 4 weeks with records to judge by" in cards[1].help
    *bodies, styles = [element.proto.body for element in shown.get("html")]
    assert len(bodies) == 4
    assert styles.startswith("<style>")
    assert "3 of 8 so far" in bodies[1]
    # What the pointer is told unfolds, too.
    unfolded = bodies[1].partition("<details")[2].partition("</details>")[0]
    assert "Too little data to judge: 4 weeks with records to judge by" in unfolded
    assert 'alt="Too little data"' in bodies[1]
    # 3 terms and any, at 2 sites and together.
    assert "12 charts of 4 side effects" in words(shown)
    assert "4 with too little data" in words(shown)


@pytest.fixture
def risen_clinic(sqlite_url: str) -> None:
    """A clinic where nausea has risen at North alone, from 1 to 7 of 10, for six weeks."""
    engine = make_engine(sqlite_url)
    with writing(engine) as connection:
        fill_weeks(
            connection,
            {
                "North": lambda ago: Week(affected={"Nausea": 7 if ago < 6 else 1}),
                "South": lambda ago: Week(affected={"Nausea": 1, "Vomiting": 2}),
            },
        )
    engine.dispose()


@pytest.mark.usefixtures("risen_clinic")
def test_a_rise_stands_in_the_sentence_the_grid_and_the_table(page):
    shown = page(filled=False).run()
    assert not shown.exception
    assert (
        "no infusion was stopped early. **Nausea** has risen at North since the week of "
        "16 Feb 2026."
    ) in words(shown)
    cards = [one for one in shown.button if str(one.key).startswith("watched-")]
    # The one with a mark stands before those that are commoner.
    assert [card.label for card in cards] == [
        "**Nausea**",
        "**Any side effect**",
        "**Vomiting**",
    ]
    first = shown.get("html")[0].proto.body
    assert 'alt="Higher than expected"' in first
    assert "48 of 120 in 12 weeks" in first
    table = shown.dataframe[0].value.set_index("Side effect")
    assert table.loc["Nausea", "What the watch says"] == (
        "Risen since the week of 16 Feb 2026; risen at North since the week of 16 Feb 2026"
    )
    assert table.loc["Vomiting", "What the watch says"] == "No change beyond chance"
    # At both sites: 48 and 12 of 240 in the last 12 weeks, 80 of 800 before.
    assert table.loc["Nausea", "Change"] == pytest.approx(15)


@pytest.mark.usefixtures("risen_clinic")
def test_the_card_of_a_rise_leads_to_its_site(page):
    shown = page(filled=False).run()
    next(one for one in shown.button if one.label == "**Nausea**").click().run()
    assert shown.session_state["site"] == ["North"]


@pytest.mark.usefixtures("risen_clinic")
def test_the_help_tells_the_limits_in_force(page):
    shown = page(filled=False).run()
    # Three side effects, together and at two sites.
    assert "now 9 charts" in words(shown)
    assert "**One budget**: about one false mark a year on the whole page" in words(shown)
    # The simulated figures of the rules in force.
    marks = [one for one in MARKS_A_YEAR if one.rules == RuleSet.ALL.label]
    assert [one.clinic for one in marks] == list(Clinic)
    row = next(line for line in words(shown).splitlines() if f"| {RuleSet.ALL.label} |" in line)
    for one in marks:
        assert f"| {one.a_year:.2f} (±" in row
    found = next(
        one
        for one in CHANGES_FOUND
        if (one.clinic, one.rules, one.after) == (Clinic.PATIENTS, RuleSet.ALL.label, 30.0)
    )
    assert f"| from 12 to 30 % | {found.median:.0f} weeks | {found.ninth:.0f} weeks |" in words(
        shown
    )
    # Made-up counts vary less than chance gives; no page is taken to.
    assert "taken to vary 1.2 times as much as chance alone gives" in words(shown)
    # The rarest is not found by half within the time that was simulated.
    assert "| from 1 to 2 % | more than 26 weeks | more than 26 weeks |" in words(shown)


def test_a_card_opens_the_trend_of_its_side_effect(page):
    shown = page().run()
    next(one for one in shown.button if one.label == "**Nausea**").click().run()
    assert not shown.exception
    assert shown.session_state["view"] == "Trend"
    assert shown.selectbox(key="term").value == "Nausea"


def test_a_side_effect_that_the_period_lacks_can_still_be_opened(page):
    shown = page(start=date(2026, 2, 1), end=date(2026, 2, 28)).run()
    shown.session_state["term"], shown.session_state["view"] = "Hypertension", "Trend"
    shown.run()
    assert not shown.exception
    choice = shown.selectbox(key="term")
    assert choice.value == "Hypertension"
    assert choice.options == ["Dissociation", "Nausea", "Any side effect", "Hypertension"]


def test_rates_go_per_patient_too(page):
    shown = page().run()
    assert "Of 8 infusions with a filled-in form" in words(shown)
    shown.session_state["rates"] = "Per patient"
    shown.run()
    assert not shown.exception
    assert "Of 4 patients: at least once in the period" in words(shown)
    # Nausea: 3 of 4 patients, then Dissociation: 2 of 4.
    assert chart(shown, 0)["layout"]["yaxis"]["ticktext"] == [
        "Nausea",
        "Dissociation",
        "Hypertension",
    ]


def test_the_table_has_a_row_for_each_term_with_all_three_denominators(page):
    shown = page().run()
    table = shown.dataframe[0].value.set_index("Side effect").round(2)
    assert list(table.index) == ["Dissociation", "Nausea", "Hypertension"]
    nausea = table.loc["Nausea"]
    assert nausea["Mark"].startswith("data:image/svg+xml")
    assert nausea["Grades"].startswith("data:image/svg+xml")
    numbers = nausea.drop(["Mark", "Grades", "By month", "Change"]).to_dict()
    # One patient has two records of it in one infusion: counted with both, and not dropped.
    assert numbers == {
        "Infusions": 3,
        "% of infusions": 37.5,
        "95 % CI": "14–69",
        "Patients": 3,
        "% of patients": 75.0,
        "95 % CI, patients": "30–95",
        "Records": 4,
        # 4 records in the 520 minutes of six infusions; exact limits of 4: 1.090 and 10.242.
        "Per 100 chair-hours": 46.15,
        "95 % CI, chair-hours": "13–118",
        "Serious": 0,
        "What the watch says": "Too little data",
    }
    # February 1 of 4 recorded, March 2 of 4.
    assert list(nausea["By month"]) == [25, 50]
    assert table.loc["Hypertension", "Serious"] == 1
    assert "Of 8 recorded infusions of 4 patients; 9 chair-hours are known, of 6" in words(shown)


def test_the_rows_can_be_searched_and_cut(page):
    shown = page().run()

    def rows() -> list[str]:
        return list(shown.dataframe[0].value["Side effect"])

    shown.text_input(key="term_search").set_value("NAU").run()
    assert rows() == ["Nausea"]
    shown.text_input(key="term_search").set_value("").run()
    shown.number_input(key="least").set_value(20.0).run()
    assert rows() == ["Dissociation", "Nausea"]
    shown.number_input(key="least").set_value(0.0).run()
    shown.toggle(key="serious").set_value(True).run()
    assert rows() == ["Hypertension"]
    shown.text_input(key="term_search").set_value("nausea").run()
    assert not shown.exception
    assert "No side effect fits what is asked for above the table." in words(shown)


def test_few_people_with_many_events_are_told(page, sqlite_url):
    engine = make_engine(sqlite_url)
    with writing(engine) as connection:
        # At North two patients are sick each week, at South each of ten now and then.
        fill_weeks(
            connection,
            {
                "North": lambda _ago: Week(2, 2, {"Nausea": 2}),
                "South": lambda _ago: Week(10, 10, {"Vomiting": 1}),
            },
        )
    engine.dispose()
    # The 43 Tuesdays from 3 June 2025 to 24 March 2026.
    shown = page(filled=False, start=date(2025, 6, 1)).run()
    assert (
        "**Nausea** came in more infusions than Vomiting (86 against 43) but in fewer patients "
        "(2 against 10): few people have it often."
    ) in words(shown)


def test_terms_without_an_event_are_shown_on_request(page):
    shown = page(start=date(2026, 2, 1), end=date(2026, 2, 28)).run()
    assert shown.dataframe[0].value["Side effect"].to_list() == ["Dissociation", "Nausea"]
    shown.toggle(key="silent").set_value(True).run()
    table = shown.dataframe[0].value.set_index("Side effect")
    assert list(table.index) == ["Dissociation", "Nausea", "Hypertension"]
    silent = table.loc["Hypertension"]
    # 0 of 4 is a rate with an interval, not a gap: the upper limit by Wilson is 49 %.
    assert (silent["Infusions"], silent["% of infusions"], silent["95 % CI"]) == (0, 0, "0–49")


def test_a_hostile_term_is_only_text(page):
    # Commonest of all, so that it stands in the sentence and in every title.
    entries = [
        (30 + index, f"X{index}", f"I{index}", HOSTILE, 1, False) for index in (1, 2, 3, 4, 6, 7, 8)
    ]
    shown = page(*entries).run()
    assert not shown.exception
    name = "<b>itch</b> [x](http://host) $y$"
    assert name not in words(shown)
    assert r"\<b\>itch\</b\> \[x\]\(http\:" in words(shown)
    assert "<b>itch" not in str(chart(shown, 0))
    bodies = [element.proto.body for element in shown.get("html")]
    assert any("&lt;b&gt;itch&lt;/b&gt;" in body for body in bodies)
    assert not any("<b>itch" in body for body in bodies)
    cards = [one.label for one in shown.button]
    assert rf"**\<b\>itch\</b\> \[x\]\(http\:{WORD_JOINER}//host\) \$y\$**" in cards
    # A table shows text as it is.
    assert name in shown.dataframe[0].value["Side effect"].to_list()


def test_a_term_called_any_side_effect_does_not_break_the_choice(page):
    shown = page((30, "X1", "I1", "Any side effect", 1, False)).run()
    assert not shown.exception
    shown.session_state["view"] = "Trend"
    shown.run()
    assert not shown.exception
    assert shown.selectbox(key="term").options.count("Any side effect") == 1


def test_a_period_without_infusions_says_where_the_data_is(page):
    shown = page(start=date(2025, 1, 1), end=date(2025, 3, 31)).run()
    assert not shown.exception
    assert shown.info[0].value == (
        "No infusions between 1 Jan 2025 and 31 Mar 2025 with these filters; the data runs from "
        "2 Feb 2026 to 9 Mar 2026."
    )
    assert not shown.get("plotly_chart")


def test_a_period_without_a_filled_in_form_is_no_data_and_not_zero(page):
    shown = page(start=date(2026, 3, 6), end=date(2026, 3, 6)).run()
    assert not shown.exception
    assert shown.info[0].value == (
        "Infusions between 6 Mar 2026 and 6 Mar 2026: 1, none of them with a filled-in "
        "side-effect form, so no rate can be told."
    )


def test_a_period_without_any_side_effect_says_so(page):
    shown = page(start=date(2026, 2, 3), end=date(2026, 2, 3)).run()
    assert not shown.exception
    assert "Side effects were recorded in **0 of 1** infusions (0 %, 95 % CI 0–79)" in words(shown)
    assert "None was serious" in words(shown)
    assert not shown.get("plotly_chart")


def test_an_empty_database_says_so(page):
    shown = page(filled=False).run()
    assert not shown.exception
    assert shown.info[0].value == "There are no infusions in the database yet."


@pytest.mark.parametrize("rates", ["Per infusion", "Per patient"])
def test_a_dot_leads_to_the_infusions_with_the_side_effect(page, rates):
    prepared = page()
    prepared.session_state["rates"] = rates
    shown = prepared.run()
    nausea = term_of(shown, "Nausea")
    shown = choose(shown, "side-effects-by-term", nausea)
    assert not shown.exception
    assert "#### Behind the point: Nausea" in words(shown)
    assert "3 infusions behind the point" in words(shown)
    listed = shown.dataframe[0].value
    # I8, I7 and I1, with its worst grade of 1 and 3.
    assert list(listed["Worst grade"]) == ["2", "1", "3"]


def test_a_bar_leads_to_the_infusions_of_its_grade(page):
    shown = page().run()
    of_nausea = choose(shown, "side-effects-by-term", term_of(shown, "Nausea"), 3)
    assert "#### Behind the point: Nausea, worst grade 3" in words(of_nausea)
    assert list(of_nausea.dataframe[0].value["Worst grade"]) == ["3"]
    ungraded = choose(shown, "side-effects-by-term", term_of(shown, "Dissociation"), 0)
    assert "#### Behind the point: Dissociation, not graded" in words(ungraded)
    assert list(ungraded.dataframe[0].value["Worst grade"]) == ["not graded"]  # I2


@pytest.mark.parametrize("carried", [(99,), (99, 1), ("Nausea",), (None,), (1, 9), (1, -1), ()])
def test_what_is_not_drawn_cannot_be_chosen(page, carried):
    shown = choose(page().run(), "side-effects-by-term", *carried)
    assert not shown.exception
    assert "Behind the point" not in words(shown)


def term_of(page: AppTest, name: str) -> object:
    """The key that the dot of a side effect carries."""
    drawn = next(
        spec
        for element in page.get("plotly_chart")
        if name in (spec := orjson.loads(element.proto.spec))["layout"]["yaxis"].get("ticktext", [])
    )
    place = drawn["layout"]["yaxis"]["ticktext"].index(name)
    return drawn["data"][0]["customdata"][place][1]
