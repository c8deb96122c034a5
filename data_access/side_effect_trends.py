"""The queries of the Side effects page about time: is it changing?

Weeks and months are by each site's own clock. Expected counts allow for who was treated, so counts
come by infusion number and dose.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection

from access.viewer import Viewer
from data_access.columns import counts_by, distinct_by
from data_access.filters import Filters
from data_access.side_effect_counts import (
    infusion_columns,
    is_affected,
    is_recorded,
    is_severe,
    recorded_by_day,
    side_effect_columns,
    term_columns,
)

_Ints = NDArray[np.int64]


def infusions_by_week(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """Infusions in each week, the weeks cut where a month ends.

    So the rows add up to weeks as well as to months. Columns, all whole numbers: ``month``,
    ``week`` (:mod:`clinical.calendar`), ``number_band`` (index into
    :data:`clinical.side_effect_rates.NUMBER_BANDS`), ``dose_band``
    (:class:`~clinical.codes.DoseBand`), ``infusions``, ``recorded``, ``affected`` (with any side
    effect), ``severe`` (with one of grade 3 or more), ``stopped`` (early, recorded or not),
    ``timed`` (recorded, with a known time in the chair), ``chair_minutes`` (of those).
    """
    groups = ("month", "week", "number_band", "dose_band")
    counted = ("recorded", "side_effects", "worst_grade", "stopped", "chair_minutes")
    found = infusion_columns(connection, viewer, filters, *groups, *counted)
    timed = is_recorded(found) & found.known("chair_minutes")
    counts = {
        "infusions": None,
        "recorded": is_recorded(found),
        "affected": is_affected(found),
        "severe": is_severe(found),
        "stopped": found.packed["stopped"] == 1,
        "timed": timed,
        "chair_minutes": np.where(timed, found["chair_minutes"], 0),
    }
    return counts_by(found, groups, counts)


def term_by_week(
    connection: Connection, viewer: Viewer, filters: Filters, term_key: int
) -> pd.DataFrame:
    """Infusions with one term in each week, the weeks cut as above; groups without any left out.

    Columns, all whole numbers: ``month``, ``week``, ``number_band``, ``dose_band``, ``affected``,
    ``events`` (records).
    """
    groups = ("month", "week", "number_band", "dose_band")
    found = term_columns(connection, viewer, filters, term_key, *groups, "events")
    return counts_by(found, groups, {"affected": None, "events": found["events"]})


def infusions_by_site_week(
    connection: Connection, viewer: Viewer, filters: Filters
) -> pd.DataFrame:
    """Infusions of each site in each week.

    Columns, all whole numbers: ``site_key``, ``week``, ``number_band``, ``infusions``,
    ``recorded``, ``affected`` (with any side effect).
    """
    groups = ("site_key", "week", "number_band")
    found = infusion_columns(connection, viewer, filters, *groups, "recorded", "side_effects")
    counts = {"infusions": None, "recorded": is_recorded(found), "affected": is_affected(found)}
    return counts_by(found, groups, counts)


def terms_by_site_week(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """Infusions with each term at each site in each week; groups without any left out.

    Columns, all whole numbers: ``term_key``, ``site_key``, ``week``, ``affected``.
    """
    groups = ("term_key", "site_key", "week")
    found = side_effect_columns(connection, viewer, filters, *groups)
    return counts_by(found, groups, {"affected": None})


def terms_by_week(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """Infusions with each term in each week, the weeks cut as above; groups without any left out.

    Columns, all whole numbers: ``term_key``, ``month``, ``week``, ``number_band``, ``affected``.
    """
    groups = ("term_key", "month", "week", "number_band")
    found = side_effect_columns(connection, viewer, filters, *groups)
    return counts_by(found, groups, {"affected": None})


@dataclass(frozen=True, slots=True)
class RareEvents:
    """The latest infusions with a rare side effect, and how far apart they lie.

    ``events``: one row each, in time order: ``day`` (whole number, :mod:`clinical.calendar`), and
    ``recorded_before`` and ``days_before`` (float): recorded infusions without it, and days, since
    the previous one. Both are missing for the first one within the filters, because when the
    previous one was is not known. ``recorded_since``: recorded infusions after the last one, or all
    of the period where there is none; ``last_day``: of a recorded infusion within the filters,
    missing where there is none.
    """

    events: pd.DataFrame
    recorded_since: int
    last_day: int | None


AT_MOST = 400
"""So many events are looked at: far more than a chart shows and a rare side effect has."""


def events_of_term(
    connection: Connection,
    viewer: Viewer,
    filters: Filters,
    term_key: int | None,
    at_most: int = AT_MOST,
) -> RareEvents:
    """The latest infusions with one term, or with any serious side effect (``None``).

    For side effects that are rare: of a common one the rates are looked at.

    Facts know the day but not the hour, so where an infusion stands among the recorded ones of its
    day is not known: it is put in their middle, several spread evenly over them.
    """
    days, with_it = _days_with_it(connection, viewer, filters, term_key, at_most + 1)
    recorded_days, recorded = recorded_by_day(connection, viewer, filters)
    of_event = np.repeat(days, with_it)
    places = places_among(days, with_it, recorded_days, recorded)
    latest = pd.DataFrame(
        {
            "day": of_event,
            "recorded_before": _steps(places) - 1,
            "days_before": _steps(of_event),
        }
    )
    return RareEvents(
        events=latest.tail(at_most).reset_index(drop=True),
        recorded_since=int(recorded.sum() - places.max(initial=0)),
        last_day=int(recorded_days[-1]) if len(recorded_days) else None,
    )


def _days_with_it(
    connection: Connection, viewer: Viewer, filters: Filters, term_key: int | None, at_most: int
) -> tuple[_Ints, _Ints]:
    """The latest days with such an infusion, in time order, and how many there were on each."""
    asked = connection, viewer, filters
    if term_key is not None:
        with_it = term_columns(*asked, term_key, "day", "infusion_key")
    else:
        terms = side_effect_columns(*asked, "day", "infusion_key", "serious")
        with_it = terms.where(terms.packed["serious"] == 1)
    # Several terms of one infusion may be serious.
    counted = distinct_by(with_it, ("day",), "infusion_key").tail(at_most)
    return counted["day"].to_numpy(), counted["different"].to_numpy()


def places_among(days: _Ints, with_it: _Ints, recorded_days: _Ints, recorded: _Ints) -> _Ints:
    """The place of each infusion with it among all recorded ones, the first being 1.

    ``with_it`` and ``recorded`` are the counts of the days; each of ``days`` is one of
    ``recorded_days``. Those of a day are put in the middles of equal parts of its recorded ones.
    """
    at = np.searchsorted(recorded_days, days)
    before = np.cumsum(recorded)[at] - recorded[at]
    of_day = np.arange(with_it.sum()) - np.repeat(np.cumsum(with_it) - with_it, with_it)
    size, parts = np.repeat(recorded[at], with_it), np.repeat(with_it, with_it)
    places: _Ints = np.repeat(before, with_it) + (2 * of_day + 1) * size // (2 * parts) + 1
    return places


def _steps(values: _Ints) -> NDArray[np.float64]:
    """Each value minus the one before it; missing for the first."""
    steps: NDArray[np.float64] = np.diff(values.astype(np.float64), prepend=np.nan)
    return steps
