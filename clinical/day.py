"""The day of the chairs: who sits where, until when, and when a chair is free.

Times are minutes after the midnight with which the clinic day begins, by the site's own clock (90 =
01:30). What has been noted comes first; what is expected follows from the clinic's own durations.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from clinical.codes import AppointmentKind, AppointmentStatus, Code, Phase

LEAST_FREE_MINUTES = 60
"""A gap between two appointments counts as a free slot from this length on; our default."""
USUAL_DAYS = 90
"""The usual chair time is that of the last so many days."""
FEWEST_FOR_USUAL = 10
"""Fewer infusions than this do not tell what is usual; our default."""


class ChairState(Code):
    """How far the stay in a chair has come."""

    DONE = 1, "Done"
    RECOVERING = 2, "Recovering"
    RUNNING = 3, "Running"
    ARRIVED = 4, "Arrived"
    BOOKED = 5, "Booked"
    LATE = 6, "Past its time, still booked"
    MISSED = 7, "Missed"
    CANCELLED = 8, "Cancelled"


IN_USE = frozenset({ChairState.RECOVERING, ChairState.RUNNING, ChairState.ARRIVED})
"""Somebody is there."""
HOLDING = IN_USE | {ChairState.BOOKED, ChairState.LATE}
"""The chair is kept for somebody; who missed or cancelled needs none, who is done has left."""


@dataclass(frozen=True, slots=True)
class Noted:
    """Which times of an infusion are noted."""

    started: bool = False
    ended: bool = False
    discharged: bool = False


def chair_state(status: int, noted: Noted, *, late: bool) -> ChairState:
    """How far a stay has come, by the appointment's status and the infusion's times.

    The times go first, because an appointment is closed later than it ends. ``late``: whether the
    appointment should have begun and is still booked.
    """
    if noted.started:
        if noted.discharged or status == AppointmentStatus.FULFILLED:
            return ChairState.DONE
        return ChairState.RECOVERING if noted.ended else ChairState.RUNNING
    match status:
        case AppointmentStatus.FULFILLED:
            return ChairState.DONE
        case AppointmentStatus.ARRIVED:
            return ChairState.ARRIVED
        case AppointmentStatus.BOOKED:
            return ChairState.LATE if late else ChairState.BOOKED
        case AppointmentStatus.NOSHOW:
            return ChairState.MISSED
        case _:
            return ChairState.CANCELLED


def minute_of_day(instant: datetime, zone: ZoneInfo, day: date) -> float:
    """An instant as minutes after the midnight of ``day``, as the clocks of ``zone`` show it."""
    local = instant.astimezone(zone)
    minutes = local.hour * 60 + local.minute + local.second / 60
    return (local.date() - day).days * 24 * 60 + minutes


def minute_of(clock: time) -> int:
    """A time of day as minutes after midnight."""
    return clock.hour * 60 + clock.minute


def clock_words(minute: float) -> str:
    """Minutes after midnight as a clock shows them: ``13:30``."""
    whole = int(minute) % (24 * 60)
    return f"{whole // 60:02d}:{whole % 60:02d}"


class UsualTime(NamedTuple):
    """The median chair time, start to discharge, in whole minutes, and of how many infusions.

    ``phase``: the phase whose infusions they are; ``NONE`` where those of the whole site.
    """

    minutes: int
    infusions: int
    phase: Phase


UsualTimes = Mapping[tuple[int, Phase], UsualTime]
"""By site and phase, and by site and ``Phase.NONE`` for all its infusions."""


def usual_times(counts: pd.DataFrame) -> UsualTimes:
    """The usual chair times, of sites and phases with at least ten infusions.

    ``counts``: ``site_key``, ``phase``, ``minutes`` (start to discharge) and ``infusions``.
    """
    found: dict[tuple[int, Phase], UsualTime] = {}
    of_sites = counts.assign(phase=int(Phase.NONE))
    for table in (counts, of_sites):
        for (site, phase), rows in table.groupby(["site_key", "phase"]):
            minutes = np.repeat(rows["minutes"].to_numpy(float), rows["infusions"].to_numpy(int))
            if len(minutes) >= FEWEST_FOR_USUAL:
                which = int(str(site)), Phase(int(str(phase)))
                found[which] = UsualTime(round(float(np.median(minutes))), len(minutes), which[1])
    return found


def usual_time(times: UsualTimes, site_key: int, phase: int) -> UsualTime | None:
    """What is usual at a site in a phase; else at the site; ``None`` where too few are known."""
    return times.get((site_key, Phase(phase))) or times.get((site_key, Phase.NONE))


def chair_stays(visits: pd.DataFrame, times: UsualTimes, now: Mapping[int, float]) -> pd.DataFrame:
    """From when to when each visit holds its chair.

    ``visits``: ``site_key``, ``kind``, ``status``, ``phase``, ``late`` (1: should have begun and is
    still booked), and minutes, missing where not known: ``start`` and ``end`` (scheduled),
    ``started``, ``ended`` and ``discharged`` (of its infusion). ``now``: the minute by each site's
    clock. Adds ``state`` (:class:`ChairState` numbers), ``begins`` and ``ends``, ``known_until``
    (what lies behind is expected), and ``usual`` (:class:`UsualTime`, missing where the end does
    not rest on it).

    An infusion that is under way ends its usual chair time after its start, or as scheduled where
    nothing is usual, and not before now; who has arrived for one keeps the chair for the usual time
    from now on at least.
    """
    stays = [_stay(row, times, now[row["site_key"]]) for row in visits.to_dict("records")]
    columns = ["state", "begins", "ends", "known_until", "usual"]
    found = pd.DataFrame(stays, columns=columns, index=visits.index)
    return pd.concat([visits, found], axis=1)


_Stay = tuple[int, float, float, float, UsualTime | None]


def _stay(visit: Mapping[Any, Any], times: UsualTimes, now: float) -> _Stay:
    noted = Noted(*(not np.isnan(visit[each]) for each in ("started", "ended", "discharged")))
    state = chair_state(visit["status"], noted, late=bool(visit["late"]))
    begins = visit["started"] if noted.started else visit["start"]
    usual = None
    if visit["kind"] == AppointmentKind.INFUSION:
        usual = usual_time(times, visit["site_key"], visit["phase"])
    expected = begins + usual.minutes if usual else visit["end"]
    known_until, ends, rests_on = visit["end"], visit["end"], None
    if state in (ChairState.RUNNING, ChairState.RECOVERING):
        known_until, ends, rests_on = now, np.fmax(expected, now), usual
    elif state is ChairState.ARRIVED and usual:
        ends = np.fmax(visit["end"], now + usual.minutes)
        known_until = ends
    elif state is ChairState.DONE and noted.started:
        known_until = ends = _left(visit, expected, now)
    ends = max(ends, begins + 1)
    return int(state), begins, ends, min(max(known_until, begins), ends), rests_on


def _left(visit: Mapping[Any, Any], expected: float, now: float) -> float:
    """When somebody who is done left the chair: as noted, else as expected, but before now."""
    if not np.isnan(visit["discharged"]):
        return float(visit["discharged"])
    return float(np.fmax(visit["ended"], np.fmin(expected, now)))


def in_lanes(stays: pd.DataFrame) -> pd.DataFrame:
    """The stays with ``lane`` and ``lanes``: where they overlap in a chair, they lie side by side.

    ``stays``: ``chair_key``, ``begins`` and ``ends``. ``lane`` counts from 0; ``lanes`` is how many
    there are where this stay lies; 1 where it overlaps with none.
    """
    lane, lanes = [0] * len(stays), [1] * len(stays)
    for of_chair in _by_key(stays, "chair_key", "begins", "ends").values():
        for cluster in _overlapping(of_chair):
            chosen = _lanes(cluster)
            for (_, _, place), each in zip(cluster, chosen, strict=True):
                lane[place], lanes[place] = each, max(chosen) + 1
    return stays.assign(lane=lane, lanes=lanes)


_Span = tuple[float, float, int]
"""From, to, and the row of the table in which it stands."""


def _by_key(table: pd.DataFrame, key: str, first: str, last: str) -> dict[int, list[_Span]]:
    """The spans of each chair or site in their order; plain lists, many times as fast as groups."""
    found: defaultdict[int, list[_Span]] = defaultdict(list)
    columns = (table[each].to_list() for each in (key, first, last))
    for place, (each, begins, ends) in enumerate(zip(*columns, strict=True)):
        found[each].append((begins, ends, place))
    return {each: sorted(spans) for each, spans in found.items()}


def _overlapping(spans: Iterable[_Span]) -> list[list[_Span]]:
    """Spans, in order, put together where one begins before another has ended."""
    clusters: list[list[_Span]] = []
    last = float("-inf")
    for span in spans:
        if span[0] >= last:
            clusters.append([])
        clusters[-1].append(span)
        last = max(last, span[1])
    return clusters


def _lanes(cluster: Iterable[_Span]) -> list[int]:
    """For each stay the first lane that is free when it begins."""
    ends: list[float] = []
    chosen = []
    for begins, until, _ in cluster:
        lane = next((each for each, end in enumerate(ends) if end <= begins), len(ends))
        ends[lane : lane + 1] = [until]
        chosen.append(lane)
    return chosen


def free_slots(
    chairs: pd.DataFrame, stays: pd.DataFrame, hours: pd.DataFrame, now: Mapping[int, float]
) -> pd.DataFrame:
    """Gaps of at least an hour, from now on and within opening hours, in the order of ``chairs``.

    ``chairs``: ``site_key``, ``chair_key``; ``stays`` as from :func:`chair_stays`; ``hours``: when
    sites are open today, ``site_key``, ``opens`` and ``closes`` (minutes). Columns: ``site_key``,
    ``chair_key``, ``begins``, ``ends``. A lunch break ends a gap.
    """
    held = _by_key(stays[stays["state"].isin(_HOLDING)], "chair_key", "begins", "ends")
    spans = _by_key(hours, "site_key", "opens", "closes")
    slots = [
        (site, chair, *gap)
        for site, chair in zip(
            chairs["site_key"].to_list(), chairs["chair_key"].to_list(), strict=True
        )
        for opens, closes, _ in spans.get(site, [])
        for gap in _gaps(max(opens, now[site]), closes, held.get(chair, []))
    ]
    return pd.DataFrame(slots, columns=["site_key", "chair_key", "begins", "ends"])


_HOLDING = [int(each) for each in HOLDING]


def _gaps(begins: float, ends: float, held: Iterable[_Span]) -> Iterable[tuple[float, float]]:
    """What is left of a span between the times that are held (in their order)."""
    cursor = begins
    for first, last, _ in [*held, (ends, ends, 0)]:
        until = min(first, ends)
        if until - cursor >= LEAST_FREE_MINUTES:
            yield cursor, until
        cursor = max(cursor, last)
