"""Attendance: what becomes of appointments, and the rates that follow.

Only appointments whose day has passed can be judged. Of these:

* *due*: attended or missed. The *missed rate* is missed of due.
* *late cancelled*: with less notice than the clinic allows (the threshold ``late_notice_hours``);
  *early cancelled*: the others, those without a known time of cancellation among them.
* The *lost rate* is missed and late cancelled, of due and late cancelled. It is always shown beside
  the missed rate: a late cancellation leaves the chair as empty as a missed appointment and yet
  improves the missed rate, because it takes the appointment out of those due.
* *not closed*: still booked although the day has passed; a fault of the record, in no missed rate.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clinical.codes import AppointmentStatus, Code
from clinical.incidence import Proportion, proportion

GRACE_MINUTES = 15
"""So long after its start a booked appointment still counts as to come."""


class Outcome(Code):
    """What has become of an appointment, as staff see it."""

    ATTENDED = 1, "Done"
    UNDER_WAY = 2, "Under way"
    TO_COME = 3, "To come"
    NOT_CLOSED = 4, "Past its time, still booked"
    MISSED = 5, "Missed"
    CANCELLED = 6, "Cancelled"


def outcome(status: int, *, over: bool) -> Outcome:
    """What has become of an appointment; ``over``: whether its time has passed.

    Somebody who arrived on a day that has passed has attended, whoever forgot to close the visit.
    """
    match status:
        case AppointmentStatus.FULFILLED:
            return Outcome.ATTENDED
        case AppointmentStatus.ARRIVED:
            return Outcome.ATTENDED if over else Outcome.UNDER_WAY
        case AppointmentStatus.BOOKED:
            return Outcome.NOT_CLOSED if over else Outcome.TO_COME
        case AppointmentStatus.NOSHOW:
            return Outcome.MISSED
        case _:
            return Outcome.CANCELLED


_STATUSES = {
    "attended": (AppointmentStatus.FULFILLED, AppointmentStatus.ARRIVED),
    "missed": (AppointmentStatus.NOSHOW,),
    "cancelled": (AppointmentStatus.CANCELLED,),
    "not_closed": (AppointmentStatus.BOOKED,),
}
"""What the statuses mean once the day has passed, as :func:`outcome` says."""


@dataclass(frozen=True, slots=True)
class Attendance:
    """How many of the appointments whose day has passed came to what."""

    attended: int
    missed: int
    cancelled: int
    late_cancelled: int
    not_closed: int

    @property
    def appointments(self) -> int:
        """All appointments whose day has passed."""
        return self.attended + self.missed + self.cancelled + self.not_closed

    @property
    def due(self) -> int:
        """Attended or missed."""
        return self.attended + self.missed

    @property
    def early_cancelled(self) -> int:
        """Cancelled with enough notice, or at a time that is not known."""
        return self.cancelled - self.late_cancelled

    @property
    def missed_rate(self) -> Proportion:
        """Missed, of those due."""
        return proportion(self.missed, self.due)

    @property
    def lost_rate(self) -> Proportion:
        """Missed or cancelled late, of those due or cancelled late."""
        return proportion(self.missed + self.late_cancelled, self.due + self.late_cancelled)

    @property
    def late_cancelled_rate(self) -> Proportion:
        """Cancelled with too little notice, of all whose day has passed."""
        return proportion(self.late_cancelled, self.appointments)

    @property
    def early_cancelled_rate(self) -> Proportion:
        """Cancelled with enough notice or at no known time, of all whose day has passed."""
        return proportion(self.early_cancelled, self.appointments)


def attendance(counts: pd.DataFrame) -> Attendance:
    """Attendance in all.

    ``counts`` has ``status`` (:class:`~clinical.codes.AppointmentStatus`), ``appointments`` and
    ``late_cancelled`` (how many of them were), and only appointments whose day has passed.
    """
    sums = {name: int(each.sum()) for name, each in _summed(counts).items()}
    return Attendance(**sums)


def attendance_by(counts: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Attendance of each group: one row for each combination of the columns ``by``, in order.

    ``counts`` as for :func:`attendance`, with the columns ``by``. Adds ``attended``, ``missed``,
    ``cancelled``, ``not_closed`` and ``late_cancelled``, ``due`` and ``appointments``, ``lost`` and
    ``lost_of`` (see :attr:`Attendance.lost_rate`), and for ``missed`` and ``lost`` the columns
    ``…_rate``, ``…_low`` and ``…_high``: fractions with their 95 % Wilson interval, NaN where there
    is no data.
    """
    groups = {column: counts[column].to_numpy() for column in by}
    table = pd.DataFrame({**groups, **_summed(counts)}).groupby(list(by), as_index=False).sum()
    columns = {name: table[name].to_numpy() for name in table.columns}
    due = columns["attended"] + columns["missed"]
    appointments = due + columns["cancelled"] + columns["not_closed"]
    lost, lost_of = (part + columns["late_cancelled"] for part in (columns["missed"], due))
    # Made in one step: to add column after column takes pandas several times as long.
    return pd.DataFrame(
        {
            **columns,
            "due": due,
            "appointments": appointments,
            "lost": lost,
            "lost_of": lost_of,
            **_rate_columns("missed", columns["missed"], due),
            **_rate_columns("lost", lost, lost_of),
        },
        copy=False,
    )


def due_and_missed(counts: pd.DataFrame) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each row of counts, how many of its appointments were due, and missed.

    ``counts`` has ``status`` and ``appointments``, and only appointments whose day has passed.
    """
    sums = _by_status(counts)
    return sums["attended"] + sums["missed"], sums["missed"]


def _summed(counts: pd.DataFrame) -> dict[str, NDArray[np.int64]]:
    """For each row of counts, how many of its appointments came to what."""
    return {**_by_status(counts), "late_cancelled": counts["late_cancelled"].to_numpy(np.int64)}


def _by_status(counts: pd.DataFrame) -> dict[str, NDArray[np.int64]]:
    status, appointments = counts["status"].to_numpy(), counts["appointments"].to_numpy()
    return {
        name: np.where(np.isin(status, codes), appointments, 0).astype(np.int64)
        for name, codes in _STATUSES.items()
    }


def _rates(events: NDArray[np.int64], n: NDArray[np.int64]) -> list[Proportion]:
    return [proportion(count, of) for count, of in zip(events.tolist(), n.tolist(), strict=True)]


def _rate_columns(
    name: str, events: NDArray[np.int64], n: NDArray[np.int64]
) -> dict[str, NDArray[np.float64]]:
    rates = _rates(events, n)
    return {
        f"{name}_rate": np.array([rate.estimate for rate in rates], dtype=np.float64),
        f"{name}_low": np.array([rate.low for rate in rates], dtype=np.float64),
        f"{name}_high": np.array([rate.high for rate in rates], dtype=np.float64),
    }
