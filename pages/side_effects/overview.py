"""Side effects: which occur, how often, in whom, is it changing, is it real or noise?"""

from dataclasses import dataclass, replace
from datetime import timedelta

import pandas as pd
import streamlit as st

from charts.numbers import percent
from clinical.incidence import Proportion, difference, proportion
from clinical.side_effect_rates import (
    FEW,
    HIGHEST_GRADE,
    Change,
    everywhere,
    one_row_per_term,
    real_changes,
    recent_from,
    site_changes,
    with_rates,
)
from data_access import side_effects as queries
from data_access.sites import site_names
from pages.shared.context import PageContext
from pages.shared.frame import (
    Finding,
    KeyFigure,
    finding_grid,
    key_figures,
    nothing,
    plain,
    sentence,
    show,
    table,
)
from pages.shared.memory import remembered
from pages.shared.words import day_words, rate_words
from pages.side_effects.choice import ANY
from pages.side_effects.findings import (
    Counted,
    Parts,
    change_words,
    dose_finding,
    incidence_finding,
    month_finding,
    number_finding,
    site_finding,
)

_INFUSION, _PATIENT = "Per infusion", "Per patient"
_NAMED_CHANGES = 3


@dataclass(frozen=True, slots=True)
class _Counts:
    """What the queries found in the period.

    ``totals`` and ``months``: ``infusions``, ``recorded``, ``affected``, ``severe`` and ``stopped``
    of the period, and of each of its months.
    """

    parts: Parts
    by_month_and_dose: pd.DataFrame
    by_site: pd.DataFrame
    patients: queries.PatientCount
    serious: int
    terms: pd.DataFrame
    terms_by_site: pd.DataFrame
    sites: dict[int, str]

    totals: dict[str, int]
    months: pd.DataFrame


def overview_view(context: PageContext) -> None:
    """Draw the view."""
    counts = remembered(context, "side-effect counts", lambda: _count(context))
    if not counts.totals["recorded"]:
        nothing(_why_nothing(context, counts.totals["infusions"]))
        return
    sentence(_answer(counts))
    st.caption(_completeness(counts))
    _name_changes(counts)
    key_figures(_figures(counts, _earlier_totals(context)))
    if counts.terms.empty:
        nothing("No side effect was recorded, so there is nothing to draw.")
    else:
        _pictures(context, counts)
        _every_term(counts)


def _count(context: PageContext) -> _Counts:
    connection, viewer, filters = context.connection, context.viewer, context.filters
    recent = recent_from(filters.start, filters.end)
    infusions = queries.infusions_by_month_and_dose(connection, viewer, filters)
    return _Counts(
        parts=Parts(filters.start, recent, filters.end, context.today),
        by_month_and_dose=infusions,
        by_site=queries.infusions_by_site(connection, viewer, filters, recent),
        patients=queries.count_patients(connection, viewer, filters),
        serious=queries.count_serious(connection, viewer, filters),
        terms=one_row_per_term(
            queries.terms_by_grade(connection, viewer, filters),
            queries.patients_by_term(connection, viewer, filters),
        ),
        terms_by_site=queries.terms_by_site(connection, viewer, filters, recent),
        sites=site_names(connection, viewer),
        totals=_totals(infusions),
        months=infusions.groupby("month")[list(_TOTALLED)].sum(),
    )


_TOTALLED = ("infusions", "recorded", "affected", "severe", "stopped")


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
    return _totals(queries.infusions_by_month_and_dose(context.connection, context.viewer, earlier))


def _why_nothing(context: PageContext, infusions: int) -> str:
    period = f"between {day_words(context.filters.start)} and {day_words(context.filters.end)}"
    if infusions:
        return (
            f"Infusions {period}: {infusions:,}, none of them with a filled-in side-effect form, "
            "so no rate can be told."
        )
    status = context.status
    if status.first_day is None or status.last_day is None:
        return "There are no infusions in the database yet."
    return (
        f"No infusions {period} with these filters; the data runs from "
        f"{day_words(status.first_day)} to {day_words(status.last_day)}."
    )


def _answer(counts: _Counts) -> str:
    totals = counts.totals
    affected = proportion(totals["affected"], totals["recorded"])
    said = (
        f"Side effects were recorded in **{affected.events:,} of {affected.n:,}** infusions "
        f"({rate_words(affected)})"
    )
    if not counts.terms.empty:
        commonest = counts.terms.iloc[0]
        share = percent(commonest["infusions"] / affected.n)
        said += f"; the commonest is **{plain(commonest['term'])}** ({share})"
    stopped = proportion(totals["stopped"], totals["infusions"])
    return f"{said}. {_serious_words(counts.serious)}; {_stopped_words(stopped)}."


def _serious_words(serious: int) -> str:
    if serious == 0:
        return "None was serious"
    return f"**{serious:,}** infusion{'s' if serious > 1 else ''} had a serious one"


def _stopped_words(stopped: Proportion) -> str:
    if stopped.events == 0:
        return "no infusion was stopped early"
    verb = "was" if stopped.events == 1 else "were"
    return f"**{stopped.events:,}** ({percent(stopped.estimate)}) {verb} stopped early"


def _completeness(counts: _Counts) -> str:
    totals = counts.totals
    filled = proportion(totals["recorded"], totals["infusions"])
    return (
        f"{filled.events:,} of {filled.n:,} infusions ({percent(filled.estimate)}) have a "
        "side-effect record; rates count only these."
    )


def _name_changes(counts: _Counts) -> None:
    """Name what changed beyond chance, whichever term and site, with a way to look at it."""
    pairs = [
        change
        for term_key, affected in counts.terms_by_site.groupby("term_key")
        for change in site_changes(counts.by_site, affected, int(str(term_key)))
    ]
    changes = real_changes(pairs)
    names = dict(zip(counts.terms["term_key"], counts.terms["term"], strict=True))
    for change in changes[:_NAMED_CHANGES]:
        _name_change(change, names[change.term_key], counts)
    if len(changes) > _NAMED_CHANGES:
        st.caption(f"And {len(changes) - _NAMED_CHANGES} smaller changes beyond chance.")
    if not changes and pairs:
        st.caption(
            f"In {counts.parts.recent_words} no side effect changed beyond chance at any site "
            f"({len(pairs):,} compared)."
        )


def _name_change(change: Change, term: str, counts: _Counts) -> None:
    rising = (change.difference.estimate or 0.0) > 0
    badge = ":orange-badge[Rising]" if rising else ":blue-badge[Falling]"
    words = change_words(change, term, counts.sites[change.site_key], counts.parts)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"{badge} {words}", width="content")
        st.button(
            "Look at it",
            key=f"look-{change.term_key}-{change.site_key}",
            type="tertiary",
            on_click=_choose,
            args=(term,),
        )


def _choose(term: str) -> None:
    st.session_state["term"] = term


def _figures(counts: _Counts, earlier: dict[str, int]) -> list[KeyFigure]:
    figure = _Figures(counts, earlier)
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
    earlier: dict[str, int]

    def make(
        self, label: str, events: str, n: str, meaning: str, more_is: str = "bad"
    ) -> KeyFigure:
        totals = self.counts.totals
        rate = proportion(totals[events], totals[n])
        change = f"{rate.events:,} of {rate.n:,}"
        judgement = ""
        if self.earlier[n] >= FEW:
            before = proportion(self.earlier[events], self.earlier[n])
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
            help=f"{meaning} Before: the equally long period up to "
            f"{day_words(self.counts.parts.start - timedelta(days=1))}; coloured where the 95 % "
            "interval of the difference leaves out zero. The line: by month.",
        )

    def _trend(self, events: str, n: str) -> list[float]:
        months = self.counts.months
        counted = months[months[n] > 0]
        return list((100 * counted[events] / counted[n]).round(2))


def _pictures(context: PageContext, counts: _Counts) -> None:
    terms = counts.terms
    with st.container(horizontal=True, vertical_alignment="bottom", key="side-effect-choices"):
        per = st.segmented_control(
            "Rates",
            [_INFUSION, _PATIENT],
            default=_INFUSION,
            required=True,
            key="rates",
            bind="query-params",
            help="How often an infusion has it, or how many patients had it at least once",
        )
        # A clinic's own term of that name could not be told from it.
        options = [*terms.loc[terms["term"] != ANY, "term"], ANY]
        chosen = st.selectbox(
            "Side effect in detail",
            options,
            key="term",
            bind="query-params",
            width=280,
            help="What the pictures by infusion, dose, month and site are about",
        )
    counted = _counted(counts, per == _PATIENT)
    show(
        remembered(
            context,
            "incidence",
            lambda: incidence_finding(terms, counted, chosen),
            per,
            chosen,
        )
    )
    finding_grid(
        remembered(
            context, "side-effect details", lambda: _details(context, counts, chosen), chosen
        )
    )


def _counted(counts: _Counts, per_patient: bool) -> Counted:
    if per_patient:
        return Counted("patient", "patients", counts.patients.recorded)
    return Counted("infusion", "infusions", counts.totals["recorded"])


def _details(context: PageContext, counts: _Counts, chosen: str) -> list[Finding]:
    """The findings about one term, or about any side effect."""
    connection, viewer, filters = context.connection, context.viewer, context.filters
    by_number = queries.infusions_by_number(connection, viewer, filters)
    if chosen == ANY:
        term_key = 0
        with_it, with_it_by_number = counts.by_month_and_dose, by_number
        at_sites = counts.by_site
    else:
        term_key = int(counts.terms.set_index("term")["term_key"][chosen])
        of_term = (connection, viewer, filters, term_key)
        with_it = queries.term_by_month_and_dose(*of_term)
        with_it_by_number = queries.term_by_number(*of_term)
        at_sites = counts.terms_by_site[counts.terms_by_site["term_key"] == term_key]
    changes = site_changes(counts.by_site, at_sites, term_key)
    return [
        number_finding(chosen, by_number, with_it_by_number),
        dose_finding(chosen, counts.by_month_and_dose, with_it),
        month_finding(chosen, counts.parts, counts.by_month_and_dose, with_it, everywhere(changes)),
        site_finding(chosen, counts.parts, changes, counts.sites),
    ]


def _every_term(counts: _Counts) -> None:
    st.markdown("#### Every side effect")
    frame = _term_table(counts)
    shares = st.column_config.NumberColumn(format="%.1f %%")
    table(frame, "side-effects", dict.fromkeys(_SHARES, shares))


_SHARES = (
    "% of infusions",
    "95 % CI from",
    "to",
    "% of patients",
    "95 % CI from (patients)",
    "to (patients)",
)


def _term_table(counts: _Counts) -> pd.DataFrame:
    terms = counts.terms
    per_infusion = with_rates(terms.assign(n=counts.totals["recorded"]), events="infusions", n="n")
    per_patient = with_rates(terms.assign(n=counts.patients.recorded), events="patients", n="n")
    columns = {
        "Side effect": terms["term"],
        "Infusions": terms["infusions"],
        "of infusions": per_infusion["n"],
        "% of infusions": 100 * per_infusion["share"],
        "95 % CI from": 100 * per_infusion["low"],
        "to": 100 * per_infusion["high"],
        "Patients": terms["patients"],
        "of patients": per_patient["n"],
        "% of patients": 100 * per_patient["share"],
        "95 % CI from (patients)": 100 * per_patient["low"],
        "to (patients)": 100 * per_patient["high"],
        "Records": terms["events"],
        **{f"Grade {grade}": terms[f"grade_{grade}"] for grade in range(1, HIGHEST_GRADE + 1)},
        "Not graded": terms["grade_0"],
        "Serious": terms["serious"],
    }
    return pd.DataFrame(columns).round(2)


OVERVIEW_DEFINITIONS = """
- **Recorded infusion**: the side-effect form was filled in, with or without any side effect. Rates
  count only these; an infusion without a form is not one without side effects.
- **Per infusion**: an infusion counts once for a side effect, however often it was recorded in it.
  **Per patient**: patients who had it at least once, of those with a recorded infusion in the
  period. **Records** counts every entry.
- **Grade**: CTCAE 1 mild, 2 moderate, 3 severe, 4 life-threatening, 5 death; an infusion counts
  with the worst grade of that side effect. Not graded is shown as such and not guessed.
  **Serious** is the clinic's own mark (death, danger to life, hospital, lasting harm), which is not
  the same as severe.
- **Names**: synonyms are brought together under the CTCAE or MedDRA term ("feeling sick" counts as
  Nausea); a term that the table does not know stands for itself.
- **95 % CI**: Wilson score interval without continuity correction (Wilson 1927); of a difference,
  Newcombe's hybrid score interval (1998, method 10).
- **Changed beyond chance**: each side effect at each site, the recent weeks against the rest of the
  period; score test, where at least 5 events are expected in both parts; named where the
  false-discovery rate stays under 5 % (Benjamini and Hochberg 1995). Changes of dose, of who is
  treated, or of how forms are filled in are not allowed for.
- **Infusion of the series**: its number in the induction course; maintenance is counted together.
"""
