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


def p_words(p: float | None) -> str:
    """A p-value in words: ``p = 0.003``, ``p = 0.24``, ``p < 0.001``; else ``not compared``."""
    if p is None or isnan(p):
        return "not compared"
    if p < _LEAST_P:
        return f"p < {_LEAST_P}"
    return f"p = {p:.3f}" if p < _COARSE_P else f"p = {min(p, 1.0):.2f}"


_LEAST_P = 0.001
_COARSE_P = 0.0995
