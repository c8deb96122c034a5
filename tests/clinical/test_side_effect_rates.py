"""Rates of side effects by category, and what of many is more than chance."""

import pandas as pd
import pytest
from scipy.stats import false_discovery_control

from clinical.codes import Phase
from clinical.side_effect_rates import (
    NUMBER_BANDS,
    incidence_by,
    largest_discovery,
    number_band,
    one_row_per_term,
    with_rates,
)


@pytest.mark.parametrize(
    ("phase", "number", "band"),
    [
        (Phase.INDUCTION, 1, "1"),
        (Phase.INDUCTION, 6, "6"),
        (Phase.INDUCTION, 7, "7 or later"),
        (Phase.INDUCTION, 30, "7 or later"),
        (Phase.MAINTENANCE, 1, "Maintenance"),
    ],
)
def test_the_place_in_the_series(phase: Phase, number: int, band: str):
    assert NUMBER_BANDS[number_band(phase, number)] == band


def test_rates_carry_the_wilson_interval_and_nothing_of_nothing_is_missing():
    counts = pd.DataFrame({"x": [81, 0], "m": [263, 0]})
    found = with_rates(counts, "x", "m")
    rates = found[["share", "low", "high"]].to_numpy().tolist()
    assert rates[0] == pytest.approx([81 / 263, 0.2553, 0.3662], abs=5e-5)
    assert rates[1] == pytest.approx([float("nan")] * 3, nan_ok=True)
    assert list(counts.columns) == ["x", "m"], "the caller's frame is left alone"


def test_incidence_by_category_adds_up_rows_and_keeps_empty_categories():
    recorded = pd.DataFrame({"month": [1, 1, 3], "recorded": [4, 6, 5]})
    affected = pd.DataFrame({"month": [1, 3, 3], "affected": [5, 1, 1]})
    found = incidence_by("month", [1, 2, 3], recorded, affected)
    assert found[["month", "affected", "recorded"]].to_numpy().tolist() == [
        [1, 5, 10],
        [2, 0, 0],
        [3, 2, 5],
    ]
    assert found["share"].tolist() == pytest.approx([0.5, float("nan"), 0.4], nan_ok=True)


def test_benjamini_hochberg_1995_finds_the_four_of_its_own_example():
    # Section 3.2 of the paper: 15 comparisons, of which it rejects the four smallest.
    p_values = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
        0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0,
    ]  # fmt: skip
    assert largest_discovery(reversed(p_values)) == 0.0095
    assert sum(false_discovery_control(p_values) <= 0.05) == 4
    assert largest_discovery([]) == -1
    assert largest_discovery([0.2, 0.9]) == -1


BY_GRADE = ["term_key", "term", "grade", "infusions", "serious", "events", "timed_events"]


def test_one_row_per_term_adds_up_the_grades_and_keeps_them():
    by_grade = pd.DataFrame(
        [
            (7, "Nausea", 0, 2, 0, 2, 1),
            (7, "Nausea", 3, 1, 1, 4, 4),  # four records in one infusion
            (8, "Dizziness", 1, 5, 0, 5, 5),
            (9, "Anxiety", 1, 3, 0, 3, 0),
        ],
        columns=BY_GRADE,
    )
    patients = pd.DataFrame({"term_key": [7, 8, 9], "patients": [2, 4, 3]})
    found = one_row_per_term(by_grade, patients)
    counts = ["infusions", "serious", "events", "timed_events", "patients"]
    assert found[["term", *counts, "grade_0", "grade_1", "grade_3"]].to_numpy().tolist() == [
        ["Dizziness", 5, 0, 5, 5, 4, 0, 5, 0],
        ["Anxiety", 3, 0, 3, 0, 3, 0, 3, 0],  # as often as Nausea: by name
        ["Nausea", 3, 1, 6, 5, 2, 2, 0, 1],
    ]


def test_no_term_gives_no_row():
    patients = pd.DataFrame(columns=["term_key", "patients"])
    assert one_row_per_term(pd.DataFrame(columns=BY_GRADE), patients).empty
