"""Mean score and mean change by infusion, each against the baseline of the same courses.

Those who have a score after infusion 6 are not those who have one after infusion 1. So each mean
stands beside the mean baseline of just the courses that are in it, and a change is the mean of
their own changes.
"""

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from clinical.effect_size import effect_size
from clinical.incidence import CONFIDENCE
from clinical.instruments import Instrument
from clinical.progress import points_worse

_MEASURED = {"score": "total", "baseline": "baseline", "change": "better"}
"""What is averaged: the name of the mean, and the column of the values."""


def observed(scores: pd.DataFrame) -> pd.DataFrame:
    """The scores that there are, without those carried forward."""
    return scores[scores["observed"] == 1]


def with_improvement(scores: pd.DataFrame, measure: Instrument) -> pd.DataFrame:
    """Adds ``better``: points of improvement over the baseline, negative = worse."""
    change = scores["total"] - scores["baseline"]
    return scores.assign(better=-points_worse(measure, change))  # type: ignore[arg-type]


def means_by_number(scores: pd.DataFrame, measure: Instrument) -> pd.DataFrame:
    """Means of the observed scores by infusion, with their 95 % intervals.

    ``scores``: as :func:`data_access.outcomes.score_counts`. Returns ``number`` and ``n`` (courses
    with a score then); of their scores ``score``, ``score_sd``, ``score_low``, ``score_high``; the
    same of their ``baseline`` and of their ``change`` (points of improvement, negative = worse);
    and ``effect``, ``effect_low``, ``effect_high`` (:func:`clinical.effect_size.effect_size`).
    Standard deviations are over n - 1 and missing for one course; intervals are Student's
    (:func:`student_interval`). No interval is kept within the range of the measure.
    """
    rows = with_improvement(observed(scores), measure)
    found = pd.DataFrame({"n": rows.groupby("number")["courses"].sum()})
    for name, column in _MEASURED.items():
        found[name], found[f"{name}_sd"] = _moments(rows, rows[column], found["n"])
        low, high = student_interval(found[name], found[f"{name}_sd"], found["n"])
        found[f"{name}_low"], found[f"{name}_high"] = low, high
    return _with_effects(found.reset_index())


def student_interval(
    mean: "pd.Series[float]", sd: "pd.Series[float]", n: "pd.Series[int]"
) -> tuple["pd.Series[float]", "pd.Series[float]"]:
    """The 95 % intervals of means by Student's t with n - 1 degrees of freedom.

    Missing for one value, which says nothing of the spread, and where all values are the same:
    an interval of no width would claim a certainty that nobody has.
    """
    free = (n - 1).where((n > 1) & (sd > 0)).to_numpy(float)
    half = stdtrit(free, (1 + CONFIDENCE) / 2) * sd / np.sqrt(n)
    return mean - half, mean + half


def _moments(
    rows: pd.DataFrame, values: "pd.Series[float]", n: "pd.Series[int]"
) -> tuple["pd.Series[float]", "pd.Series[float]"]:
    """Mean and standard deviation by infusion, of counted values.

    In two passes: the squares of large scores that hardly differ leave nothing exact in one.
    """
    weights, number = rows["courses"], rows["number"]
    mean = (weights * values).groupby(number).sum() / n
    squares = (weights * (values - number.map(mean)) ** 2).groupby(number).sum()
    return mean, np.sqrt(squares / (n - 1).where(n > 1))


def _with_effects(means: pd.DataFrame) -> pd.DataFrame:
    columns = (means[name] for name in ("n", "change", "baseline_sd", "score_sd", "change_sd"))
    missing = (np.nan, np.nan, np.nan)
    effects = [effect_size(*of_one) or missing for of_one in zip(*columns, strict=True)]
    values = np.array(effects, dtype=float).reshape(len(means), len(missing))
    return means.assign(effect=values[:, 0], effect_low=values[:, 1], effect_high=values[:, 2])
