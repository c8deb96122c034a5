"""The answer of the Today page in words, and its key figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd
import streamlit as st

from access.viewer import Permission
from charts.numbers import percent
from clinical.attendance import Outcome, due_and_missed
from clinical.calendar import day_date, day_number
from clinical.codes import AppointmentKind
from clinical.incidence import Proportion, difference, proportion
from clinical.schedule import window_sums
from clinical.series import INDUCTION_GAP_DAYS, NEW_INDUCTION_GAP_DAYS
from pages.shared.context import PageContext
from pages.shared.frame import KeyFigure, plain
from pages.shared.watch import Watch
from pages.shared.words import count_words, day_words, rate_words, weekday_words
from pages.today.known import (
    BEFORE_DAYS,
    LOOK_AHEAD_DAYS,
    RECENT_DAYS,
    TREND_WEEKS,
    Known,
    Moment,
)
from pages.today.rises import rise_words

_USUAL_WINDOWS = 4
_COUNTED = (
    (Outcome.ATTENDED, "done"),
    (Outcome.UNDER_WAY, "under way"),
    (Outcome.TO_COME, "to come"),
    (Outcome.NOT_CLOSED, "past time and still booked"),
    (Outcome.MISSED, "missed"),
)


def answer(known: Known, moment: Moment) -> str:
    """Today in one sentence (markdown)."""
    counts = known.of_today.groupby("outcome")["appointments"].sum()
    cancelled = int(counts.get(Outcome.CANCELLED, 0))
    expected = known.of_today[known.of_today["outcome"] != Outcome.CANCELLED]
    total = int(expected["appointments"].sum())
    if total == 0:
        return _nothing_today(known, moment) + _cancelled_words(cancelled, "of the booked ")
    parts = [f"{counts[each]:,} {words}" for each, words in _COUNTED if counts.get(each, 0)]
    of_infusion = expected["kind"] == AppointmentKind.INFUSION
    infusions = int(expected.loc[of_infusion, "appointments"].sum())
    sites = expected["site_key"].nunique()
    return (
        f"Today **{count_words(total, 'appointment')}** at {count_words(sites, 'site')}: "
        f"{', '.join(parts)}; {count_words(infusions, 'is an infusion', 'are infusions')}."
        + _cancelled_words(cancelled, "more ")
    )


def _cancelled_words(cancelled: int, what: str) -> str:
    return f" {count_words(cancelled, f'{what}was', f'{what}were')} cancelled." if cancelled else ""


def _nothing_today(known: Known, moment: Moment) -> str:
    words = f"No appointments today, {weekday_words(moment.today)}"
    if moment.today in known.closed:
        words += f" ({plain(known.closed[moment.today])})."
    elif not known.is_open:
        words += f". The clinic is closed on {moment.today:%A}s."
    else:
        words += "."
    ahead = known.by_day[known.by_day["outcome"] == Outcome.TO_COME]
    ahead = ahead[ahead["day"] > day_number(moment.today)]
    if ahead.empty:
        return f"{words} None is booked in the next {LOOK_AHEAD_DAYS} days."
    day = int(ahead["day"].min())
    booked = int(ahead.loc[ahead["day"] == day, "appointments"].sum())
    return f"{words} Next: **{weekday_words(day_date(day))}** with {booked:,} booked."


def asks(known: Known, moment: Moment, seen: Watch | None) -> str:
    """What asks staff to act, the most urgent first (markdown).

    ``seen``: of side effects; ``None`` where the reader may not see them.
    """
    found = []
    if moment.known_at.date() < moment.today:
        last = weekday_words(moment.known_at.date())
        found.append(f"the data ends on {last}, so what has happened since is not in it")
    overdue = int(known.of_today.loc[known.of_today["overdue"] == 1, "appointments"].sum())
    if overdue:
        what = count_words(overdue, "booked appointment is", "booked appointments are")
        found.append(f"{what} past {'its' if overdue == 1 else 'their'} time")
    if known.active.unbooked:
        what = count_words(known.active.unbooked, "patient")
        found.append(f"{what} in induction without a next infusion booked")
    if seen is not None:
        found.extend(rise_words(seen))
    return f"**For staff:** {'; '.join(found) or 'nothing stands out'}."


def why_nothing(context: PageContext, moment: Moment) -> str:
    """What was looked for in vain, and where the data really is."""
    first = moment.recent - timedelta(days=BEFORE_DAYS)
    last = moment.today + timedelta(days=LOOK_AHEAD_DAYS)
    status = context.status
    reach = "there are no infusions in the database yet"
    if status.first_day is not None and status.last_day is not None:
        reach = f"infusions run from {day_words(status.first_day)} to {day_words(status.last_day)}"
    return (
        f"No appointments between {day_words(first)} and {day_words(last)} with these filters; "
        f"{reach}."
    )


def figures(context: PageContext, known: Known, moment: Moment) -> list[KeyFigure]:
    """The numbers to watch, each with a link to the page that says more.

    Four of them; without the side effects where the reader may not see them.
    """
    pages = context.pages
    found = [
        _infusions_figure(known, moment, pages.get("appointments")),
        _patients_figure(known, pages.get("patients")),
        _missed_figure(known, moment, pages.get("appointments")),
    ]
    if context.viewer.may(Permission.SEE_CLINICAL):
        found.insert(2, _side_effects_figure(known, moment, pages.get("side-effects")))
    return found


def _infusions_figure(known: Known, moment: Moment, link: st.Page | None) -> KeyFigure:
    weeks = window_sums(known.infusions, ["infusions"], moment.yesterday, 7, TREND_WEEKS)
    counts = weeks["infusions"].tolist()
    return KeyFigure(
        label="Infusions in the last 7 days",
        value=f"{counts[-1]:,}",
        change=_against_average(counts),
        trend=counts,
        help="Infusions that were started in the seven days before today, against the average of "
        f"the {_USUAL_WINDOWS} times seven days before them. The line: {TREND_WEEKS} times seven "
        "days.",
        link=link,
    )


def _against_average(counts: Sequence[int]) -> str:
    """The last of equal periods against the mean of the four before it, in words."""
    usual = sum(counts[-1 - _USUAL_WINDOWS : -1]) / _USUAL_WINDOWS
    gap = round(counts[-1] - usual)
    if gap == 0:
        return f"as in the 4 weeks before ({usual:,.0f})"
    return f"{abs(gap):,} {'more' if gap > 0 else 'fewer'} than the 4-week average ({usual:,.0f})"


def _patients_figure(known: Known, link: st.Page | None) -> KeyFigure:
    active, treated = known.active, known.treated
    return KeyFigure(
        label="Patients in an active series",
        value=f"{active.induction + active.maintenance:,}",
        change=f"{active.induction:,} in induction · {treated[-1]:,} treated in 7 days",
        trend=treated,
        help="In induction with an infusion in the last "
        f"{INDUCTION_GAP_DAYS} days and fewer than planned, or in maintenance with one in the last "
        f"{NEW_INDUCTION_GAP_DAYS} days. The line: patients treated in each of {TREND_WEEKS} "
        "times seven days before today.",
        link=link,
    )


def _side_effects_figure(known: Known, moment: Moment, link: st.Page | None) -> KeyFigure:
    rates = _Rates(known.infusions, "affected", "recorded", moment)
    return rates.figure(
        f"Infusions with a side effect, {RECENT_DAYS} days",
        "Infusions with at least one side effect, of those whose side-effect form was filled in",
        link,
    )


def _missed_figure(known: Known, moment: Moment, link: st.Page | None) -> KeyFigure:
    past = known.by_day[known.by_day["day"] < day_number(moment.today)]
    due, missed = due_and_missed(past)
    rates = _Rates(past.assign(due=due, missed=missed), "missed", "due", moment)
    return rates.figure(
        f"Appointments missed, {RECENT_DAYS} days",
        "Missed, of the appointments that were due (attended or missed, not cancelled)",
        link,
    )


@dataclass(frozen=True, slots=True)
class _Rates:
    """``events`` of ``n``, two columns of ``by_day``, in the recent days and in those before."""

    by_day: pd.DataFrame
    events: str
    n: str
    moment: Moment

    def between(self, first: date, last: date) -> Proportion:
        """The rate of a period, both days included."""
        chosen = self.by_day["day"].between(day_number(first), day_number(last))
        sums = self.by_day.loc[chosen, [self.events, self.n]].sum()
        return proportion(int(sums[self.events]), int(sums[self.n]))

    def figure(self, label: str, meaning: str, link: st.Page | None) -> KeyFigure:
        """The recent rate as a key figure."""
        start = self.moment.recent
        recent = self.between(start, self.moment.yesterday)
        before = self.between(start - timedelta(days=BEFORE_DAYS), start - timedelta(days=1))
        gap = difference(recent, before)
        judgement = ("bad" if (gap.estimate or 0.0) > 0 else "good") if gap.is_clear else ""
        return KeyFigure(
            label=label,
            value=percent(recent.estimate),
            change=f"{recent.events:,} of {recent.n:,} · before {percent(before.estimate)}",
            judgement=judgement,
            trend=self._trend(),
            help=f"{meaning}, in the {RECENT_DAYS} days before today ({rate_words(recent)}). "
            f"Before: the {BEFORE_DAYS} days before them ({rate_words(before)}, n {before.n:,}). "
            "Coloured where the 95 % interval of the difference leaves out zero. The line: by "
            "seven days.",
            link=link,
        )

    def _trend(self) -> list[float]:
        """The rates of equal weeks; no line where one of them has no data."""
        columns = [self.events, self.n]
        weeks = window_sums(self.by_day, columns, self.moment.yesterday, 7, TREND_WEEKS)
        if not weeks[self.n].all():
            return []
        return [float(rate) for rate in (100 * weeks[self.events] / weeks[self.n]).round(2)]
