"""What a page asks together, held to the aims for a whole page."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from benchmarks.floor import Fetch
from benchmarks.page_query import PageQuery
from benchmarks.queries import QUERIES
from benchmarks.scenario import SITE_YEAR, Scenario

LARGE = 500_000
"""Infusions from which on the aims for a large database hold."""

_BY_NAME = {query.name: query for query in QUERIES}


@dataclass(frozen=True, slots=True)
class Group:
    """Queries that a page asks one after another, and what is worked out between them.

    ``aim``, ``aim_of_large``: milliseconds for all of them, up to 100,000 infusions and for a
    million; ``aim_of_large_site``: for a million, but of one site and a year, where it differs.
    """

    name: str
    parts: tuple[PageQuery, ...]
    aim: float
    aim_of_large: float
    aim_of_large_site: float | None = None

    def run(self, connection: Connection, scenario: Scenario) -> list[Any]:
        """Run every part as its page does."""
        return [part.run(connection, scenario) for part in self.parts]

    def run_floor(self, fetch: Fetch, scenario: Scenario) -> list[list[tuple[Any, ...]]]:
        """Run the floor of every part."""
        return [part.run_floor(fetch, scenario) for part in self.parts]

    def aim_ms(self, infusions: int, scenario: str) -> float:
        """What all parts together may take on a database of so many infusions."""
        if infusions < LARGE:
            return self.aim
        if scenario == SITE_YEAR and self.aim_of_large_site is not None:
            return self.aim_of_large_site
        return self.aim_of_large


def named(*names: str) -> tuple[PageQuery, ...]:
    """The queries of these names."""
    return tuple(_BY_NAME[name] for name in names)
