"""The page Outcomes against the figures that the demo is made from, by the view Published itself.

The clinic of the default size, all of its history. Its recipe aims at McInnes 2022, so what is left
between the two is chance: each published value must lie in the clinic's own 99 % interval.
"""

from datetime import date

import pytest
from scipy.stats import binomtest
from sqlalchemy import Engine

from access.viewer import LOCAL_VIEWER
from clinical.incidence import Proportion
from clinical.instruments import PHQ9, Instrument
from clinical.measures import THOUGHTS
from clinical.published import FIGURES, MCINNES, Figure, Outcome
from clinical.side_by_side import Counts, Pair, own_effect, side_by_side
from data_access.cohort import Cohort
from data_access.engine import reading
from data_access.filters import Filters
from data_access.outcome_published import after_induction_counts
from tests.data_access.demo.conftest import UNTIL

ALL = Filters(start=date(2020, 1, 1), end=UNTIL)


def _counts(engine: Engine, measure: Instrument) -> Counts:
    with reading(engine) as connection:
        asked = connection, LOCAL_VIEWER, ALL, Cohort(measure.code), UNTIL
        return Counts(measure, after_induction_counts(*asked))


@pytest.fixture(scope="module")
def pairs(standard_demo: Engine) -> dict[tuple[str, Outcome], Pair]:
    """What the view sets beside McInnes 2022."""
    by_measure = {each: _counts(standard_demo, each) for each in (PHQ9, THOUGHTS)}

    def counts_for(figure: Figure) -> Counts | None:
        return by_measure.get(figure.measure) if figure.measure else None

    figures = [figure for figure in FIGURES if figure.study is MCINNES]
    return {
        (pair.figure.measure.name, pair.figure.outcome): pair
        for pair in side_by_side(figures, counts_for, least=5).pairs
        if pair.figure.measure
    }


@pytest.mark.parametrize(
    ("measure", "outcome", "published"),
    [
        (PHQ9, Outcome.RESPONSE, 0.536),
        (PHQ9, Outcome.REMISSION, 0.289),
        (PHQ9, Outcome.ROSE, 0.084),
        (THOUGHTS, Outcome.FELL, 0.730),
        (THOUGHTS, Outcome.ROSE, 0.060),
    ],
)
def test_the_view_recovers_the_recipe(
    pairs: dict[tuple[str, Outcome], Pair], measure: Instrument, outcome: Outcome, published: float
) -> None:
    pair = pairs[measure.name, outcome]
    assert pair.figure.share == published
    assert _holds(pair.own, published)
    # So many that a gap of a fifth would be seen: the agreement is no effect of small numbers.
    assert pair.own.n > 100


def _holds(own: Proportion, published: float) -> bool:
    interval = binomtest(own.events, own.n).proportion_ci(0.99, method="wilson")
    return bool(interval.low <= published <= interval.high)


def test_the_view_recovers_the_effect(standard_demo: Engine) -> None:
    """McInnes 2022: d = 1.5; the recipe's own, worked out from its distributions, is 1.54."""
    found = own_effect(_counts(standard_demo, PHQ9))
    assert found is not None
    assert found.low <= 1.5 <= found.high
    assert found.estimate == pytest.approx(1.54, abs=0.25)
