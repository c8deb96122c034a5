"""What each query is asked: how much of the history, which site, which patient, which term."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, func, select

from access.viewer import LOCAL_VIEWER
from clinical.calendar import day_number
from clinical.side_effect_rates import recent_from
from data_access.filters import Filters
from data_access.schema import InfusionFact, PatientFact, SideEffectFact, Site
from data_access.status import clinic_status

SITE_YEAR = "one site, a year"
YEAR = "all sites, a year"
ALL = "all of history"


class NothingToMeasureError(Exception):
    """The database holds too little to ask about. The message says so."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One way to ask. ``site_key``: where the filters name a site; ``today``: the last day."""

    name: str
    filters: Filters
    site_key: int | None
    today: date
    term_key: int
    patient_key: int

    @property
    def now(self) -> datetime:
        """Midday of today."""
        return datetime(self.today.year, self.today.month, self.today.day, 12, tzinfo=UTC)

    @property
    def recent(self) -> date:
        """The first day of the recent part of the period."""
        return recent_from(self.filters.start, self.filters.end)

    @property
    def today_only(self) -> Filters:
        """Today, at the same sites."""
        return Filters(self.today, self.today, self.filters.site_ids)

    @property
    def parameters(self) -> dict[str, int | str]:
        """The same as the parameters of a statement written by hand."""
        return {
            "start": day_number(self.filters.start),
            "end": day_number(self.filters.end),
            "recent": day_number(self.recent),
            "today": day_number(self.today),
            "now": self.now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "site": self.site_key or 0,
            "term": self.term_key,
            "patient": self.patient_key,
        }


def scenarios(connection: Connection) -> tuple[Scenario, ...]:
    """The scenarios for a database: its busiest site, its commonest term, its longest patient.

    Raises :class:`NothingToMeasureError` where it holds no infusion or no side effect.
    """
    status = clinic_status(connection, LOCAL_VIEWER)
    site = _most(connection, InfusionFact.site_key)
    term = _most(connection, SideEffectFact.term_key)
    patient = connection.scalar(
        select(PatientFact.patient_key).order_by(PatientFact.infusions.desc()).limit(1)
    )
    if status.last_day is None or status.first_day is None or not (site and term and patient):
        raise NothingToMeasureError(
            "The database holds no infusion with a side effect, so there is nothing to measure. "
            "Fill it with python -m data_access demo."
        )
    site_id = connection.scalar(select(Site.site_id).where(Site.site_key == site)) or ""
    today, first = status.last_day, status.first_day
    year = Filters(today - timedelta(days=364), today)

    def scenario(name: str, filters: Filters, site_key: int | None = None) -> Scenario:
        return Scenario(name, filters, site_key, today, term, patient)

    return (
        scenario(SITE_YEAR, Filters(year.start, year.end, (site_id,)), site),
        scenario(YEAR, year),
        scenario(ALL, Filters(first, today)),
    )


def _most(connection: Connection, column: object) -> int | None:
    """The commonest value of a column."""
    statement = select(column).group_by(column).order_by(func.count().desc()).limit(1)  # type: ignore[call-overload]
    found: int | None = connection.scalar(statement)
    return found
