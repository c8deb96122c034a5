"""What the view What is coming knows: the books, what is not in them yet, and the time for it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from clinical.calendar import day_number, week_date, week_number
from clinical.capacity import open_minutes
from clinical.codes import AppointmentKind, Phase
from clinical.course_demand import (
    GoingOn,
    booked_starts,
    course_demand,
    course_profile,
    courses_to_come,
    going_on,
    rest_of_courses,
)
from clinical.demand import booked_demand, weekly_demand
from clinical.forecast import STEPS, Forecast, forecast_starts
from clinical.occupancy import LONGEST_MINUTES
from clinical.standing import Record, Standing, attend_probability, standing_rates, standing_record
from clinical.thresholds import Thresholds
from clinical.unbooked import (
    Ahead,
    booster_demand,
    open_parts,
    start_demand,
    unbooked_starts,
    usual_block,
    weeks_ahead,
)
from data_access import appointment_coming as queries
from data_access.appointment_access import chairs_by_site
from data_access.filters import Filters
from data_access.sites import closures, opening_hours, site_names
from data_access.thresholds import read_thresholds
from pages.shared.context import PageContext
from pages.shared.memory import remembered

QUARTER = 13
"""Weeks from which what is usual lately is taken."""
_YEAR = timedelta(days=365)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Weeks:
    """The days that are looked at: the rest of the week under way, and eight weeks."""

    today: date
    ahead: Ahead

    @property
    def tomorrow(self) -> date:
        """The first day."""
        return self.today + _DAY

    @property
    def monday(self) -> date:
        """The day with which the week under way began."""
        return week_date(self.ahead.weeks[0])

    @property
    def last(self) -> date:
        """The last day."""
        return week_date(self.ahead.weeks[-1] + 1) - _DAY

    def days(self, position: int) -> tuple[date, date]:
        """The first and the last day of a week that lie ahead; of the first they may be none."""
        begins = max(week_date(self.ahead.weeks[position]), self.tomorrow)
        return begins, week_date(self.ahead.weeks[position] + 1) - _DAY


@dataclass(frozen=True, slots=True)
class Coming:
    """What is coming.

    ``demand`` as from :func:`clinical.demand.weekly_demand`. ``booked``: ``site_key``, ``week``,
    ``infusions`` and ``minutes`` as they stand in the books. ``room``: ``site_key``, ``week``,
    ``minutes`` (open chair-minutes; missing where the site has no opening hours or no chairs).
    ``block_minutes``: the usual planned length of an infusion, by site. ``history``: new starts of
    each whole week up to now. ``forecast`` is ``None`` where that is too short: then the books
    alone are in ``demand``. ``record`` is ``None`` where nothing was due before its quarter.
    """

    weeks: Weeks
    sites: dict[int, str]
    demand: pd.DataFrame
    booked: pd.DataFrame
    room: pd.DataFrame
    block_minutes: dict[int, float]
    history: pd.DataFrame
    forecast: Forecast | None
    rates: Standing
    record: Record | None
    going_on: GoingOn
    profile: tuple[float, ...]


def known_demand(context: PageContext) -> Coming:
    """What is coming, for the view and for all else that looks ahead; remembered."""
    return remembered(context, "what is coming", lambda: _look_up(context))


def weeks_from(today: date) -> Weeks:
    """The weeks that are looked at on a day, by the calendar alone."""
    number = day_number(today)
    week = week_number(number)
    return Weeks(today, weeks_ahead(number, day_number(week_date(week)), week))


def _look_up(context: PageContext) -> Coming:
    asked = context.connection, context.viewer, context.filters
    thresholds = read_thresholds(context.connection, context.viewer)
    weight = thresholds.own_record_weight
    chairs = {site: len(keys) for site, keys in chairs_by_site(*asked).items()}
    weeks, room = _open_weeks(context, chairs)
    sites = site_names(context.connection, context.viewer)
    lately, before = _rates(context, weeks)
    found = queries.ahead(*asked, (weeks.tomorrow, weeks.last), context.today)
    books = _in_the_books(found.booked, weeks, lately, weight)
    given = queries.infusions_by_lead(
        *asked, weeks.monday - timedelta(weeks=QUARTER), weeks.monday - _DAY
    )
    block = usual_block(given, books[books["is_infusion"]], chairs)
    history = _history(context)
    forecast = forecast_starts(history["starts"].to_numpy(float))
    layers = [booked_demand(books)]
    courses = going_on(pd.DataFrame(columns=["done", "planned", "inductions"]))
    profile = np.zeros(STEPS)
    if forecast is not None:
        if _asks_for(context.filters, Phase.INDUCTION):
            shapes = queries.induction_courses(
                *asked, weeks.monday - timedelta(weeks=61), weeks.monday - timedelta(weeks=9)
            )
            courses, profile = going_on(shapes), course_profile(shapes, STEPS)
            layers += _inductions(
                context,
                thresholds,
                weeks,
                books,
                found.under_way,
                block,
                courses,
                profile,
                forecast,
            )
        if _asks_for(context.filters, Phase.MAINTENANCE):
            layers.append(_boosters(context, weeks, books, given, block))
    return Coming(
        weeks=weeks,
        sites={key: sites[key] for key in chairs},
        demand=weekly_demand(layers, list(chairs), weeks.ahead.weeks),
        booked=_as_booked(books),
        room=room,
        block_minutes=block,
        history=history,
        forecast=forecast,
        rates=lately,
        record=_record(context, weeks, before, weight),
        going_on=courses,
        profile=tuple(profile.tolist()),
    )


def _asks_for(filters: Filters, phase: Phase) -> bool:
    return not filters.phases or phase in filters.phases


def _rates(context: PageContext, weeks: Weeks) -> tuple[Standing, Standing]:
    """What became of bookings in the last twelve months, and in those before the record begins."""
    yesterday = weeks.today - _DAY
    begins = week_date(weeks.ahead.weeks[0] - 20)
    counts = queries.outcomes_by_booking(
        context.connection,
        context.viewer,
        context.filters,
        (weeks.today - _YEAR, yesterday),
        (begins - _YEAR, begins - _DAY),
    )
    lately = counts.rename(columns={"lately": "appointments"})
    before = counts.rename(columns={"before": "appointments"})
    return standing_rates(lately), standing_rates(before)


def _in_the_books(
    booked: pd.DataFrame, weeks: Weeks, rates: Standing, weight: float
) -> pd.DataFrame:
    """Each booked appointment with its week and the probability that it will be attended."""
    books = booked.assign(to_go=booked["day"] - day_number(weeks.today))
    return books.assign(
        # What is longer is an error of the record, and holds no chair.
        minutes=books["minutes"].where(books["minutes"] <= LONGEST_MINUTES, 0),
        week=(books["day"] + 3) // 7,
        is_infusion=books["kind"] == int(AppointmentKind.INFUSION),
        attends=attend_probability(books, rates, weight),
    )


def _as_booked(books: pd.DataFrame) -> pd.DataFrame:
    counted = books.assign(infusions=books["is_infusion"].astype("int64"))
    sums = counted.groupby(["site_key", "week"], as_index=False)[["infusions", "minutes"]].sum()
    return sums.astype("int64")


def _history(context: PageContext) -> pd.DataFrame:
    """New starts of every whole week since the second with any: the first may be part of one."""
    found = queries.starts_by_week(
        context.connection, context.viewer, context.filters, context.today
    )
    now = week_number(day_number(context.today))
    first = int(found["week"].iloc[0]) + 1 if len(found) else now
    starts = found.set_index("week")["starts"].reindex(range(first, now), fill_value=0)
    return starts.rename_axis("week").reset_index()


def _inductions(
    context: PageContext,
    thresholds: Thresholds,
    weeks: Weeks,
    books: pd.DataFrame,
    under_way: pd.DataFrame,
    block: Mapping[int, float],
    courses: GoingOn,
    profile: np.ndarray[tuple[int], np.dtype[np.float64]],
    forecast: Forecast,
) -> list[pd.DataFrame]:
    """The rest of inductions, and those that will begin and are in no book."""
    asked = context.connection, context.viewer, context.filters
    to_come = courses_to_come(under_way, books[books["is_infusion"]])
    rest = rest_of_courses(to_come, courses, thresholds.rhythm_per_week, day_number(context.today))
    starts = unbooked_starts(
        forecast, booked_starts(to_come, weeks.ahead.weeks), weeks.ahead.parts, profile
    )
    lately = queries.starts_by_site(
        *asked, weeks.monday - timedelta(weeks=QUARTER), weeks.monday - _DAY
    )
    began = sum(lately.values())
    shares = {site: count / began for site, count in lately.items()}
    return [course_demand(rest, block), start_demand(starts, shares, weeks.ahead, block)]


def _boosters(
    context: PageContext,
    weeks: Weeks,
    books: pd.DataFrame,
    given: pd.DataFrame,
    block: Mapping[int, float],
) -> pd.DataFrame:
    """Maintenance infusions that are in no book yet."""
    counts = queries.maintenance_by_site(
        context.connection,
        context.viewer,
        context.filters,
        weeks.monday - timedelta(weeks=QUARTER),
        weeks.monday - _DAY,
    )
    a_week = {site: count / QUARTER for site, count in counts.items()}
    timed = given[(given["phase"] == int(Phase.MAINTENANCE)) & given["lead_days"].notna()]
    maintenance = books[books["is_infusion"] & (books["phase"] == int(Phase.MAINTENANCE))]
    booked = maintenance.groupby("week")["attends"].sum().reindex(weeks.ahead.weeks, fill_value=0)
    return booster_demand(a_week, timed, booked.tolist(), weeks.ahead, block)


def _open_weeks(context: PageContext, chairs: Mapping[int, int]) -> tuple[Weeks, pd.DataFrame]:
    """The weeks, as far as they are open, and the open chair-minutes of each site and week."""
    weeks = weeks_from(context.today)
    period = Filters(weeks.tomorrow, weeks.last, context.filters.site_ids)
    hours = opening_hours(context.connection, context.viewer, period)
    closed = closures(context.connection, context.viewer, period)
    every = range(len(weeks.ahead.weeks))
    rows, usual = [], 0.0
    for site, count in chairs.items():
        of_site = hours[hours["site_key"] == site]
        spans = list(zip(of_site["weekday"], of_site["opens"], of_site["closes"], strict=True))
        known = count if spans and count else float("nan")
        days_off = set(closed.loc[closed["site_key"] == site, "date"])
        rows += [
            (
                site,
                weeks.ahead.weeks[position],
                known * open_minutes(spans, days_off, *weeks.days(position)),
            )
            for position in every
        ]
        usual += count * open_minutes(spans, (), *weeks.days(1))
    room = pd.DataFrame(rows, columns=["site_key", "week", "minutes"])
    by_week = room.groupby("week")["minutes"].sum().reindex(weeks.ahead.weeks, fill_value=0.0)
    parts = open_parts(weeks.ahead.parts, by_week.tolist(), usual)
    return Weeks(weeks.today, replace(weeks.ahead, parts=parts)), room


def _record(context: PageContext, weeks: Weeks, before: Standing, weight: float) -> Record | None:
    """How the books have held what they promised; judged by the rates of the time before."""
    if not before.due:
        return None
    last = weeks.ahead.weeks[0] - 1
    counts = queries.bookings_as_they_stood(
        context.connection, context.viewer, context.filters, (last - 19, last), weight
    )
    return standing_record(counts, before, last)
