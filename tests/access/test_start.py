"""When the dashboard may be served, and when it refuses to start."""

import pytest
from pydantic import SecretStr

from access.settings import Settings, SignIn
from access.start import Serving, reasons_not_to_start, uvicorn_serving

PROVIDER = SignIn(
    issuer="https://login.example", client_id="dashboard", client_secret=SecretStr("secret")
)
HERE = Serving("127.0.0.1", has_certificate=False, is_own_file=True)
EVERYWHERE = Serving("", has_certificate=False, is_own_file=True)
IN_THE_CLINIC = Serving("10.0.0.5", has_certificate=False, is_own_file=False)
SERVER = Serving("127.0.0.1", has_certificate=False, is_own_file=False)


@pytest.mark.parametrize(
    ("settings", "serving"),
    [
        (Settings(), HERE),
        (Settings(), Serving("localhost", has_certificate=False, is_own_file=True)),
        (Settings(), Serving("::1", has_certificate=False, is_own_file=True)),
        (Settings(public_url="http://localhost:8501"), HERE),
        (Settings(sign_in=PROVIDER, public_url="https://clinic.example"), SERVER),
        (Settings(sign_in=PROVIDER, public_url="http://localhost:8501"), HERE),
        (
            Settings(sign_in=PROVIDER, public_url="https://clinic.example", tls_in_front=True),
            IN_THE_CLINIC,
        ),
        (
            Settings(sign_in=PROVIDER, public_url="https://clinic.example"),
            Serving("0.0.0.0", has_certificate=True, is_own_file=False),
        ),
    ],
)
def test_what_is_safe_starts(settings: Settings, serving: Serving):
    assert reasons_not_to_start(settings, serving) == []


@pytest.mark.parametrize(
    ("settings", "serving", "words"),
    [
        (Settings(), EVERYWHERE, ["to listen on all addresses: set up [sign_in]"]),
        (Settings(), SERVER, ["CLINIC_DATABASE_URL names a database server: set up [sign_in]"]),
        (Settings(), IN_THE_CLINIC, ["to listen on 10.0.0.5", "names a database server"]),
        (Settings(tls_in_front=True), HERE, ["reached from others"]),
        (Settings(public_url="https://clinic.example"), HERE, ["reached from others"]),
        # A certificate does not tell who somebody is.
        (
            Settings(),
            Serving("0.0.0.0", has_certificate=True, is_own_file=True),
            ["Without sign-in"],
        ),
        (
            Settings(sign_in=PROVIDER, public_url="http://clinic.example"),
            HERE,
            ["public_url begins with http://"],
        ),
        (
            Settings(sign_in=PROVIDER, public_url="http://localhost:8501", tls_in_front=True),
            IN_THE_CLINIC,
            ["public_url begins with http://"],
        ),
        (
            Settings(sign_in=PROVIDER, public_url="https://clinic.example"),
            IN_THE_CLINIC,
            ["to listen on 10.0.0.5 without TLS"],
        ),
        (
            Settings(sign_in=PROVIDER, public_url="http://clinic.example"),
            EVERYWHERE,
            ["public_url begins with http://", "to listen on all addresses without TLS"],
        ),
    ],
)
def test_what_is_unsafe_is_refused_with_a_sentence_a_reason(
    settings: Settings, serving: Serving, words: list[str]
):
    reasons = reasons_not_to_start(settings, serving)
    assert len(reasons) == len(words)
    for reason, expected in zip(reasons, words, strict=True):
        assert expected in reason
        assert reason.endswith(".")


@pytest.mark.parametrize(
    ("arguments", "environment", "expected"),
    [
        (["/srv/dashboard.py"], {}, None),
        (["/bin/uvicorn", "dashboard:app"], {}, ("127.0.0.1", False)),
        (["/bin/uvicorn", "dashboard:app", "--host", "0.0.0.0"], {}, ("0.0.0.0", False)),
        (["/lib/uvicorn/__main__.py", "--host=::", "dashboard:app"], {}, ("::", False)),
        (["uvicorn", "dashboard:app"], {"UVICORN_HOST": "10.0.0.5"}, ("10.0.0.5", False)),
        (
            ["uvicorn", "a:app", "--host", "::1", "--host", "10.0.0.5", "--ssl-certfile", "c.pem"],
            {},
            ("10.0.0.5", True),
        ),
        ([], {}, None),
    ],
)
def test_uvicorns_command_line_tells_where_it_listens(
    arguments: list[str], environment: dict[str, str], expected: tuple[str, bool] | None
):
    assert uvicorn_serving(arguments, environment) == expected
