"""What is kept for the next look is kept for the same look only."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from typing import Any, cast

import pytest
from streamlit.testing.v1 import AppTest

from access.viewer import LOCAL_VIEWER, Permission, Viewer
from clinical.codes import DiagnosisGroup, Phase
from data_access.filters import Filters
from data_access.status import ClinicStatus, SiteName
from pages.shared.context import PageContext
from pages.shared.memory import remembered

FILTERS = Filters(date(2026, 1, 1), date(2026, 3, 31))
STATUS = ClinicStatus(
    sites=(SiteName("S1", "North", "America/New_York"),),
    as_of=datetime(2026, 3, 31, 12, tzinfo=UTC),
    version=1,
    decisions=0,
    is_demo=False,
    first_day=date(2025, 1, 1),
    last_day=date(2026, 3, 31),
)
CONTEXT = PageContext(
    connection=cast("Any", None),
    viewer=LOCAL_VIEWER,
    filters=FILTERS,
    status=STATUS,
    now=datetime(2026, 3, 31, 13, tzinfo=UTC),
    today=date(2026, 3, 31),
    pages={},
)
TOTALS = frozenset({Permission.SEE_TOTALS})


@pytest.fixture
def make() -> Callable[[], int]:
    """A function that tells how often it has been called."""
    numbers = count(1)
    return lambda: next(numbers)


def test_the_same_look_is_made_once_also_at_a_later_minute(make: Callable[[], int]):
    assert remembered(CONTEXT, "part", make, "week") == 1
    later = replace(CONTEXT, now=datetime(2026, 3, 31, 14, tzinfo=UTC))
    assert remembered(later, "part", make, "week") == 1


@pytest.mark.parametrize(
    "other",
    [
        replace(CONTEXT, viewer=Viewer("manager", TOTALS)),
        replace(CONTEXT, viewer=replace(LOCAL_VIEWER, site_ids=frozenset({"S1"}))),
        replace(CONTEXT, viewer=replace(LOCAL_VIEWER, site_ids=frozenset({"S2"}))),
        replace(CONTEXT, filters=replace(FILTERS, end=date(2026, 3, 30))),
        replace(CONTEXT, filters=replace(FILTERS, phases=(Phase.INDUCTION,))),
        # The same number as the phase, but another meaning.
        replace(CONTEXT, filters=replace(FILTERS, diagnosis_groups=(DiagnosisGroup.MAJOR,))),
        replace(CONTEXT, status=replace(STATUS, version=2)),
        replace(CONTEXT, status=replace(STATUS, decisions=1)),
        replace(CONTEXT, today=date(2026, 4, 1)),
    ],
)
def test_another_look_is_made_anew(other: PageContext, make: Callable[[], int]):
    assert remembered(CONTEXT, "part", make, "week") == 1
    assert remembered(other, "part", make, "week") == 2
    assert remembered(CONTEXT, "part", make, "week") == 1


def test_another_part_choice_or_database_is_made_anew(
    make: Callable[[], int], monkeypatch: pytest.MonkeyPatch
):
    assert remembered(CONTEXT, "part", make, "week") == 1
    assert remembered(CONTEXT, "other part", make, "week") == 2
    assert remembered(CONTEXT, "part", make, "month") == 3
    monkeypatch.setenv("CLINIC_DATABASE_URL", "sqlite:////elsewhere/clinic.db")
    assert remembered(CONTEXT, "part", make, "week") == 4


def _one_look() -> None:
    """A run of a page that keeps what it makes, and says how often it has made anything."""
    from dataclasses import replace

    import streamlit as st

    from pages.shared.memory import kept
    from tests.pages.test_memory import CONTEXT

    def make() -> int:
        st.session_state["made"] = st.session_state.get("made", 0) + 1
        return int(st.session_state["made"])

    version = st.session_state.get("version", 1)
    context = replace(CONTEXT, status=replace(CONTEXT.status, version=version))
    st.session_state["seen"] = kept(context, "part", make, st.session_state.get("choice", "week"))


def test_what_is_kept_lies_in_one_readers_session():
    reader, other = (AppTest.from_function(_one_look) for _ in range(2))
    for _ in range(2):
        assert reader.run().session_state["seen"] == 1
    assert reader.session_state["made"] == 1
    other.session_state["made"] = 10
    assert other.run().session_state["seen"] == 11
    assert reader.run().session_state["seen"] == 1


def test_of_what_is_kept_only_the_last_is(monkeypatch: pytest.MonkeyPatch):
    reader = AppTest.from_function(_one_look)
    assert reader.run().session_state["seen"] == 1
    reader.session_state["choice"] = "month"
    assert reader.run().session_state["seen"] == 2
    reader.session_state["choice"] = "week"
    assert reader.run().session_state["seen"] == 3
    reader.session_state["version"] = 2
    assert reader.run().session_state["seen"] == 4
    monkeypatch.setenv("CLINIC_DATABASE_URL", "sqlite:////elsewhere/clinic.db")
    assert reader.run().session_state["seen"] == 5
