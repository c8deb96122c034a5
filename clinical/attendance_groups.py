"""Which appointments are missed more, or less, than chance explains: on which days, for whom.

A group is what appointments have in common: weekday, hour, site, how long ahead they were booked.
First visits are missed more often than infusions, so a weekday with many consultations would look
bad for that alone. Each group is therefore held against what its mix of kinds lets expect (indirect
standardisation; Breslow and Day 1987, chapter 2). Appointments count as independent although
patients have several.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clinical.attendance import attendance_by, due_and_missed
from clinical.incidence import Proportion, proportion
from clinical.side_effect_groups import binomial_p
from clinical.side_effect_rates import largest_discovery


def attendance_groups(
    counts: pd.DataFrame, by: Sequence[str], *, allow_for_kind: bool = True
) -> pd.DataFrame:
    """The groups in which any appointment was due or cancelled late, each against expectation.

    ``counts`` as for :func:`clinical.attendance.attendance_by`, with ``kind``. Adds to its columns
    ``expected`` (missed appointments, had the group's appointments been missed as often as those of
    their kind are; without ``allow_for_kind``, as all are) and ``p`` (two-sided, exact binomial;
    NaN where the group is all there is, or nothing is to be expected).
    """
    table = attendance_by(counts, by)
    expected = _expected(counts, by, allow_for_kind)
    of_all = int(table["due"].sum())
    columns = (table["missed"].to_list(), table["due"].to_list(), expected.tolist())
    p = [_group_p(x, n, likely, of_all) for x, n, likely in zip(*columns, strict=True)]
    found = table.assign(expected=expected, p=np.array(p, dtype=np.float64))
    return found[found["lost_of"] > 0].reset_index(drop=True)


def _expected(counts: pd.DataFrame, by: Sequence[str], allow_for_kind: bool) -> NDArray[np.float64]:
    """Missed appointments to be expected of each group, in the order of the groups."""
    due, missed = due_and_missed(counts)
    kinds = counts["kind"].to_numpy(np.int64) * int(allow_for_kind)
    of_kind, missed_of_kind = (
        np.bincount(kinds, weights=part).astype(np.float64) for part in (due, missed)
    )
    # A kind of which nothing was due adds nothing.
    rates = np.divide(missed_of_kind, of_kind, out=np.zeros_like(of_kind), where=of_kind > 0)
    columns = {name: counts[name].to_numpy() for name in by}
    likely = pd.DataFrame({**columns, "likely": due * rates[kinds]}, copy=False)
    return likely.groupby(list(by))["likely"].sum().to_numpy(np.float64)


def _group_p(missed: int, due: int, expected: float, of_all: int) -> float:
    if due in (0, of_all) or not expected > 0:
        return float("nan")
    return binomial_p(missed, due, expected / due)


def judged(tables: Sequence[pd.DataFrame]) -> list[pd.DataFrame]:
    """Several tables of :func:`attendance_groups` with ``differs``, judged all together.

    1: missed more than expected beyond chance, -1: less, 0: neither. Among all groups so named at
    most 5 % are expected to be chance (Benjamini and Hochberg 1995), however many were compared.
    """
    limit = largest_discovery([p for table in tables for p in table["p"].dropna()])
    return [table.assign(differs=_directions(table, limit)) for table in tables]


def _directions(table: pd.DataFrame, limit: float) -> NDArray[np.int64]:
    named = table["p"].to_numpy() <= limit
    signs = np.sign((table["missed"] - table["expected"]).to_numpy())
    return np.where(named, signs, 0).astype(np.int64)


def worst(table: pd.DataFrame) -> int | None:
    """The position of the group that costs most appointments beyond expectation, if one is named.

    ``table``: of :func:`judged`.
    """
    named = np.flatnonzero(table["differs"] > 0)
    if not len(named):
        return None
    excess = (table["missed"] - table["expected"]).to_numpy()
    return int(named[excess[named].argmax()])


def others(table: pd.DataFrame, position: int) -> Proportion:
    """The missed rate of all other groups together."""
    rest = np.arange(len(table)) != position
    return proportion(int(table["missed"][rest].sum()), int(table["due"][rest].sum()))
