"""What inductions ask of the coming weeks, worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from clinical.calendar import day_number, week_number
from clinical.course_demand import (
    GoingOn,
    booked_starts,
    course_demand,
    course_profile,
    courses_to_come,
    going_on,
    rest_of_courses,
)
from clinical.demand import Layer

TODAY = 20_000  # a Thursday
MONDAY = TODAY + 4


def history(*rows):
    return pd.DataFrame(rows, columns=["weekday", "span", "done", "planned", "inductions"])


def test_the_calendar_of_this_test():
    assert week_number(MONDAY) == week_number(TODAY) + 1
    assert (day_number(pd.Timestamp("2024-10-03").date()) - TODAY) == -1


def test_how_many_go_on_of_those_that_planned_another():
    # Twelve planned 3: all had one, 11 two, 9 three. Five planned 2: all had both.
    found = going_on(history((1, 7, 3, 3, 9), (1, 3, 2, 3, 2), (1, 0, 1, 3, 1), (1, 3, 2, 2, 5)))
    assert found.shares.tolist() == pytest.approx([1, 16 / 17, 9 / 11])
    assert found.inductions == 17
    # From the first on: 16/17 of the second and of those 9/11 of the third.
    assert found.rest(1, 3) == pytest.approx(16 / 17 + 16 / 17 * 9 / 11)
    # A fourth, of which the clinic has seen none, is as likely as the third.
    assert found.rest(3, 4) == pytest.approx(9 / 11)
    assert found.rest(3, 3) == 0


def test_a_step_that_few_came_to_has_the_share_of_all_steps():
    # Ten planned 3: 8 had two, 7 three. Third: 7 of 8 are too few, so 15 of 18.
    found = going_on(history((1, 7, 3, 3, 7), (1, 3, 2, 3, 1), (1, 0, 1, 3, 2)))
    assert found.shares.tolist() == pytest.approx([1, 0.8, 15 / 18])
    # Of one induction nothing follows: all that was planned is expected.
    assert going_on(history((1, 3, 2, 6, 1))).shares.tolist() == [1, 1, 1, 1, 1, 1]


def test_without_history_all_that_was_planned_is_expected():
    assert going_on(history()).rest(2, 6) == 4


def test_the_profile_of_a_course():
    # From Thursday, six infusions over 15 days: days 3, 6, 9, 12, 15, 18: weeks 0 0 1 1 2 2.
    # From Monday, only one: week 0.
    found = course_profile(history((4, 15, 6, 6, 1), (1, 0, 1, 6, 3)), 4)
    assert found.tolist() == [5 / 4, 2 / 4, 2 / 4, 0]
    assert course_profile(history(), 3).tolist() == [0, 0, 0]


def under_way(*rows):
    columns = ["patient_key", "site_key", "done", "planned", "last_day"]
    return pd.DataFrame(rows, columns=columns)


def booked(*rows):
    columns = ["patient_key", "site_key", "day", "attends", "last_infusion_day"]
    return pd.DataFrame(rows, columns=columns)


def test_inductions_that_go_on_and_that_are_booked_to_begin():
    found = courses_to_come(
        under_way((1, 7, 2, 6, TODAY - 3), (2, 7, 5, 6, TODAY - 1)),
        booked(
            (1, 7, MONDAY, 0.9, TODAY - 3),
            (1, 7, MONDAY + 3, 0.8, TODAY - 3),
            (3, 8, MONDAY + 1, 0.9, -1),  # was never here
            (3, 8, MONDAY + 4, 0.9, -1),
            (4, 8, MONDAY + 1, 0.9, MONDAY + 1 - 183),  # comes back after 183 days
            (5, 8, MONDAY + 1, 0.9, MONDAY + 1 - 182),  # a booster
            (0, 8, MONDAY + 1, 0.9, -1),  # of nobody
        ),
    ).to_dict("records")
    first, second, new, again = found
    assert (first["done"], first["planned"], first["begins"]) == (2, 6, 1)
    assert (first["attends"], first["last_day"]) == (pytest.approx(1.7), MONDAY + 3)
    assert (second["attends"], second["last_day"]) == (0, TODAY - 1)
    assert (new["done"], new["planned"], new["begins"]) == (0, 6, 0.9)
    assert (new["attends"], new["begins_day"], new["last_day"]) == (1.8, MONDAY + 1, MONDAY + 4)
    assert again["begins_day"] == MONDAY + 1


def test_booked_starts_by_week():
    courses = courses_to_come(
        under_way(), booked((3, 8, MONDAY + 1, 0.9, -1), (4, 8, MONDAY + 8, 0.5, -1))
    )
    week = week_number(MONDAY)
    assert booked_starts(courses, range(week - 1, week + 3)) == [0, 0.9, 0.5, 0]


def test_the_rest_of_a_course_follows_its_last_booking():
    courses = courses_to_come(
        under_way((1, 7, 2, 6, TODAY - 3)), booked((1, 7, MONDAY, 0.5, TODAY - 3))
    )
    # Of 4 to come, all expected, the booking gives 0.5: the rest is 3.5, in four days of 7/8 each,
    # at two a week: 4, 7, 11 and 14 days after the booking.
    found = rest_of_courses(courses, GoingOn(np.ones(6), 10), 2, TODAY)
    assert found.days == [MONDAY + 4, MONDAY + 7, MONDAY + 11, MONDAY + 14]
    assert found.probabilities == [0.875] * 4
    demand = course_demand(found, {7: 100.0})
    week = week_number(MONDAY)
    assert demand["week"].tolist() == [week, week + 1, week + 1, week + 2]
    assert set(demand["layer"]) == {Layer.COURSES}
    assert demand["minutes"].tolist() == [87.5] * 4
    assert demand["variance"].tolist() == [0.875 * 0.125] * 4


def test_a_course_without_bookings_goes_on_from_today():
    found = rest_of_courses(
        courses_to_come(under_way((1, 7, 5, 6, TODAY - 10)), booked()),
        GoingOn(np.array([1, 1, 1, 1, 1, 0.5]), 10),
        2,
        TODAY,
    )
    assert (found.days, found.probabilities) == ([TODAY + 4], [0.5])


def test_what_the_bookings_give_is_not_counted_again():
    courses = courses_to_come(
        under_way((1, 7, 5, 6, TODAY - 3)), booked((1, 7, MONDAY, 0.9, TODAY - 3))
    )
    shares = GoingOn(np.array([1, 1, 1, 1, 1, 0.9]), 10)
    assert rest_of_courses(courses, shares, 2, TODAY).days == []
