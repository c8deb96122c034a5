"""The Side effects page, run as Streamlit runs it."""

from collections.abc import Callable
from datetime import date
from typing import Any

import orjson
import pytest
from streamlit.testing.v1 import AppTest

from data_access.engine import URL_VARIABLE, make_engine, writing
from tests.data_access.side_effect_clinic import fill

HOSTILE = "<b>Itch</b> [x](http://host) $y$"


def _page() -> None:
    import os
    from datetime import UTC, date, datetime

    from access.viewer import LOCAL_VIEWER
    from data_access.engine import make_engine, reading
    from data_access.filters import Filters
    from data_access.status import clinic_status
    from pages.shared.context import PageContext
    from pages.side_effects.page import side_effects_page

    start, end = os.environ["TEST_PERIOD"].split()
    filters = Filters(date.fromisoformat(start), date.fromisoformat(end))
    engine = make_engine(os.environ["CLINIC_DATABASE_URL"])
    with reading(engine) as connection:
        status = clinic_status(connection, LOCAL_VIEWER)
        now = datetime(2026, 3, 31, 16, tzinfo=UTC)
        side_effects_page(
            PageContext(connection, LOCAL_VIEWER, filters, status, now, now.date(), {})
        )
    engine.dispose()


@pytest.fixture
def page(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """A function that fills the clinic and prepares the page for a period."""

    def make(
        *more_side_effects: tuple[int, str, str, str, int, bool],
        start: date = date(2026, 1, 1),
        end: date = date(2026, 3, 31),
        filled: bool = True,
    ) -> AppTest:
        engine = make_engine(sqlite_url)
        if filled:
            with writing(engine) as connection:
                fill(connection, *more_side_effects)
        engine.dispose()
        monkeypatch.setenv(URL_VARIABLE, sqlite_url)
        monkeypatch.setenv("TEST_PERIOD", f"{start} {end}")
        return AppTest.from_function(_page, default_timeout=30)

    return make


def words(page: AppTest) -> str:
    everything = [*page.markdown, *page.caption, *page.info]
    return "\n".join(element.value for element in everything).replace("\N{NO-BREAK SPACE}", " ")


def chart(page: AppTest, index: int) -> dict[str, Any]:
    found = orjson.loads(page.get("plotly_chart")[index].proto.spec)
    assert isinstance(found, dict)
    return found


def test_the_page_answers_in_its_first_sentence(page):
    shown = page().run()
    assert not shown.exception
    assert (
        "## Side effects were recorded in **5 of 8** infusions (62 %, 95 % CI 31–86); the "
        "commonest is **Dissociation** (38 %). **1** infusion had a serious one; **1** (11 %) was "
        "stopped early."
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


def test_the_commonest_term_is_shown_until_another_is_chosen(page):
    shown = page().run()
    choice = shown.selectbox(key="term")
    assert choice.options == ["Dissociation", "Nausea", "Hypertension", "Any side effect"]
    assert choice.value == "Dissociation"
    choice.set_value("Nausea").run()
    assert not shown.exception
    # By number: 3 of 8; infusion 1: 2 of 4, maintenance: 1 of 1.
    by_number = chart(shown, 1)
    assert by_number["layout"]["xaxis"]["ticktext"] == [
        "1<br><i>4</i>",
        "2<br><i>2</i>",
        "3<br><i>1</i>",
        "Maintenance<br><i>1</i>",
    ]
    assert "Nausea" in words(shown)


def test_any_side_effect_is_a_choice(page):
    shown = page().run()
    shown.selectbox(key="term").set_value("Any side effect").run()
    assert not shown.exception
    assert "Any side effect" in words(shown)
    assert len(shown.get("plotly_chart")) == 5


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
        "<b>Dissociation</b>",
        "Hypertension",
    ]


def test_the_table_holds_every_term_with_both_denominators(page):
    shown = page().run()
    table = shown.dataframe[0].value.set_index("Side effect")
    assert table.loc["Nausea"].to_dict() == {
        "Infusions": 3,
        "of infusions": 8,
        "% of infusions": 37.5,
        "95 % CI from": 13.68,
        "to": 69.43,
        "Patients": 3,
        "of patients": 4,
        "% of patients": 75.0,
        "95 % CI from (patients)": 30.06,
        "to (patients)": 95.44,
        "Records": 4,
        "Grade 1": 1,
        "Grade 2": 1,
        "Grade 3": 1,
        "Grade 4": 0,
        "Grade 5": 0,
        "Not graded": 0,
        "Serious": 0,
    }
    assert table.loc["Dissociation", "Not graded"] == 1
    assert table.loc["Hypertension", "Serious"] == 1


def test_a_hostile_term_is_only_text(page):
    # Commonest of all, so that it stands in the sentence and in every title.
    entries = [
        (30 + index, f"X{index}", f"I{index}", HOSTILE, 1, False) for index in (1, 2, 3, 4, 6, 7, 8)
    ]
    shown = page(*entries).run()
    assert not shown.exception
    name = "<b>itch</b> [x](http://host) $y$"
    assert name in shown.selectbox(key="term").options
    assert name not in words(shown)
    assert r"\<b\>itch\</b\> \[x\]\(http\:" in words(shown)
    for index in range(5):
        assert "<b>itch" not in str(chart(shown, index))


def test_a_term_called_any_side_effect_does_not_break_the_choice(page):
    shown = page((30, "X1", "I1", "Any side effect", 1, False)).run()
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
