"""The queries of the Side effects page: its totals and its table, a row for each term.

Rates per infusion and what they count: :mod:`data_access.side_effect_counts`. Rates per patient
count patients with at least one recorded infusion.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sqlalchemy import Connection, exists, select

from access.viewer import Permission, Viewer, require
from data_access.columns import counts_by, distinct_by
from data_access.filters import Filters
from data_access.frames import TEXT, typed_frame
from data_access.schema import SideEffectFact, Term
from data_access.selection import permitted_site_keys
from data_access.side_effect_counts import (
    is_affected,
    recorded_columns,
    side_effect_columns,
    with_terms,
)


@dataclass(frozen=True, slots=True)
class PatientCount:
    """Patients with a recorded infusion, and those of them with any side effect."""

    recorded: int
    affected: int


def count_patients(connection: Connection, viewer: Viewer, filters: Filters) -> PatientCount:
    """The patients behind the rates per patient."""
    recorded = recorded_columns(connection, viewer, filters, "patient_key", "side_effects")
    patients = recorded.packed["patient_key"]
    affected = patients[is_affected(recorded)]
    return PatientCount(len(np.unique(patients)), len(np.unique(affected)))


def count_serious(connection: Connection, viewer: Viewer, filters: Filters) -> int:
    """The infusions with at least one serious side effect."""
    found = side_effect_columns(connection, viewer, filters, "infusion_key", "serious")
    return len(np.unique(found.packed["infusion_key"][found.packed["serious"] == 1]))


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
    columns = ("term_key", "worst_grade", "serious", "events", "chair_minutes")
    found = side_effect_columns(connection, viewer, filters, *columns)
    events = found["events"]
    counts = {
        "infusions": None,
        "serious": found.packed["serious"] == 1,
        "events": events,
        "timed_events": np.where(found.known("chair_minutes"), events, 0),
    }
    table = counts_by(found, ("term_key", "worst_grade"), counts)
    return with_terms(connection, table.rename(columns={"worst_grade": "grade"}))


def patients_by_term(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """How many patients had each term at least once. Columns: ``term_key``, ``patients``."""
    found = side_effect_columns(connection, viewer, filters, "term_key", "patient_key")
    patients = distinct_by(found, ("term_key",), "patient_key")
    return patients.rename(columns={"different": "patients"})
