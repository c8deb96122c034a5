"""Baseline, belonging and timepoint of a score: the data contract's rules at their edges."""

from datetime import UTC, datetime, timedelta

import pytest

from clinical.codes import Timepoint
from clinical.instruments import CSSRS, MADRS, PCL5, PHQ9, QIDS_SR16, WHO5
from clinical.scores import (
    NOT_EVALUABLE,
    Progress,
    baseline_position,
    infusion_position,
    linked_timepoint,
    progress,
    total_from_items,
)

START = datetime(2026, 3, 9, 15, 0, tzinfo=UTC)
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)


class TestBaseline:
    def test_the_last_score_before_the_first_infusion(self):
        assert baseline_position([START - 9 * DAY, START - 2 * DAY], START) == 1

    def test_a_score_at_the_very_start_counts(self):
        assert baseline_position([START - DAY, START], START) == 1

    def test_a_score_a_second_later_does_not(self):
        assert baseline_position([START - DAY, START + SECOND], START) == 0

    def test_exactly_14_days_count(self):
        assert baseline_position([START - 14 * DAY], START) == 0

    def test_more_than_14_days_do_not(self):
        assert baseline_position([START - 14 * DAY - SECOND], START) is None

    def test_an_older_score_does_not_stand_in(self):
        assert baseline_position([START - 20 * DAY, START + DAY], START) is None

    def test_no_score_no_baseline(self):
        assert baseline_position([], START) is None


class TestBelonging:
    STARTS = (START, START + 3 * DAY, START + 6 * DAY)
    LAST = (False, False, True)

    def position(self, completed_at):
        return infusion_position(completed_at, self.STARTS, self.LAST)

    def test_before_the_first_infusion_it_belongs_to_none(self):
        assert self.position(START - HOUR) is None

    def test_at_the_very_start_it_does_not_belong_yet(self):
        assert self.position(START) is None

    def test_after_the_start_it_belongs(self):
        assert self.position(START + SECOND) == 0

    def test_at_the_start_of_the_next_it_still_belongs_to_the_one_before(self):
        assert self.position(START + 3 * DAY) == 0
        assert self.position(START + 3 * DAY + SECOND) == 1

    def test_same_day_before_and_after(self):
        assert self.position(START + 6 * DAY - HOUR) == 1
        assert self.position(START + 6 * DAY + HOUR) == 2

    def test_exactly_28_days_after_the_last(self):
        assert self.position(START + 34 * DAY) == 2
        assert self.position(START + 34 * DAY + SECOND) is None

    def test_within_a_series_however_long_the_interval(self):
        starts = (START, START + 90 * DAY)
        assert infusion_position(START + 80 * DAY, starts, (False, True)) == 0

    def test_between_two_series_only_for_28_days(self):
        starts = (START, START + 90 * DAY)
        assert infusion_position(START + 28 * DAY, starts, (True, True)) == 0
        assert infusion_position(START + 29 * DAY, starts, (True, True)) is None

    def test_of_two_series_the_latest_infusion_decides(self):
        # The first series goes on (day 0, day 10) while another has its one infusion on day 5.
        starts = (START, START + 5 * DAY, START + 10 * DAY)
        last = (False, True, True)
        assert infusion_position(START + 4 * DAY, starts, last) == 0
        assert infusion_position(START + 6 * DAY, starts, last) == 1

    def test_without_infusions_it_belongs_to_none(self):
        assert infusion_position(START, (), ()) is None


class TestTimepoint:
    def test_within_24_hours_before_the_next_infusion(self):
        following = START + 3 * DAY
        assert linked_timepoint(following - 24 * HOUR, START, following) is (
            Timepoint.BEFORE_INFUSION
        )
        assert linked_timepoint(following - 24 * HOUR - SECOND, START, following) is (
            Timepoint.AFTER_INFUSION
        )

    def test_at_the_start_of_the_next_infusion_it_is_before_it(self):
        following = START + 3 * DAY
        assert linked_timepoint(following, START, following) is Timepoint.BEFORE_INFUSION

    def test_up_to_72_hours_after(self):
        assert linked_timepoint(START + 72 * HOUR, START, None) is Timepoint.AFTER_INFUSION
        assert linked_timepoint(START + 72 * HOUR + SECOND, START, None) is Timepoint.FOLLOW_UP

    def test_during_the_infusion_it_is_after_its_start(self):
        # CADSS at minute 40, with the next infusion three days later.
        completed = START + timedelta(minutes=40)
        assert linked_timepoint(completed, START, START + 3 * DAY) is Timepoint.AFTER_INFUSION

    def test_infusions_on_consecutive_days_make_it_the_trough_before_the_next(self):
        completed = START + timedelta(minutes=40)
        assert linked_timepoint(completed, START, START + 23 * HOUR) is Timepoint.BEFORE_INFUSION


class TestProgress:
    def test_a_response_short_of_remission(self):
        assert progress(PHQ9, 20, 9) == Progress(-11, 55.0, response=True, remission=False)

    def test_remission_without_response(self):
        # From 6 to 4: a third better, and below 5.
        answer = progress(PHQ9, 6, 4)
        assert answer.percent == pytest.approx(33.33, abs=0.01)
        assert (answer.response, answer.remission) == (False, True)

    def test_higher_is_better(self):
        assert progress(WHO5, 20, 50) == Progress(30, 150.0, response=None, remission=None)

    def test_without_a_rule_there_is_only_change(self):
        assert progress(PCL5, 50, 25) == Progress(-25, 50.0, response=None, remission=None)

    def test_a_baseline_of_zero_leaves_no_room_to_respond(self):
        assert progress(PHQ9, 0, 3) == Progress(3, None, response=None, remission=True)

    def test_without_a_baseline_nothing_can_be_said(self):
        assert progress(PHQ9, None, 2) == NOT_EVALUABLE == Progress(None, None, None, None)


class TestTotalFromItems:
    def test_the_sum_of_all_items(self):
        assert total_from_items(PHQ9, [1, 2, 3, 0, 1, 2, 3, 0, 1]) == 13

    def test_by_the_instruments_own_rule(self):
        assert total_from_items(QIDS_SR16, [3] * 16) == 27
        assert total_from_items(WHO5, [3] * 5) == 60

    def test_empty_columns_beyond_the_last_item_do_not_matter(self):
        assert total_from_items(PHQ9, [1] * 9 + [None] * 21) == 9

    def test_a_missing_item_leaves_no_total(self):
        assert total_from_items(PHQ9, [1] * 8 + [None]) is None
        assert total_from_items(MADRS, []) is None

    def test_the_c_ssrs_has_no_rule_of_its_own(self):
        assert total_from_items(CSSRS, [1, 1, 0, 0, 0, 0]) is None
