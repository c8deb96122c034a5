"""Conditions on ``watch_facts`` that depend on the day and on the clinic's thresholds.

The rules of :mod:`clinical.attention`, in SQL so that the database can sort and page by them; a
test holds the two equal. Each takes ``today`` as the clinic's calendar day.
"""

from datetime import date

from sqlalchemy import ColumnElement, and_, case, or_

from clinical.calendar import day_number
from clinical.codes import Phase
from clinical.thresholds import Thresholds
from data_access.schema import WatchFact


def under_treatment(today: date, thresholds: Thresholds) -> ColumnElement[bool]:
    """The last infusion is not longer ago than the phase of the latest series allows.

    Limits: ``treated_induction_days`` and ``treated_maintenance_days``.
    """
    limits = thresholds.treated_induction_days, thresholds.treated_maintenance_days
    # The longer limit says nothing new, but lets the databases seek the day in an index.
    recent = WatchFact.last_infusion_day >= day_number(today) - max(limits)
    return and_(recent, WatchFact.last_infusion_day >= _earliest(today, *limits))


def score_overdue(today: date, thresholds: Thresholds) -> ColumnElement[bool]:
    """Under treatment, and depression not scored for as long as the phase allows, or never.

    The rule of :func:`clinical.attention.unscored`. Any scale of depression counts, and so does a
    limit that is exactly reached: ``overdue_induction_days``, ``overdue_maintenance_days``.
    """
    latest = _earliest(
        today, thresholds.overdue_induction_days, thresholds.overdue_maintenance_days
    )
    unscored = or_(WatchFact.scored_day.is_(None), WatchFact.scored_day <= latest)
    return and_(under_treatment(today, thresholds), unscored)


def suicidal_concern(today: date, thresholds: Thresholds) -> ColumnElement[bool]:
    """Under treatment, and a concern about suicidal thoughts is open.

    The rule of :func:`clinical.attention.thoughts`: item 9 or the C-SSRS level rose within
    ``concern_days`` and has not come back, or the level is from ``cssrs_high`` on, unless item 9
    was answered with 0 later.
    """
    earliest = day_number(today) - thresholds.concern_days
    not_denied = or_(
        WatchFact.item_9_last.is_(None),
        WatchFact.item_9_last != 0,
        WatchFact.item_9_day <= WatchFact.cssrs_day,
    )
    concern = or_(
        WatchFact.item_9_since >= earliest,
        WatchFact.cssrs_since >= earliest,
        and_(WatchFact.cssrs_last >= thresholds.cssrs_high, not_denied),
    )
    return and_(under_treatment(today, thresholds), concern)


def _earliest(today: date, induction_days: int, maintenance_days: int) -> ColumnElement[int]:
    """The day number so many days before today, by the phase of the latest series."""
    number = day_number(today)
    return case(
        (WatchFact.phase == int(Phase.MAINTENANCE), number - maintenance_days),
        else_=number - induction_days,
    )
