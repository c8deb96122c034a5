"""How soon side effects pass: by when after the infusion, and what chair time goes with them."""

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from clinical.chair_time import lost_time_by
from clinical.side_effect_passing import Passing, passing_by_term, passing_of
from clinical.side_effect_times import Odd
from data_access import side_effect_times as queries
from pages.shared.context import PageContext
from pages.shared.frame import Finding, finding_grid, nothing, plain, sentence, show
from pages.shared.memory import remembered
from pages.shared.words import count_words
from pages.side_effects.chair_time_findings import chair_time_finding
from pages.side_effects.choice import (
    ChosenTerm,
    View,
    choose_term,
    period_terms,
    say_change,
)
from pages.side_effects.no_rates import say_why_no_rates
from pages.side_effects.passing_findings import (
    Term,
    lasted_finding,
    longest_words,
    milestones_finding,
    onset_finding,
    passed_finding,
    passing_answer,
    quality_words,
)
from pages.side_effects.passing_table import show_table


@dataclass(frozen=True, slots=True)
class _Counts:
    """What the queries found: the terms, the commonest first, and the rows that they come from.

    ``untimed``: recorded infusions whose time in the chair is not known; ``recorded``: all.
    """

    terms: list[Term]
    keys: tuple[int, ...]
    passed: pd.DataFrame
    odd: pd.DataFrame
    untimed: int
    recorded: int


def passing_view(context: PageContext) -> None:
    """Draw the view."""
    term = choose_term(context)
    counts = remembered(context, "passing", lambda: _count(context))
    if not counts.recorded:
        say_why_no_rates(context)
        return
    if not counts.terms:
        nothing(
            f"No side effect was recorded in {count_words(counts.recorded, 'infusion')} with a "
            "filled-in form, so there is nothing that could pass."
        )
        return
    passing = _passing(counts, term)
    _answer(counts, term, passing)
    say_change(context, term, View.PASSING)
    _say_quality(counts, term, passing)
    findings = remembered(
        context, "passing: findings", lambda: _findings(context, counts, term, passing), term
    )
    if passing.curve.n:
        show(findings[0])
    finding_grid(findings[1:] if passing.curve.n else findings)
    show_table(counts.terms)


def _count(context: PageContext) -> _Counts:
    asked = context.connection, context.viewer, context.filters
    terms = period_terms(context)
    passed, odd = queries.passed_minutes(*asked), queries.odd_times(*asked)
    of_all = queries.chair_minutes_by_site_and_phase(*asked)
    passing = passing_by_term(passed, odd)
    lost = lost_time_by(
        "term_key", _as_infusions(queries.chair_minutes_by_term(*asked)), _as_infusions(of_all)
    )
    keys = tuple(terms["term_key"])
    return _Counts(
        terms=[
            Term(name, passing[key], lost.get(key))
            for key, name in zip(keys, terms["term"], strict=True)
        ],
        keys=keys,
        passed=passed,
        odd=odd,
        untimed=int(of_all["untimed"].sum()),
        recorded=int(of_all[["n", "untimed"]].sum().sum()),
    )


def _as_infusions(sums: pd.DataFrame) -> pd.DataFrame:
    return sums.rename(columns={"n": "infusions"}).drop(columns="untimed")


def _passing(counts: _Counts, term: ChosenTerm) -> Passing:
    """How soon the chosen side effect passed; of any, all of them taken together."""
    if term.term_key is None:
        return passing_of(counts.passed, counts.odd)
    if term.term_key not in counts.keys:
        return passing_of(counts.passed[:0], counts.odd[:0])
    return counts.terms[counts.keys.index(term.term_key)].passing


def _answer(counts: _Counts, term: ChosenTerm, passing: Passing) -> None:
    if passing.curve.n:
        sentence(passing_answer(term.name, passing))
    elif not passing.infusions:
        nothing(
            f"{plain(term.name)} was recorded in none of "
            f"{count_words(counts.recorded, 'infusion')} with a filled-in form. The others:"
        )
    else:
        nothing(
            f"When {plain(term.name)} passed is not known "
            f"({count_words(passing.infusions, 'infusion')} with it)."
        )
    caption = longest_words(counts.terms)
    if term.term_key is None:
        caption += " Each side effect of an infusion counts here."
    if caption:
        st.caption(caption.strip())


def _say_quality(counts: _Counts, term: ChosenTerm, passing: Passing) -> None:
    odd = counts.odd
    if term.term_key is not None:
        odd = odd[odd["term_key"] == term.term_key]
    kinds = {kind: int(odd.loc[odd["odd"] == kind, "infusions"].sum()) for kind in Odd}
    for words in quality_words(passing, kinds):
        st.markdown(f":gray-badge[Data quality] {words}")


def _findings(
    context: PageContext, counts: _Counts, term: ChosenTerm, passing: Passing
) -> list[Finding]:
    """The pictures; the first is the curve, where there is one."""
    found: list[Finding | None] = []
    if passing.curve.n:
        found.append(passed_finding(term.name, passing, counts.terms))
    lost = {one.name: one.lost for one in counts.terms if one.lost is not None}
    found += [milestones_finding(counts.terms), chair_time_finding(lost, counts.untimed)]
    if term.term_key is not None:
        times = queries.onset_and_lasted(
            context.connection, context.viewer, context.filters, term.term_key
        )
        found += [onset_finding(term.name, times), lasted_finding(term.name, times)]
    return [finding for finding in found if finding is not None]


PASSING_DEFINITIONS = """
- **Passed**: minutes from the end of the infusion until the last record of the side effect in it
  had passed; what passed before the end counts as passed at 0. Infusions are counted, not records:
  several records of one side effect in an infusion count until the last has passed.
- **Not passed at discharge**: recorded without an end. It counts as still there until the
  discharge; how much longer it lasted is not known. Share of the infusions with known times, with
  its Wilson interval.
- **Seen to pass** (dashed): those that had passed by then, of all with known times; what had not
  passed at discharge counts as still there, so no fewer had passed. Wilson interval.
- **Share that had passed** (line): Kaplan-Meier estimator (1958), which stops counting an infusion
  at its discharge instead (censored). At the same minute what passed comes before what is censored.
  Band: 95 %, Greenwood's variance on the scale of log(-log S) (Kalbfleisch and Prentice 2002).
  Where none or all had passed there is none; if nothing was censored before, Wilson's limits stand
  there.
- **Which way the line leans**: it lets those that had not passed at discharge pass as the others
  did that stayed. The records do not tell whether they do. Where people stay until they are well,
  those who leave all the same have what lasts (a headache), and nearly all who stay are seen to
  pass: the line is too optimistic. Where those leave early who are nearly well, it is too
  pessimistic. The dashed line holds either way. Where all were seen to pass the two are the same.
  Infusions count as independent although patients have several, so the bands are a little too
  narrow.
- **Minutes to 50 % and 95 %**: the first minute by which at least that share was seen to pass;
  where the steps lie flat at exactly that share, the beginning of the flat piece (R takes its
  middle). Their interval is where the Wilson limits cross the share, as Brookmeyer and Crowley
  (1982) have it of a band. Empty: not so many were seen to pass. Those by Kaplan-Meier have a
  column of their own.
- **Onset**: minutes from the start of the infusion to the first onset; median and quartiles of type
  7. **Lasted**: from that onset until the last record had passed, by Kaplan-Meier as above; its
  median is the minute by which half were seen to pass.
- **Times not known**: no time of passing, or no end of the infusion, is recorded. **Times
  contradict**: it passed before it began, or began before the infusion; such infusions are in no
  curve and are counted in the table. **Began after discharge**: kept where its times are known.
- **Chair time**: within each site and phase, the mean time in the chair of infusions with the side
  effect minus that of the recorded ones without it, times those with it, added up; normal 95 %
  interval from the variances within, too narrow for a handful of infusions. An association and not
  a cause: infusions with one side effect often have others, so the hours of different side effects
  overlap. Infusions count as independent although patients have several.
- Under 20 infusions with known times no share is put into the sentence, and the side effect is left
  out of the pictures that compare side effects; its row in the table stays.
"""
