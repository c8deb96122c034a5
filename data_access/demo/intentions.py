"""What each patient means to do: when to begin, how often to come, when to stop."""

from dataclasses import dataclass

import numpy as np

from data_access.demo.arrays import Bools, Floats, Ints
from data_access.demo.plan import BOOKED_AHEAD_DAYS, Plan
from data_access.demo.site_calendar import Workplace
from data_access.demo.stories import PatientStory

PLANNED_INDUCTION = 6

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

_THRICE_WEEKLY = 0.45
"""Share whose induction takes two weeks; the others come twice a week for three."""
_TAPERING = 0.65
"""Share whose maintenance is weekly, then fortnightly, then monthly, as in CAN-BIND; the others
come every four to six weeks from the start."""

_REFERRED_BEFORE_OPENING = 50
_BEYOND = 10_000
"""So many days after the last day is never."""


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

    def planned_total(self) -> Ints:
        """Infusions over all courses."""
        return self.induction + self.maintenance + self.second_induction + self.second_maintenance


def make_intentions(
    workplace: Workplace,
    random: np.random.Generator,
    size: int,
    told: tuple[PatientStory, ...] = (),
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
    induction = np.where(
        leaves_during, random.integers(1, PLANNED_INDUCTION, size), PLANNED_INDUCTION
    )
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
        thrice_weekly=random.random(size) < _THRICE_WEEKLY,
        # Without the series in the records weekly infusions would count as induction.
        tapering=(random.random(size) < _TAPERING) & site.keeps_series,
        interval=np.clip(random.normal(29, 5, size), 21, 45),
        booked_days=np.array((14, 28, 42, 56, 56))[random.integers(0, 5, size)],
        certain=np.zeros(size, dtype=bool),
    )
    for index, story in enumerate(told):
        _tell(plan, intentions, index, story)
    return intentions


def _tell(plan: Plan, intentions: Intentions, index: int, story: PatientStory) -> None:
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
