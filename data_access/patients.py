"""The caseload: who is in treatment, how each is doing, and the scores of all by infusion number.

A patient belongs to the caseload of a period where the patient's latest series was under way in it
(began by its end, with an infusion since its start). A patient is the viewer's to see where the
patient's own site is.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import pandas as pd
from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    and_,
    case,
    func,
    literal,
    select,
)

from access.actions import Action
from access.viewer import Permission, Viewer, require
from clinical.calendar import day_date, day_number
from clinical.codes import Phase, Timepoint
from clinical.instruments import Instrument
from clinical.progress import FOLLOWED, PARTIAL_PERCENT, WORSE_POINTS, Status
from clinical.thresholds import DEFAULTS, Thresholds
from data_access.audit import disclose
from data_access.bookings import next_booked_day
from data_access.filters import Filters
from data_access.frames import query_frame
from data_access.patient_search import matches
from data_access.schema import (
    CourseFact,
    Patient,
    PatientFact,
    Provider,
    ScoreFact,
    Site,
    WatchFact,
)
from data_access.selection import conditions, of_permitted_sites, scope
from data_access.watched import score_overdue, suicidal_concern

PAGE_SIZE = 50
"""Rows of one page of the caseload."""
_REASONS = (
    *(f"{asked}_{part}" for asked in ("item_9", "cssrs") for part in ("last", "before", "since")),
    "scored_day",
)
"""The columns of ``watch_facts`` that say why somebody is a concern."""
_PAGE_TYPES = {
    **dict.fromkeys(("patient_key", "phase", "done", "status", "concern", "overdue"), "int64"),
    **dict.fromkeys(("planned", "last_day", "last_number", "last_timepoint"), "Int64"),
    **dict.fromkeys(_REASONS, "float64"),
    **dict.fromkeys(("baseline", "last_total", "change"), "float64"),
}


class Sort(StrEnum):
    """The orders of the caseload, in the words that the reader chooses from."""

    CONCERN = "Concern first"
    NAME = "Name"
    CHANGE = "Least improved first"
    SEVERITY = "Most severe score first"
    UNSCORED = "Longest without a score"
    NEXT_APPOINTMENT = "Next appointment"


_SORTS_WITHOUT_COURSE = (Sort.NAME, Sort.NEXT_APPOINTMENT)


@dataclass(frozen=True, slots=True)
class CaseloadView:
    """What of the caseload is looked at.

    ``search``: the beginnings of words in a name, record number or patient number; every one given
    must be found, in any order (:mod:`data_access.search_words`). ``statuses``: only these;
    ``provider_keys``: only patients whose latest infusion one of these gave; empty means all.
    ``overdue_on``: only those whose depression score is overdue on that day
    (:func:`data_access.watched.score_overdue`). ``beyond``: also patients outside the filters
    (never outside the viewer's sites). ``thresholds``: what counts as overdue, and as a concern.
    """

    instrument: Instrument
    search: str = ""
    statuses: tuple[Status, ...] = ()
    provider_keys: tuple[int, ...] = ()
    overdue_on: date | None = None
    sort: Sort = Sort.CONCERN
    beyond: bool = False
    thresholds: Thresholds = DEFAULTS


def instruments_in_use(connection: Connection, viewer: Viewer) -> tuple[Instrument, ...]:
    """The instruments by which progress is followed and of which there is a score, in their order.

    One step in an index for each: the clinic's, whatever the filters, so that the choice is stable.
    """
    require(viewer, Permission.SEE_CLINICAL)
    mine = of_permitted_sites(connection, viewer, CourseFact)
    found = select(literal(1)).limit(1)
    return tuple(
        instrument
        for instrument in FOLLOWED
        if connection.scalar(found.where(CourseFact.instrument == instrument.code, *mine))
    )


def caseload_totals(
    connection: Connection, viewer: Viewer, filters: Filters, instrument: Instrument
) -> pd.DataFrame:
    """The caseload by phase, by status and by the timepoint of the latest score.

    Columns: ``phase`` (:class:`Phase` number), ``status`` (:class:`Status` number), ``timepoint``
    (:class:`Timepoint` number of the latest score; 0 where there is none), ``patients``,
    ``responded``, ``remitted`` (patients whose latest score is one; a patient can be both). All
    integers.
    """
    status = status_expression(instrument)
    timepoint = func.coalesce(CourseFact.last_timepoint, int(Timepoint.UNLINKED))
    statement = (
        select(
            PatientFact.phase,
            status.label("status"),
            timepoint.label("timepoint"),
            func.count().label("patients"),
            func.coalesce(func.sum(CourseFact.response), 0).label("responded"),
            func.coalesce(func.sum(CourseFact.remission), 0).label("remitted"),
        )
        .select_from(_caseload(instrument))
        .where(*_under_way(filters), *scope(connection, viewer, filters, PatientFact))
        .group_by(PatientFact.phase, "status", "timepoint")
        .order_by(PatientFact.phase, "status", "timepoint")
    )
    return query_frame(connection, statement).astype(int)


def caseload_size(
    connection: Connection, viewer: Viewer, filters: Filters, view: CaseloadView
) -> int:
    """How many patients a view of the caseload holds."""
    source = _source(view, asks_course=bool(view.statuses))
    counted = select(func.count()).select_from(source)
    return connection.scalar(_selected(connection, viewer, filters, view, counted)) or 0


def caseload_page(
    connection: Connection,
    viewer: Viewer,
    filters: Filters,
    view: CaseloadView,
    *,
    page: int,
    today: date,
) -> pd.DataFrame:
    """One page (from 1) of the caseload, in the view's order.

    Columns: ``patient_key``, ``patient_id``, ``mrn``, ``given_name``, ``family_name``, ``site``,
    ``phase`` (:class:`Phase` number), ``done``, ``planned`` (infusions of the latest series),
    ``status`` (:class:`Status` number), ``baseline``, ``last_total``, ``change`` (points),
    ``last_day`` (day number), ``last_number``, ``last_timepoint``, ``history`` (list: the baseline,
    then the scores taken before an infusion, in time order), ``next_day`` (date of the next booked
    appointment from ``today`` on), ``provider`` (name of who gave the latest infusion),
    ``concern`` (1 where a concern about suicidal thoughts is open,
    :func:`data_access.watched.suicidal_concern`, else 0), ``overdue`` (1 where the depression score
    is, :func:`data_access.watched.score_overdue`, else 0), and what these are told from, as floats
    and as in ``watch_facts``: ``item_9_last``, ``item_9_before``, ``item_9_since``, the same of
    ``cssrs``, and ``scored_day``. What is not known is missing.

    Raises :class:`~access.viewer.NotPermittedError` where the viewer may not see patients.
    """
    asks_course = bool(view.statuses) or view.sort not in _SORTS_WITHOUT_COURSE
    keys_of = select(PatientFact.patient_key).select_from(_source(view, asks_course=asks_course))
    statement = (
        _ordered(_selected(connection, viewer, filters, view, keys_of), view, today)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    )
    keys = list(connection.scalars(statement))
    # What was typed is left out: it is somebody's name.
    what = "caseload search" if view.search.strip() else "caseload"
    disclose(connection, viewer, Action.LIST, what, keys)
    frame = _rows(connection, view, keys, today)
    frame["history"] = _histories(connection, view.instrument, frame)
    frame["next_day"] = [None if day is None else day_date(day) for day in frame["next_day"]]
    return frame.drop(columns="series_key").astype(_PAGE_TYPES)


def caseload_providers(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """Who gave the latest infusion of the patients in the caseload, by name.

    Columns: ``provider_key``, ``provider_id``, ``name``, ``namesakes`` (1 where another provider of
    the clinic has the same name, else 0).

    Raises :class:`~access.viewer.NotPermittedError` where the viewer may not see patients.
    """
    require(viewer, Permission.SEE_PATIENTS)
    named = select(
        Provider.provider_key,
        Provider.provider_id,
        Provider.name,
        (func.count().over(partition_by=Provider.name) > 1).label("namesakes"),
    ).subquery()
    found = select(PatientFact.provider_key).where(
        *_under_way(filters), *scope(connection, viewer, filters, PatientFact)
    )
    statement = (
        select(named)
        .where(named.c.provider_key.in_(found))
        .order_by(func.lower(named.c.name), named.c.provider_id)
    )
    return query_frame(connection, statement).astype({"namesakes": int})


def scores_by_infusion(
    connection: Connection, viewer: Viewer, filters: Filters, instrument: Instrument, phase: Phase
) -> pd.DataFrame:
    """The scores of the period in series of one phase, by timepoint and infusion number.

    Columns: ``timepoint`` (:class:`Timepoint` number: baseline, before an infusion, within 72
    hours, later), ``number`` (the infusion that the score belongs to; 0 for a baseline),
    ``scores``, ``mean``, ``mean_square`` (of the scores), ``compared`` (scores whose series has a
    baseline), ``mean_baseline`` (of those series; missing without any), ``rated`` (scores for which
    response is known), ``responded``, ``remission_rated``, ``remitted``. A baseline that is also
    the last score of the series before counts there.
    """
    statement = (
        select(
            ScoreFact.timepoint,
            ScoreFact.number,
            func.count().label("scores"),
            func.avg(ScoreFact.total).label("mean"),
            func.avg(ScoreFact.total * ScoreFact.total).label("mean_square"),
            func.count(ScoreFact.baseline).label("compared"),
            func.avg(ScoreFact.baseline).label("mean_baseline"),
            func.count(ScoreFact.response).label("rated"),
            func.coalesce(func.sum(ScoreFact.response), 0).label("responded"),
            func.count(ScoreFact.remission).label("remission_rated"),
            func.coalesce(func.sum(ScoreFact.remission), 0).label("remitted"),
        )
        .where(
            ScoreFact.instrument == instrument.code,
            ScoreFact.phase == int(phase),
            # All but UNLINKED; as a range, SQLite reads it along the index that has the groups.
            ScoreFact.timepoint.between(int(Timepoint.BASELINE), int(Timepoint.FOLLOW_UP)),
            *conditions(connection, viewer, filters, ScoreFact),
        )
        .group_by(ScoreFact.timepoint, ScoreFact.number)
        .order_by(ScoreFact.timepoint, ScoreFact.number)
    )
    return query_frame(connection, statement).astype({"mean": float, "mean_baseline": float})


def status_expression(instrument: Instrument) -> ColumnElement[int]:
    """The number of :func:`clinical.progress.status`, from the latest score in ``course_facts``.

    The same rules, in SQL so that the database can sort and page by them; a test holds the two
    equal.
    """
    worse_by = _worse_by(instrument)
    worse_points = WORSE_POINTS[instrument.code]
    unchanged = case(
        (CourseFact.phase == int(Phase.MAINTENANCE), int(Status.STEADY)),
        else_=int(Status.NO_RESPONSE),
    )
    branches: list[tuple[ColumnElement[bool], Any]] = [
        (CourseFact.change.is_(None), int(Status.NOT_EVALUABLE)),
        (worse_by >= worse_points, int(Status.WORSE)),
    ]
    if instrument.response_percent is None:
        branches.append((worse_by <= -worse_points, int(Status.IMPROVED)))
        return case(*branches, else_=int(Status.STEADY))
    branches += [
        (CourseFact.remission == 1, int(Status.REMISSION)),
        (CourseFact.response == 1, int(Status.RESPONDING)),
        (CourseFact.percent >= PARTIAL_PERCENT, int(Status.PARTIAL)),
    ]
    return case(*branches, else_=unchanged)


def _caseload(instrument: Instrument) -> FromClause:
    """Each patient with the latest series and, where there is any score, its course."""
    return PatientFact.__table__.outerjoin(
        CourseFact.__table__,
        and_(
            CourseFact.series_key == PatientFact.series_key,
            CourseFact.instrument == instrument.code,
        ),
    )


def _source(view: CaseloadView, *, asks_course: bool) -> FromClause:
    """The patients, with the course only where it is asked for: looking it up takes the longest."""
    return _caseload(view.instrument) if asks_course else PatientFact.__table__


def _under_way(filters: Filters) -> tuple[ColumnElement[bool], ...]:
    """The latest series has an infusion, and the period touches the time of its infusions."""
    return (
        PatientFact.done > 0,
        PatientFact.last_infusion_day >= day_number(filters.start),
        PatientFact.series_started_day <= day_number(filters.end),
    )


def _selected(
    connection: Connection,
    viewer: Viewer,
    filters: Filters,
    view: CaseloadView,
    statement: Select[Any],
) -> Select[Any]:
    """A statement on ``patient_facts``, kept to the patients in a view."""
    require(viewer, Permission.SEE_PATIENTS)
    if view.beyond:
        statement = statement.where(*of_permitted_sites(connection, viewer, PatientFact))
    else:
        statement = statement.where(
            *_under_way(filters), *scope(connection, viewer, filters, PatientFact)
        )
    return statement.where(*_narrowed(view), *matches(view.search))


def _narrowed(view: CaseloadView) -> list[ColumnElement[bool]]:
    """The conditions of the view's own choices."""
    found: list[ColumnElement[bool]] = []
    if view.statuses:
        numbers = [int(status) for status in view.statuses]
        found.append(status_expression(view.instrument).in_(numbers))
    if view.provider_keys:
        found.append(PatientFact.provider_key.in_(view.provider_keys))
    if view.overdue_on:
        found.append(_is_watched(score_overdue(view.overdue_on, view.thresholds)))
    return found


def _ordered(statement: Select[Any], view: CaseloadView, today: date) -> Select[Any]:
    """The statement in the view's order; ties by key, so that pages meet."""
    better_last = CourseFact.percent.asc().nulls_last()
    if view.sort is Sort.NAME:
        statement = statement.join(Patient, Patient.patient_key == PatientFact.patient_key)
        order = [
            func.lower(Patient.family_name).asc().nulls_last(),
            func.lower(Patient.given_name).asc().nulls_last(),
        ]
    elif view.sort is Sort.CHANGE:
        order = [_worse_by(view.instrument).desc().nulls_last()]
    elif view.sort is Sort.SEVERITY:
        last = CourseFact.last_total
        severe_first = last.asc() if view.instrument.higher_is_better else last.desc()
        order = [severe_first.nulls_last()]
    elif view.sort is Sort.UNSCORED:
        order = [CourseFact.last_day.asc().nulls_first()]
    elif view.sort is Sort.NEXT_APPOINTMENT:
        order = [next_booked_day(PatientFact.patient_key, today).asc().nulls_last()]
    else:
        order = [
            _concern(view, today).desc(),
            status_expression(view.instrument).asc(),
            better_last,
        ]
    return statement.order_by(*order, PatientFact.patient_key)


def _concern(view: CaseloadView, today: date) -> ColumnElement[int]:
    return _flag(_is_watched(suicidal_concern(today, view.thresholds)))


def _is_watched(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a condition on the patient's watched facts holds.

    Those for whom it does are few and found along an index, once for the whole statement; a join
    would look at the facts of everybody.
    """
    return PatientFact.patient_key.in_(select(WatchFact.patient_key).where(condition))


def _flag(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """1 where a condition holds, else 0; never missing."""
    return case((condition, 1), else_=0)


def _worse_by(instrument: Instrument) -> ColumnElement[float]:
    change = CourseFact.__table__.c.change
    return -change if instrument.higher_is_better else change


def _rows(connection: Connection, view: CaseloadView, keys: list[int], today: date) -> pd.DataFrame:
    """What the page says of each patient, in the order of the keys; ``next_day`` as a number."""
    statement = (
        select(
            PatientFact.patient_key,
            PatientFact.series_key,
            Patient.patient_id,
            Patient.mrn,
            Patient.given_name,
            Patient.family_name,
            Site.name.label("site"),
            PatientFact.phase,
            PatientFact.done,
            PatientFact.planned,
            status_expression(view.instrument).label("status"),
            CourseFact.baseline,
            CourseFact.last_total,
            CourseFact.change,
            CourseFact.last_day,
            CourseFact.last_number,
            CourseFact.last_timepoint,
            Provider.name.label("provider"),
            next_booked_day(PatientFact.patient_key, today).label("next_day"),
            _flag(suicidal_concern(today, view.thresholds)).label("concern"),
            _flag(score_overdue(today, view.thresholds)).label("overdue"),
            *(WatchFact.__table__.c[name] for name in _REASONS),
        )
        .select_from(
            _caseload(view.instrument)
            .outerjoin(WatchFact.__table__, WatchFact.patient_key == PatientFact.patient_key)
            .join(Patient.__table__, Patient.patient_key == PatientFact.patient_key)
            .outerjoin(Site.__table__, Site.site_key == PatientFact.site_key)
            .outerjoin(Provider.__table__, Provider.provider_key == PatientFact.provider_key)
        )
        .where(PatientFact.patient_key.in_(keys))
    )
    result = connection.execute(statement)
    columns = list(result.keys())
    rows = {row[0]: tuple(row) for row in result}
    return pd.DataFrame([rows[key] for key in keys], columns=columns, dtype=object)


def _histories(
    connection: Connection, instrument: Instrument, rows: pd.DataFrame
) -> list[list[float]]:
    """The baseline, then the scores before an infusion, of each patient's series, in its order."""
    keys = rows["patient_key"].tolist()
    statement = (
        select(ScoreFact.patient_key, ScoreFact.total, ScoreFact.baseline)
        .where(
            ScoreFact.patient_key.in_(keys),
            ScoreFact.instrument == instrument.code,
            ScoreFact.series_key.in_([key for key in rows["series_key"] if key is not None]),
            ScoreFact.timepoint == int(Timepoint.BEFORE_INFUSION),
        )
        .order_by(ScoreFact.patient_key, ScoreFact.day, ScoreFact.assessment_key)
    )
    histories: dict[int, list[float]] = {}
    for patient_key, total, baseline in connection.execute(statement).all():
        if patient_key not in histories:
            histories[patient_key] = [] if baseline is None else [baseline]
        histories[patient_key].append(total)
    return [histories.get(key, []) for key in keys]
