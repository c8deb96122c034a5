"""How soon something is reached, against published medians, scipy's curve and hand counts."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from clinical.time_to import LAST, Median, Unit, hours_at, time_to, time_to_by
from tests.clinical.test_logrank import MERCAPTOPURINE, PLACEBO


def rows(*of: tuple[int, int, int | None, int], group: int = 0) -> pd.DataFrame:
    """From ``room``, ``reached``, ``time`` and ``courses``."""
    frame = pd.DataFrame(list(of), columns=["room", "reached", "time", "courses"])
    return frame.assign(group=group, time=frame["time"].astype("Int64"))


def of_weeks(times: list[int], censored: list[int]) -> pd.DataFrame:
    return rows(*((1, 1 - is_open, time, 1) for time, is_open in zip(times, censored, strict=True)))


@pytest.mark.parametrize(
    ("weeks", "median"),
    [
        # Freireich 1963 in SAS's PROC LIFETEST, whose default is the log-log band: 23 (13 to not
        # reached) and 8 (4 to 11).
        (MERCAPTOPURINE, Median(23, 13, None)),
        (PLACEBO, Median(8, 4, 11)),
    ],
    ids=["6-mercaptopurine", "placebo"],
)
def test_medians_are_the_published_ones(weeks, median):
    assert time_to(of_weeks(*weeks), Unit.DAYS, least=1).median == median


def test_the_share_by_a_time_is_scipys():
    times, censored = (np.array(each) for each in MERCAPTOPURINE)
    sample = stats.CensoredData(uncensored=times[censored == 0], right=times[censored == 1])
    curve = stats.ecdf(sample).sf
    band = curve.confidence_interval(method="log-log")
    found = time_to(of_weeks(*MERCAPTOPURINE), Unit.DAYS, least=1)
    share = found.share_by(16)
    assert share is not None
    assert share.share == pytest.approx(1 - curve.evaluate(16), abs=1e-6)
    assert share.low == pytest.approx(1 - band.high.evaluate(16), abs=1e-6)
    assert share.high == pytest.approx(1 - band.low.evaluate(16), abs=1e-6)


def test_a_flat_piece_at_one_half_begins_the_median():
    # Of four two by day 2, the third on day 5: R prints 3.5, the middle of the flat piece.
    found = time_to(rows((1, 1, 1, 1), (1, 1, 2, 1), (1, 1, 5, 2)), Unit.DAYS, least=1)
    assert found.median.time == 2


def test_those_who_could_not_reach_it_are_left_out_and_counted():
    found = time_to(
        rows((0, 1, 3, 2), (0, 0, None, 1), (1, 0, None, 4), (1, 1, 3, 5), (1, 0, 9, 6)),
        Unit.DAYS,
        least=5,
    )
    assert (found.n, found.no_room, found.unscored) == (11, 3, 4)
    assert (found.seen.events, found.seen.n) == (5, 11)
    # Eleven at risk on day 3, six on day 9.
    assert found.until == 9
    assert found.share_by(3).share == pytest.approx(5 / 11)  # type: ignore[union-attr]


def test_the_curve_ends_where_too_few_are_at_risk():
    # 8 at risk on day 1, then 6, 4 and 1.
    watched = rows((1, 1, 1, 2), (1, 1, 2, 2), (1, 1, 3, 3), (1, 1, 4, 1))
    found = time_to(watched, Unit.DAYS, least=5)
    assert found.until == 2
    assert found.share_by(3) is None
    # Half had by day 2, while 6 were at risk; with a higher limit that is not told.
    assert found.median.time == 2
    assert time_to(watched, Unit.DAYS, least=7).median.time is None
    assert time_to(watched, Unit.DAYS, least=9).until == 0


@pytest.mark.parametrize("unit", list(Unit))
def test_what_comes_after_the_end_of_the_axis_was_not_reached_by_it(unit):
    last = LAST[unit]
    found = time_to(rows((1, 1, last, 5), (1, 1, last + 1, 5)), unit, least=1)
    assert (found.seen.events, found.until) == (5, last)


@pytest.mark.parametrize(
    ("watched", "seen", "median"),
    [
        (rows(), 0, Median(None, None, None)),
        (rows((1, 0, 9, 7)), 0, Median(None, None, None)),
        # All at once: the band is not defined where none are left.
        (rows((1, 1, 3, 7)), 7, Median(3, None, None)),
        (rows((1, 1, 3, 1)), 1, Median(None, None, None)),
        (rows((1, 0, None, 7)), 0, Median(None, None, None)),
    ],
    ids=["no course", "nobody", "all at once", "one course", "all missing"],
)
def test_bad_input_gives_no_wrong_figure(watched, seen, median):
    found = time_to(watched, Unit.DAYS, least=5)
    assert found.seen.events == seen
    assert found.median == median


def test_groups_are_those_that_were_put_together():
    of_three = pd.concat(
        [rows((1, 1, 2, 6), group=1), rows((1, 1, 3, 2), group=2), rows((1, 0, 4, 3), group=7)]
    )
    one, others = time_to_by(of_three, [(1,), (2, 7)], Unit.DAYS, least=5)
    assert (one.n, others.n, others.seen.events) == (6, 5, 2)


def test_the_hours_of_a_day_lie_between_those_of_its_neighbours():
    low, high = hours_at(2, Unit.DAYS)
    # A score 24 hours after the start is of day 1, one a minute later of day 2.
    assert 24 < low < 24 + 1 / 60 < 48 < high
    assert hours_at(1, Unit.DAYS)[1] < low
    assert hours_at(3, Unit.DAYS)[0] > high
    assert hours_at(24, Unit.HOURS)[1] == pytest.approx(24 + 1 / 120)
