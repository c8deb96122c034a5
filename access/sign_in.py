"""Signing in: the pages under ``/clinic/sign-in`` and what they lead to."""

from collections.abc import Collection

from starlette.routing import Route

from access.settings import Settings
from access.standing import Doorkeeper


def sign_in_routes(
    settings: Settings, doorkeeper: Doorkeeper, pages: Collection[str]
) -> list[Route]:
    """The routes of signing in; ``pages`` are the addresses that one may be sent on to."""
    return []
