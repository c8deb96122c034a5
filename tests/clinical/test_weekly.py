"""The weeks in numbers by hand, and what of a week is beyond chance."""

from datetime import date
from math import isnan
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from clinical.calendar import day_number, week_number
from clinical.codes import AppointmentKind as Kind
from clinical.codes import AppointmentStatus as Status
from clinical.weekly import Change, Watch, changes, is_reference, weekly_table

WEEK = week_number(day_number(date(2026, 11, 16)))
MONDAY = day_number(date(2026, 11, 16))
YEARS, RULES = 1.0, 2


def test_a_week_is_what_its_days_add_up_to():
    counts = pd.DataFrame(
        [
            (MONDAY - 1, Kind.INFUSION, Status.FULFILLED, 5, 0),  # Sunday: the week before
            (MONDAY, Kind.INFUSION, Status.FULFILLED, 6, 0),
            (MONDAY + 2, Kind.INFUSION, Status.NOSHOW, 2, 0),
            (MONDAY + 3, Kind.CONSULTATION, Status.CANCELLED, 4, 1),
            (MONDAY + 6, Kind.FOLLOW_UP, Status.BOOKED, 3, 0),  # today
        ],
        columns=["day", "kind", "status", "appointments", "late_cancelled"],
    )
    use = pd.DataFrame(
        {"open": [480.0, 240.0], "booked": [120.0, 60.0], "used": [100.0, 30.0]},
        index=pd.Index([MONDAY, MONDAY + 6], name="day"),
    )
    others = {"infusions": pd.DataFrame({"week": [WEEK], "infusions": [6]})}
    table = weekly_table(range(WEEK - 1, WEEK + 1), counts, use, others, MONDAY + 6)
    assert table.loc[WEEK].to_dict() == {
        "appointments": 11,
        "due": 8,
        "missed": 2,
        "lost": 3,
        "lost_of": 9,
        "open": 720.0,
        "booked": 180.0,
        "used": 130.0,
        "infusions": 6,
    }
    before = table.loc[WEEK - 1]
    assert (before["appointments"], before["due"], before["infusions"]) == (5, 5, 0)
    assert isnan(float(table["open"].loc[WEEK - 1]))


def weeks(count: int = 57, **last: float) -> pd.DataFrame:
    """Weeks that differ a little from each other; ``last``: what is otherwise in the last."""
    wave = np.arange(count) % 2
    table = pd.DataFrame(
        {
            "appointments": 100 + 4 * wave,
            "due": 90 + 2 * wave,
            "missed": 4 + 2 * wave,
            "lost": 9 + 2 * wave,
            "lost_of": 95 + 2 * wave,
            "open": 6000.0,
            "booked": 3600.0 + 120 * wave,
            "used": 3000.0 + 120 * wave,
            "infusions": 70 + 4 * wave,
            "new_starts": 4 + 2 * wave,
            "stays": 60 + 2 * wave,
            "overran": 12 + wave,
            "freed": 10 + wave,
            "refilled": 3 + wave,
        },
        index=pd.RangeIndex(WEEK - count + 1, WEEK + 1, name="week"),
    )
    for name, value in last.items():
        table[name] = table[name].astype(type(value))
        table.loc[WEEK, name] = value
    return table


def found(table: pd.DataFrame) -> list[tuple[Watch, int]]:
    return [(each.watch, each.direction) for each in changes(table, YEARS, RULES)]


def only(table: pd.DataFrame) -> Change:
    (change,) = changes(table, YEARS, RULES)
    return change


def test_in_stable_weeks_nothing_changes():
    assert found(weeks()) == []


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ({"missed": 20}, [(Watch.MISSED, 1)]),
        ({"lost": 30}, [(Watch.LOST, 1)]),
        ({"used": 4200.0}, [(Watch.USED, 1)]),
        ({"appointments": 50}, [(Watch.APPOINTMENTS, -1)]),
        ({"infusions": 130}, [(Watch.INFUSIONS, 1)]),
        ({"new_starts": 18}, [(Watch.NEW_STARTS, 1)]),
        ({"overran": 32}, [(Watch.OVERRUNS, 1)]),
        ({"overran": 0}, [(Watch.OVERRUNS, -1)]),
        ({"refilled": 10}, [(Watch.REFILLS, 1)]),
        ({"overran": 32, "missed": 20}, [(Watch.MISSED, 1), (Watch.OVERRUNS, 1)]),
        ({"missed": 6, "appointments": 110, "new_starts": 8, "refilled": 5}, []),
    ],
)
def test_a_number_is_named_only_beyond_chance(last, expected):
    assert found(weeks(**last)) == expected


def test_a_share_says_of_how_many_and_what_it_was_before():
    change = only(weeks(missed=20))
    # The 52 weeks before the latest four: half with 4 of 90, half with 6 of 92.
    assert (change.events, change.n, change.since) == (20, 90, None)
    assert change.usual == pytest.approx((26 * 4 + 26 * 6) / (26 * 90 + 26 * 92))


def test_a_rise_of_several_weeks_is_told_from_its_beginning():
    table = weeks()
    table.loc[WEEK - 3 :, "missed"] = 12
    change = only(table)
    assert change.direction == 1
    # No single week of 12 in 90 stands out; the sum of four does.
    assert change.since is not None
    assert WEEK - 5 <= change.since <= WEEK - 3


def test_the_limits_of_a_count_are_those_of_its_own_spread_or_of_chance_whichever_are_wider():
    change = only(weeks(infusions=130))
    alpha = 1 / (52 * 8)
    z = NormalDist().inv_cdf(1 - alpha / 2)
    # Neighbours differ by 4 each week. The 26 weeks before are 13 of 70 and 13 of 74.
    own = 72 + z * 4 / 1.128
    poisson = stats.poisson.isf(alpha / 2, 72)
    assert change.high == pytest.approx(max(own, poisson))
    assert change.usual == pytest.approx(72)


def test_a_week_of_fewer_open_hours_may_have_fewer_appointments():
    half = weeks(
        appointments=50, infusions=36, new_starts=3, open=3000.0, booked=1800.0, used=1500.0
    )
    assert found(half) == []
    assert (Watch.APPOINTMENTS, -1) in found(half.assign(open=6000.0))


def test_without_opening_hours_counts_are_compared_as_they_are():
    unknown = weeks(appointments=30).assign(
        open=float("nan"), booked=float("nan"), used=float("nan")
    )
    assert found(unknown) == [(Watch.APPOINTMENTS, -1)]


def test_a_week_that_was_closed_throughout_is_no_change():
    table = weeks()
    table.loc[WEEK] = 0
    assert found(table) == []


@pytest.mark.parametrize("count", [1, 2, 12])
def test_with_fewer_than_twelve_weeks_before_nothing_is_judged(count):
    assert (
        found(weeks(count, missed=60, appointments=500, overran=60, refilled=10, used=10.0)) == []
    )


def test_the_latest_four_weeks_are_no_reference_and_at_most_52_are():
    reference = is_reference(60)
    assert reference.sum() == 52
    assert not reference[-4:].any()
    assert not reference[:4].any()
    assert is_reference(3).sum() == 0
