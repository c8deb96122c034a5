"""The parts of the gate by themselves: what it remembers, and for how long."""

from pathlib import Path

import pytest
import streamlit as st
from streamlit.web.server.app_discovery import discover_asgi_app

from access.addresses import Addresses, Place
from access.headers import dashboard_policy
from access.refusals import Reason, Refusals
from access.sent_files import SentFiles
from access.web import watched

STATIC = Path(st.__file__).parent / "static"


def test_streamlit_takes_the_front_door_for_a_server():
    """Else it would run the file as a page, and serve without the gate."""
    found = discover_asgi_app(Path(__file__).parents[2] / "dashboard.py")
    assert found.is_asgi_app
    assert found.import_string == "dashboard:app"


def test_every_file_of_streamlits_page_is_within_reach():
    addresses = Addresses(["/"])
    files = [file for file in (STATIC / "static").rglob("*") if file.is_file()]
    assert len(files) > 100
    for file in files:
        path = "/" + file.relative_to(STATIC).as_posix()
        assert addresses.find(path, path.encode(), is_socket=False).place is Place.FREE


def test_the_installed_page_can_be_watched_over_and_has_one_inline_script():
    index = watched((STATIC / "index.html").read_text(encoding="utf-8"))
    assert index.index("/clinic/watch.js") < index.index("window.prerenderReady")
    assert dashboard_policy(index).count("'sha256-") == 1


def test_a_page_without_a_head_cannot_be_watched_over():
    with pytest.raises(ValueError, match=r"index\.html is not as it was"):
        watched("<html></html>")


def test_refusals_are_noted_anew_after_a_minute():
    now = [0.0]
    refusals = Refusals(clock=lambda: now[0])
    assert refusals.is_new(Reason.CLOSED, "a")
    now[0] = 59.9
    assert not refusals.is_new(Reason.CLOSED, "a")
    assert refusals.is_new(Reason.HOST, "a")
    assert refusals.is_new(Reason.CLOSED, "b")
    now[0] = 60.0
    assert refusals.is_new(Reason.CLOSED, "a")


def test_a_flood_from_everywhere_fills_neither_memory_nor_trail():
    now = [0.0]
    refusals = Refusals(clock=lambda: now[0])
    noted = sum(refusals.is_new(Reason.CLOSED, str(each)) for each in range(20_000))
    assert noted == 5_000
    now[0] = 61.0
    assert refusals.is_new(Reason.CLOSED, "another")


def test_what_was_sent_is_remembered_within_bounds():
    files = SentFiles()
    for each in range(2_001):
        files.read("a", "1", f"/media/{each:032x}".encode())
    assert not files.were_sent("a", "1", f"{0:032x}")
    assert files.were_sent("a", "1", f"{1:032x}")
    assert files.were_sent("a", "1", f"{2_000:032x}")
    for each in range(2_000):
        files.read(f"session {each}", "1", b"/media/" + 32 * b"f")
    assert not files.were_sent("a", "1", f"{2_000:032x}")
    files.read("session 1999", "2", b"/media/" + 32 * b"f")
    files.forget("session 1999")
    assert not files.were_sent("session 1999", "1", 32 * "f")
    assert not files.were_sent("session 1999", "2", 32 * "f")
    assert files.were_sent("session 1998", "1", 32 * "f")
