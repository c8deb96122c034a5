"""The gate with the doorkeeper of the program, on both databases."""

import json
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, select

from access.settings import Settings, SignIn
from data_access.doorkeeper import ClinicDoorkeeper
from data_access.engine import appending, reading
from data_access.schema import AuditEntry
from data_access.users import disable_user, set_role
from tests.access.at_the_gate import Answer, House
from tests.data_access.user_clinic import BEN, LIMITS, NOON, TERMINAL, add_ada_and_ben

SETTINGS = Settings(
    public_url="http://localhost:8501",
    sign_in=SignIn(
        issuer="http://localhost:1", client_id="clinic", client_secret=SecretStr("secret")
    ),
)


class Doorway:
    """A gate, the database behind its doorkeeper, and the clock by which he goes."""

    def __init__(self, engine: Engine, url: str) -> None:
        self.engine = engine
        self.now = NOON
        self.doorkeeper = ClinicDoorkeeper(
            lambda: url, LIMITS, is_local=False, clock=lambda: self.now
        )
        self.house = House(SETTINGS, self.doorkeeper)
        self.token = self.doorkeeper.admit(BEN, "id 1", "provider", "127.0.0.1")

    def ask(self, path: str = "/", token: str | None = None, method: str = "GET") -> Answer:
        headers = {"cookie": f"clinic={token or self.token}", "origin": "http://localhost:8501"}
        return self.house.ask(path, method, headers)

    def why_out(self) -> str:
        """Why the page leads to the sign-in."""
        answer = self.ask()
        assert answer.status == 303
        return parse_qs(urlsplit(answer.headers["location"]).query).get("why", [""])[0]

    def refusals(self) -> list[tuple[str, str, str]]:
        """What was refused, who it was, and from where."""
        columns = (AuditEntry.what, AuditEntry.who, AuditEntry.address)
        with reading(self.engine) as connection:
            statement = select(*columns).where(AuditEntry.action == "refused")
            return [(row.what, row.who, row.address) for row in connection.execute(statement)]


@pytest.fixture
def doorway(engine: Engine, database_url: str) -> Iterator[Doorway]:
    add_ada_and_ben(engine)
    made = Doorway(engine, database_url)
    yield made
    made.doorkeeper.close()


def test_whoever_signed_in_is_let_in_until_a_limit_is_reached(doorway: Doorway):
    assert doorway.ask().status == 200
    doorway.now = NOON + LIMITS.idle - timedelta(seconds=1)
    assert doorway.ask().status == 200  # to open a page alone is no activity
    doorway.now = NOON + LIMITS.idle
    assert doorway.why_out() == "idle"
    assert doorway.refusals() == [("the cookie of a session that is over", BEN, "127.0.0.1")]


def test_a_replayed_cookie_is_refused_and_noted(doorway: Doorway):
    assert doorway.ask("/clinic/sign-out", method="POST").status == 303
    assert doorway.why_out() == "signed-out"
    assert doorway.ask("/_stcore/host-config").status == 401
    assert doorway.refusals() == [("the cookie of a session that is over", BEN, "127.0.0.1")]


def test_a_forged_cookie_is_refused_and_noted_for_nobody(doorway: Doorway):
    assert doorway.ask(token=43 * "x").status == 303
    assert doorway.refusals() == [("a cookie that opens nothing", "", "127.0.0.1")]


def test_a_disabled_user_is_out_at_once_and_a_changed_role_is_told(doorway: Doorway):
    before = json.loads(doorway.ask("/clinic/session").body)
    with appending(doorway.engine) as connection:
        set_role(connection, TERMINAL, BEN, "manager", now=NOON)
    after = json.loads(doorway.ask("/clinic/session").body)
    assert (before["open"], after["open"]) == (True, True)
    assert before["stamp"] != after["stamp"]
    with appending(doorway.engine) as connection:
        disable_user(connection, TERMINAL, BEN, NOON)
    assert doorway.why_out() == "disabled"
