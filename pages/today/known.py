"""What the Today page knows: the moment it is drawn at, and what its queries found."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd

from access.viewer import Permission
from clinical.calendar import day_number, week_date, week_number
from clinical.schedule import USUAL_WEEKS, with_outcome
from data_access import today as queries
from data_access.appointment_volume import volume_by_day
from data_access.sites import closures, opening_hours
from pages.shared.context import PageContext
from pages.shared.words import listed

RECENT_DAYS = 30
"""What is recent, for rates: so many days before today."""
BEFORE_DAYS = 90
"""What recent rates are compared with: so many days before those."""
TREND_WEEKS = 12
"""How many times seven days the lines of the key figures show."""
WEEK_DAYS = 7
"""How many complete days the completeness of the records is looked at for."""
USUAL_RECORD_DAYS = 56
"""What that is compared with: so many days before those."""
LOOK_AHEAD_DAYS = 14
"""How far ahead the next appointments are looked for."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Today, up to when the data tells of it, and how many different clocks the sites go by."""

    today: date
    known_at: datetime
    clocks: int

    @property
    def yesterday(self) -> date:
        """The last day that is complete."""
        return self.today - timedelta(days=1)

    @property
    def recent(self) -> date:
        """The first of the recent days."""
        return self.today - timedelta(days=RECENT_DAYS)

    @property
    def monday(self) -> date:
        """The first day of this week."""
        return week_date(week_number(day_number(self.today)))


def moment_of(context: PageContext) -> Moment:
    """The moment of this run of the page, for the chosen sites."""
    chosen = context.filters.site_ids
    zones = [
        ZoneInfo(site.time_zone)
        for site in context.status.sites
        if not chosen or site.site_id in chosen
    ]
    as_of = min(context.now, context.status.as_of or context.now)
    clocks = {context.now.astimezone(zone).utcoffset() for zone in zones}
    return Moment(context.today, as_of.astimezone(zones[0]) if zones else as_of, len(clocks))


@dataclass(frozen=True, slots=True)
class Records:
    """How many infusions have what on record (:func:`data_access.today.complete_records`).

    ``first`` and ``last``: the recent days, as day numbers.
    """

    counts: pd.DataFrame
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Known:
    """What the queries found. Past days end with yesterday; ``closed`` says which sites are.

    Of who may see no more than totals, ``infusions`` has no more than their number, and ``terms``
    and ``records`` are ``None``.
    """

    by_day: pd.DataFrame
    of_today: pd.DataFrame
    infusions: pd.DataFrame
    treated: list[int]
    active: queries.ActivePatients
    terms: pd.DataFrame | None
    records: Records | None
    closed: dict[date, str]
    is_open: bool

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to say about these weeks."""
        return self.by_day.empty and self.infusions.empty


def look_up(context: PageContext, moment: Moment) -> Known:
    """Ask the database for everything that the page shows, but for the list of names."""
    connection, viewer, filters = context.connection, context.viewer, context.filters
    today = moment.today
    compared = replace(
        filters, start=moment.recent - timedelta(days=BEFORE_DAYS), end=moment.yesterday
    )
    calendar = replace(
        filters,
        start=min(compared.start, moment.monday - timedelta(weeks=USUAL_WEEKS)),
        end=today + timedelta(days=LOOK_AHEAD_DAYS),
    )
    the_day = replace(filters, start=today, end=today)
    trend = replace(filters, start=today - timedelta(weeks=TREND_WEEKS), end=moment.yesterday)
    by_day = volume_by_day(connection, viewer, calendar)
    of_today = queries.appointments_by_hour(connection, viewer, the_day, moment.known_at)
    # What became of the days since the data's last change is not known yet.
    clinical = viewer.may(Permission.SEE_CLINICAL)
    given = queries.infusions_by_day if clinical else queries.given_by_day
    passed = by_day["day"] < day_number(min(today, moment.known_at.date()))
    return Known(
        by_day=with_outcome(by_day, passed),
        of_today=with_outcome(of_today, of_today["overdue"] == 1),
        infusions=given(connection, viewer, compared),
        treated=queries.patients_by_window(connection, viewer, trend),
        active=queries.active_patients(connection, viewer, filters, today),
        terms=queries.terms_recently_and_before(connection, viewer, compared, moment.recent)
        if clinical
        else None,
        records=_records(context, moment) if clinical else None,
        closed=_closed_days(context, moment),
        is_open=_is_open(context, moment),
    )


def _records(context: PageContext, moment: Moment) -> Records:
    """The last seven complete days of the data, and the eight weeks before them."""
    last = min(moment.today, moment.known_at.date()) - timedelta(days=1)
    first = last - timedelta(days=WEEK_DAYS - 1)
    period = replace(context.filters, start=first - timedelta(days=USUAL_RECORD_DAYS), end=last)
    counts = queries.complete_records(context.connection, context.viewer, period, first)
    return Records(counts, day_number(first), day_number(last))


def _closed_days(context: PageContext, moment: Moment) -> dict[date, str]:
    """For the days of this week on which a chosen site is closed: which, and why."""
    week = replace(context.filters, start=moment.monday, end=moment.monday + timedelta(days=6))
    found = closures(context.connection, context.viewer, week)
    sites = _chosen_sites(context)
    words: dict[date, str] = {}
    for day in found["date"].unique():
        of_day = found[found["date"] == day]
        some = of_day["site_key"].nunique()
        reasons = listed(sorted(of_day["reason"].dropna().unique()))
        which = "closed" if some == sites else f"{some} of {sites} sites closed"
        words[day] = f"{which}: {reasons}" if reasons else which
    return words


def _chosen_sites(context: PageContext) -> int:
    return len(context.filters.site_ids or context.status.sites)


def _is_open(context: PageContext, moment: Moment) -> bool:
    """Whether a chosen site is open today; true also where no opening hours are recorded."""
    the_day = replace(context.filters, start=moment.today, end=moment.today)
    hours = opening_hours(context.connection, context.viewer, the_day)
    closed = closures(context.connection, context.viewer, the_day)["site_key"]
    open_today = hours[
        (hours["weekday"] == moment.today.isoweekday()) & ~hours["site_key"].isin(closed)
    ]
    return hours.empty or not open_today.empty
