"""Numbers in words."""

import pytest

from charts.numbers import p_words, percent, percent_range, points


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (None, "no data"),
        (float("nan"), "no data"),
        (0.0, "0 %"),
        (0.0001, "under 0.1 %"),
        (0.0049, "0.5 %"),
        (0.0994, "9.9 %"),
        (0.0996, "10 %"),
        (0.384, "38 %"),
        (1.0, "100 %"),
    ],
)
def test_percent(share: float | None, words: str):
    assert percent(share).replace("\N{NO-BREAK SPACE}", " ") == words


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(0.58, 0.62, "58–62"), (0.0, 0.0123, "0.0–1.2"), (0.05, 0.2, "5–20"), (None, None, "no data")],
)
def test_percent_range(low: float | None, high: float | None, words: str):
    assert percent_range(low, high) == words


@pytest.mark.parametrize(
    ("difference", "words"),
    [
        (0.151, "+15 points"),
        (-0.02, "−2 points"),
        (0.01, "+1 point"),
        (0.002, "under 1 point"),
        (0.0, "no difference"),
    ],
)
def test_points(difference: float, words: str):
    assert points(difference).replace("\N{NO-BREAK SPACE}", " ") == words


@pytest.mark.parametrize(
    ("p", "words"),
    [
        (0.0004, "p < 0.001"),
        (0.001, "p = 0.001"),
        (0.0034, "p = 0.003"),
        (0.0994, "p = 0.099"),
        (0.0996, "p = 0.10"),
        (0.244, "p = 0.24"),
        (1.0, "p = 1.00"),
        (None, "not compared"),
        (float("nan"), "not compared"),
    ],
)
def test_p_in_words(p, words):
    assert p_words(p) == words
