"""The shell, by who looks: which pages, which views of Access, and what whoever is out is shown."""

from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
import time_machine
from sqlalchemy import select, update
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from access import gate
from access.actions import Action
from access.roles import ROLES, RoleName
from access.viewer import LOCAL_VIEWER, Permission, Viewer
from clinical.codes import DiagnosisGroup
from data_access.engine import URL_VARIABLE, appending, make_engine, reading, writing
from data_access.schema import AuditEntry, Session, User
from pages.access.choice import NEEDS, View, views_for
from pages.access.mine import permission_table
from pages.registry import PAGES
from pages.shared.signed_in import SignedOutError, still_looking
from pages.shared.who_may import for_others, who_may
from tests.conftest import copied
from tests.data_access.appointment_clinic import NOW, fill
from tests.pages.signed_in import shell, sign_in

OPENS_ON = {
    "clinician": "Today",
    "nurse": "Today",
    "manager": "Today",
    "administrator": "Access",
    "privacy-officer": "Access",
}
OFFERED = {
    "clinician": [View.MINE],
    "nurse": [View.MINE],
    "manager": [View.MINE],
    "administrator": [View.USERS, View.MINE],
    "privacy-officer": [View.WHO_LOOKED, View.UNUSUAL, View.TRAIL, View.MINE],
}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, sqlite_template) -> str:
    path = tmp_path_factory.mktemp("access") / "clinic.db"
    path.write_bytes(sqlite_template.read_bytes())
    url = f"sqlite:///{path}"
    engine = make_engine(url)
    with writing(engine) as connection:
        fill(connection, north="<b>North</b> ![x](http://host/a)")
    engine.dispose()
    return url


@pytest.fixture
def url(template: str, tmp_path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A small clinic of its own for each test; of its two sites one has a hostile name."""
    own = copied(Path(template.removeprefix("sqlite:///")), tmp_path / "clinic.db")
    monkeypatch.setenv(URL_VARIABLE, own)
    return own


@pytest.fixture
def opened(url: str):
    """A function that signs somebody in and opens an address of the dashboard."""

    def run(role: str = "clinician", path: str = "", sites=None, **address: str) -> AppTest:
        app = shell(sign_in(url, role, sites), **address)
        app.run() if not path else at(app, path).run()
        assert not app.exception
        return app

    with time_machine.travel(NOW, tick=True):
        yield run


def at(app: AppTest, path: str) -> AppTest:
    """The app as a browser asks for it that has this address."""
    app._page_hash = calc_hash(path)
    return app


def said(page: AppTest) -> str:
    parts = [*page.markdown, *page.caption, *page.info, *page.warning, *page.success, *page.error]
    return "\n".join(element.value for element in parts).replace("\N{NO-BREAK SPACE}", " ")


def title(page: AppTest) -> str:
    return str(page.markdown[0].value)


def rows(url: str, statement):
    engine = make_engine(url)
    with reading(engine) as connection:
        found = connection.execute(statement).all()
    engine.dispose()
    return found


@pytest.mark.parametrize("role", OPENS_ON)
def test_everybody_arrives_at_the_first_page_that_is_theirs(opened, role):
    page = opened(role)
    assert title(page) == f"# {OPENS_ON[role]}"
    assert f"{ROLES[RoleName(role)].title}" in said(page)
    assert next(button.label for button in page.button) == "Sign out"


@pytest.mark.parametrize("role", OPENS_ON)
@pytest.mark.parametrize("entry", PAGES[1:], ids=lambda entry: entry.url_path)
def test_an_address_is_drawn_or_says_whose_it_is(opened, url, role, entry):
    page = opened(role, entry.url_path)
    assert title(page) == f"# {entry.title}"
    refused = rows(url, select(AuditEntry.what).where(AuditEntry.action == Action.REFUSAL))
    if entry.needs in ROLES[RoleName(role)].permissions:
        assert refused == []
        return
    assert page.warning[0].value == for_others(
        Viewer("", frozenset(), role=role), f"The page {entry.title}", entry.needs
    )
    assert len(page.markdown) == 1
    assert [button.key for button in page.button] == ["sign-out"]
    assert [link.proto.label for link in page.get("page_link")] == [f"{OPENS_ON[role]} →"]
    page.run()
    assert rows(
        url,
        select(AuditEntry.what, AuditEntry.outcome, AuditEntry.role).where(
            AuditEntry.action == Action.REFUSAL
        ),
    ) == [(f"page {entry.title}", "refused", role)]


@pytest.mark.parametrize(
    ("role", "path", "filters"),
    [
        ("clinician", "outcomes", ["site", "diagnosis", "phase"]),
        ("clinician", "access", []),
        ("manager", "appointments", ["site", "phase"]),
        ("manager", "outcomes", []),
        ("administrator", "access", []),
    ],
)
def test_the_filters_are_those_that_the_viewer_may_use(opened, role, path, filters):
    page = opened(role, path)
    bar = ("site", "diagnosis", "phase")
    assert [each.key for each in page.multiselect if each.key in bar] == filters
    assert ("infusions** selected" in said(page)) == bool(filters)


def test_a_diagnosis_in_the_address_does_not_narrow_what_a_manager_sees(opened):
    label = next(iter(DiagnosisGroup)).label
    (narrowed, plain) = (
        next(line for line in said(page).splitlines() if "infusions** selected" in line)
        for page in (
            opened("manager", "appointments", diagnosis=label),
            opened("manager", "appointments"),
        )
    )
    assert narrowed == plain


def test_the_header_says_who_looks_as_what_and_where(opened):
    page = opened("nurse", sites=["S1"])
    (line,) = [each.value for each in page.caption if "Nurse" in each.value]
    assert line.startswith("nurse1\\@\u2060clinic\\.example · Nurse · \\<b\\>North")
    assert "Nurse" in line
    assert " · " not in line.split("Nurse · ")[1]


def test_whoever_has_no_site_yet_is_told_so(opened):
    assert "You have no site yet" in said(opened("nurse", sites=[]))


def test_signing_out_leaves_nothing_but_the_way_in(opened, url):
    page = opened("clinician", "patients")
    page.button(key="sign-out").click().run()
    assert not page.exception
    assert [each.value for each in page.markdown] == ["# You are signed out"]
    assert not page.dataframe
    assert not page.button
    assert not page.caption
    assert "/clinic/sign-in" in "".join(each.proto.body for each in page.get("html"))
    assert rows(url, select(Session.end_reason)) == [("signed-out",)]
    assert [row.action for row in rows(url, select(AuditEntry.action))][-1] == "sign out"


@pytest.mark.parametrize("session", [None, "", "unknown", 7])
def test_without_a_session_nothing_is_drawn(url, session):
    page = shell("unknown")
    page.user = {} if session is None else {"session": session}
    page.run()
    assert [each.value for each in page.markdown] == ["# You are signed out"]


@pytest.mark.parametrize(("minutes", "is_out"), [(14, False), (15, True)])
def test_a_session_that_reached_its_limit_draws_nothing_more(url, minutes, is_out):
    with time_machine.travel(NOW, tick=False) as clock:
        page = shell(sign_in(url)).run()
        clock.shift(timedelta(minutes=minutes))
        page.run()
    assert (title(page) == "# You are signed out") == is_out


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"role": "administrator"}, "# Access"),
        ({"disabled_at": NOW}, "# You are signed out"),
        ({"role": "manager", "all_sites": False}, "# Today"),
    ],
)
def test_what_is_changed_about_somebody_holds_in_their_next_run(url, values, found):
    with time_machine.travel(NOW, tick=True):
        page = shell(sign_in(url)).run()
        engine = make_engine(url)
        with appending(engine) as connection:
            connection.execute(update(User).values(**values))
        engine.dispose()
        page.run()
    assert not page.exception
    assert title(page) == found
    assert not page.get("page_link")


def test_a_part_that_draws_itself_anew_asks_again_who_looks(url):
    with time_machine.travel(NOW, tick=True):
        session = sign_in(url)
        engine = make_engine(url)
        viewer = Viewer("somebody", frozenset(Permission), session=session)
        with reading(engine) as connection:
            assert still_looking(connection, LOCAL_VIEWER) is LOCAL_VIEWER
            now = still_looking(connection, viewer)
            assert now.permissions == ROLES[RoleName.CLINICIAN].permissions
        with appending(engine) as connection:
            connection.execute(update(User).values(disabled_at=NOW))
        with reading(engine) as connection, pytest.raises(SignedOutError, match="signed out"):
            still_looking(connection, viewer)
        engine.dispose()


@pytest.mark.parametrize("role", OFFERED)
def test_only_the_views_are_offered_that_the_viewer_may_see(role):
    viewer = Viewer("", ROLES[RoleName(role)].permissions, role=role)
    assert views_for(viewer) == OFFERED[role]
    assert set(NEEDS) == set(View)


@pytest.mark.parametrize("view", [*View, "nonsense"])
def test_an_address_that_names_a_view_of_others_falls_back(opened, view):
    page = opened("administrator", "access", access=str(view))
    assert page.segmented_control(key="access").value in OFFERED["administrator"]
    page = opened("clinician", "access", access=str(view))
    assert not page.segmented_control
    assert "Your role is **clinician**" in said(page)


def test_what_may_i_see_names_the_role_the_sites_and_whom_to_ask(opened):
    page = opened("nurse", "access", sites=["S1"])
    told = said(page)
    assert "Your role is **nurse**, with **5 of 9 permissions**" in told
    assert ROLES[RoleName.NURSE].prose in told
    assert "At **\\<b\\>North" in told
    assert "nothing is shown of any other site" in told
    assert "ask one of the administrators" in told
    assert "ask one of the privacy officers" in told
    table = page.table[0].value
    assert next(iter(table.columns)) == "Nurse (you)"
    assert table.shape == (len(Permission), len(ROLES))


def test_each_no_has_its_reason():
    table = permission_table(Viewer("", frozenset(), role="manager"))
    mine = dict(zip(Permission, table["Manager (you)"], strict=True))
    assert mine[Permission.SEE_TOTALS] == "**yes**"
    assert mine[Permission.SEE_PATIENTS] == ("**no**: because it is for clinicians and nurses only")
    assert mine[Permission.READ_AUDIT] == "**no**: because it is for privacy officers only"
    others = table["Administrator"]
    assert list(others).count("yes") == 2
    assert "(you)" not in " ".join(permission_table(LOCAL_VIEWER).columns)


def test_without_a_gate_nobody_is_believed(url, monkeypatch: pytest.MonkeyPatch):
    app = shell(sign_in(url))
    monkeypatch.setattr(gate, "_made", Event())
    app.run()
    assert [each.value for each in app.error] == [
        "The dashboard is served without its gate, so nothing is shown: nobody can tell who looks. "
        "Start it with `streamlit run dashboard.py`."
    ]
    assert len(app.main) == 1


def test_roles_in_words():
    assert who_may(Permission.OPEN) == "everybody"
    assert who_may(Permission.SEE_RATES) == "clinicians, nurses and managers"
    assert for_others(LOCAL_VIEWER, "This list", Permission.SEE_PATIENTS) == (
        "This list is for clinicians and nurses."
    )
