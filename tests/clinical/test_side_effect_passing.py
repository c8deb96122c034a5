"""How soon side effects come and pass: every infusion is accounted for."""

import pandas as pd
import pytest

from clinical.chair_time import LostTime
from clinical.side_effect_passing import (
    beyond_chance,
    lasted_curve,
    onset_of,
    passing_by_term,
    passing_of,
)
from clinical.survival import passed_by, time_until


def passed(*rows: tuple[int, int, int | None, int]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["term_key", "open", "minutes", "infusions"])
    return frame.astype({"minutes": "Int64"})


def odd(*rows: tuple[int, int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["term_key", "odd", "infusions"]).astype("int64")


def test_every_infusion_is_on_the_curve_or_accounted_for():
    # Six passed at 0, 10 and 30 minutes, two were open when they left after 20; of seven the
    # minutes are missing: of three they contradict each other, of four they are not recorded.
    found = passing_of(
        passed((1, 0, 0, 2), (1, 0, 10, 2), (1, 0, 30, 2), (1, 1, 20, 2), (1, 0, None, 7)),
        odd((1, 1, 2), (1, 2, 1), (1, 3, 1)),
    )
    assert (found.curve.n, found.not_passed) == (8, 2)
    assert (found.unknown, found.contradictory, found.late) == (4, 3, 1)
    assert found.infusions == 15
    # 1 - S: 2/8 at 0, 4/8 at 10; the two that left at 20 leave two, of which both pass at 30.
    by_ten = passed_by(found.curve, 10)
    assert by_ten is not None
    assert by_ten.share == pytest.approx(0.5)
    assert time_until(found.curve, 0.95) == 30


def test_terms_do_not_mix():
    found = passing_by_term(
        passed((4, 0, 5, 3), (9, 1, 40, 2), (9, 0, None, 1)), odd((9, 2, 1), (4, 3, 1))
    )
    assert list(found) == [4, 9]
    assert (found[4].curve.n, found[4].contradictory, found[4].late) == (3, 0, 1)
    assert (found[9].curve.n, found[9].not_passed, found[9].unknown) == (2, 2, 0)
    assert found[9].contradictory == 1


def test_no_row_is_no_data():
    found = passing_of(passed(), odd())
    assert (found.curve.n, found.infusions) == (0, 0)
    assert passed_by(found.curve, 30) is None
    assert passing_by_term(passed(), odd()) == {}


def test_the_onset_is_told_by_its_quartiles():
    # 5, 10, 10, 20, 30: the quartiles of five values are the second, third and fourth.
    found = onset_of(pd.Series([5, 10, 20, 30, None], dtype="Int64"), pd.Series([1, 2, 1, 1, 6]))
    assert (found.n, found.unknown) == (5, 6)
    assert (found.low, found.median, found.high) == (10, 10, 20)


def test_an_onset_that_is_never_known_has_no_median():
    found = onset_of(pd.Series([None], dtype="Int64"), pd.Series([3]))
    assert (found.n, found.unknown, found.median) == (0, 3, None)


def test_what_had_not_passed_makes_it_last_longer():
    rows = [(0, 30, 2), (1, 40, 1), (0, 60, 1), (0, None, 5)]
    times = pd.DataFrame(rows, columns=["open", "lasted", "infusions"]).astype({"lasted": "Int64"})
    curve = lasted_curve(times)
    # S: 1/2 after 30 minutes; the open one leaves at 40, and the last ends it at 60.
    assert curve.n == 4
    assert time_until(curve, 0.5) == 30
    assert time_until(curve, 0.75) == 60


def lost(total: float, error: float, infusions: int = 100) -> LostTime:
    """Time lost with a standard error: the 95 % interval reaches 1.959964 of them to each side."""
    half = 1.959964 * error
    return LostTime(infusions, 0, total, total - half, total + half)


def test_chair_time_is_judged_over_all_side_effects_together():
    # z of 3 is p 0.0027, of 2.1 p 0.0357: at rank 2 of 3 only 0.0333 is allowed.
    assert beyond_chance([lost(30, 10), lost(-21, 10), lost(5, 10)]) == [True, False, False]
    # By themselves the first two are allowed 0.025 and 0.05.
    assert beyond_chance([lost(30, 10), lost(-21, 10)]) == [True, True]


def test_a_handful_of_infusions_and_missing_times_are_not_judged():
    nothing = LostTime(0, 4, None, None, None)
    assert beyond_chance([lost(90, 10, infusions=19), nothing]) == [False, False]
    assert beyond_chance([LostTime(30, 0, 60.0, 60.0, 60.0)]) == [False]
    assert beyond_chance([]) == []
