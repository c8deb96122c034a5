"""Limits reached: of whom, in words, and in whom more often."""

from dataclasses import replace

import pandas as pd
import pytest

from clinical.codes import AgeBand, DoseBand, PressureHistory
from clinical.incidence import proportion
from clinical.thresholds import DEFAULTS
from clinical.vital_reached import (
    CATEGORIES,
    MEASURED_COLUMNS,
    Grouping,
    VitalLimit,
    clear_contrasts,
    contrasts,
    limit_words,
    rates_by,
    reached,
)

HIGH, TWICE = VitalLimit.HIGH_PRESSURE, VitalLimit.RED_PRESSURE


def counts(*rows: dict[str, int]) -> pd.DataFrame:
    """Counts of infusions; what a row does not name is the commonest, or 0."""
    empty = {
        "number_band": 0,
        "dose_band": DoseBand.FROM_0_45,
        "age_band": AgeBand.FROM_30,
        "hypertension": PressureHistory.NONE,
        **dict.fromkeys([*MEASURED_COLUMNS, *VitalLimit], 0),
    }
    return pd.DataFrame([{**empty, **row} for row in rows])


def test_each_limit_is_of_those_in_whom_it_was_measured():
    frame = counts(
        {"pressure": 30, "pressure_twice": 20, HIGH: 6, TWICE: 1},
        {"pressure": 10, "pressure_twice": 5, HIGH: 2, TWICE: 1},
    )
    assert reached(frame, HIGH) == proportion(8, 40)
    assert reached(frame, TWICE) == proportion(2, 25)
    assert reached(frame, VitalLimit.LOW_OXYGEN).estimate is None, "never measured is no data"


def test_the_limits_are_the_clinics_own():
    at = replace(DEFAULTS, amber_systolic=150, amber_diastolic=95, red_spo2=88, red_sedation=2)
    words = [limit_words(limit, at).replace("\N{NO-BREAK SPACE}", " ") for limit in VitalLimit]
    assert words == [
        "Pressure 150/95 or more",
        "Pressure 180/110 or more, twice",
        "Pressure 200/120 or more",
        "SpO₂ under 94 %",
        "SpO₂ under 88 %",
        "MOAA/S 2 or less",
    ]


@pytest.mark.parametrize(
    ("grouping", "codes"), [(Grouping.DOSE, DoseBand), (Grouping.AGE, AgeBand)]
)
def test_every_category_is_shown_and_the_unknown_one_last(grouping: Grouping, codes: type):
    assert sorted(CATEGORIES[grouping]) == sorted(int(code) for code in codes)  # type: ignore[attr-defined]
    assert CATEGORIES[grouping][-1] == 0


def test_rates_by_leave_out_what_was_not_measured():
    frame = counts(
        {"age_band": AgeBand.UNKNOWN, "pressure": 4, HIGH: 1},
        {"age_band": AgeBand.FROM_60, "pressure": 10, HIGH: 5},
        {"age_band": AgeBand.FROM_60, "pressure": 10, HIGH: 0},
        {"age_band": AgeBand.FROM_75, "oxygen": 9},
    )
    rates = rates_by(frame, HIGH, Grouping.AGE)
    assert rates[["age_band", "affected", "recorded"]].to_numpy().tolist() == [
        [AgeBand.FROM_60, 5, 20],
        [AgeBand.UNKNOWN, 1, 4],
    ]
    assert rates["share"].tolist() == [0.25, 0.25]


def test_contrasts_take_the_parts_that_were_chosen_beforehand():
    frame = counts(
        {"pressure": 100, HIGH: 10},
        {"pressure": 100, HIGH: 30, "hypertension": PressureHistory.HYPERTENSION},
        {"pressure": 50, HIGH: 25, "hypertension": PressureHistory.UNKNOWN},
        {"pressure": 40, HIGH: 4, "number_band": 7, "age_band": AgeBand.FROM_75},
        {"pressure": 30, HIGH: 3, "dose_band": DoseBand.FROM_1_00, "age_band": AgeBand.UNKNOWN},
        {"pressure": 99, HIGH: 9, "dose_band": DoseBand.UNKNOWN},
        {"pressure": 5, HIGH: 5, "dose_band": DoseBand.UNDER_0_45},
    )
    found = {one.words[0]: (one.exposed, one.other) for one in contrasts(frame, HIGH)}
    assert found == {
        "at the first infusion": (proportion(82, 384), proportion(4, 40)),
        # The lowest band has five infusions only; the unknown one is no dose.
        "at the highest doses": (proportion(3, 30), proportion(69, 290)),
        "from age 60 on": (proportion(4, 40), proportion(79, 354)),
        "with a history of hypertension": (proportion(30, 100), proportion(31, 274)),
    }


def test_a_clear_contrast_allows_for_four_of_them():
    # 38 against 23 of 120: the 95 % interval of the difference is 1.5 to 23.2 points and leaves
    # out zero, the 98.75 % interval reaches from -1.6 to 26.0.
    frame = counts(
        {"pressure": 120, HIGH: 23},
        {"pressure": 120, HIGH: 38, "hypertension": PressureHistory.HYPERTENSION},
    )
    assert len(contrasts(frame, HIGH)) == 1, "nobody is later, older, or at another dose"
    assert clear_contrasts(frame, HIGH) == []
    more = counts(
        {"pressure": 1200, HIGH: 230},
        {"pressure": 1200, HIGH: 360, "hypertension": PressureHistory.HYPERTENSION},
    )
    assert [one.words[0] for one in clear_contrasts(more, HIGH)] == [
        "with a history of hypertension"
    ]


def test_the_largest_clear_contrast_comes_first():
    frame = counts(
        {"pressure": 1000, HIGH: 10},
        {"pressure": 500, HIGH: 250, "hypertension": PressureHistory.HYPERTENSION},
        {"pressure": 500, HIGH: 400, "age_band": AgeBand.FROM_75},
    )
    # Age: 80 % against 260 of 1500; history: 50 % against 410 of 1500.
    assert [one.words[0] for one in clear_contrasts(frame, HIGH)] == [
        "from age 60 on",
        "with a history of hypertension",
    ]


def test_few_are_not_compared():
    frame = counts(
        {"pressure": 100, HIGH: 0},
        {"pressure": 19, HIGH: 19, "hypertension": PressureHistory.HYPERTENSION},
    )
    assert contrasts(frame, HIGH) == []
