"""Weights, doses, lots, and infusions that were stopped early."""

from dataclasses import dataclass

import numpy as np

from data_access.demo import stories
from data_access.demo.arrays import NEVER, Bools, Floats, Ints
from data_access.demo.infusions import Infusions
from data_access.demo.people import People
from data_access.demo.plan import Part
from data_access.demo.site_calendar import Workplace

_LEVELS = np.array((0.5, 0.6, 0.75, 0.9, 1.0))
"""Doses in use, mg/kg. Maintenance at a mean of 0.91 (Sakurai 2020)."""
_LAST_LEVEL_WEIGHTS = np.cumsum((0.03, 0.05, 0.27, 0.20, 0.45))
_TITRATED_IN_INDUCTION = 0.35
_WEIGHT_UNKNOWN = 0.02
_LOWEST_WEIGHT = 42.0
_STOPPED = 0.005
"""Distress that needs a stop (clinical reference 3d)."""
_LOT_DAYS = 45


@dataclass(frozen=True, slots=True)
class Doses:
    """One element per infusion. ``stop_minutes``: minutes run where stopped, else ``NEVER``.

    ``given_mg`` counts what ran in; ``weight_known`` tells whether a weight was written down.
    """

    mg_per_kg: Floats
    given_mg: Floats
    weight: Floats
    weight_known: Bools
    stop_minutes: Ints
    lot: Ints


def make_doses(workplace: Workplace, people: People, infusions: Infusions) -> Doses:
    """Doses that begin at 0.5 mg/kg, rise for some during induction, and more in maintenance."""
    random = workplace.random(Part.DOSES)
    size = len(infusions)
    last_level = np.searchsorted(_LAST_LEVEL_WEIGHTS, random.random(len(people)))
    titrated = random.random(len(people)) < _TITRATED_IN_INDUCTION
    rise_in_induction = np.where(titrated[infusions.patient], np.maximum(infusions.step - 2, 0), 0)
    level = np.where(
        infusions.phase == 1, 1 + np.maximum(infusions.step - 5, 0) // 2, rise_in_induction // 2
    )
    level = np.minimum(level, last_level[infusions.patient])
    mg_per_kg = _LEVELS[level]
    drift = random.normal(0, 1.5, len(people))[infusions.patient] * infusions.number / 12
    weight = people.weights[infusions.patient] + drift + random.normal(0, 0.6, size)
    weight = np.maximum(weight, _LOWEST_WEIGHT).round(1)
    stopped = (random.random(size) < _STOPPED) & (infusions.discharged != NEVER)
    stop_minutes = np.where(stopped, random.integers(12, 31, size), NEVER)
    whole = np.rint(mg_per_kg * weight)
    return Doses(
        mg_per_kg=mg_per_kg,
        given_mg=np.where(stopped, np.rint(whole * stop_minutes / 40), whole),
        weight=weight,
        weight_known=random.random(size) >= _WEIGHT_UNKNOWN,
        stop_minutes=stop_minutes,
        lot=_lots(workplace, infusions.day),
    )


def _lots(workplace: Workplace, day: Ints) -> Ints:
    """Lots change every six weeks; at the site of the nausea story a new one comes with it."""
    plan = workplace.plan
    lot = (day - plan.first_day) // _LOT_DAYS
    if workplace.site.number == stories.NAUSEA_SITE:
        lot = np.where(day >= stories.nausea_rises_on(plan), 900, lot)
    return lot
