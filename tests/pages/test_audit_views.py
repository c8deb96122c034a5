"""Who looked, what is unusual, and the trail, run as Streamlit runs them. By New York's clock."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, text, update
from streamlit.testing.v1 import AppTest
from streamlit.util import AttributeDictionary

from data_access.engine import URL_VARIABLE, make_engine, writing
from data_access.schema import AuditEntry
from pages.access.asked import EVER, YEAR, period_of
from pages.access.who_looked import Asked
from pages.shared.frame import WORD_JOINER
from tests.conftest import copied
from tests.data_access.trail_clinic import ADA, BEN, CEM, HOSTILE, fill
from tests.pages.side_effect_page import chart, words

SAFE = rf"Ben \<b\>Oke\</b\> \!\[x\]\(http\:{WORD_JOINER}//host/a\)"


def _page() -> None:
    import os
    import zoneinfo
    from dataclasses import replace
    from importlib import import_module

    from access.viewer import Permission
    from data_access import engine as clinic_engine
    from data_access.filters import Filters
    from data_access.status import clinic_status
    from pages.shared.context import PageContext
    from pages.shared.problems import plain_problems
    from tests.data_access.trail_clinic import NOW, OLGA

    module, view = os.environ["TEST_VIEW"].split(".")
    held = {Permission.OPEN} if os.environ.get("TEST_VIEWER") else set(Permission)
    viewer = replace(OLGA, permissions=frozenset(held), session="now")
    now = NOW.astimezone(zoneinfo.ZoneInfo("America/New_York"))
    engine = clinic_engine.make_engine(os.environ["CLINIC_DATABASE_URL"])
    with plain_problems(), clinic_engine.reading(engine) as connection:
        status = clinic_status(connection, viewer)
        filters = Filters(now.date(), now.date())
        context = PageContext(connection, viewer, filters, status, now, now.date(), {})
        getattr(import_module(f"pages.access.{module}"), view)(context)
    engine.dispose()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    path = tmp_path_factory.mktemp("trail") / "clinic.db"
    engine = make_engine(copied(sqlite_template, path))
    with writing(engine) as connection:
        fill(connection)
    engine.dispose()
    return path


@pytest.fixture
def page(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """A function that changes a copy of the clinic as a test wants, and prepares a view on it."""

    def make(view: str, *changes: Callable[[Connection], None], **address: str) -> AppTest:
        url = copied(template, tmp_path / "clinic.db")
        engine = make_engine(url)
        with writing(engine) as connection:
            for change in changes:
                change(connection)
        engine.dispose()
        monkeypatch.setenv(URL_VARIABLE, url)
        monkeypatch.setenv("TEST_VIEW", view)
        app = AppTest.from_function(_page, default_timeout=30)
        for part, value in address.items():
            app.query_params[part] = value
        return app

    return make


WHO, UNUSUAL, TRAIL = "who_looked.who_looked_view", "unusual.unusual_view", "trail.trail_view"


def said(app: AppTest) -> str:
    assert not app.exception
    return words(app)


def search(app: AppTest, typed: str) -> AppTest:
    app.run().text_input(key="looked-at-search").set_value(typed).run()
    return app


def test_nothing_is_asked_yet(page):
    assert "Type a name or a number to see who looked at a patient." in said(page(WHO).run())


def test_who_looked_at_a_patient(page):
    app = search(page(WHO), "müller")
    everything = said(app)
    assert (
        "## **1 person** opened this record in the last 12 months, the last one on **19 Mar 2026, "
        "23:30**; 2 others saw the patient in a list, a file or a print only; 1 person was "
        "refused, or failed to see the patient"
    ) in everything
    assert r"#### Müller, Anna\-Lena · P1 · record A\-100 · born 1980" in everything
    people, entries = (table.value for table in app.dataframe)
    assert people["Person"].tolist() == [
        f"Ada Müller ({ADA.name})",
        f"{HOSTILE} ({BEN.name})",
        CEM.name,
    ]
    assert people["Opened the record"].tolist() == [2, 0, 0]
    assert f"{people['Last'].iloc[0]:%d %H:%M}" == "23 10:00"
    assert entries["No."].tolist() == [11, 10, 9, 8, 7, 5, 4, 3]
    assert entries["Patient"].iloc[0] == "Müller, Anna-Lena · P1"
    assert entries["Patient"].iloc[3] == "3 patients"
    assert "8 entries, the newest first" in everything


def test_a_patient_is_never_in_the_address_or_the_keys(page):
    app = search(page(WHO), "müller")
    assert not app.query_params
    keys = [element.key for element in (*app.selectbox, *app.text_input, *app.dataframe)]
    assert not any("ller" in str(key) or "A-100" in str(key) for key in keys)


def test_of_several_the_reader_chooses(page):
    app = search(page(WHO), "anna")
    pick = next(each for each in app.selectbox if each.label == "Which of 2?")
    assert pick.options == [
        "Müller, Anna-Lena · P1 · record A-100 · born 1980",
        "Novak, Anna · P5 · record A-500",
    ]
    assert len(app.dataframe) == 0
    pick.select_index(1).run()
    assert "## **Nobody** opened this record in the last 12 months" in said(app)
    assert len(app.dataframe) == 0


@pytest.mark.parametrize("typed", ["zzz", "%", "'", "<>"])
def test_nobody_has_such_a_name(page, typed: str):
    everything = said(search(page(WHO), typed))
    assert "Nobody whom you may see has such a name or number." in everything


def test_a_hostile_name_of_a_patient(page):
    everything = said(search(page(WHO), "power"))
    assert r"#### \<b\>\$Power\$, \_\*\*Max\*\*\_ · P4" in everything


def _of_ben(page, **address: str) -> AppTest:
    app: AppTest = page(WHO, **{"looked-at": str(Asked.PERSON), **address}).run()
    app.selectbox(key="looked-at-person").set_value(BEN.name).run()
    return app


def test_what_a_person_did(page):
    app = _of_ben(page)
    everything = said(app)
    assert f"## {SAFE} opened **1 patient’s record** in the last 30 days" in everything
    assert "**1 time** it was refused or failed" in everything
    assert [(figure.label, figure.value) for figure in app.metric] == [
        ("Patients’ records opened", "1"),
        ("Lists shown", "1"),
        ("Files and prints", "0"),
        ("Refused or failed", "1"),
    ]
    assert "Most was done on 12 Mar 2026: 2 entries" in everything
    names = [trace["name"] for trace in chart(app)["data"]]
    assert names == ["Records opened", "Lists of patients", "Refused or failed"]
    opened, entries = (table.value for table in app.dataframe)
    assert opened["Patient"].tolist() == ["O'Brien, Bob · P2"]
    assert entries["No."].tolist() == [9, 6, 5]
    assert BEN.name not in str(app.query_params)


def test_a_long_period_is_drawn_by_week(page):
    app = _of_ben(page, **{"did-in": EVER})
    everything = said(app)
    assert "opened **2 patients’ records** since the beginning, 2 times" in everything
    assert "Most was done in the week from 9 Mar 2026: 2 entries" in everything
    assert chart(app)["data"][0]["x"] == ["2024-12-30", "2026-03-09"]  # Mondays


def test_nobody_is_chosen_yet(page):
    app = page(WHO, **{"looked-at": str(Asked.PERSON)}).run()
    assert "Choose a person to see what they looked at" in said(app)


def test_a_person_who_did_nothing(page):
    app = page(WHO, **{"looked-at": str(Asked.PERSON), "did-in": "Last 7 days"}).run()
    app.selectbox(key="looked-at-person").set_value(ADA.name).run()
    assert r"Nothing of Ada Müller is in the trail" in said(app)


def test_what_is_unusual(page):
    app = page(UNUSUAL, **{"unusual-in": "Last 30 days"}).run()
    everything = said(app)
    # Ada opened the record of a namesake, once at 23:30; P1 was seen on 10 February, 28 days before
    # the first look and 37 before the second, and is booked for 3 April. Ben had done nothing
    # between 5 January 2025, 15:00, and 12 March 2026, 14:00.
    assert (
        "## In the last 30 days there is something to ask **2 people** about, first of all "
        "**Ada Müller** (same family name, unusual hour)"
    ) in everything
    assert "3 looks at records by 2 people, and what else was done" in everything
    assert "a question to ask, not an accusation" in everything
    people, lines = (table.value for table in app.dataframe)
    assert people["Why"].tolist() == [
        "Same family name, unusual hour",
        "Back after a long time",
    ]
    assert lines["Why"].tolist() == [
        "The patient has this person’s family name; at 23:30",
        "The patient has this person’s family name",
        "The first time in 430 days",
    ]
    assert lines["Patient"].tolist()[:2] == ["Müller, Anna-Lena · P1"] * 2
    assert lines["Patient"].isna().tolist() == [False, False, True]


def test_from_a_person_to_what_the_person_did(page):
    app = page(UNUSUAL, **{"unusual-in": "Last 30 days"}).run()
    selection = {"rows": [1], "columns": [], "cells": []}
    app.session_state["table-unusual-people"] = AttributeDictionary({"selection": selection})
    app.run()
    assert "What is unusual of this person, and why" in said(app)
    assert app.dataframe[1].value["Person"].tolist() == [f"{HOSTILE} ({BEN.name})"]
    app.button[0].click().run()
    assert app.session_state["looked-at-person"] == BEN.name
    assert app.session_state["access"] == "Who looked?"


def test_nothing_is_unusual(page):
    everything = said(page(UNUSUAL).run())
    assert "## **Nothing unusual** in the last 7 days" in everything
    assert "No record was opened; what else was done was held against 9 rules." in everything


def test_a_trail_that_holds(page):
    app = page(TRAIL, **{"trail-in": YEAR}).run()
    everything = said(app)
    assert "## **11 entries** in the last 12 months" in everything
    assert "The chain holds: all 12 entries since 5 Jan 2025, 10:00 are as they were written." in (
        app.success[0].value
    )
    entries = app.dataframe[0].value
    assert entries["No."].tolist() == [12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]
    assert entries["Person"].iloc[0] == "Nobody signed in"
    assert entries["Action"].iloc[-1] == "Sign in"
    assert app.code[0].value.startswith("12:")


def test_the_choices_narrow_the_trail(page):
    app = page(TRAIL, **{"trail-in": YEAR, "trail-outcome": "Refused"}).run()
    assert "## **2 entries** of what is chosen in the last 12 months" in said(app)
    app.selectbox(key="trail-person").set_value("").run()
    assert app.dataframe[0].value["No."].tolist() == [12]
    app.selectbox(key="trail-action").set_value("Import").run()
    assert "**No entry** of what is chosen" in said(app)
    assert "Nothing like it was noted." in said(app)


def _alter(connection: Connection) -> None:
    connection.execute(text("DROP TRIGGER audit_entries_update"))
    connection.execute(update(AuditEntry).where(AuditEntry.entry_key == 7).values(what="nothing"))


def test_a_trail_that_was_altered(page):
    app = page(TRAIL, _alter).run()
    assert not app.exception
    assert "**The chain is broken.** Entry 7 was altered" in app.error[0].value
    assert "Up to entry 6 all is as it was written." in app.error[0].value


def test_a_long_trail_is_checked_when_that_is_asked_for(page, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("pages.access.trail._CHECKED_AT_ONCE", 5)
    app = page(TRAIL).run()
    assert "has not been checked in this tab yet" in said(app)
    assert not app.success
    next(button for button in app.button if button.label == "Check the chain").click().run()
    assert "The chain holds" in app.success[0].value


def test_an_empty_trail(sqlite_url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(URL_VARIABLE, sqlite_url)
    monkeypatch.setenv("TEST_VIEW", TRAIL)
    app = AppTest.from_function(_page, default_timeout=30).run()
    assert "Nothing has been noted in the audit trail yet." in said(app)


@pytest.mark.parametrize("view", [WHO, UNUSUAL, TRAIL])
def test_only_whoever_may_read_the_trail(page, view: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TEST_VIEWER", "others")
    app = page(view).run()
    assert "This needs the permission to read who looked at whom" in app.warning[0].value.replace(
        "\\", ""
    )
    assert not app.dataframe


def test_periods_are_whole_days_of_the_clinic():
    zone = ZoneInfo("America/New_York")
    now = datetime(2026, 3, 10, 0, 30, tzinfo=zone)  # two days after the change to summer time
    period = period_of(now, "Last 7 days")
    assert period.start == datetime(2026, 3, 4, tzinfo=zone)
    assert period.end == datetime(2026, 3, 11, tzinfo=zone)
    assert (period.words, period_of(now, EVER).words) == (
        "in the last 7 days",
        "since the beginning",
    )
