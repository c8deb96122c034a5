"""The Outcomes page run as Streamlit runs it, for its tests."""

from datetime import date
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from data_access.engine import URL_VARIABLE
from tests.data_access.course_clinic import TODAY


def _page() -> None:
    import os
    from dataclasses import replace
    from datetime import UTC, date, datetime, time

    from access.viewer import LOCAL_VIEWER, Permission
    from clinical.codes import Phase
    from data_access.engine import make_engine, reading
    from data_access.filters import Filters
    from data_access.status import clinic_status
    from pages.outcomes.page import outcomes_page
    from pages.shared.context import PageContext

    start, end, today = map(date.fromisoformat, os.environ["TEST_DAYS"].split())
    viewer = LOCAL_VIEWER
    if os.environ["TEST_VIEWER"] == "totals":
        viewer = replace(viewer, permissions=frozenset({Permission.SEE_TOTALS}))
    phases = tuple(Phase(int(phase)) for phase in os.environ["TEST_PHASES"].split())
    filters = replace(Filters(start, end), phases=phases)
    engine = make_engine(os.environ["CLINIC_DATABASE_URL"])
    with reading(engine) as connection:
        status = clinic_status(connection, viewer)
        now = datetime.combine(today, time(15), UTC)
        outcomes_page(PageContext(connection, viewer, filters, status, now, today, {}))
    engine.dispose()


def prepared_page(
    monkeypatch: pytest.MonkeyPatch,
    url: str,
    *,
    start: date = date(2026, 1, 1),
    today: date = TODAY,
    viewer: str = "",
    phases: tuple[int, ...] = (),
    **chosen: Any,
) -> AppTest:
    """The page on a clinic, not yet drawn; ``chosen``: what the session holds, by its keys."""
    monkeypatch.setenv(URL_VARIABLE, url)
    monkeypatch.setenv("TEST_DAYS", f"{start} {today} {today}")
    monkeypatch.setenv("TEST_VIEWER", viewer)
    monkeypatch.setenv("TEST_PHASES", " ".join(str(int(phase)) for phase in phases))
    page = AppTest.from_function(_page, default_timeout=30)
    for key, value in chosen.items():
        page.session_state[key.replace("_", "-")] = value
    return page


def drawn_page(monkeypatch: pytest.MonkeyPatch, url: str, **asked: Any) -> AppTest:
    """The page on a clinic, drawn without an exception."""
    page = prepared_page(monkeypatch, url, **asked).run()
    assert not page.exception
    return page
