"""The trend by rules that other tools use, for readers who are used to them.

The watch and its icons go by the page's own budget of false marks (:mod:`clinical.variation`)
whatever is chosen here. What each choice costs is in :mod:`clinical.false_alarms`.
"""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from functools import partial

import numpy as np

from clinical.control_charts import Chart, at_three_sigma
from clinical.exact import Counts, Floats
from clinical.run_rules import Bools, NhsMarks, NhsRule, Runs, nhs_marks, unusual_runs
from clinical.trend_segments import (
    Draw,
    Measure,
    Segment,
    Trend,
    TrendCounts,
    chart_of,
    ghosts,
    hidden_falls,
    segment_chart,
    trend,
)
from clinical.variation import Design


class Rules(StrEnum):
    """By which rules a trend is marked."""

    BUDGET = "Budget of the page"
    NHS = "NHS rules"
    ANHOEJ = "Anhøj"


_MOST = {Measure.SHARE: 1.0, Measure.RECORDS: np.inf, Measure.ADJUSTED: np.inf}
"""The highest value that a limit can have."""


def trend_by(
    rules: Rules,
    counts: TrendCounts,
    parts: Sequence[Segment],
    measure: Measure,
    design: Design,
    laney: bool = False,
) -> Trend:
    """The chart of a measure, marked by ``rules``; ``design`` is the page's own.

    By the rules of NHS England each segment has limits three sigma from its centre, and is judged
    by itself. By those of Anhøj and Olesen each has the median of its points and no limits; no
    single point is marked, but ``runs`` says what the last segment as a whole shows.
    """
    if rules is Rules.BUDGET:
        return trend(counts, parts, measure, design, laney)
    usual = partial(segment_chart, measure=measure, design=design, laney=laney)
    if rules is Rules.NHS:
        return _by_nhs_rules(counts, parts, measure, usual)
    return _by_runs(counts, parts, usual)


def runs_about_median(values: Floats) -> Runs | None:
    """The runs of a series about its own median; NaN is left out.

    Missing where all points that are off the median lie on one side of it: then half of the points
    or more are the same, as the zeros of a rare side effect are, and runs say nothing (Anhøj and
    Olesen 2014). About the mean runs of rare side effects would be long by chance alone.
    """
    known = values[~np.isnan(values)]
    middle = float(np.median(known)) if len(known) else np.nan
    if not (np.any(known < middle) and np.any(known > middle)):
        return None
    return unusual_runs(known, middle)


def _by_nhs_rules(
    counts: TrendCounts, parts: Sequence[Segment], measure: Measure, usual: Draw
) -> Trend:
    def draw(own: TrendCounts, part: Segment) -> Chart:
        return at_three_sigma(usual(own, part), _MOST[measure])

    chart = chart_of(counts, parts, draw)
    found = [_nhs_marks(chart, part) for part in parts]
    mark = np.concatenate([one.side for one in found])
    rule = np.concatenate([one.rule for one in found])
    hidden = hidden_falls(counts, parts, mark, _patterns(rule, mark))
    return Trend(
        chart, *ghosts(counts, parts, measure, draw), mark, *_none(mark), hidden, rule=rule
    )


def _nhs_marks(chart: Chart, part: Segment) -> NhsMarks:
    inside = slice(part.first, part.stop)
    lines = chart.values, chart.centre, chart.sigma, chart.lower, chart.upper
    return nhs_marks(*(line[inside] for line in lines))


def _patterns(rule: Counts, side: Counts) -> Counts:
    """A number for each stretch that one rule marks on one side; 0 where a point stands alone."""
    changes = (np.diff(rule, prepend=-1) != 0) | (np.diff(side, prepend=2) != 0)
    alone = (rule == NhsRule.NONE) | (rule == NhsRule.OUTSIDE)
    return np.where(alone, 0, np.cumsum(changes))


def _by_runs(counts: TrendCounts, parts: Sequence[Segment], usual: Draw) -> Trend:
    chart = chart_of(counts, parts, lambda own, part: _run_chart(usual(own, part)))
    last = chart.values[parts[-1].first : parts[-1].stop]
    nothing = np.full_like(chart.values, np.nan)
    mark = chart.flag
    return Trend(
        chart,
        *(nothing, nothing, nothing),
        mark,
        *_none(mark),
        forms_fell=np.zeros(len(mark), np.bool_),
        rule=np.zeros_like(mark),
        runs=runs_about_median(last),
    )


def _run_chart(chart: Chart) -> Chart:
    """The values about their median, without limits."""
    known = ~np.isnan(chart.values)
    middle = np.median(chart.values[known]) if known.any() else np.nan
    nothing = np.full_like(chart.values, np.nan)
    return replace(
        chart,
        centre=np.where(known, middle, np.nan),
        lower=nothing,
        upper=nothing,
        flag=np.zeros_like(chart.flag),
        sigma_z=None,
    )


def _none(mark: Counts) -> tuple[Bools, Bools]:
    """No period in the closing run, none in a cumulative sum: these are the page's own rules."""
    return np.zeros(len(mark), np.bool_), np.zeros(len(mark), np.bool_)
