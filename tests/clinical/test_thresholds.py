"""What each threshold may be set to, and what becomes of values that it may not."""

from math import inf, nan

import pytest

from clinical.thresholds import (
    DEFAULTS,
    LIMITS,
    Limit,
    ThresholdError,
    Thresholds,
    checked_value,
    find_limit,
    thresholds_from,
)

EACH = pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.name)


@EACH
def test_each_has_a_meaning_a_source_and_a_unit(limit: Limit) -> None:
    assert limit.meaning
    assert limit.source
    assert limit.unit


@EACH
def test_each_default_lies_within_its_bounds(limit: Limit) -> None:
    assert limit.lowest <= limit.default <= limit.highest
    assert checked_value(limit.name, limit.default) == limit.default
    assert getattr(DEFAULTS, limit.name) == limit.default


@EACH
def test_each_may_be_set_to_its_bounds_and_no_further(limit: Limit) -> None:
    assert checked_value(limit.name, limit.lowest) == limit.lowest
    assert checked_value(limit.name, limit.highest) == limit.highest
    for beyond in (limit.lowest - 1, limit.highest + 1, nan, inf, -inf):
        with pytest.raises(ThresholdError, match=f"{limit.name} must lie between"):
            checked_value(limit.name, beyond)


def test_no_two_have_one_name() -> None:
    assert len({limit.name for limit in LIMITS}) == len(LIMITS) > 20


def test_pressures_saturations_and_days_go_upwards_from_amber_to_stop() -> None:
    at = DEFAULTS
    assert at.amber_systolic < at.red_systolic < at.stop_systolic
    assert at.amber_diastolic < at.red_diastolic < at.stop_diastolic
    assert at.red_spo2 < at.amber_spo2
    assert at.low_heart_rate < at.high_heart_rate
    assert at.treated_induction_days < at.treated_maintenance_days
    assert at.overdue_induction_days < at.overdue_maintenance_days


def test_the_defaults_of_the_clinical_reference() -> None:
    """Clinical reference, section 4: 165/100 amber, 180/110 red twice, 200/120 red once."""
    at = DEFAULTS
    assert (at.amber_systolic, at.amber_diastolic) == (165, 100)
    assert (at.red_systolic, at.red_diastolic) == (180, 110)
    assert (at.stop_systolic, at.stop_diastolic) == (200, 120)
    assert (at.amber_spo2, at.red_spo2, at.red_sedation) == (94, 90, 3)
    assert (at.high_heart_rate, at.low_heart_rate, at.review_after) == (120, 50, 4)


def test_an_unknown_name_is_refused_by_name() -> None:
    with pytest.raises(ThresholdError, match="There is no threshold 'red_sistolic'"):
        find_limit("red_sistolic")
    with pytest.raises(ThresholdError, match="There is no threshold 'source'"):
        checked_value("source", 1)


def test_whole_numbers_stay_whole() -> None:
    with pytest.raises(ThresholdError, match=r"review_after takes a whole number, not 4\.5"):
        checked_value("review_after", 4.5)
    assert checked_value("review_after", 5.0) == 5
    assert checked_value("interval_factor", 1.25) == 1.25


def test_the_bounds_are_said_with_their_unit() -> None:
    with pytest.raises(
        ThresholdError, match="red_systolic must lie between 120 and 240 mmHg, not 300"
    ):
        checked_value("red_systolic", 300)


def test_slow_improvement_takes_steps_of_five() -> None:
    assert checked_value("slow_improvement", 25) == 25
    with pytest.raises(ThresholdError, match="slow_improvement takes a multiple of 5, not 22"):
        checked_value("slow_improvement", 22)


def test_nothing_set_is_every_default() -> None:
    assert thresholds_from({}) == Thresholds() == DEFAULTS


def test_what_is_set_holds_and_whole_numbers_are_given_back_whole() -> None:
    found = thresholds_from({"red_systolic": 175.0, "interval_factor": 2.5})
    assert found == Thresholds(red_systolic=175, interval_factor=2.5)
    assert isinstance(found.red_systolic, int)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("red_systolic", 900.0),
        ("red_systolic", nan),
        ("red_systolic", inf),
        ("review_after", 4.5),
        ("review_after", 0.0),
        ("slow_improvement", 21.0),
        ("interval_factor", -1.0),
        ("of_another_version", 1.0),
    ],
)
def test_what_a_database_should_not_hold_is_passed_over(name: str, value: float) -> None:
    assert thresholds_from({name: value, "red_spo2": 88.0}) == Thresholds(red_spo2=88)
