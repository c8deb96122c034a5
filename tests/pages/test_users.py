"""The view Users of Access: the list, and changes that are said before they are made."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import time_machine
from sqlalchemy import select, update
from streamlit.testing.v1 import AppTest

from access.actions import Action
from access.viewer import LOCAL_VIEWER
from data_access.engine import URL_VARIABLE, appending, make_engine, reading, writing
from data_access.schema import AuditEntry, Session, User, UserSite
from data_access.users import set_role
from pages.access import users
from pages.access.user_changes import Change, Kind, Place, will_happen
from pages.shared.database import clinic_users
from tests.data_access.appointment_clinic import NOW, fill_sites
from tests.pages.signed_in import shell, sign_in

HOSTILE = "<b>Eve</b> ![x](http://host/a) $x$"
ADMINISTRATOR, NURSE = "ada@clinic.example", "ben@clinic.example"


@pytest.fixture
def url(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Two sites, without a patient; Ben is a nurse of the North and signed in twice."""
    engine = make_engine(sqlite_url)
    with writing(engine) as connection:
        fill_sites(connection)
    engine.dispose()
    monkeypatch.setenv(URL_VARIABLE, sqlite_url)
    return sqlite_url


@pytest.fixture
def page(url: str) -> Iterator[AppTest]:
    """The view as the administrator opens it."""
    with time_machine.travel(NOW, tick=True):
        sign_in(url, "nurse", ["S1"], NURSE)
        session = sign_in(url, "administrator", name=ADMINISTRATOR)
        engine = make_engine(url)
        with writing(engine) as connection:
            connection.execute(
                update(User).where(User.sign_in_name == NURSE).values(full_name=HOSTILE)
            )
        engine.dispose()
        app = shell(session).run()
        assert not app.exception
        yield app


def row(url: str, name: str = NURSE) -> tuple[str, list[str] | None, bool]:
    """A user's role, sites (``None``: every site), and whether they may sign in."""
    engine = make_engine(url)
    with reading(engine) as connection:
        user = connection.execute(select(User).where(User.sign_in_name == name)).one()
        sites = connection.scalars(
            select(UserSite.site_id).where(UserSite.user_key == user.user_key)
        ).all()
    engine.dispose()
    return user.role, None if user.all_sites else list(sites), user.disabled_at is None


def choose(page: AppTest, name: str) -> AppTest:
    person = page.selectbox(key="users-person")
    (found,) = [option for option in person.options if name in option]
    return person.select_index(person.options.index(found)).run()


def pressed(page: AppTest, key: str) -> AppTest:
    page.button(key=key).click().run()
    assert not page.exception
    return page


def told(page: AppTest) -> str:
    return "\n".join(element.value for element in page.markdown)


def field(page: AppTest, kind: str, label: str):
    (found,) = [each for each in getattr(page, kind) if each.label == label]
    return found


def test_the_list_says_who_may_do_what_and_is_signed_in(page):
    assert page.markdown[1].value == ("## **2 people** may sign in: 1 nurse and 1 administrator")
    table = page.dataframe[0].value
    assert table["Sign-in name"].tolist() == [ADMINISTRATOR, NURSE]
    assert table["Name"].tolist() == ["Invented administrator (you)", HOSTILE]
    assert table["Role"].tolist() == ["Administrator", "Nurse"]
    assert table["Sites"].tolist() == ["every site", "North"]
    assert table["State"].tolist() == ["may sign in", "may sign in"]
    assert table["Open sessions"].tolist() == [1, 1]
    # 15:00 by UTC is 11:00 in New York, of the clinic's first site.
    assert [f"{at:%d %H:%M}" for at in table["Last active"]] == ["11 11:00", "11 11:00"]


def test_a_person_is_added_after_saying_what_they_will_see(page, url):
    field(page, "text_input", "Sign-in name").set_value(" Cy@Clinic.example ")
    field(page, "text_input", "Name").set_value("Cy Roe")
    field(page, "radio", "At").set_value("these sites only")
    page.selectbox[0].set_value("manager").run()
    field(page, "multiselect", "Sites").set_value(["S2"])
    pressed(page, "users-add-button")
    assert "##### Add this person?" in told(page)
    assert (
        "**Cy Roe \\(cy@clinic\\.example\\)** will be let in as **manager** at **West**."
    ).replace("@", "\\@\u2060") in told(page)
    engine = make_engine(url)
    with reading(engine) as connection:
        assert len(connection.execute(select(User)).all()) == 2, "nothing is done by one press"
    engine.dispose()
    pressed(page, "users-yes")
    assert [each.value for each in page.success] == [
        "**Cy Roe \\(cy\\@\u2060clinic\\.example\\)** may sign in from now on."
    ]
    assert row(url, "cy@clinic.example") == ("manager", ["S2"], True)
    assert field(page, "text_input", "Sign-in name").value == ""
    assert page.run().success == []


@pytest.mark.parametrize(
    ("name", "reason"),
    [("", "3 to 254 characters"), ("a b@c", "no space"), ("local:nurse", "given by the program")],
)
def test_a_name_that_cannot_be_is_refused_at_once(page, name, reason):
    field(page, "text_input", "Sign-in name").set_value(name)
    pressed(page, "users-add-button")
    assert reason in page.error[0].value.replace("\\", "")
    assert "users-yes" not in [button.key for button in page.button]


def test_who_is_there_already_is_not_added_again(page, url):
    field(page, "text_input", "Sign-in name").set_value(NURSE)
    pressed(page, "users-add-button")
    pressed(page, "users-yes")
    assert "already a user" in page.error[0].value
    assert row(url) == ("nurse", ["S1"], True)
    pressed(page, "users-no")
    assert not page.error


def test_some_sites_without_one_are_no_choice(page):
    field(page, "text_input", "Sign-in name").set_value("cy@clinic.example")
    field(page, "radio", "At").set_value("these sites only").run()
    pressed(page, "users-add-button")
    assert [each.value for each in page.error] == ["Choose at least one site, or every site."]


def test_a_changed_role_says_what_was_and_what_will_be(page, url):
    choose(page, NURSE)
    assert page.button(key="users-role").disabled, "nothing is changed yet"
    (role,) = [box for box in page.selectbox if box.label == "Role" and box.value == "nurse"]
    role.set_value("clinician")
    (at,) = [each for each in page.radio if each.value == "these sites only"]
    at.set_value("every site").run()
    pressed(page, "users-role")
    assert (
        "will be **clinician** at **every site** instead of **nurse** at **North**, on open pages "
        "within seconds"
    ) in told(page)
    assert "![x]" not in told(page)
    assert "<b>" not in told(page)
    pressed(page, "users-yes")
    assert row(url) == ("clinician", None, True)
    assert page.dataframe[0].value["Role"].tolist() == ["Administrator", "Clinician"]


def test_disabled_and_enabled(page, url):
    choose(page, NURSE)
    pressed(page, "users-able")
    assert "signed out within seconds" in told(page)
    pressed(page, "users-no")
    assert row(url)[2], "asked, but not confirmed"
    choose(page, NURSE)
    pressed(page, "users-able")
    pressed(page, "users-yes")
    assert not row(url)[2]
    assert page.markdown[1].value.endswith("1 administrator; 1 more is disabled")
    assert page.dataframe[0].value["State"].tolist()[1] == "disabled since 11 Mar 2026"
    assert page.dataframe[0].value["Open sessions"].tolist() == [1, 0]
    choose(page, NURSE)
    assert page.button(key="users-able").label == "Enable"
    pressed(page, "users-able")
    pressed(page, "users-yes")
    assert row(url)[2]


def test_sessions_are_ended(page, url):
    choose(page, NURSE)
    pressed(page, "users-end")
    assert "may sign in again at once" in told(page)
    pressed(page, "users-yes")
    engine = make_engine(url)
    with reading(engine) as connection:
        reasons = select(Session.end_reason).join(User, User.user_key == Session.user_key)
        assert connection.scalars(reasons.order_by(User.sign_in_name)).all() == [None, "ended"]
        noted = select(AuditEntry.who, AuditEntry.role, AuditEntry.what).where(
            AuditEntry.action == Action.USERS
        )
        assert connection.execute(noted).all() == [
            (ADMINISTRATOR, "administrator", f"ended the sessions of {NURSE}")
        ]
    engine.dispose()
    choose(page, NURSE)
    assert page.button(key="users-end").disabled


def test_nobody_changes_their_own_access(page):
    choose(page, ADMINISTRATOR)
    assert "Nobody changes their own access: another administrator does, or the terminal." in [
        each.value for each in page.caption
    ]
    assert page.button(key="users-role").disabled
    assert page.button(key="users-able").disabled


def test_somebody_else_was_quicker(page, url):
    """What was asked for is judged as things are when it is confirmed."""
    choose(page, NURSE)
    pressed(page, "users-able")
    engine = make_engine(url)
    with appending(engine) as connection:
        connection.execute(update(User).where(User.sign_in_name == NURSE).values(disabled_at=NOW))
    engine.dispose()
    pressed(page, "users-yes")
    assert "disabled already" in page.error[0].value


def test_whoever_may_no_longer_manage_users_does_nothing_by_an_open_question(page, url):
    choose(page, NURSE)
    pressed(page, "users-able")
    engine = make_engine(url)
    with appending(engine) as connection:
        connection.execute(
            update(User).where(User.sign_in_name == ADMINISTRATOR).values(role="nurse")
        )
    engine.dispose()
    page.button(key="users-yes").click().run()
    assert row(url)[2]
    assert not page.dataframe


def test_what_will_happen_escapes_whatever_is_in_it():
    change = Change(
        Kind.ROLE, "a@b", HOSTILE, Place("nurse", ("S1",)), Place("manager", ("S1", "S9"))
    )
    words = will_happen(change, {"S1": "![x](http://host/)"})
    assert "![x]" not in words
    assert "\\!\\[x\\]" in words
    assert "and S9**" in words


def test_whoever_has_just_lost_their_role_changes_nothing_more(page, url, monkeypatch):
    choose(page, HOSTILE)
    pressed(page, "users-able")

    @contextmanager
    def in_turn():
        """The administrator's page is drawn when the terminal takes their role away."""
        engine = make_engine(url)
        with appending(engine) as connection:
            set_role(connection, LOCAL_VIEWER, ADMINISTRATOR, "manager")
        engine.dispose()
        with clinic_users() as connection:
            yield connection

    monkeypatch.setattr(users, "clinic_users", in_turn)
    pressed(page, "users-yes")
    assert "needs the permission to let people in" in page.error[0].value
    assert row(url) == ("nurse", ["S1"], True)
