"""Who comes, who cancels, and who stays away."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import streamlit as st

from access.viewer import Permission
from clinical.attendance import Outcome
from clinical.attendance_trend import MOST_WEEKS, unit_of
from clinical.codes import AppointmentStatus, DaysAhead
from clinical.refills import NOTICE_BANDS, NOTICE_STARTS, UNKNOWN_NOTICE
from clinical.thresholds import Thresholds
from clinical.trend_unit import Unit
from data_access import appointment_attendance as queries
from data_access.appointments_behind import AppointmentsBehind
from data_access.thresholds import read_thresholds
from pages.appointments.attendance_answer import answer, cell_label, figures, record_words
from pages.appointments.attendance_bookings import BOOKINGS, behind_booking
from pages.appointments.attendance_findings import (
    labelled,
    outcome_frame,
    reasons_frame,
    site_and_kind_frame,
    smaller_findings,
    week_cells,
)
from pages.appointments.attendance_known import (
    HOUR,
    KIND,
    LEAD,
    NEWCOMER,
    SITE,
    WEEKDAY,
    AttendanceKnown,
    look_up,
)
from pages.appointments.attendance_trend import Rate, control_finding
from pages.appointments.behind import behind_section, show_choosable
from pages.shared.context import PageContext
from pages.shared.frame import (
    Finding,
    heading,
    key_figures,
    nothing,
    plain,
    sentence,
    table,
)
from pages.shared.memory import remembered
from pages.shared.who_may import for_others
from pages.shared.words import count_words, day_words
from pages.side_effects.trend_words import period_words

_AUTOMATIC = "Automatic"
_EXACT, _LANEY = "Exact", "Laney"
_Behind = tuple[AppointmentsBehind, str]
"""The appointments of a chosen point, and words (markdown) for what it is."""


def attendance_view(context: PageContext) -> None:
    """Draw the view."""
    thresholds = read_thresholds(context.connection, context.viewer)
    asked = thresholds.late_notice_hours
    known = remembered(context, "attendance", lambda: look_up(context, thresholds), asked)
    if known is None:
        nothing(
            f"No appointment between {day_words(context.filters.start)} and "
            f"{day_words(context.filters.end)} lies in the past with these filters, so there is "
            "no attendance to tell of."
        )
        return
    sentence(answer(known))
    if record := record_words(known):
        st.caption(record)
    key_figures(figures(known))
    _trend(context, known, thresholds)
    _pictures(context, known)
    _tables(context, known)


def _trend(context: PageContext, known: AttendanceKnown, thresholds: Thresholds) -> None:
    """The control chart, and what lies behind its chosen point."""
    rate, wished, laney = _choose_trend()
    unit = unit_of(known.weekly) if wished is None else wished
    too_long = known.weekly.periods.count > MOST_WEEKS
    unit = Unit.MONTH if too_long else unit
    finding = remembered(
        context,
        "attendance trend",
        lambda: control_finding(known, thresholds, rate, unit, laney=laney),
        thresholds,
        rate,
        unit,
        laney,
    )
    chosen = show_choosable(context, finding)
    if wished is Unit.WEEK and too_long:
        st.caption(f"Months, because over {MOST_WEEKS} weeks cannot be told apart in one picture.")
    _behind(context, finding, _behind_period(known, rate, unit, chosen))


def _choose_trend() -> tuple[Rate, Unit | None, bool]:
    with st.container(horizontal=True, vertical_alignment="bottom", key="attendance-choices"):
        rate = st.segmented_control(
            "Rate",
            [each.value for each in Rate],
            default=Rate.MISSED.value,
            required=True,
            key="attendance-rate",
            bind="query-params",
            help="Which rate the limits are of; the other is the thin line beside it.",
        )
        unit = st.segmented_control(
            "Period",
            [_AUTOMATIC, *(unit.value.capitalize() for unit in Unit)],
            default=_AUTOMATIC,
            required=True,
            key="attendance-unit",
            bind="query-params",
            help="Automatic: weeks where the usual one has 10 appointments due and one missed is "
            "to be expected in it, else months.",
        )
        limits = st.segmented_control(
            "Limits",
            [_EXACT, _LANEY],
            default=_EXACT,
            required=True,
            key="attendance-limits",
            bind="query-params",
            help="Exact: what chance alone gives, for counts of any size. Laney: wider where the "
            "periods differ by more than chance, for large counts.",
        )
    wished = None if unit in (None, _AUTOMATIC) else Unit(str(unit).lower())
    return Rate(rate or Rate.MISSED), wished, limits == _LANEY


def _behind_period(
    known: AttendanceKnown, rate: Rate, unit: Unit, chosen: list[Any]
) -> _Behind | None:
    periods = (known.weekly if unit is Unit.WEEK else known.monthly).periods
    keys = [key for custom in chosen if isinstance(custom, list) for key in custom[1:2]]
    period = next(
        (
            found
            for key in keys
            if isinstance(key, str) and (found := periods.of_key(key)) is not None
        ),
        None,
    )
    if period is None:
        return None
    days = (
        max(periods.first_day(period), known.period.first),
        min(periods.last_day(period), known.period.passed),
    )
    name = period_words(periods, period)
    return _of_rate(
        AppointmentsBehind(days=days, passed_only=True), rate, f"{name[:1].upper()}{name[1:]}"
    )


def _of_rate(behind: AppointmentsBehind, rate: Rate, words: str) -> _Behind:
    """What the rate counts."""
    if rate is Rate.MISSED:
        return replace(behind, statuses=(int(AppointmentStatus.NOSHOW),)), f"{words}, missed"
    return replace(behind, lost=True), f"{words}, missed or cancelled late"


def _pictures(context: PageContext, known: AttendanceKnown) -> None:
    """The smaller pictures, and what lies behind the chosen dots."""
    found = remembered(
        context, "attendance pictures", lambda: smaller_findings(known), known.late_hours
    )
    with st.grid(2, min_column_width=420):
        chosen = [show_choosable(context, finding) for finding in found]
    for finding, points in zip(found, chosen, strict=True):
        _behind(context, finding, _READERS[finding.key](known, points))


def _behind(context: PageContext, finding: Finding, found: _Behind | None) -> None:
    if found is not None:
        behind_section(context, *found, key=f"behind-{finding.key}")


_FIELDS = {
    WEEKDAY: "weekdays",
    HOUR: "hours",
    SITE: "site_keys",
    KIND: "kinds",
    LEAD: "lead_bands",
    NEWCOMER: "newcomers",
}
"""The field of :class:`AppointmentsBehind` that holds a group's key."""


def _behind_group(known: AttendanceKnown, points: list[Any]) -> _Behind | None:
    """The appointments of a group. What a browser sends may be anything."""
    match points:
        case [[_, "missed" | "lost" as rate, str(by), int(key)], *_] if by in _FIELDS:
            drawn = labelled(known, (by,))
            some = drawn[drawn["key"] == key] if len(drawn) else drawn
            if some.empty:
                return None
            of_group: dict[str, Any] = {_FIELDS[by]: (key,)}
            return _of_rate(
                AppointmentsBehind(passed_only=True, **of_group),
                Rate.MISSED if rate == "missed" else Rate.LOST,
                plain(some["label"].iloc[0]),
            )
    return None


def _behind_cell(known: AttendanceKnown, points: list[Any]) -> _Behind | None:
    match points:
        case [[_, int(site), int(weekday)], *_]:
            cells = week_cells(known)
            if not ((cells["site_key"] == site) & (cells["weekday"] == weekday)).any():
                return None
            return _of_rate(
                AppointmentsBehind(passed_only=True, site_keys=(site,), weekdays=(weekday,)),
                Rate.MISSED,
                plain(cell_label(known.sites[site], weekday)),
            )
    return None


def _behind_notice(_: AttendanceKnown, points: list[Any]) -> _Behind | None:
    match points:
        case [[_, "notice", int(band)], *_] if 0 <= band < len(NOTICE_BANDS):
            return (
                replace(_of_notice(band), passed_only=True, refilled=False),
                f"{NOTICE_BANDS[band]}, not refilled",
            )
    return None


def _of_notice(band: int) -> AppointmentsBehind:
    if band == UNKNOWN_NOTICE:
        unknown = (int(DaysAhead.UNKNOWN),)
        return AppointmentsBehind(outcomes=(int(Outcome.CANCELLED),), notice_bands=unknown)
    bounds = (None, *NOTICE_STARTS, None)
    return AppointmentsBehind(notice_hours=(bounds[band], bounds[band + 1]))


_READERS: dict[str, Callable[[AttendanceKnown, list[Any]], _Behind | None]] = {
    "attendance-week": _behind_cell,
    "attendance-weekday": _behind_group,
    "attendance-hour": _behind_group,
    "attendance-lead": _behind_group,
    "attendance-who": _behind_group,
    BOOKINGS: behind_booking,
    "attendance-refills": _behind_notice,
}
"""What reads the chosen points of each picture."""


def _tables(context: PageContext, known: AttendanceKnown) -> None:
    passed = count_words(known.in_all.appointments, "appointment")
    heading("What became of them", f"{passed} whose day has passed")
    table(outcome_frame(known), "attendance-outcomes")
    heading("Rates by site and kind", "Appointments of the period whose day has passed")
    table(site_and_kind_frame(known), "attendance-by-site-and-kind")
    _reasons(context, known)


def _reasons(context: PageContext, known: AttendanceKnown) -> None:
    """Why they were cancelled; asked for only when somebody wants to know."""
    if not known.in_all.cancelled:
        return
    if not context.viewer.may(Permission.SEE_CLINICAL):
        what = "Why they were cancelled, which is free text,"
        st.caption(for_others(context.viewer, what, Permission.SEE_CLINICAL))
        return
    opened = st.expander("Why they were cancelled", key="attendance-reasons", on_change="rerun")
    if not opened.open:
        return
    passed = replace(context.filters, end=known.period.passed)
    reasons = remembered(
        context,
        "attendance reasons",
        lambda: queries.cancellation_reasons(
            context.connection, context.viewer, passed, known.late_hours
        ),
        known.late_hours,
    )
    with opened:
        st.caption(
            f"{count_words(known.in_all.cancelled, 'cancelled appointment')}, as recorded; "
            f"reasons of fewer than {queries.LEAST_NAMED} are put together"
        )
        table(
            reasons_frame(reasons, known.in_all.cancelled, known.late_hours),
            "cancellation-reasons",
        )


ATTENDANCE_DEFINITIONS = """
- **Due**: attended (done, or arrived on a day that has passed) or missed. **Missed rate**
  (no-show): missed, of those due. Only appointments whose day has passed are judged.
- **Cancelled late**: with less notice than the clinic allows (the threshold `late_notice_hours`);
  **cancelled earlier**: the others. Where the time of the cancellation is not recorded it counts as
  earlier, and is said.
- **Missed or cancelled late** (the lost rate): both together, of those due or cancelled late. It
  always stands beside the missed rate: a late cancellation leaves a slot as empty as a missed
  appointment, yet improves the missed rate, because it takes the appointment out of those due.
- **Not closed**: still booked although the day has passed; a fault of the record, in no rate.
- **Intervals** of rates are 95 % Wilson score intervals; of a change, Newcombe's hybrid score
  interval.
- **Control chart**: each week (or month) is held against the reference, all but the last 12 weeks
  (3 months), by exact binomial limits. Single points, runs on one side and cumulative sums share
  one budget of false marks (`false_alarm_years`, `run_rules`) over both rates, as on Side effects.
  A period in which nothing was due is a gap. *Laney* (2002): wider limits where the periods differ
  by more than chance.
- **Expected**: how many of a group's appointments would have been missed, had each been missed as
  often as those of its kind (consultation, infusion, follow-up) are within the filters; indirect
  standardisation (Breslow and Day 1987). Kinds are held against all appointments. **Beyond
  chance**: exact binomial test, two-sided; named where the false-discovery rate over all groups of
  weekday at a site, weekday, hour, site, kind, lead time, and new or returning together stays under
  5 % (Benjamini and Hochberg 1995). Appointments count as independent although patients have
  several.
- **Lead time**: calendar days from the booking to the appointment. **New**: the patient had
  attended nothing before.
- **Freed slot**: a cancelled appointment on a chair, of days that have passed. **Refilled**: at
  least half of its minutes on that chair were given to appointments booked after the cancellation.
- **Published**: infusion centres miss 5 % (median; Advisory Board 2019, oncology); outpatient
  psychiatry 2–30 % (31 % in an academic clinic), first visits more often than later ones.
- **Reasons** of fewer than five cancellations are not shown, because free text may tell who it was.
"""
