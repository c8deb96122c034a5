"""Slots that were given to somebody else after they had been freed.

Whoever cancelled had the slot of an attempt of the same day: of one that was booked later and
found it free, or of somebody who waited for another time, after an attempt that fell through, and
was called.
"""

from dataclasses import dataclass, replace

import numpy as np

from data_access.demo.arrays import NEVER, Bools, Floats, Ints, join, take
from data_access.demo.courses import Attempts, Outcome
from data_access.demo.plan import Part
from data_access.demo.site_calendar import Workplace

_REFILLED_EARLY, _REFILLED_LATE = 0.6, 0.25
"""How many slots, freed early and late, are given away where somebody could take them."""
_CALLED_AFTER = (5, 60)
"""Minutes from the cancellation to the call."""


@dataclass(frozen=True, slots=True)
class Refills:
    """Pairs of attempts of the same day: arrays. ``by`` has the slot that ``freed`` gave up.

    ``called_after``: who was called was so many minutes after the cancellation; ``NEVER`` for who
    found the slot free. No attempt stands twice on either side.
    """

    freed: Ints
    by: Ints
    called_after: Ints

    def __len__(self) -> int:
        """How many pairs."""
        return len(self.freed)


def draw_refills(workplace: Workplace, attempts: Attempts) -> Refills:
    """Which freed slots were given to whom."""
    random = workplace.random(Part.REFILLS)
    holds = np.isin(attempts.outcome, (Outcome.DONE, Outcome.MISSED))
    early = attempts.outcome == Outcome.CANCELLED_EARLY
    booked_since = _pairs(random, attempts, np.where(early, _REFILLED_EARLY, 0), holds)
    freed_on = attempts.day - attempts.notice_days
    fits = attempts.booked_day[booked_since.by] >= freed_on[booked_since.freed]
    found = _each_once(take(booked_since, fits))
    early[found.freed] = False
    # What is late today may still be cancelled later on, and holds its own chair till then.
    late = (attempts.outcome == Outcome.CANCELLED_LATE) & (attempts.day < workplace.plan.last_day)
    shares = np.where(early, _REFILLED_EARLY, np.where(late, _REFILLED_LATE, 0))
    could_come = holds & attempts.replaces
    could_come[found.by] = False
    called = _each_once(_pairs(random, attempts, shares, could_come))
    called_after = random.integers(*_CALLED_AFTER, len(called))
    return join(found, replace(called, called_after=called_after))


def _pairs(
    random: np.random.Generator, attempts: Attempts, shares: Floats, holds: Bools
) -> Refills:
    """Every pair of the same day, in an order left to chance.

    ``shares``: with which chance each attempt's slot is given away at all.
    """
    slots = np.flatnonzero(random.random(len(shares)) < shares)
    holders = np.flatnonzero(holds)
    holders = holders[np.argsort(attempts.day[holders], kind="stable")]
    days = attempts.day[holders]
    first = np.searchsorted(days, attempts.day[slots], side="left")
    number = np.searchsorted(days, attempts.day[slots], side="right") - first
    place = np.arange(number.sum()) - np.repeat(np.cumsum(number) - number, number)
    order = random.permutation(len(place))
    return Refills(
        freed=np.repeat(slots, number)[order],
        by=holders[np.repeat(first, number) + place][order],
        called_after=np.full(len(place), NEVER),
    )


def _each_once(pairs: Refills) -> Refills:
    """Of the pairs the first of each freed slot, and of these the first of each taker."""
    pairs = take(pairs, np.sort(np.unique(pairs.freed, return_index=True)[1]))
    return take(pairs, np.sort(np.unique(pairs.by, return_index=True)[1]))
