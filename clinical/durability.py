"""How long a response lasts: the Kaplan-Meier estimator (1958) with late entry.

The clock starts at the last infusion of an induction that ended in a response. The response is seen
at the *end score*, days later; before it nobody could have been seen to lose it, so a course is
counted as at risk from then on (*delayed entry*, left truncation; Kalbfleisch and Prentice 2002,
section 1.3; Tsai, Jewell and Wang 1987). To count it from the infusion on would make responses look
longer than they are. The clock may as well start at the end score: there all enter at once.

From the last infusion curves are told from the day :data:`SETTLED_BY` on, of responses still there
then. The end score is the latest within so many days; whoever is not given a booster and loses the
response sooner has an induction that ended without one, so that until then none of them could be
seen to lose it, while after a booster the same loss counts.

Boosters come later, to some. Were courses told apart by whether they ever had one, those who kept
the response for long would have had the time to get one, and whoever lost it early would count
against those without (*immortal time*). So maintenance is a state that begins with the first
booster: a course is watched among those *without* until then, and from then on among those *with*
(Simon and Makuch 1984; the log-rank test on such risk sets is Mantel and Byar's, 1974). It is no
experiment all the same: who is given boosters is a choice.

Days are whole ones. On a day what was lost comes before what is watched no longer, and before the
booster: scores are taken before an infusion.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clinical.booster_intervals import INTERVALS, interval_of
from clinical.incidence import proportion
from clinical.logrank import LogRank, log_rank
from clinical.scores import LAST_INFUSION_WINDOW
from clinical.survival import Curve, IntArray, log_log_band

BoolArray = NDArray[np.bool_]

WEEK = 7
SETTLED_BY = LAST_INFUSION_WINDOW.days
"""Days after the last infusion by which the end score is taken."""
MARKS = (4, 8, 12, 26)
"""Weeks after which the share still in response is told."""

_NEVER = 2**31
"""A day that never comes."""


@dataclass(frozen=True, slots=True)
class Responses:
    """The inductions that are looked at.

    ``scored``: with an end score; ``responded``: where that is a response; of those ``followed``:
    with a later settled score, ``lost``: seen to lose it, ``boosted``: with a booster, whenever,
    and ``again``: a new induction began before a loss was seen.
    """

    scored: int
    responded: int
    followed: int
    lost: int
    boosted: int
    again: int


def responses(rows: pd.DataFrame) -> Responses:
    """Count the rows of :func:`data_access.outcome_how_long.response_spans`."""
    found = rows[rows["end"].notna()]
    courses = found["courses"]
    lost, later = found["lost"].notna(), (found["kept"] > found["end"]).fillna(False)
    return Responses(
        scored=int(rows["courses"].sum()),
        responded=int(courses.sum()),
        followed=int(courses[lost | later].sum()),
        lost=int(courses[lost].sum()),
        boosted=int(courses[found["booster"].notna()].sum()),
        again=int(courses[found["again"] == 1].sum()),
    )


class Since(StrEnum):
    """When the clock starts, in the words that the reader chooses from."""

    LAST_INFUSION = "Last infusion"
    END_SCORE = "Score that showed it"


@dataclass(frozen=True, slots=True)
class Spells:
    """Courses watched in one state; shape (spells,) each, whole days on one clock.

    Each entry is ``courses`` courses that are at risk after the day ``entered`` up to the day
    ``left``, and lose the response on that one where ``lost`` is 1. ``entered`` is before ``left``.
    """

    entered: IntArray
    left: IntArray
    lost: IntArray
    courses: IntArray

    @property
    def n(self) -> int:
        """How many courses."""
        return int(self.courses.sum())


def _where(spells: Spells, kept: BoolArray) -> Spells:
    return Spells(spells.entered[kept], spells.left[kept], spells.lost[kept], spells.courses[kept])


def _watched(spells: Spells) -> Spells:
    """Those that are watched for a day at least."""
    return _where(spells, spells.entered < spells.left)


@dataclass(frozen=True, slots=True)
class _Days:
    """Responses, each with its days; boosters that never came are at ``_NEVER``."""

    entered: IntArray
    left: IntArray
    lost: IntArray
    booster: IntArray
    courses: IntArray


def _days(rows: pd.DataFrame, since: Since) -> _Days:
    rows = rows[rows["end"].notna()]
    end = rows["end"].to_numpy(np.int64)
    start = end if since is Since.END_SCORE else np.zeros_like(end)
    lost = rows["lost"].notna().to_numpy()
    # A second score on the day of the first is a day later: a loss takes somebody at risk.
    lost_day = np.maximum(rows["lost"].fillna(0).to_numpy(np.int64), end + 1)
    left = np.where(lost, lost_day, rows["kept"].to_numpy(np.int64))
    booster = rows["booster"].fillna(_NEVER).to_numpy(np.int64)
    return _Days(
        end - start,
        left - start,
        lost.astype(np.int64),
        booster - start,
        rows["courses"].to_numpy(np.int64),
    )


def without_maintenance(rows: pd.DataFrame, since: Since) -> Spells:
    """Responses from the end score until the first booster.

    ``rows``: as :func:`data_access.outcome_how_long.response_spans`.
    """
    days = _days(rows, since)
    ended = np.minimum(days.left, days.booster)
    lost = days.lost * (days.left <= days.booster)
    return _watched(Spells(days.entered, ended, lost, days.courses))


def from_day(spells: Spells, day: int) -> Spells:
    """The same of those who are still at risk after a day, watched from it on."""
    entered = np.maximum(spells.entered, day)
    return _watched(Spells(entered, spells.left, spells.lost, spells.courses))


def with_maintenance(rows: pd.DataFrame, since: Since) -> Spells:
    """Responses from the first booster on, of those that were not lost by then."""
    days = _days(rows, since)
    entered = np.maximum(days.entered, days.booster)
    return _watched(Spells(entered, days.left, days.lost, days.courses))


def by_interval(rows: pd.DataFrame) -> tuple[Spells, ...]:
    """Responses from the second booster on, by the interval between the first two.

    One entry for each of :data:`clinical.booster_intervals.INTERVALS`. Days count from the second
    booster, a *landmark*: by then the interval is known, so that it cannot depend on what comes
    after (Anderson, Cain and Gelber 1983). Responses lost before it are not in here.
    """
    twice = rows[rows["second"].notna()]
    days = _days(twice, Since.LAST_INFUSION)
    second = twice["second"].to_numpy(np.int64)
    band = interval_of(second - days.booster)
    all_of_them = Spells(
        np.maximum(days.entered, second) - second, days.left - second, days.lost, days.courses
    )
    return tuple(_watched(_where(all_of_them, band == index)) for index in range(len(INTERVALS)))


def at_risk_by_day(spells: Spells, last: int | None = None) -> IntArray:
    """How many courses are at risk on each day, from day 0 to ``last`` (or when the last left)."""
    end = int(spells.left.max(initial=0)) if last is None else last
    size = max(end, int(spells.left.max(initial=0))) + 2
    came = np.bincount(spells.entered + 1, weights=spells.courses, minlength=size)
    went = np.bincount(spells.left + 1, weights=spells.courses, minlength=size)
    return np.cumsum(came - went).astype(np.int64)[: end + 1]


def _by_day(days: IntArray, courses: IntArray, size: int) -> IntArray:
    return np.bincount(days, weights=courses, minlength=size).astype(np.int64)[:size]


@dataclass(frozen=True, slots=True)
class Lasting:
    """How long responses last, as far as enough of them are watched.

    ``start``: the day from which the curve is told; its shares are of those in response on that
    day. ``last``: the last day of which anything is known. ``curve``: the shares that remain;
    ``watched``: courses at risk by day, shape (``last`` + 1,). ``n``: courses that were ever at
    risk on these days; ``lost``: of them, those that were seen to lose the response on these days.
    """

    start: int
    last: int
    curve: Curve
    watched: IntArray
    n: int
    lost: int


def lasting(spells: Spells, least: int) -> Lasting | None:
    """The curve over the stretch of days in which ``least`` or more are at risk.

    With late entry the first few at risk can throw the whole curve down: one of two who loses the
    response halves it for good. So it begins only where ``least`` are at risk, around the day with
    the most, and ends before there are fewer: its shares are conditional on being in response when
    it begins. ``None`` where there never are so many.

    The band is Greenwood's variance on the scale of log(-log S), as in :mod:`clinical.survival`,
    with whom the curve agrees where all enter at the start and ``least`` is 1.
    """
    watched = at_risk_by_day(spells)
    enough = _stretch(watched, max(1, least))
    if enough is None:
        return None
    first, last = enough
    size = last + 1
    lost = _by_day(spells.left, spells.courses * spells.lost, size)
    censored = _by_day(spells.left, spells.courses * (1 - spells.lost), size)
    days = first + np.flatnonzero((lost + censored)[first:])
    curve = _curve(days, watched[days], lost[days], censored[days])
    there = (spells.left >= first) & (spells.entered < last)
    n = int(spells.courses[there].sum())
    return Lasting(first - 1, last, curve, watched[:size], n, int(curve.events.sum()))


def _stretch(watched: IntArray, least: int) -> tuple[int, int] | None:
    """The first and the last day of the days around the fullest with ``least`` or more."""
    fullest = int(watched.argmax())
    if watched[fullest] < least:
        return None
    few = np.flatnonzero(watched < least)
    before, after = few[few < fullest], few[few > fullest]
    first = int(before[-1]) + 1 if len(before) else 0
    return first, int(after[0]) - 1 if len(after) else len(watched) - 1


def _curve(days: IntArray, at_risk: IntArray, lost: IntArray, censored: IntArray) -> Curve:
    remaining = np.cumprod(1 - lost / at_risk, dtype=np.float64)
    low, high = log_log_band(remaining, lost, at_risk)
    return Curve(days.astype(np.float64), remaining, low, high, at_risk, lost, censored)


class Kept(NamedTuple):
    """The share still in response on a day, with its 95 % interval and how many were watched then.

    Where none was lost there is no band; the lower limit is then Wilson's (1927) for as many as
    were at risk on the emptiest day, which is not too high. Where all were lost the limits are
    missing.
    """

    share: float
    low: float | None
    high: float | None
    watched: int


def kept_on(found: Lasting, day: int) -> Kept | None:
    """The share on that day, what is lost on it included; ``None`` where it is not known."""
    if not found.start <= day <= found.last:
        return None
    index = int(np.searchsorted(found.curve.times, day, side="right")) - 1
    watched = int(found.watched[max(day, found.start + 1)])
    share = 1.0 if index < 0 else float(found.curve.remaining[index])
    if share == 1.0:
        emptiest = int(found.watched[found.start + 1 : max(day, found.start + 1) + 1].min())
        none = proportion(emptiest, emptiest)
        return Kept(1.0, none.low, none.high, watched)
    if share == 0.0:
        return Kept(0.0, None, None, watched)
    return Kept(share, float(found.curve.low[index]), float(found.curve.high[index]), watched)


def told_weeks(found: Lasting) -> list[int]:
    """The weeks of :data:`MARKS` on which a share is known, after the day it is a share of."""
    return [week for week in MARKS if found.start < week * WEEK <= found.last]


def as_told(spells: Spells, found: Lasting) -> Spells:
    """The courses of a curve on its own days alone: what few are watched for is not in it."""
    cut = Spells(
        spells.entered,
        np.minimum(spells.left, found.last),
        spells.lost * (spells.left <= found.last),
        spells.courses,
    )
    return from_day(cut, found.start)


def lasting_test(groups: Sequence[Spells]) -> LogRank:
    """Whether groups differ in how long responses last, all days of all groups."""
    last = max((int(group.left.max(initial=0)) for group in groups), default=0)
    risk = [at_risk_by_day(group, last) for group in groups]
    lost = [_by_day(group.left, group.courses * group.lost, last + 1) for group in groups]
    return log_rank(np.array(risk), np.array(lost))
