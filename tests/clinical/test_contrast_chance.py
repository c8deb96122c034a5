"""Whether a difference is more than chance gives."""

import pytest

from clinical.contrast_chance import beyond_chance, beyond_chance_of, expected_by_chance
from clinical.contrasts import Contrast


def of(
    difference: float | None, n: int = 200, values: tuple[float, float] = (0.5, 0.5)
) -> Contrast:
    return Contrast("age", None, *values, n, n, difference)


@pytest.mark.parametrize(
    ("difference", "alone", "of_hundred"),
    [
        # Of 200 and 200: 1.96 × sqrt(1/200 + 1/200) = 0.196; of 100: 3.481 × 0.1 = 0.348
        # (the quantile of 1 - 0.05 / 200 by scipy.stats.norm).
        (0.19, False, False),
        (0.20, True, False),
        (-0.20, True, False),
        (0.34, True, False),
        (0.35, True, True),
        (-0.35, True, True),
    ],
)
def test_of_many_differences_the_largest_must_be_larger(difference, alone, of_hundred):
    assert beyond_chance(of(difference)) is alone
    assert beyond_chance_of(of(difference), 100) is of_hundred


def test_a_complete_difference_is_beyond_chance_and_an_unknown_one_is_not():
    assert beyond_chance_of(of(None, values=(1.0, 0.0)), 1_000)
    assert not beyond_chance(of(None))


def test_one_in_twenty_is_expected_by_chance():
    assert expected_by_chance(260) == pytest.approx(13)
