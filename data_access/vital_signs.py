"""The queries of the vital signs: limits reached, rises, and the readings of a sample by minute.

Counts are of infusions in which it was measured; what was not measured is in no denominator. No
statement names anybody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import pandas as pd
from sqlalchemy import (
    ColumnElement,
    Connection,
    Label,
    Select,
    Subquery,
    Text,
    func,
    select,
    type_coerce,
)

from access.viewer import Viewer
from clinical.terms import canonical_term
from clinical.thresholds import Thresholds
from clinical.vital_reached import SEDATION_LEVELS, VitalLimit
from data_access.filters import Filters
from data_access.frames import query_frame
from data_access.measured import has_measured, has_reached
from data_access.schema import Infusion, InfusionFact, SideEffectFact, Term, VitalSigns
from data_access.selection import conditions

SAMPLE_INFUSIONS = 1_000
"""The most infusions whose single readings are read for one view."""
VITAL_SIGNS = ("systolic", "diastolic", "heart_rate", "spo2", "sedation")
"""The vital signs as columns of a sample's readings."""


def limit_counts(
    connection: Connection, viewer: Viewer, filters: Filters, thresholds: Thresholds
) -> pd.DataFrame:
    """The infusions that reached each limit, of those in which it was measured.

    A row for each combination of ``number_band``, ``dose_band``, ``age_band`` and ``hypertension``
    (codes). Columns, all whole numbers: those, ``infusions``, the measured ones as
    :data:`clinical.vital_reached.MEASURED_COLUMNS`, a column for each
    :class:`~clinical.vital_reached.VitalLimit`, and ``sedation_0`` to ``sedation_5`` by the deepest
    sedation.
    """
    facts = InfusionFact
    groups = (facts.number_band, facts.dose_band, facts.age_band, facts.hypertension)
    return query_frame(
        connection,
        select(
            *groups,
            func.count().label("infusions"),
            *_measured_and_reached(facts, thresholds),
            *(
                func.count().filter(facts.deepest_sedation == level).label(f"sedation_{level}")
                for level in SEDATION_LEVELS
            ),
        )
        .where(*conditions(connection, viewer, filters, facts, along_groups=True))
        .group_by(*groups)
        .order_by(*groups),
    )


def patients_over_limits(
    connection: Connection, viewer: Viewer, filters: Filters, thresholds: Thresholds
) -> pd.DataFrame:
    """The patients who reached each limit at least once, of those in whom it was measured.

    One row. Columns, all whole numbers: ``patients``, and measured and reached as
    :func:`limit_counts`.
    """
    facts = InfusionFact
    # The largest of each extreme over a patient's infusions tells which limits were ever reached.
    patients = (
        select(
            *(func.max(getattr(facts, name)).label(name) for name in _HIGHEST),
            *(func.min(getattr(facts, name)).label(name) for name in _LOWEST),
        )
        .where(*conditions(connection, viewer, filters, facts, along_groups=True))
        .group_by(facts.patient_key)
        .subquery()
    )
    counted = select(
        func.count().label("patients"), *_measured_and_reached(patients.c, thresholds)
    ).select_from(patients)
    return query_frame(connection, counted)


_HIGHEST = ("peak_systolic", "peak_diastolic", "sustained_systolic", "sustained_diastolic")
_LOWEST = ("lowest_spo2", "deepest_sedation")


def _measured_and_reached(facts: Any, thresholds: Thresholds) -> list[Label[int]]:
    """How many were measured, and how many reached each limit.

    ``facts``: what has the extremes as columns, the facts or a subquery.
    """
    reached = {limit.value: has_reached(facts, limit, thresholds) for limit in VitalLimit}
    return [
        func.count().filter(condition).label(name)
        for name, condition in (has_measured(facts) | reached).items()
    ]


def rise_counts(connection: Connection, viewer: Viewer, filters: Filters) -> list[tuple[int, int]]:
    """How far the systolic pressure rose, mmHg, and in how many infusions; in order of the rise.

    Infusions without two readings of it have no rise and are left out.
    """
    facts = InfusionFact
    statement = (
        select(facts.systolic_rise, func.count())
        .where(*conditions(connection, viewer, filters, facts, along_groups=True))
        .group_by(facts.systolic_rise)
        .order_by(facts.systolic_rise)
    )
    return [
        (rise, infusions) for rise, infusions in connection.execute(statement) if rise is not None
    ]


@dataclass(frozen=True, slots=True)
class RecordedHypertension:
    """Infusions in which hypertension was recorded as a side effect, however graded.

    ``recorded``: infusions with a filled-in side-effect form; ``with_it``: of those;
    ``and_high``: of those again, the ones in which the pressure reached the amber limit.
    """

    recorded: int
    with_it: int
    and_high: int


_HYPERTENSION = canonical_term("hypertension")


def recorded_hypertension(
    connection: Connection, viewer: Viewer, filters: Filters, thresholds: Thresholds
) -> RecordedHypertension:
    """Count the infusions with hypertension as a side effect; the pressure itself is another thing.

    See :func:`limit_counts` for how often the pressure was high.
    """
    effects, facts = SideEffectFact, InfusionFact
    term = select(Term.term_key).where(Term.name == _HYPERTENSION).scalar_subquery()
    with_it = (
        select(
            func.count(),
            func.count().filter(has_reached(facts, VitalLimit.HIGH_PRESSURE, thresholds)),
        )
        .select_from(effects)
        .join(facts, facts.infusion_key == effects.infusion_key)
        .where(
            effects.term_key == term,
            *conditions(connection, viewer, filters, effects, along_groups=True),
        )
    )
    recorded = select(func.sum(facts.recorded)).where(
        *conditions(connection, viewer, filters, facts)
    )
    return RecordedHypertension(
        connection.scalar(recorded) or 0, *connection.execute(with_it).one()
    )


@dataclass(frozen=True, slots=True)
class VitalSample:
    """Single readings of at most 1,000 infusions, drawn evenly from ``selected``.

    ``infusions``: a row each, numbered from 0 by its place, with ``end`` and ``discharge`` (minutes
    after the start, NaN where not known). ``readings``: ``infusion`` (that number), ``minute``
    (after the start; before it below 0) and :data:`VITAL_SIGNS` (NaN where not measured), a row
    each, without those that hold nothing; in no particular order.
    """

    selected: int
    infusions: pd.DataFrame
    readings: pd.DataFrame


def vital_sample(connection: Connection, viewer: Viewer, filters: Filters) -> VitalSample:
    """Draw infusions evenly, always the same ones, and read their vital signs.

    All of them where there are no more than 1,000. Keys of patients or infusions are not told.
    """
    within = conditions(connection, viewer, filters, InfusionFact)
    counted = select(func.count()).select_from(InfusionFact).where(*within)
    selected = connection.scalar(counted) or 0
    read = query_frame(connection, _readings(_drawn(within, selected)))
    infusion, _ = pd.factorize(read["infusion_key"])
    is_first = ~read["infusion_key"].duplicated()
    stays = read.loc[is_first, ["end", "discharge"]].astype("float64").reset_index(drop=True)
    readings = read[list(VITAL_SIGNS)].astype("float64")
    readings.insert(0, "infusion", infusion)
    readings.insert(1, "minute", _minutes(read["measured"], read["started"]))
    kept = readings.dropna(subset=list(VITAL_SIGNS), how="all").reset_index(drop=True)
    return VitalSample(selected, stays, kept)


def _minutes(measured: "pd.Series[Any]", started: "pd.Series[Any]") -> "pd.Series[float]":
    """Minutes after the start, from times as either database has them."""
    at, start = (
        pd.to_datetime(column, utc=True, format="ISO8601") for column in (measured, started)
    )
    return (at - start).dt.total_seconds() / 60


_SPAN = 1_048_576
_SCATTER = 2_654_435_761
"""Knuth's multiplier (2**32 by the golden ratio): neighbouring keys are scattered evenly."""
_MARGIN = 1.25


def _drawn(within: Sequence[ColumnElement[bool]], selected: int) -> Subquery:
    """The infusions with the smallest scattered keys.

    The cut leaves few to put in order; as many as it lets pass are enough, give or take chance.
    """
    key = InfusionFact.infusion_key
    scattered = (key % _SPAN) * _SCATTER % _SPAN
    share = min(1.0, _MARGIN * SAMPLE_INFUSIONS / max(selected, 1))
    return (
        select(key)
        .where(*within, scattered < ceil(share * _SPAN))
        .order_by(scattered, key)
        .limit(SAMPLE_INFUSIONS)
        .subquery()
    )


_MEASURES = (
    VitalSigns.systolic_mmhg,
    VitalSigns.diastolic_mmhg,
    VitalSigns.heart_rate_bpm,
    VitalSigns.spo2_percent,
    VitalSigns.sedation_moaas,
)


def _readings(drawn: Subquery) -> Select[*tuple[Any, ...]]:
    """Each reading of the infusions; one empty row for an infusion without any."""
    return (
        select(
            drawn.c.infusion_key,
            InfusionFact.minutes.label("end"),
            InfusionFact.chair_minutes.label("discharge"),
            # As the database has them: to make thousands of Python's times takes longer than to
            # read the rows.
            type_coerce(Infusion.started_at, Text).label("started"),
            type_coerce(VitalSigns.measured_at, Text).label("measured"),
            *(column.label(name) for name, column in zip(VITAL_SIGNS, _MEASURES, strict=True)),
        )
        .select_from(drawn)
        .join(InfusionFact, InfusionFact.infusion_key == drawn.c.infusion_key)
        .join(Infusion, Infusion.infusion_key == drawn.c.infusion_key)
        .outerjoin(VitalSigns, VitalSigns.infusion_id == Infusion.infusion_id)
    )
