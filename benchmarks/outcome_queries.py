"""The queries of the Outcomes page, with their floors.

They are asked about the usual cohort: inductions, on PHQ-9, by settled scores, after six infusions.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from access.viewer import LOCAL_VIEWER as VIEWER
from benchmarks.page_query import PageQuery
from clinical.course_scores import LAST_NUMBER, USUAL_LENGTH
from clinical.instruments import PHQ9, QIDS_SR16
from clinical.measures import MEASURES, THOUGHTS
from clinical.published import INDUCTION_DAYS, INDUCTION_INFUSIONS
from clinical.responses import Result
from clinical.thresholds import DEFAULTS
from clinical.time_to import Basis, Reached, Unit
from data_access import (
    cohort,
    outcome_groups,
    outcome_how_long,
    outcome_how_soon,
    outcome_more,
    outcome_published,
    outcome_thoughts,
    outcomes,
)
from data_access.cohort import Cohort

ON_PHQ9 = Cohort(PHQ9.code)
ON_THOUGHTS = Cohort(THOUGHTS.code)
OTHER_MEASURES = tuple(measure.code for measure in MEASURES if measure is not PHQ9)
"""What More than mood looks up: the page has its own measure already."""

STARTS = "start_facts WHERE phase = 1 AND {started}"
"""The inductions that began."""
OVER = " AND closed_day <= :today"


def scored(measure: int = PHQ9.code) -> str:
    """The settled scores of the inductions that are over."""
    return (
        f"outcome_facts WHERE measure = {measure} AND kind = 0 AND phase = 1 AND {{started}}{OVER}"
    )


def measured(measure: int = PHQ9.code) -> str:
    """The inductions with a baseline."""
    return f"milestone_facts WHERE measure = {measure} AND phase = 1 AND {{started}}"


def counted(source: str, *groups: str, counts: str = "count(*)") -> str:
    """Rows counted by columns."""
    named = ", ".join(groups)
    return f"SELECT {named}, {counts} FROM {source} GROUP BY {named} ORDER BY {named}"


def about(
    function: Callable[..., Any], *choices: Any, floor: tuple[str, ...], of: Cohort = ON_PHQ9
) -> PageQuery:
    """A query that takes the filters, the cohort, choices of the view and today."""
    return PageQuery(
        function,
        lambda c, asked: function(c, VIEWER, asked.filters, of, *choices, asked.today),
        floor,
    )


_REACHED = "sum(CASE WHEN baseline > 0 THEN 1 ELSE 0 END), sum(CASE WHEN 2 * total <= baseline"
_REACHED += " AND baseline > 0 THEN 1 ELSE 0 END)"


def by_group(column: str) -> tuple[PageQuery, ...]:
    """What Groups asks, told apart by a column."""
    of_starts = counted(f"{STARTS}{OVER}", column, "length")
    of_scores, of_mix = (
        counted(source, column, *parts, counts=f"count(*), {_REACHED}")
        for source, parts in (
            (scored(), ("number", "observed")),
            (
                f"{scored()} AND number = {USUAL_LENGTH}",
                ("baseline_band", "diagnosis_group", "observed"),
            ),
        )
    )
    result = Result.RESPONSE
    return (
        about(outcome_groups.group_starts, column, floor=(of_starts,)),
        about(outcome_groups.group_scores, column, result, floor=(of_scores,)),
        about(outcome_groups.group_mix, column, result, USUAL_LENGTH, floor=(of_mix,)),
    )


def times(reached: Reached, by: str | None = None) -> PageQuery:
    """The days until something is reached, together or by a column."""
    what = "response" if reached is Reached.RESPONSE else "remission"
    free = 0 if reached is Reached.RESPONSE else PHQ9.remission_at_most
    day = f"ceil(coalesce(settled_{what}_hours, settled_watched_hours) / 24 - 0.0001)"
    groups = (
        *([] if by is None else [by]),
        f"CASE WHEN baseline > {free} THEN 1 ELSE 0 END",
        f"CASE WHEN settled_{what}_hours IS NULL THEN 0 ELSE 1 END",
        f"CASE WHEN {day} > 365 THEN 365 ELSE {day} END",
    )
    places = ", ".join(str(place) for place in range(1, len(groups) + 1))
    return PageQuery(
        outcome_how_soon.times_to,
        lambda c, asked: outcome_how_soon.times_to(
            c, VIEWER, asked.filters, ON_PHQ9, reached, Basis.SETTLED, Unit.DAYS, by
        ),
        (
            f"SELECT {', '.join(groups)}, count(*) FROM {measured()}"
            f" GROUP BY {places} ORDER BY {places}",
        ),
    )


def after_induction(of: Cohort) -> PageQuery:
    """The scores some weeks after an induction, on a measure."""
    source = (
        f"{measured(of.measure)}{OVER} AND after_total IS NOT NULL"
        f" AND done BETWEEN {INDUCTION_INFUSIONS[0]} AND {INDUCTION_INFUSIONS[1]}"
        f" AND span_days BETWEEN {INDUCTION_DAYS[0]} AND {INDUCTION_DAYS[1]}"
    )
    return about(
        outcome_published.after_induction_counts,
        floor=(counted(source, "baseline", "after_total"),),
        of=of,
    )


def scores_on(of: Cohort) -> PageQuery:
    """The scores by infusion, on a measure."""
    groups = ("number", "observed", "baseline", "total")
    return about(outcomes.score_counts, floor=(counted(scored(of.measure), *groups),), of=of)


_NOTES = (
    f"SELECT closed_day <= :today, length, done, complete, measured & 1, count(*) FROM {STARTS}"
    " GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5"
)
_SPANS = ", ".join(
    f"CAST(round({days}) AS INTEGER)"
    for days in (
        "CASE WHEN kept_days IS NOT NULL THEN end_days END",
        "lost_days",
        "kept_days",
        "booster_days",
        "second_booster_days",
    )
)
_ON_QIDS = f"{scored(QIDS_SR16.code)} AND number = {USUAL_LENGTH} AND observed = 1"
_BEGAN_WITH_THOUGHTS = (
    f"SELECT m.baseline, m.total, o.total = 0, count(*) FROM outcome_facts o JOIN outcome_facts m"
    f" ON m.series_key = o.series_key AND m.measure = {PHQ9.code} AND m.kind = 0"
    f" AND m.number = o.number AND m.observed = 1 WHERE o.measure = {THOUGHTS.code} AND o.kind = 0"
    f" AND o.phase = 1 AND {{o_started}} AND o.closed_day <= :today AND o.number = {USUAL_LENGTH}"
    " AND o.observed = 1 AND o.baseline > 0 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
)
_MEASURES = ", ".join(str(code) for code in OTHER_MEASURES)


def _on_others(source: str) -> str:
    return source.replace(f"measure = {PHQ9.code}", f"measure IN ({_MEASURES})")


OUTCOMES: tuple[PageQuery, ...] = (
    PageQuery(
        cohort.measures_in_use,
        lambda c, _asked: cohort.measures_in_use(c, VIEWER),
        tuple(
            f"SELECT 1 FROM milestone_facts WHERE measure = {measure.code} LIMIT 1"
            for measure in MEASURES
        ),
    ),
    about(outcomes.start_counts, floor=(_NOTES,)),
    scores_on(ON_PHQ9),
    times(Reached.RESPONSE),
    PageQuery(
        outcome_how_soon.first_day_counts,
        lambda c, asked: outcome_how_soon.first_day_counts(
            c, VIEWER, asked.filters, ON_PHQ9, DEFAULTS.early_hours
        ),
        (
            counted(
                f"{measured()} AND early_hours <= {DEFAULTS.early_hours}", "baseline", "early_total"
            ),
        ),
    ),
    about(
        outcome_how_long.response_spans,
        floor=(
            f"SELECT {_SPANS}, again_days IS NOT NULL AND lost_days IS NULL, count(*)"
            f" FROM {measured()}{OVER} AND end_days IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6",
        ),
    ),
    about(
        outcome_thoughts.thought_baselines,
        floor=(counted(f"{measured(THOUGHTS.code)}{OVER}", "baseline", "length"),),
        of=ON_THOUGHTS,
    ),
    about(
        outcome_thoughts.thoughts_and_mood,
        USUAL_LENGTH,
        floor=(_BEGAN_WITH_THOUGHTS,),
        of=ON_THOUGHTS,
    ),
    about(
        outcome_more.scores_by_measure,
        OTHER_MEASURES,
        floor=(
            counted(
                f"{_on_others(scored())} AND observed = 1 AND number <= {LAST_NUMBER}",
                *("measure", "number", "observed", "baseline", "total"),
            ),
        ),
    ),
    about(
        outcome_more.baselines_by_measure,
        OTHER_MEASURES,
        floor=(counted(f"{STARTS}{OVER}", "length", "measured"),),
    ),
    *by_group("diagnosis_group"),
    after_induction(ON_PHQ9),
    about(
        outcome_published.after_infusion_counts,
        USUAL_LENGTH,
        floor=(
            f"SELECT count(*) FROM {measured(QIDS_SR16.code)}{OVER} AND length >= {USUAL_LENGTH}",
            counted(_ON_QIDS, "baseline", "total"),
        ),
        of=replace(ON_PHQ9, measure=QIDS_SR16.code),
    ),
)
"""Every query of the page; those that several views ask otherwise, as the first of them does."""
