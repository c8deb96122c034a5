"""Where infusions and patients rank two side effects differently: a few people with many events."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from clinical.incidence import CONFIDENCE

_CLEAR = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Places of two side effects: one came ``often`` in few patients, one in more (``widely``)."""

    often: int
    widely: int


def disagreement(infusions: ArrayLike, patients: ArrayLike) -> Disagreement | None:
    """The pair of side effects that infusions and patients rank most clearly the other way round.

    ``infusions`` and ``patients`` with each side effect, of the same infusions and patients. A pair
    counts where both differences are clear: McNemar's test of two shares of the same people, by its
    least favourable case, as how many have both is not asked: (a - b) / sqrt(a + b) above 1.96. Of
    infusions this says less than it seems, as those of one patient are alike; of patients it holds.
    """
    more_often = _lead(infusions)
    wider = -_lead(patients)
    strength = np.minimum(more_often, wider)
    if not strength.size or strength.max() <= _CLEAR:
        return None
    often, widely = np.unravel_index(int(strength.argmax()), strength.shape)
    return Disagreement(int(often), int(widely))


def _lead(counts: ArrayLike) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """How clearly the first (row) of each two is the commoner one, in standard errors."""
    x = np.asarray(counts, np.float64)
    gap, total = x[:, np.newaxis] - x, x[:, np.newaxis] + x
    return np.divide(gap, np.sqrt(total), out=np.zeros_like(gap), where=total > 0)
