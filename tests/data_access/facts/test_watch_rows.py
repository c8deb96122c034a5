"""What the rules of the attention list look at, against rows worked by hand."""

from datetime import date
from typing import Any

import pytest

from clinical.codes import DiagnosisGroup, Phase, Timepoint
from clinical.instruments import MADRS, PHQ9, QIDS_SR16
from data_access.facts import check_facts, rebuild_facts, refresh_facts
from data_access.schema import WatchFact
from tests.data_access.facts.recorded_clinic import DAY_0, RecordedClinic, at

INDUCTION, MAINTENANCE = Phase.INDUCTION, Phase.MAINTENANCE
VITALS = (
    "peak_systolic",
    "peak_diastolic",
    "sustained_systolic",
    "sustained_diastolic",
    "lowest_spo2",
    "deepest_sedation",
)
LATEST = (
    "instrument",
    "baseline",
    "total",
    "percent",
    "total_day",
    "total_number",
    "total_timepoint",
    "worse_since",
)
LOSS = ("before_treatment", "best_percent", "now_percent", "lost_since", "lost_scores")


def treated(clinic: RecordedClinic, *days: int) -> int:
    """A patient with an infusion at ten o'clock on each of these days."""
    patient = clinic.patient()
    for day in days:
        clinic.infusion(patient, at(day))
    return patient


def watched(clinic: RecordedClinic, *columns: str) -> tuple[Any, ...]:
    """Some columns of the only row."""
    rebuild_facts(clinic.connection)
    assert check_facts(clinic.connection) == []
    row = clinic.row(WatchFact)
    return tuple(row[name] for name in columns)


def test_every_column(clinic):
    patient = clinic.patient(site_id="S2", primary_diagnosis="F33.1")
    clinic.series(patient, "induction", date(2026, 3, 1), planned_infusions=6)
    clinic.infusion(patient, at(0), series_id="X1")
    infusion = clinic.infusion(patient, at(3), series_id="X1")
    readings = ((120, 80, 98, 5), (170, 100, 93, 4), (165, 105, 95, 5))
    for minute, (systolic, diastolic, spo2, sedation) in enumerate(readings):
        clinic.vitals(
            infusion,
            at(3, minute=20 * minute),
            systolic_mmhg=systolic,
            diastolic_mmhg=diastolic,
            spo2_percent=spo2,
            sedation_moaas=sedation,
        )
    clinic.score(patient, at(-1), 20, item_9=0)
    clinic.score(patient, at(3, hour=9), 15, item_9=1)
    clinic.score(patient, at(3, hour=9), 1, "C-SSRS")
    refresh_facts(clinic.connection, [patient])
    assert clinic.row(WatchFact) == {
        "patient_key": 1,
        "site_key": 2,
        "diagnosis_group": DiagnosisGroup.MAJOR,
        "phase": INDUCTION,
        "done": 2,
        "planned": 6,
        "last_infusion_day": DAY_0 + 3,
        "last_number": 2,
        "item_9_last": 1,
        "item_9_day": DAY_0 + 3,
        "item_9_before": 0,
        "item_9_since": DAY_0 + 3,
        "cssrs_last": 1,
        "cssrs_day": DAY_0 + 3,
        "cssrs_before": None,  # asked for the first time
        "cssrs_since": None,
        "instrument": PHQ9.code,
        "baseline": 20.0,
        "total": 15.0,
        "percent": 25.0,
        "total_day": DAY_0 + 3,
        "total_number": 1,
        "total_timepoint": Timepoint.BEFORE_INFUSION,
        "worse_since": None,
        "before_treatment": 20.0,
        "best_percent": 25.0,
        "now_percent": 25.0,
        "lost_since": None,
        "lost_scores": None,
        "scored_day": DAY_0 + 3,
        "unscored": 1,
        "peak_systolic": 170,
        "peak_diastolic": 105,
        "sustained_systolic": 165,
        "sustained_diastolic": 100,
        "lowest_spo2": 93.0,
        "deepest_sedation": 4,
        "usual_interval": None,
        "intervals": 0,
    }


def test_a_patient_without_an_infusion_is_not_watched(clinic):
    patient = clinic.patient()
    clinic.series(patient, "induction", date(2026, 3, 5), planned_infusions=6)
    clinic.score(patient, at(0), 27, item_9=3)
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(WatchFact) == []


# --- suicidal thoughts ------------------------------------------------------------------------

ITEM_9 = ("item_9_last", "item_9_day", "item_9_before", "item_9_since")
CSSRS = ("cssrs_last", "cssrs_day", "cssrs_before", "cssrs_since")

RISES = [
    ([(-1, 0), (2, 1)], (1, 2, 0, 2)),
    ([(-1, 0), (2, 2), (5, 1)], (1, 5, 0, 2)),  # still open, a little lower
    ([(-1, 0), (2, 1), (5, 0)], (0, 5, None, None)),  # closed
    ([(-1, 1), (2, 1)], (1, 2, None, None)),
    ([(-1, 2), (2, 1), (5, 2), (9, 3)], (3, 9, 1, 5)),
    ([(-60, 0), (-40, 2), (5, 2)], (2, 5, 0, -40)),  # open since long before the treatment
    ([(5, 3)], (3, 5, None, None)),
]


def with_days(expected: tuple[int | None, ...]) -> tuple[int | None, ...]:
    """The second and the fourth value are days after 1 March."""
    last, day, before, since = expected
    return last, DAY_0 + (day or 0), before, None if since is None else DAY_0 + since


@pytest.mark.parametrize(("asked", "expected"), RISES)
def test_item_9_is_followed_although_the_total_falls(clinic, asked, expected):
    patient = treated(clinic, 0, 3)
    for position, (day, level) in enumerate(asked):
        clinic.score(patient, at(day, hour=9), 24 - 4 * position, item_9=level)
    assert watched(clinic, *ITEM_9) == with_days(expected)


@pytest.mark.parametrize(("asked", "expected"), RISES)
def test_the_cssrs_level_is_followed_by_itself(clinic, asked, expected):
    patient = treated(clinic, 0, 3)
    for day, level in asked:
        clinic.score(patient, at(day, hour=9), level, "C-SSRS")
        clinic.score(patient, at(day, hour=9), 10, item_9=0)
    assert watched(clinic, *CSSRS) == with_days(expected)
    assert watched(clinic, "item_9_before", "item_9_since") == (None, None)


def test_scores_without_item_9_and_ninth_items_of_other_scales_are_passed_over(clinic):
    patient = treated(clinic, 0)
    clinic.score(patient, at(-1), 20, item_9=0)
    clinic.score(patient, at(2), 18)
    clinic.score(patient, at(3), 20, "MADRS", item_9=4)
    assert watched(clinic, *ITEM_9) == (0, DAY_0 - 1, None, None)


def test_never_asked_is_missing_and_not_nought(clinic):
    clinic.score(treated(clinic, 0), at(-1), 20)
    assert watched(clinic, *ITEM_9, *CSSRS) == (None,) * 8


def test_item_9_of_a_score_without_a_total_counts(clinic):
    patient = treated(clinic, 0)
    clinic.score(patient, at(-1), 9, item_9=0)
    clinic.score(patient, at(2), None, **{f"item_{number}": 1 for number in range(1, 10)})
    assert watched(clinic, *ITEM_9) == (1, DAY_0 + 2, 0, DAY_0 + 2)
    assert watched(clinic, "total", "percent") == (9, 0)


def test_the_day_is_that_of_the_site(clinic):
    patient = clinic.patient()
    clinic.infusion(patient, at(0), site_id="S2")
    clinic.score(patient, at(5, hour=2), 10, item_9=1)  # 23:00 the day before in Los Angeles
    assert watched(clinic, "item_9_day", "scored_day", "total_day") == (DAY_0 + 4,) * 3


# --- progress of the latest series ------------------------------------------------------------


def test_the_first_scale_with_a_baseline_is_followed(clinic):
    patient = treated(clinic, 0, 3)
    clinic.score(patient, at(-1), 30, "MADRS")
    clinic.score(patient, at(-1), 16, "QIDS-SR16")
    clinic.score(patient, at(3, hour=9), 24, "MADRS")
    clinic.score(patient, at(3, hour=9), 4, "QIDS-SR16")
    clinic.score(patient, at(3, hour=9), 10)  # PHQ-9, without a baseline
    assert watched(clinic, "instrument", "baseline", "total", "percent") == (MADRS.code, 30, 24, 20)


def test_a_baseline_that_no_score_followed_leads_nowhere(clinic):
    patient = treated(clinic, 0, 3)
    clinic.score(patient, at(-1), 20)
    clinic.score(patient, at(3, hour=9), 12, "QIDS-SR16")
    assert watched(clinic, "instrument", "baseline", "total") == (QIDS_SR16.code, None, 12)


def test_before_the_first_later_score_nothing_is_followed(clinic):
    patient = treated(clinic, 0, 3)
    clinic.score(patient, at(-1), 20)
    clinic.score(patient, at(2), 9, "GAD-7")
    assert watched(clinic, *LATEST, *LOSS) == (None,) * 13


def test_without_a_baseline_the_total_stands_alone(clinic):
    patient = treated(clinic, 0, 3)
    clinic.score(patient, at(3, hour=9), 12)
    before = int(Timepoint.BEFORE_INFUSION)
    assert watched(clinic, *LATEST) == (PHQ9.code, None, 12, None, DAY_0 + 3, 1, before, None)
    assert watched(clinic, *LOSS) == (None,) * 5


def test_a_baseline_of_nought_leaves_no_percentage_but_a_rise(clinic):
    patient = treated(clinic, 0, 3)
    clinic.score(patient, at(-1), 0)
    clinic.score(patient, at(3, hour=9), 6)
    names = ("baseline", "total", "percent", "worse_since")
    assert watched(clinic, *names) == (0, 6, None, DAY_0 + 3)
    assert watched(clinic, *LOSS) == (0, None, None, None, None)


@pytest.mark.parametrize(
    ("totals", "day"),
    [
        ([15], 3),  # exactly 5 points
        ([14], None),
        ([16, 12, 15, 17], 9),  # one better score in between
        ([16, 17, 18], 3),
        ([16, 17, 12], None),
        ([12, 16], 6),
    ],
)
def test_worse_since_the_first_of_the_scores_that_all_are(clinic, totals, day):
    patient = treated(clinic, 0, 3, 6, 9, 12)
    clinic.score(patient, at(-1), 10)
    for position, total in enumerate(totals, 1):
        clinic.score(patient, at(3 * position, hour=9), total)
    assert watched(clinic, "worse_since") == (None if day is None else DAY_0 + day,)


def test_scores_of_one_day_before_and_after_an_infusion(clinic):
    patient = treated(clinic, 0, 3)
    clinic.score(patient, at(-1), 20)
    clinic.score(patient, at(3, hour=9), 12)
    names = ("total", "percent", "total_number", "total_timepoint", "unscored")
    assert watched(clinic, *names) == (12, 40, 1, Timepoint.BEFORE_INFUSION, 1)
    clinic.score(patient, at(3, hour=15), 8)
    assert watched(clinic, *names) == (8, 60, 2, Timepoint.AFTER_INFUSION, 0)
    # Within 72 hours after an infusion, so no part of what was reached and lost.
    assert watched(clinic, *LOSS) == (20, 40, 40, None, None)


def test_a_score_at_the_very_start_of_an_infusion_is_before_it(clinic):
    patient = treated(clinic, 0, 3)
    clinic.score(patient, at(-1), 20)
    clinic.score(patient, at(3), 12)
    assert watched(clinic, "total_number", "unscored") == (1, 1)


# --- which series -----------------------------------------------------------------------------

PLACE = ("phase", "done", "planned", "last_number", "last_infusion_day")


def test_of_two_series_the_latest_one_counts(clinic):
    patient = treated(clinic, 0, 3, 30)
    clinic.score(patient, at(-1), 20)
    clinic.score(patient, at(3, hour=9), 10)
    clinic.score(patient, at(30, hour=9), 8)
    clinic.score(patient, at(40), 6)
    assert watched(clinic, *PLACE) == (MAINTENANCE, 1, None, 1, DAY_0 + 30)
    names = ("baseline", "total", "percent", "total_number")
    assert watched(clinic, *names) == (8, 6, 25, 1)  # from the baseline of maintenance
    assert watched(clinic, *LOSS) == (20, 70, 70, None, None)  # from that of the induction


def test_a_planned_series_counts_from_its_first_infusion(clinic):
    patient = clinic.patient()
    clinic.series(patient, "induction", date(2026, 3, 1), planned_infusions=6)
    clinic.series(patient, "maintenance", date(2026, 3, 20), planned_infusions=4)
    clinic.infusion(patient, at(0), series_id="X1")
    clinic.infusion(patient, at(3), series_id="X1")
    assert watched(clinic, *PLACE) == (INDUCTION, 2, 6, 2, DAY_0 + 3)
    clinic.infusion(patient, at(25), series_id="X2")
    assert watched(clinic, *PLACE) == (MAINTENANCE, 1, 4, 1, DAY_0 + 25)


# --- a response reached and lost --------------------------------------------------------------


def test_a_response_of_the_induction_lost_in_maintenance(clinic):
    patient = treated(clinic, 0, 3, 6, 30, 58)
    clinic.score(patient, at(-1), 20)
    clinic.score(patient, at(3, hour=9), 12)
    clinic.score(patient, at(6, hour=9), 9)  # 55 %: response
    clinic.score(patient, at(7), 2)  # within 72 hours: would be the best
    clinic.score(patient, at(20), 8)  # 60 %
    clinic.score(patient, at(30, hour=9), 8)
    clinic.score(patient, at(58, hour=9), 14)  # 30 %: lost
    clinic.score(patient, at(59), 6)  # within 72 hours: would be a response
    assert watched(clinic, *LOSS) == (20, 60, 30, DAY_0 + 58, 1)
    # The latest score of the series is the one after the infusion all the same.
    assert watched(clinic, "total", "total_timepoint") == (6, Timepoint.AFTER_INFUSION)


@pytest.mark.parametrize(
    ("totals", "expected"),
    [
        ([10, 11, 12], (50, 40, DAY_0 + 51, 2)),  # exactly 50 % is a response
        ([11, 12, 13], (45, 35, None, None)),  # never reached
        ([10, 12, 10], (50, 50, None, None)),  # reached again
        ([10, 12, 9, 15], (55, 25, DAY_0 + 65, 1)),
    ],
)
def test_lost_since_the_first_of_the_scores_that_all_are_none(clinic, totals, expected):
    patient = treated(clinic, 0, 30, 37, 44, 51, 58, 65)
    clinic.score(patient, at(-1), 20)
    for position, total in enumerate(totals):
        clinic.score(patient, at(44 + 7 * position, hour=9), total)
    assert watched(clinic, *LOSS) == (20, *expected)


def test_a_second_induction_begins_anew(clinic):
    patient = treated(clinic, 0, 3, 250, 253)
    clinic.score(patient, at(-1), 20)
    clinic.score(patient, at(3, hour=9), 8)  # a response of the first induction
    clinic.score(patient, at(249), 18)
    clinic.score(patient, at(253, hour=9), 15)
    better = pytest.approx(100 / 6)
    assert watched(clinic, *LOSS) == (18, better, better, None, None)


def test_maintenance_without_a_baseline_before_treatment(clinic):
    patient = treated(clinic, 0, 30, 58)
    clinic.score(patient, at(30, hour=9), 8)
    clinic.score(patient, at(58, hour=9), 14)
    assert watched(clinic, "baseline", "worse_since") == (8, DAY_0 + 58)
    assert watched(clinic, *LOSS) == (None,) * 5


def test_maintenance_whose_induction_was_scored_on_another_scale(clinic):
    patient = treated(clinic, 0, 30, 58)
    clinic.score(patient, at(-1), 20)
    clinic.score(patient, at(30, hour=9), 12, "MADRS")
    clinic.score(patient, at(58, hour=9), 20, "MADRS")
    assert watched(clinic, "instrument") == (MADRS.code,)
    assert watched(clinic, *LOSS) == (None,) * 5


def test_maintenance_without_an_induction_in_this_clinic(clinic):
    patient = clinic.patient()
    clinic.series(patient, "maintenance", date(2026, 3, 1))
    for day in (0, 28):
        clinic.infusion(patient, at(day), series_id="X1")
    clinic.score(patient, at(-1), 8)
    clinic.score(patient, at(28, hour=9), 4)
    assert watched(clinic, "baseline", "percent") == (8, 50)
    assert watched(clinic, *LOSS) == (None,) * 5


# --- assessments, vital signs and intervals ---------------------------------------------------


def test_infusions_since_the_last_score_of_depression_on_whichever_scale(clinic):
    patient = treated(clinic, 0, 3, 6)
    assert watched(clinic, "scored_day", "unscored") == (None, 3)
    clinic.score(patient, at(4), 9, "GAD-7")
    clinic.score(patient, at(4), 0, "C-SSRS")
    assert watched(clinic, "scored_day", "unscored") == (None, 3)
    clinic.score(patient, at(-5), 20)
    assert watched(clinic, "scored_day", "unscored") == (DAY_0 - 5, 3)
    clinic.score(patient, at(4), 20, "MADRS")
    assert watched(clinic, "scored_day", "unscored") == (DAY_0 + 4, 1)
    clinic.score(patient, at(60), 20)  # belongs to no infusion any more
    assert watched(clinic, "scored_day", "unscored") == (DAY_0 + 60, 0)


def test_vital_signs_are_those_of_the_last_infusion_only(clinic):
    patient = clinic.patient()
    first = clinic.infusion(patient, at(0))
    clinic.vitals(first, at(0), systolic_mmhg=220, diastolic_mmhg=130, spo2_percent=85)
    last = clinic.infusion(patient, at(3))
    assert watched(clinic, *VITALS) == (None,) * 6
    clinic.vitals(last, at(3), systolic_mmhg=125, diastolic_mmhg=80, spo2_percent=97)
    assert watched(clinic, *VITALS) == (125, 80, None, None, 97, None)  # one reading


@pytest.mark.parametrize(
    ("boosters", "expected"),
    [
        ([30], (None, 0)),
        ([30, 58], (28, 1)),
        ([30, 58, 79], (24.5, 2)),  # 28 and 21 days
        ([30, 58, 79, 170], (28, 3)),  # 28, 21 and 91 days
    ],
)
def test_the_usual_interval_is_between_boosters(clinic, boosters, expected):
    treated(clinic, 0, 3, *boosters)
    assert watched(clinic, "usual_interval", "intervals") == expected


def test_an_induction_has_no_usual_interval(clinic):
    treated(clinic, 0, 3, 6, 9)
    assert watched(clinic, "usual_interval", "intervals") == (None, 0)


# --- late data --------------------------------------------------------------------------------


def test_an_earlier_infusion_and_an_earlier_score_that_come_in_late(clinic):
    patient = treated(clinic, 0, 3)
    clinic.score(patient, at(-1), 20, item_9=1)
    clinic.score(patient, at(3, hour=9), 15, item_9=1)
    names = ("phase", "item_9_before", "item_9_since", "before_treatment", "best_percent")
    assert watched(clinic, *names) == (INDUCTION, None, None, 20, 25)

    clinic.infusion(patient, at(-20))  # the induction, which makes the others maintenance
    clinic.score(patient, at(-21), 24, item_9=0)
    refresh_facts(clinic.connection, [patient])
    refreshed = clinic.row(WatchFact)
    assert [refreshed[name] for name in names] == [MAINTENANCE, 0, DAY_0 - 1, 24, 37.5]
    assert [refreshed[name] for name in ("done", "baseline", "percent")] == [2, 20, 25]
    assert [refreshed[name] for name in ("usual_interval", "intervals")] == [3, 1]
    assert check_facts(clinic.connection) == []
    rebuild_facts(clinic.connection)
    assert clinic.row(WatchFact) == refreshed


def test_the_order_in_which_scores_come_in_leaves_no_trace(clinic):
    patient = treated(clinic, 0, 3, 6)
    for day, total, item in ((6, 10, 0), (-1, 20, 0), (3, 16, 1)):
        clinic.score(patient, at(day, hour=9), total, item_9=item)
        refresh_facts(clinic.connection, [patient])
    row = clinic.row(WatchFact)
    names = ("item_9_last", "item_9_since", "baseline", "total", "percent", "total_number")
    assert [row[name] for name in names] == [0, None, 20, 10, 50, 2]


def test_a_refresh_leaves_the_rows_of_others(clinic):
    for _ in range(2):
        treated(clinic, 0)
    rebuild_facts(clinic.connection)
    clinic.infusion(1, at(3))
    refresh_facts(clinic.connection, [1])
    assert clinic.rows(WatchFact, "patient_key", "done") == [(1, 2), (2, 1)]
