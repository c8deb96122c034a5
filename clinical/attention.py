"""Who needs attention now: the rules of the attention list, over all patients at once.

Each rule is one small function from the watched facts (:class:`data_access.schema.WatchFact`, one
row a patient), today's day number and the clinic's thresholds to the day since when it holds,
missing where it does not. The defaults are ours, after the sources that
:mod:`clinical.thresholds` and :mod:`clinical.progress` name; they ask for a look and advise
nothing.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from clinical.codes import Code, Phase
from clinical.progress import WORSE_POINTS
from clinical.thresholds import Thresholds
from clinical.watch import DEPRESSION_SCALES


class Rule(Code):
    """Why somebody is on the list. The number is the order of urgency: 1 first."""

    THOUGHTS = 1, "Suicidal thoughts"
    RED_EVENT = 2, "Red event"
    WORSE = 3, "Worse"
    LOST_RESPONSE = 4, "Response lost"
    NO_RESPONSE = 5, "No response"
    LATE = 6, "Booster late"
    UNSCORED = 7, "Score overdue"


def under_treatment(watched: pd.DataFrame, today: int, thresholds: Thresholds) -> "pd.Series[bool]":
    """Whether the last infusion is recent enough, by phase, for a patient to be under treatment."""
    since = today - watched["last_infusion_day"]
    return since <= _by_phase(
        watched, thresholds.treated_induction_days, thresholds.treated_maintenance_days
    )


def thoughts(watched: pd.DataFrame, today: int, thresholds: Thresholds) -> "pd.Series[float]":
    """Item 9 or the C-SSRS level rose of late and has not come back, or the level is high.

    A high level is listed until the C-SSRS is asked again, or item 9 is answered with 0 later.
    """
    denied = (watched["item_9_last"] == 0) & (watched["item_9_day"] > watched["cssrs_day"])
    is_high = (watched["cssrs_last"] >= thresholds.cssrs_high) & ~denied
    high = watched["cssrs_day"].where(is_high)
    risen = watched[["item_9_since", "cssrs_since"]]
    recent = risen.where(today - risen <= thresholds.concern_days)
    return recent.assign(high=high).astype(float).min(axis=1)


def red_event(watched: pd.DataFrame, today: int, thresholds: Thresholds) -> "pd.Series[float]":
    """The last infusion had a red blood pressure, oxygen saturation or sedation, of late."""
    found = (
        red_pressure(watched, thresholds)
        | (watched["lowest_spo2"] < thresholds.red_spo2)
        | (watched["deepest_sedation"] <= thresholds.red_sedation)
    )
    recent = today - watched["last_infusion_day"] <= thresholds.event_days
    return watched["last_infusion_day"].where(found & recent).astype(float)


def red_pressure(watched: pd.DataFrame, thresholds: Thresholds) -> "pd.Series[bool]":
    """Two readings in a row at the red limit, or a single one at the limit for stopping."""
    return (
        (watched["sustained_systolic"] >= thresholds.red_systolic)
        | (watched["sustained_diastolic"] >= thresholds.red_diastolic)
        | (watched["peak_systolic"] >= thresholds.stop_systolic)
        | (watched["peak_diastolic"] >= thresholds.stop_diastolic)
    )


def worse(watched: pd.DataFrame, today: int, thresholds: Thresholds) -> "pd.Series[float]":
    """The latest score is worse than the baseline by what counts as worse, and newly so."""
    recent = today - watched["worse_since"] <= thresholds.decline_days
    return watched["worse_since"].where(recent).astype(float)


def lost_response(watched: pd.DataFrame, today: int, thresholds: Thresholds) -> "pd.Series[float]":
    """In maintenance, a response to the induction is newly lost.

    By more than measurement error, and in enough scores in a row (Murrough 2013 asks for two).
    """
    percent = watched["best_percent"] - watched["now_percent"]
    # Rounded, because by way of per cent a loss of 6 points can come out a hair below 6.
    points = (percent / 100 * watched["before_treatment"]).round(_DECIMALS)
    lost = (
        (watched["phase"] == Phase.MAINTENANCE)
        & (watched["lost_scores"] >= thresholds.lost_scores)
        & (points >= watched["instrument"].map(_MEASUREMENT_ERROR))
        & (today - watched["lost_since"] <= thresholds.decline_days)
    )
    return watched["lost_since"].where(lost).astype(float)


def no_response(watched: pd.DataFrame, _today: int, thresholds: Thresholds) -> "pd.Series[float]":
    """In induction, a score after the review point shows too little improvement."""
    found = (
        (watched["phase"] == Phase.INDUCTION)
        & (watched["total_number"] >= thresholds.review_after)
        & (watched["percent"] < thresholds.review_improvement)
    )
    return watched["total_day"].where(found).astype(float)


def late(watched: pd.DataFrame, today: int, thresholds: Thresholds) -> "pd.Series[float]":
    """More days have passed since the last booster than the patient's own usual interval allows."""
    # Rounded first, because 1.14 times 50 is a hair below 57.
    allowed = np.floor((thresholds.interval_factor * watched["usual_interval"]).round(_DECIMALS))
    due: pd.Series[float] = watched["last_infusion_day"] + allowed
    found = (watched["intervals"] >= thresholds.interval_needs) & (due < today)
    return (due + 1).where(found)


def unscored(watched: pd.DataFrame, today: int, thresholds: Thresholds) -> "pd.Series[float]":
    """No depression score for too long; who was never scored is overdue from the last infusion."""
    allowed = _by_phase(
        watched, thresholds.overdue_induction_days, thresholds.overdue_maintenance_days
    )
    due = (watched["scored_day"] + allowed).fillna(watched["last_infusion_day"])
    return due.where(due <= today).astype(float)


RULES: dict[Rule, Callable[[pd.DataFrame, int, Thresholds], "pd.Series[float]"]] = {
    Rule.THOUGHTS: thoughts,
    Rule.RED_EVENT: red_event,
    Rule.WORSE: worse,
    Rule.LOST_RESPONSE: lost_response,
    Rule.NO_RESPONSE: no_response,
    Rule.LATE: late,
    Rule.UNSCORED: unscored,
}
"""Every rule, the most urgent first."""


def rule_days(watched: pd.DataFrame, today: int, thresholds: Thresholds) -> pd.DataFrame:
    """For each patient under treatment and each rule, the day since when it holds.

    ``watched``: the columns of ``watch_facts`` as numbers, missing as NaN. Returns a column for
    each :class:`Rule` number; missing where the rule does not hold. The same is not said twice:
    whoever is worse has no response either, and whose response is lost is worse than when
    maintenance began. Other patients are left out.
    """
    treated = watched[under_treatment(watched, today, thresholds)]
    days = pd.DataFrame(
        {int(rule): judge(treated, today, thresholds) for rule, judge in RULES.items()},
        index=treated.index,
    )
    for rule, told in ((Rule.NO_RESPONSE, Rule.WORSE), (Rule.WORSE, Rule.LOST_RESPONSE)):
        days[int(rule)] = days[int(rule)].mask(days[int(told)].notna())
    return days


def attention_list(watched: pd.DataFrame, days: pd.DataFrame) -> pd.DataFrame:
    """Who needs attention, the most urgent first; within one reason, what is newest.

    ``days`` as from :func:`rule_days`. Adds to the columns of ``watched``: ``urgency`` (the number
    of the most urgent :class:`Rule`), ``since`` (its day number) and ``rules`` (list of the numbers
    of all that hold).
    """
    holds = days.notna()
    found = days[holds.any(axis=1)]
    listed = watched.loc[found.index].copy()
    urgency = found.notna().to_numpy().argmax(axis=1)
    numbers = np.array(found.columns, dtype=int)
    listed["urgency"] = numbers[urgency]
    listed["since"] = found.to_numpy()[np.arange(len(found)), urgency].astype(int)
    rules = [numbers[row].tolist() for row in found.notna().to_numpy()]
    listed["rules"] = pd.Series(rules, index=listed.index, dtype=object)
    return listed.sort_values(
        ["urgency", "since", "patient_key"], ascending=[True, False, True], ignore_index=True
    )


def rule_counts(days: pd.DataFrame) -> dict[Rule, int]:
    """How many patients each rule holds for."""
    return {rule: int(days[int(rule)].notna().sum()) for rule in RULES}


_DECIMALS = 6
"""Products of measured numbers are compared with a limit to so many decimals."""
_MEASUREMENT_ERROR: dict[int, float] = {
    scale.code: scale.reliable_change or WORSE_POINTS[scale.code] for scale in DEPRESSION_SCALES
}
"""Points that are more than measurement error: reliable change, else what counts as worse."""


def _by_phase(watched: pd.DataFrame, induction: int, maintenance: int) -> "pd.Series[int]":
    in_maintenance = watched["phase"] == Phase.MAINTENANCE
    return in_maintenance.map({True: maintenance, False: induction}).astype(int)
