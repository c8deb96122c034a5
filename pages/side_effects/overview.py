"""The Overview: how often side effects occur, which, and whether anything has changed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pandas as pd
import streamlit as st

from charts.numbers import percent
from clinical.denominators import disagreement
from clinical.incidence import Proportion, difference, proportion
from clinical.side_effect_rates import FEW, HIGHEST_GRADE
from clinical.variation import Variation
from data_access import side_effect_trends as trends
from data_access import side_effects as queries
from data_access.points import Behind
from pages.shared.context import PageContext
from pages.shared.frame import KeyFigure, key_figures, nothing, plain, sentence, show
from pages.shared.memory import remembered
from pages.shared.watch import Watch, watch
from pages.shared.watch_headlines import changes, headlines
from pages.shared.watch_words import change_words
from pages.shared.words import day_words, listed, rate_words
from pages.side_effects.behind import behind_section
from pages.side_effects.choice import known_terms, period_terms
from pages.side_effects.findings import Counted, incidence_finding
from pages.side_effects.no_rates import say_why_no_rates
from pages.side_effects.overview_cards import watch_grid
from pages.side_effects.overview_table import Denominators, term_rows, term_table
from pages.side_effects.watch_help import watch_help

_INFUSION, _PATIENT = "Per infusion", "Per patient"
_NAMED_CHANGES = 3
_TOTALLED = ("infusions", "recorded", "affected", "severe", "stopped", "timed", "chair_minutes")


@dataclass(frozen=True, slots=True)
class _Counts:
    """What the queries found in the period.

    ``totals``: the sums of the columns of :func:`data_access.side_effect_trends.infusions_by_week`,
    ``months`` the same by month; ``earlier``: of the equally long period before.
    """

    totals: dict[str, int]
    months: pd.DataFrame
    earlier: dict[str, int]
    patients: queries.PatientCount
    serious: int


def overview_view(context: PageContext) -> None:
    """Draw the view."""
    counts = remembered(context, "side-effect counts", lambda: _count(context))
    if not counts.totals["recorded"]:
        say_why_no_rates(context)
        return
    terms, seen = period_terms(context), watch(context)
    sentence(_answer(counts, terms, seen))
    st.caption(_completeness(counts, seen))
    key_figures(_figures(context, counts))
    if seen.charts:
        watch_grid(context, seen)
    if terms.empty:
        nothing("No side effect was recorded in this period, so there is no rate to draw.")
    else:
        _picture(context, counts, terms)
    _every_term(context, counts, terms, seen)
    watch_help(seen)


def _count(context: PageContext) -> _Counts:
    asked = context.connection, context.viewer, context.filters
    infusions = trends.infusions_by_week(*asked)
    return _Counts(
        totals=_totals(infusions),
        months=infusions.groupby("month")[list(_TOTALLED)].sum(),
        earlier=_earlier_totals(context),
        patients=queries.count_patients(*asked),
        serious=queries.count_serious(*asked),
    )


def _totals(infusions: pd.DataFrame) -> dict[str, int]:
    return {name: int(infusions[name].sum()) for name in _TOTALLED}


def _earlier_totals(context: PageContext) -> dict[str, int]:
    """The totals of the equally long period before."""
    filters = context.filters
    earlier = replace(
        filters,
        start=filters.start - (filters.end - filters.start) - timedelta(days=1),
        end=filters.start - timedelta(days=1),
    )
    return _totals(trends.infusions_by_week(context.connection, context.viewer, earlier))


def _answer(counts: _Counts, terms: pd.DataFrame, seen: Watch) -> str:
    totals = counts.totals
    affected = proportion(totals["affected"], totals["recorded"])
    said = (
        f"Side effects were recorded in **{affected.events:,} of {affected.n:,}** infusions "
        f"({rate_words(affected)})"
    )
    if not terms.empty:
        commonest = terms.iloc[0]
        share = percent(commonest["infusions"] / affected.n)
        said += f"; the commonest is **{plain(commonest['term'])}** ({share})"
    stopped = proportion(totals["stopped"], totals["infusions"])
    return (
        f"{said}. {_serious_words(counts.serious)}; {_stopped_words(stopped)}. "
        f"{_changed_words(seen)}."
    )


def _serious_words(serious: int) -> str:
    if serious == 0:
        return "None was serious"
    return f"**{serious:,}** infusion{'s' if serious > 1 else ''} had a serious one"


def _stopped_words(stopped: Proportion) -> str:
    if stopped.events == 0:
        return "no infusion was stopped early"
    verb = "was" if stopped.events == 1 else "were"
    return f"**{stopped.events:,}** ({percent(stopped.estimate)}) {verb} stopped early"


def _changed_words(seen: Watch) -> str:
    """What has changed, in words; that nothing has, only where a change could have been seen."""
    changed = [change_words(chart, seen) for chart in changes(seen)]
    if changed:
        more = len(changed) - _NAMED_CHANGES
        others = [f"{more} more ha{'s' if more == 1 else 've'} changed"] if more > 0 else []
        return listed([*changed[:_NAMED_CHANGES], *others])
    if any(chart.state == Variation.COMMON for chart in headlines(seen)):
        return "Nothing has changed beyond chance"
    return "There is too little data to tell whether anything has changed"


def _completeness(counts: _Counts, seen: Watch) -> str:
    totals = counts.totals
    filled = proportion(totals["recorded"], totals["infusions"])
    said = (
        f"{filled.events:,} of {filled.n:,} infusions ({percent(filled.estimate)}) have a "
        "side-effect record; rates count only these."
    )
    together = seen.of(None)
    if together is not None and together.forms_fell:
        said += (
            " Lately fewer forms are filled in than before, so falls are not shown as improvements."
        )
    return said


def _figures(context: PageContext, counts: _Counts) -> list[KeyFigure]:
    before = day_words(context.filters.start - timedelta(days=1))
    figure = _Figures(counts, before)
    return [
        figure.make(
            "Infusions with a side effect",
            "affected",
            "recorded",
            "Infusions with at least one side effect, of those with a filled-in form.",
        ),
        figure.make(
            "Grade 3 or worse",
            "severe",
            "recorded",
            "Infusions with a side effect of CTCAE grade 3 (severe) or more, of those with a "
            "filled-in form.",
        ),
        figure.make("Stopped early", "stopped", "infusions", "Of all infusions of the period."),
        figure.make(
            "Form filled in",
            "recorded",
            "infusions",
            "Infusions whose side-effect form was filled in, with or without any, of all.",
            more_is="good",
        ),
    ]


@dataclass(frozen=True, slots=True)
class _Figures:
    """Makes key figures: a rate of the period, the one of the period before, and the months."""

    counts: _Counts
    before: str

    def make(
        self, label: str, events: str, n: str, meaning: str, more_is: str = "bad"
    ) -> KeyFigure:
        totals, earlier = self.counts.totals, self.counts.earlier
        rate = proportion(totals[events], totals[n])
        change = f"{rate.events:,} of {rate.n:,}"
        judgement = ""
        if earlier[n] >= FEW:
            before = proportion(earlier[events], earlier[n])
            change += f" · before {percent(before.estimate)}"
            gap = difference(rate, before)
            if gap.is_clear:
                rose = (gap.estimate or 0.0) > 0
                judgement = more_is if rose else {"bad": "good", "good": "bad"}[more_is]
        return KeyFigure(
            label=label,
            value=percent(rate.estimate),
            change=change,
            judgement=judgement,
            trend=self._trend(events, n),
            help=f"{meaning} Before: the equally long period up to {self.before}; coloured where "
            "the 95 % interval of the difference leaves out zero. The line: by month.",
        )

    def _trend(self, events: str, n: str) -> list[float]:
        months = self.counts.months
        counted = months[months[n] > 0]
        return list((100 * counted[events] / counted[n]).round(2))


def _picture(context: PageContext, counts: _Counts, terms: pd.DataFrame) -> None:
    per = st.segmented_control(
        "Rates",
        [_INFUSION, _PATIENT],
        default=_INFUSION,
        required=True,
        key="rates",
        bind="query-params",
        help="How often an infusion has it, or how many patients had it at least once",
    )
    counted = (
        Counted("patient", "patients", counts.patients.recorded)
        if per == _PATIENT
        else Counted("infusion", "infusions", counts.totals["recorded"])
    )
    finding = remembered(context, "incidence", lambda: incidence_finding(terms, counted), per)
    chosen = chosen_term(show(finding, choosable=True), terms)
    words = _disagreement_words(terms)
    if words:
        st.caption(words)
    if chosen is not None:
        _behind(context, *chosen)


def chosen_term(points: Sequence[Any], terms: pd.DataFrame) -> tuple[str, int, int | None] | None:
    """The term of the first chosen dot or bar: its name, its key, and the grade of a bar.

    What a browser sends is taken for a term only where it names one of the period's.
    """
    names = dict(zip(terms["term_key"], terms["term"], strict=True))
    match points:
        case [[_, int(key)], *_] if key in names:
            return names[key], key, None
        case [[_, int(key), int(grade)], *_] if key in names and 0 <= grade <= HIGHEST_GRADE:
            return names[key], key, grade
    return None


def _behind(context: PageContext, name: str, key: int, grade: int | None) -> None:
    """The infusions with a side effect, also where patients are counted."""
    words = plain(name)
    if grade is not None:
        words += f", worst grade {grade}" if grade else ", not graded"
    behind = Behind(key, context.filters.start, context.filters.end, worst_grade=grade)
    behind_section(context, behind, words)


def _disagreement_words(terms: pd.DataFrame) -> str:
    """Where infusions and patients rank two side effects the other way round, in words."""
    found = disagreement(terms["infusions"], terms["patients"])
    if found is None:
        return ""
    often, widely = terms.iloc[found.often], terms.iloc[found.widely]
    return (
        f"**{plain(often['term'])}** came in more infusions than {plain(widely['term'])} "
        f"({often['infusions']:,} against {widely['infusions']:,}) but in fewer patients "
        f"({often['patients']:,} against {widely['patients']:,}): few people have it often."
    )


def _every_term(context: PageContext, counts: _Counts, terms: pd.DataFrame, seen: Watch) -> None:
    of = Denominators(
        infusions=counts.totals["recorded"],
        patients=counts.patients.recorded,
        chair_hours=counts.totals["chair_minutes"] / 60,
        timed=counts.totals["timed"],
    )
    rows = remembered(
        context, "term rows", lambda: _rows(context, counts, terms, of, seen), *seen.asked
    )
    if not rows.empty:
        term_table(rows, of, silent=len(rows) - len(terms))


def _rows(
    context: PageContext, counts: _Counts, terms: pd.DataFrame, of: Denominators, seen: Watch
) -> pd.DataFrame:
    asked = context.connection, context.viewer
    known = known_terms(context)
    silent = known[~known["term_key"].isin(terms["term_key"])].sort_values("term")
    every = pd.concat([terms, silent], ignore_index=True)
    numbers = every.columns.drop(["term_key", "term"])
    every[numbers] = every[numbers].fillna(0).astype("int64")
    by_week = trends.terms_by_week(*asked, context.filters)
    return term_rows(every, of, _months(by_week, counts.months["recorded"]), seen)


def _months(by_week: pd.DataFrame, recorded: "pd.Series[int]") -> pd.DataFrame:
    """Each term in each month with recorded infusions, also where it did not occur."""
    months = recorded[recorded > 0]
    counted = by_week.pivot_table(
        index="term_key", columns="month", values="affected", aggfunc="sum", fill_value=0
    ).reindex(columns=months.index, fill_value=0)
    return pd.DataFrame(
        {
            "term_key": counted.index.repeat(len(months)),
            "month": list(months.index) * len(counted),
            "affected": counted.to_numpy().ravel(),
            "recorded": months.to_list() * len(counted),
        }
    )


OVERVIEW_DEFINITIONS = """
- **Recorded infusion**: the side-effect form was filled in, with or without any side effect. Rates
  count only these; an infusion without a form is not one without side effects.
- **Per infusion**: an infusion counts once for a side effect, however often it was recorded in it.
  **Per patient**: patients who had it at least once, of those with a recorded infusion in the
  period. **Records** counts every entry, so whoever has several is counted with all of them.
- **Per 100 chair-hours**: records in infusions whose time in the chair (start to discharge) is
  known, by that time. The interval is exact for a Poisson count (Garwood 1936).
- **Grade**: CTCAE 1 mild, 2 moderate, 3 severe, 4 life-threatening, 5 death; an infusion counts
  with the worst grade of that side effect. Not graded is shown as such and not guessed.
  **Serious** is the clinic's own mark (death, danger to life, hospital, lasting harm), which is not
  the same as severe.
- **Names**: synonyms are brought together under the CTCAE or MedDRA term ("feeling sick" counts as
  Nausea); a term that the table does not know stands for itself.
- **95 % CI**: Wilson score interval without continuity correction (Wilson 1927); of a difference,
  Newcombe's hybrid score interval (1998, method 10).
- **Few people have it often** is said of the two side effects that infusions and patients rank most
  clearly the other way round, where both differences are clear (McNemar's test by its least
  favourable case).
- **Change**: the share of the last 12 whole weeks minus that of the up to 40 weeks before, at all
  chosen sites, whatever the period's beginning; not adjusted.
"""
