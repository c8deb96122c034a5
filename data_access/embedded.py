"""The embedded database: two files in the user's data directory, the demo clinic and the real one.

``demo.db`` is made by itself and holds only invented people. ``clinic.db`` appears with the first
import, and from then on is what the dashboard shows; so real records never mix with invented ones.
"""

import os
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import platformdirs
from sqlalchemy import Engine, insert, select

from data_access.engine import URL_VARIABLE, make_engine, reading, writing
from data_access.errors import ClinicDatabaseError
from data_access.migrate import migrate, require_schema
from data_access.schema import ClinicSetting
from data_access.status import demo_until

if TYPE_CHECKING:
    from data_access.demo import DemoSummary

Progress = Callable[[int, int], None]

DEMO_ZONE = "America/New_York"
"""The clock of the demo clinic's first site, by which its days go."""

_KEPT_SETTING = "demo_kept"
"""The setting of a demo clinic that somebody made to their own wishes."""


def data_folder() -> Path:
    """Where the embedded databases lie."""
    return Path(platformdirs.user_data_dir("infusion-clinic-dashboard", appauthor=False))


def clinic_path() -> Path:
    """The file of the clinic's own records."""
    return data_folder() / "clinic.db"


def demo_path() -> Path:
    """The file of the demo clinic."""
    return data_folder() / "demo.db"


def settings_path() -> Path:
    """The file of the clinic's settings (:mod:`access.settings`), where none is named otherwise."""
    return data_folder() / "settings.toml"


def file_url(path: Path) -> str:
    """The database URL of a SQLite file."""
    return f"sqlite:///{path}"


def writing_url(given: str | None = None) -> str:
    """Where records go: the URL given, else ``CLINIC_DATABASE_URL``, else the clinic's file."""
    return given or os.environ.get(URL_VARIABLE) or file_url(clinic_path())


def reading_url(given: str | None = None) -> str:
    """Where records are read: as :func:`writing_url`; the demo until the clinic's file exists."""
    if given or os.environ.get(URL_VARIABLE) or clinic_path().exists():
        return writing_url(given)
    return file_url(demo_path())


def demo_day() -> date:
    """The calendar day at the demo clinic, wherever the program runs.

    On a computer whose clock is ahead, that computer's day would be the clinic's tomorrow.
    """
    return datetime.now(ZoneInfo(DEMO_ZONE)).date()


def demo_is_needed(today: date) -> bool:
    """Whether the demo clinic is to be shown but is not there, or ended before today.

    A demo that ended earlier is made anew, so that its Today page is not empty; one that somebody
    made to their own wishes is kept.
    """
    return reading_url() == file_url(demo_path()) and not _demo_serves(today)


def make_demo_file(
    path: Path,
    until: date,
    progress: Progress | None = None,
    *,
    keep: bool = False,
    **wishes: int,
) -> "DemoSummary":
    """Make a demo clinic in a file, replacing what lies there once it is complete.

    ``wishes``: its ``infusions`` and ``seed``, where they are not the usual ones. ``keep``: it is
    not made anew when it has ended before today.
    """
    from data_access.demo import make_demo

    unfinished = path.with_suffix(f".{os.getpid()}.unfinished")  # two programs may start at once
    remove_database(unfinished)
    try:
        migrate(file_url(unfinished))
        engine = make_engine(file_url(unfinished))
        made = make_demo(engine, until=until, progress=progress, **wishes)
        if keep:
            _mark_as_kept(engine)
        engine.dispose()
        remove_database(path)
        unfinished.replace(path)
    finally:
        remove_database(unfinished)
    return made


def remove_database(path: Path) -> None:
    """Remove a SQLite file together with the two files that WAL keeps beside it."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _demo_serves(today: date) -> bool:
    """Whether there is a demo clinic that can be used and is not out of date."""
    engine = make_engine(file_url(demo_path()))
    kept = select(ClinicSetting.value).where(ClinicSetting.name == _KEPT_SETTING)
    try:
        with reading(engine) as connection:
            require_schema(connection)
            return demo_until(connection) == today or connection.scalar(kept) is not None
    except ClinicDatabaseError:
        return False
    finally:
        engine.dispose()


def _mark_as_kept(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(insert(ClinicSetting).values(name=_KEPT_SETTING, value="true"))
