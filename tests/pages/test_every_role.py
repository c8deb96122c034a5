"""Every page and every view, as every role: none shows a fault, and a manager meets nobody.

What is sent to a manager is searched for the marks that stand in all names, numbers and free texts
of the clinic. Whoever may see patients does get them, so that the search is known to work.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from access.roles import ROLES, RoleName
from access.viewer import LOCAL_VIEWER, Permission
from data_access.engine import URL_VARIABLE, make_engine, reading, writing
from data_access.handles import handle_of_patient
from pages.access.choice import NEEDS
from pages.access.choice import View as AccessView
from pages.appointments.choice import View as AppointmentsView
from pages.outcomes.choice import View as OutcomesView
from pages.shared.people import ADDRESS
from pages.side_effects.choice import View as SideEffectsView
from tests.access.test_matrix import NOW
from tests.access.two_sites import BIRTH_YEAR, FREE_TEXT, NAMES, fill
from tests.pages.signed_in import shell, sign_in

MARKS = [mark.encode() for mark in (*NAMES, FREE_TEXT, f"{BIRTH_YEAR}-0", f" {BIRTH_YEAR}")]
MANAGER = "manager"


@pytest.fixture(scope="module")
def url(make_database: Callable[[str], str]) -> str:
    made = make_database("sqlite")
    engine = make_engine(made)
    with writing(engine) as connection:
        fill(connection)
    engine.dispose()
    return made


@pytest.fixture(scope="module")
def handle(url: str) -> str:
    engine = make_engine(url)
    with reading(engine) as connection:
        found = handle_of_patient(connection, LOCAL_VIEWER, 1)
    engine.dispose()
    assert found
    return found


Open = Callable[..., AppTest]


@pytest.fixture
def opened(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """A function that signs somebody in and opens an address of the dashboard."""
    monkeypatch.setenv(URL_VARIABLE, url)

    def run(role: str, path: str = "", **address: str) -> AppTest:
        app = shell(sign_in(url, role), **address)
        if path:
            app._page_hash = calc_hash(path)
        app.run()
        _no_fault(app)
        return app

    with time_machine.travel(NOW, tick=True):
        yield run


def _no_fault(app: AppTest) -> None:
    assert not app.exception
    assert not app.error


def everything_sent(app: AppTest) -> bytes:
    """What the browser would be sent, tables and pictures too, as bytes."""
    sent: list[bytes] = []

    def walk(node: Any) -> None:
        proto = getattr(node, "proto", None)
        if proto is not None:
            sent.append(proto.SerializeToString())
        for child in getattr(node, "children", {}).values():
            walk(child)

    walk(app._tree)
    return b"\n".join(sent)


def with_numbers(app: AppTest) -> AppTest:
    """The page with the numbers of each picture opened."""
    for key in [
        key for key in app.session_state._state.filtered_state if key.startswith("numbers-")
    ]:
        app.session_state[key] = True
    app.run()
    _no_fault(app)
    return app


VIEWS = [
    ("", "", ""),
    *(("outcomes", "outcome", str(view)) for view in OutcomesView),
    *(("side-effects", "view", str(view)) for view in SideEffectsView),
    *(("appointments", "show", str(view)) for view in AppointmentsView),
]
"""Path, name in the address and view."""


def _address(name: str, view: str) -> dict[str, str]:
    return {name: view} if name else {}


_OF_CLINICIANS = [*VIEWS, ("patients", "", "")]
_OF_NURSES = list({path: (path, name, view) for path, name, view in _OF_CLINICIANS}.values())
"""The last view of each page: nurses may see what clinicians may."""


@pytest.mark.parametrize(
    ("role", "path", "name", "view"),
    [
        *(("clinician", *each) for each in _OF_CLINICIANS),
        *(("nurse", *each) for each in _OF_NURSES),
    ],
)
def test_whoever_treats_sees_each_page_as_before(
    opened: Open, role: str, path: str, name: str, view: str
):
    page = opened(role, path, **_address(name, view))
    assert len(page.markdown) > 1
    assert not page.warning
    if path in ("", "patients"):
        assert NAMES[0].encode() in everything_sent(page), "else the search below finds nothing"


@pytest.mark.parametrize("role", ["clinician", "nurse"])
def test_whoever_treats_opens_a_patient(opened: Open, handle: str, role: str):
    page = opened(role, "patients", **{ADDRESS: handle})
    assert NAMES[0].encode() in everything_sent(page)


_CHOSEN = {"period": "All data", "diagnosis": "Bipolar depression"}
"""A period with everything in it, and a diagnosis that a manager cannot choose."""


@pytest.mark.parametrize(("path", "name", "view"), VIEWS)
def test_a_manager_is_sent_nobody(opened: Open, path: str, name: str, view: str):
    page = with_numbers(opened(MANAGER, path, **_CHOSEN, **_address(name, view)))
    sent = everything_sent(page)
    for mark in MARKS:
        assert mark not in sent
    assert len(page.markdown) > 1
    assert not [each for each in page.multiselect if each.label == "Diagnosis"]
    if path in ("", "appointments") and view != AppointmentsView.WHAT_IF:
        assert "clinicians and nurses" in "".join(each.value for each in page.caption)
        charts = page.get("plotly_chart")
        assert charts
        # Nothing can be chosen that would lead to single appointments, and nothing says so.
        assert not [chart for chart in charts if chart.proto.selection_mode]
        assert not [each for each in page.caption if "hoose a" in each.value]


def test_a_manager_sees_the_work_of_today(opened: Open):
    page = opened(MANAGER)
    assert [metric.label for metric in page.metric] == [
        "Infusions in the last 7 days",
        "Patients in an active series",
        "Appointments missed, 30 days",
    ]
    said = "\n".join(each.value for each in [*page.markdown, *page.caption])
    assert "## Today **" in said
    assert "##### Busiest hour today" in said
    # At each site 9 to 11 and 12 to 16 on one chair, 13 to 15 on the other.
    assert "5 chairs, booked for 16.0 chair-hours today" in said
    assert "has risen" not in said.split("Definitions")[0].split("- **Today**")[0]


@pytest.mark.parametrize("path", ["patients"])
def test_a_manager_is_told_whose_the_patients_are(opened: Open, handle: str, path: str):
    page = opened(MANAGER, path, **{ADDRESS: handle})
    assert page.warning
    for mark in MARKS:
        assert mark not in everything_sent(page)


@pytest.mark.parametrize(
    ("role", "view"),
    [
        (str(role.name), view)
        for role in ROLES.values()
        for view in AccessView
        if view not in NEEDS or NEEDS[view] in role.permissions
    ],
)
def test_each_view_of_access_is_drawn(opened: Open, role: str, view: AccessView):
    page = opened(role, "access", access=str(view))
    assert len(page.markdown) > 1


@pytest.mark.parametrize("role", [RoleName.ADMINISTRATOR, RoleName.PRIVACY_OFFICER])
@pytest.mark.parametrize("path", ["patients", "outcomes", "side-effects", "appointments"])
def test_whoever_treats_nobody_is_sent_nothing_of_the_clinic(
    opened: Open, role: RoleName, path: str
):
    assert Permission.SEE_TOTALS not in ROLES[role].permissions
    page = opened(str(role), path)
    assert page.warning
    assert not page.get("plotly_chart")
    assert not page.dataframe
    for mark in MARKS:
        assert mark not in everything_sent(page)
