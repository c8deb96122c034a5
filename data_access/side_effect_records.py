"""How many records of side effects there are, whatever their terms, by week."""

import pandas as pd
from sqlalchemy import Connection, func

from access.viewer import Viewer
from data_access.filters import Filters
from data_access.schema import InfusionFact
from data_access.side_effect_counts import along_calendar, counts_by


def records_by_week(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """Records of any side effect in each week, the weeks cut where a month ends.

    Columns, all whole numbers: ``month``, ``week`` (:mod:`clinical.calendar`), ``events``. An
    infusion may have several; one without a filled-in form has none.
    """
    return counts_by(
        connection,
        (InfusionFact.month, InfusionFact.week),
        (func.sum(InfusionFact.side_effects).label("events"),),
        along_calendar(connection, viewer, filters, InfusionFact, "month"),
    )
