"""From a bar or a cell of the Appointments page to the appointments behind it.

What a bar or a cell stands for is an :class:`AppointmentsBehind`: days, and what else its
appointments have in common. The filters hold as well, but for their period where days are named:
what is to come lies beyond any period.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, or_, select

from access.actions import Action
from access.viewer import Permission, Viewer, require
from clinical.attendance import outcome
from clinical.calendar import day_number
from clinical.codes import AppointmentStatus
from clinical.occupancy import LONGEST_MINUTES
from data_access.audit import disclose
from data_access.filters import Filters
from data_access.frames import TEXT, typed_frame
from data_access.infusions_behind import Listed
from data_access.points import NOT_RECORDED
from data_access.schema import (
    Appointment,
    AppointmentFact,
    Chair,
    Patient,
    PatientFact,
    Provider,
    Site,
)
from data_access.schema.facts import FreedSlotFact
from data_access.selection import of_permitted_sites, scope
from data_access.thresholds import read_thresholds

MOST_LISTED = 300
"""A list holds so many appointments: the latest."""

_facts = AppointmentFact


@dataclass(frozen=True, slots=True)
class AppointmentsBehind:
    """What a bar or a cell stands for; what is left out (empty, ``None``) holds all.

    ``days``: the first and the last, both included, in the place of the filters' period.
    ``passed_only``: of days before today. ``outcomes``: :class:`clinical.attendance.Outcome`.
    ``hours``: in which they start. ``chair_hours``: hours of the day (0 to 23) in which a chair was
    planned for them or held by their patient. ``chair_keys``, ``provider_keys``:
    :data:`~data_access.points.NOT_RECORDED` stands for appointments without.
    ``lead_bands``, ``notice_bands``, ``newcomers``: codes of :mod:`clinical.codes`.
    ``late_cancelled``: cancelled with too little notice (the threshold ``late_notice_hours``), or
    with enough (or when is not known). ``lost``: missed or cancelled late, or neither.
    ``notice_hours``: cancelled so many hours before the start, from the first to below the second.
    ``refilled``: cancelled on a chair that was, or was not, given to somebody else. ``moved``:
    replaced by another appointment, or not (one demand). ``overran``: the patient was discharged
    after the planned end. ``too_long``: planned for more than
    :data:`~clinical.occupancy.LONGEST_MINUTES`.
    """

    days: tuple[date, date] | None = None
    passed_only: bool = False
    kinds: tuple[int, ...] = ()
    statuses: tuple[int, ...] = ()
    outcomes: tuple[int, ...] = ()
    site_keys: tuple[int, ...] = ()
    weekdays: tuple[int, ...] = ()
    hours: tuple[int, ...] = ()
    chair_hours: tuple[int, ...] = ()
    chair_keys: tuple[int, ...] = ()
    provider_keys: tuple[int, ...] = ()
    lead_bands: tuple[int, ...] = ()
    notice_bands: tuple[int, ...] = ()
    newcomers: tuple[int, ...] = ()
    late_cancelled: bool | None = None
    lost: bool | None = None
    notice_hours: tuple[float | None, float | None] | None = None
    refilled: bool | None = None
    moved: bool | None = None
    overran: bool = False
    too_long: bool = False


def appointments_behind(
    connection: Connection,
    viewer: Viewer,
    filters: Filters,
    behind: AppointmentsBehind,
    today: date,
    at_most: int = MOST_LISTED,
) -> Listed:
    """The latest ``at_most`` appointments of a bar or a cell, latest first, and how many in all.

    Columns: ``appointment_key``, ``day``, ``start_minute`` (after the site's midnight), ``site``,
    ``kind``, ``status``, ``minutes`` (planned), ``chair``, ``provider``, ``lead_days`` (booked so
    many days ahead), ``notice_hours``, ``moved`` (1: replaced by another), ``moves`` (times moved
    before), ``over_minutes`` (from the planned end to the discharge; below 0: early), ``refilled``
    (1, 0; missing where no slot on a chair was freed), ``has_patient``. What is not known is
    missing. Nothing in it is free text about a patient.

    Raises :class:`~access.viewer.NotPermittedError` where the viewer may see no more than totals.
    """
    require(viewer, Permission.SEE_CLINICAL)
    matching = _matching(connection, viewer, filters, behind, today)
    total = connection.scalar(select(func.count()).select_from(_facts).where(*matching)) or 0
    first = (
        select(_facts.appointment_key)
        .where(*matching)
        .order_by(_facts.day.desc(), _facts.start_minute.desc(), _facts.appointment_key.desc())
        .limit(at_most)
    )
    keys = list(connection.scalars(first))
    details = {row.appointment_key: tuple(row) for row in connection.execute(_details(keys))}
    return Listed(typed_frame([details[key] for key in keys], _KINDS), total)


def named_appointments_behind(
    connection: Connection,
    viewer: Viewer,
    filters: Filters,
    behind: AppointmentsBehind,
    today: date,
    at_most: int = MOST_LISTED,
) -> Listed:
    """:func:`appointments_behind` with who they are of.

    As further columns ``handle``, ``family_name``, ``given_name``, ``reason`` (of the cancellation,
    as somebody wrote it down) and ``patient_key``. All are missing for another site's patient,
    whose record the viewer may not open.

    Raises :class:`~access.viewer.NotPermittedError` where the viewer may not see patients.
    """
    require(viewer, Permission.SEE_PATIENTS)
    listed = appointments_behind(connection, viewer, filters, behind, today, at_most)
    keys = listed.rows["appointment_key"].tolist()
    statement = (
        select(
            _facts.appointment_key,
            PatientFact.handle,
            Patient.family_name,
            Patient.given_name,
            Appointment.cancellation_reason,
            _facts.patient_key,
        )
        .join(Appointment, Appointment.appointment_key == _facts.appointment_key)
        .join(PatientFact, PatientFact.patient_key == _facts.patient_key)
        .join(Patient, Patient.patient_key == _facts.patient_key)
        .where(
            _facts.appointment_key.in_(keys), *of_permitted_sites(connection, viewer, PatientFact)
        )
    )
    names = typed_frame(connection.execute(statement), _NAMES)
    what = "appointments behind a bar or cell"
    disclose(connection, viewer, Action.LIST, what, names["patient_key"])
    return replace(listed, rows=listed.rows.merge(names, on="appointment_key", how="left"))


def _matching(
    connection: Connection,
    viewer: Viewer,
    filters: Filters,
    behind: AppointmentsBehind,
    today: date,
) -> list[ColumnElement[bool]]:
    """The conditions that leave the appointments of a bar or a cell."""
    first, last = behind.days or (filters.start, filters.end)
    found = scope(connection, viewer, filters, _facts)
    found.append(_facts.day.between(day_number(first), day_number(last)))
    if behind.passed_only:
        found.append(_facts.day < day_number(today))
    found += _one_of(behind)
    if behind.outcomes:
        found.append(_of_outcomes(behind.outcomes, today))
    if behind.chair_hours:
        found.append(or_(*(_on_a_chair_in(hour) for hour in behind.chair_hours)))
    if behind.late_cancelled is not None or behind.lost is not None:
        found += _lost(behind, read_thresholds(connection, viewer).late_notice_hours)
    if behind.notice_hours is not None:
        found += _with_notice(*behind.notice_hours)
    if behind.refilled is not None:
        freed = select(FreedSlotFact.appointment_key).where(
            FreedSlotFact.refilled == int(behind.refilled)
        )
        found.append(_facts.appointment_key.in_(freed))
    if behind.moved is not None:
        found.append(_facts.moved == int(behind.moved))
    if behind.overran:
        found.append(_facts.over_minutes > 0)
    if behind.too_long:
        found.append(_facts.minutes > LONGEST_MINUTES)
    return found


_ONE_OF = {
    "kinds": _facts.kind,
    "statuses": _facts.status,
    "site_keys": _facts.site_key,
    "weekdays": _facts.weekday,
    "hours": _facts.hour,
    "chair_keys": _facts.chair_key,
    "provider_keys": _facts.provider_key,
    "lead_bands": _facts.lead_band,
    "notice_bands": _facts.notice_band,
    "newcomers": _facts.newcomer,
}
"""The column that holds what each of these choices names."""
_MAY_LACK = ("chair_keys", "provider_keys")


def _one_of(behind: AppointmentsBehind) -> list[ColumnElement[bool]]:
    """A condition for each choice that was made."""
    found: list[ColumnElement[bool]] = []
    for name, column in _ONE_OF.items():
        values: tuple[int, ...] = getattr(behind, name)
        if not values:
            continue
        among: ColumnElement[bool] = column.in_(values)
        if name in _MAY_LACK and NOT_RECORDED in values:
            among = or_(among, column.is_(None))
        found.append(among)
    return found


def _of_outcomes(outcomes: Sequence[int], today: date) -> ColumnElement[bool]:
    """What became of them: it depends on whether their day has passed."""

    def statuses(*, over: bool) -> list[int]:
        return [int(each) for each in AppointmentStatus if outcome(each, over=over) in outcomes]

    now = day_number(today)
    return or_(
        and_(_facts.day < now, _facts.status.in_(statuses(over=True))),
        and_(_facts.day >= now, _facts.status.in_(statuses(over=False))),
    )


def _on_a_chair_in(hour: int) -> ColumnElement[bool]:
    """Whether a chair was planned for it, or held by its patient, in an hour of the day."""
    begins, ends = 60 * hour, 60 * (hour + 1)
    planned = and_(
        _facts.status != int(AppointmentStatus.CANCELLED),
        _facts.minutes <= LONGEST_MINUTES,
        _facts.start_minute < ends,
        _facts.start_minute + _facts.minutes > begins,
    )
    held = and_(_facts.held_start < ends, _facts.held_start + _facts.held_minutes > begins)
    return and_(_facts.chair_key.is_not(None), or_(planned, held))


def _lost(behind: AppointmentsBehind, late_hours: float) -> list[ColumnElement[bool]]:
    """What depends on the notice below which a cancellation is late."""
    found: list[ColumnElement[bool]] = []
    if behind.late_cancelled is not None:
        found.append(_was_late(late_hours) if behind.late_cancelled else _was_in_time(late_hours))
    if behind.lost is not None:
        # The notice of what was not cancelled is NULL, which "not" would leave NULL.
        was_lost = case((_was_missed() | _was_late(late_hours), 1), else_=0)
        found.append(was_lost == int(behind.lost))
    return found


def _with_notice(first: float | None, below: float | None) -> list[ColumnElement[bool]]:
    """Cancelled with so many hours of notice, where they are known."""
    found: list[ColumnElement[bool]] = [_facts.notice_hours.is_not(None)]
    if first is not None:
        found.append(_facts.notice_hours >= first)
    if below is not None:
        found.append(_facts.notice_hours < below)
    return found


def _was_missed() -> ColumnElement[bool]:
    return _facts.status == int(AppointmentStatus.NOSHOW)


def _was_late(hours: float) -> ColumnElement[bool]:
    return and_(
        _facts.status == int(AppointmentStatus.CANCELLED),
        _facts.notice_hours < hours,
    )


def _was_in_time(hours: float) -> ColumnElement[bool]:
    """Cancelled early, or nobody knows when."""
    return and_(
        _facts.status == int(AppointmentStatus.CANCELLED),
        or_(_facts.notice_hours >= hours, _facts.notice_hours.is_(None)),
    )


def _details(keys: Sequence[int]) -> Select[*tuple[Any, ...]]:
    """What is told of each appointment."""
    return (
        select(
            _facts.appointment_key,
            _facts.day,
            _facts.start_minute,
            Site.name,
            _facts.kind,
            _facts.status,
            _facts.minutes,
            Chair.name,
            Provider.name,
            _facts.lead_days,
            _facts.notice_hours,
            _facts.moved,
            _facts.moves,
            _facts.over_minutes,
            FreedSlotFact.refilled,
            _facts.patient_key.is_not(None),
        )
        .select_from(_facts)
        .join(Site, Site.site_key == _facts.site_key)
        .outerjoin(Chair, Chair.chair_key == _facts.chair_key)
        .outerjoin(Provider, Provider.provider_key == _facts.provider_key)
        .outerjoin(FreedSlotFact, FreedSlotFact.appointment_key == _facts.appointment_key)
        .where(_facts.appointment_key.in_(keys))
    )


_KINDS = {
    **dict.fromkeys(("appointment_key", "day", "start_minute"), "int64"),
    "site": TEXT,
    **dict.fromkeys(("kind", "status", "minutes"), "int64"),
    **dict.fromkeys(("chair", "provider"), TEXT),
    "lead_days": "Int64",
    "notice_hours": "float64",
    **dict.fromkeys(("moved", "moves"), "int64"),
    **dict.fromkeys(("over_minutes", "refilled"), "Int64"),
    "has_patient": "bool",
}
"""The columns of :func:`appointments_behind` and their dtypes."""
_NAMES = {
    "appointment_key": "int64",
    **dict.fromkeys(("handle", "family_name", "given_name", "reason"), TEXT),
    "patient_key": "Int64",
}
