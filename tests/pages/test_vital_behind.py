"""From the pictures of the vital signs to the infusions behind them."""

from dataclasses import replace
from typing import Any

import pytest

from clinical.thresholds import DEFAULTS
from clinical.vital_reached import VitalLimit
from data_access.measured import LimitReached, RiseWithin, SedationAt
from pages.side_effects.vital_behind import (
    Chosen,
    chosen_limit,
    chosen_limit_of_group,
    chosen_rise,
    chosen_sedation,
)

NOTHING: list[list[Any]] = [
    [],
    ["words"],
    [["words"]],
    [["words", "nausea"]],
    [["words", 17]],
    [["words", None]],
    [["words", {"a": 1}]],
    [["words", "age_band", 99]],
    [None],
]
"""What is no point of ours."""


def test_a_dot_of_the_limits():
    at = replace(DEFAULTS, amber_systolic=150)
    assert chosen_limit([["words", "high_pressure"]], at) == Chosen(
        "Pressure 150/100 or more", LimitReached(VitalLimit.HIGH_PRESSURE, at)
    )


def test_a_dot_of_a_group():
    known = {("age_band", 4): "age: 60–74"}
    found = chosen_limit_of_group(
        [["words", "age_band", 4]], known, VitalLimit.STOP_PRESSURE, DEFAULTS
    )
    assert found == Chosen(
        "Pressure 200/120 or more, age: 60–74",
        LimitReached(VitalLimit.STOP_PRESSURE, DEFAULTS),
        ("age_band", 4),
    )


def test_a_bar_of_the_rises():
    # A bar holds five millimetres.
    assert chosen_rise([["words", -5]], [-5, 0, 5]) == Chosen(
        "systolic pressure, −5 to −1 mmHg", RiseWithin(-5, -1)
    )
    assert chosen_rise([["words", 20]], [15, 20]) == Chosen(
        "systolic pressure, +20 to +24 mmHg", RiseWithin(20, 24)
    )


def test_a_bar_of_the_sedation():
    assert chosen_sedation([["words", 0]]) == Chosen(
        "deepest sedation, MOAA/S 0, no reaction", SedationAt(0)
    )


@pytest.mark.parametrize("points", NOTHING)
def test_only_what_is_drawn_can_be_chosen(points: list[Any]):
    known = {("age_band", 4): "age: 60–74"}
    assert chosen_limit(points, DEFAULTS) is None
    assert chosen_limit_of_group(points, known, VitalLimit.LOW_OXYGEN, DEFAULTS) is None
    assert chosen_rise(points, [15, 20]) is None
    assert chosen_sedation(points) is None
