"""Who began a course, its scores by infusion, and what it reached, against rows worked by hand."""

from datetime import date

import pytest

from clinical.codes import (
    AgeBand,
    DiagnosisGroup,
    DoseBand,
    FailuresBand,
    Phase,
    ScoreKind,
    SeriesOrder,
    Sex,
)
from clinical.instruments import GAD7, PHQ9, WHO5
from clinical.measures import ENERGY, THOUGHTS, measure_bit
from data_access.facts import refresh_facts
from data_access.schema import MilestoneFact, OutcomeFact, StartFact
from tests.data_access.facts.recorded_clinic import DAY_0, RecordedClinic, at

SETTLED, ACUTE = ScoreKind.SETTLED, ScoreKind.ACUTE
HOUR = 1 / 24
"""Days; in New York the clocks go forward in the night to day 7 (8 March 2026)."""


def one_course(clinic: RecordedClinic) -> int:
    """A patient with an induction of three infusions, all scores on PHQ-9; from 20 to 8."""
    patient = clinic.patient(
        primary_diagnosis="F33.2",
        failed_antidepressants=3,
        sex="female",
        birth_date=date(1980, 4, 1),
    )
    clinic.series(patient, "induction", date(2026, 3, 1), planned_infusions=3)
    for day, site in ((0, "S2"), (3, "S1"), (7, "S1")):
        clinic.infusion(patient, at(day), series_id="X1", site_id=site, weight_kg=70.0)
    clinic.score(patient, at(0, hour=9), 20)
    clinic.score(patient, at(1), 10)  # a day after infusion 1
    clinic.score(patient, at(3, hour=9), 16)  # before infusion 2
    clinic.score(patient, at(14), 8)  # a week after infusion 3
    return patient


OF_THE_COURSE = {
    "series_key": 1,
    "site_key": 2,  # of its first infusion
    "phase": Phase.INDUCTION,
    "started_day": DAY_0,
    "closed_day": DAY_0 + 7 + 29,  # a score 28 days after infusion 3 still belongs to it
    "diagnosis_group": DiagnosisGroup.TREATMENT_RESISTANT,
    "sex": Sex.FEMALE,
    "age_band": AgeBand.FROM_45,
    "failures_band": FailuresBand.FROM_3,
    "dose_band": DoseBand.FROM_0_45,
    "course_order": SeriesOrder.FIRST,
}


# --- who began ----------------------------------------------------------------------------------


def test_every_column_of_a_start(clinic):
    refresh_facts(clinic.connection, [one_course(clinic)])
    assert clinic.row(StartFact) == {
        **OF_THE_COURSE,
        "patient_key": 1,
        "length": 3,
        "done": 3,
        "planned": 3,
        "complete": 1,
        "measured": measure_bit(PHQ9.code),
    }


@pytest.mark.parametrize(
    ("planned", "given", "length", "complete"),
    [(6, 2, 6, 0), (2, 2, 2, 1), (2, 3, 3, 1), (None, 5, 6, 0), (None, 6, 6, 1)],
)
def test_how_far_an_induction_went(clinic, planned, given, length, complete):
    patient = clinic.patient()
    clinic.series(patient, "induction", date(2026, 3, 1), planned_infusions=planned)
    for number in range(given):
        clinic.infusion(patient, at(3 * number), series_id="X1")
    refresh_facts(clinic.connection, [patient])
    row = clinic.row(StartFact)
    found = [row[name] for name in ("planned", "done", "length", "complete")]
    assert found == [planned, given, length, complete]


def test_maintenance_is_never_complete_and_a_series_without_infusions_has_not_begun(clinic):
    patient = clinic.patient()
    clinic.series(patient, "maintenance", date(2026, 3, 1), planned_infusions=1)
    clinic.series(patient, "induction", date(2026, 3, 2))
    clinic.infusion(patient, at(0), series_id="X1")
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(StartFact, "series_key", "phase", "complete") == [(1, Phase.MAINTENANCE, 0)]


def test_the_next_course_closes_the_one_before(clinic):
    patient = clinic.patient()
    for day in (0, 3, 23, 260):  # induction, maintenance, and a new induction
        clinic.infusion(patient, at(day))
    refresh_facts(clinic.connection, [patient])
    columns = ("phase", "closed_day", "course_order")
    assert clinic.rows(StartFact, *columns) == [
        (Phase.INDUCTION, DAY_0 + 23, SeriesOrder.FIRST),
        (Phase.MAINTENANCE, DAY_0 + 23 + 29, SeriesOrder.FIRST),
        (Phase.INDUCTION, DAY_0 + 260 + 29, SeriesOrder.LATER),
    ]


def test_of_courses_that_overlap_none_is_closed_before_its_last_infusion(clinic):
    patient = clinic.patient()
    clinic.series(patient, "induction", date(2026, 3, 1))
    clinic.series(patient, "maintenance", date(2026, 3, 6))
    for day, series in ((0, "X1"), (5, "X2"), (10, "X1")):
        clinic.infusion(patient, at(day), series_id=series)
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(StartFact, "series_key", "closed_day") == [
        (1, DAY_0 + 10 + 29),
        (2, DAY_0 + 10),
    ]


# --- scores by infusion -------------------------------------------------------------------------


def test_every_column_of_an_outcome(clinic):
    refresh_facts(clinic.connection, [one_course(clinic)])
    assert clinic.row(OutcomeFact, kind=SETTLED, number=3) == {
        **OF_THE_COURSE,
        "measure": PHQ9.code,
        "kind": SETTLED,
        "number": 3,
        "observed": 1,
        "total": 8.0,
        "baseline": 20.0,
        "baseline_band": 4,  # 20 and more: severe
    }


def test_settled_scores_are_carried_forward_and_acute_ones_are_not(clinic):
    refresh_facts(clinic.connection, [one_course(clinic)])
    assert clinic.rows(OutcomeFact, "kind", "number", "observed", "total") == [
        (SETTLED, 1, 1, 16),
        (SETTLED, 2, 0, 16),
        (SETTLED, 3, 1, 8),
        (ACUTE, 1, 1, 10),
    ]


def test_who_stopped_is_carried_to_the_planned_end(clinic):
    patient = clinic.patient()
    clinic.series(patient, "induction", date(2026, 3, 1), planned_infusions=4)
    for day in (0, 3):
        clinic.infusion(patient, at(day), series_id="X1")
    clinic.score(patient, at(0), 20)
    clinic.score(patient, at(8), 15)
    clinic.score(patient, at(12), 12)  # the later one counts
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(OutcomeFact, "number", "observed", "total") == [
        (2, 1, 12),
        (3, 0, 12),
        (4, 0, 12),
    ]


def test_without_a_baseline_a_course_has_begun_and_no_more(clinic):
    patient = clinic.patient()
    clinic.infusion(patient, at(0))
    clinic.score(patient, at(7), 4)
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(StartFact, "measured") == [(0,)]
    assert clinic.rows(OutcomeFact) == clinic.rows(MilestoneFact) == []


def test_a_baseline_without_a_score_is_a_milestone_row_alone(clinic):
    patient = clinic.patient()
    clinic.infusion(patient, at(0))
    clinic.score(patient, at(0), 20)
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(OutcomeFact) == []
    row = clinic.row(MilestoneFact)
    assert (row["baseline"], row["any_watched_hours"]) == (20, None)


def test_maintenance_is_compared_with_the_induction_before_it(clinic):
    patient = clinic.patient()
    clinic.infusion(patient, at(0))
    clinic.infusion(patient, at(20))  # maintenance
    clinic.score(patient, at(0), 20)
    clinic.score(patient, at(19), 8)  # the end of the induction, and what maintenance began with
    clinic.score(patient, at(19), 12, "GAD-7")
    clinic.score(patient, at(27), 6)
    clinic.score(patient, at(27), 3, "GAD-7")
    refresh_facts(clinic.connection, [patient])
    columns = ("phase", "measure", "number", "baseline", "total")
    assert clinic.rows(OutcomeFact, *columns, kind=SETTLED, observed=1) == [
        (Phase.INDUCTION, PHQ9.code, 1, 20, 8),
        (Phase.MAINTENANCE, PHQ9.code, 1, 20, 6),
        (Phase.MAINTENANCE, GAD7.code, 1, 12, 3),  # the induction has none
    ]
    on_both = measure_bit(PHQ9.code) + measure_bit(GAD7.code)
    assert clinic.rows(StartFact, "measured") == [(measure_bit(PHQ9.code),), (on_both,)]


def test_an_induction_does_not_take_the_baseline_of_an_earlier_one(clinic):
    patient = clinic.patient()
    for day in (0, 250, 280):  # induction, induction, maintenance
        clinic.infusion(patient, at(day))
    clinic.score(patient, at(0), 20)
    clinic.score(patient, at(257), 9)
    clinic.score(patient, at(279), 10)
    clinic.score(patient, at(287), 5)
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(MilestoneFact, "series_key", "phase", "baseline") == [
        (1, Phase.INDUCTION, 20),
        (3, Phase.MAINTENANCE, 10),
    ]


def test_two_items_of_phq9_are_measures_of_their_own(clinic):
    patient = clinic.patient()
    clinic.infusion(patient, at(0))
    clinic.score(patient, at(0), 20, item_4=3, item_9=2)
    clinic.score(patient, at(7), 9, item_9=0)  # item 4 was not kept
    refresh_facts(clinic.connection, [patient])
    columns = ("measure", "baseline", "baseline_band", "total")
    assert clinic.rows(OutcomeFact, *columns, number=1) == [
        (PHQ9.code, 20, 4, 9),
        (THOUGHTS.code, 2, 2, 0),
    ]
    names = ("measure", "settled_watched_number", "settled_remission_number")
    assert clinic.rows(MilestoneFact, *names) == [
        (PHQ9.code, 1, None),
        (ENERGY.code, None, None),
        (THOUGHTS.code, 1, 1),
    ]


def test_a_phq9_known_by_its_total_alone_says_nothing_of_its_items(clinic):
    patient = clinic.patient()
    clinic.infusion(patient, at(0))
    clinic.score(patient, at(0), 20)
    clinic.score(patient, at(7), 9)
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(MilestoneFact, "measure") == [(PHQ9.code,)]


def test_what_measures_no_outcome_has_no_row(clinic):
    patient = clinic.patient()
    clinic.infusion(patient, at(0))
    for instrument in ("CADSS", "C-SSRS"):
        clinic.score(patient, at(0), 2, instrument)
        clinic.score(patient, at(7), 1, instrument)
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(OutcomeFact) == clinic.rows(MilestoneFact) == []


def test_numbers_that_begin_at_four_are_kept(clinic):
    patient = clinic.patient()
    clinic.series(patient, "maintenance", date(2026, 3, 1))
    for day, number in ((0, 4), (7, 5)):
        clinic.infusion(patient, at(day), series_id="X1", sequence_number=number)
    clinic.score(patient, at(0), 20)
    clinic.score(patient, at(1, hour=16), 6)  # 30 hours after the first
    clinic.score(patient, at(6, hour=16), 12)
    clinic.score(patient, at(14), 10)
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(StartFact, "done", "length") == [(2, 5)]
    assert clinic.rows(OutcomeFact, "kind", "number", "total") == [
        (SETTLED, 4, 12),
        (SETTLED, 5, 10),
        (ACUTE, 4, 6),
    ]
    columns = ("early_total", "early_hours", "end_total", "settled_watched_number")
    assert clinic.rows(MilestoneFact, *columns) == [(6, 30, 10, 5)]


# --- milestones ---------------------------------------------------------------------------------


def test_every_column_of_a_milestone(clinic):
    refresh_facts(clinic.connection, [one_course(clinic)])
    row = clinic.row(MilestoneFact)
    assert row == {
        **OF_THE_COURSE,
        "measure": PHQ9.code,
        "baseline": 20.0,
        "baseline_band": 4,
        "length": 3,
        "done": 3,
        "span_days": 7,
        # 8 is the first settled score of 10 or less: 14 days later, less an hour for the clocks.
        "settled_response_hours": 335.0,
        "settled_response_number": 3,
        "settled_remission_hours": None,
        "settled_remission_number": None,
        "settled_watched_hours": 335.0,
        "settled_watched_number": 3,
        # Among all, the 10 a day after infusion 1 is a response already.
        "any_response_hours": 24.0,
        "any_response_number": 1,
        "any_remission_hours": None,
        "any_remission_number": None,
        "any_watched_hours": 335.0,
        "any_watched_number": 3,
        "early_total": 10.0,
        "early_hours": 24.0,
        "end_total": 8.0,
        "end_days": 7.0,
        "after_total": None,
        "lost_days": None,
        "kept_days": 7.0,
        "booster_days": None,
        "second_booster_days": None,
        "again_days": None,
    }


def test_the_early_score_is_the_one_nearest_to_a_day_after_infusion_1(clinic):
    patient = clinic.patient()
    for day in (0, 4):
        clinic.infusion(patient, at(day))
    clinic.score(patient, at(0), 20)
    for day, hour, total in ((0, 14, 15), (1, 6, 12), (2, 10, 9), (5, 10, 3)):
        clinic.score(patient, at(day, hour), total)  # 4, 20 and 48 hours; a day after infusion 2
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(MilestoneFact, "early_total", "early_hours") == [(12, 20)]


def test_a_higher_score_is_better_on_who5_and_a_baseline_of_zero_leaves_no_room(clinic):
    patient = clinic.patient()
    clinic.infusion(patient, at(0))
    clinic.score(patient, at(0), 0)
    clinic.score(patient, at(0), 40, "WHO-5")
    clinic.score(patient, at(6), 0)
    clinic.score(patient, at(6), 90, "WHO-5")
    refresh_facts(clinic.connection, [patient])
    columns = ("measure", "settled_response_number", "settled_remission_number", "end_total")
    assert clinic.rows(MilestoneFact, *columns) == [
        (PHQ9.code, None, 1, 0),
        (WHO5.code, None, None, 90),  # it has no rule
    ]


@pytest.mark.parametrize(
    ("scores", "found"),
    [
        ([(13, 5)], None),
        ([(14, 5)], 5),  # the bounds belong to it
        ([(13, 9), (20, 7), (25, 5)], 7),  # the first of them
        ([(30, 7)], 7),  # belongs to no infusion any more
        ([(31, 7)], 7),
        ([(32, 7)], None),
    ],
)
def test_the_score_two_to_four_weeks_after(clinic, scores, found):
    patient = clinic.patient()
    clinic.infusion(patient, at(10))
    clinic.score(patient, at(10), 20)
    for day, total in scores:
        clinic.score(patient, at(10 + day), total)
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(MilestoneFact, "after_total") == [(found,)]


LASTING = ("end_days", "lost_days", "kept_days", "booster_days", "second_booster_days")


def responder(clinic: RecordedClinic, *scores: tuple[int, float], boosters: tuple[int, ...] = ()):
    """An induction of one infusion on day 10; days from it, response from 10 points down."""
    patient = clinic.patient()
    clinic.series(patient, "induction", date(2026, 3, 11))
    clinic.series(patient, "maintenance", date(2026, 4, 11))
    clinic.infusion(patient, at(10), series_id="X1")
    for day in boosters:
        clinic.infusion(patient, at(10 + day), series_id="X2")
    clinic.score(patient, at(10), 20)
    for day, total in scores:
        clinic.score(patient, at(10 + day), total)
    return patient


@pytest.mark.parametrize(
    ("scores", "boosters", "lasted"),
    [
        # The latest settled score within 28 days is the one at the end.
        (((7, 5), (25, 8)), (), (25, None, 25, None, None)),
        # Scores beyond belong to no course, but tell whether it lasted.
        (((7, 5), (40, 9), (60, 11), (70, 4)), (), (7, 60, 40, None, None)),
        (((7, 5), (90, 10)), (), (7, None, 90, None, None)),
        # A score within 72 hours of a booster does not count.
        (((7, 5), (32, 15), (45, 6), (58, 14)), (31, 50), (7, 58, 45, 31, 50)),
        # Lost before any other score: kept until the end score.
        (((7, 5), (40, 18)), (31,), (7, 40, 7, 31, None)),
        # No response at the end, though there was one before: nothing lasts.
        (((7, 5), (20, 12), (40, 3)), (31,), (20, None, None, None, None)),
        # No settled score at the end: it is not known.
        (((2, 5), (40, 3)), (), (None, None, None, None, None)),
    ],
)
def test_how_long_a_response_lasts(clinic, scores, boosters, lasted):
    patient = responder(clinic, *scores, boosters=boosters)
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(MilestoneFact, *LASTING, phase=Phase.INDUCTION) == [lasted]


def test_a_new_induction_ends_what_is_told_of_the_one_before(clinic):
    patient = responder(clinic, (7, 5), (90, 8), (120, 16), boosters=(31,))
    clinic.series(patient, "induction", date(2026, 6, 19))
    clinic.infusion(patient, at(110), series_id="X3")
    later = clinic.series(patient, "maintenance", date(2026, 7, 19))
    clinic.infusion(patient, at(140), series_id=f"X{later}")
    refresh_facts(clinic.connection, [patient])
    columns = (*LASTING, "again_days")
    assert clinic.rows(MilestoneFact, *columns, series_key=1) == [(7, None, 90, 31, None, 100)]


def test_nothing_lasts_of_maintenance(clinic):
    patient = responder(clinic, (7, 5), (38, 4), boosters=(31,))
    refresh_facts(clinic.connection, [patient])
    row = clinic.row(MilestoneFact, phase=Phase.MAINTENANCE)
    assert (row["baseline"], row["end_total"], row["end_days"]) == (20, 4, 7)
    assert [row[name] for name in LASTING[1:]] == [None] * 4


def test_a_score_before_a_booster_is_settled_though_the_clocks_changed(clinic):
    patient = clinic.patient()
    clinic.infusion(patient, at(0))
    clinic.infusion(patient, at(20))
    clinic.score(patient, at(0), 20)
    clinic.score(patient, at(20, hour=9), 6)  # an hour before
    refresh_facts(clinic.connection, [patient])
    row = clinic.row(MilestoneFact, phase=Phase.INDUCTION)
    assert row["end_total"] == 6
    assert row["end_days"] == pytest.approx(20 - 2 * HOUR)
    assert row["booster_days"] == pytest.approx(20 - HOUR)
