"""How large a change is beside the spread of the scores: a standardised mean change.

Effect sizes of the same change differ by what it is divided by. This one is divided by the spread
of baseline and later score together (``d_av`` in Lakens 2013), as the effect of 1.5 that McInnes
2022 gives for PHQ-9; over the SD of the changes alone (``d_z``) it would be another number.
"""

from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

from clinical.incidence import CONFIDENCE


class EffectSize(NamedTuple):
    """A standardised mean change with its 95 % interval; positive = better."""

    estimate: float
    low: float
    high: float


def effect_size(
    n: int, change: float, sd_before: float, sd_after: float, sd_change: float
) -> EffectSize | None:
    """The mean change of pairs over ``sqrt((sd_before² + sd_after²) / 2)``.

    ``n``: pairs; ``change``: their mean improvement; the standard deviations (over n - 1) are of
    the baselines, of the later scores, and of the changes. Interval: Bonett 2008, "Confidence
    intervals for standardized linear contrasts of means", Psychological Methods 13, 99-109, for
    paired samples whose variances may differ: normal, not corrected for the small bias of few
    pairs. The correlation of the pairs follows from the three standard deviations.

    ``None`` under two pairs, and where neither baselines nor later scores differ.
    """
    before, after = sd_before**2, sd_after**2
    standardiser = (before + after) / 2
    if n < 2 or standardiser == 0:
        return None
    covariance = (before + after - sd_change**2) / 2
    estimate = change / sqrt(standardiser)
    of_spread = before**2 + after**2 + 2 * covariance**2
    variance = (estimate**2 * of_spread / (8 * standardiser**2) + sd_change**2 / standardiser) / (
        n - 1
    )
    half = NormalDist().inv_cdf((1 + CONFIDENCE) / 2) * sqrt(variance)
    return EffectSize(estimate, estimate - half, estimate + half)
