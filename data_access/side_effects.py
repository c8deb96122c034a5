"""The queries of the Side effects page: its totals and its table, a row for each term.

Rates per infusion and what they count: :mod:`data_access.side_effect_counts`. Rates per patient
count patients with at least one recorded infusion.
"""

from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Connection, exists, func, select

from access.viewer import Permission, Viewer, require
from data_access.filters import Filters
from data_access.frames import TEXT, query_frame, typed_frame
from data_access.schema import InfusionFact, SideEffectFact, Term
from data_access.selection import conditions, permitted_site_keys
from data_access.side_effect_counts import EVENTS


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


def all_terms(connection: Connection, viewer: Viewer) -> pd.DataFrame:
    """Every term that was ever recorded at the viewer's sites, for those without any event now.

    Columns: ``term_key`` (whole number), ``term`` (its name).
    """
    require(viewer, Permission.SEE_CLINICAL)
    statement = select(Term.term_key, Term.name).order_by(Term.term_key)
    site_keys = permitted_site_keys(connection, viewer)
    if site_keys is not None:
        facts = SideEffectFact
        here = exists().where(facts.term_key == Term.term_key, facts.site_key.in_(site_keys))
        statement = statement.where(here)
    return typed_frame(connection.execute(statement), {"term_key": "int64", "term": TEXT})


def terms_by_grade(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """Each term that occurred, by its worst grade in an infusion.

    Columns: ``term_key``, ``term`` (its name), ``grade`` (0 = not graded), ``infusions``,
    ``serious`` (infusions in which it was), ``events`` (records), ``timed_events`` (records in
    infusions whose time in the chair is known).
    """
    facts = SideEffectFact
    timed = func.sum(facts.events).filter(facts.chair_minutes.is_not(None))
    counts = (
        func.count().label("infusions"),
        func.sum(facts.serious).label("serious"),
        EVENTS,
        func.coalesce(timed, 0).label("timed_events"),
    )
    grouped = (
        select(facts.term_key, facts.worst_grade.label("grade"), *counts)
        .where(*conditions(connection, viewer, filters, facts))
        .group_by(facts.term_key, facts.worst_grade)
        .subquery()
    )
    statement = (
        select(
            grouped.c.term_key,
            Term.name.label("term"),
            grouped.c.grade,
            *(grouped.c[count.name] for count in counts),
        )
        .join(Term, Term.term_key == grouped.c.term_key)
        .order_by(grouped.c.term_key, grouped.c.grade)
    )
    return query_frame(connection, statement)


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
