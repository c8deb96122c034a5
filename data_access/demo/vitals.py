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
_CURVE_MINUTES = (0, 40, 65, 100)
_CURVE = (0.0, 1.0, 0.5, 0.0)
_READING_MISSED = 0.03
_CUFF_SD = 1.5
_LEAST_PULSE_PRESSURE = 15
_DIPS = 0.012
_DROWSY, _DEEPLY_DROWSY = 0.45, 0.03


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
    curve = np.interp(minutes, _CURVE_MINUTES, _CURVE)
    systolic, diastolic = _pressures(random, people, infusions, curve)
    heart_rate = _heart_rates(random, people, infusions, curve)
    spo2 = _oxygen(random, infusions, curve)
    sedation = _sedation(random, infusions, curve)

    until = np.where(infusions.discharged == NEVER, workplace.plan.now, infusions.discharged)
    measured = infusions.started[:, None] + minutes
    in_time = measured <= until[:, None]
    taken = in_time & (random.random(measured.shape) >= _READING_MISSED)
    taken[:, 0] = in_time[:, 0]
    infusion = np.broadcast_to(np.arange(len(infusions))[:, None], measured.shape)
    return Vitals(
        infusion=infusion[taken],
        measured=measured[taken],
        systolic=systolic[taken],
        diastolic=diastolic[taken],
        heart_rate=heart_rate[taken],
        spo2=spo2[taken],
        sedation=sedation[taken],
        peak_systolic=np.where(taken, systolic, 0).max(axis=1),
        peak_diastolic=np.where(taken, diastolic, 0).max(axis=1),
    )


def _pressures(
    random: np.random.Generator, people: People, infusions: Infusions, curve: Floats
) -> tuple[Ints, Ints]:
    """Systolic and diastolic pressure, shape (infusions, readings)."""
    patient = infusions.patient
    own_diastolic = _correlated(0.6, people.pressure, random.standard_normal(len(people)))
    of_day = random.standard_normal((4, len(infusions)))

    def levels(mean: float, sd: float, own: Floats, day: Floats) -> Floats:
        normal = _correlated(_OWN_SHARE, own[patient], day)
        return np.asarray(mean + sd * normal, dtype=np.float64)[:, None]

    systolic = levels(121, 12, people.pressure, of_day[0])
    diastolic = levels(75, 8, own_diastolic, _correlated(0.6, of_day[0], of_day[1]))
    surge = levels(16, 11.2, people.surge, of_day[2])
    surge_diastolic = levels(11, 8.45, people.surge, _correlated(0.7, of_day[2], of_day[3]))
    noise = random.normal(0, _CUFF_SD, (2, len(infusions), len(curve)))
    systolic = np.rint(systolic + surge * curve + noise[0])
    diastolic = np.rint(diastolic + surge_diastolic * curve + noise[1])
    diastolic = np.minimum(diastolic, systolic - _LEAST_PULSE_PRESSURE)
    return systolic.astype(np.int64), diastolic.astype(np.int64)


def _heart_rates(
    random: np.random.Generator, people: People, infusions: Infusions, curve: Floats
) -> Ints:
    own = random.normal(72, 8, len(people))[infusions.patient]
    noise = random.normal(0, 3, (len(infusions), len(curve)))
    return np.rint(own[:, None] + 6 * curve + noise).astype(np.int64)


def _oxygen(random: np.random.Generator, infusions: Infusions, curve: Floats) -> Ints:
    """Oxygen saturation; in a few infusions it dips."""
    dips = random.random((len(infusions), 1)) < _DIPS
    noise = random.normal(0, 0.9, (len(infusions), len(curve)))
    spo2 = 97.8 - (0.8 + 5 * dips) * curve + noise
    return np.clip(np.rint(spo2), 80, 100).astype(np.int64)


def _sedation(random: np.random.Generator, infusions: Infusions, curve: Floats) -> Ints:
    """MOAA/S: 5 awake; drowsy (4) at the peak in nearly half, deeper (3) in a few."""
    depth = random.random((len(infusions), 1))
    return 5 - (depth < _DROWSY * curve).astype(np.int64) - (depth < _DEEPLY_DROWSY * curve)


def _correlated(correlation: float, known: Floats, independent: Floats) -> Floats:
    """Standard normal values with a correlation to known ones."""
    own = (1 - correlation**2) ** 0.5
    return np.asarray(correlation * known + own * independent, dtype=np.float64)
