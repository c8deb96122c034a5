"""Random clinics, and somebody who tries to find out about few of their patients."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from clinical.release import Choice, Release
from clinical.release_blocks import Dimension, Table
from clinical.release_counts import Counted, Induction, table_of

DIMENSIONS = (Dimension.SITE, Dimension.PHASE, Dimension.DIAGNOSIS)
LEAST = 5
FIRST, QUARTERS = 8100, 7
LAST = FIRST + QUARTERS - 1

Matrix = npt.NDArray[Any]


class Given(NamedTuple):
    """One infusion: its quarter, its site, phase and diagnosis, whose, and with nausea or not."""

    quarter: int
    cell: tuple[int, ...]
    patient: int
    nausea: bool


def random_clinic(seed: int) -> list[Given]:
    """A clinic with up to three sites, the last with a specialty, and with rare diagnoses."""
    rng = np.random.default_rng(seed)
    sites = int(rng.integers(1, 4))
    found = []
    for patient in range(int(rng.integers(8, 140))):
        site = int(rng.choice(sites, p=_skewed(rng, sites)))
        diagnosis = int(rng.choice(3, p=[0.7, 0.2, 0.1]))
        if site == sites - 1 and sites > 1:
            diagnosis = int(rng.choice([diagnosis, 3]))
        nauseous = rng.random() < 0.4
        start = int(rng.integers(FIRST, LAST + 1))
        for quarter in range(start, min(start + int(rng.integers(1, 5)), LAST + 1)):
            here = int(rng.integers(sites)) if rng.random() < 0.03 else site
            phase = 1 if quarter == start else 2
            for _ in range(int(rng.integers(1, 4))):
                nausea = bool(nauseous and rng.random() < 0.6)
                found.append(Given(quarter, (here, phase, diagnosis), patient, nausea))
    return found


def _skewed(rng: np.random.Generator, sites: int) -> Matrix:
    return rng.dirichlet(np.arange(sites, 0, -1) * 1.5)


def random_inductions(seed: int) -> list[Induction]:
    """The inductions of a clinic with two sites, a few patients with two of them."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(int(rng.integers(20, 260))):
        patient = int(rng.integers(number)) if number and rng.random() < 0.05 else number
        cell = (int(rng.choice(2, p=[0.7, 0.3])), int(rng.choice(3, p=[0.6, 0.3, 0.1])))
        responded = None if rng.random() < 0.3 else bool(rng.random() < 0.5)
        quarter = int(rng.integers(FIRST, LAST + 1))
        found.append(
            Induction(quarter, cell, patient, responded, bool(responded and rng.random() < 0.6))
        )
    return found


def given_table(given: Iterable[Given]) -> Table:
    """A table of infusions."""
    return table_of(Counted(each.quarter, each.cell, (each.patient,), 1) for each in given)


def every_choice(release: Release) -> Iterator[Choice]:
    """Every choice that is offered."""
    for narrowing in (None, *release.narrowings()):
        for run in release.runs(narrowing):
            for start, first in enumerate(run):
                for last in run[start:]:
                    yield Choice(first.first, last.last, narrowing)


Unknown = tuple[Any, ...]
"""A number that somebody would like to know: of a quarter, a crossing, maybe a result."""


class Attack:
    """Somebody who knows who was treated when and where, and combines answers as they like.

    ``patients``: by the unknown numbers, whose they are. An answer is a sum of unknown numbers.
    """

    def __init__(self, patients: Mapping[Unknown, set[Any]]) -> None:
        self.cells = list(patients)
        self.patients = list(patients.values())
        self.answers: list[Matrix] = []

    def hears(self, wanted: Collection[Unknown]) -> None:
        """One answer: how many there are in some cells."""
        self.answers.append(np.array([cell in wanted for cell in self.cells], np.float32))

    def finds(self) -> bool:
        """Whether any combination of the answers is about 1 to 4 patients."""
        if not self.answers:
            return False
        answers = np.unique(np.array(self.answers), axis=0)
        return self._by_differences(answers) or self._by_elimination(answers)

    def _by_differences(self, answers: Matrix) -> bool:
        """Any two answers, one less the other, and some of three."""
        lines = sorted(set().union(*self.patients))
        whose = np.array([[line in each for line in lines] for each in self.patients], np.float32)
        step = len(answers) // _THIRDS + 1
        for third in [np.zeros_like(answers[0]), *answers[::step]]:
            for one in answers:
                left = one - answers - third
                patients = ((left != 0).astype(np.float32) @ whose > 0).sum(axis=1)
                if ((patients > 0) & (patients < LEAST)).any():
                    return True
        return False

    def _by_elimination(self, answers: Matrix) -> bool:
        """Any combination whatever that leaves only cells of few patients.

        There is one in the cells K where, of the projection onto what the answers span, the part
        on K has an eigenvalue of 1.
        """
        _, sizes, turned = np.linalg.svd(answers.astype(np.float64), full_matrices=False)
        basis = turned[sizes > 1e-9]
        projection = basis.T @ basis
        small = [cell for cell, whose in enumerate(self.patients) if 0 < len(whose) < LEAST]
        groups = {
            frozenset(set().union(*(self.patients[cell] for cell in chosen)))
            for size in (1, 2)
            for chosen in combinations(small, size)
        }
        for group in groups:
            if len(group) < LEAST:
                inside = [cell for cell in small if self.patients[cell] <= group]
                part = projection[np.ix_(inside, inside)]
                # No eigenvalue exceeds the sum of all, so most need no closer look.
                if np.trace(part) > 1 - 1e-9 and np.linalg.eigvalsh(part)[-1] > 1 - 1e-9:
                    return True
        return False


_THIRDS = 4
"""Three answers at a time are tried with about so many thirds."""
