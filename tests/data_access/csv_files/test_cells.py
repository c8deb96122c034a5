"""Which texts each kind of cell takes, and what is said of those that it does not."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter, ValidationError

from data_access.csv_files import cells
from data_access.csv_files.cells import Cell, nearest_name


def value_of(cell: Cell, text: str) -> Any:
    return TypeAdapter(Annotated[Any, cell]).validate_python(text)


def problem_of(cell: Cell, text: str) -> str:
    with pytest.raises(ValidationError) as caught:
        value_of(cell, text)
    return cell.describe(caught.value.errors()[0]["type"], text)


FIVE_HOURS_WEST = timezone(timedelta(hours=-5))


@pytest.mark.parametrize(
    ("cell", "text", "value"),
    [
        (cells.Identifier(), "007", "007"),
        (cells.Identifier(), "A b/ü-1", "A b/ü-1"),
        (cells.Identifier(), "x" * 64, "x" * 64),
        (cells.Words(), "NA", "NA"),
        (cells.Words(), " Lee ", " Lee "),
        (cells.Words(), "=1+1", "=1+1"),
        (cells.Note(), "one\r\ntwo\tthree", "one\r\ntwo\tthree"),
        (cells.Diagnosis(), "F33.2", "F33.2"),
        (cells.Diagnosis(), "F31.81", "F31.81"),
        (cells.Diagnosis(), "F99", "F99"),
        (cells.Day(), "2028-02-29", date(2028, 2, 29)),
        (cells.Moment(), "2026-03-09T14:30", datetime(2026, 3, 9, 14, 30)),  # noqa: DTZ001
        (cells.Moment(), "2026-03-09T14:30:15Z", datetime(2026, 3, 9, 14, 30, 15, tzinfo=UTC)),
        (
            cells.Moment(),
            "2026-03-09T14:30:00-0500",
            datetime(2026, 3, 9, 14, 30, tzinfo=FIVE_HOURS_WEST),
        ),
        (
            cells.Moment(),
            "2026-03-09T14:30:00.999999999-05:00",
            datetime(2026, 3, 9, 14, 30, 0, 999999, FIVE_HOURS_WEST),
        ),
        (cells.Clock(), "08:30", time(8, 30)),
        (cells.Whole(0, 5), "3", 3),
        (cells.Whole(0, 400), "120.0", 120),
        (cells.Whole(0, 400), "0120", 120),
        (cells.Number(above=0), "42.5", 42.5),
        (cells.Number(), "-1", -1.0),
        (cells.Flag(), "true", True),
        (cells.Flag(), "false", False),
        (cells.OneOf(["iv", "im"]), "im", "im"),
    ],
)
def test_accepted(cell: Cell, text: str, value: Any) -> None:
    assert value_of(cell, text) == value
    assert type(value_of(cell, text)) is type(value)


@pytest.mark.parametrize(
    ("cell", "text", "problem"),
    [
        (cells.Identifier(), "x" * 65, "has 65 characters, which is too long"),
        (cells.Identifier(), " 7", "has spaces around it"),
        (cells.Identifier(), "7\u00a0", "has spaces around it"),
        (cells.Identifier(), "  ", "holds only spaces"),
        (cells.Identifier(), "a\u200bb", "holds an invisible character (u+200b zero width space)"),
        (cells.Identifier(), "a\nb", "holds an invisible character (u+000a control)"),
        (cells.Identifier(), "Jos\udce9", "holds bytes that are not UTF-8"),
        (
            cells.Words(),
            "abc\u202edef",
            "holds an invisible character (u+202e right-to-left override)",
        ),
        (cells.Words(), "a\x00b", "holds an invisible character (u+0000 control)"),
        (cells.Words(), "one\ntwo", "holds an invisible character (u+000a control)"),
        (cells.Words(), "   ", "holds only spaces"),
        (cells.Note(), "one\x1btwo", "holds an invisible character (u+001b control)"),
        (cells.Note(), "x" * 4001, "has 4,001 characters, which is too long"),
        (cells.Diagnosis(), "F332", "is not an ICD-10-CM code"),
        (cells.Diagnosis(), "f33.2", "is not an ICD-10-CM code"),
        (cells.Day(), "20260304", "is not a day"),
        (cells.Day(), "1772582400", "is not a day"),
        (cells.Day(), "2026-02-30", "is not a day"),
        (cells.Day(), "03/09/2026", "is not a day"),
        (cells.Day(), "0026-03-09", "is not a day"),
        (cells.Day(), "２０２６-03-09", "is not a day"),
        (cells.Moment(), "2026-03-09", "is not a date and time"),
        (cells.Moment(), "2026-03-09 14:30", "is not a date and time"),
        (cells.Moment(), "2026-03-09T24:00", "is not a date and time"),
        (cells.Moment(), "2026-03-09T14:30:00-25:00", "is not a date and time"),
        (cells.Moment(), "1772582400", "is not a date and time"),
        (cells.Clock(), "8:30", "is not a time of day"),
        (cells.Clock(), "24:00", "is not a time of day"),
        (cells.Clock(), "08:30:00", "is not a time of day"),
        (cells.Whole(0, 5), "6", "is out of range"),
        (cells.Whole(0, 5), "-1", "is out of range"),
        (cells.Whole(0, 50), "1_2", "is not a whole number"),
        (cells.Whole(0, 50), "3.5", "is not a whole number"),
        (cells.Whole(0, 50), "٣", "is not a whole number"),
        (cells.Whole(0, 50), "1e1", "is not a whole number"),
        (cells.Whole(0, 50), " 3", "has spaces around it"),
        (cells.Whole(0, 50), "9" * 5_000, "is not a whole number"),
        (cells.Number(above=0), "0", "is out of range"),
        (cells.Number(above=0), "NaN", "is not a number"),
        (cells.Number(above=0), "inf", "is not a number"),
        (cells.Number(above=0), "4,5", "is not a number"),
        (cells.Number(above=0), ".5", "is not a number"),
        (cells.Flag(), "True", "is neither true nor false"),
        (cells.Flag(), "1", "is neither true nor false"),
        (
            cells.OneOf(["booked", "noshow"]),
            "No-Show",
            "is not one of the words for this column (did you mean 'noshow'?)",
        ),
        (cells.OneOf(["booked", "noshow"]), "x", "is not one of the words for this column"),
    ],
)
def test_refused(cell: Cell, text: str, problem: str) -> None:
    assert problem_of(cell, text) == problem


def test_what_would_be_right_is_said_with_its_limits() -> None:
    assert cells.Whole(0, 5).right == "a whole number from 0 to 5"
    assert cells.Number(above=0, highest=1_000).right == (
        "a number with a decimal point above 0 up to 1,000"
    )
    assert cells.OneOf(["iv", "im"]).right == "one of iv, im"


def test_the_nearest_name() -> None:
    assert nearest_name("Dose", ["dose_mg", "started_at"]) == "dose_mg"
    assert nearest_name("patientid", ["patient_id", "site_id"]) == "patient_id"
    assert nearest_name("zzz", ["dose_mg", "started_at"]) is None
