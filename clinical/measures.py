"""What outcomes are measured by: the questionnaires, and two items of PHQ-9 on their own.

An item is a measure like any other: it has a range, names for its levels and a level that counts as
free of it. Its code lies in databases beside those of the instruments and keeps its meaning.
"""

from dataclasses import replace

from clinical.instruments import (
    GAD7,
    MADRS,
    PCL5,
    PHQ9,
    QIDS_SR16,
    WHO5,
    Band,
    Instrument,
)

_HOW_OFTEN = (
    Band(0, "Not at all"),
    Band(1, "Several days"),
    Band(2, "More than half the days"),
    Band(3, "Nearly every day"),
)
_ITEM = Instrument(
    code=0,
    name="",
    items=1,
    item_lowest=0,
    item_highest=3,
    lowest=0,
    highest=3,
    bands=_HOW_OFTEN,
    remission_at_most=0,
    source="One item of PHQ-9, 0 to 3 (Kroenke 2001). Free of it: 0. No response rule is known.",
)
ENERGY = replace(_ITEM, code=104, name="Energy (PHQ-9 item 4)")
"""Tired or with little energy: how often. Its own questionnaire is PHQ-9."""
THOUGHTS = replace(_ITEM, code=109, name="Suicidal thoughts (PHQ-9 item 9)")
"""Thoughts of being better off dead or of self-harm: how often. A gateway, not a level of risk."""

MEASURES: tuple[Instrument, ...] = (
    PHQ9,
    MADRS,
    QIDS_SR16,
    GAD7,
    WHO5,
    PCL5,
    ENERGY,
    THOUGHTS,
)
"""Every measure of outcome, in the order in which they are offered."""
MEASURE_BY_CODE = {measure.code: measure for measure in MEASURES}
"""Every measure by the number that the fact tables store."""
_PLACES = {measure.code: place for place, measure in enumerate(MEASURES)}
ITEM_MEASURES = {ENERGY.code: 4, THOUGHTS.code: 9}
"""Which item of PHQ-9 a measure is."""


def measure_bit(code: int) -> int:
    """The bit that stands for a measure where several are told of in one number.

    Numbers of this kind are stored in fact tables, which are made anew with a new version: so the
    order of the measures may change.
    """
    return 1 << _PLACES[code]


def free_word(measure: Instrument) -> str:
    """What reaching ``remission_at_most`` is called: remission, or to be free of an item."""
    return "free of it" if measure.code in ITEM_MEASURES else "in remission"


def remission_name(measure: Instrument) -> str:
    """The same as the name of a line, a rate or a column."""
    return "Free of it" if measure.code in ITEM_MEASURES else "Remission"
