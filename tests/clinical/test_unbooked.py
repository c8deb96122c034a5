"""Boosters and new starts that nobody has booked, worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from clinical.demand import Layer
from clinical.forecast import STEPS, forecast_starts
from clinical.unbooked import (
    BLOCK_MINUTES,
    booster_demand,
    late_share,
    part_left,
    start_demand,
    unbooked_starts,
    usual_block,
    weeks_ahead,
)

LEADS = pd.DataFrame({"lead_days": [3.0, 10.0, 40.0], "infusions": [1, 2, 1]})


def test_what_is_left_of_a_week():
    assert [part_left(weekday) for weekday in range(1, 8)] == [0.8, 0.6, 0.4, 0.2, 0, 0, 0]


def test_the_weeks_ahead_of_a_wednesday():
    ahead = weeks_ahead(today=102, monday=100, week=14)
    assert ahead.weeks == list(range(14, 14 + STEPS))
    # To Thursday or Friday one day, to the next Wednesday seven.
    assert ahead.to_go[:3] == [1, 7, 14]
    assert ahead.parts == [0.4, *[1.0] * 8]


def test_how_many_are_booked_later_than_that():
    assert late_share(LEADS, 3) == 0
    assert late_share(LEADS, 4) == 0.25
    assert late_share(LEADS, 41) == 1
    assert late_share(LEADS.head(0), 7) is None


def test_boosters_that_are_still_to_be_booked():
    ahead = weeks_ahead(102, 100, 14)
    found = booster_demand({1: 6.0, 2: 2.0}, LEADS, [0.0] * STEPS, ahead, {1: 100.0, 2: 120.0})
    first = found[found["site_key"] == 1]["infusions"].tolist()
    # Days to go: 1, 7, 14, 21, 28, 35, 42: of four 0, 1, 3, 3, 3, 3, 4 were booked later than that.
    assert first == pytest.approx(
        [6 * share for share in [0, 0.25, 0.75, 0.75, 0.75, 0.75, 1, 1, 1]]
    )
    assert found["variance"].tolist() == found["infusions"].tolist()
    assert found[found["site_key"] == 2]["minutes"].iloc[1] == pytest.approx(2 * 0.25 * 120)
    assert set(found["layer"]) == {Layer.BOOSTERS}


def test_boosters_are_no_more_than_the_books_leave():
    ahead = weeks_ahead(102, 100, 14)
    booked = [0, 7, 4, 10, 0, 0, 0, 0, 0]
    found = booster_demand({1: 8.0}, LEADS, booked, ahead, {1: 100.0})
    assert found["infusions"].tolist()[:5] == pytest.approx([0, 1, 4, 0, 6])


def test_no_booking_times_and_no_boosters_give_nothing():
    ahead = weeks_ahead(102, 100, 14)
    none = booster_demand({1: 8.0}, LEADS.head(0), [0.0] * STEPS, ahead, {1: 100.0})
    assert none["infusions"].sum() == 0
    assert booster_demand({}, LEADS, [0.0] * STEPS, ahead, {}).empty
    assert booster_demand({1: 0.0}, LEADS, [0.0] * STEPS, ahead, {1: 1.0})["infusions"].sum() == 0


def constant(level):
    found = forecast_starts(np.full(40, level))
    assert found is not None
    return found


def test_new_starts_bring_their_courses():
    # 4 a week for certain; the week under way has 0.4 left; booked: 1 of the next week.
    profile = np.array([2.0, 1.0, *[0.0] * 7])
    booked = [0.0, 1.0, *[0.0] * 7]
    parts = [0.4, *[1.0] * 8]
    found = unbooked_starts(constant(4.0), booked, parts, profile)
    assert found.starts[:3].tolist() == pytest.approx([1.6, 3, 4])
    assert found.infusions[:3].tolist() == pytest.approx([3.2, 6 + 1.6, 8 + 3])


def test_more_booked_than_forecast_leaves_none():
    found = unbooked_starts(constant(4.0), [9.0] * STEPS, [1.0] * STEPS, np.ones(STEPS))
    assert found.starts.tolist() == [0] * STEPS
    assert found.variance.tolist() == [0] * STEPS


def test_no_starts_at_all():
    found = unbooked_starts(constant(0.0), [0.0] * STEPS, [1.0] * STEPS, np.ones(STEPS))
    assert found.infusions.tolist() == [0] * STEPS


def test_sites_share_the_starts_and_their_variance():
    found = unbooked_starts(constant(4.0), [0.0] * STEPS, [1.0] * STEPS, np.ones(STEPS))
    ahead = weeks_ahead(102, 100, 14)
    rows = start_demand(found, {1: 0.75, 2: 0.25}, ahead, {1: 100.0, 2: 120.0})
    assert rows["infusions"].sum() == pytest.approx(found.infusions.sum())
    assert rows["variance"].sum() == pytest.approx(found.variance.sum())
    assert rows[rows["site_key"] == 2]["infusions"].iloc[0] == 1
    assert rows[rows["site_key"] == 2]["minutes"].iloc[0] == 120


def test_the_usual_block_of_a_site():
    given = pd.DataFrame([(1, 100, 3), (1, 120, 2)], columns=["site_key", "minutes", "infusions"])
    booked = pd.DataFrame([(2, 90), (2, 95), (2, 95)], columns=["site_key", "minutes"])
    found = usual_block(given, booked, [1, 2, 3])
    # Site 3 has nothing: the median of 100 100 100 120 120 90 95 95.
    assert found == {1: 100, 2: 95, 3: 100}
    assert usual_block(given.head(0), booked.head(0), [1]) == {1: BLOCK_MINUTES}
