"""What leaves the server, for each role: all pages over the wire, files, the log, the trail.

Every name, number, birth date and free text of the clinic is marked (:mod:`tests.canaries.clinic`).
Clinicians are sent the marks, so that the search is known to meet them; where nobody may meet any,
a planted leak is found in the same way.
"""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from sqlalchemy import text

from data_access.engine import make_engine, reading
from pages.access.choice import View as AccessView
from pages.appointments.choice import View as AppointmentsView
from pages.outcomes.choice import View as OutcomesView
from pages.registry import PAGES
from pages.shared.people import ADDRESS
from pages.side_effects.choice import View as SideEffectsView
from tests.access.two_sites import MARK
from tests.canaries.conftest import Dashboard
from tests.canaries.marks import BIRTH_YEAR, NUMBER, ROOT, found
from tests.canaries.watched_server import LEAKED
from tests.canaries.wire import Sent, Tab, all_data, typed

NAME = ROOT.lower()
PLACES = [
    ("", {}),
    ("patients", {}),
    *(("outcomes", {"outcome": str(view)}) for view in OutcomesView),
    *(("side-effects", {"view": str(view)}) for view in SideEffectsView),
    *(("appointments", {"show": str(view)}) for view in AppointmentsView),
    *(("access", {"access": str(view)}) for view in AccessView),
]
"""Every page and every view: the path, and what stands in the address."""


@pytest.fixture(autouse=True)
def quiet(dashboard: Dashboard) -> Iterator[None]:
    """Whatever is done, the log and the terminal tell of nobody; and the switch is off again."""
    yield
    dashboard.turn("")
    logged = dashboard.logged()
    assert not found(logged, dashboard.handles), "in the log"
    assert b"Traceback" not in logged


def address(place: dict[str, str], **more: str) -> str:
    return urlencode({**place, "period": "All data", **more})


def opened(
    dashboard: Dashboard, role: str, path: str, place: dict[str, str], handle: str = ""
) -> list[Sent]:
    """A page with the numbers of its charts, and the parts of it that draw themselves anew."""
    own = {ADDRESS: handle} if handle else {}
    with Tab(dashboard.signed_in(role), path, address(place, **own)) as tab:
        sent = tab.runs_with_numbers()
        sent += [tab.run(fragment=each) for each in sent[-1].fragments()]
    return sent


def tells_of_nobody(dashboard: Dashboard, sent: list[Sent], given: str = "") -> None:
    """Neither titles nor addresses nor widgets' keys tell of anybody; a handle was asked for."""
    handles = [each for each in dashboard.handles if each != given]
    for each in sent:
        assert not found(each.about_the_tab(), handles)


def test_every_page_is_among_the_places():
    assert {path for path, _ in PLACES} == {entry.url_path for entry in PAGES}


@pytest.mark.parametrize("role", ["manager", "administrator"])
def test_whoever_may_see_nobody_is_sent_nothing_about_anybody(dashboard: Dashboard, role: str):
    client = dashboard.signed_in(role)
    assert not found(client.get("/").content, dashboard.handles)
    files = 0
    for path, place in [*PLACES, ("patients", {ADDRESS: dashboard.stopped})]:
        given = place.get(ADDRESS, "")
        handles = [each for each in dashboard.handles if each != given]
        with Tab(client, path, address(place, diagnosis="Bipolar depression")) as tab:
            sent = tab.runs_with_numbers()
            for _, file_id in sent[-1].files():
                saved = tab.save(file_id)
                assert not found(saved.words + saved.around, handles), path
                files += 1
            sent += [tab.run(fragment=each) for each in sent[-1].fragments()]
        data = all_data(sent)
        assert not found(data, handles), (path, place)
        assert b"fault in the program" not in data
    assert files > 40 if role == "manager" else files == 0


def test_a_clinician_is_sent_the_marks(dashboard: Dashboard):
    """Else the searches above would prove nothing."""
    seen: set[str] = set()
    whole = [*PLACES, ("patients", {ADDRESS: dashboard.stopped})]
    for path, place in whole:
        sent = opened(dashboard, "clinician", path, place)
        data = all_data(sent)
        assert b"fault in the program" not in data, (path, place)
        seen |= found(data, dashboard.handles)
        tells_of_nobody(dashboard, sent, place.get(ADDRESS, ""))
    words = {"given", "family", "stopped", "checked", "term"}
    assert {NUMBER, *(NAME + word for word in words)} <= seen
    assert seen & set(dashboard.handles)


def test_a_clinicians_files_are_named_after_nobody(dashboard: Dashboard):
    handle = dashboard.stopped
    with Tab(dashboard.signed_in("clinician"), "patients", urlencode({ADDRESS: handle})) as tab:
        files = tab.run().files()
        saved = [tab.save(file_id) for _, file_id in files]
    assert len(saved) > 3
    seen = set().union(*(found(each.words) for each in saved))
    assert NAME + "family" in seen
    assert f"birth date 'may {BIRTH_YEAR}'" in seen
    for each in saved:
        assert not found(each.around, dashboard.handles)


def test_a_nurse_sees_patients_but_has_no_file_of_them(dashboard: Dashboard):
    for path, place in [("", {}), ("patients", {}), ("patients", {ADDRESS: dashboard.stopped})]:
        with Tab(dashboard.signed_in("nurse"), path, urlencode(place)) as tab:
            sent = tab.run()
            assert NAME + "family" in found(sent.data)
            for _, file_id in sent.files():
                assert not found(tab.save(file_id).words, dashboard.handles), path


def test_a_privacy_officer_is_sent_names_only_where_the_trail_is_asked(dashboard: Dashboard):
    opened(dashboard, "clinician", "patients", {ADDRESS: dashboard.stopped})
    for path, place in PLACES:
        sent = opened(dashboard, "privacy-officer", path, place)
        tells_of_nobody(dashboard, sent)
        if place.get("access") not in {AccessView.TRAIL, AccessView.UNUSUAL}:
            assert not found(all_data(sent), dashboard.handles), (path, place)
    query = urlencode({"access": str(AccessView.WHO_LOOKED)})
    with Tab(dashboard.signed_in("privacy-officer"), "access", query) as tab:
        (field,) = tab.run().widgets("looked-at-search")
        asked = tab.run(typed(field, f"{NUMBER}1x"))
        assert {NAME + "family", NUMBER, f"birth date 'born {BIRTH_YEAR}'"} <= found(asked.data)
        assert NAME + "stopped" not in found(asked.data)
        assert not found(asked.about_the_tab().replace(field.encode(), b""), dashboard.handles)
        for _, file_id in asked.files():
            saved = tab.save(file_id)
            assert not found(saved.words + saved.around, dashboard.handles)


def test_whoever_may_see_one_site_is_sent_nothing_of_the_other(dashboard: Dashboard):
    client = dashboard.of_the_north()
    for path, place in PLACES:
        with Tab(client, path, address(place, site="S2")) as tab:
            data = all_data(tab.runs_with_numbers())
        assert MARK.encode() not in data, (path, place)
        assert b"fault in the program" not in data


def test_a_fault_in_a_page_tells_neither_reader_nor_log_of_anybody(dashboard: Dashboard):
    dashboard.turn("fault")
    with Tab(dashboard.signed_in("manager"), "appointments") as tab:
        data = tab.run().data
    assert b"because of a fault in the program" in data
    assert not found(data, dashboard.handles)
    logged = dashboard.logged()
    assert b"incident" in logged
    assert b"ValueError" in logged
    assert not found(logged, dashboard.handles)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"/{LEAKED}"),
        ("GET", f"/media/{LEAKED}.csv"),
        ("GET", f"/static/{LEAKED}"),
        ("GET", f"/clinic/sign-in?why={LEAKED}&next={LEAKED}"),
        ("GET", f"/clinic/sign-in/done?code={LEAKED}&state={LEAKED}"),
        ("POST", "/clinic/sign-in/local"),
        ("POST", "/clinic/session"),
        ("PUT", f"/patients?patient={LEAKED}"),
        ("GET", f"/_stcore/upload_file/{LEAKED}/x"),
    ],
)
def test_the_gate_repeats_nothing_that_it_is_told(dashboard: Dashboard, method: str, path: str):
    headers = {"X-Forwarded-User": LEAKED, "X-Clinic-Session": LEAKED, "User-Agent": LEAKED}
    with dashboard.browser() as browser:
        for cookie in ("", LEAKED):
            browser.cookies.set("clinic", cookie)
            answer = browser.request(method, path, headers=headers, data={"role": LEAKED})
            assert not found(answer.content + str(answer.headers).encode())


def test_a_patient_who_is_typed_into_an_address_is_not_repeated(dashboard: Dashboard):
    query = urlencode({ADDRESS: LEAKED, "site": LEAKED, "show": LEAKED, "view": LEAKED})
    for role in ("clinician", "manager"):
        for path in ("patients", "appointments", "side-effects"):
            with Tab(dashboard.signed_in(role), path, query) as tab:
                tab.run()


def test_the_trail_names_nobody_in_its_words(dashboard: Dashboard):
    """Stored beside the records: who did what. The patients of an entry are keys."""
    opened(dashboard, "clinician", "patients", {ADDRESS: dashboard.stopped})
    engine = make_engine(dashboard.url)
    with reading(engine) as connection:
        for table in ("audit_entries", "audit_people", "sessions", "users", "user_sites"):
            rows = connection.execute(text(f"SELECT * FROM {table}")).all()
            assert rows
            assert not found(repr(rows).encode(), dashboard.handles), table
    engine.dispose()


def shared(dashboard: Dashboard) -> bytes:
    """What is kept in the server for all readers, after some of them have looked."""
    for path, place in PLACES:
        if path != "access":
            opened(dashboard, "clinician", path, place)
    dashboard.turn("write caches")
    opened(dashboard, "manager", "appointments", {})
    return dashboard.switch.with_suffix(".caches").read_bytes()


def test_what_is_shared_between_readers_names_nobody(dashboard: Dashboard):
    kept = shared(dashboard)
    assert kept.count(b"pages.shared.memory._shared") > 20
    # A side effect's words are what it is counted by; they name nobody.
    assert found(kept, dashboard.handles) <= {NAME + "term"}
    assert {line for line in kept.splitlines() if line.startswith(b"no bytes")} == {
        b"no bytes: Engine"
    }


# A planted leak is found


def leaked(dashboard: Dashboard, word: str) -> Tab:
    dashboard.turn(word)
    return Tab(dashboard.signed_in("manager"), "appointments")


def test_a_leak_on_the_wire_is_found(dashboard: Dashboard):
    with leaked(dashboard, "wire") as tab:
        assert NAME + "family" in found(tab.run().data)


def test_a_leak_into_a_file_is_found(dashboard: Dashboard):
    with leaked(dashboard, "export") as tab:
        sent = tab.runs_with_numbers()
        assert not found(all_data(sent))
        saved = tab.save(sent[-1].files()[0][1])
    assert NAME + "family" in found(saved.words)


def test_a_leak_into_the_log_is_found(dashboard: Dashboard):
    with leaked(dashboard, "log") as tab:
        assert not found(tab.run().data)
    assert NAME + "family" in found(dashboard.logged())


def test_a_leak_into_what_is_shared_is_found(dashboard: Dashboard):
    with leaked(dashboard, "cache") as tab:
        assert not found(tab.run().data)
        dashboard.turn("write caches")
        tab.run()
    assert NAME + "family" in found(dashboard.switch.with_suffix(".caches").read_bytes())
