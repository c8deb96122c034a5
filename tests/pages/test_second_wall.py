"""Every page and view, drawn for each role under its role of PostgreSQL, whose rights suffice."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from access.roles import RoleName
from data_access import embedded
from data_access.demo import make_demo
from data_access.engine import URL_VARIABLE, make_engine, writing
from data_access.reporting_roles import create_roles
from pages.access.choice import View as AccessView
from pages.appointments.choice import View as AppointmentsView
from pages.outcomes.choice import View as OutcomesView
from pages.side_effects.choice import View as SideEffectsView
from tests.pages.signed_in import shell, sign_in

pytestmark = pytest.mark.postgres

OUTCOMES = [("outcomes", {"outcome": view.value}) for view in OutcomesView]
SIDE_EFFECTS = [("side-effects", {"view": view.value}) for view in SideEffectsView]
APPOINTMENTS = [("appointments", {"show": view.value}) for view in AppointmentsView]
OF_EVERYBODY = ("access", {"access": AccessView.MINE.value})
DRAWN: dict[RoleName, list[tuple[str, dict[str, str]]]] = {
    RoleName.MANAGER: [
        ("", {}),
        ("outcomes", {}),
        ("side-effects", {}),
        *APPOINTMENTS,
        OF_EVERYBODY,
    ],
    RoleName.NURSE: [("", {}), ("patients", {}), *OUTCOMES, *SIDE_EFFECTS, *APPOINTMENTS],
    RoleName.ADMINISTRATOR: [("access", {"access": AccessView.USERS.value}), OF_EVERYBODY],
    RoleName.PRIVACY_OFFICER: [
        ("access", {"access": view.value})
        for view in (AccessView.WHO_LOOKED, AccessView.UNUSUAL, AccessView.TRAIL, AccessView.MINE)
    ],
}


@pytest.fixture(scope="module")
def url(make_database: Callable[[str], str]) -> str:
    """A demo clinic in PostgreSQL, with the roles."""
    url = make_database("postgres")
    engine = make_engine(url)
    make_demo(engine, until=embedded.demo_day(), infusions=400)
    with writing(engine) as connection:
        create_roles(connection)
    engine.dispose()
    return url


@pytest.mark.parametrize("role", list(DRAWN))
def test_a_role_of_the_database_may_read_all_that_its_pages_draw(
    url: str, monkeypatch: pytest.MonkeyPatch, role: RoleName
):
    monkeypatch.setenv(URL_VARIABLE, url)
    session = sign_in(url, role)
    for path, address in DRAWN[role]:
        page = drawn(session, path, address)
        assert not page.exception
        assert [each.value for each in page.error] == [], (path, address)
        assert [each.value for each in page.warning if "is for" in each.value] == []


def drawn(session: str, path: str, address: dict[str, str]) -> AppTest:
    """A page as it is drawn for a session, at its address."""
    app = shell(session, **address)
    if path:
        app._page_hash = calc_hash(path)
    return app.run(timeout=60)


def test_a_right_that_is_missing_would_be_found_and_is_said(
    url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(URL_VARIABLE, url)
    engine = make_engine(url)
    session = sign_in(url, RoleName.MANAGER)
    with writing(engine) as connection:
        connection.exec_driver_sql("REVOKE SELECT ON site_hour_facts FROM clinic_manager")
    page = drawn(session, "appointments", {"show": AppointmentsView.CAPACITY.value})
    with writing(engine) as connection:
        create_roles(connection)
    engine.dispose()
    (error,) = page.error
    assert "does not let your role read this" in error.value
