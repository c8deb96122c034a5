"""The expected course against textbook quantiles, and the outlook against counts made by hand."""

from collections import Counter
from fractions import Fraction
from math import floor, isnan, nan
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest

from clinical.codes import DiagnosisGroup
from clinical.expected import (
    COMPARED,
    FEWEST,
    GROUP_NEEDS,
    PERCENTILES,
    Track,
    comparison_group,
    expected_course,
    outlook,
    track,
)
from clinical.instruments import PHQ9, WHO5, Instrument
from clinical.thresholds import LIMITS

NAMES = ["p10", "p25", "p50", "p75", "p90"]
RESISTANT, MAJOR = DiagnosisGroup.TREATMENT_RESISTANT, DiagnosisGroup.MAJOR


def counted(*totals: float, number: int = 1) -> pd.DataFrame:
    """Scores of one step, counted as the totals of the database are."""
    counts = Counter(totals)
    return pd.DataFrame(
        {"number": number, "total": list(counts), "scores": list(counts.values())}
    ).astype({"total": "float64", "scores": "int64"})


def percentiles(course: pd.DataFrame, number: int = 1) -> list[float]:
    return [float(value) for value in course.loc[course["number"] == number, NAMES].iloc[0]]


# --- percentiles ------------------------------------------------------------------------------


def test_the_percentiles_of_one_to_ten_are_those_of_r() -> None:
    """R: ``quantile(1:10, c(.1, .25, .5, .75, .9))`` gives 1.9, 3.25, 5.5, 7.75, 9.1."""
    course = expected_course(counted(*range(1, 11)))
    assert percentiles(course) == [1.9, 3.25, 5.5, 7.75, 9.1]
    assert course[["number", "n"]].to_numpy().tolist() == [[1, 10]]


def exact_type_7(values: list[int], percentile: int) -> Fraction:
    """Hyndman and Fan 1996, type 7, in fractions: no rounding anywhere."""
    ordered = sorted(values)
    place = Fraction(percentile * (len(ordered) - 1), 100)
    low = floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def samples() -> list[list[int]]:
    chance = Random(7)
    return [[chance.randrange(28) for _ in range(chance.randrange(10, 60))] for _ in range(200)]


def test_the_percentiles_are_those_of_everybody_listed_one_by_one() -> None:
    for values in samples():
        found = percentiles(expected_course(counted(*values)))
        assert found == pytest.approx(np.percentile(values, PERCENTILES).tolist(), abs=1e-8)


def test_a_score_is_judged_as_by_percentiles_without_rounding() -> None:
    for values in samples():
        course = expected_course(counted(*values))
        behind, slow = exact_type_7(values, 90), exact_type_7(values, 75)
        for total in range(28):
            expected = (
                Track.BEHIND if total > behind else Track.SLOW if total > slow else Track.ON_TRACK
            )
            assert track(PHQ9, total, course, 1) is expected


def test_a_percentile_that_is_a_whole_number_is_exactly_it() -> None:
    """Nine times 0 and a 10: the 90th percentile lies a tenth of the way between, at 1."""
    course = expected_course(counted(*[0] * 9, 10))
    assert percentiles(course)[-1] == 1
    assert track(PHQ9, 1, course, 1) is Track.SLOW


@pytest.mark.parametrize(("n", "known"), [(9, False), (10, True)])
def test_no_percentile_is_given_of_fewer_than_ten(n: int, known: bool) -> None:
    course = expected_course(counted(*[12] * n))
    assert course["n"].tolist() == [n]
    assert all(value == 12 if known else isnan(value) for value in percentiles(course))
    assert FEWEST == 10


def test_each_step_has_its_own_n_in_order() -> None:
    steps = [
        counted(*[5] * 3, number=2),
        counted(*range(1, 11), number=1),
        counted(*[20] * 30, number=0),
    ]
    course = expected_course(pd.concat(steps))
    assert course[["number", "n"]].to_numpy().tolist() == [[0, 30], [1, 10], [2, 3]]
    assert percentiles(course, 0) == [20] * 5
    assert percentiles(course, 1) == [1.9, 3.25, 5.5, 7.75, 9.1]
    assert all(isnan(value) for value in percentiles(course, 2))


def test_the_same_total_of_several_groups_is_added_up() -> None:
    both = pd.concat([counted(*[4] * 6), counted(*[4] * 5)])
    assert expected_course(both)["n"].tolist() == [11]


def test_nobody_comparable_is_an_empty_course() -> None:
    course = expected_course(counted())
    assert course.empty
    assert list(course.columns) == ["number", "n", *NAMES]
    assert track(PHQ9, 10, course, 1) is Track.UNKNOWN


# --- whom to compare with ---------------------------------------------------------------------


def reached(group: DiagnosisGroup, *scores: int, number: int = 3) -> pd.DataFrame:
    return pd.DataFrame(
        {"diagnosis_group": int(group), "number": number, "total": 10.0, "scores": list(scores)}
    )


@pytest.mark.parametrize(("scores", "expected"), [((10, 9), None), ((10, 10), RESISTANT)])
def test_the_group_is_asked_for_where_twenty_have_come_as_far(
    scores: tuple[int, ...], expected: DiagnosisGroup | None
) -> None:
    counts = pd.concat(
        [
            reached(RESISTANT, *scores),
            reached(RESISTANT, 50, number=2),  # they had not come as far
            reached(MAJOR, 50),
        ]
    )
    assert comparison_group(counts, RESISTANT, 3) is expected
    assert GROUP_NEEDS == 20


def test_those_without_a_diagnosis_are_no_group() -> None:
    counts = reached(DiagnosisGroup.UNKNOWN, 50)
    assert comparison_group(counts, DiagnosisGroup.UNKNOWN, 3) is None
    assert comparison_group(counts.head(0), RESISTANT, 3) is None


# --- on track ---------------------------------------------------------------------------------


def course_of(**values: float) -> pd.DataFrame:
    return pd.DataFrame([{"number": 3, "n": 40} | values])


FAN = course_of(p10=4, p25=7, p50=10, p75=13.5, p90=18)
WELL_BEING = course_of(p10=20, p25=32, p50=44, p75=60, p90=72)


@pytest.mark.parametrize(
    ("instrument", "course", "total", "expected"),
    [
        (PHQ9, FAN, 0, Track.ON_TRACK),
        (PHQ9, FAN, 13, Track.ON_TRACK),
        (PHQ9, FAN, 13.5, Track.ON_TRACK),  # exactly the percentile
        (PHQ9, FAN, 14, Track.SLOW),
        (PHQ9, FAN, 18, Track.SLOW),
        (PHQ9, FAN, 19, Track.BEHIND),
        (WHO5, WELL_BEING, 100, Track.ON_TRACK),  # higher is better
        (WHO5, WELL_BEING, 32, Track.ON_TRACK),
        (WHO5, WELL_BEING, 28, Track.SLOW),
        (WHO5, WELL_BEING, 20, Track.SLOW),
        (WHO5, WELL_BEING, 16, Track.BEHIND),
    ],
)
def test_track(instrument: Instrument, course: pd.DataFrame, total: float, expected: Track) -> None:
    assert track(instrument, total, course, 3) is expected


def test_a_step_without_percentiles_is_not_comparable() -> None:
    assert track(PHQ9, 10, FAN, 4) is Track.UNKNOWN
    unknown = course_of(**dict.fromkeys(NAMES, nan))
    assert track(PHQ9, 10, unknown, 3) is Track.UNKNOWN


# --- what became of them ----------------------------------------------------------------------


def followed(*rows: tuple[int, int, int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["number", "step", "patients", "responded"])


LATER = followed(
    (3, -3, 7, 1),  # 15 to 11 % worse
    (3, 0, 20, 3),
    (3, 3, 14, 5),  # 15 to 19 % better
    (3, 4, 10, 4),  # from 20 %
    (3, 9, 5, 4),  # 45 to 49 %
    (3, 10, 30, 29),  # a response already
    (2, 3, 99, 0),  # another step
)


@pytest.mark.parametrize(
    ("percent", "expected"),
    [
        (-40.0, (None, 20, 9, 41)),
        (19.999, (None, 20, 9, 41)),
        (20.0, (20, 50, 8, 15)),  # exactly the limit is no longer slow
        (49.999, (20, 50, 8, 15)),
        (50.0, None),  # exactly a response
        (90.0, None),
    ],
)
def test_outlook(percent: float, expected: tuple[Any, ...] | None) -> None:
    found = outlook(LATER, 3, percent, 20)
    if expected is None:
        assert found is None
    else:
        assert found is not None
        assert found.number == 3
        rate = found.responded
        assert (found.low, found.high, rate.events, rate.n) == expected


def test_the_limit_of_slow_can_be_set() -> None:
    found = outlook(LATER, 3, 17.0, 15)
    assert found is not None
    assert (found.low, found.high, found.responded.n) == (15, 50, 29)
    widest = outlook(LATER, 3, 49.0, 50)
    assert widest is not None
    assert (widest.low, widest.high, widest.responded.n) == (None, 50, 56)


def test_nine_of_41_have_the_interval_that_wilson_gives() -> None:
    """By hand: p = 9/41, z = 1.96: (0.2195 + 0.0469 -+ 0.1350) / 1.0937 = 12.0 to 36.7 %."""
    found = outlook(LATER, 3, 10.0, 20)
    assert found is not None
    rate = found.responded
    assert rate.estimate == pytest.approx(9 / 41)
    assert rate.low == pytest.approx(0.1200, abs=5e-4)
    assert rate.high == pytest.approx(0.3670, abs=5e-4)


def test_nobody_alike_is_none_of_none() -> None:
    found = outlook(LATER.head(0), 3, 10.0, 20)
    assert found is not None
    assert (found.responded.n, found.responded.estimate) == (0, None)


def test_the_slow_threshold_is_a_multiple_of_the_step() -> None:
    (limit,) = [limit for limit in LIMITS if limit.name == "slow_improvement"]
    assert limit.default % 5 == limit.lowest % 5 == limit.highest % 5 == 0


def test_every_compared_instrument_has_bands_for_the_baseline() -> None:
    assert all(len(instrument.bands) >= 2 for instrument in COMPARED)
