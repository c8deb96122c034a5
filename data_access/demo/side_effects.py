"""Side effects: how often, when, how long, how grave, and what was done.

Incidence and time course follow the clinical reference 3d (sized to Rodrigues 2022 and
Acevedo-Diaz 2020): drowsy 45 %, dizzy 35 %, dissociation 60 % at the first infusion and 35 % from
the second, nausea 12 %, vomiting 3 %, headache 15 %, blurred vision 15 %, anxiety 8 %; onset after
5 to 20 minutes, gone after 60 to 120. Doses above 0.5 mg/kg dissociate more (Fava 2020).
"""

from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np

from data_access.demo import stories
from data_access.demo.arrays import NEVER, Bools, Floats, Ints, pick
from data_access.demo.doses import Doses
from data_access.demo.infusions import Infusions
from data_access.demo.people import People
from data_access.demo.plan import Part
from data_access.demo.site_calendar import Workplace
from data_access.demo.vitals import Vitals


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of side effect.

    ``share``: of the infusions at 0.5 mg/kg. ``per_dose``: rise of the liability (in SD) for each
    further 0.25 mg/kg. ``grades``: weights of grades 1, 2 and 3. ``written``: the ways in which
    staff write it, the usual one first. ``lasting``: share that lasts to the evening.
    """

    share: float
    written: tuple[str, str, str]
    grades: tuple[float, float, float] = (0.80, 0.18, 0.02)
    per_dose: float = 0.0
    lasting: float = 0.0
    first_share: float | None = field(default=None)


DROWSINESS = Kind(0.45, ("Somnolence", "drowsy", "sleepy"), (0.86, 0.135, 0.005), lasting=0.05)
DIZZINESS = Kind(0.35, ("Dizziness", "dizzy", "light-headed"), (0.82, 0.17, 0.01), per_dose=0.10)
DISSOCIATION = Kind(
    0.35,
    ("Dissociation", "dissociative symptoms", "floating"),
    (0.72, 0.26, 0.02),
    per_dose=0.22,
    first_share=0.60,
)
NAUSEA = Kind(0.12, ("Nausea", "feeling sick", "nauseous"), (0.74, 0.25, 0.01))
VOMITING = Kind(0.03, ("Vomiting", "vomited", "was sick"), (0.80, 0.20, 0.0))
HEADACHE = Kind(0.15, ("Headache", "headache", "head pain"), (0.78, 0.20, 0.02), lasting=0.25)
BLURRED_VISION = Kind(
    0.15, ("Blurred vision", "blurry vision", "blurred"), (0.90, 0.10, 0.0), per_dose=0.10
)
ANXIETY = Kind(0.08, ("Anxiety", "anxious", "nervous"), (0.70, 0.27, 0.03))
RAISED_PRESSURE = Kind(0.0, ("Hypertension", "high blood pressure", "raised BP"), (0.0, 0.9, 0.1))
DISTRESS = Kind(0.0, ("Panic attack", "panic", "panicking"), (0.0, 0.7, 0.3))

SPELLINGS = 3
"""Ways to write each kind, the usual one first."""

KINDS = (
    DROWSINESS,
    DIZZINESS,
    DISSOCIATION,
    NAUSEA,
    VOMITING,
    HEADACHE,
    BLURRED_VISION,
    ANXIETY,
    RAISED_PRESSURE,
    DISTRESS,
)

POSITIONS = {kind: index for index, kind in enumerate(KINDS)}
"""Each kind's position in :data:`KINDS`."""

_OWN_SHARE = 0.35
"""How much of the liability (in SD) belongs to the patient: the same people feel sick again."""
_ONSET, _GONE, _LASTING = (5, 20), (60, 120), (180, 540)
"""Minutes after the start of the infusion."""
_NOT_RECORDED = 0.04
_NOT_GRADED = 0.02
_WRITTEN_OTHERWISE = 0.08
_PRESSURE_LIMIT = (165, 100)
_PRESSURE_TREATED = 0.12
"""Of the infusions that reach 165/100, the share that needed a drug (Rodrigues 2021)."""
_SERIOUS = 0.02
"""Share of the grade 3 events that are serious."""

NOTHING_DONE, OBSERVED, MEDICATED, SLOWED, STOPPED, TRANSFERRED = range(6)


@dataclass(frozen=True, slots=True)
class SideEffects:
    """Records, one element each, by infusion; ``recorded`` has one element per infusion.

    ``recorded``: 1 form filled in, 0 not, ``NEVER`` unknown. ``written`` chooses among the kind's
    spellings. ``resolved`` is ``NEVER`` where not resolved when recorded.
    """

    infusion: Ints
    kind: Ints
    written: Ints
    grade: Ints
    onset: Ints
    resolved: Ints
    serious: Bools
    action: Ints
    recorded: Ints
    dissociated: Bools


def make_side_effects(
    workplace: Workplace, people: People, infusions: Infusions, doses: Doses, vitals: Vitals
) -> SideEffects:
    """The side effects of infusions that are over."""
    random = workplace.random(Part.SIDE_EFFECTS)
    occurs = _occurrences(workplace, random, people, infusions, doses, vitals)
    recorded = _forms(random, infusions, doses)
    infusion, kind = np.nonzero(occurs & (recorded == 1)[:, None])
    count = len(infusion)
    grade = _grades(random, kind)
    serious = (grade == 3) & (random.random(count) < _SERIOUS)
    otherwise = random.random(count) < _WRITTEN_OTHERWISE
    return SideEffects(
        infusion=infusion,
        kind=kind,
        written=np.where(otherwise, random.integers(1, SPELLINGS, count), 0),
        grade=np.where(random.random(count) < _NOT_GRADED, NEVER, grade),
        onset=infusions.started[infusion] + random.integers(*_ONSET, count, endpoint=True),
        resolved=_resolved(workplace, random, infusions, infusion, kind),
        serious=serious,
        action=_actions(random, kind, grade, serious),
        recorded=recorded,
        dissociated=occurs[:, POSITIONS[DISSOCIATION]],
    )


def _forms(random: np.random.Generator, infusions: Infusions, doses: Doses) -> Ints:
    """Whether the form was filled in: 1, 0, or unknown; always where the infusion was stopped."""
    share = random.random(len(infusions))
    filled_in = (share >= _NOT_RECORDED) | (doses.stop_minutes != NEVER)
    left_open = np.where(share < _NOT_RECORDED / 2, 0, NEVER)
    over = infusions.discharged != NEVER
    return np.where(over, np.where(filled_in, 1, left_open), NEVER)


def _resolved(
    workplace: Workplace,
    random: np.random.Generator,
    infusions: Infusions,
    infusion: Ints,
    kind: Ints,
) -> Ints:
    """When it was gone; ``NEVER`` where the patient had left by then, or where that is to come."""
    lasting = np.array([each.lasting for each in KINDS])[kind]
    until_evening = random.random(len(kind)) < lasting
    lasts = np.where(
        until_evening,
        random.integers(*_LASTING, len(kind), endpoint=True),
        random.integers(*_GONE, len(kind), endpoint=True),
    )
    resolved = infusions.started[infusion] + lasts
    asked_until = np.minimum(infusions.discharged[infusion] + 60, workplace.plan.now)
    return np.where(resolved > asked_until, NEVER, resolved)


def _occurrences(
    workplace: Workplace,
    random: np.random.Generator,
    people: People,
    infusions: Infusions,
    doses: Doses,
    vitals: Vitals,
) -> Bools:
    """Which kinds occur: shape (infusions, kinds).

    A kind occurs where a standard normal liability, partly the patient's own, lies below the
    quantile of its share; so the shares hold exactly and people still differ.
    """
    size = len(infusions)
    own = people.sensitivity[infusions.patient]
    by_day = random.standard_normal((size, len(KINDS)))
    liability = _OWN_SHARE * own[:, None] + (1 - _OWN_SHARE**2) ** 0.5 * by_day
    dose_steps = (doses.mg_per_kg - 0.5) / 0.25
    occurs = np.zeros((size, len(KINDS)), dtype=bool)
    for index, kind in enumerate(KINDS):
        share = _shares(workplace, infusions, kind)
        occurs[:, index] = liability[:, index] < _quantiles(share) + kind.per_dose * dose_steps
    reached = (vitals.peak_systolic >= _PRESSURE_LIMIT[0]) | (
        vitals.peak_diastolic >= _PRESSURE_LIMIT[1]
    )
    treated = random.random(size) < _PRESSURE_TREATED
    occurs[:, POSITIONS[RAISED_PRESSURE]] = reached & treated
    occurs[:, POSITIONS[DISTRESS]] = doses.stop_minutes != NEVER
    return occurs


def _shares(workplace: Workplace, infusions: Infusions, kind: Kind) -> Floats:
    share = np.full(len(infusions), kind.share)
    if kind.first_share is not None:
        share[infusions.number == 0] = kind.first_share
    if kind is NAUSEA and workplace.site.number == stories.NAUSEA_SITE:
        share[infusions.day >= stories.nausea_rises_on(workplace.plan)] = stories.NAUSEA_RAISED
    return share


def _quantiles(shares: Floats) -> Floats:
    normal = NormalDist()
    values, places = np.unique(shares, return_inverse=True)
    quantiles = [normal.inv_cdf(float(share)) if share > 0 else -np.inf for share in values]
    return np.array(quantiles)[places]


def _grades(random: np.random.Generator, kind: Ints) -> Ints:
    bounds = np.cumsum([kind.grades for kind in KINDS], axis=1)[kind]
    grade = 1 + (random.random(len(kind))[:, None] > bounds).sum(axis=1)
    grades: Ints = np.minimum(grade, 3)
    return grades


def _actions(random: np.random.Generator, kind: Ints, grade: Ints, serious: Bools) -> Ints:
    """Mild: nothing or observed; moderate: sometimes a drug or a slower infusion."""
    action = pick(random, (0.55, 0.45), len(kind))
    moderate = np.array((OBSERVED, MEDICATED, SLOWED))[pick(random, (0.5, 0.3, 0.2), len(kind))]
    action = np.where(grade >= 2, moderate, action)
    action = np.where(kind == POSITIONS[RAISED_PRESSURE], MEDICATED, action)
    action = np.where(kind == POSITIONS[DISTRESS], STOPPED, action)
    return np.where(serious, TRANSFERRED, action)
