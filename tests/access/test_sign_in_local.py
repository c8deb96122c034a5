"""The mode without sign-in: a person at this computer picks a role."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from access.roles import ROLES
from access.settings import Settings
from access.sign_in import sign_in_routes
from access.standing import DoorkeeperAwayError
from data_access.doorkeeper import ClinicDoorkeeper
from data_access.engine import make_engine, reading
from data_access.schema import AuditEntry

PAGES = ("/", "/patients")


@pytest.fixture
def doorkeeper(sqlite_url: str) -> ClinicDoorkeeper:
    return ClinicDoorkeeper(
        lambda: sqlite_url,
        Settings().sessions.limits(),
        is_local=True,
        clock=lambda: datetime(2026, 11, 26, 9, 0, tzinfo=UTC),
    )


@pytest.fixture
def browser(doorkeeper: ClinicDoorkeeper) -> Iterator[TestClient]:
    app = Starlette(routes=sign_in_routes(Settings(), doorkeeper, PAGES))
    with TestClient(app, follow_redirects=False, client=("127.0.0.1", 50_000)) as client:
        yield client


def test_the_page_offers_each_role_with_what_it_is_for(browser: TestClient):
    answer = browser.get("/clinic/sign-in")
    assert answer.status_code == 200
    for role in ROLES.values():
        assert f'name="role" value="{role.name}">{role.title}</button>' in answer.text
        assert role.prose in answer.text
    assert "serves only the computer that it runs on" in answer.text


def test_the_page_loads_no_script_and_brings_no_style_of_its_own(browser: TestClient):
    page = browser.get("/clinic/sign-in").text
    assert not any(word in page for word in ("<script", "<style", "style=", " onclick", "http:"))


@pytest.mark.parametrize("role", list(ROLES))
def test_one_click_lets_in_as_the_role(
    browser: TestClient, doorkeeper: ClinicDoorkeeper, role: str
):
    answer = browser.post("/clinic/sign-in/local", data={"role": role, "next": "/patients?a=1"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/patients?a=1"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "Max-Age" not in cookie  # ends with the browser
    standing = doorkeeper.standing(answer.cookies["clinic"])
    assert standing.is_open
    assert standing.viewer is not None
    assert (standing.viewer.name, standing.viewer.role) == (f"local:{role}", role)
    assert standing.viewer.address == "127.0.0.1"
    assert standing.viewer.permissions == ROLES[role].permissions  # type: ignore[index]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"role=terminal",
        b"role=Clinician",
        b"role=clinician&role=administrator",
        b"role=clinician%00",
        b"role=\xff",
        b"&".join(b"a=1" for _ in range(99)) + b"&role=clinician",
        b'{"role": "clinician"}',
    ],
)
def test_any_other_role_is_refused_and_noted(browser: TestClient, sqlite_url: str, body: bytes):
    answer = browser.post("/clinic/sign-in/local", content=body)
    assert answer.status_code == 400
    assert "There is no such role." in answer.text
    assert "set-cookie" not in answer.headers
    engine = make_engine(sqlite_url)
    with reading(engine) as connection:
        columns = (AuditEntry.action, AuditEntry.what, AuditEntry.outcome, AuditEntry.address)
        entries = [tuple(row) for row in connection.execute(select(*columns))]
    engine.dispose()
    assert entries == [("refused", "a role that there is not", "refused", "127.0.0.1")]


def test_another_role_in_the_same_browser_ends_the_session_of_the_first(
    browser: TestClient, doorkeeper: ClinicDoorkeeper
):
    tokens = [
        browser.post("/clinic/sign-in/local", data={"role": role}).cookies["clinic"]
        for role in ("administrator", "nurse")
    ]
    assert [doorkeeper.standing(token).is_open for token in tokens] == [False, True]


def test_the_page_says_why_one_is_here_by_a_known_word_only(browser: TestClient):
    assert "You are signed out." in browser.get("/clinic/sign-in?why=signed-out").text
    assert "nothing was done for a while" in browser.get("/clinic/sign-in?why=idle").text
    assert "<b>" not in browser.get("/clinic/sign-in?why=<b>Ada").text


def test_a_hostile_address_to_go_on_to_is_not_carried_on(browser: TestClient):
    page = browser.get("/clinic/sign-in", params={"next": '"><script>//evil.example'}).text
    assert "evil" not in page
    answer = browser.post("/clinic/sign-in/local", data={"role": "nurse", "next": "//evil.example"})
    assert answer.headers["location"] == "/"


def test_there_is_no_way_to_a_provider_that_there_is_not(browser: TestClient):
    for address in ("/clinic/sign-in/start", "/clinic/sign-in/done?code=a&state=b"):
        assert browser.get(address).status_code == 404


@pytest.mark.parametrize("role", ["nurse", "none"])
def test_without_the_database_nobody_is_let_in_and_the_page_says_so(
    browser: TestClient,
    doorkeeper: ClinicDoorkeeper,
    monkeypatch: pytest.MonkeyPatch,
    role: str,
):
    def away(*_: object) -> str:
        raise DoorkeeperAwayError("The disk is full, so nothing was written.")

    monkeypatch.setattr(doorkeeper, "admit", away)
    monkeypatch.setattr(doorkeeper, "refused", away)
    answer = browser.post("/clinic/sign-in/local", data={"role": role})
    assert answer.status_code == 503
    assert "Not available at the moment" in answer.text
