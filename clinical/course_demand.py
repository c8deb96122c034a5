"""What inductions ask of the coming weeks: those under way, and those that will begin.

*Going on*: of the clinic's inductions that planned a j-th infusion and had the one before, the
share that had the j-th. An induction under way is expected to have each of its remaining infusions
by the product of these shares; what of that the booked ones are expected to give is not counted
again. *Profile*: the infusions in the week of an induction's start, the week after it, and so on.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clinical.calendar import week_number
from clinical.demand import Layer, demand_rows
from clinical.series import INDUCTION_GAP_DAYS, NEW_INDUCTION_GAP_DAYS

USUALLY_PLANNED = 6
"""Infusions of an induction for which none are recorded as planned."""
IN_PROGRESS_DAYS = INDUCTION_GAP_DAYS
"""An induction is under way for so many days after its last infusion."""

FEWEST = 10
"""A share of fewer inductions than this says nothing."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GoingOn:
    """Of those that had the infusion before, the share that had the j-th (index j − 1)."""

    shares: Floats
    inductions: int

    def rest(self, done: int, planned: int) -> float:
        """How many of the remaining infusions are to be expected."""
        steps = [self._share(number) for number in range(done + 1, planned + 1)]
        return float(np.cumprod(steps).sum()) if steps else 0.0

    def _share(self, number: int) -> float:
        """Beyond what the clinic has seen it is as at the last that it has."""
        if not len(self.shares):
            return 1.0
        return float(self.shares[min(number, len(self.shares)) - 1])


def going_on(history: pd.DataFrame) -> GoingOn:
    """How inductions went on.

    ``history``: ``done``, ``planned``, ``inductions`` (how many), of inductions long enough ago. A
    step that fewer than :data:`FEWEST` came to has the share of all steps after the first; where
    those are fewer, too, every planned infusion is expected.
    """
    steps: list[tuple[int, int]] = []
    for number in range(1, int(history["planned"].max()) + 1 if len(history) else 1):
        asked = history[(history["planned"] >= number) & (history["done"] >= number - 1)]
        went_on = asked.loc[asked["done"] >= number, "inductions"]
        steps.append((int(went_on.sum()), int(asked["inductions"].sum())))
    # Everybody has the first.
    reached, asked_for = (
        (sum(counts) for counts in zip(*steps[1:], strict=True)) if steps[1:] else (0, 0)
    )
    usual = reached / asked_for if asked_for >= FEWEST else 1.0
    shares = [events / n if n >= FEWEST else usual for events, n in steps[1:]]
    return GoingOn(np.array([1.0, *shares] if steps else []), int(history["inductions"].sum()))


def course_profile(history: pd.DataFrame, weeks: int) -> Floats:
    """The mean number of an induction's infusions in the week of its start, and those after it.

    ``history``: ``weekday`` (of the first infusion, 1 = Monday), ``span`` (days to the last one),
    ``done``, ``inductions``; the infusions of a course lie evenly between its first and its last.
    All zeros without history.
    """
    profile = np.zeros(weeks)
    for row in history.to_dict("records"):
        days = np.linspace(row["weekday"] - 1, row["weekday"] - 1 + row["span"], int(row["done"]))
        week = (days + 1e-9).astype(int) // 7
        np.add.at(profile, week[week < weeks], float(row["inductions"]))
    n = float(history["inductions"].sum())
    return profile / n if n else profile


def courses_to_come(under_way: pd.DataFrame, booked: pd.DataFrame) -> pd.DataFrame:
    """The inductions that go on or are booked to begin, as :func:`rest_of_courses` takes them.

    ``under_way``: ``patient_key``, ``site_key``, ``done``, ``planned``, ``last_day``. ``booked``:
    booked infusions in the order of their days: ``patient_key`` (0: of nobody), ``site_key``,
    ``day``, ``attends``, ``last_infusion_day`` (of the patient; −1: none). Who has had no infusion
    for as long as makes a new induction (or ever) begins one with the first booked infusion.
    Returns one row for each, with ``begins_day`` (−1 where it has begun).
    """
    named = booked[booked["patient_key"] > 0]
    by_patient = named.groupby("patient_key", as_index=False).agg(
        site_key=("site_key", "first"),
        first_day=("day", "first"),
        booked_until=("day", "last"),
        attends=("attends", "sum"),
        begins=("attends", "first"),
        last_infusion_day=("last_infusion_day", "first"),
    )
    going = under_way.merge(
        by_patient[["patient_key", "attends", "booked_until"]], on="patient_key", how="left"
    )
    going["last_day"] = going[["last_day", "booked_until"]].max(axis=1)
    going = going.assign(attends=going["attends"].fillna(0.0), begins=1.0, begins_day=-1)
    is_new = (by_patient["last_infusion_day"] < 0) | (
        by_patient["first_day"] - by_patient["last_infusion_day"] > NEW_INDUCTION_GAP_DAYS
    )
    begun = by_patient["patient_key"].isin(under_way["patient_key"])
    new = by_patient[is_new & ~begun]
    new = new.assign(
        done=0, planned=USUALLY_PLANNED, last_day=new["booked_until"], begins_day=new["first_day"]
    )
    columns = ["site_key", "done", "planned", "attends", "begins", "last_day", "begins_day"]
    return pd.concat([going[columns], new[columns]], ignore_index=True)


def booked_starts(courses: pd.DataFrame, weeks: Iterable[int]) -> list[float]:
    """The inductions that are booked to begin in each week, by their probability."""
    new = courses[courses["begins_day"] >= 0]
    by_week = new["begins"].groupby([week_number(int(day)) for day in new["begins_day"]]).sum()
    return [float(by_week.get(week, 0.0)) for week in weeks]


@dataclass(frozen=True, slots=True)
class Rest:
    """Infusions that courses still need and nobody has booked, by site and day: probabilities."""

    sites: list[int]
    days: list[int]
    probabilities: list[float]


def rest_of_courses(courses: pd.DataFrame, shares: GoingOn, per_week: int, today: int) -> Rest:
    """When the unbooked infusions of inductions are to be expected.

    ``courses``: one row for each induction under way or booked to begin, with ``site_key``,
    ``done``, ``planned``, ``attends`` (the infusions that its bookings are expected to give),
    ``begins`` (the probability that it begins; 1 where it has), ``last_day`` (of its last infusion
    or booking). They follow the last one, at ``per_week`` a week, not before tomorrow; each is
    equally likely.
    """
    found = Rest([], [], [])
    for row in courses.to_dict("records"):
        for day, probability in _unbooked(row, shares, per_week, today):
            found.sites.append(int(row["site_key"]))
            found.days.append(day)
            found.probabilities.append(probability)
    return found


def _unbooked(
    course: dict[Hashable, Any], shares: GoingOn, per_week: int, today: int
) -> Iterable[tuple[int, float]]:
    done, planned = int(course["done"]), int(course["planned"])
    expected = float(course["begins"]) * shares.rest(done, planned)
    rest = expected - float(course["attends"])
    # Under a hundredth of an infusion is only rounding.
    if rest < 0.01:
        return []
    slots = ceil(rest)
    after = max(int(course["last_day"]), today)
    return [(after + ceil(7 * slot / per_week), rest / slots) for slot in range(1, slots + 1)]


def course_demand(rest: Rest, block_minutes: Mapping[int, float]) -> pd.DataFrame:
    """The layer of the rest of inductions, as :func:`clinical.demand.weekly_demand` takes it.

    ``block_minutes``: planned minutes of an infusion, by site.
    """
    return demand_rows(
        Layer.COURSES,
        rest.sites,
        [week_number(day) for day in rest.days],
        rest.probabilities,
        [block_minutes[site] for site in rest.sites],
        [chance * (1 - chance) for chance in rest.probabilities],
    )
