"""Who is let in: what the identity provider vouches for, held against the users."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from access.roles import RoleName
from access.standing import Way
from access.viewer import Viewer
from data_access.schema import User
from data_access.sessions import open_session, take_turn
from data_access.users import (
    LOCAL_PREFIX,
    UnusableWordError,
    add_local_user,
    checked_full_name,
    checked_sign_in_name,
)

_ASK = "Ask an administrator of the clinic's dashboard."
_NOT_LET_IN = f"Nobody of this account is let in. {_ASK}"
_OTHER_ACCOUNT = (
    "This account has the name of somebody who is let in, but it is not the one by which they "
    f"signed in before. {_ASK}"
)
_OTHER_WAY = "This way of signing in is not open here."


class AdmissionRefusedError(Exception):
    """Somebody is not let in. The message is for them; ``what`` and ``who`` are for the trail."""

    def __init__(self, sentence: str, what: str, user: Any = None) -> None:
        super().__init__(sentence)
        self.what = what
        self._user = user

    def who(self, address: str) -> Viewer:
        """For the trail: the user, where it is one, and from where they came."""
        if self._user is None:
            return Viewer("", frozenset(), address=address)
        name, role = self._user.sign_in_name, self._user.role
        return Viewer(name, frozenset(), role=role, address=address)


@dataclass(frozen=True, slots=True)
class Claim:
    """Who somebody says they are, as the provider vouches for; by the local way, a role.

    ``subject``: the provider's lasting identifier of the account, issuer and subject.
    """

    sign_in_name: str
    subject: str
    way: str
    address: str
    full_name: str = ""


def admit(connection: Connection, claim: Claim, is_local: bool, now: datetime) -> str:
    """Open a session for the user of a claim, in a write transaction; returns its token.

    ``is_local``: whether the local mode holds, in which nobody comes by a provider. Raises
    :class:`AdmissionRefusedError`.
    """
    take_turn(connection)
    if claim.way != (Way.LOCAL if is_local else Way.PROVIDER):
        raise AdmissionRefusedError(_OTHER_WAY, "this way of signing in is not open")
    user_key = _local_user(connection, claim, now) if is_local else _user(connection, claim)
    return open_session(connection, user_key, claim.way, claim.address, now)


def _local_user(connection: Connection, claim: Claim, now: datetime) -> int:
    prefix, _, word = claim.sign_in_name.partition(":")
    if f"{prefix}:" != LOCAL_PREFIX or word not in list(RoleName):
        raise AdmissionRefusedError("There is no such role.", "no such role")
    return add_local_user(connection, RoleName(word), now)


def _user(connection: Connection, claim: Claim) -> int:
    """The key of an enabled user whose account it is; a first sign-in binds the account."""
    user = _user_of_name(connection, claim.sign_in_name)
    if user is None:
        raise AdmissionRefusedError(_NOT_LET_IN, "not a user")
    if user.disabled_at is not None:
        raise AdmissionRefusedError(_NOT_LET_IN, "the user is disabled", user)
    if not claim.subject or user.subject not in {None, claim.subject}:
        raise AdmissionRefusedError(_OTHER_ACCOUNT, "another account of the same name", user)
    if user.subject is None:
        _bind(connection, user, claim.subject)
    if not user.full_name and claim.full_name:
        _set(connection, user, full_name=checked_full_name(claim.full_name))
    return int(user.user_key)


def _user_of_name(connection: Connection, sign_in_name: str) -> Any:
    try:
        name = checked_sign_in_name(sign_in_name)
    except UnusableWordError:  # also a provider that calls somebody 'local:clinician'
        return None
    return connection.execute(select(User).where(User.sign_in_name == name)).one_or_none()


def _bind(connection: Connection, user: Any, subject: str) -> None:
    of_others = select(func.count()).select_from(User).where(User.subject == subject)
    if connection.scalar(of_others):
        raise AdmissionRefusedError(_OTHER_ACCOUNT, "the account is another user's", user)
    _set(connection, user, subject=subject)


def _set(connection: Connection, user: Any, **values: object) -> None:
    connection.execute(update(User).where(User.user_key == user.user_key).values(**values))
