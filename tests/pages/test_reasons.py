"""Why a patient is listed, in words, for each rule and for whatever part may be missing."""

from collections.abc import Hashable, Mapping
from dataclasses import replace
from datetime import date
from math import nan
from typing import Any

import pandas as pd
import pytest

from clinical.attention import Rule
from clinical.calendar import day_number
from clinical.codes import Phase
from clinical.instruments import MADRS, PHQ9, QIDS_SR16
from clinical.thresholds import DEFAULTS, Thresholds
from data_access.facts.tables import table_of
from data_access.schema import WatchFact
from pages.shared.people import person_name
from pages.shared.reasons import reason, since_words
from pages.today.findings import list_table

TODAY = date(2026, 11, 25)
NOW = day_number(TODAY)
NOTHING: dict[Hashable, Any] = dict.fromkeys(
    [*table_of(WatchFact).columns.keys(), "booked_day"], nan
)


def why(rule: Rule, row: Mapping[str, Any], at: Thresholds = DEFAULTS) -> str:
    given: dict[Hashable, Any] = {**NOTHING}
    given.update(row)
    return reason(rule, given, TODAY, at)


def item_9(days: int) -> dict[str, float]:
    return {"item_9_before": 0.0, "item_9_last": 2.0, "item_9_since": float(NOW - days)}


def cssrs(days: float, last: float = 3.0) -> dict[str, float]:
    return {"cssrs_before": 1.0, "cssrs_last": last, "cssrs_since": NOW - days}


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (item_9(28), "Item 9 rose from 0 to 2"),
        (cssrs(28), "C-SSRS rose from Low to High"),
        (item_9(3) | cssrs(3, 2.0), "Item 9 rose from 0 to 2 and C-SSRS rose from Low to Moderate"),
        (item_9(29) | cssrs(3), "C-SSRS rose from Low to High"),
        (item_9(3) | cssrs(29), "Item 9 rose from 0 to 2 and C-SSRS is High"),
        (item_9(3) | cssrs(29, 2.0), "Item 9 rose from 0 to 2"),
        (cssrs(nan), "C-SSRS is High"),
        ({"cssrs_last": 1.0, "cssrs_before": 0.0, "cssrs_since": NOW - 1.0},
         "C-SSRS rose from None to Low"),
    ],
)  # fmt: skip
def test_suicidal_thoughts(row: dict[str, float], words: str) -> None:
    assert why(Rule.THOUGHTS, row) == words


def test_suicidal_thoughts_by_the_clinics_own_thresholds() -> None:
    at = replace(DEFAULTS, concern_days=40, cssrs_high=2)
    assert why(Rule.THOUGHTS, item_9(40), at) == "Item 9 rose from 0 to 2"
    assert why(Rule.THOUGHTS, {"cssrs_last": 2.0}, at) == "C-SSRS is Moderate"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (
            {"peak_systolic": 184, "peak_diastolic": 101, "sustained_systolic": 181},
            "Last infusion: blood pressure up to 184/101",
        ),
        (
            {"peak_systolic": 170, "peak_diastolic": 121},
            "Last infusion: blood pressure up to 170/121",
        ),
        ({"peak_systolic": 205}, "Last infusion: systolic pressure up to 205"),
        ({"peak_diastolic": 125}, "Last infusion: diastolic pressure up to 125"),
        ({"lowest_spo2": 88}, "Last infusion: oxygen saturation 88 %"),
        ({"lowest_spo2": 89.5}, "Last infusion: oxygen saturation 89.5 %"),
        ({"deepest_sedation": 2}, "Last infusion: sedation MOAA/S 2"),
        (
            {
                "peak_systolic": 205,
                "peak_diastolic": 90,
                "lowest_spo2": 85,
                "deepest_sedation": 3,
            },
            "Last infusion: blood pressure up to 205/90, oxygen saturation 85 % and sedation "
            "MOAA/S 3",
        ),
        (
            # Neither red nor told: oxygen at its limit, sedation above it.
            {
                "peak_systolic": 205,
                "peak_diastolic": 90,
                "lowest_spo2": 90,
                "deepest_sedation": 4,
            },
            "Last infusion: blood pressure up to 205/90",
        ),
    ],
)
def test_red_event(row: dict[str, float], words: str) -> None:
    assert why(Rule.RED_EVENT, {name: float(value) for name, value in row.items()}) == words


@pytest.mark.parametrize(
    ("phase", "words"),
    [
        (Phase.INDUCTION, "PHQ-9 5 points worse than at baseline (15, now 20)"),
        (Phase.MAINTENANCE, "PHQ-9 5 points worse than when maintenance began (15, now 20)"),
    ],
)
def test_worse(phase: Phase, words: str) -> None:
    row = {"instrument": float(PHQ9.code), "baseline": 15.0, "total": 20.0}
    assert why(Rule.WORSE, {"phase": int(phase), **row}) == words


def test_lost_response() -> None:
    row = {"instrument": float(MADRS.code), "best_percent": 70.4, "now_percent": -5.0}
    assert why(Rule.LOST_RESPONSE, {"lost_scores": 2.0, **row}) == (
        "MADRS response lost in 2 scores: 70 % better at best, 5 % worse now"
    )
    assert why(Rule.LOST_RESPONSE, {"lost_scores": 1.0, **row}).startswith(
        "MADRS response lost in 1 score: "
    )


@pytest.mark.parametrize(
    ("percent", "words"),
    [
        (12.5, "QIDS-SR16 12 % better after infusion 4: no response"),
        (0.0, "QIDS-SR16 0 % better after infusion 4: no response"),
        (-33.3, "QIDS-SR16 33 % worse after infusion 4: no response"),
        (-0.4, "QIDS-SR16 0 % better after infusion 4: no response"),
    ],
)
def test_no_response(percent: float, words: str) -> None:
    row = {"instrument": float(QIDS_SR16.code), "total_number": 4.0, "percent": percent}
    assert why(Rule.NO_RESPONSE, row) == words


def test_booster_late() -> None:
    row = {"last_infusion_day": NOW - 43, "usual_interval": 28.0}
    assert why(Rule.LATE, row) == ("43 days since the last booster, usually every 28; none booked")
    booked = {"booked_day": float(day_number(date(2026, 12, 1)))}
    assert why(Rule.LATE, row | booked).endswith("; booked for 1 Dec 2026")
    half = row | {"usual_interval": 30.5}
    assert "usually every 30.5;" in why(Rule.LATE, half)
    yesterday = row | {"last_infusion_day": NOW - 1, "usual_interval": 0.0}
    assert why(Rule.LATE, yesterday).startswith("1 day since the last booster")


def test_score_overdue() -> None:
    assert why(Rule.UNSCORED, {}) == "No depression score was ever recorded"
    assert why(Rule.UNSCORED, {"scored_day": float(NOW - 21)}) == "No depression score for 21 days"
    assert why(Rule.UNSCORED, {"scored_day": float(NOW - 1)}) == "No depression score for 1 day"


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (-3, "Since today"),  # a site where it is tomorrow already
        (0, "Since today"),
        (1, "Since yesterday"),
        (2, "For 2 days, since 23 Nov 2026"),
        (12, "For 12 days, since 13 Nov 2026"),
        (1200, "For 1,200 days, since 13 Aug 2023"),
    ],
)
def test_since_when(days: int, words: str) -> None:
    assert since_words(NOW - days, TODAY) == words


@pytest.mark.parametrize(
    ("given", "family", "name"),
    [
        ("Ann", "Lee", "Lee, Ann"),
        (None, "Lee", "Lee"),
        ("Ann", nan, "Ann"),
        ("", "", "No name recorded"),
        (None, None, "No name recorded"),
        ("\u202eAnn\u2066", "L\u200fee\x00", "Lee, Ann"),  # marks that turn the writing
        ("\u200f", "Lee", "Lee"),
        ("\u200e", "\u202e", "No name recorded"),
        ("  ", "Lee", "Lee"),
        ("Anna\n Maria\t", "van  Lee", "van Lee, Anna Maria"),
    ],
)
def test_a_name_as_text(given: object, family: object, name: str) -> None:
    assert person_name(given, family) == name


def test_todays_list_leaves_out_marks_that_turn_the_direction_of_writing():
    appointments = pd.DataFrame(
        {
            "time": ["08:00", "09:00"],
            "site": ["North", "North"],
            "family_name": ["Lee\u202e", None],
            "given_name": ["\u2066Ann", None],
            "mrn": ["1", None],
            "kind": [1, 1],
            "outcome": [1, 1],
            "chair": [None, None],
            "provider": [None, None],
        }
    )
    assert list_table(appointments)["Patient"].tolist() == ["Lee, Ann", "Not recorded"]
