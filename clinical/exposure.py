"""The exposure ledger: how much of the drug, for how long, how often, and which check is due.

Long-term safety of repeated ketamine is little known ("long-term data absent", Short 2018), so what
a patient has had is kept in one place. Days are the day numbers of :mod:`clinical.calendar`.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from clinical.calendar import day_date, day_number
from clinical.codes import Phase
from clinical.series import NEW_INDUCTION_GAP_DAYS
from clinical.thresholds import Thresholds

KETAMINE = "ketamine"
RECENT_INTERVALS = 3
"""The latest booster intervals, whose median is compared with that of those before (our choice)."""
FREQUENT_PER_WEEK = 2
"""Infusions a week; more than these, late in a treatment, ask for caution (APA consensus 2017)."""
FREQUENT_AFTER_DAYS = 61
"""The two months of the APA consensus (2017), beyond which its caution about frequency applies."""


class Dose(NamedTuple):
    """One infusion as the ledger counts it. ``drug``: ``ketamine`` or ``esketamine``."""

    day: int
    series_key: int
    phase: Phase
    drug: str
    dose_mg: float
    weight_kg: float | None = None


class DrugTotal(NamedTuple):
    """What was given of one drug in all. Doses of different drugs are never added up."""

    drug: str
    infusions: int
    last_12_months: int
    mg: float


class Trend(NamedTuple):
    """Booster intervals, days: the median of the latest ones, and of those before, if any."""

    recent: float
    recent_count: int
    earlier: float | None
    earlier_count: int


class CheckKind(StrEnum):
    """The safety checks of the data contract."""

    BLADDER = "bladder"
    LIVER = "liver"
    WEIGHT = "weight"
    COGNITION = "cognition"


class Check(NamedTuple):
    """One check that was done. ``result``: ``normal``, ``abnormal`` or not recorded."""

    kind: CheckKind
    day: int
    result: str | None = None
    value: str | None = None


class CheckState(NamedTuple):
    """Where one kind of check stands.

    ``last``: the latest check, ``None`` where none is recorded. ``due_day``: from when the next one
    is due, ``None`` where the clinic has no rule for it now. ``due``: whether that day has come.
    """

    kind: CheckKind
    last: Check | None
    due_day: int | None
    due: bool

    @property
    def abnormal(self) -> bool:
        """Whether the latest result is abnormal."""
        return self.last is not None and self.last.result == "abnormal"


def drug_totals(doses: Sequence[Dose], today: int) -> list[DrugTotal]:
    """The totals of each drug that was given, ketamine first."""
    since = _a_year_before(today)
    drugs = sorted({dose.drug for dose in doses}, key=lambda drug: (drug != KETAMINE, drug))
    return [
        DrugTotal(
            drug,
            len(of_drug := [dose for dose in doses if dose.drug == drug]),
            sum(dose.day > since for dose in of_drug),
            sum(dose.dose_mg for dose in of_drug),
        )
        for drug in drugs
    ]


def _a_year_before(today: int) -> int:
    """The same day a year before; an infusion on it lies just outside the last 12 months."""
    day = day_date(today)
    leap_day = (day.month, day.day) == (2, 29)
    return day_number(date(day.year - 1, 2, 28) if leap_day else day.replace(year=day.year - 1))


def whole_months(first: int, today: int) -> int:
    """Calendar months that are over between two days: 15 Jan to 14 Mar is 1, to 15 Mar 2."""
    start, end = day_date(first), day_date(today)
    months = 12 * (end.year - start.year) + end.month - start.month
    return months - (end.day < start.day)


def booster_intervals(doses: Sequence[Dose]) -> list[tuple[int, int]]:
    """The day of each booster and the days since the one before, in the latest maintenance series.

    ``doses`` in time order. The first booster of a series follows no other and has no interval.
    """
    boosters = [dose for dose in doses if dose.phase is Phase.MAINTENANCE]
    days = [dose.day for dose in boosters if dose.series_key == boosters[-1].series_key]
    return [(day, day - before) for before, day in pairwise(days)]


def interval_trend(intervals: Sequence[int]) -> Trend | None:
    """The median of the last three intervals against that of those before; ``None`` without any."""
    if not intervals:
        return None
    recent, earlier = intervals[-RECENT_INTERVALS:], intervals[:-RECENT_INTERVALS]
    usual = float(median(earlier)) if earlier else None
    return Trend(float(median(recent)), len(recent), usual, len(earlier))


def frequent_days(days: Sequence[int]) -> list[int]:
    """The days on which more than two infusions had been given within a week, beyond two months.

    ``days`` in time order. The caution is the APA consensus statement's (2017: more than twice a
    week beyond two months). The months count from the first infusion of a treatment; after more
    than 182 days without one a new treatment begins, as it does in the data contract.
    """
    found = []
    start = days[0] if days else 0
    for position, day in enumerate(days):
        if position and day - days[position - 1] > NEW_INDUCTION_GAP_DAYS:
            start = day
        within_a_week = sum(day - 7 < other <= day for other in days[: position + 1])
        if within_a_week > FREQUENT_PER_WEEK and day - start > FREQUENT_AFTER_DAYS:
            found.append(day)
    return found


def check_states(
    doses: Sequence[Dose], checks: Iterable[Check], thresholds: Thresholds, today: int
) -> list[CheckState]:
    """Each kind of check, in a fixed order; cognition only where it was ever recorded.

    ``doses`` in time order, at least one. On the day of its limit a check is due.
    """
    latest: dict[CheckKind, Check] = {}
    for check in [*_weights_at_infusions(doses), *checks]:
        known = latest.get(check.kind)
        if known is None or check.day >= known.day:
            latest[check.kind] = check
    due_days = {
        CheckKind.BLADDER: bladder_due_day(latest.get(CheckKind.BLADDER), doses, thresholds),
        CheckKind.LIVER: liver_due_day(latest.get(CheckKind.LIVER), doses, thresholds),
        CheckKind.WEIGHT: weight_due_day(latest.get(CheckKind.WEIGHT), doses, thresholds),
    }
    if CheckKind.COGNITION in latest:
        due_days[CheckKind.COGNITION] = None
    return [
        CheckState(kind, latest.get(kind), due, due is not None and due <= today)
        for kind, due in due_days.items()
    ]


def bladder_due_day(last: Check | None, doses: Sequence[Dose], thresholds: Thresholds) -> int:
    """From when the bladder is to be asked about: after so many days or so many infusions.

    Our default, 6 months or 12 infusions, whichever comes first: lower urinary tract symptoms are
    found in over a quarter of heavy recreational users. An infusion on the day of the check counts
    as before it. Without any check the count begins with the first infusion.
    """
    since = doses[0].day if last is None else last.day
    later = [dose.day for dose in doses if last is None or dose.day > last.day]
    by_days = since + thresholds.bladder_days
    enough = len(later) >= thresholds.bladder_infusions
    return min(by_days, later[thresholds.bladder_infusions - 1]) if enough else by_days


def liver_due_day(last: Check | None, doses: Sequence[Dose], thresholds: Thresholds) -> int | None:
    """From when liver values are due; only while the latest infusion is one of maintenance.

    Our default: every 3 to 6 months in long maintenance. Without any check the count begins with
    the first infusion.
    """
    if doses[-1].phase is not Phase.MAINTENANCE:
        return None
    return (doses[0].day if last is None else last.day) + thresholds.liver_days


def weight_due_day(last: Check | None, doses: Sequence[Dose], thresholds: Thresholds) -> int:
    """From when the weight is due, by which the dose goes (our default: when 30 days old).

    Without any weight it has been due since the first infusion.
    """
    return doses[0].day if last is None else last.day + thresholds.weight_days


def _weights_at_infusions(doses: Sequence[Dose]) -> list[Check]:
    """The weight that an infusion was dosed by counts as a weight of its day."""
    return [
        Check(CheckKind.WEIGHT, dose.day, None, f"{dose.weight_kg:g}")
        for dose in doses
        if dose.weight_kg is not None
    ]
