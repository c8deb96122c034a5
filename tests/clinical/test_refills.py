"""Freed slots that were given to somebody else."""

import pandas as pd
import pytest
from scipy.stats import binomtest

from clinical.refills import NOTICE_BANDS, SHORT_NOTICE, refill_rates, refilled


def test_every_band_has_its_share_and_an_empty_one_no_data():
    counts = pd.DataFrame(
        {"notice": [0, 1, 1, 4], "slots": [10, 5, 15, 8], "refilled": [0, 1, 3, 6]}
    )
    rates = refill_rates(counts)
    assert rates["slots"].tolist() == [10, 20, 0, 0, 8, 0]
    assert rates["refilled"].tolist() == [0, 4, 0, 0, 6, 0]
    assert rates["share"].fillna(-1).tolist() == [0.0, 0.2, -1, -1, 0.75, -1]
    found = binomtest(4, 20).proportion_ci(method="wilson")
    assert (rates["low"].iloc[1], rates["high"].iloc[1]) == pytest.approx((found.low, found.high))
    assert (refilled(rates).events, refilled(rates).n) == (10, 38)
    short = refilled(rates, range(SHORT_NOTICE))
    assert (short.events, short.n) == (4, 30)


def test_nothing_freed_is_no_data():
    rates = refill_rates(pd.DataFrame({"notice": [], "slots": [], "refilled": []}, dtype="int64"))
    assert len(rates) == len(NOTICE_BANDS)
    assert rates["share"].isna().all()
    assert refilled(rates).estimate is None
