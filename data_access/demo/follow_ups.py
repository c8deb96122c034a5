"""Visits without a chair: consultations and follow-ups; each is an occasion for a score."""

from dataclasses import dataclass

import numpy as np

from data_access.demo.appointments import (
    ARRIVED,
    BOOKED,
    CANCELLED,
    CONSULTATION,
    FOLLOW_UP,
    FULFILLED,
    NOSHOW,
    Appointments,
    draw_reasons,
    given_up_at,
    join_appointments,
    latest_booking,
)
from data_access.demo.arrays import NEVER, Bools, Ints, join, pick
from data_access.demo.infusions import Infusions
from data_access.demo.intentions import PLANNED_INDUCTION, Intentions
from data_access.demo.plan import BOOKED_AHEAD_DAYS, Part
from data_access.demo.site_calendar import Workplace
from data_access.demo.staff import PHYSICIANS

# Missed: first visits 20 % [D], follow-ups 9.8 % (clinical reference 3c). A little more here,
# because what is tried again counts too.
_INTAKE_MISSED_FIRST = 0.205
_INTAKE_CANCELLED_FIRST = 0.06
_FOLLOW_UP_MISSED, _FOLLOW_UP_CANCELLED = 0.108, 0.07
_RETRIED = 0.65

AFTER_INDUCTION_DAYS = (15, 21)
"""The first follow-up, days after the last infusion of the induction (McInnes: 14 to 31)."""
_STEP_DAYS = 28
_STEPS_WITHOUT_MAINTENANCE = 3
_STAYS = 0.85
"""Who has no maintenance comes to each further follow-up with this chance."""
_STEP_IN_MAINTENANCE_DAYS = 112

_COMES, _MISSES, _CANCELS = range(3)
_CONSULTATION_MINUTES, _FOLLOW_UP_MINUTES = 60, 30
_OFFICE_HOURS = (9 * 60, 16 * 60)


@dataclass(frozen=True, slots=True)
class Reviews:
    """Occasions for a score outside infusions: arrays. ``attended``: the visit took place.

    ``consultation``: the first visit, before any treatment.
    """

    patient: Ints
    day: Ints
    start: Ints
    attended: Bools
    consultation: Bools


@dataclass(frozen=True, slots=True)
class _Wishes:
    """Visits as wanted: arrays. ``fate``: comes, misses it or cancels. ``replaces``: as booked."""

    patient: Ints
    day: Ints
    booked_day: Ints
    fate: Ints
    replaces: Ints


def book_other_visits(
    workplace: Workplace, intentions: Intentions, infusions: Infusions
) -> tuple[Appointments, Reviews]:
    """Consultations and follow-ups, and when a score could be taken at one."""
    random = workplace.random(Part.FOLLOW_UPS)
    consultations = _consultations(random, intentions)
    follow_ups = _follow_ups(workplace, random, intentions, infusions)
    first, first_reviews = _book(workplace, random, consultations, CONSULTATION)
    later, later_reviews = _book(workplace, random, follow_ups, FOLLOW_UP)
    return join_appointments(first, later), join(first_reviews, later_reviews)


def _consultations(random: np.random.Generator, intentions: Intentions) -> _Wishes:
    """One for each patient; some had missed or cancelled an earlier one."""
    size = len(intentions)
    weights = (
        1 - _INTAKE_MISSED_FIRST - _INTAKE_CANCELLED_FIRST,
        _INTAKE_MISSED_FIRST,
        _INTAKE_CANCELLED_FIRST,
    )
    earlier_fate = pick(random, weights, size)
    earlier_fate[intentions.certain] = _COMES
    earlier = np.flatnonzero(earlier_fate != _COMES)
    replaces = np.full(size, NEVER)
    replaces[earlier] = np.arange(len(earlier))
    earlier_day = intentions.consultation_day[earlier] - random.integers(7, 13, len(earlier))
    # Referred a little earlier, so that there was time for both.
    intentions.referred_day[earlier] -= 14
    return _Wishes(
        patient=np.concatenate([earlier, np.arange(size)]),
        day=np.concatenate([earlier_day, intentions.consultation_day]),
        booked_day=np.concatenate(
            [intentions.referred_day[earlier] + 1, intentions.referred_day + 1]
        ),
        fate=np.concatenate([earlier_fate[earlier], np.where(intentions.comes, _COMES, _MISSES)]),
        replaces=np.concatenate([np.full(len(earlier), NEVER), replaces]),
    )


def _follow_ups(
    workplace: Workplace,
    random: np.random.Generator,
    intentions: Intentions,
    infusions: Infusions,
) -> _Wishes:
    """As planned, and once more for some that fell through."""
    patient, day, booked_day = _planned_days(workplace, random, intentions, infusions)
    day = workplace.calendar.open_from(day)
    size = len(patient)
    weights = (
        1 - _FOLLOW_UP_MISSED - _FOLLOW_UP_CANCELLED,
        _FOLLOW_UP_MISSED,
        _FOLLOW_UP_CANCELLED,
    )
    fate = pick(random, weights, size)
    fate[intentions.certain[patient]] = _COMES
    retried = (fate != _COMES) & (random.random(size) < _RETRIED)
    again = np.flatnonzero(retried & (day < workplace.plan.last_day))
    return _Wishes(
        patient=np.concatenate([patient, patient[again]]),
        day=np.concatenate([day, day[again] + random.integers(4, 12, len(again))]),
        booked_day=np.concatenate([booked_day, day[again]]),
        fate=np.concatenate([fate, np.full(len(again), _COMES)]),
        replaces=np.concatenate([np.full(size, NEVER), again]),
    )


def _planned_days(
    workplace: Workplace,
    random: np.random.Generator,
    intentions: Intentions,
    infusions: Infusions,
) -> tuple[Ints, Ints, Ints]:
    """Patient, day and booking day of the follow-ups after a whole induction.

    Then every 4 weeks for a while, or every 16 as long as maintenance lasts.
    """
    end = workplace.plan.last_day + BOOKED_AHEAD_DAYS
    ends_induction = (infusions.number == PLANNED_INDUCTION - 1) & ~intentions.leaves[
        infusions.patient
    ]
    patient, last = infusions.patient[ends_induction], infusions.day[ends_induction]
    goes_on = intentions.maintenance[patient] > 0
    first = last + random.integers(*AFTER_INDUCTION_DAYS, len(patient), endpoint=True)
    days = [first]
    for step in range(1, _STEPS_WITHOUT_MAINTENANCE + 1):
        stays = ~goes_on & (random.random(len(patient)) < _STAYS**step)
        days.append(np.where(stays, first + _STEP_DAYS * step, end + 1))
    last_seen = np.full(len(intentions), NEVER)
    np.maximum.at(last_seen, infusions.patient, infusions.day)
    longest = int(np.max(last_seen[patient] - first, initial=0))
    for step in range(1, longest // _STEP_IN_MAINTENANCE_DAYS + 1):
        day = first + _STEP_IN_MAINTENANCE_DAYS * step
        days.append(np.where(goes_on & (day < last_seen[patient]), day, end + 1))
    day = np.concatenate(days)
    booked_day = np.maximum(np.tile(last, len(days)), day - _STEP_DAYS)
    kept = day <= end - 7
    return np.tile(patient, len(days))[kept], day[kept], booked_day[kept]


def _book(
    workplace: Workplace, random: np.random.Generator, wishes: _Wishes, kind: int
) -> tuple[Appointments, Reviews]:
    calendar, now = workplace.calendar, workplace.plan.now
    size = len(wishes.patient)
    minutes = _CONSULTATION_MINUTES if kind == CONSULTATION else _FOLLOW_UP_MINUTES
    day = calendar.open_from(wishes.day)
    start = calendar.utc(day, calendar.visit_start(day, random.random(size)))
    cancelled_at = start - random.integers(2 * 60, 4 * 24 * 60, size)
    status = np.where(start + minutes <= now, FULFILLED, np.where(start <= now, ARRIVED, BOOKED))
    status[(wishes.fate == _MISSES) & (start <= now)] = NOSHOW
    status[(wishes.fate == _CANCELS) & (cancelled_at <= now)] = CANCELLED
    status[(wishes.fate == _CANCELS) & (cancelled_at > now)] = BOOKED

    known = np.where(wishes.replaces == NEVER, 0, wishes.replaces)
    replaces = (wishes.replaces != NEVER) & np.isin(status, (CANCELLED, NOSHOW))[known]
    booked_at = calendar.utc(wishes.booked_day, random.integers(*_OFFICE_HOURS, size))
    agreed_at = given_up_at(status, start, cancelled_at)[known] + 5
    booked_at = np.where(replaces, agreed_at, booked_at)
    booked_at = np.minimum(booked_at, latest_booking(status, start, cancelled_at, now))
    appointments = Appointments(
        patient=wishes.patient,
        kind=np.full(size, kind),
        status=status,
        start=start,
        minutes=np.full(size, minutes),
        booked_at=booked_at,
        cancelled_at=np.where(status == CANCELLED, cancelled_at, NEVER),
        reason=draw_reasons(random, size),
        provider=random.integers(0, PHYSICIANS, size),
        chair=np.full(size, NEVER),
        replaces=np.where(replaces, wishes.replaces, NEVER),
    )
    reviews = Reviews(
        patient=wishes.patient,
        day=day,
        start=start,
        attended=status == FULFILLED,
        consultation=np.full(size, kind == CONSULTATION),
    )
    return appointments, reviews
