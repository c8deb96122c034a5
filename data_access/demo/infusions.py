"""From attempts to infusion appointments and infusions, with times, chairs and staff."""

from dataclasses import dataclass, replace

import numpy as np

from data_access.demo import stories
from data_access.demo.appointments import (
    ARRIVED,
    BOOKED,
    CANCELLED,
    FULFILLED,
    INFUSION,
    NOSHOW,
    Appointments,
    draw_reasons,
    given_up_at,
    latest_booking,
)
from data_access.demo.arrays import NEVER, Ints, position_in_group
from data_access.demo.courses import Attempts, Outcome
from data_access.demo.intentions import Intentions
from data_access.demo.plan import BLOCK_MINUTES, Part
from data_access.demo.refills import Refills, draw_refills
from data_access.demo.site_calendar import Workplace
from data_access.demo.staff import PHYSICIANS, ROLES

_PREPARATION_MINUTES = 10
_INFUSION_MINUTES = (39, 43)
_RECOVERY_MINUTES = (52, 70)
_OFFICE_HOURS = (9 * 60, 16 * 60)
_SHORTEST_CALL = 60
"""Nobody can come sooner than so many minutes after a call."""


@dataclass(frozen=True, slots=True)
class Infusions:
    """Infusions that have begun: arrays, by patient and then in time order.

    ``appointment``: index into the appointments. ``number``: the patient's infusions before this
    one. ``course``: 0, or 1 for a second course. ``step``: the infusions of that course before it;
    ``phase``: 0 induction, 1 maintenance. ``ended`` and ``discharged`` are ``NEVER`` while under
    way.
    """

    patient: Ints
    appointment: Ints
    number: Ints
    course: Ints
    step: Ints
    phase: Ints
    day: Ints
    started: Ints
    ended: Ints
    discharged: Ints
    provider: Ints
    chair: Ints

    def __len__(self) -> int:
        """How many infusions."""
        return len(self.patient)


def book_infusions(
    workplace: Workplace, intentions: Intentions, attempts: Attempts
) -> tuple[Appointments, Infusions]:
    """The infusion appointments, and the infusions that came of them up to now."""
    random = workplace.random(Part.VISITS)
    now, size = workplace.plan.now, len(attempts)
    refills = draw_refills(workplace, attempts)
    chair, minute = _seats(workplace, random, attempts)
    chair[refills.freed], minute[refills.freed] = chair[refills.by], minute[refills.by]
    start = workplace.calendar.utc(attempts.day, minute)
    started = (
        start
        + _PREPARATION_MINUTES
        + np.rint(np.minimum(random.gamma(2.0, 2.5, size), 25)).astype(np.int64)
    )
    ended = started + random.integers(*_INFUSION_MINUTES, size, endpoint=True)
    discharged = ended + random.integers(*_RECOVERY_MINUTES, size, endpoint=True)
    provider = random.integers(PHYSICIANS, len(ROLES), size)
    appointments = _appointments(workplace, random, attempts, start, discharged, provider, chair)
    appointments = _called(appointments, refills)

    begun = np.flatnonzero((attempts.outcome == Outcome.DONE) & (started <= now))
    patient, number = attempts.patient[begun], attempts.number[begun]
    course, step, phase = _places(intentions, patient, number)
    infusions = Infusions(
        patient=patient,
        appointment=begun,
        number=number,
        course=course,
        step=step,
        phase=phase,
        day=attempts.day[begun],
        started=started[begun],
        ended=np.where(ended <= now, ended, NEVER)[begun],
        discharged=np.where(discharged <= now, discharged, NEVER)[begun],
        provider=provider[begun],
        chair=chair[begun],
    )
    return appointments, infusions


def _seats(
    workplace: Workplace, random: np.random.Generator, attempts: Attempts
) -> tuple[Ints, Ints]:
    """Chair and local start minute of each attempt.

    What was cancelled early comes after all others of its day: it takes a slot that is left, or
    one that has been given to somebody else since.
    """
    early = attempts.outcome == Outcome.CANCELLED_EARLY
    order = np.argsort(early + random.random(len(attempts)))
    rank = np.empty(len(attempts), dtype=np.int64)
    rank[order] = position_in_group(attempts.day[order])
    seats = workplace.calendar.slots(
        attempts.day, rank, workplace.site.number == stories.BOTTLENECK_SITE
    )
    return seats[:, 0], seats[:, 1]


def _appointments(
    workplace: Workplace,
    random: np.random.Generator,
    attempts: Attempts,
    start: Ints,
    discharged: Ints,
    provider: Ints,
    chair: Ints,
) -> Appointments:
    size, now, calendar = len(attempts), workplace.plan.now, workplace.calendar
    booked_at = calendar.utc(attempts.booked_day, random.integers(*_OFFICE_HOURS, size))
    cancelled_at = np.where(
        attempts.outcome == Outcome.CANCELLED_EARLY,
        calendar.utc(attempts.day - attempts.notice_days, random.integers(*_OFFICE_HOURS, size)),
        start - random.integers(30, 23 * 60, size),
    )
    status = _status(attempts.outcome, start, discharged, cancelled_at, now)
    # An attempt that stands for another follows it, because patients' attempts are in order.
    previous = np.maximum(np.arange(size) - 1, 0)
    replaces = attempts.replaces & np.isin(status, (CANCELLED, NOSHOW))[previous]
    agreed_at = given_up_at(status, start, cancelled_at)[previous] + 5
    booked_at = np.where(replaces, agreed_at, booked_at)
    booked_at = np.minimum(booked_at, latest_booking(status, start, cancelled_at, now))
    return Appointments(
        patient=attempts.patient,
        kind=np.full(size, INFUSION),
        status=status,
        start=start,
        minutes=np.full(size, BLOCK_MINUTES),
        booked_at=booked_at,
        cancelled_at=np.where(status == CANCELLED, cancelled_at, NEVER),
        reason=draw_reasons(random, size),
        provider=provider,
        chair=chair,
        replaces=np.where(replaces, previous, NEVER),
    )


def _called(appointments: Appointments, refills: Refills) -> Appointments:
    """The appointments with the booking of those who were called to a freed slot."""
    called = refills.called_after != NEVER
    freed, by = refills.freed[called], refills.by[called]
    called_at = appointments.cancelled_at[freed] + refills.called_after[called]
    in_time = called_at <= appointments.start[by] - _SHORTEST_CALL
    booked_at = appointments.booked_at.copy()
    booked_at[by[in_time]] = np.maximum(booked_at[by], called_at)[in_time]
    return replace(appointments, booked_at=booked_at)


def _status(outcome: Ints, start: Ints, discharged: Ints, cancelled_at: Ints, now: int) -> Ints:
    """What the books say now; what lies ahead is booked unless it is cancelled already."""
    cancelled = np.isin(outcome, (Outcome.CANCELLED_EARLY, Outcome.CANCELLED_LATE))
    status = np.full(len(outcome), BOOKED)
    status[(outcome == Outcome.DONE) & (start <= now)] = ARRIVED
    status[(outcome == Outcome.DONE) & (discharged <= now)] = FULFILLED
    status[(outcome == Outcome.MISSED) & (start <= now)] = NOSHOW
    status[cancelled & (cancelled_at <= now)] = CANCELLED
    return status


def _places(intentions: Intentions, patient: Ints, number: Ints) -> tuple[Ints, Ints, Ints]:
    """Course, step within it, and phase of the infusions."""
    first_course = intentions.induction[patient] + intentions.maintenance[patient]
    second = number >= first_course
    step = np.where(second, number - first_course, number)
    induction = np.where(
        second, intentions.second_induction[patient], intentions.induction[patient]
    )
    return second.astype(np.int64), step, (step >= induction).astype(np.int64)
