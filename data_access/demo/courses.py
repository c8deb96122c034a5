"""Courses of treatment as sequences of attempted infusions, day by day.

Every booked infusion is an attempt: done, missed, or cancelled. All patients of a site advance
together, one attempt a round, so that the work is done by arrays; an attempt takes one of the
site's slots of its day, or moves to the next day that has one.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from data_access.demo import stories
from data_access.demo.arrays import Bools, Ints, join, take
from data_access.demo.intentions import Intentions
from data_access.demo.plan import BOOKED_AHEAD_DAYS, Plan
from data_access.demo.site_calendar import SiteCalendar, Workplace

# Operations [D] of the clinical reference: of the infusion appointments 5 % are missed, 6 %
# cancelled late, 8 % early. Some are booked too shortly before to be cancelled early.
_MISSED = 0.05
_CANCELLED_LATE = 0.06
_CANCELLED_EARLY = 0.085
_FUTURE_CANCELLED = 0.04
_REBOOKED = 0.80


class Outcome(IntEnum):
    """What becomes of an attempt."""

    DONE = 0
    MISSED = 1
    CANCELLED_LATE = 2
    CANCELLED_EARLY = 3


@dataclass(frozen=True, slots=True)
class Attempts:
    """Attempted infusions of a site, by patient and then in time order.

    ``number``: how many infusions the patient had before. ``booked_day``: when it was booked.
    ``notice_days``: cancelled this many days ahead. ``replaces``: stands for the previous attempt.
    """

    patient: Ints
    day: Ints
    outcome: Ints
    number: Ints
    booked_day: Ints
    notice_days: Ints
    replaces: Bools

    def __len__(self) -> int:
        """How many attempts."""
        return len(self.patient)


@dataclass(frozen=True, slots=True)
class _State:
    """Where each patient stands between two attempts: arrays, one element per patient.

    ``done``: infusions so far. ``target``: the day wanted for the next one, not before
    ``earliest``. ``booked_day``: when it is booked. ``last_visit``: the last infusion before today.
    ``replaces``: the next attempt stands for the one before. ``active``: there is a next one.
    """

    done: Ints
    target: Ints
    earliest: Ints
    booked_day: Ints
    last_visit: Ints
    replaces: Bools
    active: Bools


def simulate(
    workplace: Workplace, intentions: Intentions, random: np.random.Generator, slots: Ints
) -> Attempts:
    """The attempts that follow from the intentions, up to eight weeks after the last day.

    ``slots``: how many infusions fit into each day of the calendar.
    """
    end = workplace.plan.last_day + BOOKED_AHEAD_DAYS
    free = slots.copy()
    # Beyond the end nothing is booked, so there is room for everybody.
    free[end - workplace.calendar.first_day + 1 :] = len(intentions)
    state = _start(workplace.plan, intentions)
    rounds: list[Attempts] = []
    while state.active.any():
        attempts = _attempt(workplace, intentions, random, state, free)
        _advance(workplace.plan, intentions, random, state, attempts)
        rounds.append(attempts)
    attempts = join(*rounds)
    return take(attempts, np.argsort(attempts.patient, kind="stable"))


def _start(plan: Plan, intentions: Intentions) -> _State:
    consultation = intentions.consultation_day
    begins = intentions.first_day <= plan.last_day + BOOKED_AHEAD_DAYS
    return _State(
        done=np.zeros(len(intentions), dtype=np.int64),
        target=intentions.first_day.copy(),
        earliest=consultation + 2,
        booked_day=consultation.copy(),
        last_visit=consultation.copy(),
        replaces=np.zeros(len(intentions), dtype=bool),
        active=begins & (consultation < plan.last_day),
    )


def _attempt(
    workplace: Workplace,
    intentions: Intentions,
    random: np.random.Generator,
    state: _State,
    free: Ints,
) -> Attempts:
    """The next attempt of every active patient; those who book no further become inactive."""
    plan, calendar = workplace.plan, workplace.calendar
    who = np.flatnonzero(state.active)
    booked_day, certain = state.booked_day[who], intentions.certain[who]
    day = calendar.open_near(state.target[who], state.earliest[who])
    early = _cancelled_early(plan, random, day, booked_day) & ~certain
    day = _take_slots(calendar, free, day, ~early)
    outcome = _outcomes(workplace, random, day, booked_day)
    outcome[certain] = Outcome.DONE
    outcome[early] = Outcome.CANCELLED_EARLY
    attempts = Attempts(
        patient=who,
        day=day,
        outcome=outcome,
        number=state.done[who],
        booked_day=booked_day,
        notice_days=_notice_days(plan, random, day, booked_day),
        replaces=state.replaces[who],
    )
    in_books = _is_booked(plan, intentions, attempts)
    state.active[who[~in_books]] = False
    return take(attempts, in_books)


def _advance(
    plan: Plan,
    intentions: Intentions,
    random: np.random.Generator,
    state: _State,
    attempts: Attempts,
) -> None:
    """What each patient wants after an attempt."""
    who, day = attempts.patient, attempts.day
    done = attempts.outcome == Outcome.DONE
    state.done[who] += done
    seen = done & (day < plan.last_day)
    state.last_visit[who[seen]] = day[seen]
    rebooked = ~done & (random.random(len(who)) < _REBOOKED)
    state.replaces[who] = rebooked
    wait = np.where(
        done,
        _days_to_next(intentions, who, state.done[who], random),
        random.integers(2, 7, len(who)) + np.where(rebooked, 0, 5),
    )
    state.target[who] = day + wait
    state.earliest[who] = day + 2
    early = attempts.outcome == Outcome.CANCELLED_EARLY
    given_up = np.where(early, day - attempts.notice_days, day)
    booked_day = np.where(done, _booked_day(intentions, who, state), given_up)
    state.booked_day[who] = np.minimum(booked_day, plan.last_day - 1)
    goes_on = state.done[who] < intentions.planned_total()[who]
    state.active[who] = goes_on & (state.target[who] <= plan.last_day + BOOKED_AHEAD_DAYS)


def _cancelled_early(plan: Plan, random: np.random.Generator, day: Ints, booked: Ints) -> Bools:
    """Which attempts are cancelled some days ahead, where they were booked long enough before."""
    share = np.where(day > plan.last_day, _FUTURE_CANCELLED, _CANCELLED_EARLY)
    long_enough = np.minimum(day, plan.last_day) - booked >= 3
    cancelled: Bools = long_enough & (random.random(len(day)) < share)
    return cancelled


def _outcomes(workplace: Workplace, random: np.random.Generator, day: Ints, booked: Ints) -> Ints:
    """What becomes of attempts that were not cancelled early; those still to come are done."""
    missed = np.full(len(day), _MISSED)
    if workplace.site.number == stories.MISSED_SITE:
        missed[workplace.calendar.weekday(day) == stories.MISSED_WEEKDAY] = stories.MISSED_RAISED
    late = np.where(day - booked >= 2, _CANCELLED_LATE, 0.0)
    share = random.random(len(day)) * (1 - _CANCELLED_EARLY)
    outcome = np.full(len(day), int(Outcome.DONE))
    outcome[share < missed + late] = Outcome.CANCELLED_LATE
    outcome[share < missed] = Outcome.MISSED
    outcome[day > workplace.plan.last_day] = Outcome.DONE
    return outcome


def _take_slots(calendar: SiteCalendar, free: Ints, wanted: Ints, holds: Bools) -> Ints:
    """The days of the attempts: as wanted where a slot is free, else the next day with one.

    Takes the slots from ``free``. What was cancelled early holds none.
    """
    day = wanted.copy()
    waiting = np.flatnonzero(holds)
    while waiting.size:
        days = day[waiting]
        order = np.argsort(days, kind="stable")
        ordered = days[order]
        rank = np.arange(len(order)) - np.searchsorted(ordered, ordered)
        fits = rank < free[ordered - calendar.first_day]
        np.subtract.at(free, ordered[fits] - calendar.first_day, 1)
        waiting = waiting[order[~fits]]
        day[waiting] = calendar.open_from(day[waiting] + 1)
    return day


def _is_booked(plan: Plan, intentions: Intentions, attempts: Attempts) -> Bools:
    """Whether an attempt is in the books: past, or in the near future."""
    ahead = attempts.day - plan.last_day
    in_induction = attempts.number < intentions.induction[attempts.patient]
    booked_days = intentions.booked_days[attempts.patient]
    in_books: Bools = ahead <= np.where(in_induction, BOOKED_AHEAD_DAYS, booked_days)
    return in_books


def _notice_days(plan: Plan, random: np.random.Generator, day: Ints, booked: Ints) -> Ints:
    """Days from an early cancellation to the appointment, after booking and before today."""
    latest = np.minimum(day - 2, plan.last_day - 1)
    room = np.maximum(latest - booked, 1)
    cancelled = latest - (random.random(len(day)) ** 1.5 * room).astype(np.int64)
    notice: Ints = np.maximum(day - cancelled, 1)
    return notice


def _days_to_next(
    intentions: Intentions, who: Ints, done: Ints, random: np.random.Generator
) -> Ints:
    """Days from the ``done``-th infusion to the next one that is wanted."""
    induction = intentions.induction[who]
    first_course = induction + intentions.maintenance[who]
    second = done >= first_course
    in_course = np.where(second, done - first_course, done)
    course_induction = np.where(second, intentions.second_induction[who], induction)
    step = in_course - course_induction
    thrice = np.array((2, 3, 2))[in_course % 3]
    twice = np.array((4, 3))[in_course % 2]
    induction_wait = np.where(intentions.thrice_weekly[who], thrice, twice)
    taper = np.where(step < 4, 7, np.where(step < 8, 14, 28))
    sway = np.where(intentions.certain[who], 0.0, random.normal(0, 2.5, len(who)))
    booster = np.rint(intentions.interval[who] + sway)
    booster = np.where(step == 0, np.maximum(booster - 8, 16), booster)
    maintenance_wait = np.where(intentions.tapering[who], taper, booster)
    wait = np.where(step < 0, induction_wait, maintenance_wait)
    again = random.integers(200, 420, len(who))
    return np.where(_begins_again(intentions, who, done), again, wait).astype(np.int64)


def _begins_again(intentions: Intentions, who: Ints, done: Ints) -> Bools:
    """Whether the next infusion would begin a second course."""
    ended: Bools = done == intentions.induction[who] + intentions.maintenance[who]
    return ended


def _booked_day(intentions: Intentions, who: Ints, state: _State) -> Ints:
    """When the next infusion was booked: with the whole induction, or at the last visit."""
    done = state.done[who]
    in_induction = done < intentions.induction[who]
    first_time = np.where(in_induction, intentions.consultation_day[who], state.last_visit[who])
    return np.where(_begins_again(intentions, who, done), state.target[who] - 12, first_time)
