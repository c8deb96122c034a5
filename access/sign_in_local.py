"""Signing in without an identity provider: whoever sits at this computer picks a role."""

from html import escape
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from access.addresses import SIGN_IN
from access.claims import Person
from access.desk import Desk, shown, why_here
from access.roles import ROLES, Role, RoleName
from access.standing import Way


class LocalDesk:
    """Without an identity provider: whoever sits at this computer picks a role."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        """The page, and where its form leads."""
        return [
            Route(SIGN_IN, self.page),
            Route(f"{SIGN_IN}/local", self.pick, methods=["POST"]),
        ]

    async def page(self, request: Request) -> Response:
        """Five roles, each with what it is for; one click lets in."""
        following = self._desk.next_of(request.query_params.get("next", ""))
        roles = "".join(f"<li>{_role_button(role)}</li>" for role in ROLES.values())
        return shown(
            "Choose a role",
            *why_here(request),
            "No sign-in is set up, so the dashboard serves only the computer that it runs on, and "
            "you choose the role to look through. Before others can reach it, sign-in must be set "
            "up: docs/security.md says how.",
            main=f'<form method="post" action="{SIGN_IN}/local">'
            f'<input type="hidden" name="next" value="{escape(following)}">'
            f"<ul>{roles}</ul></form>",
        )

    async def pick(self, request: Request) -> Response:
        """Let in by the role of the form."""
        fields = _fields(await request.body())
        try:
            role = ROLES[RoleName(fields.get("role", ""))]
        except ValueError:
            return await self._desk.refuse(
                request, "a role that there is not", "There is no such role.", 400
            )
        person = Person(f"local:{role.name}", subject="", full_name=f"{role.title} (local)")
        following = self._desk.next_of(fields.get("next", ""))
        return await self._desk.let_in(request, person, Way.LOCAL, following)


def _role_button(role: Role) -> str:
    return (
        f'<button class="clinic-button" name="role" value="{escape(role.name)}">'
        f"{escape(role.title)}</button><small>{escape(role.prose)}</small>"
    )


def _fields(body: bytes) -> dict[str, str]:
    """The fields of a form; those that come twice, or of a body that is none, are left out."""
    try:
        fields = parse_qs(body.decode("ascii"), max_num_fields=10)
    except ValueError:
        return {}
    return {name: values[0] for name, values in fields.items() if len(values) == 1}
