"""Who the patients are, how ill, and how they will respond.

Severity and response follow McInnes 2022 by the recipe of the clinical reference: PHQ-9 at
baseline N(17.5, 4.5) between 5 and 27; proportional fall N(0.51, 0.39), at most 1.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from data_access.demo import names
from data_access.demo.arrays import Bools, Floats, Ints, Objects, chosen, pick
from data_access.demo.plan import Part
from data_access.demo.site_calendar import Workplace
from data_access.demo.stories import PatientStory

DIAGNOSES = ("F33.2", "F32.2", "F33.1", "F32.1", "F33.9", "F31.4", "F31.32", "F43.10", "F41.1")
_DIAGNOSIS_WEIGHTS = (0.42, 0.16, 0.11, 0.05, 0.02, 0.08, 0.05, 0.07, 0.04)
PTSD = DIAGNOSES.index("F43.10")
_BIPOLAR = (DIAGNOSES.index("F31.4"), DIAGNOSES.index("F31.32"))
_FAILED_WEIGHTS = (0.03, 0.09, 0.28, 0.26, 0.17, 0.10, 0.07)
_REFERRALS = ("Psychiatrist", "Primary care", "Self-referral", "Therapist", "Hospital", None)
_REFERRAL_WEIGHTS = (0.38, 0.22, 0.20, 0.11, 0.06, 0.03)
_SEX_WEIGHTS = (0.58, 0.40, 0.015, 0.005)
SEXES = ("female", "male", "other", "unknown")

BASELINE_MEAN, BASELINE_SD = 17.5, 4.5
FALL_MEAN = 0.51
VISIT_NOISE = 2.0
_FALL_SD_OBSERVED = 0.39
# Scores carry visit noise too; without it the fall spreads less than the published 0.39.
FALL_SD = (_FALL_SD_OBSERVED**2 - (VISIT_NOISE / BASELINE_MEAN) ** 2) ** 0.5

_THOUGHTS_RISE = 0.075
"""Item 9 rises in 6 % (McInnes 2022); in some of these the total leaves no room for it."""
HYPERTENSION_SHARE = 0.27
_SURGE_WITH_HYPERTENSION = 0.45
"""How much higher (in SD) the rise is with a history of hypertension (Yale 2024: all surged)."""


@dataclass(frozen=True, slots=True)
class People:
    """Arrays, one element per patient of a site; the first are those of the stories.

    ``pressure`` is the patient's own part of the baseline blood pressure, ``surge`` of its rise,
    ``sensitivity`` of the liability to side effects: standard normal. ``fall`` is the share of the
    baseline PHQ-9 that treatment takes away. ``thoughts`` is item 9 at baseline, ``thoughts_fall``
    the share of it that treatment takes away, ``thoughts_rise`` what comes on top.
    """

    given_names: Objects
    family_names: Objects
    sexes: Ints
    birth_days: Ints
    diagnoses: Ints
    failed: Ints
    hypertension: Bools
    weights: Floats
    referrals: Objects
    pressure: Floats
    surge: Floats
    sensitivity: Floats
    baseline: Floats
    fall: Floats
    pace: Ints
    thoughts: Ints
    thoughts_fall: Floats
    thoughts_rise: Floats
    anxiety: Floats
    anxiety_fall: Floats

    def __len__(self) -> int:
        """How many patients."""
        return len(self.sexes)

    @property
    def bipolar(self) -> Bools:
        """Who is treated for bipolar depression."""
        return np.isin(self.diagnoses, _BIPOLAR)


def make_people(workplace: Workplace, size: int, stories: tuple[PatientStory, ...]) -> People:
    """The patients of a site."""
    random = workplace.random(Part.PEOPLE)
    normal = random.standard_normal
    sexes = pick(random, _SEX_WEIGHTS, size)
    called_female = np.where(sexes < 2, sexes == 0, random.random(size) < 0.5)
    given = np.where(
        called_female, _any_of(random, names.FEMALE, size), _any_of(random, names.MALE, size)
    )
    family = _any_of(random, names.FAMILY, size)
    ages = np.clip(random.normal(44, 14, size), 18.5, 84)
    birth_days = (workplace.plan.last_day - 365.25 * ages).astype(np.int64)
    pressure = normal(size)
    cut = NormalDist().inv_cdf(1 - HYPERTENSION_SHARE)
    hypertension = 0.7 * pressure + 0.3 * (ages - 44) / 14 + 0.648 * normal(size) > cut
    response = normal(size)
    fall = np.minimum(FALL_MEAN + FALL_SD * response, 1.0)
    baseline = np.rint(_truncated_normal(random, BASELINE_MEAN, BASELINE_SD, 4.5, 27.49, size))
    people = People(
        given_names=given,
        family_names=family,
        sexes=sexes,
        birth_days=birth_days,
        diagnoses=pick(random, _DIAGNOSIS_WEIGHTS, size),
        failed=pick(random, _FAILED_WEIGHTS, size),
        hypertension=hypertension,
        weights=np.clip(random.normal(np.where(sexes == 1, 87, 75), 15, size), 45, 150),
        referrals=chosen(_REFERRALS, pick(random, _REFERRAL_WEIGHTS, size)),
        pressure=pressure,
        surge=_SURGE_WITH_HYPERTENSION * (hypertension - HYPERTENSION_SHARE) + 0.98 * normal(size),
        sensitivity=normal(size),
        baseline=baseline,
        fall=fall,
        pace=pick(random, (0.70, 0.15, 0.15), size),
        thoughts=pick(random, (0.35, 0.30, 0.22, 0.13), size),
        thoughts_fall=0.65 + 0.45 * (0.6 * response + 0.8 * normal(size)),
        thoughts_rise=np.where(random.random(size) < _THOUGHTS_RISE, 1.2, 0.0),
        anxiety=np.clip(12.5 + 0.45 * (baseline - BASELINE_MEAN) + 3.5 * normal(size), 0, 21),
        anxiety_fall=np.minimum(0.30 / FALL_MEAN * fall + 0.15 * normal(size), 1.0),
    )
    _place_stories(people, stories)
    return people


def _place_stories(people: People, stories: tuple[PatientStory, ...]) -> None:
    """The first patients are the stories' own: plain depression, nothing that would distract."""
    for index, story in enumerate(stories):
        people.given_names[index] = story.given_name
        people.family_names[index] = story.family_name
        people.sexes[index] = SEXES.index(story.sex)
        people.birth_days[index] = round((story.birth_year - 1970 + 0.4) * 365.25)
        people.diagnoses[index] = 0
        people.failed[index] = 3
        people.hypertension[index] = False
        people.pressure[index] = people.surge[index] = people.sensitivity[index] = 0.0
        first, last = story.phq9[0], story.phq9[-1]
        people.baseline[index] = first
        people.fall[index] = people.anxiety_fall[index] = (first - last) / first


def _any_of(random: np.random.Generator, values: tuple[str, ...], size: int) -> Objects:
    return chosen(values, random.integers(0, len(values), size))


def _truncated_normal(
    random: np.random.Generator, mean: float, sd: float, low: float, high: float, size: int
) -> Floats:
    """Normal values between two bounds: those outside are drawn again."""
    values = random.normal(mean, sd, size)
    outside = (values < low) | (values > high)
    while outside.any():
        values[outside] = random.normal(mean, sd, int(outside.sum()))
        outside = (values < low) | (values > high)
    return values
