"""The expected course: how comparable patients of this clinic did, infusion by infusion.

*Comparable*: the same instrument, the same phase, and a baseline in the same severity band; the
same diagnosis group too where that leaves enough patients. Counts and percentiles, no advice.

*On track*, after the expected-recovery curves of outcome feedback in psychotherapy (Finch, Lambert
and Schaalje 2001), whose alarm is the tenth of patients furthest behind: a score before an infusion
is *behind* where it is worse than the 90th percentile of comparable patients, *slow* where worse
than the 75th, else *on track*. Those curves are for sessions of psychotherapy; for infusions none
are published, so the clinic's own patients are the measure.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from clinical.codes import Code, DiagnosisGroup
from clinical.incidence import Proportion, proportion
from clinical.instruments import GAD7, MADRS, PCL5, PHQ9, QIDS_SR16, WHO5, Instrument

COMPARED = (PHQ9, MADRS, QIDS_SR16, GAD7, PCL5, WHO5)
"""The instruments with an expected course: those with severity bands for the baseline."""
MOST_INFUSIONS = 24
"""The expected course is known up to this infusion of a series."""
STEP_PERCENT = 5
"""Improvements are counted in steps of so many per cent."""
PERCENTILES = (10, 25, 50, 75, 90)
"""The percentiles of the fan."""
FEWEST = 10
"""Of fewer patients than this no percentile and no share is shown."""
GROUP_NEEDS = 20
"""The diagnosis group is asked for too where so many patients of it have come as far."""
_RESPONSE_PERCENT = 50
_DECIMALS = 6
"""Percentiles are given to so many decimals."""


class Track(Code):
    """How a score compares with those of comparable patients at the same infusion."""

    UNKNOWN = 0, "Not comparable"
    ON_TRACK = 1, "On track"
    SLOW = 2, "Slower than three in four"
    BEHIND = 3, "Behind nine in ten"


def expected_course(counts: pd.DataFrame) -> pd.DataFrame:
    """The percentiles of comparable patients' scores by infusion number.

    ``counts``: ``number``, ``total``, ``scores`` (how many). Returns ``number``, ``n``, and
    ``p10``, ``p25``, ``p50``, ``p75``, ``p90`` (type-7 quantiles, as R and numpy give them by
    default), missing where n is under :data:`FEWEST`.
    """
    rows = []
    for number, part in counts.groupby("number"):
        n = int(part["scores"].sum())
        values = np.full(len(PERCENTILES), np.nan)
        if n >= FEWEST:
            everyone = np.repeat(part["total"].to_numpy(float), part["scores"].to_numpy(int))
            values = np.quantile(everyone, [percentile / 100 for percentile in PERCENTILES])
            # A hair under a whole number, a score of just that number would be worse than it.
            values = values.round(_DECIMALS)
        rows.append((number, n, *values))
    names = [f"p{percentile}" for percentile in PERCENTILES]
    return pd.DataFrame(rows, columns=["number", "n", *names])


def comparison_group(
    counts: pd.DataFrame, group: DiagnosisGroup, number: int
) -> DiagnosisGroup | None:
    """The diagnosis group to compare within; ``None``: all of them, because too few are in it.

    ``counts`` has ``diagnosis_group``, ``number`` and ``scores``; ``number``: how far the patient
    has come.
    """
    reached = counts[(counts["diagnosis_group"] == int(group)) & (counts["number"] == number)]
    enough = int(reached["scores"].sum()) >= GROUP_NEEDS
    return group if enough and group is not DiagnosisGroup.UNKNOWN else None


def track(instrument: Instrument, total: float, course: pd.DataFrame, number: int) -> Track:
    """How a score after infusion ``number`` compares; ``course`` from :func:`expected_course`."""
    row = course[course["number"] == number]
    if row.empty or np.isnan(row["p50"].iloc[0]):
        return Track.UNKNOWN
    if instrument.higher_is_better:
        slow, behind = total < row["p25"].iloc[0], total < row["p10"].iloc[0]
    else:
        slow, behind = total > row["p75"].iloc[0], total > row["p90"].iloc[0]
    return Track.BEHIND if behind else Track.SLOW if slow else Track.ON_TRACK


@dataclass(frozen=True, slots=True)
class Outlook:
    """How many of those who had improved as little after the same infusion responded later.

    ``low`` and ``high``: improvement in % of the baseline, from ``low`` (missing: however little)
    to under ``high``.
    """

    number: int
    low: int | None
    high: int
    responded: Proportion


def outlook(counts: pd.DataFrame, number: int, percent: float, slow: int) -> Outlook | None:
    """What became of comparable patients who had come as far; ``None`` for who has responded.

    ``counts``: ``number``, ``step`` (improvement in steps of :data:`STEP_PERCENT`, rounded down),
    ``patients`` and ``responded``, of patients with a later score; ``percent``: the patient's own
    improvement; ``slow``: the improvement below which patients are slow, a multiple of the step.
    """
    if percent >= _RESPONSE_PERCENT:
        return None
    low, high = (None, slow) if percent < slow else (slow, _RESPONSE_PERCENT)
    alike = counts[(counts["number"] == number) & (counts["step"] < high // STEP_PERCENT)]
    if low is not None:
        alike = alike[alike["step"] >= low // STEP_PERCENT]
    rate = proportion(int(alike["responded"].sum()), int(alike["patients"].sum()))
    return Outlook(number, low, high, rate)
