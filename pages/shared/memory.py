"""What was worked out for a reader is kept for the next look at the same.

A change of one choice redraws a whole page, of which most is as before. What is *remembered* is
shared by all readers, so nothing in it names anybody. What is *kept* may be about patients: it lies
in the reader's own session, one thing of a kind, and ends with it. The viewer is part of every key:
nobody meets what was worked out for somebody who may see more.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

from data_access.embedded import reading_url
from pages.shared.context import PageContext

_Made = TypeVar("_Made")

_KEPT = "kept: "
"""With this the names in the session begin under which something is kept."""


def remembered(
    context: PageContext, part: str, make: Callable[[], _Made], *choices: object
) -> _Made:
    """What ``make`` makes, or made before for the same viewer, filters, data, day and choices.

    ``part`` names what is made; ``choices`` is all else that it depends on (plain values and frozen
    dataclasses). A new import, threshold or rebase changes the context's status, and with it the
    key. What is made must hold totals only, and must not be changed afterwards: others are given
    the same object.
    """
    made: _Made = _shared(part, reading_url(), _key(context, choices), make)
    return made


def kept(context: PageContext, part: str, make: Callable[[], _Made], *choices: object) -> _Made:
    """As :func:`remembered`, for this reader's session alone, so it may be about patients.

    Of each ``part`` only what was made last is kept. Who may see what it is about must be checked
    on each run, before.
    """
    key = (reading_url(), _key(context, choices))
    slot = f"{_KEPT}{part}"
    held = st.session_state.get(slot)
    if held is None or held[0] != key:
        held = (key, make())
        st.session_state[slot] = held
    made: _Made = held[1]
    return made


def _key(context: PageContext, choices: tuple[object, ...]) -> tuple[object, ...]:
    return (context.viewer, context.filters, context.status, context.today, choices)


def forget() -> None:
    """Forget everything that was remembered, and what is kept for this reader."""
    _shared.clear()
    for slot in [name for name in st.session_state if str(name).startswith(_KEPT)]:
        del st.session_state[slot]


@st.cache_resource(max_entries=512, ttl="30m", show_spinner=False)
def _shared(part: str, url: str, key: object, _make: Callable[[], Any]) -> Any:
    # The underscore keeps the function itself out of the key.
    return _make()
