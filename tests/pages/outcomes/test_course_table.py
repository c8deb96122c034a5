"""A list of courses as a table, row by row."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from clinical.instruments import PHQ9, WHO5, Instrument
from clinical.measures import THOUGHTS
from pages.outcomes.course_table import course_details


def _rows(**changed: object) -> pd.DataFrame:
    row: dict[str, object] = {
        "series_key": 1,
        "started_day": (date(2026, 3, 1) - date(1970, 1, 1)).days,
        "site": "North",
        "phase": 1,
        "over": 1,
        "done": 4,
        "planned": 6,
        "baseline": 20.0,
        "total": 8.0,
        "observed": 1,
        "percent": 60.0,
        "responded": 1,
        "remitted": 0,
        "last_total": 7.0,
        "last_number": 5,
    }
    return pd.DataFrame([row | changed])


def _told(column: str, measure: Instrument = PHQ9, **changed: object) -> object:
    return course_details(_rows(**changed), measure, "Score after infusion 4")[column].iloc[0]


def test_what_is_shown_of_a_course():
    table = course_details(_rows(), PHQ9, "Score after infusion 4")
    assert table.iloc[0].to_dict() == {
        "First infusion": date(2026, 3, 1),
        "Infusions": "4 of 6",
        "Baseline": 20.0,
        "Score after infusion 4": 8.0,
        "Better by, %": 60.0,
        "Result": "Response",
        "Site": "North",
        "Last score": 7.0,
        "After infusion": 5,
    }


def test_the_last_score_is_said_once():
    table = course_details(_rows(total=7.0), PHQ9, "Last score")
    assert list(table).count("Last score") == 1
    assert table["Last score"].iloc[0] == 7.0


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, "4 of 6"),
        ({"planned": pd.NA}, "4"),
        ({"over": 0}, "4 of 6, under way"),
    ],
)
def test_how_far_a_course_went(changed, words):
    assert _told("Infusions", **changed) == words


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"remitted": 1}, "Response, in remission"),
        ({"responded": 0}, "No response"),
        ({"responded": 0, "remitted": 1}, "No response, but in remission"),
        ({"observed": 0}, "Response, carried forward"),
        ({"baseline": np.nan, "total": np.nan}, "No baseline"),
        ({"total": np.nan, "observed": pd.NA}, "No score"),
        # A baseline of 0 leaves no room to respond.
        ({"baseline": 0.0, "responded": pd.NA, "remitted": 1}, "In remission"),
        ({"baseline": 0.0, "responded": pd.NA}, "Not in remission"),
    ],
)
def test_what_the_score_says(changed, words):
    assert _told("Result", **changed) == words


@pytest.mark.parametrize(
    ("total", "words"), [(60.0, "Better"), (20.0, "Unchanged"), (8.0, "Worse")]
)
def test_a_measure_without_a_rule_is_told_by_its_direction(total, words):
    no_rule = {"responded": pd.NA, "remitted": pd.NA, "total": total}
    assert _told("Result", WHO5, **no_rule) == words


@pytest.mark.parametrize(("remitted", "words"), [(1, "Free of it"), (0, "Not free of it")])
def test_an_item_is_gone_or_not(remitted, words):
    assert _told("Result", THOUGHTS, responded=pd.NA, remitted=remitted) == words
