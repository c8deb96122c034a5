"""Whose outcomes are looked at: the courses that began in the period, and what they have in common.

The unit is a course of treatment that has begun. The page is about inductions; about maintenance
where the filters name nothing else.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from access.viewer import Permission, Viewer, require
from clinical.calendar import day_number
from clinical.codes import Phase, ScoreKind
from clinical.instruments import Instrument
from clinical.measures import MEASURE_BY_CODE, MEASURES
from data_access.filters import Filters
from data_access.schema import MilestoneFact, OutcomeFact, StartFact
from data_access.selection import of_permitted_sites, permitted_site_keys, spans_every_site

CohortFacts = type[StartFact] | type[OutcomeFact] | type[MilestoneFact]


@dataclass(frozen=True, slots=True)
class Cohort:
    """What courses are looked at beyond the shared filters; an empty choice means all.

    ``measure``: code of :data:`clinical.measures.MEASURES`; ``kind``: of scores. The others hold
    codes of :mod:`clinical.codes`; ``baseline_bands`` are indices of the measure's severity bands,
    and leave out courses without a baseline.
    """

    measure: int
    kind: ScoreKind = ScoreKind.SETTLED
    sexes: tuple[int, ...] = ()
    age_bands: tuple[int, ...] = ()
    failures_bands: tuple[int, ...] = ()
    dose_bands: tuple[int, ...] = ()
    course_orders: tuple[int, ...] = ()
    baseline_bands: tuple[int, ...] = ()

    @property
    def instrument(self) -> Instrument:
        """The measure with its rules."""
        return MEASURE_BY_CODE[self.measure]


GROUP_COLUMNS = (
    "site_key",
    "diagnosis_group",
    "sex",
    "age_band",
    "failures_band",
    "dose_band",
    "course_order",
    "baseline_band",
)
"""The columns of the facts by which courses may be told apart; the last one of a baseline."""

_PEOPLE = {
    "sexes": "sex",
    "age_bands": "age_band",
    "failures_bands": "failures_band",
    "dose_bands": "dose_band",
    "course_orders": "course_order",
}
"""The column that holds what each choice names."""


def cohort_phase(filters: Filters) -> Phase:
    """The phase of the courses looked at: induction, unless the reader chose maintenance alone."""
    return Phase.MAINTENANCE if filters.phases == (Phase.MAINTENANCE,) else Phase.INDUCTION


def in_cohort(
    connection: Connection,
    viewer: Viewer,
    filters: Filters,
    cohort: Cohort,
    facts: CohortFacts,
    *,
    over_on: date | None = None,
    along_groups: bool = False,
    needs: Permission = Permission.SEE_CLINICAL,
) -> list[ColumnElement[bool]]:
    """The conditions that keep the facts of courses to a cohort and to the viewer's sites.

    A course belongs to the period in which it began, and to the site of its first infusion.
    ``over_on``: only courses that are over on that day; rates and means take no others, because
    one that is under way has not had its chance. ``along_groups``: for a statement whose groups lie
    along an index without the site in front: SQLite reads that index through, where all sites are
    meant (see :func:`data_access.selection.conditions`). ``needs``: the permission that is asked
    for.

    Raises :class:`~access.viewer.NotPermittedError` where the viewer may not see it.
    """
    require(viewer, needs)
    is_sqlite = connection.dialect.name == "sqlite"
    hidden = along_groups and is_sqlite and spans_every_site(viewer, filters)
    started: Any = facts.started_day + 0 if hidden else facts.started_day
    found: list[ColumnElement[bool]] = [
        facts.phase == int(cohort_phase(filters)),
        started.between(day_number(filters.start), day_number(filters.end)),
    ]
    if facts is not StartFact:
        found.append(facts.measure == cohort.measure)  # type: ignore[union-attr]
    site_keys = permitted_site_keys(connection, viewer, filters.site_ids)
    if site_keys is not None:
        found.append(facts.site_key.in_(site_keys))
    if filters.diagnosis_groups:
        found.append(facts.diagnosis_group.in_([int(each) for each in filters.diagnosis_groups]))
    for name, column in _PEOPLE.items():
        if codes := getattr(cohort, name):
            found.append(getattr(facts, column).in_(codes))
    if cohort.baseline_bands and facts is not StartFact:
        found.append(facts.baseline_band.in_(cohort.baseline_bands))  # type: ignore[union-attr]
    if over_on is not None:
        found.append(facts.closed_day <= day_number(over_on))
    return found


def measures_in_use(connection: Connection, viewer: Viewer) -> tuple[Instrument, ...]:
    """The measures on which any course has a baseline, in their order.

    The clinic's, whatever the filters, so that the choice is stable: a step in an index for each.
    """
    require(viewer, Permission.SEE_CLINICAL)
    mine = of_permitted_sites(connection, viewer, MilestoneFact)
    found = select(MilestoneFact.series_key).limit(1)
    return tuple(
        measure
        for measure in MEASURES
        if connection.scalar(found.where(MilestoneFact.measure == measure.code, *mine)) is not None
    )
