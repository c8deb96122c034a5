"""The scale by which a series is followed, what was reached and lost, and usual intervals."""

import pytest

from clinical.instruments import CSSRS, GAD7, MADRS, PHQ9, QIDS_SR16, Instrument
from clinical.watch import leading, lost_from, usual_interval

PHQ, QIDS, ANXIETY = PHQ9.code, QIDS_SR16.code, GAD7.code


@pytest.mark.parametrize(
    ("scores", "baselines", "expected"),
    [
        ({PHQ: 3, MADRS.code: 3}, [PHQ, MADRS.code], PHQ9),  # both could: the first of the list
        ({MADRS.code: 3, QIDS: 3}, [QIDS, MADRS.code], MADRS),
        ({PHQ: 3, QIDS: 1}, [QIDS], QIDS_SR16),  # a baseline goes before the order
        ({PHQ: 3, MADRS.code: 2}, [], PHQ9),  # no baseline: scores alone
        ({QIDS: 2}, [PHQ], QIDS_SR16),  # a baseline without a later score is none to follow
    ],
)
def test_a_scale_with_a_baseline_and_a_later_score_leads(
    scores: dict[int, int], baselines: list[int], expected: Instrument
) -> None:
    assert leading(scores, baselines) is expected


@pytest.mark.parametrize(
    "scores", [{}, {PHQ: 0}, {ANXIETY: 5, CSSRS.code: 5}], ids=["none", "nought", "others"]
)
def test_without_a_later_score_of_depression_none_leads(scores: dict[int, int]) -> None:
    assert leading(scores, [PHQ, ANXIETY]) is None


def test_the_baselines_may_be_read_only_once() -> None:
    assert leading({QIDS: 1, PHQ: 1}, iter([QIDS])) is QIDS_SR16


@pytest.mark.parametrize(
    ("reached", "position"),
    [
        ([], None),
        ([False, False], None),  # never reached
        ([True], None),
        ([False, True, True], None),  # holds at the end
        ([True, False, True], None),  # lost and reached again
        ([True, False], 1),
        ([True, False, False], 1),
        ([False, True, True, False, False], 3),
        ([True, False, True, False], 3),  # lost twice: the second time counts
    ],
)
def test_lost_from_is_where_the_last_unbroken_run_without_it_begins(
    reached: list[bool], position: int | None
) -> None:
    assert lost_from(reached) == position


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ([], None),
        ([100], None),
        ([100, 128], 28.0),
        ([0, 10, 30], 15.0),  # 10 and 20 days
        ([0, 28, 49, 140], 28.0),  # 28, 21 and 91 days: one long pause changes little
        ([5, 5], 0.0),
    ],
)
def test_the_usual_interval_is_the_median(days: list[int], expected: float | None) -> None:
    assert usual_interval(days) == expected
