"""Clinics by chance: counts of side effects by week, in which nothing changes or one thing does.

Arrays have the axes years, terms, sites, weeks; of strata (first infusions, later ones) the last.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SHARES = (45.0, 35.0, 35.0, 15.0, 15.0, 12.0, 8.0, 3.0, 1.5, 1.0, 0.5, 0.5, 0.2, 0.1)
"""Per 100 infusions: the terms of the demo clinic; the second is dissociation."""
DISSOCIATION = 1
AT_THE_FIRST, LATER = 60.0, 35.0
"""Dissociation per 100 infusions, at the first infusion and later."""
SITES = 3
INFUSIONS = 20
"""Infusions a site and week, on average."""
FIRSTS = 0.15
"""The share of infusions that are a patient's first."""
WEEKS = 52
"""Weeks that a judgement looks at."""
JUDGED = 12
"""The last weeks of them; the ones before are the reference."""


@dataclass(frozen=True, slots=True)
class Weeks:
    """Infusions by year, site, week and stratum; infusions with each term, terms after years."""

    recorded: Ints
    observed: Ints


def risks() -> Floats:
    """The risk of each term at the first infusion and later."""
    table = np.repeat(np.array(SHARES)[:, np.newaxis], 2, axis=1) / 100
    table[DISSOCIATION] = AT_THE_FIRST / 100, LATER / 100
    return table


def infusions(
    rng: np.random.Generator, years: int, weeks: int, firsts: Floats | float = FIRSTS
) -> Ints:
    """Infusions by year, site, week and stratum; ``firsts`` may differ from week to week."""
    number = rng.poisson(INFUSIONS, (years, SITES, weeks))
    first = rng.binomial(number, firsts)
    return np.stack((first, number - first), axis=-1)


def side_effects(rng: np.random.Generator, recorded: Ints, risk: Floats) -> Ints:
    """Infusions with a term, of those ``recorded``; ``risk`` broadcasts to years, terms, ..."""
    return rng.binomial(recorded[:, np.newaxis], risk)
