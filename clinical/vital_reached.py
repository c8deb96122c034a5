"""Which of the clinic's limits infusions reached, how often, and in whom more often.

The limits and when they count as reached are those of :mod:`clinical.vital_limits`, each by itself:
an infusion that reached the red one has as a rule reached the amber one too.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from clinical.codes import AgeBand, DoseBand, PressureHistory
from clinical.incidence import CONFIDENCE, Difference, Proportion, difference, proportion
from clinical.side_effect_rates import FEW, NUMBER_BANDS, incidence_by
from clinical.thresholds import Thresholds


class VitalLimit(StrEnum):
    """A limit; its value is the column of those that reached it."""

    HIGH_PRESSURE = "high_pressure"
    RED_PRESSURE = "red_pressure"
    STOP_PRESSURE = "stop_pressure"
    LOW_OXYGEN = "low_oxygen"
    RED_OXYGEN = "red_oxygen"
    DEEP_SEDATION = "deep_sedation"

    @property
    def measured(self) -> str:
        """The column of those in whom it was measured: what the limit's rate is of."""
        return _MEASURED[self]


_MEASURED = {
    VitalLimit.HIGH_PRESSURE: "pressure",
    VitalLimit.RED_PRESSURE: "pressure_twice",
    VitalLimit.STOP_PRESSURE: "pressure",
    VitalLimit.LOW_OXYGEN: "oxygen",
    VitalLimit.RED_OXYGEN: "oxygen",
    VitalLimit.DEEP_SEDATION: "sedation",
}
MEASURED_COLUMNS = ("pressure", "pressure_twice", "oxygen", "sedation")
"""Those measured at all: a pressure, the same pressure at least twice, oxygen, sedation."""
SEDATION_LEVELS = (5, 4, 3, 2, 1, 0)
"""MOAA/S from awake to unresponsive."""


def limit_words(limit: VitalLimit, thresholds: Thresholds) -> str:
    """A limit in words, with the clinic's numbers."""
    at = thresholds
    return {
        VitalLimit.HIGH_PRESSURE: f"Pressure {at.amber_systolic}/{at.amber_diastolic} or more",
        VitalLimit.RED_PRESSURE: f"Pressure {at.red_systolic}/{at.red_diastolic} or more, twice",
        VitalLimit.STOP_PRESSURE: f"Pressure {at.stop_systolic}/{at.stop_diastolic} or more",
        VitalLimit.LOW_OXYGEN: f"SpO₂ under {at.amber_spo2} %",
        VitalLimit.RED_OXYGEN: f"SpO₂ under {at.red_spo2} %",
        VitalLimit.DEEP_SEDATION: f"MOAA/S {at.red_sedation} or less",
    }[limit].replace(" %", "\N{NO-BREAK SPACE}%")


def reached(counts: pd.DataFrame, limit: VitalLimit) -> Proportion:
    """How many of those measured reached the limit, over all rows of the counts."""
    return proportion(int(counts[limit].sum()), int(counts[limit.measured].sum()))


class Grouping(StrEnum):
    """What infusions are told apart by; its value is the column of the counts."""

    NUMBER = "number_band"
    DOSE = "dose_band"
    AGE = "age_band"
    HISTORY = "hypertension"


CATEGORIES: dict[Grouping, tuple[int, ...]] = {
    Grouping.NUMBER: tuple(range(len(NUMBER_BANDS))),
    Grouping.DOSE: (*(int(band) for band in DoseBand if band), int(DoseBand.UNKNOWN)),
    Grouping.AGE: (*(int(band) for band in AgeBand if band), int(AgeBand.UNKNOWN)),
    Grouping.HISTORY: (
        int(PressureHistory.NONE),
        int(PressureHistory.HYPERTENSION),
        int(PressureHistory.UNKNOWN),
    ),
}
"""The categories of each grouping in the order in which they are shown, the unknown ones last."""


def rates_by(counts: pd.DataFrame, limit: VitalLimit, grouping: Grouping) -> pd.DataFrame:
    """The rate of one limit in each category in which anything was measured.

    Columns: the grouping's, and ``affected``, ``recorded``, ``share``, ``low``, ``high`` as
    :func:`clinical.side_effect_rates.incidence_by` has them.
    """
    renamed = counts[[grouping, limit, limit.measured]].set_axis(
        [grouping.value, "affected", "recorded"], axis=1
    )
    rates = incidence_by(grouping.value, CATEGORIES[grouping], renamed, renamed)
    return rates[rates["recorded"] > 0].reset_index(drop=True)


@dataclass(frozen=True, slots=True)
class Contrast:
    """The rate of one limit in two parts of the infusions that were chosen beforehand.

    ``words``: which parts, the one thought to be at risk first; ``difference`` with an interval
    that allows for there being four such contrasts (Bonferroni).
    """

    words: tuple[str, str]
    exposed: Proportion
    other: Proportion
    difference: Difference


def contrasts(counts: pd.DataFrame, limit: VitalLimit) -> list[Contrast]:
    """The first infusion, the highest dose, age from 60 and a history, each against the others.

    Only those in which both parts rest on 20 or more infusions.
    """
    confidence = 1 - (1 - CONFIDENCE) / len(Grouping)
    found = []
    for grouping, words, exposed, other in _parts(counts, limit):
        one = reached(counts[counts[grouping].isin(exposed)], limit)
        rest = reached(counts[counts[grouping].isin(other)], limit)
        if min(one.n, rest.n) >= FEW:
            found.append(Contrast(words, one, rest, difference(one, rest, confidence)))
    return found


def clear_contrasts(counts: pd.DataFrame, limit: VitalLimit) -> list[Contrast]:
    """Those whose interval leaves out "no difference", the largest difference first."""
    return sorted(
        (one for one in contrasts(counts, limit) if one.difference.is_clear),
        key=lambda one: abs(one.difference.estimate or 0.0),
        reverse=True,
    )


def _parts(
    counts: pd.DataFrame, limit: VitalLimit
) -> Iterable[tuple[Grouping, tuple[str, str], list[int], list[int]]]:
    yield (
        Grouping.NUMBER,
        ("at the first infusion", "later"),
        [0],
        list(range(1, len(NUMBER_BANDS))),
    )
    doses = rates_by(counts, limit, Grouping.DOSE)
    known = doses[(doses["dose_band"] != DoseBand.UNKNOWN) & (doses["recorded"] >= FEW)]
    bands = known["dose_band"].to_list()
    yield (
        Grouping.DOSE,
        ("at the highest doses", "at the lowest"),
        bands[-1:] if len(bands) > 1 else [],
        bands[:1],
    )
    older = [AgeBand.FROM_60, AgeBand.FROM_75]
    younger = [band for band in AgeBand if band and band not in older]
    yield Grouping.AGE, ("from age 60 on", "at younger ages"), list(older), list(younger)
    yield (
        Grouping.HISTORY,
        ("with a history of hypertension", "without"),
        [PressureHistory.HYPERTENSION],
        [PressureHistory.NONE],
    )
