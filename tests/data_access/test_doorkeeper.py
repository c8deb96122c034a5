"""The doorkeeper: who is let in, what is found to be over, and what the trail has of it."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import Engine, insert, select

from access.standing import Doorkeeper, DoorkeeperAwayError, NotAdmittedError
from data_access.bulk import insert_rows
from data_access.doorkeeper import ClinicDoorkeeper
from data_access.engine import appending, make_engine, reading, writing
from data_access.schema import AuditEntry, AuditPerson, Patient, PatientFact, Session, User
from data_access.users import add_user, disable_user, set_role
from tests.data_access.user_clinic import (
    ADA,
    BEN,
    LIMITS,
    NOON,
    TERMINAL,
    add_ada_and_ben,
    trail,
)

BENS = "https://id.example 17"
CAT = "cat@clinic.example"


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def clinic(engine: Engine) -> Engine:
    add_ada_and_ben(engine)
    return engine


@pytest.fixture
def door(clinic: Engine, database_url: str, clock: Clock) -> Iterator[ClinicDoorkeeper]:
    made = ClinicDoorkeeper(lambda: database_url, LIMITS, is_local=False, clock=clock)
    yield made
    made.close()


@pytest.fixture
def ben(door: ClinicDoorkeeper) -> str:
    """The token of Ben, who has just signed in."""
    return door.admit(BEN, BENS, "provider", "10.0.0.7", "Benjamin Ode")


def last_entries(clinic: Engine, how_many: int) -> list[tuple[str, str, str, str]]:
    with reading(clinic) as connection:
        return trail(connection)[-how_many:]


def test_it_is_what_the_gate_asks(door: ClinicDoorkeeper):
    asked: Doorkeeper = door
    assert asked.standings([]) == {}


# --- letting in -------------------------------------------------------------------------------


def test_a_user_is_let_in_and_their_account_is_bound(
    clinic: Engine, door: ClinicDoorkeeper, ben: str
):
    viewer = door.standing(ben).viewer
    assert viewer is not None
    assert (viewer.name, viewer.address) == (BEN, "10.0.0.7")
    with reading(clinic) as connection:
        user = connection.execute(select(User).where(User.sign_in_name == BEN)).one()
    assert user.subject == BENS
    assert user.full_name == "Ben Ode"  # as it was given, not as the provider has it
    assert last_entries(clinic, 1) == [(BEN, "sign in", "way: provider", "done")]
    again = door.admit(" Ben@Clinic.example", BENS, "provider", "10.0.0.8")
    assert again != ben
    assert door.standing(ben).is_open
    assert door.standing(again).is_open


def test_a_name_that_was_not_given_is_taken_from_the_provider(
    clinic: Engine, door: ClinicDoorkeeper
):
    door.admit(ADA, "https://id.example 18", "provider", "", "Ada\u202e  Bell")
    with reading(clinic) as connection:
        assert connection.scalar(select(User.full_name).where(User.sign_in_name == ADA)) == (
            "Ada Bell"
        )


@pytest.mark.parametrize(
    ("name", "subject", "way", "who", "what"),
    [
        (CAT, "i 1", "provider", "", "not a user"),
        ("", "i 1", "provider", "", "not a user"),
        ("<script>\x00", "i 1", "provider", "", "not a user"),
        ("local:clinician", "i 1", "provider", "", "not a user"),
        ("terminal:root", "i 1", "provider", "", "not a user"),
        (BEN, "https://other.example 17", "provider", BEN, "another account of the same name"),
        (BEN, "", "provider", BEN, "another account of the same name"),
        (ADA, BENS, "provider", ADA, "the account is another user's"),
        (ADA, "", "provider", ADA, "another account of the same name"),
        (BEN, BENS, "local", "", "this way of signing in is not open"),
        ("local:clinician", "", "local", "", "this way of signing in is not open"),
        (BEN, BENS, "", "", "this way of signing in is not open"),
    ],
)
def test_everybody_else_is_refused_and_noted_without_what_they_said(
    name: str, subject: str, way: str, who: str, what: str,
    clinic: Engine, door: ClinicDoorkeeper, ben: str,
):  # fmt: skip
    with pytest.raises(NotAdmittedError) as refusal:
        door.admit(name, subject, way, "10.0.0.9")
    assert last_entries(clinic, 1) == [(who, "sign in", what, "refused")]
    assert "@" not in str(refusal.value)
    with reading(clinic) as connection:
        assert len(connection.scalars(select(Session.session_id)).all()) == 1
        assert connection.scalars(
            select(AuditEntry.address).order_by(AuditEntry.entry_key.desc()).limit(1)
        ).one() == ("10.0.0.9")


def test_a_disabled_user_is_not_let_in_again(clinic: Engine, door: ClinicDoorkeeper, ben: str):
    with appending(clinic) as connection:
        disable_user(connection, TERMINAL, BEN, NOON)
    assert door.standing(ben).why == "disabled"
    with pytest.raises(NotAdmittedError, match="Ask an administrator"):
        door.admit(BEN, BENS, "provider", "10.0.0.7")
    assert last_entries(clinic, 1) == [(BEN, "sign in", "the user is disabled", "refused")]


def test_in_the_local_mode_a_role_is_picked_and_nobody_comes_by_a_provider(
    clinic: Engine, database_url: str, door: ClinicDoorkeeper, ben: str, clock: Clock
):
    local = ClinicDoorkeeper(lambda: database_url, LIMITS, is_local=True, clock=clock)
    token = local.admit("local:manager", "", "local", "127.0.0.1")
    standing = local.standing(token)
    assert standing.viewer is not None
    assert (standing.viewer.name, standing.viewer.role) == ("local:manager", "manager")
    for name, way in (("local:boss", "local"), ("manager", "local"), (BEN, "provider")):
        with pytest.raises(NotAdmittedError):
            local.admit(name, BENS, way, "127.0.0.1")
    assert not local.standing(ben).is_open
    assert not door.standing(token).is_open  # once sign-in is set up
    assert door.standing(ben).is_open
    local.close()


def test_signing_in_ends_what_nobody_closed(
    clinic: Engine, door: ClinicDoorkeeper, ben: str, clock: Clock
):
    clock.now += timedelta(hours=1)
    door.admit(BEN, BENS, "provider", "10.0.0.7")
    assert last_entries(clinic, 2) == [
        (BEN, "session ended", "nothing was done for the idle limit", "done"),
        (BEN, "sign in", "way: provider", "done"),
    ]


# --- what is over -----------------------------------------------------------------------------


def test_an_end_is_noted_when_it_is_first_found_out(
    clinic: Engine, door: ClinicDoorkeeper, ben: str, clock: Clock
):
    session_id = door.standing(ben).session_id
    clock.now += LIMITS.idle
    for _ in range(3):
        assert door.standings([session_id])[session_id].why == "idle"
        assert door.standing(ben).why == "idle"
    entries = last_entries(clinic, 2)
    assert [entry[1] for entry in entries] == ["sign in", "session ended"]
    clock.now = NOON  # set back: what has ended stays so
    assert door.standing(ben).why == "idle"


def test_activity_keeps_a_session_open_and_is_written_down_sparingly(
    clinic: Engine, door: ClinicDoorkeeper, ben: str, clock: Clock
):
    session_id = door.standing(ben).session_id

    def written() -> datetime:
        with reading(clinic) as connection:
            return connection.scalars(select(Session.active_at)).one()

    for seconds, known in ((29, 0), (30, 30), (59, 30), (60, 60)):
        clock.now = NOON + timedelta(seconds=seconds)
        door.active(session_id)
        assert written() == NOON + timedelta(seconds=known)
    clock.now += LIMITS.idle
    door.active(session_id)
    assert door.standing(ben).why == "idle"
    door.active("nobody's")


def test_a_signed_out_session_is_over_for_good(clinic: Engine, door: ClinicDoorkeeper, ben: str):
    session_id = door.standing(ben).session_id
    door.end(session_id, "signed-out")
    door.end(session_id, "signed-out")
    door.active(session_id)
    assert door.standing(ben).why == "signed-out"
    assert last_entries(clinic, 2) == [
        (BEN, "sign in", "way: provider", "done"),
        (BEN, "sign out", "by the person", "done"),
    ]


def test_a_change_of_role_is_seen_by_the_stamp(clinic: Engine, door: ClinicDoorkeeper, ben: str):
    before = door.standing(ben)
    with appending(clinic) as connection:
        set_role(connection, TERMINAL, BEN, "manager", ["S1"])
    after = door.standings([before.session_id])[before.session_id]
    assert after.is_open
    assert after.stamp != before.stamp


def test_an_end_that_cannot_be_written_yet_hides_nothing(
    sqlite_url: str, clock: Clock, caplog: pytest.LogCaptureFixture
):
    engine = make_engine(sqlite_url)
    add_ada_and_ben(engine)
    with appending(engine) as connection:
        add_user(connection, TERMINAL, CAT, "nurse")
    door = ClinicDoorkeeper(lambda: sqlite_url, LIMITS, is_local=False, clock=clock)
    lapsed = door.standing(door.admit(BEN, BENS, "provider", "")).session_id
    clock.now += timedelta(minutes=10)
    fresh = door.standing(door.admit(CAT, "i 2", "provider", "")).session_id
    clock.now += timedelta(minutes=5)
    with writing(engine) as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON audit_entries "
            "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        )
    found = door.standings([lapsed, fresh])
    assert (found[lapsed].why, found[fresh].is_open) == ("idle", True)
    assert "1 session(s) is not written down yet" in caplog.text
    assert BEN not in caplog.text
    with reading(engine) as connection:
        assert connection.scalars(select(Session.ended_at)).all() == [None, None]
    with pytest.raises(DoorkeeperAwayError, match="disk is full"):  # no entry, nobody let in
        door.admit(CAT, "i 2", "provider", "")
    door.close()


# --- refusals and prints ----------------------------------------------------------------------


def test_what_the_gate_refuses_is_noted_with_whose_session_it_was(
    clinic: Engine, door: ClinicDoorkeeper, ben: str
):
    door.refused("an upload", "10.0.0.9")
    door.refused("an unknown address", "10.0.0.7", door.standing(ben).session_id)
    assert last_entries(clinic, 2) == [
        ("", "refused", "an upload", "refused"),
        (BEN, "refused", "an unknown address", "refused"),
    ]


@pytest.mark.parametrize(
    ("page", "handle", "role", "what", "people"),
    [
        ("patients", "abcdefghijklmnop", "nurse", "page patients", [1]),
        ("/patients", "", "nurse", "page patients", []),
        ("/", "", "nurse", "page today", []),
        ("patients", "qrstuvwxyz234567", "nurse", "page patients", []),  # another site's
        ("patients", "\x00'; DROP", "nurse", "page patients", []),
        ("patients", "abcdefghijklmnop", "manager", "page patients", []),
        ("<b>Sue Ode</b>", "", "nurse", "page unknown", []),
        ("patients?p=Sue", "", "nurse", "page unknown", []),
    ],
)
def test_a_print_is_noted_with_whom_the_page_shows(
    page: str, handle: str, role: str, what: str, people: list[int],
    clinic: Engine, door: ClinicDoorkeeper, ben: str,
):  # fmt: skip
    with writing(clinic) as connection:
        for key, made in ((1, "abcdefghijklmnop"), (2, "qrstuvwxyz234567")):
            insert_rows(
                connection, Patient, ("patient_key", "patient_id", "site_id"),
                [(key, f"P{key}", f"S{key}")],
            )  # fmt: skip
            connection.execute(
                insert(PatientFact).values(
                    patient_key=key, site_key=key, diagnosis_group=0, phase=0, done=0, infusions=0,
                    handle=made,
                )
            )  # fmt: skip
        set_role(connection, TERMINAL, BEN, role, ["S1"], NOON)
    door.printed(door.standing(ben).session_id, page, handle)
    assert last_entries(clinic, 1) == [(BEN, "print", what, "done")]
    with reading(clinic) as connection:
        assert connection.scalars(select(AuditPerson.patient_key)).all() == people


def test_a_print_without_a_session_is_nobodys(clinic: Engine, door: ClinicDoorkeeper):
    before = last_entries(clinic, 99)
    door.printed("nobody's", "patients", "")
    assert last_entries(clinic, 99) == before


# --- the database -----------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.parametrize("database_kind", ["postgres"], indirect=True)
def test_an_import_keeps_nobody_waiting(clinic: Engine, door: ClinicDoorkeeper, clock: Clock):
    def come_and_go() -> None:
        token = door.admit(BEN, BENS, "provider", "")
        session_id = door.standing(token).session_id
        clock.now += timedelta(minutes=1)
        door.active(session_id)
        door.end(session_id, "signed-out")

    with writing(clinic):
        visit = Thread(target=come_and_go)
        visit.start()
        visit.join(timeout=5)
        assert not visit.is_alive()
    assert [entry[1] for entry in last_entries(clinic, 2)] == ["sign in", "sign out"]


def test_many_at_once_do_not_wait_crosswise(clinic: Engine, door: ClinicDoorkeeper, ben: str):
    """Signing in and out while users are changed: each takes its turn, and the chain holds."""
    faults: list[Exception] = []

    def repeated(act: Callable[[int], None]) -> Callable[[], None]:
        def run() -> None:
            try:
                for number in range(6):
                    act(number)
            except Exception as fault:
                faults.append(fault)

        return run

    def come_and_go(_number: int) -> None:
        token = door.admit(BEN, BENS, "provider", "")
        door.end(door.standing(token).session_id, "signed-out")

    def change(number: int) -> None:
        with appending(clinic) as connection:
            set_role(connection, TERMINAL, BEN, ("nurse", "manager")[number % 2], ["S1"])

    threads = [Thread(target=repeated(act)) for act in (come_and_go, come_and_go, change, change)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert faults == []
    with reading(clinic) as connection:
        keys = connection.scalars(select(AuditEntry.entry_key).order_by(AuditEntry.entry_key)).all()
    assert keys == list(range(1, 2 + 1 + 2 * 6 * 2 + 2 * 6 + 1))


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("sqlite:////no-such-folder/clinic.db", "is not there"),
        ("postgresql://somebody@127.0.0.1:1/clinic", "does not answer"),
        ("mysql://x", "cannot|names no file"),
    ],
)
def test_without_a_database_nobody_is_let_in_and_it_is_said_plainly(url: str, told: str):
    door = ClinicDoorkeeper(lambda: url, LIMITS, is_local=False)
    for question in (
        lambda: door.standing("x"),
        lambda: door.standings(["x"]),
        lambda: door.admit(BEN, BENS, "provider", ""),
        lambda: door.refused("x", ""),
    ):
        with pytest.raises(DoorkeeperAwayError, match=told):
            question()


def test_a_database_of_another_version_is_told_without_a_traceback(tmp_path: Path):
    path = tmp_path / "old.db"
    path.touch()
    door = ClinicDoorkeeper(lambda: f"sqlite:///{path}", LIMITS, is_local=False)
    with pytest.raises(DoorkeeperAwayError, match="data_access"):
        door.standing("x")


def test_it_asks_the_database_that_the_dashboard_shows_now(
    make_database: Callable[[str], str], clock: Clock
):
    urls = [make_database("sqlite"), make_database("sqlite")]
    shown = [urls[0]]
    add_ada_and_ben(make_engine(urls[0]))
    door = ClinicDoorkeeper(lambda: shown[0], LIMITS, is_local=False, clock=clock)
    token = door.admit(BEN, BENS, "provider", "")
    shown[0] = urls[1]
    assert not door.standing(token).is_open
    shown[0] = urls[0]
    assert door.standing(token).is_open
    door.close()
