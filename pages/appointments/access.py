"""How long it takes to be seen and treated, when the next slot is, and how many get there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import pandas as pd
import streamlit as st

from access.viewer import Permission
from clinical.access_times import MEDIAN, Waits, Way, waits, waits_by
from clinical.funnel import by_source, days_on_the_way, stages
from clinical.rhythm import kept_rhythm
from data_access import appointment_access as queries
from data_access import sites
from data_access.thresholds import read_thresholds
from pages.appointments.access_findings import (
    Slots,
    access_answer,
    curves_finding,
    months_finding,
    quality_words,
    sites_finding,
    slots_figure,
    slots_finding,
    wait_figure,
)
from pages.appointments.access_people import chosen_bar, people_section
from pages.appointments.access_slots import read_slots
from pages.appointments.behind import show_choosable
from pages.appointments.funnel_findings import (
    FEW,
    MOST_SOURCES,
    NO_SOURCE,
    OTHER_SOURCES,
    Funnel,
    funnel_finding,
    monthly_rhythm,
    rhythm_figure,
    rhythm_findings,
    skipped_words,
    sources_finding,
)
from pages.shared.context import PageContext
from pages.shared.frame import (
    Finding,
    KeyFigure,
    finding_grid,
    heading,
    key_figures,
    nothing,
    sentence,
    show,
)
from pages.shared.memory import remembered
from pages.shared.who_may import for_others
from pages.shared.words import count_words, day_words


@dataclass(frozen=True, slots=True)
class _Rhythm:
    """Courses that kept their rhythm: of all, by month of the start and by site."""

    of_all: dict[str, int]
    by_month: pd.DataFrame
    by_site: pd.DataFrame


@dataclass(frozen=True, slots=True)
class _Counts:
    """The totals of the view.

    ``people``: who entered in the period; ``waits`` of them by part of the way, the two that are
    drawn also by month and by site; ``funnel``: ``None`` where nobody is judged yet.
    """

    people: int
    waits: dict[Way, Waits]
    by_month: dict[Way, dict[int, Waits]]
    by_site: dict[Way, dict[int, Waits]]
    funnel: Funnel | None
    days_on_the_way: int
    rhythm: _Rhythm
    slots: list[Slots]


_DRAWN = (Way.SEEN, Way.TREATED)
"""The parts of the way that the pictures show, from the referral on."""


def access_view(context: PageContext) -> None:
    """Draw the view."""
    per_week = read_thresholds(context.connection, context.viewer).rhythm_per_week
    counts = remembered(context, "access", lambda: _count(context, per_week), per_week)
    names = sites.site_names(context.connection, context.viewer)
    if counts.people:
        _answer(context, counts, names)
        key_figures(_figures(context, counts, per_week))
    else:
        nothing(_nobody_words(context))
    drawn = remembered(
        context, "access: findings", lambda: _findings(context, counts, names, per_week), per_week
    )
    for finding in drawn[:1]:
        show(finding)
    finding_grid(drawn[1:])
    if counts.people:
        _way_to_course(context, counts)


def _nobody_words(context: PageContext) -> str:
    period = f"{day_words(context.filters.start)} and {day_words(context.filters.end)}"
    words = f"Nobody was referred, seen or treated for the first time between {period}"
    status = context.status
    if status.first_day is None or status.last_day is None:
        return f"{words} with these filters."
    return (
        f"{words} with these filters; infusions run from {day_words(status.first_day)} to "
        f"{day_words(status.last_day)}."
    )


def _count(context: PageContext, per_week: int) -> _Counts:
    asked = context.connection, context.viewer, context.filters, context.today
    ways = queries.ways(*asked)
    days = days_on_the_way(ways)
    return _Counts(
        people=int(ways["people"].sum()),
        waits={way: waits(ways, way) for way in Way},
        by_month={way: waits_by(ways, way, "month") for way in _DRAWN},
        by_site={way: waits_by(ways, way, "site_key") for way in _DRAWN},
        funnel=_funnel(context, ways, days),
        days_on_the_way=days,
        rhythm=_rhythm(queries.induction_courses(*asked), per_week),
        slots=read_slots(context),
    )


def _funnel(context: PageContext, ways: pd.DataFrame, days: int) -> Funnel | None:
    """The way of those who entered so long ago that they are no longer on it."""
    judged = ways[ways["waited"] >= days]
    if judged.empty:
        return None
    return Funnel(
        stages=stages(judged),
        sources=by_source(judged, MOST_SOURCES, OTHER_SOURCES, NO_SOURCE),
        days=days,
        entered_until=min(context.filters.end, context.today - timedelta(days=days)),
        on_the_way=int(ways["people"].sum() - judged["people"].sum()),
    )


def _rhythm(courses: pd.DataFrame, per_week: int) -> _Rhythm:
    of_all = kept_rhythm(courses, per_week).iloc[0]
    return _Rhythm(
        of_all={str(name): int(count) for name, count in of_all.items()},
        by_month=kept_rhythm(courses, per_week, ["month"]),
        by_site=kept_rhythm(courses, per_week, ["site_key"]),
    )


def _answer(context: PageContext, counts: _Counts, names: Mapping[int, str]) -> None:
    sentence(
        access_answer(
            counts.waits[Way.SEEN],
            counts.waits[Way.TREATED],
            counts.slots,
            context.today,
            several=len(names) > 1,
        )
    )
    last = min(context.filters.end, context.today)
    st.caption(
        f"{count_words(counts.people, 'person was', 'people were')} referred, seen or treated for "
        f"the first time from {day_words(context.filters.start)} to {day_words(last)}. Who never "
        f"came counts as still waiting.{_phase_words(context)}"
    )
    for words in quality_words(counts.waits):
        st.markdown(f":gray-badge[Data quality] {words}")


def _phase_words(context: PageContext) -> str:
    if not context.filters.phases:
        return ""
    return (
        " The phase filter does not apply here: people count from their referral on, before any "
        "phase."
    )


def _figures(context: PageContext, counts: _Counts, per_week: int) -> list[KeyFigure]:
    return [
        wait_figure(Way.SEEN, counts.waits[Way.SEEN], _trend(counts.by_month[Way.SEEN])),
        wait_figure(Way.TREATED_AFTER, counts.waits[Way.TREATED_AFTER], ()),
        slots_figure(counts.slots, context.today),
        rhythm_figure(counts.rhythm.of_all, per_week, _rhythm_trend(counts.rhythm.by_month)),
    ]


def _trend(by_month: Mapping[int, Waits]) -> list[float]:
    """The median of each month up to the first in which half had not come yet."""
    found: list[float] = []
    for each in by_month.values():
        half = each.until(MEDIAN).days
        if half is None:
            break
        found.append(float(half))
    return found if len(found) > 1 else []


def _rhythm_trend(by_month: pd.DataFrame) -> list[float]:
    """The share of each month between those with enough courses; no line where one has none."""
    enough = by_month.loc[by_month["judged"] >= FEW, "month"]
    if len(enough) < 2:
        return []
    months = monthly_rhythm(by_month[by_month["month"].between(enough.min(), enough.max())])
    share = months["kept_share"]
    return [] if share.isna().any() else (100 * share).round(2).tolist()


def _findings(
    context: PageContext, counts: _Counts, names: Mapping[int, str], per_week: int
) -> list[Finding]:
    """The pictures; the first is the large one, where anybody was referred."""
    seen, treated = counts.waits[Way.SEEN], counts.waits[Way.TREATED]
    found = [
        curves_finding(seen, treated) if seen.n or treated.n else None,
        sites_finding(counts.by_site, names),
        slots_finding(counts.slots, context.today),
        months_finding(counts.by_month),
        *rhythm_findings(counts.rhythm.by_month, counts.rhythm.by_site, names, per_week),
    ]
    return [finding for finding in found if finding is not None]


def _way_to_course(context: PageContext, counts: _Counts) -> None:
    """The funnel, the people behind a bar of it, and the referral sources."""
    funnel = counts.funnel
    heading(
        "From consultation to course",
        f"Who entered within the last {counts.days_on_the_way} days is still on the way, and not "
        "judged",
    )
    if funnel is None:
        nothing(
            f"{count_words(counts.people, 'person', 'people')} entered, all within the last "
            f"{counts.days_on_the_way} days: still on the way."
        )
        return
    if words := skipped_words(funnel):
        st.markdown(f":gray-badge[Data quality] {words}")
    drawn = show_choosable(context, funnel_finding(funnel), Permission.SEE_PATIENTS)
    chosen = chosen_bar(drawn, funnel.entered_until)
    if chosen is not None:
        people_section(context, chosen)
    _sources(context, funnel)


def _sources(context: PageContext, funnel: Funnel) -> None:
    """How people from each referral source fared; sources are free text."""
    if not context.viewer.may(Permission.SEE_CLINICAL):
        what = "The picture of referral sources, which are free text,"
        st.caption(for_others(context.viewer, what, Permission.SEE_CLINICAL))
        return
    sources = sources_finding(funnel)
    if sources is not None:
        show(sources)


ACCESS_DEFINITIONS = """
- **Who is counted**: people who entered in the period. Somebody enters on the first of the day of
  referral, of the first consultation appointment (whatever became of it) and of the first infusion.
  Site and diagnosis filters apply, the phase filter does not.
- **Referral to consultation**: days from the referral to the first consultation that was attended.
  Who is treated without one stops waiting for it that day. **Consultation to first infusion**: from
  there to the first infusion. **Referral to first infusion**: the whole way. People without the
  beginning of a wait on record are not in it; where the end lies before the beginning (a second
  referral, or a slip) they are left out, and said.
- **Days to 50, 80, 90 %**: the first day by which at least that share had come, by the estimator
  of Kaplan and Meier (1958). Who still waits counts as far as the wait has gone: to leave them out
  would make the waits look shorter. **Assumption**: who never comes counts as still waiting, as the
  records do not tell who has given up; so 90 % need not be reached, however quick the clinic.
  Band: 95 %, Greenwood's variance on the scale of log(-log S); interval of the days: where the band
  crosses the share (Brookmeyer and Crowley 1982).
- **Third next slot**: the day of the third free block in the site's chairs, from tomorrow on for
  eight weeks. A block is the median planned length of the site's infusions of the last 12 weeks and
  lies within one opening span on one chair; weekends count where the site is open, closures do not.
  Infusions that are booked without a chair take the chair that is freest at their time. Cancelled
  appointments, and those planned for more than 12 hours, hold none. The third because the first is
  often a slot just given back (Murray and Berwick 2003). Unknown without opening hours or chairs.
- **Kept their rhythm**: of the inductions that started in the period, those whose planned infusions
  were all given within 7 × (planned / infusions a week, rounded up) days from the first: six at two
  a week 21 days. How many a week is a threshold of the clinic (`rhythm_per_week`). Those without a
  plan on record count as planned for six. A course is judged once these days are over, even where
  it is complete before: else of recent starts only the quick ones would count. One that was stopped
  early did not keep its rhythm, whatever the reason. 95 % Wilson intervals.
- **Funnel**: who reached a later stage counts in all before it. **Course completed**: the planned
  infusions of the first course were given. Only people who entered long enough ago are judged:
  within how many days 90 % of those who completed had done so (of people who entered at least 180
  days ago; without 20 of them 60 days). Times between stages: the median of those for whom both
  days are known. "Lost" is what the records show: somebody may still come.
- **Referral source**: as the clinic wrote it; spellings that differ only in case or spaces are one.
"""
