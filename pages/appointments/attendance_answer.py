"""The view Attendance in words: its answer, its key figures, what is wrong with the record."""

from collections.abc import Callable

import pandas as pd

from charts.numbers import percent, percent_range
from clinical.attendance import Attendance
from clinical.attendance_groups import others, worst
from clinical.attendance_trend import RateCounts, unit_of
from clinical.codes import AppointmentKind, DaysAhead, VisitorOrder
from clinical.incidence import Proportion, difference
from clinical.refills import SHORT_NOTICE, refilled
from clinical.trend_unit import Periods, Unit
from pages.appointments.attendance_known import (
    CELL,
    HOUR,
    KIND,
    LEAD,
    NEWCOMER,
    SITE,
    WEEKDAY,
    AttendanceKnown,
)
from pages.shared.frame import KeyFigure, plain
from pages.shared.words import WEEKDAYS, count_words, day_words, rate_words

_PLACES = (CELL, WEEKDAY, HOUR, SITE)
"""What the sentence speaks of first: where and when something can be done."""
_PEOPLE = (LEAD, NEWCOMER, KIND)


def group_label(by: str, key: int, sites: dict[int, str]) -> str:
    """What a group is called, as text; a cell is called by its parts."""
    if by == WEEKDAY:
        return f"{WEEKDAYS[key - 1]}s"
    if by == HOUR:
        return f"{key:02d}:00"
    if by == SITE:
        return sites.get(key, "not yours to see")
    if by == LEAD:
        return _lead_label(DaysAhead(key))
    code = AppointmentKind(key) if by == KIND else VisitorOrder(key)
    return code.label


def _lead_label(lead: DaysAhead) -> str:
    if lead is DaysAhead.UNKNOWN:
        return lead.label
    return "Booked the same day" if lead is DaysAhead.SAME_DAY else f"Booked {lead.label} ahead"


def cell_label(site: str, weekday: int) -> str:
    """A weekday at a site, as text: ``Mondays at Lakeview``."""
    return f"{WEEKDAYS[weekday - 1]}s at {site}"


def answer(known: AttendanceKnown) -> str:
    """Both rates in a sentence, and what stands out (markdown)."""
    in_all = known.in_all
    missed, lost = in_all.missed_rate, in_all.lost_rate
    since = f"from {day_words(known.period.first)} to {day_words(known.period.passed)}"
    if missed.estimate is None:
        return f"No appointment {since} was due, so no missed rate can be told."
    return (
        f"**{percent(missed.estimate)}** of the {missed.n:,} appointments that were due {since} "
        f"were missed (95 % CI {percent_range(missed.low, missed.high)}); with those cancelled "
        f"less than {known.late_hours} hours before, **{percent(lost.estimate)}** were lost. "
        f"{worst_words(known)}"
    )


def worst_words(known: AttendanceKnown) -> str:
    """What is missed beyond chance and costs most: first where and when, else by whom."""
    for ways in (_PLACES, _PEOPLE):
        found = [
            (float(table["missed"].iloc[at] - table["expected"].iloc[at]), by, at)
            for by in ways
            if (table := known.groups.get(by)) is not None and (at := worst(table)) is not None
        ]
        # A weekday at one site explains its weekday and its site, not the other way round.
        cells = [one for one in found if one[1] == CELL]
        if found:
            _, by, at = max(cells or found)
            return _worst(known, by, at)
    return "Nothing by which appointments differ stands out beyond chance."


def _worst(known: AttendanceKnown, by: str, at: int) -> str:
    table = known.groups[by]
    row = table.iloc[at]
    if by == CELL:
        name = cell_label(known.sites[int(row["site_key"])], int(row["weekday"]))
    else:
        name = group_label(by, int(row[by]), known.sites)
    rest = others(table, at)
    return (
        f"**{plain(name)}** {'are' if by in (CELL, WEEKDAY) else 'is'} missed beyond chance: "
        f"**{percent(row['missed_rate'])}** against {percent(rest.estimate)} of the others."
    )


def record_words(known: AttendanceKnown) -> str:
    """What of the record is missing; empty where nothing is."""
    said = []
    if known.in_all.not_closed:
        said.append(
            f"{count_words(known.in_all.not_closed, 'appointment')} of past days "
            f"{'is' if known.in_all.not_closed == 1 else 'are'} still booked: nobody has noted "
            "whether the patient came. They are in neither rate."
        )
    if known.notice_unknown:
        said.append(
            f"Of {count_words(known.notice_unknown, 'cancellation')} the time is not recorded; "
            f"{'it counts' if known.notice_unknown == 1 else 'they count'} as early."
        )
    return " ".join(said)


def figures(known: AttendanceKnown) -> list[KeyFigure]:
    """The four numbers to watch, against the equally long period before."""
    hours = known.late_hours
    return [
        _figure(
            known,
            "Missed",
            lambda of: of.missed_rate,
            "Missed (no-show), of the appointments that were due: attended or missed.",
            _shares(known, "missed"),
        ),
        _figure(
            known,
            "Missed or cancelled late",
            lambda of: of.lost_rate,
            f"Missed, or cancelled less than {hours} hours before, of those due or cancelled so "
            "late. A late cancellation leaves the slot as empty as a missed appointment, yet "
            "improves the missed rate, because it takes the appointment out of those due.",
            _shares(known, "lost"),
        ),
        _figure(
            known,
            f"Cancelled within {hours} hours",
            lambda of: of.late_cancelled_rate,
            f"Cancelled less than {hours} hours before the start, of all appointments whose day "
            "has passed. Cancelled earlier, or nobody knows when: "
            f"{rate_words(known.in_all.early_cancelled_rate)}.",
            [],
        ),
        _refilled_figure(known),
    ]


def _figure(
    known: AttendanceKnown,
    label: str,
    of: Callable[[Attendance], Proportion],
    meaning: str,
    trend: list[float],
) -> KeyFigure:
    rate, before = of(known.in_all), of(known.before)
    gap = difference(rate, before)
    return KeyFigure(
        label=label,
        value=percent(rate.estimate),
        change=_change(rate, before),
        judgement=("bad" if (gap.estimate or 0.0) > 0 else "good") if gap.is_clear else "",
        trend=trend,
        help=f"{meaning} 95 % CI {percent_range(rate.low, rate.high)}. {_before_words(known)}",
    )


def _change(rate: Proportion, before: Proportion) -> str:
    words = f"{rate.events:,} of {rate.n:,}"
    return f"{words} · before {percent(before.estimate)}" if before.n else words


def _before_words(known: AttendanceKnown) -> str:
    before = known.period.before
    reach = "" if known.reaches_back else " (the data begins within it)"
    return (
        f"Before: {day_words(before.start)} to {day_words(before.end)}{reach}. Coloured where the "
        "95 % interval of the difference leaves out zero."
    )


def _refilled_figure(known: AttendanceKnown) -> KeyFigure:
    rate, before = refilled(known.freed), refilled(known.freed_before)
    short = refilled(known.freed, range(SHORT_NOTICE))
    gap = difference(rate, before)
    return KeyFigure(
        label="Freed slots refilled",
        value=percent(rate.estimate),
        change=_change(rate, before),
        judgement=("good" if (gap.estimate or 0.0) > 0 else "bad") if gap.is_clear else "",
        help="Cancelled appointments on a chair of which at least half was given to somebody who "
        f"booked after the cancellation. 95 % CI {percent_range(rate.low, rate.high)}. With under "
        f"24 hours' notice: {short.events:,} of {short.n:,} ({rate_words(short)}). "
        f"{_before_words(known)}",
    )


def _shares(known: AttendanceKnown, which: str) -> list[float]:
    """A rate by whole week or month; no line where one of them has no data."""
    series = known.weekly if unit_of(known.weekly) is Unit.WEEK else known.monthly
    rate: RateCounts = getattr(series, which)
    whole = _whole(series.periods)
    n = rate.n[whole]
    return pd.Series(100 * rate.events[whole] / n).round(2).tolist() if len(n) and n.all() else []


def _whole(periods: Periods) -> list[int]:
    return [period for period in range(periods.count) if not periods.is_part(period)]
