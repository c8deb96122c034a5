"""Access times: how long people wait to be seen and to be treated, by Kaplan-Meier.

Those who still wait count as far as they have waited (*censored* today); to leave them out would
make the waits look shorter than they are. Who never came counts as still waiting: the records do
not tell who has given up. So a share such as 90 % may never be reached.

Who is treated without having been seen no longer waits to be seen, and is censored that day.
"""

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clinical.survival import Curve, curve_of, still_open, time_until, time_until_limits

MEDIAN, MOST, NEARLY_ALL = 0.5, 0.8, 0.9
"""The shares whose waits are told."""


class Way(Enum):
    """A part of the way into treatment, by the columns of its two ends."""

    SEEN = "referred", "seen"
    TREATED_AFTER = "seen", "treated"
    TREATED = "referred", "treated"


class Until(NamedTuple):
    """Days until a share had come, with the 95 % interval; ``None``: not reached, or not known."""

    days: int | None
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Waits:
    """The waits of some people: ``curve`` in days; ``reversed``: left out, the ends contradict."""

    curve: Curve
    reversed: int

    @property
    def n(self) -> int:
        """How many waited."""
        return self.curve.n

    @property
    def waiting(self) -> int:
        """How many had not come when last looked at."""
        return still_open(self.curve).events

    @property
    def came(self) -> int:
        """How many came."""
        return self.n - self.waiting

    def until(self, share: float) -> Until:
        """The days until that share had come."""
        low, high = time_until_limits(self.curve, share)
        return Until(_whole(time_until(self.curve, share)), _whole(low), _whole(high))


def _whole(days: float | None) -> int | None:
    return None if days is None else round(days)


def waits(ways: pd.DataFrame, way: Way) -> Waits:
    """How long people waited on a part of the way.

    ``ways``: days from the entry, missing where it has not come: ``referred``, ``seen``,
    ``treated``; ``waited`` (from the entry to today, none missing); ``people`` (how many). Those
    without the beginning of the way are not on it. Where the end lies before the beginning the
    records contradict each other, or somebody came back; they are left out and counted.
    """
    return _waits(_on_the_way(ways, way))


class _OnTheWay(NamedTuple):
    """``days`` waited, and whether somebody still waits; only of those ``is_on_it``."""

    days: NDArray[np.float64]
    is_waiting: NDArray[np.bool_]
    is_on_it: NDArray[np.bool_]
    people: NDArray[np.int64]


def _on_the_way(ways: pd.DataFrame, way: Way) -> _OnTheWay:
    since, until = (_days(ways, name) for name in way.value)
    today, people = _days(ways, "waited"), ways["people"].to_numpy(np.int64)
    # What is to come, or was planned and not closed, has not happened yet.
    came = until <= today
    last = today
    if way is Way.SEEN:
        treated = _days(ways, "treated")
        skipped = ~came & (treated <= today)
        last = np.where(skipped, treated, today)
    return _OnTheWay(np.where(came, until, last) - since, ~came, since <= today, people)


def _waits(of: _OnTheWay) -> Waits:
    reversed_ = of.is_on_it & (of.days < 0)
    kept = of.is_on_it & ~reversed_
    curve = curve_of(of.days[kept], of.is_waiting[kept].astype(np.int64), of.people[kept])
    return Waits(curve, int(of.people[reversed_].sum()))


def _days(ways: pd.DataFrame, name: str) -> NDArray[np.float64]:
    return ways[name].to_numpy(np.float64, na_value=np.nan)


def waits_by(ways: pd.DataFrame, way: Way, column: str) -> dict[int, Waits]:
    """The waits in each group of a column, in its order; those without a group are left out."""
    places, of = _days(ways, column), _on_the_way(ways, way)
    found = {}
    for key in np.unique(places[~np.isnan(places)]):
        in_group = places == key
        found[int(key)] = _waits(_OnTheWay(*(each[in_group] for each in of)))
    return found
