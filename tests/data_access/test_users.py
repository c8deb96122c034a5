"""Users: who may sign in, as whom and where; and that each change is noted."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select, update

from access.roles import ROLES, RoleName
from access.viewer import NotPermittedError, Permission, Viewer
from data_access.engine import appending, reading
from data_access.schema import AuditEntry, User
from data_access.sessions import open_session
from data_access.users import (
    UnusableWordError,
    UserRefusedError,
    add_local_user,
    add_user,
    checked_full_name,
    checked_sign_in_name,
    disable_user,
    enable_user,
    list_users,
    set_role,
)
from tests.data_access.user_clinic import (
    ADA,
    BEN,
    NOON,
    TERMINAL,
    add_ada_and_ben,
    key_of,
    trail,
)

CAT = "cat@clinic.example"
OF_ADA = Viewer(ADA, frozenset({Permission.OPEN, Permission.MANAGE_USERS}), role="administrator")
OF_NORTH = Viewer("north@clinic.example", OF_ADA.permissions, frozenset({"S1"}), "administrator")
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def clinic(engine: Engine) -> Engine:
    add_ada_and_ben(engine)
    return engine


def last_entry(clinic: Engine) -> tuple[str, str, str, str]:
    with reading(clinic) as connection:
        return trail(connection)[-1]


# --- names ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("  Ada@Clinic.Example ", ADA),
        ("a.b", "a.b"),
        ("x" * 254, "x" * 254),
        ("Zoe\u0308@clinic.example", "zo\u00eb@clinic.example"),  # one letter, written as two
    ],
)
def test_a_sign_in_name_is_trimmed_and_in_lower_case(typed: str, stored: str):
    assert checked_sign_in_name(typed) == stored


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "3 to 254"),
        ("ab", "3 to 254"),
        ("x" * 255, "3 to 254"),
        ("ada b@clinic.example", "no space"),
        ("ada\x00@clinic.example", "cannot be seen"),
        ("ada\u202e@clinic.example", "cannot be seen"),
        ("ada\u00a0@clinic.example", "cannot be seen"),
        ("ada\n@clinic.example", "cannot be seen"),
        ("local:clinician", "given by the program"),
        ("Terminal:root", "given by the program"),
    ],
)
def test_what_cannot_be_a_sign_in_name_is_refused_in_words(typed: str, told: str):
    with pytest.raises(UnusableWordError, match=told):
        checked_sign_in_name(typed)


def test_a_full_name_is_one_line_of_what_can_be_seen():
    assert checked_full_name("  Ada\n\tB.\x00 \u202eOde ") == "Ada B. Ode"
    assert len(checked_full_name("x" * 300)) == 200


# --- adding and listing -----------------------------------------------------------------------


def test_users_are_listed_with_all_that_was_given(clinic: Engine):
    with appending(clinic) as connection:
        open_session(connection, key_of(connection, BEN), "provider", "", NOON)
        open_session(connection, key_of(connection, BEN), "provider", "", LATER)
        disable_user(connection, TERMINAL, BEN, LATER)
        users = list_users(connection, OF_ADA)
    assert dict(users.dtypes.astype(str)) == {
        "user_key": "int64",
        "sign_in_name": "object",
        "full_name": "object",
        "role": "object",
        "site_ids": "object",
        "added_by": "object",
        "added_at": "datetime64[us, UTC]",
        "disabled_at": "datetime64[us, UTC]",
        "signed_in_at": "datetime64[us, UTC]",
    }
    ada, ben = users.to_dict("records")
    assert (ada["sign_in_name"], ada["role"], ada["site_ids"]) == (ADA, "administrator", None)
    assert (ada["full_name"], ada["added_by"], ada["added_at"]) == ("", "terminal:ops", NOON)
    assert users[["disabled_at", "signed_in_at"]].isna().iloc[0].all()
    assert (ben["full_name"], ben["role"], ben["site_ids"]) == ("Ben Ode", "nurse", ("S1",))
    assert (ben["disabled_at"], ben["signed_in_at"]) == (LATER, LATER)


def test_without_users_the_list_is_empty_and_has_its_columns(engine: Engine):
    with reading(engine) as connection:
        users = list_users(connection, TERMINAL)
    assert users.empty
    assert len(users.columns) == 9


def test_adding_is_noted_with_who_did_it(clinic: Engine):
    with appending(clinic) as connection:
        assert add_user(connection, OF_ADA, " CAT@clinic.example", "Nurse", ["S2", "S1"]) == CAT
    added = f"added {CAT} as nurse, sites S1, S2"
    assert last_entry(clinic) == (ADA, "users change", added, "done")


@pytest.mark.parametrize(
    ("name", "role", "sites", "told"),
    [
        (BEN, "nurse", None, "already a user"),
        ("BEN@Clinic.Example", "nurse", None, "already a user"),
        ("x", "nurse", None, "3 to 254"),
        (CAT, "boss", None, "clinician, nurse, manager, administrator, privacy-officer"),
        (CAT, "nurse", ["S9"], "Name one site or more of these: S1, S2"),
        (CAT, "nurse", ["S1", "S9"], "Name one site or more of these: S1, S2"),
        (CAT, "nurse", [], "Name one site or more of these: S1, S2"),
    ],
)
def test_what_is_wrong_is_refused_and_leaves_no_trace(
    name: str, role: str, sites: list[str] | None, told: str, clinic: Engine
):
    with pytest.raises(UserRefusedError, match=told), appending(clinic) as connection:
        add_user(connection, OF_ADA, name, role, sites)
    with reading(clinic) as connection:
        assert connection.scalar(select(func.count()).select_from(User)) == 2
        assert connection.scalar(select(func.count()).select_from(AuditEntry)) == 2


def test_where_there_are_no_sites_yet_it_is_said(engine: Engine):
    with (
        pytest.raises(UnusableWordError, match="There are no sites yet"),
        appending(engine) as connection,
    ):
        add_user(connection, TERMINAL, CAT, "nurse", ["S1"])


# --- changing ---------------------------------------------------------------------------------


def test_a_disabled_user_is_enabled_again_as_a_new_account(clinic: Engine):
    with appending(clinic) as connection:
        connection.execute(
            update(User).where(User.sign_in_name == BEN).values(subject="https://id.example 17")
        )
        disable_user(connection, OF_ADA, BEN)
        enable_user(connection, OF_ADA, " Ben@clinic.example")
        ben = connection.execute(select(User).where(User.sign_in_name == BEN)).one()
    assert ben.disabled_at is None
    assert ben.subject is None
    assert last_entry(clinic) == (ADA, "users change", f"enabled {BEN}", "done")


def test_a_role_is_given_at_other_sites(clinic: Engine):
    with appending(clinic) as connection:
        set_role(connection, OF_ADA, BEN, "clinician", ["S2"])
        ben = list_users(connection, OF_ADA).iloc[1]
    assert (ben["role"], ben["site_ids"]) == ("clinician", ("S2",))
    changed = f"changed {BEN} to clinician, sites S2"
    assert last_entry(clinic) == (ADA, "users change", changed, "done")
    with appending(clinic) as connection:
        set_role(connection, OF_ADA, BEN, "clinician", None)
        assert list_users(connection, OF_ADA).iloc[1]["site_ids"] is None


def test_what_does_not_change_anything_is_said(clinic: Engine):
    with appending(clinic) as connection:
        disable_user(connection, TERMINAL, BEN)
    for change, told in ((disable_user, "disabled already"), (enable_user, "no user of this")):
        with pytest.raises(UserRefusedError, match=told), appending(clinic) as connection:
            change(connection, TERMINAL, BEN if change is disable_user else CAT)
    with pytest.raises(UserRefusedError, match="not disabled"), appending(clinic) as connection:
        enable_user(connection, TERMINAL, ADA)


def test_the_last_administrator_is_kept_but_for_the_terminal(clinic: Engine):
    other = Viewer("gone@clinic.example", OF_ADA.permissions, role="administrator")
    with pytest.raises(UserRefusedError, match="last admin"), appending(clinic) as connection:
        disable_user(connection, other, ADA)
    for role, sites in (("manager", None), ("administrator", ["S1"])):
        with pytest.raises(UserRefusedError, match="last admin"), appending(clinic) as connection:
            set_role(connection, other, ADA, role, sites)
    with appending(clinic) as connection:
        set_role(connection, other, ADA, "administrator", None)
        add_user(connection, other, CAT, "administrator")
        set_role(connection, other, ADA, "manager")
    with appending(clinic) as connection:
        disable_user(connection, TERMINAL, CAT)
        assert list_users(connection, TERMINAL)["disabled_at"].notna().sum() == 1


@pytest.mark.parametrize("other", ["disabled", "local", "of one site"])
def test_who_cannot_let_everybody_in_does_not_count_as_an_administrator(other: str, clinic: Engine):
    with appending(clinic) as connection:
        if other == "local":
            add_local_user(connection, RoleName.ADMINISTRATOR, NOON)
        else:
            add_user(
                connection, TERMINAL, CAT, "administrator", ["S1"] if "site" in other else None
            )
        if other == "disabled":
            disable_user(connection, TERMINAL, CAT)
    gone = Viewer("gone@clinic.example", OF_ADA.permissions, role="administrator")
    with pytest.raises(UserRefusedError, match="last admin"), appending(clinic) as connection:
        disable_user(connection, gone, ADA)


def test_nobody_changes_their_own_access(clinic: Engine):
    with pytest.raises(UserRefusedError, match="their own"), appending(clinic) as connection:
        set_role(connection, OF_ADA, ADA, "clinician")


# --- who may ----------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["clinician", "nurse", "manager", "privacy-officer"])
def test_only_who_manages_users_sees_or_changes_them(role: str, clinic: Engine):
    viewer = Viewer("x", ROLES[RoleName(role)].permissions, role=role)
    with appending(clinic) as connection:
        for act in (
            lambda: list_users(connection, viewer),
            lambda: add_user(connection, viewer, CAT, "nurse"),
            lambda: disable_user(connection, viewer, BEN),
            lambda: enable_user(connection, viewer, BEN),
            lambda: set_role(connection, viewer, BEN, "nurse"),
        ):
            with pytest.raises(NotPermittedError):
                act()


def test_an_administrator_of_one_site_manages_that_site_alone(clinic: Engine):
    with appending(clinic) as connection:
        add_user(connection, OF_NORTH, CAT, "nurse", ["S1"])
        assert list(list_users(connection, OF_NORTH)["sign_in_name"]) == [BEN, CAT]
        set_role(connection, OF_NORTH, BEN, "clinician", ["S1"])
    for sites, refusal in ((None, NotPermittedError), (["S2"], UnusableWordError)):
        with pytest.raises(refusal), appending(clinic) as connection:
            set_role(connection, OF_NORTH, BEN, "nurse", sites)
    with pytest.raises(NotPermittedError), appending(clinic) as connection:
        disable_user(connection, OF_NORTH, ADA)


def test_the_local_modes_users_are_made_once_and_stay_as_they_are(clinic: Engine):
    with appending(clinic) as connection:
        key = add_local_user(connection, RoleName.MANAGER, NOON)
        assert add_local_user(connection, RoleName.MANAGER, LATER) == key
    assert last_entry(clinic) == (
        "local",
        "users change",
        "added local:manager as manager, every site",
        "done",
    )
    with pytest.raises(UserRefusedError, match="local mode"), appending(clinic) as connection:
        disable_user(connection, OF_ADA, "local:manager")
