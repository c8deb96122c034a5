"""What the Patients page says, in words made from the data."""

from datetime import date

import pandas as pd

from clinical.codes import Phase, Timepoint
from clinical.instruments import PCL5, PHQ9
from clinical.progress import Status
from data_access.filters import Filters
from pages.patients.findings import (
    caseload_answer,
    caseload_note,
    response_finding,
    scores_finding,
    status_finding,
)
from tests.charts.test_patients import SERIES, TOTALS

YEAR = Filters(start=date(2025, 4, 1), end=date(2026, 3, 31))
INDUCTION, MAINTENANCE = Phase.INDUCTION, Phase.MAINTENANCE


def said(words: str) -> str:
    return words.replace("\N{NO-BREAK SPACE}", " ")


def totals(*rows: tuple[Phase, Status, Timepoint, int, int, int]) -> pd.DataFrame:
    columns = ["phase", "status", "timepoint", "patients", "responded", "remitted"]
    return pd.DataFrame(rows, columns=columns).astype(int)


def test_nobody_evaluable():
    nobody = totals((INDUCTION, Status.NOT_EVALUABLE, Timepoint.UNLINKED, 3, 0, 0))
    assert caseload_answer(nobody, PHQ9) == (
        "None of the **3 patients** with a series in this period can be evaluated on PHQ-9: no "
        "series has both a baseline and a later score."
    )
    assert caseload_note(nobody) == (
        "3 patients with a series in this period, of whom 3 have no baseline or no later score "
        "and are not evaluable."
    )


def test_one_phase_alone():
    induction = totals(
        (INDUCTION, Status.RESPONDING, Timepoint.BEFORE_INFUSION, 30, 30, 0),
        (INDUCTION, Status.REMISSION, Timepoint.BEFORE_INFUSION, 20, 20, 20),
        (INDUCTION, Status.WORSE, Timepoint.BEFORE_INFUSION, 50, 0, 0),
    )
    assert said(caseload_answer(induction, PHQ9)) == (
        "On PHQ-9, **50 of 100 evaluable patients in induction responded** at the latest score "
        "(50 %, 95 % CI 40–60), 20 are in remission and 50 are worse."
    )
    maintenance = totals((MAINTENANCE, Status.WORSE, Timepoint.FOLLOW_UP, 1, 0, 0))
    assert said(caseload_answer(maintenance, PHQ9)) == (
        "On PHQ-9, **1 of 1 evaluable patient in maintenance is worse** than when it began "
        "(100 %, 95 % CI 21–100)."
    )


def test_an_instrument_without_a_response_rule_counts_who_improved():
    found = totals(
        (INDUCTION, Status.IMPROVED, Timepoint.BEFORE_INFUSION, 1, 0, 0),
        (INDUCTION, Status.STEADY, Timepoint.BEFORE_INFUSION, 1, 0, 0),
    )
    assert said(caseload_answer(found, PCL5)) == (
        "On PCL-5, **1 of 2 evaluable patients in induction improved** by at least 15 points "
        "(50 %, 95 % CI 9–91) and 0 are worse."
    )
    assert response_finding(SERIES, PCL5, INDUCTION) is None


def test_titles_state_the_finding_and_subtitles_the_denominator():
    drawn = scores_finding(SERIES, PHQ9, INDUCTION, YEAR)
    assert drawn is not None
    assert drawn.title == "PHQ-9 falls from 18.0 at baseline to 12.0 before infusion 3"
    assert drawn.subtitle == (
        "Induction series, mean of scores from 1 Apr 2025 to 31 Mar 2026: n 100 at baseline, 50 "
        "before infusion 3; those 50 began at 18.0. Bars: 95 % interval of the mean."
    )
    response = response_finding(SERIES, PHQ9, INDUCTION)
    assert response is not None
    assert said(response.title) == (
        "Before infusion 3, 20 % had responded and 10 % were in remission"
    )
    assert "n 50" in response.subtitle
    assert list(response.numbers()["Scores"]) == [100, 64, 50, 40]


def test_too_few_scores_are_no_picture():
    assert scores_finding(SERIES.head(1), PHQ9, INDUCTION, YEAR) is None
    assert response_finding(SERIES.assign(rated=4), PHQ9, INDUCTION) is None


def test_the_status_title_counts_who_needs_a_look():
    counted = TOTALS.assign(responded=0, remitted=0)
    well = counted[counted["status"] != Status.WORSE]
    titles = [
        found.title if (found := status_finding(part, PHQ9)) else None
        for part in (counted, well, counted[counted["status"] == Status.NOT_EVALUABLE])
    ]
    assert titles == [
        "2 of 16 evaluable patients are worse or without response",
        "None of 14 evaluable patients is worse or without response",
        None,
    ]
