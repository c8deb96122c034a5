"""The Outcomes page run as Streamlit runs it, for its tests."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from access.viewer import LOCAL_VIEWER, Permission, Viewer
from clinical.codes import Phase
from data_access.engine import URL_VARIABLE
from data_access.filters import Filters
from pages.outcomes.choice import Choice
from pages.outcomes.look import Look, take_look
from pages.outcomes.page import outcomes_page
from pages.shared.context import PageContext
from tests.data_access.course_clinic import TODAY

TOTALS_ALONE = replace(
    LOCAL_VIEWER,
    permissions=frozenset({Permission.OPEN, Permission.SEE_TOTALS, Permission.SEE_CLINICAL}),
)
"""A viewer who may see no patient."""

Draw = Callable[[PageContext], None]
"""What draws a page or a part of it."""


# Streamlit runs the source of this function by itself: no name from above is known to it.
def _page(draw: "Draw", viewer: "Viewer", filters: "Filters", today: "date") -> None:
    import os
    from datetime import UTC, datetime, time

    from data_access.engine import make_engine, reading
    from data_access.status import clinic_status
    from pages.shared.context import PageContext

    engine = make_engine(os.environ["CLINIC_DATABASE_URL"])
    with reading(engine) as connection:
        status = clinic_status(connection, viewer)
        now = datetime.combine(today, time(15), UTC)
        draw(PageContext(connection, viewer, filters, status, now, today, {}))
    engine.dispose()


def prepared_page(
    monkeypatch: pytest.MonkeyPatch,
    url: str,
    *,
    draw: Draw = outcomes_page,
    start: date = date(2026, 1, 1),
    end: date | None = None,
    today: date = TODAY,
    viewer: Viewer = LOCAL_VIEWER,
    phases: tuple[Phase, ...] = (),
    **chosen: Any,
) -> AppTest:
    """The page on a clinic, not yet drawn; ``chosen``: what the session holds, by its keys.

    ``draw``: what draws instead of the whole page; ``end``: of the period, by itself today.
    """
    monkeypatch.setenv(URL_VARIABLE, url)
    asked = {
        "draw": draw,
        "viewer": viewer,
        "filters": Filters(start, end or today, phases=phases),
        "today": today,
    }
    page = AppTest.from_function(_page, default_timeout=30, kwargs=asked)
    for key, value in chosen.items():
        page.session_state[key.replace("_", "-")] = value
    return page


def drawn_page(monkeypatch: pytest.MonkeyPatch, url: str, **asked: Any) -> AppTest:
    """The page on a clinic, drawn without an exception."""
    page = prepared_page(monkeypatch, url, **asked).run()
    assert not page.exception
    return page


def alone(view: Callable[[PageContext, Look], None], choice: Choice) -> Draw:
    """What draws a view alone, on a choice that the page need not offer."""
    return lambda context: view(context, take_look(context, choice))
