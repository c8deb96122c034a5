"""The facts about one patient's scores: one by one, and by series and instrument."""

from collections import defaultdict
from datetime import UTC, date, timedelta
from typing import NamedTuple

from clinical.calendar import day_number, month_number
from clinical.codes import DiagnosisGroup, Phase, Timepoint
from clinical.scores import (
    NOT_EVALUABLE,
    Progress,
    baseline_position,
    infusion_position,
    linked_timepoint,
    progress,
)
from data_access.facts.courses import Course, Courses
from data_access.facts.infusion_rows import FactRow
from data_access.facts.records import ScoreRecord, SeriesRecord, SiteRecord

_HOUR = timedelta(hours=1)


class PlacedScore(NamedTuple):
    """A score and its place in a series; without a series it is ``UNLINKED``.

    ``number``: of the infusion that it belongs to; 0 for a baseline. ``site``: of that infusion
    (of a baseline: of the first infusion of the series), else the patient's. ``local_date``: by
    the clock of that site, else by UTC.
    """

    record: ScoreRecord
    timepoint: Timepoint
    site: SiteRecord | None
    local_date: date
    series: SeriesRecord | None = None
    number: int = 0
    hours_after: float | None = None


class PlacedScores(NamedTuple):
    """One patient's scores in time order, and the baselines by series key and instrument code."""

    scores: list[PlacedScore]
    baselines: dict[tuple[int, int], ScoreRecord]

    def baseline_of(self, score: PlacedScore) -> float | None:
        """The baseline total with which a score is to be compared; ``None`` where there is none."""
        if score.series is None:
            return None
        key = score.series.series_key, score.record.instrument.code
        return self.baselines[key].total if key in self.baselines else None


def place_scores(
    records: list[ScoreRecord], courses: Courses, home: SiteRecord | None
) -> PlacedScores:
    """Attach one patient's scores, in time order, to infusions; ``home`` is the patient's site."""
    starts = [infusion.record.started_at for infusion in courses.infusions]
    last_of_series = [infusion.last_of_series for infusion in courses.infusions]
    baselines, begins = _baselines(records, courses)
    scores = []
    for record in records:
        position = infusion_position(record.completed_at, starts, last_of_series)
        if position is not None:
            scores.append(_linked(record, position, courses))
        elif record.assessment_key in begins:
            scores.append(_baseline(record, begins[record.assessment_key]))
        else:
            scores.append(PlacedScore(record, Timepoint.UNLINKED, home, _local_date(record, home)))
    return PlacedScores(scores, baselines)


def _linked(record: ScoreRecord, position: int, courses: Courses) -> PlacedScore:
    infusion = courses.infusions[position]
    following = courses.infusions[position + 1 : position + 2]
    started_at = infusion.record.started_at
    next_started_at = following[0].record.started_at if following else None
    return PlacedScore(
        record=record,
        timepoint=linked_timepoint(record.completed_at, started_at, next_started_at),
        site=infusion.site,
        local_date=_local_date(record, infusion.site),
        series=infusion.series,
        number=infusion.number,
        hours_after=(record.completed_at - started_at) / _HOUR,
    )


def _baseline(record: ScoreRecord, course: Course) -> PlacedScore:
    site = course.infusions[0].site
    local_date = _local_date(record, site)
    return PlacedScore(record, Timepoint.BASELINE, site, local_date, course.series)


def _local_date(record: ScoreRecord, site: SiteRecord | None) -> date:
    return record.completed_at.astimezone(UTC if site is None else site.zone).date()


def _baselines(
    records: list[ScoreRecord], courses: Courses
) -> tuple[dict[tuple[int, int], ScoreRecord], dict[int, Course]]:
    """The baselines by series key and instrument code, and the first series that each begins."""
    by_instrument: defaultdict[int, list[ScoreRecord]] = defaultdict(list)
    for record in records:
        by_instrument[record.instrument.code].append(record)
    baselines: dict[tuple[int, int], ScoreRecord] = {}
    begins: dict[int, Course] = {}
    for code, scores in by_instrument.items():
        completed = [score.completed_at for score in scores]
        for course in courses.treated:
            position = baseline_position(completed, course.infusions[0].record.started_at)
            if position is not None:
                baselines[course.series.series_key, code] = scores[position]
                begins.setdefault(scores[position].assessment_key, course)
    return baselines, begins


def score_rows(placed: PlacedScores, group: DiagnosisGroup) -> list[FactRow]:
    """The rows of ``score_facts``."""
    return [_score_row(score, placed.baseline_of(score), group) for score in placed.scores]


def _score_row(score: PlacedScore, baseline: float | None, group: DiagnosisGroup) -> FactRow:
    record = score.record
    compared = progress(record.instrument, baseline, record.total)
    if score.timepoint is Timepoint.BASELINE:
        # A baseline is no outcome: in a rate it would be a non-responder.
        compared = compared._replace(response=None, remission=None)
    return {
        "assessment_key": record.assessment_key,
        "patient_key": record.patient_key,
        "series_key": score.series.series_key if score.series else None,
        "site_key": score.site.site_key if score.site else None,
        "instrument": record.instrument.code,
        "day": day_number(score.local_date),
        "month": month_number(score.local_date),
        "phase": int(score.series.phase if score.series else Phase.NONE),
        "number": score.number,
        "timepoint": int(score.timepoint),
        "diagnosis_group": int(group),
        "hours_after": score.hours_after,
        "total": record.total,
        "baseline": baseline,
        **_progress_columns(compared),
        "band": record.instrument.band(record.total),
    }


def course_rows(placed: PlacedScores, courses: Courses, group: DiagnosisGroup) -> list[FactRow]:
    """The rows of ``course_facts``: one for each series and instrument with any score."""
    linked: defaultdict[tuple[int, int], list[PlacedScore]] = defaultdict(list)
    days: dict[int, int] = {}
    for score in placed.scores:
        days[score.record.assessment_key] = day_number(score.local_date)
        if score.series is not None and score.timepoint is not Timepoint.BASELINE:
            linked[score.series.series_key, score.record.instrument.code].append(score)
    rows = []
    for series_key, code in sorted(linked.keys() | placed.baselines.keys()):
        course = courses.by_key[series_key]
        scores = linked.get((series_key, code), [])
        baseline = placed.baselines.get((series_key, code))
        rows.append(
            {
                "series_key": series_key,
                "instrument": code,
                "patient_key": course.series.patient_key,
                "site_key": course.infusions[0].site.site_key,
                "phase": int(course.series.phase),
                "diagnosis_group": int(group),
                "started_day": course.started_day,
                "current": int(course is courses.latest),
                "scores": len(scores),
                "baseline": baseline.total if baseline else None,
                "baseline_day": days[baseline.assessment_key] if baseline else None,
                **_last_score_columns(scores, baseline),
            }
        )
    return rows


def _last_score_columns(scores: list[PlacedScore], baseline: ScoreRecord | None) -> FactRow:
    if not scores:
        return {
            "last_total": None,
            "last_day": None,
            "last_number": None,
            "last_timepoint": None,
            **_progress_columns(NOT_EVALUABLE),
        }
    last = scores[-1]
    return {
        "last_total": last.record.total,
        "last_day": day_number(last.local_date),
        "last_number": last.number,
        "last_timepoint": int(last.timepoint),
        **_progress_columns(
            progress(
                last.record.instrument, baseline.total if baseline else None, last.record.total
            )
        ),
    }


def _progress_columns(compared: Progress) -> FactRow:
    return {
        "change": compared.change,
        "percent": compared.percent,
        "response": _as_flag(compared.response),
        "remission": _as_flag(compared.remission),
    }


def _as_flag(value: bool | None) -> int | None:
    return None if value is None else int(value)
