"""One measure after an infusion in one row, so that several measures can stand side by side.

Points of different measures cannot be compared. A change is therefore also told over the spread of
its own scores (:mod:`clinical.effect_size`), with improvement upwards whatever the measure's
direction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan

import numpy as np
import pandas as pd

from clinical.effect_size import EffectSize
from clinical.incidence import Proportion
from clinical.instruments import Instrument
from clinical.mean_scores import means_by_number, observed
from clinical.responses import rates_of

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


def measure_results(
    scores: pd.DataFrame, due: Mapping[int, int], measures: Sequence[Instrument], number: int
) -> tuple[MeasureResult, ...]:
    """What became of each of several measures after infusion ``number``, in their order.

    ``scores``: as :func:`data_access.outcome_more.scores_by_measure`; ``due``: by the measure's
    code, courses with a baseline on it that are judged up to the infusion.
    """
    seen = observed(scores)
    means = _means(seen, measures)
    at_number = seen[seen["number"] == number]
    return tuple(
        _result(
            measure,
            number,
            due.get(measure.code, 0),
            means[means["measure"] == measure.code].drop(columns="measure"),
            at_number[at_number["measure"] == measure.code],
        )
        for measure in measures
    )


_APART = 1000
"""More than any infusion number: measures this far apart are averaged in one pass."""


def _means(seen: pd.DataFrame, measures: Sequence[Instrument]) -> pd.DataFrame:
    """Of each measure what :func:`clinical.mean_scores.means_by_number` gives, with ``measure``.

    All measures of a direction at once, because a pass costs the same for few rows and for many.
    """
    places = seen.assign(number=_APART * seen["measure"] + seen["number"])
    found = []
    for higher in (False, True):
        of_direction = [each for each in measures if each.higher_is_better is higher]
        codes = [each.code for each in of_direction]
        if codes:
            rows = places[np.isin(places["measure"], codes)]
            found.append(means_by_number(rows, of_direction[0]))
    if not found:
        return places
    means = pd.concat(found, ignore_index=True)
    return means.assign(measure=means["number"] // _APART, number=means["number"] % _APART)


def _result(
    measure: Instrument, number: int, due: int, means: pd.DataFrame, at_number: pd.DataFrame
) -> MeasureResult:
    row, rates = _row(means, number), rates_of(at_number, measure)
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
        responded=rates["responded"],
        remitted=rates["remitted"],
        improved=rates["improved"],
        worse=rates["worse"],
        by_number=means.reset_index(drop=True),
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
