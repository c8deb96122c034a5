"""The Trend view in words where the reader marks it by other rules than the page's own."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from clinical.false_alarms import MARKED_CHARTS, MarkedCharts
from clinical.run_rules import LEAST_USEFUL, NhsRule, Runs
from clinical.trend_rules import Rules
from clinical.trend_segments import Trend
from pages.shared.words import count_words

_PATTERNS = {
    (NhsRule.OUTSIDE, 1): "above three sigma",
    (NhsRule.OUTSIDE, -1): "below three sigma",
    (NhsRule.TREND, 1): "in a row rising",
    (NhsRule.TREND, -1): "in a row falling",
    (NhsRule.TWO_OF_THREE, 1): "high (two of three)",
    (NhsRule.TWO_OF_THREE, -1): "low (two of three)",
    (NhsRule.SHIFT, 1): "in a row above the centre",
    (NhsRule.SHIFT, -1): "in a row below the centre",
}
"""What follows the number of periods that a rule marks on one side."""


def nhs_words(found: Trend, chosen: NDArray[np.bool_], unit: str, fewer: str) -> str:
    """The finding by the NHS rules; ``fewer``: what is to be said of periods with fewer forms."""
    said = [*_pattern_words(found, chosen, unit), *([fewer] if fewer else [])]
    return f"by the NHS rules {'; '.join(said) if said else f'no {unit} is marked'}"


def _pattern_words(found: Trend, chosen: NDArray[np.bool_], unit: str) -> Iterator[str]:
    for (rule, side), words in _PATTERNS.items():
        marked = int((chosen & (found.rule == rule) & (found.mark == side)).sum())
        if marked:
            yield f"{count_words(marked, unit)} {words}"


def runs_words(runs: Runs | None, unit: str) -> str:
    """The finding by the rules of Anhøj and Olesen; ``runs`` is missing where they say nothing."""
    if runs is None:
        return f"Anhøj's rules say nothing, because half of the {unit}s or more have the same value"
    if runs.useful < LEAST_USEFUL:
        return (
            f"Anhøj's rules say nothing, because {runs.useful} of at least {LEAST_USEFUL} "
            f"{unit}s lie off the median"
        )
    verdict = "a change" if runs.signal else "no change"
    return (
        f"by Anhøj's rules {verdict}: longest run {count_words(runs.longest, unit)} "
        f"(usual up to {runs.longest_usual}), {count_words(runs.crossings, 'crossing')} "
        f"of the median (usual from {runs.fewest_usual})"
    )


def rule_words(rules: Rules, found: Trend) -> str:
    """What the rules look at: of those of the NHS the ones that mark something."""
    if rules is Rules.ANHOEJ:
        return "The chart is judged as a whole, so no single point is marked."
    marking = [rule for rule in NhsRule if rule and np.any(found.rule == rule)]
    return f"What marks: {'; '.join(rule.label for rule in marking)}." if marking else ""


def price_words(rules: Rules, points: int) -> str:
    """What the rules cost on a chart of so many points, and what does not go by them."""
    if rules is Rules.ANHOEJ:
        cost = f"Anhøj's rules see a change in {_price(points, _anhoej)}"
    else:
        cost = (
            f"The NHS rules mark {_price(points, _nhs)}, and "
            f"{_share(points, _nhs_rare)} where about one infusion a point has the side effect"
        )
    return (
        f"{cost} (simulated). The watch and its icons go by the page's budget, whatever is "
        "chosen here."
    )


def price_table() -> str:
    """How many stable charts the rules mark, by their length, as a table in markdown."""
    return "\n".join(
        (
            "| Points | NHS rules | NHS rules, about one infusion a point with it | Anhøj |",
            "| --- | --- | --- | --- |",
            *(
                f"| {one.points} | {_whole(one.nhs)} | {_whole(one.nhs_rare)} "
                f"| {_whole(one.anhoej)} |"
                for one in MARKED_CHARTS
            ),
        )
    )


def _nhs(row: MarkedCharts) -> float:
    return row.nhs


def _nhs_rare(row: MarkedCharts) -> float:
    return row.nhs_rare


def _anhoej(row: MarkedCharts) -> float:
    return row.anhoej


def _price(points: int, of: Callable[[MarkedCharts], float]) -> str:
    return f"{_share(points, of)} of charts of {points:,} points on which nothing changes"


def _share(points: int, of: Callable[[MarkedCharts], float]) -> str:
    """The share of marked charts of this length, between two simulated ones in even steps of log.

    Beyond the simulated lengths only on which side of the last it lies.
    """
    lengths, shares = [row.points for row in MARKED_CHARTS], [of(row) for row in MARKED_CHARTS]
    if points < lengths[0]:
        return f"at most {_whole(shares[0])}"
    if points > lengths[-1]:
        return f"{_whole(shares[-1])} or more"
    about = "" if points in lengths else "about "
    return about + _whole(float(np.interp(np.log(points), np.log(lengths), shares)))


def _whole(share: float) -> str:
    """A share in whole per cent: more is not known of a simulated one."""
    return f"{100 * share:.0f}\N{NO-BREAK SPACE}%"
