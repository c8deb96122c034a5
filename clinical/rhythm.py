"""Whether induction courses keep the rhythm in which they were planned.

A course of ``planned`` infusions at so many a week (the threshold ``rhythm_per_week``) has
7 x ceil(planned / a week) days from its first infusion: six at two a week 21 days, within the two
to three weeks of a usual induction. It *kept* its rhythm where the last of the planned infusions
was given within them, for whatever reason it may have failed: a course that was stopped early did
not keep it.

A course is judged once its time is over, the quick ones among them: of recent starts only those
that finished early could be told before, which would make the latest months look too good.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_WEEK = 7


def allowed_days(planned: NDArray[np.int64], per_week: int) -> NDArray[np.int64]:
    """The days from the first infusion within which a course keeps its rhythm; shape kept."""
    return _WEEK * -(-planned // per_week)


def kept_rhythm(courses: pd.DataFrame, per_week: int, by: Sequence[str] = ()) -> pd.DataFrame:
    """How many courses kept their rhythm, in each group.

    ``courses``: ``planned`` (infusions), ``taken`` (days from the first to the last planned one,
    missing where that has not been given), ``since`` (days from the first to today),
    ``planned_known`` (0: taken for six), ``courses`` (how many), and the columns ``by``.

    Columns: ``by``, then whole numbers: ``kept`` of ``judged`` courses, ``in_time``
    (whose time is not over), ``unknown_plan`` (of those judged). One row without ``by``.
    """
    allowed = allowed_days(courses["planned"].to_numpy(np.int64), per_week)
    n = courses["courses"].to_numpy(np.int64)
    judged = courses["since"].to_numpy(np.int64) > allowed
    # What is missing compares as false.
    kept = judged & (courses["taken"].to_numpy(np.float64, na_value=np.nan) <= allowed)
    unknown = courses["planned_known"].to_numpy(np.int64) == 0
    counts = pd.DataFrame(
        {
            "kept": n * kept,
            "judged": n * judged,
            "in_time": n * ~judged,
            "unknown_plan": n * (judged & unknown),
        }
    )
    if not by:
        return counts.sum().to_frame().T
    groups = [courses[name].to_numpy() for name in by]
    summed = counts.groupby(groups, sort=True, dropna=False).sum()
    return summed.rename_axis(list(by)).reset_index()
