"""The schedule: what stands in the calendar, in the units that people plan by.

Counts of appointments come as the queries give them (``kind`` and ``status`` as
:mod:`clinical.codes`, days, weeks and months as :mod:`clinical.calendar`); missing days, hours and
weeks are filled in with zeros, because a day without appointments is a fact and not a gap.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum

import pandas as pd

from clinical.attendance import Outcome, outcome
from clinical.calendar import day_date, day_number, month_date, week_date, week_number

USUAL_WEEKS = 8
"""What is usual for a weekday is the mean of so many weeks before."""


class Grain(StrEnum):
    """The unit in which time passes on a chart."""

    DAY = "Day"
    WEEK = "Week"
    MONTH = "Month"


_A_DAY = timedelta(days=1)
_LONGEST_BY_DAY = 45
_LONGEST_BY_WEEK = 400
MOST_DAYS = 190
"""Beyond so many days bars of single days are too thin to read."""


def suited_grain(first: date, last: date) -> Grain:
    """The grain that shows a period in about ten to sixty bars."""
    days = (last - first).days + 1
    if days <= _LONGEST_BY_DAY:
        return Grain.DAY
    return Grain.WEEK if days <= _LONGEST_BY_WEEK else Grain.MONTH


def with_outcome(counts: pd.DataFrame, over: "pd.Series[bool] | bool") -> pd.DataFrame:
    """The counts with a column ``outcome`` (:class:`~clinical.attendance.Outcome` numbers).

    ``over``: whether the time of a row's appointments has passed; one for all, or one a row.
    """
    passed = pd.Series(over, index=counts.index, dtype=bool)
    outcomes = [
        int(outcome(status, over=bool(gone)))
        for status, gone in zip(counts["status"], passed, strict=True)
    ]
    return counts.assign(outcome=pd.Series(outcomes, index=counts.index, dtype="int64"))


def spread(
    counts: pd.DataFrame, rows: str, every_row: range, columns: str, every: Sequence[int]
) -> pd.DataFrame:
    """A table of appointments: a row for each of ``every_row``, a column for each of ``every``."""
    sums = counts.groupby([rows, columns])["appointments"].sum().unstack(columns)
    table = sums.reindex(index=every_row, columns=list(every))
    return table.fillna(0).astype("int64")


def week_at_hand(by_day: pd.DataFrame, of_today: pd.DataFrame, today: date) -> pd.DataFrame:
    """This week from Monday to Sunday by outcome.

    ``by_day``: counts of the eight weeks before this one and of this one; ``of_today``: today's
    counts, which take the place of today in ``by_day``; both with ``outcome``. Seven rows with the
    index ``day``, a column for each :class:`~clinical.attendance.Outcome`, ``all``,
    ``appointments`` (all but the cancelled ones), and ``usual``: the mean of the same weekday in
    the eight weeks before, NaN where there were no appointments at all in those weeks.
    """
    monday = day_number(week_date(week_number(day_number(today))))
    days = range(monday, monday + 7)
    columns = ["day", "outcome", "appointments"]
    others = by_day.loc[by_day["day"] != day_number(today), columns]
    both = pd.concat([others, of_today.assign(day=day_number(today))[columns]])
    table = _by_outcome(both, "day", days)
    table["usual"] = _usual(by_day, monday)
    return table


def _usual(by_day: pd.DataFrame, monday: int) -> list[float]:
    before = by_day[
        by_day["day"].between(monday - 7 * USUAL_WEEKS, monday - 1)
        & (by_day["outcome"] != Outcome.CANCELLED)
    ]
    if before.empty:
        return [float("nan")] * 7
    by_weekday = before.groupby((before["day"] - monday) % 7)["appointments"].sum()
    return [float(by_weekday.get(weekday, 0)) / USUAL_WEEKS for weekday in range(7)]


def hours_of_day(counts: pd.DataFrame) -> pd.DataFrame:
    """A day by hour and outcome, from the first hour with an appointment to the last.

    ``counts`` has ``hour``, ``outcome`` and ``appointments``. Returns the index ``hour``, a column
    for each :class:`~clinical.attendance.Outcome`, ``all``, and ``appointments`` (all but the
    cancelled ones).
    """
    hours = range(counts["hour"].min(), counts["hour"].max() + 1) if len(counts) else range(0)
    return _by_outcome(counts, "hour", hours)


def _by_outcome(counts: pd.DataFrame, rows: str, every_row: range) -> pd.DataFrame:
    table = spread(counts, rows, every_row, "outcome", [int(each) for each in Outcome])
    table["all"] = table.sum(axis=1)
    table["appointments"] = table["all"] - table[int(Outcome.CANCELLED)]
    return table


def volume(
    counts: pd.DataFrame, grain: Grain, split: str, every: Sequence[int], first: date, last: date
) -> pd.DataFrame:
    """How many appointments there are in each day, week or month of a period.

    ``counts`` has the grain's column (``day``, ``week`` or ``month``), ``split`` (``kind`` or
    ``outcome``) and ``appointments``. Returns a row for each unit in the order of time, with
    ``start`` (its first day), a column for each of ``every`` value of ``split``, ``all``, and
    ``whole`` (whether all of its days lie in the period).
    """
    spans = unit_spans(grain, first, last)
    units = (
        range(int(spans["unit"].min()), int(spans["unit"].max()) + 1) if len(spans) else range(0)
    )
    table = spread(counts, str(grain).lower(), units, split, every)
    table["all"] = table.sum(axis=1)
    table["whole"] = spans["whole"].to_numpy()
    table.insert(0, "start", pd.Series(spans["start"].to_numpy(), index=table.index, dtype=object))
    return table.reset_index(drop=True)


def unit_spans(grain: Grain, first: date, last: date) -> pd.DataFrame:
    """The days, weeks or months of a period, in the order of time.

    Columns: ``unit`` (its number in :mod:`clinical.calendar`), ``start`` (its first day), ``first``
    and ``last`` (its days within the period), ``whole`` (whether all of its days are).
    """
    units, begins = _units(grain, first, last)
    ends = [_unit_start(grain, unit + 1) - _A_DAY for unit in units]
    return pd.DataFrame(
        {
            "unit": pd.Series(list(units), dtype="int64"),
            "start": pd.Series(begins, dtype=object),
            "first": pd.Series([max(begin, first) for begin in begins], dtype=object),
            "last": pd.Series([min(end, last) for end in ends], dtype=object),
            "whole": pd.Series(
                [begin >= first and end <= last for begin, end in zip(begins, ends, strict=True)],
                dtype=bool,
            ),
        }
    )


def _units(grain: Grain, first: date, last: date) -> tuple[range, list[date]]:
    if grain is Grain.DAY:
        units = range(day_number(first), day_number(last) + 1)
    elif grain is Grain.WEEK:
        units = range(week_number(day_number(first)), week_number(day_number(last)) + 1)
    else:
        units = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return units, [_unit_start(grain, unit) for unit in units]


def _unit_start(grain: Grain, unit: int) -> date:
    starts = {Grain.DAY: day_date, Grain.WEEK: week_date, Grain.MONTH: month_date}
    return starts[grain](unit)


def window_sums(
    by_day: pd.DataFrame, columns: Sequence[str], last: date, length: int, windows: int
) -> pd.DataFrame:
    """Sums over consecutive windows of ``length`` days, the last of which ends with ``last``.

    ``by_day`` has ``day`` and ``columns``. A row for each of ``windows`` windows, oldest first.
    """
    back = (day_number(last) - by_day["day"]) // length
    sums = by_day.groupby(back)[list(columns)].sum()
    return sums.reindex(range(windows - 1, -1, -1)).fillna(0).astype("int64").reset_index(drop=True)
