"""Questionnaires: PHQ-9 with items before each infusion, and what else the sites ask.

Path, visit noise and the deeper scores after 24 hours follow the clinical reference 3d. Response
is lost by Weibull(1.195, 14 weeks), counted from the review after induction, unless maintenance
holds it (80 % keep it for 4 weeks and 60 % for 8, McInnes 2022).
"""

from dataclasses import dataclass, fields

import numpy as np

from clinical.calendar import day_number, month_date
from data_access.demo import stories
from data_access.demo.arrays import NEVER, Bools, Floats, Ints
from data_access.demo.courses import Intentions
from data_access.demo.follow_ups import AFTER_INDUCTION_DAYS, Reviews
from data_access.demo.infusions import Infusions
from data_access.demo.people import PTSD, VISIT_NOISE, People
from data_access.demo.plan import Part
from data_access.demo.side_effects import SideEffects
from data_access.demo.site_calendar import Workplace

INSTRUMENTS = ("PHQ-9", "GAD-7", "MADRS", "QIDS-SR16", "PCL-5", "WHO-5", "C-SSRS", "CADSS")
PHQ9, GAD7, MADRS, QIDS, PCL5, WHO5, CSSRS, CADSS = range(len(INSTRUMENTS))
ITEMS = 9
"""Item columns in use: nine for PHQ-9, seven for GAD-7, none for the others."""

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
_FOLLOW_UP_NOISE = 0.7
_LOSS_SHAPE, _LOSS_WEEKS = 1.195, 14.0
_LOST_IN_MAINTENANCE = 0.165
"""Share that loses the response under maintenance (16.5 % stop in it, Sakurai 2020)."""
_KEPT_AFTER_LOSS = 0.2
"""What is left of the fall once the response is lost."""
_LOSS_DAYS = 10

_MISSING = 0.12
_MISSING_FIRST = 0.06
_BY_LINK = 0.5
"""Scores of a missed follow-up that the patient sends from home."""
_AFTER_A_DAY_FIRST, _AFTER_A_DAY_LATER = 0.30, 0.06


@dataclass(frozen=True, slots=True)
class Scores:
    """Assessments: one element each. ``items`` has shape (n, 9), ``NEVER`` where not asked.

    ``infusion`` is an index into the infusions, ``NEVER`` where not taken during one.
    """

    patient: Ints
    instrument: Ints
    completed: Ints
    total: Ints
    infusion: Ints
    items: Ints


@dataclass(frozen=True, slots=True)
class _Occasions:
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
        return len(self.patient)

    def only(self, kept: Bools) -> "_Occasions":
        return _Occasions(*(getattr(self, field.name)[kept] for field in fields(self)))


def make_scores(
    workplace: Workplace,
    people: People,
    intentions: Intentions,
    infusions: Infusions,
    reviews: Reviews,
    side_effects: SideEffects,
    told: tuple[stories.PatientStory, ...],
) -> Scores:
    """Everything that was asked and answered up to now."""
    random = workplace.random(Part.SCORES)
    occasions = _occasions(workplace, random, people, intentions, infusions, reviews)
    answered = _answered(workplace, random, intentions, occasions)
    occasions = occasions.only(answered & (occasions.completed <= workplace.plan.now))
    phq9 = _phq9(random, people, occasions, told)
    asked = [
        phq9,
        _gad7(random, people, occasions),
        _cssrs(random, occasions, phq9),
        _totals_of_the_site(workplace, random, people, occasions),
        _pcl5(random, people, occasions),
        _cadss(workplace, random, infusions, side_effects),
    ]
    return Scores(
        *(np.concatenate([getattr(part, field.name) for part in asked]) for field in fields(Scores))
    )


def distribute(random: np.random.Generator, totals: Ints, items: int) -> Ints:
    """Items from 0 to 3 that add up to the totals: shape (n, items).

    Each item has three steps with a random height; the total takes that many of the lowest. The
    heights rise with the step, so that items of one questionnaire resemble each other.
    """
    count = len(totals)
    heights = np.arange(3) + random.normal(0, 0.5, (count, items, 1))
    heights = heights + random.random((count, items, 3)) * 0.01
    ordered = np.sort(heights.reshape(count, -1), axis=1)
    limit = np.where(totals > 0, ordered[np.arange(count), np.maximum(totals, 1) - 1], -np.inf)
    taken: Ints = (heights <= limit[:, None, None]).sum(axis=2)
    return taken


def _loss_days(random: np.random.Generator, intentions: Intentions, infusions: Infusions) -> Floats:
    """The day from which each patient's response is lost; infinite where it lasts."""
    size = len(intentions)
    end_of_induction = np.full(size, np.inf)
    last = infusions.number == intentions.induction[infusions.patient] - 1
    end_of_induction[infusions.patient[last]] = infusions.day[last]
    weeks = _LOSS_WEEKS * random.weibull(_LOSS_SHAPE, size)
    without = end_of_induction + sum(AFTER_INDUCTION_DAYS) / 2 + 7 * weeks - _LOSS_DAYS / 2
    loses = random.random(size) < _LOST_IN_MAINTENANCE
    # Lost some infusions before the last one: who loses the response stops soon after.
    last_day = np.full(size, -np.inf)
    np.maximum.at(last_day, infusions.patient, infusions.day.astype(np.float64))
    under = np.where(loses, np.maximum(last_day - 60, end_of_induction + 30), np.inf)
    return np.where(intentions.maintenance > 0, under, without)


def _reached_later(lost_on: Floats, day: Ints) -> Floats:
    """Share of the final fall after induction: all of it until the response is lost."""
    gone = np.clip((day - lost_on) / _LOSS_DAYS, 0, 1)
    return 1 - (1 - _KEPT_AFTER_LOSS) * gone


def _occasions(
    workplace: Workplace,
    random: np.random.Generator,
    people: People,
    intentions: Intentions,
    infusions: Infusions,
    reviews: Reviews,
) -> _Occasions:
    """Before each infusion, a day after some, at the consultation, at the follow-ups."""
    lost_on = _loss_days(random, intentions, infusions)
    reached, reached_after = _reached(people, infusions, lost_on)
    return _join(
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
) -> _Occasions:
    size = len(infusions)
    first = infusions.number == 0
    return _Occasions(
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
) -> _Occasions:
    size = len(infusions)
    share = np.where(infusions.number == 0, _AFTER_A_DAY_FIRST, _AFTER_A_DAY_LATER)
    asked = (random.random(size) < share) & ~intentions.certain[infusions.patient]
    return _Occasions(
        patient=infusions.patient,
        completed=infusions.started + 1440 + random.integers(-150, 200, size),
        reached=_AFTER_A_DAY * reached,
        noise=random.normal(0, VISIT_NOISE, size),
        step=np.full(size, NEVER),
        number=np.full(size, NEVER),
        initial=np.zeros(size, dtype=bool),
        review=np.zeros(size, dtype=bool),
    ).only(asked)


def _at_reviews(
    random: np.random.Generator,
    intentions: Intentions,
    infusions: Infusions,
    reviews: Reviews,
    lost_on: Floats,
) -> _Occasions:
    size = len(reviews.patient)
    by_link = ~reviews.attended & (random.random(size) < _BY_LINK)
    delay = np.where(by_link, random.integers(300, 900, size), random.integers(1, 20, size))
    consultation = reviews.consultation
    # The same noise in all reviews of a patient: the published durability is of observed scores.
    own_noise = random.normal(0, VISIT_NOISE, len(intentions))[reviews.patient]
    reached = _reached_later(lost_on[reviews.patient], reviews.day)
    return _Occasions(
        patient=reviews.patient,
        completed=reviews.start + delay,
        reached=np.where(consultation, 0.0, reached),
        noise=own_noise + random.normal(0, _FOLLOW_UP_NOISE, size),
        step=np.full(size, NEVER),
        number=np.full(size, NEVER),
        initial=consultation,
        review=~consultation,
    ).only((reviews.attended | by_link) & ~intentions.certain[reviews.patient])


def _last_of_stories(
    workplace: Workplace, intentions: Intentions, infusions: Infusions
) -> _Occasions:
    """The last score of each story, a few days after its last infusion."""
    last_infusion = np.full(len(intentions), NEVER)
    np.maximum.at(last_infusion, infusions.patient, np.arange(len(infusions)))
    patient = np.flatnonzero(intentions.certain & (last_infusion != NEVER))
    last = last_infusion[patient]
    size = len(last)
    return _Occasions(
        patient=patient,
        completed=workplace.calendar.utc(infusions.day[last] + 4, np.full(size, 18 * 60)),
        reached=np.ones(size),
        noise=np.zeros(size),
        step=np.full(size, NEVER),
        number=infusions.number[last] + 1,
        initial=np.zeros(size, dtype=bool),
        review=np.ones(size, dtype=bool),
    )


def _join(*parts: _Occasions) -> _Occasions:
    return _Occasions(
        *(
            np.concatenate([getattr(part, field.name) for part in parts])
            for field in fields(_Occasions)
        )
    )


def _answered(
    workplace: Workplace,
    random: np.random.Generator,
    intentions: Intentions,
    occasions: _Occasions,
) -> Bools:
    """Which scores exist: most, except in the month of the story."""
    month = stories.missing_scores_month(workplace.plan.until)
    days = workplace.calendar.local_day(occasions.completed)
    begins = day_number(month_date(month))
    ends = day_number(month_date(month + 1))
    missing = np.where(occasions.initial, _MISSING_FIRST, _MISSING)
    in_month = (days >= begins) & (days < ends)
    missing = np.where(in_month, stories.MISSING_SCORES_SHARE, missing)
    return (random.random(len(days)) >= missing) | intentions.certain[occasions.patient]


def _phq9(
    random: np.random.Generator,
    people: People,
    occasions: _Occasions,
    told: tuple[stories.PatientStory, ...],
) -> Scores:
    patient = occasions.patient
    left = 1 - people.fall[patient] * occasions.reached
    totals = np.rint(people.baseline[patient] * left + occasions.noise)
    totals = np.clip(totals, 0, 27).astype(np.int64)
    thoughts = people.thoughts[patient] * (1 - people.thoughts_fall[patient] * occasions.reached)
    thoughts = thoughts + people.thoughts_rise[patient] * occasions.reached
    item9 = np.floor(thoughts + 0.5).astype(np.int64)
    for index, story in enumerate(told):
        rows = np.flatnonzero((patient == index) & (occasions.number < len(story.phq9)))
        totals[rows] = np.array(story.phq9)[occasions.number[rows]]
        item9[rows] = np.array(story.item9)[occasions.number[rows]]
    item9 = np.clip(item9, np.maximum(totals - 24, 0), np.minimum(totals, 3))
    items = np.column_stack([distribute(random, totals - item9, 8), item9])
    return _scores(occasions, PHQ9, totals, items)


def _gad7(random: np.random.Generator, people: People, occasions: _Occasions) -> Scores:
    """Before infusions 1, 3 and 6, every third in maintenance, and at follow-ups."""
    step = occasions.step
    asked = np.isin(step, (0, 2, 5)) | ((step > 5) & (step % 3 == 2)) | occasions.review
    some = occasions.only(asked)
    left = 1 - people.anxiety_fall[some.patient] * some.reached
    totals = np.rint(people.anxiety[some.patient] * left + random.normal(0, 1.5, len(some)))
    totals = np.clip(totals, 0, 21).astype(np.int64)
    items = np.full((len(some), ITEMS), NEVER)
    items[:, :7] = distribute(random, totals, 7)
    return _scores(some, GAD7, totals, items)


def _cssrs(random: np.random.Generator, occasions: _Occasions, phq9: Scores) -> Scores:
    """The screener at the first visit, and where item 9 is not 0."""
    item9 = phq9.items[:, 8]
    consultation = occasions.initial & (occasions.step == NEVER)
    asked = consultation | ((item9 > 0) & (random.random(len(item9)) < 0.85))
    some = occasions.only(asked)
    harder = (random.random(len(some)) < 0.25).astype(np.int64)
    levels = np.clip(item9[asked] - 1 + harder, (item9[asked] > 0).astype(np.int64), 3)
    levels = np.where(item9[asked] == 0, (random.random(len(some)) < 0.03) * 1, levels)
    return _scores(some, CSSRS, levels)


def _totals_of_the_site(
    workplace: Workplace, random: np.random.Generator, people: People, occasions: _Occasions
) -> Scores:
    """Each site has a further questionnaire of its own, in totals: MADRS, WHO-5 or QIDS-SR16."""
    asked = np.isin(occasions.step, (0, 3, 5)) | occasions.review
    some = occasions.only(asked)
    severity = people.baseline[some.patient] / 17.5
    left = 1 - people.fall[some.patient] * some.reached
    noise = random.normal(0, 1, len(some))
    instrument = (MADRS, WHO5, QIDS)[(workplace.site.number - 1) % 3]
    if instrument == MADRS:
        totals = np.clip(31 * severity * left + 3 * noise, 0, 60)
    elif instrument == QIDS:
        totals = np.clip(17 * severity * left + 1.8 * noise, 0, 27)
    else:
        totals = 4 * np.clip(np.rint(19 - 14 * severity * left + 2 * noise), 0, 25)
    return _scores(some, instrument, np.rint(totals).astype(np.int64))


def _pcl5(random: np.random.Generator, people: People, occasions: _Occasions) -> Scores:
    """Patients treated for PTSD: before the first infusion and at follow-ups."""
    asked = (people.diagnoses[occasions.patient] == PTSD) & (
        (occasions.step == 0) | occasions.review
    )
    some = occasions.only(asked)
    left = 1 - 0.8 * people.fall[some.patient] * some.reached
    totals = np.clip(48 * left + random.normal(0, 7, len(some)), 0, 80)
    return _scores(some, PCL5, np.rint(totals).astype(np.int64))


def _cadss(
    workplace: Workplace,
    random: np.random.Generator,
    infusions: Infusions,
    side_effects: SideEffects,
) -> Scores:
    """At 40 minutes, at two sites of three, for about half of the infusions of an induction."""
    over = (infusions.discharged != NEVER) & (infusions.phase == 0)
    asked = over & (random.random(len(infusions)) < 0.5)
    if workplace.site.number % 3 == 2:
        asked[:] = False
    rows = np.flatnonzero(asked)
    dissociated = side_effects.dissociated[rows]
    totals = np.where(
        dissociated, random.gamma(2.2, 8.0, len(rows)), random.gamma(1.0, 2.0, len(rows))
    )
    return Scores(
        patient=infusions.patient[rows],
        instrument=np.full(len(rows), CADSS),
        completed=infusions.started[rows] + 40,
        total=np.clip(np.rint(totals), 0, 92).astype(np.int64),
        infusion=rows,
        items=np.full((len(rows), ITEMS), NEVER),
    )


def _scores(
    occasions: _Occasions, instrument: int, totals: Ints, items: Ints | None = None
) -> Scores:
    size = len(occasions)
    return Scores(
        patient=occasions.patient,
        instrument=np.full(size, instrument),
        completed=occasions.completed,
        total=totals,
        infusion=np.full(size, NEVER),
        items=np.full((size, ITEMS), NEVER) if items is None else items,
    )
