"""What a point of a chart stands for, and which infusions belong to it."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from sqlalchemy import Connection

from access.viewer import Viewer
from data_access.columns import Columns, Mask
from data_access.filters import Filters
from data_access.measured import Measured, columns_of, fulfils
from data_access.side_effect_counts import (
    infusion_columns,
    is_affected,
    side_effect_columns,
    term_columns,
)

NOT_RECORDED = 0
"""As a key of a chair or a provider: the infusions for which none is recorded."""


@dataclass(frozen=True, slots=True)
class Behind:
    """What a point stands for: the affected infusions of some days and of some kind.

    They are those with a side effect (``term_key``; ``None`` for any), or those that fulfil
    ``measured``, where the point is about that. ``first``, ``last``: the days, both included, as
    far as they lie within the filters. The rest are codes and keys of the facts, ``None`` where the
    point holds all; of a chair or a provider :data:`NOT_RECORDED` stands for infusions without.
    ``worst_grade`` and ``serious`` are those of the side effect (for any: the worst of all, and
    whether one was serious); ``hypertension`` only goes with a measured condition.
    """

    term_key: int | None
    first: date
    last: date
    site_key: int | None = None
    chair_key: int | None = None
    provider_key: int | None = None
    number_band: int | None = None
    dose_band: int | None = None
    age_band: int | None = None
    sex: int | None = None
    later_series: int | None = None
    diagnosis_group: int | None = None
    worst_grade: int | None = None
    serious: bool | None = None
    hypertension: int | None = None
    measured: Measured | None = None


_GROUPS = (
    "site_key",
    "chair_key",
    "provider_key",
    "number_band",
    "dose_band",
    "age_band",
    "sex",
    "later_series",
    "diagnosis_group",
    "worst_grade",
    "hypertension",
)


def _groups_of(behind: Behind) -> dict[str, int]:
    """The groups that the point stands for, by their column of the facts."""
    return {name: getattr(behind, name) for name in _GROUPS if getattr(behind, name) is not None}


def within(filters: Filters, behind: Behind) -> Filters:
    """The filters, kept to the days of the point."""
    return replace(
        filters, start=max(filters.start, behind.first), end=min(filters.end, behind.last)
    )


def of_point(
    connection: Connection, viewer: Viewer, filters: Filters, behind: Behind, *names: str
) -> Columns:
    """The infusions of a point: their keys, ``names``, and what most_extreme_first asks for."""
    asked = connection, viewer, within(filters, behind)
    if behind.term_key is not None:
        effects = term_columns(*asked, behind.term_key, *asked_of_effects(behind), *names)
        return effects.where(of_effects(effects, behind))
    infusions = infusion_columns(*asked, "infusion_key", *asked_of(behind), *names)
    return infusions.where(of_infusions(asked, infusions, behind))


def asked_of(behind: Behind) -> tuple[str, ...]:
    """The columns of infusions that tell which belong to a point, unless it is about one term."""
    of_it = ("side_effects",) if behind.measured is None else columns_of(behind.measured)
    return (*of_it, *_groups_of(behind))


def asked_of_effects(behind: Behind) -> tuple[str, ...]:
    """The columns of a side effect that tell which of its infusions belong to a point."""
    serious = () if behind.serious is None else ("serious",)
    return ("infusion_key", *serious, *_groups_of(behind))


def of_effects(effects: Columns, behind: Behind) -> Mask:
    """Which records of the point's side effect belong to it."""
    mask = _in_groups(effects, behind)
    if behind.serious is not None:
        mask &= effects.packed["serious"] == int(behind.serious)
    return mask


Asked = tuple[Connection, Viewer, Filters]


def of_infusions(asked: Asked, infusions: Columns, behind: Behind) -> Mask:
    """Which infusions belong to a point about any side effect or about what was measured."""
    mask = _in_groups(infusions, behind)
    if behind.measured is not None:
        return mask & fulfils(infusions, behind.measured)
    mask &= is_affected(infusions)
    if behind.serious is not None:
        effects = side_effect_columns(*asked, "infusion_key", "serious")
        any_serious = effects.packed["infusion_key"][effects.packed["serious"] == 1]
        mask &= np.isin(infusions.packed["infusion_key"], any_serious) == behind.serious
    return mask


def _in_groups(found: Columns, behind: Behind) -> Mask:
    mask = np.ones(found.rows, dtype=bool)
    for name, value in _groups_of(behind).items():
        nobody = value == NOT_RECORDED and name in _WITHOUT
        mask &= ~found.known(name) if nobody else found.packed[name] == value
    return mask


_WITHOUT = ("chair_key", "provider_key")
"""Keys that an infusion may lack."""
