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

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clinical.codes import AppointmentStatus, DaysAhead, days_ahead
from clinical.demand import BAND_REACH
from clinical.incidence import Proportion, proportion

FEWEST = 30
"""A rate by days is used where it counts so many; else that of the kind, whatever the days."""
ORIGINS = 13
"""The record of the bookings looks at so many Mondays."""
WEEKS = 8
"""At each of them at so many weeks: its own and those after it."""
_ATTENDED = (int(AppointmentStatus.FULFILLED), int(AppointmentStatus.ARRIVED))
_NOSHOW, _CANCELLED = int(AppointmentStatus.NOSHOW), int(AppointmentStatus.CANCELLED)
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
    lead = counts["lead_band"].replace(int(DaysAhead.UNKNOWN), _LONGEST)
    notice = counts["notice_band"].replace(int(DaysAhead.UNKNOWN), _LONGEST)
    table = counts.assign(lead=lead, notice=notice, is_cancelled=counts["status"] == _CANCELLED)
    cancelled, missed = {}, {}
    for kind, rows in table.groupby("kind"):
        number = int(str(kind))
        cancelled[number, _EVERY] = _share(rows, rows["is_cancelled"])
        for band in DaysAhead:
            if band is DaysAhead.UNKNOWN:
                continue
            stood = rows[
                (rows["lead"] >= band) & ~(rows["is_cancelled"] & (rows["notice"] >= band))
            ]
            cancelled[number, int(band)] = _share(stood, stood["is_cancelled"])
        due = rows[rows["status"].isin([*_ATTENDED, _NOSHOW])]
        missed[number, _EVERY] = _share(due, due["status"] == _NOSHOW)
        for lead_band, part in due.groupby("lead_band"):
            missed[number, int(str(lead_band))] = _share(part, part["status"] == _NOSHOW)
    return Standing(cancelled, missed)


def _share(rows: pd.DataFrame, events: "pd.Series[bool]") -> Proportion:
    counted = rows["appointments"]
    return proportion(int(counted[events].sum()), int(counted.sum()))


def attend_probability(
    booked: pd.DataFrame, rates: Standing, own_weight: float
) -> NDArray[np.float64]:
    """The probability that each booked appointment will be attended.

    ``booked``: ``kind``, ``to_go`` (days), ``lead_band``, ``due_before``, ``missed_before``.
    """
    keys = zip(booked["kind"], booked["to_go"], booked["lead_band"], strict=True)
    shares = [
        (
            rates.cancelled_share(kind, int(days_ahead(int(days)))),
            rates.missed_share(kind, lead_band),
        )
        for kind, days, lead_band in keys
    ]
    cancelled, missed = np.array(shares, float).reshape(-1, 2).T
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
    ``expected``, ``low``, ``high`` and ``attended``.
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
    closed = _with_missed(counts[counts["status"] != int(AppointmentStatus.BOOKED)], rates)
    first = last_week - WEEKS - origins + 2
    parts = [
        _as_it_stood(closed, rates, ahead, range(first + ahead, first + ahead + origins))
        for ahead in range(WEEKS)
    ]
    frame = pd.concat(parts, ignore_index=True)
    reach = BAND_REACH * np.sqrt(frame.pop("variance"))
    frame["low"] = (frame["expected"] - reach).clip(lower=0)
    frame["high"] = frame["expected"] + reach
    held = frame["attended"].between(frame["low"], frame["high"])
    return Record(frame, int(held.sum()))


def _with_missed(counts: pd.DataFrame, rates: Standing) -> pd.DataFrame:
    """The counts with the number of missed ones to expect of each row, if none is cancelled."""
    clinic = [
        rates.missed_share(kind, lead)
        for kind, lead in zip(counts["kind"], counts["lead_band"], strict=True)
    ]
    missed = np.array(clinic, float) * counts["clinic_weight"] + counts["own_missed"]
    return counts.assign(missed=missed)


def _as_it_stood(counts: pd.DataFrame, rates: Standing, ahead: int, weeks: range) -> pd.DataFrame:
    """Expected with its variance, and attended, of each week as it stood so many weeks ahead."""
    is_gone = (counts["status"] == _CANCELLED) & (counts["gone_weeks"] >= ahead)
    stood = counts[(counts["booked_weeks"] >= ahead) & ~is_gone]
    # Of its own week most days are 2 to 6 days ahead.
    band = int(days_ahead(max(7 * ahead, 2)))
    stays = {kind: 1 - rates.cancelled_share(kind, band) for kind in stood["kind"].unique()}
    n = stood["appointments"]
    expected = stood["kind"].map(stays).astype(float) * (n - stood["missed"])
    table = pd.DataFrame(
        {
            "week": stood["week"],
            "expected": expected,
            "variance": expected * (1 - expected / n),
            "attended": n.where(stood["status"].isin(_ATTENDED), 0),
        }
    )
    sums = table.groupby("week").sum().reindex(weeks, fill_value=0)
    return sums.rename_axis("week").reset_index().assign(ahead=ahead)
