"""The side effect that a view opens on: what has changed, then the commonest."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.side_effect_page import view_on, words
from tests.pages.weekly_clinic import END, Week, fill_weeks

VIEWS = ("trend.trend_view", "in_whom.in_whom_view", "passing.passing_view")


@pytest.fixture
def page(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """A function that prepares a view over two sites; at North nausea was in so many of 10."""

    def make(view: str, lately: int) -> AppTest:
        def fill(connection: Any) -> None:
            north = {True: {"Nausea": lately, "Headache": 5}, False: {"Nausea": 1, "Headache": 5}}
            sites = {
                "North": lambda ago: Week(affected=north[ago < 6]),
                "South": lambda _ago: Week(affected={"Nausea": 1, "Headache": 5}),
            }
            fill_weeks(connection, sites)

        days = (END - timedelta(days=7 * 52 - 1), END, END)
        return view_on(view, sqlite_url, monkeypatch, days, fill)

    return make


@pytest.mark.parametrize("view", VIEWS)
def test_what_has_changed_is_offered_first_with_the_reason(page, view):
    shown = page(view, lately=7).run()
    assert not shown.exception
    choice = shown.selectbox(key="term")
    assert choice.options == ["Nausea", "Headache", "Any side effect"]
    assert choice.value == "Nausea"
    said = "Nausea has risen at North since the week of 16 Feb 2026. What has changed is offered"
    assert said in words(shown)
    shown.button(key="show-change").click().run()
    kept = [shown.session_state[key] for key in ("term", "view", "site")]
    assert kept == ["Nausea", "Trend", ["North"]]
    shown.session_state["term"] = "Headache"
    shown.run()
    assert "offered first" not in words(shown)


def test_where_nothing_has_changed_the_commonest_stands_first(page):
    shown = page(VIEWS[0], lately=1).run()
    assert shown.selectbox(key="term").options == ["Headache", "Nausea", "Any side effect"]
    assert "offered first" not in words(shown)


def test_a_rise_at_one_site_is_not_contradicted_by_the_answer_over_all(page):
    shown = page(VIEWS[0], lately=7).run()
    assert "## **Nausea** at all sites together" in words(shown)
