"""One measure in one row: against scipy, and where a rule, a score or a spread is missing."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from clinical.course_scores import Missing
from clinical.incidence import proportion
from clinical.instruments import PCL5, PHQ9, WHO5, Instrument
from clinical.mean_scores import means_by_number
from clinical.measure_results import MeasureResult, measure_results
from clinical.measures import THOUGHTS
from clinical.responses import rates_at


def measure_result(rows: pd.DataFrame, due: int, measure: Instrument, number: int) -> MeasureResult:
    """Of one measure, beside another of another direction, which must not matter."""
    other = PHQ9 if measure.higher_is_better else WHO5
    beside = scores((10, 90), (20, 10)).assign(measure=other.code)
    every = pd.concat([rows.assign(measure=measure.code), beside])
    return measure_results(every, {measure.code: due}, (measure, other), number)[0]


WELL_BEING = ((20, 60), (24, 40), (40, 44), (28, 48), (36, 36), (50, 38))


OBSERVED = Missing.OBSERVED


def scores(*pairs: tuple[float, float], number: int = 6) -> pd.DataFrame:
    rows = [(number, 1, float(before), float(after), 1) for before, after in pairs]
    return pd.DataFrame(rows, columns=["number", "observed", "baseline", "total", "courses"])


def test_a_measure_whose_higher_scores_are_better():
    found = measure_result(scores(*WELL_BEING), 9, WHO5, 6)
    before, after = np.array(WELL_BEING, dtype=float).T
    interval = stats.ttest_rel(after, before).confidence_interval()
    assert (found.n, found.due) == (6, 9)
    assert (found.baseline, found.score) == pytest.approx((before.mean(), after.mean()))
    assert found.change == pytest.approx(68 / 6), "40, 16, 4, 20, 0 and 12 points worse"
    assert found.interval == pytest.approx((interval.low, interval.high))
    assert found.effect is not None
    standardiser = np.sqrt((before.var(ddof=1) + after.var(ddof=1)) / 2)
    assert found.effect.estimate == pytest.approx(68 / 6 / standardiser)
    assert (found.responded, found.remitted) == (None, None)
    # Ten points on WHO-5 are beyond measurement error: 40, 16 and 20 better, 12 worse.
    assert (found.improved, found.worse) == (proportion(3, 6), proportion(1, 6))
    assert found.verdict == 0, "the interval holds no change"


@pytest.mark.parametrize(
    ("pairs", "verdict"),
    [
        (((20, 10), (18, 9), (16, 8), (20, 12)), 1),
        (((10, 20), (9, 18), (8, 16), (12, 20)), -1),
        (((10, 20), (20, 10)), 0),
        (((10, 5),), 0),  # one course has no interval
    ],
)
def test_clearly_better_or_worse_is_by_the_interval_of_the_change(pairs, verdict):
    assert measure_result(scores(*pairs), 4, PHQ9, 6).verdict == verdict


def test_free_of_an_item_is_its_remission_and_one_level_its_change():
    found = measure_result(scores((2, 0), (1, 2), (1, 1), (3, 1), (0, 0)), 5, THOUGHTS, 6)
    assert found.responded is None
    assert found.remitted == proportion(2, 5)
    assert (found.improved, found.worse) == (proportion(2, 5), proportion(1, 5))


def test_no_score_after_the_infusion_is_no_data():
    found = measure_result(scores((40, 20), number=3), 7, PCL5, 6)
    assert (found.n, found.due, found.is_shown(1), found.verdict) == (0, 7, False, 0)
    assert (found.baseline, found.change, found.interval, found.effect) == (None,) * 4
    assert found.improved is not None
    assert found.improved.estimate is None
    assert found.by_number["number"].tolist() == [3]


def test_scores_that_are_all_the_same_have_no_effect_size():
    found = measure_result(scores(*[(10, 10)] * 6), 6, PHQ9, 6)
    assert (found.change, found.interval, found.effect) == (0.0, None, None)


def test_what_is_carried_forward_does_not_count():
    rows = scores((20, 10), (20, 20), (18, 2))
    rows.loc[2, "observed"] = 0
    found = measure_result(rows, 3, PHQ9, 6)
    assert (found.n, found.change) == (2, 5.0)
    assert found.responded == proportion(1, 2)
    assert found.worse == proportion(0, 2)


def test_more_scores_than_courses_that_are_due_are_no_fault():
    assert measure_result(scores((20, 10), (20, 12)), 1, PHQ9, 6).due == 2


def test_results_are_in_the_order_of_their_measures():
    rows = pd.concat(
        [scores((20, 10)).assign(measure=PHQ9.code), scores((20, 30)).assign(measure=WHO5.code)]
    )
    found = measure_results(rows, {}, (WHO5, PCL5, PHQ9), 6)
    assert [(each.measure, each.change) for each in found] == [
        (WHO5, 10.0),
        (PCL5, None),
        (PHQ9, 10.0),
    ]


def test_no_measures_and_no_scores_are_no_fault():
    nothing = scores((1, 1)).assign(measure=PHQ9.code)[:0]
    (found,) = measure_results(nothing, {}, (PHQ9,), 6)
    assert (found.n, found.due) == (0, 0)
    assert measure_results(nothing, {}, (), 6) == ()


@pytest.mark.parametrize("measure", [PHQ9, WHO5, PCL5, THOUGHTS])
def test_the_rates_are_those_of_the_other_views(measure):
    rows = scores((20, 10), (0, 0), (3, 1), (18, 18), (2, 3), (30, 10), (10, 30))
    found, other = measure_result(rows, 9, measure, 6), rates_at(rows, 9, measure, 6, OBSERVED)
    assert (found.responded, found.remitted, found.improved) == (
        other.responded,
        other.remitted,
        other.improved,
    )
    means = means_by_number(rows, measure)
    pd.testing.assert_frame_equal(found.by_number, means, check_dtype=False)
