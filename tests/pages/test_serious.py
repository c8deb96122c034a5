"""What was stopped and what was serious, run as Streamlit runs it."""

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, delete, update
from streamlit.testing.v1 import AppTest

from clinical.serious_gaps import judge_gaps
from data_access.facts.columns import rebuild_columns
from data_access.facts.tables import table_of
from data_access.schema import Infusion, InfusionFact, SideEffectFact, Term
from pages.side_effects.serious_findings import gaps_words
from tests.data_access.side_effect_times_clinic import fill
from tests.pages.side_effect_page import chart, prepared, words

HOSTILE = "<b>x</b> *y* [z](javascript:1)"
SAFE = r"\<b\>x\</b\> \*y\* \[z\]\(javascript\:1\)"


def _page() -> None:
    import os
    from datetime import UTC, date, datetime

    from access.viewer import LOCAL_VIEWER
    from data_access.engine import make_engine, reading
    from data_access.filters import Filters
    from data_access.status import clinic_status
    from pages.shared.context import PageContext
    from pages.side_effects.serious import serious_view
    from tests.data_access.side_effect_times_clinic import SEES_NO_NAMES

    viewer = SEES_NO_NAMES if os.environ.get("TEST_VIEWER") == "unnamed" else LOCAL_VIEWER
    start, end = os.environ.get("TEST_PERIOD", "2026-01-01 2026-12-31").split()
    filters = Filters(date.fromisoformat(start), date.fromisoformat(end))
    engine = make_engine(os.environ["CLINIC_DATABASE_URL"])
    with reading(engine) as connection:
        status = clinic_status(connection, viewer)
        now = datetime(2026, 4, 30, 16, tzinfo=UTC)
        serious_view(PageContext(connection, viewer, filters, status, now, now.date(), {}))
    engine.dispose()


@pytest.fixture
def page(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """A function that fills the clinic, changes it as a test wants, and prepares the view."""

    def make(*changes: Callable[[Connection], None]) -> AppTest:
        return prepared(_page, sqlite_url, monkeypatch, fill, *changes, rebuild_columns)

    return make


def test_the_sentence_says_what_was_stopped_and_what_was_serious(page):
    shown = page().run()
    assert not shown.exception
    # 5 of 9 were stopped, 3 of 8 recorded ones had a serious side effect (intervals by scipy); the
    # last on 4 March, after which 4 recorded infusions followed, and 57 days up to 30 April.
    assert (
        "## **5 of 9** infusions (56 %, 95 % CI 27–81) were stopped early, most often for "
        "**Distress** (3). **3** infusions had a serious side effect (38 %, 95 % CI 14–69), the "
        "last 57 days and 4 recorded infusions ago."
    ) in words(shown)


def test_serious_is_told_apart_from_severe(page):
    # Serious: Vomiting 4, Anxiety 3, Nausea 2, Syncope; nothing else is of grade 3 or more.
    assert (
        "Serious is not severe: of 4 serious side effects 2 were of grade 3 or more, 1 of grade 1 "
        "or 2, 1 not graded; 0 of 2 of grade 3 or more were not serious."
    ) in words(page().run())


def test_the_key_figures_know_their_numbers(page):
    found = {
        figure.label: (figure.value.replace("\N{NO-BREAK SPACE}", " "), figure.delta)
        for figure in page().run().metric
    }
    assert found["Stopped early"][0] == "56 %"
    assert found["Stopped early"][1].startswith("5 of 9")
    assert found["With a serious side effect"][1].startswith("3 of 8")
    assert found["With grade 3 or worse"][0] == "25 %"
    assert found["Since the last serious one"] == ("57 days", "4 recorded infusions")


def test_reasons_are_put_together_and_none_is_its_own_row(page):
    shown = page().run()
    bars = chart(shown, 0)["data"][0]
    assert chart(shown, 0)["layout"]["yaxis"]["ticktext"] == [
        "Distress",
        "Nausea",
        "No reason recorded",
    ]
    assert bars["customdata"] == [0, 1, 2]
    assert "The commonest reason is Distress: 3 of 5 stops" in words(shown)
    # Stopped after 40 minutes, all of them.
    assert "Half of the stops came within the first 40 minutes" in words(shown)
    # Q1: I4, I5 and I7 of seven; Q2: both. 0.57 - sqrt((1 - 0.34)² + (0.75 - 0.43)²) is below 0.
    assert "No clear change: 100 % in Q2 2026, 43 % before" in words(shown)


def test_reasons_that_are_equally_common_are_named_together(page):
    def two_each(connection: Connection) -> None:
        infusions = table_of(Infusion)
        # I7; then I4 and I7 have the one, I5 and I8 the other.
        of_one = infusions.c.stop_reason == "Distress"
        connection.execute(update(infusions).where(of_one).values(stop_reason="Nausea"))

    said = words(page(two_each).run())
    assert "stopped early, most often for **Distress** and **Nausea** (2 each)." in said
    assert "2 reasons are the commonest, with 2 of 5 each" in said


def test_the_stopped_infusions_are_listed_with_names_the_latest_first(page):
    shown = page().run()
    table = shown.dataframe[0].value
    assert list(table["Patient"]) == [
        "Adler, Cy",
        "Adler, Cy",
        "Adler, Cy",
        "No name recorded",
        "No name recorded",
    ]
    assert list(table["Side effects"]) == ["none", "none", "1", "form not filled in", "1"]
    assert list(table["Worst grade"]) == ["", "", "not graded", "", "1"]


def test_the_serious_ones_are_listed_with_the_time_since_the_previous(page):
    table = page().run().dataframe[1].value
    by_term = table.set_index("Side effect")
    # I2's two on day 3 before I6's and I1's on day 0.
    assert set(table["Side effect"][:2]) == {"Anxiety", "Syncope"}
    assert list(table["Side effect"][2:]) == ["Nausea", "Vomiting"]
    assert by_term["Grade"].to_dict() == {
        "Anxiety": "Grade 3",
        "Syncope": "Not graded",
        "Nausea": "Grade 2",
        "Vomiting": "Grade 4",
    }
    assert by_term.loc["Anxiety", "Done"] == "transferred, medicine given"
    assert by_term.loc["Anxiety", "Days since the previous"] == 3
    assert by_term.loc["Syncope", "Days since the previous"] == 3
    assert by_term["Days since the previous"].isna().sum() == 1


def test_nobody_is_named_to_who_may_not_see_patients(page, monkeypatch):
    monkeypatch.setenv("TEST_VIEWER", "unnamed")
    shown = page().run()
    assert not shown.exception
    assert "5 of 9" in words(shown)
    for table in shown.dataframe:
        assert "Patient" not in table.value.columns
    assert "Adler" not in words(shown)


def test_three_serious_infusions_are_too_few_to_judge(page):
    shown = page().run()
    assert "3 infusions with a serious side effect: too few to judge" in words(shown)


def make_all_serious(connection: Connection) -> None:
    connection.execute(update(table_of(SideEffectFact)).values(serious=1))


def test_gaps_are_judged_from_four_on(page):
    # Then I1, I2, I4, I6 and I7 have a serious one: on days 0, 0, 0, 3 and 6.
    shown = page(make_all_serious).run()
    assert not shown.exception
    assert "5 infusions with a serious side effect" in words(shown)
    assert "4 gaps between 5 infusions" in words(shown)


def test_death_is_called_what_it_is_and_a_missing_mark_is_told(page):
    def die(connection: Connection) -> None:
        facts = table_of(SideEffectFact)
        # Of I4, whose nausea nobody marked as serious.
        of_four = facts.c.infusion_key == 4
        connection.execute(update(facts).where(of_four).values(worst_grade=5))

    assert (
        "**1 side effect of grade 5, which is death; 1 of them not marked as serious, which every "
        "death is.**"
    ) in words(page(die).run())


def nothing_happened(connection: Connection) -> None:
    connection.execute(delete(table_of(SideEffectFact)))
    connection.execute(
        update(table_of(InfusionFact)).values(stopped=0, side_effects=0, worst_grade=0)
    )


def test_where_nothing_happened_the_upper_limit_is_told(page):
    shown = page(nothing_happened).run()
    assert not shown.exception
    # Wilson's upper limit of 0 of 9 and of 0 of 8, by scipy.
    assert (
        "## None of **9** infusions was stopped early (95 % CI up to 30 %). No serious side effect "
        "in **8** recorded infusions (95 % CI up to 32 %)."
    ) in words(shown)
    assert len(shown.get("plotly_chart")) == 0
    assert "Serious is not severe" not in words(shown), "there is neither"


def test_without_a_form_nothing_is_said_of_serious_ones(page):
    def no_forms(connection: Connection) -> None:
        nothing_happened(connection)
        connection.execute(update(table_of(InfusionFact)).values(recorded=0))

    shown = page(no_forms).run()
    assert not shown.exception
    assert "No side-effect form was filled in" in words(shown)
    assert "0 %" not in words(shown).partition("No side-effect form")[2].partition("\n")[0]


def test_an_empty_period_says_where_the_data_lie(page, monkeypatch):
    monkeypatch.setenv("TEST_PERIOD", "2025-01-01 2025-12-31")
    shown = page().run()
    assert not shown.exception
    assert "the data runs from 1 Mar 2026 to 13 Apr 2026" in words(shown)


def test_a_hostile_reason_and_term_are_only_text(page):
    def hostile(connection: Connection) -> None:
        infusions, terms = table_of(Infusion), table_of(Term)
        connection.execute(update(infusions).values(stop_reason=HOSTILE))
        connection.execute(update(terms).where(terms.c.name == "Nausea").values(name=HOSTILE))

    shown = page(hostile).run()
    assert not shown.exception
    assert f"all for **{SAFE}**" in words(shown)
    assert HOSTILE not in words(shown)
    assert "<b>x" not in chart(shown, 0)["layout"]["yaxis"]["ticktext"][0]


def test_the_title_of_the_gaps_says_what_is_marked_in_them():
    usual = [20, 20, 20, 20, 20, 21, 20, 20, 20, 20]

    def said(last: int, open_days: float) -> str:
        return gaps_words(judge_gaps([*usual, last], [200] * 11, open_days, 50), 12)

    # Limits as in the tests of clinical.serious_gaps.
    one_gap = "1 gap between serious side effects is"
    assert said(1, 5) == f"{one_gap} shorter than chance gives at an even risk"
    assert said(60, 5) == f"{one_gap} longer than chance gives at an even risk"
    assert said(60, 90) == "The time since the last serious side effect is longer than chance gives"
    even = judge_gaps([10, 20, 30, 40], [100, 200, 300, 400], 5, 50)
    assert gaps_words(even, 5) == "Serious side effects come as chance gives at an even risk"
