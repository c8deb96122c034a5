"""The words for how a patient is doing, and the rules behind them."""

import pytest

from clinical.codes import Phase
from clinical.instruments import CADSS, CSSRS, GAD7, MADRS, PCL5, PHQ9, QIDS_SR16, WHO5, Instrument
from clinical.progress import (
    FOLLOWED,
    WORSE_POINTS,
    Status,
    held_from,
    mean_interval,
    points_worse,
    response_total,
    status,
)

INDUCTION, MAINTENANCE = Phase.INDUCTION, Phase.MAINTENANCE


@pytest.mark.parametrize(
    ("total", "expected"),
    [
        (25, Status.WORSE),  # 20 + 5
        (24, Status.NO_RESPONSE),
        (20, Status.NO_RESPONSE),
        (16, Status.NO_RESPONSE),  # 20 % better
        (15, Status.PARTIAL),  # 25 %
        (11, Status.PARTIAL),  # 45 %
        (10, Status.RESPONDING),  # 50 %
        (5, Status.RESPONDING),
        (4, Status.REMISSION),
        (0, Status.REMISSION),
    ],
)
def test_phq9_from_a_baseline_of_20(total: float, expected: Status) -> None:
    assert status(PHQ9, INDUCTION, 20, total) is expected


def test_without_a_baseline_nothing_can_be_said_not_even_remission() -> None:
    assert status(PHQ9, INDUCTION, None, 2) is Status.NOT_EVALUABLE


def test_in_maintenance_an_unchanged_score_is_steady() -> None:
    assert status(PHQ9, MAINTENANCE, 8, 8) is Status.STEADY
    assert status(PHQ9, INDUCTION, 8, 8) is Status.NO_RESPONSE


def test_a_lost_response_in_maintenance_is_worse() -> None:
    assert status(PHQ9, MAINTENANCE, 6, 16) is Status.WORSE


@pytest.mark.parametrize(
    ("instrument", "baseline", "total", "expected"),
    [
        (GAD7, 10, 14, Status.WORSE),
        (GAD7, 10, 13, Status.NO_RESPONSE),
        (MADRS, 30, 40, Status.WORSE),
        (MADRS, 30, 10, Status.REMISSION),  # 10 or less
        (MADRS, 30, 15, Status.RESPONDING),
        (QIDS_SR16, 16, 21, Status.WORSE),
        (QIDS_SR16, 16, 5, Status.REMISSION),
        (PCL5, 50, 65, Status.WORSE),
        (PCL5, 50, 36, Status.STEADY),
        (PCL5, 50, 35, Status.IMPROVED),
        (WHO5, 40, 30, Status.WORSE),  # a fall, because higher is better
        (WHO5, 40, 48, Status.STEADY),
        (WHO5, 40, 52, Status.IMPROVED),
        (CSSRS, 1, 2, Status.WORSE),
        (CSSRS, 2, 1, Status.IMPROVED),
        (CADSS, 0, 20, Status.NOT_EVALUABLE),
    ],
)
def test_each_instrument_has_its_own_rule(
    instrument: Instrument, baseline: float, total: float, expected: Status
) -> None:
    assert status(instrument, INDUCTION, baseline, total) is expected


def test_worse_goes_before_remission() -> None:
    assert status(MADRS, INDUCTION, 0, 10) is Status.WORSE


def test_a_baseline_of_nought_leaves_no_room_to_respond() -> None:
    assert status(PHQ9, INDUCTION, 0, 4) is Status.REMISSION
    assert response_total(PHQ9, 0) is None


def test_every_followed_instrument_has_a_rule_for_worse() -> None:
    assert {instrument.code for instrument in FOLLOWED} == set(WORSE_POINTS)


def test_points_worse_knows_the_direction() -> None:
    assert points_worse(PHQ9, 3) == 3
    assert points_worse(WHO5, 3) == -3


def test_the_total_at_which_a_response_begins() -> None:
    assert response_total(PHQ9, 21) == 10.5
    assert response_total(PCL5, 50) is None


@pytest.mark.parametrize(
    ("reached", "position"),
    [
        ([], None),
        ([False], None),
        ([True], 0),
        ([True, False, True, True], 2),
        ([True, True, False], None),
    ],
)
def test_held_from_is_where_the_last_unbroken_run_begins(
    reached: list[bool], position: int | None
) -> None:
    assert held_from(reached) == position


def test_the_interval_of_a_mean_worked_by_hand() -> None:
    # 16 scores with mean 10 and sample variance 16: standard error 1.
    mean_square = 16 * 15 / 16 + 10**2
    assert mean_interval(16, 10, mean_square) == pytest.approx((8.040, 11.960), abs=0.001)


def test_few_scores_have_no_interval_and_equal_ones_no_width() -> None:
    assert mean_interval(9, 10, 110) is None
    assert mean_interval(10, 7, 49) == (7, 7)
