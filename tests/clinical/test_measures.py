"""What outcomes are measured by."""

import pytest

from clinical.instruments import INSTRUMENTS, MADRS, PHQ9, WHO5
from clinical.measures import (
    ENERGY,
    ITEM_MEASURES,
    MEASURE_BY_CODE,
    MEASURES,
    THOUGHTS,
    free_word,
    measure_bit,
)


def test_stored_codes_keep_their_meaning_and_differ_from_those_of_the_instruments():
    assert (ENERGY.code, THOUGHTS.code) == (104, 109)
    assert ITEM_MEASURES == {104: 4, 109: 9}
    assert len(MEASURE_BY_CODE) == len(MEASURES) == 8
    instruments = {instrument.code for instrument in INSTRUMENTS.values()}
    assert instruments.isdisjoint(ITEM_MEASURES)
    assert instruments | set(ITEM_MEASURES) >= set(MEASURE_BY_CODE)


def test_each_measure_has_a_bit_of_its_own():
    assert [measure_bit(each.code) for each in MEASURES] == [1, 2, 4, 8, 16, 32, 64, 128]


def test_a_questionnaire_is_the_instrument_itself():
    assert MEASURE_BY_CODE[PHQ9.code] is PHQ9
    assert MEASURE_BY_CODE[WHO5.code].higher_is_better


@pytest.mark.parametrize("item", [ENERGY, THOUGHTS])
def test_an_item_has_levels_and_no_response_rule(item):
    assert (item.lowest, item.highest, item.higher_is_better) == (0, 3, False)
    assert [item.bands[item.band(level)].name for level in range(4)] == [
        "Not at all",
        "Several days",
        "More than half the days",
        "Nearly every day",
    ]
    assert item.responded(3, 0) is None
    assert [item.remitted(level) for level in range(4)] == [True, False, False, False]
    assert item.improvement_percent(2, 1) == 50
    assert item.improvement_percent(0, 1) is None


def test_what_it_is_called_to_be_free_of_something():
    assert free_word(PHQ9) == free_word(MADRS) == "in remission"
    assert free_word(ENERGY) == free_word(THOUGHTS) == "free of it"
