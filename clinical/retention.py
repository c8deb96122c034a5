"""The funnel of outcomes: of those who began, whose score there is, and why the others have none.

Published response rates differ as much by who was lost as by the treatment (McInnes 2022 could
analyse 537 of 9,016). So these counts stand beside every rate.
"""

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True, slots=True)
class Retention:
    """The courses of a cohort; each but ``began`` and ``under_way`` counts those that are over.

    ``number``: the infusion that is looked at; ``due``: courses that are judged up to it at all.
    Of those: ``no_baseline``; with one, ``stopped`` before the infusion, ``unscored`` (infusion
    given, but no score after it), ``scored``. The four add up to ``due``. ``completed``: of all
    that are over, those with every planned infusion.
    """

    number: int
    began: int
    under_way: int
    over: int
    due: int
    no_baseline: int
    stopped: int
    unscored: int
    scored: int
    completed: int

    @property
    def with_baseline(self) -> int:
        """Of those due, the courses that can be judged if they have a score."""
        return self.due - self.no_baseline


def retention(starts: pd.DataFrame, scores: pd.DataFrame, number: int) -> Retention:
    """The funnel at infusion ``number``.

    ``starts``, ``scores``: as :func:`data_access.outcomes.start_counts` and ``score_counts``.
    """
    over = starts[starts["over"] == 1]
    due = _due(starts, number)
    based = due[due["baseline"] == 1]
    with_baseline, given = _sum(based), _sum(based[based["done"] >= number])
    at_number = scores[(scores["number"] == number) & (scores["observed"] == 1)]
    # A clinic may number a course's infusions otherwise than by counting them.
    scored = min(int(at_number["courses"].sum()), with_baseline)
    given = max(given, scored)
    return Retention(
        number=number,
        began=_sum(starts),
        under_way=_sum(starts) - _sum(over),
        over=_sum(over),
        due=_sum(due),
        no_baseline=_sum(due) - with_baseline,
        stopped=with_baseline - given,
        unscored=given - scored,
        scored=scored,
        completed=_sum(over[over["complete"] == 1]),
    )


def due_at(starts: pd.DataFrame, number: int) -> int:
    """How many courses are over and judged up to infusion ``number``.

    ``starts``: as :func:`data_access.outcomes.start_counts`.
    """
    return _sum(_due(starts, number))


def _due(starts: pd.DataFrame, number: int) -> pd.DataFrame:
    return starts[(starts["over"] == 1) & (starts["length"] >= number)]


def _sum(rows: pd.DataFrame) -> int:
    return int(rows["starts"].sum())
