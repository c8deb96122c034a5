"""How long responses last: late entry, maintenance as a state, booster intervals."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.duration.survfunc import SurvfuncRight, survdiff

from clinical.durability import (
    Since,
    Spells,
    as_told,
    at_risk_by_day,
    by_interval,
    from_day,
    kept_on,
    lasting,
    lasting_test,
    responses,
    told_weeks,
    with_maintenance,
    without_maintenance,
)
from clinical.survival import kaplan_meier, time_until

COLUMNS = ("end", "lost", "kept", "booster", "second", "again", "courses")


def rows(*spans: tuple[int | None, ...]) -> pd.DataFrame:
    """As the query has them."""
    frame = pd.DataFrame(list(spans), columns=COLUMNS)
    kinds = dict.fromkeys(COLUMNS[:5], "Int64") | dict.fromkeys(COLUMNS[5:], "int64")
    return frame.astype(kinds)


def spells(*each: tuple[int, int, int]) -> Spells:
    """One course each: entered, left, lost."""
    entered, left, lost = np.array(each, np.int64).reshape(-1, 3).T
    return Spells(entered, left, lost, np.ones(len(each), np.int64))


def listed(found: Spells) -> list[tuple[int, ...]]:
    return list(zip(*(a.tolist() for a in (found.entered, found.left, found.lost)), strict=True))


# By hand. At risk: day 5 A B C D (E enters on it), day 6 B C D E, day 7 B D E F, day 8 B D F,
# day 9 D F, day 10 D; lost on 5, 6, 9 and 10.
SIX = spells((0, 5, 1), (0, 8, 0), (2, 6, 1), (4, 10, 1), (5, 7, 0), (6, 9, 1))


def test_a_course_is_at_risk_after_it_entered_until_it_left():
    assert at_risk_by_day(SIX).tolist() == [0, 2, 2, 3, 3, 4, 4, 4, 3, 2, 1]
    assert at_risk_by_day(SIX, 5).tolist() == [0, 2, 2, 3, 3, 4]


def test_late_entry_by_hand():
    found = lasting(SIX, 1)
    assert found is not None
    assert (found.start, found.last, found.n, found.lost) == (0, 10, 6, 4)
    assert found.curve.times.tolist() == [5, 6, 7, 8, 9, 10]
    assert found.curve.at_risk.tolist() == [4, 4, 4, 3, 2, 1]
    assert found.curve.remaining == pytest.approx([0.75, 0.5625, 0.5625, 0.5625, 0.28125, 0])
    assert time_until(found.curve, 0.5) == 9
    # Greenwood at 6: 1/12 + 1/12; log S -0.57536; so ×/÷ exp(1.39069).
    kept = kept_on(found, 6)
    assert kept is not None
    assert (kept.low, kept.high) == pytest.approx((0.0991, 0.8666), abs=5e-5)
    assert kept_on(found, 10) == (0.0, None, None, 1), "all lost: no band"
    assert kept_on(found, 11) is None, "nobody was watched so long"


def test_the_curve_is_told_only_where_enough_are_at_risk():
    found = lasting(SIX, 3)
    assert found is not None
    assert (found.start, found.last) == (2, 8), "three at risk from day 3 to day 8"
    assert (found.n, found.lost) == (6, 2), "what is lost on days 9 and 10 is not told"
    assert found.curve.remaining == pytest.approx([0.75, 0.5625, 0.5625, 0.5625])
    assert kept_on(found, 1) is None
    assert kept_on(found, 9) is None
    # None of three was lost: Wilson, 3 / (3 + 1.96²).
    assert kept_on(found, 3) == pytest.approx((1.0, 3 / 6.8415, 1.0, 3), abs=5e-5)
    assert lasting(SIX, 5) is None, "never five at once"


def test_one_loss_among_the_first_two_does_not_throw_the_curve_down():
    early = [(0, 1, 1), (0, 20, 0)]
    many = spells(*early, *[(3, 20, 0)] * 10)
    bare, told = lasting(many, 1), lasting(many, 5)
    assert bare is not None
    assert told is not None
    assert bare.curve.remaining[-1] == 0.5, "though 1 of 12 was lost"
    assert (told.start, told.curve.remaining[-1]) == (3, 1.0), "of those there on day 3"


def test_from_a_day_on_only_those_still_at_risk_are_watched():
    assert listed(from_day(SIX, 6)) == [(6, 8, 0), (6, 10, 1), (6, 7, 0), (6, 9, 1)]
    assert listed(from_day(SIX, 0)) == listed(SIX)


def test_a_week_is_told_after_the_day_on_which_the_curve_begins():
    found = lasting(from_day(spells(*[(7, 100, 0)] * 6), 28), 5)
    assert found is not None
    assert (found.start, found.last) == (28, 100)
    assert told_weeks(found) == [8, 12], "on day 28 all are there, and day 182 is not known"


def test_all_lost_at_once():
    found = lasting(spells(*[(0, 28, 1)] * 6), 5)
    assert found is not None
    assert found.curve.remaining.tolist() == [0.0]
    assert kept_on(found, 27) == pytest.approx((1.0, 6 / 9.8415, 1.0, 6), abs=5e-5)
    assert kept_on(found, 28) == (0.0, None, None, 6)


@pytest.mark.parametrize("found", [spells(), spells((0, 9, 1))])
def test_too_few_have_no_curve(found):
    assert lasting(found, 5) is None


def random_spells(seed: int, *, late: bool) -> Spells:
    rng = np.random.default_rng(seed)
    entered = rng.integers(0, 12, 60) if late else np.zeros(60, np.int64)
    left = entered + 1 + rng.integers(0, 40, 60)
    return spells(*zip(entered, left, rng.integers(0, 2, 60), strict=True))


@pytest.mark.parametrize("seed", range(4))
def test_where_all_enter_at_the_start_it_is_the_usual_curve(seed):
    one = random_spells(seed, late=False)
    days = np.unique(one.left)
    events = [int(((one.left == day) & (one.lost == 1)).sum()) for day in days]
    censored = [int(((one.left == day) & (one.lost == 0)).sum()) for day in days]
    usual = kaplan_meier(days, np.array(events), np.array(censored))
    found = lasting(one, 1)
    assert found is not None
    assert (found.start, found.last) == (0, int(days[-1]))
    for name in ("times", "remaining", "low", "high", "at_risk", "events", "censored"):
        np.testing.assert_allclose(getattr(found.curve, name), getattr(usual, name), rtol=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_late_entry_is_as_statsmodels_has_it(seed):
    one = random_spells(seed, late=True)
    found = lasting(one, 1)
    assert found is not None
    kept = (one.left > found.start) & (one.entered <= found.last)
    other = SurvfuncRight(one.left[kept], one.lost[kept], entry=one.entered[kept])
    expected = dict(zip(other.surv_times, other.surv_prob, strict=True))
    for day, share, events in zip(
        found.curve.times, found.curve.remaining, found.curve.events, strict=True
    ):
        if events and share > 0:
            assert share == pytest.approx(expected[day], abs=1e-9)


# Two without maintenance (3 lost, 6 watched) and two with (from 2, lost at 4; from 3, lost at 6).
WITHOUT, WITH = spells((0, 3, 1), (0, 6, 0)), spells((2, 4, 1), (3, 6, 1))


def test_the_comparison_with_late_entry_by_hand():
    found = lasting_test([WITHOUT, WITH])
    assert found.observed.tolist() == [1, 2]
    # Expected without: 2/3 on day 3, 1/3 on day 4, 1/2 on day 6; variance 2/9 + 2/9 + 1/4.
    assert found.expected == pytest.approx([1.5, 1.5])
    assert found.statistic == pytest.approx(0.25 / (4 / 9 + 1 / 4))


@pytest.mark.parametrize("seed", range(4))
def test_the_comparison_is_as_statsmodels_has_it(seed):
    groups = [random_spells(seed + shift, late=True) for shift in (0, 50, 90)]
    columns = [np.concatenate([getattr(one, name) for one in groups]) for name in _TIMES]
    entered, left, lost = columns
    group = np.repeat([0, 1, 2], 60)
    statistic, p = survdiff(left, lost, group, entry=entered)
    found = lasting_test(groups)
    assert found.statistic == pytest.approx(statistic, abs=1e-6)
    assert found.p == pytest.approx(p, abs=1e-6)


_TIMES = ("entered", "left", "lost")


def test_nothing_to_compare():
    assert lasting_test([]).p is None
    assert lasting_test([spells((0, 9, 0)), spells((0, 9, 0))]).p is None


def test_a_curve_has_its_courses_on_its_own_days_alone():
    # Two at risk from day 3 to day 20: the first comes alone, and one is lost alone on day 30.
    watched = spells((1, 30, 1), (3, 20, 0), (3, 12, 1))
    curve = lasting(watched, 2)
    assert curve is not None
    assert (curve.start, curve.last) == (3, 20)
    assert listed(as_told(watched, curve)) == [(3, 20, 0), (3, 20, 0), (3, 12, 1)]


# Days since the last infusion; by hand below.
SPANS = rows(
    (None, None, None, None, None, 0, 9),  # no response
    (10, 30, 25, None, None, 0, 2),  # lost on day 30, never boosted
    (7, None, 100, 7, 14, 0, 1),  # boosted on the day of the end score, weekly
    (10, 40, 33, 20, None, 0, 1),  # boosted on day 20, lost on day 40
    (10, 30, 25, 30, 60, 0, 1),  # lost before the booster of that day
    (12, None, 12, None, None, 0, 1),  # never scored again
    (10, 10, 10, None, None, 0, 1),  # a second score on the day of the end score
    (10, None, 50, None, None, 1, 1),  # a new induction
    (8, 90, 80, 9, 44, 0, 1),  # five weeks between the boosters
    (8, 40, 35, 9, 50, 0, 1),  # lost before the second booster
)


def test_until_the_first_booster_a_response_is_without_maintenance():
    found = without_maintenance(SPANS, Since.LAST_INFUSION)
    assert listed(found) == [
        (10, 30, 1), (10, 20, 0), (10, 30, 1), (10, 11, 1), (10, 50, 0), (8, 9, 0), (8, 9, 0),
    ]  # fmt: skip
    assert found.courses.tolist() == [2, 1, 1, 1, 1, 1, 1]
    assert found.n == 8


def test_from_the_first_booster_on_it_is_with_maintenance():
    found = with_maintenance(SPANS, Since.LAST_INFUSION)
    assert listed(found) == [(7, 100, 0), (20, 40, 1), (9, 90, 1), (9, 40, 1)]


def test_no_loss_is_counted_in_both_states_and_none_in_neither():
    for since in Since:
        parts = without_maintenance(SPANS, since), with_maintenance(SPANS, since)
        lost = sum(int((part.lost * part.courses).sum()) for part in parts)
        assert lost == responses(SPANS).lost == 7


def test_from_the_end_score_all_enter_at_once():
    found = without_maintenance(SPANS, Since.END_SCORE)
    assert listed(found) == [
        (0, 20, 1), (0, 10, 0), (0, 20, 1), (0, 1, 1), (0, 40, 0), (0, 1, 0), (0, 1, 0),
    ]  # fmt: skip
    boosted = with_maintenance(SPANS, Since.END_SCORE)
    assert listed(boosted) == [(0, 93, 0), (10, 30, 1), (1, 82, 1), (1, 32, 1)]


def test_by_interval_from_the_second_booster_on():
    weekly, fortnightly, monthly, rarer = by_interval(SPANS)
    assert listed(weekly) == [(0, 86, 0)]
    assert (fortnightly.n, rarer.n) == (0, 0), "lost on day 40, before the booster of day 50"
    assert listed(monthly) == [(0, 46, 1)]


def test_the_inductions_are_counted():
    found = responses(SPANS)
    assert (found.scored, found.responded, found.lost) == (19, 10, 7)
    assert (found.followed, found.boosted, found.again) == (9, 5, 1)


def test_without_a_response_there_is_nothing():
    for empty in (rows(), rows((None, None, None, None, None, 0, 4))):
        for since in Since:
            assert without_maintenance(empty, since).n == 0
            assert with_maintenance(empty, since).n == 0
        assert all(one.n == 0 for one in by_interval(empty))
        assert responses(empty).responded == 0
