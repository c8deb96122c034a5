"""What was different about some infusions, in words and as a finding."""

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest

from data_access.measured import SedationAt
from data_access.points import Behind
from pages.shared.frame import Finding
from pages.side_effects.contrast_findings import (
    Compared,
    Names,
    compare,
    contrast_finding,
    contrast_words,
)

HOSTILE = "<b>L1</b> [x](javascript:1) *y*"
BEHIND = Behind(1, date(2026, 1, 1), date(2026, 3, 31))
NAMES = Names(sites={1: "North", 2: HOSTILE}, chairs={1: "One, North"}, providers={1: "Ada Lund"})


def infusions(affected: int, others: int, **columns: Any) -> pd.DataFrame:
    """The affected first. What is not in ``columns`` is the same in all."""
    n = affected + others
    same: dict[str, Any] = {
        "affected": [True] * affected + [False] * others,
        "mg_per_kg": 0.5,
        "number": 2.0,
        "age": 40.0,
        "start_delay": 10.0,
        "phase": 1,
        "sex": 1,
        "later_series": 0,
        "hypertension": 1,
        "site_key": 1,
        "provider_key": pd.array([1] * n, dtype="Int64"),
        "chair_key": pd.array([1] * n, dtype="Int64"),
        "lot_number": "K1",
    }
    return pd.DataFrame({**same, **columns}, index=range(n))


NO_MEDICINES = pd.DataFrame(columns=["medicine", "with_it", "n_with", "without", "n_without"])


def compared(
    frame: pd.DataFrame, medicines: pd.DataFrame = NO_MEDICINES, **chosen_by: Any
) -> Compared:
    return compare(frame, len(frame), medicines, replace(BEHIND, **chosen_by), NAMES)


def finding_of(found: Compared) -> Finding:
    finding = contrast_finding(found, "key")
    assert finding is not None
    return finding


def words(markdown: str) -> str:
    return markdown.replace("\\", "").replace("\N{NO-BREAK SPACE}", " ")


def lots(bad_with: int, n_with: int, bad_without: int, n_without: int) -> list[str]:
    return (
        ["BAD"] * bad_with
        + ["K1"] * (n_with - bad_with)
        + ["BAD"] * bad_without
        + ["K1"] * (n_without - bad_without)
    )


def test_the_largest_difference_is_told_with_both_values():
    # 80 of 100 against 70 of 200 of the one lot: 80 % and 35 %.
    found = compared(infusions(100, 200, lot_number=lots(80, 100, 70, 200)))
    assert words(contrast_words(found)) == "What differs most: lot BAD, 80 % against 35 %"
    finding = finding_of(found)
    assert "100 infusions with it against 200" in finding.subtitle
    numbers = finding.numbers()
    # (0.8 - 0.35) / sqrt((0.8 × 0.2 + 0.35 × 0.65) / 2) = 0.45 / 0.4402
    assert numbers["Standardised difference"][0] == pytest.approx(1.02)
    # 1.96 × sqrt(1/100 + 1/200)
    assert numbers["Exceeded by chance 1 in 20"][0] == pytest.approx(0.24)


def test_a_mean_is_told_with_its_unit():
    doses = [0.8, 0.9] * 50 + [0.5, 0.6] * 50
    found = compared(infusions(100, 100, mg_per_kg=doses))
    assert words(contrast_words(found)) == (
        "What differs most: dose, on average 0.85 mg/kg against 0.55 mg/kg"
    )


def test_a_difference_within_chance_does_not_stand_out():
    found = compared(infusions(10, 20, lot_number=lots(5, 10, 8, 20)))
    assert words(contrast_words(found)) == (
        "Nothing stands out; the largest difference is within what chance gives "
        "(lot BAD, 50 % against 40 %)"
    )


def test_the_largest_of_many_differences_may_be_chance():
    # Age differs by 0.31 standard deviations, which is more than 1.96 × sqrt(2/100) = 0.277; of 11
    # differences the largest would have to be over 0.40 (z of 1 - 0.05 / 22: 2.84).
    ages = [40.0, 50.0] * 50 + [38.43, 48.43] * 50
    frame = infusions(100, 100, age=ages, lot_number=[f"K{row % 10}" for row in range(200)])
    assert words(contrast_words(compared(frame))).startswith(
        "What differs most, though of 11 differences the largest may be chance: age"
    )


def test_a_complete_difference_comes_first():
    frame = infusions(6, 6, lot_number=["BAD"] * 6 + ["K1"] * 6, age=[50.0, 60.0, 70.0] * 4)
    assert words(contrast_words(compared(frame))) == (
        "What differs most: lot BAD, 100 % against 0 %"
    )


@pytest.mark.parametrize(
    ("affected", "others", "said"),
    [
        (4, 100, "4 infusions with it: too few to compare (from 5)."),
        (1, 100, "1 infusion with it: too few to compare (from 5)."),
        (100, 4, "4 infusions without it: too few to compare with (from 5)."),
    ],
)
def test_too_few_are_not_compared(affected, others, said):
    found = compared(infusions(affected, others))
    assert contrast_words(found) == said
    assert contrast_finding(found, "key") is None


def test_where_nothing_differs_nothing_is_told():
    found = compared(infusions(10, 10))
    assert contrast_finding(found, "key") is None
    assert contrast_words(found) == "Nothing that could differ is recorded of these infusions."


def test_what_the_point_was_chosen_by_is_no_finding():
    frame = infusions(
        10, 10, site_key=[1] * 10 + [2] * 10, mg_per_kg=[0.5, 0.6] * 5 + [0.8, 0.9] * 5
    )
    by_site = {one.name for one in compared(frame, site_key=1).found}
    assert by_site.isdisjoint({"site_key", "provider_key", "chair_key"})
    assert "mg_per_kg" in by_site
    by_number = {one.name for one in compared(frame, number_band=0).found}
    assert by_number.isdisjoint({"number", "phase", "mg_per_kg"})
    assert "site_key" in by_number


def test_infusion_numbers_are_those_of_the_induction():
    frame = infusions(
        10,
        10,
        number=[1.0, 2.0] * 5 + [30.0] * 5 + [3.0, 4.0, 3.0, 4.0, 3.0],
        phase=[1] * 10 + [2] * 5 + [1] * 5,
    )
    number = next(one for one in compared(frame).found if one.name == "number")
    assert (number.n_with, number.n_without) == (10, 5)
    assert number.value_without == pytest.approx(3.4)


def test_medicines_are_compared_among_those_of_whom_they_are_known():
    medicines = pd.DataFrame(
        {"medicine": ["maoi"], "with_it": [45], "n_with": [50], "without": [5], "n_without": [60]}
    )
    found = compared(infusions(100, 200), medicines)
    assert words(contrast_words(found)) == (
        "What differs most: medicine: MAO inhibitor, 90 % against 8.3 %"
    )
    assert (found.told[0].n_with, found.told[0].n_without) == (50, 60)


def test_a_drawn_comparison_says_of_how_many():
    frame = infusions(100, 200, lot_number=lots(80, 100, 70, 200))
    found = compare(frame, 40_000, NO_MEDICINES, BEHIND, NAMES)
    assert "drawn evenly from 40,000 in all" in finding_of(found).subtitle


def test_names_are_only_text():
    frame = infusions(10, 10, site_key=[2] * 10 + [1] * 10)
    finding = finding_of(compared(frame))
    assert "<b>" not in finding.title.replace("\\<b\\>", "")
    assert "\\[x\\]\\(javascript:1\\)" in finding.title.replace("\\:", ":")


def test_of_what_was_measured_the_others_were_measured_too():
    frame = infusions(10, 20, hypertension=[2] * 8 + [0] * 2 + [2] * 4 + [1] * 16)
    measured = SedationAt(3)
    finding = finding_of(compared(frame, measured=measured))
    assert (
        "10 infusions with it against 20 of the same days and filters in which it was measured "
        "and was not so"
    ) in finding.subtitle
    # Of two of the ten the history is not known.
    assert words(finding.title) == (
        "What differs most: history of hypertension, 100 % against 20 %"
    )
    by_history = compared(frame, measured=measured, hypertension=2)
    assert "hypertension" not in {one.name for one in by_history.found}
