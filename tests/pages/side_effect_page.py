"""A view of the Side effects page, run as Streamlit runs it, for its tests."""

from collections.abc import Callable
from datetime import date
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection
from streamlit.testing.v1 import AppTest
from streamlit.util import AttributeDictionary

from data_access.engine import URL_VARIABLE, make_engine, writing


def words(page: AppTest) -> str:
    """Everything that is said, as the reader sees it but for the marks of markdown."""
    everything = [*page.markdown, *page.caption, *page.info]
    return spaced("\n".join(element.value for element in everything))


def spaced(words: str) -> str:
    """With plain spaces, as a test is written."""
    return words.replace("\N{NO-BREAK SPACE}", " ")


def chart(page: AppTest, index: int = 0) -> dict[str, Any]:
    """The figure of a picture, counted from the top."""
    found = orjson.loads(page.get("plotly_chart")[index].proto.spec)
    assert isinstance(found, dict)
    return found


def _draw() -> None:
    import os
    from datetime import UTC, date, datetime, time
    from importlib import import_module

    from access.viewer import LOCAL_VIEWER
    from data_access.engine import make_engine, reading
    from data_access.filters import Filters
    from data_access.status import clinic_status
    from pages.shared.context import PageContext

    module, view = os.environ["TEST_VIEW"].rsplit(".", 1)
    start, end, today = map(date.fromisoformat, os.environ["TEST_DAYS"].split())
    now = datetime.combine(today, time(16), UTC)
    engine = make_engine(os.environ["CLINIC_DATABASE_URL"])
    with reading(engine) as connection:
        status = clinic_status(connection, LOCAL_VIEWER)
        filters = Filters(start, end)
        draw = getattr(import_module(module), view)
        draw(PageContext(connection, LOCAL_VIEWER, filters, status, now, today, {}))
    engine.dispose()


def view_on(
    view: str,
    url: str,
    monkeypatch: pytest.MonkeyPatch,
    days: tuple[date, date, date],
    *fills: Callable[[Connection], None],
) -> AppTest:
    """A view by its dotted name, on a clinic that the functions fill.

    ``days``: the first and the last of the period, and the day on which it is looked at.
    """
    monkeypatch.setenv("TEST_VIEW", f"pages.side_effects.{view}")
    monkeypatch.setenv("TEST_DAYS", " ".join(map(str, days)))
    return prepared(_draw, url, monkeypatch, *fills)


def prepared(
    script: Callable[[], None],
    url: str,
    monkeypatch: pytest.MonkeyPatch,
    *fills: Callable[[Connection], None],
) -> AppTest:
    """The script, on a clinic that the functions fill."""
    engine = make_engine(url)
    with writing(engine) as connection:
        for fill in fills:
            fill(connection)
    engine.dispose()
    monkeypatch.setenv(URL_VARIABLE, url)
    return AppTest.from_function(script, default_timeout=30)


def choose(page: AppTest, picture: str, *carried: object) -> AppTest:
    """Choose a dot or a bar of a finding that carries this, as the browser does."""
    points = [{"customdata": ["words", *carried]}]
    selection = {"points": points, "point_indices": [0], "box": [], "lasso": []}
    page.session_state[f"chart-{picture}"] = AttributeDictionary({"selection": selection})
    return page.run()


def carried_by(page: AppTest) -> list[list[object]]:
    """What the dots and bars of all pictures carry beside their words."""
    return [
        carried[1:]
        for chart in page.get("plotly_chart")
        for trace in orjson.loads(chart.proto.spec)["data"]
        for carried in trace.get("customdata", [])
        if isinstance(carried, list)
    ]
