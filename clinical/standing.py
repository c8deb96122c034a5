"""Whether a booked appointment will be attended, by what became of earlier ones.

P(attended) = (1 − P(cancelled from now on)) × (1 − P(missed)):

* *Cancelled from now on*, by kind and days to go: of the bookings that were made at least so many
  days ahead and still stood so many days ahead, the share that was cancelled after that.
* *Missed*, of those due, by kind and by how long ahead it was booked, weighed with the patient's
  own record: (w × the clinic's rate + missed before) / (w + due before), w being the setting
  ``own_record_weight``. A patient without a record has the clinic's rate.

Where the time of a booking is not recorded it counts as booked long before; where that of a
cancellation is not, as cancelled early.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clinical.codes import AppointmentStatus, DaysAhead, days_ahead
from clinical.demand import BAND_REACH
from clinical.incidence import Proportion, proportion

FEWEST = 30
"""A rate by days is used where it counts so many; else that of the kind, whatever the days.

Of fewer expected ones no ratio is shown.
"""
ORIGINS = 13
"""The record of the bookings looks at so many Mondays."""
WEEKS = 8
"""At each of them at so many weeks: its own and those after it."""
_ATTENDED = (int(AppointmentStatus.FULFILLED), int(AppointmentStatus.ARRIVED))
_AS_THEY_STOOD = (
    "week",
    "kind",
    "lead_band",
    "status",
    "booked_weeks",
    "gone_weeks",
    "appointments",
    "clinic_weight",
    "own_missed",
)
_BY_BOOKING = ("kind", "lead_band", "notice_band", "status", "appointments")
_NOSHOW, _CANCELLED = int(AppointmentStatus.NOSHOW), int(AppointmentStatus.CANCELLED)
_DUE = (*_ATTENDED, _NOSHOW)
_LONGEST = len(DaysAhead)
"""Stands for a time that is not recorded: longer ahead than any band."""
_EVERY = -1
"""Stands for all bands of a kind."""

_ByBand = Mapping[tuple[int, int], Proportion]


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of the bookings of a period whose day has passed.

    ``cancelled``: by kind and days to go (:class:`~clinical.codes.DaysAhead` numbers), of those
    that still stood; ``missed``: by kind and how long ahead it was booked, of those due.
    """

    cancelled: _ByBand
    missed: _ByBand

    def cancelled_share(self, kind: int, to_go: int) -> float:
        """The probability that one that stands with so many days to go (a band) is cancelled."""
        return _used(self.cancelled, kind, to_go)

    def missed_share(self, kind: int, lead_band: int) -> float:
        """The clinic's missed rate of a kind booked so long ahead (a band)."""
        return _used(self.missed, kind, lead_band)

    @property
    def due(self) -> int:
        """How many appointments were due; the rates say nothing where there was none."""
        return sum(rate.n for (_, band), rate in self.missed.items() if band == _EVERY)


def _used(rates: _ByBand, kind: int, band: int) -> float:
    """The rate of a band with enough data, else of the kind, else 0: nothing is known of it."""
    found = rates.get((kind, band))
    if found is None or found.n < FEWEST:
        found = rates.get((kind, _EVERY))
    return 0.0 if found is None or found.estimate is None else found.estimate


def standing_rates(counts: pd.DataFrame) -> Standing:
    """The rates of bookings whose day has passed.

    ``counts``: ``kind``, ``lead_band``, ``notice_band``, ``status`` (:mod:`clinical.codes`) and
    ``appointments``.
    """
    stood, missed = _Sums(), _Sums()
    for row in zip(*(counts[name].tolist() for name in _BY_BOOKING), strict=True):
        kind, lead_band, notice_band, status, n = row
        gone = (notice_band or _LONGEST) if status == _CANCELLED else 0
        stood.add((kind, _EVERY), n, n if gone else 0)
        for band in range(int(DaysAhead.SAME_DAY), (lead_band or int(DaysAhead.FROM_28)) + 1):
            if gone < band:
                stood.add((kind, band), n, n if gone else 0)
        if status in _DUE:
            for band in (_EVERY, lead_band):
                missed.add((kind, band), n, n if status == _NOSHOW else 0)
    return Standing(stood.rates(), missed.rates())


class _Sums:
    """Events and n of rates, by kind and band."""

    def __init__(self) -> None:
        self._sums: defaultdict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])

    def add(self, key: tuple[int, int], n: int, events: int) -> None:
        sums = self._sums[key]
        sums[0] += events
        sums[1] += n

    def rates(self) -> dict[tuple[int, int], Proportion]:
        return {key: proportion(events, n) for key, (events, n) in self._sums.items()}


def attend_probability(
    booked: pd.DataFrame, rates: Standing, own_weight: float
) -> NDArray[np.float64]:
    """The probability that each booked appointment will be attended.

    ``booked``: ``kind``, ``to_go`` (days), ``lead_band``, ``due_before``, ``missed_before``.
    """
    kinds, bands = booked["kind"].tolist(), booked["lead_band"].tolist()
    to_go = [int(days_ahead(days)) for days in booked["to_go"].tolist()]
    cancelled, missed = (
        np.array([share(kind, band) for kind, band in zip(kinds, by, strict=True)], float)
        for share, by in ((rates.cancelled_share, to_go), (rates.missed_share, bands))
    )
    own = booked["missed_before"].to_numpy(float)
    due = booked["due_before"].to_numpy(float)
    probability: NDArray[np.float64] = (1 - cancelled) * (
        1 - (own_weight * missed + own) / (own_weight + due)
    )
    return probability


@dataclass(frozen=True, slots=True)
class Record:
    """How the expectation of booked appointments has gone at the past Mondays.

    ``rows``: ``week`` (:mod:`clinical.calendar`), ``ahead`` (0: the Monday's own week),
    ``expected`` with its ``variance`` and band (``low``, ``high``), and ``attended``.
    """

    rows: pd.DataFrame
    held: int

    @property
    def n(self) -> int:
        """How many weeks were looked at, each from up to eight Mondays."""
        return len(self.rows)

    @property
    def ratio(self) -> float | None:
        """Attended of expected; ``None`` where nothing was expected."""
        expected = float(self.rows["expected"].sum())
        return float(self.rows["attended"].sum()) / expected if expected else None

    def by_ahead(self) -> pd.DataFrame:
        """``ahead``, ``expected``, ``attended``, and the reach of the band, of expected.

        Weeks ahead at which fewer than :data:`FEWEST` were expected are left out.
        """
        sums = self.rows.groupby("ahead", as_index=False)[
            ["expected", "attended", "variance"]
        ].sum()
        some = sums[sums["expected"] >= FEWEST].reset_index(drop=True)
        some["reach"] = BAND_REACH * np.sqrt(some.pop("variance")) / some["expected"]
        return some


def standing_record(
    counts: pd.DataFrame, rates: Standing, last_week: int, origins: int = ORIGINS
) -> Record:
    """What was expected at each of the last Mondays of what then stood, and what was attended.

    ``counts``: ``week``, ``kind``, ``lead_band``, ``status``, ``booked_weeks`` (before how many
    Mondays, that of its own week counted as 0, it had been booked; -1: after it), ``gone_weeks``
    (before how many it was cancelled; -1: not, or after it), ``appointments``, ``clinic_weight``
    (sum of w / (w + due before)) and ``own_missed`` (sum of missed before / (w + due before)).
    ``rates`` are those of the time before. ``last_week``: the last whole week. Those that nobody
    has closed are left out: what became of them is not known.
    """
    first = last_week - WEEKS - origins + 2
    sums: dict[tuple[int, int], list[float]] = {
        (first + origin + ahead, ahead): [0.0, 0.0, 0]
        for origin in range(origins)
        for ahead in range(WEEKS)
    }
    stays = _stays(counts, rates)
    for row in zip(*(counts[name].tolist() for name in _AS_THEY_STOOD), strict=True):
        week, kind, lead_band, status, booked_weeks, gone_weeks, n, weight, own = row
        if status == int(AppointmentStatus.BOOKED):
            continue
        missed = rates.missed_share(kind, lead_band) * weight + own
        # It stood at the Mondays from when it was booked until it was given up.
        for ahead in range(gone_weeks + 1, min(booked_weeks, WEEKS - 1) + 1):
            sum_of = sums.get((week, ahead))
            if sum_of is not None:
                expected = stays[kind, ahead] * (n - missed)
                sum_of[0] += expected
                sum_of[1] += expected * (1 - expected / n)
                sum_of[2] += n if status in _ATTENDED else 0
    return _judged(sums)


def _stays(counts: pd.DataFrame, rates: Standing) -> dict[tuple[int, int], float]:
    """The probability that one that stands is not cancelled, by kind and weeks ahead."""
    return {
        # Of its own week most days are 2 to 6 days ahead.
        (kind, ahead): 1 - rates.cancelled_share(kind, int(days_ahead(max(7 * ahead, 2))))
        for kind in counts["kind"].unique().tolist()
        for ahead in range(WEEKS)
    }


def _judged(sums: Mapping[tuple[int, int], Sequence[float]]) -> Record:
    """The record of expected, its variance, and attended, by week and weeks ahead."""
    frame = pd.DataFrame(
        [(*key, *values) for key, values in sums.items()],
        columns=["week", "ahead", "expected", "variance", "attended"],
    )
    reach = BAND_REACH * np.sqrt(frame["variance"])
    frame["low"] = (frame["expected"] - reach).clip(lower=0)
    frame["high"] = frame["expected"] + reach
    held = frame["attended"].between(frame["low"], frame["high"])
    return Record(frame, int(held.sum()))
