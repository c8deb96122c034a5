"""The queries of the Side effects page.

Rates per infusion count the infusions whose side-effect form was filled in (``recorded``); an
infusion with a side effect always is one of them. Each infusion counts once for a term, however
often the term was recorded. Rates per patient count patients with at least one such infusion.

Statements group by columns that an index holds in that order (see ``__table_args__`` of the fact
tables): SQLite adds up such groups while it reads, and would otherwise sort every row first.
"""

from dataclasses import dataclass
from datetime import date

import pandas as pd
from sqlalchemy import Connection, func, select

from access.viewer import Viewer
from clinical.calendar import day_number
from data_access.filters import Filters
from data_access.frames import query_frame
from data_access.schema import InfusionFact, SideEffectFact, Term
from data_access.selection import conditions

_SEVERE = 3
"""CTCAE: grade 3 is severe, 4 life-threatening, 5 death."""

_recorded = func.sum(InfusionFact.recorded).label("recorded")
_affected = func.count().filter(InfusionFact.side_effects > 0).label("affected")


def infusions_by_month_and_dose(
    connection: Connection, viewer: Viewer, filters: Filters
) -> pd.DataFrame:
    """How many infusions there were, and in how many something was recorded.

    Columns, all whole numbers: ``month`` (:mod:`clinical.calendar`), ``dose_band``
    (:class:`~clinical.codes.DoseBand`), ``infusions``, ``recorded``, ``affected`` (with any side
    effect), ``severe`` (with one of grade 3 or more), ``stopped`` (early).
    """
    facts = InfusionFact
    return query_frame(
        connection,
        select(
            facts.month,
            facts.dose_band,
            func.count().label("infusions"),
            _recorded,
            _affected,
            func.count().filter(facts.worst_grade >= _SEVERE).label("severe"),
            func.sum(facts.stopped).label("stopped"),
        )
        .where(*conditions(connection, viewer, filters, facts))
        .group_by(facts.month, facts.dose_band)
        .order_by(facts.month, facts.dose_band),
    )


def infusions_by_number(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """Infusions by their place in the series.

    Columns, all whole numbers: ``number_band`` (index into
    :data:`clinical.side_effect_rates.NUMBER_BANDS`), ``recorded``, ``affected``.
    """
    facts = InfusionFact
    return query_frame(
        connection,
        select(facts.number_band, _recorded, _affected)
        .where(*conditions(connection, viewer, filters, facts))
        .group_by(facts.number_band)
        .order_by(facts.number_band),
    )


def infusions_by_site(
    connection: Connection, viewer: Viewer, filters: Filters, recent: date
) -> pd.DataFrame:
    """Infusions of each site: in the whole period, and from the day ``recent`` on.

    Columns: ``site_key``, ``recorded``, ``affected``, ``recorded_recent``, ``affected_recent``
    (whole numbers).
    """
    facts = InfusionFact
    is_recent = facts.day >= day_number(recent)
    return query_frame(
        connection,
        select(
            facts.site_key,
            _recorded,
            _affected,
            func.count().filter(is_recent, facts.recorded == 1).label("recorded_recent"),
            func.count().filter(is_recent, facts.side_effects > 0).label("affected_recent"),
        )
        .where(*conditions(connection, viewer, filters, facts))
        .group_by(facts.site_key)
        .order_by(facts.site_key),
    )


@dataclass(frozen=True, slots=True)
class PatientCount:
    """Patients with a recorded infusion, and those of them with any side effect."""

    recorded: int
    affected: int


def count_patients(connection: Connection, viewer: Viewer, filters: Filters) -> PatientCount:
    """The patients behind the rates per patient."""
    facts = InfusionFact
    patients = (
        select(func.max(facts.side_effects).label("side_effects"))
        .where(
            *conditions(connection, viewer, filters, facts, along_groups=True), facts.recorded == 1
        )
        .group_by(facts.patient_key)
        .subquery()
    )
    counted = select(func.count(), func.count().filter(patients.c.side_effects > 0))
    return PatientCount(*connection.execute(counted.select_from(patients)).one())


def count_serious(connection: Connection, viewer: Viewer, filters: Filters) -> int:
    """The infusions with at least one serious side effect."""
    facts = SideEffectFact
    statement = select(func.count(facts.infusion_key.distinct())).where(
        facts.serious == 1, *conditions(connection, viewer, filters, facts)
    )
    return connection.scalar(statement) or 0


def serious_by_term(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """The infusions in which each term was serious. Columns: ``term_key``, ``serious``."""
    facts = SideEffectFact
    return query_frame(
        connection,
        select(facts.term_key, func.count().label("serious"))
        .where(facts.serious == 1, *conditions(connection, viewer, filters, facts))
        .group_by(facts.term_key)
        .order_by(facts.term_key),
    )


def terms_by_grade(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """Each term that occurred, by its worst grade in an infusion.

    Columns: ``term_key``, ``term`` (its name), ``grade`` (0 = not graded), ``infusions``,
    ``events`` (records).
    """
    facts = SideEffectFact
    grouped = (
        select(
            facts.term_key,
            facts.worst_grade.label("grade"),
            func.count().label("infusions"),
            func.sum(facts.events).label("events"),
        )
        .where(*conditions(connection, viewer, filters, facts))
        .group_by(facts.term_key, facts.worst_grade)
        .subquery()
    )
    columns = [grouped.c[name] for name in ("grade", "infusions", "events")]
    return query_frame(
        connection,
        select(grouped.c.term_key, Term.name.label("term"), *columns)
        .join(Term, Term.term_key == grouped.c.term_key)
        .order_by(grouped.c.term_key, grouped.c.grade),
    )


def patients_by_term(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """How many patients had each term at least once. Columns: ``term_key``, ``patients``."""
    facts = SideEffectFact
    # Grouped twice, because COUNT(DISTINCT) keeps a sorted set for each term.
    patients = (
        select(facts.term_key, facts.patient_key)
        .where(*conditions(connection, viewer, filters, facts, along_groups=True))
        .group_by(facts.term_key, facts.patient_key)
        .subquery()
    )
    return query_frame(
        connection,
        select(patients.c.term_key, func.count().label("patients"))
        .group_by(patients.c.term_key)
        .order_by(patients.c.term_key),
    )


def terms_by_site(
    connection: Connection, viewer: Viewer, filters: Filters, recent: date
) -> pd.DataFrame:
    """Infusions with each term at each site: in the whole period, and from ``recent`` on.

    Columns, all whole numbers: ``term_key``, ``site_key``, ``affected``, ``affected_recent``.
    """
    facts = SideEffectFact
    is_recent = facts.day >= day_number(recent)
    return query_frame(
        connection,
        select(
            facts.term_key,
            facts.site_key,
            func.count().label("affected"),
            func.count().filter(is_recent).label("affected_recent"),
        )
        .where(*conditions(connection, viewer, filters, facts))
        .group_by(facts.term_key, facts.site_key)
        .order_by(facts.term_key, facts.site_key),
    )


def term_by_month_and_dose(
    connection: Connection, viewer: Viewer, filters: Filters, term_key: int
) -> pd.DataFrame:
    """Infusions with one term. Columns, whole numbers: ``month``, ``dose_band``, ``affected``."""
    facts = SideEffectFact
    scoped = conditions(connection, viewer, filters, facts, along_groups=True)
    return query_frame(
        connection,
        select(facts.month, facts.dose_band, func.count().label("affected"))
        .where(facts.term_key == term_key, *scoped)
        .group_by(facts.month, facts.dose_band)
        .order_by(facts.month, facts.dose_band),
    )


def term_by_number(
    connection: Connection, viewer: Viewer, filters: Filters, term_key: int
) -> pd.DataFrame:
    """Infusions with one term. Columns, whole numbers: ``number_band``, ``affected``."""
    facts = SideEffectFact
    scoped = conditions(connection, viewer, filters, facts, along_groups=True)
    return query_frame(
        connection,
        select(facts.number_band, func.count().label("affected"))
        .where(facts.term_key == term_key, *scoped)
        .group_by(facts.number_band)
        .order_by(facts.number_band),
    )
