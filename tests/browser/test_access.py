"""People who sign in, lose their access, and manage it, as they and their browsers meet it.

With the real identity provider, on a copy of the demo clinic. (What the gate does by itself is in
``test_gate.py``, and what each role is offered in ``test_every_page.py``.)
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect
from pytest_iam import Server as Provider
from sqlalchemy import Engine, select

from access.viewer import LOCAL_VIEWER
from data_access.engine import make_engine, reading, writing
from data_access.schema import AuditEntry, Patient
from data_access.users import add_user, disable_user, enable_user, set_role
from pages.access.choice import View
from tests.access.conftest import iam_configuration  # noqa: F401 - the provider is set up by it
from tests.access.identity_provider import CLIENT_SECRET, IdentityProvider
from tests.browser.conftest import Server, Visit, demo_url, free_port, running_server
from tests.browser.test_ways import FIRST_ROW

pytestmark = pytest.mark.browser

CLIENT = "the-dashboard-in-the-browser"
CLINICIAN, ADMINISTRATOR, OFFICER = (f"{name}@browser.example" for name in ("cora", "alma", "olga"))
STRANGER = "stan@browser.example"
PEOPLE = {CLINICIAN: "clinician", ADMINISTRATOR: "administrator", OFFICER: "privacy-officer"}
TEN_SECONDS = 10_000


@dataclass(frozen=True)
class Clinic:
    """A dashboard with sign-in, and its database."""

    server: Server
    engine: Engine


@pytest.fixture(scope="module")
def clinic_with_sign_in(
    server: Server, iam_server: Provider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Clinic]:
    folder, port = tmp_path_factory.mktemp("signed-in"), free_port()
    base = f"http://localhost:{port}"
    provider = IdentityProvider(iam_server)
    provider.be_honest()
    provider.add_client(f"{base}/clinic/sign-in/done", CLIENT)
    for email in (*PEOPLE, STRANGER):
        provider.add_person(email, "Browser Person")
    settings = folder / "settings.toml"
    settings.write_text(
        f'public_url = "{base}"\n[sign_in]\nissuer = "{provider.issuer}"\n'
        f'client_id = "{CLIENT}"\nclient_secret = "{CLIENT_SECRET}"\n'
    )
    settings.chmod(0o600)
    path = folder / "clinic.db"
    shutil.copy(Path(demo_url(server).removeprefix("sqlite:///")), path)
    engine = make_engine(f"sqlite:///{path}")
    with writing(engine) as connection:
        for email, role in PEOPLE.items():
            add_user(connection, LOCAL_VIEWER, email, role, full_name="Browser Person")
    given = {"CLINIC_DATABASE_URL": f"sqlite:///{path}", "CLINIC_SETTINGS": str(settings)}
    with running_server(folder / "home", port=port, **given) as running:
        yield Clinic(running, engine)
    engine.dispose()


@pytest.fixture
def arrived(clinic_with_sign_in: Clinic, visit: Callable[..., Visit]) -> Callable[..., Visit]:
    """A function that signs somebody in at the provider, on the way to an address."""

    def arrive(email: str, address: str = "/", width: int = 1440) -> Visit:
        tab = visit(base=clinic_with_sign_in.server.url, alone=True, role="", width=width)
        tab.page.goto(tab.base + address)
        tab.page.get_by_role("link", name="Sign in").click()
        login(tab.page, email)
        return tab

    return arrive


def login(page: Page, email: str) -> None:
    """Give name and password to the identity provider."""
    page.locator("input[name=login]").fill(email.partition("@")[0])
    page.locator("input[name=login]").press("Enter")
    page.locator("input[name=password]").fill("correct horse")
    page.locator("input[name=password]").press("Enter")


def names(clinic: Clinic) -> list[str]:
    """Family names in the clinic."""
    with reading(clinic.engine) as connection:
        found = connection.scalars(select(Patient.family_name).distinct()).all()
    return [name for name in found if name]


def test_who_signs_in_comes_to_the_page_they_wanted_and_is_out_when_disabled(
    arrived: Callable[..., Visit], clinic_with_sign_in: Clinic
):
    tab = arrived(CLINICIAN, "/patients")
    tab.page.wait_for_url(f"{tab.base}/patients")
    tab.settle()
    tab.page.get_by_test_id("stDataFrame").first.click(position=FIRST_ROW)
    tab.settle()
    shown = [name for name in names(clinic_with_sign_in) if name in tab.text]
    assert shown
    assert "cora" in tab.text
    second = Visit(tab.page.context.new_page(), tab.base).listen().open("/appointments")

    with writing(clinic_with_sign_in.engine) as connection:
        disable_user(connection, LOCAL_VIEWER, CLINICIAN)

    for page in (tab.page, second.page):
        page.get_by_test_id("stApp").wait_for(state="detached", timeout=TEN_SECONDS)
        page.wait_for_url("**/clinic/sign-in**", timeout=TEN_SECONDS)
        assert not [name for name in shown if name in page.content()]
    assert "may not use the dashboard any more" in tab.page.inner_text("body")
    tab.page.go_back()
    tab.page.wait_for_url("**/clinic/sign-in**")
    assert not [name for name in shown if name in tab.page.content()]
    # At the provider they are known all the same; the clinic decides.
    tab.page.goto(f"{tab.base}/clinic/sign-in/start")
    expect(tab.page.get_by_role("heading", name="Not let in")).to_be_visible()
    with writing(clinic_with_sign_in.engine) as connection:
        enable_user(connection, LOCAL_VIEWER, CLINICIAN)


def test_a_changed_role_takes_hold_of_an_open_page(
    arrived: Callable[..., Visit], clinic_with_sign_in: Clinic
):
    tab = arrived(CLINICIAN, "/patients")
    tab.page.wait_for_url(f"{tab.base}/patients")
    tab.settle()
    assert "evaluable patients" in tab.text
    with writing(clinic_with_sign_in.engine) as connection:
        set_role(connection, LOCAL_VIEWER, CLINICIAN, "manager")
    tab.page.get_by_text("The page Patients is for").wait_for(timeout=TEN_SECONDS)
    tab.settle()
    assert "evaluable patients" not in tab.text
    links = tab.page.get_by_test_id("stHeader").inner_text().splitlines()
    assert "Patients" not in links
    assert "Appointments" in links
    with writing(clinic_with_sign_in.engine) as connection:
        set_role(connection, LOCAL_VIEWER, CLINICIAN, "clinician")


def test_whoever_the_clinic_does_not_know_is_refused_and_noted(
    arrived: Callable[..., Visit], clinic_with_sign_in: Clinic
):
    tab = arrived(STRANGER)
    expect(tab.page.get_by_role("heading", name="Not let in")).to_be_visible()
    assert not [each for each in tab.page.context.cookies() if each["name"] == "clinic"]
    tab.page.goto(f"{tab.base}/patients")
    assert "/clinic/sign-in" in tab.page.url
    with reading(clinic_with_sign_in.engine) as connection:
        last = connection.execute(
            select(AuditEntry.action, AuditEntry.outcome)
            .where(AuditEntry.outcome == "refused")
            .order_by(AuditEntry.entry_key.desc())
        ).first()
    assert last is not None
    assert tuple(last) == ("sign in", "refused")


def test_an_administrator_lets_somebody_in_and_gives_them_another_role(
    arrived: Callable[..., Visit],
):
    tab = arrived(ADMINISTRATOR, f"/access?access={quote(View.USERS)}", width=820)
    tab.page.get_by_text("Add a person").wait_for()
    tab.settle()
    page = tab.page
    assert not tab.overflows
    page.get_by_text("Add a person").click()
    page.get_by_label("Sign-in name").fill("nora@browser.example")
    page.get_by_label("Sign-in name").press("Tab")
    tab.settle()
    page.get_by_role("button", name="Add this person").click()
    tab.settle()
    page.get_by_role("button", name="Yes, do it").click()
    page.get_by_text("4 people may sign in").first.wait_for()
    tab.settle()
    choose(tab, "Change a person", "nora@browser.example")
    choose(tab, "Role", "Nurse")
    page.get_by_role("button", name="Change role and sites").click()
    tab.settle()
    page.get_by_role("button", name="Yes, do it").click()
    page.get_by_text("1 nurse").first.wait_for()
    tab.settle()
    assert tab.console_errors == []
    assert not tab.overflows


def choose(tab: Visit, label: str, option: str) -> None:
    """Choose an option of the last list of a label."""
    tab.page.get_by_role("combobox", name=label).last.click()
    tab.page.get_by_role("option", name=option).first.click()
    tab.settle()


def test_a_privacy_officer_finds_who_looked_at_a_patient(
    arrived: Callable[..., Visit], clinic_with_sign_in: Clinic
):
    looker = arrived(CLINICIAN, "/patients")
    looker.page.wait_for_url(f"{looker.base}/patients")
    looker.settle()
    looker.page.get_by_test_id("stDataFrame").first.click(position=FIRST_ROW)
    looker.settle()
    name = looker.page.locator("h2").first.inner_text()
    tab = arrived(OFFICER)
    tab.page.wait_for_url(f"{tab.base}/access**")
    tab.settle()
    assert name not in tab.text
    tab.page.get_by_label("Find a patient").fill(name)
    tab.page.get_by_label("Find a patient").press("Enter")
    tab.settle()
    said = tab.page.locator("h2").first.inner_text()
    assert "opened this record" in said
    assert said.startswith("1 person")
    assert name.split(",")[0] not in tab.page.url + tab.page.title()
    assert tab.console_errors == []
