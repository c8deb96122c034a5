"""Files that leave the dashboard: each is noted in the audit trail before it is made.

A file is made when its button is pressed, in a thread without a run of Streamlit, and only for
whoever is still signed in. Whom it tells of is said around what is drawn (:func:`about_patients`);
buttons of such files are drawn, and such files made, only for those who may take them out.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import pandas as pd

from access.viewer import NotPermittedError, Permission, Viewer
from data_access.audit import export
from data_access.errors import ClinicDatabaseError
from pages.shared.context import PageContext
from pages.shared.database import clinic_database
from pages.shared.incidents import incident
from pages.shared.signed_in import session_now, still_looking, viewer_of


class FileNotMadeError(Exception):
    """A fault in making a file. The message holds the number of the incident and no data."""


@dataclass(frozen=True, slots=True)
class _About:
    viewer: Viewer
    people: tuple[int, ...]


_about: ContextVar[_About | None] = ContextVar("about", default=None)


@contextmanager
def about_patients(
    context: PageContext, patient_keys: "Iterable[int] | pd.Series[Any]"
) -> Iterator[None]:
    """Every file whose button is drawn within tells of these patients; missing keys are nobody's.

    Where nobody is left, the files are as any.
    """
    people = tuple(sorted({int(key) for key in patient_keys if not pd.isna(key)}))
    before = _about.set(_About(context.viewer, people) if people else None)
    try:
        yield
    finally:
        _about.reset(before)


def may_take_out() -> bool:
    """Whether the viewer may have a file of what is being drawn."""
    about = _about.get()
    return about is None or about.viewer.may(Permission.EXPORT_PATIENTS)


def noted(what: str, make: Callable[[], bytes]) -> Callable[[], bytes]:
    """What makes a file, once it is noted that it is made; for a button's ``data``.

    ``what``: the kind of file, in fixed words, since the trail names no patient by it. Streamlit
    logs what is raised: that holds no data.
    """
    about, session = _about.get(), session_now()

    def make_noted() -> bytes:
        try:
            with clinic_database() as connection:
                if about is None:
                    viewer = viewer_of(connection, session)
                else:
                    viewer = still_looking(connection, about.viewer)
                export(connection, viewer, what, about.people if about else ())
            return make()
        except (ClinicDatabaseError, NotPermittedError):
            raise
        except Exception as fault:
            number = incident(fault)
        raise FileNotMadeError(f"The file could not be made: incident {number}.")

    return make_noted
