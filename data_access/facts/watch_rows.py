"""What the rules of the attention list look at: one row of one patient."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from clinical.calendar import day_number
from clinical.codes import DiagnosisGroup, Phase, Timepoint
from clinical.instruments import CSSRS, PHQ9, Instrument
from clinical.progress import WORSE_POINTS, held_from, points_worse
from clinical.thoughts import open_rise
from clinical.watch import DEPRESSION_SCALES, leading, lost_from, usual_interval
from data_access.facts.courses import Course, Courses
from data_access.facts.infusion_rows import FactRow
from data_access.facts.records import SiteRecord
from data_access.facts.score_rows import PlacedScore, PlacedScores

_VITALS = (
    "peak_systolic",
    "peak_diastolic",
    "sustained_systolic",
    "sustained_diastolic",
    "lowest_spo2",
    "deepest_sedation",
)


class Watched(NamedTuple):
    """What is known of one patient: the infusions' facts are in time order, as the infusions."""

    patient_key: int
    home: SiteRecord | None
    group: DiagnosisGroup
    courses: Courses
    placed: PlacedScores
    infusions: list[FactRow]


def watch_rows(watched: Watched) -> list[FactRow]:
    """The row of ``watch_facts``; none for a patient without an infusion."""
    if not watched.infusions:
        return []
    course = watched.courses.treated[-1]
    last = watched.infusions[-1]
    return [
        {
            "patient_key": watched.patient_key,
            "site_key": watched.home.site_key if watched.home else None,
            "diagnosis_group": int(watched.group),
            "phase": int(course.series.phase),
            "done": len(course.infusions),
            "planned": course.series.planned_infusions,
            "last_infusion_day": last["day"],
            "last_number": last["number"],
            **_thoughts(watched.placed.scores),
            **_progress(watched, course),
            **_scoring(watched),
            **{name: last[name] for name in _VITALS},
            **_intervals(course),
        }
    ]


def _thoughts(scores: Sequence[PlacedScore]) -> FactRow:
    item_9 = [
        (score, float(score.record.item_9))
        for score in scores
        if score.record.instrument is PHQ9 and score.record.item_9 is not None
    ]
    level = [(score, score.record.total) for score in scores if score.record.instrument is CSSRS]
    return {**_levels("item_9", item_9), **_levels("cssrs", level)}


def _levels(name: str, asked: list[tuple[PlacedScore, float]]) -> FactRow:
    columns = (f"{name}_last", f"{name}_day", f"{name}_before", f"{name}_since")
    if not asked:
        return dict.fromkeys(columns)
    rise = open_rise([level for _, level in asked])
    last, level = asked[-1]
    before = int(rise.before) if rise else None
    since = _day(asked[rise.position][0]) if rise else None
    return dict(zip(columns, (int(level), _day(last), before, since), strict=True))


def _progress(watched: Watched, course: Course) -> FactRow:
    """How the latest series goes, on the scale by which it is followed."""
    placed, key = watched.placed, course.series.series_key
    of_series = [
        score
        for score in placed.scores
        if score.series is not None
        and score.series.series_key == key
        and score.timepoint is not Timepoint.BASELINE
    ]
    counts = Counter(score.record.instrument.code for score in of_series)
    scale = leading(counts, (code for series, code in placed.baselines if series == key))
    if scale is None:
        return dict.fromkeys((*_LATEST, *_LOSS))
    scores = [score for score in of_series if score.record.instrument is scale]
    baseline = placed.baselines.get((key, scale.code))
    first = baseline.total if baseline else None
    return {
        **_latest(scale, scores, first),
        **_loss(watched, scale),
    }


_LATEST = (
    "instrument",
    "baseline",
    "total",
    "percent",
    "total_day",
    "total_number",
    "total_timepoint",
    "worse_since",
)


def _latest(scale: Instrument, scores: list[PlacedScore], baseline: float | None) -> FactRow:
    last = scores[-1]
    percent, worse_since = None, None
    if baseline is not None:
        percent = scale.improvement_percent(baseline, last.record.total)
        worse = [
            points_worse(scale, score.record.total - baseline) >= WORSE_POINTS[scale.code]
            for score in scores
        ]
        position = held_from(worse)
        worse_since = None if position is None else _day(scores[position])
    values = (
        scale.code,
        baseline,
        last.record.total,
        percent,
        _day(last),
        last.number,
        int(last.timepoint),
        worse_since,
    )
    return dict(zip(_LATEST, values, strict=True))


_LOSS = ("before_treatment", "best_percent", "now_percent", "lost_since", "lost_scores")


def _loss(watched: Watched, scale: Instrument) -> FactRow:
    """The best and the latest improvement since the last induction began, and a loss between."""
    inductions = [
        course for course in watched.courses.treated if course.series.phase is Phase.INDUCTION
    ]
    found = inductions and watched.placed.baselines.get(
        (inductions[-1].series.series_key, scale.code)
    )
    if not found:
        return dict.fromkeys(_LOSS)
    began = inductions[-1].infusions[0].record.started_at
    scores = [
        score
        for score in watched.placed.scores
        if score.record.instrument is scale
        and score.record.completed_at > began
        and score.timepoint is not Timepoint.AFTER_INFUSION
    ]
    percents = [scale.improvement_percent(found.total, score.record.total) for score in scores]
    known = [percent for percent in percents if percent is not None]
    if not known:
        return {**dict.fromkeys(_LOSS), "before_treatment": found.total}
    lost = lost_from([bool(scale.responded(found.total, score.record.total)) for score in scores])
    since = None if lost is None else _day(scores[lost])
    run = None if lost is None else len(scores) - lost
    values = (found.total, max(known), known[-1], since, run)
    return dict(zip(_LOSS, values, strict=True))


def _scoring(watched: Watched) -> FactRow:
    """When depression was last scored, on whichever scale, and the infusions since."""
    scored = [
        score for score in watched.placed.scores if score.record.instrument in DEPRESSION_SCALES
    ]
    infusions = watched.courses.infusions
    if not scored:
        return {"scored_day": None, "unscored": len(infusions)}
    completed_at = scored[-1].record.completed_at
    # At the very start of an infusion a score still counts as taken before it (data contract).
    since = sum(infusion.record.started_at >= completed_at for infusion in infusions)
    return {"scored_day": _day(scored[-1]), "unscored": since}


def _intervals(course: Course) -> FactRow:
    """The days between boosters; an induction has a plan and no usual interval."""
    if course.series.phase is not Phase.MAINTENANCE:
        return {"usual_interval": None, "intervals": 0}
    days = [day_number(infusion.clinic_day) for infusion in course.infusions]
    return {"usual_interval": usual_interval(days), "intervals": len(days) - 1}


def _day(score: PlacedScore) -> int:
    return day_number(score.local_date)
