"""What the first infusion has done within a day, of those who have a score then.

Such a score is taken while the infusion still acts, and is not compared with settled ones.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from clinical.incidence import CONFIDENCE, Proportion, proportion
from clinical.instruments import Instrument
from clinical.progress import points_worse
from clinical.responses import reliable_points


@dataclass(frozen=True, slots=True)
class FirstDay:
    """The first day of ``n`` courses with a score then.

    ``responded``: of those whose baseline is not 0; ``remitted``: of those not in remission at
    their baseline; ``improved`` and ``worse``: by at least
    :func:`clinical.responses.reliable_points`, of all. Each is missing where the measure has no
    such rule. ``better_by``: mean improvement in points, positive = better, with its 95 % interval
    by Student's t; missing where it cannot be told: of one, and where all changes are the same.
    """

    n: int
    responded: Proportion | None
    remitted: Proportion | None
    improved: Proportion | None
    worse: Proportion | None
    better_by: float | None
    better_low: float | None
    better_high: float | None


def first_day(rows: pd.DataFrame, measure: Instrument) -> FirstDay:
    """Judge ``rows``: ``baseline``, ``total`` (of the first day), ``courses``."""
    pairs = list(zip(rows["baseline"], rows["total"], rows["courses"], strict=True))
    better = np.array([-points_worse(measure, total - baseline) for baseline, total, _ in pairs])
    courses = rows["courses"].to_numpy(np.int64)
    mean, low, high = _mean(better, courses)
    return FirstDay(
        n=int(courses.sum()),
        responded=_responded(pairs, measure),
        remitted=_remitted(pairs, measure),
        improved=_beyond(better, courses, reliable_points(measure)),
        worse=_beyond(-better, courses, reliable_points(measure)),
        better_by=mean,
        better_low=low,
        better_high=high,
    )


_Pairs = list[tuple[float, float, int]]


def _responded(pairs: _Pairs, measure: Instrument) -> Proportion | None:
    if measure.response_percent is None:
        return None
    judged = [(measure.responded(baseline, total), n) for baseline, total, n in pairs]
    return _of([(did, n) for did, n in judged if did is not None])


def _remitted(pairs: _Pairs, measure: Instrument) -> Proportion | None:
    if measure.remission_at_most is None:
        return None
    return _of(
        [
            (measure.remitted(total), n)
            for baseline, total, n in pairs
            if not measure.remitted(baseline)
        ]
    )


def _of(judged: list[tuple[bool | None, int]]) -> Proportion:
    return proportion(sum(n for did, n in judged if did), sum(n for _, n in judged))


def _beyond(
    points: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    courses: "np.ndarray[tuple[int], np.dtype[np.int64]]",
    limit: float | None,
) -> Proportion | None:
    if limit is None:
        return None
    return proportion(int(courses[points >= limit].sum()), int(courses.sum()))


def _mean(
    points: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    courses: "np.ndarray[tuple[int], np.dtype[np.int64]]",
) -> tuple[float | None, float | None, float | None]:
    n = int(courses.sum())
    if n == 0:
        return None, None, None
    mean = float((points * courses).sum() / n)
    if n == 1:
        return mean, None, None
    variance = float((courses * (points - mean) ** 2).sum() / (n - 1))
    if variance == 0:
        return mean, None, None
    half = float(stdtrit(n - 1, (1 + CONFIDENCE) / 2)) * sqrt(variance / n)
    return mean, mean - half, mean + half
