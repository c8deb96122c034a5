"""Conditions on ``watch_facts`` that depend on the day and on the clinic's thresholds.

Written once, so that whoever counts and whoever lists means the same. Each takes ``today`` as the
clinic's calendar day; a limit that is exactly reached counts.
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
    return WatchFact.last_infusion_day >= _earliest(
        today, thresholds.treated_induction_days, thresholds.treated_maintenance_days
    )


def score_overdue(today: date, thresholds: Thresholds) -> ColumnElement[bool]:
    """Under treatment, and depression not scored for as long as the phase allows, or never.

    Any scale of depression counts. Limits: ``overdue_induction_days`` (PHQ-9 asks for the last two
    weeks) and ``overdue_maintenance_days``.
    """
    latest = _earliest(
        today, thresholds.overdue_induction_days, thresholds.overdue_maintenance_days
    )
    unscored = or_(WatchFact.scored_day.is_(None), WatchFact.scored_day <= latest)
    return and_(under_treatment(today, thresholds), unscored)


def suicidal_concern(today: date, thresholds: Thresholds) -> ColumnElement[bool]:
    """Under treatment, and a concern about suicidal thoughts is open.

    A rise of PHQ-9 item 9 or of the C-SSRS level (:func:`clinical.thoughts.open_rise`), or a level
    from ``cssrs_high`` on, whatever it was before.
    """
    concern = or_(
        WatchFact.item_9_since.is_not(None),
        WatchFact.cssrs_since.is_not(None),
        WatchFact.cssrs_last >= thresholds.cssrs_high,
    )
    return and_(under_treatment(today, thresholds), concern)


def _earliest(today: date, induction_days: int, maintenance_days: int) -> ColumnElement[int]:
    """The day number so many days before today, by the phase of the latest series."""
    number = day_number(today)
    return case(
        (WatchFact.phase == int(Phase.MAINTENANCE), number - maintenance_days),
        else_=number - induction_days,
    )
