"""Whatever goes wrong reaches the reader as one plain sentence, and the log without any data."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from access.viewer import NotPermittedError
from data_access.errors import ClinicDatabaseError
from pages.shared.frame import plain
from pages.shared.incidents import incident


@contextmanager
def plain_problems(part: str = "page") -> Iterator[None]:
    """Whatever goes wrong within is told as one plain sentence.

    ``part`` names what is drawn within. Parts of a page that are drawn again by themselves (a
    fragment) need this of their own: the shell's is long left by then.
    """
    try:
        yield
    except ClinicDatabaseError as problem:
        st.error(plain(problem))
        st.button("Try again", key=f"try-again-{part}")
    except NotPermittedError as refusal:
        st.warning(plain(refusal))
    except Exception as fault:
        st.error(
            f"This {part} could not be drawn because of a fault in the program. Nothing was "
            f"changed. Please report incident {incident(fault)}."
        )
