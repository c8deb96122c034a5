"""The answer of the Appointments page in words, and its key figures."""

import pandas as pd

from charts.numbers import percent, percent_range
from clinical.attendance import LATE_NOTICE_HOURS, Attendance, attendance_by, missed_most
from clinical.calendar import day_number
from clinical.codes import AppointmentStatus
from clinical.incidence import Proportion, difference
from clinical.schedule import COMING_WEEKS, Grain, attendance_over_time, suited_grain
from pages.appointments.known import Known, Period
from pages.shared.context import PageContext
from pages.shared.frame import KeyFigure
from pages.shared.words import count_words, day_words, rate_words

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def why_nothing(context: PageContext) -> str:
    """What was looked for in vain, and where the data really is."""
    period = f"{day_words(context.filters.start)} and {day_words(context.filters.end)}"
    status = context.status
    if status.first_day is None or status.last_day is None:
        return f"No appointments between {period} with these filters."
    return (
        f"No appointments between {period} with these filters; infusions run from "
        f"{day_words(status.first_day)} to {day_words(status.last_day)}."
    )


def answer(known: Known) -> str:
    """Volume, missed and cancelled rates in one sentence (markdown)."""
    period, in_all = known.period, known.in_all
    words = (
        f"**{count_words(known.volume, 'appointment')}** from {day_words(period.first)} to "
        f"{day_words(period.last)}"
    )
    missed = in_all.missed_rate
    if missed.estimate is None:
        return f"{words}; none of them was due yet, so no missed rate can be told."
    words += (
        f"; **{percent(missed.estimate)}** of the {missed.n:,} that were due were missed (95 % CI "
        f"{percent_range(missed.low, missed.high)}), {percent(in_all.cancelled_rate.estimate)} "
        "were cancelled"
    )
    return f"{words}{_worst_weekday(known)}."


def _worst_weekday(known: Known) -> str:
    rates = attendance_by(known.by_slot, ["weekday"])
    worst = missed_most(rates)
    if worst is None:
        return ""
    weekday = WEEKDAYS[int(rates["weekday"].iloc[worst]) - 1]
    return f"; {weekday}s are missed most: **{percent(rates['missed_rate'].iloc[worst])}**"


def not_closed_words(known: Known) -> str:
    """A word on appointments of past days that nobody has closed; empty where there are none."""
    count = known.in_all.not_closed
    if not count:
        return ""
    return (
        f"{count_words(count, 'appointment', 'appointments')} of past days "
        f"{'is' if count == 1 else 'are'} still booked: nobody has noted whether the patient came. "
        "They are in no missed rate."
    )


def figures(known: Known) -> list[KeyFigure]:
    """The four numbers to watch, against the equally long period before."""
    units = _whole_units(known)
    return [
        _volume_figure(known, units),
        _rate_figure(
            known,
            units,
            "Missed",
            "missed",
            "Missed, of the appointments that were due: attended or missed. Cancelled ones are "
            "not, nor those that were never closed.",
        ),
        _rate_figure(
            known,
            units,
            f"Cancelled within {LATE_NOTICE_HOURS} hours",
            "late_cancelled",
            f"Cancelled less than {LATE_NOTICE_HOURS} hours before the start, of all appointments "
            "whose day has passed. Such a slot stays as empty as a missed one, yet improves the "
            f"missed rate. All cancelled: {rate_words(known.in_all.cancelled_rate)}.",
        ),
        _booked_figure(known),
    ]


def _whole_units(known: Known) -> pd.DataFrame:
    """Attendance in the weeks or months that lie wholly in the period and have passed."""
    period = known.period
    table = attendance_over_time(known.by_week, _trend_grain(period), period.first, period.passed)
    return table.iloc[1:-1]


def _trend_grain(period: Period) -> Grain:
    suited = suited_grain(period.first, period.last)
    return Grain.MONTH if suited is Grain.MONTH else Grain.WEEK


def _volume_figure(known: Known, units: pd.DataFrame) -> KeyFigure:
    change = ""
    if known.reaches_back and known.before.appointments:
        ratio = known.volume / known.before.appointments - 1
        verb = "more" if ratio > 0 else "fewer"
        change = f"{percent(abs(ratio))} {verb} than before ({known.before.appointments:,})"
    return KeyFigure(
        label="Appointments",
        value=f"{known.volume:,}",
        change=change,
        trend=units["appointments"].tolist(),
        help="All appointments of the period, today's among them, whatever became of them. "
        + _before_words(known),
    )


def _before_words(known: Known) -> str:
    before = known.period.before
    reach = "" if known.reaches_back else " (the data begins within it)"
    return (
        f"Before: {day_words(before.start)} to {day_words(before.end)}{reach}. The line: by whole "
        f"{_trend_grain(known.period).lower()}s."
    )


def _rate_figure(
    known: Known, units: pd.DataFrame, label: str, events: str, meaning: str
) -> KeyFigure:
    rate, before = _rate(known.in_all, events), _rate(known.before, events)
    change = f"{rate.events:,} of {rate.n:,}"
    if before.n:
        change += f" · before {percent(before.estimate)}"
    gap = difference(rate, before)
    return KeyFigure(
        label=label,
        value=percent(rate.estimate),
        change=change,
        judgement=("bad" if (gap.estimate or 0.0) > 0 else "good") if gap.is_clear else "",
        trend=_trend(units, events),
        help=f"{meaning} 95 % CI {percent_range(rate.low, rate.high)}. {_before_words(known)} "
        "Coloured where the 95 % interval of the difference leaves out zero.",
    )


def _rate(of: Attendance, events: str) -> Proportion:
    return of.missed_rate if events == "missed" else of.late_cancelled_rate


def _trend(units: pd.DataFrame, events: str) -> list[float]:
    """The rate in each unit; no line where one of them has no data."""
    n = units["due" if events == "missed" else "appointments"]
    return (100 * units[events] / n).round(2).tolist() if n.all() else []


def _booked_figure(known: Known) -> KeyFigure:
    tomorrow = day_number(known.period.today) + 1
    booked = known.around[known.around["status"] == AppointmentStatus.BOOKED]
    ahead = booked[booked["day"] >= tomorrow]
    by_week = (ahead["day"] - tomorrow) // 7
    weeks = ahead.groupby(by_week)["appointments"].sum().reindex(range(COMING_WEEKS), fill_value=0)
    return KeyFigure(
        label=f"Booked in the next {COMING_WEEKS} weeks",
        value=f"{int(weeks.sum()):,}",
        change=f"{int(weeks.iloc[0]):,} in the next 7 days",
        trend=weeks.tolist(),
        help="Appointments with the status booked from tomorrow on, whatever the period chosen "
        "above. The line: by seven days from tomorrow.",
    )
