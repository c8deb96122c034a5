"""From consultation to course: how many of those who entered get how far.

The stages follow each other. Who reached a later one counts in those before it, too: some are
treated whose consultation was never recorded. Only people who entered long enough ago to have
finished are judged; the others are still on the way.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clinical.codes import Code

STILL_ON_THE_WAY = 60
"""Days for which somebody counts as still on the way where too few finished to tell."""
_SETTLED_DAYS = 180
_FEWEST_FINISHED = 20
_USUAL_SHARE = 0.9
FEWEST_OF_SOURCE = 5
"""Referral sources with fewer people stand together."""


class Stage(Code):
    """The stages of the way, in order."""

    ENTERED = 0, "Referred or seen"
    PLANNED = 1, "Consultation planned"
    SEEN = 2, "Consultation attended"
    TREATED = 3, "First infusion"
    COMPLETED = 4, "Course completed"


_COLUMNS = {
    Stage.PLANNED: "planned",
    Stage.SEEN: "seen",
    Stage.TREATED: "treated",
    Stage.COMPLETED: "completed",
}


def days_on_the_way(ways: pd.DataFrame) -> int:
    """Within how many days of their entry people count as still on the way.

    So many that 90 % of those who completed a course had done so, of people who entered at least
    180 days ago (of later ones only the quick have finished); without 20 of them
    :data:`STILL_ON_THE_WAY`. ``ways`` as in :func:`clinical.access_times.waits`, with
    ``completed``.
    """
    settled = ways[(ways["waited"] >= _SETTLED_DAYS) & ways["completed"].notna()]
    days = settled["completed"].to_numpy(np.float64)
    people = settled["people"].to_numpy(np.int64)
    if people.sum() < _FEWEST_FINISHED:
        return STILL_ON_THE_WAY
    return int(_quantile(days, people, _USUAL_SHARE))


def _quantile(days: NDArray[np.float64], people: NDArray[np.int64], share: float) -> float:
    """The smallest number of days within which at least that share had finished (type 1)."""
    order = np.argsort(days, kind="stable")
    reached = np.cumsum(people[order])
    return float(days[order][np.searchsorted(reached, share * reached[-1])])


def furthest(ways: pd.DataFrame) -> NDArray[np.int64]:
    """The furthest stage that the people of each row have reached by today."""
    found = np.zeros(len(ways), np.int64)
    for stage, name in _COLUMNS.items():
        days = ways[name].to_numpy(np.float64, na_value=np.nan)
        # A consultation may be planned for a day to come; all else has happened or has not.
        by = np.inf if stage is Stage.PLANNED else ways["waited"].to_numpy(np.float64)
        found[days <= by] = stage
    return found


def stages(ways: pd.DataFrame) -> pd.DataFrame:
    """How many reached each stage, and how long it took.

    A row for each :class:`Stage` in order. Columns: ``stage``; ``people`` who reached it or a later
    one, ``before`` (of the stage before; of the first itself), ``skipped`` (who reached only a
    later one); ``median`` and ``timed``: days from the stage before, of how many; missing where
    nobody's is known, as of the first.
    """
    reached, people = furthest(ways), ways["people"].to_numpy(np.int64)
    by_stage = np.bincount(reached, weights=people, minlength=len(Stage)).astype(np.int64)
    so_far = by_stage[::-1].cumsum()[::-1]
    rows = []
    for stage in Stage:
        median, timed = _time_to(ways, stage, people)
        skipped = reached > stage
        if stage is Stage.ENTERED:
            skipped = np.zeros(len(ways), bool)
        else:
            skipped &= ways[_COLUMNS[stage]].isna().to_numpy(bool)
        rows.append(
            (
                int(stage),
                so_far[stage],
                so_far[max(stage - 1, 0)],
                people[skipped].sum(),
                median,
                timed,
            )
        )
    columns = ["stage", "people", "before", "skipped", "median", "timed"]
    return pd.DataFrame(rows, columns=columns)


def _time_to(ways: pd.DataFrame, stage: Stage, people: NDArray[np.int64]) -> tuple[float, int]:
    """The median days from the stage before, of those for whom both are known and in order."""
    if stage is Stage.ENTERED:
        return np.nan, 0
    until = ways[_COLUMNS[stage]].to_numpy(np.float64, na_value=np.nan)
    before = Stage(stage - 1)
    since = (
        np.zeros(len(ways))
        if before is Stage.ENTERED
        else ways[_COLUMNS[before]].to_numpy(np.float64, na_value=np.nan)
    )
    known = (until >= since) & (until <= ways["waited"].to_numpy(np.float64))
    if not known.any():
        return np.nan, 0
    return _quantile((until - since)[known], people[known], 0.5), int(people[known].sum())


def grouped_sources(ways: pd.DataFrame) -> tuple[list[str], NDArray[np.int64]]:
    """The referral sources, the commonest first, and which one each row has.

    Spellings that differ only in case or spaces are one source, by its commonest spelling; ``""``:
    not recorded, always last. ``ways``: ``source`` (text or missing), ``people``.
    """
    codes, spellings = pd.factorize(ways["source"], use_na_sentinel=False)
    people = np.bincount(codes, weights=ways["people"], minlength=len(spellings))
    sizes: dict[str, float] = {}
    best: dict[str, tuple[float, str]] = {}
    folds = []
    for written, size in zip(spellings, people, strict=True):
        name = " ".join(written.split()) if isinstance(written, str) else ""
        folded = name.casefold()
        folds.append(folded)
        sizes[folded] = sizes.get(folded, 0) + size
        best[folded] = max(best.get(folded, (0.0, "")), (size, name))
    order = sorted(sizes, key=lambda folded: (folded == "", -sizes[folded], folded))
    places = {folded: place for place, folded in enumerate(order)}
    which = np.array([places[folded] for folded in folds], np.int64)[codes]
    return [best[folded][1] for folded in order], which


def by_source(ways: pd.DataFrame, at_most: int, others: str, unknown: str) -> pd.DataFrame:
    """The stages that the people of each referral source reached, the commonest source first.

    Sources with fewer than :data:`FEWEST_OF_SOURCE` people, and those beyond ``at_most``, are one
    row called ``others``; those without a source one called ``unknown``, the last. Columns:
    ``source``, ``merged`` (how many sources it stands for, 0: unknown), ``people``, ``planned``,
    ``seen``, ``treated``, ``completed``.
    """
    names, which = grouped_sources(ways)
    people = ways["people"].to_numpy(np.int64)
    sizes = np.bincount(which, weights=people, minlength=len(names))
    alone = [
        place
        for place, name in enumerate(names)
        if name and sizes[place] >= FEWEST_OF_SOURCE and place < at_most
    ]
    rest = [place for place, name in enumerate(names) if name and place not in alone]
    groups = [(names[place], 1, [place]) for place in alone]
    if rest:
        groups.append((others, len(rest), rest))
    if "" in names:
        groups.append((unknown, 0, [names.index("")]))
    reached = furthest(ways)
    rows = [
        (name, merged, *_so_far(reached, people, np.isin(which, places)))
        for name, merged, places in groups
    ]
    return pd.DataFrame(rows, columns=["source", "merged", "people", *_COLUMNS.values()])


def _so_far(
    reached: NDArray[np.int64], people: NDArray[np.int64], chosen: NDArray[np.bool_]
) -> Sequence[int]:
    """How many of the chosen reached each stage or a later one."""
    return [int(people[chosen & (reached >= stage)].sum()) for stage in Stage]
