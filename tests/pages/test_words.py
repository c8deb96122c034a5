"""Words that sentences are made of."""

from datetime import date

from clinical.incidence import proportion
from pages.shared.words import count_words, day_words, listed, rate_words, weekday_words


def test_days():
    assert day_words(date(2026, 11, 5)) == "5 Nov 2026"
    assert weekday_words(date(2026, 11, 5)) == "Thursday 5 November"


def test_numbers_with_their_noun():
    assert count_words(1, "site") == "1 site"
    assert count_words(0, "site") == "0 sites"
    assert count_words(1204, "infusion") == "1,204 infusions"
    assert count_words(2, "more was", "more were") == "2 more were"


def test_rates():
    said = rate_words(proportion(81, 263)).replace("\N{NO-BREAK SPACE}", " ")
    assert said == "31 %, 95 % CI 26–37"
    assert rate_words(proportion(0, 0)) == "no data"


def test_several_things():
    assert listed([]) == ""
    assert listed(["a"]) == "a"
    assert listed(["a", "b"]) == "a and b"
    assert listed(["a", "b", "c"]) == "a, b and c"
