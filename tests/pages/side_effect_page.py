"""A view of the Side effects page, run as Streamlit runs it, for its tests."""

from collections.abc import Callable

import orjson
import pytest
from sqlalchemy import Connection
from streamlit.testing.v1 import AppTest
from streamlit.util import AttributeDictionary

from data_access.engine import URL_VARIABLE, make_engine, writing


def words(page: AppTest) -> str:
    """Everything that is said, as the reader sees it but for the marks of markdown."""
    everything = [*page.markdown, *page.caption, *page.info]
    return "\n".join(element.value for element in everything).replace("\N{NO-BREAK SPACE}", " ")


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
