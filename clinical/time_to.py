"""How soon a course of treatment reaches something for the first time: response, or remission.

Time counts from the start of the first infusion. Kaplan and Meier's estimator (1958) is that of
:mod:`clinical.survival`; here it *passes* who reaches it. A course that has not reached it is
censored at its last score: until then it is known not to have. So courses under way take part with
what is known of them. To leave them out would prefer, among those that began lately, the ones that
stopped early.

What bends the curve, and cannot be seen in it: a response is known only at the score that shows it,
so it began at that time or sooner, since the score before; and the curve lets those whose scores
end go on as the others do. Those who stop because nothing helps do not, and then it rises too high.
So how many were *seen* to reach it stands beside it, of all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import pandas as pd

from clinical.course_scores import USUAL_LENGTH
from clinical.incidence import Proportion, proportion
from clinical.survival import (
    Curve,
    Passed,
    curve_of,
    passed_by,
    time_until,
    time_until_limits,
)

HALF = 0.5


class Reached(StrEnum):
    """What is waited for, in the words that the reader chooses from."""

    RESPONSE = "Response"
    REMISSION = "Remission"


class Basis(StrEnum):
    """Which scores can show it, in the words that the reader chooses from."""

    SETTLED = "Settled scores"
    ANY = "Any score"


class Unit(StrEnum):
    """What time is counted in, in the words that the reader chooses from."""

    DAYS = "Days"
    HOURS = "First hours"
    INFUSIONS = "Infusions"


LAST = {Unit.DAYS: 364, Unit.HOURS: 168, Unit.INFUSIONS: 24}
"""Curves are followed up to here; what happens later is only known not to have happened before."""
READ_AT = {Unit.DAYS: 28, Unit.HOURS: 168, Unit.INFUSIONS: USUAL_LENGTH}
"""Where the share is told in words, if enough are watched until then."""
HOURS_IN = {Unit.DAYS: 24, Unit.HOURS: 1}
"""How many hours one of a unit has."""
GRACE = 1 / 120
"""Hours, half a minute: times are rounded up to whole days or hours once they are over by more."""


class Median(NamedTuple):
    """The time by which half have reached it, with its 95 % interval; missing: not known."""

    time: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class TimeTo:
    """How soon some courses reached it.

    ``curve``: of those that could be seen to. ``until``: the last time at which at least the
    smallest group was at risk, 0 where it never was: later the curve is not shown. Not on it:
    ``no_room``, courses that had nothing to reach (in remission at their baseline; for response, a
    baseline of 0), and ``unscored``, those without any later score.
    """

    curve: Curve
    until: float
    no_room: int
    unscored: int

    @property
    def n(self) -> int:
        """Courses on the curve."""
        return self.curve.n

    @property
    def seen(self) -> Proportion:
        """Those that were seen to reach it, of all on the curve."""
        return proportion(int(self.curve.events.sum()), self.curve.n)

    @property
    def median(self) -> Median:
        """When half had, where so many did while enough were watched.

        The interval is Brookmeyer and Crowley's (1982), with the log-log band. Where the curve lies
        flat at exactly one half the median is the beginning of the flat piece: see
        :func:`clinical.survival.time_until`.
        """
        low, high = time_until_limits(self.curve, HALF)
        return Median(*map(self._known, (time_until(self.curve, HALF), low, high)))

    def _known(self, time: float | None) -> float | None:
        return time if time is not None and time <= self.until else None

    def share_by(self, time: float) -> Passed | None:
        """The share that had reached it by a time; ``None`` where too few were watched."""
        return passed_by(self.curve, time) if 0 < time <= self.until else None


def time_to(rows: pd.DataFrame, unit: Unit, least: int) -> TimeTo:
    """How soon the courses of some rows reached it.

    ``rows``: ``room`` (1: there is something to reach), ``time`` (when it was reached or, where it
    was not, when the last score was taken; missing without one), ``reached`` (1, 0), ``courses``,
    any number of rows of a kind. ``least``: the smallest group that is shown.
    """
    courses, has_room = rows["courses"].to_numpy(np.int64), rows["room"].to_numpy() == 1
    times = rows["time"].to_numpy(np.float64, na_value=np.nan)
    scored = has_room & np.isfinite(times)
    # What was reached after the end of the axis was not reached by it.
    is_open = (rows["reached"].to_numpy() == 0) | (times > LAST[unit])
    curve = curve_of(times[scored], is_open[scored], courses[scored])
    return TimeTo(
        curve=curve,
        until=_until(curve, LAST[unit], least),
        no_room=int(courses[~has_room].sum()),
        unscored=int(courses[has_room & ~scored].sum()),
    )


def _until(curve: Curve, last: float, least: int) -> float:
    """The last time at which at least ``least`` were at risk."""
    enough = curve.times[curve.at_risk >= max(1, least)]
    return min(float(enough[-1]), last) if len(enough) else 0.0


def time_to_by(
    rows: pd.DataFrame, groups: Sequence[Sequence[int]], unit: Unit, least: int
) -> list[TimeTo]:
    """As :func:`time_to` for each of several groups; each names the values of ``group`` it has."""
    return [time_to(rows[rows["group"].isin(list(keys))], unit, least) for keys in groups]


def hours_at(time: int, unit: Unit) -> tuple[float, float]:
    """The hours, both included, that count as that day or hour: later than the one before it."""
    hours = HOURS_IN[unit]
    # A millionth is less than a second, and more than what rounding does to such hours.
    return (time - 1) * hours + GRACE + 1e-6, time * hours + GRACE
