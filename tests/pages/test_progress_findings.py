"""How a series went, in words made from the data."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from math import nan

import pandas as pd
import pytest

from charts.along import Along
from clinical.codes import DiagnosisGroup, Phase, Timepoint
from clinical.instruments import CADSS, GAD7, PCL5, PHQ9, QIDS_SR16, WHO5, Instrument
from data_access.one_patient import PatientRecord
from pages.patients.progress_findings import (
    against_before_treatment,
    change_table,
    change_words,
    patient_answer,
    trajectory_finding,
)
from pages.patients.record import Record

INDUCTION, MAINTENANCE = Phase.INDUCTION, Phase.MAINTENANCE
START = datetime(2026, 2, 2, 13)  # noqa: DTZ001 - the clinic's own clock
SOMEBODY = PatientRecord(
    patient_key=1,
    patient_id="P1",
    mrn=None,
    given_name=None,
    family_name=None,
    birth_date=None,
    sex=None,
    primary_diagnosis=None,
    diagnosis_group=DiagnosisGroup.UNKNOWN,
    site=None,
    phase=Phase.INDUCTION,
    done=3,
    planned=None,
    next_appointment=None,
)


def said(words: str) -> str:
    return words.replace("\N{NO-BREAK SPACE}", " ")


def scores(*rows: tuple[Timepoint, int, float, int, int]) -> pd.DataFrame:
    columns = ["timepoint", "number", "total", "response", "remission"]
    return pd.DataFrame(rows, columns=columns).assign(hours_after=36.0)


def record(
    *taken: tuple[Timepoint, int, float, float],
    baseline: float | None = 20.0,
    instrument: Instrument = PHQ9,
    induction_baseline: float = nan,
) -> Record:
    """One series of three infusions, four days apart. ``taken``: kind, infusion, day, total."""
    infusions = pd.DataFrame(
        {
            "infusion_key": [1, 2, 3],
            "series_key": 1,
            "phase": int(INDUCTION),
            "number": [1, 2, 3],
            "started": [START + timedelta(days=4 * number) for number in range(3)],
            "dose_mg": 40.0,
            "mg_per_kg": 0.5,
        }
    )
    baselines = pd.DataFrame(
        {
            "series_key": 1,
            "instrument": instrument.code,
            "baseline": [] if baseline is None else [baseline],
            "completed": [] if baseline is None else [START - timedelta(days=1)],
            "induction_baseline": [] if baseline is None else [induction_baseline],
        }
    )
    columns = ["timepoint", "number", "completed", "total"]
    rows = [
        (int(kind), number, START + timedelta(days=day, hours=-4), total)
        for kind, number, day, total in taken
    ]
    scores = pd.DataFrame(rows, columns=columns).assign(
        series_key=1,
        instrument=instrument.code,
        hours_after=36.0,
        percent=nan,
        baseline=baseline,
    )
    series = pd.DataFrame({"series_key": [1], "phase": [int(INDUCTION)]})
    return Record(SOMEBODY, series, baselines, scores, infusions, pd.DataFrame())


def results(found: Record, instrument: Instrument = PHQ9) -> dict[str, str]:
    table = change_table(found, [instrument])
    return {what: said(words) for what, words in zip(table["What"], table["Result"], strict=True)}


BEFORE = Timepoint.BEFORE_INFUSION


def test_since_when_a_response_and_a_remission_hold():
    course = scores((BEFORE, 1, 9, 1, 0), (BEFORE, 2, 4, 1, 1), (BEFORE, 3, 3, 1, 1))
    assert said(patient_answer(PHQ9, INDUCTION, course, 20)) == (
        "PHQ-9 fell from 20 (baseline) to 3, before infusion 4: **85 % better**; response since "
        "the score before infusion 2, in remission since the score before infusion 3."
    )


def test_a_response_that_is_lost_within_a_series():
    course = scores((BEFORE, 1, 9, 1, 0), (BEFORE, 2, 18, 0, 0))
    assert said(patient_answer(PHQ9, INDUCTION, course, 20)) == (
        "PHQ-9 fell from 20 (baseline) to 18, before infusion 3: **10 % better**; "
        "no response: the response seen before infusion 2 is lost."
    )


def test_in_maintenance_a_lost_response_is_told_once_against_the_induction():
    course = scores((BEFORE, 1, 3, 1, 1), (BEFORE, 2, 8, 0, 0))
    assert patient_answer(PHQ9, MAINTENANCE, course, 7) == (
        "PHQ-9 rose from 7 (baseline) to 8, before infusion 3: **1 point worse**; steady."
    )


def test_worse_is_told_in_points_with_its_rule():
    course = scores((Timepoint.AFTER_INFUSION, 2, 26, 0, 0))
    assert patient_answer(PHQ9, INDUCTION, course, 20) == (
        "PHQ-9 rose from 20 (baseline) to 26, 36 hours after infusion 2: **6 points worse**; "
        "5 or more count as worse."
    )


def test_on_who5_a_rise_is_better():
    course = scores((BEFORE, 1, 60, 0, 0))
    assert said(patient_answer(WHO5, INDUCTION, course, 40)) == (
        "WHO-5 rose from 40 (baseline) to 60, before infusion 2: **50 % better**; improved."
    )


def test_a_baseline_of_nought_is_compared_in_points():
    course = scores((BEFORE, 1, 3, 0, 1))
    assert "**3 points worse**" in patient_answer(PHQ9, INDUCTION, course, 0)


@pytest.mark.parametrize(
    ("since_induction", "words"),
    [
        ([9, 10], "Against 20 before induction: 50 % better, a response."),
        (
            [9, 16],
            "Against 20 before induction: 20 % better. **The response reached before is lost.**",
        ),
        ([18, 16], "Against 20 before induction: 20 % better, no response so far."),
    ],
)
def test_maintenance_against_the_time_before_treatment(since_induction, words):
    assert said(against_before_treatment(PHQ9, 20, since_induction)) == words


def test_what_measures_the_infusion_says_nothing_of_progress():
    assert patient_answer(CADSS, INDUCTION, scores((BEFORE, 1, 20, 0, 0)), 2) == (
        "**CADSS measures the infusion**, not how the patient is doing."
    )


COURSE = ((BEFORE, 1, 4, 14), (Timepoint.AFTER_INFUSION, 2, 5.5, 4), (BEFORE, 2, 8, 10))


def test_the_trajectory_says_how_many_infusions_had_a_score_before_them():
    found = trajectory_finding(record(*COURSE), [PHQ9], Along.DATE)
    assert found.title == "PHQ-9 from 20 to 10, best 4, over 3 infusions"
    assert found.subtitle == "PHQ-9: 3 of 3 infusions had a score before them; 4 scores"
    gap = trajectory_finding(record(COURSE[1], COURSE[2], baseline=None), [PHQ9], Along.DATE)
    assert "1 of 3 infusions had a score before them" in gap.subtitle
    assert gap.title == ("PHQ-9 without a baseline at first, latest 10, best 4, over 3 infusions")
    alone = trajectory_finding(record(), [PHQ9], Along.DATE)
    assert alone.title == "PHQ-9 20 at baseline, over 3 infusions"


def test_several_questionnaires_each_have_their_denominator():
    found = trajectory_finding(record(*COURSE), [PHQ9, GAD7], Along.DATE)
    assert found.title == ("PHQ-9 from 20 to 10, best 4; no GAD-7 score, over 3 infusions")
    assert "GAD-7: 0 of 3 infusions had a score before them; 0 scores" in found.subtitle
    assert trajectory_finding(record(), [GAD7], Along.DATE).title == (
        "No GAD-7 score, over 3 infusions"
    )


def test_the_milestones_with_their_day_infusions_and_timepoint():
    table = change_table(record(*COURSE), [PHQ9]).set_index("What")
    rows = table[["Date", "Day", "Infusions", "Score taken"]].astype(object)
    assert {what: tuple(row) for what, row in rows.iterrows() if row["Score taken"]} == {
        "Latest score": (date(2026, 2, 10), 8, 2, "before infusion 3"),
        "Best score": (date(2026, 2, 7), 5, 2, "36 hours after infusion 2"),
        "Response": (date(2026, 2, 7), 5, 2, "36 hours after infusion 2"),
        "Remission": (date(2026, 2, 7), 5, 2, "36 hours after infusion 2"),
        "Reliable improvement": (date(2026, 2, 6), 4, 1, "before infusion 2"),
    }
    assert results(record(*COURSE)) == {
        "Latest score": "10, 50 % better; reliably improved",
        "Best score": "4, 80 % better; reliably improved",
        "Response": "Reached, at 4",
        "Remission": "Reached, at 4",
        "Reliable improvement": "Reached, at 14",
        "Reliable worsening": "Not reached after 2 infusions",
        "Loss of response": "Not lost",
    }
    assert said(str(table.loc["Response", "Rule"])) == "At least 50 % better than the baseline"
    assert table.loc["Reliable improvement", "Rule"] == "At least 6 points better than the baseline"


def test_a_lost_response_names_the_score_since_which_it_is_gone():
    lost = record((BEFORE, 1, 4, 10), (BEFORE, 2, 8, 11))
    assert results(lost)["Loss of response"] == "Lost: 11 is no response"
    assert results(record((BEFORE, 1, 4, 11)))["Loss of response"] == "No response to lose"


def test_without_a_baseline_no_milestone_is_evaluable():
    found = results(record((BEFORE, 1, 4, 2), baseline=None))
    assert found.pop("Latest score") == "2; not evaluable: no baseline"
    assert found.pop("Best score") == "2; not evaluable: no baseline"
    assert set(found.values()) == {"Not evaluable: no baseline"}


def test_without_a_later_score_the_milestones_say_so():
    found = results(record())
    assert found["Latest score"] == "No score since the series began"
    assert found["Response"] == "Not evaluable: no later score"


def test_a_baseline_of_nought_is_told_in_points():
    found = results(record((BEFORE, 1, 4, 3), baseline=0))
    assert found["Latest score"] == "3, 3 points worse; no reliable change"
    assert found["Response"] == "Not evaluable: a baseline of 0 cannot fall"
    assert found["Remission"] == "Reached, at 3; the baseline was one already"


def test_an_instrument_without_a_rule_says_that_none_is_published():
    qids = results(record((BEFORE, 1, 4, 5), instrument=QIDS_SR16), QIDS_SR16)
    assert qids["Reliable improvement"] == "No published rule"
    assert qids["Latest score"] == "5, 75 % better"
    pcl5 = results(record((BEFORE, 1, 4, 5), instrument=PCL5), PCL5)
    assert (pcl5["Response"], pcl5["Remission"]) == ("No published rule", "No published rule")
    assert pcl5["Reliable improvement"] == "Reached, at 5"


def test_in_maintenance_the_rule_names_the_baseline_before_induction():
    found = record((BEFORE, 1, 4, 9), baseline=7.0, induction_baseline=20.0)
    rules = change_table(found, [PHQ9]).set_index("What")["Rule"]
    assert said(str(rules["Response"])) == "At least 50 % better than 20 before induction"
    assert results(found)["Response"] == "Reached, at 9"


def test_what_is_worse_is_told_in_points():
    assert results(record((BEFORE, 1, 4, 17), baseline=6))["Latest score"] == (
        "17, 11 points worse; reliably worse"
    )


def test_the_table_as_it_is_read():
    read = change_words(change_table(record(*COURSE), [PHQ9]))
    assert [said(cell) for cell in read.iloc[2]] == [
        "",
        "**Response**: at least 50 % better than the baseline",
        "Reached, at 4",
        "Day 5, 7 Feb 2026",
        "2 infusions",
        "36 hours after infusion 2",
    ]
    assert list(read.iloc[5])[2:] == ["Not reached after 2 infusions", "–", "–", "–"]


def test_a_row_for_each_milestone_of_each_questionnaire():
    both = replace(
        record(*COURSE), scores=pd.concat([record(*COURSE).scores, record(instrument=GAD7).scores])
    )
    table = change_table(both, [PHQ9, GAD7])
    assert table["Questionnaire"].value_counts().to_dict() == {"PHQ-9": 7, "GAD-7": 7}
    assert [name for name in change_words(table)["Questionnaire"] if name] == ["PHQ-9", "GAD-7"]
