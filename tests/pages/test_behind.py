"""From a point to its infusions, run as Streamlit runs it."""

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, update
from streamlit.testing.v1 import AppTest

from data_access.facts.tables import table_of
from data_access.schema import Infusion, Term
from tests.data_access.side_effect_times_clinic import fill
from tests.pages.side_effect_page import prepared, words

HOSTILE = "<b>x</b> *y* [z](javascript:1)"


def _page() -> None:
    import os
    from datetime import UTC, date, datetime

    from sqlalchemy import text

    from access.viewer import LOCAL_VIEWER
    from data_access.engine import make_engine, reading
    from data_access.points import Behind
    from data_access.status import clinic_status
    from pages.shared.context import PageContext
    from pages.side_effects.behind import behind_section
    from tests.data_access.side_effect_times_clinic import ALL, SEES_NO_NAMES

    viewer = SEES_NO_NAMES if os.environ.get("TEST_VIEWER") == "unnamed" else LOCAL_VIEWER
    engine = make_engine(os.environ["CLINIC_DATABASE_URL"])
    with reading(engine) as connection:
        status = clinic_status(connection, viewer)
        now = datetime(2026, 4, 30, 16, tzinfo=UTC)
        term = connection.scalar(
            text("SELECT term_key FROM terms WHERE name = :name"),
            {"name": os.environ.get("TEST_TERM", "Nausea")},
        )
        behind_section(
            PageContext(connection, viewer, ALL, status, now, now.date(), {}),
            Behind(term, date(2026, 1, 1), date.fromisoformat(os.environ["TEST_LAST"])),
            "nausea, all days",
        )
    engine.dispose()


@pytest.fixture
def page(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """A function that fills the clinic, changes it as a test wants, and prepares the section."""

    def make(*changes: Callable[[Connection], None], last: str = "2026-12-31") -> AppTest:
        monkeypatch.setenv("TEST_LAST", last)
        return prepared(_page, sqlite_url, monkeypatch, fill, *changes)

    return make


def test_the_infusions_behind_a_point_are_listed_with_their_patients(page):
    shown = page().run()
    assert not shown.exception
    assert "#### Behind the point: nausea, all days" in words(shown)
    assert "5 infusions behind the point" in words(shown)
    table = shown.dataframe[0].value
    # Day 6: I7; day 3: I2; day 0: I6, I4, I1.
    assert list(table["Patient"]) == [
        "Adler, Cy",
        "Lund, Ada",
        "Reyes, Bo",
        "No name recorded",
        "Lund, Ada",
    ]
    assert list(table["Worst grade"]) == ["not graded", "1", "2", "1", "2"]
    # I2 was watched until its discharge, 120 - 40 minutes after the end.
    assert table["Remarks"][1] == "Had not passed 80 min after the end"
    assert table["Passed, min after the end"].isna()[1]
    # I1: from minute 10 to 65, 25 after the end.
    assert (table["Onset, min"][4], table["Passed, min after the end"][4]) == (10, 25)


def test_too_few_others_are_not_compared(page):
    # Recorded without nausea: I3, I8 and I9.
    shown = page().run()
    assert "3 infusions without it: too few to compare with (from 5)." in words(shown)
    assert len(shown.get("plotly_chart")) == 0


def test_a_point_without_infusions_says_so(page):
    shown = page(last="2026-01-31").run()
    assert not shown.exception
    assert "No infusion with it lies behind this point." in words(shown)
    assert not shown.dataframe


def test_nobody_is_named_to_who_may_not_see_patients(page, monkeypatch):
    monkeypatch.setenv("TEST_VIEWER", "unnamed")
    shown = page().run()
    assert not shown.exception
    assert "Patient" not in shown.dataframe[0].value.columns
    assert "link to the patient" not in words(shown)


def test_hostile_names_are_only_text(page, monkeypatch):
    def hostile(connection: Connection) -> None:
        terms = table_of(Term)
        connection.execute(update(terms).where(terms.c.name == "Nausea").values(name=HOSTILE))
        connection.execute(update(table_of(Infusion)).values(lot_number=HOSTILE))

    monkeypatch.setenv("TEST_TERM", HOSTILE)
    shown = page(hostile).run()
    assert not shown.exception
    # In a table's cell text is text; nowhere else does it stand.
    assert HOSTILE in shown.dataframe[0].value["Side effects of the infusion"][4]
    assert HOSTILE not in words(shown)
