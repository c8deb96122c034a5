"""What each query is asked: how much of the history, which site, which patient, which term."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from access.viewer import LOCAL_VIEWER
from clinical.calendar import day_number
from clinical.codes import Phase
from clinical.instruments import PHQ9
from clinical.thresholds import DEFAULTS
from data_access.expected import Comparable
from data_access.filters import Filters
from data_access.schema import (
    AuditEntry,
    CourseFact,
    InfusionFact,
    Patient,
    PatientFact,
    SideEffectFact,
    Site,
    WatchFact,
)
from data_access.search_words import folded_words
from data_access.status import clinic_status

SITE_YEAR = "one site, a year"
YEAR = "all sites, a year"
ALL = "all of history"
TREATED_DAYS = max(DEFAULTS.treated_induction_days, DEFAULTS.treated_maintenance_days)
"""Days after an infusion for which a patient may be under treatment."""
_LAST = "\U0010ffff"
"""Sorts after every character that a word can hold."""
_RECENT_DAYS = 30
"""What Today calls recent: so many days before today."""
_LISTED = 10
"""Patients on one page of the attention list."""
_LISTED_INFUSIONS = 200
"""Infusions of a list on the Side effects page."""


class NothingToMeasureError(Exception):
    """The database holds too little to ask about. The message says so."""


@dataclass(frozen=True, slots=True)
class OnePatient:
    """A patient who is opened.

    ``infusion_key``: the latest infusion; ``band``: the severity band of the baseline of the latest
    series, in ``phase``; ``words``: how a reader would look for the patient.
    """

    key: int
    handle: str
    infusion_key: int
    phase: Phase
    band: int
    words: tuple[str, str]

    @property
    def comparable(self) -> Comparable:
        """Whom the patient is compared with."""
        return Comparable(PHQ9, self.phase, self.band, but=self.key)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One way to ask.

    ``site_key``: where the filters name a site; ``today``: the last day; ``page``: the keys of the
    patients on one page of the attention list; ``listed``: of the latest infusions; ``person``:
    who has most entries in the audit trail.
    """

    name: str
    filters: Filters
    site_key: int | None
    today: date
    term_key: int
    patient: OnePatient
    page: tuple[int, ...]
    listed: tuple[int, ...]
    person: str

    @property
    def now(self) -> datetime:
        """Midday of today."""
        return datetime(self.today.year, self.today.month, self.today.day, 12, tzinfo=UTC)

    @property
    def recent(self) -> date:
        """The first of the days that Today calls recent."""
        return self.today - timedelta(days=_RECENT_DAYS)

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
            "first_time": f"{self.filters.start}T00:00:00Z",
            "end_time": f"{self.filters.end + timedelta(days=1)}T00:00:00Z",
            "week_time": f"{self.filters.end - timedelta(days=6)}T00:00:00Z",
            "person": self.person,
            "treated": day_number(self.today) - TREATED_DAYS,
            "patient": self.patient.key,
            "handle": self.patient.handle,
            "infusion": self.patient.infusion_key,
            "phase": int(self.patient.phase),
            "band": self.patient.band,
            "first_word": self.patient.words[0],
            "first_end": self.patient.words[0] + _LAST,
            "second_word": self.patient.words[1],
            "second_end": self.patient.words[1] + _LAST,
        }


def scenarios(connection: Connection) -> tuple[Scenario, ...]:
    """The scenarios for a database: its busiest site, its commonest term, its longest patient.

    Raises :class:`NothingToMeasureError` where it holds no infusion or no side effect.
    """
    status = clinic_status(connection, LOCAL_VIEWER)
    site = _most(connection, InfusionFact.site_key)
    term = _most(connection, SideEffectFact.term_key)
    patient = _longest_patient(connection)
    person = _most(connection, AuditEntry.who) or ""
    if status.last_day is None or status.first_day is None or not (site and term and patient):
        raise NothingToMeasureError(
            "The database holds no infusion with a side effect, so there is nothing to measure. "
            "Fill it with python -m data_access demo."
        )
    site_id = connection.scalar(select(Site.site_id).where(Site.site_key == site)) or ""
    today, first = status.last_day, status.first_day
    year = Filters(today - timedelta(days=364), today)

    def scenario(name: str, filters: Filters, site_key: int | None = None) -> Scenario:
        page = _last_treated(connection, site_key)
        listed = _latest_infusions(connection, site_key)
        return Scenario(name, filters, site_key, today, term, patient, page, listed, person)

    return (
        scenario(SITE_YEAR, Filters(year.start, year.end, (site_id,)), site),
        scenario(YEAR, year),
        scenario(ALL, Filters(first, today)),
    )


def _most(connection: Connection, column: object) -> Any:
    """The commonest value of a column."""
    statement = select(column).group_by(column).order_by(func.count().desc()).limit(1)  # type: ignore[call-overload]
    return connection.scalar(statement)


def _longest_patient(connection: Connection) -> OnePatient | None:
    """The patient with the most infusions: the largest page of one patient."""
    row = connection.execute(
        select(
            PatientFact.patient_key,
            PatientFact.handle,
            PatientFact.phase,
            CourseFact.baseline,
            Patient.given_name,
            Patient.family_name,
            Patient.patient_id,
        )
        .join(Patient, Patient.patient_key == PatientFact.patient_key)
        .outerjoin(
            CourseFact,
            (CourseFact.series_key == PatientFact.series_key)
            & (CourseFact.instrument == PHQ9.code),
        )
        .order_by(PatientFact.infusions.desc(), PatientFact.patient_key)
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    infusion = connection.scalar(
        select(InfusionFact.infusion_key)
        .where(InfusionFact.patient_key == row.patient_key)
        .order_by(InfusionFact.day.desc(), InfusionFact.infusion_key.desc())
        .limit(1)
    )
    named = [name for name in row[-3:] if name is not None]
    return OnePatient(
        key=row.patient_key,
        handle=row.handle,
        infusion_key=infusion or 0,
        phase=Phase(row.phase),
        band=0 if row.baseline is None else PHQ9.band(row.baseline) or 0,
        words=_two_words(" ".join(named)),
    )


def _two_words(names: str) -> tuple[str, str]:
    """The first two words of a patient's names and number; the only one twice."""
    words = folded_words(names)
    return words[0], words[:2][-1]


def _last_treated(connection: Connection, site_key: int | None) -> tuple[int, ...]:
    """As many patients as a page of the attention list names, those treated last."""
    statement = (
        select(WatchFact.patient_key)
        .order_by(WatchFact.last_infusion_day.desc(), WatchFact.patient_key)
        .limit(_LISTED)
    )
    if site_key is not None:
        statement = statement.where(WatchFact.site_key == site_key)
    return tuple(connection.scalars(statement))


def _latest_infusions(connection: Connection, site_key: int | None) -> tuple[int, ...]:
    """As many infusions as a list of the Side effects page holds, the latest ones."""
    statement = (
        select(InfusionFact.infusion_key)
        .order_by(InfusionFact.day.desc(), InfusionFact.infusion_key.desc())
        .limit(_LISTED_INFUSIONS)
    )
    if site_key is not None:
        statement = statement.where(InfusionFact.site_key == site_key)
    return tuple(connection.scalars(statement))
