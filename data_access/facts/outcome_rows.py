"""What became of each course of treatment: who began it, its scores, and when it reached what."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from clinical.calendar import day_number
from clinical.codes import Phase, ScoreKind, failures_band
from clinical.course_scores import (
    AFTER_DAYS,
    USUAL_LENGTH,
    course_length,
    nearest,
    observed_steps,
    score_kind,
    steps,
)
from clinical.instruments import PHQ9, Instrument
from clinical.measures import ENERGY, MEASURE_BY_CODE, MEASURES, THOUGHTS, measure_bit
from clinical.scores import LAST_INFUSION_WINDOW
from data_access.facts.courses import Course, Courses
from data_access.facts.infusion_rows import FactRow
from data_access.facts.records import ScoreRecord
from data_access.facts.score_rows import PlacedScore, PlacedScores

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_FIRST_DAY_HOURS = 24
"""The acute score of infusion 1 nearest to this tells of the first day."""
_HIGHEST = 32_767
"""The largest number that a small column holds."""
_FROM_START = (
    "series_key",
    "site_key",
    "phase",
    "started_day",
    "closed_day",
    "diagnosis_group",
    "sex",
    "age_band",
    "failures_band",
    "dose_band",
    "course_order",
)
"""What the facts of a course's scores have from its start."""


class Begun(NamedTuple):
    """What is known of one patient; ``infusions``: their facts, in time order, as the courses'."""

    failed_antidepressants: int | None
    courses: Courses
    placed: PlacedScores
    infusions: list[FactRow]


class _Measured(NamedTuple):
    """One score on one measure."""

    placed: PlacedScore
    completed_at: datetime
    total: float

    @property
    def kind(self) -> ScoreKind | None:
        return score_kind(self.placed.timepoint)


class _Judged(NamedTuple):
    """A course on a measure, its baseline, and the patient's scores on it, in time order."""

    course: Course
    measure: Instrument
    baseline: float
    scores: list[_Measured]

    @property
    def own(self) -> list[_Measured]:
        """The scores that belong to the course, after its first infusion."""
        key = self.course.series.series_key
        return [
            score
            for score in self.scores
            if score.placed.series is not None
            and score.placed.series.series_key == key
            and score.kind is not None
        ]

    def responds(self, score: _Measured) -> bool:
        return self.measure.responded(self.baseline, score.total) is True


def start_rows(begun: Begun) -> list[FactRow]:
    """The rows of ``start_facts``: one for each course with an infusion, by their start."""
    first_facts: dict[int, FactRow] = {}
    for fact in begun.infusions:
        first_facts.setdefault(fact["series_key"], fact)
    return [
        _start_row(begun, course, first_facts[course.series.series_key], baselines)
        for course, baselines in zip(begun.courses.treated, _baselines(begun), strict=True)
    ]


def _start_row(
    begun: Begun, course: Course, first: FactRow, baselines: Mapping[int, float]
) -> FactRow:
    planned, done = course.series.planned_infusions, len(course.infusions)
    is_induction = course.series.phase is Phase.INDUCTION
    # Some clinics number an infusion by all that the patient had before, too.
    highest = max(infusion.number for infusion in course.infusions)
    return {
        "series_key": course.series.series_key,
        "patient_key": course.series.patient_key,
        "site_key": first["site_key"],
        "phase": int(course.series.phase),
        "started_day": first["day"],
        "closed_day": _closed_day(course, begun.courses),
        "diagnosis_group": first["diagnosis_group"],
        "sex": first["sex"],
        "age_band": first["age_band"],
        "failures_band": int(failures_band(begun.failed_antidepressants)),
        "dose_band": first["dose_band"],
        "course_order": first["later_series"],
        "length": course_length(planned, max(done, highest), is_induction=is_induction),
        "done": done,
        "planned": planned,
        "complete": int(is_induction and done >= (planned or USUAL_LENGTH)),
        "measured": sum(measure_bit(code) for code in baselines),
    }


def _closed_day(course: Course, courses: Courses) -> int:
    """The day from which no score can belong to a course any more.

    The latest infusion before a score decides where it belongs, so the first infusion after the
    course's last one ends it, of whichever course it is.
    """
    last = course.infusions[-1]
    closed_day = day_number(last.clinic_day) + LAST_INFUSION_WINDOW.days + 1
    following = next(
        (each for each in courses.infusions if each.record.started_at > last.record.started_at),
        None,
    )
    return closed_day if following is None else min(closed_day, day_number(following.clinic_day))


def outcome_rows(begun: Begun, starts: Sequence[FactRow]) -> list[FactRow]:
    """The rows of ``outcome_facts``, given those of ``start_facts``."""
    rows: list[FactRow] = []
    for judged, start in _judged(begun, starts):
        shared = _shared(judged, start)
        own = judged.own
        for kind in ScoreKind:
            numbered = [(each.placed.number, each.total) for each in own if each.kind is kind]
            found = (
                steps(numbered, start["length"])
                if kind is ScoreKind.SETTLED
                else observed_steps(numbered)
            )
            rows += (
                {
                    **shared,
                    "kind": int(kind),
                    "number": step.number,
                    "observed": int(step.observed),
                    "total": step.total,
                }
                for step in found
            )
    return rows


def milestone_rows(begun: Begun, starts: Sequence[FactRow]) -> list[FactRow]:
    """The rows of ``milestone_facts``, given those of ``start_facts``."""
    return [
        {
            **_shared(judged, start),
            "length": start["length"],
            "done": start["done"],
            "span_days": day_number(judged.course.infusions[-1].clinic_day) - start["started_day"],
            **_reached(judged),
            **_early(judged),
            **_end(judged),
            **_after(judged),
            **_lasted(judged, begun.courses),
        }
        for judged, start in _judged(begun, starts)
    ]


def _shared(judged: _Judged, start: FactRow) -> FactRow:
    return {
        **{name: start[name] for name in _FROM_START},
        "measure": judged.measure.code,
        "baseline": judged.baseline,
        "baseline_band": judged.measure.band(judged.baseline) or 0,
    }


def _judged(begun: Begun, starts: Sequence[FactRow]) -> Iterator[tuple[_Judged, FactRow]]:
    """Every course on every measure on which it has a baseline."""
    by_measure: defaultdict[int, list[_Measured]] = defaultdict(list)
    for placed in begun.placed.scores:
        for code, total in _totals(placed.record):
            by_measure[code].append(_Measured(placed, placed.record.completed_at, total))
    for course, start, baselines in zip(
        begun.courses.treated, starts, _baselines(begun), strict=True
    ):
        for code, baseline in baselines.items():
            yield _Judged(course, MEASURE_BY_CODE[code], baseline, by_measure[code]), start


def _baselines(begun: Begun) -> list[dict[int, float]]:
    """What each course is compared with, by measure, in their order."""
    found: list[dict[int, float]] = []
    before: dict[int, float] = {}
    for course in begun.courses.treated:
        own = _own_baselines(begun.placed, course)
        if course.series.phase is Phase.INDUCTION:
            # What an earlier treatment started from says nothing about this one.
            before = own
        baselines = own | before
        found.append(
            {each.code: baselines[each.code] for each in MEASURES if each.code in baselines}
        )
    return found


def _own_baselines(placed: PlacedScores, course: Course) -> dict[int, float]:
    """The baselines of a course by measure."""
    found: dict[int, float] = {}
    for (series_key, _), record in placed.baselines.items():
        if series_key == course.series.series_key:
            found.update(_totals(record))
    return found


def _totals(record: ScoreRecord) -> Iterator[tuple[int, float]]:
    """What one questionnaire says on each measure."""
    if record.instrument.code in MEASURE_BY_CODE:
        yield record.instrument.code, record.total
    if record.instrument is PHQ9:
        for measure, item in ((ENERGY, record.item_4), (THOUGHTS, record.item_9)):
            if item is not None:
                yield measure.code, float(item)


def _hours(judged: _Judged, score: _Measured) -> float:
    return (score.completed_at - judged.course.infusions[0].record.started_at) / _HOUR


def _days(judged: _Judged, completed_at: datetime) -> float:
    """Since the last infusion of the course."""
    return (completed_at - judged.course.infusions[-1].record.started_at) / _DAY


def _reached(judged: _Judged) -> FactRow:
    own = judged.own
    settled = [score for score in own if score.kind is ScoreKind.SETTLED]
    row: FactRow = {}
    for name, scores in (("settled", settled), ("any", own)):
        first_response = next(filter(judged.responds, scores), None)
        first_remission = next(
            (score for score in scores if judged.measure.remitted(score.total)), None
        )
        last = scores[-1] if scores else None
        for what, score in (
            ("response", first_response),
            ("remission", first_remission),
            ("watched", last),
        ):
            row[f"{name}_{what}_hours"] = None if score is None else _hours(judged, score)
            row[f"{name}_{what}_number"] = (
                None if score is None else min(score.placed.number, _HIGHEST)
            )
    return row


def _early(judged: _Judged) -> FactRow:
    """The acute score of the first infusion that is nearest to a day after it."""
    acute = [
        score
        for score in judged.own
        if score.kind is ScoreKind.ACUTE
        and score.placed.number == judged.course.infusions[0].number
    ]
    hours = [_hours(judged, score) for score in acute]
    position = nearest(hours, _FIRST_DAY_HOURS)
    if position is None:
        return {"early_total": None, "early_hours": None}
    return {"early_total": acute[position].total, "early_hours": hours[position]}


def _end_score(judged: _Judged) -> _Measured | None:
    last = judged.course.infusions[-1].number
    settled = [
        score
        for score in judged.own
        if score.kind is ScoreKind.SETTLED and score.placed.number == last
    ]
    return settled[-1] if settled else None


def _end(judged: _Judged) -> FactRow:
    end = _end_score(judged)
    if end is None:
        return {"end_total": None, "end_days": None}
    return {"end_total": end.total, "end_days": _days(judged, end.completed_at)}


def _after(judged: _Judged) -> FactRow:
    first, last = AFTER_DAYS
    days = [(_days(judged, score.completed_at), score.total) for score in judged.scores]
    return {"after_total": next((total for day, total in days if first <= day <= last), None)}


_NOT_LASTING: FactRow = dict.fromkeys(
    ("lost_days", "kept_days", "booster_days", "second_booster_days", "again_days")
)


def _lasted(judged: _Judged, courses: Courses) -> FactRow:
    """How long the response at the end of an induction lasted."""
    end = _end_score(judged)
    is_induction = judged.course.series.phase is Phase.INDUCTION
    if end is None or not is_induction or not judged.responds(end):
        return _NOT_LASTING
    again = _next_start(judged.course, courses, Phase.INDUCTION)
    boosters = _boosters(judged.course, courses, again)
    later = [
        score
        for score in judged.scores
        if score.completed_at > end.completed_at
        and score.kind is not ScoreKind.ACUTE
        and (again is None or score.completed_at <= again)
    ]
    lost = next((score for score in later if not judged.responds(score)), None)
    kept = [
        end,
        *(score for score in later if lost is None or score.completed_at < lost.completed_at),
    ]
    days = [_days(judged, started_at) for started_at in boosters[:2]]
    return {
        "lost_days": None if lost is None else _days(judged, lost.completed_at),
        "kept_days": _days(judged, kept[-1].completed_at),
        "booster_days": days[0] if days else None,
        "second_booster_days": days[1] if len(days) > 1 else None,
        "again_days": None if again is None else _days(judged, again),
    }


def _next_start(course: Course, courses: Courses, phase: Phase) -> datetime | None:
    """When the next course of a phase began, after this one."""
    ended = course.infusions[-1].record.started_at
    starts = [
        each.infusions[0].record.started_at
        for each in courses.treated
        if each.series.phase is phase and each is not course
    ]
    return min((start for start in starts if start > ended), default=None)


def _boosters(course: Course, courses: Courses, until: datetime | None) -> list[datetime]:
    """The infusions of maintenance after an induction, up to the next one."""
    ended = course.infusions[-1].record.started_at
    return [
        each.record.started_at
        for each in courses.infusions
        if each.series.phase is Phase.MAINTENANCE
        and each.record.started_at > ended
        and (until is None or each.record.started_at < until)
    ]
