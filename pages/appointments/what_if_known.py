"""What the view *What if* knows: each site's usual week, and how long stays last."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clinical.block_length import Lengths, lengths
from clinical.calendar import day_date, week_date
from clinical.thresholds import Thresholds
from clinical.usual_week import opened_by_week, recorded_weeks, whole_weeks, work_from
from clinical.what_if import BASE_WEEKS, Place, Span, Weeks, place_from
from data_access import appointment_what_if as queries
from data_access.filters import Filters
from data_access.sites import closures, opening_hours, site_names
from pages.shared.context import PageContext
from pages.shared.frame import plain

STAY_WEEKS = 52
"""Stays of so many weeks tell how long a block should be."""
_WEEK, _DAY = timedelta(weeks=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SiteKnown:
    """One site: its usual week, its last weeks, and its stays of a year."""

    name: str
    place: Place
    weeks: Weeks
    stays: Lengths

    @property
    def why_unknown(self) -> str:
        """Why its utilisation cannot be told; empty where it can."""
        if not self.place.spans:
            return "no opening hours are recorded"
        if not self.place.chairs:
            return "no chairs are recorded"
        if not self.place.is_known:
            return f"not open in the last {BASE_WEEKS} weeks"
        return ""


@dataclass(frozen=True, slots=True)
class Known:
    """The chosen sites, in the order of their names; ``monday`` begins the week that goes on."""

    monday: date
    sites: tuple[SiteKnown, ...]
    thresholds: Thresholds

    def only(self, name: str | None) -> "Known":
        """One site of them, by its name; all where there is none of that name."""
        found = tuple(site for site in self.sites if site.name == name)
        return replace(self, sites=found) if found else self

    @property
    def measured(self) -> list[SiteKnown]:
        """Those whose utilisation can be told."""
        return [site for site in self.sites if site.place.is_known]

    @property
    def places(self) -> list[Place]:
        """The usual weeks of those."""
        return [site.place for site in self.measured]

    @property
    def given(self) -> float:
        """How many infusions they gave a week in the last weeks."""
        return sum(float(site.weeks.infusions[-BASE_WEEKS:].mean()) for site in self.measured)

    @property
    def stays(self) -> Lengths:
        """The stays of all of them together."""
        return lengths(
            pd.DataFrame(
                {
                    "minutes": np.concatenate([[], *(site.stays.minutes for site in self.sites)]),
                    "stays": np.concatenate([[], *(site.stays.counts for site in self.sites)]),
                }
            ),
            "stays",
        )

    @property
    def observed(self) -> pd.DataFrame:
        """Utilisation by week: ``start``, ``scheduled``, ``actual``; NaN where nothing was open."""
        measured = [site.weeks for site in self.measured]
        opened, booked, used = (
            np.sum([getattr(weeks, name) for weeks in measured], axis=0)
            for name in ("opened", "booked", "used")
        )
        known = np.where(opened > 0, opened, np.nan)
        starts = [self.monday - back * _WEEK for back in range(len(known), 0, -1)]
        return pd.DataFrame({"start": starts, "scheduled": booked / known, "actual": used / known})

    @property
    def left_out(self) -> str:
        """The sites whose utilisation cannot be told, and why (markdown); empty where it can."""
        return "; ".join(
            f"{plain(site.name)}: {site.why_unknown}" for site in self.sites if site.why_unknown
        )


def look_up(context: PageContext, thresholds: Thresholds) -> Known:
    """Ask the database for everything that the view needs, whatever is changed."""
    connection, viewer = context.connection, context.viewer
    weeks = whole_weeks(context.today)
    monday = week_date(weeks.stop)
    trend = _before(context, monday, len(weeks))
    names = site_names(connection, viewer)
    places = queries.places(connection, viewer, trend)
    base, stays = (_before(context, monday, back) for back in (BASE_WEEKS, STAY_WEEKS))
    frames = _Frames(
        hours=_by_site(opening_hours(connection, viewer, trend)),
        closures=_by_site(closures(connection, viewer, trend)),
        chair_time=_by_site(queries.chair_time_by_day(connection, viewer, trend)),
        infusions=_by_site(queries.infusions_by_week(connection, viewer, trend)),
        work=_by_site(queries.booked_work(connection, viewer, base)),
        stays=_by_site(queries.stays(connection, viewer, stays)),
    )
    sites = [
        frames.site(key, names[key], chairs, first_day, weeks)
        for key, chairs, first_day in places.itertuples(index=False, name=None)
    ]
    return Known(
        monday=monday,
        sites=tuple(sorted(sites, key=lambda site: site.name)),
        thresholds=thresholds,
    )


def _before(context: PageContext, monday: date, weeks: int) -> Filters:
    """The whole weeks before this one at the chosen sites, for everybody."""
    return Filters(monday - weeks * _WEEK, monday - _DAY, context.filters.site_ids)


@dataclass(frozen=True, slots=True)
class _BySite:
    """A frame, its rows site after site; ``keys``: the site of each."""

    frame: pd.DataFrame
    keys: NDArray[np.int64]

    def of(self, site: int) -> pd.DataFrame:
        """The rows of one site, in the order in which they were asked for."""
        first, end = np.searchsorted(self.keys, (site, site + 1))
        return self.frame.iloc[first:end]


def _by_site(frame: pd.DataFrame) -> _BySite:
    """Sorted once, so that no site has to look through the rows of all."""
    rows = frame.sort_values("site_key", kind="stable")
    return _BySite(rows, rows["site_key"].to_numpy(np.int64))


@dataclass(frozen=True, slots=True)
class _Frames:
    """What the queries gave, of all sites."""

    hours: _BySite
    closures: _BySite
    chair_time: _BySite
    infusions: _BySite
    work: _BySite
    stays: _BySite

    def site(self, key: int, name: str, chairs: int, first_day: int, weeks: range) -> SiteKnown:
        """One site out of them."""
        spans: list[Span] = list(
            self.hours.of(key)[["weekday", "opens", "closes"]].itertuples(index=False, name=None)
        )
        opened = opened_by_week(
            spans,
            chairs,
            set(self.closures.of(key)["date"]),
            weeks,
            day_date(first_day) if first_day >= 0 else None,
        )
        recorded = recorded_weeks(opened, self.chair_time.of(key), self.infusions.of(key), weeks)
        return SiteKnown(
            name=name,
            place=place_from(spans, chairs, recorded, work_from(self.work.of(key))),
            weeks=recorded,
            stays=lengths(self.stays.of(key), "stays"),
        )
