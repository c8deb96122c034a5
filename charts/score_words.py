"""Words about one patient's scores, the same in labels, hovers, sentences and tables."""

from math import isnan

from clinical.codes import Timepoint


def taken(timepoint: Timepoint, number: int, hours_after: float | None = None) -> str:
    """When a score was taken, in words: ``before infusion 4``, ``20 hours after infusion 3``."""
    if timepoint is Timepoint.BASELINE:
        return "baseline"
    if timepoint is Timepoint.UNLINKED:
        return "outside a series"
    if timepoint is Timepoint.BEFORE_INFUSION:
        return f"before infusion {number + 1}"
    if hours_after is None or isnan(hours_after):
        when = "within 72 hours" if timepoint is Timepoint.AFTER_INFUSION else "over 72 hours"
        return f"{when} after infusion {number}"
    if timepoint is Timepoint.AFTER_INFUSION:
        return f"{_counted(hours_after, 'hour')} after infusion {number}"
    return f"{_counted(hours_after / 24, 'day')} after infusion {number}"


def _counted(count: float, unit: str) -> str:
    whole = round(count)
    return f"{whole} {unit}" if whole == 1 else f"{whole} {unit}s"


def improvement(percent: float) -> str:
    """A change from the baseline in words: ``62 % better``, ``10 % worse``, ``no change``."""
    whole = round(percent)
    if whole == 0:
        return "no change from the baseline"
    return f"{abs(whole)}\N{NO-BREAK SPACE}% {'better' if whole > 0 else 'worse'}"
