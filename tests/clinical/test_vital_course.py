"""The usual course: a median only where three earlier infusions were measured."""

from math import nan

from clinical.vital_course import usual_course


def test_the_median_of_three_at_about_the_same_minute():
    readings = [(1, 0, 120), (2, 1.5, 130), (3, -2, 124), (1, 40, 150), (2, 41, 160)]
    assert usual_course(readings) == [(0, 124)], "at minute 40 there are but two"


def test_missing_values_do_not_count():
    assert usual_course([(1, 0, 120), (2, 0, nan), (3, 0, 124)]) == []


def test_the_same_infusion_counts_once():
    readings = [(1, 10, 100), (1, 11, 110), (2, 10, 120), (3, 10, 130), (4, 9, 140)]
    assert usual_course(readings) == [(10, 125)]  # of 110, 120, 130, 140
