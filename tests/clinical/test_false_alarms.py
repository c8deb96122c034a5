"""What other tools' rules cost on charts where nothing changes, simulated anew with the rules."""

from collections.abc import Callable
from itertools import pairwise
from math import sqrt

import numpy as np
import pytest

from clinical.control_charts import at_three_sigma, p_chart
from clinical.exact import Floats
from clinical.false_alarms import MARKED_CHARTS
from clinical.run_rules import nhs_marks
from clinical.trend_rules import runs_about_median

SCREEN = 3.267
"""Moving ranges beyond so many times their mean are left out, once (NHSRplotthedots)."""


def marked_by_nhs(rng: np.random.Generator, points: int) -> bool:
    values: Floats = rng.normal(size=points)
    ranges = np.abs(np.diff(values))
    sigma = ranges[ranges < SCREEN * ranges.mean()].mean() / 1.128
    centre = values.mean()
    lower, upper = centre - 3 * sigma, centre + 3 * sigma
    return bool(nhs_marks(values, centre, sigma, lower, upper).rule.any())


def rare_marked_by_nhs(rng: np.random.Generator, points: int) -> bool:
    n = rng.poisson(20, points)
    reference = np.arange(points) < max(points - 12, 12)
    chart = at_three_sigma(p_chart(rng.binomial(n, 0.05), n, reference, 0.0027), 1.0)
    lines = chart.values, chart.centre, chart.sigma, chart.lower, chart.upper
    return bool(nhs_marks(*lines).rule.any())


def marked_by_anhoej(rng: np.random.Generator, points: int) -> bool:
    runs = runs_about_median(rng.normal(size=points))
    return runs is not None and runs.signal


def share(marked: Callable[[np.random.Generator, int], bool], points: int, series: int) -> float:
    """The share of so many stable series that are marked."""
    rng = np.random.default_rng(20261126)
    return sum(marked(rng, points) for _ in range(series)) / series


@pytest.mark.parametrize(
    ("marked", "column", "points"),
    [
        (marked_by_nhs, "nhs", 24),
        (marked_by_nhs, "nhs", 52),
        (rare_marked_by_nhs, "nhs_rare", 52),
        (marked_by_anhoej, "anhoej", 52),
    ],
)
def test_stable_charts_are_marked_as_often_as_the_page_says(marked, column, points):
    promised = next(getattr(row, column) for row in MARKED_CHARTS if row.points == points)
    series = 1000
    error = sqrt(promised * (1 - promised) / series)
    assert share(marked, points, series) == pytest.approx(promised, abs=3.5 * error)


def test_longer_charts_are_marked_more_often_and_rare_ones_most():
    assert [row.points for row in MARKED_CHARTS] == [12, 24, 52, 104]
    for row, longer in pairwise(MARKED_CHARTS):
        assert row.nhs < longer.nhs < longer.nhs_rare
        assert row.anhoej <= longer.anhoej < longer.nhs
