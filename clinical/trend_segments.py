"""The trend of one side effect in one place: its charts, segment by segment.

A *rebase* is a signed decision that the level has lastingly changed; from the period in which its
day lies a new *segment* begins, with limits from its own reference periods. The limits of the
segment before go on as a ghost.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import partial
from itertools import pairwise
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clinical.control_charts import (
    Chart,
    overdispersion,
    p_chart,
    spread_of_neighbours,
    u_chart,
)
from clinical.cusum import Cusum
from clinical.exact import Counts, Floats, binomial_limits
from clinical.incidence import Difference, difference, proportion
from clinical.run_rules import Bools, Runs
from clinical.standardised import stratum_rates
from clinical.trend_unit import Periods
from clinical.variation import (
    HOLDS,
    LEAST_REFERENCE,
    Design,
    Marks,
    Watched,
    calibrated,
    find_marks,
    sums_of,
)

LEAST_GAPS = 4
"""Gaps between rare events below which no limits are drawn: they would be nearly anything."""
_SPREAD_VARIANCE = 0.826
"""Variance of the spread by moving ranges of n points, times n, where the true spread is 1.

Cryer and Ryan 1990 (Journal of Quality Technology 22:187): 60.5 % as efficient as the standard
deviation, whose variance is 1 / 2n. A test simulates it.
"""


Draw = Callable[["TrendCounts", "Segment"], Chart]
"""What makes the chart of one segment from its own counts."""


class Measure(StrEnum):
    """What is drawn."""

    SHARE = "Share of infusions"
    RECORDS = "Records per 100 infusions"
    ADJUSTED = "Adjusted"


@dataclass(frozen=True, slots=True)
class TrendCounts:
    """Whole numbers by period, the oldest first; shape (periods,).

    ``infusions`` with and without a filled-in form; ``recorded`` those with one; ``affected`` those
    with the side effect; ``events`` its records. ``recorded_by`` and ``affected_by``: by period and
    stratum of infusion number and dose (:func:`clinical.standardised.stratum_of`).
    """

    infusions: Counts
    recorded: Counts
    affected: Counts
    events: Counts
    recorded_by: Counts
    affected_by: Counts

    def part(self, first: int, stop: int) -> "TrendCounts":
        """The periods from ``first`` to before ``stop``."""
        cut = slice(first, stop)
        return TrendCounts(
            self.infusions[cut],
            self.recorded[cut],
            self.affected[cut],
            self.events[cut],
            self.recorded_by[cut],
            self.affected_by[cut],
        )


@dataclass(frozen=True, slots=True)
class Segment:
    """The periods from ``first`` to before ``stop`` share their limits.

    The limits come from the periods of ``reference`` (one for each period of the segment).
    """

    first: int
    stop: int
    reference: Bools


def segments(periods: Periods, recorded: Counts, rebases: Sequence[date]) -> list[Segment]:
    """The segments into which rebases cut the periods.

    The reference of the last segment is all but its latest periods (12 weeks or 3 months), and at
    least its first 12 weeks or 6 months, counted from the first with a recorded infusion; that of a
    segment which another rebase has ended is all of it.
    """
    places = {periods.place(day) for day in rebases}
    cuts = [0, *sorted(place for place in places if 0 < place < periods.count), periods.count]
    return [
        Segment(first, stop, _reference(periods, recorded[first:stop], is_last=stop == cuts[-1]))
        for first, stop in pairwise(cuts)
    ]


def _reference(periods: Periods, recorded: Counts, *, is_last: bool) -> Bools:
    size = len(recorded)
    if not is_last:
        return np.ones(size, np.bool_)
    present = np.flatnonzero(recorded > 0)
    begin = int(present[0]) if len(present) else 0
    end = max(size - periods.judged, begin + periods.least_reference)
    return np.asarray(np.arange(size) < end)


@dataclass(frozen=True, slots=True)
class Trend:
    """A measure by period, what it is held against, and what is marked; shape (periods,).

    ``chart``: each segment by its own limits. ``ghost_…``: the limits of the segment before, in the
    periods after it; else NaN. ``mark``: 1 above what chance gives, -1 below, 0 neither: beyond a
    limit, or ``in_run`` (the run with which the series ends) or ``in_sum`` (the periods over which
    a cumulative sum reached its limit). ``forms_fell``: a mark below in periods whose share of
    filled-in forms is lower than in the reference by more than chance, so that it proves nothing.

    By other rules (:mod:`clinical.trend_rules`): ``rule`` is the one that marks a period
    (:class:`clinical.run_rules.NhsRule`; 0 by the page's own), ``runs`` those of the last segment.
    """

    chart: Chart
    ghost_centre: Floats
    ghost_lower: Floats
    ghost_upper: Floats
    mark: Counts
    in_run: Bools
    in_sum: Bools
    forms_fell: Bools
    rule: Counts
    runs: Runs | None = None


def trend(
    counts: TrendCounts,
    parts: Sequence[Segment],
    measure: Measure,
    design: Design,
    laney: bool = False,
) -> Trend:
    """The chart of a measure, with limits by ``design`` (of the same periods a year).

    Marked are points beyond the limits, and those of a run or a cumulative sum that still holds,
    where ``design`` has these rules (:func:`clinical.variation.find_marks`). Both are of infusions,
    so records are marked by points alone; the sums allow for infusion number and dose.
    """
    draw = partial(segment_chart, measure=measure, design=design, laney=laney)
    chart = chart_of(counts, parts, draw)
    run = summed = np.zeros(len(counts.recorded), np.int64)
    if measure is not Measure.RECORDS:
        run = _closing_run(counts, parts[-1], measure, design)
        summed = _closing_sum(counts, parts[-1], design)
        # A week on the other side of the centre is part of the way, but no mark.
        summed = np.where(np.sign(chart.values - chart.centre) == summed, summed, 0)
    mark = np.where(chart.flag != 0, chart.flag, np.where(run != 0, run, summed))
    in_run, in_sum = run != 0, summed != 0
    return Trend(
        chart,
        *ghosts(counts, parts, measure, draw),
        mark,
        in_run,
        in_sum,
        hidden_falls(counts, parts, mark, (in_run | in_sum).astype(np.int64)),
        rule=np.zeros_like(mark),
    )


def segment_chart(
    counts: TrendCounts, part: Segment, measure: Measure, design: Design, laney: bool
) -> Chart:
    """The chart of one segment, whose own ``counts`` these are."""
    if measure is Measure.SHARE:
        return p_chart(counts.affected, counts.recorded, part.reference, design.alpha, laney)
    if measure is Measure.RECORDS:
        return u_chart(counts.events, counts.recorded, part.reference, design.alpha, laney)
    return _adjusted_chart(counts, part, design, laney)


def _adjusted_chart(counts: TrendCounts, part: Segment, design: Design, laney: bool) -> Chart:
    """Observed over expected, whose limits are those of a share, over the expected share."""
    n = counts.recorded.astype(np.float64)
    expected = _expected(counts, part.reference)
    known = (n > 0) & (expected > 0)
    likely, size = np.where(known, expected, np.nan), np.where(known, n, np.nan)
    risk = likely / size
    sigma = np.sqrt(risk * (1 - risk) / size) / risk
    values = counts.affected / likely
    lower, upper, sigma_z = np.full_like(n, np.nan), np.full_like(n, np.nan), None
    if laney:
        z = np.where(part.reference, (values - 1) / sigma, np.nan)
        sigma_z = max(1.0, spread_of_neighbours(z) or 1.0)
        sigma = sigma * sigma_z
        reach = NormalDist().inv_cdf(1 - design.alpha / 2) * sigma
        lower, upper = np.maximum(1 - reach, 0.0), 1 + reach
    elif known.any():
        lowest, highest = binomial_limits(counts.recorded[known], risk[known], design.alpha)
        lower[known], upper[known] = lowest / expected[known], highest / expected[known]
    flag = (values > upper).astype(np.int64) - (values < lower)
    return Chart(values, np.where(known, 1.0, np.nan), lower, upper, sigma, flag, sigma_z)


def chart_of(counts: TrendCounts, parts: Sequence[Segment], draw: Draw) -> Chart:
    """The charts of all segments as one."""
    charts = [draw(counts.part(one.first, one.stop), one) for one in parts]
    if len(charts) == 1:
        return charts[0]

    def all_of(name: str) -> NDArray[Any]:
        return np.concatenate([getattr(chart, name) for chart in charts])

    return Chart(
        values=all_of("values"),
        centre=all_of("centre"),
        lower=all_of("lower"),
        upper=all_of("upper"),
        sigma=all_of("sigma"),
        flag=all_of("flag"),
        sigma_z=charts[-1].sigma_z,
    )


def ghosts(
    counts: TrendCounts, parts: Sequence[Segment], measure: Measure, draw: Draw
) -> tuple[Floats, Floats, Floats]:
    """Centre, lower and upper limit of the segment before, in the periods of each later one."""
    lines = [np.full(len(counts.recorded), np.nan) for _ in range(3)]
    if measure is Measure.ADJUSTED:
        # What is expected comes from a segment's own reference: the old level is no level of 1.
        return lines[0], lines[1], lines[2]
    for before, after in pairwise(parts):
        reference = np.zeros(after.stop - before.first, np.bool_)
        reference[: len(before.reference)] = before.reference
        both = Segment(before.first, after.stop, reference)
        old = draw(counts.part(both.first, both.stop), both)
        inside = slice(after.first - before.first, None)
        for line, values in zip(lines, (old.centre, old.lower, old.upper), strict=True):
            line[after.first : after.stop] = values[inside]
    return lines[0], lines[1], lines[2]


def expected_counts(counts: TrendCounts, parts: Sequence[Segment]) -> Floats:
    """Infusions with the side effect that infusion number and dose lead to expect, by period.

    By the rates of each segment's reference (:mod:`clinical.standardised`), scaled so that the
    reference has as many as were seen there and a half
    (:func:`clinical.variation.calibrated`).
    """
    found = [_expected(counts.part(one.first, one.stop), one.reference) for one in parts]
    return np.concatenate(found)


def _expected(counts: TrendCounts, reference: Bools) -> Floats:
    return calibrated(_watched(counts, reference, _by_strata(counts, reference)))


def _watched(counts: TrendCounts, reference: Bools, expected: Floats) -> Watched:
    return Watched(counts.affected, counts.recorded, expected, reference)


def _by_strata(counts: TrendCounts, reference: Bools) -> Floats:
    rates = stratum_rates(
        counts.recorded_by[reference].sum(axis=0), counts.affected_by[reference].sum(axis=0)
    )
    # Nothing recorded in the reference: nothing is expected, and no chart is drawn.
    return np.asarray(counts.recorded_by @ np.nan_to_num(rates))


def _marks(watched: Watched, design: Design) -> Marks:
    return find_marks(
        watched.observed[np.newaxis],
        watched.recorded[np.newaxis],
        watched.expected[np.newaxis],
        watched.reference[np.newaxis],
        design,
    )


def _closing_run(counts: TrendCounts, part: Segment, measure: Measure, design: Design) -> Counts:
    """The side of each period of the run with which the series ends, where it is a mark; else 0."""
    own = counts.part(part.first, part.stop)
    if measure is Measure.ADJUSTED:
        expected = _by_strata(own, part.reference)
    else:
        level = proportion(*_totals(own.affected, own.recorded, part.reference)).estimate
        expected = np.asarray(own.recorded * (level or 0.0), np.float64)
    marks = _marks(_watched(own, part.reference, expected), design)
    side = int(marks.run[0]) if marks.enough[0] else 0
    first, last = int(marks.run_first[0]), int(marks.latest[0])
    return _sided(counts, part, range(first, last + 1), side)


def _closing_sum(counts: TrendCounts, part: Segment, design: Design) -> Counts:
    """The side of each period over which a sum grew whose signal still holds; else 0."""
    own = counts.part(part.first, part.stop)
    watched = _watched(own, part.reference, _by_strata(own, part.reference))
    marks = _marks(watched, design)
    latest: tuple[int, range, int] = (-1, range(0), 0)
    for side, sums, signals in (
        (1, marks.sums.up[0], marks.sums.signal_up[0]),
        (-1, marks.sums.down[0], marks.sums.signal_down[0]),
    ):
        places = np.flatnonzero(signals)
        if len(places) and places[-1] >= max(len(sums) - HOLDS, latest[0] + 1):
            last = int(places[-1])
            zeros = np.flatnonzero(sums[: last + 1] <= 0)
            latest = (last, range(int(zeros[-1]) + 1 if len(zeros) else 0, last + 1), side)
    return _sided(counts, part, latest[1], latest[2] if marks.enough[0] else 0)


def _sided(counts: TrendCounts, part: Segment, periods: range, side: int) -> Counts:
    """``side`` in some periods of a segment, as far as they have recorded infusions; else 0."""
    found = np.zeros(len(counts.recorded), np.int64)
    here = slice(part.first + periods.start, part.first + periods.stop)
    found[here] = np.where(counts.recorded[here] > 0, side, 0)
    return found


def _totals(events: Counts, n: Counts, chosen: Bools) -> tuple[int, int]:
    return int(events[chosen].sum()), int(n[chosen].sum())


def hidden_falls(
    counts: TrendCounts, parts: Sequence[Segment], mark: Counts, pattern: Counts
) -> Bools:
    """Which marks below lie in periods of fewer forms than the reference's, beyond chance.

    ``pattern``: equal numbers for periods that are marked together and so are judged together; 0
    for those that are marked alone.
    """
    hidden = np.zeros(len(mark), np.bool_)
    for part in parts:
        for period in part.first + np.flatnonzero(mark[part.first : part.stop] < 0):
            alone = np.arange(len(mark)) == period
            judged = pattern == pattern[period] if pattern[period] else alone
            hidden[period] = fell(forms_difference(counts, part, judged))
    return hidden


def forms_difference(counts: TrendCounts, part: Segment, judged: Bools) -> Difference:
    """The share of filled-in forms in the ``judged`` periods (of all), minus the reference's."""
    reference = np.zeros(len(counts.recorded), np.bool_)
    reference[part.first : part.stop] = part.reference
    reference &= ~judged
    return difference(
        proportion(*_totals(counts.recorded, counts.infusions, judged)),
        proportion(*_totals(counts.recorded, counts.infusions, reference)),
    )


def fell(forms: Difference) -> bool:
    """Whether the share of filled-in forms is lower by more than chance (Newcombe's interval)."""
    return forms.is_clear and (forms.estimate or 0.0) < 0


def periods_with_fewer_forms(counts: TrendCounts, parts: Sequence[Segment]) -> Bools:
    """The periods whose share of filled-in forms is lower than the reference's, beyond chance."""
    found = np.zeros(len(counts.recorded), np.bool_)
    for part in parts:
        for period in range(part.first, part.stop):
            judged = np.arange(len(found)) == period
            found[period] = fell(forms_difference(counts, part, judged))
    return found


def cumulative_sums(counts: TrendCounts, parts: Sequence[Segment], design: Design) -> Cusum:
    """The risk-adjusted sums, which begin anew with each segment, whichever rules are on."""
    found = []
    for part in parts:
        own = counts.part(part.first, part.stop)
        watched = _watched(own, part.reference, _by_strata(own, part.reference))
        found.append(sums_of(watched, design))
    return Cusum(
        up=np.concatenate([one.up for one in found]),
        down=np.concatenate([one.down for one in found]),
        limit=design.limit,
        signal_up=np.concatenate([one.signal_up for one in found]),
        signal_down=np.concatenate([one.signal_down for one in found]),
    )


@dataclass(frozen=True, slots=True)
class Spread:
    """How many times the reference periods differ as much as chance gives (``ratio``).

    ``beyond_chance``: whether by more than two standard errors of a stable series.
    """

    ratio: float | None
    beyond_chance: bool


def spread(counts: TrendCounts, part: Segment) -> Spread:
    """The spread of the shares in a segment's reference (Laney's sigma z, not floored).

    Missing below 12 reference periods, of which a spread would be nearly anything.
    """
    own = counts.part(part.first, part.stop)
    points = int((part.reference & (own.recorded > 0)).sum())
    ratio = overdispersion(own.affected, own.recorded, part.reference)
    if ratio is None or points < LEAST_REFERENCE:
        return Spread(None, False)
    return Spread(ratio, ratio > 1 + 2 * float(np.sqrt(_SPREAD_VARIANCE / points)))


def gap_reference(days: NDArray[np.int64], gaps: Floats, since: int, judged_from: int) -> Bools:
    """The gaps by which others are judged: ended from day ``since`` to before ``judged_from``.

    All from ``since`` on where those are fewer than :data:`LEAST_GAPS`; none where these are too.
    ``days``: on which each gap ended (:mod:`clinical.calendar`).
    """
    known = ~np.isnan(gaps) & (days >= since)
    before = known & (days < judged_from)
    for chosen in (before, known):
        if int(chosen.sum()) >= LEAST_GAPS:
            return chosen
    return np.zeros(len(days), np.bool_)
