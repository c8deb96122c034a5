"""What the queries about side effects count.

Rates count the infusions whose side-effect form was filled in (``recorded``); an infusion with a
side effect always is one of them. It counts once for a term, however often the term was recorded.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from access.viewer import Viewer
from data_access.columns import Columns, Mask, counts_by, read_columns
from data_access.filters import Filters
from data_access.schema import InfusionFact, SideEffectFact, Term

_SEVERE = 3
"""CTCAE: grade 3 is severe, 4 life-threatening, 5 death."""


def infusion_columns(
    connection: Connection, viewer: Viewer, filters: Filters, *names: str
) -> Columns:
    """Columns of the infusions within the filters, with and without a filled-in form."""
    return read_columns(connection, viewer, filters, InfusionFact, names)


def recorded_columns(
    connection: Connection, viewer: Viewer, filters: Filters, *names: str
) -> Columns:
    """Columns of the infusions with a filled-in form."""
    infusions = infusion_columns(connection, viewer, filters, "recorded", *names)
    return infusions.where(is_recorded(infusions))


def side_effect_columns(
    connection: Connection, viewer: Viewer, filters: Filters, *names: str
) -> Columns:
    """Columns of the side effects within the filters: a row for each term of an infusion."""
    return read_columns(connection, viewer, filters, SideEffectFact, names)


def term_columns(
    connection: Connection, viewer: Viewer, filters: Filters, term_key: int, *names: str
) -> Columns:
    """Columns of the infusions with one term."""
    terms = side_effect_columns(connection, viewer, filters, "term_key", *names)
    return terms.where(terms.packed["term_key"] == term_key)


def recorded_by_day(
    connection: Connection, viewer: Viewer, filters: Filters
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The days with a recorded infusion, in time order, and how many there were on each."""
    recorded = recorded_columns(connection, viewer, filters, "day")
    counted = counts_by(recorded, ("day",), {"recorded": None})
    return counted["day"].to_numpy(), counted["recorded"].to_numpy()


def with_terms(connection: Connection, counts: pd.DataFrame) -> pd.DataFrame:
    """The counts with ``term``, the name of each side effect, after their ``term_key``."""
    names = {row.term_key: row.name for row in connection.execute(select(Term.term_key, Term.name))}
    named = counts.copy()
    named.insert(1, "term", [names[key] for key in counts["term_key"]])
    return named


def is_recorded(infusions: Columns) -> Mask:
    """Infusions with a filled-in form, by ``recorded``."""
    recorded: Mask = infusions.packed["recorded"] == 1
    return recorded


def is_affected(infusions: Columns) -> Mask:
    """Infusions with any side effect, by ``side_effects``."""
    affected: Mask = infusions.packed["side_effects"] > 0
    return affected


def is_severe(infusions: Columns) -> Mask:
    """Infusions with a side effect of grade 3 or more, by ``worst_grade``."""
    severe: Mask = infusions.packed["worst_grade"] >= _SEVERE
    return severe
