"""The cookie of a session: its name, and how it is set and taken away.

It holds the token and nothing else, ends with the browser, and no script can read it. Over TLS its
name begins with ``__Host-``: then no other host, nor a page without TLS, can have set it.
"""

from starlette.responses import Response

from access.settings import Settings


def cookie_name(settings: Settings, of: str = "clinic") -> str:
    """What a cookie of the dashboard is called; ``of`` is its plain name."""
    return f"__Host-{of}" if settings.is_https else of


def set_session(response: Response, settings: Settings, token: str) -> None:
    """Let the browser keep the token until it is closed; the limits count on the server."""
    response.set_cookie(
        cookie_name(settings),
        token,
        path="/",
        secure=settings.is_https,
        httponly=True,
        samesite="lax",
    )


def forget_session(response: Response, settings: Settings) -> None:
    """Take the token out of the browser."""
    response.delete_cookie(
        cookie_name(settings), path="/", secure=settings.is_https, httponly=True, samesite="lax"
    )
