"""What the Trend view says of other tools' rules."""

import pytest

from clinical.run_rules import unusual_runs
from clinical.trend_rules import Rules
from pages.side_effects.trend_rule_words import price_table, price_words, runs_words


def spaced(words: str) -> str:
    return words.replace("\N{NO-BREAK SPACE}", " ")


# Between 24 and 52 points 36 are 0.524 of the way in logarithms: 20 + 0.524 x 22, 36 + 0.524 x 24.
@pytest.mark.parametrize(
    ("points", "nhs", "rare", "anhoej"),
    [
        (5, "at most 7 %", "at most 10 %", "at most 1 %"),
        (12, "7 %", "10 %", "1 %"),
        (36, "about 32 %", "about 49 %", "about 4 %"),
        (104, "68 %", "86 %", "5 %"),
        (240, "68 % or more", "86 % or more", "5 % or more"),
    ],
)
def test_the_price_is_that_of_charts_of_this_length(points, nhs, rare, anhoej):
    said = spaced(price_words(Rules.NHS, points))
    assert f"mark {nhs} of charts of {points} points on which nothing changes" in said
    assert f"and {rare} where about one infusion a point" in said
    of_runs = spaced(price_words(Rules.ANHOEJ, points))
    assert f"see a change in {anhoej} of charts of {points} points" in of_runs
    for words in (said, of_runs):
        assert "The watch and its icons go by the page's budget" in words


def test_the_table_has_a_row_for_each_length():
    assert spaced(price_table()).splitlines()[2] == "| 12 | 7 % | 10 % | 1 % |"
    assert len(price_table().splitlines()) == 6


def test_runs_are_told_with_what_is_usual():
    # Five above, five below: one crossing where two are usual; a run of 5 where 6 are.
    said = runs_words(unusual_runs([1] * 5 + [-1] * 5, 0.0), "month")
    assert said == (
        "by Anhøj's rules a change: longest run 5 months (usual up to 6), 1 crossing of the median "
        "(usual from 2)"
    )
    assert "no change" in runs_words(unusual_runs([1, -1] * 6, 0.0), "week")
    assert "9 of at least 10 weeks lie off the median" in runs_words(
        unusual_runs([1] * 9, 0.0), "week"
    )
    assert "half of the months or more have the same value" in runs_words(None, "month")
