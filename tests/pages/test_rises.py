"""What Today says of side effects that have risen: the same as the Overview of Side effects."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from streamlit.testing.v1 import AppTest

from data_access.engine import URL_VARIABLE, make_engine, writing
from tests.pages.side_effect_page import words
from tests.pages.signed_in import shell, sign_in
from tests.pages.weekly_clinic import END, Week, fill_weeks

NOW = datetime(END.year, END.month, END.day, 20, tzinfo=UTC)
Sites = Mapping[str, Callable[[int], Week]]
Dashboard = Callable[..., AppTest]


def usual(_ago: int) -> Week:
    return Week(affected={"Nausea": 1, "Headache": 3})


def risen(*terms: str) -> Callable[[int], Week]:
    """Such side effects in 7 of 10 infusions of the last six weeks, in 1 of 10 before."""
    return lambda ago: Week(affected=dict.fromkeys(terms, 7 if ago < 6 else 1))


@pytest.fixture
def dashboard(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Dashboard:
    """A function that makes a clinic of such sites and opens the dashboard."""

    def make(sites: Sites, *, days_later: int = 0, **address: str) -> AppTest:
        engine = make_engine(sqlite_url)
        with writing(engine) as connection:
            fill_weeks(connection, sites)
        engine.dispose()
        monkeypatch.setenv(URL_VARIABLE, sqlite_url)
        with time_machine.travel(NOW + timedelta(days=days_later), tick=True):
            shown = shell(sign_in(sqlite_url), **address).run()
        assert not shown.exception
        return shown

    return make


def for_staff(page: AppTest) -> str:
    (line,) = [line for line in words(page).splitlines() if line.startswith("**For staff:**")]
    return line


def ways(page: AppTest) -> list[str]:
    """What the buttons say that lead to a side effect."""
    return [button.label for button in page.button if str(button.key).startswith("rise-")]


def test_a_rise_is_named_as_the_overview_names_it_and_leads_to_its_trend(dashboard):
    page = dashboard({"North": risen("Nausea"), "South": usual})
    # 6 weeks with 1 of 10 and 6 with 7 of 10, after 40 with 1 of 10.
    assert for_staff(page).endswith(
        "; Nausea has risen at North since the week of 16 Feb 2026 (40 % of 120 infusions in the "
        "last 12 weeks, 10 % before)."
    )
    assert ways(page) == ["Nausea at North →"]
    with time_machine.travel(NOW, tick=True):
        (way,) = [button for button in page.button if button.label == "Nausea at North →"]
        trend = way.click().run()
    assert not trend.exception
    assert trend.multiselect(key="site").value == ["North"]
    assert trend.selectbox(key="term").value == "Nausea"
    assert "**Nausea** at North is **higher than expected**: **48 of 120** infusions" in words(
        trend
    )


def test_within_a_week_only_whole_weeks_are_looked_at(dashboard):
    page = dashboard({"North": risen("Nausea"), "South": usual}, days_later=3)
    assert "Nausea has risen at North since the week of 16 Feb 2026" in for_staff(page)


def test_at_one_chosen_site_the_way_keeps_the_choice(dashboard):
    page = dashboard({"North": risen("Nausea"), "South": usual}, site="North")
    assert "Nausea has risen since the week of 16 Feb 2026" in for_staff(page)
    assert ways(page) == ["Nausea →"]


def test_of_many_rises_the_first_are_named_and_the_others_counted(dashboard):
    terms = ("Nausea", "Headache", "Dizziness", "Vomiting", "Fatigue")
    page = dashboard({"North": risen(*terms), "South": usual})
    assert len(re.findall("since the week of", for_staff(page))) == 3
    assert for_staff(page).endswith("; 2 more side effects have risen.")
    assert len(ways(page)) == 3


def test_a_fall_asks_staff_for_nothing(dashboard):
    fallen = {"North": lambda ago: Week(affected={"Nausea": 0 if ago < 8 else 5}), "South": usual}
    page = dashboard(fallen)
    assert "Nausea" not in for_staff(page)
    assert not ways(page)


def test_a_rise_that_the_last_30_days_cannot_show_contradicts_nothing(dashboard):
    # For 18 weeks as often as now, so no more often than in the 90 days before the last 30.
    long_since = {"North": lambda ago: Week(affected={"Nausea": 7 if ago < 18 else 1})}
    page = dashboard(long_since)
    assert "Nausea has" in for_staff(page)
    assert "No side effect was clearly more or less frequent than in the 90 days before" in words(
        page
    )


def test_names_of_side_effects_and_sites_are_only_text(dashboard):
    hostile = "<b>North</b> $x$ ![x](http://host/a)"
    page = dashboard({hostile: risen("Itch *all* over [a](http://host/b)"), "South": usual})
    for said in (for_staff(page), *ways(page)):
        assert "<b>" not in said
        assert "](http" not in said
