"""The exposure ledger: what a patient has been given in all, and which check is due."""

from collections.abc import Sequence
from datetime import date

import pandas as pd
import streamlit as st

from charts.exposure import interval_chart
from clinical.calendar import day_date, day_number
from clinical.exposure import (
    CheckKind,
    CheckState,
    Dose,
    DrugTotal,
    Trend,
    booster_intervals,
    check_states,
    drug_totals,
    frequent_days,
    interval_trend,
    whole_months,
)
from clinical.thresholds import Thresholds
from data_access.exposure import patient_checks, patient_doses
from pages.shared.context import PageContext
from pages.shared.frame import Finding, heading, nothing, plain, show, table
from pages.shared.words import count_words, day_words, listed

_NAMES = {
    CheckKind.BLADDER: "Bladder",
    CheckKind.LIVER: "Liver values",
    CheckKind.WEIGHT: "Weight",
    CheckKind.COGNITION: "Cognition",
}


def exposure_section(context: PageContext, patient_key: int, thresholds: Thresholds) -> None:
    """Draw the ledger of the whole record: the totals, the checks, and the booster intervals."""
    asked = context.connection, context.viewer, patient_key
    doses = patient_doses(*asked)
    if not doses:
        nothing("No infusion has been recorded, so there is no exposure to count.")
        return
    today = day_number(context.today)
    states = check_states(doses, patient_checks(*asked), thresholds, today)
    with st.grid(2, min_column_width=420):
        with st.container(border=True, height="stretch", key="ledger"):
            heading(checks_title(states), totals_sentence(doses, today))
            caution = frequency_sentence(doses)
            if caution:
                st.markdown(caution)
            table(checks_table(states, today), "checks")
        finding = intervals_finding(doses)
        if finding is None:
            nothing("No interval between boosters yet: this takes two in one maintenance series.")
        else:
            show(finding)


def exposure_definitions(thresholds: Thresholds) -> str:
    """What the page says at its foot about this part."""
    return f"""
- **Ledger**: every infusion of the record, whatever series is chosen above. Milligrams of ketamine
  and of esketamine are never added up. The last 12 months begin the day after this day last year.
- **Checks**, by limits that this clinic has set: bladder after {thresholds.bladder_days} days or
  {thresholds.bladder_infusions} infusions, whichever comes first; liver values after
  {thresholds.liver_days} days while in maintenance; weight when {thresholds.weight_days} days old
  (a weight noted with an infusion counts). On the day of its limit a check is due. What was never
  recorded is counted from the first infusion.
- **Booster intervals**: days between the infusions of the latest maintenance series; the median of
  the last three against the median of those before.
- **Frequency**: more than two infusions within a week, later than two months after a treatment
  began, call for caution (American Psychiatric Association, consensus statement of 2017).
"""


def check_name(state: CheckState) -> str:
    """What is checked."""
    return _NAMES[state.kind]


def checks_title(states: Sequence[CheckState]) -> str:
    """What is due and what was abnormal, in words."""
    due = [_NAMES[state.kind].lower() for state in states if state.due]
    abnormal = [
        f"{_NAMES[state.kind].lower()} {_verb(state)} abnormal on {_day(state.last.day)}"
        for state in states
        if state.abnormal and state.last is not None
    ]
    parts = [f"{listed(due)} {'is' if len(due) == 1 else 'are'} due"] if due else []
    if due == [_NAMES[CheckKind.LIVER].lower()]:
        parts = [f"{due[0]} are due"]
    words = "; ".join([*parts, *abnormal]) or "no check is due"
    return words[0].upper() + words[1:]


def _verb(state: CheckState) -> str:
    return "were" if state.kind is CheckKind.LIVER else "was"


def totals_sentence(doses: Sequence[Dose], today: int) -> str:
    """How many infusions, how much, over which time."""
    totals = drug_totals(doses, today)
    first, last = doses[0].day, doses[-1].day
    months, ago = whole_months(first, today), today - last
    since = count_words(months, "month") if months > 1 else count_words(today - first, "day")
    when = "today" if ago <= 0 else f"{count_words(ago, 'day')} ago"
    return (
        f"{'; '.join(_total_words(total) for total in totals)}. "
        f"First infusion {_day(first)}, {since} ago; last {when}"
    )


def _total_words(total: DrugTotal) -> str:
    return (
        f"{count_words(total.infusions, 'infusion')} ({total.last_12_months:,} in the last 12 "
        f"months), {total.mg:,.0f} mg of {plain(total.drug)} in all"
    )


def frequency_sentence(doses: Sequence[Dose]) -> str:
    """The caution about frequency where it applies, else nothing."""
    days = frequent_days([dose.day for dose in doses])
    if not days:
        return ""
    latest = f"latest in the week to {_day(days[-1])}"
    return (
        f"**More than two infusions a week beyond two months of treatment** on "
        f"{count_words(len(days), 'day')}, {latest}; the APA consensus of 2017 advises caution."
    )


def checks_table(states: Sequence[CheckState], today: int) -> pd.DataFrame:
    """A row for each kind of check."""
    return pd.DataFrame(
        {
            "Check": [_NAMES[state.kind] for state in states],
            "Last": [_last(state, today) for state in states],
            "Result": [_result(state) for state in states],
            "Next": [due_words(state) for state in states],
        }
    )


def _last(state: CheckState, today: int) -> str:
    if state.last is None:
        return "never recorded"
    ago = today - state.last.day
    return f"{_day(state.last.day)} ({count_words(ago, 'day')} ago)"


def _result(state: CheckState) -> str:
    if state.last is None:
        return ""
    result = "▲ ABNORMAL" if state.abnormal else state.last.result or ""
    parts = [part for part in (result, _value(state)) if part]
    return ", ".join(parts) or "not recorded"


def _value(state: CheckState) -> str:
    """The value as recorded; a bare number of a weight is in kg."""
    value = (state.last.value if state.last else None) or ""
    is_number = value.replace(".", "", 1).isdigit()
    return f"{value} kg" if state.kind is CheckKind.WEIGHT and is_number else value


def due_words(state: CheckState) -> str:
    """``due since 3 Aug 2026``, ``due on …``, or why there is nothing due."""
    if state.due_day is None:
        only = state.kind is CheckKind.LIVER
        return "due in maintenance only" if only else "no interval is set"
    return f"▲ due since {_day(state.due_day)}" if state.due else f"due on {_day(state.due_day)}"


def intervals_finding(doses: Sequence[Dose]) -> Finding | None:
    """The intervals between boosters; ``None`` where there is none."""
    intervals = booster_intervals(doses)
    trend = interval_trend([days for _, days in intervals])
    if trend is None:
        return None
    frame = pd.DataFrame(
        {
            "day": [day_date(day) for day, _ in intervals],
            "days": [days for _, days in intervals],
        }
    )
    title = intervals_title(trend)
    return Finding(
        key="booster-intervals",
        title=title,
        subtitle=(
            f"{count_words(len(intervals), 'interval')} in the latest maintenance series"
            f"{_compared(trend)}"
        ),
        chart=interval_chart(frame, trend),
        table=lambda: frame.rename(columns={"day": "Booster", "days": "Days since the one before"}),
        alt=f"Days between boosters. {title}.",
    )


def _compared(trend: Trend) -> str:
    if trend.earlier is None:
        return ""
    return f"; medians of the last {trend.recent_count} and of the {trend.earlier_count} before"


def intervals_title(trend: Trend) -> str:
    """``Boosters every 32 days, earlier every 28``."""
    recent = f"Boosters every {trend.recent:g} days"
    if trend.earlier is None:
        return f"{recent}, too few to tell a trend"
    if trend.earlier == trend.recent:
        return f"{recent}, as before"
    return f"{recent}, earlier every {trend.earlier:g}"


def _day(number: int) -> str:
    day: date = day_date(number)
    return day_words(day)
