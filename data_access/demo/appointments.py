"""Appointments of every kind, as arrays."""

from dataclasses import dataclass, replace

import numpy as np

from data_access.demo.arrays import NEVER, Ints, join, pick
from data_access.schema import words

CONSULTATION, INFUSION, FOLLOW_UP = range(len(words.APPOINTMENT_KINDS))
"""Kinds, in the order of the contract's words."""
BOOKED, ARRIVED, FULFILLED, CANCELLED, NOSHOW = range(len(words.APPOINTMENT_STATUSES))
"""States, in the order of the contract's words."""

REASONS = (
    "Illness",
    "Work or study",
    "Travel or transport",
    "No escort available",
    "Insurance not settled",
    "Felt well enough",
)
"""Why appointments are cancelled."""
_REASON_WEIGHTS = (0.30, 0.22, 0.18, 0.12, 0.10, 0.08)

_CALLED_AFTER_MINUTES = 3 * 60
"""Who misses an appointment is called on the same day."""


@dataclass(frozen=True, slots=True)
class Appointments:
    """Appointments of a site: arrays. ``chair`` is ``NEVER`` where there is none.

    ``replaces``: index of the appointment that this one stands for, or ``NEVER``. Moments are
    minutes in UTC; ``cancelled_at`` is ``NEVER`` where not cancelled. ``provider`` counts the
    site's staff from 0.
    """

    patient: Ints
    kind: Ints
    status: Ints
    start: Ints
    minutes: Ints
    booked_at: Ints
    cancelled_at: Ints
    reason: Ints
    provider: Ints
    chair: Ints
    replaces: Ints

    def __len__(self) -> int:
        """How many appointments."""
        return len(self.patient)


def draw_reasons(random: np.random.Generator, size: int) -> Ints:
    """Indices of :data:`REASONS`."""
    return pick(random, _REASON_WEIGHTS, size)


def given_up_at(status: Ints, start: Ints, cancelled_at: Ints) -> Ints:
    """When it was clear that an appointment would not take place."""
    return np.where(status == CANCELLED, cancelled_at, start + _CALLED_AFTER_MINUTES)


def latest_booking(status: Ints, start: Ints, cancelled_at: Ints, now: int) -> Ints:
    """The last moment at which an appointment can have been booked."""
    latest: Ints = np.minimum(np.where(status == CANCELLED, cancelled_at, start) - 60, now)
    return latest


def join_appointments(*parts: Appointments) -> Appointments:
    """One list out of several; the references within each keep their meaning."""
    shifts = np.cumsum([0] + [len(part) for part in parts])
    return join(
        *(
            replace(part, replaces=np.where(part.replaces == NEVER, NEVER, part.replaces + shift))
            for part, shift in zip(parts, shifts, strict=False)
        )
    )
