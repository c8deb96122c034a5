"""Response and remission after each infusion, told three ways where scores are missing.

*Observed* takes the courses with a score after the infusion. *Last score carried forward* (LOCF)
takes those with any score between the baseline and that infusion, at the latest one; a course
without one is left out. *All starters* takes every course that is due: what is missing is no
response (non-responder imputation). What may lie in the missing scores is told by two *bounds*:
every course whose score is missing had no response (worst), or had one (best). The bounds enclose
each of the three rates.

The rules are the instrument's own (:mod:`clinical.instruments`). A baseline of 0 leaves no room for
a response in per cent: where it is known, the course is left out of response, and counted as such.
Measures without a rule are told by *reliable improvement*: points beyond measurement error.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

from clinical.course_scores import LAST_NUMBER, Missing
from clinical.incidence import Proportion, proportion
from clinical.instruments import Instrument
from clinical.measures import ITEM_MEASURES
from clinical.progress import WORSE_POINTS, points_worse
from clinical.retention import due_at

Bounds = tuple[float, float]
"""The worst and the best that a rate may be, whatever the missing scores are; fractions."""

_ONE_LEVEL = 1.0
_Counts = npt.NDArray[np.int64]


class Result(StrEnum):
    """What may be reached on a measure."""

    RESPONSE = "response"
    REMISSION = "remission"
    IMPROVEMENT = "reliable improvement"


@dataclass(frozen=True, slots=True)
class Rates:
    """What was reached after infusion ``number``, under the rule ``missing``.

    ``due``: courses that are over and judged up to this infusion; ``seen``: those with a score
    after it and a baseline; ``n``: those that the rule takes. ``no_room``: of these, courses known
    to have a baseline of 0, which ``responded`` leaves out; 0 without a rule of response. Rates and
    bounds are ``None`` where the measure has no such rule; bounds also where no score is seen,
    because nothing bounds them.
    """

    number: int
    missing: Missing
    due: int
    seen: int
    n: int
    no_room: int
    responded: Proportion | None
    remitted: Proportion | None
    improved: Proportion | None
    response_bounds: Bounds | None
    remission_bounds: Bounds | None
    improvement_bounds: Bounds | None

    def rate(self, result: Result) -> Proportion | None:
        """The rate of a result."""
        return {
            Result.RESPONSE: self.responded,
            Result.REMISSION: self.remitted,
            Result.IMPROVEMENT: self.improved,
        }[result]

    def bounds(self, result: Result) -> Bounds | None:
        """The bounds of a result."""
        return {
            Result.RESPONSE: self.response_bounds,
            Result.REMISSION: self.remission_bounds,
            Result.IMPROVEMENT: self.improvement_bounds,
        }[result]

    def is_shown(self, least: int) -> bool:
        """Whether enough courses were seen for a rate; ``least``: the smallest group shown.

        Among all starters the scores that were seen decide: without any, 0 % would only say that
        nobody was asked, and with few, the rate would tell the result of a small group.
        """
        counted = self.n if self.missing is Missing.CARRIED else self.seen
        return counted - self.no_room >= least

    def carries_few(self, least: int) -> bool:
        """Whether fewer than ``least`` scores are carried forward, and some are.

        What those few had reached is the rate less what the observed had; so beside this rate
        nothing is shown that tells of the observed alone.
        """
        return self.missing is Missing.CARRIED and 0 < self.n - self.seen < least

    def has_bounds(self, least: int) -> bool:
        """Whether enough courses were seen for the bounds, and the rate with them gives none away.

        The worst bound tells what the observed had reached.
        """
        return self.seen >= least and not self.carries_few(least)


def results_of(measure: Instrument) -> tuple[Result, ...]:
    """What is told of a measure, the first first: by its own rules as far as it has any."""
    if measure.response_percent is not None:
        return Result.RESPONSE, Result.REMISSION
    if measure.remission_at_most is not None:
        return Result.REMISSION, Result.IMPROVEMENT
    return (Result.IMPROVEMENT,)


def reliable_points(measure: Instrument) -> float | None:
    """Points that count as a change of one person; ``None`` where nothing is agreed.

    The instrument's reliable change (NHS Talking Therapies; Marx 2022); QIDS-SR16, which has none,
    takes the points of :mod:`clinical.progress`; on a single item of PHQ-9 a level is a change.
    """
    if measure.code in ITEM_MEASURES:
        return _ONE_LEVEL
    if measure.reliable_change is not None:
        return measure.reliable_change
    return WORSE_POINTS.get(measure.code)


def judged(scores: pd.DataFrame, measure: Instrument) -> pd.DataFrame:
    """The scores with what they are, by the measure's rules and in its direction.

    ``scores``: with ``baseline`` and ``total``, as :func:`data_access.outcomes.score_counts`. Adds
    ``percent`` (improvement in % of the baseline; missing where that is 0), and as 1, 0 or missing
    (no rule, or no room): ``responded``, ``remitted``, ``improved`` and ``worse`` (by at least
    :func:`reliable_points`). All float64.
    """
    baseline = scores["baseline"].to_numpy(np.float64)
    total = scores["total"].to_numpy(np.float64)
    better_by = -_points_worse(measure, total - baseline)
    has_room = baseline != 0
    percent = np.full(len(scores), np.nan)
    # The same steps as Instrument.improvement_percent, so that exactly half is half in both.
    np.divide(100.0 * better_by, baseline, out=percent, where=has_room)
    unknown = np.full(len(scores), np.nan)
    responds, remits = measure.response_percent, measure.remission_at_most
    points = reliable_points(measure)
    return scores.assign(
        percent=percent,
        responded=(
            unknown if responds is None else np.where(has_room, percent >= responds, np.nan)
        ),
        remitted=unknown if remits is None else (total <= remits).astype(np.float64),
        improved=unknown if points is None else (better_by >= points).astype(np.float64),
        worse=unknown if points is None else (-better_by >= points).astype(np.float64),
    )


def _points_worse(measure: Instrument, change: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(points_worse(measure, 1.0) * change)


def rates_of(scores: pd.DataFrame, measure: Instrument) -> dict[str, Proportion | None]:
    """Of some scores, those that are what :func:`judged` finds them: the rates by its columns.

    Of all that can be judged by a rule, which leaves out a baseline of 0 in some; ``None`` where
    the measure has no such rule.
    """
    reliable = reliable_points(measure)
    rules = {
        "responded": measure.response_percent,
        "remitted": measure.remission_at_most,
        "improved": reliable,
        "worse": reliable,
    }
    rows = judged(scores, measure)
    courses = rows["courses"].to_numpy()
    rates: dict[str, Proportion | None] = dict.fromkeys(rules)
    for name, rule in rules.items():
        if rule is not None:
            reached = rows[name].to_numpy()
            of_all = int(courses[~np.isnan(reached)].sum())
            rates[name] = proportion(int(courses[reached == 1].sum()), of_all)
    return rates


def rates_at(
    scores: pd.DataFrame, due: int, measure: Instrument, number: int, missing: Missing
) -> Rates:
    """What was reached after infusion ``number``.

    ``scores``: as :func:`data_access.outcomes.score_counts`, of any infusions; ``due``:
    :func:`clinical.retention.due_at` of the same courses.
    """
    at_number = scores[scores["number"] == number]
    return _rates(_tallies(at_number, measure), due, measure, number, missing)


def rates_by_number(
    starts: pd.DataFrame, scores: pd.DataFrame, measure: Instrument, missing: Missing
) -> list[Rates]:
    """What was reached after each infusion from 1 to the last that courses are followed to.

    ``starts``, ``scores``: as :func:`data_access.outcomes.start_counts` and ``score_counts``.
    """
    tallies = _tallies(scores, measure)
    return [
        _rates(tallies, due_at(starts, number), measure, number, missing)
        for number in range(1, LAST_NUMBER + 1)
    ]


@dataclass(frozen=True, slots=True)
class _Tallies:
    """Courses by infusion number (rows) and whether the score was carried or observed (columns)."""

    scored: _Counts
    no_room: _Counts
    reached: dict[Result, _Counts]


_COLUMNS = {
    Result.RESPONSE: "responded",
    Result.REMISSION: "remitted",
    Result.IMPROVEMENT: "improved",
}


def _tallies(scores: pd.DataFrame, measure: Instrument) -> _Tallies:
    rows = judged(scores, measure)
    courses = rows["courses"].to_numpy(np.float64)
    places = 2 * rows["number"].to_numpy(np.int64) + rows["observed"].to_numpy(np.int64)

    def count(weights: npt.NDArray[np.float64]) -> _Counts:
        sums = np.bincount(places, weights, 2 * (LAST_NUMBER + 1))
        return np.rint(sums).astype(np.int64).reshape(-1, 2)

    return _Tallies(
        scored=count(courses),
        no_room=count(courses * (rows["baseline"].to_numpy() == 0)),
        reached={
            result: count(courses * (rows[column].to_numpy() == 1))
            for result, column in _COLUMNS.items()
        },
    )


_OBSERVED = 1
"""The column of the scores that were observed."""


def _rates(
    tallies: _Tallies, due: int, measure: Instrument, number: int, missing: Missing
) -> Rates:
    scored, no_room = tallies.scored[number], tallies.no_room[number]
    if not _has_rule(measure, Result.RESPONSE):
        no_room = np.zeros_like(no_room)
    # A clinic may number a course's infusions otherwise than by counting them.
    due = max(due, int(scored.sum()))
    rates: dict[Result, Proportion | None] = dict.fromkeys(Result)
    bounds: dict[Result, Bounds | None] = dict.fromkeys(Result)
    for result in Result:
        if _has_rule(measure, result):
            left_out = no_room if result is Result.RESPONSE else np.zeros_like(no_room)
            reached, judged_on = tallies.reached[result][number], scored - left_out
            can = due - int(left_out.sum())
            rates[result] = proportion(
                # Among all starters, as among the observed, only what was seen is reached.
                _taken(reached, int(reached[_OBSERVED]), missing),
                _taken(judged_on, can, missing),
            )
            bounds[result] = _bounds(int(reached[_OBSERVED]), int(judged_on[_OBSERVED]), can)
    return Rates(
        number=number,
        missing=missing,
        due=due,
        seen=int(scored[_OBSERVED]),
        n=_taken(scored, due, missing),
        no_room=_taken(no_room, int(no_room.sum()), missing),
        responded=rates[Result.RESPONSE],
        remitted=rates[Result.REMISSION],
        improved=rates[Result.IMPROVEMENT],
        response_bounds=bounds[Result.RESPONSE],
        remission_bounds=bounds[Result.REMISSION],
        improvement_bounds=bounds[Result.IMPROVEMENT],
    )


def _has_rule(measure: Instrument, result: Result) -> bool:
    rules = {
        Result.RESPONSE: measure.response_percent,
        Result.REMISSION: measure.remission_at_most,
        Result.IMPROVEMENT: reliable_points(measure),
    }
    return rules[result] is not None


def _taken(counted: _Counts, of_all: int, missing: Missing) -> int:
    """How many of those counted by their score a rule takes; ``of_all``: among all starters."""
    if missing is Missing.OBSERVED:
        return int(counted[_OBSERVED])
    return int(counted.sum()) if missing is Missing.CARRIED else of_all


def _bounds(reached: int, seen: int, due: int) -> Bounds | None:
    """The rate with all missing counted as not reached, and as reached."""
    if not seen:
        return None
    return reached / due, (reached + due - seen) / due
