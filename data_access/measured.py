"""What was measured in an infusion, as a condition: a limit reached, a rise, a depth of sedation.

An infusion in which it was not measured neither fulfils a condition nor fails it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clinical.thresholds import Thresholds
from clinical.vital_reached import VitalLimit
from data_access.columns import Columns, Mask

_EXTREMES = {
    "pressure": ("peak_systolic", "peak_diastolic"),
    "pressure_twice": ("sustained_systolic", "sustained_diastolic"),
    "oxygen": ("lowest_spo2",),
    "sedation": ("deepest_sedation",),
}
"""The columns of the facts behind each of :data:`clinical.vital_reached.MEASURED_COLUMNS`."""
EXTREMES = tuple(name for names in _EXTREMES.values() for name in names)
"""The columns that all limits together are about."""


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


def columns_of(measured: Measured) -> tuple[str, ...]:
    """The columns of the facts of infusions that a condition is about."""
    match measured:
        case LimitReached(limit):
            return _EXTREMES[limit.measured]
        case RiseWithin():
            return ("systolic_rise",)
        case SedationAt():
            return ("deepest_sedation",)


def was_measured(infusions: Columns, measured: Measured) -> Mask:
    """The infusions in which what the condition is about was measured at all."""
    return _any_known(infusions, columns_of(measured))


def fulfils(infusions: Columns, measured: Measured) -> Mask:
    """The infusions that fulfil the condition."""
    match measured:
        case LimitReached(limit, thresholds):
            return has_reached(infusions, limit, thresholds)
        case RiseWithin(least, most):
            return _at_least(infusions, "systolic_rise", least) & _at_most(
                infusions, "systolic_rise", most
            )
        case SedationAt(level):
            found: Mask = infusions.packed["deepest_sedation"] == level
            return found


def most_extreme_first(infusions: Columns, measured: Measured) -> NDArray[np.float64]:
    """How infusions that fulfil the condition are told, the lowest first; alike where all are.

    Of two pressures counts the one that is further beyond its limit.
    """
    match measured:
        case LimitReached(VitalLimit.DEEP_SEDATION):
            return numbers(infusions, "deepest_sedation")
        case LimitReached(VitalLimit.LOW_OXYGEN | VitalLimit.RED_OXYGEN):
            return numbers(infusions, "lowest_spo2")
        case LimitReached(limit, thresholds):
            systolic, diastolic = (
                numbers(infusions, name) - at
                for name, at in zip(
                    _EXTREMES[limit.measured], _pressures(limit, thresholds), strict=True
                )
            )
            return -np.fmax(systolic, diastolic)
        case RiseWithin():
            return -numbers(infusions, "systolic_rise")
        case SedationAt():
            return np.zeros(infusions.rows)


def has_measured(infusions: Columns) -> dict[str, Mask]:
    """In which infusions each of :data:`clinical.vital_reached.MEASURED_COLUMNS` was measured.

    ``infusions``: with the columns :data:`EXTREMES`.
    """
    return {measured: _any_known(infusions, names) for measured, names in _EXTREMES.items()}


def has_reached(infusions: Columns, limit: VitalLimit, thresholds: Thresholds) -> Mask:
    """The infusions in which a limit was reached, as :mod:`clinical.vital_limits` has it.

    A test holds the two equal.
    """
    if limit is VitalLimit.DEEP_SEDATION:
        return _at_most(infusions, "deepest_sedation", thresholds.red_sedation)
    if limit is VitalLimit.LOW_OXYGEN:
        return _below(infusions, "lowest_spo2", thresholds.amber_spo2)
    if limit is VitalLimit.RED_OXYGEN:
        return _below(infusions, "lowest_spo2", thresholds.red_spo2)
    systolic, diastolic = _EXTREMES[limit.measured]
    from_systolic, from_diastolic = _pressures(limit, thresholds)
    return _at_least(infusions, systolic, from_systolic) | _at_least(
        infusions, diastolic, from_diastolic
    )


def _pressures(limit: VitalLimit, thresholds: Thresholds) -> tuple[int, int]:
    """The systolic and the diastolic pressure where a limit of pressure lies."""
    at = thresholds
    return {
        VitalLimit.HIGH_PRESSURE: (at.amber_systolic, at.amber_diastolic),
        VitalLimit.RED_PRESSURE: (at.red_systolic, at.red_diastolic),
        VitalLimit.STOP_PRESSURE: (at.stop_systolic, at.stop_diastolic),
    }[limit]


def _any_known(infusions: Columns, names: tuple[str, ...]) -> Mask:
    found: Mask = np.logical_or.reduce([infusions.known(name) for name in names])
    return found


def _at_least(infusions: Columns, name: str, least: int) -> Mask:
    found: Mask = infusions.known(name) & (infusions.packed[name] >= least)
    return found


def _at_most(infusions: Columns, name: str, most: int) -> Mask:
    found: Mask = infusions.known(name) & (infusions.packed[name] <= most)
    return found


def _below(infusions: Columns, name: str, limit: int) -> Mask:
    found: Mask = infusions.known(name) & (infusions.packed[name] < limit)
    return found


def numbers(infusions: Columns, name: str) -> NDArray[np.float64]:
    """A column, NaN where it is not known."""
    return np.where(infusions.known(name), infusions[name], np.nan)
