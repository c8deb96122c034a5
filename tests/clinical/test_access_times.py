"""How long people wait to be seen and treated."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.stats import CensoredData, ecdf

from clinical.access_times import Until, Way, waits, waits_by

COLUMNS = ["referred", "planned", "seen", "treated", "completed", "waited"]
GAP = None


def ways(*rows: tuple[float | None, ...], people: int = 1) -> pd.DataFrame:
    """Days from the entry, as of :data:`COLUMNS`."""
    frame = pd.DataFrame(list(rows), columns=COLUMNS).astype(dict.fromkeys(COLUMNS[:-1], "Float64"))
    return frame.assign(people=people, site_key=pd.array([1] * len(frame), "Int64"))


TEN = ways(
    (0, 3, 3, 10, 30, 90),
    (0, 5, 5, 12, 40, 90),
    (0, 7, 7, 20, GAP, 60),
    (0, 7, 7, GAP, GAP, 60),  # seen, not treated yet
    (0, 20, GAP, GAP, GAP, 30),  # planned and missed: still waits
    (0, GAP, GAP, GAP, GAP, 4),  # came four days ago
    (0, GAP, GAP, 9, 30, 80),  # treated, never seen: waits to be seen no longer
    (0, 12, 12, 12, GAP, 80),  # both on one day
    (2, 0, 0, 5, GAP, 80),  # seen before the referral: out of order
    (GAP, 0, 0, 4, 25, 80),  # never referred: only on the way from there
)


def test_referral_to_consultation_by_hand():
    found = waits(TEN, Way.SEEN)
    assert (found.n, found.came, found.waiting, found.reversed) == (8, 4 + 1, 3, 1)
    # Came at 3, 5, 7, 7, 12; censored at 4, 9 and 30.
    days = [3, 5, 7, 7, 12]
    km = ecdf(CensoredData(uncensored=days, right=[4, 9, 30])).sf
    assert found.curve.remaining[found.curve.events > 0] == pytest.approx(
        [float(km.evaluate(day)) for day in (3, 5, 7, 12)]
    )
    # S: 7/8 at 3; x 5/6 at 5; x 3/5 at 7: 0.4375; x 1/2 at 12: 0.21875.
    assert found.until(0.5).days == 7
    assert found.until(0.8) == Until(None, 7, None), "over a fifth were never seen to come"


def test_consultation_to_infusion_and_the_whole_way():
    after = waits(TEN, Way.TREATED_AFTER)
    # 7, 7, 13, 0, 5 and 4 days; one still waits, 53 days after the consultation.
    assert after.curve.times.tolist() == [0, 4, 5, 7, 13, 53]
    assert after.curve.events.tolist() == [1, 1, 1, 2, 1, 0]
    assert (after.n, after.waiting, after.reversed) == (7, 1, 0)
    # By 7 days 5 of 7, by 5 days 3 of 7.
    assert after.until(0.5).days == 7
    whole = waits(TEN, Way.TREATED)
    # 10, 12, 20, 9, 12 and (referred two days after the entry) 3; 60, 30 and 4 days so far.
    assert (whole.n, whole.waiting) == (9, 3)
    assert whole.curve.times.tolist() == [3, 4, 9, 10, 12, 20, 30, 60]


def test_what_lies_ahead_has_not_happened():
    planned_only = ways((0, 5, 5, GAP, GAP, 3))
    found = waits(planned_only, Way.SEEN)
    assert (found.n, found.waiting) == (1, 1)
    assert found.curve.times.tolist() == [3]


def test_treated_before_the_consultation_is_out_of_order():
    found = waits(ways((0, 9, 9, 4, GAP, 50), (0, 5, 5, 8, GAP, 50)), Way.TREATED_AFTER)
    assert (found.n, found.reversed) == (1, 1)
    # Seen on day 9, treated on day 4: was seen in the end, nine days after the referral.
    assert waits(ways((0, 9, 9, 4, GAP, 50)), Way.SEEN).until(0.5).days == 9


def test_nobody_is_no_data():
    found = waits(TEN[:0], Way.SEEN)
    assert found.n == 0
    assert found.until(0.5) == Until(None, None, None)


def test_each_row_may_stand_for_several():
    found = waits(ways((0, 3, 3, GAP, GAP, 50), people=7), Way.SEEN)
    assert (found.n, found.came) == (7, 7)


def test_by_site_without_those_who_have_none():
    frame = TEN.assign(site_key=pd.array([1, 1, 1, 2, 2, 2, 2, None, None, None], "Int64"))
    found = waits_by(frame, Way.SEEN, "site_key")
    assert list(found) == [1, 2]
    assert (found[1].n, found[2].n) == (3, 4)
    assert found[1].until(0.9).days == 7


def test_the_interval_is_where_the_band_crosses():
    random = np.random.default_rng(20)
    days, last = random.integers(1, 40, 200), random.integers(5, 60, 200)
    rows = [
        (0, GAP, int(d) if d <= w else GAP, GAP, GAP, int(w))
        for d, w in zip(days, last, strict=True)
    ]
    found = waits(ways(*rows), Way.SEEN)
    came = days <= last
    curve = ecdf(CensoredData(uncensored=days[came], right=last[~came])).sf
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the band is not defined before the first event
        band = curve.confidence_interval(method="log-log")
    until = found.until(0.5)
    for reached, side in ((until.low, band.low), (until.high, band.high)):
        expected = next(day for day in range(100) if side.evaluate(day) <= 0.5)
        assert reached == expected
