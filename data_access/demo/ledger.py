"""What is kept beside treatment: medicines and the checks of the long-term ledger."""

from dataclasses import dataclass

import numpy as np

from data_access.demo.arrays import NEVER, Bools, Ints, Objects, chosen
from data_access.demo.infusions import Infusions
from data_access.demo.intentions import Intentions
from data_access.demo.people import People
from data_access.demo.plan import Part
from data_access.demo.site_calendar import Workplace

_ANTIDEPRESSANTS = (
    "Sertraline",
    "Escitalopram",
    "Venlafaxine",
    "Duloxetine",
    "Bupropion",
    "Mirtazapine",
    "Fluoxetine",
    "Vortioxetine",
)
# Class, share of the patients, names; antidepressants, antihypertensives and lithium apart.
_OTHERS = (
    ("benzodiazepine", 0.24, ("Lorazepam", "Clonazepam", "Alprazolam")),
    ("hypnotic", 0.16, ("Zolpidem", "Trazodone", "Eszopiclone")),
    ("antipsychotic", 0.20, ("Aripiprazole", "Quetiapine", "Lurasidone")),
    ("stimulant", 0.10, ("Methylphenidate", "Lisdexamfetamine")),
    ("opioid", 0.03, ("Tramadol", "Buprenorphine")),
    ("maoi", 0.01, ("Tranylcypromine", "Phenelzine")),
    ("other", 0.30, ("Levothyroxine", "Metformin", "Omeprazole", "Atorvastatin")),
)
_BY_NEED = (
    ("antihypertensive", ("Lisinopril", "Amlodipine", "Losartan")),
    ("lithium", ("Lithium",)),
    ("lamotrigine", ("Lamotrigine",)),
)
_STOPPED = 0.15

# Kind, days between checks, share that is done when due, share abnormal.
_CHECKS = (
    ("weight", 90, 0.90, 0.02),
    ("liver", 180, 0.85, 0.04),
    ("bladder", 180, 0.75, 0.05),
    ("cognition", 365, 0.40, 0.05),
)


@dataclass(frozen=True, slots=True)
class Medicines:
    """Medicines: one element each. ``stopped`` is ``NEVER`` where still taken."""

    patient: Ints
    name: Objects
    kind: Objects
    started: Ints
    stopped: Ints


@dataclass(frozen=True, slots=True)
class Checks:
    """Safety checks that were done: one element each."""

    patient: Ints
    kind: Objects
    day: Ints
    abnormal: Bools
    value: Objects


def make_medicines(workplace: Workplace, people: People, intentions: Intentions) -> Medicines:
    """What the patients take beside ketamine."""
    random = workplace.random(Part.LEDGER)
    size = len(people)
    bipolar = people.bipolar
    takers: list[tuple[str, tuple[str, ...], Bools]] = [
        ("antidepressant", _ANTIDEPRESSANTS, random.random(size) < 0.78)
    ]
    for (kind, medicines), needed in zip(
        _BY_NEED,
        (
            people.hypertension & (random.random(size) < 0.85),
            bipolar & (random.random(size) < 0.35),
            (random.random(size) < np.where(bipolar, 0.45, 0.07)),
        ),
        strict=True,
    ):
        takers.append((kind, medicines, needed))
    for kind, share, medicines in _OTHERS:
        takers.append((kind, medicines, random.random(size) < share))
    parts = [np.flatnonzero(takes) for _, _, takes in takers]
    patient = np.concatenate(parts)
    count = len(patient)
    started = intentions.consultation_day[patient] - random.integers(20, 1500, count)
    stops = random.random(count) < _STOPPED
    stopped = intentions.consultation_day[patient] + random.integers(10, 200, count)
    known = stops & (stopped <= workplace.plan.last_day)
    return Medicines(
        patient=patient,
        name=np.concatenate(
            [
                chosen(medicines, random.integers(0, len(medicines), len(part)))
                for (_, medicines, _), part in zip(takers, parts, strict=True)
            ]
        ),
        kind=np.repeat(
            chosen(tuple(kind for kind, _, _ in takers), np.arange(len(takers))),
            [len(part) for part in parts],
        ),
        started=started,
        stopped=np.where(known, stopped, NEVER),
    )


def make_checks(workplace: Workplace, people: People, infusions: Infusions) -> Checks:
    """Checks at the first infusion, and again when they are due as long as treatment lasts."""
    random = workplace.random(Part.CHECKS)
    size = len(people)
    first = np.full(size, np.iinfo(np.int64).max)
    last = np.full(size, NEVER)
    np.minimum.at(first, infusions.patient, infusions.day)
    np.maximum.at(last, infusions.patient, infusions.day)
    treated = np.flatnonzero(last != NEVER)
    parts = [
        _checks_of_kind(random, check, treated, first[treated], last[treated]) for check in _CHECKS
    ]
    patient = np.concatenate([part[0] for part in parts])
    kind = np.concatenate(
        [
            np.full(len(part[0]), check[0], dtype=object)
            for check, part in zip(_CHECKS, parts, strict=True)
        ]
    )
    day = np.minimum(np.concatenate([part[1] for part in parts]), workplace.plan.last_day)
    weights = np.round(people.weights[patient] + random.normal(0, 1.5, len(patient)), 1)
    value = weights.astype(str).astype(object)
    value[kind != "weight"] = None
    return Checks(patient, kind, day, np.concatenate([part[2] for part in parts]), value)


def _checks_of_kind(
    random: np.random.Generator,
    check: tuple[str, int, float, float],
    patient: Ints,
    first: Ints,
    last: Ints,
) -> tuple[Ints, Ints, Bools]:
    _, interval, done_share, abnormal_share = check
    due = (last - first) // interval + 1
    everyone = np.repeat(patient, due)
    turn = np.arange(len(everyone)) - np.repeat(np.cumsum(due) - due, due)
    done = random.random(len(everyone)) < done_share
    day = np.repeat(first, due) + turn * interval + random.integers(0, 21, len(everyone))
    day = np.where(turn == 0, np.repeat(first, due), day)
    abnormal = random.random(len(everyone)) < abnormal_share
    return everyone[done], day[done], abnormal[done]
