"""What a series has reached and when; every expected value worked by hand."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from clinical.codes import Phase, Timepoint
from clinical.instruments import GAD7, MADRS, PCL5, PHQ9, QIDS_SR16, WHO5
from clinical.milestones import (
    Milestone,
    Milestones,
    Reliable,
    TakenScore,
    Verdict,
    milestones,
    reliable_change,
)
from clinical.progress import Status, status

START = datetime(2026, 2, 2, 13)  # noqa: DTZ001 - the clinic's own clock
BEFORE, AFTER, LATER = Timepoint.BEFORE_INFUSION, Timepoint.AFTER_INFUSION, Timepoint.FOLLOW_UP


def score(day: int, number: int, total: float, timepoint: Timepoint = BEFORE) -> TakenScore:
    """Taken at 9 in the morning, so before the infusion of that day."""
    completed = START.replace(hour=9) + timedelta(days=day)
    return TakenScore(completed, timepoint, number, 24.0 * day, total)


def reached(baseline: float | None, *scores: TakenScore, instrument=PHQ9, **more) -> Milestones:
    return milestones(instrument, baseline, scores, START, **more)


def test_the_first_score_that_reaches_each_with_its_day_and_infusion():
    found = reached(20, score(3, 1, 14), score(7, 2, 10), score(10, 3, 4), score(14, 4, 5))
    assert found.improvement == Milestone(Verdict.REACHED, score(3, 1, 14), 3)  # 6 points
    assert found.response == Milestone(Verdict.REACHED, score(7, 2, 10), 7)  # exactly 50 %
    assert found.remission == Milestone(Verdict.REACHED, score(10, 3, 4), 10)  # below 5
    assert found.worsening == Milestone(Verdict.NOT_REACHED)
    assert found.loss == Milestone(Verdict.NOT_REACHED)
    assert (found.best, found.latest) == (score(10, 3, 4), score(14, 4, 5))


@pytest.mark.parametrize(("total", "verdict"), [(10, "reached"), (11, "not reached")])
def test_a_response_is_half_of_the_baseline_exactly(total, verdict):
    assert reached(20, score(3, 1, total)).response.verdict.value == verdict
    assert reached(21, score(3, 1, 10.5)).response.verdict is Verdict.REACHED


@pytest.mark.parametrize(
    ("instrument", "baseline", "total", "expected"),
    [
        (PHQ9, 20, 14, Reliable.IMPROVED),  # 6 points
        (PHQ9, 20, 15, Reliable.NONE),
        (PHQ9, 20, 20, Reliable.NONE),
        (PHQ9, 15, 20, Reliable.NONE),  # 5 points
        (PHQ9, 15, 21, Reliable.WORSE),
        (PHQ9, 0, 6, Reliable.WORSE),
        (GAD7, 12, 8, Reliable.IMPROVED),  # 4 points
        (GAD7, 12, 9, Reliable.NONE),
        (MADRS, 30, 20, Reliable.IMPROVED),  # 10 points
        (PCL5, 50, 35, Reliable.IMPROVED),  # 15 points
        (PCL5, 50, 36, Reliable.NONE),
        (WHO5, 40, 50, Reliable.IMPROVED),  # higher is better
        (WHO5, 40, 49, Reliable.NONE),
        (WHO5, 40, 30, Reliable.WORSE),
        (QIDS_SR16, 20, 2, None),  # no published rule
    ],
)
def test_reliable_change_counts_from_exactly_its_points(instrument, baseline, total, expected):
    assert reliable_change(instrument, baseline, total) is expected


def test_exactly_five_points_are_worse_by_the_clinics_rule_but_within_the_error_of_phq9():
    assert status(PHQ9, Phase.INDUCTION, 15, 20) is Status.WORSE
    assert reached(15, score(3, 1, 20)).worsening.verdict is Verdict.NOT_REACHED
    assert reached(15, score(3, 1, 21)).worsening.days == 3


def test_without_a_baseline_nothing_is_evaluable_not_even_remission():
    found = reached(None, score(3, 1, 2))
    assert {
        milestone.verdict
        for milestone in (
            found.response,
            found.remission,
            found.improvement,
            found.worsening,
            found.loss,
        )
    } == {Verdict.NO_BASELINE}
    assert found.latest == score(3, 1, 2)


def test_without_a_later_score_nothing_is_evaluable():
    found = reached(20)
    assert (found.best, found.latest) == (None, None)
    assert (found.response.verdict, found.loss.verdict) == (Verdict.NO_SCORE, Verdict.NO_SCORE)


def test_a_baseline_of_nought_leaves_no_room_for_a_response_but_for_a_worsening():
    found = reached(0, score(3, 1, 6))
    assert (found.response.verdict, found.loss.verdict) == (Verdict.NO_ROOM, Verdict.NO_ROOM)
    assert found.worsening.verdict is Verdict.REACHED
    assert reached(0, score(3, 1, 4)).remission.days == 3


def test_an_instrument_without_a_rule_says_so():
    found = reached(50, score(3, 1, 20), instrument=PCL5)
    assert (found.response.verdict, found.remission.verdict) == (Verdict.NO_RULE, Verdict.NO_RULE)
    assert found.loss.verdict is Verdict.NO_RULE
    assert found.improvement.verdict is Verdict.REACHED
    qids = reached(20, score(3, 1, 5), instrument=QIDS_SR16)
    assert (qids.improvement.verdict, qids.remission.verdict) == (Verdict.NO_RULE, Verdict.REACHED)


def test_where_higher_is_better_the_best_is_the_highest():
    found = reached(40, score(3, 1, 60), score(7, 2, 28), instrument=WHO5)
    assert found.best == score(3, 1, 60)
    assert (found.improvement.days, found.worsening.days) == (3, 7)


def test_scores_of_the_same_day_before_and_after_an_infusion_keep_their_order_and_kind():
    before = score(3, 1, 12)
    after = TakenScore(START + timedelta(days=3, hours=4), AFTER, 2, 4.0, 8)
    found = reached(20, after, before)
    assert found.response == Milestone(Verdict.REACHED, after, 3)
    assert found.latest == after
    assert found.improvement.first == before


def test_the_days_are_those_of_the_calendar():
    late = TakenScore(datetime(2026, 2, 3, 0, 30), AFTER, 1, 11.5, 8)  # noqa: DTZ001
    assert reached(20, late).response.days == 1
    same = TakenScore(datetime(2026, 2, 2, 18), AFTER, 1, 5.0, 8)  # noqa: DTZ001
    assert reached(20, same).response.days == 0


def test_a_score_recorded_late_takes_its_place_in_time():
    on_time = score(3, 1, 18), score(10, 3, 9)
    assert reached(20, *on_time).response.days == 10
    assert reached(20, *on_time, score(7, 2, 8)).response == Milestone(
        Verdict.REACHED, score(7, 2, 8), 7
    )


def test_a_lost_response_is_dated_by_the_first_score_since_which_there_is_none():
    course = [score(3, 1, 9), score(7, 2, 12), score(10, 3, 10), score(14, 4, 11), score(17, 5, 13)]
    assert reached(20, *course).loss == Milestone(Verdict.REACHED, score(14, 4, 11), 14)
    assert reached(20, *course[:3]).loss.verdict is Verdict.NOT_REACHED


def test_without_a_response_none_is_lost():
    assert reached(20, score(3, 1, 18), score(7, 2, 22)).loss.verdict is Verdict.NOT_REACHED


def test_in_maintenance_a_response_counts_from_before_induction():
    # 20 before induction, 7 at the start of maintenance: a response is 10 or less.
    kept = [score(1, 1, 7, AFTER), score(32, 1, 10)]
    found = reached(7, *kept, response_baseline=20)
    assert (found.response.days, found.loss.verdict) == (1, Verdict.NOT_REACHED)
    lost = reached(7, *kept, score(64, 2, 11), response_baseline=20)
    assert lost.loss == Milestone(Verdict.REACHED, score(64, 2, 11), 64)
    assert lost.worsening.verdict is Verdict.NOT_REACHED  # 4 points over 7
    at_once = reached(7, score(32, 1, 16), response_baseline=20)
    assert at_once.loss.days == 32, "the response was there when maintenance began"
    assert at_once.response.verdict is Verdict.NOT_REACHED


def test_two_series_are_told_apart_by_their_baselines():
    first = reached(24, score(3, 1, 12))
    second = milestones(PHQ9, 12, [score(103, 1, 8)], START + timedelta(days=100))
    assert (first.response.days, second.response.verdict) == (3, Verdict.NOT_REACHED)


def test_the_first_of_equally_good_scores_is_the_best():
    equal = score(7, 2, 4), score(3, 1, 4)
    assert reached(20, *equal).best == score(3, 1, 4)


def test_another_limit_of_the_instrument_is_followed():
    stricter = replace(PHQ9, reliable_change=8)
    assert reliable_change(stricter, 20, 13) is Reliable.NONE
