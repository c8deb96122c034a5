"""From a bar, a point or a curve of the Outcomes page to the courses of treatment behind it.

What it stands for is a :class:`CoursesBehind`: what its courses have in common beyond the filters
and the cohort. Response, remission and change follow from baseline and total by the rules of
:mod:`clinical.instruments`, here in SQL.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from math import isnan
from typing import Any, NamedTuple

import pandas as pd
from sqlalchemy import (
    ColumnElement,
    Connection,
    Double,
    Select,
    and_,
    case,
    false,
    func,
    null,
    or_,
    select,
)

from access.actions import Action
from access.viewer import Permission, Viewer, require
from clinical.calendar import day_number
from clinical.course_scores import Missing
from clinical.durability import Since
from clinical.instruments import Instrument
from data_access.audit import disclose
from data_access.cohort import GROUP_COLUMNS, Cohort, in_cohort
from data_access.filters import Filters
from data_access.frames import TEXT, typed_frame
from data_access.infusions_behind import Listed
from data_access.outcome_how_long import lost_day
from data_access.schema import MilestoneFact, OutcomeFact, Patient, PatientFact, Site, StartFact
from data_access.selection import of_permitted_sites

MOST_LISTED = 300
"""A list holds so many courses."""

Range = tuple[float | None, float | None]
"""A lower and an upper bound; ``None``: no bound."""


class Part(StrEnum):
    """The parts of the funnel, as :class:`clinical.retention.Retention` counts them.

    Those after ``COMPLETED`` are of the courses that are due: over, and judged up to the infusion.
    """

    BEGAN = "began"
    UNDER_WAY = "under_way"
    OVER = "over"
    COMPLETED = "completed"
    DUE = "due"
    NO_BASELINE = "no_baseline"
    STOPPED = "stopped"
    UNSCORED = "unscored"
    SCORED = "scored"


class Instead(StrEnum):
    """Which score counts in the place of the one after an infusion (see ``MilestoneFact``)."""

    EARLY = "early"
    END = "end"
    AFTER = "after"


class Milestone(NamedTuple):
    """A column of ``MilestoneFact`` that is known, from ``low`` to ``high``, both included.

    Or, in the place of a column, from when the day counts on which a response was lost.
    """

    what: str | Since
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class CoursesBehind:
    """What a bar or a point stands for; what is left out (``None``) holds all.

    **The score.** ``number``: the one after this infusion, with ``missing`` as on the page: with
    ``OBSERVED`` and ``CARRIED`` only courses that have it; with ``ALL`` every course that is due,
    with or without a baseline, where a score that is missing is neither response nor remission.
    ``instead``: another score of the course's in its place. Of this score speak ``responded``,
    ``remitted``, ``percent`` (improvement in % of the baseline, the lower bound included, the upper
    one not), ``worse`` (by any points in the wrong direction) and ``totals`` (both bounds
    included); they need one of the two. Where response is not defined (no rule, a baseline of 0)
    ``responded`` holds no course, be it true or false.

    **The course.** ``baselines`` (both bounds included); ``part``: of the funnel, at ``number``,
    which then asks for no score by itself; ``milestones``: what it reached when, all of them;
    ``group``: a column of the people, ``site_key`` or ``baseline_band``, and its code, or several
    codes. Only courses that are over, unless ``part`` says otherwise, or ``with_under_way`` takes
    in the others.

    ``measure`` takes the place of the cohort's. ``by_percent``: the least improved first, in the
    place of the latest.
    """

    number: int | None = None
    missing: Missing = Missing.OBSERVED
    instead: Instead | None = None
    responded: bool | None = None
    remitted: bool | None = None
    percent: Range | None = None
    worse: bool | None = None
    totals: Range | None = None
    baselines: Range | None = None
    part: str | None = None
    milestones: tuple[Milestone, ...] = ()
    group: tuple[str, int | tuple[int, ...]] | None = None
    with_under_way: bool = False
    measure: int | None = None
    by_percent: bool = False


def cohort_behind(cohort: Cohort, behind: CoursesBehind) -> Cohort:
    """The cohort of a bar or a point: the page's, or the same on another measure."""
    if behind.measure is None or behind.measure == cohort.measure:
        return cohort
    # The bands are the measure's own.
    return replace(cohort, measure=behind.measure, baseline_bands=())


def named_courses_behind(
    connection: Connection,
    viewer: Viewer,
    filters: Filters,
    cohort: Cohort,
    behind: CoursesBehind,
    today: date,
    at_most: int = MOST_LISTED,
) -> Listed:
    """The ``at_most`` latest courses of a bar or a point, latest first, and how many in all.

    Columns: ``series_key``; ``started_day``; ``site``; ``phase``; ``over`` (1: on ``today``);
    ``done`` and ``planned`` infusions; ``baseline``; ``total``: the score that counts, see
    :class:`CoursesBehind`, or where it names none the latest; ``observed`` (0: carried forward from
    an earlier infusion); ``percent`` (improvement in % of the baseline), ``responded`` and
    ``remitted`` (1, 0): of that score, where they are defined; ``last_total`` and ``last_number``:
    the latest score of the cohort's kind, up to infusion
    :data:`~clinical.course_scores.LAST_NUMBER`; ``handle``, ``family_name``, ``given_name``
    and ``patient_key``, all four missing for another site's patient, whose record the viewer may
    not open. What is not known is missing.

    Raises :class:`~access.viewer.NotPermittedError` where the viewer may not see patients.
    """
    require(viewer, Permission.SEE_PATIENTS)
    cohort = cohort_behind(cohort, behind)
    matching = [
        *in_cohort(connection, viewer, filters, cohort, StartFact),
        *_matching(cohort, behind, today),
    ]
    order: list[Any] = [StartFact.started_day.desc(), StartFact.series_key.desc()]
    if behind.by_percent and (percent := _percent(cohort, behind)) is not None:
        order.insert(0, percent.nulls_last())
    # How many they are is told with each, so that the courses are read once.
    columns: tuple[Any, ...] = (StartFact.series_key, func.count().over())
    first = _of_courses(select(*columns), cohort, behind).where(*matching).order_by(*order)
    found = connection.execute(first.limit(at_most)).all()
    keys = [key for key, _ in found]
    details = {
        row.series_key: tuple(row)
        for row in connection.execute(_details(keys, cohort, behind, today))
    }
    rows = (
        typed_frame([details[key] for key in keys], _KINDS)
        .merge(_last_scores(connection, keys, cohort), on="series_key", how="left")
        .merge(_names(connection, viewer, keys), on="series_key", how="left")
    )
    if _total(behind) is None:
        rows["total"], rows["observed"] = rows["last_total"], 1
    return Listed(_judged(rows, cohort.instrument), found[0][1] if found else 0)


def _of_courses(statement: Select[Any], cohort: Cohort, behind: CoursesBehind) -> Select[Any]:
    """A statement over the courses with their baseline and their score that counts, if any."""
    found = statement.select_from(StartFact).outerjoin(
        MilestoneFact,
        and_(
            MilestoneFact.series_key == StartFact.series_key,
            MilestoneFact.measure == cohort.measure,
        ),
    )
    if behind.instead is not None or behind.number is None:
        return found
    score = [
        OutcomeFact.series_key == StartFact.series_key,
        OutcomeFact.measure == cohort.measure,
        OutcomeFact.kind == int(cohort.kind),
        OutcomeFact.number == behind.number,
    ]
    if behind.missing is not Missing.CARRIED:
        score.append(OutcomeFact.observed == 1)
    return found.outerjoin(OutcomeFact, and_(*score))


def _total(behind: CoursesBehind) -> ColumnElement[float] | None:
    """The score that counts; ``None`` where none is named."""
    if behind.instead is not None:
        column: ColumnElement[float] = getattr(MilestoneFact, f"{behind.instead}_total")
        return column
    return None if behind.number is None else OutcomeFact.total + 0.0


def _percent(cohort: Cohort, behind: CoursesBehind) -> ColumnElement[Any] | None:
    """As :meth:`~clinical.instruments.Instrument.improvement_percent`; NULL for a baseline of 0."""
    total, baseline = _total(behind), MilestoneFact.baseline
    if total is None:
        return None
    better = total - baseline if cohort.instrument.higher_is_better else baseline - total
    return 100.0 * better / func.nullif(baseline, 0.0, type_=Double)


def _matching(cohort: Cohort, behind: CoursesBehind, today: date) -> list[ColumnElement[bool]]:
    """The conditions, beyond the cohort's, that leave the courses of a bar or a point."""
    found = [*_of_part(behind, today), *_of_score(cohort, behind), *_of_milestones(behind)]
    if cohort.baseline_bands:
        found.append(MilestoneFact.baseline_band.in_(cohort.baseline_bands))
    if behind.baselines is not None:
        found += _within(MilestoneFact.baseline, behind.baselines)
    if behind.group is not None:
        name, codes = behind.group
        if name not in GROUP_COLUMNS:
            raise ValueError(f"courses are not told apart by {name}")
        # Of those, severity alone is known of a baseline, and not of the start.
        column = getattr(MilestoneFact if name == "baseline_band" else StartFact, name)
        found.append(column.in_((codes,) if isinstance(codes, int) else codes))
    return found


def _of_part(behind: CoursesBehind, today: date) -> list[ColumnElement[bool]]:
    """The courses of a part of the funnel; where none is named, those that are over."""
    over = StartFact.closed_day <= day_number(today)
    if behind.part is None:
        due = [StartFact.length >= behind.number] if _counts_missing(behind) else []
        return due if behind.with_under_way else [over, *due]
    part = Part(behind.part)
    if part is Part.BEGAN:
        return []
    if part is Part.UNDER_WAY:
        return [~over]
    if part is Part.OVER:
        return [over]
    if part is Part.COMPLETED:
        return [over, StartFact.complete == 1]
    if behind.number is None:
        raise ValueError(f"the part {part} is of an infusion")
    has_baseline, has_score = MilestoneFact.series_key.is_not(None), OutcomeFact.total.is_not(None)
    given = StartFact.done >= behind.number
    of_due: dict[Part, list[ColumnElement[bool]]] = {
        Part.DUE: [],
        Part.NO_BASELINE: [~has_baseline],
        Part.STOPPED: [has_baseline, ~has_score, ~given],
        Part.UNSCORED: [has_baseline, ~has_score, given],
        Part.SCORED: [has_score],
    }
    return [over, StartFact.length >= behind.number, *of_due[part]]


def _of_score(cohort: Cohort, behind: CoursesBehind) -> list[ColumnElement[bool]]:
    """What is asked of the score that counts."""
    total, percent = _total(behind), _percent(cohort, behind)
    if total is None or percent is None:
        if any(getattr(behind, name) is not None for name in _OF_A_SCORE):
            raise ValueError("what is asked of a score needs a score")
        return []
    counts_missing = _counts_missing(behind)
    found: list[ColumnElement[bool]] = []
    if behind.part is None and not counts_missing:
        found.append(total.is_not(None))
    if behind.responded is not None:
        found.append(_has_responded(cohort.instrument, behind, total, percent))
    if behind.remitted is not None:
        found.append(_has_remitted(cohort.instrument, behind, total))
    if behind.percent is not None:
        low, high = behind.percent
        found += _within(percent, (low, None))
        found += [] if high is None else [percent < high]
    if behind.worse is not None:
        baseline = MilestoneFact.baseline
        is_worse = total < baseline if cohort.instrument.higher_is_better else total > baseline
        found.append(is_worse if behind.worse else ~is_worse)
    if behind.totals is not None:
        found += _within(total, behind.totals)
    return found


_OF_A_SCORE = ("responded", "remitted", "percent", "worse", "totals")
"""What can be asked of a score only."""


def _counts_missing(behind: CoursesBehind) -> bool:
    """Whether a course whose score is missing counts as neither response nor remission."""
    return behind.missing is Missing.ALL and behind.number is not None and behind.instead is None


def _has_responded(
    measure: Instrument,
    behind: CoursesBehind,
    total: ColumnElement[float],
    percent: ColumnElement[Any],
) -> ColumnElement[bool]:
    if measure.response_percent is None:
        return false()
    responded = percent >= measure.response_percent
    if behind.responded:
        return responded
    if not _counts_missing(behind):
        return ~responded
    # A baseline of 0 leaves no room to respond, whatever came of it.
    has_room = func.coalesce(MilestoneFact.baseline, 1.0) != 0.0
    return or_(~responded, and_(total.is_(None), has_room))


def _has_remitted(
    measure: Instrument, behind: CoursesBehind, total: ColumnElement[float]
) -> ColumnElement[bool]:
    if measure.remission_at_most is None:
        return false()
    remitted = total <= measure.remission_at_most
    if behind.remitted:
        return remitted
    return or_(~remitted, total.is_(None)) if _counts_missing(behind) else ~remitted


def _of_milestones(behind: CoursesBehind) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for what, low, high in behind.milestones:
        day = lost_day(what) if isinstance(what, Since) else getattr(MilestoneFact, what)
        found += [day.is_not(None), *_within(day, (low, high))]
    return found


def _within(column: Any, bounds: Range) -> list[ColumnElement[bool]]:
    low, high = bounds
    found: list[ColumnElement[bool]] = []
    if low is not None:
        found.append(column >= low)
    if high is not None:
        found.append(column <= high)
    return found


def _details(
    keys: Sequence[int], cohort: Cohort, behind: CoursesBehind, today: date
) -> Select[Any]:
    """What is told of each course."""
    total = _total(behind)
    if total is None:
        seen: tuple[Any, ...] = (null(), null())
    elif behind.instead is not None:
        seen = (total, case((total.is_not(None), 1)))
    else:
        seen = (total, OutcomeFact.observed)
    told = select(
        StartFact.series_key,
        StartFact.started_day,
        Site.name,
        StartFact.phase,
        case((StartFact.closed_day <= day_number(today), 1), else_=0),
        StartFact.done,
        StartFact.planned,
        MilestoneFact.baseline,
        *seen,
    )
    found = _of_courses(told, cohort, behind).join(Site, Site.site_key == StartFact.site_key)
    return found.where(StartFact.series_key.in_(keys))


def _last_scores(connection: Connection, keys: Sequence[int], cohort: Cohort) -> pd.DataFrame:
    """The latest score of each course, where it has one."""
    statement = (
        select(OutcomeFact.series_key, OutcomeFact.total, OutcomeFact.number)
        .where(
            OutcomeFact.series_key.in_(keys),
            OutcomeFact.measure == cohort.measure,
            OutcomeFact.kind == int(cohort.kind),
            OutcomeFact.observed == 1,
        )
        .order_by(OutcomeFact.series_key, OutcomeFact.number)
    )
    scores = typed_frame(connection.execute(statement), _LAST)
    return scores.drop_duplicates("series_key", keep="last")


def _names(connection: Connection, viewer: Viewer, keys: Sequence[int]) -> pd.DataFrame:
    """Whose the courses are, of the patients whom the viewer may see; noted as shown."""
    statement = (
        select(
            StartFact.series_key,
            PatientFact.handle,
            Patient.family_name,
            Patient.given_name,
            StartFact.patient_key,
        )
        .join(PatientFact, PatientFact.patient_key == StartFact.patient_key)
        .join(Patient, Patient.patient_key == StartFact.patient_key)
        .where(StartFact.series_key.in_(keys), *of_permitted_sites(connection, viewer, PatientFact))
    )
    names = typed_frame(connection.execute(statement), _NAMES)
    what = "courses behind a bar or point"
    disclose(connection, viewer, Action.LIST, what, names["patient_key"])
    return names


def _judged(rows: pd.DataFrame, measure: Instrument) -> pd.DataFrame:
    """The rows with ``percent``, ``responded`` and ``remitted`` by the rules of the measure."""
    percents, responses, remissions = [], [], []
    for baseline, total in zip(rows["baseline"], rows["total"], strict=True):
        is_known = not (isnan(baseline) or isnan(total))
        percents.append(measure.improvement_percent(baseline, total) if is_known else None)
        responses.append(measure.responded(baseline, total) if is_known else None)
        remissions.append(measure.remitted(total) if is_known else None)
    return rows.assign(
        percent=pd.array(percents, dtype="float64"),
        responded=pd.array(responses, dtype="boolean").astype("Int64"),
        remitted=pd.array(remissions, dtype="boolean").astype("Int64"),
    )


_KINDS = {
    **dict.fromkeys(("series_key", "started_day"), "int64"),
    "site": TEXT,
    **dict.fromkeys(("phase", "over", "done"), "int64"),
    "planned": "Int64",
    **dict.fromkeys(("baseline", "total"), "float64"),
    "observed": "Int64",
}
_LAST = {"series_key": "int64", "last_total": "float64", "last_number": "Int64"}
_NAMES = {
    "series_key": "int64",
    **dict.fromkeys(("handle", "family_name", "given_name"), TEXT),
    "patient_key": "Int64",
}
