"""Whom the provider vouches for: what its claims about a person must be, to be believed."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from unicodedata import normalize

from access.settings import SignIn

_LOG = logging.getLogger("clinic.sign_in")

UNUSABLE = "an answer of the identity provider that cannot be used"


class SignInError(Exception):
    """Nobody can be signed in. The message is the sentence for the person who tries to.

    ``what`` says it to the audit trail, in words of the program's own; ``status`` to the browser.
    """

    def __init__(self, what: str, sentence: str, status: int = 403) -> None:
        super().__init__(sentence)
        self.what = what
        self.status = status


@dataclass(frozen=True, slots=True)
class Person:
    """Whom the provider vouches for.

    ``subject``: the issuer and its lasting identifier of the person.
    """

    sign_in_name: str
    subject: str
    full_name: str


def person_of(sign_in: SignIn, claims: Mapping[str, Any]) -> Person:
    """The person of the claims. Raises :class:`SignInError` where they do not name one."""
    name, subject, full_name = claims.get(sign_in.claim), claims.get("sub"), claims.get("name")
    if not (isinstance(subject, str) and 0 < len(subject) <= 255 and subject.isprintable()):
        raise unusable("an identity without a subject")
    if not (isinstance(name, str) and 3 <= len(name.strip()) <= 254 and name.isprintable()):
        raise SignInError(
            "sign-in without a usable name",
            "Your account does not tell the dashboard a name to know you by. Whoever manages the "
            "accounts can see to that.",
        )
    if sign_in.claim == "email" and str(claims.get("email_verified", True)).lower() != "true":
        raise SignInError(
            "sign-in with an unverified e-mail address",
            "Your account's e-mail address has not been verified. Verify it with the sign-in "
            "service, and sign in again.",
        )
    if any(_seems_ascii(character) for character in name):
        raise SignInError(
            "sign-in with a name that only looks like another",
            "Your account's name has a character that stands for a plain letter. Whoever manages "
            "the accounts can write it plainly.",
        )
    known_as = full_name.strip()[:200] if isinstance(full_name, str) else ""
    return Person(
        sign_in_name=name.strip().lower(),
        subject=f"{sign_in.issuer}#{subject}",
        full_name=known_as if known_as.isprintable() else "",
    )


def _seems_ascii(character: str) -> bool:
    """Whether a character becomes a plain one as names are compared, such as the kelvin sign.

    Who has it in the name would be taken for whoever has the letter.
    """
    return not character.isascii() and normalize("NFC", character.lower()).isascii()


def unusable(why: str) -> SignInError:
    """The provider answered something that cannot be used; whoever runs the dashboard must act."""
    _LOG.error("The identity provider gave %s.", why)
    return SignInError(
        UNUSABLE,
        "The sign-in service gave an answer that the dashboard cannot use. Please try again; if it "
        "happens again, tell whoever runs the dashboard.",
        502,
    )
