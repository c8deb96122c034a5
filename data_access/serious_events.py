"""Infusions that were stopped early, and serious side effects, one by one.

Both are few, so they are lists. The lists without names tell nobody's identity; those with names
are for viewers who may see patients.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection, func, literal_column, select

from access.viewer import Viewer
from clinical.terms import canonical_term
from data_access.filters import Filters
from data_access.frames import TEXT, typed_frame
from data_access.schema import Infusion, InfusionFact, SideEffect, SideEffectFact, Site, Term
from data_access.schema.words import SIDE_EFFECT_ACTIONS
from data_access.selection import conditions
from data_access.side_effect_counts import recorded_by_day

MOST_LISTED = 200
"""A list holds the latest so many."""

# Both numbers are written out: only with them in sight are the indexes of the few sure to be used.
_IS_STOPPED = InfusionFact.stopped == literal_column("1")
_IS_SERIOUS = SideEffectFact.serious == literal_column("1")


def stopped_by_reason(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """Infusions stopped early, by the reason that was given; the commonest first.

    Columns: ``reason`` (case and spaces ignored, in the commonest of its spellings; missing, in the
    last row, where none was given), ``infusions``.
    """
    statement = (
        select(Infusion.stop_reason, func.count())
        .join(InfusionFact, InfusionFact.infusion_key == Infusion.infusion_key)
        .where(_IS_STOPPED, *conditions(connection, viewer, filters, InfusionFact))
        .group_by(Infusion.stop_reason)
    )
    found = _in_one_spelling(connection.execute(statement).all())
    return typed_frame(found, {"reason": TEXT, "infusions": "int64"})


def _in_one_spelling(counted: Iterable[Sequence[Any]]) -> list[tuple[str | None, int]]:
    """Reasons as written with their counts, put together; the commonest first, none given last."""
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for written, infusions in counted:
        shown = " ".join((written or "").split())
        spellings[shown.casefold()][shown] += infusions
    reasons = [
        (min(ways, key=lambda way: (-ways[way], way)) or None, ways.total())
        for ways in spellings.values()
    ]
    return sorted(reasons, key=lambda reason: (reason[0] is None, -reason[1], reason[0] or ""))


def stopped_infusions(
    connection: Connection, viewer: Viewer, filters: Filters, at_most: int = MOST_LISTED
) -> pd.DataFrame:
    """The latest ``at_most`` infusions that were stopped early, in time order.

    Columns: ``infusion_key``, ``day``, ``site`` (its name), ``phase``, ``number`` (in its series),
    ``mg_per_kg``, ``minutes`` (from its start to its end), ``recorded`` (1: the side-effect form
    was filled in), ``side_effects`` (records), ``worst_grade`` (0: none, or not graded),
    ``reason`` (as it was written). What is not known is missing.
    """
    facts = InfusionFact
    statement = (
        select(
            facts.infusion_key,
            facts.day,
            Site.name,
            facts.phase,
            facts.number,
            facts.mg_per_kg,
            facts.minutes,
            facts.recorded,
            facts.side_effects,
            facts.worst_grade,
            Infusion.stop_reason,
        )
        .join(Infusion, Infusion.infusion_key == facts.infusion_key)
        .join(Site, Site.site_key == facts.site_key)
        .where(_IS_STOPPED, *conditions(connection, viewer, filters, facts))
        .order_by(facts.day.desc(), Infusion.started_at.desc(), facts.infusion_key.desc())
        .limit(at_most)
    )
    return typed_frame(reversed(connection.execute(statement).all()), _STOPPED)


_STOPPED = {
    **dict.fromkeys(("infusion_key", "day"), "int64"),
    "site": TEXT,
    **dict.fromkeys(("phase", "number"), "int64"),
    "mg_per_kg": "float64",
    "minutes": "Int64",
    **dict.fromkeys(("recorded", "side_effects", "worst_grade"), "int64"),
    "reason": TEXT,
}


def serious_events(
    connection: Connection, viewer: Viewer, filters: Filters, at_most: int = MOST_LISTED
) -> pd.DataFrame:
    """The latest ``at_most`` serious side effects, in time order: a row a term of an infusion.

    Columns: ``infusion_key``, ``term_key``, ``day``, ``site``, ``term`` (their names),
    ``worst_grade`` (0: not graded), ``actions`` (tuple of the contract's words, the gravest first;
    empty where none is recorded), ``mg_per_kg``, ``number``, ``phase``; ``days_since`` and
    ``infusions_since`` the previous infusion with a serious one within the filters, missing for the
    first: recorded infusions of the days after its day, up to the end of this one's.
    """
    rows = _serious(connection, viewer, filters)
    days = np.array([row.day for row in rows], dtype=np.int64)
    keys = [row.infusion_key for row in rows]
    gaps = _gaps(keys, days, *recorded_by_day(connection, viewer, filters)) if rows else []
    listed = range(max(0, len(rows) - at_most), len(rows))
    actions = _actions(connection, sorted({keys[position] for position in listed}))
    return typed_frame(
        (
            (
                *rows[position],
                *gaps[position],
                actions.get((rows[position].infusion_key, rows[position].term), ()),
            )
            for position in listed
        ),
        _SERIOUS,
    )


_SERIOUS = {
    **dict.fromkeys(("infusion_key", "term_key", "day"), "int64"),
    **dict.fromkeys(("site", "term"), TEXT),
    "worst_grade": "int64",
    "mg_per_kg": "float64",
    **dict.fromkeys(("number", "phase"), "int64"),
    **dict.fromkeys(("days_since", "infusions_since"), "Int64"),
    "actions": TEXT,
}


def _serious(connection: Connection, viewer: Viewer, filters: Filters) -> Sequence[Any]:
    """Every serious side effect within the filters, in time order."""
    facts = SideEffectFact
    statement = (
        select(
            facts.infusion_key,
            facts.term_key,
            facts.day,
            Site.name,
            Term.name.label("term"),
            facts.worst_grade,
            InfusionFact.mg_per_kg,
            InfusionFact.number,
            facts.phase,
        )
        .join(InfusionFact, InfusionFact.infusion_key == facts.infusion_key)
        .join(Infusion, Infusion.infusion_key == facts.infusion_key)
        .join(Site, Site.site_key == facts.site_key)
        .join(Term, Term.term_key == facts.term_key)
        .where(_IS_SERIOUS, *conditions(connection, viewer, filters, facts))
        .order_by(facts.day, Infusion.started_at, facts.infusion_key, facts.term_key)
    )
    return connection.execute(statement).all()


def _gaps(
    keys: Sequence[int],
    days: NDArray[np.int64],
    recorded_days: NDArray[np.int64],
    recorded: NDArray[np.int64],
) -> list[tuple[int | None, int | None]]:
    """Days and recorded infusions since the previous serious infusion, for each serious event.

    ``keys`` and ``days``: of the infusion of each event, in time order.
    """
    until = np.concatenate([[0], recorded.cumsum()])
    so_far = until[np.searchsorted(recorded_days, days, side="right")]
    gaps: list[tuple[int | None, int | None]] = []
    previous: tuple[int | None, int | None] = (None, None)
    for position, key in enumerate(keys):
        if position and key != keys[position - 1]:
            before = position - 1
            previous = (
                int(days[position] - days[before]),
                int(so_far[position] - so_far[before]),
            )
        gaps.append(previous)
    return gaps


def _actions(
    connection: Connection, infusion_keys: Sequence[int]
) -> dict[tuple[int, str], tuple[str, ...]]:
    """What was done about each side effect of some infusions, the gravest first."""
    statement = (
        select(Infusion.infusion_key, SideEffect.term, SideEffect.action)
        .join(SideEffect, SideEffect.infusion_id == Infusion.infusion_id)
        .where(Infusion.infusion_key.in_(infusion_keys))
    )
    done: defaultdict[tuple[int, str], set[str]] = defaultdict(set)
    for key, term, action in connection.execute(statement):
        if action is not None:
            done[key, canonical_term(term)].add(action)
    return {about: tuple(sorted(words, key=_gravity)) for about, words in done.items()}


def _gravity(action: str) -> int:
    """The place of an action in the contract's list, which goes from none to the gravest."""
    return -SIDE_EFFECT_ACTIONS.index(action)
