"""What happens before pages are served, and after each is served for the first time."""

import gc
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from access.settings import SETTINGS_VARIABLE
from data_access.engine import URL_VARIABLE
from pages.shared.start_up import clinic_settings, settings_to_serve_by, settle

HOUSE = Path(__file__).parents[2]


@pytest.fixture
def settings_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The settings of this test, which no other test reads."""
    monkeypatch.setenv(SETTINGS_VARIABLE, str(tmp_path / "settings.toml"))
    monkeypatch.setenv(URL_VARIABLE, f"sqlite:///{tmp_path}/clinic.db")
    clinic_settings.cache_clear()
    yield tmp_path / "settings.toml"
    clinic_settings.cache_clear()


def test_safe_settings_are_served_by(settings_file: Path):
    settings_file.write_text("[sessions]\nidle_minutes = 5")
    assert settings_to_serve_by().sessions.idle_minutes == 5


@pytest.mark.parametrize(
    ("text", "arguments", "url", "words"),
    [
        (None, [], None, "settings.toml is not there."),
        ("[session]", [], None, "session is unknown. Did you mean sessions?"),
        ("", ["uvicorn", "dashboard:app", "--host", "0.0.0.0"], None, "to listen on 0.0.0.0:"),
        ("", [], "postgresql+psycopg://db.example/clinic", "names a database server:"),
        ("tls_in_front = true", [], None, "reached from others"),
    ],
)
def test_the_program_ends_with_a_sentence_where_it_must_not_serve(
    settings_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    text: str | None,
    arguments: list[str],
    url: str | None,
    words: str,
):
    if text is not None:
        settings_file.write_text(text)
    if arguments:
        monkeypatch.setattr(sys, "argv", arguments)
    if url:
        monkeypatch.setenv(URL_VARIABLE, url)
    with pytest.raises(SystemExit) as ended:
        settings_to_serve_by()
    assert ended.value.code == 1
    said = capsys.readouterr().err.strip().splitlines()
    assert said[0] == "The dashboard was not started."
    assert len(said) == 2
    assert words in said[1]


def test_no_server_is_started_on_the_network_without_sign_in(tmp_path: Path):
    environment = {name: value for name, value in os.environ.items() if "CLINIC" not in name}
    arguments = ["--server.address=0.0.0.0", "--server.port=0", "--server.headless=true"]
    ended = subprocess.run(
        [sys.executable, "-m", "streamlit", "run", "dashboard.py", *arguments],
        cwd=HOUSE,
        env={**environment, "XDG_DATA_HOME": str(tmp_path), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 1
    assert "to listen on 0.0.0.0: set up [sign_in]" in ended.stderr
    assert "Traceback" not in ended.stderr + ended.stdout
    assert list(tmp_path.rglob("*.db")) == []


def test_the_heap_is_frozen_after_the_first_run_of_a_page_and_not_again():
    gc.unfreeze()
    settle("a page of this test")
    frozen = gc.get_freeze_count()
    assert frozen > 0
    settle("a page of this test")
    assert gc.get_freeze_count() <= frozen
