import hashlib
import json
from base64 import b64encode
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr

from access.refusals import Reason
from access.settings import Settings, SignIn
from access.web import plain_page
from tests.access.at_the_gate import (
    COOKIE,
    ENDED_TOKEN,
    OWN_ORIGIN,
    TOKEN,
    House,
)

MEDIA = "/media/" + 32 * "a" + ".csv"
HTTPS = Settings(
    public_url="https://clinic.example",
    sign_in=SignIn(issuer="https://id.example", client_id="x", client_secret=SecretStr("y")),
)
HTTPS_HOST = {"host": "clinic.example"}

BOUND_COOKIE = {"cookie": f"__Host-clinic={TOKEN}"}


@pytest.fixture
def house() -> House:
    return House()


@pytest.mark.parametrize(
    ("path", "method", "without", "with_session"),
    [
        ("/", "GET", 303, 200),
        ("/", "HEAD", 303, 200),
        ("/", "POST", 405, 405),
        ("/patients", "GET", 303, 200),
        ("/patients?patient=abc", "GET", 303, 200),
        ("/patients", "PUT", 405, 405),
        ("/patients/", "GET", 404, 404),
        ("/Patients", "GET", 404, 404),
        ("/shell", "GET", 404, 404),
        ("/index.html", "GET", 404, 404),
        ("/_stcore/host-config", "GET", 401, 200),
        ("/_stcore/stream", "GET", 404, 404),
        (MEDIA, "GET", 401, 404),
        (MEDIA, "POST", 405, 405),
        ("/clinic/session", "GET", 200, 200),
        ("/clinic/session", "PUT", 405, 405),
        ("/clinic/sign-out", "GET", 405, 405),
        ("/_stcore/health", "GET", 200, 200),
        ("/_stcore/health", "HEAD", 200, 200),
        ("/_stcore/health", "OPTIONS", 405, 405),
        ("/favicon.png", "GET", 200, 200),
        ("/static/js/index.DormvYxC.js", "GET", 200, 200),
        ("/static/js/index.DormvYxC.js", "DELETE", 405, 405),
        ("/static/", "GET", 404, 404),
        ("/static/js/", "GET", 404, 404),
        ("/staticx/js/a.js", "GET", 404, 404),
        ("/clinic/look.css", "GET", 200, 200),
        ("/clinic/watch.js", "GET", 200, 200),
        ("/clinic/icon.svg", "GET", 200, 200),
        ("/clinic/__init__.py", "GET", 404, 404),
        ("/clinic/sign-in", "GET", 200, 200),
        ("/clinic/sign-in?why=idle", "GET", 200, 200),
        ("/clinic/sign-in", "POST", 405, 405),
        ("/clinic/sign-in/start", "GET", 200, 200),
        ("/clinic/sign-in/done?code=x", "GET", 200, 200),
        ("/clinic/sign-in/local", "GET", 405, 405),
        ("/clinic/sign-inx", "GET", 404, 404),
        ("/_stcore/healthx", "GET", 404, 404),
        ("/_stcore/metrics", "GET", 404, 404),
        ("/_stcore/upload_file/session/file", "PUT", 404, 404),
        ("/_stcore/upload_file/session/file", "DELETE", 404, 404),
        ("/_stcore/script-health-check", "GET", 404, 404),
        ("/_stcore/agent/openapi.json", "GET", 404, 404),
        ("/_stcore/agent/interact", "POST", 404, 404),
        ("/_stcore/agent/mcp", "POST", 404, 404),
        ("/_stcore/bidi-components/a/b.js", "GET", 404, 404),
        ("/component/a/index.html", "GET", 404, 404),
        ("/app/static/a.png", "GET", 404, 404),
        ("/auth/login", "GET", 404, 404),
        ("/auth/logout", "GET", 404, 404),
        ("/oauth2callback", "GET", 404, 404),
        ("/media/../secret.csv", "GET", 404, 404),
        ("/patients/_stcore/health", "GET", 404, 404),
    ],
)
def test_each_address_is_open_to_whom_it_is_meant_for(
    house: House, path: str, method: str, without: int, with_session: int
):
    assert house.ask(path, method).status == without
    assert house.ask(path, method, COOKIE).status == with_session


@pytest.mark.parametrize(
    "path",
    [
        "//patients",
        "/./patients",
        "/static/../media/" + 32 * "a",
        "/static/%2e%2e/media/" + 32 * "a",
        "/static/..%2fmedia/" + 32 * "a",
        "/static\\..\\media",
        "/static/js/%5c..%5c..%5cindex.html",
        "/%5fstcore/health",
        "/_stcore%2fhealth",
        "/_stcore/health%00",
        "/_stcore/health%0d%0aset-cookie:%20a=b",
        "/%70atients",
        "/patients;a=b",
        "/static/js/.%2e/x",
        "/media//" + 32 * "a",
        "/patients%3fpatient=a",
        "/%2e%2e/patients",
        "/static/js/%c0%ae%c0%ae/x",
        "",
    ],
)
def test_a_disguised_path_reaches_nothing_and_is_noted(house: House, path: str):
    for headers in ({}, COOKIE):
        assert house.ask(path, headers=headers).status == 404
    assert house.behind.scopes == []
    assert house.doorkeeper.refusals == [Reason.DISGUISED]


def test_without_a_session_a_page_leads_to_the_sign_in_and_back(house: House):
    answer = house.ask("/patients?patient=abc&from=2026-01-01")
    address = urlsplit(answer.headers["location"])
    assert address.path == "/clinic/sign-in"
    assert not address.netloc
    assert parse_qs(address.query) == {"next": ["/patients?patient=abc&from=2026-01-01"]}
    assert house.ask("/").headers["location"] == "/clinic/sign-in"
    assert answer.cookies == []


def test_an_overlong_query_is_left_behind_at_the_sign_in(house: House):
    address = house.ask("/patients?x=" + 5000 * "y").headers["location"]
    assert parse_qs(urlsplit(address).query) == {"next": ["/patients"]}


def test_a_session_that_is_over_is_told_why_and_its_cookie_is_taken(house: House):
    answer = house.ask("/patients", headers={"cookie": f"clinic={ENDED_TOKEN}"})
    assert parse_qs(urlsplit(answer.headers["location"]).query)["why"] == ["idle"]
    assert answer.cookies == ["clinic=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"]
    assert house.doorkeeper.told["refused"] == [(Reason.OVER, "127.0.0.1", "session-c")]


@pytest.mark.parametrize(
    "cookie",
    [
        "clinic=" + 43 * "Z",
        "clinic=",
        "clinic=' OR 1=1 --",
        "clinic=" + 5000 * "A",
        "clinic=session-a",
        f'clinic="{TOKEN}"',
        "clinic=é",
    ],
)
def test_a_forged_cookie_opens_nothing_and_is_noted(house: House, cookie: str):
    for path in ("/", "/_stcore/host-config", MEDIA):
        assert house.ask(path, headers={"cookie": cookie}).status in {303, 401}
    assert house.behind.scopes == []
    assert house.doorkeeper.refusals == [Reason.FORGED]


@pytest.mark.parametrize(
    "cookie",
    [f"Clinic={TOKEN}", f"__Host-clinic={TOKEN}", f"clinic={TOKEN}; clinic={43 * 'Z'}", "a=b"],
)
def test_a_cookie_of_another_name_or_two_of_the_same_count_as_none(house: House, cookie: str):
    assert house.ask("/", headers={"cookie": cookie}).status == 303


def test_the_cookie_is_found_among_others(house: House):
    assert house.ask("/", headers={"cookie": f"a=b; clinic={TOKEN};c=d"}).status == 200


def test_over_https_the_cookie_is_bound_to_the_host():
    house = House(HTTPS)
    assert house.ask("/", headers=HTTPS_HOST | COOKIE).status == 303
    assert house.ask("/", headers=HTTPS_HOST | BOUND_COOKIE).status == 200
    origin = {"origin": "https://clinic.example"}
    answer = house.ask("/clinic/sign-out", "POST", HTTPS_HOST | BOUND_COOKIE | origin)
    assert answer.cookies == ["__Host-clinic=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure"]


def test_headers_that_claim_who_somebody_is_are_taken_off():
    house = House(HTTPS)
    claims = HTTPS_HOST | {
        "x-clinic-session": "session-b",
        "x-clinic-role": "clinician",
        "x_clinic_session": "session-b",
        "remote-user": "a",
        "x-remote-user": "a",
        "x-forwarded-email": "a",
        "x-auth-request-user": "a",
        "x-ms-client-principal-name": "a",
        "cf-access-authenticated-user-email": "a",
        "authorization": "Bearer a",
    }
    house.ask("/_stcore/host-config", headers=claims | BOUND_COOKIE)
    assert house.behind.header("x-clinic-session") == ["session-a"]
    names = {name.decode() for name, _ in house.behind.scopes[-1]["headers"]}
    assert names == {"host", "x-clinic-session"}
    assert Reason.HEADER in house.doorkeeper.refusals
    for path in ("/_stcore/health", "/clinic/sign-in"):
        house.ask(path, headers=claims)
        assert house.behind.header("x-clinic-session") == []


def test_streamlit_is_shown_no_cookie_and_sets_none(house: House):
    answer = house.ask("/_stcore/host-config", headers=COOKIE)
    assert house.behind.header("cookie") == []
    assert answer.cookies == []
    assert "access-control-allow-origin" not in answer.headers


def test_the_sign_in_keeps_its_cookies(house: House):
    house.ask("/clinic/sign-in/done", headers={"cookie": "transaction=1"})
    assert house.behind.header("cookie") == ["transaction=1"]


@pytest.mark.parametrize(
    "path", ["/", "/patients", "/nothing", "/_stcore/health", "/static/a.js", "/clinic/look.css"]
)
@pytest.mark.parametrize("headers", [{}, COOKIE, {"host": "evil.example"}])
def test_every_answer_has_the_security_headers(house: House, path: str, headers: dict[str, str]):
    given = house.ask(path, headers=headers).headers
    policy = given["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "unsafe-eval" not in policy
    assert given["x-content-type-options"] == "nosniff"
    assert given["x-frame-options"] == "DENY"
    assert given["referrer-policy"] == "same-origin"
    assert "strict-transport-security" not in given
    keeps = path == "/static/a.js" and "host" not in headers
    assert given["cache-control"] == ("public, max-age=60" if keeps else "no-store")


def test_over_https_browsers_are_told_to_stay_there():
    given = House(HTTPS).ask("/", headers=HTTPS_HOST).headers
    assert given["strict-transport-security"] == "max-age=63072000; includeSubDomains"


def test_the_page_runs_its_own_scripts_and_the_inline_one_that_is_known(house: House):
    answer = house.ask("/", headers=COOKIE)
    script = b64encode(hashlib.sha256(b"\n  start()\n").digest()).decode()
    scripts = next(
        part.strip()
        for part in answer.headers["content-security-policy"].split(";")
        if part.strip().startswith("script-src")
    )
    assert scripts == f"script-src 'self' 'sha256-{script}'"
    watch = b'<head><script src="/clinic/watch.js"></script>'
    assert watch in answer.body


def test_local_mode_answers_this_computer_only(house: House):
    away = [
        ({"host": "clinic.example"}, "127.0.0.1"),
        ({"host": "localhost.evil.example"}, "127.0.0.1"),
        ({"host": ""}, "127.0.0.1"),
        ({}, "192.168.0.9"),
        ({"x-forwarded-for": "127.0.0.1"}, "127.0.0.1"),
        ({"x-forwarded-host": "localhost"}, "127.0.0.1"),
        ({"forwarded": "for=127.0.0.1"}, "127.0.0.1"),
        ({"host": "localhost@evil.example"}, "127.0.0.1"),
    ]
    for headers, client in away:
        for path in ("/", "/static/a.js", "/_stcore/health", "/clinic/sign-in"):
            assert house.ask(path, headers=headers | COOKIE, client=client).status == 403
    assert house.behind.scopes == []
    assert set(house.doorkeeper.refusals) == {Reason.NOT_LOCAL}
    for host in ("localhost:8501", "127.0.0.1:8501", "[::1]:8501"):
        assert house.ask("/", headers={"host": host} | COOKIE).status == 200


def test_with_sign_in_only_the_hosts_of_the_settings_are_answered():
    house = House(HTTPS)
    assert house.ask("/", headers={"host": "evil.example"}).status == 400
    assert house.ask("/", headers={"host": "clinic.example:443"}).status == 303
    assert house.ask("/", headers={"host": "CLINIC.example."}).status == 303
    assert house.ask("/_stcore/health", headers={"host": "10.0.0.7"}).status == 200
    assert house.doorkeeper.refusals == [Reason.HOST]


@pytest.mark.parametrize(
    "origin", ["", "null", "http://evil.example", "http://localhost:9", "http://localhost:8501.x"]
)
def test_no_other_site_can_sign_out_or_speak_for_the_page(house: House, origin: str):
    headers = COOKIE | {"origin": origin}
    for path in ("/clinic/sign-out", "/clinic/session", "/clinic/sign-in/local"):
        assert house.ask(path, "POST", headers, body=b"active").status == 403
    assert house.doorkeeper.refusals == [Reason.ORIGIN]
    assert not house.doorkeeper.told["end"]


def test_an_open_page_is_told_how_its_session_stands(house: House):
    assert json.loads(house.ask("/clinic/session", headers=COOKIE).body) == {
        "open": True,
        "stamp": "1",
        "idle_seconds": 7,
        "idle_limit": 900,
    }
    assert not house.doorkeeper.told["active"]
    over = house.ask("/clinic/session", headers={"cookie": f"clinic={ENDED_TOKEN}"})
    assert json.loads(over.body) == {"open": False, "why": "idle"}
    assert json.loads(house.ask("/clinic/session").body) == {"open": False, "why": "unknown"}
    assert house.doorkeeper.refusals == []


def test_an_open_page_tells_what_was_done(house: House):
    headers = COOKIE | OWN_ORIGIN
    handle = "abcdefgh234567ab"
    for body, status in [
        (b"active", 204),
        (b"printed /patients?patient=" + handle.encode() + b"&from=x", 204),
        (b"printed /", 204),
        (b"printed /patients?patient=Smith", 204),
        (b"printed /nowhere", 400),
        (b"printed //evil.example/", 400),
        (b"active now", 400),
        (b"\xff\xfe", 400),
        (b"", 400),
    ]:
        assert house.ask("/clinic/session", "POST", headers, body=body).status == status
    assert house.doorkeeper.told["active"] == [("session-a",)]
    assert house.doorkeeper.told["printed"] == [
        ("session-a", "/patients", handle),
        ("session-a", "/", ""),
        ("session-a", "/patients", ""),
    ]
    assert house.ask("/clinic/session", "POST", OWN_ORIGIN, body=b"active").status == 401


def test_what_is_too_long_is_cut_off(house: House):
    for path in ("/clinic/session", "/clinic/sign-in/local"):
        answer = house.ask(path, "POST", COOKIE | OWN_ORIGIN, body=5000 * b"a")
        assert answer.status == 413
    assert house.behind.bodies == []
    assert house.doorkeeper.refusals == [Reason.TOO_LONG]


def test_the_sign_in_is_handed_what_was_sent(house: House):
    body = b"role=clinician&next=" + 2000 * b"a"
    assert house.ask("/clinic/sign-in/local", "POST", OWN_ORIGIN, body=body).status == 200
    assert house.behind.bodies == [body]


def test_signing_out_ends_the_session_and_the_cookie(house: House):
    answer = house.ask("/clinic/sign-out", "POST", COOKIE | OWN_ORIGIN)
    assert answer.status == 303
    assert answer.headers["location"] == "/clinic/sign-in?why=signed-out"
    assert answer.cookies == ["clinic=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"]
    assert house.doorkeeper.told["end"] == [("session-a", "signed-out")]
    assert house.ask("/", headers=COOKIE).status == 303


def test_signing_out_takes_the_cookie_even_with_the_database_away(house: House):
    house.doorkeeper.go_away()
    answer = house.ask("/clinic/sign-out", "POST", COOKIE | OWN_ORIGIN)
    assert answer.status == 503
    assert answer.cookies == ["clinic=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"]


def test_a_refusal_is_noted_once_a_minute_and_address(house: House):
    for client in ("127.0.0.1", "127.0.0.1", "127.0.0.2"):
        house.ask("/_stcore/metrics", headers=COOKIE, client=client)
    assert [address for _, address, _ in house.doorkeeper.told["refused"]] == [
        "127.0.0.1",
        "127.0.0.2",
    ]


def test_what_streamlit_looks_for_below_a_page_is_no_trespass(house: House):
    for path in ("/patients/_stcore/health", "/patients/_stcore/host-config", "/robots.txt"):
        assert house.ask(path, headers=COOKIE).status == 404
    assert house.doorkeeper.refusals == []


@pytest.mark.parametrize("is_known", [True, False])
def test_with_the_database_away_nobody_is_let_in_and_health_stays(house: House, is_known: bool):
    if is_known:
        house.doorkeeper.go_away()
    else:
        house.doorkeeper.fault = RuntimeError("Ada Lovelace")  # a fault of the program
    for path in ("/", "/_stcore/host-config", MEDIA, "/clinic/session"):
        answer = house.ask(path, headers=COOKIE)
        assert answer.status == 503
        assert b"Traceback" not in answer.body
        assert b"Lovelace" not in answer.body
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert house.ask("/_stcore/health").status == 200
    assert house.ask("/_stcore/metrics").status == 404


def test_a_refusal_that_cannot_be_noted_is_refused_all_the_same(
    house: House, caplog: pytest.LogCaptureFixture
):
    house.doorkeeper.go_away()
    assert house.ask("/_stcore/metrics").status == 404
    assert "a part of the server that is closed" in caplog.text


def test_a_fault_behind_the_gate_shows_and_logs_no_words(
    house: House, caplog: pytest.LogCaptureFixture
):
    house.behind.fault = ValueError("Ada Lovelace")
    answer = house.ask("/clinic/sign-in")
    assert answer.status == 500
    assert b"Lovelace" not in answer.body
    assert "Lovelace" not in caplog.text
    assert "ValueError" in caplog.text


def test_the_plain_pages_escape_what_they_are_given():
    page = plain_page("<b>", "<script>alert(1)</script>")
    assert "<script" not in page
    assert "&lt;b&gt;" in page
