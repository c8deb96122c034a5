"""A patient's usual course of a vital sign, from earlier infusions."""

from collections import defaultdict
from collections.abc import Iterable
from math import isnan
from statistics import median

USUAL_NEEDS = 3
"""Earlier infusions with a reading at about the same minute, without which there is no median."""
STEP_MINUTES = 5
"""Readings are compared within so many minutes: staff do not measure on the minute."""


def usual_course(readings: Iterable[tuple[int, float, float]]) -> list[tuple[int, float]]:
    """The median of earlier infusions by minute, where at least three were measured.

    ``readings``: infusion, minute after the start, value (NaN: not measured). Minutes are rounded
    to the nearest five; of several values of one infusion there the last counts.
    """
    by_minute: defaultdict[int, dict[int, float]] = defaultdict(dict)
    for infusion, minute, value in readings:
        if not isnan(value):
            by_minute[STEP_MINUTES * round(minute / STEP_MINUTES)][infusion] = value
    return [
        (minute, float(median(values.values())))
        for minute, values in sorted(by_minute.items())
        if len(values) >= USUAL_NEEDS
    ]
