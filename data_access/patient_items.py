"""One patient's answers to the items of PHQ-9."""

import pandas as pd
from sqlalchemy import Connection, select

from access.viewer import Viewer
from clinical.instruments import PHQ9
from data_access.frames import typed_frame
from data_access.one_patient import Mine, Statement, _local, about_patient
from data_access.schema import Assessment, ScoreFact, Site
from data_access.schema.records import ITEM_COLUMNS

ITEMS = ITEM_COLUMNS[: PHQ9.items]
"""The columns of the nine items."""
_KINDS = {
    "series_key": "Int64",
    **dict.fromkeys(("timepoint", "number"), "int64"),
    **dict.fromkeys(("hours_after", "total"), "float64"),
    **dict.fromkeys(ITEMS, "Int64"),
    "completed": "datetime64[us]",
}


def patient_items(connection: Connection, viewer: Viewer, patient_key: int) -> pd.DataFrame:
    """Every PHQ-9 of the patient with its items, in time order.

    Columns: ``series_key`` (missing outside a series), ``completed`` (local time at the site,
    without an offset), ``timepoint`` (:class:`~clinical.codes.Timepoint` number), ``number`` (of
    the infusion that it belongs to), ``hours_after``, ``total``, and ``item_1`` to ``item_9``
    (missing where the item was not answered or not kept).

    Nothing where the patient is unknown or another site's, as :mod:`data_access.one_patient`.
    """
    rows = about_patient(connection, viewer, patient_key, _items)
    return typed_frame(
        ((*values, _local(at, zone)) for *values, at, zone in rows),
        _KINDS,
    )


def _items(mine: Mine) -> Statement:
    return (
        select(
            ScoreFact.series_key,
            ScoreFact.timepoint,
            ScoreFact.number,
            ScoreFact.hours_after,
            ScoreFact.total,
            *(Assessment.__table__.c[name] for name in ITEMS),
            Assessment.completed_at,
            Site.time_zone,
        )
        .join(Assessment, Assessment.assessment_key == ScoreFact.assessment_key)
        .outerjoin(Site, Site.site_key == ScoreFact.site_key)
        .where(
            mine(ScoreFact.patient_key),
            ScoreFact.instrument == PHQ9.code,
        )
        .order_by(Assessment.completed_at, ScoreFact.assessment_key)
    )
