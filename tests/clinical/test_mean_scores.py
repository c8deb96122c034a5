"""Means by infusion, by hand and against scipy's paired t test."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from clinical.instruments import PHQ9, WHO5
from clinical.mean_scores import means_by_number

COLUMNS = ["number", "observed", "baseline", "total", "courses"]


def scores(*rows: tuple[int, int, float, float, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=COLUMNS).astype({"baseline": float, "total": float})


def test_means_are_of_the_courses_with_a_score_then_and_of_their_own_baselines():
    # After 1: 20 → 12 twice and 10 → 9; after 2 only 10 → 4. The carried one counts nowhere.
    found = means_by_number(
        scores((1, 1, 20, 12, 2), (1, 1, 10, 9, 1), (2, 0, 20, 12, 2), (2, 1, 10, 4, 1)), PHQ9
    )
    assert found["number"].tolist() == [1, 2]
    assert found["n"].tolist() == [3, 1]
    assert found["score"].tolist() == [11, 4]
    assert found["baseline"].tolist() == pytest.approx([50 / 3, 10])
    assert found["change"].tolist() == pytest.approx([17 / 3, 6])


def test_one_course_has_no_interval_and_no_effect_size():
    found = means_by_number(scores((2, 1, 10, 4, 1)), PHQ9).iloc[0]
    assert found["change"] == 6
    missing = [name for name in found.index if name.endswith(("_sd", "_low", "_high"))]
    assert found[[*missing, "effect"]].isna().all()


def test_the_same_score_in_all_has_no_interval_either():
    found = means_by_number(scores((1, 1, 20, 10, 7)), PHQ9).iloc[0]
    assert (found["score_sd"], found["change_sd"]) == (0, 0)
    assert found[["score_low", "change_high", "effect"]].isna().all()


@pytest.mark.parametrize(("measure", "sign"), [(PHQ9, 1), (WHO5, -1)])
def test_intervals_are_students_as_scipy_has_them(measure, sign):
    random = np.random.default_rng(6)
    pairs = random.integers(4, 25, size=(40, 2))
    found = means_by_number(
        scores(*((3, 1, float(base), float(total), 1) for base, total in pairs)), measure
    ).iloc[0]
    paired = stats.ttest_rel(pairs[:, 0], pairs[:, 1])
    ends = sorted(sign * end for end in paired.confidence_interval(0.95))
    assert (found["change_low"], found["change_high"]) == pytest.approx(ends, abs=1e-9)
    own = stats.ttest_1samp(pairs[:, 1], 0).confidence_interval(0.95)
    assert (found["score_low"], found["score_high"]) == pytest.approx(tuple(own), abs=1e-9)
    before = stats.ttest_1samp(pairs[:, 0], 0).confidence_interval(0.95)
    assert (found["baseline_low"], found["baseline_high"]) == pytest.approx(tuple(before))
    assert found["effect"] == pytest.approx(
        sign * (pairs[:, 0] - pairs[:, 1]).mean() / np.sqrt(pairs.var(axis=0, ddof=1).mean())
    )


def test_counted_rows_are_as_single_ones():
    single = scores(*([(1, 1, 20, 12, 1)] * 3), (1, 1, 15, 14, 1), (1, 1, 15, 14, 1))
    counted = scores((1, 1, 20, 12, 3), (1, 1, 15, 14, 2))
    pd.testing.assert_frame_equal(means_by_number(single, PHQ9), means_by_number(counted, PHQ9))


def test_no_scores_are_no_means():
    assert means_by_number(scores(), PHQ9).empty
