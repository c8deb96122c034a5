"""From filters and viewer to SQL conditions: the one place where a query is scoped."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from access.viewer import Permission, Viewer, require
from clinical.calendar import day_number, month_number
from data_access.filters import Filters
from data_access.schema import (
    AccessFact,
    AppointmentFact,
    FreedSlotFact,
    InductionFact,
    InfusionFact,
    PatientFact,
    ScoreFact,
    SideEffectFact,
    Site,
)

FilteredFacts = type[AppointmentFact] | type[InfusionFact] | type[ScoreFact] | type[SideEffectFact]

OPERATIONAL: frozenset[Any] = frozenset({AccessFact, AppointmentFact, FreedSlotFact, InductionFact})
"""Facts about the clinic's work, which hold nothing clinical but the diagnosis group."""


def needed_for(facts: Any) -> Permission:
    """What counting these facts needs, unless the query says otherwise: the stricter, if unknown.

    A query that only counts the work in other facts (:class:`InfusionFact`) asks for
    ``needs=Permission.SEE_TOTALS``; one that takes out single rows asks for more by itself.
    """
    return Permission.SEE_TOTALS if facts in OPERATIONAL else Permission.SEE_CLINICAL


def permitted_site_keys(
    connection: Connection, viewer: Viewer, chosen: tuple[str, ...] = ()
) -> list[int] | None:
    """The keys of the chosen sites that the viewer may see; ``None`` where that is every site."""
    if viewer.site_ids is None and not chosen:
        return None
    statement = select(Site.site_key).order_by(Site.site_key)
    if viewer.site_ids is not None:
        statement = statement.where(Site.site_id.in_(sorted(viewer.site_ids)))
    if chosen:
        statement = statement.where(Site.site_id.in_(chosen))
    return list(connection.scalars(statement))


def of_permitted_sites(
    connection: Connection, viewer: Viewer, facts: Any
) -> list[ColumnElement[bool]]:
    """The condition that keeps facts to the viewer's sites; none where that is every site."""
    site_keys = permitted_site_keys(connection, viewer)
    return [] if site_keys is None else [facts.site_key.in_(site_keys)]


def conditions(
    connection: Connection,
    viewer: Viewer,
    filters: Filters,
    facts: FilteredFacts,
    *,
    along_groups: bool = False,
    needs: Permission | None = None,
) -> list[ColumnElement[bool]]:
    """The conditions that keep a fact table to the filters and to the viewer's sites.

    ``along_groups``: for a statement whose groups lie along an index. Of all sites SQLite had
    better read that whole index, adding up while it reads; it would rather seek the days in
    another one and then sort every row, so the day is hidden from it (``+ 0``). Of chosen sites
    there are few rows, and to seek and sort them is right. PostgreSQL needs no such help.

    ``needs`` and what is raised: as :func:`scope`.
    """
    scoped = scope(connection, viewer, filters, facts, needs=needs)
    is_sqlite = connection.dialect.name == "sqlite"
    hidden = along_groups and is_sqlite and spans_every_site(viewer, filters)
    day = facts.day + 0 if hidden else facts.day
    return [day.between(day_number(filters.start), day_number(filters.end)), *scoped]


def in_each_site(
    connection: Connection,
    viewer: Viewer,
    filters: Filters,
    facts: FilteredFacts,
    *,
    needs: Permission | None = None,
) -> list[ColumnElement[bool]]:
    """As :func:`conditions`, with every site named where all are meant.

    For an index that begins with the site and the day: SQLite then seeks the days in each site.
    """
    days = facts.day.between(day_number(filters.start), day_number(filters.end))
    return [days, *scope_in_each_site(connection, viewer, filters, facts, needs=needs)]


def scope_in_each_site(
    connection: Connection,
    viewer: Viewer,
    filters: Filters,
    facts: Any,
    *,
    needs: Permission | None = None,
) -> list[ColumnElement[bool]]:
    """As :func:`scope`, with every site named where all are meant.

    For an index with the site before the day: SQLite seeks in each site, and would otherwise take
    another index and look into the table for each row.
    """
    scoped = scope(connection, viewer, filters, facts, needs=needs)
    if spans_every_site(viewer, filters):
        sites = list(connection.scalars(select(Site.site_key).order_by(Site.site_key)))
        scoped.append(facts.site_key.in_(sites))
    return scoped


def along_months(
    connection: Connection,
    viewer: Viewer,
    filters: Filters,
    facts: FilteredFacts,
    *,
    needs: Permission | None = None,
) -> list[ColumnElement[bool]]:
    """As :func:`conditions`, for groups along an index with the month before the day."""
    scoped = conditions(connection, viewer, filters, facts, along_groups=True, needs=needs)
    if spans_every_site(viewer, filters):
        # Says nothing new, but lets the index be entered at the first month.
        months = (month_number(filters.start), month_number(filters.end))
        scoped.append(facts.month.between(*months))
    return scoped


def spans_every_site(viewer: Viewer, filters: Filters) -> bool:
    """Whether neither the viewer nor the filters leave out a site."""
    return viewer.site_ids is None and not filters.site_ids


def scope(
    connection: Connection,
    viewer: Viewer,
    filters: Filters,
    facts: Any,
    *,
    needs: Permission | None = None,
) -> list[ColumnElement[bool]]:
    """As :func:`conditions`, but for all time: site, diagnosis group and phase only.

    ``needs``: the permission that is asked for; by default what the facts ask for
    (:func:`needed_for`). Whoever may see no more than totals may not choose diagnoses: how many
    appointments people with a diagnosis have at some hour is no total of the clinic's work.

    Raises :class:`~access.viewer.NotPermittedError` where the viewer may not see it.
    """
    needs = needed_for(facts) if needs is None else needs
    require(viewer, needs)
    if needs is Permission.SEE_TOTALS and filters.diagnosis_groups:
        require(viewer, Permission.SEE_CLINICAL)
    found: list[ColumnElement[bool]] = []
    site_keys = permitted_site_keys(connection, viewer, filters.site_ids)
    if site_keys is not None:
        found.append(facts.site_key.in_(site_keys))
    if filters.diagnosis_groups:
        found.append(facts.diagnosis_group.in_([int(group) for group in filters.diagnosis_groups]))
    if filters.phases:
        found.append(facts.phase.in_([int(phase) for phase in filters.phases]))
    return found


@dataclass(frozen=True, slots=True)
class Selected:
    """How much of the clinic's record the filters leave."""

    infusions: int
    all_infusions: int


def count_infusions(connection: Connection, viewer: Viewer, filters: Filters) -> Selected:
    """The infusions within the filters, and all that the viewer may see."""
    counted = select(func.count()).select_from(InfusionFact)
    scoped = conditions(connection, viewer, filters, InfusionFact, needs=Permission.SEE_TOTALS)
    selected = counted.where(*scoped)
    site_keys = permitted_site_keys(connection, viewer)
    if site_keys is None:
        # There are twenty times fewer patients than infusions to read.
        everything = select(func.sum(PatientFact.infusions))
    else:
        everything = counted.where(InfusionFact.site_key.in_(site_keys))
    return Selected(
        infusions=connection.scalar(selected) or 0,
        all_infusions=connection.scalar(everything) or 0,
    )
