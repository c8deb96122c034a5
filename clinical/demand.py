"""The chair time that the coming weeks will ask for, in layers from certain to likely.

A week begins on Monday; the first is the rest of the week under way. Layers do not overlap:

* *booked*: appointments in the books, each by the probability that it will be attended
  (:mod:`clinical.standing`);
* *courses*: what inductions under way still need beyond that (:mod:`clinical.course_demand`);
* *boosters*: maintenance infusions that nobody has booked yet, by how late they usually are booked;
* *new starts*: inductions that will begin, as forecast (:mod:`clinical.forecast`), less those in
  the books, and the infusions that each brings.
"""

from collections.abc import Iterable, Sequence
from statistics import NormalDist

import numpy as np
import pandas as pd

from clinical.codes import Code

BAND = 0.8
"""The share of weeks that the band around an expected number is to hold."""
BAND_REACH = NormalDist().inv_cdf((1 + BAND) / 2)
"""Standard deviations from the middle of a normal distribution to the ends of the band."""

KEYS = ("site_key", "week", "layer")
SUMS = ("infusions", "minutes", "variance", "minutes_variance")


class Layer(Code):
    """A part of the coming demand, the surest first."""

    BOOKED = 1, "Booked, expected to attend"
    COURSES = 2, "Rest of inductions, not booked yet"
    BOOSTERS = 3, "Boosters, not booked yet"
    NEW_STARTS = 4, "New starts, forecast"


def demand_rows(
    layer: Layer,
    sites: Sequence[int],
    weeks: Sequence[int],
    infusions: Sequence[float],
    block_minutes: Sequence[float],
    variance: Sequence[float],
) -> pd.DataFrame:
    """Rows of one layer, as :func:`weekly_demand` takes them, of infusions of known length.

    One element a row: its site, week, expected infusions with their variance, and the planned
    minutes of each.
    """
    count, length = np.asarray(infusions, float), np.asarray(block_minutes, float)
    spread = np.asarray(variance, float)
    return pd.DataFrame(
        {
            "site_key": np.asarray(sites, dtype="int64"),
            "week": np.asarray(weeks, dtype="int64"),
            "layer": int(layer),
            "infusions": count,
            "minutes": count * length,
            "variance": spread,
            "minutes_variance": spread * length**2,
        }
    )


def booked_demand(booked: pd.DataFrame) -> pd.DataFrame:
    """The layer of what stands in the books, as :func:`weekly_demand` takes it.

    ``booked``: a row for each appointment: ``site_key``, ``week``, ``minutes``, ``is_infusion``,
    ``attends`` (the probability that it will be attended). Others than infusions count their
    minutes only.
    """
    chance = booked["attends"]
    spread = chance * (1 - chance)
    rows = pd.DataFrame(
        {
            "site_key": booked["site_key"],
            "week": booked["week"],
            "layer": int(Layer.BOOKED),
            "infusions": chance.where(booked["is_infusion"], 0.0),
            "minutes": chance * booked["minutes"],
            "variance": spread.where(booked["is_infusion"], 0.0),
            "minutes_variance": spread * booked["minutes"] ** 2,
        }
    )
    return rows.groupby(list(KEYS), as_index=False)[list(SUMS)].sum()


def weekly_demand(
    layers: Iterable[pd.DataFrame], sites: Sequence[int], weeks: Sequence[int]
) -> pd.DataFrame:
    """The expected demand of each site, week and layer, complete: a row for each of them.

    ``layers``: frames with ``site_key``, ``week`` (:mod:`clinical.calendar`), ``layer``
    (:class:`Layer` numbers), ``infusions``, ``minutes`` (planned chair-minutes), ``variance`` (of
    the infusions) and ``minutes_variance``; rows of other weeks and sites are left out. Returns the
    same columns, sums over equal keys (the parts are taken as independent), in the order of site,
    week and layer; 0 where nothing is expected.
    """
    every = pd.MultiIndex.from_product(
        [list(sites), list(weeks), [int(layer) for layer in Layer]], names=list(KEYS)
    )
    some = [frame for frame in layers if len(frame)]
    if not some:
        sums = pd.DataFrame(0.0, index=every, columns=list(SUMS))
    else:
        found = pd.concat(some, ignore_index=True).groupby(list(KEYS))[list(SUMS)].sum()
        sums = found.reindex(every, fill_value=0.0)
    return sums.reset_index().astype(dict.fromkeys(KEYS, "int64"))


def demand_by(demand: pd.DataFrame, by: Sequence[str] = ("week",)) -> pd.DataFrame:
    """The demand of all layers together with its band of :data:`BAND`.

    Returns the columns ``by``, those of :data:`SUMS`, and ``low``, ``high`` (infusions) and
    ``minutes_low``, ``minutes_high``: normal limits of the sum, never under 0.
    """
    table = demand.groupby(list(by), as_index=False)[list(SUMS)].sum()
    for name, variance, low, high in (
        ("infusions", "variance", "low", "high"),
        ("minutes", "minutes_variance", "minutes_low", "minutes_high"),
    ):
        reach = BAND_REACH * np.sqrt(table[variance])
        table[low] = (table[name] - reach).clip(lower=0)
        table[high] = table[name] + reach
    return table


def thinned(mean: float, variance: float, share: float) -> tuple[float, float]:
    """Mean and variance of what is left of a count where each is kept with probability ``share``.

    Exact where each is kept independently of the others: E = pm, Var = p²v + p(1 − p)m.
    """
    return share * mean, share**2 * variance + share * (1 - share) * mean
