"""Demand that nobody has booked yet: boosters, and inductions that will begin."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clinical.demand import Layer, demand_rows, thinned
from clinical.forecast import STEPS, Forecast

_MIDWEEK = 2
"""Days from Monday to the middle of a working week."""
_WORKING_DAYS = 5

Floats = NDArray[np.float64]


def part_left(day_of_week: int) -> float:
    """The part of a working week that comes after a day (1 = Monday)."""
    return max(_WORKING_DAYS - day_of_week, 0) / _WORKING_DAYS


@dataclass(frozen=True, slots=True)
class Ahead:
    """The weeks that are looked at.

    ``weeks``: their numbers, the first being that under way; ``to_go``: days from today to the
    middle of each; ``parts``: how much of each lies ahead (1 but for the first).
    """

    weeks: list[int]
    to_go: list[int]
    parts: list[float]


def weeks_ahead(today: int, monday: int, week: int) -> Ahead:
    """The week under way and eight more; ``monday``: the day with which it began."""
    middles = [monday + 7 * step + _MIDWEEK - today for step in range(STEPS)]
    weekday = today - monday + 1
    rest = part_left(weekday)
    first = max((_WORKING_DAYS + 1 - weekday) // 2, 1)
    return Ahead(
        weeks=[week + step for step in range(STEPS)],
        to_go=[first, *middles[1:]],
        parts=[rest, *[1.0] * (STEPS - 1)],
    )


BLOCK_MINUTES = 120.0
"""Taken for the length of an infusion's block where nothing else is known: our default."""


def usual_block(
    given: pd.DataFrame, booked: pd.DataFrame, sites: Iterable[int]
) -> dict[int, float]:
    """The usual planned minutes of an infusion at each site: their median.

    ``given``: ``site_key``, ``minutes``, ``infusions`` (how many); ``booked``: ``site_key`` and
    ``minutes``, asked where a site has given none. Else all sites together, else
    :data:`BLOCK_MINUTES`.
    """
    both = {
        site: [*_minutes(given, site), *booked.loc[booked["site_key"] == site, "minutes"]]
        for site in sites
    }
    everywhere = [minutes for found in both.values() for minutes in found]
    usual = float(np.median(everywhere)) if everywhere else BLOCK_MINUTES
    found = {}
    for site, minutes in both.items():
        of_site = _minutes(given, site) or minutes
        found[site] = float(np.median(of_site)) if of_site else usual
    return found


def _minutes(given: pd.DataFrame, site: int) -> list[int]:
    rows = given[given["site_key"] == site]
    return list(np.repeat(rows["minutes"].to_numpy(), rows["infusions"].to_numpy()))


def open_parts(parts: Sequence[float], room: Sequence[float], usual: float) -> list[float]:
    """How much of each week can take what is not booked yet.

    ``parts`` by the calendar; ``room``: open chair-minutes of each week, ``usual``: of a week
    without closures (missing or 0 where not known: then the calendar alone counts). Of the week
    under way it is what is open of it; a week that is closed throughout takes nothing.
    """
    if not usual > 0:
        return list(parts)
    first = min(room[0] / usual, 1.0)
    return [
        first,
        *(part if left > 0 else 0.0 for part, left in zip(parts[1:], room[1:], strict=True)),
    ]


def late_share(leads: pd.DataFrame, to_go: int) -> float | None:
    """The share of infusions that were booked less than so many days ahead; ``None`` without any.

    ``leads``: ``lead_days``, ``infusions``, those whose booking time is known.
    """
    n = int(leads["infusions"].sum())
    return int(leads.loc[leads["lead_days"] < to_go, "infusions"].sum()) / n if n else None


def booster_demand(
    a_week: Mapping[int, float],
    leads: pd.DataFrame,
    booked: Sequence[float],
    ahead: Ahead,
    block_minutes: Mapping[int, float],
) -> pd.DataFrame:
    """Maintenance infusions that are still to be booked, as :func:`~clinical.demand.weekly_demand`.

    ``a_week``: infusions a week lately, by site; ``leads``: how long ahead those were booked, all
    sites together (``lead_days``, ``infusions``); ``booked``: those in the books, by week. Never
    more than the books leave of a usual week. Where no booking time is known none are counted:
    what is still to come cannot be told from what is booked. Counts are taken as Poisson.
    """
    usual = sum(a_week.values())
    shares = [
        min(late_share(leads, days) or 0.0, max(1 - in_books / (usual * part), 0.0))
        if usual * part > 0
        else 0.0
        for days, in_books, part in zip(ahead.to_go, booked, ahead.parts, strict=True)
    ]
    keys = [
        (site, week, mean * share * part)
        for site, mean in a_week.items()
        for week, share, part in zip(ahead.weeks, shares, ahead.parts, strict=True)
    ]
    expected = [each for _, _, each in keys]
    return demand_rows(
        Layer.BOOSTERS,
        [site for site, _, _ in keys],
        [week for _, week, _ in keys],
        expected,
        [block_minutes[site] for site, _, _ in keys],
        expected,
    )


@dataclass(frozen=True, slots=True)
class Starts:
    """New starts that are not in the books, by week, and the infusions that they bring."""

    starts: Floats
    infusions: Floats
    variance: Floats


def unbooked_starts(
    forecast: Forecast, booked: Sequence[float], parts: Sequence[float], profile: Floats
) -> Starts:
    """What the forecast leaves when the booked starts are taken off, and what that brings.

    ``booked``: starts in the books that are expected to begin, by week; ``parts``: how much of each
    week lies ahead; ``profile`` as from :func:`clinical.course_demand.course_profile`. The errors
    of the weeks hang together as the forecast says; the infusions of a start are taken as Poisson.
    """
    left = []
    for mean, in_books, part in zip(forecast.mean, booked, parts, strict=True):
        left.append(max(mean * part - in_books, 0.0) / mean if mean > 0 else 0.0)
    ratio = np.array(left)
    kept = [
        thinned(mean, variance, share)
        for mean, variance, share in zip(
            forecast.mean, np.diag(forecast.covariance), ratio, strict=True
        )
    ]
    starts = np.array([mean for mean, _ in kept])
    covariance = forecast.covariance * np.outer(ratio, ratio)
    np.fill_diagonal(covariance, [variance for _, variance in kept])
    brings = _bring(profile)
    infusions = brings @ starts
    variance = np.diag(brings @ covariance @ brings.T) + infusions
    return Starts(starts, infusions, variance)


def _bring(profile: Floats) -> Floats:
    """The matrix that makes infusions by week of starts by week."""
    steps = np.arange(STEPS)
    back = steps[:, None] - steps[None, :]
    matrix: Floats = np.where(back >= 0, profile[np.clip(back, 0, None)], 0.0)
    return matrix


def start_demand(
    found: Starts,
    shares: Mapping[int, float],
    ahead: Ahead,
    block_minutes: Mapping[int, float],
) -> pd.DataFrame:
    """The infusions of new starts, as :func:`~clinical.demand.weekly_demand`.

    ``shares``: each site's part of the starts, 1 in all. Each site is given the same part of the
    variance, so that the sites add up to all.
    """
    sites = [site for site in shares for _ in ahead.weeks]
    return demand_rows(
        Layer.NEW_STARTS,
        sites,
        [week for _ in shares for week in ahead.weeks],
        [each * share for share in shares.values() for each in found.infusions],
        [block_minutes[site] for site in sites],
        [each * share for share in shares.values() for each in found.variance],
    )
