"""The clinic's figures by the definitions of published ones, pair by pair.

A pair has the same instrument, time, rule and denominator; the people differ all the same, and who
was lost. So a difference between the two is told with its interval, and judged no further.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clinical.effect_size import EffectSize, effect_size
from clinical.incidence import CONFIDENCE, Difference, Proportion, difference, proportion
from clinical.instruments import Instrument
from clinical.progress import points_worse
from clinical.published import Figure, Outcome, Whose, why_apart
from clinical.responses import judged

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Counts:
    """Courses of the clinic by what they scored at the time of a figure.

    ``frame``: ``baseline``, ``total`` (both may be missing: no score then) and ``courses``.
    """

    measure: Instrument
    frame: pd.DataFrame

    @property
    def scored(self) -> pd.DataFrame:
        """Those with a score then."""
        return self.frame[self.frame["total"].notna()]

    @property
    def n_scored(self) -> int:
        """How many have a score then."""
        return int(self.scored["courses"].sum())

    @property
    def n(self) -> int:
        """How many there are, with or without a score then."""
        return int(self.frame["courses"].sum())


@dataclass(frozen=True, slots=True)
class Pair:
    """A published share and the clinic's own by the same definition."""

    figure: Figure
    own: Proportion

    def gap(self, comparisons: int = 1) -> Difference | None:
        """Ours minus theirs (Newcombe 1998, method 10); ``None`` where theirs has no n.

        The interval allows for ``comparisons`` (Bonferroni): all of them hold together at 95 %.
        """
        theirs = self.figure.counted
        if theirs is None:
            return None
        return difference(self.own, theirs, 1 - (1 - CONFIDENCE) / max(1, comparisons))

    @property
    def overlaps(self) -> bool:
        """Whether the two intervals overlap; whether ours holds theirs where that has none."""
        theirs = self.figure.counted
        low = high = self.figure.share
        if theirs is not None and theirs.low is not None and theirs.high is not None:
            low, high = theirs.low, theirs.high
        if self.own.low is None or self.own.high is None:
            return False
        return self.own.low <= high and low <= self.own.high


@dataclass(frozen=True, slots=True)
class Apart:
    """A published figure beside which none of ours stands, and why."""

    figure: Figure
    why: str


@dataclass(frozen=True, slots=True)
class SideBySide:
    """What can be compared, and what cannot; both in the order of the figures."""

    pairs: tuple[Pair, ...]
    apart: tuple[Apart, ...]

    @property
    def comparisons(self) -> int:
        """How many differences are told with an interval."""
        return sum(pair.figure.counted is not None for pair in self.pairs)


def own_share(counts: Counts, outcome: Outcome, whose: Whose) -> Proportion:
    """The clinic's share by the definition of a published one.

    A baseline of 0 leaves no room for a response, so such courses are in no rate of response.
    Raises ``KeyError`` for an outcome that is no share of these counts.
    """
    scored = _judged(counts)
    reached, taken = _RULES[outcome](scored)
    taken = taken & (scored["had_it"] if whose is Whose.WITH_IT else True)
    events, n = _sum(scored, taken & reached), _sum(scored, taken)
    if whose is Whose.STARTED:
        n += counts.n - counts.n_scored
    return proportion(events, n)


def _judged(counts: Counts) -> pd.DataFrame:
    scored = judged(counts.scored, counts.measure)
    worse_by = points_worse(counts.measure, 1.0) * (scored["total"] - scored["baseline"])
    return scored.assign(worse_by=worse_by, had_it=scored["baseline"] > 0)


_Rule = Callable[[pd.DataFrame], tuple["pd.Series[bool]", "pd.Series[bool]"]]
"""Of scores that were judged: which reached it, and which could."""


def _everybody(scored: pd.DataFrame) -> "pd.Series[bool]":
    return pd.Series(True, index=scored.index)


_RULES: dict[Outcome, _Rule] = {
    Outcome.RESPONSE: lambda scored: (scored["responded"] == 1, scored["responded"].notna()),
    Outcome.REMISSION: lambda scored: (scored["remitted"] == 1, scored["remitted"].notna()),
    Outcome.ROSE: lambda scored: (scored["worse_by"] > 0, _everybody(scored)),
    Outcome.FELL: lambda scored: (scored["worse_by"] < 0, _everybody(scored)),
    Outcome.FREE: lambda scored: (scored["total"] == 0, _everybody(scored)),
}


def _sum(scored: pd.DataFrame, taken: "pd.Series[bool]") -> int:
    return int(scored.loc[taken, "courses"].sum())


def own_effect(counts: Counts) -> EffectSize | None:
    """The standardised mean change of those with a score; ``None`` where it is not defined."""
    scored = counts.scored
    n = counts.n_scored
    if n < 2:
        return None
    weights = scored["courses"].to_numpy(np.float64)
    before, after = (scored[name].to_numpy(np.float64) for name in ("baseline", "total"))
    better_by = -points_worse(counts.measure, 1.0) * (after - before)
    (_, of_before), (_, of_after), (change, of_change) = (
        _mean_and_sd(values, weights) for values in (before, after, better_by)
    )
    return effect_size(n, change, of_before, of_after, of_change)


def _mean_and_sd(values: FloatArray, weights: FloatArray) -> tuple[float, float]:
    """Of values that stand for several courses each; the variance by n - 1."""
    n = weights.sum()
    mean = float((weights * values).sum() / n)
    return mean, float(np.sqrt((weights * (values - mean) ** 2).sum() / (n - 1)))


def side_by_side(
    figures: Sequence[Figure], counts_for: Callable[[Figure], Counts | None], least: int
) -> SideBySide:
    """Which figures stand beside one of ours, and which do not.

    ``counts_for``: the clinic's courses at the time of a figure, ``None`` where it does not use the
    instrument. ``least``: the smallest group that is shown; the scores that were seen decide.
    Effect sizes are no shares, so they are in neither.
    """
    pairs: list[Pair] = []
    apart: list[Apart] = []
    for figure in figures:
        if figure.outcome is Outcome.EFFECT and not why_apart(figure):
            continue
        found = _beside(figure, counts_for, least)
        if isinstance(found, Pair):
            pairs.append(found)
        else:
            apart.append(Apart(figure, found))
    return SideBySide(tuple(pairs), tuple(apart))


def _beside(
    figure: Figure, counts_for: Callable[[Figure], Counts | None], least: int
) -> Pair | str:
    """The pair, or why there is none."""
    why = why_apart(figure)
    if why:
        return why
    counts = counts_for(figure)
    if counts is None:
        return f"no {figure.measure.name} here" if figure.measure else "not used here"
    own = own_share(counts, figure.outcome, figure.whose)
    seen = own.n if figure.whose is not Whose.STARTED else counts.n_scored
    if seen >= least:
        return Pair(figure, own)
    return "no score then here" if not seen else f"fewer than {least} here with a score then"
