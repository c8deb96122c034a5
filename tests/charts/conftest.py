"""What the tests of the charts share."""

import pytest

from charts import style


@pytest.fixture(autouse=True)
def _checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let plotly check every property, which the pages spare their readers."""
    monkeypatch.setattr(style, "CHECKED", True)
