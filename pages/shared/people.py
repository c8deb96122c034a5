"""Patients' names as text for a page."""

import re

_UNSHOWN = re.compile(
    "[\\u0000-\\u001f\\u007f-\\u009f\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069\\u061c]"
)


def person_name(given: object, family: object) -> str:
    """A patient's name as text, the family name first; invisible control characters are left out.

    Left in, marks that turn the direction of writing would turn what stands beside the name, too.
    Anything but text is taken for missing.
    """
    parts = [_shown(part) for part in (family, given) if isinstance(part, str)]
    return ", ".join(filter(None, parts)) or "No name recorded"


def _shown(part: str) -> str:
    """In one line: a line break or a tab is a space, as the words on its sides are two."""
    return _UNSHOWN.sub("", " ".join(part.split())).strip()
