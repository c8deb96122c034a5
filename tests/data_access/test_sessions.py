"""Sessions: who is signed in, at which second it is over, and what a change of the user does."""

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

import pytest
from sqlalchemy import Engine, select, text, update

from access.roles import ROLES, RoleName
from access.standing import Standing, Why
from data_access.engine import appending, reading
from data_access.schema import AuditEntry, Session, User
from data_access.sessions import (
    clear_up,
    end_session,
    holder,
    note_activity,
    open_session,
    session_of_token,
    standings,
    viewer_of_session,
)
from data_access.users import disable_user, set_role
from tests.data_access.user_clinic import (
    BEN,
    LIMITS,
    LOCAL,
    NOON,
    PROVIDER,
    SECOND,
    TERMINAL,
    add_ada_and_ben,
    key_of,
    trail,
)

FIVE_LATER = NOON + timedelta(minutes=5)


@pytest.fixture
def clinic(engine: Engine) -> Engine:
    add_ada_and_ben(engine)
    return engine


@pytest.fixture
def token(clinic: Engine) -> str:
    """Of Ben's session, opened at noon."""
    with appending(clinic) as connection:
        return open_session(connection, key_of(connection, BEN), "provider", "10.0.0.7", NOON)


def at(clinic: Engine, token: str, now: datetime) -> Standing:
    with reading(clinic) as connection:
        return session_of_token(connection, token, LIMITS, PROVIDER, now)


def id_of(clinic: Engine, token: str) -> str:
    return at(clinic, token, NOON).session_id


def test_a_session_is_its_users_with_role_and_sites(clinic: Engine, token: str):
    standing = at(clinic, token, FIVE_LATER)
    assert standing.is_open
    assert standing.why == ""
    assert standing.idle_seconds == 300
    viewer = standing.viewer
    assert viewer is not None
    assert (viewer.name, viewer.role, viewer.address) == (BEN, "nurse", "10.0.0.7")
    assert viewer.permissions == ROLES[RoleName.NURSE].permissions
    assert viewer.site_ids == frozenset({"S1"})
    assert viewer.session == standing.session_id


def test_a_user_of_every_site_sees_every_site(clinic: Engine):
    with appending(clinic) as connection:
        set_role(connection, TERMINAL, BEN, "manager", None, NOON)
        token = open_session(connection, key_of(connection, BEN), "provider", "", NOON)
    viewer = at(clinic, token, NOON).viewer
    assert viewer is not None
    assert viewer.site_ids is None


def test_the_database_holds_the_tokens_hash_alone(clinic: Engine, token: str):
    assert len(token) == 43  # 32 bytes as base64 without padding
    with reading(clinic) as connection:
        rows = connection.execute(text("SELECT * FROM sessions")).all()
        entries = connection.execute(text("SELECT * FROM audit_entries")).all()
    assert sha256(token.encode()).hexdigest() in rows[0]
    assert token not in f"{rows} {entries}"
    assert id_of(clinic, token) != token


@pytest.mark.parametrize(
    "forged", ["", "x", "0" * 43, "\udcff", "\x00", "' OR 1=1 --", "a" * 100_000, "é", "✓"]
)
def test_a_token_that_was_never_given_opens_nothing(forged: str, clinic: Engine, token: str):
    assert at(clinic, forged, NOON) == Standing(
        "", is_open=False, why="unknown", viewer=None, stamp="", idle_seconds=0
    )


def test_the_hash_or_the_id_of_a_session_is_no_token(clinic: Engine, token: str):
    assert not at(clinic, sha256(token.encode()).hexdigest(), NOON).is_open
    assert not at(clinic, id_of(clinic, token), NOON).is_open


def test_two_sessions_of_one_user_are_apart(clinic: Engine, token: str):
    with appending(clinic) as connection:
        other = open_session(connection, key_of(connection, BEN), "provider", "", NOON)
        end_session(connection, id_of_open(connection, other), Why.SIGNED_OUT, FIVE_LATER)
    assert at(clinic, token, FIVE_LATER).is_open
    assert at(clinic, other, FIVE_LATER).why == "signed-out"


def id_of_open(connection, token: str) -> str:
    return session_of_token(connection, token, LIMITS, PROVIDER, NOON).session_id


# --- limits -----------------------------------------------------------------------------------


def test_the_idle_limit_to_the_second(clinic: Engine, token: str):
    limit = NOON + LIMITS.idle
    assert at(clinic, token, limit - SECOND).is_open
    assert at(clinic, token, limit).why == "idle"
    assert at(clinic, token, limit).viewer is None


def test_the_absolute_limit_to_the_second(clinic: Engine, token: str):
    session_id = id_of(clinic, token)
    with appending(clinic) as connection:
        for tens in range(1, 72):  # every ten minutes for 11 hours 50 minutes
            note_activity(connection, session_id, LIMITS, NOON + timedelta(minutes=10 * tens))
    limit = NOON + timedelta(hours=12)
    assert at(clinic, token, limit - SECOND).is_open
    assert at(clinic, token, limit).why == "absolute"


def test_activity_begins_the_idle_time_anew(clinic: Engine, token: str):
    with appending(clinic) as connection:
        note_activity(connection, id_of_open(connection, token), LIMITS, FIVE_LATER)
    assert at(clinic, token, FIVE_LATER + LIMITS.idle - SECOND).is_open
    assert at(clinic, token, FIVE_LATER + LIMITS.idle).why == "idle"


@pytest.mark.parametrize(
    "when",
    [
        NOON + LIMITS.idle,  # it is over by then
        NOON - timedelta(hours=1),  # the clock was set back
    ],
)
def test_activity_revives_nothing_and_sets_nothing_back(when: datetime, clinic: Engine, token: str):
    with appending(clinic) as connection:
        note_activity(connection, id_of_open(connection, token), LIMITS, when)
        active = connection.scalar(select(Session.active_at))
    assert active == NOON


def test_a_clock_that_is_set_back_lengthens_nothing(clinic: Engine, token: str):
    with appending(clinic) as connection:
        note_activity(connection, id_of_open(connection, token), LIMITS, FIVE_LATER)
    assert at(clinic, token, FIVE_LATER - timedelta(seconds=30)).is_open  # clocks may differ
    assert at(clinic, token, FIVE_LATER - timedelta(seconds=31)).why == "unknown"
    assert at(clinic, token, NOON - timedelta(days=400)).why == "unknown"


def test_a_change_of_the_limits_holds_for_open_sessions(clinic: Engine, token: str):
    shorter = replace(LIMITS, idle=timedelta(minutes=5))
    with reading(clinic) as connection:
        now = session_of_token(connection, token, shorter, PROVIDER, FIVE_LATER)
    assert now.why == "idle"


# --- ends and changes -------------------------------------------------------------------------


def test_a_session_that_has_ended_stays_so_and_is_noted_once(clinic: Engine, token: str):
    session_id = id_of(clinic, token)
    with appending(clinic) as connection:
        assert end_session(connection, session_id, Why.SIGNED_OUT, FIVE_LATER)
        assert not end_session(connection, session_id, Why.IDLE, FIVE_LATER)
        note_activity(connection, session_id, LIMITS, FIVE_LATER)
    assert at(clinic, token, FIVE_LATER).why == "signed-out"
    with reading(clinic) as connection:
        assert trail(connection)[-2:] == [
            (BEN, "sign in", "way: provider", "done"),
            (BEN, "sign out", "by the person", "done"),
        ]
        last = connection.execute(
            select(AuditEntry).order_by(AuditEntry.entry_key.desc()).limit(1)
        ).one()
    assert (last.role, last.session, last.address, last.at) == (
        "nurse",
        session_id,
        "10.0.0.7",
        FIVE_LATER,
    )


def test_a_session_ends_for_known_reasons_alone(clinic: Engine, token: str):
    with appending(clinic) as connection, pytest.raises(ValueError, match="because"):
        end_session(connection, "any", "because", NOON)


def test_a_disabled_user_is_out_at_once(clinic: Engine, token: str):
    with appending(clinic) as connection:
        disable_user(connection, TERMINAL, BEN, FIVE_LATER)
    assert at(clinic, token, FIVE_LATER).why == "disabled"
    with reading(clinic) as connection:
        assert trail(connection)[-2:] == [
            ("terminal:ops", "users change", f"disabled {BEN}", "done"),
            (BEN, "session ended", "the user may no longer sign in", "done"),
        ]


def test_a_user_who_is_disabled_by_another_program_is_out_too(clinic: Engine, token: str):
    with appending(clinic) as connection:
        connection.execute(update(User).values(disabled_at=FIVE_LATER))
    assert at(clinic, token, FIVE_LATER).why == "disabled"


def test_a_change_of_role_or_sites_holds_at_once_and_changes_the_stamp(clinic: Engine, token: str):
    stamps = [at(clinic, token, NOON).stamp]
    for role, sites in (("manager", ["S1"]), ("manager", ["S1", "S2"]), ("manager", None)):
        with appending(clinic) as connection:
            set_role(connection, TERMINAL, BEN, role, sites, NOON)
        standing = at(clinic, token, NOON)
        assert standing.viewer is not None
        assert standing.viewer.role == role
        assert standing.viewer.site_ids == (None if sites is None else set(sites))
        stamps.append(standing.stamp)
    assert len(set(stamps)) == 4
    with appending(clinic) as connection:
        note_activity(connection, id_of_open(connection, token), LIMITS, FIVE_LATER)
    assert at(clinic, token, FIVE_LATER).stamp == stamps[-1]


def test_the_sessions_of_another_way_of_signing_in_do_not_hold(clinic: Engine, token: str):
    session_id = id_of(clinic, token)
    with reading(clinic) as connection:
        assert not session_of_token(connection, token, LIMITS, LOCAL, NOON).is_open
        assert viewer_of_session(connection, session_id, LIMITS, LOCAL, NOON) is None
        assert viewer_of_session(connection, session_id, LIMITS, PROVIDER, NOON) is not None


def test_many_sessions_are_asked_about_at_once(clinic: Engine, token: str):
    session_id = id_of(clinic, token)
    with reading(clinic) as connection:
        found = standings(connection, [session_id, "nobody's"], LIMITS, PROVIDER, NOON)
        none = standings(connection, [], LIMITS, PROVIDER, NOON)
    assert {name: each.is_open for name, each in found.items()} == {
        session_id: True,
        "nobody's": False,
    }
    assert none == {}


def test_the_trail_can_tell_whose_session_it_was(clinic: Engine, token: str):
    session_id = id_of(clinic, token)
    with appending(clinic) as connection:
        end_session(connection, session_id, Why.SIGNED_OUT, NOON)
        viewer = holder(connection, session_id)
        assert viewer is not None
        assert viewer.name == BEN
        assert holder(connection, "nobody's") is None


# --- clearing up ------------------------------------------------------------------------------


def test_what_nobody_closed_is_ended_and_what_is_long_over_is_removed(clinic: Engine):
    later = NOON + timedelta(days=91)
    with appending(clinic) as connection:
        ben = key_of(connection, BEN)
        ended = open_session(connection, ben, "provider", "", NOON)
        end_session(connection, id_of_open(connection, ended), Why.SIGNED_OUT, NOON)
        lapsed = open_session(connection, ben, "provider", "", later - timedelta(minutes=15))
        old = open_session(connection, ben, "provider", "", later - timedelta(hours=12))
        fresh = open_session(connection, ben, "provider", "", later - timedelta(minutes=14))
        clear_up(connection, LIMITS, later)
    assert at(clinic, ended, later).session_id == ""
    assert at(clinic, lapsed, later).why == "idle"
    assert at(clinic, old, later).why == "absolute"
    assert at(clinic, fresh, later).is_open
    with reading(clinic) as connection:
        assert sorted(what for _, action, what, _ in trail(connection) if "ended" in action) == [
            "nothing was done for the idle limit",
            "open for the absolute limit",
        ]


def test_a_session_that_ended_ninety_days_ago_is_kept(clinic: Engine, token: str):
    with appending(clinic) as connection:
        end_session(connection, id_of_open(connection, token), Why.SIGNED_OUT, NOON)
        clear_up(connection, LIMITS, NOON + timedelta(days=90))
    assert at(clinic, token, NOON).why == "signed-out"
