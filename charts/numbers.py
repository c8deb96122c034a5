"""Numbers in words, the same in every sentence, label and hover."""

from math import isnan

_SPACE = "\N{NO-BREAK SPACE}"


def percent(share: float | None) -> str:
    """A fraction as a percentage: ``38 %``, under ten ``3.2 %``; else ``no data``."""
    if share is None or isnan(share):
        return "no data"
    value = 100 * share
    if 0 < value < 0.05:
        return f"under 0.1{_SPACE}%"
    decimals = 1 if 0 < value < 9.95 else 0
    return f"{value:.{decimals}f}{_SPACE}%"


def percent_range(low: float | None, high: float | None) -> str:
    """An interval of fractions as ``58–62``, in per cent without the sign."""
    if low is None or high is None or isnan(low) or isnan(high):
        return "no data"
    decimals = 1 if high < 0.0995 else 0
    return f"{100 * low:.{decimals}f}–{100 * high:.{decimals}f}"


def points(difference: float) -> str:
    """A difference of two fractions as ``+15 points`` or ``−2 points``."""
    value = round(100 * difference)
    if value == 0:
        return "no difference" if difference == 0 else "under 1 point"
    sign = "+" if value > 0 else "−"
    unit = "point" if abs(value) == 1 else "points"
    return f"{sign}{abs(value)}{_SPACE}{unit}"
