"""The query of the view Published: scores some weeks after an induction, as in the literature."""

from datetime import date

import pandas as pd
from sqlalchemy import Connection, func, select

from access.viewer import Viewer
from clinical.published import INDUCTION_DAYS, INDUCTION_INFUSIONS
from data_access.cohort import Cohort, in_cohort
from data_access.filters import Filters
from data_access.frames import typed_frame
from data_access.schema import MilestoneFact, StartFact

_COUNTS = {"baseline": "float64", "total": "float64", "courses": "int64"}


def after_induction_counts(
    connection: Connection, viewer: Viewer, filters: Filters, cohort: Cohort, today: date
) -> pd.DataFrame:
    """The inductions that McInnes 2022 would have taken, by their score 14 to 31 days afterwards.

    Inductions that are over, with a baseline on the cohort's measure, of 4 to 8 infusions, the last
    one 7 to 28 days after the first.

    Columns: ``baseline``; ``total``, missing where there is no score then; ``courses``.
    """
    groups = (MilestoneFact.baseline, MilestoneFact.after_total)
    statement = (
        select(MilestoneFact.baseline, MilestoneFact.after_total.label("total"))
        .add_columns(func.count().label("courses"))
        .join(StartFact, StartFact.series_key == MilestoneFact.series_key)
        .where(
            *in_cohort(connection, viewer, filters, cohort, MilestoneFact, over_on=today),
            MilestoneFact.done.between(*INDUCTION_INFUSIONS),
            (StartFact.last_day - StartFact.started_day).between(*INDUCTION_DAYS),
        )
        .group_by(*groups)
        .order_by(*groups)
    )
    return typed_frame(connection.execute(statement), _COUNTS)
