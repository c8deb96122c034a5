"""Making and upgrading the database, and refusing one of another version."""

import sqlite3
from contextlib import closing

from data_access.engine import make_engine, sqlite_path, writing
from data_access.schema import Base


def migrate(url: str) -> None:
    """Bring the database up to this program's schema; makes the SQLite file where it is missing."""
    path = sqlite_path(url)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path)) as file:
            file.execute("PRAGMA journal_mode=WAL")
    engine = make_engine(url)
    with writing(engine) as connection:
        Base.metadata.create_all(connection)
    engine.dispose()
