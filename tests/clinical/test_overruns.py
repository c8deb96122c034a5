"""Overruns and what they are put down to: by hand."""

import pandas as pd
import pytest
from scipy.stats import binomtest

from clinical.overruns import (
    Cause,
    UsualStay,
    cause_shares,
    overrun_shares,
    overruns_most,
    usual_stay,
)


def test_usual_is_the_median_of_what_is_recorded():
    stays = pd.DataFrame(
        {
            "start_delay": [0.0, 10.0, 5.0],
            "infusion_minutes": [40.0, None, 42.0],
            "recovery_minutes": [None, None, None],
        },
        dtype="float64",
    )
    assert usual_stay(stays) == UsualStay(stays=3, start_delay=5.0, infusion=41.0, recovery=None)


def counts(*rows: tuple[int, int, int, int]) -> pd.DataFrame:
    """Site, stays, overruns, minutes over."""
    return pd.DataFrame(list(rows), columns=["site_key", "stays", "overruns", "minutes"])


def test_shares_have_their_denominator_and_interval():
    table = overrun_shares(counts((1, 40, 10, 55), (2, 5, 0, 0), (3, 0, 0, 0)))
    assert table["share"].tolist()[:2] == [0.25, 0.0]
    assert pd.isna(table["share"].iloc[2])
    assert table["mean"].iloc[0] == 5.5
    assert table["mean"].iloc[1:].isna().all()
    interval = binomtest(10, 40).proportion_ci(method="wilson")
    assert table["low"].iloc[0] == pytest.approx(interval.low)
    assert table["high"].iloc[0] == pytest.approx(interval.high)


def test_causes_are_shares_of_all_overruns():
    late, recovery = int(Cause.LATE_START), int(Cause.LONGER_RECOVERY)
    table = cause_shares(pd.DataFrame({late: [3, 1], recovery: [10, 2], int(Cause.UNKNOWN): 0}))
    assert table["cause"].tolist() == [recovery, late]
    assert table["overruns"].tolist() == [12, 4]
    assert table["share"].tolist() == [0.75, 0.25]
    interval = binomtest(12, 16).proportion_ci(method="wilson")
    assert table["low"].iloc[0] == pytest.approx(interval.low)


def test_no_overruns_have_no_causes():
    assert cause_shares(pd.DataFrame({int(Cause.LATE_START): [0]})).empty


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        ([(1, 100, 50, 1), (2, 100, 20, 1), (3, 100, 20, 1)], 0),
        ([(1, 100, 24, 1), (2, 100, 20, 1)], None),  # within chance
        ([(1, 0, 0, 0), (2, 100, 20, 1)], None),
        ([(1, 100, 50, 1)], None),  # nothing to compare with
        ([], None),
    ],
)
def test_a_site_stands_out_only_beyond_chance(rows, place):
    assert overruns_most(overrun_shares(counts(*rows))) == place
