"""Whether a difference between two sets of infusions is more than chance gives.

Where many are compared, some exceed what a single one exceeds by chance one time in twenty; the
largest of them is the more so no finding by itself.
"""

from statistics import NormalDist

from clinical.contrasts import Contrast
from clinical.incidence import CONFIDENCE


def beyond_chance(contrast: Contrast) -> bool:
    """Whether a difference is complete, or larger than a single one exceeds 1 time in 20."""
    return beyond_chance_of(contrast, 1)


def beyond_chance_of(contrast: Contrast, compared: int) -> bool:
    """Whether it is larger than the largest of ``compared`` ones exceeds by chance 1 time in 20.

    Source: Bonferroni's inequality; each has a chance of 1 in 20 divided by their number. A
    complete difference counts as larger. ``False`` where none can be told.
    """
    if contrast.is_complete:
        return True
    if contrast.difference is None or contrast.by_chance is None:
        return False
    return abs(contrast.difference) > contrast.by_chance * _quantile(compared) / _quantile(1)


def _quantile(compared: int) -> float:
    """The size, in standard errors, that the largest of so many exceeds by chance 1 time in 20."""
    return NormalDist().inv_cdf(1 - (1 - CONFIDENCE) / (2 * compared))


def expected_by_chance(compared: int) -> float:
    """How many of so many differences are :func:`beyond_chance` where nothing truly differs."""
    return (1 - CONFIDENCE) * compared
