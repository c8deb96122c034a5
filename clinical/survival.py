"""How soon side effects pass: what was seen, and the Kaplan-Meier estimator (1958).

Minutes count from the end of the infusion. What had passed by then passed at 0; what had not
passed when it was recorded is *censored*: it was watched that long and lasted longer. Leaving it
out, or taking the discharge for its end, would make side effects look shorter than they are.

The estimator lets those who left with a side effect pass as those do who stayed and still had it.
Nothing in the records tells whether they do, and it can be wrong either way. Where people are kept
until they are well, those who may leave all the same are those with a side effect that lasts (a
headache), and nearly all who stay are seen to pass: the curve leans to the optimistic. Where those
leave early who are nearly well, it leans to the pessimistic. So the share that was *seen* to pass
stands beside it, of all infusions, those censored counted as still there: the true share is not
below it, whatever became of those who left. Where nothing is censored both are the same.

Infusions are taken as independent, although one patient has several.
"""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clinical.incidence import CONFIDENCE, Proportion, proportion

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Numbers = NDArray[np.integer[Any]] | NDArray[np.floating[Any]]

_HAIR = 1e-9
"""A product of shares misses a round share such as 95 % by no more than this."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A Kaplan-Meier curve; one entry for each time at which anything passed or was censored.

    ``times``: minutes, rising. ``remaining``: the share that has not passed after that time, which
    holds until the next one; before the first it is 1, after the last nothing is known unless it
    is 0. ``low``, ``high``: its 95 % band, missing (NaN) where all or none remain. ``at_risk``: how
    many were watched and had it just before; ``events``: how many passed; ``censored``: how many
    were watched no longer. No entry at all: no data.
    """

    times: FloatArray
    remaining: FloatArray
    low: FloatArray
    high: FloatArray
    at_risk: IntArray
    events: IntArray
    censored: IntArray

    @property
    def n(self) -> int:
        """How many the curve is made from."""
        return int(self.events.sum() + self.censored.sum())


class Passed(NamedTuple):
    """The share that has passed by a minute, with its 95 % interval; fractions.

    Where none or all have passed the band is not defined; the limits are then Wilson's, if nobody
    was censored before, and missing otherwise.
    """

    share: float
    low: float | None
    high: float | None


def kaplan_meier(times: Numbers, events_at: Numbers, censored_at: Numbers) -> Curve:
    """The curve from how many passed and how many were censored at each time.

    ``times``: minutes, at least 0 and rising; ``events_at``, ``censored_at``: counts; shape
    (times,) each. What is censored at a time was still watched at it: events come before
    censorings. The band is Greenwood's variance on the scale of log(-log S), which stays within
    0 and 1 (Kalbfleisch and Prentice 2002, section 1.4); a test holds it equal to ``scipy.stats``.

    Raises ``ValueError`` where times do not rise from 0, or a count is negative.
    """
    minutes = np.asarray(times, np.float64)
    events, censored = np.asarray(events_at, np.int64), np.asarray(censored_at, np.int64)
    if np.any(np.diff(minutes) <= 0) or np.any(minutes < 0):
        raise ValueError("the times of a curve rise, from 0 minutes on")
    if np.any(events < 0) or np.any(censored < 0):
        raise ValueError("nothing can pass or be censored less than 0 times")
    kept = events + censored > 0
    minutes, events, censored = minutes[kept], events[kept], censored[kept]
    at_risk = np.cumsum((events + censored)[::-1])[::-1]
    remaining = np.cumprod(1 - events / at_risk, dtype=np.float64)
    low, high = log_log_band(remaining, events, at_risk)
    return Curve(minutes, remaining, low, high, at_risk, events, censored)


def log_log_band(
    remaining: FloatArray, events: IntArray, at_risk: IntArray
) -> tuple[FloatArray, FloatArray]:
    """The lower and the upper limit of the shares that remain; NaN where all or none do.

    Greenwood's variance on the scale of log(-log S). It asks for nothing but counts, so it serves
    as well where people come under watch late. Shape (times,) each.
    """
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    # Where none remain the sum is infinite and the logarithm too; the result is NaN, as it should.
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(remaining)
        greenwood = np.cumsum(events / (at_risk * (at_risk - events)))
        half = z * np.sqrt(greenwood) / np.abs(logs)
        return np.exp(logs * np.exp(half)), np.exp(logs * np.exp(-half))


def curve_of(minutes: Numbers, still_open: Numbers, infusions: Numbers) -> Curve:
    """The curve from rows of a query: ``infusions`` by minute and by whether it was still open.

    ``minutes``: when it passed or, where ``still_open`` is 1, until when it was watched; shape
    (rows,) each, in any order, a minute any number of times.
    """
    times, position = np.unique(np.asarray(minutes, np.float64), return_inverse=True)
    is_open = np.asarray(still_open) == 1
    size = len(times)
    passed = np.bincount(position, weights=np.where(is_open, 0, infusions), minlength=size)
    watched = np.bincount(position, weights=np.where(is_open, infusions, 0), minlength=size)
    return kaplan_meier(times, passed, watched)


def at_risk_at(curve: Curve, minutes: float) -> int:
    """How many still had it, and were watched, just before that minute."""
    later = curve.times >= minutes
    return int((curve.events + curve.censored)[later].sum())


def passed_by(curve: Curve, minutes: float) -> Passed | None:
    """The share that has passed by that minute, included.

    ``None`` where that is not known: without any data, and after the last one was watched unless
    all had passed by then.

    The log-log band has no limits where the curve is 1 or 0. As long as nobody was censored the
    curve is a plain proportion of all, so there the limits are Wilson's (1927).
    """
    if not curve.n or (minutes > curve.times[-1] and curve.remaining[-1] > 0):
        return None
    index = int(np.searchsorted(curve.times, minutes, side="right")) - 1
    remaining = 1.0 if index < 0 else float(curve.remaining[index])
    if 0 < remaining < 1:
        return Passed(1 - remaining, 1 - float(curve.high[index]), 1 - float(curve.low[index]))
    if curve.censored[curve.times < minutes].any():
        return Passed(1 - remaining, None, None)
    plain = proportion(curve.n if remaining == 0 else 0, curve.n)
    return Passed(1 - remaining, plain.low, plain.high)


def time_until(curve: Curve, share: float) -> float | None:
    """The first minute by which at least ``share`` has passed; ``None`` where it never was.

    Where the curve lies flat at exactly that share, this is the beginning of the flat piece, as
    the definition "smallest t with 1 - S(t) >= share" has it (R takes the middle of the piece).
    """
    return _first_time(curve, curve.remaining, share)


def time_until_limits(curve: Curve, share: float) -> tuple[float | None, float | None]:
    """The 95 % interval of :func:`time_until`: where the band crosses the share.

    Source: Brookmeyer and Crowley 1982, with the log-log band. A missing upper end means that the
    minute may as well be later than any that was watched; a missing lower one, that the band is
    not defined early enough, as where all passed at once.
    """
    return _first_time(curve, curve.low, share), _first_time(curve, curve.high, share)


def _first_time(curve: Curve, remaining: FloatArray, share: float) -> float | None:
    reached = np.flatnonzero(remaining <= 1 - share + _HAIR)  # a missing limit reaches nothing
    return float(curve.times[reached[0]]) if len(reached) else None


def still_open(curve: Curve) -> Proportion:
    """Of all on the curve, those that were never seen to pass, with the Wilson interval."""
    return proportion(int(curve.censored.sum()), curve.n)


def seen_by(curve: Curve, minutes: float) -> Proportion:
    """Of all on the curve, those that were seen to pass by that minute, with the Wilson interval.

    Those who left before count as still having it, so the share that has passed is not less.
    """
    return proportion(int(curve.events[curve.times <= minutes].sum()), curve.n)


def seen_until(curve: Curve, share: float) -> float | None:
    """The first minute by which at least ``share`` of all was seen to pass; ``None``: never.

    By then it had passed in that share, whatever became of those who left with it; so this is
    never sooner than :func:`time_until`, and the same where nothing is censored.
    """
    return _first_time(curve, 1 - np.cumsum(curve.events) / max(1, curve.n), share)


def seen_until_limits(curve: Curve, share: float) -> tuple[float | None, float | None]:
    """The 95 % interval of :func:`seen_until`: where the Wilson limits cross the share.

    As Brookmeyer and Crowley (1982) have it of the band of the curve. A missing upper end: the
    share may as well not be reached at all.
    """
    return (
        _first_seen(curve, lambda seen: seen.high, share),
        _first_seen(curve, lambda seen: seen.low, share),
    )


def _first_seen(
    curve: Curve, limit: Callable[[Proportion], float | None], share: float
) -> float | None:
    """The first time at which that limit of what was seen reaches the share, by halving."""
    seen = np.cumsum(curve.events).tolist()
    index = bisect_left(seen, share - _HAIR, key=lambda x: limit(proportion(x, curve.n)) or 0)
    return float(curve.times[index]) if index < len(seen) else None
