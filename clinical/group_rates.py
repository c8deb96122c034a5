"""What was reached in each group of courses, which groups differ beyond chance, and the case mix.

A group is what courses have in common: their site, the patient's sex or diagnosis. Each is compared
with all courses outside of it, not with a total that it is part of. Small groups are put together
first (:mod:`clinical.suppression`). Courses count as independent although a patient may have
several.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from clinical.course_scores import LAST_NUMBER, Missing
from clinical.incidence import CONFIDENCE, Proportion, difference, fisher_p, proportion
from clinical.standardised import adjusted, expected_by, stratum_rates, totals_by
from clinical.suppression import merged_small, withheld

Counts = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_NUMBERS = LAST_NUMBER + 1
_MOST_BANDS = 32
"""More than the severity bands, and the diagnoses, that there are."""
_OBSERVED = 1
"""The column of the scores that were observed; the other one holds those carried forward."""


@dataclass(frozen=True, slots=True)
class Tallies:
    """Courses by group (rows, as ``keys`` has them) and infusion number (columns, from 0).

    ``reached`` the result, of ``n`` under the rule for missing scores. ``size``: how many scores
    lie behind the rate, by which it may be shown: ``n``, but of all starters only those with a
    score, because the others add nothing to tell of. ``due``: courses that are judged so far.
    """

    keys: tuple[int, ...]
    reached: Counts
    n: Counts
    size: Counts
    due: Counts


def tally(scores: pd.DataFrame, starts: pd.DataFrame, missing: Missing) -> Tallies:
    """What was reached in each group after each infusion.

    ``scores``, ``starts``: as :func:`data_access.outcome_groups.group_scores` and
    ``group_starts``. The rules are those of :mod:`clinical.responses`.
    """
    keys, places = np.unique(
        np.concatenate([scores["group"].to_numpy(), starts["group"].to_numpy()]),
        return_inverse=True,
    )
    of_scores, of_starts = places[: len(scores)], places[len(scores) :]
    cells = (of_scores * _NUMBERS + scores["number"].to_numpy()) * 2 + scores["observed"].to_numpy()

    def counted(column: str) -> Counts:
        sums = totals_by(cells, scores[column].to_numpy(), len(keys) * _NUMBERS * 2)
        return sums.reshape(len(keys), _NUMBERS, 2)

    courses, judged, reached = (counted(name) for name in ("courses", "judged", "reached"))
    lengths = np.minimum(starts["length"].to_numpy(), LAST_NUMBER)
    ended = totals_by(
        of_starts * _NUMBERS + lengths, starts["starts"].to_numpy(), len(keys) * _NUMBERS
    ).reshape(len(keys), _NUMBERS)
    # Judged up to k are those whose length is k or more; a clinic may number a course's infusions
    # otherwise than by counting them, so nobody with a score is left out.
    due = np.maximum(ended[:, ::-1].cumsum(axis=1)[:, ::-1], courses.sum(axis=2))
    seen = judged[:, :, _OBSERVED]
    if missing is Missing.CARRIED:
        n, size, hits = judged.sum(axis=2), judged.sum(axis=2), reached.sum(axis=2)
    elif missing is Missing.ALL:
        no_room = (courses - judged).sum(axis=2)
        n, size, hits = due - no_room, seen, reached[:, :, _OBSERVED]
    else:
        n, size, hits = seen, seen, reached[:, :, _OBSERVED]
    return Tallies(tuple(keys.tolist()), hits, n, size, due)


@dataclass(frozen=True, slots=True)
class Compared:
    """Groups beside each other after one infusion.

    ``rows``: a row for each group that is shown, in the order of the keys that were asked for, and
    last those put together. Columns: ``reached`` of ``n``, ``size``, ``due`` (whole numbers);
    ``share``, ``low``, ``high`` (95 % Wilson); ``difference``, ``difference_low`` and
    ``difference_high``: the share minus that of all other courses, with a simultaneous 95 %
    interval; ``p`` (Fisher's exact test against them) and ``p_holm``; ``differs`` (1 more, -1 fewer
    beyond chance, 0 neither). Fractions; missing where there is nothing to compare with, and of
    groups put together, which are no group of their own.

    ``members``: the keys behind each row; ``empty``: the keys of groups without any score;
    ``of_all``: all courses together; ``comparisons``: how many were made.
    """

    rows: pd.DataFrame
    members: tuple[tuple[int, ...], ...]
    empty: tuple[int, ...]
    of_all: Proportion
    comparisons: int

    @property
    def merged(self) -> int | None:
        """The row of the groups put together, if any."""
        last = len(self.members) - 1
        return last if last >= 0 and len(self.members[last]) > 1 else None

    @property
    def compares(self) -> bool:
        """Whether there is more than one group."""
        return len(self.members) > 1


def compare_groups(tallies: Tallies, number: int, order: Sequence[int], least: int) -> Compared:
    """The groups after infusion ``number``, those of fewer than ``least`` put together.

    ``order``: the keys in the order in which they are shown; others follow. Differences by
    Newcombe's hybrid score interval (1998, method 10) at Bonferroni's level for all comparisons
    together; named is a group whose p is under 5 % after Holm's correction (1979), which holds
    although the comparisons share their courses. Of two groups the comparison is one.
    """
    places = _ordered(tallies.keys, order)
    sizes = {tallies.keys[place]: int(tallies.size[place, number]) for place in places}
    merged = merged_small(sizes, least)
    members: list[tuple[int, ...]] = [(key,) for key in merged.alone]
    if merged.together:
        members.append(merged.together)
    rows = pd.DataFrame(
        {
            name: _summed(tallies, getattr(tallies, name)[:, number], members)
            for name in ("reached", "n", "size", "due")
        }
    )
    of_all = proportion(int(tallies.reached[:, number].sum()), int(tallies.n[:, number].sum()))
    tested = len(merged.alone) if len(members) > 2 else min(1, len(members) - 1)
    return Compared(
        rows=_against_the_rest(rows, of_all, len(merged.alone), max(tested, 0)),
        members=tuple(members),
        empty=merged.empty,
        of_all=of_all,
        comparisons=max(tested, 0),
    )


def _ordered(keys: Sequence[int], order: Sequence[int]) -> list[int]:
    places = {key: place for place, key in enumerate(keys)}
    first = [places[key] for key in order if key in places]
    return [*first, *(place for place in range(len(keys)) if place not in set(first))]


def _summed(tallies: Tallies, counts: Counts, members: Sequence[Sequence[int]]) -> Counts:
    places = {key: place for place, key in enumerate(tallies.keys)}
    return np.array(
        [sum(int(counts[places[key]]) for key in keys) for keys in members], dtype=np.int64
    )


def _against_the_rest(
    rows: pd.DataFrame, of_all: Proportion, alone: int, comparisons: int
) -> pd.DataFrame:
    confidence = 1 - (1 - CONFIDENCE) / max(comparisons, 1)
    own = [proportion(x, n) for x, n in zip(rows["reached"], rows["n"], strict=True)]
    rest = [proportion(of_all.events - one.events, of_all.n - one.n) for one in own]
    gaps = [difference(one, other, confidence) for one, other in zip(own, rest, strict=True)]
    p_values = [
        fisher_p(one, other) if row < alone else None
        for row, (one, other) in enumerate(zip(own, rest, strict=True))
    ]
    p, gap = _floats(p_values), _floats([each.estimate for each in gaps])
    corrected = p if comparisons == 1 else holm(p)
    return rows.assign(
        share=_floats([one.estimate for one in own]),
        low=_floats([one.low for one in own]),
        high=_floats([one.high for one in own]),
        difference=gap,
        difference_low=_floats([each.low for each in gaps]),
        difference_high=_floats([each.high for each in gaps]),
        p=p,
        p_holm=corrected,
        differs=np.where(corrected < 1 - CONFIDENCE, np.sign(gap), 0).astype(np.int64),
    )


def _floats(values: Sequence[float | None]) -> Floats:
    return np.array(values, dtype=np.float64)


def holm(p_values: npt.ArrayLike) -> Floats:
    """The p values corrected for how many there are, so that all of them hold together.

    Source: Holm 1979, "A simple sequentially rejective multiple test procedure": the i-th smallest
    of m is multiplied by m - i + 1, and none is less than the one before. It holds for comparisons
    that depend on each other. What is missing stays missing, and does not count.
    """
    p = np.asarray(p_values, np.float64)
    found = np.full(p.shape, np.nan)
    known = np.flatnonzero(~np.isnan(p))
    ascending = known[np.argsort(p[known], kind="stable")]
    factors = np.arange(len(known), 0, -1)
    found[ascending] = np.minimum(1.0, np.maximum.accumulate(p[ascending] * factors))
    return found


_EXPECTED = ("expected", "ratio", "ratio_low", "ratio_high")


def with_expected(
    compared: Compared,
    mix: pd.DataFrame,
    missing: Missing,
    *,
    by_severity: bool = True,
    by_diagnosis: bool = True,
) -> pd.DataFrame:
    """The rows of a comparison with what their case mix lets expect.

    Adds ``expected`` (courses that reach the result, had each group's courses done as all courses
    of their severity at baseline and diagnosis did; indirect standardisation, see
    :mod:`clinical.standardised`), and ``ratio``, ``ratio_low``, ``ratio_high``: reached over
    expected with its 95 % interval; missing where nothing is expected. All are missing among all
    starters, where severity is not known of those without a baseline.

    ``mix``: as :func:`data_access.outcome_groups.group_mix`; ``by_severity``, ``by_diagnosis``:
    what the groups are not told apart by themselves.
    """
    rows = compared.rows
    if missing is Missing.ALL:
        return rows.assign(**dict.fromkeys(_EXPECTED, np.nan))
    taken = mix if missing is Missing.CARRIED else mix[mix["observed"] == 1]
    row_of = {key: row for row, keys in enumerate(compared.members) for key in keys}
    taken = taken[taken["group"].isin(list(row_of))]
    groups = np.array([row_of[key] for key in taken["group"]], np.int64)
    strata = np.zeros(len(taken), np.int64)
    if by_severity:
        strata += taken["baseline_band"].to_numpy() * _MOST_BANDS
    if by_diagnosis:
        strata += taken["diagnosis_group"].to_numpy()
    judged, reached = taken["judged"].to_numpy(), taken["reached"].to_numpy()
    size = _MOST_BANDS * _MOST_BANDS
    rates = stratum_rates(totals_by(strata, judged, size), totals_by(strata, reached, size))
    expected = expected_by(groups, strata, judged, rates, len(rows))
    overall = compared.of_all.estimate
    found = [
        adjusted(x, n, likely, np.nan if overall is None else overall)
        for x, n, likely in zip(rows["reached"], rows["n"], expected.tolist(), strict=True)
    ]
    return rows.assign(
        expected=expected,
        ratio=_floats([each.ratio for each in found]),
        ratio_low=_floats([each.low for each in found]),
        ratio_high=_floats([each.high for each in found]),
    )


ALL_TOGETHER = -1
"""Stands for all courses together among the rows of :func:`curves`."""


def curves(tallies: Tallies, members: Sequence[Sequence[int]], least: int) -> pd.DataFrame:
    """The rate of each group after each infusion, and that of all courses.

    ``members``: the groups, as :class:`Compared` has them. A point of fewer than ``least`` is left
    out, and with it what would give it away beside the rate of all (:mod:`clinical.suppression`).
    Columns: ``row`` (of the group, or :data:`ALL_TOGETHER`), ``number``, ``reached``, ``n``,
    ``share``, ``low``, ``high``; by row and number.
    """
    found = []
    for number in range(1, LAST_NUMBER + 1):
        size = _summed(tallies, tallies.size[:, number], members)
        of_all = int(tallies.size[:, number].sum())
        hidden = withheld(size.tolist(), least, of_all - int(size.sum()))
        n = _summed(tallies, tallies.n[:, number], members)
        reached = _summed(tallies, tallies.reached[:, number], members)
        found += [
            (row, number, int(reached[row]), int(n[row]))
            for row in range(len(members))
            if not hidden[row] and n[row]
        ]
        if of_all >= least:
            sums = int(tallies.reached[:, number].sum()), int(tallies.n[:, number].sum())
            found.append((ALL_TOGETHER, number, *sums))
    points = pd.DataFrame(sorted(found), columns=["row", "number", "reached", "n"], dtype="int64")
    rates = [proportion(x, n) for x, n in zip(points["reached"], points["n"], strict=True)]
    return points.assign(
        share=_floats([one.estimate for one in rates]),
        low=_floats([one.low for one in rates]),
        high=_floats([one.high for one in rates]),
    )
