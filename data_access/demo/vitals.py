"""Blood pressure, heart rate, oxygen and sedation over an infusion.

Recipe of the clinical reference 3d: baseline N(121, 12) over N(75, 8) mmHg; the rise N(16, 11.2)
over N(11, 8.45) peaks at 40 minutes, is half gone at 65 and gone at about 100 (Yale 2024).
"""

from dataclasses import dataclass

import numpy as np

from data_access.demo.arrays import NEVER, Floats, Ints
from data_access.demo.infusions import Infusions
from data_access.demo.people import People
from data_access.demo.plan import Part
from data_access.demo.site_calendar import Workplace

_OWN_SHARE = 0.7
"""Part of the spread (in SD) that belongs to the patient; the rest to the day."""
_DAY_SHARE = (1 - _OWN_SHARE**2) ** 0.5
_CURVE_MINUTES = (0, 40, 65, 100)
_CURVE = (0.0, 1.0, 0.5, 0.0)
_READING_MISSED = 0.03


@dataclass(frozen=True, slots=True)
class Vitals:
    """Readings: one element each, by infusion and then in time order.

    ``infusion`` is an index into the infusions; ``peak_systolic`` and ``peak_diastolic`` have one
    element per infusion.
    """

    infusion: Ints
    measured: Ints
    systolic: Ints
    diastolic: Ints
    heart_rate: Ints
    spo2: Ints
    sedation: Ints
    peak_systolic: Ints
    peak_diastolic: Ints


def make_vitals(workplace: Workplace, people: People, infusions: Infusions) -> Vitals:
    """The readings up to the discharge, or up to now."""
    random = workplace.random(Part.VITALS)
    minutes = np.array(workplace.plan.vitals_minutes)
    shape = (len(infusions), len(minutes))
    patient = infusions.patient
    own = random.standard_normal((2, len(people)))
    of_day = random.standard_normal((4, len(infusions), 1))

    def level(mean: float, sd: float, own: Floats, day: Floats) -> Floats:
        levels: Floats = mean + sd * (_OWN_SHARE * own[patient, None] + _DAY_SHARE * day)
        return levels

    curve = np.interp(minutes, _CURVE_MINUTES, _CURVE)
    diastolic_own = 0.6 * people.pressure + 0.8 * own[0]
    systolic = level(121, 12, people.pressure, of_day[0])
    diastolic = level(75, 8, diastolic_own, 0.6 * of_day[0] + 0.8 * of_day[1])
    surge = level(16, 11.2, people.surge, of_day[2])
    surge_diastolic = level(11, 8.45, people.surge, 0.7 * of_day[2] + 0.714 * of_day[3])
    systolic = np.rint(systolic + surge * curve + random.normal(0, 1.5, shape))
    diastolic = np.rint(diastolic + surge_diastolic * curve + random.normal(0, 1.5, shape))
    diastolic = np.minimum(diastolic, systolic - 15)
    heart = 72 + 8 * own[1][patient, None] + 6 * curve
    spo2 = 97.8 - 0.8 * curve + random.normal(0, 0.9, shape)
    spo2 -= np.where(random.random((len(infusions), 1)) < 0.012, 5 * curve, 0)
    drowsy = random.random((len(infusions), 1)) * 1.0
    sedation = np.where(drowsy < 0.45 * curve, 4, 5) - (drowsy < 0.03 * curve)

    until = np.where(infusions.discharged == NEVER, workplace.plan.now, infusions.discharged)
    measured = infusions.started[:, None] + minutes
    taken = (measured <= until[:, None]) & (random.random(shape) >= _READING_MISSED)
    taken[:, 0] = infusions.started <= until
    infusion = np.broadcast_to(np.arange(len(infusions))[:, None], shape)
    return Vitals(
        infusion=infusion[taken],
        measured=measured[taken],
        systolic=systolic[taken].astype(np.int64),
        diastolic=diastolic[taken].astype(np.int64),
        heart_rate=np.rint(heart + random.normal(0, 3, shape))[taken].astype(np.int64),
        spo2=np.clip(np.rint(spo2), 80, 100)[taken].astype(np.int64),
        sedation=sedation[taken].astype(np.int64),
        peak_systolic=np.where(taken, systolic, 0).max(axis=1, initial=0).astype(np.int64),
        peak_diastolic=np.where(taken, diastolic, 0).max(axis=1, initial=0).astype(np.int64),
    )
