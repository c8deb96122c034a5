"""Faults that a reader meets: one plain sentence, and recovery without a restart."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.conftest import Server, Visit, demo_url, running_server

pytestmark = pytest.mark.browser


@pytest.fixture
def own_server(server: Server, tmp_path: Path):
    """A server on a copy of the demo clinic, for tests that damage it."""
    source = Path(demo_url(server).removeprefix("sqlite:///"))
    copy = tmp_path / "clinic.db"
    shutil.copy(source, copy)
    with running_server(tmp_path / "home", CLINIC_DATABASE_URL=f"sqlite:///{copy}") as own:
        yield own, copy


def test_a_database_that_goes_away_and_comes_back(own_server, visit: Callable[..., Visit]):
    own, path = own_server
    tab = visit(base=own.url).open("/side-effects")
    assert "infusions selected" in tab.text

    away = path.with_name("away.db")
    path.rename(away)
    tab.go_to("Appointments")
    assert "The database file is not there" in tab.text
    assert "Traceback" not in tab.text
    assert not path.exists(), "no empty database was made in its place"

    path.write_bytes(b"not a database" * 1000)
    tab.page.get_by_role("button", name="Try again").click()
    tab.settle()
    assert "The database file is damaged" in tab.text

    away.replace(path)
    tab.page.get_by_role("button", name="Try again").click()
    tab.settle()
    assert "infusions selected" in tab.text


def test_a_server_that_cannot_be_reached(tmp_path: Path, visit: Callable[..., Visit]):
    """Nobody can be asked who stands at the gate, so nobody is let in, and it says why."""
    url = "postgresql://somebody:secret@127.0.0.1:1/clinic"
    settings = tmp_path / "settings.toml"
    settings.write_text(
        'public_url = "http://localhost"\n[sign_in]\nissuer = "http://localhost:1"\n'
        'client_id = "clinic"\nclient_secret = "a-secret-of-the-tests-32-characters"\n'
    )
    with running_server(
        tmp_path / "home", CLINIC_DATABASE_URL=url, CLINIC_SETTINGS=str(settings)
    ) as own:
        tab = visit(base=own.url, role="")
        tab.page.context.add_cookies([{"name": "clinic", "value": "a" * 43, "url": own.url}])
        answer = tab.page.goto(own.url)
        assert answer is not None
        assert answer.status == 503
        assert "try again" in tab.page.inner_text("body").lower()
        assert "secret" not in tab.page.content()
        assert "secret" not in own.log.read_text()


def test_an_empty_database_says_what_to_do(tmp_path: Path, visit: Callable[..., Visit]):
    from data_access.migrate import migrate

    url = f"sqlite:///{tmp_path / 'empty.db'}"
    migrate(url)
    with running_server(tmp_path / "home", CLINIC_DATABASE_URL=url) as own:
        tab = visit(base=own.url)
        for address in ("/", "/patients", "/outcomes", "/side-effects", "/appointments"):
            tab.open(address)
            assert "import-csv" in tab.text
            assert "fault in the program" not in tab.text
