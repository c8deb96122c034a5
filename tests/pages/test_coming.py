"""The view What is coming, run as Streamlit runs it, and the words about it."""

from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Connection
from streamlit.testing.v1 import AppTest

from clinical.forecast import Method, forecast_starts
from clinical.standing import Record
from data_access.engine import URL_VARIABLE, make_engine, writing
from data_access.thresholds import Signature, set_threshold
from pages.appointments.coming_findings import record_finding
from pages.appointments.coming_words import band_words, forecast_words, record_words
from tests.data_access.appointment_clinic import fill_sites
from tests.data_access.coming_clinic import fill, fill_history
from tests.pages.side_effect_page import chart, choose, spaced, words

HOSTILE = "<b>North</b> $x$ ![x](http://host/a)"


def _draw() -> None:
    import os
    from datetime import UTC, datetime, time

    from access.viewer import LOCAL_VIEWER
    from clinical.codes import Phase
    from data_access.engine import make_engine, reading
    from data_access.filters import Filters
    from data_access.status import clinic_status
    from pages.appointments.coming import coming_view
    from pages.shared.context import PageContext
    from tests.data_access.coming_clinic import TODAY

    phases = tuple(Phase[name] for name in os.environ["TEST_PHASES"].split())
    sites = tuple(os.environ["TEST_SITES"].split())
    now = datetime.combine(TODAY, time(16), UTC)
    engine = make_engine(os.environ["CLINIC_DATABASE_URL"])
    with reading(engine) as connection:
        status = clinic_status(connection, LOCAL_VIEWER)
        filters = Filters(TODAY.replace(day=1), TODAY, sites, phases=phases)
        coming_view(PageContext(connection, LOCAL_VIEWER, filters, status, now, TODAY, {}))
    engine.dispose()


def write(url: str, *fillers: Callable[[Connection], None]) -> str:
    engine = make_engine(url)
    with writing(engine) as connection:
        for filler in fillers:
            filler(connection)
    engine.dispose()
    return url


@pytest.fixture(scope="module")
def young(make_database: Callable[[str], str]) -> str:
    """The clinic with eight weeks of history."""
    return write(make_database("sqlite"), fill)


@pytest.fixture(scope="module")
def old(make_database: Callable[[str], str]) -> str:
    """The clinic with sixty."""
    return write(make_database("sqlite"), fill, fill_history)


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    def make(url: str, *, sites: str = "", phases: str = "") -> AppTest:
        monkeypatch.setenv(URL_VARIABLE, url)
        monkeypatch.setenv("TEST_SITES", sites)
        monkeypatch.setenv("TEST_PHASES", phases)
        page = AppTest.from_function(_draw, default_timeout=60).run()
        assert not page.exception
        return page

    return make


def test_with_little_history_the_books_stand_alone(young, show):
    page = show(young)
    said = words(page)
    # Of four infusions booked one was cancelled, of three due one missed. B2, whose patient missed
    # one of one: 0.75 x (1 - (10/3 + 1) / 11) = 0.4545; B3, none of one: 0.75 x 0.6970 = 0.5227.
    # On North's chairs: B2's 54.5 minutes and the consultation's 60 x 10/11, of 8 x 80 hours less
    # two chairs' eight on the closed day: 1.8 of 624 hours; the week of 16 March has them all.
    assert (
        "## **2 infusions** are booked in the eight weeks from 16 Mar 2026, of which **1** can be "
        "expected to be attended: **0.3 %** of the open chair-hours, **2.8 %** in the fullest week "
        "(16 Mar)."
    ) in said
    assert (
        "New starts, boosters and the rest of inductions are not forecast: there are 8 whole weeks "
        "of history with these filters, and it takes 26."
    ) in said
    assert "No opening hours or no chairs are recorded for West" in said
    assert "How the forecasts of the last quarter did" not in said
    figures = {metric.label: (spaced(metric.value), spaced(metric.delta)) for metric in page.metric}
    assert figures == {
        "Booked infusions": ("2", "1 expected to attend (49 %)"),
        "Of open chair-hours": ("0.3 %", "2 of 624 hours"),
    }


def test_a_threshold_holds_from_the_next_view_on(make_database, show):
    url = write(make_database("sqlite"), fill)
    assert "1 expected to attend (49 %)" in [spaced(each.delta) for each in show(url).metric]
    signature = Signature("Dr Ash", datetime(2026, 3, 1, tzinfo=UTC))
    write(url, lambda connection: set_threshold(connection, "own_record_weight", 1, signature))
    # As above, with a weight of 1: 0.75 x (1 - (1/3 + 1) / 2) = 0.25; 0.75 x (1 - 1/6) = 0.625.
    assert "1 expected to attend (44 %)" in [spaced(each.delta) for each in show(url).metric]


def test_the_weeks_are_drawn_with_the_room_for_them(young, show):
    drawn = chart(show(young))
    booked, band, room = drawn["data"]
    assert [trace["name"] for trace in drawn["data"]] == [
        "Booked, expected to attend",
        "All, 80 % band",
        "Open chair-hours",
    ]
    hours = numbers(booked["y"])
    # This week: 120 minutes x 0.5227. Next week: B2, B3, B4.
    assert hours[:3] == pytest.approx([1.0455, (54.5454 + 62.727 + 54.5454) / 60, 0], abs=1e-3)
    assert len(band["x"]) == 9
    # Thursday and Friday of this week; a closed Thursday; then 80 hours.
    assert numbers(room["y"])[:9:3] == [32, 64, 80]


def test_a_bar_leads_to_what_is_booked_in_it(young, show):
    page = choose(show(young), "coming-weeks", 1)
    said = words(page)
    assert "infusions booked from 16 Mar 2026 to 22 Mar 2026" in said
    assert "2 appointments" in said
    wrong = choose(show(young), "coming-weeks", 99)
    assert "Behind it" not in words(wrong)


def test_every_site_and_week_stands_in_the_table(young, show):
    table = show(young).dataframe[-1].value
    assert len(table) == 2 * 9
    of_west = table[table["Site"] == "West"]
    assert of_west["Booked"].tolist() == [0, 1, 0, 0, 0, 0, 0, 0, 0]
    assert of_west["Open chair-hours"].isna().all()
    assert of_west["Of open chair-hours, %"].isna().all()


def test_with_history_new_starts_are_forecast(old, show):
    page = show(old)
    said = words(page)
    figures = {metric.label: (spaced(metric.value), spaced(metric.delta)) for metric in page.metric}
    # Two a week at North; since the week of 8 December P3, P4, P1 and P2 began: 30 in 13 weeks.
    assert figures["New starts a week"][1].endswith("lately 2.3")
    assert "infusions** are to be expected in the eight weeks from 16 Mar 2026" in said
    assert "New starts, last quarter: the 80 % band held" in said
    assert "not forecast" not in said
    names = [trace["name"] for trace in chart(page)["data"]]
    assert "New starts, forecast" in names
    assert "Rest of inductions, not booked yet" in names
    # Of the 30 all but P3 began at North.
    table = page.dataframe[-1].value
    starts = table.groupby("Site")["New starts, forecast"].sum()
    assert starts["North"] > 20 * starts["West"] > 0


def test_the_unit_is_the_readers_choice(old, show):
    page = show(old)
    page.session_state["coming-in"] = "Infusions"
    page.run()
    assert chart(page)["data"][-1]["name"] == "Room for infusions"
    # 80 hours a week, blocks of 120 minutes.
    assert numbers(chart(page)["data"][-1]["y"])[6] == 40


def test_a_phase_asks_for_its_layers_only(old, show):
    page = show(old, phases="MAINTENANCE")
    names = [trace["name"] for trace in chart(page)["data"]]
    assert "New starts, forecast" not in names
    assert "Open chair-hours are those of everybody" in words(page)


def test_a_site_without_room_is_unknown_not_nothing(young, show):
    said = words(show(young, sites="S2"))
    assert "how full that makes the chairs is not known" in said
    assert "how full the chairs will be is unknown" in said


def test_nothing_booked_and_no_history_is_an_empty_state(make_database, show):
    page = show(write(make_database("sqlite"), fill_sites))
    assert page.info[0].value == (
        "Nothing is booked from 12 Mar 2026 to 10 May 2026 with these filters, and there is too "
        "little history to tell what else will come."
    )
    assert not page.get("plotly_chart")


def test_no_site_at_all_is_an_empty_state(make_database, show):
    assert "Nothing is booked" in show(make_database("sqlite")).info[0].value


def test_names_are_only_text(make_database, show):
    url = write(make_database("sqlite"), lambda connection: fill(connection, north=HOSTILE))
    page = show(url)
    said = words(page)
    assert "<b>North" not in said
    assert "](http://host" not in said
    for each in page.get("plotly_chart"):
        assert "<b>North" not in each.proto.spec


def numbers(values: Any) -> list[float]:
    """The numbers of a trace, which plotly may have packed."""
    if isinstance(values, dict):
        return list(np.frombuffer(b64decode(values["bdata"]), values["dtype"]))
    return list(values)


def forecast_of(history: np.ndarray):
    found = forecast_starts(history)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(1.4, 6.2, "2–6"), (0.0, 6.9, "0–6"), (2.0, 2.0, "2–2"), (2.2, 2.8, "2.2–2.8")],
)
def test_a_band_of_starts_is_named_by_the_whole_ones_in_it(low, high, said):
    assert band_words(low, high) == said


def test_how_the_forecast_did_in_words():
    found = forecast_of(np.random.default_rng(7).poisson(8, 90).astype(float))
    test = replace(
        found.backtest,
        smoothing=replace(found.backtest.smoothing, held=78, error=2.1),
        naive=replace(found.backtest.naive, held=90, error=2.9),
    )
    assert spaced(forecast_words(replace(found, backtest=test, method=Method.SMOOTHING))) == (
        "New starts, last quarter: the 80 % band held 78 of 104 times (75 %); mean error of "
        "exponential smoothing (ETS) 2.1 starts a week, of the same week a year before 2.9; so "
        "exponential smoothing (ETS) is used."
    )
    fallen = replace(found, backtest=test, method=Method.YEAR_BEFORE)
    assert spaced(forecast_words(fallen)).endswith(
        "the 80 % band held 90 of 104 times (87 %); mean error of exponential smoothing (ETS) 2.1 "
        "starts a week, of the same week a year before 2.9; smoothing does not beat that, so the "
        "same week a year before is used."
    )


@pytest.mark.parametrize(
    ("attended", "title"),
    [
        (98, "Booked infusions came within 5 % of what was expected: 98 %"),
        (90, "Fewer booked infusions came than expected: 90 % of the number"),
        (110, "More booked infusions came than expected: 110 % of the number"),
    ],
)
def test_how_the_books_have_held_in_words(attended, title):
    row = {"week": 1, "ahead": 0, "expected": 100.0, "variance": 9.0, "low": 96.0, "high": 104.0}
    record = Record(pd.DataFrame([{**row, "attended": attended}]), held=1)
    assert spaced(record_finding(record).title) == title
    assert spaced(record_words(record)).endswith("the 80 % band held 1 of 1 times (100 %).")


def test_no_record_no_words():
    assert record_words(None) == ""
