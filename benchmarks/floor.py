"""The floor of a query: the same aggregate, written by hand, through the bare driver."""

import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

import psycopg
from sqlalchemy import URL

from data_access.engine import POSTGRES_SETTINGS, parse_url

Fetch = Callable[[str, Mapping[str, Any]], list[tuple[Any, ...]]]
"""Runs a statement with named parameters (``:name``) and gives its rows as plain tuples."""

_PARAMETER = re.compile(r"(?<!:):([a-z_]+)")


@contextmanager
def bare_driver(url: str) -> Iterator[Fetch]:
    """A connection of the driver itself, with the settings of the program's own."""
    parsed = parse_url(url)
    opened = _sqlite if parsed.get_backend_name() == "sqlite" else _postgresql
    with opened(parsed) as fetch:
        yield fetch


@contextmanager
def _sqlite(url: URL) -> Iterator[Fetch]:
    with closing(sqlite3.connect(f"file:{url.database}?mode=ro", uri=True)) as connection:
        connection.execute("PRAGMA cache_size=-65536")
        connection.execute("PRAGMA mmap_size=1073741824")
        yield lambda statement, values: connection.execute(statement, values).fetchall()


@contextmanager
def _postgresql(url: URL) -> Iterator[Fetch]:
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, options=POSTGRES_SETTINGS) as connection:
        yield lambda statement, values: connection.execute(
            _PARAMETER.sub(r"%(\1)s", statement.replace("%", "%%")), values
        ).fetchall()
