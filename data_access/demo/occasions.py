"""When patients are asked, and how far treatment has come by then.

Path, visit noise and the deeper scores after 24 hours follow the clinical reference 3d. Response
is lost by a Weibull distribution, counted from the review after induction, unless maintenance
holds it (80 % keep it for 4 weeks and 60 % for 8, McInnes 2022).
"""

from dataclasses import dataclass

import numpy as np

from clinical.calendar import day_number, month_date
from data_access.demo import stories
from data_access.demo.arrays import NEVER, Bools, Floats, Ints, join, take
from data_access.demo.follow_ups import AFTER_INDUCTION_DAYS, Reviews
from data_access.demo.infusions import Infusions
from data_access.demo.intentions import Intentions
from data_access.demo.people import VISIT_NOISE, People
from data_access.demo.site_calendar import Workplace

# Share of the final fall that is reached before infusion 1 to 6 and at the end, by pace: usual,
# rapid, late. The mean over the paces is .45 .62 .75 .85 .93 1 (clinical reference 3d).
_PATHS = np.array(
    (
        (0.0, 0.45, 0.62, 0.75, 0.85, 0.93, 1.0),
        (0.0, 0.80, 0.90, 0.95, 1.00, 1.00, 1.0),
        (0.0, 0.10, 0.30, 0.50, 0.70, 0.86, 1.0),
    )
)
_AFTER_A_DAY = 1.25
"""Scores 24 hours after an infusion are about 25 % deeper."""
_FOLLOW_UP_NOISE = 0.6
_LOSS_SHAPE, _LOSS_WEEKS = 1.195, 16.5
"""Longer than the recipe's 14 weeks: noise around the threshold costs some responses."""
_LOST_IN_MAINTENANCE = 0.165
"""Share that loses the response under maintenance (16.5 % stop in it, Sakurai 2020)."""
_KEPT_AFTER_LOSS = 0.2
"""What is left of the fall once the response is lost."""
_LOSS_DAYS = 10
_LOST_DAYS_BEFORE_LAST = 60
"""Under maintenance: who loses the response comes about twice more, and then stops."""

_MISSING = 0.12
_MISSING_FIRST = 0.06
_BY_LINK = 0.5
"""Scores of a missed follow-up that the patient sends from home."""
_AFTER_A_DAY_FIRST, _AFTER_A_DAY_LATER = 0.30, 0.06


@dataclass(frozen=True, slots=True)
class Occasions:
    """When somebody was asked, and how far treatment had come.

    ``reached``: share of the patient's final fall. ``noise``: points that the day adds.
    ``step``: infusions of the course before it, and ``number``: of all courses; ``NEVER`` where not
    before an infusion. ``initial``: before any treatment. ``review``: at a follow-up.
    """

    patient: Ints
    completed: Ints
    reached: Floats
    noise: Floats
    step: Ints
    number: Ints
    initial: Bools
    review: Bools

    def __len__(self) -> int:
        """How many occasions."""
        return len(self.patient)


def answered_occasions(
    workplace: Workplace,
    random: np.random.Generator,
    people: People,
    intentions: Intentions,
    infusions: Infusions,
    reviews: Reviews,
) -> Occasions:
    """The occasions up to now at which a score was given."""
    occasions = _occasions(workplace, random, people, intentions, infusions, reviews)
    answered = _answered(workplace, random, intentions, occasions)
    return take(occasions, answered & (occasions.completed <= workplace.plan.now))


def _occasions(
    workplace: Workplace,
    random: np.random.Generator,
    people: People,
    intentions: Intentions,
    infusions: Infusions,
    reviews: Reviews,
) -> Occasions:
    """Before each infusion, a day after some, at the consultation, at the follow-ups."""
    lost_on = _loss_days(random, intentions, infusions)
    reached, reached_after = _reached(people, infusions, lost_on)
    return join(
        _before_infusions(random, infusions, reached),
        _a_day_after(random, intentions, infusions, reached_after),
        _at_reviews(random, intentions, infusions, reviews, lost_on),
        _last_of_stories(workplace, intentions, infusions),
    )


def _reached(people: People, infusions: Infusions, lost_on: Floats) -> tuple[Floats, Floats]:
    """Share of the final fall reached before each infusion, and by it."""
    paths = _PATHS[people.pace[infusions.patient]]
    rows = np.arange(len(infusions))
    # A second course starts from the baseline again and keeps what it reaches.
    lost = np.where(infusions.course == 1, np.inf, lost_on[infusions.patient])
    later = _reached_later(lost, infusions.day)
    before = paths[rows, np.minimum(infusions.step, 6)]
    after = paths[rows, np.minimum(infusions.step + 1, 6)]
    induction = infusions.phase == 0
    return np.where(induction, before, later), np.where(induction, after, later)


def _before_infusions(
    random: np.random.Generator, infusions: Infusions, reached: Floats
) -> Occasions:
    size = len(infusions)
    first = infusions.number == 0
    return Occasions(
        patient=infusions.patient,
        completed=infusions.started - random.integers(8, 26, size),
        reached=reached,
        noise=np.where(first, 0.0, random.normal(0, VISIT_NOISE, size)),
        step=infusions.step,
        number=infusions.number,
        initial=first,
        review=np.zeros(size, dtype=bool),
    )


def _a_day_after(
    random: np.random.Generator, intentions: Intentions, infusions: Infusions, reached: Floats
) -> Occasions:
    size = len(infusions)
    share = np.where(infusions.number == 0, _AFTER_A_DAY_FIRST, _AFTER_A_DAY_LATER)
    asked = (random.random(size) < share) & ~intentions.certain[infusions.patient]
    occasions = Occasions(
        patient=infusions.patient,
        completed=infusions.started + 1440 + random.integers(-150, 200, size),
        reached=_AFTER_A_DAY * reached,
        noise=random.normal(0, VISIT_NOISE, size),
        step=np.full(size, NEVER),
        number=np.full(size, NEVER),
        initial=np.zeros(size, dtype=bool),
        review=np.zeros(size, dtype=bool),
    )
    return take(occasions, asked)


def _at_reviews(
    random: np.random.Generator,
    intentions: Intentions,
    infusions: Infusions,
    reviews: Reviews,
    lost_on: Floats,
) -> Occasions:
    size = len(reviews.patient)
    by_link = ~reviews.attended & (random.random(size) < _BY_LINK)
    delay = np.where(by_link, random.integers(300, 900, size), random.integers(1, 20, size))
    consultation = reviews.consultation
    # The same noise in all reviews of a patient: the published durability is of observed scores.
    own_noise = random.normal(0, VISIT_NOISE, len(intentions))[reviews.patient]
    reached = _reached_later(lost_on[reviews.patient], reviews.day)
    occasions = Occasions(
        patient=reviews.patient,
        completed=reviews.start + delay,
        reached=np.where(consultation, 0.0, reached),
        noise=own_noise + random.normal(0, _FOLLOW_UP_NOISE, size),
        step=np.full(size, NEVER),
        number=np.full(size, NEVER),
        initial=consultation,
        review=~consultation,
    )
    answered = (reviews.attended | by_link) & ~intentions.certain[reviews.patient]
    return take(occasions, answered)


def _last_of_stories(
    workplace: Workplace, intentions: Intentions, infusions: Infusions
) -> Occasions:
    """The last score of each story, a few days after its last infusion."""
    last_infusion = np.full(len(intentions), NEVER)
    np.maximum.at(last_infusion, infusions.patient, np.arange(len(infusions)))
    patient = np.flatnonzero(intentions.certain & (last_infusion != NEVER))
    last = last_infusion[patient]
    size = len(last)
    return Occasions(
        patient=patient,
        completed=workplace.calendar.utc(infusions.day[last] + 4, np.full(size, 18 * 60)),
        reached=np.ones(size),
        noise=np.zeros(size),
        step=np.full(size, NEVER),
        number=infusions.number[last] + 1,
        initial=np.zeros(size, dtype=bool),
        review=np.ones(size, dtype=bool),
    )


def _loss_days(random: np.random.Generator, intentions: Intentions, infusions: Infusions) -> Floats:
    """The day from which each patient's response is lost; infinite where it lasts."""
    size = len(intentions)
    end_of_induction = np.full(size, np.inf)
    last = infusions.number == intentions.induction[infusions.patient] - 1
    end_of_induction[infusions.patient[last]] = infusions.day[last]
    weeks = _LOSS_WEEKS * random.weibull(_LOSS_SHAPE, size)
    without = end_of_induction + sum(AFTER_INDUCTION_DAYS) / 2 + 7 * weeks - _LOSS_DAYS / 2
    loses = random.random(size) < _LOST_IN_MAINTENANCE
    last_day = np.full(size, -np.inf)
    np.maximum.at(last_day, infusions.patient, infusions.day.astype(np.float64))
    late = np.maximum(last_day - _LOST_DAYS_BEFORE_LAST, end_of_induction + 30)
    under = np.where(loses, late, np.inf)
    return np.where(intentions.maintenance > 0, under, without)


def _reached_later(lost_on: Floats, day: Ints) -> Floats:
    """Share of the final fall after induction: all of it until the response is lost."""
    gone = np.clip((day - lost_on) / _LOSS_DAYS, 0, 1)
    return 1 - (1 - _KEPT_AFTER_LOSS) * gone


def _answered(
    workplace: Workplace,
    random: np.random.Generator,
    intentions: Intentions,
    occasions: Occasions,
) -> Bools:
    """Which scores exist: most, except in the month of the story."""
    month = stories.missing_scores_month(workplace.plan.until)
    days = workplace.calendar.local_day(occasions.completed)
    begins = day_number(month_date(month))
    ends = day_number(month_date(month + 1))
    missing = np.where(occasions.initial, _MISSING_FIRST, _MISSING)
    in_month = (days >= begins) & (days < ends)
    missing = np.where(in_month, stories.MISSING_SCORES_SHARE, missing)
    given = random.random(len(days)) >= missing
    return given | intentions.certain[occasions.patient]
