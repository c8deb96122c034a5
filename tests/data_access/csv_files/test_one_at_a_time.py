"""Two imports at once, readers during an import, and an import that is killed."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine

from access.viewer import LOCAL_VIEWER
from data_access.csv_files import ImportReport, ImportRunningError, import_folder
from data_access.engine import make_engine
from tests.data_access.csv_files.helpers import EXAMPLE, copy_example, dump, edit, run_import

PATIENCE = 30


class SlowImport:
    """An import in a thread of its own that stops at a step until it may go on."""

    def __init__(self, engine: Engine, folder: Path, percent: int) -> None:
        self.reports: list[ImportReport] = []
        self._engine, self._folder, self._percent = engine, folder, percent
        self._reached, self._may_go_on = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        report = import_folder(
            self._engine, self._folder, viewer=LOCAL_VIEWER, progress=self._stop_at_step
        )
        self.reports.append(report)

    def _stop_at_step(self, done: int, _total: int) -> None:
        if done >= self._percent:
            self._reached.set()
            assert self._may_go_on.wait(PATIENCE)

    def start(self) -> None:
        self._thread.start()
        assert self._reached.wait(PATIENCE)

    def finish(self) -> None:
        self._may_go_on.set()
        self._thread.join(PATIENCE)


@contextmanager
def slow_import(url: str, folder: Path, percent: int) -> Iterator[SlowImport]:
    engine = make_engine(url)
    running = SlowImport(engine, folder, percent)
    running.start()
    try:
        yield running
    finally:
        running.finish()
        engine.dispose()


def test_a_second_import_waits_its_time_and_says_so(engine: Engine, database_url: str) -> None:
    with slow_import(database_url, EXAMPLE, 1) as first:
        began = time.monotonic()
        with pytest.raises(ImportRunningError, match=r"did not end within 0\.5 seconds"):
            import_folder(engine, EXAMPLE, viewer=LOCAL_VIEWER, wait_seconds=0.5)
        assert 0.4 < time.monotonic() - began < 5
    assert first.reports[0].committed


def test_a_second_import_goes_on_when_the_first_has_ended(
    engine: Engine, database_url: str
) -> None:
    with slow_import(database_url, EXAMPLE, 1) as first:
        threading.Timer(0.5, first.finish).start()
        second = import_folder(engine, EXAMPLE, viewer=LOCAL_VIEWER, wait_seconds=PATIENCE)
    assert first.reports[0].committed
    assert second.committed
    assert second.changed_nothing


def test_readers_see_the_state_before_until_it_is_complete(
    engine: Engine, database_url: str, tmp_path: Path
) -> None:
    run_import(engine, EXAMPLE)
    before = dump(engine)
    folder = copy_example(tmp_path)
    edit(folder, "patients.csv", "P-003,0034,Mei", "P-003,0034,Mei Lin")
    with slow_import(database_url, folder, 100):
        assert dump(engine) == before
    assert dump(engine) != before


_CHILD = """
import sys, time
from pathlib import Path
from access.viewer import LOCAL_VIEWER
from data_access.csv_files import import_folder
from data_access.engine import make_engine

def stop(done, total):
    if done >= int(sys.argv[3]):
        print("here", flush=True)
        time.sleep(60)

import_folder(make_engine(sys.argv[1]), Path(sys.argv[2]), viewer=LOCAL_VIEWER, progress=stop)
"""


@pytest.mark.parametrize("percent", [1, 65, 100])
def test_a_killed_import_leaves_the_database_as_it_was(
    engine: Engine, database_url: str, tmp_path: Path, percent: int
) -> None:
    run_import(engine, EXAMPLE)
    before = dump(engine)
    folder = copy_example(tmp_path)
    edit(folder, "sites.csv", "West Clinic", "Clinic in the West")
    edit(folder, "infusions.csv", "01-27T09:30:00,40,", "01-27T09:30:00,42,")
    with subprocess.Popen(
        [sys.executable, "-c", _CHILD, database_url, str(folder), str(percent)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "here\n"
        child.kill()
    assert dump(engine) == before

    report = run_import(engine, folder)
    assert {file.name for file in report.files if file.changed} == {"sites.csv", "infusions.csv"}
