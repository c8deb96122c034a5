"""From what was recorded at a site to what :mod:`clinical.what_if` starts from.

Frames as :mod:`data_access.appointment_what_if` gives them, of one site; weeks are whole, Monday to
Sunday.
"""

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from math import nan

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clinical.block_length import lengths, usual_length
from clinical.calendar import day_number, week_date, week_number
from clinical.capacity import open_minutes
from clinical.codes import AppointmentKind, AppointmentStatus
from clinical.what_if import TREND_WEEKS, Floats, Span, Weeks, Work

_ATTENDED = (int(AppointmentStatus.ARRIVED), int(AppointmentStatus.FULFILLED))
_SIX_DAYS = timedelta(days=6)


def whole_weeks(today: date) -> range:
    """The numbers of the :data:`~clinical.what_if.TREND_WEEKS` weeks before this one."""
    this_week = week_number(day_number(today))
    return range(this_week - TREND_WEEKS, this_week)


def opened_by_week(
    spans: Iterable[Span], chairs: int, closed: Collection[date], weeks: range, since: date | None
) -> Floats:
    """The chair-minutes that were open in each week.

    ``closed``: days of closure; ``since``: the site's first day with an appointment, before which
    it is taken not to have been there; ``None`` where there never was one.
    """
    if since is None:
        return np.zeros(len(weeks))
    opening = list(spans)
    mondays = [week_date(week) for week in weeks]
    minutes = [
        open_minutes(opening, closed, max(monday, since), monday + _SIX_DAYS) for monday in mondays
    ]
    return np.array(minutes, dtype=np.float64) * chairs


def recorded_weeks(
    opened: Floats, chair_time: pd.DataFrame, infusions: pd.DataFrame, weeks: range
) -> Weeks:
    """What was recorded in each week; 0 where nothing was.

    ``chair_time`` has ``day``, ``booked`` and ``used``; ``infusions`` has ``week`` and
    ``infusions``.
    """
    day = chair_time["day"].to_numpy(np.int64)
    week_of_day = np.array([week_number(int(each)) for each in day], dtype=np.int64)
    return Weeks(
        opened=opened,
        booked=_summed(chair_time["booked"], week_of_day, weeks),
        used=_summed(chair_time["used"], week_of_day, weeks),
        infusions=_summed(infusions["infusions"], infusions["week"].to_numpy(np.int64), weeks),
    )


def _summed(amounts: "pd.Series[int]", week: NDArray[np.int64], weeks: range) -> Floats:
    """Added up with numpy: pandas takes several times as long for so few."""
    known = (week >= weeks.start) & (week < weeks.stop)
    sums = np.zeros(len(weeks))
    np.add.at(sums, week[known] - weeks.start, amounts.to_numpy(np.float64)[known])
    return sums


def work_from(booked: pd.DataFrame) -> Work:
    """What the chairs are booked for.

    ``booked``: appointments that were not cancelled and whose day has passed, with ``kind``,
    ``status``, ``minutes`` (of each) and ``appointments``.
    """
    kind, status, each, times = (
        booked[name].to_numpy(np.int64) for name in ("kind", "status", "minutes", "appointments")
    )
    minutes = each * times
    is_infusion = kind == int(AppointmentKind.INFUSION)
    missed = int(minutes[status == int(AppointmentStatus.NOSHOW)].sum())
    attended = int(minutes[np.isin(status, _ATTENDED)].sum())
    block = usual_length(lengths(booked[is_infusion], "appointments"))
    return Work(
        block=nan if block is None else block,
        infusion_share=_share(int(minutes[is_infusion].sum()), int(minutes.sum())),
        missed_share=_share(missed, missed + attended),
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else nan
