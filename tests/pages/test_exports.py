"""A file is made for whoever is still signed in and may have it, once that is noted."""

from collections.abc import Callable, Iterator
from traceback import format_exception
from typing import Any

import pytest
from sqlalchemy import Engine, delete, select, update
from streamlit.runtime.media_file_storage import MediaFileStorageError
from streamlit.testing.v1 import AppTest

from access.viewer import NotPermittedError
from data_access.audit import NotAuditedError
from data_access.engine import make_engine, reading, writing
from data_access.schema import AuditEntry, AuditHead, AuditPerson, Session, User
from pages.shared.exports import FileNotMadeError
from pages.shared.signed_in import SignedOutError
from tests.pages.signed_in import sign_in

NAME = "ben@clinic.example"
Page = Callable[[str], AppTest]


def _page() -> None:
    import pandas as pd
    import streamlit as st
    from streamlit.runtime import get_instance

    from data_access.status import clinic_status
    from pages.shared.context import PageContext
    from pages.shared.database import clinic_database
    from pages.shared.exports import about_patients, noted
    from pages.shared.frame import csv_button
    from pages.shared.signed_in import viewer_now
    from tests.data_access.caseload_clinic import NOW, TODAY, YEAR

    def fail() -> bytes:
        raise ValueError("Zzfamily")

    frame = pd.DataFrame({"What": ["=1+1", "plain"], "n": [1, 2]})
    with clinic_database() as connection:
        viewer = viewer_now(connection)
        assert viewer is not None
        status = clinic_status(connection, viewer)
        context = PageContext(connection, viewer, YEAR, status, NOW, TODAY, {})
        csv_button(frame, "totals")
        with about_patients(context, pd.Series([2, None, 1], dtype="Int64")):
            csv_button(frame, "named")
        with about_patients(context, []):
            csv_button(frame, "nobody")
        st.download_button("Fails", data=noted("failing file", fail), on_click="ignore")
    st.session_state["files"] = get_instance().media_file_mgr


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    engine = make_engine(sqlite_url)
    yield engine
    engine.dispose()


@pytest.fixture
def page(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Page:
    """A function that signs somebody of a role in and draws the page for them."""

    def make(role: str) -> AppTest:
        monkeypatch.setenv("CLINIC_DATABASE_URL", sqlite_url)
        app = AppTest.from_function(_page, default_timeout=30)
        app.user = {"session": sign_in(sqlite_url, role, name=NAME)}
        shown = app.run()
        assert not shown.exception
        return shown

    return make


def files(shown: AppTest) -> list[str]:
    """The keys of the buttons that save a file as CSV."""
    buttons = [each.proto for each in shown.get("download_button")]
    return [each.id.rsplit("csv-", 1)[1] for each in buttons if each.label == "Save as CSV"]


def pressed(shown: AppTest, place: int) -> bytes:
    """The file that Streamlit makes when a button is pressed, or why it could not be made."""
    manager: Any = shown.session_state["files"]
    button = shown.get("download_button")[place].proto
    try:
        address = manager.execute_deferred(button.deferred_file_id)
    except MediaFileStorageError as problem:
        raise (problem.__cause__ or problem) from None
    content: bytes = manager._storage.get_file(address.rsplit("/", 1)[1]).content
    return content


def exports(engine: Engine) -> list[tuple[str, str, list[int]]]:
    """Who took what, and of which patients."""
    with reading(engine) as connection:
        found = connection.execute(
            select(AuditEntry.entry_key, AuditEntry.who, AuditEntry.what)
            .where(AuditEntry.action == "export")
            .order_by(AuditEntry.entry_key)
        ).all()
        return [
            (
                who,
                what,
                sorted(
                    connection.scalars(
                        select(AuditPerson.patient_key).where(AuditPerson.entry_key == key)
                    )
                ),
            )
            for key, who, what in found
        ]


def test_each_file_is_noted_with_whom_it_tells_of(page: Page, engine: Engine):
    shown = page("clinician")
    assert files(shown) == ["totals", "named", "nobody"]
    assert exports(engine) == [], "nothing is made before a button is pressed"
    for place in (0, 1, 2, 1):
        # Excel reads the first three bytes as the sign of UTF-8; a formula is one no more.
        assert pressed(shown, place) == b"\xef\xbb\xbfWhat,n\n'=1+1,1\nplain,2\n"
    assert exports(engine) == [
        (NAME, "CSV file totals", []),
        (NAME, "CSV file named", [1, 2]),
        (NAME, "CSV file nobody", []),
        (NAME, "CSV file named", [1, 2]),
    ]


def test_who_may_not_take_patients_out_has_no_button_for_it(page: Page):
    assert files(page("nurse")) == ["totals", "nobody"]


def test_a_button_of_before_makes_nothing_once_the_role_has_changed(page: Page, engine: Engine):
    shown = page("clinician")
    with writing(engine) as connection:
        connection.execute(update(User).values(role="nurse"))
    with pytest.raises(NotPermittedError, match="take a file"):
        pressed(shown, 1)
    assert pressed(shown, 0)
    assert exports(engine) == [(NAME, "CSV file totals", [])]


def test_a_button_of_before_makes_nothing_once_the_session_has_ended(page: Page, engine: Engine):
    shown = page("clinician")
    with writing(engine) as connection:
        connection.execute(update(Session).values(ended_at=Session.opened_at, end_reason="idle"))
    for place in (0, 1, 2):
        with pytest.raises(SignedOutError):
            pressed(shown, place)
    assert exports(engine) == []


def test_without_an_entry_there_is_no_file(page: Page, engine: Engine):
    shown = page("clinician")
    with writing(engine) as connection:
        connection.execute(delete(AuditHead))
    for place in (0, 1, 2):
        with pytest.raises(NotAuditedError):
            pressed(shown, place)


def test_a_fault_in_making_a_file_is_told_without_data(
    page: Page, caplog: pytest.LogCaptureFixture
):
    shown = page("clinician")
    with pytest.raises(FileNotMadeError, match=r"incident [0-9a-f]{8}") as fault:
        pressed(shown, 3)
    assert "Zzfamily" not in "".join(format_exception(fault.value))
    assert "ValueError at fail" in caplog.text
    assert "Zzfamily" not in caplog.text
