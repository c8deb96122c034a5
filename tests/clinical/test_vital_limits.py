"""Each limit, just below it and at it. Defaults: 165/100, twice 180/110, once 200/120."""

import pytest

from clinical.thresholds import DEFAULTS, Thresholds
from clinical.vital_limits import (
    Concern,
    heart_rate_concern,
    oxygen_concern,
    pressure_concern,
    sedation_concern,
)

NONE, AMBER, RED = Concern


@pytest.mark.parametrize(
    ("peak", "sustained", "concern"),
    [
        ((164, 99), (164, 99), NONE),
        ((165, 60), (150, 60), AMBER),
        ((120, 100), (None, None), AMBER),
        ((185, 90), (179, 109), AMBER),  # once 185 is not red
        ((185, 90), (180, 90), RED),
        ((150, 112), (150, 110), RED),
        ((200, 90), (150, 80), RED),
        ((150, 120), (None, None), RED),
        ((None, None), (None, None), NONE),
    ],
)
def test_blood_pressure(peak, sustained, concern):
    assert pressure_concern(peak, sustained, DEFAULTS) is concern


@pytest.mark.parametrize(
    ("lowest", "concern"),
    [(94, NONE), (93.9, AMBER), (90, AMBER), (89, RED), (None, NONE)],
)
def test_oxygen_counts_below_its_limit(lowest, concern):
    assert oxygen_concern(lowest, DEFAULTS) is concern


@pytest.mark.parametrize(("deepest", "concern"), [(4, NONE), (3, RED), (0, RED), (None, NONE)])
def test_sedation_counts_at_its_limit(deepest, concern):
    assert sedation_concern(deepest, DEFAULTS) is concern


@pytest.mark.parametrize(
    ("rate", "concern"), [(50, NONE), (49, AMBER), (120, NONE), (121, AMBER), (None, NONE)]
)
def test_heart_rate_counts_beyond_its_limits(rate, concern):
    assert heart_rate_concern(rate, DEFAULTS) is concern


def test_limits_are_settings():
    assert pressure_concern((150, 80), (None, None), Thresholds(amber_systolic=150)) is AMBER
