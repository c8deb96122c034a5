"""The Trend view: is a side effect changing, and is the change real?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

import numpy as np
import streamlit as st

from clinical.calendar import day_date
from clinical.trend_rules import Rules
from clinical.trend_segments import LEAST_GAPS, Measure, fell, forms_difference, segments
from clinical.trend_unit import Unit
from clinical.variation import Design, make_design
from data_access import side_effect_trends as queries
from data_access.points import Behind
from data_access.rebases import ANY_TERM, rebase_days, rebases
from pages.shared.context import PageContext
from pages.shared.frame import finding_grid, plain, sentence, show
from pages.shared.memory import remembered
from pages.shared.rebase_place import rebase_place
from pages.shared.watch import Watch, watch
from pages.shared.watch_words import telling
from pages.shared.words import day_words
from pages.side_effects.behind import behind_section
from pages.side_effects.choice import ChosenTerm, View, choose_term, say_change
from pages.side_effects.no_rates import say_why_no_rates
from pages.side_effects.rebase_panel import (
    Rebasing,
    propose,
    rebase_panel,
)
from pages.side_effects.trend_counts import MOST_WEEKS, TrendData, count_trend, data_period
from pages.side_effects.trend_findings import (
    Shown,
    control_finding,
    forms_rows,
    ratio_finding,
    sums_finding,
)
from pages.side_effects.trend_gaps import Gaps, days_between_finding, infusions_between_finding
from pages.side_effects.trend_rule_words import price_table
from pages.side_effects.trend_words import answer, place_words, reasons

_AUTOMATIC = "Automatic"
_EXACT, _LANEY = "Exact", "Laney"
_JUDGED_DAYS = 84


class _ChartKind(StrEnum):
    """What the large picture shows, by the words of the choice."""

    AUTOMATIC = "Automatic"
    SHARE = "Share of infusions"
    RECORDS = "Records per 100 infusions"
    ADJUSTED = "Observed over expected"
    GAPS = "Between events"


_MEASURES = {
    _ChartKind.SHARE: Measure.SHARE,
    _ChartKind.RECORDS: Measure.RECORDS,
    _ChartKind.ADJUSTED: Measure.ADJUSTED,
}


@dataclass(frozen=True, slots=True)
class _Look:
    """How the reader wants it drawn: ``unit`` is ``None`` where it follows from the data."""

    kind: _ChartKind
    unit: Unit | None
    laney: bool
    rules: Rules


@dataclass(frozen=True, slots=True)
class _View:
    """One side effect as it is to be drawn. ``rebased``: the standing days, in order."""

    term: ChosenTerm
    place: str
    data: TrendData
    watch: Watch
    look: _Look
    rebased: tuple[date, ...]

    @property
    def unit(self) -> Unit:
        """The unit of the picture."""
        if self.look.unit is None or self.data.weeks.count > MOST_WEEKS:
            return self.data.unit
        return self.look.unit

    @property
    def kind(self) -> _ChartKind:
        """The chart of the picture; of rare side effects the gaps, of others the share."""
        if self.look.kind is not _ChartKind.AUTOMATIC:
            return self.look.kind
        is_rare = self.data.is_rare and self.term.term_key is not None
        return _ChartKind.GAPS if is_rare else _ChartKind.SHARE

    def shown(self, unit: Unit) -> Shown:
        """What is drawn by period."""
        periods, counts = self.data.by(unit)
        return Shown(
            name=self.term.name,
            place=self.place,
            periods=periods,
            counts=counts,
            parts=segments(periods, counts.recorded, self.rebased),
            rebased=tuple(day for day in self.rebased if 0 < periods.place(day) < periods.count),
            design=self.design(periods.a_year),
        )

    def design(self, periods_a_year: int) -> Design:
        """The watch's limits for periods of another length: the same budget of false marks.

        And as much spread: months are no less alike than weeks.
        """
        own = self.watch.design
        return make_design(own.charts, own.years, int(own.rules), periods_a_year, own.dispersion)


def trend_view(context: PageContext) -> None:
    """Draw the view."""
    answer_at = st.container()
    # All five stand in one row on a tablet, too.
    with st.container(horizontal=True, gap="xsmall", key="trend-choices"):
        term = choose_term(context, width=215)
        look = _choose_look()
    with answer_at:
        view = _look_at(context, term, look)
    if view is None:
        return
    points = _pictures(context, view)
    if points is not None:
        behind_section(context, *points)
    finding_grid(_smaller(context, view))
    _rebases(context, view)


def _choose_look() -> _Look:
    kind = _choice(
        "Chart",
        [kind.value for kind in _ChartKind],
        key="trend_chart",
        width=160,
        meaning="Share of infusions (p chart), records per 100 infusions (u chart: an infusion may "
        "have several), observed over what infusion number and dose lead to expect, or the gaps "
        "between events (g and t chart). Automatic: gaps where under one a month, else the share.",
    )
    unit = _choice(
        "Period",
        [_AUTOMATIC, *(unit.value.capitalize() for unit in Unit)],
        key="trend_unit",
        width=118,
        meaning="Automatic: weeks where the usual one has 10 recorded infusions and one with the "
        "side effect is to be expected in it, else months.",
    )
    limits = _choice(
        "Limits",
        [_EXACT, _LANEY],
        key="trend_limits",
        width=92,
        meaning="Exact: what chance alone gives, for counts of any size. Laney: wider where the "
        "periods differ by more than chance, for large counts.",
    )
    rules = _choice(
        "Marks",
        [rules.value for rules in Rules],
        key="trend_rules",
        width=165,
        disabled=kind == _ChartKind.GAPS,
        meaning="Budget of the page: as the watch and its icons, which stay as they are whatever "
        "is chosen here. NHS rules: a point beyond three sigma, a trend of seven, two of three, "
        "seven on one side. Anhøj: the longest run and the crossings of the whole chart. Not for "
        "gaps.",
    )
    chosen = None if unit == _AUTOMATIC else Unit(unit.lower())
    return _Look(_ChartKind(kind), chosen, limits == _LANEY, Rules(rules))


def _choice(
    label: str, options: list[str], key: str, width: int, meaning: str, *, disabled: bool = False
) -> str:
    """One of the choices that stand in a row; the first option is the usual one."""
    chosen = st.selectbox(
        label,
        options,
        key=key,
        bind="query-params",
        disabled=disabled,
        help=meaning,
        width=width,
    )
    return str(chosen or options[0])


def _look_at(context: PageContext, term: ChosenTerm, look: _Look) -> _View | None:
    """Say the answer, or what is missing for one."""
    period = data_period(context)
    data = (
        remembered(
            context,
            "trend counts",
            lambda: count_trend(context, term.term_key, *period),
            term.term_key,
        )
        if period
        else None
    )
    if data is None or not data.recorded:
        say_why_no_rates(context)
        return None
    watched, place = watch(context), place_words(context)
    chart = watched.of(term.term_key)
    changed_alone = any(
        one.site_key is not None and telling(one) for one in watched.places(term.term_key)
    )
    where = place or (" at all sites together" if changed_alone else "")
    sentence(f"{answer(plain(term.name), where, watched, chart)}.")
    say_change(context, term, View.TREND)
    if chart is not None:
        st.caption(reasons(watched, chart))
    return _View(term, place, data, watched, look, _standing(context, term))


def _stored_name(term: ChosenTerm) -> str:
    return ANY_TERM if term.term_key is None else term.name


def _standing(context: PageContext, term: ChosenTerm) -> tuple[date, ...]:
    place = rebase_place(context)
    if place is None:
        return ()
    entries = rebases(context.connection, context.viewer)
    return tuple(rebase_days(entries, _stored_name(term), place.site_id))


def _pictures(context: PageContext, view: _View) -> tuple[Behind, str] | None:
    """Draw the large picture; what is behind the point that is chosen in it."""
    if view.kind is _ChartKind.GAPS:
        gaps = _gaps(context, view)
        chosen = show(infusions_between_finding(gaps), choosable=True)
        if view.look.rules is not Rules.BUDGET:
            st.caption("Marked by the page's budget, because other rules are not for gaps.")
        return _behind_event(view, gaps, chosen)
    shown = view.shown(view.unit)
    finding = remembered(
        context,
        "trend chart",
        lambda: control_finding(
            shown, _MEASURES[view.kind], laney=view.look.laney, rules=view.look.rules
        ),
        *_choices(view),
        view.kind,
        view.unit,
        view.look.laney,
        view.look.rules,
    )
    chosen = show(finding, choosable=True)
    if view.look.unit is Unit.WEEK and view.unit is not Unit.WEEK:
        st.caption(f"Months, because over {MOST_WEEKS} weeks cannot be told apart in one picture.")
    return _behind_period(view, shown, chosen)


def _choices(view: _View) -> tuple[object, ...]:
    """What the pictures depend on beside the filters."""
    return view.term.term_key, view.rebased, view.watch.design


def _behind_period(view: _View, shown: Shown, chosen: list[Any]) -> tuple[Behind, str] | None:
    period = next(
        (found for key in _keys(chosen) if (found := shown.periods.of_key(key)) is not None),
        None,
    )
    if period is None:
        return None
    behind = Behind(
        view.term.term_key, shown.periods.first_day(period), shown.periods.last_day(period)
    )
    return behind, f"{shown.title_name}, {shown.words(period)}"


def _behind_event(view: _View, gaps: Gaps, chosen: list[Any]) -> tuple[Behind, str] | None:
    keys = set(_keys(chosen))
    day = next((int(day) for day in gaps.days if f"day:{day}" in keys), None)
    if day is None:
        return None
    serious = True if view.term.term_key is None else None
    behind = Behind(view.term.term_key, day_date(day), day_date(day), serious=serious)
    return behind, f"{gaps.title_name}, {day_words(day_date(day))}"


def _keys(chosen: list[Any]) -> list[str]:
    """The keys of the chosen points. What a browser sends may be anything."""
    pairs = [custom for custom in chosen if isinstance(custom, list) and len(custom) == 2]
    return [key for _, key in pairs if isinstance(key, str)]


def _gaps(context: PageContext, view: _View) -> Gaps:
    term = view.term
    weeks = view.shown(Unit.WEEK)
    events = remembered(
        context,
        "trend gaps",
        lambda: queries.events_of_term(
            context.connection, context.viewer, context.filters, term.term_key
        ),
        term.term_key,
    )
    name = "Serious side effects" if term.term_key is None else term.name
    end = weeks.periods.end
    part = weeks.parts[-1]
    first_judged = max(part.first, weeks.periods.count - weeks.periods.judged)
    judged = np.arange(weeks.periods.count) >= first_judged
    inside = [day for day in view.rebased if weeks.periods.start <= day <= end]
    return Gaps(
        name=name,
        title_name=f"{plain(name)}{view.place}",
        events=events,
        start=weeks.periods.start,
        end=end,
        since=inside[-1] if inside else weeks.periods.start,
        judged_from=end - timedelta(days=_JUDGED_DAYS - 1),
        alpha=weeks.design.alpha,
        forms_fell=fell(forms_difference(weeks.counts, part, judged)),
        forms=forms_rows(weeks),
    )


def _smaller(context: PageContext, view: _View) -> Sequence[Any]:
    def make() -> list[Any]:
        found = []
        if view.kind is _ChartKind.GAPS:
            found.append(days_between_finding(_gaps(context, view)))
        found.append(sums_finding(view.shown(Unit.WEEK)))
        if view.kind not in (_ChartKind.ADJUSTED, _ChartKind.GAPS):
            found.append(ratio_finding(view.shown(view.unit)))
        return found

    choices = (*_choices(view), view.kind, view.unit)
    return remembered(context, "trend details", make, *choices)


def _rebases(context: PageContext, view: _View) -> None:
    place = rebase_place(context)
    entries = rebases(context.connection, context.viewer)
    chart = view.watch.of(view.term.term_key)
    site_id = place.site_id if place else None
    at_site = entries["site_id"].isna() if site_id is None else entries["site_id"] == site_id
    about = entries[(entries["term"] == _stored_name(view.term)) & at_site]
    rebase_panel(
        context,
        Rebasing(
            term=_stored_name(view.term),
            term_key=view.term.term_key,
            title=f"{plain(view.term.name)}{view.place}",
            place=place,
            entries=about if place else about[:0],
            first_day=view.data.weeks.start,
            proposal=propose(view.watch, chart) if place else None,
        ),
    )


TREND_DEFINITIONS = f"""
- **Rates** count recorded infusions: those with a filled-in form, with or without any side effect.
  A period without any is a gap, not 0 %. 95 % CI: Wilson for shares, Garwood (exact Poisson) for
  records; of a difference, Newcombe's hybrid score interval.
- **The answer** is the watch's, as on the Overview: the last 52 whole weeks up to the end of the
  period, of which the last 12 are judged by those before, allowing for each infusion's place in its
  series. The pictures show the chosen period.
- **Limits**: each point is held against the reference periods, which are all but the last 12 weeks
  (3 months), and at least the first 12 weeks (6 months); limits from fewer than 12 periods are
  provisional. *Share* (p chart): exact binomial limits; *records* (u chart): exact Poisson limits,
  because limits at three sigma raise a false mark in 45 to 70 % of stable years where a week has 5
  to 20 infusions. *Laney* (2002, p' and u'): normal limits, wider by how much more the periods
  differ than chance gives (mean moving range of neighbours / 1.128), never narrower.
- **Observed over expected**: the number that infusion number and dose lead to expect by the rates
  of the reference (indirect standardisation; Breslow and Day 1987). A week of new starters is no
  rise here. 1 is the level of the reference.
- **Budget of false marks**: single points, runs on one side and cumulative sums share one budget
  for all charts that the page watches (`false_alarm_years`, `run_rules`). A run must be as
  improbable as it is long, because of a rare side effect most weeks lie below the mean.
- **Marks by other rules** change this picture alone, never the answer, the watch or its icons.
  *NHS rules* ("Making data count"), in this order: a point beyond three sigma; a trend of seven;
  two of three in a row on one side between two and three sigma; seven in a row on one side of the
  centre. Each segment and all its points are judged. *Anhøj* (and Olesen 2014): of n points off the
  median, a run longer than round(log2 n) + 3 or fewer crossings than the 5 % quantile of a binomial
  of n − 1 and a half. How many of 100 charts on which nothing changes they mark, as simulated:

{price_table()}
- **Cumulative sum** (Steiner 2000, adjusted for infusion number and dose; by week): adds up small
  excesses; tuned to twice and half the odds.
- **Between events**: g chart (infusions; Kaminsky 1992, Benneyan 2001, exact geometric limits) and
  t chart (days; Nelson 1994, the 3.6th root). Limits need {LEAST_GAPS} gaps. The gap since the last
  event can only show that it is longer than usual. Of any side effect the serious ones are shown.
- **Fewer forms**: a fall is grey where fewer forms are filled in than in the reference, by more
  than chance (95 % interval of the difference leaves out 0; a single week does so once in 40 by
  chance).
- **Limits worked out anew** (rebase): never by the page itself. The week or month in which the day
  lies is the first of the new level.
- **Where other tools differ.** NHSRplotthedots: XmR limits whatever the denominator, four rules
  each with its own false alarms, limits rebased in code; here by counts, by one budget, by a signed
  decision. qicharts2: three sigma limits, moving ranges screened for outliers in Laney's charts,
  sigma z below 1 narrows the limits; here exact limits, no screening, sigma z at least 1. Both
  bridge a missing period; here nothing is measured across it.
"""
