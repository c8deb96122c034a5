"""The windows of days at which views of the Appointments page look, whatever the period."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from benchmarks.scenario import Scenario
from clinical.calendar import day_number, week_date, week_number
from clinical.forecast import STEPS
from clinical.weekly import RECENT_WEEKS, REFERENCE_WEEKS

_DAY = timedelta(days=1)
_AHEAD = timedelta(weeks=STEPS)

Window = Callable[[Scenario], Scenario]


def monday(asked: Scenario) -> date:
    """The day with which the week of today began."""
    return week_date(week_number(day_number(asked.today)))


def _from(asked: Scenario, first: date, last: date) -> Scenario:
    return replace(asked, filters=replace(asked.filters, start=first, end=last))


def weeks_before(weeks: int, until: int = 0) -> Window:
    """So many whole weeks, up to ``until`` weeks before this one."""

    def narrow(asked: Scenario) -> Scenario:
        end = monday(asked) - timedelta(weeks=until)
        return _from(asked, end - timedelta(weeks=weeks), end - _DAY)

    return narrow


def ahead(asked: Scenario) -> Scenario:
    """From tomorrow to the end of the last week that is forecast."""
    return _from(asked, asked.today + _DAY, monday(asked) + _AHEAD - _DAY)


def next_days(days: int) -> Window:
    """So many days from tomorrow on."""
    return lambda asked: _from(asked, asked.today + _DAY, asked.today + timedelta(days=days))


def period_before(asked: Scenario) -> Scenario:
    """The equally long period before."""
    start, end = asked.filters.start, asked.filters.end
    return _from(asked, start - (end - start) - _DAY, start - _DAY)


def year_before(asked: Scenario) -> Scenario:
    """The same weeks a year ago."""
    year = timedelta(weeks=52)
    return _from(asked, asked.filters.start - year, asked.filters.end - year)


def month_of_today(asked: Scenario) -> Scenario:
    """The weeks that a page of the calendar shows."""
    first = asked.today.replace(day=1)
    return _from(asked, first - timedelta(days=6), first + timedelta(days=36))


def of_sheet(asked: Scenario) -> Scenario:
    """The weeks against which the weekly sheet holds the last one, and those to come."""
    first = monday(asked) - timedelta(weeks=REFERENCE_WEEKS + 5)
    return _from(asked, first, monday(asked) + _AHEAD)


recent_weeks = weeks_before(RECENT_WEEKS)
"""The weeks that the weekly sheet draws."""
