"""From a point of a chart to its infusions."""

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, Subquery, case, func, select

from access.viewer import Permission, Viewer, require
from data_access.columns import Columns
from data_access.filters import Filters
from data_access.frames import TEXT, typed_frame
from data_access.lookups import is_among
from data_access.measured import Measured, most_extreme_first
from data_access.points import Behind, of_point
from data_access.schema import (
    Chair,
    Infusion,
    InfusionFact,
    Provider,
    SideEffectFact,
    Site,
    Term,
)
from data_access.treated import with_names

MOST_LISTED = 200
"""A list holds so many infusions: the latest, or of a measured condition the most extreme."""


Statement = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Listed:
    """The rows of a list that may be cut, and how many there would be uncut."""

    rows: pd.DataFrame
    total: int


def infusions_behind(
    connection: Connection,
    viewer: Viewer,
    filters: Filters,
    behind: Behind,
    at_most: int = MOST_LISTED,
) -> Listed:
    """The first ``at_most`` infusions of a point: the latest first.

    Of a measured condition the most extreme first (:func:`data_access.measured.most_extreme_first`)
    and of alike ones the latest.

    Columns: ``infusion_key``, ``day``, ``site``, ``phase``, ``number`` (in its series),
    ``mg_per_kg``, ``minutes`` (from its start to its end), ``provider``, ``chair``, ``lot_number``;
    of the side effect (of any: of all together) ``worst_grade`` (0: not graded), ``serious``,
    ``onset`` (minutes from the start), ``passed`` (minutes from the end until the last had passed),
    ``open`` (1: had not passed, and was watched until then), ``odd``
    (:class:`clinical.side_effect_times.Odd`), or of a measured condition :data:`EXTREMES`;
    ``terms``, the names of all side effects of the infusion. What is not known is missing.
    """
    point = of_point(connection, viewer, filters, behind, "day")
    keys = _first(point, behind.measured, at_most)
    terms = _terms(connection, keys)
    told = connection.execute(_details(connection, keys, behind)).all()
    details = {row.infusion_key: row for row in told}
    rows = [(*details[key], ", ".join(terms[key])) for key in keys.tolist()]
    return Listed(typed_frame(rows, _kinds(behind)), point.rows)


def named_infusions_behind(
    connection: Connection,
    viewer: Viewer,
    filters: Filters,
    behind: Behind,
    at_most: int = MOST_LISTED,
) -> Listed:
    """:func:`infusions_behind` with the columns of :func:`data_access.treated.with_names`.

    Raises :class:`~access.viewer.NotPermittedError` where the viewer may not see patients.
    """
    require(viewer, Permission.SEE_PATIENTS)
    listed = infusions_behind(connection, viewer, filters, behind, at_most)
    rows = with_names(connection, viewer, listed.rows, "infusions behind a point")
    return replace(listed, rows=rows)


def _first(point: Columns, measured: Measured | None, at_most: int) -> NDArray[np.int64]:
    """The keys of the infusions that are told first, in order."""
    ways = [-point["infusion_key"], -point["day"]]
    if measured is not None:
        ways.append(most_extreme_first(point, measured))
    foremost = ways[-1]
    if point.rows > at_most:
        # To put the few in order that may be among the first is less work than all.
        near = foremost <= np.partition(foremost, at_most)[at_most]
        point, ways = point.where(near), [way[near] for way in ways]
    found: NDArray[np.int64] = point["infusion_key"][np.lexsort(ways)[:at_most]]
    return found


def _details(connection: Connection, keys: NDArray[np.int64], behind: Behind) -> Statement:
    """What :func:`infusions_behind` tells of each infusion, but the names of its side effects."""
    infusions = (
        select(
            InfusionFact.infusion_key,
            InfusionFact.day,
            Site.name,
            InfusionFact.phase,
            InfusionFact.number,
            InfusionFact.mg_per_kg,
            InfusionFact.minutes,
            Provider.name,
            Chair.name,
            Infusion.lot_number,
        )
        .select_from(InfusionFact)
        .join(Infusion, Infusion.infusion_key == InfusionFact.infusion_key)
        .join(Site, Site.site_key == InfusionFact.site_key)
        .outerjoin(Provider, Provider.provider_key == InfusionFact.provider_key)
        .outerjoin(Chair, Chair.chair_key == InfusionFact.chair_key)
        .where(is_among(connection, InfusionFact.infusion_key, keys))
    )
    if behind.measured is not None:
        return infusions.add_columns(*(getattr(InfusionFact, name) for name in EXTREMES))
    told = _told(connection, keys, behind.term_key)
    return infusions.join(told, told.c.infusion_key == InfusionFact.infusion_key).add_columns(
        *(told.c[name] for name in _TOLD)
    )


def _told(connection: Connection, keys: NDArray[np.int64], term_key: int | None) -> Subquery:
    """What is told of the side effect in each infusion, of any of all together."""
    facts = SideEffectFact
    passed = case(
        (func.count(facts.passed_minutes) == func.count(), func.max(facts.passed_minutes))
    )
    times = (
        select(
            facts.infusion_key,
            func.max(facts.worst_grade).label("worst_grade"),
            func.max(facts.serious).label("serious"),
            func.min(facts.onset_minutes).label("onset"),
            passed.label("passed"),
            func.max(facts.open).label("open"),
            func.max(facts.odd).label("odd"),
        )
        .where(is_among(connection, facts.infusion_key, keys))
        .group_by(facts.infusion_key)
    )
    if term_key is not None:
        times = times.where(facts.term_key == term_key)
    return times.subquery()


_TOLD = {
    **dict.fromkeys(("worst_grade", "serious"), "int64"),
    **dict.fromkeys(("onset", "passed"), "Int64"),
    **dict.fromkeys(("open", "odd"), "int64"),
}
EXTREMES = {
    **dict.fromkeys(
        ("peak_systolic", "peak_diastolic", "sustained_systolic", "sustained_diastolic"), "Int64"
    ),
    "systolic_rise": "Int64",
    "lowest_spo2": "float64",
    "deepest_sedation": "Int64",
}
"""The columns of what was measured in an infusion, as in the facts, and their dtypes."""


def _kinds(behind: Behind) -> dict[str, str]:
    """The columns of :func:`infusions_behind` and their dtypes."""
    return {
        **dict.fromkeys(("infusion_key", "day"), "int64"),
        "site": TEXT,
        **dict.fromkeys(("phase", "number"), "int64"),
        "mg_per_kg": "float64",
        "minutes": "Int64",
        **dict.fromkeys(("provider", "chair", "lot_number"), TEXT),
        **(_TOLD if behind.measured is None else EXTREMES),
        "terms": TEXT,
    }


def _terms(connection: Connection, keys: NDArray[np.int64]) -> dict[int, list[str]]:
    """The names of the side effects of some infusions, in alphabetical order."""
    facts = SideEffectFact
    statement = (
        select(facts.infusion_key, Term.name)
        .join(Term, Term.term_key == facts.term_key)
        .where(is_among(connection, facts.infusion_key, keys))
        .order_by(Term.name)
    )
    found: defaultdict[int, list[str]] = defaultdict(list)
    for key, name in connection.execute(statement).all():
        found[key].append(name)
    return found
