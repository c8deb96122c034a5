"""The standardised mean change, against published worked examples."""

from math import sqrt

import pytest

from clinical.effect_size import effect_size


@pytest.mark.parametrize(
    ("means", "deviations", "correlation", "n", "expected"),
    [
        # The two examples of ci.stdmean.ps in the R package statpsych, whose author published the
        # interval (Bonett 2008); the line "Unweighted standardizer" of versions 1.7.0 and 2.0.0.
        ((110.4, 102.1), (15.3, 14.6), 0.75, 25, (0.5550319, 0.2394905, 0.8705732)),
        ((602.4, 705.6), (33.17, 51.08), 0.769, 8, (-2.3963, -3.6744, -1.1182)),
    ],
)
def test_the_effect_and_its_interval_are_as_published(means, deviations, correlation, n, expected):
    first, second = deviations
    of_change = sqrt(first**2 + second**2 - 2 * correlation * first * second)
    found = effect_size(n, means[0] - means[1], first, second, of_change)
    decimals = 7 if n == 25 else 4
    assert found is not None
    assert tuple(round(value, decimals) for value in found) == expected


def test_without_a_spread_there_is_no_effect_size():
    assert effect_size(9, 5.0, 0.0, 0.0, 0.0) is None
    assert effect_size(1, 5.0, 2.0, 2.0, 0.0) is None


def test_a_spread_on_one_side_is_enough():
    # All began at the same score: the standardiser is sqrt((0 + 16) / 2), the changes spread as the
    # later scores do. Bonett by hand: (d² 16² / (8 · 8²) + 16 / 8) / 9, d = 5 / sqrt(8).
    found = effect_size(10, 5.0, 0.0, 4.0, 4.0)
    half = 1.959963984540054 * sqrt((25 / 8 * 256 / 512 + 2) / 9)
    assert found == pytest.approx((5 / sqrt(8), 5 / sqrt(8) - half, 5 / sqrt(8) + half))
