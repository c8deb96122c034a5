"""How soon side effects come and pass, and the chair time of infusions with and without them.

Minutes are those of :class:`clinical.side_effect_times.Times`. An infusion whose minutes cannot be
told is a row with missing minutes, so that a page can say how many there are.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from access.viewer import Viewer
from data_access.columns import Columns, counts_by
from data_access.filters import Filters
from data_access.side_effect_counts import recorded_columns, side_effect_columns, term_columns


def passed_minutes(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """Infusions with each side effect by the minutes from their end until it had passed.

    Columns: ``term_key``; ``open`` (1: it had not passed when recorded, and was watched for so
    many minutes); ``minutes`` (missing where it is not known); ``infusions``.
    """
    groups = ("term_key", "open", "passed_minutes")
    found = side_effect_columns(connection, viewer, filters, *groups)
    counts = counts_by(found, groups, {"infusions": None})
    return _maybe_unknown(counts.rename(columns={"passed_minutes": "minutes"}), "minutes")


def onset_and_lasted(
    connection: Connection, viewer: Viewer, filters: Filters, term_key: int
) -> pd.DataFrame:
    """Infusions with one side effect by when it began and how long it lasted.

    Columns: ``onset`` (minutes from the start of the infusion), ``open`` (1: it had not passed when
    recorded, and was watched for so many minutes), ``lasted`` (minutes from the onset; both missing
    where they are not known), ``infusions``.
    """
    groups = ("onset_minutes", "open", "lasted_minutes")
    found = term_columns(connection, viewer, filters, term_key, *groups)
    named = {"onset_minutes": "onset", "lasted_minutes": "lasted"}
    counts = counts_by(found, groups, {"infusions": None}).rename(columns=named)
    return _maybe_unknown(counts, "onset", "lasted")


def _maybe_unknown(counts: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """The counts with columns of one dtype, whether or not anything is unknown in them."""
    return counts.astype(dict.fromkeys(columns, "Int64"))


def odd_times(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """Infusions in which the times of a side effect contradict each other.

    Columns, whole numbers: ``term_key``, ``odd`` (:class:`clinical.side_effect_times.Odd`),
    ``infusions``.
    """
    found = side_effect_columns(connection, viewer, filters, "term_key", "odd")
    odd = found.where(found.packed["odd"] > 0)
    counts = counts_by(odd, ("odd", "term_key"), {"infusions": None})
    return counts[["term_key", "odd", "infusions"]]


def chair_minutes_by_site_and_phase(
    connection: Connection, viewer: Viewer, filters: Filters
) -> pd.DataFrame:
    """The chair time of the recorded infusions of each site and phase, as sums.

    Columns, whole numbers: ``site_key``, ``phase``, ``n`` (recorded infusions whose chair time is
    known), ``minutes`` and ``squares`` (the sum of theirs, and of their squares), ``untimed``
    (recorded infusions whose chair time is not known).
    """
    found = recorded_columns(connection, viewer, filters, *_PLACED, "chair_minutes")
    return _summed(found, _PLACED)


def chair_minutes_by_term(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """The same of the infusions with each side effect, with ``term_key`` as the first column."""
    groups = ("term_key", *_PLACED)
    found = side_effect_columns(connection, viewer, filters, *groups, "chair_minutes")
    return _summed(found, groups)


_PLACED = ("site_key", "phase")


def _summed(found: Columns, groups: Sequence[str]) -> pd.DataFrame:
    """The sums of the chair times of each group."""
    timed = found.known("chair_minutes")
    minutes = np.where(timed, found["chair_minutes"], 0)
    counts = {"n": timed, "minutes": minutes, "squares": minutes * minutes, "untimed": ~timed}
    return counts_by(found, groups, counts)
