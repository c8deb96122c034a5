"""The way into treatment, and how inductions went on."""

from datetime import date

from clinical.codes import DiagnosisGroup
from data_access.facts import refresh_facts
from data_access.schema import AccessFact, InductionFact
from tests.data_access.facts.recorded_clinic import DAY_0, MARCH, at


def test_every_column_of_a_way_into_treatment(clinic):
    patient = clinic.patient(
        primary_diagnosis="F33.2",
        site_id="S1",
        referral_source="  Primary  care ",
        referred_on=date(2026, 3, 2),
    )
    clinic.appointment(at(6), patient_id="P1", kind="consultation", status="noshow")
    clinic.appointment(at(9), patient_id="P1", kind="consultation", status="fulfilled")
    clinic.appointment(at(11), patient_id="P1", kind="consultation", status="fulfilled")
    clinic.series(patient, "induction", date(2026, 3, 13), planned_infusions=2)
    for day in (12, 15, 19):
        clinic.infusion(patient, at(day), series_id="X1")
    refresh_facts(clinic.connection, [patient])
    assert clinic.row(AccessFact) == {
        "patient_key": 1,
        "site_key": 1,
        "diagnosis_group": DiagnosisGroup.MAJOR,
        "referral_source": "Primary care",
        "entered_day": DAY_0 + 1,
        "entered_week": 2931,  # the week of 2 March 2026
        "entered_month": MARCH,
        "referred_day": DAY_0 + 1,
        "consultation_planned_day": DAY_0 + 6,
        "consultation_day": DAY_0 + 9,
        "first_infusion_day": DAY_0 + 12,
        "planned": 2,
        "done": 3,
        "completed_day": DAY_0 + 15,
    }


def test_who_was_only_seen_entered_then_at_that_site(clinic):
    patient = clinic.patient()
    clinic.appointment(at(4), patient_id="P1", kind="consultation", site_id="S2")
    refresh_facts(clinic.connection, [patient])
    columns = ("site_key", "entered_day", "referral_source", "consultation_day", "completed_day")
    assert clinic.rows(AccessFact, *columns) == [(2, DAY_0 + 4, None, None, None)]


def test_who_was_never_referred_seen_or_treated_has_no_row(clinic):
    patient = clinic.patient()
    clinic.appointment(at(4), patient_id="P1", kind="follow_up")
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(AccessFact) == []


def test_an_induction_without_a_plan_is_one_of_six(clinic):
    patient = clinic.patient()
    for day in (0, 3, 10, 12, 17):
        clinic.infusion(patient, at(day))
    refresh_facts(clinic.connection, [patient])
    columns = ("planned", "planned_known", "done", "completed_day", "last_day", "longest_gap")
    assert clinic.rows(InductionFact, *columns) == [(6, 0, 5, None, DAY_0 + 17, 7)]


def test_every_column_of_an_induction(clinic):
    patient = clinic.patient()
    clinic.series(patient, "induction", date(2026, 3, 1), planned_infusions=1)
    clinic.infusion(patient, at(0, hour=23), series_id="X1")  # 2 March already by UTC
    refresh_facts(clinic.connection, [patient])
    assert clinic.row(InductionFact) == {
        "series_key": 1,
        "patient_key": 1,
        "site_key": 1,
        "diagnosis_group": DiagnosisGroup.UNKNOWN,
        "started_day": DAY_0,
        "started_week": 2930,
        "started_month": MARCH,
        "planned": 1,
        "planned_known": 1,
        "done": 1,
        "completed_day": DAY_0,
        "last_day": DAY_0,
        "longest_gap": None,
    }


def test_a_maintenance_course_is_no_induction(clinic):
    patient = clinic.patient()
    for day in (0, 30, 60):
        clinic.infusion(patient, at(day))
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(InductionFact, "done", "started_day") == [(1, DAY_0)]
