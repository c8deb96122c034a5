"""One measure in one row: against scipy, and where a rule, a score or a spread is missing."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from clinical.incidence import proportion
from clinical.instruments import PCL5, PHQ9, WHO5
from clinical.measure_results import measure_result
from clinical.measures import THOUGHTS

WELL_BEING = ((20, 60), (24, 40), (40, 44), (28, 48), (36, 36), (50, 38))


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
