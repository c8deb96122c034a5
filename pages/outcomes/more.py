"""More than mood: energy, anxiety, well-being, trauma and every other measure side by side."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from clinical.instruments import Instrument
from clinical.measure_results import MeasureResult, measure_results
from clinical.retention import due_at
from data_access.cohort import measures_in_use
from data_access.courses_behind import CoursesBehind
from data_access.outcome_more import baselines_by_measure, scores_by_measure
from pages.outcomes.behind import behind_section
from pages.outcomes.choice import View, look_at
from pages.outcomes.look import Look
from pages.outcomes.more_findings import (
    Compared,
    courses_finding,
    effects_finding,
    left_out_words,
    measure_table,
    more_answer,
    more_figures,
    rule_words,
)
from pages.outcomes.words import after_words, course_nouns, strip_words
from pages.shared.context import PageContext
from pages.shared.frame import heading, key_figures, nothing, plain, sentence, show, table
from pages.shared.memory import remembered


def more_view(context: PageContext, look: Look) -> None:
    """Draw the view."""
    measures = measures_in_use(context.connection, context.viewer)
    results = remembered(
        context,
        "more: results",
        lambda: _results(context, look, measures),
        look.cohort,
        look.number,
        tuple(measure.code for measure in measures),
    )
    compared = Compared(
        results,
        look.number,
        look.thresholds.smallest_group,
        course_nouns(look)[1],
    )
    if not compared.shown:
        nothing(
            f"No measure has {compared.least} or more scores after infusion {look.number} that "
            "differ, beside a baseline of the same course, so nothing can be compared."
        )
        return
    sentence(more_answer(compared))
    st.caption(f"{strip_words(look)} {left_out_words(compared)}".rstrip())
    key_figures(more_figures(compared))
    effects, courses = remembered(
        context,
        "more: findings",
        lambda: (effects_finding(compared), courses_finding(compared)),
        look.cohort,
        look.number,
    )
    _behind(context, look, chosen_measure(show(effects, choosable=True), compared))
    _to_scores(measures)
    if courses is not None:
        show(courses)
    _table(compared, measures)


def _results(
    context: PageContext, look: Look, measures: tuple[Instrument, ...]
) -> tuple[MeasureResult, ...]:
    """Each measure after the infusion. The page's own is looked up already."""
    own = look.cohort.measure
    others = [measure.code for measure in measures if measure.code != own]
    asked = context.connection, context.viewer, context.filters, look.cohort, others, context.today
    scores, baselines = scores_by_measure(*asked), baselines_by_measure(*asked)
    counted = baselines[baselines["length"] >= look.number].groupby("measure")["courses"].sum()
    due = dict(zip(counted.index.tolist(), counted.tolist(), strict=True))
    due[own] = due_at(look.starts[look.starts["baseline"] == 1], look.number)
    every = pd.concat([look.scores.assign(measure=own), scores], ignore_index=True)
    return measure_results(every, due, measures, look.number)


def chosen_measure(points: Sequence[Any], compared: Compared) -> Instrument | None:
    """The measure of the first chosen dot; ``None`` for none, and for one that is not drawn."""
    match points:
        case [[_, int(code)], *_]:
            drawn = {each.measure.code: each.measure for each in compared.shown}
            return drawn.get(code)
    return None


def _behind(context: PageContext, look: Look, measure: Instrument | None) -> None:
    """List the courses with a score on a measure, the least improved first."""
    if measure is None:
        return
    behind = CoursesBehind(number=look.number, measure=measure.code, by_percent=True)
    words = f"{course_nouns(look)[1]} with a score on {plain(measure.name)} {after_words(look)}"
    behind_section(context, look, behind, words, key="behind-more")


def _to_scores(measures: tuple[Instrument, ...]) -> None:
    """Buttons that lead to the scores of one measure."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("The scores of one measure:", width="content")
        for measure in measures:
            st.button(
                f"{measure.name} →",
                key=f"outcome-more-{measure.code}",
                type="tertiary",
                on_click=look_at_scores,
                args=(measure,),
            )


def look_at_scores(measure: Instrument) -> None:
    """Go to the view Scores with a measure; for a button's ``on_click``."""
    st.session_state["measure"] = measure.name
    look_at(View.SCORES)


def _table(compared: Compared, measures: tuple[Instrument, ...]) -> None:
    with st.container(border=True, key="finding-outcome-more-measures"):
        heading(
            f"All measures after infusion {compared.number}",
            f"Settled scores of {compared.courses} that are over, against the baseline of the "
            f"same courses. {rule_words(measures)}",
        )
        table(measure_table(compared), "outcome-more-measures")


MORE_DEFINITIONS = """
- **Measures**: those on which the clinic has any baseline. The two items are of PHQ-9: **energy**
  is item 4 (tired or with little energy), **suicidal thoughts** item 9, 0 to 3 each.
- **Scores**: settled ones only, before the next infusion or later than 72 hours after one: on the
  day of an infusion drowsiness alone raises PHQ-9 items 3, 4 and 7. Scores that are missing are
  left out; *with a baseline* counts the courses that are over and judged up to the infusion.
- **Points better**: the mean of each course's own change from its baseline, improvement positive
  also where a higher score is better (WHO-5); 95 % interval by Student's t. *Clearly* better or
  worse: the interval leaves out no change; it is not corrected for the number of measures.
- **Standardised change, effect size**: mean improvement over the square root of the mean of the
  two variances, of the baselines and of the later scores (d_av, Lakens 2013); interval: Bonett
  2008 for paired samples. It compares changes on scales of different length, and depends on how
  much the courses differ from each other to begin with.
- **Response, remission, free of it, reliably better or worse**: by each measure's own rule;
  reliable is a change beyond measurement error, on a single item one level. 95 % Wilson intervals.
- Before and after without a comparison group: what would have come by itself is in it.
"""
