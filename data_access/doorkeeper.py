"""The doorkeeper of the program: answers the gate from the clinic database.

Each question is a short transaction of its own. What is found to be over is ended and noted then.
"""

import logging
import re
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Lock

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import SQLAlchemyError

from access.actions import Action, Outcome
from access.standing import DoorkeeperAwayError, Limits, NotAdmittedError, Standing, Way
from access.viewer import Permission, Viewer
from data_access.admission import AdmissionRefusedError, Claim, admit
from data_access.audit import Entry, append
from data_access.engine import appending, make_engine, reading
from data_access.errors import ClinicDatabaseError
from data_access.schema import PatientFact
from data_access.selection import of_permitted_sites
from data_access.sessions import (
    Found,
    clear_up,
    end_session,
    find_by_id,
    find_by_token,
    holder,
    note_activity,
    viewer_of_session,
)

ACTIVITY_SECONDS = 30
"""The last activity is written down at most so often: to ask costs little, to write costs more."""

_LOG = logging.getLogger(__name__)
_PAGE = re.compile(r"/?[a-z][a-z-]{0,40}|/?")
_HANDLE = re.compile(r"[a-z2-7]{16}")
_LONGEST_ADDRESS = 64


def ways_of_signing_in(is_local: bool) -> frozenset[str]:
    """Whose sessions hold: the provider's, or the local mode's; never both."""
    return frozenset({Way.LOCAL if is_local else Way.PROVIDER})


class ClinicDoorkeeper:
    """A :class:`~access.standing.Doorkeeper`. Safe to share between threads.

    ``url`` gives the database to ask, each time anew: a first import makes another one the
    dashboard's. ``clock``: for tests.
    """

    def __init__(
        self,
        url: Callable[[], str],
        limits: Limits,
        is_local: bool,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._url = url
        self._limits = limits
        self._is_local = is_local
        self._ways = ways_of_signing_in(is_local)
        self._clock = clock
        self._engine: Engine | None = None
        self._engine_url = ""
        self._lock = Lock()

    def standing(self, token: str) -> Standing:
        """The session that a cookie's token opens. One that is found to be over is ended."""
        now = self._clock()
        with self._reading() as connection:
            found = find_by_token(connection, token, self._limits, self._ways, now)
        self._end_what_is_over([found], now)
        return found.standing

    def standings(self, session_ids: Collection[str]) -> dict[str, Standing]:
        """Each session by its id; what is found to be over is ended."""
        if not session_ids:
            return {}
        now = self._clock()
        with self._reading() as connection:
            found = find_by_id(connection, session_ids, self._limits, self._ways, now)
        self._end_what_is_over(found.values(), now)
        return {session_id: each.standing for session_id, each in found.items()}

    def active(self, session_id: str) -> None:
        """The person did something, so the idle time begins anew. Revives nothing that is over."""
        standing = self.standings([session_id])[session_id]
        if standing.is_open and standing.idle_seconds >= ACTIVITY_SECONDS:
            with self._appending() as connection:
                note_activity(connection, session_id, self._limits, self._clock())

    def end(self, session_id: str, why: str) -> None:
        """End a session for one of the reasons of ``Why``; nothing where it is over."""
        with self._appending() as connection:
            end_session(connection, session_id, why, self._clock())

    def admit(
        self, sign_in_name: str, subject: str, way: str, address: str, full_name: str = ""
    ) -> str:
        """Let somebody in; returns the token for their cookie. Noted either way.

        Raises :class:`~access.standing.NotAdmittedError` with a sentence for them.
        """
        claim = Claim(sign_in_name, subject, way, address[:_LONGEST_ADDRESS], full_name)
        now = self._clock()
        try:
            with self._appending() as connection:
                clear_up(connection, self._limits, now)
                return admit(connection, claim, self._is_local, now)
        except AdmissionRefusedError as refusal:
            entry = Entry(Action.SIGN_IN, refusal.what, Outcome.REFUSED)
            self._note(refusal.who(claim.address), entry, now)
            raise NotAdmittedError(str(refusal)) from refusal

    def refused(self, what: str, address: str, session_id: str = "") -> None:
        """Note that something was refused at the gate. ``what`` in words of the program's own."""
        nobody = Viewer("", frozenset(), address=address[:_LONGEST_ADDRESS])
        with self._appending() as connection:
            viewer = holder(connection, session_id) or nobody
            entry = Entry(Action.REFUSAL, what, Outcome.REFUSED)
            append(connection, viewer, entry, self._clock())

    def printed(self, session_id: str, page: str, handle: str) -> None:
        """Note that a page was printed; ``handle`` of the patient shown on it, or empty.

        Both come from a browser: a page that cannot be one is called unknown, and a handle counts
        only where the person may see its patient.
        """
        now = self._clock()
        name = page.strip("/") or "today" if _PAGE.fullmatch(page) else "unknown"
        with self._appending() as connection:
            viewer = viewer_of_session(connection, session_id, self._limits, self._ways, now)
            if viewer is None:
                return
            people = _patient(connection, viewer, handle)
            append(connection, viewer, Entry(Action.PRINT, f"page {name}", people=people), now)

    def close(self) -> None:
        """Close the connections; the next question opens new ones."""
        with self._lock:
            if self._engine is not None:
                self._engine.dispose()

    def _end_what_is_over(self, found: Collection[Found], now: datetime) -> None:
        """Write the ends down. Where that cannot be now, they are found again next time.

        Over they are anyhow; and one that cannot be written must not leave the gate without an
        answer about the others.
        """
        over = [each.standing for each in found if each.is_to_end]
        if not over:
            return
        try:
            with self._appending() as connection:
                for standing in over:
                    end_session(connection, standing.session_id, standing.why, now)
        except DoorkeeperAwayError as fault:
            _LOG.warning("The end of %d session(s) is not written down yet: %s", len(over), fault)

    def _note(self, viewer: Viewer, entry: Entry, now: datetime) -> None:
        with self._appending() as connection:
            append(connection, viewer, entry, now)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with _plain(), reading(self._database()) as connection:
            yield connection

    @contextmanager
    def _appending(self) -> Iterator[Connection]:
        with _plain(), appending(self._database()) as connection:
            yield connection

    def _database(self) -> Engine:
        url = self._url()
        with self._lock:
            if self._engine is None or url != self._engine_url:
                if self._engine is not None:
                    self._engine.dispose()
                self._engine, self._engine_url = make_engine(url), url
            return self._engine


def _patient(connection: Connection, viewer: Viewer, handle: str) -> tuple[int, ...]:
    """The key of the patient of a handle, if the viewer may see the patient; for the trail alone.

    Nothing is shown, so it is no view of the patient (as :mod:`data_access.handles` notes).
    """
    if not _HANDLE.fullmatch(handle) or not viewer.may(Permission.SEE_PATIENTS):
        return ()
    statement = select(PatientFact.patient_key).where(
        PatientFact.handle == handle, *of_permitted_sites(connection, viewer, PatientFact)
    )
    return tuple(connection.scalars(statement))


@contextmanager
def _plain() -> Iterator[None]:
    """Whatever is wrong with the database, in words that the gate knows."""
    try:
        yield
    except ClinicDatabaseError as fault:
        raise DoorkeeperAwayError(str(fault)) from fault
    except SQLAlchemyError as fault:
        raise DoorkeeperAwayError(
            "The clinic database refused a question about the session. "
            "Run 'python -m data_access check' at the server's terminal."
        ) from fault
