"""The watch over side effects: has the level changed, allowing for everything that is watched?

Each chart is a side effect in one place, by period. Three rules look at it: a single point beyond
exact limits, a long run on one side of the expected level, and a cumulative sum. All limits follow
from one budget: how often the whole page may raise a false mark in a clinic where nothing changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log2

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtr, bdtrc

from clinical.codes import Code
from clinical.cusum import RATIO, Cusum, limit_for, risk_adjusted_cusum, trust_in, weeks_to_see
from clinical.exact import binomial_limits
from clinical.incidence import proportion

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

PERIODS_A_YEAR = 52
"""Periods are weeks unless said otherwise."""
HOLDS = 4
"""A signal is shown as long as it lies within the last so many periods."""
LEAST_REFERENCE = 12
"""Reference periods with infusions below which nothing is judged (NHS "Making data count")."""
LONGEST_WAIT = 20
"""Without a signal there is too little data where a doubling would take more weeks to be seen.

Simulated, half of the doublings are marked within the weeks that are foretold, up to 15, and 44 %
where 20 are. Where more are foretold, few are ever marked: as weeks go by, the change becomes the
reference.
"""
LASTING = 8
"""Periods that must follow a change before it counts as lasting."""
_HALF = 0.5
"""Half an event is added to both sides of the calibration, so that no event is no certainty."""
_SAME = 1e-9
"""Counts that differ by less are equal: an expected count is seldom exact to the last bit."""

POINT, RUN, SUM = "point", "run", "sum"
"""The names of the rules."""


class Variation(Code):
    """What the watch says about a chart, in the manner of the NHS icons."""

    TOO_LITTLE = 0, "Too little data"
    COMMON = 1, "No change beyond chance"
    IMPROVEMENT = 2, "Lower than expected"
    CONCERN = 3, "Higher than expected"


class RuleSet(Code):
    """Which rules look at a chart."""

    POINTS = 0, "Single points"
    POINTS_AND_RUNS = 1, "Single points and runs"
    ALL = 2, "Single points, runs and sums"

    @property
    def runs(self) -> bool:
        """Whether runs on one side are looked for."""
        return self >= RuleSet.POINTS_AND_RUNS

    @property
    def sums(self) -> bool:
        """Whether cumulative sums are kept."""
        return self >= RuleSet.ALL


@dataclass(frozen=True, slots=True)
class Design:
    """The limits of all rules.

    ``alpha``: two-sided probability beyond which a point is flagged; ``run``: periods on one side
    that make a shift; ``limit`` of the cumulative sums; the false marks allowed are one in
    ``years`` years over all ``charts``. ``dispersion``: how many times the variance of counts over
    some weeks is the binomial one, by which the evidence of the sums is divided
    (:func:`clinical.dispersion.dispersion`).
    """

    alpha: float
    run: int
    limit: float
    rules: RuleSet
    charts: int
    years: float
    dispersion: float = 1.0


_SHARES = {
    RuleSet.POINTS: (1.0, 0.0, 0.0),
    RuleSet.POINTS_AND_RUNS: (1 / 2, 1 / 2, 0.0),
    RuleSet.ALL: (0.25, 0.05, 0.7),
}
"""The shares of the budget for points, runs and sums.

Not equal, because the rules are not equally good: of the same budget the sums make the most (they
find a doubling soonest), points need little (a big outlier is far beyond any limit), and runs find
hardly anything that the sums have not found before.
"""


def make_design(
    charts: int,
    years: float,
    rules: int,
    periods_a_year: int = PERIODS_A_YEAR,
    dispersion: float = 1.0,
) -> Design:
    """The limits with which ``charts`` charts together raise one false mark in ``years`` years.

    The budget is shared by the charts equally, by the rules as :data:`_SHARES` says. Rules share
    too what they find together, so a page stays somewhat below its budget.
    """
    chosen = RuleSet(rules)
    marks_a_period = 1 / (years * periods_a_year * max(charts, 1))
    points, runs, sums = (share * marks_a_period for share in _SHARES[chosen])
    return Design(
        alpha=points,
        run=ceil(-log2(runs)) if runs else 0,
        # A limit there is in any case: a lasting shift is looked for whichever rules are on.
        limit=limit_for(2 / (sums or marks_a_period)),
        rules=chosen,
        charts=charts,
        years=years,
        dispersion=dispersion,
    )


@dataclass(frozen=True, slots=True)
class Watched:
    """One chart: ``observed`` of ``recorded`` infusions had it, by period, the oldest first.

    ``expected``: how many would have had it at the reference rates, not yet calibrated;
    ``reference``: which periods are the reference. Arrays of one length.
    """

    observed: NDArray[np.int64]
    recorded: NDArray[np.int64]
    expected: NDArray[np.float64]
    reference: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Signal:
    """A rule that speaks: from period ``first`` to ``last``; ``direction`` 1 more, -1 fewer."""

    rule: str
    direction: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the watch says about one chart.

    ``ratio`` with ``low`` and ``high`` is observed over expected in the judged periods (those
    outside the reference), after calibration: Wilson limits of the share over the expected share,
    missing without infusions. ``calibration`` is the factor by which the expected counts were
    scaled; ``weeks_to_doubling`` about how many periods a doubling of the risk would take to be
    seen; ``periods`` how many judged periods have infusions.
    """

    state: Variation
    signals: tuple[Signal, ...]
    ratio: float | None
    low: float | None
    high: float | None
    calibration: float
    weeks_to_doubling: float | None
    periods: int


@dataclass(frozen=True, slots=True)
class Marks:
    """What the rules find on many charts at once; arrays of charts, or of charts by periods.

    ``points``: 1, -1 or 0 for each of the last :data:`HOLDS` periods; ``run``: 1, -1 or 0 for a run
    on one side up to the last period with infusions, which is ``latest``, and ``run_first`` where
    it begins; the ``sums``; ``expected`` after calibration, and its factor; ``enough``: whether the
    reference has enough periods to judge by. Rules that are off find nothing.
    """

    points: Ints
    run: Ints
    run_first: Ints
    latest: Ints
    sums: Cusum
    expected: Floats
    calibration: Floats
    enough: Bools


def judge(watched: Watched, design: Design) -> Judgement:
    """What the watch says about one chart."""
    return judge_all([watched], design)[0]


def judge_all(charts: Sequence[Watched], design: Design) -> list[Judgement]:
    """What the watch says about charts of one number of periods; faster than one after another."""
    if not charts:
        return []
    observed, recorded, expected, reference = (
        np.stack([getattr(chart, name) for chart in charts])
        for name in ("observed", "recorded", "expected", "reference")
    )
    marks = find_marks(observed, recorded, expected, reference, design)
    ways = directions(marks)
    waits = _weeks_to_doubling(recorded, marks.expected, reference, design)
    return [
        _judgement(chart, marks, number, int(ways[number]), waits[number])
        for number, chart in enumerate(charts)
    ]


def find_marks(
    observed: ArrayLike,
    recorded: ArrayLike,
    expected: ArrayLike,
    reference: ArrayLike,
    design: Design,
    dispersion: ArrayLike | None = None,
) -> Marks:
    """The rules on many charts at once: arrays of charts by periods.

    ``dispersion``: one number for each chart, where they are not of one page; else the design's.
    """
    x, n = np.asarray(observed, np.float64), np.asarray(recorded, np.float64)
    basis = np.asarray(reference, np.bool_)
    likely, factor = _calibrated(x, n, np.asarray(expected, np.float64), basis)
    centre = _centre(x, np.asarray(expected, np.float64), basis)
    side, first, latest = _closing_run(x, n, centre)
    recent = slice(-HOLDS, None)
    return Marks(
        points=_points(x[:, recent], n[:, recent], likely[:, recent], design.alpha),
        run=_shifts(side, first, n, likely, centre, design.run) if design.rules.runs else 0 * side,
        run_first=first,
        latest=latest,
        sums=_sums(
            x,
            n,
            likely,
            basis,
            design.limit if design.rules.sums else np.inf,
            design.dispersion if dispersion is None else np.asarray(dispersion)[:, np.newaxis],
        ),
        expected=likely,
        calibration=factor,
        enough=np.asarray((basis & (n > 0)).sum(axis=-1) >= LEAST_REFERENCE),
    )


def directions(marks: Marks) -> Ints:
    """For each chart 1 where it stands above the expected level, -1 below, 0 where chance may do.

    The latest signal decides, of two at one time the rise. Too short a reference decides nothing.
    """
    up, down = _latest_signal(marks, 1), _latest_signal(marks, -1)
    way = np.where(up >= down, 1, -1)
    return np.where(marks.enough & (np.maximum(up, down) >= 0), way, 0)


def lasting_shift(watched: Watched, design: Design) -> int | None:
    """The period from which the level has lastingly changed; ``None`` where it has not.

    The change is taken to begin after the last zero of the cumulative sum that signals (Page 1954);
    it lasts where the sum has not come back to zero and :data:`LASTING` periods have followed. Too
    short a reference shows none.
    """
    if int((watched.reference & (watched.recorded > 0)).sum()) < LEAST_REFERENCE:
        return None
    sums = sums_of(watched, design)
    periods = len(watched.recorded)
    for values, signals in ((sums.up, sums.signal_up), (sums.down, sums.signal_down)):
        begin = _begin(values, periods - 1)
        if signals[begin:].any() and periods - begin > LASTING:
            return begin
    return None


def sums_of(watched: Watched, design: Design) -> Cusum:
    """The cumulative sums of one chart, as they are judged; whichever rules are on."""
    n = np.asarray(watched.recorded, np.float64)
    likely = calibrated(watched)
    x = np.asarray(watched.observed, np.float64)
    return _sums(x, n, likely, watched.reference, design.limit, design.dispersion)


def calibrated(watched: Watched) -> Floats:
    """The expected counts of one chart by period, scaled to its reference, as they are judged."""
    x, n, expected = (
        np.asarray(counts, np.float64)[np.newaxis]
        for counts in (watched.observed, watched.recorded, watched.expected)
    )
    return np.asarray(_calibrated(x, n, expected, watched.reference[np.newaxis])[0][0])


def _sums(
    x: Floats,
    n: Floats,
    likely: Floats,
    reference: Bools,
    limit: float,
    dispersion: float | Floats,
) -> Cusum:
    """The sums; counts that vary more than binomial ones count less (quasi-likelihood)."""
    trust = trust_in(n, reference) / dispersion
    return risk_adjusted_cusum(x, n, likely, limit, RATIO, trust)


def _calibrated(x: Floats, n: Floats, expected: Floats, reference: Bools) -> tuple[Floats, Floats]:
    """The expected counts, scaled so that they agree with the observed ones in the reference.

    Half an event, spread over the infusions, is added before: in the reference the expected counts
    add up to the observed ones and a half. Without it one event of a kind that was never seen
    before would be impossible by the model, and so flagged whatever the budget. For the same reason
    no share is scaled above half an infusion without it.
    """
    recorded = (n * reference).sum(axis=-1, keepdims=True)
    spread = n * np.divide(_HALF, recorded, out=np.zeros_like(recorded), where=recorded > 0)
    before = (expected * reference).sum(axis=-1, keepdims=True)
    seen = (x * reference).sum(axis=-1, keepdims=True)
    factor = (seen + _HALF) / (before + _HALF)
    highest = 1 - _HALF / (recorded + 1)
    return np.minimum((expected + spread) * factor, n * highest), factor[:, 0]


def _centre(x: Floats, expected: Floats, reference: Bools) -> Floats:
    """The expected counts scaled to the very level of the reference, for the sides of a run.

    Without the half event, by which a constant series would lie below its own mean.
    """
    before = (expected * reference).sum(axis=-1, keepdims=True)
    seen = (x * reference).sum(axis=-1, keepdims=True)
    factor = np.divide(seen, before, out=np.zeros_like(before), where=before > 0)
    return np.asarray(expected * factor)


def _risk(n: Floats, likely: Floats) -> Floats:
    return np.divide(likely, n, out=np.zeros_like(likely), where=n > 0)


def _more_than(x: Floats, n: Floats, risk: Floats) -> Floats:
    """The binomial probability of more than ``x``."""
    return np.asarray(bdtrc(x, n.astype(np.int64), risk))


def _at_most(x: Floats, n: Floats, risk: Floats) -> Floats:
    return np.asarray(bdtr(x, n.astype(np.int64), risk))


def _points(x: Floats, n: Floats, likely: Floats, alpha: float) -> Ints:
    """1 where so many or more, -1 where so few or fewer, have a probability below alpha / 2.

    What :func:`clinical.exact.binomial_limits` flags, without looking for the limits.
    """
    risk = _risk(n, likely)
    high = _more_than(x - 1, n, risk) < alpha / 2
    low = _at_most(x, n, risk) < alpha / 2
    return np.where(n > 0, high.astype(np.int64) - low, 0)


def _closing_run(x: Floats, n: Floats, centre: Floats) -> tuple[Ints, Ints, Ints]:
    """The side of the last period with infusions, the first of its run, and its own number.

    Periods without infusions are left out; one that is exactly as expected is on neither side.
    """
    present = n > 0
    sides = (x > centre + _SAME).astype(np.int64) - (x < centre - _SAME)
    latest = _last_true(present)
    rows = np.arange(len(x))
    side = np.where(latest >= 0, sides[rows, latest], 0)
    broken = _last_true(present & (sides != side[:, np.newaxis]))
    after = present & (np.arange(x.shape[-1]) > broken[:, np.newaxis])
    return side, np.argmax(after, axis=-1), latest


def _shifts(side: Ints, first: Ints, n: Floats, likely: Floats, centre: Floats, run: int) -> Ints:
    """The side of the closing run where that is a shift, else 0.

    A shift has at least ``run`` periods with infusions and a probability of at most 2**-run, which
    is what ``run`` periods have that lie above or below with equal chances. Of a rare side effect
    nearly every period lies below its mean; such a run tells nothing until it is long.
    """
    found = np.zeros_like(side)
    inside = (n > 0) & (np.arange(n.shape[-1]) >= first[:, np.newaxis])
    rows = np.flatnonzero((inside.sum(axis=-1) >= run) & (side != 0))
    if len(rows) == 0:
        return found
    risk = _risk(n[rows], likely[rows])
    chance = _chance_of_side(n[rows], risk, centre[rows], side[rows, np.newaxis])
    logs = np.log2(chance, out=np.zeros_like(chance), where=inside[rows])
    found[rows] = np.where(logs.sum(axis=-1) <= -run, side[rows], 0)
    return found


def _chance_of_side(n: Floats, risk: Floats, centre: Floats, side: Ints) -> Floats:
    """The probability that a count lies above (``side`` 1) or below (-1) the centre."""
    above = _more_than(np.floor(centre + _SAME), n, risk)
    below = _at_most(np.ceil(centre - _SAME) - 1, n, risk)
    return np.asarray(np.where(side > 0, above, below))


def _latest_signal(marks: Marks, way: int) -> Ints:
    """The last period of a signal in that direction that still holds, for each chart; -1: none."""
    sums = marks.sums.signal_up if way > 0 else marks.sums.signal_down
    periods = sums.shape[-1]
    oldest = periods - HOLDS
    point = _last_true(marks.points == way)
    run = np.where(marks.run == way, marks.latest, -1)
    found = np.maximum(_last_true(sums), run)
    found = np.where(found >= oldest, found, -1)
    return np.maximum(found, np.where(point >= 0, point + periods - marks.points.shape[-1], -1))


def _last_true(values: Bools) -> Ints:
    """The place of the last true value along the last axis; -1 where there is none."""
    from_end = np.argmax(values[:, ::-1], axis=-1)
    return np.where(values.any(axis=-1), values.shape[-1] - 1 - from_end, -1)


def _begin(sums: Floats, last: int) -> int:
    """The period after the last zero of a sum up to the period ``last``."""
    zeros = np.flatnonzero(sums[: last + 1] <= 0)
    return int(zeros[-1]) + 1 if len(zeros) else 0


def _judgement(
    chart: Watched, marks: Marks, number: int, way: int, wait: float | None
) -> Judgement:
    judged = ~chart.reference
    recorded, expected = chart.recorded[judged], marks.expected[number][judged]
    ratio, low, high = _ratio(
        int(chart.observed[judged].sum()), int(recorded.sum()), float(expected.sum())
    )
    enough = bool(marks.enough[number])
    return Judgement(
        state=_state(enough, way, wait),
        signals=_signals(marks, number) if enough else (),
        ratio=ratio,
        low=low,
        high=high,
        calibration=float(marks.calibration[number]),
        weeks_to_doubling=wait,
        periods=int((recorded > 0).sum()),
    )


def _state(enough: bool, way: int, wait: float | None) -> Variation:
    if way:
        return Variation.CONCERN if way > 0 else Variation.IMPROVEMENT
    if not enough or wait is None or wait > LONGEST_WAIT:
        return Variation.TOO_LITTLE
    return Variation.COMMON


def _ratio(
    observed: int, recorded: int, expected: float
) -> tuple[float | None, float | None, float | None]:
    share = proportion(observed, recorded)
    if share.estimate is None or share.low is None or share.high is None or expected <= 0:
        return None, None, None
    scale = recorded / expected
    return share.estimate * scale, share.low * scale, share.high * scale


def _signals(marks: Marks, number: int) -> tuple[Signal, ...]:
    periods = marks.expected.shape[-1]
    points, oldest = marks.points[number], periods - marks.points.shape[-1]
    latest = int(marks.latest[number])
    found = [
        Signal(POINT, int(points[place]), oldest + int(place), oldest + int(place))
        for place in np.flatnonzero(points)
    ]
    if marks.run[number] and latest >= oldest:
        found.append(Signal(RUN, int(marks.run[number]), int(marks.run_first[number]), latest))
    sums = marks.sums
    for way, values, signals in ((1, sums.up, sums.signal_up), (-1, sums.down, sums.signal_down)):
        places = np.flatnonzero(signals[number])
        if len(places) and places[-1] >= oldest:
            last = int(places[-1])
            found.append(Signal(SUM, way, _begin(values[number], last), last))
    return tuple(found)


def _weeks_to_doubling(
    recorded: ArrayLike, expected: Floats, reference: ArrayLike, design: Design
) -> list[float | None]:
    """About how many periods each chart needs to see a doubling, by the faster rule but runs.

    By the infusions a period and the calibrated risk of the judged periods; of all periods where
    everything is reference.
    """
    basis = np.asarray(reference, np.bool_)
    judged = np.where(basis.all(axis=-1, keepdims=True), True, ~basis)
    infusions = (np.asarray(recorded, np.float64) * judged).sum(axis=-1)
    share = _risk(infusions, (expected * judged).sum(axis=-1))
    a_period = infusions / np.maximum(judged.sum(axis=-1), 1)
    trust = trust_in(recorded, basis).min(axis=-1) / design.dispersion
    whole = np.rint(a_period)
    highest = binomial_limits(whole, share, design.alpha)[1].astype(np.float64)
    chances = _more_than(highest, whole, np.minimum(2 * share, 1.0))
    return [
        _shorter(
            1 / chance if chance > 0 else None,
            weeks_to_see(p, n, limit) if design.rules.sums else None,
        )
        for p, n, chance, limit in zip(
            share.tolist(),
            a_period.tolist(),
            chances.tolist(),
            (design.limit / np.maximum(trust, _SAME)).tolist(),
            strict=True,
        )
    ]


def _shorter(one: float | None, other: float | None) -> float | None:
    known = [weeks for weeks in (one, other) if weeks is not None]
    return min(known, default=None)
