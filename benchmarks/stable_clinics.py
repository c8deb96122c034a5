"""Clinics by chance: counts of side effects by week, in which nothing changes or one thing does.

Arrays have the axes years, terms, sites, weeks; of strata (first infusions, later ones) the last.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

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
OWN_SHARE = 0.35
"""How much of the liability (in SD) to every side effect is the patient's own, as in the demo."""
SERIES = ((0, 0, 1, 1, 2, 2), (0, 0, 0, 1, 1, 1))
"""The weeks of a series from its first on: two or three infusions a week, half of patients each."""
BOOSTERS = 6
"""Infusions after the series on average, one every :data:`MONTH` weeks."""
MONTH = 4
LONGEST = 104
"""Weeks before the first one in which patients may have begun."""


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


def patients(rng: np.random.Generator, places: int, weeks: int, risk: Floats) -> tuple[Ints, Ints]:
    """Infusions of patients who come again, and those with each term; nothing else changes.

    Each has a liability of their own (:data:`OWN_SHARE`) to all terms alike. ``risk``: by term,
    week and stratum. Returns ``recorded`` by place, week and stratum, and ``observed`` by term
    before these. ``places`` are sites, of any clinics: patients keep to theirs.
    """
    place, week, is_first, own = _visits(rng, places, weeks)
    stratum = 1 - is_first.astype(np.int64)
    cell = (place * weeks + week) * 2 + stratum
    shape = (places, weeks, 2)
    cells = places * weeks * 2
    observed = np.empty((len(risk), *shape), np.int64)
    spread = np.sqrt(1 - OWN_SHARE**2)
    for number, of_term in enumerate(ndtri(risk)):
        liability = OWN_SHARE * own + spread * rng.standard_normal(len(own))
        has = liability < of_term[week, stratum]
        observed[number] = np.bincount(cell[has], minlength=cells).reshape(shape)
    return np.bincount(cell, minlength=cells).reshape(shape), observed


def _visits(rng: np.random.Generator, places: int, weeks: int) -> tuple[Ints, Ints, Bools, Floats]:
    """Place, week, whether it is the first, and the patient's own liability, by infusion."""
    in_series = len(SERIES[0])
    a_week = INFUSIONS / (in_series + BOOSTERS)
    starts = rng.poisson(a_week, (places, LONGEST + weeks))
    patient_place, begin = (
        np.repeat(axis.ravel(), starts.ravel()) for axis in np.indices(starts.shape)
    )
    count = len(begin)
    series = begin[:, np.newaxis] + np.array(SERIES)[rng.integers(0, len(SERIES), count)]
    boosters = rng.geometric(1 / (1 + BOOSTERS), count) - 1
    later = np.repeat(np.arange(count), boosters)
    turn = np.arange(len(later)) - np.repeat(np.cumsum(boosters) - boosters, boosters)
    own = rng.standard_normal(count)
    patient = np.concatenate((np.repeat(np.arange(count), in_series), later))
    week = np.concatenate((series.ravel(), series[later, -1] + MONTH * (1 + turn))) - LONGEST
    is_first = np.concatenate((np.tile(np.arange(in_series) == 0, count), np.zeros(len(later))))
    seen = (week >= 0) & (week < weeks)
    return patient_place[patient[seen]], week[seen], is_first[seen] > 0, own[patient[seen]]
