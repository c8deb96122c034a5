"""Rates of side effects: by category with intervals, and what of many is more than chance."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clinical.codes import Phase
from clinical.incidence import proportion

FEW = 20
"""Below so many recorded infusions a rate is marked as resting on few."""

HIGHEST_GRADE = 5
"""CTCAE grades go from 1 (mild) to 5 (death); 0 stands for a side effect that was not graded."""

NUMBER_BANDS = ("1", "2", "3", "4", "5", "6", "7 or later", "Maintenance")
"""An infusion's place in the series: its number in the induction, or maintenance."""

_FALSE_DISCOVERY_RATE = 0.05


def number_band(phase: int, number: int) -> int:
    """The index in :data:`NUMBER_BANDS` of the ``number``-th infusion of a series."""
    if phase == Phase.MAINTENANCE:
        return len(NUMBER_BANDS) - 1
    return min(number, len(NUMBER_BANDS) - 1) - 1


def with_rates(counts: pd.DataFrame, events: str, n: str) -> pd.DataFrame:
    """``counts`` with ``share``, ``low`` and ``high``: ``events`` of ``n`` with the 95 % interval.

    Fractions from 0 to 1; missing where ``n`` is 0.
    """
    found = [
        proportion(x, m) for x, m in zip(counts[events].to_list(), counts[n].to_list(), strict=True)
    ]
    return counts.assign(
        share=_floats(one.estimate for one in found),
        low=_floats(one.low for one in found),
        high=_floats(one.high for one in found),
    )


def _floats(values: Iterable[float | None]) -> NDArray[np.float64]:
    return np.array(list(values), dtype=np.float64)


def incidence_by(
    by: str, categories: Sequence[int], recorded: pd.DataFrame, affected: pd.DataFrame
) -> pd.DataFrame:
    """Infusions with a side effect out of the recorded ones, for each category.

    ``recorded`` and ``affected`` hold counts in columns of their names, and the category in the
    column ``by``, in any number of rows. Returns a row for each of ``categories``, in their order,
    with ``by``, ``affected``, ``recorded``, ``share``, ``low`` and ``high``.
    """
    counts = pd.DataFrame({by: list(categories)})
    for name, frame in (("affected", affected), ("recorded", recorded)):
        totals = frame.groupby(by)[name].sum().to_dict()
        counts[name] = [int(totals.get(category, 0)) for category in categories]
    return with_rates(counts, "affected", "recorded")


def largest_discovery(p_values: Iterable[float]) -> float:
    """The largest p that counts as a discovery at a false-discovery rate of 5 %; else -1.

    Source: Benjamini and Hochberg 1995. Among what is named by this rule at most 5 % is expected
    to be chance, however many pairs were compared.
    """
    ordered = sorted(p_values)
    passing = [
        p
        for rank, p in enumerate(ordered, start=1)
        if p <= _FALSE_DISCOVERY_RATE * rank / len(ordered)
    ]
    return max(passing, default=-1.0)


def one_row_per_term(by_grade: pd.DataFrame, patients: pd.DataFrame) -> pd.DataFrame:
    """A row for each term from a row for each term and grade, the commonest first.

    ``by_grade``: ``term_key``, ``term``, ``grade``, ``infusions``, ``serious``, ``events``,
    ``timed_events``; ``patients``: ``term_key``, ``patients``. Returns ``term_key``, ``term``,
    ``infusions``, ``serious`` (infusions in which it was), ``events``, ``timed_events`` (of
    infusions whose time in the chair is known), ``patients``, and infusions by worst grade in
    ``grade_0`` (not graded) to ``grade_5``.
    """
    patients_of = _as_dict(patients, "term_key", "patients")
    grades = [f"grade_{grade}" for grade in range(HIGHEST_GRADE + 1)]
    rows: dict[int, dict[str, Any]] = {}
    names = ("term_key", "term", "grade", *_ADDED_UP)
    for key, term, grade, *counts in zip(
        *(by_grade[name].to_list() for name in names), strict=True
    ):
        first = {"term_key": key, "term": term, "patients": patients_of.get(key, 0)}
        row = rows.setdefault(key, {**first, **dict.fromkeys((*_ADDED_UP, *grades), 0)})
        for name, count in zip(_ADDED_UP, counts, strict=True):
            row[name] += count
        row[f"grade_{grade}"] = counts[0]
    ordered = sorted(rows.values(), key=lambda row: (-row["infusions"], row["term"]))
    return pd.DataFrame(ordered, columns=["term_key", "term", *_ADDED_UP, "patients", *grades])


_ADDED_UP = ("infusions", "serious", "events", "timed_events")
"""What is added up over the grades of a term; the first of them is also kept by grade."""


def _as_dict(frame: pd.DataFrame, keys: str, values: str) -> dict[int, int]:
    return dict(zip(frame[keys].to_list(), frame[values].to_list(), strict=True))
