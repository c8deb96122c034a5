"""Somebody signed in at the shell, for the tests that run it.

These tests have no server, so nothing comes through a gate. They make one all the same, without
which the shell shows nothing, and say themselves what it would say: whose session it is.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

from sqlalchemy import func, insert, select
from starlette.types import Receive, Scope, Send
from streamlit.testing.v1 import AppTest

from access.gate import Gate
from access.settings import Settings
from access.standing import Limits, Way
from data_access.doorkeeper import ClinicDoorkeeper
from data_access.embedded import reading_url
from data_access.engine import appending, make_engine
from data_access.schema import User, UserSite
from data_access.sessions import open_session, session_of_token

SHELL = "../../pages/shell.py"
LIMITS = Limits(idle=timedelta(minutes=15), absolute=timedelta(hours=12))


def sign_in(
    url: str, role: str = "clinician", sites: Sequence[str] | None = None, name: str = ""
) -> str:
    """Make a user of a role and open a session now; returns what the gate calls the session.

    ``sites``: the identifiers of the sites that the person may see; ``None`` for every site.
    """
    now = datetime.now(UTC)
    engine = make_engine(url)
    with appending(engine) as connection:
        key = (connection.scalar(select(func.max(User.user_key))) or 0) + 1
        connection.execute(
            insert(User).values(
                user_key=key,
                sign_in_name=name or f"{role}{key}@clinic.example",
                full_name=f"Invented {role}",
                role=role,
                all_sites=sites is None,
                added_by="terminal",
                added_at=now,
            )
        )
        for site_id in sites or ():
            connection.execute(insert(UserSite).values(user_key=key, site_id=site_id))
        token = open_session(connection, key, Way.LOCAL, "127.0.0.1", now)
        standing = session_of_token(connection, token, LIMITS, [Way.LOCAL], now)
    engine.dispose()
    return standing.session_id


def shell(session_id: str, **address: str) -> AppTest:
    """The dashboard as the gate hands it to a session; not run yet."""
    _gate()
    app = AppTest.from_file(SHELL, default_timeout=30)
    app.user = {"session": session_id}
    for part, value in address.items():
        app.query_params[part] = value
    return app


@cache
def _gate() -> Gate:
    """A gate before nothing."""

    async def nothing(scope: Scope, receive: Receive, send: Send) -> None:
        raise AssertionError("nobody asks")

    doorkeeper = ClinicDoorkeeper(reading_url, LIMITS, is_local=True)
    return Gate(
        nothing, settings=Settings(), doorkeeper=doorkeeper, pages=("/",), index="<head></head>"
    )
