"""The table of the Overview and its file: every number, and nobody left out."""

import pandas as pd
import pytest

from clinical.variation import make_design
from pages.shared.watch import Watch
from pages.side_effects.overview_table import (
    Denominators,
    Shown,
    drawn_table,
    kept_rows,
    saved_table,
    term_rows,
)

NOTHING_WATCHED = Watch((), range(52), make_design(0, 1.0, 2), 0, ())
OF = Denominators(infusions=200, patients=20, chair_hours=400.0, timed=190)


def terms(*rows: tuple[int, str, int, int, int, int, int]) -> pd.DataFrame:
    """Key, name, infusions, patients, records, those of timed infusions, serious; all grade 1."""
    columns = ["term_key", "term", "infusions", "patients", "events", "timed_events", "serious"]
    frame = pd.DataFrame(rows, columns=columns)
    for grade in range(6):
        frame[f"grade_{grade}"] = frame["infusions"] if grade == 1 else 0
    return frame


NAUSEA, PANIC, NEVER = (
    (1, "Nausea", 30, 15, 34, 32, 0),
    (2, "Panic attack", 12, 1, 40, 40, 2),  # one patient, again and again
    (3, "Vomiting", 0, 0, 0, 0, 0),
)
MONTHS = pd.DataFrame(
    {
        "term_key": [1, 1, 2, 2],
        "month": [24313, 24314, 24313, 24314],
        "affected": [10, 20, 0, 12],
        "recorded": [100, 100, 100, 100],
    }
)


@pytest.fixture
def rows() -> pd.DataFrame:
    return term_rows(terms(NAUSEA, PANIC, NEVER), OF, MONTHS, NOTHING_WATCHED)


def test_who_has_many_events_is_counted_with_all_of_them(rows):
    panic = rows.set_index("term").loc["Panic attack"]
    assert (panic["infusions"], panic["patients"], panic["events"]) == (12, 1, 40)
    assert panic["share"] == pytest.approx(12 / 200)
    assert panic["patient_share"] == pytest.approx(1 / 20)
    # 40 in 400 hours; half the chi-squared quantiles for 40: 28.577 and 54.469.
    assert panic["rate_estimate"] == pytest.approx(10)
    assert panic["rate_low"] == pytest.approx(28.577 / 4, abs=1e-3)
    assert panic["rate_high"] == pytest.approx(54.469 / 4, abs=1e-3)


def test_each_row_has_its_share_by_month(rows):
    assert rows["line"].to_list() == [[10, 20], [0, 12], []]


def test_without_a_known_chair_hour_there_is_no_rate_and_not_zero():
    none = Denominators(infusions=200, patients=20, chair_hours=0.0, timed=0)
    found = term_rows(terms(NAUSEA), none, MONTHS, NOTHING_WATCHED)
    assert found["rate_estimate"].isna().all()
    assert drawn_table(found)["95 % CI, chair-hours"].to_list() == [None]


def test_what_is_not_watched_says_so(rows):
    assert rows["signal"].to_list() == ["Not watched: none in the last 52 weeks"] * 3
    assert rows["change"].isna().all()


@pytest.mark.parametrize(
    ("chosen", "left"),
    [
        (Shown("", 0, serious=False, silent=False), ["Nausea", "Panic attack"]),
        (Shown("", 0, serious=False, silent=True), ["Nausea", "Panic attack", "Vomiting"]),
        (Shown("PANIC", 0, serious=False, silent=True), ["Panic attack"]),
        (Shown("", 6, serious=False, silent=True), ["Nausea", "Panic attack"]),  # 6 % exactly
        (Shown("", 6.5, serious=False, silent=True), ["Nausea"]),
        (Shown("", 0, serious=True, silent=True), ["Panic attack"]),
        (Shown("a.c", 0, serious=False, silent=True), []),  # no pattern, but letters
    ],
)
def test_the_reader_chooses_the_rows(rows, chosen, left):
    assert kept_rows(rows, chosen)["term"].to_list() == left


def test_the_file_holds_every_number_and_no_picture(rows):
    saved = saved_table(rows)
    assert not saved.astype(str).stack().str.contains("data:image").any()
    nausea = saved.set_index("Side effect").loc["Nausea"]
    assert (nausea["Infusions"], nausea["of infusions"], nausea["% of infusions"]) == (30, 200, 15)
    assert (nausea["Patients"], nausea["of patients"], nausea["% of patients"]) == (15, 20, 75)
    assert (nausea["Records"], nausea["Records with known chair time"]) == (34, 32)
    assert (nausea["Chair-hours"], nausea["Per 100 chair-hours"]) == (400, 8)
    # Wilson: 30 of 200 is 0.1071 to 0.2061.
    assert (nausea["95 % CI from"], nausea["to"]) == (10.71, 20.61)
    assert nausea["% by month"] == "10 20"
    assert nausea["Mark"] == "Too little data"
