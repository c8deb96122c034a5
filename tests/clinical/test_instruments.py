"""Scoring, bands, response and remission against the published rules."""

import pytest

from clinical.instruments import (
    CADSS,
    CSSRS,
    GAD7,
    INSTRUMENT_BY_CODE,
    INSTRUMENTS,
    MADRS,
    PCL5,
    PHQ9,
    QIDS_SR16,
    WHO5,
    score_qids,
    score_who5,
)


def qids(**scores: int) -> list[int]:
    """Sixteen QIDS items, 0 except the ones given as ``item_4=2``."""
    return [scores.get(f"item_{number}", 0) for number in range(1, 17)]


def test_qids_sleep_counts_its_highest_item_only():
    # Rush 2003: domain 1 is the highest of items 1 to 4.
    assert score_qids(qids(item_1=1, item_2=3, item_3=2, item_4=1)) == 3


def test_qids_appetite_and_weight_count_their_highest_item_only():
    assert score_qids(qids(item_6=1, item_7=2, item_8=2, item_9=1)) == 2


def test_qids_psychomotor_counts_its_highest_item_only():
    assert score_qids(qids(item_15=2, item_16=3)) == 3


@pytest.mark.parametrize("item", [5, 10, 11, 12, 13, 14])
def test_the_other_qids_items_are_domains_of_their_own(item):
    assert score_qids(qids(**{f"item_{item}": 3})) == 3


def test_qids_runs_from_0_to_27():
    assert score_qids([0] * 16) == 0
    assert score_qids([3] * 16) == 27  # nine domains of three
    assert score_qids([1, 2, 0, 3, 2, 0, 1, 0, 2, 1, 1, 0, 2, 1, 1, 0]) == 13


def test_who5_is_four_times_the_raw_sum():
    assert score_who5([5] * 5) == 100
    assert score_who5([1, 2, 0, 3, 1]) == 28


def test_sums():
    assert PHQ9.score is not None
    assert PHQ9.score([3] * 9) == 27
    assert GAD7.score is not None
    assert GAD7.score([1, 2, 3, 0, 1, 2, 3]) == 12


@pytest.mark.parametrize(
    ("instrument", "total", "band"),
    [
        (PHQ9, 4, "Minimal"),
        (PHQ9, 5, "Mild"),
        (PHQ9, 9, "Mild"),
        (PHQ9, 10, "Moderate"),
        (PHQ9, 15, "Moderately severe"),
        (PHQ9, 19, "Moderately severe"),
        (PHQ9, 20, "Severe"),
        (PHQ9, 27, "Severe"),
        (GAD7, 0, "Minimal"),
        (GAD7, 5, "Mild"),
        (GAD7, 10, "Moderate"),
        (GAD7, 15, "Severe"),
        (MADRS, 6, "None"),
        (MADRS, 7, "Mild"),
        (MADRS, 20, "Moderate"),
        (MADRS, 34, "Severe"),
        (QIDS_SR16, 5, "None"),
        (QIDS_SR16, 6, "Mild"),
        (QIDS_SR16, 11, "Moderate"),
        (QIDS_SR16, 16, "Severe"),
        (QIDS_SR16, 21, "Very severe"),
        (PCL5, 32, "Below the cut-off"),
        (PCL5, 33, "Probable PTSD"),
        (WHO5, 28, "Likely depression"),
        (WHO5, 32, "Poor well-being"),
        (WHO5, 52, "Good well-being"),
        (CSSRS, 3, "High"),
    ],
)
def test_severity_bands(instrument, total, band):
    index = instrument.band(total)
    assert instrument.bands[index].name == band


def test_an_instrument_without_bands_has_no_band():
    assert CADSS.band(40) is None


@pytest.mark.parametrize(
    ("instrument", "baseline", "total", "percent"),
    [
        (PHQ9, 20, 10, 50.0),
        (PHQ9, 18, 4, pytest.approx(77.78, abs=0.01)),
        (PHQ9, 16, 20, -25.0),
        (WHO5, 20, 30, 50.0),  # higher is better
        (WHO5, 40, 20, -50.0),
        (PHQ9, 0, 3, None),
    ],
)
def test_improvement_is_positive_when_better(instrument, baseline, total, percent):
    assert instrument.improvement_percent(baseline, total) == percent


def test_exactly_half_is_a_response():
    assert PHQ9.responded(20, 10) is True
    assert PHQ9.responded(20, 11) is False
    assert PHQ9.responded(19, 10) is False  # 47.4 %
    assert QIDS_SR16.responded(15, 7) is True  # 53.3 %


def test_no_rule_or_no_room_is_no_answer():
    assert PHQ9.responded(0, 0) is None
    assert PCL5.responded(40, 10) is None
    assert CADSS.remitted(0) is None


@pytest.mark.parametrize(
    ("instrument", "highest"), [(PHQ9, 4), (GAD7, 4), (MADRS, 10), (QIDS_SR16, 5)]
)
def test_remission(instrument, highest):
    assert instrument.remitted(highest) is True
    assert instrument.remitted(highest + 1) is False


def test_names_and_codes_are_unique():
    assert len(INSTRUMENTS) == len(INSTRUMENT_BY_CODE) == 8
    assert {name: item.code for name, item in INSTRUMENTS.items()} == {
        "PHQ-9": 1,
        "GAD-7": 2,
        "MADRS": 3,
        "QIDS-SR16": 4,
        "PCL-5": 5,
        "WHO-5": 6,
        "C-SSRS": 7,
        "CADSS": 8,
    }


@pytest.mark.parametrize("instrument", INSTRUMENTS.values(), ids=lambda item: item.name)
def test_the_range_follows_from_the_items(instrument):
    if instrument.score is not None:
        assert instrument.score([instrument.item_lowest] * instrument.items) == instrument.lowest
        assert instrument.score([instrument.item_highest] * instrument.items) == instrument.highest
    assert all(instrument.lowest <= band.lowest <= instrument.highest for band in instrument.bands)
