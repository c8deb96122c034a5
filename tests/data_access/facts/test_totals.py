"""Totals added up beforehand, on a few patients whose totals are counted by hand."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from math import floor

import pytest
from sqlalchemy import delete, update

from clinical.codes import DiagnosisGroup, Phase
from clinical.instruments import GAD7, INSTRUMENTS, MADRS, PCL5, PHQ9, QIDS_SR16, WHO5
from data_access.facts import check_facts, rebuild_facts, refresh_facts
from data_access.facts.totals import TOTAL_TABLES
from data_access.schema import Assessment, ExpectedTotal, LaterTotal
from tests.data_access.facts.recorded_clinic import RecordedClinic, at

INDUCTION, MAINTENANCE = Phase.INDUCTION, Phase.MAINTENANCE
MINIMAL, MODERATE, SEVERE = 0, 2, 4  # bands of PHQ-9


def before(infusion: int) -> datetime:
    """An hour before an infusion, counted from 1, of the courses written below."""
    return at(3 * (infusion - 1), hour=9)


def course(
    clinic: RecordedClinic,
    baseline: float | None,
    *totals: float,
    instrument: str = "PHQ-9",
    site: str = "S1",
    diagnosis: str | None = None,
) -> int:
    """A patient in induction with an infusion every third day.

    The totals are scored an hour before the second infusion, before the third, and so on.
    """
    patient = clinic.patient(primary_diagnosis=diagnosis)
    for infusion in range(len(totals) + 1):
        clinic.infusion(patient, at(3 * infusion), site_id=site)
    if baseline is not None:
        clinic.score(patient, at(-1), baseline, instrument)
    for infusion, total in enumerate(totals, 2):
        clinic.score(patient, before(infusion), total, instrument)
    return patient


def expected_totals(clinic: RecordedClinic) -> list[tuple[object, ...]]:
    rebuild_facts(clinic.connection)
    return clinic.rows(ExpectedTotal, "baseline_band", "number", "total", "scores")


def later_totals(clinic: RecordedClinic) -> list[tuple[object, ...]]:
    rebuild_facts(clinic.connection)
    return clinic.rows(LaterTotal, "number", "step", "patients", "responded")


def test_an_empty_clinic_has_no_totals(clinic):
    rebuild_facts(clinic.connection)
    assert clinic.rows(ExpectedTotal) == clinic.rows(LaterTotal) == []


# --- how patients of a kind usually do --------------------------------------------------------


def test_baselines_and_scores_before_infusions_are_counted_by_band(clinic):
    course(clinic, 20, 15, 10)
    course(clinic, 20, 15)
    course(clinic, 12, 15)
    assert expected_totals(clinic) == [
        (MODERATE, 0, 12, 1),
        (MODERATE, 1, 15, 1),
        (SEVERE, 0, 20, 2),
        (SEVERE, 1, 15, 2),
        (SEVERE, 2, 10, 1),
    ]


def test_sites_groups_and_instruments_are_counted_apart(clinic):
    course(clinic, 20)
    course(clinic, 20, site="S2", diagnosis="F31.4")
    course(clinic, 20, instrument="MADRS")
    rebuild_facts(clinic.connection)
    unknown, bipolar = DiagnosisGroup.UNKNOWN, DiagnosisGroup.BIPOLAR
    assert clinic.rows(ExpectedTotal) == [
        (PHQ9.code, INDUCTION, SEVERE, 0, 20, unknown, 1, 1),
        (PHQ9.code, INDUCTION, SEVERE, 0, 20, bipolar, 2, 1),
        (MADRS.code, INDUCTION, 2, 0, 20, unknown, 1, 1),  # 20 to 33: moderate
    ]


def test_scores_within_72_hours_after_an_infusion_and_follow_ups_are_left_out(clinic):
    patient = course(clinic, 20, 15)
    clinic.score(patient, at(0, hour=18), 3)
    clinic.score(patient, at(1), 4)
    clinic.score(patient, at(5), 5)  # two days after the last infusion
    clinic.score(patient, at(13), 6)  # ten days after it
    assert expected_totals(clinic) == [(SEVERE, 0, 20, 1), (SEVERE, 1, 15, 1)]


def test_of_two_scores_before_one_infusion_the_later_one_counts(clinic):
    patient = course(clinic, 20, 15)
    clinic.score(patient, at(3, hour=7), 18)  # came in last, but was completed earlier
    assert expected_totals(clinic) == [(SEVERE, 0, 20, 1), (SEVERE, 1, 15, 1)]
    clinic.score(patient, at(3, hour=10), 17)  # at the very start of the infusion
    assert expected_totals(clinic) == [(SEVERE, 0, 20, 1), (SEVERE, 1, 17, 1)]


@pytest.mark.parametrize("totals", [(15, 16), (16, 15)])
def test_of_two_scores_at_once_the_higher_one_counts_whichever_came_first(clinic, totals):
    patient = course(clinic, 20)
    clinic.infusion(patient, at(3))
    for total in totals:
        clinic.score(patient, before(2), total)
    assert expected_totals(clinic) == [(SEVERE, 0, 20, 1), (SEVERE, 1, 16, 1)]


@pytest.mark.parametrize(
    ("instrument", "bands"),
    [
        (PHQ9, {0: 0, 4: 0, 5: 1, 9: 1, 10: 2, 14: 2, 15: 3, 19: 3, 20: 4, 27: 4}),
        (GAD7, {4: 0, 5: 1, 9: 1, 10: 2, 14: 2, 15: 3, 21: 3}),
        (MADRS, {6: 0, 7: 1, 19: 1, 20: 2, 33: 2, 34: 3, 60: 3}),
        (QIDS_SR16, {5: 0, 6: 1, 10: 1, 11: 2, 15: 2, 16: 3, 20: 3, 21: 4, 27: 4}),
        (PCL5, {32: 0, 33: 1, 80: 1}),
        (WHO5, {0: 0, 28: 0, 29: 1, 50: 1, 51: 2, 100: 2}),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_the_band_is_that_of_the_baseline_by_the_instruments_own_limits(clinic, instrument, bands):
    for baseline in bands:
        course(clinic, baseline, instrument=instrument.name)
    rebuild_facts(clinic.connection)
    found = clinic.rows(ExpectedTotal, "total", "baseline_band", instrument=instrument.code)
    assert dict(found) == bands


def test_instruments_without_bands_of_a_baseline_are_not_compared(clinic):
    for name in ("C-SSRS", "CADSS"):
        course(clinic, 2, 1, 0, instrument=name)
    rebuild_facts(clinic.connection)
    assert clinic.rows(ExpectedTotal) == clinic.rows(LaterTotal) == []
    assert {"C-SSRS", "CADSS"} < set(INSTRUMENTS)


def test_without_a_baseline_no_score_counts(clinic):
    course(clinic, None, 15, 10)
    assert expected_totals(clinic) == later_totals(clinic) == []


def test_the_course_is_known_up_to_the_24th_infusion(clinic):
    patient = clinic.patient()
    clinic.score(patient, at(-1), 20)
    for infusion, number in enumerate((24, 25, 26)):
        clinic.infusion(patient, at(3 * infusion), sequence_number=number)
    clinic.score(patient, before(2), 15)  # after number 24
    clinic.score(patient, before(3), 10)  # after number 25
    assert expected_totals(clinic) == [(SEVERE, 0, 20, 1), (SEVERE, 24, 15, 1)]


def test_maintenance_has_its_own_course_from_its_own_baseline(clinic):
    patient = course(clinic, 20, 15)
    for day in (30, 58):
        clinic.infusion(patient, at(day))
    clinic.score(patient, at(30, hour=9), 8)  # ends the induction and begins maintenance
    clinic.score(patient, at(58, hour=9), 6)
    rebuild_facts(clinic.connection)
    columns = ("phase", "baseline_band", "number", "total")
    assert clinic.rows(ExpectedTotal, *columns) == [
        (INDUCTION, SEVERE, 0, 20),
        (INDUCTION, SEVERE, 1, 15),
        (INDUCTION, SEVERE, 2, 8),
        (MAINTENANCE, 1, 0, 8),
        (MAINTENANCE, 1, 1, 6),
    ]


# --- what followed ----------------------------------------------------------------------------


def test_only_what_came_later_counts_as_a_later_response(clinic):
    course(clinic, 20, 10, 16, 18)  # responded at first, and never again
    assert later_totals(clinic) == [(1, 10, 1, 0), (2, 4, 1, 0)]  # nothing follows the last


def test_a_response_at_any_later_score_counts_once_for_each_step_before_it(clinic):
    course(clinic, 20, 18, 10, 9, 15)
    course(clinic, 20, 18, 17, 17, 17)
    assert later_totals(clinic) == [
        (1, 2, 2, 1),  # 18: 10 % better
        (2, 3, 1, 0),  # 17: 15 %
        (2, 10, 1, 1),  # 10: 50 %
        (3, 3, 1, 0),
        (3, 11, 1, 0),  # 9: 55 %, but then lost
    ]


def test_patients_are_counted_by_band_site_and_group(clinic):
    course(clinic, 20, 16, 10)
    course(clinic, 20, 16, 10, site="S2")
    course(clinic, 10, 8, 5, diagnosis="F33.1")
    rebuild_facts(clinic.connection)
    unknown, major = DiagnosisGroup.UNKNOWN, DiagnosisGroup.MAJOR
    assert clinic.rows(LaterTotal) == [
        (PHQ9.code, INDUCTION, MODERATE, 1, 4, major, 1, 1, 1),
        (PHQ9.code, INDUCTION, SEVERE, 1, 4, unknown, 1, 1, 1),
        (PHQ9.code, INDUCTION, SEVERE, 1, 4, unknown, 2, 1, 1),
    ]


def test_a_follow_up_is_later_evidence_but_no_step(clinic):
    patient = course(clinic, 20, 18)
    clinic.infusion(patient, at(13))
    clinic.score(patient, at(9), 8)  # six days after the second infusion: 60 % better
    assert later_totals(clinic) == [(1, 2, 1, 1)]
    clinic.score(patient, at(13, hour=9), 15)
    assert later_totals(clinic) == [(1, 2, 1, 1)]


def test_a_score_within_72_hours_after_an_infusion_is_neither(clinic):
    patient = course(clinic, 20, 18)
    clinic.score(patient, at(4), 2)
    assert later_totals(clinic) == []


def test_two_scores_before_one_infusion_are_one_step_and_no_evidence_of_each_other(clinic):
    patient = course(clinic, 20, 10)
    clinic.score(patient, at(3, hour=7), 18)
    assert later_totals(clinic) == []
    clinic.infusion(patient, at(6))
    clinic.score(patient, before(3), 15)
    assert later_totals(clinic) == [(1, 10, 1, 0)]


def test_maintenance_is_left_out(clinic):
    patient = course(clinic, 20, 15)
    for day in (30, 58, 86):
        clinic.infusion(patient, at(day))
        clinic.score(patient, at(day, hour=9), 8)
    rebuild_facts(clinic.connection)
    columns = ("phase", "number", "step", "patients", "responded")
    assert clinic.rows(LaterTotal, *columns) == [(INDUCTION, 1, 5, 1, 1)]


def test_without_a_rule_of_response_or_room_for_one_nobody_is_counted(clinic):
    course(clinic, 0, 3, 2)
    course(clinic, 50, 40, 20, instrument="PCL-5")
    course(clinic, 20, 40, 60, instrument="WHO-5")
    assert later_totals(clinic) == []


@pytest.mark.parametrize(
    ("baseline", "total", "step"),
    [
        (20, 0, 20),  # 100 % better
        (15, 12, 4),  # exactly 20 %
        (20, 16, 4),
        (26, 21, 3),  # 19.2 %
        (20, 19, 1),  # exactly 5 %
        (21, 20, 0),  # 4.8 %
        (20, 20, 0),
        (33, 34, -1),  # 3.0 % worse
        (20, 21, -1),  # exactly 5 % worse
        (19, 20, -2),  # 5.3 % worse
        (10, 20, -20),  # twice the baseline
    ],
)
def test_steps_of_five_per_cent_are_rounded_down_also_below_nought(clinic, baseline, total, step):
    course(clinic, baseline, total, baseline, instrument="MADRS")
    assert later_totals(clinic) == [(1, step, 1, 0)]


def exact_step(baseline: int, total: int) -> int:
    """The step in whole numbers and fractions, without floating point."""
    return floor(Fraction(100 * (baseline - total), baseline) / 5)


def test_every_pair_of_totals_falls_into_its_exact_step(clinic):
    """PHQ-9: baselines 1 to 27, totals 0 to 27, fourteen steps a patient."""
    counted: Counter[tuple[int, int, int]] = Counter()
    for baseline in range(1, 28):
        band = sum(baseline >= lowest for lowest in (5, 10, 15, 20))
        for totals in (range(14), range(14, 28)):
            course(clinic, baseline, *totals, baseline)
            for number, total in enumerate(totals, 1):
                counted[band, number, exact_step(baseline, total)] += 1
    rebuild_facts(clinic.connection)
    found = clinic.rows(LaterTotal, "baseline_band", "number", "step", "patients")
    assert {tuple(key): patients for *key, patients in found} == counted
    assert sum(counted.values()) == 27 * 28


def test_floating_point_puts_no_pair_of_longer_scales_into_another_step():
    for baseline in range(1, 101):
        for total in range(101):
            percent = MADRS.improvement_percent(baseline, total)
            assert percent is not None
            assert floor(percent / 5) == exact_step(baseline, total)


# --- kept up to date --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (
            update(ExpectedTotal).where(ExpectedTotal.number == 1).values(scores=9),
            "expected_totals 1, 1, 4, 1, 15.0, 0, 1: scores is 9, should be 2",
        ),
        (
            delete(ExpectedTotal).where(ExpectedTotal.number == 0),
            "expected_totals 1, 1, 4, 0, 20.0, 0, 1: missing",
        ),
        (
            update(LaterTotal).values(responded=0),
            "later_totals 1, 1, 4, 1, 5, 0, 1: responded is 0, should be 1",
        ),
    ],
)
def test_a_changed_total_is_named(clinic, change, found):
    course(clinic, 20, 15, 10)
    course(clinic, 20, 15)
    rebuild_facts(clinic.connection)
    assert check_facts(clinic.connection) == []
    clinic.connection.execute(change)
    assert [str(difference) for difference in check_facts(clinic.connection)] == [found]


def test_a_refresh_of_one_patient_leaves_the_totals_as_a_rebuild_makes_them(clinic):
    one = course(clinic, 20, 15, 10)
    course(clinic, 20, 15)
    rebuild_facts(clinic.connection)
    clinic.connection.execute(
        update(Assessment).where(Assessment.patient_id == f"P{one}").values(total_score=16)
    )
    refresh_facts(clinic.connection, [one])
    assert clinic.rows(ExpectedTotal, "baseline_band", "number", "total", "scores") == [
        (3, 0, 16, 1),
        (3, 1, 16, 1),
        (3, 2, 16, 1),
        (SEVERE, 0, 20, 1),
        (SEVERE, 1, 15, 1),
    ]
    assert clinic.rows(LaterTotal, "number", "step", "patients", "responded") == [(1, 0, 1, 0)]
    assert_as_rebuilt(clinic)


def test_late_records_leave_the_totals_as_a_rebuild_makes_them(clinic):
    patient = course(clinic, 20, 15)
    rebuild_facts(clinic.connection)
    clinic.infusion(patient, at(-3))
    clinic.score(patient, at(-4), 24)
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(ExpectedTotal, "baseline_band", "number", "total", "scores") == [
        (SEVERE, 0, 24, 1),  # the baseline of the course that now begins earlier
        (SEVERE, 1, 20, 1),  # the old one: exactly a day before what is now the second infusion
        (SEVERE, 2, 15, 1),
    ]
    # 20 is 16.7 % better than 24, and 15 later 37.5 %: no response.
    assert clinic.rows(LaterTotal, "number", "step", "patients", "responded") == [(1, 3, 1, 0)]
    assert_as_rebuilt(clinic)


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)])
def test_the_order_of_arrival_leaves_no_trace_in_the_totals(clinic, order: Sequence[int]):
    patient = clinic.patient()
    for infusion in range(3):
        clinic.infusion(patient, at(3 * infusion))
    scores = ((at(-1), 20), (at(3, hour=7), 18), (before(2), 15), (before(3), 9))
    for position in order:
        clinic.score(patient, *scores[position])
        refresh_facts(clinic.connection, [patient])
    assert clinic.rows(ExpectedTotal, "number", "total", "scores") == [
        (0, 20, 1),
        (1, 15, 1),
        (2, 9, 1),
    ]
    assert clinic.rows(LaterTotal, "number", "step", "patients", "responded") == [(1, 5, 1, 1)]


def assert_as_rebuilt(clinic: RecordedClinic) -> None:
    refreshed = [clinic.rows(model) for model in TOTAL_TABLES]
    assert check_facts(clinic.connection) == []
    rebuild_facts(clinic.connection)
    assert [clinic.rows(model) for model in TOTAL_TABLES] == refreshed
