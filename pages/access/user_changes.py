"""Changes of users: what each will do, in words, and the doing of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection

from access.roles import ROLES, RoleName
from access.viewer import Viewer
from data_access.user_sessions import end_sessions_of_user
from data_access.users import add_user, disable_user, enable_user, set_role
from pages.shared.frame import plain
from pages.shared.who_may import role_title
from pages.shared.words import listed

EVERY_SITE = "every site"


class Kind(StrEnum):
    """What is done to a user, by the words of the button that asks for it."""

    ADD = "Add this person"
    ROLE = "Change role and sites"
    DISABLE = "Disable"
    ENABLE = "Enable"
    END = "End sessions"


@dataclass(frozen=True, slots=True)
class Place:
    """A role at sites. ``site_ids``: ``None`` for every site."""

    role: str
    site_ids: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Change:
    """A change that was asked for. ``after`` is of a new user or of one whose role changes."""

    kind: Kind
    sign_in_name: str
    full_name: str = ""
    before: Place | None = None
    after: Place | None = None


def person_words(full_name: str, sign_in_name: str) -> str:
    """A person as text: name and sign-in name, or only the latter."""
    return f"{full_name} ({sign_in_name})" if full_name else sign_in_name


def sites_words(site_ids: tuple[str, ...] | None, names: Mapping[str, str]) -> str:
    """Sites as text. ``names``: by their identifiers, which stand for those without."""
    if site_ids is None:
        return EVERY_SITE
    return listed([names.get(site_id, site_id) for site_id in site_ids]) or "no site"


def will_happen(change: Change, names: Mapping[str, str]) -> str:
    """What a change will do: sentences, as markdown."""
    who = f"**{plain(person_words(change.full_name, change.sign_in_name))}**"
    if change.kind is Kind.ADD and change.after:
        return (
            f"{who} will be let in as {_place_words(change.after, names)}. {_prose(change.after)}"
        )
    if change.kind is Kind.ROLE and change.after and change.before:
        return (
            f"{who} will be {_place_words(change.after, names)} instead of "
            f"{_place_words(change.before, names)}, on open pages within seconds. "
            f"{_prose(change.after)}"
        )
    if change.kind is Kind.ENABLE and change.before:
        return (
            f"{who} will be let in again as {_place_words(change.before, names)}. The account with "
            "which they sign in next is taken for theirs."
        )
    if change.kind is Kind.DISABLE:
        return (
            f"{who} will be signed out within seconds wherever they are signed in, and not let in "
            "again until somebody enables them. What they did stays in the trail."
        )
    return (
        f"{who} will be signed out within seconds wherever they are signed in, and may sign in "
        "again at once."
    )


def has_happened(change: Change) -> str:
    """What was done, as markdown."""
    who = f"**{plain(person_words(change.full_name, change.sign_in_name))}**"
    return {
        Kind.ADD: f"{who} may sign in from now on.",
        Kind.ROLE: f"The role and the sites of {who} are changed.",
        Kind.DISABLE: f"{who} is disabled.",
        Kind.ENABLE: f"{who} may sign in again.",
        Kind.END: f"The sessions of {who} are ended.",
    }[change.kind]


def _place_words(place: Place, names: Mapping[str, str]) -> str:
    sites = plain(sites_words(place.site_ids, names))
    return f"**{role_title(place.role).lower()}** at **{sites}**"


def _prose(place: Place) -> str:
    return ROLES[RoleName(place.role)].prose


def carry_out(connection: Connection, viewer: Viewer, change: Change, now: datetime) -> None:
    """Make a change, in a write transaction.

    Raises :class:`~data_access.users.UserRefusedError` with a sentence where it cannot be made.
    """
    name, after = change.sign_in_name, change.after
    if change.kind is Kind.ADD and after:
        add_user(connection, viewer, name, after.role, after.site_ids, change.full_name, now)
    elif change.kind is Kind.ROLE and after:
        set_role(connection, viewer, name, after.role, after.site_ids, now)
    elif change.kind is Kind.DISABLE:
        disable_user(connection, viewer, name, now)
    elif change.kind is Kind.ENABLE:
        enable_user(connection, viewer, name, now)
    elif change.kind is Kind.END:
        end_sessions_of_user(connection, viewer, name, now)
