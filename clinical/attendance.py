"""Attendance: what becomes of appointments, and the rates that follow.

Only appointments whose day has passed can be judged. Of these:

* *due*: attended or missed. The *missed rate* is missed of due.
* The *cancelled rate* is cancelled of all whose day has passed.
* *late cancelled*: with less notice than :data:`LATE_NOTICE_HOURS`. It is always shown beside the
  missed rate, because a late cancellation leaves the chair as empty as a missed appointment and
  yet improves the missed rate.
* *not closed*: still booked although the day has passed; a fault of the record, in no missed rate.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from clinical.codes import AppointmentStatus, Code
from clinical.incidence import CONFIDENCE, Proportion, difference, proportion

LATE_NOTICE_HOURS = 24
"""A cancellation with less notice than this is late: the slot can hardly be filled again."""

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


_SUMS = {
    "attended": Outcome.ATTENDED,
    "missed": Outcome.MISSED,
    "cancelled": Outcome.CANCELLED,
    "not_closed": Outcome.NOT_CLOSED,
}


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
    def missed_rate(self) -> Proportion:
        """Missed, of those due."""
        return proportion(self.missed, self.attended + self.missed)

    @property
    def cancelled_rate(self) -> Proportion:
        """Cancelled, of all whose day has passed."""
        return proportion(self.cancelled, self.appointments)

    @property
    def late_cancelled_rate(self) -> Proportion:
        """Cancelled with too little notice, of all whose day has passed."""
        return proportion(self.late_cancelled, self.appointments)


def attendance(counts: pd.DataFrame) -> Attendance:
    """Attendance in all.

    ``counts`` has ``status`` (:class:`~clinical.codes.AppointmentStatus`), ``appointments`` and
    ``late_cancelled`` (how many of them were), and only appointments whose day has passed.
    """
    sums = _summed(counts).sum()
    return Attendance(
        attended=int(sums["attended"]),
        missed=int(sums["missed"]),
        cancelled=int(sums["cancelled"]),
        late_cancelled=int(sums["late_cancelled"]),
        not_closed=int(sums["not_closed"]),
    )


def attendance_by(counts: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Attendance of each group: one row for each combination of the columns ``by``, in order.

    ``counts`` as for :func:`attendance`, with the columns ``by``. Adds ``attended``, ``missed``,
    ``cancelled``, ``late_cancelled`` and ``not_closed``, ``due`` and ``appointments``, and
    ``missed_rate``, ``missed_low``, ``missed_high``, ``cancelled_rate``, ``cancelled_low`` and
    ``cancelled_high``: fractions with their 95 % Wilson interval, NaN where there is no data.
    """
    columns = list(by)
    groups = pd.concat([counts[columns], _summed(counts)], axis=1)
    table = groups.groupby(columns, as_index=False).sum()
    table["due"] = table["attended"] + table["missed"]
    table["appointments"] = table["due"] + table["cancelled"] + table["not_closed"]
    _add_rate(table, "missed", "due")
    _add_rate(table, "cancelled", "appointments")
    return table


def missed_most(table: pd.DataFrame) -> int | None:
    """The position of the row of :func:`attendance_by` whose missed rate stands out.

    ``None`` where none does: the Newcombe interval of its difference from all others together must
    leave out zero, at a confidence raised by Bonferroni's rule, because the worst is chosen.
    """
    rates = _rates(table, "missed", "due")
    judged = [position for position, rate in enumerate(rates) if rate.estimate is not None]
    if len(judged) < 2:
        return None
    worst = max(judged, key=lambda position: rates[position].estimate or 0)
    here = rates[worst]
    others = proportion(
        sum(rate.events for rate in rates) - here.events, sum(rate.n for rate in rates) - here.n
    )
    found = difference(here, others, confidence=1 - (1 - CONFIDENCE) / len(judged))
    return worst if found.is_clear else None


def _summed(counts: pd.DataFrame) -> pd.DataFrame:
    """A column of appointments for each outcome, beside the late cancellations."""
    outcomes = counts["status"].map({int(s): outcome(s, over=True) for s in AppointmentStatus})
    sums = {
        name: counts["appointments"].where(outcomes == became, 0) for name, became in _SUMS.items()
    }
    return pd.DataFrame({**sums, "late_cancelled": counts["late_cancelled"]})


def _rates(table: pd.DataFrame, events: str, n: str) -> list[Proportion]:
    return [
        proportion(int(count), int(of)) for count, of in zip(table[events], table[n], strict=True)
    ]


def _add_rate(table: pd.DataFrame, events: str, n: str) -> None:
    rates = _rates(table, events, n)
    table[f"{events}_rate"] = pd.Series([rate.estimate for rate in rates], dtype="float64")
    table[f"{events}_low"] = pd.Series([rate.low for rate in rates], dtype="float64")
    table[f"{events}_high"] = pd.Series([rate.high for rate in rates], dtype="float64")
