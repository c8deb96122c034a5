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


@pytest.mark.parametrize("view", VIEWS)
def test_a_side_effect_that_the_period_lacks_is_told_of_in_every_view(
    view: str, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
):
    def fill(connection: Any) -> None:
        sites = {"North": lambda ago: Week(affected={"Headache": 2, "Rash": int(ago == 20)})}
        fill_weeks(connection, sites)

    days = (END - timedelta(days=27), END, END)
    shown = view_on(view, sqlite_url, monkeypatch, days, fill).run()
    shown.session_state["term"] = "Rash"
    shown.run()
    assert not shown.exception
    assert shown.selectbox(key="term").value == "Rash"
    # Trend tells of the 52 weeks, the others of the period.
    assert "1 of 400 before" in words(shown) or "in none of 40 infusions" in words(shown)
