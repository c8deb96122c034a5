"""Suicidal thoughts in words: what is open, since when, and what is due."""

from datetime import date, datetime, timedelta

import pandas as pd
import pytest

from pages.patients.thoughts_findings import (
    Thoughts,
    thoughts_finding,
    thoughts_line,
    thoughts_title,
)

START = datetime(2026, 11, 5, 9)  # noqa: DTZ001 - the clinic's own clock
TODAY = date(2026, 11, 25)
INFUSIONS = pd.DataFrame({"number": [1], "started": [START]})


def thoughts(
    items: list[int], screeners: list[int] | None = None, totals: list[int] | None = None
) -> Thoughts:
    """Answers four days apart from 5 November, screeners on the same days."""
    levels = screeners or []
    return Thoughts(
        item_9=pd.DataFrame(
            {
                "completed": pd.Series(_days(len(items)), dtype="datetime64[us]"),
                "level": pd.Series(items, dtype=int),
                "total": pd.Series(totals or [10] * len(items), dtype=float),
            }
        ),
        screeners=pd.DataFrame(
            {
                "completed": pd.Series(_days(len(levels)), dtype="datetime64[us]"),
                "level": pd.Series(levels, dtype=int),
            }
        ),
        unanswered=0,
    )


def _days(count: int) -> list[datetime]:
    return [START + timedelta(days=4 * place) for place in range(count)]


@pytest.mark.parametrize(
    ("items", "totals", "title"),
    [
        ([0, 1, 2], [21, 15, 10], "Item 9 rose from 0 to 2 while the total fell"),
        ([0, 1], [10, 15], "Item 9 rose from 0 to 1"),
        ([0, 1], [10, 10], "Item 9 rose from 0 to 1"),
        ([1, 0, 1], [20, 8, 17], "Item 9 rose from 0 to 1"),
        ([1, 0, 1], [20, 8, 7], "Item 9 rose from 0 to 1 while the total fell"),
        ([2, 0], [21, 10], "Item 9 fell from 2 to 0"),
        ([0, 2, 0], [10, 10, 10], "Item 9 is 0, after a height of 2"),
        ([0, 0], [10, 10], "Item 9 is 0"),
    ],
)
def test_item_9_is_told_apart_from_the_total(items, totals, title):
    assert thoughts_title(thoughts(items, totals=totals)) == title


@pytest.mark.parametrize(
    ("items", "screeners", "title"),
    [
        ([0, 0], [1, 3], "C-SSRS rose from Low to High"),
        ([0, 1], [0, 2], "Item 9 rose from 0 to 1 and C-SSRS rose from None to Moderate"),
        ([2, 0], [2, 0], "Item 9 fell from 2 to 0; C-SSRS level went from Moderate to None"),
        ([0], [1], "Item 9 is 0; C-SSRS level is Low"),
        ([], [1], "No answer to item 9 recorded; C-SSRS level is Low"),
    ],
)
def test_the_screener_stands_beside_item_9(items, screeners, title):
    assert thoughts_title(thoughts(items, screeners)) == title


def test_the_age_of_an_open_concern():
    # Answers on 5, 9 and 13 November; item 9 rose on the 13th, twelve days before the 25th.
    found = thoughts([0, 0, 1], [0, 0, 0], totals=[21, 18, 10])
    assert thoughts_line(found, TODAY) == (
        "**Suicidal thoughts:** A concern has been open for 12 days, since 13 Nov 2026, when "
        "item 9 rose from 0 to 1."
    )
    drawn = thoughts_finding(found, INFUSIONS, TODAY)
    assert drawn is not None
    assert drawn.title == "Item 9 rose from 0 to 1 while the total fell"
    assert drawn.note == (
        "A concern has been open for 12 days, since 13 Nov 2026, when item 9 rose from 0 to 1. "
        "Item 9: first 0 on 5 Nov 2026, last 1 on 13 Nov 2026. "
        "C-SSRS: first None on 5 Nov 2026, last None on 13 Nov 2026."
    )


def test_an_open_concern_says_where_it_stands_now():
    words = thoughts_line(thoughts([0, 1, 2], [0, 3, 2]), TODAY)
    assert "since 9 Nov 2026, when item 9 rose from 0 to 1; it is 2 now" in words
    assert "since 9 Nov 2026, when C-SSRS rose from None to High; it is Moderate now" in words


def test_a_screener_is_due_where_none_was_taken_on_the_day_of_item_9_or_since():
    due = (
        "**C-SSRS screener due**: item 9 was 1 on 9 Nov 2026, and none is recorded on that day or "
        "since"
    )
    assert due in thoughts_line(thoughts([1, 1], [1]), TODAY)
    assert due in thoughts_line(thoughts([1, 1]), TODAY)
    assert thoughts_line(thoughts([1, 1], [1, 1]), TODAY) == "", "the same day"
    assert thoughts_line(thoughts([1, 1], [1, 1, 1]), TODAY) == "", "since"
    assert thoughts_line(thoughts([1, 0]), TODAY) == "", "no longer positive"


def test_a_high_level_is_named_also_where_it_did_not_rise():
    assert thoughts_line(thoughts([0], [3]), TODAY) == (
        "**Suicidal thoughts:** C-SSRS was High on 5 Nov 2026."
    )


def test_nothing_recorded_is_no_picture():
    assert thoughts_finding(thoughts([]), INFUSIONS, TODAY) is None
    assert thoughts_line(thoughts([]), TODAY) == ""


def test_the_table_has_both_measures_in_time_order():
    drawn = thoughts_finding(thoughts([0, 1], [2]), INFUSIONS, TODAY)
    assert drawn is not None
    table = drawn.numbers()
    assert table["Measure"].tolist() == ["PHQ-9 item 9", "C-SSRS", "PHQ-9 item 9"]
    assert table["Level"].tolist() == ["0", "Moderate", "1"]
    alone = thoughts_finding(thoughts([], [2]), INFUSIONS, TODAY)
    assert alone is not None
    assert alone.numbers()["Level"].tolist() == ["Moderate"]
