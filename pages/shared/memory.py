"""What was worked out for a reader is kept for the next look at the same.

A change of one choice redraws a whole page, of which most is as before. What is kept is shared by
all readers, so nothing in it names anybody, and the viewer is part of its key: nobody meets what
was worked out for somebody who may see more.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

from data_access.embedded import reading_url
from pages.shared.context import PageContext

_Made = TypeVar("_Made")


def remembered(
    context: PageContext, part: str, make: Callable[[], _Made], *choices: object
) -> _Made:
    """What ``make`` makes, or made before for the same viewer, filters, data, day and choices.

    ``part`` names what is made; ``choices`` is all else that it depends on (plain values and frozen
    dataclasses). A new import changes the context's status, and with it the key. What is made must
    hold totals only, and must not be changed afterwards: others are given the same object.
    """
    key = (context.viewer, context.filters, context.status, context.today, choices)
    made: _Made = _kept(part, reading_url(), key, make)
    return made


def forget() -> None:
    """Forget everything that was remembered."""
    _kept.clear()


@st.cache_resource(max_entries=128, ttl="30m", show_spinner=False)
def _kept(part: str, url: str, key: object, _make: Callable[[], Any]) -> Any:
    # The underscore keeps the function itself out of the key.
    return _make()
