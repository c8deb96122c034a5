"""What groups of courses reach, compared: by hand, and with scipy's tests."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest, fisher_exact

from clinical.course_scores import Missing
from clinical.group_rates import (
    ALL_TOGETHER,
    Tallies,
    compare_groups,
    curves,
    holm,
    tally,
    with_expected,
)

STARTS = ["group", "length", "starts"]
SCORES = ["group", "number", "observed", "courses", "judged", "reached"]


def frame(columns: list[str], *rows: tuple[int, ...]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=columns, dtype="int64")


# Group 1: ten courses of six infusions and two of three. After infusion 6 six have a score, one of
# them with a baseline of 0; three responded. Two more have a score carried forward, one a response.
# Group 7: five courses of six, and no score after infusion 6.
WORKED_STARTS = frame(STARTS, (1, 3, 2), (1, 6, 10), (7, 6, 5))
WORKED_SCORES = frame(
    SCORES, (1, 3, 1, 11, 10, 2), (1, 6, 0, 2, 2, 1), (1, 6, 1, 6, 5, 3), (7, 3, 1, 4, 4, 1)
)


@pytest.mark.parametrize(
    ("missing", "reached", "n", "size"),
    [
        (Missing.OBSERVED, [3, 0], [5, 0], [5, 0]),
        (Missing.CARRIED, [4, 0], [7, 0], [7, 0]),
        # Of ten that are due one is known to have no room to respond.
        (Missing.ALL, [3, 0], [9, 5], [5, 0]),
    ],
)
def test_the_rules_for_missing_scores_by_group(
    missing: Missing, reached: list[int], n: list[int], size: list[int]
):
    found = tally(WORKED_SCORES, WORKED_STARTS, missing)
    assert found.keys == (1, 7)
    assert found.due[:, 6].tolist() == [10, 5]
    assert found.due[:, 3].tolist() == [12, 5]
    assert found.reached[:, 6].tolist() == reached
    assert found.n[:, 6].tolist() == n
    assert found.size[:, 6].tolist() == size


def test_without_any_course_there_is_no_group():
    found = tally(frame(SCORES), frame(STARTS), Missing.OBSERVED)
    assert found.keys == ()
    compared = compare_groups(found, 6, [1, 2], 5)
    assert (len(compared.rows), compared.members, compared.compares) == (0, (), False)
    assert compared.of_all.estimate is None
    assert curves(found, compared.members, 5).empty


def of_groups(**rates: tuple[int, int]) -> Tallies:
    """Groups by their keys (``g1=(reached, n)``), the same after every infusion."""
    keys = tuple(int(name[1:]) for name in rates)
    wide: dict[str, Any] = {
        name: np.repeat([[values[place]] for values in rates.values()], 13, axis=1)
        for name, place in (("reached", 0), ("n", 1))
    }
    return Tallies(keys, wide["reached"], wide["n"], wide["n"], wide["n"])


def test_each_group_is_held_against_all_others():
    found = compare_groups(of_groups(g1=(30, 40), g2=(20, 50), g3=(12, 30)), 6, [3, 1, 2], 5)
    assert found.members == ((3,), (1,), (2,))
    assert (found.of_all.events, found.of_all.n, found.comparisons) == (62, 120, 3)
    p = [
        fisher_exact([[x, n - x], [62 - x, 58 - (n - x)]]).pvalue
        for x, n in ((12, 30), (30, 40), (20, 50))
    ]
    assert found.rows["p"].to_numpy() == pytest.approx(p, rel=1e-9)
    # Holm: the smallest times 3, the next times 2, the largest as it is, and never falling.
    assert found.rows["p_holm"].tolist() == pytest.approx([p[0], 3 * p[1], 2 * p[2]], rel=1e-9)
    assert found.rows["differs"].tolist() == [0, 1, 0]
    # 30 of 40 against 32 of 80: 35 points.
    assert found.rows["difference"].iloc[1] == pytest.approx(0.35)


def test_simultaneous_intervals_are_newcombes_at_bonferronis_level():
    # Three groups: each interval at 1 - 0.05 / 3, from scipy's Wilson limits of 30 of 40 and of 32
    # of the other 80.
    found = compare_groups(of_groups(g1=(30, 40), g2=(20, 50), g3=(12, 30)), 6, [1, 2, 3], 5)
    own, rest = (
        binomtest(x, n).proportion_ci(1 - 0.05 / 3, method="wilson")
        for x, n in ((30, 40), (32, 80))
    )
    low = 0.35 - np.hypot(0.75 - own.low, rest.high - 0.4)
    high = 0.35 + np.hypot(own.high - 0.75, 0.4 - rest.low)
    first = found.rows.iloc[0]
    assert (first["difference_low"], first["difference_high"]) == pytest.approx(
        (low, high), abs=1e-9
    )


def test_two_groups_are_one_comparison():
    found = compare_groups(of_groups(g1=(30, 40), g2=(20, 50)), 6, [1, 2], 5)
    p = fisher_exact([[30, 10], [20, 30]]).pvalue
    assert found.comparisons == 1
    assert found.rows["p_holm"].to_numpy() == pytest.approx([p, p], rel=1e-9)
    assert found.rows["differs"].tolist() == [1, -1]


def test_small_groups_stand_last_together_and_are_not_compared():
    found = compare_groups(of_groups(g4=(1, 3), g1=(30, 40), g2=(20, 50), g3=(2, 4)), 6, [], 5)
    assert found.members == ((1,), (2,), (4, 3))
    assert found.merged == 2
    assert found.comparisons == 2
    assert found.rows["n"].tolist() == [40, 50, 7]
    assert np.isnan(found.rows["p"].iloc[2])
    assert found.rows["differs"].iloc[2] == 0
    assert found.of_all.n == 97


def test_one_group_or_only_small_ones_are_nothing_to_compare():
    one = compare_groups(of_groups(g1=(30, 40)), 6, [1], 5)
    assert (one.compares, one.comparisons) == (False, 0)
    assert one.rows["p_holm"].isna().all()
    small = compare_groups(of_groups(g1=(1, 2), g2=(1, 3), g3=(0, 4)), 6, [], 5)
    assert (small.compares, small.members) == (False, ((1, 2, 3),))


def test_everyone_or_nobody_reaching_it_differs_in_nothing():
    for x in (0, 1):
        found = compare_groups(of_groups(g1=(9 * x, 9), g2=(7 * x, 7)), 6, [], 5)
        assert found.rows["p"].tolist() == [1.0, 1.0]
        assert found.rows["differs"].tolist() == [0, 0]


def test_holms_correction_of_a_worked_example():
    # Holm 1979: p of 0.01, 0.04, 0.03, 0.005 in that order give 0.03, 0.06, 0.06, 0.02.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    corrected = holm([0.01, np.nan, 0.6, 0.9])
    assert corrected[[0, 2, 3]] == pytest.approx([0.03, 1.0, 1.0])
    assert np.isnan(corrected[1])
    assert holm([]).size == 0


MIX = ["group", "baseline_band", "diagnosis_group", "observed", "courses", "judged", "reached"]


def test_expected_by_severity_and_diagnosis():
    # Moderate (band 2): 30 of 40 in all; severe (band 4): 10 of 40. Group 1 has 30 moderate and 10
    # severe courses, of which 0.75 x 30 + 0.25 x 10 = 25 are expected; group 2 the other 15.
    mix = frame(
        MIX,
        (1, 2, 1, 1, 30, 30, 24),
        (1, 4, 1, 1, 10, 10, 1),
        (2, 2, 1, 1, 10, 10, 6),
        (2, 4, 1, 1, 30, 30, 9),
        (2, 4, 1, 0, 7, 7, 7),
    )
    compared = compare_groups(of_groups(g1=(25, 40), g2=(15, 40)), 6, [], 5)
    assert compared.rows["differs"].tolist() == [1, -1], "the crude rates differ"
    rows = with_expected(compared, mix, Missing.OBSERVED)
    assert rows["expected"].tolist() == pytest.approx([25.0, 15.0])
    assert rows["ratio"].tolist() == pytest.approx([1.0, 1.0])
    # Without severity all are alike: 40 of 80.
    crude = with_expected(compared, mix, Missing.OBSERVED, by_severity=False)
    assert crude["expected"].tolist() == pytest.approx([20.0, 20.0])
    assert crude["ratio"].tolist() == pytest.approx([1.25, 0.75])


def test_among_all_starters_nothing_is_expected():
    compared = compare_groups(of_groups(g1=(25, 40), g2=(15, 40)), 6, [], 5)
    rows = with_expected(compared, frame(MIX), Missing.ALL)
    assert rows[["expected", "ratio", "ratio_low", "ratio_high"]].isna().all(axis=None)


def test_groups_put_together_are_expected_together():
    mix = frame(MIX, (1, 2, 1, 1, 40, 40, 20), (2, 2, 1, 1, 3, 3, 1), (3, 2, 1, 1, 4, 4, 3))
    compared = compare_groups(of_groups(g1=(20, 40), g2=(1, 3), g3=(3, 4)), 6, [], 5)
    rows = with_expected(compared, mix, Missing.OBSERVED)
    assert rows["expected"].tolist() == pytest.approx([40 * 24 / 47, 7 * 24 / 47])


def test_a_point_of_few_is_left_out_with_what_would_give_it_away():
    # After infusion 6 three groups of 20, 9 and 3: the third is too small, and the second would
    # leave it to be found beside the rate of all.
    starts = frame(STARTS, (1, 6, 20), (2, 6, 20), (3, 6, 20))
    scores = frame(
        SCORES,
        *((group, 5, 1, 10, 10, 4) for group in (1, 2, 3)),
        (1, 6, 1, 20, 20, 8),
        (2, 6, 1, 9, 9, 3),
        (3, 6, 1, 3, 3, 1),
    )
    points = curves(tally(scores, starts, Missing.OBSERVED), ((1,), (2,), (3,)), 5)
    shown = points[["row", "number", "reached", "n"]].to_numpy().tolist()
    assert shown == [
        [ALL_TOGETHER, 5, 12, 30],
        [ALL_TOGETHER, 6, 12, 32],
        [0, 5, 4, 10],
        [0, 6, 8, 20],
        [1, 5, 4, 10],
        [2, 5, 4, 10],
    ]


def test_a_group_without_a_panel_is_not_found_by_subtraction():
    # Group 3 has no score after the chosen infusion, so no panel; after infusion 2 it has two.
    starts = frame(STARTS, (1, 6, 20), (2, 6, 20), (3, 6, 20))
    scores = frame(
        SCORES, (1, 2, 1, 20, 20, 8), (2, 2, 1, 9, 9, 3), (3, 2, 1, 2, 2, 1), (1, 6, 1, 9, 9, 9)
    )
    points = curves(tally(scores, starts, Missing.OBSERVED), ((1,), (2,)), 5)
    at_two = points[points["number"] == 2]
    assert at_two["row"].tolist() == [ALL_TOGETHER, 0]


def test_no_total_is_shown_of_too_few():
    starts = frame(STARTS, (1, 6, 4))
    scores = frame(SCORES, (1, 6, 1, 4, 4, 2))
    assert curves(tally(scores, starts, Missing.OBSERVED), ((1,),), 5).empty
