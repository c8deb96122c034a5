"""What the gate answers by itself: one plain page for each thing that is wrong."""

from starlette.responses import HTMLResponse, Response

from access.addresses import SIGN_IN
from access.refusals import Reason
from access.web import link, plain_page

_TO_TODAY = link("/", "Open the dashboard")
_NOT_FOUND = plain_page(
    "Nothing here", "The dashboard has no page at this address.", main=_TO_TODAY
)
_SENTENCES = {
    Reason.HOST: (
        400,
        "Another address is meant",
        "The dashboard is not served under this name. Whoever runs it can allow the name in its "
        "settings (allowed_hosts).",
    ),
    Reason.NOT_LOCAL: (
        403,
        "Only from this computer",
        "No sign-in is set up, so the dashboard answers only the computer that it runs on, and "
        "nothing that a proxy passes on. docs/security.md says how to set up sign-in.",
    ),
    Reason.METHOD: (405, "Not in this way", "This address does not take such a request."),
    Reason.TOO_LONG: (413, "Too long", "The dashboard takes no request of this length."),
    Reason.ORIGIN: (
        403,
        "Not from here",
        "This request came from the page of another site, so it was refused.",
    ),
}


def _page(status: int, title: str, sentence: str, main: str = "") -> Response:
    return HTMLResponse(plain_page(title, sentence, main=main), status)


def not_found() -> Response:
    """There is no such address, or none that anybody may reach."""
    return HTMLResponse(_NOT_FOUND, 404)


def refused(reason: Reason) -> Response:
    """Refused for a reason; what is hidden is answered as if it were not there."""
    if reason in _SENTENCES:
        return _page(*_SENTENCES[reason])
    return not_found()


def not_signed_in() -> Response:
    """No session is open."""
    sentence = "This can be had only by somebody who is signed in."
    return _page(401, "Not signed in", sentence, link(SIGN_IN, "Sign in"))


def not_understood() -> Response:
    """An open page told something that the gate does not know."""
    return _page(400, "Not understood", "The dashboard does not know what this means.")


def away() -> Response:
    """The database cannot be asked who somebody is, so nobody is let in."""
    response = _page(
        503,
        "Not available at the moment",
        "The clinic's database does not answer, so nobody can be let in. Please try again in a "
        "minute. If it stays so, tell whoever runs the dashboard: its log says why.",
        link("/", "Try again"),
    )
    response.headers["retry-after"] = "30"
    return response


def failed() -> Response:
    """A fault of the program. Its log says where; nothing of it is shown."""
    return _page(
        500,
        "Something went wrong",
        "This is a fault in the program. Please tell whoever runs the dashboard.",
        _TO_TODAY,
    )
