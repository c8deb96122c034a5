"""Occupancy: when a chair was booked, and when it was held.

A chair is *booked* by the appointments that were not cancelled, for their planned time, and *held*
by the patients who came, from when they were due (or earlier) until they were discharged. Whatever
lies on a chair twice counts once.

Days and minutes are by the site's clock: a span begins at a minute after local midnight and runs on
for its length, to midnight at the latest. On the two days a year on which the clock is changed it
still lasts as long as it lasted.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from clinical.calendar import month_numbers, week_numbers, weekday_numbers

LONGEST_MINUTES = 720
"""Longer than twelve hours no patient holds a chair: such times are a slip and hold none."""

_LONGEST = timedelta(minutes=LONGEST_MINUTES)

Span = tuple[datetime, datetime]
"""From when until when."""
InfusionTimes = tuple[datetime, datetime | None, datetime | None]
"""Start, end and discharge of an infusion, as far as they were recorded."""


def held_span(planned: Span | None, infusion: InfusionTimes | None) -> Span | None:
    """From when until when a patient who came held the chair; ``None`` where that is not known.

    From the planned start, or the infusion's where that is earlier, to the discharge; without a
    discharge to the end of the infusion or the planned end, whichever is later. Either may be
    missing: an infusion without an appointment counts by its own times. Planned times and whole
    spans that are not possible (:data:`LONGEST_MINUTES`, or an end that is no later than the start)
    are left out, and what remains counts.
    """
    possible = planned if planned is not None and _is_possible(planned) else None
    both = _together(possible, infusion)
    if both is not None and _is_possible(both):
        return both
    alone = _together(None, infusion)
    return alone if alone is not None and _is_possible(alone) else None


def _together(planned: Span | None, infusion: InfusionTimes | None) -> Span | None:
    if infusion is None:
        return planned
    start, end, discharge = infusion
    starts = [start, *(planned[:1] if planned else ())]
    ends = [each for each in (end, planned[1] if planned else None) if each is not None]
    if discharge is not None:
        return min(starts), discharge
    return (min(starts), max(ends)) if ends else None


def _is_possible(span: Span) -> bool:
    return timedelta(0) < span[1] - span[0] <= _LONGEST


_DAY_MINUTES = 24 * 60
_HOURS = (24, 60)
_BLOCK = 2_000
"""Days of chairs at a time: bounds the memory to some megabytes."""

Counts = npt.NDArray[np.int16]
Whole = npt.NDArray[np.int64]


def possible_spans(spans: pd.DataFrame) -> pd.DataFrame:
    """The spans that may hold a chair: with a chair, longer than nothing, at most twelve hours.

    ``spans`` has ``chair_key`` and ``minutes``.
    """
    return spans[spans["chair_key"].notna() & spans["minutes"].between(1, LONGEST_MINUTES)]


def occupancy(booked: pd.DataFrame, held: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """How long chairs were booked and held: by day of a chair, and by hour of a site.

    Both have whole numbers ``site_key``, ``chair_key``, ``day`` (:mod:`clinical.calendar`),
    ``start_minute`` (after local midnight) and ``minutes`` (:func:`possible_spans`). All spans of a
    day have to be there. Where sites share a chair on a day (a slip), it counts for the one with
    the lowest key.

    The first table has a row for each chair and day with a span, in minutes: ``chair_key``,
    ``day``, ``site_key``, ``week``, ``month``, ``weekday``, ``booked``, ``used``,
    ``double_booked`` (planned for two or more at once) and ``appointments``. The second has a row
    for each hour with any, in chair-minutes: ``site_key``, ``day``, ``hour``, ``week``, ``month``,
    ``weekday``, ``booked``, ``used``, ``double_booked``, and ``most_booked`` and ``most_used``
    (chairs at once, at most).
    """
    rows = _chair_days(booked, held)
    planned, taken = _rows_of(booked, rows), _rows_of(held, rows)
    tables = [_block_use(rows, planned, taken, block) for block in _blocks(rows)]
    if not tables:
        tables = [_block_use(rows, planned, taken, slice(0, 0))]
    chair_days, site_hours = zip(*tables, strict=True)
    return _with_calendar(pd.concat(chair_days)), _with_calendar(pd.concat(site_hours))


def _chair_days(booked: pd.DataFrame, held: pd.DataFrame) -> pd.DataFrame:
    """The days of chairs with a span, those of a site's day beside each other."""
    columns = ["day", "chair_key", "site_key"]
    both = pd.concat([booked[columns], held[columns]]).astype("int64")
    site = both.groupby(["day", "chair_key"])["site_key"].min()
    return site.reset_index().sort_values(["day", "site_key", "chair_key"], ignore_index=True)


def _rows_of(spans: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """The spans with the row of their chair and day, in its order; ``start`` and ``end``."""
    numbered = rows[["day", "chair_key"]].assign(row=rows.index)
    found = spans[["day", "chair_key", "start_minute", "minutes"]].merge(
        numbered, on=["day", "chair_key"]
    )
    return _clipped(found).sort_values("row", ignore_index=True)


def _clipped(spans: pd.DataFrame) -> pd.DataFrame:
    end = (spans["start_minute"] + spans["minutes"]).clip(upper=_DAY_MINUTES)
    return spans.assign(start=spans["start_minute"], end=end).astype({"start": int, "end": int})


def _blocks(rows: pd.DataFrame) -> Iterator[slice]:
    """Some thousand rows at a time, whole days."""
    ends = np.flatnonzero(np.diff(rows["day"].to_numpy(), append=-1)) + 1
    first = 0
    for position, end in enumerate(ends):
        if end - first >= _BLOCK or position == len(ends) - 1:
            yield slice(first, int(end))
            first = int(end)


def _block_use(
    rows: pd.DataFrame, planned: pd.DataFrame, taken: pd.DataFrame, block: slice
) -> tuple[pd.DataFrame, pd.DataFrame]:
    some = rows.iloc[block].reset_index(drop=True)
    on, appointments = _counts_of(planned, block)
    held, _ = _counts_of(taken, block)
    booked, used, double = on > 0, held > 0, on > 1
    chair_days = some.assign(
        booked=booked.sum(axis=1),
        used=used.sum(axis=1),
        double_booked=double.sum(axis=1),
        appointments=appointments,
    )
    return chair_days, _site_hours(some, booked, used, double)


def _counts_of(spans: pd.DataFrame, block: slice) -> tuple[Counts, Whole]:
    """How many spans lie on each minute of each row of a block, and how many on each row."""
    row = spans["row"].to_numpy()
    of_block = slice(*np.searchsorted(row, [block.start, block.stop]))
    own = row[of_block] - block.start
    start, end = (spans[name].to_numpy()[of_block] for name in ("start", "end"))
    number = block.stop - block.start
    return _minute_counts(own, start, end, number), np.bincount(own, minlength=number)


def _minute_counts(row: Whole, start: Whole, end: Whole, rows: int) -> Counts:
    """How many spans lie on each minute of the day; a line for each row."""
    edges = np.zeros((rows, _DAY_MINUTES + 1), dtype=np.int16)
    np.add.at(edges, (row, start), 1)
    np.add.at(edges, (row, end), -1)
    return np.cumsum(edges, axis=1, dtype=np.int16)[:, :_DAY_MINUTES]


def _site_hours(
    rows: pd.DataFrame,
    booked: npt.NDArray[np.bool_],
    used: npt.NDArray[np.bool_],
    double: npt.NDArray[np.bool_],
) -> pd.DataFrame:
    heads = rows.drop_duplicates(["day", "site_key"])
    chairs = {
        name: _together_by_hour(of, heads.index.to_numpy())
        for name, of in (("booked", booked), ("used", used), ("double_booked", double))
    }
    minutes = {name: each.sum(axis=2) for name, each in chairs.items()}
    site_day, hour = np.nonzero(minutes["booked"] + minutes["used"])
    return pd.DataFrame(
        {
            "site_key": heads["site_key"].to_numpy()[site_day],
            "day": heads["day"].to_numpy()[site_day],
            "hour": hour,
            **{name: each[site_day, hour] for name, each in minutes.items()},
            **{
                f"most_{name}": chairs[name].max(axis=2)[site_day, hour]
                for name in ("booked", "used")
            },
        }
    )


def _together_by_hour(of_chairs: npt.NDArray[np.bool_], heads: Whole) -> npt.NDArray[Any]:
    """Chairs at once: for each site's day, hour and minute. ``heads``: its first rows."""
    if not len(heads):
        return np.zeros((0, *_HOURS), dtype=np.int16)
    return np.add.reduceat(of_chairs, heads, axis=0, dtype=np.int16).reshape(-1, *_HOURS)


def _with_calendar(table: pd.DataFrame) -> pd.DataFrame:
    days = table["day"].to_numpy()
    return table.assign(
        week=week_numbers(days), month=month_numbers(days), weekday=weekday_numbers(days)
    ).reset_index(drop=True)


def refilled(freed: pd.DataFrame, booked: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Whether each cancelled slot was filled again: at least half of it, on the same chair.

    ``freed`` (the cancelled appointments) and ``booked`` (the others) have ``chair_key``, ``day``,
    ``start_minute``, ``minutes`` (:func:`possible_spans`), and ``made_at``: the minute, counted
    from that day's local midnight, of the cancellation or the booking. Only appointments booked no
    earlier than the cancellation count; where one of the two times is not recorded (missing), what
    lies in the slot counts, because a chair takes one patient at a time.
    """
    slots = _clipped(freed.reset_index(drop=True))
    slots["slot"] = slots.index
    pairs = slots.merge(_clipped(booked), on=["chair_key", "day"], suffixes=("", "_by"))
    pairs = pairs[~(pairs["made_at_by"].round() < pairs["made_at"].round())]
    start = np.maximum(pairs["start"], pairs["start_by"])
    end = np.minimum(pairs["end"], pairs["end_by"])
    pieces = pd.DataFrame({"row": pairs["slot"], "start": start, "end": end})
    pieces = pieces[end > start].sort_values("row")
    covered = np.zeros(len(slots), dtype=np.int64)
    for first in range(0, len(slots), _BLOCK):
        block = slice(first, min(first + _BLOCK, len(slots)))
        counts, _ = _counts_of(pieces, block)
        covered[block] = (counts > 0).sum(axis=1)
    length = (slots["end"] - slots["start"]).to_numpy()
    return np.asarray(2 * covered >= length)
