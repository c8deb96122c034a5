"""What is said of PHQ-9's items, anxiety and quality of life."""

from datetime import datetime, timedelta

import pandas as pd
import pytest

from clinical.codes import Timepoint
from clinical.instruments import GAD7, WHO5
from data_access.patient_items import ITEMS
from pages.patients.items_findings import items_finding, items_title, total_finding, total_title

START = datetime(2026, 2, 2, 9)  # noqa: DTZ001 - the clinic's own clock
BASELINE, BEFORE = Timepoint.BASELINE, Timepoint.BEFORE_INFUSION
AFTER, LATER = Timepoint.AFTER_INFUSION, Timepoint.FOLLOW_UP


def questionnaires(*rows: tuple[Timepoint, str]) -> pd.DataFrame:
    """PHQ-9 with items written as nine digits, ``.`` for no answer; four days between them."""
    frame = pd.DataFrame(
        {
            "series_key": pd.array([1] * len(rows), "Int64"),
            "completed": [START + timedelta(days=4 * place) for place in range(len(rows))],
            "timepoint": [int(kind) for kind, _ in rows],
            "number": range(len(rows)),
            "hours_after": [240.0 if kind is LATER else 30.0 for kind, _ in rows],
            "total": 10.0,
        }
    )
    for place, item in enumerate(ITEMS):
        answers = [None if told[place] == "." else int(told[place]) for _, told in rows]
        frame[item] = pd.array(answers, "Int64")
    return frame


@pytest.mark.parametrize(
    ("rows", "title"),
    [
        (
            [(BASELINE, "223320111"), (BEFORE, "223120110")],
            "Energy fell from 3 to 1 and thoughts of death from 1 to 0",
        ),
        (
            [(BASELINE, "233310110"), (BEFORE, "211110112")],
            "Mood fell from 3 to 1 and sleep from 3 to 1; thoughts of death rose from 0 to 2",
        ),
        ([(BASELINE, "000000000"), (BEFORE, "010000000")], "Mood rose from 0 to 1"),
        (
            [(BASELINE, "111111111"), (BEFORE, "111111111")],
            "No item moved from the first to the last questionnaire",
        ),
        ([(BASELINE, "1132.1110")], "One PHQ-9 with items: highest sleep (3)"),
        ([(BASELINE, "000000000")], "One PHQ-9 with items: every item 0"),
    ],
)
def test_the_title_says_which_items_moved(rows, title):
    assert items_title(questionnaires(*rows)) == title


def test_answers_soon_after_an_infusion_are_shown_and_not_compared():
    asked = questionnaires((BASELINE, "333333333"), (BEFORE, "222222222"), (AFTER, "000000000"))
    found = items_finding(asked)
    assert found is not None
    assert found.title == "Interest fell from 3 to 2 and mood from 3 to 2"
    assert found.subtitle == (
        "3 PHQ-9 with items, of 3. Compared: baseline (2 Feb 2026) with before infusion 2 "
        "(6 Feb 2026); lower is better. Energy fell from 3 to 2"
    )
    assert found.chart.data[0].customdata[0][2].endswith("30 h after 2")
    assert len(found.numbers()) == 3


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        ("233310110", "211110110", ". Energy fell from 3 to 1 and interest stayed at 2"),
        ("111111111", "111111111", ". Energy stayed at 1 and interest stayed at 1"),
        ("311311111", "111111111", "lower is better"),  # both are in the title
        (".22.22222", ".11.11111", "lower is better"),  # neither was answered
    ],
)
def test_energy_and_interest_are_told_in_any_case(first, last, told):
    found = items_finding(questionnaires((BASELINE, first), (BEFORE, last)))
    assert found is not None
    assert found.subtitle.endswith(told)


def test_only_answers_that_cannot_be_compared():
    found = items_finding(questionnaires((BASELINE, "333333333"), (AFTER, "000000000")))
    assert found is not None
    assert "Nothing comparable" in found.subtitle


def test_totals_without_items_are_no_picture():
    assert items_finding(questionnaires((BASELINE, "........."))) is None
    assert items_finding(questionnaires()) is None


def test_missing_answers_are_counted_and_told():
    found = items_finding(questionnaires((BASELINE, "11111111."), (BEFORE, ".........")))
    assert found is not None
    assert found.subtitle.startswith("1 PHQ-9 with items, of 2")
    assert found.note == "– no answer kept (1 answer)."


def test_of_a_long_record_the_latest_24_are_shown_and_compared():
    rows = [(BASELINE, "3" * 9), *[(BEFORE, "2" * 9)] * 23, (BEFORE, "1" * 9)]
    found = items_finding(questionnaires(*rows))
    assert found is not None
    assert "the latest 24 are shown" in found.subtitle
    assert found.title.startswith("Interest fell from 2 to 1"), "the first shown, not the first"
    assert len(found.chart.data[0].x) == 24
    assert len(found.numbers()) == 25


def totals(instrument: int, *rows: tuple[Timepoint, float]) -> pd.DataFrame:
    return questionnaires(*[(kind, "." * 9) for kind, _ in rows]).assign(
        instrument=instrument, total=[total for _, total in rows]
    )


@pytest.mark.parametrize(
    ("instrument", "first", "last", "title"),
    [
        (GAD7, 14, 6, "GAD-7 fell from 14 to 6: better"),
        (GAD7, 10, 6, "GAD-7 fell from 10 to 6: better"),  # exactly the reliable 4 points
        (GAD7, 10, 7, "GAD-7 fell from 10 to 7: within measurement error"),
        (GAD7, 6, 14, "GAD-7 rose from 6 to 14: worse"),
        (WHO5, 24, 56, "WHO-5 rose from 24 to 56: better"),
        (WHO5, 56, 24, "WHO-5 fell from 56 to 24: worse"),
        (WHO5, 56, 56, "WHO-5 is 56, as at first"),
    ],
)
def test_totals_have_a_direction_in_words(instrument, first, last, title):
    own = totals(instrument.code, (BASELINE, first), (AFTER, 0), (BEFORE, last))
    assert total_title(own, instrument) == title


def test_one_total_has_nothing_to_be_compared_with():
    own = totals(WHO5.code, (BASELINE, 24), (AFTER, 80))
    assert total_title(own, WHO5) == "WHO-5 is 80; nothing to compare it with yet"
    found = total_finding(own, WHO5)
    assert found is not None
    assert found.subtitle == "2 scores; well-being, higher is better"
    assert total_finding(own, GAD7) is None


def test_the_subtitle_names_what_is_compared():
    found = total_finding(totals(GAD7.code, (BASELINE, 14), (LATER, 6)), GAD7)
    assert found is not None
    assert found.subtitle == (
        "2 scores; anxiety, lower is better. Compared: baseline (2 Feb 2026) with 10 days after "
        "infusion 1 (6 Feb 2026)"
    )
