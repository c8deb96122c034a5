"""The weeks of the clinic in numbers, and which numbers of a week differ by more than chance.

One budget for all that is looked at: :data:`WATCHED` numbers share one false statement in so many
years (the clinic's threshold ``false_alarm_years``), as the watch over side effects does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clinical.attendance import attendance_by
from clinical.calendar import week_number
from clinical.codes import AppointmentStatus
from clinical.control_charts import spread_of_neighbours
from clinical.exact import binomial_limits, poisson_limits
from clinical.incidence import Proportion, difference, proportion
from clinical.variation import (
    HOLDS,
    LEAST_REFERENCE,
    POINT,
    Design,
    RuleSet,
    Signal,
    Variation,
    Watched,
    judge,
    make_design,
)

REFERENCE_WEEKS = 52
"""The rates of the latest :data:`~clinical.variation.HOLDS` weeks are judged by so many before."""
RECENT_WEEKS = 26
"""Counts and chair time grow and shrink with the clinic, so they are held against fewer weeks."""
USUAL_WEEKS = 8
"""What is usual is what the eight weeks before were, taken together."""
WATCHED = 8
"""How many numbers are looked at for a change."""

Floats = NDArray[np.float64]


class Watch(StrEnum):
    """The numbers that are looked at, the gravest first."""

    MISSED = "missed"
    LOST = "lost"
    USED = "used"
    APPOINTMENTS = "appointments"
    INFUSIONS = "infusions"
    NEW_STARTS = "new_starts"
    OVERRUNS = "overran"
    REFILLS = "refilled"


_RATES = {Watch.MISSED: "due", Watch.LOST: "lost_of"}
"""Shares with a control chart, and what they are shares of."""
_COUNTS = (Watch.APPOINTMENTS, Watch.INFUSIONS, Watch.NEW_STARTS)
_SHARES = {Watch.OVERRUNS: "stays", Watch.REFILLS: "freed"}
"""Shares that are held against the weeks before them, taken together."""


@dataclass(frozen=True, slots=True)
class Change:
    """A number of the week that differs by more than chance; ``direction``: 1 more, -1 less.

    ``value`` and ``usual``: a count or a share. Of a share ``events`` of ``n``. ``low`` and
    ``high``: what chance leads to expect of a count or of chair time. ``since``: the week in which
    a run or a sum of several weeks began; ``None`` where the week itself stands out.
    """

    watch: Watch
    direction: int
    value: float
    usual: float
    events: int = 0
    n: int = 0
    low: float = float("nan")
    high: float = float("nan")
    since: int | None = None


def weekly_table(
    weeks: range,
    counts: pd.DataFrame,
    use: pd.DataFrame,
    others: Mapping[str, pd.DataFrame],
    today: int,
) -> pd.DataFrame:
    """A row for each of ``weeks``, with the index ``week``.

    ``counts``: ``day``, ``kind``, ``status``, ``appointments``, ``late_cancelled``; ``use`` as from
    :func:`clinical.open_days.use_by_day`. ``others``: frames with ``week`` and the columns named.
    ``today``: a day number; only days before it are judged.

    Returns ``appointments`` (not cancelled), ``due``, ``missed``, ``lost``, ``lost_of``; ``open``,
    ``booked`` and ``used`` (minutes, NaN where unknown); the columns of ``others``, 0 where a week
    has no row.
    """
    index = pd.Index(weeks, name="week")
    table = pd.DataFrame(index=index)
    by_week = counts.assign(week=counts["day"].map(week_number).astype("int64"))
    kept = by_week[by_week["status"] != AppointmentStatus.CANCELLED]
    table["appointments"] = _filled(kept.groupby("week")["appointments"].sum(), index)
    judged = attendance_by(by_week[by_week["day"] < today], ["week"]).set_index("week")
    for name in ("due", "missed", "lost", "lost_of"):
        table[name] = _filled(judged[name], index)
    chairs = use[["open", "booked", "used"]].groupby(use.index.map(week_number)).sum(min_count=1)
    table = table.join(chairs.reindex(index))
    for frame in others.values():
        columns = frame.set_index("week")
        for name in columns.columns:
            table[name] = _filled(columns[name], index)
    return table


def _filled(sums: "pd.Series[int]", index: "pd.Index[int]") -> "pd.Series[int]":
    return sums.reindex(index).fillna(0).astype("int64")


def rate_of(table: pd.DataFrame, events: str, n: str) -> Proportion:
    """A share of some weeks together."""
    return proportion(int(table[events].sum()), int(table[n].sum()))


def rate_design(years: float, rules: int) -> Design:
    """The limits of the shares with a control chart, within the budget of all that is watched."""
    return make_design(WATCHED, years, rules)


def is_reference(weeks: int) -> NDArray[np.bool_]:
    """Which of so many weeks, the oldest first, the latest are judged by."""
    reference = np.zeros(weeks, np.bool_)
    reference[max(weeks - HOLDS - REFERENCE_WEEKS, 0) : max(weeks - HOLDS, 0)] = True
    return reference


def changes(table: pd.DataFrame, years: float, rules: int) -> list[Change]:
    """The numbers of the last week of ``table`` that differ by more than chance, gravest first.

    ``table`` as from :func:`weekly_table`, with ``infusions``, ``new_starts``, ``stays``,
    ``overran``, ``freed`` and ``refilled``; ``years`` and ``rules``: the clinic's budget of false
    marks. With fewer than 12 weeks before nothing is judged.
    """
    alpha = make_design(WATCHED, years, RuleSet.POINTS).alpha
    design = rate_design(years, rules)
    recent = table.iloc[-RECENT_WEEKS - 1 :]
    found = [_rate_change(table, watch, design) for watch in _RATES]
    found.append(_use_change(recent, alpha))
    found += [_count_change(recent, watch, alpha) for watch in _COUNTS]
    found += [_share_change(recent, watch, alpha) for watch in _SHARES]
    order = list(Watch)
    return sorted(
        (change for change in found if change is not None),
        key=lambda change: order.index(change.watch),
    )


def _rate_change(table: pd.DataFrame, watch: Watch, design: Design) -> Change | None:
    """A share by its control chart: a point of this week, or a run or sum that goes on in it."""
    events, n = table[watch].to_numpy(np.int64), table[_RATES[watch]].to_numpy(np.int64)
    reference = is_reference(len(table))
    before = proportion(int(events[reference].sum()), int(n[reference].sum()))
    if before.estimate is None or not n[-1]:
        return None
    judgement = judge(Watched(events, n, n * before.estimate, reference), design)
    signals = [signal for signal in judgement.signals if signal.last == len(table) - 1]
    if not signals or judgement.state is Variation.TOO_LITTLE:
        return None
    signal = min(signals, key=lambda each: (each.rule != POINT, each.first))
    first = len(table) - 1 if signal.rule == POINT else signal.first
    part = table.iloc[first:]
    rate = rate_of(part, watch, _RATES[watch])
    return Change(
        watch,
        signal.direction,
        value=rate.estimate or 0.0,
        usual=before.estimate,
        events=rate.events,
        n=rate.n,
        since=_since(table, signal),
    )


def _since(table: pd.DataFrame, signal: Signal) -> int | None:
    if signal.rule == POINT or signal.first >= len(table) - 1:
        return None
    return int(table.index[signal.first])


def _use_change(table: pd.DataFrame, alpha: float) -> Change | None:
    """Used of open chair time, against its own weeks before."""
    opened = table["open"].to_numpy(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = np.where(opened > 0, table["used"].to_numpy(np.float64) / opened, np.nan)
    limits = _own_limits(shares[:-1], alpha)
    if limits is None or np.isnan(shares[-1]) or limits[0] <= shares[-1] <= limits[1]:
        return None
    usual = float(np.nanmean(shares[:-1]))
    direction = 1 if shares[-1] > usual else -1
    return Change(Watch.USED, direction, float(shares[-1]), usual, low=limits[0], high=limits[1])


def _count_change(table: pd.DataFrame, watch: Watch, alpha: float) -> Change | None:
    """A count, against what the weeks before lead to expect in the time that is open.

    It must lie beyond the limits by the weeks' own spread and beyond those of a Poisson count: the
    first are too narrow where the weeks happen to have been alike, the second where they differ by
    more than chance.
    """
    counts = table[watch].to_numpy(np.float64)
    size = _sizes(table)
    if not size[-1] > 0:
        return None
    with np.errstate(invalid="ignore", divide="ignore"):
        values = np.where(size > 0, counts / size, np.nan)
    own = _own_limits(values[:-1], alpha)
    if own is None:
        return None
    usual = float(np.nansum(counts[:-1][size[:-1] > 0]) / size[:-1][size[:-1] > 0].sum()) * size[-1]
    lowest, highest = (float(limit) for limit in poisson_limits(usual, alpha))
    low, high = min(own[0] * size[-1], lowest), max(own[1] * size[-1], highest)
    if low <= counts[-1] <= high:
        return None
    direction = 1 if counts[-1] > usual else -1
    return Change(watch, direction, float(counts[-1]), usual, low=low, high=high)


def _sizes(table: pd.DataFrame) -> Floats:
    """How long each week was open, of a usual one; 1 where that is not known of every week.

    A week that was closed throughout has 0 and is left out.
    """
    opened = table["open"].to_numpy(np.float64)
    if np.isnan(opened).any() or not (opened > 0).any():
        return np.ones(len(table))
    return np.asarray(opened / opened[opened > 0].mean())


def _own_limits(values: Floats, alpha: float) -> tuple[float, float] | None:
    """Limits about the mean of earlier weeks, by their moving ranges (XmR chart), at ``alpha``.

    ``None`` with fewer than 12 weeks. Three sigma of an XmR chart are 2.66 mean moving ranges; here
    the budget says how many. Never below 0.
    """
    known = values[~np.isnan(values)]
    spread = spread_of_neighbours(values)
    if len(known) < LEAST_REFERENCE or spread is None:
        return None
    reach = NormalDist().inv_cdf(1 - alpha / 2) * spread
    middle = float(known.mean())
    return max(middle - reach, 0.0), middle + reach


def _share_change(table: pd.DataFrame, watch: Watch, alpha: float) -> Change | None:
    """A share of the week against that of the weeks before.

    By Newcombe's interval of the difference, and by exact limits as well: of few cases the interval
    is too short (one of five would be clear against one of two hundred).
    """
    this, before = table.iloc[-1:], table.iloc[:-1]
    now, usual = (rate_of(part, watch, _SHARES[watch]) for part in (this, before))
    if int((before[_SHARES[watch]] > 0).sum()) < LEAST_REFERENCE:
        return None
    gap = difference(now, usual, confidence=1 - alpha)
    if not gap.is_clear or now.estimate is None or usual.estimate is None:
        return None
    lowest, highest = binomial_limits(now.n, usual.estimate, alpha)
    if lowest <= now.events <= highest:
        return None
    direction = 1 if now.estimate > usual.estimate else -1
    return Change(watch, direction, now.estimate, usual.estimate, now.events, now.n)
