"""The month of the calendar in words, figures and a picture."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from charts.appointment_calendar import DayCell, month_chart
from charts.numbers import percent, percent_range
from charts.style import text
from clinical.calendar import day_date, month_date
from clinical.codes import AppointmentKind
from clinical.incidence import Proportion, proportion
from clinical.month import fullest_day
from pages.shared.frame import Finding, KeyFigure, plain
from pages.shared.words import WEEKDAYS, count_words, day_words, listed

_NOUNS = {
    AppointmentKind.INFUSION: "infusion",
    AppointmentKind.CONSULTATION: "consultation",
    AppointmentKind.FOLLOW_UP: "follow-up",
}


@dataclass(frozen=True, slots=True)
class Month:
    """What is known of a month.

    ``days`` as from :func:`clinical.month.month_days`; ``notes``: what is particular about a day;
    ``first`` and ``last``: the first and the last day with an appointment at the chosen sites, at
    any time. ``late_hours``: the notice below which a cancellation is late.
    """

    number: int
    today: date
    days: pd.DataFrame
    notes: Mapping[date, str]
    first: date | None
    last: date | None
    late_hours: float

    @property
    def name(self) -> str:
        """The month in words: ``November 2026``."""
        return f"{month_date(self.number):%B %Y}"

    @property
    def is_over(self) -> bool:
        """Whether every day of it has passed."""
        return bool(self.days["passed"].all())

    @property
    def has_begun(self) -> bool:
        """Whether a day of it has passed."""
        return bool(self.days["passed"].any())

    @property
    def appointments(self) -> int:
        """All that are not cancelled."""
        return int(self.days["appointments"].sum())

    @property
    def missed(self) -> Proportion:
        """Missed of those due, on the days that have passed."""
        return proportion(int(self.days["missed"].sum()), int(self.days["due"].sum()))

    @property
    def lost(self) -> Proportion:
        """Missed and cancelled late of those due or cancelled late, on days that have passed."""
        return proportion(int(self.days["lost"].sum()), int(self.days["lost_of"].sum()))

    @property
    def open_is_known(self) -> bool:
        """Whether the open time of any site is known."""
        return bool(self.days["open"].notna().any())

    @property
    def is_within_reach(self) -> bool:
        """Whether the month lies between the first and the last appointment of the sites."""
        if self.first is None or self.last is None:
            return False
        begin, end = (day_date(int(self.days.index[place])) for place in (0, -1))
        return begin <= self.last and end >= self.first


def why_nothing(month: Month) -> str:
    """Why a month is empty, and where the appointments are."""
    if month.first is None or month.last is None:
        return f"No appointments in {month.name}: none has been recorded at these sites."
    reach = f"appointments run from {day_words(month.first)} to {day_words(month.last)}"
    if month.is_within_reach:
        return f"No appointments in {month.name} with these filters; at these sites {reach}."
    which = "before the first" if month_date(month.number) < month.first else "after the last"
    return f"{month.name} lies {which} appointment at these sites: {reach}."


def month_sentence(month: Month) -> str:
    """How many, when it is fullest, and how many were missed, in one sentence (markdown)."""
    count = count_words(month.appointments, "appointment")
    booked = "" if month.has_begun else " booked so far"
    words = f"{month.name}: **{count}**{booked} on {_days_words(month)}"
    fullest = fullest_day(month.days)
    if fullest is not None:
        share = percent(float(month.days["share"].loc[fullest]))
        words += f", fullest on **{_short_day(fullest)}** ({share} of chair time booked)"
    if month.missed.n:
        so_far = "" if month.is_over else " so far"
        words += f", **{month.missed.events:,} missed**{so_far}"
    return f"{words}."


def _days_words(month: Month) -> str:
    if month.open_is_known:
        opened = int((month.days["open"] > 0).sum())
        return count_words(opened, "open day") if opened else "no open day"
    return count_words(int((month.days["appointments"] > 0).sum()), "day")


def _short_day(day: int) -> str:
    when = day_date(day)
    return f"{when:%a} {when.day} {when:%b}"


def month_figures(month: Month) -> list[KeyFigure]:
    """The four numbers of the month; two where none of its days has passed."""
    days = month.days
    booked, opened = float(days["booked"].sum()), float(days["open"].sum())
    coming = int(days.loc[~days["passed"], "appointments"].sum())
    counts = [
        KeyFigure(
            label="Appointments",
            value=f"{month.appointments:,}",
            change=f"{coming:,} from today on" if coming else "",
            help="All appointments of the month that are not cancelled; "
            f"{int(days['cancelled'].sum()):,} cancelled ones come on top.",
        ),
        KeyFigure(
            label="Chair time booked",
            value=percent(booked / opened if opened else None),
            change=f"{booked / 60:,.0f} of {opened / 60:,.0f} open hours" if opened else "",
            help="Minutes booked on chairs, overlapping ones once, of the minutes that the sites' "
            "chairs are open, closures left out; the whole month, days to come as well. Of all "
            "diagnoses and phases.",
        ),
    ]
    return counts + (_rate_figures(month) if month.has_begun else [])


def _rate_figures(month: Month) -> list[KeyFigure]:
    return [
        _rate_figure("Missed", month.missed, "Missed, of the appointments due: attended or missed"),
        _rate_figure(
            "Missed or cancelled late",
            month.lost,
            f"Missed, or cancelled less than {month.late_hours:g} hours before, of those due or "
            "cancelled late",
        ),
    ]


def _rate_figure(label: str, rate: Proportion, meaning: str) -> KeyFigure:
    return KeyFigure(
        label=label,
        value=percent(rate.estimate),
        change=f"{rate.events:,} of {rate.n:,}" if rate.n else "",
        help=f"{meaning}; days of the month that have passed. "
        f"95 % CI {percent_range(rate.low, rate.high)}.",
    )


def month_finding(month: Month) -> Finding:
    """The month as a picture; its days can be chosen."""
    return Finding(
        key="calendar-month",
        title=_title(month),
        subtitle=_subtitle(month),
        chart=month_chart(month_cells(month)),
        table=lambda: month_table(month),
        alt=f"A calendar of {month.name}. {_title(month)}. {_subtitle(month)}",
        note=_note(month),
    )


def _title(month: Month) -> str:
    weekdays = [day_date(int(day)).weekday() for day in month.days.index]
    sums = month.days.groupby(weekdays)[["booked", "open"]].sum()
    shares = {
        WEEKDAYS[weekday]: booked / opened
        for weekday, (booked, opened) in enumerate(sums.to_numpy())
        if opened > 0
    }
    if not month.open_is_known:
        return f"{month.name}: how full the days are is not known"
    if len(shares) < 2 or max(shares.values()) == 0:
        return f"{month.name} by day"
    fullest, emptiest = max(shares, key=shares.__getitem__), min(shares, key=shares.__getitem__)
    return (
        f"{fullest}s are booked fullest, {percent(shares[fullest])} of chair time; {emptiest}s "
        f"least, {percent(shares[emptiest])}"
    )


def _subtitle(month: Month) -> str:
    missed = month.missed
    words = f"{month.name}: {count_words(month.appointments, 'appointment')} that are not cancelled"
    if missed.n:
        words += f"; {missed.events:,} of {missed.n:,} due missed"
    return words


def _note(month: Month) -> str:
    unknown = int(month.days["unknown_sites"].max())
    parts = [
        "The darker a day, the more of its open chair time is booked (share at its right; chairs "
        "serve all diagnoses and phases). Bars: appointments by kind, to one scale; pale and not "
        "in bold: still to come. Today has a strong frame. Choose a day to list its appointments."
    ]
    if unknown:
        parts.append(
            f"{count_words(unknown, 'site')} without opening hours or chairs "
            f"{'is' if unknown == 1 else 'are'} in no share"
            + (
                "."
                if month.open_is_known
                else ", so the days are hatched: how full they are is not known."
            )
        )
    return " ".join(parts)


def month_cells(month: Month) -> list[DayCell]:
    """Each day as the picture takes it."""
    return [
        _cell(month, int(row["day"]), row) for row in month.days.reset_index().to_dict("records")
    ]


def _cell(month: Month, number: int, row: Mapping[Any, Any]) -> DayCell:
    day = day_date(number)
    note = month.notes.get(day, "")
    return DayCell(
        day=day,
        kinds={int(kind): int(row[int(kind)]) for kind in AppointmentKind},
        share=float(row["share"]),
        is_unknown=bool(pd.isna(row["open"])),
        missed=int(row["missed"]) if row["passed"] else 0,
        note=note,
        passed=bool(row["passed"]),
        is_today=day == month.today,
        hover=f"<b>{_heading(day)}</b><br>" + "<br>".join(text(line) for line in _lines(row, note)),
    )


def _heading(day: date) -> str:
    return f"{day:%A}, {day_words(day)}"


def _lines(row: Mapping[Any, Any], note: str) -> list[str]:
    """Everything about a day, line by line, as plain text."""
    lines = [note] if note else []
    kinds = [
        count_words(int(row[int(kind)]), noun) for kind, noun in _NOUNS.items() if row[int(kind)]
    ]
    count = count_words(int(row["appointments"]), "appointment")
    lines.append(f"{count}: {listed(kinds)}" if kinds else "No appointments")
    lines.append(_use_words(row))
    if row["due"]:
        rate = percent(row["missed"] / row["due"])
        lines.append(f"{row['missed']:,} of {row['due']:,} due missed ({rate})")
    if row["cancelled"]:
        lines.append(f"{row['cancelled']:,} cancelled")
    return lines


def _use_words(row: Mapping[Any, Any]) -> str:
    if pd.isna(row["open"]):
        return "Open chair time is not known"
    if not row["open"]:
        booked = row["booked"] / 60
        return f"Not open; {booked:,.1f} chair-hours booked" if booked else "Not open"
    return (
        f"{percent(row['share'])} of chair time booked: {row['booked'] / 60:,.1f} of "
        f"{row['open'] / 60:,.1f} hours"
    )


def month_table(month: Month) -> pd.DataFrame:
    """The numbers of the picture, a day a row."""
    days = month.days
    dates = [day_date(int(day)) for day in days.index]
    passed = days["passed"]
    return pd.DataFrame(
        {
            "Day": dates,
            "Weekday": [f"{day:%a}" for day in dates],
            "Week": [day.isocalendar().week for day in dates],
            "Appointments": days["appointments"].to_numpy(),
            **{kind.label: days[int(kind)].to_numpy() for kind in _NOUNS},
            "Cancelled": days["cancelled"].to_numpy(),
            "Due": days["due"].where(passed).astype("Int64").to_numpy(),
            "Missed": days["missed"].where(passed).astype("Int64").to_numpy(),
            "Open chair-hours": (days["open"] / 60).round(1).to_numpy(),
            "Booked chair-hours": (days["booked"] / 60).round(1).to_numpy(),
            "Booked, %": (100 * days["share"]).round(1).to_numpy(),
            "Closure or holiday": [month.notes.get(day, "") for day in dates],
        }
    )


def chosen_day(month: Month, points: list[Any]) -> date | None:
    """The day of the first chosen cell; ``None`` for none, and for one that is not drawn."""
    match points:
        case [[_, int(day)], *_] if day in month.days.index:
            return day_date(day)
    return None


def chosen_words(day: date) -> str:
    """What was chosen, in words (markdown)."""
    return plain(_heading(day))
