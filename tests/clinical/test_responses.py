"""Response and remission after each infusion, under the three rules of missing scores."""

import pandas as pd
import pytest

from clinical.course_scores import LAST_NUMBER, Missing
from clinical.instruments import GAD7, MADRS, PCL5, PHQ9, QIDS_SR16, WHO5, Instrument
from clinical.measures import ENERGY, MEASURES, THOUGHTS
from clinical.responses import (
    Rates,
    Result,
    judged,
    rates_at,
    rates_by_number,
    reliable_points,
    results_of,
)

OBSERVED, CARRIED, ALL = Missing.OBSERVED, Missing.CARRIED, Missing.ALL


def scores(*rows: tuple[int, int, float, float, int]) -> pd.DataFrame:
    """Rows of number, observed, baseline, total and courses, as the query gives them."""
    frame = pd.DataFrame(rows, columns=["number", "observed", "baseline", "total", "courses"])
    return frame.astype(
        {
            "number": "int64",
            "observed": "int64",
            "baseline": "float64",
            "total": "float64",
            "courses": "int64",
        }
    )


def starts(*rows: tuple[int, int, int]) -> pd.DataFrame:
    """Rows of over, length and starts; all given, complete and with a baseline."""
    frame = pd.DataFrame(rows, columns=["over", "length", "starts"])
    return frame.assign(done=frame["length"], complete=1, baseline=1)


# Ten people, PHQ-9 20 at baseline. After infusion 6 six have a score, of whom four have responded
# and one is in remission. Three have an earlier score alone, of whom two had responded. One has no
# baseline.
TEN = scores(
    (6, 1, 20, 10, 2),
    (6, 1, 20, 9, 1),
    (6, 1, 20, 4, 1),
    (6, 1, 20, 11, 1),
    (6, 1, 20, 21, 1),
    (6, 0, 20, 5, 1),
    (6, 0, 20, 10, 1),
    (6, 0, 20, 15, 1),
)


def at_six(missing: Missing, found: pd.DataFrame = TEN, measure: Instrument = PHQ9) -> Rates:
    return rates_at(found, 10, measure, 6, missing)


@pytest.mark.parametrize(
    ("missing", "responded", "remitted"),
    [(OBSERVED, (4, 6), (1, 6)), (CARRIED, (6, 9), (1, 9)), (ALL, (4, 10), (1, 10))],
)
def test_ten_people_by_hand_are_67_67_and_40_per_cent(missing, responded, remitted):
    found = at_six(missing)
    assert found.responded is not None
    assert found.remitted is not None
    assert (found.responded.events, found.responded.n) == responded
    assert (found.remitted.events, found.remitted.n) == remitted
    assert (found.due, found.seen, found.n, found.no_room) == (10, 6, responded[1], 0)
    assert (
        round(100 * (found.responded.estimate or 0))
        == {OBSERVED: 67, CARRIED: 67, ALL: 40}[missing]
    )


@pytest.mark.parametrize("missing", Missing)
def test_the_bounds_are_those_of_the_scores_that_were_seen_whatever_the_rule(missing):
    found = at_six(missing)
    # Four of ten if none of the four others responded, eight if all did.
    assert found.response_bounds == pytest.approx((0.4, 0.8))
    assert found.remission_bounds == pytest.approx((0.1, 0.5))


def test_the_worst_bound_is_the_rate_of_all_starters():
    found = at_six(ALL)
    assert found.responded is not None
    assert found.response_bounds is not None
    assert found.responded.estimate == found.response_bounds[0]


def test_the_interval_is_wilsons_of_newcombe_1998():
    # Table I of that paper: 81 of 263 is 0.2553 to 0.3662.
    found = rates_at(scores((1, 1, 20, 4, 81), (1, 1, 20, 20, 182)), 263, PHQ9, 1, OBSERVED)
    assert found.responded is not None
    assert (found.responded.low, found.responded.high) == pytest.approx((0.2553, 0.3662), abs=5e-5)


def test_a_baseline_of_zero_leaves_no_room_to_respond_but_may_be_in_remission():
    zero = pd.concat([TEN, scores((6, 1, 0, 0, 1))], ignore_index=True)
    found = rates_at(zero, 11, PHQ9, 6, OBSERVED)
    assert found.responded is not None
    assert found.remitted is not None
    assert (found.n, found.no_room) == (7, 1)
    assert (found.responded.events, found.responded.n) == (4, 6)
    assert (found.remitted.events, found.remitted.n) == (2, 7)
    # Of the eleven one cannot respond, so the bounds are over ten.
    assert found.response_bounds == pytest.approx((0.4, 0.8))
    assert found.remission_bounds == pytest.approx((2 / 11, 6 / 11))


@pytest.mark.parametrize("missing", Missing)
def test_the_bounds_enclose_the_rate_also_where_a_baseline_is_zero(missing):
    zero = scores((6, 1, 0, 0, 2), (6, 0, 0, 0, 1), (6, 1, 20, 5, 3))
    found = rates_at(zero, 6, PHQ9, 6, missing)
    assert found.responded is not None
    assert found.response_bounds is not None
    low, high = found.response_bounds
    assert low <= (found.responded.estimate or 0) <= high
    assert (found.responded.events, found.responded.n) == (3, 3)
    assert found.no_room == (2 if missing is OBSERVED else 3)


def test_only_baselines_of_zero_leave_no_rate_of_response():
    found = rates_at(scores((6, 1, 0, 0, 4)), 4, PHQ9, 6, OBSERVED)
    assert found.responded is not None
    assert found.responded.estimate is None
    assert found.response_bounds is None
    assert found.remitted is not None
    assert found.remitted.estimate == 1


@pytest.mark.parametrize(("missing", "estimate"), [(OBSERVED, None), (CARRIED, None), (ALL, 0.0)])
def test_where_all_scores_are_missing_nothing_is_bounded_and_nothing_shown(missing, estimate):
    found = at_six(missing, scores())
    assert found.responded is not None
    assert found.responded.estimate == estimate
    assert found.response_bounds is None
    assert not found.is_shown(1)


def test_everyone_responded_at_once():
    found = rates_by_number(starts((1, 6, 9)), scores((1, 1, 20, 0, 9)), PHQ9, OBSERVED)
    first = found[0].responded
    assert first is not None
    # Wilson's lower limit of 9 of 9 is n / (n + z^2).
    assert (first.estimate, first.high) == (1.0, 1.0)
    assert first.low == pytest.approx(9 / (9 + 1.959964**2), abs=1e-6)
    assert found[0].response_bounds == (1.0, 1.0)
    # Nobody has a score after the second: no data, which is not 0 %.
    assert found[1].responded is not None
    assert found[1].responded.estimate is None


def test_every_infusion_has_its_own_n_and_those_due():
    began = starts((1, 6, 8), (1, 9, 2), (0, 6, 5))
    found = rates_by_number(began, TEN, PHQ9, CARRIED)
    assert [each.number for each in found] == list(range(1, LAST_NUMBER + 1))
    assert [each.due for each in found] == [10] * 6 + [2] * 3 + [0] * 3
    assert [each.n for each in found] == [0] * 5 + [9] + [0] * 6
    assert found[5] == at_six(CARRIED)


def test_more_scores_than_courses_due_are_no_more_than_all():
    # Infusions numbered otherwise than by counting them.
    found = rates_at(scores((7, 1, 20, 5, 3)), 0, PHQ9, 7, ALL)
    assert found.responded is not None
    assert (found.due, found.responded.events, found.responded.n) == (3, 3, 3)


@pytest.mark.parametrize("measure", [PCL5, WHO5])
def test_without_a_rule_reliable_improvement_is_told(measure):
    assert results_of(measure) == (Result.IMPROVEMENT,)
    found = at_six(OBSERVED, scores((6, 1, 40, 40, 5)), measure)
    assert (found.responded, found.remitted) == (None, None)
    assert (found.response_bounds, found.remission_bounds) == (None, None)
    assert found.improved is not None
    assert (found.improved.events, found.improved.n) == (0, 5)
    assert found.rate(Result.IMPROVEMENT) is found.improved
    assert found.bounds(Result.IMPROVEMENT) == pytest.approx((0, 0.5))


def test_an_item_is_told_by_being_free_of_it():
    assert results_of(THOUGHTS) == (Result.REMISSION, Result.IMPROVEMENT)
    found = at_six(OBSERVED, scores((6, 1, 2, 0, 3), (6, 1, 2, 1, 1), (6, 1, 0, 1, 1)), THOUGHTS)
    assert found.responded is None
    assert found.remitted is not None
    assert found.improved is not None
    assert (found.remitted.events, found.improved.events, found.no_room) == (3, 4, 0)


def test_with_a_rule_response_and_remission_are_told():
    assert {results_of(each) for each in (PHQ9, MADRS, QIDS_SR16, GAD7)} == {
        (Result.RESPONSE, Result.REMISSION)
    }


@pytest.mark.parametrize(
    ("measure", "baseline", "total", "percent", "responded", "remitted", "improved", "worse"),
    [
        (PHQ9, 20, 10, 50, 1, 0, 1, 0),  # half is a response
        (PHQ9, 20, 11, 45, 0, 0, 1, 0),
        (PHQ9, 9, 4, 500 / 9, 1, 1, 0, 0),  # remission without a reliable change of 6 points
        (PHQ9, 20, 26, -30, 0, 0, 0, 1),
        (PHQ9, 20, 25, -25, 0, 0, 0, 0),
        (MADRS, 36, 10, 2600 / 36, 1, 1, 1, 0),
        (QIDS_SR16, 16, 11, 31.25, 0, 0, 1, 0),
        (WHO5, 20, 32, 60, None, None, 1, 0),  # higher is better
        (WHO5, 40, 28, -30, None, None, 0, 1),
        (WHO5, 0, 12, None, None, None, 1, 0),
        (PCL5, 50, 36, 28, None, None, 0, 0),
        (ENERGY, 3, 2, 100 / 3, None, 0, 1, 0),
        (THOUGHTS, 0, 1, None, None, 0, 0, 1),
        (PHQ9, 0, 0, None, None, 1, 0, 0),
    ],
)
def test_a_score_is_judged_by_the_rules_and_in_the_direction_of_its_measure(
    measure, baseline, total, percent, responded, remitted, improved, worse
):
    row = judged(scores((1, 1, baseline, total, 1)), measure).iloc[0]
    found = [None if pd.isna(row[name]) else row[name] for name in ("responded", "remitted")]
    assert found == [responded, remitted]
    assert (row["improved"], row["worse"]) == (improved, worse)
    if percent is None:
        assert pd.isna(row["percent"])
    else:
        assert row["percent"] == pytest.approx(percent)


@pytest.mark.parametrize("measure", MEASURES, ids=lambda each: each.name)
def test_each_pair_of_scores_is_judged_as_one_patients_would_be(measure):
    step = 4 if measure is WHO5 else 1
    totals = range(int(measure.lowest), int(measure.highest) + 1, step)
    pairs = [(baseline, total) for baseline in totals for total in totals]
    found = judged(scores(*((1, 1, *pair, 1) for pair in pairs)), measure)
    expected = [
        (
            measure.improvement_percent(baseline, total),
            measure.responded(baseline, total),
            measure.remitted(total),
        )
        for baseline, total in pairs
    ]
    for place, name in enumerate(("percent", "responded", "remitted")):
        of_one = pd.Series([row[place] for row in expected], dtype="float64")
        pd.testing.assert_series_equal(found[name], of_one, check_names=False)


def test_points_beyond_error_are_the_instruments_own():
    assert {each.name: reliable_points(each) for each in MEASURES} == {
        "PHQ-9": 6,
        "MADRS": 10,
        "QIDS-SR16": 5,
        "GAD-7": 4,
        "WHO-5": 10,
        "PCL-5": 15,
        "Energy (PHQ-9 item 4)": 1,
        "Suicidal thoughts (PHQ-9 item 9)": 1,
    }


def test_those_without_room_do_not_make_a_group_large_enough():
    assert not at_six(OBSERVED, scores((6, 1, 20, 5, 4), (6, 1, 0, 0, 6))).is_shown(5)


def test_a_rate_of_few_is_not_shown_nor_one_that_would_tell_it():
    few = scores((6, 1, 20, 5, 4), (6, 0, 20, 5, 3))
    assert not at_six(OBSERVED, few).is_shown(5)
    assert not at_six(ALL, few).is_shown(5), "it would tell how many of the four responded"
    assert at_six(CARRIED, few).is_shown(5)
    assert at_six(OBSERVED).is_shown(5)
    assert at_six(ALL).is_shown(5)
