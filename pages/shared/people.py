"""Patients on a page: their names as text, and what stands for one in an address."""

import re

_UNSHOWN = re.compile(
    "[\\u0000-\\u001f\\u007f-\\u009f\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069\\u061c]"
)

ADDRESS = "patient"
"""The part of an address that holds a patient's handle."""


def person_name(given: object, family: object, nobody: str = "No name recorded") -> str:
    """A patient's name as text, the family name first; invisible control characters are left out.

    Left in, marks that turn the direction of writing would turn what stands beside the name, too.
    Anything but text is taken for missing; ``nobody``: what is said where there is no name.
    """
    parts = [_shown(part) for part in (family, given) if isinstance(part, str)]
    return ", ".join(filter(None, parts)) or nobody


def _shown(part: str) -> str:
    """In one line: a line break or a tab is a space, as the words on its sides are two."""
    return _UNSHOWN.sub("", " ".join(part.split())).strip()
