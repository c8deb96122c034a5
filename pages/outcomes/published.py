"""Published: the clinic's figures beside those of the literature that are read in the same way."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from charts.numbers import percent
from clinical.codes import Phase, ScoreKind
from clinical.course_scores import USUAL_LENGTH
from clinical.effect_size import EffectSize
from clinical.incidence import proportion
from clinical.instruments import PHQ9
from clinical.published import (
    FIGURES,
    INDUCTION_DAYS,
    INDUCTION_INFUSIONS,
    MCINNES,
    STUDIES,
    Figure,
    Outcome,
    When,
    Whose,
)
from clinical.side_by_side import Counts, Pair, SideBySide, own_effect, side_by_side
from data_access.cohort import measures_in_use
from data_access.courses_behind import CoursesBehind, Instead, Milestone
from data_access.outcome_published import after_induction_counts, after_infusion_counts
from pages.outcomes.behind import behind_section
from pages.outcomes.look import Look
from pages.outcomes.published_findings import (
    apart_words,
    in_words,
    pair_name,
    published_answer,
    side_by_side_finding,
    value_words,
)
from pages.outcomes.words import strip_words
from pages.shared.context import PageContext
from pages.shared.frame import KeyFigure, heading, key_figures, nothing, sentence, show
from pages.shared.memory import remembered
from pages.shared.words import count_words, rate_words

_TREATED_THERE = 9_016
"""Of so many treated McInnes 2022 could analyse the n of its figures."""


@dataclass(frozen=True, slots=True)
class _Compared:
    """What stands beside what; the courses on PHQ-9 some weeks after induction, and their effect.

    ``analysed`` is ``None`` where the clinic does not use PHQ-9; ``effect`` also under the smallest
    group that is shown.
    """

    found: SideBySide
    analysed: Counts | None
    effect: EffectSize | None


def published_view(context: PageContext, look: Look) -> None:
    """Draw the view."""
    if look.phase is Phase.MAINTENANCE:
        nothing(
            "The published figures are of inductions, and the filters hold maintenance alone. "
            "Choose induction, or all phases, to see the clinic's figures beside them."
        )
        return
    compared = remembered(
        context,
        "outcomes: published",
        lambda: _compare(context, look),
        look.cohort,
        look.thresholds.smallest_group,
    )
    found = compared.found
    if found.pairs:
        sentence(published_answer(found.pairs[0]))
        st.caption(f"{_WARNING} {strip_words(look)}")
        key_figures(_key_figures(look, compared))
        points = show(side_by_side_finding(found), choosable=True)
        _behind(context, look, chosen_pair(points, found))
        _in_words(found)
    else:
        nothing(
            f"None of the {count_words(len(found.apart), 'published figure')} that are known here "
            "has the instrument, the time and the rule of a figure of this clinic with at least "
            f"{look.thresholds.smallest_group} inductions."
        )
    _apart(found)


_WARNING = (
    "Published response rates run from 18 to 72 %: that is the instrument, the hours since the "
    "infusion and who was lost, before it is the treatment. So only figures with the same "
    "instrument, time and rule stand beside each other. The people are still others, and so are "
    "those who were lost: a difference is no verdict on a clinic."
)


def _compare(context: PageContext, look: Look) -> _Compared:
    used = {each.code for each in measures_in_use(context.connection, context.viewer)}
    by_time: dict[tuple[When, int], Counts] = {}

    def counts_for(figure: Figure) -> Counts | None:
        measure = figure.measure
        if measure is None or measure.code not in used:
            return None
        key = figure.when, measure.code
        if key not in by_time:
            by_time[key] = _counts(context, look, figure)
        return by_time[key]

    least = look.thresholds.smallest_group
    found = side_by_side(FIGURES, counts_for, least)
    analysed = by_time.get((When.AFTER_INDUCTION, PHQ9.code))
    enough = analysed is not None and analysed.n_scored >= least
    return _Compared(found, analysed, own_effect(analysed) if analysed and enough else None)


def _counts(context: PageContext, look: Look, figure: Figure) -> Counts:
    """The clinic's courses at the time of a figure, on its measure."""
    measure = figure.measure or PHQ9
    cohort = replace(look.cohort, measure=measure.code, kind=ScoreKind.SETTLED, baseline_bands=())
    asked = context.connection, context.viewer, context.filters, cohort
    if figure.when is When.AFTER_INDUCTION:
        return Counts(measure, after_induction_counts(*asked, context.today))
    number = figure.infusions or USUAL_LENGTH
    return Counts(measure, after_infusion_counts(*asked, number, context.today))


def _key_figures(look: Look, compared: _Compared) -> list[KeyFigure]:
    """What is beside McInnes 2022, whose figures most are of."""
    shares = [
        KeyFigure(
            label=label,
            value=percent(pair.own.estimate),
            change=f"{MCINNES.name}: {value_words(pair.figure)}",
            help=f"{help_} {rate_words(pair.own)}, of {count_words(pair.own.n, 'induction')}.",
        )
        for outcome, label, help_ in _OF_MCINNES
        for pair in compared.found.pairs
        if (pair.figure.study, pair.figure.measure, pair.figure.outcome) == (MCINNES, PHQ9, outcome)
    ]
    return [*shares, *_effect(compared), *_analysed(look, compared)]


_OF_MCINNES = (
    (Outcome.RESPONSE, "Responded", "At least 50 % fall of PHQ-9, 14–31 days after induction."),
    (Outcome.REMISSION, "In remission", "PHQ-9 under 5, 14–31 days after induction."),
)


def _effect(compared: _Compared) -> list[KeyFigure]:
    effect = compared.effect
    if effect is None:
        return []
    theirs = next(
        figure for figure in FIGURES if figure.study is MCINNES and figure.outcome is Outcome.EFFECT
    )
    return [
        KeyFigure(
            label="Effect size",
            value=f"{effect.estimate:.1f}",
            change=f"{MCINNES.name}: {value_words(theirs)}, formula not told",
            help="Mean fall of PHQ-9 in standard deviations, those of baseline and later score "
            f"taken together: {effect.estimate:.2f}, 95 % CI {effect.low:.2f}–{effect.high:.2f}. "
            f"{theirs.note}",
        )
    ]


def _analysed(look: Look, compared: _Compared) -> list[KeyFigure]:
    if compared.analysed is None:
        return []
    there = next(figure.n for figure in FIGURES if figure.study is MCINNES and figure.n) or 0
    here = proportion(
        compared.analysed.n_scored, max(look.retention.over, compared.analysed.n_scored)
    )
    return [
        KeyFigure(
            label="Could be analysed",
            value=percent(here.estimate),
            change=f"{MCINNES.name}: {percent(there / _TREATED_THERE)}",
            help=f"{here.events:,} of {here.n:,} inductions that are over had a baseline, 4–8 "
            "infusions in 7–28 days, and a PHQ-9 score 14–31 days afterwards; in "
            f"{MCINNES.name} {there:,} of {_TREATED_THERE:,} treated.",
        )
    ]


def chosen_pair(points: Sequence[Any], found: SideBySide) -> Pair | None:
    """The pair of the first chosen dot of ours; ``None`` for none, and for one not drawn."""
    match points:
        case [[_, int(place)], *_] if 0 <= place < len(found.pairs):
            return found.pairs[place]
    return None


def _behind(context: PageContext, look: Look, pair: Pair | None) -> None:
    """List the inductions that reached what a pair is about."""
    if pair is not None:
        words = f"inductions, {pair_name(pair.figure)}"
        behind_section(context, look, behind_figure(pair.figure), words, "behind-published")


def behind_figure(figure: Figure) -> CoursesBehind:
    """The clinic's courses that are counted as having reached it."""
    at_all = CoursesBehind(measure=(figure.measure or PHQ9).code)
    if figure.when is When.AFTER_INDUCTION:
        of_study = (
            Milestone("done", *INDUCTION_INFUSIONS),
            Milestone("span_days", *INDUCTION_DAYS),
        )
        at_all = replace(at_all, instead=Instead.AFTER, milestones=of_study)
    else:
        at_all = replace(at_all, number=figure.infusions or USUAL_LENGTH)
    if figure.whose is Whose.WITH_IT:
        at_all = replace(at_all, baselines=(_ANY, None))
    return replace(at_all, **_REACHED[figure.outcome])


_ANY = 1e-6
"""More than nothing: whatever is above 0, in points or per cent, is more than this."""
_REACHED: dict[Outcome, dict[str, Any]] = {
    Outcome.RESPONSE: {"responded": True},
    Outcome.REMISSION: {"remitted": True},
    Outcome.ROSE: {"worse": True},
    Outcome.FELL: {"percent": (_ANY, None)},
    Outcome.FREE: {"totals": (0.0, 0.0)},
}
"""What is asked of the score of those that reached an outcome."""


def _in_words(found: SideBySide) -> None:
    with st.container(border=True, key="published-in-words"):
        heading("Pair by pair", "What both sides have in common, and what the intervals say")
        st.markdown(in_words(found))


def _apart(found: SideBySide) -> None:
    with st.container(border=True, key="published-apart"):
        heading(
            "Not beside a figure of ours, and why",
            f"{count_words(len(found.apart), 'published figure')} that differ, or are not known "
            "not to differ, in instrument, time or rule",
        )
        st.markdown("\n".join(f"- {words}" for words in apart_words(found.apart)))


_SOURCES = "\n".join(f"  - {study.citation}: {study.setting}." for study in STUDIES)

PUBLISHED_DEFINITIONS = f"""
- **Pair**: a published figure and ours with the same instrument, time, rule and denominator, each
  known to be the same. Ours are of inductions that began in the period and are over, of at least
  the smallest group that is shown. A patient who returns counts with each induction; the studies
  count patients.
- **14–31 days after an induction**: inductions of 4–8 infusions, the last one 7–28 days after the
  first, with a baseline; the first score 14–31 days after the last infusion counts, whether or not
  maintenance has begun by then (McInnes 2022, whose abstract is silent on that).
- **Before a visit, at the end of an induction of six**: all inductions with a baseline that are due
  after infusion 6; the settled score after it, and no score counts as no response (Sakurai 2020).
- **Any worse, any better**: one point or more than at baseline. Suicidal thoughts: item 9 of PHQ-9;
  *eased* is of those who had them at baseline, *worse* of all.
- **Published interval**: 95 % Wilson score interval from the n and the printed percentage, rounded
  to whole people (Wilson 1927). Without an n there is none.
- **Difference**: ours minus theirs, Newcombe 1998, method 10, at 95 % for all differences together
  (Bonferroni). *Clear* where that leaves out zero. Overlapping intervals alone are no test.
- **Effect size**: mean fall over the root of the mean of both variances (Lakens 2013, d_av);
  interval of Bonett 2008.
- **Sources**, mostly read as abstracts:
{_SOURCES}
"""
