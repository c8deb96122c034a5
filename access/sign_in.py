"""Signing in: the routes under ``/clinic/sign-in``.

With an identity provider in the settings, one page with one button leads to it and back. Without, a
person picks a role. Who is let in, the doorkeeper decides.
"""

from collections.abc import Collection

from starlette.routing import Route

from access.desk import Desk
from access.settings import Settings
from access.sign_in_local import LocalDesk
from access.standing import Doorkeeper


def sign_in_routes(
    settings: Settings, doorkeeper: Doorkeeper, pages: Collection[str]
) -> list[Route]:
    """The routes of signing in; ``pages`` are the addresses that one may be sent on to.

    They stand behind the gate, which lets through only what is right of method, host and origin.
    """
    desk = Desk(settings, doorkeeper, pages)
    if settings.sign_in is None:
        return LocalDesk(desk).routes()
    # Loads the libraries of the protocol, which the local mode needs not.
    from access.sign_in_provider import ProviderDesk

    return ProviderDesk(desk, settings.sign_in).routes()
