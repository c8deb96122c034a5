"""What the view Capacity knows: what its queries found, and what follows from it."""

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from clinical.calendar import day_number
from clinical.capacity import (
    OpenTime,
    chair_shares,
    full_hours,
    hour_shares,
    open_days,
    open_hours,
    open_time,
    outside_open_time,
    site_use,
)
from clinical.overruns import USUAL_WEEKS, UsualStay, usual_stay
from clinical.thresholds import Thresholds
from data_access import appointment_capacity as queries
from data_access.appointment_calendar import calendar_sites
from data_access.filters import Filters
from data_access.sites import closures, opening_hours, site_names
from pages.shared.context import PageContext


@dataclass(frozen=True, slots=True)
class Marks:
    """What the record of chair time lacks, or contradicts.

    ``double_booked`` and ``outside`` (booked where no site is open): chair-minutes;
    ``too_long`` and ``without_chair``: appointments; ``uncovered``: chairs of sites without opening
    hours.
    """

    double_booked: int
    outside: int
    too_long: int
    without_chair: int
    uncovered: int


@dataclass(frozen=True, slots=True)
class CapacityKnown:
    """The chair time of a period's days that have passed, and its overruns.

    ``filters``: those of chair time, without diagnosis and phase. ``by_site``: of
    :func:`clinical.capacity.site_use`; ``by_chair``: of :func:`clinical.capacity.chair_shares`;
    ``open_by_hour``: of :func:`clinical.capacity.open_time`; ``by_hour``: of
    :func:`data_access.appointment_capacity.hours_used`; ``cells``: of
    :func:`clinical.capacity.hour_shares`; ``full``: of :func:`clinical.capacity.full_hours`.
    ``lost``: ``site_key``, and chair-minutes ``missed``, ``late`` and ``early``. ``overruns``: of
    :func:`data_access.appointment_capacity.overruns_by_cause`.
    """

    filters: Filters
    late_hours: int
    names: dict[int, str]
    by_site: pd.DataFrame
    by_chair: pd.DataFrame
    open_by_hour: pd.DataFrame
    by_hour: pd.DataFrame
    cells: pd.DataFrame
    full: pd.DataFrame
    lost: pd.DataFrame
    usual: UsualStay
    overruns: pd.DataFrame
    marks: Marks

    @property
    def known(self) -> pd.DataFrame:
        """The sites whose open time is known."""
        return self.by_site[self.by_site["state"] == OpenTime.KNOWN]

    @property
    def open_minutes(self) -> int:
        """Of all sites whose open time is known."""
        return int(self.known["open"].sum())

    def share(self, name: str) -> float:
        """``booked`` or ``used`` of the open time; missing where none is known."""
        return float(self.known[name].sum()) / self.open_minutes if self.open_minutes else _NONE

    @property
    def lost_minutes(self) -> int:
        """Missed, and cancelled too late and not filled again, where open time is known."""
        of_known = self.lost[self.lost["site_key"].isin(self.known["site_key"])]
        return int(of_known[["missed", "late"]].sum().sum())


_NONE = float("nan")


def look_up(context: PageContext, thresholds: Thresholds) -> CapacityKnown | None:
    """Ask the database; ``None`` where no day of the period lies in the past."""
    passed = _passed(context.filters, context.today)
    if passed is None:
        return None
    connection, viewer = context.connection, context.viewer
    chair_time = Filters(passed.start, passed.end, passed.site_ids)
    sites = calendar_sites(connection, viewer, chair_time)
    chairs = queries.chairs_used(connection, viewer, chair_time)
    there = dict(zip(sites["site_key"].tolist(), sites["chairs"].tolist(), strict=True))
    by_hour = queries.hours_used(connection, viewer, chair_time, there)
    hours = open_hours(opening_hours(connection, viewer, chair_time))
    shut = closures(connection, viewer, chair_time)
    open_by_hour = open_time(sites, hours, open_days(sites, shut, passed.start, passed.end))
    by_site = site_use(sites, open_by_hour, by_hour, passed.end)
    usual = _usual(context, passed)
    on_closures = queries.booked_on_closures(connection, viewer, chair_time)
    return CapacityKnown(
        filters=chair_time,
        late_hours=thresholds.late_notice_hours,
        names=site_names(connection, viewer),
        by_site=by_site,
        by_chair=chair_shares(chairs, by_site),
        open_by_hour=open_by_hour,
        by_hour=by_hour,
        cells=hour_shares(open_by_hour, by_hour),
        full=full_hours(open_by_hour, by_hour),
        lost=_lost(context, chair_time, thresholds),
        usual=usual,
        overruns=queries.overruns_by_cause(connection, viewer, passed, usual),
        marks=Marks(
            double_booked=int(chairs["double_booked"].sum()),
            outside=outside_open_time(sites, hours, by_hour, on_closures),
            too_long=queries.count_too_long(connection, viewer, chair_time),
            without_chair=queries.count_without_chair(connection, viewer, chair_time),
            uncovered=int(sites.loc[~sites["site_key"].isin(hours["site_key"]), "chairs"].sum()),
        ),
    )


def _passed(filters: Filters, today: date) -> Filters | None:
    """The filters to the day before today; ``None`` where that is before the period."""
    last = min(filters.end, today - timedelta(days=1))
    if last < filters.start:
        return None
    return Filters(filters.start, last, filters.site_ids, filters.diagnosis_groups, filters.phases)


def _usual(context: PageContext, passed: Filters) -> UsualStay:
    first_day = day_number(passed.end) - 7 * USUAL_WEEKS + 1
    return usual_stay(queries.latest_stays(context.connection, context.viewer, passed, first_day))


def _lost(context: PageContext, filters: Filters, thresholds: Thresholds) -> pd.DataFrame:
    asked = context.connection, context.viewer, filters
    missed = queries.missed_minutes(*asked).set_index("site_key")["minutes"]
    freed = queries.freed_minutes(*asked, thresholds.late_notice_hours)
    late = freed[freed["late"] == 1].set_index("site_key")["minutes"]
    early = freed[freed["late"] == 0].set_index("site_key")["minutes"]
    table = pd.DataFrame({"missed": missed, "late": late, "early": early}).fillna(0)
    return table.astype("int64").rename_axis("site_key").reset_index()
