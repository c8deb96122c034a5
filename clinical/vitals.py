"""One infusion's vital signs in eight numbers."""

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple


class Measurement(NamedTuple):
    """One set of vital signs: mmHg, mmHg, %, and MOAA/S (5 = awake to 0 = unresponsive)."""

    systolic: int | None
    diastolic: int | None
    spo2: float | None
    sedation: int | None


class VitalSummary(NamedTuple):
    """The extremes of one infusion.

    Rises: the highest later value minus the first one, which is the value before the infusion;
    below 0 where the pressure only fell, missing where there is no later value. Peaks: the highest
    value of all. ``lowest_spo2`` in %. ``deepest_sedation``: the lowest MOAA/S. Sustained: the
    highest value that two readings in a row reached, missing where there are no two.
    """

    systolic_rise: int | None
    diastolic_rise: int | None
    peak_systolic: int | None
    peak_diastolic: int | None
    lowest_spo2: float | None
    deepest_sedation: int | None
    sustained_systolic: int | None
    sustained_diastolic: int | None


NO_MEASUREMENTS = VitalSummary(None, None, None, None, None, None, None, None)
"""The summary of an infusion without vital signs."""


def summarise(measurements: Iterable[Measurement]) -> VitalSummary:
    """The extremes of one infusion's measurements, given in time order."""
    systolic: list[int] = []
    diastolic: list[int] = []
    spo2: list[float] = []
    sedation: list[int] = []
    for measured in measurements:
        if measured.systolic is not None:
            systolic.append(measured.systolic)
        if measured.diastolic is not None:
            diastolic.append(measured.diastolic)
        if measured.spo2 is not None:
            spo2.append(measured.spo2)
        if measured.sedation is not None:
            sedation.append(measured.sedation)
    return VitalSummary(
        systolic_rise=_rise(systolic),
        diastolic_rise=_rise(diastolic),
        peak_systolic=max(systolic, default=None),
        peak_diastolic=max(diastolic, default=None),
        lowest_spo2=min(spo2, default=None),
        deepest_sedation=min(sedation, default=None),
        sustained_systolic=_sustained(systolic),
        sustained_diastolic=_sustained(diastolic),
    )


def _rise(values: list[int]) -> int | None:
    return max(values[1:]) - values[0] if len(values) > 1 else None


def _sustained(values: list[int]) -> int | None:
    return max((min(pair) for pair in pairwise(values)), default=None)
