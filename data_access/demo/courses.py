"""Courses of treatment as sequences of attempted infusions, day by day.

Every booked infusion is an attempt: done, missed, or cancelled. All patients of a site advance
together, one attempt a round, so that the work is done by arrays; an attempt takes one of the
site's slots of its day, or moves to the next day that has one.
"""

from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np

from data_access.demo import stories
from data_access.demo.arrays import Bools, Floats, Ints
from data_access.demo.plan import BOOKED_AHEAD_DAYS, Plan
from data_access.demo.site_calendar import SiteCalendar, Workplace

PLANNED_INDUCTION = 6

# Operations [D] of the clinical reference: of the infusion appointments 5 % are missed, 6 %
# cancelled late, 8 % early. Some are booked too shortly before to be cancelled early.
_MISSED = 0.05
_CANCELLED_LATE = 0.06
_CANCELLED_EARLY = 0.085
_FUTURE_CANCELLED = 0.04
_REBOOKED = 0.80

_NOT_TREATED = 0.08
"""Referred, but no infusion: half of them never come, for half it is not advised."""
# Drop-out 25 to 30 % before maintenance: during induction, or not seen again after it.
_LEAVE_DURING = 0.14
_LEAVE_AFTER = 0.13
_GO_ON = 0.74
"""Of those who neither leave during nor right after induction, so that half of all go on."""
_STOP_IN_MAINTENANCE = 0.015
"""Chance to stop at each maintenance infusion."""
_MAINTENANCE_MOST = 80
_RETURN = 0.10
"""Of those whose treatment ended, how many come back for a second course."""

_REFERRED_BEFORE_OPENING = 50
_BEYOND = 10_000
"""So many days after the last day is never."""


class Outcome(IntEnum):
    """What becomes of an attempt."""

    DONE = 0
    MISSED = 1
    CANCELLED_LATE = 2
    CANCELLED_EARLY = 3


@dataclass(frozen=True, slots=True)
class Intentions:
    """What each patient of a site means to do: arrays, one element per patient.

    ``consultation_day``: first visit, and ``comes`` whether it takes place. ``first_day``: when the
    first infusion is wanted, far in the future where none is. ``induction`` and ``maintenance``
    count infusions, also of a second course. ``leaves``: not seen again after the induction.
    ``booked_days``: how many days ahead maintenance is booked. ``certain``: comes to everything.
    """

    referred_day: Ints
    consultation_day: Ints
    comes: Bools
    first_day: Ints
    induction: Ints
    maintenance: Ints
    second_induction: Ints
    second_maintenance: Ints
    leaves: Bools
    thrice_weekly: Bools
    tapering: Bools
    interval: Floats
    booked_days: Ints
    certain: Bools

    def __len__(self) -> int:
        """How many patients."""
        return len(self.induction)

    def only(self, kept: Ints) -> "Intentions":
        """The intentions of some of the patients."""
        return Intentions(*(getattr(self, field.name)[kept] for field in fields(self)))

    def planned_total(self) -> Ints:
        """Infusions over all courses."""
        return self.induction + self.maintenance + self.second_induction + self.second_maintenance


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

    def only(self, kept: Bools | Ints) -> "Attempts":
        """Some of the attempts."""
        return Attempts(*(getattr(self, field.name)[kept] for field in fields(self)))


def make_intentions(
    workplace: Workplace,
    random: np.random.Generator,
    size: int,
    told: tuple[stories.PatientStory, ...] = (),
) -> Intentions:
    """What ``size`` patients mean to do, the stories' own first, then by day of referral."""
    plan, site = workplace.plan, workplace.site
    referred = np.sort(
        _referral_days(random, site.opened_day - _REFERRED_BEFORE_OPENING, plan.last_day, size)
    )
    consultation = referred + random.integers(5, 22, size)
    suited = random.random(size)
    first = consultation + random.integers(4, 17, size)
    share = random.random(size)
    leaves_during = share < _LEAVE_DURING
    leaves_after = (share >= _LEAVE_DURING) & (share < _LEAVE_DURING + _LEAVE_AFTER)
    goes_on = (share >= _LEAVE_DURING + _LEAVE_AFTER) & (random.random(size) < _GO_ON)
    returns = ~leaves_during & ~leaves_after & (random.random(size) < _RETURN)
    induction = np.where(leaves_during, random.integers(1, PLANNED_INDUCTION, size), 6)
    intentions = Intentions(
        referred_day=referred,
        consultation_day=consultation,
        comes=suited >= _NOT_TREATED / 2,
        first_day=np.where(suited >= _NOT_TREATED, first, plan.last_day + _BEYOND),
        induction=induction,
        maintenance=np.where(goes_on, _maintenance_counts(random, size), 0),
        second_induction=np.where(returns, PLANNED_INDUCTION, 0),
        second_maintenance=np.where(
            returns & (random.random(size) < 0.5), _maintenance_counts(random, size), 0
        ),
        leaves=leaves_after,
        thrice_weekly=random.random(size) < 0.45,
        # Without the series in the records weekly infusions would count as induction.
        tapering=(random.random(size) < 0.65) & site.keeps_series,
        interval=np.clip(random.normal(29, 5, size), 21, 45),
        booked_days=np.array((14, 28, 42, 56, 56))[random.integers(0, 5, size)],
        certain=np.zeros(size, dtype=bool),
    )
    for index, story in enumerate(told):
        _tell(plan, intentions, index, story)
    return intentions


def _tell(plan: Plan, intentions: Intentions, index: int, story: stories.PatientStory) -> None:
    first = plan.last_day - story.first_infusion
    intentions.referred_day[index] = first - 30
    intentions.consultation_day[index] = first - 11
    intentions.comes[index] = True
    intentions.first_day[index] = first
    intentions.induction[index] = PLANNED_INDUCTION
    # One more than has been told: the next one is booked.
    intentions.maintenance[index] = story.maintenance + 1
    intentions.second_induction[index] = intentions.second_maintenance[index] = 0
    intentions.leaves[index] = False
    intentions.thrice_weekly[index] = False
    intentions.tapering[index] = False
    intentions.interval[index] = 32 if story.maintenance else 29
    intentions.booked_days[index] = BOOKED_AHEAD_DAYS
    intentions.certain[index] = True


def simulate(
    workplace: Workplace, intentions: Intentions, random: np.random.Generator, slots: Ints
) -> Attempts:
    """The attempts that follow from the intentions, up to eight weeks after the last day.

    ``slots``: how many infusions fit into each day of the calendar.
    """
    plan, calendar = workplace.plan, workplace.calendar
    end = plan.last_day + BOOKED_AHEAD_DAYS
    free = slots.copy()
    free[end - calendar.first_day + 1 :] = len(intentions)  # nothing is booked there
    target = intentions.first_day.copy()
    earliest = intentions.consultation_day + 2
    booked = intentions.consultation_day.copy()
    last_visit = intentions.consultation_day.copy()
    number = np.zeros(len(intentions), dtype=np.int64)
    replaces = np.zeros(len(intentions), dtype=bool)
    active = (target <= end) & (intentions.consultation_day < plan.last_day)
    rounds: list[Attempts] = []
    while active.any():
        who = np.flatnonzero(active)
        day = calendar.open_near(target[who], earliest[who])
        early = _cancelled_early(plan, random, day, booked[who]) & ~intentions.certain[who]
        day = _take_slots(calendar, free, day, ~early)
        outcome = _outcomes(workplace, random, day, booked[who])
        outcome[intentions.certain[who]] = Outcome.DONE
        outcome[early] = Outcome.CANCELLED_EARLY
        in_books = _is_booked(plan, intentions, who, number[who], day)
        active[who[~in_books]] = False
        who, day, outcome = who[in_books], day[in_books], outcome[in_books]
        notice = _notice_days(plan, random, day, booked[who])
        rounds.append(Attempts(who, day, outcome, number[who], booked[who], notice, replaces[who]))

        done = outcome == Outcome.DONE
        number[who] += done
        seen = who[done & (day < plan.last_day)]
        last_visit[seen] = day[done & (day < plan.last_day)]
        rebooked = ~done & (random.random(len(who)) < _REBOOKED)
        replaces[who] = rebooked
        wait = np.where(
            done,
            _days_to_next(intentions, who, number[who], random),
            random.integers(2, 7, len(who)) + np.where(rebooked, 0, 5),
        )
        target[who] = day + wait
        earliest[who] = day + 2
        changed = np.where(outcome == Outcome.CANCELLED_EARLY, day - notice, day)
        booked[who] = np.where(
            done, _booked_day(intentions, who, number[who], target[who], last_visit[who]), changed
        )
        booked[who] = np.minimum(booked[who], plan.last_day - 1)
        active[who] = (number[who] < intentions.planned_total()[who]) & (target[who] <= end)
    return _by_patient(rounds)


def _by_patient(rounds: list[Attempts]) -> Attempts:
    attempts = Attempts(
        *(
            np.concatenate([getattr(attempt, field.name) for attempt in rounds])
            for field in fields(Attempts)
        )
    )
    return attempts.only(np.argsort(attempts.patient, kind="stable"))


def _referral_days(random: np.random.Generator, first: int, last: int, size: int) -> Ints:
    """Referrals grow by a quarter over the months, with fewer in summer and around the new year."""
    days = np.arange(first, last + 1)
    growth = 1 + 0.25 * (days - first) / max(last - first, 1)
    season = 1 + 0.10 * np.cos(2 * np.pi * (days % 365.25 - 80) / 182.6)
    weights = np.cumsum(growth * season)
    drawn: Ints = days[np.searchsorted(weights, random.random(size) * weights[-1])]
    return drawn


def _maintenance_counts(random: np.random.Generator, size: int) -> Ints:
    return np.minimum(random.geometric(_STOP_IN_MAINTENANCE, size), _MAINTENANCE_MOST)


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


def _is_booked(plan: Plan, intentions: Intentions, who: Ints, number: Ints, day: Ints) -> Bools:
    """Whether an attempt is in the books: past, or in the near future."""
    ahead = day - plan.last_day
    in_induction = number < intentions.induction[who]
    return ahead <= np.where(in_induction, BOOKED_AHEAD_DAYS, intentions.booked_days[who])


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


def _booked_day(
    intentions: Intentions, who: Ints, done: Ints, target: Ints, last_visit: Ints
) -> Ints:
    """When the next infusion was booked: with the whole induction, or at the last visit."""
    in_induction = done < intentions.induction[who]
    first_time = np.where(in_induction, intentions.consultation_day[who], last_visit)
    return np.where(_begins_again(intentions, who, done), target - 12, first_time)
