"""Who is signed in now, as those see it who manage users, and how they end it."""

from datetime import timedelta

import pandas as pd
import pytest
from sqlalchemy import Engine, select

from access.viewer import NotPermittedError, Permission, Viewer
from data_access.engine import appending, reading
from data_access.schema import Session
from data_access.sessions import end_session, open_session
from data_access.user_sessions import end_sessions_of_user, sessions_of_users
from data_access.users import UserRefusedError
from tests.data_access.user_clinic import (
    ADA,
    BEN,
    LIMITS,
    NOON,
    SECOND,
    TERMINAL,
    add_ada_and_ben,
    key_of,
    trail,
)

LATER = NOON + timedelta(minutes=20)


@pytest.fixture
def signed_in(engine: Engine) -> Engine:
    """Ada had two sessions, of which one was ended; Ben has two, of which one is idle by LATER."""
    add_ada_and_ben(engine)
    with appending(engine) as connection:
        ada, ben = key_of(connection, ADA), key_of(connection, BEN)
        for key, at in ((ada, NOON), (ben, NOON), (ben, LATER - timedelta(minutes=5))):
            open_session(connection, key, "provider", "192.0.2.1", at)
        name = connection.scalars(select(Session.session_id).where(Session.user_key == ada)).one()
        end_session(connection, name, "signed-out", NOON + SECOND)
    return engine


def by_key(found: pd.DataFrame) -> dict[int, int]:
    return dict(zip(found["user_key"], found["open_sessions"], strict=True))


def test_open_are_those_that_have_reached_no_limit(signed_in):
    with reading(signed_in) as connection:
        ada, ben = key_of(connection, ADA), key_of(connection, BEN)
        found = sessions_of_users(connection, TERMINAL, LIMITS, LATER)
        assert by_key(found) == {ada: 0, ben: 1}
        active = dict(zip(found["user_key"], found["active_at"], strict=True))
        assert active == {ada: NOON, ben: LATER - timedelta(minutes=5)}
        # The idle limit is reached to the second.
        early = sessions_of_users(connection, TERMINAL, LIMITS, NOON + LIMITS.idle - SECOND)
        assert by_key(early)[ben] == 2
        late = sessions_of_users(connection, TERMINAL, LIMITS, NOON + LIMITS.idle)
        assert by_key(late)[ben] == 1


def test_somebody_of_one_site_sees_its_people_only(signed_in):
    of_north = Viewer("x", TERMINAL.permissions, frozenset({"S1"}))
    with reading(signed_in) as connection:
        found = sessions_of_users(connection, of_north, LIMITS, LATER)
        assert set(found["user_key"]) == {key_of(connection, BEN)}


def test_ending_ends_all_and_is_noted_with_who_did_it(signed_in):
    with appending(signed_in) as connection:
        end_sessions_of_user(connection, TERMINAL, BEN, LATER)
    with reading(signed_in) as connection:
        found = sessions_of_users(connection, TERMINAL, LIMITS, LATER)
        assert by_key(found)[key_of(connection, BEN)] == 0
        assert trail(connection)[-3:] == [
            (TERMINAL.name, "users change", f"ended the sessions of {BEN}", "done"),
            (BEN, "session ended", "by somebody who manages users", "done"),
            (BEN, "session ended", "by somebody who manages users", "done"),
        ]


@pytest.mark.parametrize("name", ["nobody@clinic.example", "", BEN.upper()])
def test_of_a_name_that_is_nobodys_nothing_is_ended(signed_in, name):
    with (
        pytest.raises(UserRefusedError, match="no user of this sign-in name"),
        appending(signed_in) as connection,
    ):
        end_sessions_of_user(connection, TERMINAL, name, LATER)


def test_both_need_the_permission(signed_in):
    nobody = Viewer("x", frozenset(Permission) - {Permission.MANAGE_USERS})
    with appending(signed_in) as connection:
        with pytest.raises(NotPermittedError):
            sessions_of_users(connection, nobody, LIMITS, LATER)
        with pytest.raises(NotPermittedError):
            end_sessions_of_user(connection, nobody, BEN, LATER)
