"""The exposure ledger's rules, each at its boundary."""

from datetime import date

import pytest

from clinical.calendar import day_number
from clinical.codes import Phase
from clinical.exposure import (
    Check,
    CheckKind,
    Dose,
    DrugTotal,
    Trend,
    booster_intervals,
    check_states,
    drug_totals,
    frequent_days,
    interval_trend,
    whole_months,
)
from clinical.thresholds import DEFAULTS, Thresholds

TODAY = day_number(date(2026, 11, 25))
BLADDER, LIVER, WEIGHT, COGNITION = CheckKind


def dose(day: int, phase: Phase = Phase.MAINTENANCE, series: int = 2, **others: object) -> Dose:
    return Dose(day, series, phase, **{"drug": "ketamine", "dose_mg": 40.0, **others})  # type: ignore[arg-type]


def due(kind: CheckKind, doses: list[Dose], *checks: Check, limits: Thresholds = DEFAULTS):
    states = {state.kind: state for state in check_states(doses, checks, limits, TODAY)}
    return states[kind].due_day, states[kind].due


def test_esketamine_is_counted_apart():
    doses = [
        dose(TODAY - 500),
        dose(TODAY - 10, drug="esketamine", dose_mg=84.0),
        dose(TODAY, dose_mg=45.5),
    ]
    assert drug_totals(doses, TODAY) == [
        DrugTotal("ketamine", 2, 1, 85.5),
        DrugTotal("esketamine", 1, 1, 84.0),
    ]


def test_the_last_12_months_begin_after_the_same_day_last_year():
    on_it, after_it = day_number(date(2025, 11, 25)), day_number(date(2025, 11, 26))
    (total,) = drug_totals([dose(on_it), dose(after_it)], TODAY)
    assert (total.infusions, total.last_12_months) == (2, 1)
    leap_day = day_number(date(2028, 2, 29))
    (total,) = drug_totals([dose(day_number(date(2027, 3, 1)))], leap_day)
    assert total.last_12_months == 1


@pytest.mark.parametrize(
    ("first", "today", "months"),
    [
        (date(2026, 1, 15), date(2026, 3, 14), 1),
        (date(2026, 1, 15), date(2026, 3, 15), 2),
        (date(2025, 12, 31), date(2026, 1, 1), 0),
        (date(2025, 11, 25), date(2026, 11, 25), 12),
    ],
)
def test_whole_months(first: date, today: date, months: int):
    assert whole_months(day_number(first), day_number(today)) == months


def test_intervals_are_those_of_the_latest_maintenance_series():
    doses = [
        dose(0, Phase.INDUCTION, series=1),
        dose(20),
        dose(48),
        dose(400, Phase.INDUCTION, series=3),
        dose(430, series=4),
        dose(458, series=4),
        dose(490, series=4),
    ]
    assert booster_intervals(doses) == [(458, 28), (490, 32)]
    assert booster_intervals(doses[:1]) == []


@pytest.mark.parametrize(
    ("intervals", "trend"),
    [
        ([], None),
        ([28], Trend(28, 1, None, 0)),
        ([28, 30, 35], Trend(30, 3, None, 0)),
        ([21, 28, 30, 35], Trend(30, 3, 21, 1)),
        ([28, 29, 26, 30, 32, 40, 33], Trend(33, 3, 28.5, 4)),
    ],
)
def test_the_last_three_intervals_against_those_before(intervals: list[int], trend: Trend | None):
    assert interval_trend(intervals) == trend


@pytest.mark.parametrize(
    ("days", "found"),
    [
        ([0, 2, 4], []),  # three in a week, but at the beginning
        ([0, 57, 59, 61], []),  # day 61 is not beyond two months
        ([0, 58, 60, 62], [62]),  # day 62 is
        ([0, 70, 73, 77], []),  # the 70th to the 77th day are eight days
        ([0, 70, 73, 76], [76]),  # seven days
        ([0, 100, 103, 107, 110], []),  # two in each seven days
        ([0, 183, 185, 187], []),  # after more than 182 days a new treatment begins
        ([0, 182, 184, 186], [186]),  # after 182 days it does not
        ([], []),
    ],
)
def test_more_than_two_a_week_beyond_two_months(days: list[int], found: list[int]):
    assert frequent_days(days) == found


@pytest.mark.parametrize(("ago", "is_due"), [(181, False), (182, True), (183, True)])
def test_bladder_by_days(ago: int, is_due: bool):
    check = Check(BLADDER, TODAY - ago)
    assert due(BLADDER, [dose(TODAY - 300)], check) == (TODAY - ago + 182, is_due)


@pytest.mark.parametrize(("count", "is_due"), [(11, False), (12, True), (13, True)])
def test_bladder_by_infusions(count: int, is_due: bool):
    """The twelfth infusion after the check makes it due, on its own day."""
    check = Check(BLADDER, TODAY - 100)
    doses = [dose(TODAY - 100), *(dose(TODAY - 90 + 7 * number) for number in range(count))]
    day = TODAY - 90 + 7 * 11 if is_due else TODAY - 100 + 182
    assert due(BLADDER, doses, check) == (day, is_due)


def test_bladder_never_recorded_counts_from_the_first_infusion():
    assert due(BLADDER, [dose(TODAY - 182)]) == (TODAY, True)
    assert due(BLADDER, [dose(TODAY - 181)]) == (TODAY + 1, False)
    twelve = [dose(TODAY - 24 + 2 * number) for number in range(12)]
    assert due(BLADDER, twelve) == (TODAY - 2, True)


@pytest.mark.parametrize(("ago", "is_due"), [(181, False), (182, True)])
def test_liver_in_maintenance(ago: int, is_due: bool):
    doses = [dose(TODAY - 300, Phase.INDUCTION, series=1), dose(TODAY - 20)]
    assert due(LIVER, doses, Check(LIVER, TODAY - ago))[1] is is_due
    assert due(LIVER, doses) == (TODAY - 300 + 182, True)


def test_liver_is_not_due_in_induction():
    doses = [dose(TODAY - 400), dose(TODAY - 3, Phase.INDUCTION, series=3)]
    assert due(LIVER, doses, Check(LIVER, TODAY - 390)) == (None, False)


@pytest.mark.parametrize(("ago", "is_due"), [(29, False), (30, True)])
def test_weight_by_its_age(ago: int, is_due: bool):
    assert due(WEIGHT, [dose(TODAY - 90)], Check(WEIGHT, TODAY - ago))[1] is is_due
    assert due(WEIGHT, [dose(TODAY - ago, weight_kg=80.0)])[1] is is_due


def test_the_later_of_a_weighing_and_an_infusions_weight_counts():
    doses = [dose(TODAY - 40, weight_kg=80.0), dose(TODAY - 10, weight_kg=81.5)]
    (state,) = [
        state
        for state in check_states(doses, [Check(WEIGHT, TODAY - 20)], DEFAULTS, TODAY)
        if state.kind is WEIGHT
    ]
    assert state.last == Check(WEIGHT, TODAY - 10, None, "81.5")
    # On the same day the weighing itself counts.
    same_day = Check(WEIGHT, TODAY - 10, "abnormal", "70")
    states = check_states(doses, [same_day], DEFAULTS, TODAY)
    assert next(state.last for state in states if state.kind is WEIGHT) == same_day


def test_no_weight_at_all_has_been_due_from_the_first_infusion():
    assert due(WEIGHT, [dose(TODAY)]) == (TODAY, True)


def test_limits_are_settings():
    check = Check(BLADDER, TODAY - 60)
    assert due(BLADDER, [dose(TODAY - 90)], check, limits=Thresholds(bladder_days=60))[1]


def test_cognition_is_listed_only_where_it_was_recorded_and_has_no_limit():
    doses = [dose(TODAY)]
    assert [state.kind for state in check_states(doses, [], DEFAULTS, TODAY)] == [
        BLADDER,
        LIVER,
        WEIGHT,
    ]
    check = Check(COGNITION, TODAY - 900, "abnormal")
    last = check_states(doses, [check], DEFAULTS, TODAY)[-1]
    assert (last.kind, last.due_day, last.due, last.abnormal) == (COGNITION, None, False, True)
