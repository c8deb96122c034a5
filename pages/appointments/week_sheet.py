"""The sheet for the weekly meeting on paper: the choice of the week, and all that stands on it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from math import isnan

import pandas as pd
import streamlit as st

from charts.numbers import percent, percent_range
from charts.summary.sheet import Paper
from charts.week_sheet.content import (
    Number,
    WeekSheet,
)
from charts.week_sheet.pdf import week_sheet_pdf
from clinical.calendar import week_date
from clinical.holidays import country_of_zone
from clinical.incidence import Proportion
from clinical.weekly import (
    REFERENCE_WEEKS,
    USUAL_WEEKS,
    WATCHED,
    rate_of,
)
from pages.appointments.week_data import (
    WeekData,
    first_whole_week,
    last_whole_week,
    read_week,
)
from pages.appointments.week_pictures import (
    coming_picture,
    days_picture,
    missed_picture,
    weekdays_picture,
)
from pages.appointments.week_words import changed
from pages.shared.context import PageContext
from pages.shared.exports import noted
from pages.shared.signed_in import looking_anew
from pages.shared.words import count_words

_NOT_KNOWN, _NO_DATA = "not known", "no data"
_LETTER_COUNTRIES = {"US", "CA", "MX", "PR", "PH", "CL", "CO", "VE", "CR", "GT"}
"""Where paper is of the format Letter."""


def week_sheet_choice(context: PageContext, sites: pd.DataFrame) -> None:
    """Draw the choice of the week and the button that saves its sheet.

    ``sites`` as from :func:`data_access.appointment_calendar.calendar_sites`.
    """
    last = last_whole_week(context.today)
    first = first_whole_week(sites)
    weeks = range(last, min(last if first is None else first, last) - 1, -1)
    picked = st.selectbox(
        "Weekly sheet of",
        [_in_address(week) for week in weeks],
        key="calendar-week",
        bind="query-params",
        width=150,
        help="Year and week of a whole week, for the team meeting after it. The sheet follows the "
        "sites, diagnoses and phases chosen above",
    )
    week = next(week for week in weeks if _in_address(week) == picked)

    def make() -> bytes:
        # Pressed long after the page was drawn, so it reads by itself.
        with looking_anew(context) as later:
            data = read_week(later, week)
        return week_sheet_pdf(week_sheet(context, data), paper_of(data.time_zones))

    st.download_button(
        "Weekly sheet (PDF)",
        data=noted("weekly sheet as PDF", make),
        file_name=f"weekly-sheet-{picked}.pdf",
        mime="application/pdf",
        on_click="ignore",
        key="calendar-sheet",
        icon=":material/print:",
        help="One page for the team meeting: what changed, six numbers, four pictures. No patient "
        "is named on it",
    )


def _in_address(week: int) -> str:
    iso = week_date(week).isocalendar()
    return f"{iso.year}-W{iso.week:02d}"


def paper_of(time_zones: Sequence[str]) -> Paper:
    """The format of paper that is usual where the first site is."""
    countries = [country_of_zone(zone) for zone in time_zones[:1]]
    return Paper.A4 if countries and countries[0] not in _LETTER_COUNTRIES else Paper.LETTER


def week_sheet(context: PageContext, data: WeekData) -> WeekSheet:
    """Everything on the sheet in words."""
    as_of = context.status.as_of or context.now
    place, sites = _place(context)
    return WeekSheet(
        week=week_words(data.monday),
        place=place,
        sites=sites,
        selection=_selection(context),
        changed=changed(data),
        numbers=numbers(data),
        pictures=(
            days_picture(data),
            weekdays_picture(data),
            missed_picture(data),
            coming_picture(data),
        ),
        definitions=_definitions(data),
        data_as_of=f"Data as of {_moment(as_of, context)}",
        printed=f"Printed {_moment(context.now, context)}",
        stamp=as_of.astimezone(UTC),
        is_demo=context.status.is_demo,
    )


def _moment(when: datetime, context: PageContext) -> str:
    """A time by the clock of the clinic's day."""
    return f"{when.astimezone(context.now.tzinfo):%d %b %Y, %H:%M %Z}"


def week_words(monday: date) -> str:
    """A week in words: ``Week 47, 16–22 November 2026``."""
    sunday = monday + timedelta(days=6)
    first = f"{monday.day}"
    if monday.month != sunday.month:
        first += f" {monday:%B}"
    if monday.year != sunday.year:
        first += f" {monday.year}"
    dash = "–" if monday.month == sunday.month else " – "
    return f"Week {monday.isocalendar().week}, {first}{dash}{sunday.day} {sunday:%B %Y}"


def _place(context: PageContext) -> tuple[str, str]:
    """Which sites, in short and by name."""
    every = context.status.sites
    chosen = [
        site.name
        for site in every
        if not context.filters.site_ids or site.site_id in context.filters.site_ids
    ]
    if len(chosen) == 1:
        return chosen[0], ""
    if len(chosen) == len(every):
        return f"All {count_words(len(chosen), 'site')}", ", ".join(chosen)
    return f"{len(chosen)} of {count_words(len(every), 'site')}", ", ".join(chosen)


def _selection(context: PageContext) -> str:
    """Which diagnoses and phases, where not all; chair time is of everybody all the same."""
    chosen = [each.label for each in (*context.filters.diagnosis_groups, *context.filters.phases)]
    if not chosen:
        return ""
    return f"Only: {', '.join(chosen)}. Chair time is of everybody."


def numbers(data: WeekData) -> tuple[Number, ...]:
    """The six numbers of the week, of the week before and of a usual one."""
    table = data.table
    this, before = table.iloc[-1:], table.iloc[-2:-1]
    usual = table.iloc[-1 - USUAL_WEEKS : -1]
    return (
        _count("Appointments", "appointments", "not cancelled", this, before, usual),
        _rate("No-show rate", "missed", "due", "due", this, before, usual),
        _rate("Missed or cancelled late", "lost", "lost_of", "", this, before, usual),
        Number(
            "Chair time booked · used",
            _use_words(this),
            _hours_words(this),
            _use_words(before),
            _use_words(usual),
        ),
        _count("Infusions given", "infusions", "", this, before, usual),
        _count("New starts", "new_starts", "first infusion ever", this, before, usual),
    )


def _count(
    label: str,
    name: str,
    basis: str,
    this: pd.DataFrame,
    before: pd.DataFrame,
    usual: pd.DataFrame,
) -> Number:
    def mean(part: pd.DataFrame) -> str:
        return f"{part[name].mean():,.0f}" if len(part) else _NO_DATA

    return Number(label, mean(this), basis, mean(before), mean(usual))


def _rate(
    label: str,
    events: str,
    n: str,
    of: str,
    this: pd.DataFrame,
    before: pd.DataFrame,
    usual: pd.DataFrame,
) -> Number:
    rates = [rate_of(part, events, n) for part in (this, before, usual)]
    value, earlier, often = (percent(rate.estimate) for rate in rates)
    return Number(label, value, _basis(rates[0], of), earlier, often)


def _basis(rate: Proportion, of: str) -> str:
    if not rate.n:
        return ""
    counts = f"{rate.events:,} of {rate.n:,} {of}".strip()
    return f"{counts}; 95 % CI {percent_range(rate.low, rate.high)}"


def _use_words(weeks: pd.DataFrame) -> str:
    """Booked and used of open time of some weeks together."""
    opened = weeks["open"].sum(min_count=1)
    if not len(weeks):
        return _NO_DATA
    if isnan(opened):
        return _NOT_KNOWN
    if not opened:
        return "not open"
    return " · ".join(percent(float(weeks[part].sum() / opened)) for part in ("booked", "used"))


def _hours_words(weeks: pd.DataFrame) -> str:
    opened = weeks["open"].sum(min_count=1)
    if isnan(opened):
        return "no opening hours or chairs recorded"
    booked, used = (weeks[part].sum() / 60 for part in ("booked", "used"))
    return f"{booked:,.0f} and {used:,.0f} of {opened / 60:,.0f} open hours"


def _definitions(data: WeekData) -> tuple[str, ...]:
    hours = data.thresholds.late_notice_hours
    return (
        f"Usual week: the {USUAL_WEEKS} weeks before together (counts: their mean). No-show rate: "
        "missed of those due (attended or missed). Missed or cancelled late: with less than "
        f"{hours:g} hours' notice, of those due or cancelled late. Intervals: 95 % Wilson. Chair "
        "time: minutes booked (overlapping ones once) and held by attended patients, of opening "
        "hours times chairs without closures.",
        f"Beyond chance: {WATCHED} numbers share one false statement in {_years(data)}. Rates by "
        "exact limits, runs and sums (as far as they are switched on) from up to "
        f"{REFERENCE_WEEKS} weeks, counts and chair time by the spread of the weeks before (XmR), "
        "overruns and refills by exact limits and Newcombe's interval.",
    )


def _years(data: WeekData) -> str:
    years = data.thresholds.false_alarm_years
    return "a year" if years == 1 else f"{years:g} years"
