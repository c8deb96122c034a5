"""The ledger in words."""

from datetime import date

import pytest

from clinical.calendar import day_number
from clinical.codes import Phase
from clinical.exposure import Check, CheckKind, CheckState, Dose, check_states
from clinical.thresholds import DEFAULTS, Thresholds
from pages.patients.exposure_findings import (
    checks_table,
    checks_title,
    due_words,
    exposure_definitions,
    frequency_sentence,
    intervals_finding,
    totals_sentence,
)

TODAY = day_number(date(2026, 11, 25))
BLADDER, LIVER, WEIGHT, COGNITION = CheckKind


def boosters(*days: int, drug: str = "ketamine") -> list[Dose]:
    return [Dose(TODAY - ago, 2, Phase.MAINTENANCE, drug, 60.0) for ago in days]


def test_totals_in_words():
    doses = [*boosters(400, 40), *boosters(3, drug="esketamine")]
    assert totals_sentence(doses, TODAY) == (
        "2 infusions (1 in the last 12 months), 120 mg of ketamine in all; 1 infusion (1 in the "
        "last 12 months), 60 mg of esketamine in all. First infusion 21 Oct 2025, 13 months ago; "
        "last 3 days ago"
    )
    assert totals_sentence(boosters(0), TODAY).endswith("0 days ago; last today")


@pytest.mark.parametrize(
    ("states", "title"),
    [
        ([CheckState(BLADDER, None, TODAY, True)], "Bladder is due"),
        ([CheckState(LIVER, None, TODAY, True)], "Liver values are due"),
        (
            [CheckState(BLADDER, None, TODAY, True), CheckState(WEIGHT, None, TODAY, True)],
            "Bladder and weight are due",
        ),
        (
            [CheckState(LIVER, Check(LIVER, TODAY - 5, "abnormal"), TODAY + 100, False)],
            "Liver values were abnormal on 20 Nov 2026",
        ),
        ([CheckState(WEIGHT, None, TODAY + 1, False)], "No check is due"),
    ],
)
def test_the_title_names_what_is_due_and_what_was_abnormal(states, title):
    assert checks_title(states) == title


def test_each_check_with_its_result_and_when_it_is_due():
    checks = [
        Check(BLADDER, TODAY - 182, "abnormal", "urgency"),
        Check(WEIGHT, TODAY - 10, "normal", "81.5"),
        Check(COGNITION, TODAY - 1, None, None),
    ]
    rows = checks_table(check_states(boosters(100, 20), checks, DEFAULTS, TODAY), TODAY)
    assert rows.to_dict("list") == {
        "Check": ["Bladder", "Liver values", "Weight", "Cognition"],
        "Last": [
            "27 May 2026 (182 days ago)",
            "never recorded",
            "15 Nov 2026 (10 days ago)",
            "24 Nov 2026 (1 day ago)",
        ],
        "Result": ["▲ ABNORMAL, urgency", "", "normal, 81.5 kg", "not recorded"],
        "Next": [
            "▲ due since 25 Nov 2026",
            "due on 15 Feb 2027",
            "due on 15 Dec 2026",
            "no interval is set",
        ],
    }


def test_liver_in_induction_is_not_due():
    assert due_words(CheckState(LIVER, None, None, False)) == "due in maintenance only"


def test_boosters_further_apart_than_before():
    found = intervals_finding(boosters(212, 184, 156, 128, 96, 64, 32))
    assert found is not None
    assert found.title == "Boosters every 32 days, earlier every 28"
    assert found.subtitle == (
        "6 intervals in the latest maintenance series; medians of the last 3 and of the 3 before"
    )
    assert list(found.numbers()["Days since the one before"]) == [28, 28, 28, 32, 32, 32]


@pytest.mark.parametrize(
    ("days", "title"),
    [
        ((60, 30), "Boosters every 30 days, too few to tell a trend"),
        ((120, 90, 60, 30, 0), "Boosters every 30 days, as before"),
    ],
)
def test_no_trend(days, title):
    found = intervals_finding(boosters(*days))
    assert found is not None
    assert found.title == title


def test_one_booster_has_no_interval():
    assert intervals_finding(boosters(30)) is None


def test_the_caution_about_frequency():
    assert frequency_sentence(boosters(100, 30)) == ""
    assert frequency_sentence(boosters(100, 6, 3, 0)) == (
        "**More than two infusions a week beyond two months of treatment** on 1 day, latest in "
        "the week to 25 Nov 2026; the APA consensus of 2017 advises caution."
    )


def test_definitions_tell_the_clinics_own_limits():
    told = exposure_definitions(Thresholds(bladder_days=90, weight_days=14))
    assert "after 90 days or" in told
    assert "14 days old" in told
