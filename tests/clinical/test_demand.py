"""The layers of the coming demand, added up by hand."""

import pandas as pd
import pytest

from clinical.demand import (
    Layer,
    booked_demand,
    demand_by,
    demand_rows,
    thinned,
    weekly_demand,
)

REACH = 1.2815515655446004


def test_booked_appointments_count_by_their_probability():
    booked = pd.DataFrame(
        [(1, 10, 120, True, 0.9), (1, 10, 100, True, 0.5), (1, 10, 60, False, 0.5)],
        columns=["site_key", "week", "minutes", "is_infusion", "attends"],
    )
    (row,) = booked_demand(booked).to_dict("records")
    assert row["layer"] == Layer.BOOKED
    assert row["infusions"] == pytest.approx(1.4)
    # The consultation on a chair is no infusion, but takes its time.
    assert row["minutes"] == pytest.approx(0.9 * 120 + 0.5 * 100 + 0.5 * 60)
    assert row["variance"] == pytest.approx(0.09 + 0.25)
    assert row["minutes_variance"] == pytest.approx(0.09 * 120**2 + 0.25 * (100**2 + 60**2))


def test_every_site_week_and_layer_has_a_row():
    rows = demand_rows(
        Layer.BOOSTERS, [1, 1, 1, 9], [10, 10, 12, 10], [2, 1, 5, 7], [60] * 4, [1] * 4
    )
    found = weekly_demand([rows], sites=[1, 2], weeks=[10, 11])
    # Week 12 and site 9 are not asked for.
    assert len(found) == 2 * 2 * 4
    assert found["infusions"].sum() == 3
    some = found[found["infusions"] > 0].iloc[0]
    assert (some["site_key"], some["week"], some["layer"]) == (1, 10, Layer.BOOSTERS)
    assert (some["minutes"], some["variance"], some["minutes_variance"]) == (180, 2, 2 * 3600)


def test_nothing_at_all_is_a_table_of_zeros():
    found = weekly_demand([], sites=[1], weeks=[10])
    assert found["infusions"].tolist() == [0, 0, 0, 0]
    assert demand_by(found)[["infusions", "low", "high"]].to_numpy().tolist() == [[0, 0, 0]]


def test_the_band_is_that_of_the_sum():
    rows = pd.concat(
        [
            demand_rows(Layer.BOOKED, [1], [10], [10], [100], [9]),
            demand_rows(Layer.NEW_STARTS, [1], [10], [4], [100], [16]),
        ]
    )
    (week,) = demand_by(weekly_demand([rows], [1], [10])).to_dict("records")
    assert (week["low"], week["high"]) == pytest.approx((14 - 5 * REACH, 14 + 5 * REACH))
    assert week["minutes_high"] == pytest.approx(1400 + 500 * REACH)


def test_the_band_ends_at_nothing():
    rows = demand_rows(Layer.BOOKED, [1], [10], [0.5], [100], [4])
    assert demand_by(weekly_demand([rows], [1], [10]))["low"].tolist() == [0]


def test_a_thinned_poisson_count_is_a_poisson_count():
    assert thinned(8.0, 8.0, 0.25) == (2.0, 2.0)
    assert thinned(8.0, 20.0, 1.0) == (8.0, 20.0)
    assert thinned(8.0, 20.0, 0.0) == (0.0, 0.0)
