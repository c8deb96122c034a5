"""Everything that happens at one site: the unit in which the demo is made and written.

A block fits in memory whatever the size of the demo, because a large demo has many sites.
"""

from dataclasses import dataclass, replace

import numpy as np

from data_access.demo import stories
from data_access.demo.appointments import Appointments, join_appointments
from data_access.demo.arrays import Bools, Ints, take
from data_access.demo.courses import Attempts, Outcome, simulate
from data_access.demo.doses import Doses, make_doses
from data_access.demo.follow_ups import book_other_visits
from data_access.demo.infusions import Infusions, book_infusions
from data_access.demo.intentions import Intentions, make_intentions
from data_access.demo.ledger import Checks, Medicines, make_checks, make_medicines
from data_access.demo.people import People, make_people
from data_access.demo.plan import Part
from data_access.demo.scores import Scores, make_scores
from data_access.demo.side_effects import SideEffects, make_side_effects
from data_access.demo.site_calendar import Workplace
from data_access.demo.vitals import Vitals, make_vitals

_PILOT_PATIENTS = 400
_SPARE = 1.12


@dataclass(frozen=True, slots=True)
class Block:
    """The records of one site. ``told``: the stories of its first patients."""

    told: tuple[stories.PatientStory, ...]
    people: People
    intentions: Intentions
    appointments: Appointments
    infusions: Infusions
    doses: Doses
    vitals: Vitals
    side_effects: SideEffects
    scores: Scores
    medicines: Medicines
    checks: Checks


def make_block(workplace: Workplace) -> Block:
    """The records of one site, decided by the plan alone."""
    told = tuple(story for story in stories.PATIENTS if story.site_number == workplace.site.number)
    intentions, attempts = _population(workplace, told)
    people = make_people(workplace, len(intentions), told)
    infusion_appointments, infusions = book_infusions(workplace, intentions, attempts)
    other_appointments, reviews = book_other_visits(workplace, intentions, infusions)
    doses = make_doses(workplace, people, infusions)
    vitals = make_vitals(workplace, people, infusions)
    side_effects = make_side_effects(workplace, people, infusions, doses, vitals)
    scores = make_scores(workplace, people, intentions, infusions, reviews, side_effects, told)
    return Block(
        told=told,
        people=people,
        intentions=intentions,
        appointments=join_appointments(infusion_appointments, other_appointments),
        infusions=infusions,
        doses=doses,
        vitals=vitals,
        side_effects=side_effects,
        scores=scores,
        medicines=make_medicines(workplace, people, intentions),
        checks=make_checks(workplace, people, infusions),
    )


def _population(
    workplace: Workplace, told: tuple[stories.PatientStory, ...]
) -> tuple[Intentions, Attempts]:
    """As many patients as the wished number of infusions needs, and their attempts.

    A pilot tells how many infusions a patient has; some patients too many are made, and those
    beyond the wished number left out again.
    """
    per_patient = _pilot(workplace)
    random = workplace.random(Part.COURSES)
    size = len(told) + round(workplace.site.infusions / per_patient * _SPARE) + 1
    intentions = make_intentions(workplace, random, size, told)
    attempts = simulate(workplace, intentions, random, workplace.calendar.capacity)
    done = np.bincount(attempts.patient[_is_past(workplace, attempts)], minlength=size)
    order = np.concatenate([np.arange(len(told)), len(told) + random.permutation(size - len(told))])
    enough = np.searchsorted(np.cumsum(done[order]), workplace.site.infusions)
    kept = np.sort(order[: max(enough + 1, len(told))])
    return take(intentions, kept), _only_patients(attempts, kept, size)


def _pilot(workplace: Workplace) -> float:
    """Mean number of infusions per patient, if every day had room."""
    random = workplace.random(Part.PILOT)
    intentions = make_intentions(workplace, random, _PILOT_PATIENTS)
    room = np.where(workplace.calendar.capacity > 0, _PILOT_PATIENTS, 0)
    attempts = simulate(workplace, intentions, random, room)
    return float(np.sum(_is_past(workplace, attempts)) / _PILOT_PATIENTS)


def _is_past(workplace: Workplace, attempts: Attempts) -> Bools:
    past: Bools = (attempts.outcome == Outcome.DONE) & (attempts.day < workplace.plan.last_day)
    return past


def _only_patients(attempts: Attempts, kept: Ints, size: int) -> Attempts:
    """The attempts of some patients, who are numbered anew."""
    place = np.full(size, -1)
    place[kept] = np.arange(len(kept))
    renumbered = replace(attempts, patient=place[attempts.patient])
    return take(renumbered, renumbered.patient >= 0)
