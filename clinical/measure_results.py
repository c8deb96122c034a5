"""One measure after an infusion in one row, so that several measures can stand side by side.

Points of different measures cannot be compared. A change is therefore also told over the spread of
its own scores (:mod:`clinical.effect_size`), with improvement upwards whatever the measure's
direction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

import pandas as pd

from clinical.course_scores import Missing
from clinical.effect_size import EffectSize
from clinical.incidence import Proportion, proportion
from clinical.instruments import Instrument
from clinical.mean_scores import means_by_number
from clinical.responses import rates_at
from clinical.score_shares import changes_by_number

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class MeasureResult:
    """What became of one measure after infusion ``number``; observed scores only.

    ``due``: courses with a baseline that are over and judged up to the infusion; ``n``: those with
    a score. Means are of these ``n``, in points, ``change`` is improvement (negative = worse); they
    are ``None`` without a score, ``interval`` (of the change) also where it says nothing, and
    ``effect`` where nothing is spread. Rates are ``None`` where the measure has no such rule;
    ``improved`` and ``worse``: by more than measurement error. ``by_number``: all infusions, as
    :func:`clinical.mean_scores.means_by_number`.
    """

    measure: Instrument
    number: int
    due: int
    n: int
    baseline: float | None
    score: float | None
    change: float | None
    interval: Interval | None
    effect: EffectSize | None
    responded: Proportion | None
    remitted: Proportion | None
    improved: Proportion | None
    worse: Proportion | None
    by_number: pd.DataFrame

    def is_shown(self, least: int) -> bool:
        """Whether enough courses have a score; ``least``: the smallest group shown."""
        return self.n >= max(least, 1)

    @property
    def verdict(self) -> int:
        """1: clearly better, -1: clearly worse, 0: the interval of the change holds no change."""
        if self.interval is None:
            return 0
        low, high = self.interval
        return 1 if low > 0 else -1 if high < 0 else 0


def measure_result(
    scores: pd.DataFrame, due: int, measure: Instrument, number: int
) -> MeasureResult:
    """What became of a measure after infusion ``number``.

    ``scores``: as :func:`data_access.outcomes.score_counts` of the measure; ``due``: courses with a
    baseline on it that are judged up to the infusion.
    """
    means = means_by_number(scores, measure)
    at_number = scores[scores["number"] == number]
    rates = rates_at(at_number, due, measure, number, Missing.OBSERVED)
    row = _row(means, number)
    n = int(row["n"]) if row else 0
    return MeasureResult(
        measure=measure,
        number=number,
        # A clinic may number a course's infusions otherwise than by counting them.
        due=max(due, n),
        n=n,
        baseline=_known(row, "baseline"),
        score=_known(row, "score"),
        change=_known(row, "change"),
        interval=_interval(row),
        effect=_effect(row),
        responded=rates.responded,
        remitted=rates.remitted,
        improved=rates.improved,
        worse=None if rates.improved is None else _worse(at_number, measure),
        by_number=means,
    )


_Row = dict[str, float]


def _row(means: pd.DataFrame, number: int) -> _Row:
    """The means after one infusion; empty where there is no score."""
    found: Sequence[_Row] = means[means["number"] == number].to_dict("records")  # type: ignore[assignment]
    return found[0] if found else {}


def _known(row: _Row, name: str) -> float | None:
    value = row.get(name)
    return None if value is None or isnan(value) else float(value)


def _interval(row: _Row) -> Interval | None:
    low, high = _known(row, "change_low"), _known(row, "change_high")
    return None if low is None or high is None else (low, high)


def _effect(row: _Row) -> EffectSize | None:
    estimate = _known(row, "effect")
    if estimate is None:
        return None
    return EffectSize(estimate, row["effect_low"], row["effect_high"])


def _worse(at_number: pd.DataFrame, measure: Instrument) -> Proportion:
    shares = changes_by_number(at_number, measure)
    return proportion(int(shares["worse"].sum()), int(shares["n"].sum()))
