"""What the gate writes on every answer, and takes off what comes in and goes out.

The content policies are the strictest with which every page works in Chromium
(``tests/browser/test_gate.py`` counts the violations): no script but the server's own files and the
inline one of Streamlit's index.html, known by its hash; no ``eval``, no other host.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Iterable
from hashlib import sha256

Headers = Iterable[tuple[bytes, bytes]]
"""Headers as ASGI hands them over: names in lower case."""

_INLINE = re.compile(r"<script(?![^>]*\ssrc\s*=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)

_ALWAYS = (
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),  # with "no-referrer" a form's own origin becomes "null"
    ("x-frame-options", "DENY"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("x-permitted-cross-domain-policies", "none"),
    (
        "permissions-policy",
        "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), display-capture=(), "
        "geolocation=(), gyroscope=(), hid=(), magnetometer=(), microphone=(), midi=(), "
        "payment=(), serial=(), usb=(), xr-spatial-tracking=()",
    ),
)
_TWO_YEARS = ("strict-transport-security", "max-age=63072000; includeSubDomains")
_NO_STORE = ("cache-control", "no-store")

PLAIN_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""For the pages before the dashboard, for files and for errors: no script at all."""


def dashboard_policy(index: str) -> str:
    """The content policy of the dashboard's page: index.html as it is served.

    Styles are not bound: Streamlit and plotly write them into the page as it is drawn.
    """
    hashes = " ".join(f"'sha256-{_digest(script)}'" for script in _INLINE.findall(index))
    return (
        f"default-src 'none'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )


def _digest(script: str) -> str:
    return b64encode(sha256(script.encode()).digest()).decode()


_FROM_OUTSIDE = re.compile(
    rb"x-clinic-.*|(x-)?remote-?user.*|x-(forwarded|auth|authenticated|webauth)-?"
    rb"(user|email|groups|preferred-username|access-token|request-.*).*|x-user(-.*)?|"
    rb"x-ms-client-principal.*|x-goog-(authenticated-user|iap).*|x-amzn-oidc-.*|cf-access-.*|"
    rb"tailscale-user-.*|x-authentik-.*|x-email|x-groups|authorization|proxy-authorization"
)
"""Headers by which a server in front might tell who somebody is. Here the cookie alone tells."""

IDENTITY = b"x-clinic-session"
"""The header by which the gate tells Streamlit whose session a request belongs to."""


def from_outside(headers: Headers) -> list[tuple[bytes, bytes]]:
    """A request's headers without any that say who somebody is.

    An underscore counts as a hyphen, as some servers take the one for the other.
    """
    return [
        (name, value)
        for name, value in headers
        if not _FROM_OUTSIDE.fullmatch(name.lower().replace(b"_", b"-"))
    ]


def for_streamlit(headers: Headers, session_id: str = "") -> list[tuple[bytes, bytes]]:
    """A request's headers as Streamlit gets them: without cookies, with the session's name.

    Streamlit needs none of the cookies, and so none can be shown, logged or believed by it.
    """
    kept = [(name, value) for name, value in headers if name != b"cookie"]
    return [*kept, (IDENTITY, session_id.encode())] if session_id else kept


_NOT_OURS = re.compile(rb"set-cookie|access-control-.*|server")


def from_streamlit(headers: Headers) -> list[tuple[bytes, bytes]]:
    """An answer's headers without Streamlit's cookies and leave for other origins."""
    return [(name, value) for name, value in headers if not _NOT_OURS.fullmatch(name.lower())]


def guarded(
    policy: str = PLAIN_POLICY, *, is_secure: bool, may_store: bool = False
) -> Callable[[Headers], list[tuple[bytes, bytes]]]:
    """A function that adds the security headers to an answer's own, each of them once.

    ``is_secure``: whether the dashboard is reached by https only. ``may_store``: whether a browser
    may keep the answer, as it may what is the same for everybody.
    """
    added = [("content-security-policy", policy), *_ALWAYS]
    added += [_TWO_YEARS] if is_secure else []
    added += [] if may_store else [_NO_STORE]
    encoded = [(name.encode(), value.encode()) for name, value in added]
    names = {name for name, _ in encoded}
    return lambda headers: [
        *((name, value) for name, value in headers if name.lower() not in names),
        *encoded,
    ]
