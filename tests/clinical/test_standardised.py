"""Observed against expected, by infusion number and dose."""

import numpy as np
import pytest

from clinical.codes import DoseBand
from clinical.incidence import proportion
from clinical.side_effect_rates import NUMBER_BANDS
from clinical.standardised import (
    STRATA,
    adjusted,
    expected_by,
    stratum_of,
    stratum_rates,
    totals_by,
)

# Two strata, the first infusion (40 of 100 with it) and later ones (10 of 100), and two sites:
# site 1 had 80 first and 20 later infusions, site 2 20 and 80.
RECORDED, AFFECTED = np.array([100, 100]), np.array([40, 10])
SITES, BANDS, AT_SITES = np.array([1, 1, 2, 2]), np.array([0, 1, 0, 1]), np.array([80, 20, 20, 80])


def test_a_site_with_many_first_infusions_is_expected_to_have_more():
    rates = stratum_rates(RECORDED, AFFECTED)
    assert rates.tolist() == [0.4, 0.1]
    expected = expected_by(SITES, BANDS, AT_SITES, rates)
    # 80 × 0.4 + 20 × 0.1 and 20 × 0.4 + 80 × 0.1; together the 50 that were observed.
    assert expected == pytest.approx([0, 34, 16])
    as_usual, more = adjusted(34, 100, 34.0, 0.25), adjusted(24, 100, 16.0, 0.25)
    assert (as_usual.ratio, as_usual.share) == pytest.approx((1.0, 0.25))
    assert not as_usual.is_clear
    # 24 % is less than the 34 % of the other site and a little less than the 25 % of all, but half
    # as much again as its own infusions would have had.
    assert (more.ratio, more.share) == pytest.approx((1.5, 0.375))
    assert more.crude == proportion(24, 100)


def test_the_interval_is_wilsons_over_the_expected_share():
    # Newcombe 1998: 81 of 263 from 0.2553 to 0.3662; expected 52.6 of 263 are 0.2.
    found = adjusted(81, 263, 52.6, 0.25)
    assert (found.ratio, found.low, found.high) == pytest.approx((1.5399, 1.2765, 1.8310), abs=3e-4)
    assert (found.share_low, found.share_high) == pytest.approx((0.3191, 0.4578), abs=1e-4)
    assert found.is_clear
    assert adjusted(81, 263, 130.0, 0.25).is_clear, "clearly fewer counts as well"


def test_none_observed_is_a_ratio_of_nought_with_an_upper_limit():
    # Newcombe 1998: 0 of 20 up to 0.1611; expected 4 of 20 are 0.2.
    found = adjusted(0, 20, 4.0, 0.2)
    assert (found.ratio, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(0.8056, abs=3e-4)


@pytest.mark.parametrize(
    ("observed", "n", "expected"), [(0, 0, 0.0), (0, 20, 0.0), (3, 20, 0.0), (3, 20, np.nan)]
)
def test_nothing_expected_is_no_data(observed: int, n: int, expected: float):
    found = adjusted(observed, n, expected, 0.25)
    assert (found.ratio, found.low, found.high) == (None, None, None)
    assert (found.share, found.share_low, found.share_high) == (None, None, None)
    assert not found.is_clear


def test_an_adjusted_share_is_never_more_than_all():
    found = adjusted(20, 20, 4.0, 0.5)
    assert (found.ratio, found.share, found.share_high) == (5.0, 1.0, 1.0)


def test_impossible_counts_are_refused():
    with pytest.raises(ValueError, match="21 of 20"):
        adjusted(21, 20, 4.0, 0.5)
    with pytest.raises(ValueError, match="more infusions with the side effect"):
        stratum_rates(np.array([3, 1]), np.array([1, 2]))


def test_a_stratum_without_infusions_takes_the_rate_of_all():
    rates = stratum_rates(np.array([10, 0, 30]), np.array([5, 0, 3]))
    assert rates.tolist() == [0.5, 0.2, 0.1]


def test_where_nothing_was_recorded_nothing_is_known():
    rates = stratum_rates(np.array([0, 0]), np.array([0, 0]))
    assert np.isnan(rates).all()
    found = expected_by(np.array([0, 1]), np.array([0, 1]), np.array([2, 0]), rates)
    assert found == pytest.approx([np.nan, 0.0], nan_ok=True)


def test_rows_are_added_up_in_any_order_and_groups_without_rows_are_there():
    rates = np.array([0.5, 0.1])
    groups, strata, recorded = (
        np.array([2, 0, 2, 2]),
        np.array([0, 1, 1, 0]),
        np.array([1, 5, 2, 3]),
    )
    assert expected_by(groups, strata, recorded, rates, size=5) == pytest.approx(
        [0.5, 0, 2.2, 0, 0]
    )
    assert totals_by(groups, recorded, 5).tolist() == [5, 0, 6, 0, 0]


def test_no_rows_at_all():
    none = np.array([])
    assert expected_by(none, none.astype(int), none, np.array([0.5]), size=2).tolist() == [0, 0]
    assert totals_by(none, none, 2).tolist() == [0, 0]


def test_each_pair_of_bands_is_a_stratum_of_its_own():
    number, dose = np.divmod(np.arange(STRATA), len(DoseBand))
    assert STRATA == len(NUMBER_BANDS) * len(DoseBand) == 48
    assert sorted(stratum_of(number, dose).tolist()) == list(range(48))


def test_small_integers_of_a_query_do_not_overflow():
    bands = stratum_of(np.array([7], np.int8), np.array([5], np.int8))
    assert bands.tolist() == [47]
    thousands = np.array([30_000, 30_000], np.int16)
    assert totals_by(np.array([0, 0], np.int16), thousands, 1).tolist() == [60_000]
    assert stratum_rates(thousands, np.array([6_000, 0], np.int16)).tolist() == [0.2, 0.0]
