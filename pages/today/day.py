"""The day: the chairs by the hour and the list of who comes, drawn anew each minute by themselves.

What is drawn again reads the database by itself and asks for permission again, since the script of
the page does not run then.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from access.viewer import Permission
from clinical.attendance import Outcome
from clinical.day import (
    USUAL_DAYS,
    ChairState,
    UsualTimes,
    chair_stays,
    free_slots,
    in_lanes,
    minute_of,
    minute_of_day,
    usual_times,
)
from clinical.schedule import hours_of_day, with_outcome
from data_access import day as queries
from data_access.appointment_calendar import chair_minutes_on_days
from data_access.filters import Filters
from data_access.sites import closures, opening_hours
from data_access.status import clinic_status
from data_access.today import appointment_list, appointments_by_hour
from pages.shared.context import PageContext
from pages.shared.exports import about_patients
from pages.shared.frame import csv_button, heading, nothing, show
from pages.shared.memory import remembered
from pages.shared.people import person_name
from pages.shared.problems import plain_problems
from pages.shared.signed_in import looking_anew
from pages.shared.who_may import for_others
from pages.shared.words import count_words, weekday_words
from pages.today.chairs import Day, day_finding
from pages.today.findings import hours_finding, list_table
from pages.today.known import Moment, moment_of

REFRESH_SECONDS = 60
_LIST_HEIGHT = 390
_WHOLE_ROWS = 10
"""A longer list of appointments scrolls in a frame of fixed height (pixels)."""


def the_day(context: PageContext) -> None:
    """Draw the day, and again each minute."""
    _day(context, context.status.version)


@st.fragment(run_every=REFRESH_SECONDS)
def _day(context: PageContext, drawn_version: int) -> None:
    with plain_problems("part"), _as_it_is_now(context) as now:
        moment = moment_of(now)
        _timeline(now, moment)
        _refreshed(now, moment, drawn_version)
        _appointment_list(now, moment)


@contextmanager
def _as_it_is_now(context: PageContext) -> Iterator[PageContext]:
    """The context with a transaction, a viewer, a status and a time of its own."""
    with looking_anew(context) as anew:
        status = clinic_status(anew.connection, anew.viewer)
        now = datetime.now(context.now.tzinfo)
        yield replace(anew, status=status, now=now, today=now.date())


def _refreshed(context: PageContext, moment: Moment, drawn_version: int) -> None:
    """When this was drawn; and where new data has come in since, a way to see it everywhere."""
    words = f"Refreshed {context.now:%H:%M}, and again each minute."
    # By the clock of the page's header, whichever sites are chosen.
    known_at = moment.known_at.astimezone(context.now.tzinfo)
    with st.container(horizontal=True, vertical_alignment="center", height=42, border=False):
        if context.status.version == drawn_version:
            st.caption(f"{words} The data's last change: {known_at:%H:%M}.")
            return
        st.caption(f"{words} New data came in at {known_at:%H:%M}.")
        if st.button("Draw the whole page anew", type="tertiary", key="draw-anew"):
            st.rerun()


def _timeline(context: PageContext, moment: Moment) -> None:
    if not context.viewer.may(Permission.SEE_CLINICAL):
        _load(context, moment)
        return
    chairs = queries.chairs(context.connection, context.viewer, _today(context))
    if chairs.empty:
        _hours(context, moment)
        return
    day = _look_up(context, moment, chairs)
    if day.is_closed:
        nothing(f"The chairs are idle on {weekday_words(moment.today)}: {day.closed_words}.")
        return
    with about_patients(context, day.visits.get("patient_key", ())):
        show(day_finding(day))


def _load(context: PageContext, moment: Moment) -> None:
    """What is told of the chairs to those who may see no single appointment."""
    asked = context.connection, context.viewer, _today(context)
    _hours(context, moment)
    chairs = len(queries.chairs(*asked))
    booked = int(chair_minutes_on_days(*asked)["booked"].sum())
    if chairs:
        st.caption(
            f"{count_words(chairs, 'chair')}, booked for {booked / 60:,.1f} chair-hours today. "
            + for_others(context.viewer, "The timeline of the chairs", Permission.SEE_CLINICAL)
        )


def _hours(context: PageContext, moment: Moment) -> None:
    """The appointments by hour: told where no chairs are recorded, or no single visit is shown."""
    counts = appointments_by_hour(
        context.connection, context.viewer, _today(context), moment.known_at
    )
    of_today = with_outcome(counts, counts["overdue"] == 1)
    if (of_today["outcome"] != Outcome.CANCELLED).any():
        show(hours_finding(hours_of_day(of_today), moment.known_at, moment.clocks))


def _today(context: PageContext) -> Filters:
    return replace(context.filters, start=context.today, end=context.today)


def _look_up(context: PageContext, moment: Moment, chairs: pd.DataFrame) -> Day:
    connection, viewer, today = context.connection, context.viewer, _today(context)
    named = Permission.SEE_PATIENTS in viewer.permissions
    query = queries.named_visits if named else queries.visits
    visits = query(connection, viewer, today, moment.known_at)
    zones = dict(zip(chairs["site_key"], chairs["time_zone"], strict=True))
    now = {
        site: minute_of_day(moment.known_at, ZoneInfo(zone), moment.today)
        for site, zone in zones.items()
    }
    # A chair stands where it stands, whichever site the appointment names.
    site_of = dict(zip(chairs["chair_key"], chairs["site_key"], strict=True))
    seated = visits[visits["chair_key"].isin(list(site_of))].reset_index(drop=True)
    seated = seated.assign(site_key=seated["chair_key"].map(site_of).astype(int), who=_who(seated))
    times = remembered(context, "usual chair times", lambda: _usual_times(context))
    stays = chair_stays(seated, times, now)
    stays = in_lanes(stays[stays["state"] != ChairState.CANCELLED].reset_index(drop=True))
    hours, shut = _opening(context, moment, list(zones))
    free = free_slots(chairs, stays, hours, now)
    reaches_today = moment.known_at.date() >= moment.today
    return Day(
        moment=moment,
        chairs=chairs,
        visits=visits,
        stays=stays,
        free=free if reaches_today else free.head(0),
        hours=hours,
        shut=shut,
        now=now,
        narrowed=bool(context.filters.diagnosis_groups or context.filters.phases),
    )


def _who(visits: pd.DataFrame) -> list[str]:
    """The patients' names, where the query gave them."""
    if "family_name" not in visits:
        return [""] * len(visits)
    return [
        person_name(given, family, "Name not recorded")
        for given, family in zip(visits["given_name"], visits["family_name"], strict=True)
    ]


def _usual_times(context: PageContext) -> UsualTimes:
    period = replace(
        context.filters,
        start=context.today - timedelta(days=USUAL_DAYS),
        end=context.today - timedelta(days=1),
    )
    return usual_times(queries.chair_times(context.connection, context.viewer, period))


def _opening(
    context: PageContext, moment: Moment, sites: list[int]
) -> tuple[pd.DataFrame, dict[int, str]]:
    """When the sites are open today, in minutes; and which are not, and why."""
    today = _today(context)
    recorded = opening_hours(context.connection, context.viewer, today)
    closed = closures(context.connection, context.viewer, today)
    shut = {
        site: f"closed: {reason}" if pd.notna(reason) else "closed today"
        for site, reason in zip(closed["site_key"], closed["reason"], strict=True)
    }
    spans = recorded[recorded["weekday"] == moment.today.isoweekday()]
    with_hours = set(recorded["site_key"]) - set(spans["site_key"])
    shut |= {
        site: f"closed on {moment.today:%A}s" for site in sites if site in with_hours - set(shut)
    }
    spans = spans[~spans["site_key"].isin(list(shut))]
    hours = pd.DataFrame(
        {
            "site_key": spans["site_key"],
            "opens": [float(minute_of(each)) for each in spans["opens"]],
            "closes": [float(minute_of(each)) for each in spans["closes"]],
        }
    )
    return hours, shut


def _appointment_list(context: PageContext, moment: Moment) -> None:
    """Who comes today: what staff open first in the morning."""
    if Permission.SEE_PATIENTS not in context.viewer.permissions:
        what = "The list of today's appointments"
        st.caption(for_others(context.viewer, what, Permission.SEE_PATIENTS))
        return
    found = appointment_list(context.connection, context.viewer, _today(context), moment.known_at)
    if found.empty:
        return
    heading(
        "Today's appointments",
        f"{count_words(len(found), 'appointment')} with the cancelled ones, in the order of their "
        "start; times are by each site's own clock",
    )
    rows = list_table(with_outcome(found, found["overdue"] == 1))
    height: int | Literal["content"] = _LIST_HEIGHT if len(rows) > _WHOLE_ROWS else "content"
    st.dataframe(rows, hide_index=True, height=height, key="table-todays-appointments")
    with about_patients(context, found["patient_key"]):
        csv_button(rows, "todays-appointments")
