"""Overruns: infusion patients who go home after their appointment's planned end, and why.

A stay has three parts: how late it began, how long the infusion took, and how long the recovery
after it. Each is compared with what is usual (the median of the clinic's own stays). The cause of
an overrun is the part that exceeds the usual by most; where none does, the stay was a usual one
and the block too short for it. It says where the time went, not why: a late start may be the
patient's or the clinic's.
"""

from dataclasses import dataclass

import pandas as pd

from clinical.codes import Code
from clinical.incidence import CONFIDENCE, Proportion, difference, proportion


class Cause(Code):
    """The part of the stay to which an overrun is put down; of equal parts the earlier."""

    UNKNOWN = 0, "Not known"
    LATE_START = 1, "Late start"
    LONGER_INFUSION = 2, "Longer infusion"
    LONGER_RECOVERY = 3, "Longer recovery"
    SHORT_BLOCK = 4, "Block too short"


USUAL_WEEKS = 4
"""What is usual is the median of the stays in so many weeks before the end of the period."""


@dataclass(frozen=True, slots=True)
class UsualStay:
    """The medians of the parts, in minutes; missing where nothing was recorded.

    ``stays``: how many they are of.
    """

    stays: int
    start_delay: float | None
    infusion: float | None
    recovery: float | None


def usual_stay(stays: pd.DataFrame) -> UsualStay:
    """The usual parts. ``stays``: ``start_delay``, ``infusion_minutes``, ``recovery_minutes``."""

    def median(name: str) -> float | None:
        known = stays[name].dropna()
        return float(known.median()) if len(known) else None

    return UsualStay(
        stays=len(stays),
        start_delay=median("start_delay"),
        infusion=median("infusion_minutes"),
        recovery=median("recovery_minutes"),
    )


def overrun_shares(counts: pd.DataFrame) -> pd.DataFrame:
    """How many stays ran over, and how long: the rows with their shares.

    ``counts``: ``stays``, ``overruns``, ``minutes`` (over, in all). Adds ``mean`` (minutes of an
    overrun, missing without any), ``share``, ``low``, ``high`` (of the stays, 95 % Wilson
    interval; missing without stays).
    """
    rates = [
        proportion(int(overruns), int(stays))
        for overruns, stays in zip(counts["overruns"], counts["stays"], strict=True)
    ]
    mean = counts["minutes"] / counts["overruns"].where(counts["overruns"] > 0)
    return _with_rates(counts.assign(mean=mean), rates)


def cause_shares(counts: pd.DataFrame) -> pd.DataFrame:
    """To what the overruns are put down: a row for each cause, the most frequent first.

    ``counts``: a column for each number of :class:`Cause`. Returns ``cause``, ``overruns``,
    ``share``, ``low``, ``high`` (of all overruns, 95 % Wilson interval); causes of none are left
    out.
    """
    numbers = [int(cause) for cause in Cause if int(cause) in counts]
    sums = [int(counts[number].sum()) for number in numbers]
    table = pd.DataFrame({"cause": numbers, "overruns": sums}, dtype="int64")
    table = table[table["overruns"] > 0].sort_values(
        ["overruns", "cause"], ascending=[False, True], ignore_index=True
    )
    total = int(table["overruns"].sum())
    return _with_rates(table, [proportion(int(count), total) for count in table["overruns"]])


def _with_rates(table: pd.DataFrame, rates: list[Proportion]) -> pd.DataFrame:
    columns = {"share": "estimate", "low": "low", "high": "high"}
    return table.assign(
        **{
            column: pd.Series(
                [getattr(rate, name) for rate in rates], index=table.index, dtype="float64"
            )
            for column, name in columns.items()
        }
    )


def overruns_most(by_site: pd.DataFrame) -> int | None:
    """The row whose share of overruns is the highest, if it differs from all others together.

    ``by_site`` as from :func:`overrun_shares`. The interval of the difference (Newcombe) leaves
    out zero at a confidence raised for the number compared (Bonferroni).
    """
    if len(by_site) < 2:
        return None
    worst = int(by_site["share"].fillna(-1.0).to_numpy().argmax())
    raised = 1 - (1 - CONFIDENCE) / len(by_site)
    gap = difference(_rate(by_site.iloc[[worst]]), _rate(by_site.drop(index=worst)), raised)
    return worst if gap.low is not None and gap.low > 0 else None


def _rate(rows: pd.DataFrame) -> Proportion:
    return proportion(int(rows["overruns"].sum()), int(rows["stays"].sum()))
