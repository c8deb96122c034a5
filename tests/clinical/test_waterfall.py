"""The waterfall, on courses worked out by hand."""

import numpy as np
import pytest

from clinical.instruments import PHQ9, WHO5
from clinical.waterfall import MOST_BARS, SHARES, Verdict, waterfall
from tests.clinical.test_mean_scores import scores

MIXED = scores(
    (6, 1, 20, 10, 2),  # 50 %: exactly the limit
    (6, 1, 20, 11, 1),  # 45 %
    (6, 1, 8, 8, 1),  # no change
    (6, 1, 10, 12, 1),  # -20 %
    (6, 1, 0, 3, 4),  # no percentage
    (6, 0, 20, 1, 7),  # carried forward
    (5, 1, 20, 1, 7),  # another infusion
)


def test_each_course_has_its_bar_the_most_improved_first():
    found = waterfall(MIXED, PHQ9, 6)
    assert (found.n, found.no_room, found.of_one) == (5, 4, True)
    assert found.bars["percent"].tolist() == [50, 50, 45, 0, -20]
    assert found.bars["verdict"].tolist() == [1, 1, 2, 3, 4]
    assert found.counts == {
        Verdict.RESPONSE: 2,
        Verdict.BETTER: 1,
        Verdict.SAME: 1,
        Verdict.WORSE: 1,
    }
    assert found.quartiles == pytest.approx((0, 45, 50))
    for end in ("lowest", "highest"):
        assert found.bars[end].tolist() == found.bars["percent"].tolist()


def test_higher_is_better_without_a_response_rule():
    found = waterfall(scores((3, 1, 20, 60, 1), (3, 1, 50, 25, 1)), WHO5, 3)
    assert found.bars["percent"].tolist() == [200, -50]
    assert found.counts[Verdict.RESPONSE] == 0
    assert found.bars["verdict"].tolist() == [Verdict.BETTER, Verdict.WORSE]


@pytest.mark.parametrize(("n", "bars"), [(MOST_BARS, MOST_BARS), (MOST_BARS + 1, SHARES)])
def test_more_courses_share_bars_and_each_is_in_one(n, bars):
    # Totals from 0 to 100 of a baseline of 100, in no order.
    totals = np.random.default_rng(1).integers(0, 101, size=n)
    found = waterfall(scores(*((1, 1, 100, float(total), 1) for total in totals)), PHQ9, 1)
    assert len(found.bars) == bars
    assert found.bars["courses"].sum() == n
    assert found.bars["courses"].max() - found.bars["courses"].min() <= 1
    assert found.of_one == (n == bars)
    whole = np.sort(100.0 - totals)[::-1]
    if not found.of_one:
        # Equal shares, cut by numpy in its own way: the longer ones may lie elsewhere.
        parts = np.split(whole, np.cumsum(found.bars["courses"])[:-1])
        assert found.bars["highest"].tolist() == [part[0] for part in parts]
        assert found.bars["lowest"].tolist() == [part[-1] for part in parts]
        assert all(row in part for row, part in zip(found.bars["percent"], parts, strict=True))
    assert found.quartiles == pytest.approx(tuple(np.quantile(whole, [0.25, 0.5, 0.75])))


def test_nothing_to_show_is_an_empty_waterfall():
    for rows in (scores(), scores((1, 1, 0, 5, 3))):
        found = waterfall(rows, PHQ9, 1)
        assert (found.n, len(found.bars)) == (0, 0)
        assert np.isnan(found.quartiles).all()
