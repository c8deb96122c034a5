"""How many records of side effects there are, whatever their terms, by week."""

import pandas as pd
from sqlalchemy import Connection

from access.viewer import Viewer
from data_access.columns import counts_by
from data_access.filters import Filters
from data_access.side_effect_counts import infusion_columns


def records_by_week(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """Records of any side effect in each week, the weeks cut where a month ends.

    Columns, all whole numbers: ``month``, ``week`` (:mod:`clinical.calendar`), ``events``. An
    infusion may have several; one without a filled-in form has none.
    """
    found = infusion_columns(connection, viewer, filters, "month", "week", "side_effects")
    return counts_by(found, ("month", "week"), {"events": found["side_effects"]})
