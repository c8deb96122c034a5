"""Signing in by a real identity provider over HTTP, and all that can go wrong on the way."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, select
from starlette.applications import Starlette

from access import provider as provider_module
from access.gate import Gate
from access.settings import Settings, SignIn
from access.sign_in import sign_in_routes
from access.viewer import LOCAL_VIEWER
from data_access.doorkeeper import ClinicDoorkeeper
from data_access.engine import make_engine, reading, writing
from data_access.schema import AuditEntry
from data_access.users import add_user, disable_user
from tests.access.identity_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    DESCRIPTION,
    KEYS,
    TOKEN,
    USERINFO,
    Answer,
    IdentityProvider,
)
from tests.conftest import copied

PUBLIC = "http://localhost:8650"
DONE = f"{PUBLIC}/clinic/sign-in/done"
IN = "who sees this is let in"
INDEX = f"<html><head></head><body>{IN}</body></html>"
EMAIL = "ada@clinic.example"

_Got = TypeVar("_Got")
Act = Callable[[httpx.AsyncClient], Awaitable[_Got]]


@pytest.fixture(scope="module")
def ada(identity_provider_of_the_run: IdentityProvider) -> Any:
    """Somebody with an account at the provider, who is a user in each test's database."""
    identity_provider_of_the_run.add_client(DONE)
    identity_provider_of_the_run.add_person("else@clinic.example", "Some Body")
    return identity_provider_of_the_run.add_person(EMAIL)


@dataclass
class Clinic:
    """A dashboard behind its gate, with its database."""

    app: Gate
    engine: Engine

    def visit(self, act: Act[_Got]) -> _Got:
        """Act as a browser: the dashboard under its address, everything else over the network."""

        async def run() -> _Got:
            ours = httpx.ASGITransport(self.app, client=("127.0.0.1", 50_000))
            async with httpx.AsyncClient(
                mounts={PUBLIC: ours}, follow_redirects=True, base_url=PUBLIC
            ) as browser:
                return await act(browser)

        return asyncio.run(run())

    def sign_in(self, following: str = "") -> httpx.Response:
        """What somebody sees in the end who presses the button."""
        return self.visit(lambda browser: browser.get("/clinic/sign-in/start" + following))

    def trail(self) -> list[tuple[str, str, str, str]]:
        """Who, action, what and outcome of each entry but those of making the user."""
        statement = select(
            AuditEntry.who, AuditEntry.action, AuditEntry.what, AuditEntry.outcome
        ).where(AuditEntry.action != "users change")
        with reading(self.engine) as connection:
            return [tuple(row) for row in connection.execute(statement)]  # type: ignore[misc]


def sign_in_settings(issuer: str, **other: Any) -> Settings:
    given = {"client_secret": SecretStr(CLIENT_SECRET), "client_id": CLIENT_ID, "issuer": issuer}
    return Settings(sign_in=SignIn(**{**given, **other}), public_url=PUBLIC)


@pytest.fixture
def make_clinic(tmp_path: Path, sqlite_template: Path) -> Iterator[Callable[..., Clinic]]:
    made: list[Engine] = []

    def make(settings: Settings) -> Clinic:
        url = copied(sqlite_template, tmp_path / "clinic.db")
        doorkeeper = ClinicDoorkeeper(lambda: url, settings.sessions.limits(), is_local=False)
        pages = ("/", "/patients")
        app = Starlette(routes=sign_in_routes(settings, doorkeeper, pages))
        gate = Gate(app, settings=settings, doorkeeper=doorkeeper, pages=pages, index=INDEX)
        engine = make_engine(url)
        made.append(engine)
        with writing(engine) as connection:
            add_user(connection, LOCAL_VIEWER, EMAIL, "clinician")
        return Clinic(gate, engine)

    yield make
    for engine in made:
        engine.dispose()


@pytest.fixture
def clinic(
    make_clinic: Callable[..., Clinic],
    identity_provider: IdentityProvider,
    ada: Any,
    caplog: pytest.LogCaptureFixture,
) -> Iterator[Clinic]:
    """A clinic where Ada is signed in at the provider; its logs must hold nothing about her."""
    caplog.set_level(logging.INFO)
    identity_provider.server.login(ada)
    yield make_clinic(sign_in_settings(identity_provider.issuer))
    logged = "\n".join(r.getMessage() for r in caplog.records if r.name.startswith("clinic"))
    for secret in (EMAIL, "Quill", CLIENT_SECRET, "code=", "eyJ", "Traceback"):
        assert secret not in logged


def refused(answer: httpx.Response, status: int, words: str) -> None:
    """The answer is a plain page that says so and nothing else."""
    assert answer.status_code == status
    assert words in answer.text
    assert "Back to sign-in" in answer.text
    for trace in ("Traceback", "Error", "eyJ", EMAIL, CLIENT_SECRET):
        assert trace not in answer.text
    assert "clinic=" not in answer.headers.get("set-cookie", "")


def test_who_signs_in_at_the_provider_comes_to_the_page_they_wanted(
    make_clinic: Callable[..., Clinic], identity_provider: IdentityProvider, ada: Any
):
    clinic = make_clinic(sign_in_settings(identity_provider.issuer, label="the clinic's Canaille"))

    async def sign_in(browser: httpx.AsyncClient) -> tuple[httpx.Response, httpx.Response]:
        page = await browser.get("/patients?period=last-12-months")
        assert page.url.path == "/clinic/sign-in"
        assert "Sign in with the clinic&#x27;s Canaille" in page.text
        start = page.text.partition('clinic-button" href="')[2].partition('"')[0]
        login = await browser.get(start.replace("&amp;", "&"))
        password = await browser.post(login.url, data={"login": "ada"})
        done = await browser.post(password.url, data={"password": "correct horse"})
        return done, await browser.get("/")

    done, today = clinic.visit(sign_in)
    assert str(done.url) == f"{PUBLIC}/patients?period=last-12-months"
    assert IN in done.text
    assert IN in today.text
    assert clinic.trail() == [(EMAIL, "sign in", "way: provider", "done")]


def test_the_way_there_is_protected_by_state_nonce_and_challenge(clinic: Clinic):
    async def start(browser: httpx.AsyncClient) -> httpx.Response:
        return await browser.get("/clinic/sign-in/start", follow_redirects=False)

    answer = clinic.visit(start)
    asked = parse_qs(urlsplit(answer.headers["location"]).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [DONE]
    assert asked["scope"] == ["openid email profile"]
    assert all(len(asked[name][0]) >= 20 for name in ("state", "nonce", "code_challenge"))
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    # What proves the sign-in stays on the server: the cookie only says that one is under way.
    assert "code_verifier" not in answer.text + cookie


def test_the_provider_may_be_made_to_ask_anew(
    make_clinic: Callable[..., Clinic], identity_provider: IdentityProvider, ada: Any
):
    clinic = make_clinic(sign_in_settings(identity_provider.issuer, prompt="login"))

    async def start(browser: httpx.AsyncClient) -> httpx.Response:
        return await browser.get("/clinic/sign-in/start", follow_redirects=False)

    asked = parse_qs(urlsplit(clinic.visit(start).headers["location"]).query)
    assert asked["prompt"] == ["login"]


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"aud": "another-program"}, "not for this sign-in (aud)"),
        ({"aud": ["another-program"], "azp": CLIENT_ID}, "not for this sign-in (aud)"),
        ({"aud": []}, "not for this sign-in (aud)"),
        ({"aud": [CLIENT_ID, "another-program"]}, "not for this sign-in (azp)"),
        ({"azp": "another-program"}, "not for this sign-in (azp)"),
        ({"nonce": "of another sign-in"}, "not for this sign-in (nonce)"),
        ({"nonce": None}, "not for this sign-in (nonce)"),
        ({"iss": "https://elsewhere.example"}, "not for this sign-in (iss)"),
        ({"exp": 1_000_000_000}, "not for this sign-in (exp)"),
        ({"iat": 4_000_000_000}, "not for this sign-in (iat)"),
        ({"at_hash": "abc"}, "not for this sign-in (at_hash)"),
        ({"sub": None}, "not for this sign-in (sub)"),
        ({"sub": 7}, "not for this sign-in (sub)"),
        ({"sub": "a\nb"}, "an identity without a subject"),
    ],
)
def test_an_identity_that_is_not_for_us_or_does_not_hold_is_refused_and_noted(
    clinic: Clinic,
    identity_provider: IdentityProvider,
    caplog: pytest.LogCaptureFixture,
    claims: dict[str, Any],
    why: str,
):
    identity_provider.claims.update(claims)
    refused(clinic.sign_in(), 502, "cannot use")
    assert why in caplog.text
    what = "an answer of the identity provider that cannot be used"
    assert clinic.trail() == [("", "refused", what, "refused")]


@pytest.mark.parametrize(
    ("claims", "what"),
    [
        ({"email_verified": False}, "sign-in with an unverified e-mail address"),
        ({"email_verified": "false"}, "sign-in with an unverified e-mail address"),
        ({"email_verified": 0}, "sign-in with an unverified e-mail address"),
        ({"email": ["a", "b"]}, "sign-in without a usable name"),
        ({"email": "a" * 300}, "sign-in without a usable name"),
        ({"email": "ada\u202e@clinic.example"}, "sign-in without a usable name"),
        # In lower case the kelvin sign is a plain k.
        ({"email": "\u212aay@clinic.example"}, "sign-in with a name that only looks like another"),
    ],
)
def test_a_name_that_is_unverified_or_none_is_refused_and_noted(
    clinic: Clinic, identity_provider: IdentityProvider, claims: dict[str, Any], what: str
):
    identity_provider.claims.update(claims)
    refused(clinic.sign_in(), 403, "our account")
    assert clinic.trail() == [("", "refused", what, "refused")]


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_an_identity_signed_by_nobody_or_by_the_secret_we_share_is_refused(
    clinic: Clinic, identity_provider: IdentityProvider, algorithm: str
):
    # The provider even says that it signs so.
    identity_provider.description["id_token_signing_alg_values_supported"] = [algorithm, "RS256"]
    identity_provider.signed_by = algorithm
    refused(clinic.sign_in(), 502, "cannot use")


@pytest.mark.parametrize(
    ("verified", "letter_case"), [(True, str.upper), ("true", str.title), (None, str.lower)]
)
def test_an_address_counts_whatever_its_letters_are_unless_it_is_unverified(
    clinic: Clinic,
    identity_provider: IdentityProvider,
    verified: object,
    letter_case: Callable[[str], str],
):
    identity_provider.claims.update(email=letter_case(EMAIL), email_verified=verified)
    assert IN in clinic.sign_in().text


def test_nobody_is_let_in_who_is_not_a_user(clinic: Clinic, identity_provider: IdentityProvider):
    identity_provider.claims["email"] = "else@clinic.example"
    answer = clinic.sign_in()
    refused(answer, 403, "Not let in")
    # By a wrong account one would come again and again, so the way out of it is shown.
    assert "/oauth/end_session?" in answer.text
    assert clinic.trail() == [("", "sign in", "not a user", "refused")]


def test_a_disabled_user_is_not_let_in(clinic: Clinic):
    with writing(clinic.engine) as connection:
        disable_user(connection, LOCAL_VIEWER, EMAIL)
    refused(clinic.sign_in(), 403, "Not let in")
    assert clinic.trail() == [(EMAIL, "sign in", "the user is disabled", "refused")]


def test_another_account_that_got_the_name_of_a_user_is_not_let_in(
    clinic: Clinic, identity_provider: IdentityProvider
):
    assert IN in clinic.sign_in().text
    identity_provider.claims["sub"] = "whoever has the address now"
    refused(clinic.sign_in(), 403, "Not let in")
    assert clinic.trail()[-1] == (EMAIL, "sign in", "another account of the same name", "refused")


def test_a_name_that_only_the_userinfo_has_is_asked_there(
    clinic: Clinic, identity_provider: IdentityProvider
):
    identity_provider.claims["email"] = None
    assert IN in clinic.sign_in().text
    assert USERINFO in identity_provider.asked


def test_userinfo_about_another_person_is_refused(
    clinic: Clinic, identity_provider: IdentityProvider
):
    identity_provider.claims["email"] = None
    body = json.dumps({"sub": "else", "email": EMAIL}).encode()
    identity_provider.instead[USERINFO] = ("200 OK", body)
    refused(clinic.sign_in(), 502, "cannot use")


OK = "200 OK"
PAGE = (OK, b"<html>maintenance</html>")
NUMBERS = (OK, b'{"issuer": 5, "id_token": 5, "access_token": "a", "keys": 5}')
TOO_MUCH = (OK, b'"' + b"a" * 1_100_000 + b'"')
FAULT = ("500 Internal Server Error", b"{}")


@pytest.mark.parametrize(
    ("path", "nonsense"),
    [
        *((DESCRIPTION, answer) for answer in (PAGE, NUMBERS, TOO_MUCH, FAULT)),
        (DESCRIPTION, (OK, b"[1, 2]")),
        (DESCRIPTION, ("302 Found", b"")),
        *((TOKEN, answer) for answer in (PAGE, NUMBERS, TOO_MUCH, FAULT)),
        (TOKEN, (OK, b"{}")),
        *((KEYS, answer) for answer in (PAGE, NUMBERS, FAULT)),
        (KEYS, (OK, b'{"keys": []}')),
    ],
)
def test_nonsense_from_the_provider_is_refused_plainly(
    clinic: Clinic, identity_provider: IdentityProvider, path: str, nonsense: Answer
):
    identity_provider.instead[path] = nonsense
    answer = clinic.sign_in()
    assert answer.status_code in {403, 502}
    refused(answer, answer.status_code, "The sign-in service")
    assert [entry[1] for entry in clinic.trail()] == ["refused"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("issuer", "http://localhost/another"),
        ("authorization_endpoint", "javascript:alert(1)"),
        ("token_endpoint", "http://elsewhere.example/token"),
        ("jwks_uri", None),
        ("userinfo_endpoint", 5),
    ],
)
def test_a_description_that_leads_elsewhere_is_not_believed(
    clinic: Clinic, identity_provider: IdentityProvider, name: str, value: object
):
    identity_provider.description[name] = value
    refused(clinic.sign_in(), 502, "cannot use")


def test_nonsense_is_not_remembered(clinic: Clinic, identity_provider: IdentityProvider):
    for path in (DESCRIPTION, KEYS):
        identity_provider.instead[path] = PAGE
        refused(clinic.sign_in(), 502, "cannot use")
        identity_provider.instead.clear()
    assert IN in clinic.sign_in().text


def test_a_description_cannot_change_how_the_dashboard_asks(
    clinic: Clinic, identity_provider: IdentityProvider
):
    # Authlib hands what it does not know to the HTTP client.
    identity_provider.description.update(proxy="http://127.0.0.1:9", verify=False, timeout=99)
    assert IN in clinic.sign_in().text


def test_keys_that_changed_are_asked_anew(clinic: Clinic, identity_provider: IdentityProvider):
    assert IN in clinic.sign_in().text
    identity_provider.change_keys()
    assert IN in clinic.sign_in().text
    identity_provider.asked.clear()
    assert IN in clinic.sign_in().text
    assert KEYS not in identity_provider.asked  # known keys are kept
    assert DESCRIPTION not in identity_provider.asked


def test_what_the_provider_says_about_itself_is_asked_anew_after_an_hour(
    clinic: Clinic, identity_provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
):
    now = 1000.0
    monkeypatch.setattr(provider_module, "monotonic", lambda: now)
    clinic.sign_in()
    identity_provider.asked.clear()
    now += timedelta(hours=1).total_seconds()
    clinic.sign_in()
    assert DESCRIPTION not in identity_provider.asked
    now += 1
    clinic.sign_in()
    assert DESCRIPTION in identity_provider.asked


def test_a_provider_that_is_down_is_said_to_be(
    make_clinic: Callable[..., Clinic], unused_address: str
):
    clinic = make_clinic(sign_in_settings(unused_address))
    refused(clinic.sign_in(), 503, "does not answer")
    assert clinic.trail() == [
        ("", "refused", "an identity provider that does not answer", "refused")
    ]


@pytest.fixture
def unused_address() -> str:
    """Where nobody listens."""
    return "http://127.0.0.1:9"


@pytest.mark.parametrize("path", [DESCRIPTION, TOKEN, KEYS])
def test_a_provider_that_is_slow_is_not_waited_for(
    clinic: Clinic,
    identity_provider: IdentityProvider,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
):
    monkeypatch.setattr(provider_module, "_CALL_SECONDS", 0.2)
    with identity_provider.keeping_back(path):
        answer = clinic.sign_in()
    refused(answer, 503, "does not answer")


def test_a_provider_that_drips_is_not_waited_for(
    clinic: Clinic, identity_provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(provider_module, "_ALL_CALLS_SECONDS", 0.2)
    with identity_provider.keeping_back(DESCRIPTION):
        refused(clinic.sign_in(), 503, "does not answer")


async def _come_back(browser: httpx.AsyncClient) -> str:
    """The address by which the provider sends somebody back, before they have followed it."""
    answer = await browser.get("/clinic/sign-in/start", follow_redirects=False)
    while not (location := answer.headers["location"]).startswith(DONE):
        answer = await browser.get(location, follow_redirects=False)
    return location


NO_SUCH_SIGN_IN = "begun elsewhere, took too long, or is done already"


def test_a_return_counts_once(clinic: Clinic):
    async def twice(browser: httpx.AsyncClient) -> tuple[httpx.Response, httpx.Response]:
        address = await _come_back(browser)
        before = list(browser.cookies.jar)
        first = await browser.get(address)
        for cookie in before:  # also with the cookies as they were
            browser.cookies.jar.set_cookie(cookie)
        return first, await browser.get(address)

    first, second = clinic.visit(twice)
    assert IN in first.text
    refused(second, 403, NO_SUCH_SIGN_IN)


def test_a_return_counts_in_the_browser_that_began_only(clinic: Clinic):
    address = clinic.visit(_come_back)
    refused(clinic.visit(lambda other: other.get(address)), 403, NO_SUCH_SIGN_IN)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", NO_SUCH_SIGN_IN),
        ("?code=abc", NO_SUCH_SIGN_IN),
        ("?code=abc&state=abc", NO_SUCH_SIGN_IN),
        ("?state=" + "a" * 1000, NO_SUCH_SIGN_IN),
        ("?error=access_denied&error_description=Ada<script>", "you cancelled"),
        ("?error=<script>alert(1)</script>", "could not sign you in"),
    ],
)
def test_a_return_that_nobody_sent_is_refused(clinic: Clinic, query: str, words: str):
    answer = clinic.visit(lambda browser: browser.get(f"/clinic/sign-in/done{query}"))
    refused(answer, 403, words)
    assert "<script>" not in answer.text
    assert len(clinic.trail()) == 1


def test_a_return_with_a_code_that_the_provider_did_not_give_is_refused(
    clinic: Clinic, identity_provider: IdentityProvider
):
    async def forge(browser: httpx.AsyncClient) -> httpx.Response:
        state = parse_qs(urlsplit(await _come_back(browser)).query)["state"][0]
        identity_provider.forget_codes()
        return await browser.get(f"/clinic/sign-in/done?code=forged&state={state}")

    refused(clinic.visit(forge), 403, "could not sign you in")


def test_the_same_refusal_from_the_same_address_is_noted_once_a_minute(clinic: Clinic):
    async def knock(browser: httpx.AsyncClient) -> None:
        for _ in range(5):
            await browser.get("/clinic/sign-in/done")

    clinic.visit(knock)
    assert len(clinic.trail()) == 1


def test_a_transaction_ends_after_ten_minutes(clinic: Clinic, monkeypatch: pytest.MonkeyPatch):
    now = 1000.0
    monkeypatch.setattr(provider_module, "monotonic", lambda: now)

    async def late(browser: httpx.AsyncClient) -> httpx.Response:
        nonlocal now
        address = await _come_back(browser)
        now += provider_module.TRANSACTION_SECONDS
        return await browser.get(address)

    refused(clinic.visit(late), 403, NO_SUCH_SIGN_IN)


def test_signing_in_anew_ends_the_session_that_the_browser_had(clinic: Clinic):
    async def twice(browser: httpx.AsyncClient) -> tuple[str | None, int]:
        await browser.get("/clinic/sign-in/start")
        first = browser.cookies.get("clinic")
        await browser.get("/clinic/sign-in/start")
        second = browser.cookies.get("clinic")
        assert first != second
        replayed = {"cookie": f"clinic={first}"}
        browser.cookies.clear()
        answer = await browser.get("/clinic/session", headers=replayed)
        return answer.json().get("why"), answer.status_code

    assert clinic.visit(twice)[0] == "signed-out"


def test_after_signing_out_the_way_out_of_the_provider_is_shown(clinic: Clinic):
    async def visit(browser: httpx.AsyncClient) -> tuple[str, str]:
        before = await browser.get("/clinic/sign-in?why=signed-out")
        await browser.get("/clinic/sign-in/start")
        return before.text, (await browser.get("/clinic/sign-in?why=signed-out")).text

    before, after = clinic.visit(visit)
    assert "You are signed out." in before
    assert "You may still be signed in at the sign-in service itself" in before
    assert f"/oauth/end_session?client_id={CLIENT_ID}&amp;post_logout_redirect_uri=" in after


def test_there_is_no_choice_of_roles_beside_an_identity_provider(clinic: Clinic):
    async def pick(browser: httpx.AsyncClient) -> int:
        answer = await browser.post(
            "/clinic/sign-in/local", data={"role": "clinician"}, headers={"origin": PUBLIC}
        )
        return answer.status_code

    assert clinic.visit(pick) == 404
    assert clinic.trail() == []
