"""The waterfall: by how many per cent each course changed, the most improved first.

A mean hides whether all improved a little or half of them a lot. Here each course has its bar.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from clinical.codes import Code
from clinical.instruments import Instrument
from clinical.mean_scores import observed
from clinical.responses import judged

MOST_BARS = 400
"""Up to so many courses have a bar of their own; more could not be told apart."""
SHARES = 100
"""Of more courses than that, each bar stands for one of so many equal shares."""


class Verdict(Code):
    """What a change is: the colour of its bar."""

    RESPONSE = 1, "Response"
    BETTER = 2, "Better"
    SAME = 3, "No change"
    WORSE = 4, "Worse"


@dataclass(frozen=True, slots=True)
class Waterfall:
    """The courses by their improvement in % of the baseline, the most improved first.

    ``n``: courses with such a percentage; ``no_room``: those with a score but a baseline of 0, of
    which there is none. ``counts``: courses by verdict, of all n. ``quartiles``: of the improvement
    (the lower one, the median, the upper one; type 7, as R and numpy have it); missing for n of 0.
    ``of_one``: each bar is one course. ``bars``: from the left ``percent`` (of the bar's course, or
    of the middle one of its share), ``verdict`` (of that course), ``lowest`` and ``highest`` (of
    the courses it stands for) and ``courses``.
    """

    n: int
    no_room: int
    counts: dict[Verdict, int]
    quartiles: tuple[float, float, float]
    of_one: bool
    bars: pd.DataFrame


def waterfall(scores: pd.DataFrame, measure: Instrument, number: int) -> Waterfall:
    """The waterfall of the observed scores after infusion ``number``.

    ``scores``: as :func:`data_access.outcomes.score_counts`.
    """
    rows = observed(scores)
    rows = judged(rows[rows["number"] == number], measure)
    known = rows.dropna(subset="percent").sort_values("percent", ascending=False, kind="stable")
    known = known.assign(verdict=verdicts(known))
    counts = {each: int(known.loc[known["verdict"] == each, "courses"].sum()) for each in Verdict}
    courses = known["courses"].to_numpy(np.int64)
    # Nought is added because no change may come as a negative nought.
    percents = np.repeat(known["percent"].to_numpy(np.float64) + 0.0, courses)
    return Waterfall(
        n=len(percents),
        no_room=int(rows["courses"].sum()) - len(percents),
        counts=counts,
        quartiles=_quartiles(percents),
        of_one=len(percents) <= MOST_BARS,
        bars=_bars(percents, np.repeat(known["verdict"].to_numpy(), courses)),
    )


def verdicts(changes: pd.DataFrame) -> npt.NDArray[np.int64]:
    """What each change is; of rows of :func:`clinical.responses.judged` that have a percentage."""
    percent = changes["percent"].to_numpy()
    found = np.select(
        [changes["responded"].to_numpy() == 1, percent > 0, percent == 0],
        [Verdict.RESPONSE, Verdict.BETTER, Verdict.SAME],
        Verdict.WORSE,
    )
    return found.astype(np.int64)


def _quartiles(percents: npt.NDArray[np.float64]) -> tuple[float, float, float]:
    if not len(percents):
        return np.nan, np.nan, np.nan
    lower, median, upper = np.quantile(percents, [0.25, 0.5, 0.75])
    return float(lower), float(median), float(upper)


def _bars(percents: npt.NDArray[np.float64], judged_as: npt.NDArray[np.int64]) -> pd.DataFrame:
    """One bar for each course, or for each of the equal shares."""
    n = len(percents)
    bars = n if n <= MOST_BARS else SHARES
    starts = np.arange(bars) * n // max(bars, 1)
    ends = (np.arange(bars) + 1) * n // max(bars, 1)
    middles = (starts + ends - 1) // 2
    return pd.DataFrame(
        {
            "percent": percents[middles],
            "verdict": judged_as[middles],
            "lowest": percents[ends - 1],
            "highest": percents[starts],
            "courses": ends - starts,
        }
    )
