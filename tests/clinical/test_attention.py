"""Each rule of the attention list, at its limit and a step on either side of it."""

from dataclasses import replace
from itertools import product
from math import nan
from typing import Any

import pandas as pd
import pytest

from clinical.attention import (
    RULES,
    Rule,
    attention_list,
    rule_counts,
    rule_days,
    under_treatment,
)
from clinical.codes import Phase
from clinical.instruments import MADRS, PHQ9, QIDS_SR16, Instrument
from clinical.thresholds import DEFAULTS, Thresholds

TODAY = 20_000
INDUCTION, MAINTENANCE = int(Phase.INDUCTION), int(Phase.MAINTENANCE)
_WHOLE = ("patient_key", "phase", "done", "last_infusion_day", "last_number", "unscored")
_MEASURED = (
    "planned",
    *(f"{name}_{part}" for name in ("item_9", "cssrs") for part in ("last", "day", "before")),
    *("item_9_since", "cssrs_since"),
    *("instrument", "baseline", "total", "percent", "total_day", "total_number"),
    *("total_timepoint", "worse_since", "before_treatment", "best_percent", "now_percent"),
    *("lost_since", "lost_scores", "scored_day", "peak_systolic", "peak_diastolic"),
    *("sustained_systolic", "sustained_diastolic", "lowest_spo2", "deepest_sedation"),
    *("usual_interval", "booked_day"),
)


def ago(days: int) -> int:
    return TODAY - days


def watched(*patients: dict[str, Any]) -> pd.DataFrame:
    """Patients who were treated and scored a day ago in induction, but for what is given."""
    quiet: dict[str, Any] = dict.fromkeys(_WHOLE, 1) | {"intervals": 0, "last_infusion_day": ago(1)}
    quiet |= dict.fromkeys(_MEASURED, nan) | {"scored_day": ago(1)}
    rows = [quiet | {"patient_key": key} | given for key, given in enumerate(patients, 1)]
    kinds = dict.fromkeys((*_WHOLE, "intervals"), "int64") | dict.fromkeys(_MEASURED, "float64")
    return pd.DataFrame(rows, columns=list(kinds)).astype(kinds)


def holding(patient: dict[str, Any], thresholds: Thresholds = DEFAULTS) -> dict[Rule, int]:
    """The rules that hold for one patient, each with the days since when."""
    days = rule_days(watched(patient), TODAY, thresholds)
    return {
        rule: TODAY - int(days[int(rule)].iloc[0])
        for rule in RULES
        if not days.empty and days[int(rule)].notna().iloc[0]
    }


def test_of_nothing_recorded_nothing_holds() -> None:
    assert holding({}) == {}
    assert holding({"phase": MAINTENANCE}) == {}
    assert holding({"phase": int(Phase.NONE)}) == {}


# --- under treatment --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phase", "days", "treated"),
    [
        (INDUCTION, 0, True),
        (INDUCTION, 28, True),  # exactly the limit
        (INDUCTION, 29, False),
        (MAINTENANCE, 84, True),
        (MAINTENANCE, 85, False),
        (int(Phase.NONE), 28, True),  # as in induction
        (int(Phase.NONE), 29, False),
    ],
)
def test_under_treatment_up_to_the_limit_of_the_phase(phase: int, days: int, treated: bool) -> None:
    patient = {"phase": phase, "last_infusion_day": ago(days), "scored_day": nan}
    found = under_treatment(watched(patient), TODAY, DEFAULTS)
    assert found.tolist() == [treated]
    assert (Rule.UNSCORED in holding(patient)) is treated, "nobody else is on the list"


@pytest.mark.parametrize(
    ("phase", "name"),
    [(INDUCTION, "treated_induction_days"), (MAINTENANCE, "treated_maintenance_days")],
)
def test_under_treatment_follows_the_threshold_of_the_phase(phase: int, name: str) -> None:
    limits = replace(DEFAULTS, **{name: 40})
    frame = watched(*({"phase": phase, "last_infusion_day": ago(days)} for days in (40, 41)))
    assert under_treatment(frame, TODAY, limits).tolist() == [True, False]


# --- suicidal thoughts ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("patient", "since"),
    [
        ({"item_9_last": 2, "item_9_since": ago(28)}, 28),  # exactly the limit
        ({"item_9_last": 2, "item_9_since": ago(29)}, None),
        ({"item_9_last": 1, "item_9_since": ago(0)}, 0),
        ({"item_9_last": 3}, None),  # positive, but no rise
        ({"cssrs_last": 1, "cssrs_day": ago(5), "cssrs_since": ago(28)}, 28),
        ({"cssrs_last": 1, "cssrs_day": ago(5), "cssrs_since": ago(29)}, None),
        ({"item_9_since": ago(3), "cssrs_since": ago(9)}, 9),  # the older one
        ({"item_9_since": ago(3), "cssrs_since": ago(29)}, 3),  # the one that is new
        ({"cssrs_last": 2, "cssrs_day": ago(5)}, None),
        ({"cssrs_last": 3, "cssrs_day": ago(5)}, 5),
        ({"cssrs_last": 3, "cssrs_day": ago(300)}, 300),  # until it is asked again
        ({"cssrs_last": 3, "cssrs_day": ago(5), "cssrs_since": ago(90)}, 5),
        ({"cssrs_last": 3, "cssrs_day": ago(5), "cssrs_since": ago(20)}, 20),
    ],
)
def test_thoughts(patient: dict[str, Any], since: int | None) -> None:
    assert holding(patient) == ({} if since is None else {Rule.THOUGHTS: since})


@pytest.mark.parametrize(
    ("item_9", "day", "listed"),
    [
        (0, 4, False),  # answered with 0 later
        (0, 5, True),  # on the same day: nobody knows which came last
        (0, 6, True),  # before
        (1, 4, True),  # later, but not 0
        (nan, nan, True),  # never answered
    ],
)
def test_a_high_level_is_denied_by_a_later_item_9_of_0(
    item_9: float, day: float, listed: bool
) -> None:
    patient = {
        "cssrs_last": 3,
        "cssrs_day": ago(5),
        "item_9_last": item_9,
        "item_9_day": TODAY - day,
    }
    assert holding(patient) == ({Rule.THOUGHTS: 5} if listed else {})


def test_the_thresholds_of_thoughts() -> None:
    risen = {"item_9_last": 2, "item_9_since": ago(28)}
    assert holding(risen, replace(DEFAULTS, concern_days=27)) == {}
    assert holding({"cssrs_since": ago(40)}, replace(DEFAULTS, concern_days=40)) == {
        Rule.THOUGHTS: 40
    }
    moderate = {"cssrs_last": 2, "cssrs_day": ago(5)}
    assert holding(moderate, replace(DEFAULTS, cssrs_high=2)) == {Rule.THOUGHTS: 5}


# --- red events -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "red", "not_red", "threshold", "changed"),
    [
        ("sustained_systolic", 180, 179, "red_systolic", 179),
        ("sustained_diastolic", 110, 109, "red_diastolic", 109),
        ("peak_systolic", 200, 199, "stop_systolic", 199),
        ("peak_diastolic", 120, 119, "stop_diastolic", 119),
        ("lowest_spo2", 89.9, 90, "red_spo2", 91),  # below, not at
        ("deepest_sedation", 3, 4, "red_sedation", 4),
    ],
)
def test_each_vital_sign_is_red_from_its_own_limit(
    column: str, red: float, not_red: float, threshold: str, changed: int
) -> None:
    assert holding({column: red}) == {Rule.RED_EVENT: 1}
    assert holding({column: not_red}) == {}
    assert holding({column: not_red}, replace(DEFAULTS, **{threshold: changed})) == {
        Rule.RED_EVENT: 1
    }


def test_a_red_event_is_listed_for_so_many_days_after_the_last_infusion() -> None:
    def red(days: int) -> dict[str, Any]:
        return {"phase": MAINTENANCE, "last_infusion_day": ago(days), "lowest_spo2": 80}

    assert holding(red(28)) == {Rule.RED_EVENT: 28}
    assert holding(red(29)) == {}
    assert holding(red(29), replace(DEFAULTS, event_days=29)) == {Rule.RED_EVENT: 29}
    assert holding(red(28), replace(DEFAULTS, event_days=27)) == {}


# --- worse ------------------------------------------------------------------------------------


def test_worse_is_listed_while_it_is_new() -> None:
    assert holding({"worse_since": ago(60)}) == {Rule.WORSE: 60}
    assert holding({"worse_since": ago(61)}) == {}
    assert holding({"worse_since": ago(61)}, replace(DEFAULTS, decline_days=61)) == {Rule.WORSE: 61}
    assert holding({"worse_since": ago(60)}, replace(DEFAULTS, decline_days=59)) == {}


# --- lost response ----------------------------------------------------------------------------

LOST = {
    "phase": MAINTENANCE,
    "instrument": PHQ9.code,
    "before_treatment": 20,
    "best_percent": 70,  # a total of 6
    "now_percent": 40,  # of 12: six points more, the reliable change
    "lost_since": ago(60),
    "lost_scores": 2,
}


@pytest.mark.parametrize(
    ("changes", "holds"),
    [
        ({}, True),
        ({"phase": INDUCTION}, False),
        ({"lost_scores": 1}, False),
        ({"lost_scores": nan}, False),
        ({"lost_since": ago(61)}, False),
        ({"lost_since": nan}, False),
        ({"now_percent": 45}, False),  # a total of 11: five points
        ({"best_percent": 65}, False),  # the best was 7: five points
        ({"before_treatment": nan}, False),
        ({"best_percent": nan, "now_percent": nan}, False),
        ({"instrument": nan}, False),
    ],
)
def test_lost_response(changes: dict[str, Any], holds: bool) -> None:
    assert holding(LOST | changes) == ({Rule.LOST_RESPONSE: 60} if holds else {})


def test_the_thresholds_of_a_lost_response() -> None:
    assert holding(LOST, replace(DEFAULTS, lost_scores=3)) == {}
    once = LOST | {"lost_scores": 1}
    assert holding(once, replace(DEFAULTS, lost_scores=1)) == {Rule.LOST_RESPONSE: 60}
    assert holding(LOST, replace(DEFAULTS, decline_days=59)) == {}


@pytest.mark.parametrize(
    ("instrument", "error"),
    [
        (PHQ9, 6),  # reliable change, NHS Talking Therapies
        (MADRS, 10),  # meaningful change of one person, PMID 33261932
        (QIDS_SR16, 5),  # none agreed: what counts as worse
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_measurement_error_is_counted_in_whole_points_whatever_the_baseline(
    instrument: Instrument, error: int
) -> None:
    """Exactly the points count and one fewer does not, though the facts hold per cent."""
    highest = int(instrument.highest)
    cases = [
        (baseline, best, best + points)
        for baseline, best, points in product(
            range(1, highest + 1), range(highest), (error - 1, error)
        )
        if best <= baseline / 2 < best + points <= highest
    ]
    rows = [
        LOST
        | {
            "instrument": instrument.code,
            "before_treatment": baseline,
            "best_percent": 100.0 * (baseline - best) / baseline,
            "now_percent": 100.0 * (baseline - now) / baseline,
        }
        for baseline, best, now in cases
    ]
    days = rule_days(watched(*rows), TODAY, DEFAULTS)
    found = days[int(Rule.LOST_RESPONSE)].notna().tolist()
    assert len(cases) > 100
    assert found == [now - best == error for _, best, now in cases]


# --- no response ------------------------------------------------------------------------------

REVIEWED = {
    "instrument": PHQ9.code,
    "baseline": 20,
    "total": 15.2,
    "percent": 24,
    "total_number": 4,
    "total_day": ago(3),
}


@pytest.mark.parametrize(
    ("changes", "holds"),
    [
        ({}, True),
        ({"percent": -30}, True),
        ({"percent": 24.999}, True),
        ({"percent": 25}, False),  # exactly the limit of a partial response
        ({"percent": nan}, False),  # no baseline
        ({"total_number": 3}, False),
        ({"total_number": 6}, True),
        ({"total_number": nan}, False),
        ({"phase": MAINTENANCE}, False),
        ({"phase": int(Phase.NONE)}, False),
    ],
)
def test_no_response(changes: dict[str, Any], holds: bool) -> None:
    assert holding(REVIEWED | changes) == ({Rule.NO_RESPONSE: 3} if holds else {})


def test_the_thresholds_of_no_response() -> None:
    assert holding(REVIEWED, replace(DEFAULTS, review_after=5)) == {}
    early = REVIEWED | {"total_number": 3}
    assert holding(early, replace(DEFAULTS, review_after=3)) == {Rule.NO_RESPONSE: 3}
    assert holding(REVIEWED, replace(DEFAULTS, review_improvement=24)) == {}
    better = REVIEWED | {"percent": 29}
    assert holding(better, replace(DEFAULTS, review_improvement=30)) == {Rule.NO_RESPONSE: 3}


# --- booster late -----------------------------------------------------------------------------


def late(days: int, usual: float = 28, intervals: int = 3) -> dict[str, Any]:
    return {
        "phase": MAINTENANCE,
        "last_infusion_day": ago(days),
        "usual_interval": usual,
        "intervals": intervals,
    }


@pytest.mark.parametrize(
    ("patient", "since"),
    [
        (late(42), None),  # exactly 1.5 times 28 days may pass
        (late(43), 0),
        (late(60), 17),
        (late(84), 41),
        (late(43, intervals=2), None),  # too few to know a usual one
        (late(43, usual=nan), None),
        (late(41, usual=27), 0),  # 40.5 days allowed: 40 whole ones
        (late(40, usual=27), None),
        (late(1, usual=0), 0),  # two boosters a day: the next is late a day after
    ],
)
def test_booster_late(patient: dict[str, Any], since: int | None) -> None:
    assert holding(patient) == ({} if since is None else {Rule.LATE: since})


def test_the_thresholds_of_a_late_booster() -> None:
    assert holding(late(43), replace(DEFAULTS, interval_factor=2.0)) == {}
    assert holding(late(57), replace(DEFAULTS, interval_factor=2.0)) == {Rule.LATE: 0}
    assert holding(late(43, intervals=2), replace(DEFAULTS, interval_needs=2)) == {Rule.LATE: 0}
    assert holding(late(43), replace(DEFAULTS, interval_needs=4)) == {}


def test_the_days_allowed_are_whole_where_their_product_is() -> None:
    """1.14 times 50 days is 57, though a computer's product is a hair less."""
    limits = replace(DEFAULTS, interval_factor=1.14)
    assert holding(late(57, usual=50), limits) == {}
    assert holding(late(58, usual=50), limits) == {Rule.LATE: 0}


# --- score overdue ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("patient", "since"),
    [
        ({"scored_day": ago(20)}, None),
        ({"scored_day": ago(21)}, 0),  # exactly the limit
        ({"scored_day": ago(30)}, 9),
        ({"scored_day": nan}, 1),  # never scored: from the last infusion
        ({"phase": MAINTENANCE, "scored_day": ago(59)}, None),
        ({"phase": MAINTENANCE, "scored_day": ago(60)}, 0),
        ({"phase": MAINTENANCE, "scored_day": nan, "last_infusion_day": ago(70)}, 70),
    ],
)
def test_score_overdue(patient: dict[str, Any], since: int | None) -> None:
    assert holding(patient) == ({} if since is None else {Rule.UNSCORED: since})


def test_the_thresholds_of_an_overdue_score() -> None:
    limits = replace(DEFAULTS, overdue_induction_days=10, overdue_maintenance_days=30)
    assert holding({"scored_day": ago(10)}, limits) == {Rule.UNSCORED: 0}
    assert holding({"scored_day": ago(9)}, limits) == {}
    assert holding({"phase": MAINTENANCE, "scored_day": ago(30)}, limits) == {Rule.UNSCORED: 0}
    assert holding({"phase": MAINTENANCE, "scored_day": ago(29)}, limits) == {}


# --- all rules together -----------------------------------------------------------------------


def test_whoever_is_worse_has_no_response_without_being_told() -> None:
    assert holding(REVIEWED | {"worse_since": ago(9)}) == {Rule.WORSE: 9}
    old = REVIEWED | {"worse_since": ago(61)}
    assert holding(old) == {Rule.NO_RESPONSE: 3}, "what is not listed itself hides nothing"


def test_whose_response_is_lost_is_not_called_worse_too() -> None:
    assert holding(LOST | {"worse_since": ago(9)}) == {Rule.LOST_RESPONSE: 60}
    once = LOST | {"worse_since": ago(9), "lost_scores": 1}
    assert holding(once) == {Rule.WORSE: 9}


def test_one_patient_may_have_several_reasons() -> None:
    patient = late(70) | {"scored_day": ago(80), "item_9_since": ago(2), "lowest_spo2": 80}
    assert holding(patient, replace(DEFAULTS, event_days=70)) == {
        Rule.THOUGHTS: 2,
        Rule.RED_EVENT: 70,
        Rule.LATE: 27,
        Rule.UNSCORED: 20,
    }


def listed(*patients: dict[str, Any]) -> pd.DataFrame:
    frame = watched(*patients)
    return attention_list(frame, rule_days(frame, TODAY, DEFAULTS))


def test_the_most_urgent_is_first_and_within_one_reason_the_newest() -> None:
    found = listed(
        {"scored_day": nan},
        {"worse_since": ago(9)},
        {},  # not listed
        {"item_9_since": ago(20)},
        {"worse_since": ago(3), "scored_day": nan},
        {"worse_since": ago(9)},
        {"item_9_since": ago(5), "worse_since": ago(1)},
        {"scored_day": nan, "last_infusion_day": ago(29)},  # no longer under treatment
    )
    assert found["patient_key"].tolist() == [7, 4, 5, 2, 6, 1]
    assert found["urgency"].tolist() == [1, 1, 3, 3, 3, 7]
    assert found["since"].tolist() == [ago(5), ago(20), ago(3), ago(9), ago(9), ago(1)]
    assert found["rules"].tolist() == [[1, 3], [1], [3, 7], [3], [3], [7]]
    assert found.index.tolist() == [0, 1, 2, 3, 4, 5]


def test_the_order_does_not_depend_on_that_of_the_rows() -> None:
    patients = [{"worse_since": ago(9), "patient_key": key} for key in (3, 1, 2)]
    assert listed(*patients)["patient_key"].tolist() == [1, 2, 3]


def test_the_list_has_every_watched_column_and_changes_none() -> None:
    frame = watched({"worse_since": ago(9)})
    before = frame.copy()
    found = attention_list(frame, rule_days(frame, TODAY, DEFAULTS))
    assert list(found.columns) == [*frame.columns, "urgency", "since", "rules"]
    assert {str(found[name].dtype) for name in ("urgency", "since")} == {"int64"}
    pd.testing.assert_frame_equal(frame, before)


def test_each_rule_is_counted_over_those_under_treatment() -> None:
    frame = watched(
        {"scored_day": nan},
        {"scored_day": ago(30), "worse_since": ago(9)},
        {"worse_since": ago(9), "last_infusion_day": ago(29)},
        {},
    )
    days = rule_days(frame, TODAY, DEFAULTS)
    assert len(days) == 3, "those under treatment"
    assert rule_counts(days) == dict.fromkeys(RULES, 0) | {Rule.WORSE: 1, Rule.UNSCORED: 2}


@pytest.mark.parametrize(
    "patients",
    [[], [{"last_infusion_day": ago(500)}], [{}]],
    ids=["no patients", "nobody under treatment", "nobody needs attention"],
)
def test_nobody_listed_is_a_list_like_any_other(patients: list[dict[str, Any]]) -> None:
    frame = watched(*patients)
    days = rule_days(frame, TODAY, DEFAULTS)
    assert [int(name) for name in days.columns] == [1, 2, 3, 4, 5, 6, 7]
    assert {str(kind) for kind in days.dtypes} == {"float64"}
    found = attention_list(frame, days)
    somebody = listed({"worse_since": ago(9)})
    assert found.empty
    assert found.dtypes.to_dict() == somebody.dtypes.to_dict()
    assert rule_counts(days) == dict.fromkeys(RULES, 0)


def test_the_rules_are_kept_in_the_order_of_urgency() -> None:
    assert list(RULES) == sorted(Rule) == list(Rule)
