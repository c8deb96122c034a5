"""A month at a glance, and the sheet for the weekly meeting."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pandas as pd
import streamlit as st

from clinical.calendar import day_date, month_date, month_number
from clinical.month import month_days, month_span
from clinical.open_days import open_by_day, use_by_day
from data_access import appointment_calendar as queries
from data_access.appointments_behind import AppointmentsBehind
from data_access.sites import closures, opening_hours
from data_access.thresholds import read_thresholds
from pages.appointments.behind import behind_section, show_choosable
from pages.appointments.calendar_findings import (
    Month,
    chosen_day,
    chosen_words,
    month_figures,
    month_finding,
    month_sentence,
    why_nothing,
)
from pages.appointments.day_notes import day_notes
from pages.appointments.week_sheet import week_sheet_choice
from pages.shared.context import PageContext
from pages.shared.frame import key_figures, nothing, sentence
from pages.shared.memory import remembered

_MONTH = "calendar-month"
"""The key of the choice, and its name in the address."""


def calendar_view(context: PageContext) -> None:
    """Draw the view."""
    answer_at, sites = st.container(), _every_site(context)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        number = _choose_month(_months(context, sites), month_number(context.today))
        st.space("stretch")
        week_sheet_choice(context, sites)
    late_hours = read_thresholds(context.connection, context.viewer).late_notice_hours
    month = remembered(
        context,
        "calendar month",
        lambda: look_up(context, number, late_hours),
        number,
        late_hours,
    )
    with answer_at:
        if not month.appointments and not month.is_within_reach:
            nothing(why_nothing(month))
        elif not month.appointments:
            sentence(f"{month.name}: **no appointments**.")
            nothing(why_nothing(month))
        else:
            sentence(month_sentence(month))
    if month.is_within_reach:
        _picture(context, month)


def _picture(context: PageContext, month: Month) -> None:
    key_figures(month_figures(month))
    finding = remembered(
        context, "calendar picture", lambda: month_finding(month), month.number, month.late_hours
    )
    day = chosen_day(month, show_choosable(context, finding))
    if day is not None:
        behind = AppointmentsBehind(days=(day, day))
        behind_section(context, behind, chosen_words(day), key="calendar-behind")


def _every_site(context: PageContext) -> pd.DataFrame:
    """All sites that the viewer may see, so that the choice of one does not change the others."""
    everywhere = replace(context.filters, site_ids=())
    return remembered(
        context,
        "calendar sites",
        lambda: queries.calendar_sites(context.connection, context.viewer, everywhere),
    )


def _months(context: PageContext, sites: pd.DataFrame) -> list[str]:
    """The months that can be chosen, as they stand in the address: ``2026-11``.

    From the one before the first appointment of any site to the one after the last.
    """
    first, last = _reach(sites)
    begin = month_number(min(first or context.today, context.today)) - 1
    end = month_number(max(last or context.today, context.today)) + 1
    return [_in_address(month) for month in range(begin, end + 1)]


def _reach(sites: pd.DataFrame) -> tuple[date | None, date | None]:
    """The first and the last day with an appointment at any of the sites."""
    ends = sites["first_day"].min(), sites["last_day"].max()
    first, last = (None if pd.isna(end) else day_date(int(end)) for end in ends)
    return first, last


def _in_address(month: int) -> str:
    return f"{month_date(month):%Y-%m}"


def _choose_month(months: Sequence[str], this_month: int) -> int:
    """Draw the choice of the month, and the ways to the one before and after it."""
    today = _in_address(this_month)
    # The first option is the one to begin with: then the buttons may set another. After it those to
    # come, then those that have passed, the latest first.
    place = months.index(today)
    picked = st.selectbox(
        "Month",
        [*months[place:], *reversed(months[:place])],
        key=_MONTH,
        bind="query-params",
        width=150,
        help="Year and month. The calendar follows the sites, diagnoses and phases chosen above, "
        "not the period",
    )
    place = months.index(picked)
    _step("Month before", "←", months, place - 1)
    _step("Month after", "→", months, place + 1)
    st.button(
        "This month",
        key="calendar-this-month",
        type="tertiary",
        disabled=picked == today,
        on_click=_go,
        args=(today,),
    )
    year, month = picked.split("-")
    return month_number(date(int(year), int(month), 1))


def _step(name: str, arrow: str, months: Sequence[str], place: int) -> None:
    there = months[place] if 0 <= place < len(months) else None
    st.button(
        arrow,
        key=f"calendar-{name.lower().replace(' ', '-')}",
        help=name,
        disabled=there is None,
        on_click=_go,
        args=(there,),
    )


def _go(month: str | None) -> None:
    st.session_state[_MONTH] = month


def look_up(context: PageContext, number: int, late_hours: float) -> Month:
    """Everything about a month, whatever the period of the filters.

    ``late_hours``: the notice below which a cancellation is late.
    """
    first, last = month_span(number)
    asked = context.connection, context.viewer, replace(context.filters, start=first, end=last)
    sites, closed = queries.calendar_sites(*asked), closures(*asked)
    opened = open_by_day(sites, opening_hours(*asked), closed, first, last)
    use = use_by_day(opened, queries.chair_minutes_on_days(*asked))
    counts = queries.appointments_on_days(*asked, late_hours)
    begin, end = _reach(sites)
    return Month(
        number=number,
        today=context.today,
        days=month_days(counts, use, first, last, context.today),
        notes=day_notes(sites, closed, first, last),
        first=begin,
        last=end,
        late_hours=late_hours,
    )


CALENDAR_DEFINITIONS = """
- **Appointments** of a day: all that are not cancelled, by the site's own clock.
- **Open chair time**: the opening hours of the weekday (today's, also for the past) times the
  chairs of the site, without closures, from the site's first appointment on. A site without opening
  hours or chairs has no known open time: its days are hatched, and it is in no share.
- **Booked**: minutes for which a chair is planned, overlapping appointments once, those over 12
  hours left out; a share can exceed 100 % where chairs are booked outside the opening hours. Chair
  time is of all diagnoses and phases, because a chair serves everybody.
- **Missed**: of the appointments due (attended, or arrived on a day that has passed; or missed).
  **Missed or cancelled late** counts cancellations with too little notice as well, above and below
  the line: they leave a chair as empty, and yet improve the missed rate.
- **Public holidays** are those of the whole country that the site's time zone belongs to; a site is
  closed on one only where a closure is recorded.
- **Weeks** are those of ISO 8601: week 1 has the first Thursday of the year.
"""
