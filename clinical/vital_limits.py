"""How far an infusion's vital signs went beyond the clinic's limits.

Each limit is a setting (:mod:`clinical.thresholds`, with its source); a value exactly at a limit of
blood pressure or sedation has reached it, oxygen and heart rate count beyond it. Unknown values
concern nobody here: that they are missing is shown elsewhere.
"""

from enum import IntEnum

from clinical.thresholds import Thresholds


class Concern(IntEnum):
    """How far beyond the limits."""

    NONE = 0
    AMBER = 1
    RED = 2


def pressure_concern(
    peak: tuple[float | None, float | None],
    sustained: tuple[float | None, float | None],
    thresholds: Thresholds,
) -> Concern:
    """Of the highest pressure and of what two readings in a row reached; systolic, diastolic."""
    stop = thresholds.stop_systolic, thresholds.stop_diastolic
    red = thresholds.red_systolic, thresholds.red_diastolic
    amber = thresholds.amber_systolic, thresholds.amber_diastolic
    if _reached(peak, stop) or _reached(sustained, red):
        return Concern.RED
    return Concern.AMBER if _reached(peak, amber) else Concern.NONE


def _reached(values: tuple[float | None, float | None], limits: tuple[float, float]) -> bool:
    pairs = zip(values, limits, strict=True)
    return any(value is not None and value >= limit for value, limit in pairs)


def oxygen_concern(lowest: float | None, thresholds: Thresholds) -> Concern:
    """Of the lowest oxygen saturation, %."""
    if lowest is None or lowest >= thresholds.amber_spo2:
        return Concern.NONE
    return Concern.RED if lowest < thresholds.red_spo2 else Concern.AMBER


def sedation_concern(deepest: float | None, thresholds: Thresholds) -> Concern:
    """Of the deepest sedation, MOAA/S 5 (awake) to 0."""
    red = deepest is not None and deepest <= thresholds.red_sedation
    return Concern.RED if red else Concern.NONE


def heart_rate_concern(rate: float | None, thresholds: Thresholds) -> Concern:
    """Of one heart rate, a minute."""
    if rate is None or thresholds.low_heart_rate <= rate <= thresholds.high_heart_rate:
        return Concern.NONE
    return Concern.AMBER
