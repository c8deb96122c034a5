"""Infusions that were stopped early, and serious side effects: how many, why, and how long ago."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import pandas as pd
import streamlit as st

from charts.numbers import percent
from clinical.calendar import day_date, day_number
from clinical.incidence import Proportion, proportion
from clinical.serious_gaps import Gaps, judge_gaps
from data_access import serious_events as queries
from data_access import side_effect_trends, side_effects
from data_access.side_effect_trends import RareEvents
from data_access.treated import with_names
from pages.shared.context import PageContext
from pages.shared.frame import (
    KeyFigure,
    finding_grid,
    heading,
    key_figures,
    nothing,
    plain,
    sentence,
    show,
)
from pages.shared.memory import kept
from pages.shared.people_table import may_name
from pages.shared.words import count_words, day_words, listed
from pages.side_effects.infusion_table import infusion_table
from pages.side_effects.no_rates import no_infusions_words
from pages.side_effects.serious_findings import (
    death_words,
    event_details,
    gaps_finding,
    gaps_words,
    rare_words,
    severe_words,
    timeline_finding,
)
from pages.side_effects.stop_findings import (
    NO_REASON,
    folded,
    minute_finding,
    quarter_finding,
    quarters,
    reason_finding,
    reason_rates,
    stop_details,
)

_MOST_STOPS = 5_000
"""So many stopped infusions are looked at; a list holds the latest 200 of them."""

_NAMED_REASONS = 3

_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class _Counts:
    """The totals of the period: by month, by reason, by term and grade; and the serious ones.

    ``serious``: infusions with a serious side effect.
    """

    months: pd.DataFrame
    reasons: pd.DataFrame
    terms: pd.DataFrame
    serious: int
    rare: RareEvents
    end: date

    def total(self, name: str) -> int:
        return int(self.months[name].sum())

    def rate(self, events: str, n: str) -> Proportion:
        return proportion(self.total(events), self.total(n))

    @property
    def stopped(self) -> Proportion:
        return self.rate("stopped", "infusions")

    @property
    def with_serious(self) -> Proportion:
        return proportion(self.serious, self.total("recorded"))

    @property
    def open_days(self) -> int | None:
        """Days from the last serious infusion to the end of the period; ``None`` without one."""
        days = self.rare.events["day"]
        return None if days.empty else day_number(self.end) - int(days.iloc[-1])


def serious_view(context: PageContext) -> None:
    """Draw what was stopped and what was serious."""
    # Not shared: the reasons are in whatever words somebody wrote them.
    counts = kept(context, "stops and serious", lambda: _count(context))
    if not counts.total("infusions"):
        nothing(no_infusions_words(context))
        return
    sentence(_answer(counts, context))
    st.caption(_about_grades(counts))
    key_figures(_figures(counts))
    _stops(context, counts)
    _serious(context, counts)


def _ask(context: PageContext, query: Callable[..., _Found]) -> _Found:
    return query(context.connection, context.viewer, context.filters)


def _count(context: PageContext) -> _Counts:
    weeks = _ask(context, side_effect_trends.infusions_by_week)
    return _Counts(
        months=weeks.groupby("month", as_index=False)[
            ["infusions", "recorded", "severe", "stopped"]
        ].sum(),
        reasons=_ask(context, queries.stopped_by_reason),
        terms=_ask(context, side_effects.terms_by_grade),
        serious=_ask(context, side_effects.count_serious),
        rare=side_effect_trends.events_of_term(
            context.connection, context.viewer, context.filters, None
        ),
        end=min(context.filters.end, context.today),
    )


def _answer(counts: _Counts, context: PageContext) -> str:
    words = f"{_stopped_words(counts)} {_serious_words(counts, context)}"
    deaths = death_words(counts.terms)
    return f"{words} **{deaths}.**" if deaths else words


def _stopped_words(counts: _Counts) -> str:
    stopped = counts.stopped
    if not stopped.events:
        return f"None of **{stopped.n:,}** infusions was stopped early ({_at_most(stopped)})."
    verb = "was" if stopped.events == 1 else "were"
    return (
        f"**{stopped.events:,} of {stopped.n:,}** infusions ({rare_words(stopped)}) {verb} stopped "
        f"early{_why(counts.reasons)}."
    )


def _at_most(rate: Proportion) -> str:
    """Of no event at all: how many there may be all the same."""
    return f"95 % CI up to {percent(rate.high)}"


def _why(reasons: pd.DataFrame) -> str:
    given = reasons[reasons["reason"].notna()]
    if given.empty:
        return ", none with a recorded reason"
    first = given.iloc[0]
    if len(reasons) == 1:
        return f", {'for' if first['infusions'] == 1 else 'all for'} **{plain(first['reason'])}**"
    equal = given[given["infusions"] == first["infusions"]]["reason"]
    if len(equal) > _NAMED_REASONS:
        return f", most often for {len(equal)} reasons ({first['infusions']:,} each)"
    named = listed([f"**{plain(reason)}**" for reason in equal])
    return f", most often for {named} ({first['infusions']:,}{' each' if len(equal) > 1 else ''})"


def _serious_words(counts: _Counts, context: PageContext) -> str:
    rate, days = counts.with_serious, counts.open_days
    if not rate.n:
        return "No side-effect form was filled in, so nothing can be said of serious ones."
    if days is None:
        return f"No serious side effect in **{rate.n:,}** recorded infusions ({_at_most(rate)})."
    ago = "ago" if counts.end == context.today else f"before {day_words(counts.end)}"
    had = "infusion had" if rate.events == 1 else "infusions had"
    return (
        f"**{rate.events:,}** {had} a serious side effect ({rare_words(rate)}), the last "
        f"{count_words(days, 'day')} and "
        f"{count_words(counts.rare.recorded_since, 'recorded infusion')} {ago}."
    )


def _about_grades(counts: _Counts) -> str:
    filled = counts.rate("recorded", "infusions")
    return (
        f"{severe_words(counts.terms)} Serious and severe ones count in {filled.events:,} of "
        f"{filled.n:,} infusions, those with a filled-in side-effect form; stops in all."
    ).strip()


def _figures(counts: _Counts) -> list[KeyFigure]:
    days = counts.open_days
    severe = counts.rate("severe", "recorded")
    return [
        _rate_figure(
            "Stopped early", counts.stopped, "Of all infusions.", _trend(counts, "stopped")
        ),
        _rate_figure(
            "With a serious side effect",
            counts.with_serious,
            "Infusions with at least one side effect that the clinic marked as serious (death, "
            "danger to life, hospital, lasting harm), of those with a filled-in form.",
        ),
        _rate_figure(
            "With grade 3 or worse",
            severe,
            "Infusions with a severe side effect (CTCAE grade 3 or more), serious or not, of those "
            "with a filled-in form.",
            _trend(counts, "severe", "recorded"),
        ),
        KeyFigure(
            label="Since the last serious one",
            value="none in the period" if days is None else count_words(days, "day"),
            change=f"{count_words(counts.rare.recorded_since, 'recorded infusion')}",
            help=f"Up to {day_words(counts.end)}. Where there is none: all recorded infusions of "
            "the period.",
        ),
    ]


def _rate_figure(
    label: str, rate: Proportion, meaning: str, trend: list[float] | None = None
) -> KeyFigure:
    value, _, interval = rare_words(rate).partition(", ")
    return KeyFigure(
        label=label,
        value=value,
        change=f"{rate.events:,} of {rate.n:,}" + (f" · {interval}" if interval else ""),
        trend=trend or (),
        help=f"{meaning} 95 % Wilson interval." + (" The line: by month." if trend else ""),
    )


def _trend(counts: _Counts, events: str, n: str = "infusions") -> list[float]:
    counted = counts.months[counts.months[n] > 0]
    return list((100 * counted[events] / counted[n]).round(3))


def _stops(context: PageContext, counts: _Counts) -> None:
    if not counts.stopped.events:
        nothing(f"No infusion was stopped early in this selection ({_at_most(counts.stopped)}).")
        return
    rates = reason_rates(counts.reasons, counts.stopped.n)
    lines = kept(context, "stopped infusions", lambda: _stopped_lines(context))
    chosen = show(reason_finding(rates), choosable=True)
    _stopped_list(context, lines, _chosen_reason(rates, chosen))
    by_quarter = quarters(counts.months, context.filters.start, counts.end)
    smaller = [minute_finding(lines["minutes"]), quarter_finding(by_quarter)]
    finding_grid([finding for finding in smaller if finding is not None])


def _stopped_lines(context: PageContext) -> pd.DataFrame:
    return queries.stopped_infusions(
        context.connection, context.viewer, context.filters, _MOST_STOPS
    )


def _chosen_reason(rates: pd.DataFrame, chosen: list[object]) -> str | None:
    """The reason whose bar was chosen; what the browser sends is checked."""
    place = chosen[0] if chosen else None
    if isinstance(place, int) and 0 <= place < len(rates):
        return str(rates["reason"].iloc[place])
    return None


def _stopped_list(context: PageContext, lines: pd.DataFrame, reason: str | None) -> None:
    """The stopped infusions, of one reason where its bar was chosen; the latest first."""
    rows = lines
    if reason is not None:
        wanted = "" if reason == NO_REASON else folded(reason)
        rows = lines[[folded(written) == wanted for written in lines["reason"]]]
    found = len(rows)
    rows = rows.iloc[::-1].head(queries.MOST_LISTED).reset_index(drop=True)
    of_reason = "" if reason is None else f": {plain(reason)}"
    more = f"The latest {len(rows)}" if found > len(rows) else "The latest first"
    back = "" if reason is None else ". Double-click into the chart to list all reasons again"
    heading(f"{count_words(found, 'stopped infusion')}{of_reason}", f"{more}{back}")
    infusion_table(
        context,
        _named(context, rows),
        stop_details(rows),
        "stopped-infusions",
        # Not the reason's own words: they may be anything.
        f"{len(rows)}-of-{found}",
        alt="Infusions that were stopped early, one a row",
    )


def _named(context: PageContext, rows: pd.DataFrame) -> pd.DataFrame:
    return with_names(context.connection, context.viewer, rows) if may_name(context) else rows


def _serious(context: PageContext, counts: _Counts) -> None:
    if counts.open_days is None:
        if counts.with_serious.n:
            nothing(
                f"No serious side effect was recorded in {counts.with_serious.n:,} infusions of "
                f"this selection ({_at_most(counts.with_serious)})."
            )
        return
    events = kept(context, "serious side effects", lambda: _ask(context, queries.serious_events))
    gaps = _judge(counts)
    show(timeline_finding(events, context.filters.start, counts.end))
    if gaps is None:
        st.caption(f"{gaps_words(gaps, counts.serious)}.")
    else:
        until = [day_date(int(day)) for day in counts.rare.events["day"].iloc[1:]]
        show(gaps_finding(gaps, until, counts.end))
    rows = events.iloc[::-1].reset_index(drop=True)
    heading(
        "Serious side effects, one by one",
        f"{count_words(len(rows), 'side effect')}, the latest first",
    )
    infusion_table(
        context,
        _named(context, rows),
        event_details(rows),
        "serious-side-effects",
        "all",
        alt="Serious side effects, one a row",
    )


def _judge(counts: _Counts) -> Gaps | None:
    gaps = counts.rare.events.iloc[1:]
    return judge_gaps(
        gaps["days_before"],
        gaps["recorded_before"],
        counts.open_days or 0,
        counts.rare.recorded_since,
    )


SERIOUS_DEFINITIONS = """
- **Stopped early**: the infusion was marked as stopped before its planned end. The rate is of all
  infusions, whether or not their side-effect form was filled in, with the 95 % Wilson interval
  (Wilson 1927). Where none was stopped, the interval's upper end says how many there may be all the
  same.
- **Reason**: as the clinic wrote it; reasons that differ only in case or spaces are one, and stops
  without a reason are a row of their own.
- **Serious**: the clinic's own mark: death, danger to life, hospital, lasting harm, or what had to
  be treated to prevent these (FDA, 21 CFR 312.32). **Severe** is a matter of the grade (CTCAE 3 and
  more). A side effect can be one without the other. **Grade 5** is death.
- **Since the previous one**: from the latest earlier infusion with a serious side effect within the
  filters, in days and in recorded infusions. Of the first one within the filters it is not known.
- **As chance gives**: where the risk is even, gaps between events differ widely, and short ones
  are the commonest. From 4 infusions with a serious side effect on the gaps are judged by each
  other: in days by a t chart (Nelson 1994: the 3.6th roots, mean ± z times mean moving range /
  1.128), in recorded infusions by a g chart with exact geometric limits (Kaminsky 1992, Benneyan
  2001). The limits are such that stable gaps show a mark in one of twenty looks on each chart. The
  gap since the last one has not ended, so it can only be called too long.
"""
