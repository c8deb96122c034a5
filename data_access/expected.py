"""How comparable patients did: the totals by which one patient is compared with others."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import Connection, select

from access.viewer import Permission, Viewer, require
from clinical.codes import Phase
from clinical.instruments import Instrument
from data_access.facts.tables import table_of
from data_access.facts.totals import totals_statement
from data_access.frames import query_frame
from data_access.schema import Base, ExpectedTotal, LaterTotal
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
    return _of_others(
        connection, viewer, who, ExpectedTotal, ["diagnosis_group", "number", "total"], ["scores"]
    )


def later_responses(connection: Connection, viewer: Viewer, who: Comparable) -> pd.DataFrame:
    """How many of comparable patients responded after a score before an infusion, in induction.

    Of the viewer's sites. Columns: ``diagnosis_group``, ``number``, ``step`` (improvement in steps
    of five per cent, rounded down), ``patients`` (with a later score), ``responded`` (at one).
    """
    return _of_others(
        connection,
        viewer,
        who,
        LaterTotal,
        ["diagnosis_group", "number", "step"],
        ["patients", "responded"],
    )


def _of_others(
    connection: Connection,
    viewer: Viewer,
    who: Comparable,
    model: type[Base],
    keys: list[str],
    counts: list[str],
) -> pd.DataFrame:
    """The totals of everybody less those of the patient, so that nobody is compared with oneself.

    Raises :class:`~access.viewer.NotPermittedError` where the viewer may not see totals.
    """
    require(viewer, Permission.SEE_TOTALS)
    site_keys = permitted_site_keys(connection, viewer)
    own = totals_statement(model, [who.but]).subquery()
    frames = []
    for table, sign in ((table_of(model), 1), (own, -1)):
        columns: Any = dict(zip(table_of(model).columns.keys(), table.columns, strict=True))
        statement = select(*(columns[name].label(name) for name in (*keys, *counts))).where(
            columns["instrument"] == who.instrument.code,
            columns["phase"] == int(who.phase),
            columns["baseline_band"] == who.band,
        )
        if site_keys is not None:
            statement = statement.where(columns["site_key"].in_(site_keys))
        frame = query_frame(connection, statement)
        frame[counts] = sign * frame[counts].astype("int64")
        frames.append(frame)
    together = pd.concat(frames).groupby(keys, as_index=False)[counts].sum()
    return together[together[counts[0]] > 0].reset_index(drop=True)
