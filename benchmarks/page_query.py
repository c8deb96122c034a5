"""What is measured: a query of the pages, how it is called, and its floor.

A floor is the same aggregate as a statement written by hand: the values come back as plain tuples,
nothing is checked, nothing is translated. ``{period}`` stands for the condition on day and site,
``{started}`` and ``{o_started}`` for that on the first day of a course, ``{site}``, ``{p_site}``
and ``{f_site}`` for the one on site alone, ``{keys}`` for the keys of a page of patients,
``{listed}`` for those of a list of infusions. Where a query needs several statements, so does its
floor.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from access.viewer import LOCAL_VIEWER as VIEWER
from benchmarks.floor import Fetch
from benchmarks.scenario import Scenario

_TODAY_LOOKS_BACK = 120
"""Days: the 30 that are recent and the 90 before them."""


@dataclass(frozen=True, slots=True)
class PageQuery:
    """A query function, how it is called, and its floor.

    ``narrow``: for a page that looks at a window of its own and not at the reader's period.
    """

    function: Callable[..., Any]
    call: Callable[[Connection, Scenario], Any]
    floor: tuple[str, ...]
    narrow: Callable[[Scenario], Scenario] = lambda asked: asked

    @property
    def name(self) -> str:
        """Such as ``today.infusions_by_day``."""
        module = self.function.__module__.removeprefix("data_access.")
        return f"{module}.{self.function.__name__}"

    def run(self, connection: Connection, scenario: Scenario) -> Any:
        """Run the query as its page does."""
        return self.call(connection, self.narrow(scenario))

    def run_floor(self, fetch: Fetch, scenario: Scenario) -> list[tuple[Any, ...]]:
        """Run the floor; the rows of its last statement."""
        asked = self.narrow(scenario)
        rows: list[tuple[Any, ...]] = []
        for statement in self.floor:
            rows = fetch(_scoped(statement, asked), asked.parameters)
        return rows


def _scoped(statement: str, scenario: Scenario) -> str:
    site = " AND site_key = :site" if scenario.site_key else ""
    return statement.format(
        period=f"day BETWEEN :start AND :end{site}",
        site=site,
        p_site=site.replace("site_key", "p.site_key"),
        f_site=site.replace("site_key", "f.site_key"),
        started=f"started_day BETWEEN :start AND :end{site}",
        o_started=f"o.started_day BETWEEN :start AND :end{site.replace('site_key', 'o.site_key')}",
        listed=", ".join(str(key) for key in scenario.listed),
        keys=", ".join(str(key) for key in scenario.page),
    )


def filtered(function: Callable[..., Any], *floor: str) -> PageQuery:
    """A query that takes the filters alone."""
    return PageQuery(function, lambda c, asked: function(c, VIEWER, asked.filters), floor)


def looking_back(days: int) -> Callable[[Scenario], Scenario]:
    """So many days up to today, whatever the reader's period."""

    def narrow(asked: Scenario) -> Scenario:
        start = asked.today - timedelta(days=days)
        return replace(asked, filters=replace(asked.filters, start=start, end=asked.today))

    return narrow


weeks_of_today = looking_back(_TODAY_LOOKS_BACK)
"""The weeks that most of the Today page looks back."""


def of_patient(function: Callable[..., Any], *floor: str) -> PageQuery:
    """A query about one patient."""
    return PageQuery(function, lambda c, asked: function(c, VIEWER, asked.patient.key), floor)
