"""How comparable patients did: the totals by which one patient is compared with others."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Select, bindparam, func, select, union_all

from access.viewer import Permission, Viewer, require
from clinical.codes import Phase
from clinical.instruments import Instrument
from data_access.facts.tables import table_of
from data_access.facts.totals import totals_statement
from data_access.frames import typed_frame
from data_access.schema import Base, ExpectedTotal, LaterTotal
from data_access.schema.base import KEY, SMALL
from data_access.selection import permitted_site_keys


@dataclass(frozen=True, slots=True)
class Comparable:
    """Whom a patient is compared with: other patients, by instrument, phase and baseline band.

    ``band``: the index of the severity band of the baseline; ``but``: the patient's own key.
    """

    instrument: Instrument
    phase: Phase
    band: int
    but: int


def comparable_scores(connection: Connection, viewer: Viewer, who: Comparable) -> pd.DataFrame:
    """The baselines and the scores before an infusion of comparable patients, counted.

    Of the viewer's sites. Columns: ``diagnosis_group``, ``number`` (the infusion that a score
    belongs to, 0 for a baseline), ``total``, ``scores``.
    """
    return _of_others(connection, viewer, who, ExpectedTotal)


def later_responses(connection: Connection, viewer: Viewer, who: Comparable) -> pd.DataFrame:
    """How many of comparable patients responded after a score before an infusion, in induction.

    Of the viewer's sites. Columns: ``diagnosis_group``, ``number``, ``step`` (improvement in steps
    of five per cent, rounded down), ``patients`` (with a later score), ``responded`` (at one).
    """
    return _of_others(connection, viewer, who, LaterTotal)


_KEYS: dict[type[Base], dict[str, str]] = {
    ExpectedTotal: {"diagnosis_group": "int64", "number": "int64", "total": "float64"},
    LaterTotal: dict.fromkeys(("diagnosis_group", "number", "step"), "int64"),
}
"""By what each table is grouped, with the dtypes."""
_COUNTS: dict[type[Base], tuple[str, ...]] = {
    ExpectedTotal: ("scores",),
    LaterTotal: ("patients", "responded"),
}


def _of_others(
    connection: Connection, viewer: Viewer, who: Comparable, model: type[Base]
) -> pd.DataFrame:
    """The totals of everybody less those of the patient, so that nobody is compared with oneself.

    Raises :class:`~access.viewer.NotPermittedError` where the viewer may not see clinical counts.
    """
    require(viewer, Permission.SEE_CLINICAL)
    site_keys = permitted_site_keys(connection, viewer)
    values: dict[str, Any] = {
        "instrument": who.instrument.code,
        "phase": int(who.phase),
        "baseline_band": who.band,
        "but": who.but,
    }
    if site_keys is not None:
        values["site_keys"] = site_keys
    result = connection.execute(_less_own(model, of_every_site=site_keys is None), values)
    return typed_frame(result, {**_KEYS[model], **dict.fromkeys(_COUNTS[model], "int64")})


@cache
def _less_own(model: type[Base], *, of_every_site: bool) -> Select[Any]:
    """The statement, built once: to build it takes longer than to run it."""
    own = totals_statement(model, [bindparam("but", type_=KEY)])
    keys, counts = _KEYS[model], _COUNTS[model]
    table = table_of(model)
    # Added up before the own part is taken away: so the databases read along the primary key.
    parts = (
        _added_up(model, table.columns, 1, of_every_site=of_every_site),
        _added_up(model, own.subquery().columns, -1, of_every_site=of_every_site),
    )
    both = union_all(*parts).subquery()
    sums = {name: func.sum(both.c[name]) for name in counts}
    groups = [both.c[name] for name in keys]
    return (
        select(*groups, *(total.label(name) for name, total in sums.items()))
        .group_by(*groups)
        .having(sums[counts[0]] > 0)
        .order_by(*groups)
    )


def _added_up(model: type[Base], columns: Any, sign: int, *, of_every_site: bool) -> Select[Any]:
    """The rows of the comparison from columns in the order of the model's, times ``sign``."""
    named: Any = dict(zip(table_of(model).columns.keys(), columns, strict=True))
    groups = [named[name].label(name) for name in _KEYS[model]]
    counts = [(sign * func.sum(named[name])).label(name) for name in _COUNTS[model]]
    asked = ("instrument", "phase", "baseline_band")
    statement = (
        select(*groups, *counts)
        .where(*(named[name] == bindparam(name, type_=SMALL) for name in asked))
        .group_by(*(named[name] for name in _KEYS[model]))
    )
    if of_every_site:
        return statement
    return statement.where(named["site_key"].in_(bindparam("site_keys", expanding=True)))
