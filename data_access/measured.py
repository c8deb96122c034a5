"""What was measured in an infusion, as a condition: a limit reached, a rise, a depth of sedation.

An infusion in which it was not measured neither fulfils a condition nor fails it.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, UnaryExpression, case, func, literal_column, or_

from clinical.thresholds import Thresholds
from clinical.vital_reached import VitalLimit
from data_access.schema import InfusionFact


@dataclass(frozen=True, slots=True)
class LimitReached:
    """The infusions that reached one of the clinic's limits."""

    limit: VitalLimit
    thresholds: Thresholds


@dataclass(frozen=True, slots=True)
class RiseWithin:
    """The infusions whose systolic pressure rose by ``least`` to ``most`` mmHg, both included."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class SedationAt:
    """The infusions whose deepest sedation was ``level`` on the MOAA/S."""

    level: int


Measured = LimitReached | RiseWithin | SedationAt


def was_measured(measured: Measured) -> ColumnElement[bool]:
    """Whether what the condition is about was measured in an infusion at all."""
    match measured:
        case LimitReached(limit):
            return has_measured(InfusionFact)[limit.measured]
        case RiseWithin():
            return InfusionFact.systolic_rise.is_not(None)
        case SedationAt():
            return InfusionFact.deepest_sedation.is_not(None)


def fulfils(measured: Measured) -> ColumnElement[bool]:
    """Whether an infusion fulfils the condition; unknown where it was not measured."""
    match measured:
        case LimitReached(limit, thresholds):
            return has_reached(InfusionFact, limit, thresholds)
        case RiseWithin(least, most):
            return InfusionFact.systolic_rise.between(least, most)
        case SedationAt(level):
            return InfusionFact.deepest_sedation == level


def most_extreme_first(measured: Measured) -> list[UnaryExpression[Any]]:
    """In which order infusions that fulfil the condition are told; none where all are alike.

    Of two pressures counts the one that is further beyond its limit.
    """
    match measured:
        case LimitReached(limit, thresholds):
            return [_furthest_first(limit, thresholds)]
        case RiseWithin():
            return [InfusionFact.systolic_rise.desc()]
        case SedationAt():
            return []


def _furthest_first(limit: VitalLimit, thresholds: Thresholds) -> UnaryExpression[Any]:
    if limit is VitalLimit.DEEP_SEDATION:
        return InfusionFact.deepest_sedation.asc()
    pressures = _pressure_limits(InfusionFact, limit, thresholds)
    if pressures is None:
        return InfusionFact.lowest_spo2.asc()
    systolic, diastolic = (func.coalesce(value - at, _FAR_BELOW) for value, at in pressures)
    return case((systolic > diastolic, systolic), else_=diastolic).desc()


_FAR_BELOW: ColumnElement[int] = literal_column("-1000")
"""Takes the place of a pressure that was not measured, mmHg beyond its limit."""


def has_measured(facts: Any) -> dict[str, ColumnElement[bool]]:
    """Whether each of :data:`clinical.vital_reached.MEASURED_COLUMNS` was measured.

    ``facts``: what has the extremes as columns, the facts of infusions or a subquery.
    """
    return {
        "pressure": or_(facts.peak_systolic.is_not(None), facts.peak_diastolic.is_not(None)),
        "pressure_twice": or_(
            facts.sustained_systolic.is_not(None), facts.sustained_diastolic.is_not(None)
        ),
        "oxygen": facts.lowest_spo2.is_not(None),
        "sedation": facts.deepest_sedation.is_not(None),
    }


def has_reached(facts: Any, limit: VitalLimit, thresholds: Thresholds) -> ColumnElement[bool]:
    """Whether a limit was reached, as :mod:`clinical.vital_limits` has it.

    A test holds the two equal. ``facts``: as :func:`has_measured`.
    """
    if limit is VitalLimit.DEEP_SEDATION:
        deep: ColumnElement[bool] = facts.deepest_sedation <= thresholds.red_sedation
        return deep
    pressures = _pressure_limits(facts, limit, thresholds)
    if pressures is None:
        is_amber = limit is VitalLimit.LOW_OXYGEN
        low: ColumnElement[bool] = facts.lowest_spo2 < (
            thresholds.amber_spo2 if is_amber else thresholds.red_spo2
        )
        return low
    return or_(*(value >= at for value, at in pressures))


def _pressure_limits(
    facts: Any, limit: VitalLimit, thresholds: Thresholds
) -> tuple[tuple[Any, int], tuple[Any, int]] | None:
    """The systolic and the diastolic pressure that count for a limit, each with where it lies."""
    at = thresholds
    peaks = facts.peak_systolic, facts.peak_diastolic
    twice = facts.sustained_systolic, facts.sustained_diastolic
    pressures = {
        VitalLimit.HIGH_PRESSURE: (peaks, (at.amber_systolic, at.amber_diastolic)),
        VitalLimit.RED_PRESSURE: (twice, (at.red_systolic, at.red_diastolic)),
        VitalLimit.STOP_PRESSURE: (peaks, (at.stop_systolic, at.stop_diastolic)),
    }
    if limit not in pressures:
        return None
    (systolic, diastolic), (from_systolic, from_diastolic) = pressures[limit]
    return (systolic, from_systolic), (diastolic, from_diastolic)
