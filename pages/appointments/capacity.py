"""How full the chairs are, and what makes them so."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import streamlit as st

from clinical.capacity import (
    FEWEST_DAYS,
    FULL_SHARE,
    PUBLISHED_ACTUAL,
    PUBLISHED_SCHEDULED,
    UNEVEN_RATIO,
)
from clinical.codes import AppointmentStatus
from clinical.occupancy import LONGEST_MINUTES
from clinical.overruns import USUAL_WEEKS
from data_access.appointments_behind import AppointmentsBehind
from data_access.thresholds import read_thresholds
from pages.appointments.behind import behind_section, show_choosable
from pages.appointments.capacity_findings import (
    Of,
    at_once_finding,
    causes_finding,
    chairs_finding,
    lost_finding,
    overrun_sites_finding,
    site_frame,
    sites_finding,
    week_finding,
)
from pages.appointments.capacity_known import CapacityKnown, look_up
from pages.appointments.capacity_words import (
    answer,
    chair_name,
    figures,
    left_out_words,
    mark_frame,
    published_words,
)
from pages.shared.context import PageContext
from pages.shared.frame import (
    Finding,
    heading,
    key_figures,
    nothing,
    plain,
    sentence,
    show,
    table,
)
from pages.shared.memory import remembered
from pages.shared.words import WEEKDAYS, day_words

_Behind = tuple[AppointmentsBehind, str]
"""The appointments of a chosen bar or cell, and words (markdown) for what it is."""
_NOT_CANCELLED = tuple(
    int(status) for status in AppointmentStatus if status is not AppointmentStatus.CANCELLED
)


def capacity_view(context: PageContext) -> None:
    """Draw the view."""
    thresholds = read_thresholds(context.connection, context.viewer)
    late = thresholds.late_notice_hours
    known = remembered(context, "capacity", lambda: look_up(context, thresholds), late)
    if known is None or (known.by_hour.empty and not known.open_minutes):
        nothing(_why_nothing(context, known))
        return
    sentence(answer(known))
    st.caption(_said_beside(context, known))
    key_figures(figures(known))
    _week(context, known)
    _smaller(context, known)
    lost = remembered(context, "capacity: lost", lambda: lost_finding(known), known.late_hours)
    if lost is not None:
        show(lost)
    _at_once(context, known)
    heading("Chair time by site", "Days of the period that have passed")
    table(site_frame(known), "capacity-by-site")
    heading("Marks of quality", "What the record of chair time lacks or contradicts")
    table(mark_frame(known.marks), "capacity-marks")


def _why_nothing(context: PageContext, known: CapacityKnown | None) -> str:
    first, last = day_words(context.filters.start), day_words(context.filters.end)
    if known is None:
        return (
            f"No day between {first} and {last} has passed yet, so there is no capacity to tell "
            "of. What is coming shows what is booked."
        )
    left_out = left_out_words(known)
    return f"No chair was booked or used between {first} and {last}. {left_out}".strip()


def _said_beside(context: PageContext, known: CapacityKnown) -> str:
    parts = [published_words(), left_out_words(known)]
    if context.filters.diagnosis_groups or context.filters.phases:
        parts.append(
            "Chair time is of all diagnoses and phases, because a chair serves everybody; only "
            "overruns follow these filters."
        )
    return " ".join(part for part in parts if part)


def _week(context: PageContext, known: CapacityKnown) -> None:
    if known.cells.empty:
        return
    chosen = st.segmented_control(
        "Utilisation",
        [each.value for each in Of],
        default=Of.SCHEDULED.value,
        required=True,
        key="capacity-of",
        bind="query-params",
        help="Scheduled: booked, of open time. Actual: held by patients who came.",
    )
    of = Of(chosen or Of.SCHEDULED)
    finding = remembered(
        context, "capacity: week", lambda: week_finding(known, of), known.late_hours, of
    )
    _behind(context, finding, _behind_hour(known, show_choosable(context, finding)))


def _behind_hour(known: CapacityKnown, points: list[Any]) -> _Behind | None:
    match points:
        case [[_, int(weekday), int(hour)], *_]:
            cells = known.cells
            if not ((cells["weekday"] == weekday) & (cells["hour"] == hour)).any():
                return None
            behind = AppointmentsBehind(
                passed_only=True,
                statuses=_NOT_CANCELLED,
                weekdays=(weekday,),
                chair_hours=(hour,),
            )
            return behind, f"on a chair {WEEKDAYS[weekday - 1]} {hour:02d}:00 to {hour + 1:02d}:00"
    return None


def _smaller(context: PageContext, known: CapacityKnown) -> None:
    found = remembered(
        context, "capacity: smaller pictures", lambda: _pictures(known), known.late_hours
    )
    with st.grid(2, min_column_width=420):
        chosen = [
            show_choosable(context, finding) if finding.key in _READERS else show(finding)
            for finding in found
        ]
    for finding, points in zip(found, chosen, strict=True):
        if finding.key in _READERS:
            _behind(context, finding, _READERS[finding.key](known, points))


def _pictures(known: CapacityKnown) -> list[Finding]:
    """The smaller pictures; what has no data is left out."""
    makers = (chairs_finding, sites_finding, causes_finding, overrun_sites_finding)
    return [found for make in makers if (found := make(known)) is not None]


def _behind_chair(known: CapacityKnown, points: list[Any]) -> _Behind | None:
    match points:
        case [[_, "chair_key", int(key)], *_]:
            chairs = known.by_chair[known.by_chair["chair_key"] == key]
            if chairs.empty:
                return None
            chair = chairs.iloc[0]
            name = plain(chair_name(known, chair["chair"], int(chair["site_key"])))
            behind = AppointmentsBehind(
                passed_only=True, statuses=_NOT_CANCELLED, chair_keys=(key,)
            )
            return behind, f"not cancelled, {name}"
    return None


def _behind_site(known: CapacityKnown, points: list[Any]) -> _Behind | None:
    match points:
        case [[_, "site_key", int(key)], *_] if key in set(known.by_site["site_key"]):
            behind = AppointmentsBehind(passed_only=True, statuses=_NOT_CANCELLED, site_keys=(key,))
            return behind, f"not cancelled, {plain(known.names[key])}"
    return None


def _behind_overruns(known: CapacityKnown, points: list[Any]) -> _Behind | None:
    match points:
        case [[_, "site_key", int(key)], *_] if key in set(known.overruns["site_key"]):
            behind = AppointmentsBehind(passed_only=True, overran=True, site_keys=(key,))
            return behind, f"ran over, {plain(known.names[key])}"
    return None


_READERS: dict[str, Callable[[CapacityKnown, list[Any]], _Behind | None]] = {
    "capacity-chairs": _behind_chair,
    "capacity-sites": _behind_site,
    "capacity-overruns": _behind_overruns,
}
"""What reads the chosen bars of each picture."""


def _behind(context: PageContext, finding: Finding, behind: _Behind | None) -> None:
    if behind is None:
        return
    which, words = behind
    is_of_all = not which.overran
    # A chair serves everybody, and so does the list behind it.
    filters = replace(context.filters, diagnosis_groups=(), phases=())
    scoped = replace(context, filters=filters) if is_of_all else context
    behind_section(scoped, which, words, key=f"behind-{finding.key}")


def _at_once(context: PageContext, known: CapacityKnown) -> None:
    """Chairs at once, of one site: its clock and its chairs."""
    sites = known.known.sort_values(["scheduled_share", "site_key"], ascending=[False, True])
    keys = {known.names[key]: int(key) for key in sites["site_key"]}
    if not keys:
        return
    site = next(iter(keys.values()))
    if len(keys) > 1:
        chosen = st.selectbox(
            "Site",
            list(keys),
            key="capacity-site",
            bind="query-params",
            width=280,
            help="Of which site the chairs in use at once are shown",
        )
        site = keys.get(chosen, site)
    finding = remembered(
        context,
        "capacity: at once",
        lambda: at_once_finding(known, site),
        known.late_hours,
        site,
    )
    if finding is not None:
        show(finding)


CAPACITY_DEFINITIONS = f"""
- **Open time**: the site's opening hours times its chairs, without closures, from the site's first
  day with any appointment; of the days of the period that have passed. Opening hours and chairs are
  those of today. Without opening hours or without chairs it is unknown, never 0.
- **Booked**: the planned time of the appointments on a chair that were not cancelled; what overlaps
  counts once. **Scheduled utilisation**: booked of open time.
- **Used**: from the planned start, or the infusion's if that was earlier, to the discharge; without
  a discharge to the end of the infusion or the planned end, whichever is later; of patients who
  came. Infusions without an appointment count by their own times. **Actual utilisation**: used of
  open time. Both are of all diagnoses and phases, because a chair serves everybody.
- **Published** for infusion centres: scheduled about {PUBLISHED_SCHEDULED:.0%}, actual about
  {PUBLISHED_ACTUAL:.0%} (Advisory Board 2019, oncology); the best 82–90 % (a vendor's figure).
- **Bottleneck**: a chair of which {FULL_SHARE:.0%} of its open time is scheduled, or half of it and
  {UNEVEN_RATIO:g} times as much as of the site's other chairs; else an hour of the week in which
  {FULL_SHARE:.0%} of a site's chair time is scheduled, over at least {FEWEST_DAYS} days.
- **Lost chair time**: planned for appointments that were missed, or cancelled and not filled again.
  A slot is filled again where appointments that were booked after the cancellation cover at least
  half of it on the same chair. The parts are planned minutes, so they may overlap what was used.
- **Ran over**: discharged after the planned end. **Cause**: the part of the stay (start after the
  planned one, length of the infusion, recovery until discharge) that exceeds the clinic's own
  median of the period's last {USUAL_WEEKS} weeks by most; where none does, the block is too short
  for a usual stay. It says where the time went, not whose fault it is. Intervals are 95 % Wilson
  score intervals; a site stands out where its difference from all others together has a Newcombe
  interval that leaves out zero, at a confidence raised for the number of sites (Bonferroni).
- **Too long**: appointments of more than {LONGEST_MINUTES // 60} hours hold no chair time.
- **Days and hours** are by each site's own clock. Spans end at midnight.
"""
