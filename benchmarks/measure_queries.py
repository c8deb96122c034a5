"""Timing every query of the pages, and what a page asks together, against the floors."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import Connection, func, select

from benchmarks.floor import Fetch, bare_driver
from benchmarks.groups import GROUPS
from benchmarks.page_group import LARGE, Group
from benchmarks.page_query import PageQuery
from benchmarks.queries import QUERIES
from benchmarks.scenario import SITE_YEAR, Scenario, scenarios
from benchmarks.timing import freeze_heap, medians_ms
from data_access.engine import make_engine, reading
from data_access.infusions_behind import Listed
from data_access.migrate import require_schema
from data_access.schema import InfusionFact

RATIO_AIM = 1.5
NEGLIGIBLE_MS = 2
"""Less than this above the floor is not felt, whatever the ratio."""


@dataclass(frozen=True, slots=True)
class QueryTime:
    """One query in one scenario: milliseconds, ours and the floor's, and what the aim is.

    ``together``: the queries of a page. They are held to no ratio: each is short, and what
    SQLAlchemy and pandas cost a query adds up.
    """

    query: str
    scenario: str
    rows: int
    ours: float
    floor: float
    aim: float
    together: bool = False

    @property
    def ratio(self) -> float:
        """How many times its floor the query takes."""
        return self.ours / self.floor

    @property
    def misses(self) -> tuple[str, ...]:
        """Which aims are missed."""
        slow = ("time",) if self.ours > self.aim else ()
        heavy = self.ratio > RATIO_AIM and self.ours - self.floor > NEGLIGIBLE_MS
        return (*slow, "ratio") if heavy and not self.together else slow


def measure_queries(url: str, repeat: int) -> tuple[int, list[QueryTime]]:
    """The infusions of the database, and the time of every query and group in every scenario."""
    freeze_heap()
    with _database(url) as (connection, fetch):
        require_schema(connection)
        infusions = connection.scalar(select(func.count()).select_from(InfusionFact)) or 0
        asked = scenarios(connection)
        measured: tuple[PageQuery | Group, ...] = (*QUERIES, *GROUPS)
        return infusions, [
            _measure(connection, fetch, query, scenario, infusions, repeat)
            for query in measured
            for scenario in asked
        ]


@contextmanager
def _database(url: str) -> Iterator[tuple[Connection, Fetch]]:
    engine = make_engine(url)
    try:
        with reading(engine) as connection, bare_driver(url) as fetch:
            yield connection, fetch
    finally:
        engine.dispose()


def _measure(
    connection: Connection,
    fetch: Fetch,
    query: PageQuery | Group,
    scenario: Scenario,
    infusions: int,
    repeat: int,
) -> QueryTime:
    ours, floor = medians_ms(
        (lambda: query.run(connection, scenario), lambda: query.run_floor(fetch, scenario)), repeat
    )
    return QueryTime(
        query=query.name,
        scenario=scenario.name,
        rows=row_count(query.run(connection, scenario)),
        ours=ours,
        floor=floor,
        aim=_aim_ms(query, infusions, scenario.name),
        together=isinstance(query, Group),
    )


def _aim_ms(query: PageQuery | Group, infusions: int, scenario: str) -> float:
    if isinstance(query, PageQuery):
        return aim_ms(infusions, scenario)
    return query.aim_ms(infusions, scenario)


def aim_ms(infusions: int, scenario: str) -> float:
    """What a query may take: 30 ms; of a large database 20 ms, or 200 ms for all of history.

    A year of all sites is the pages' default view; it is held to the aim for all of history.
    """
    if infusions < LARGE:
        return 30
    return 20 if scenario == SITE_YEAR else 200


def row_count(result: Any) -> int:
    """The rows of a result; a single value is one."""
    if isinstance(result, Listed):
        return len(result.rows)
    return len(result) if isinstance(result, pd.DataFrame | dict | list | tuple) else 1
