"""Questionnaires: PHQ-9 with items, and what else the sites ask."""

from dataclasses import dataclass

import numpy as np

from data_access.demo import stories
from data_access.demo.arrays import NEVER, Ints, join, take
from data_access.demo.follow_ups import Reviews
from data_access.demo.infusions import Infusions
from data_access.demo.intentions import Intentions
from data_access.demo.occasions import Occasions, answered_occasions
from data_access.demo.people import BASELINE_MEAN, PTSD, People
from data_access.demo.plan import Part
from data_access.demo.side_effects import SideEffects
from data_access.demo.site_calendar import Workplace

INSTRUMENTS = ("PHQ-9", "GAD-7", "MADRS", "QIDS-SR16", "PCL-5", "WHO-5", "C-SSRS", "CADSS")
PHQ9, GAD7, MADRS, QIDS, PCL5, WHO5, CSSRS, CADSS = range(len(INSTRUMENTS))
ITEMS = 9
"""Item columns in use: nine for PHQ-9, seven for GAD-7, none for the others."""

_MADRS_MEAN, _QIDS_MEAN = 32, 18
"""At baseline (ELEKT-D, Anand 2023)."""
_PCL5_MEAN = 48


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
    occasions = answered_occasions(workplace, random, people, intentions, infusions, reviews)
    phq9 = _phq9(random, people, occasions, told)
    return join(
        phq9,
        _gad7(random, people, occasions),
        _cssrs(random, occasions, phq9),
        _totals_of_the_site(workplace, random, people, occasions),
        _pcl5(random, people, occasions),
        _cadss(workplace, random, infusions, side_effects),
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


def _phq9(
    random: np.random.Generator,
    people: People,
    occasions: Occasions,
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
        rows = np.flatnonzero(patient == index)
        turn = np.minimum(occasions.number[rows], story.infusions)
        totals[rows] = np.array(story.phq9)[turn]
        item9[rows] = np.array(story.item9)[turn]
    item9 = np.clip(item9, np.maximum(totals - 24, 0), np.minimum(totals, 3))
    items = np.column_stack([distribute(random, totals - item9, 8), item9])
    return _scores(occasions, PHQ9, totals, items)


def _gad7(random: np.random.Generator, people: People, occasions: Occasions) -> Scores:
    """Before infusions 1, 3 and 6, every third in maintenance, and at follow-ups."""
    step = occasions.step
    asked = np.isin(step, (0, 2, 5)) | ((step > 5) & (step % 3 == 2)) | occasions.review
    some = take(occasions, asked)
    left = 1 - people.anxiety_fall[some.patient] * some.reached
    totals = np.rint(people.anxiety[some.patient] * left + random.normal(0, 1.5, len(some)))
    totals = np.clip(totals, 0, 21).astype(np.int64)
    items = np.full((len(some), ITEMS), NEVER)
    items[:, :7] = distribute(random, totals, 7)
    return _scores(some, GAD7, totals, items)


def _cssrs(random: np.random.Generator, occasions: Occasions, phq9: Scores) -> Scores:
    """The screener at the first visit, and where item 9 is not 0."""
    item9 = phq9.items[:, 8]
    consultation = occasions.initial & (occasions.step == NEVER)
    asked = consultation | ((item9 > 0) & (random.random(len(item9)) < 0.85))
    some = take(occasions, asked)
    harder = (random.random(len(some)) < 0.25).astype(np.int64)
    levels = np.clip(item9[asked] - 1 + harder, (item9[asked] > 0).astype(np.int64), 3)
    levels = np.where(item9[asked] == 0, (random.random(len(some)) < 0.03) * 1, levels)
    return _scores(some, CSSRS, levels)


def _totals_of_the_site(
    workplace: Workplace, random: np.random.Generator, people: People, occasions: Occasions
) -> Scores:
    """Each site has a further questionnaire of its own, in totals: MADRS, WHO-5 or QIDS-SR16."""
    asked = np.isin(occasions.step, (0, 3, 5)) | occasions.review
    some = take(occasions, asked)
    severity = people.baseline[some.patient] / BASELINE_MEAN
    left = 1 - people.fall[some.patient] * some.reached
    noise = random.normal(0, 1, len(some))
    instrument = (MADRS, WHO5, QIDS)[(workplace.site.number - 1) % 3]
    if instrument == MADRS:
        totals = np.clip(_MADRS_MEAN * severity * left + 3 * noise, 0, 60)
    elif instrument == QIDS:
        totals = np.clip(_QIDS_MEAN * severity * left + 1.8 * noise, 0, 27)
    else:
        totals = 4 * np.clip(np.rint(19 - 14 * severity * left + 2 * noise), 0, 25)
    return _scores(some, instrument, np.rint(totals).astype(np.int64))


def _pcl5(random: np.random.Generator, people: People, occasions: Occasions) -> Scores:
    """Patients treated for PTSD: before the first infusion and at follow-ups."""
    asked = (people.diagnoses[occasions.patient] == PTSD) & (
        (occasions.step == 0) | occasions.review
    )
    some = take(occasions, asked)
    left = 1 - 0.8 * people.fall[some.patient] * some.reached
    totals = np.clip(_PCL5_MEAN * left + random.normal(0, 7, len(some)), 0, 80)
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
    occasions: Occasions, instrument: int, totals: Ints, items: Ints | None = None
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
