"""Missed and cancelled rates."""

import pandas as pd
import pytest

from clinical.attendance import Outcome, attendance, attendance_by, outcome
from clinical.codes import AppointmentStatus as Status


@pytest.mark.parametrize(
    ("status", "over", "expected"),
    [
        (Status.FULFILLED, False, Outcome.ATTENDED),
        (Status.FULFILLED, True, Outcome.ATTENDED),
        (Status.ARRIVED, False, Outcome.UNDER_WAY),
        (Status.ARRIVED, True, Outcome.ATTENDED),
        (Status.BOOKED, False, Outcome.TO_COME),
        (Status.BOOKED, True, Outcome.NOT_CLOSED),
        (Status.NOSHOW, False, Outcome.MISSED),
        (Status.CANCELLED, False, Outcome.CANCELLED),
    ],
)
def test_outcome_of_an_appointment(status: Status, over: bool, expected: Outcome):
    assert outcome(status, over=over) is expected


def counts(*rows: tuple[int, Status, int, int]) -> pd.DataFrame:
    columns = ["weekday", "status", "appointments", "late_cancelled"]
    return pd.DataFrame(rows, columns=columns)


WEEK = counts(
    (1, Status.FULFILLED, 60, 0),
    (1, Status.ARRIVED, 10, 0),
    (1, Status.NOSHOW, 30, 0),
    (1, Status.CANCELLED, 20, 8),
    (1, Status.BOOKED, 5, 0),
    (2, Status.FULFILLED, 95, 0),
    (2, Status.NOSHOW, 5, 0),
)


def test_missed_is_of_those_due_and_cancelled_of_all_whose_day_has_passed():
    found = attendance(WEEK)
    assert (found.attended, found.missed, found.cancelled) == (165, 35, 20)
    assert (found.late_cancelled, found.not_closed) == (8, 5)
    assert (found.missed_rate.events, found.missed_rate.n) == (35, 200)
    assert (found.late_cancelled_rate.events, found.late_cancelled_rate.n) == (8, 225)


def test_a_late_cancellation_improves_the_missed_rate_and_is_therefore_shown_beside_it():
    missed = attendance(counts((1, Status.FULFILLED, 9, 0), (1, Status.NOSHOW, 1, 0)))
    cancelled = attendance(counts((1, Status.FULFILLED, 9, 0), (1, Status.CANCELLED, 1, 1)))
    assert (missed.missed_rate.estimate, cancelled.missed_rate.estimate) == (0.1, 0.0)
    assert cancelled.late_cancelled_rate.estimate == 0.1


def test_rates_by_group():
    table = attendance_by(WEEK, ["weekday"])
    assert table["weekday"].tolist() == [1, 2]
    assert table["due"].tolist() == [100, 100]
    assert table["appointments"].tolist() == [125, 100]
    assert table["missed_rate"].tolist() == [0.3, 0.05]
    # Wilson: 30 of 100 is 21.9 to 39.6 %; 5 of 100 is 2.2 to 11.2 % (Newcombe's method 3).
    assert table["missed_low"].round(4).tolist() == [0.2189, 0.0215]
    assert table["missed_high"].round(4).tolist() == [0.3958, 0.1118]


def test_nothing_due_is_no_data_and_not_zero_percent():
    table = attendance_by(counts((1, Status.BOOKED, 3, 0)), ["weekday"])
    assert table["missed_rate"].isna().all()


def test_nothing_at_all():
    found = attendance(counts())
    assert found.appointments == 0
    assert found.missed_rate.estimate is None
    assert attendance_by(counts(), ["weekday"]).empty


def test_a_late_cancellation_counts_as_lost_and_an_early_one_does_not():
    found = attendance(WEEK)
    # 35 missed and 8 cancelled late, of 200 due and those 8.
    assert (found.lost_rate.events, found.lost_rate.n) == (43, 208)
    assert (found.early_cancelled_rate.events, found.early_cancelled_rate.n) == (12, 225)
    table = attendance_by(WEEK, ["weekday"])
    assert table["lost"].tolist() == [38, 5]
    assert table["lost_of"].tolist() == [108, 100]
    assert table["lost_rate"].round(4).tolist() == [0.3519, 0.05]
