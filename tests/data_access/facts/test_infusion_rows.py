"""The facts about infusions and side effects against rows worked by hand."""

from datetime import date

import pytest

from clinical.codes import (
    AgeBand,
    DiagnosisGroup,
    DoseBand,
    Phase,
    PressureHistory,
    SeriesOrder,
    Sex,
)
from clinical.side_effect_times import Odd
from data_access.facts import (
    rebuild_facts,
    refresh_facts,
)
from data_access.schema import (
    InfusionFact,
    SideEffectFact,
    Term,
)
from tests.data_access.facts.recorded_clinic import DAY_0, MARCH, at


def test_every_column(clinic):
    patient = clinic.patient(
        birth_date=date(1980, 3, 2),
        sex="female",
        primary_diagnosis="F33.2",
        failed_antidepressants=3,
        hypertension=True,
    )
    infusion = clinic.infusion(
        patient,
        at(0),
        ended_at=at(0, minute=41),
        discharged_at=at(0, hour=11, minute=45),
        weight_kg=70.0,
        stopped_early=True,
        side_effects_recorded=True,
        provider_id="D1",
        chair_id="C1",
    )
    clinic.vitals(infusion, at(0), systolic_mmhg=120, diastolic_mmhg=75, spo2_percent=98.5)
    clinic.vitals(
        infusion, at(0, minute=40), systolic_mmhg=141, diastolic_mmhg=85, sedation_moaas=4
    )
    clinic.side_effect(infusion, "Nausea", grade=2)
    clinic.side_effect(infusion, "Headache")
    refresh_facts(clinic.connection, [patient])
    assert clinic.row(InfusionFact) == {
        "infusion_key": 1,
        "patient_key": 1,
        "series_key": 1,
        "site_key": 1,
        "provider_key": 1,
        "chair_key": 1,
        "day": DAY_0,
        "week": WEEK_0,
        "month": MARCH,
        "start_minute": 600,
        "appointment_key": None,
        "phase": Phase.INDUCTION,
        "number": 1,
        "number_band": 0,
        "later_series": SeriesOrder.FIRST,
        "diagnosis_group": DiagnosisGroup.TREATMENT_RESISTANT,
        "age_band": AgeBand.FROM_45,  # 45, the day before the birthday
        "sex": Sex.FEMALE,
        "hypertension": PressureHistory.HYPERTENSION,
        "dose_band": DoseBand.FROM_0_45,
        "mg_per_kg": 0.5,
        "minutes": 41,
        "chair_minutes": 105,
        "systolic_rise": 21,
        "diastolic_rise": 10,
        "peak_systolic": 141,
        "peak_diastolic": 85,
        "lowest_spo2": 98.5,
        "deepest_sedation": 4,
        "sustained_systolic": 120,
        "sustained_diastolic": 75,
        "recorded": 1,
        "stopped": 1,
        "side_effects": 2,
        "worst_grade": 2,
    }


WEEK_0 = 2930
"""The week of Monday 23 February 2026."""


def test_what_is_unknown_is_missing(clinic):
    patient = clinic.patient()
    clinic.infusion(patient, at(0))
    refresh_facts(clinic.connection, [patient])
    row = clinic.row(InfusionFact)
    missing = {name for name, value in row.items() if value is None}
    assert missing == {
        "appointment_key",
        "provider_key",
        "chair_key",
        "mg_per_kg",
        "minutes",
        "chair_minutes",
        "systolic_rise",
        "diastolic_rise",
        "peak_systolic",
        "peak_diastolic",
        "lowest_spo2",
        "deepest_sedation",
        "sustained_systolic",
        "sustained_diastolic",
    }
    unknown = (
        "diagnosis_group",
        "age_band",
        "sex",
        "hypertension",
        "dose_band",
        "recorded",
        "stopped",
        "worst_grade",
    )
    assert {row[name] for name in unknown} == {0}


def test_esketamine_has_no_dose_by_weight(clinic):
    patient = clinic.patient()
    clinic.infusion(patient, at(0), dose_mg=84, weight_kg=70, drug="esketamine")
    clinic.infusion(patient, at(3), dose_mg=70, weight_kg=70, drug="ketamine")
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(InfusionFact, "mg_per_kg", "dose_band") == [
        (None, DoseBand.UNKNOWN),
        (1.0, DoseBand.FROM_1_00),
    ]


@pytest.mark.parametrize(
    ("form", "recorded"), [(True, 1), (False, 0), (None, 0)], ids=["yes", "no", "unknown"]
)
def test_the_form_without_side_effects(clinic, form, recorded):
    patient = clinic.patient()
    clinic.infusion(patient, at(0), side_effects_recorded=form)
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(InfusionFact, "recorded") == [(recorded,)]


def test_a_recorded_side_effect_means_that_the_form_was_filled_in(clinic):
    patient = clinic.patient()
    infusion = clinic.infusion(patient, at(0), side_effects_recorded=False)
    clinic.side_effect(infusion, "Nausea")
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(InfusionFact, "recorded", "side_effects") == [(1, 1)]


def test_the_day_is_the_sites(clinic):
    # 23:30 on the last of February in Los Angeles, 2:30 on 1 March in New York.
    patient = clinic.patient()
    clinic.infusion(patient, at(0, hour=2, minute=30), site_id="S1")
    clinic.infusion(patient, at(0, hour=2, minute=30), site_id="S2")
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(InfusionFact, "day", "month") == [(DAY_0, MARCH), (DAY_0 - 1, MARCH - 1)]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("female", Sex.FEMALE),
        ("male", Sex.MALE),
        ("other", Sex.OTHER),
        ("unknown", Sex.UNKNOWN),
        (None, Sex.UNKNOWN),
    ],
)
def test_sex(clinic, written, code):
    patient = clinic.patient(sex=written)
    clinic.infusion(patient, at(0))
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(InfusionFact, "sex") == [(code,)]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (True, PressureHistory.HYPERTENSION),
        (False, PressureHistory.NONE),
        (None, PressureHistory.UNKNOWN),
    ],
)
def test_the_history_of_high_pressure(clinic, given, code):
    patient = clinic.patient(hypertension=given)
    clinic.infusion(patient, at(0))
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(InfusionFact, "hypertension") == [(code,)]


def test_the_band_of_the_number(clinic):
    patient = clinic.patient()
    for number in (2, 6, 7, 19):
        clinic.infusion(patient, at(number), sequence_number=number)
    clinic.series(patient, "maintenance", date(2026, 5, 1))
    clinic.infusion(patient, at(62), series_id="X1", sequence_number=1)
    refresh_facts(clinic.connection, [patient])
    # 2 and 6 by themselves, everything later together, maintenance apart whatever its number.
    assert clinic.rows(InfusionFact, "number_band") == [(1,), (5,), (6,), (6,), (7,)]


def test_one_row_for_each_canonical_term(clinic):
    patient = clinic.patient(primary_diagnosis="F31.4", sex="male", birth_date=date(1990, 1, 1))
    infusion = clinic.infusion(
        patient,
        at(0),
        weight_kg=50.0,
        provider_id="D1",
        chair_id="C1",
        ended_at=at(0, minute=40),
        discharged_at=at(0, hour=11, minute=40),
    )
    times = {"onset_at": at(0, minute=10), "resolved_at": at(0, minute=20)}
    clinic.side_effect(infusion, "feeling sick", grade=1, serious=False, **times)
    times = {"onset_at": at(0, minute=30), "resolved_at": at(0, hour=11, minute=5)}
    clinic.side_effect(infusion, " NAUSEA", grade=3, serious=True, **times)
    clinic.side_effect(infusion, "Foot ache")
    refresh_facts(clinic.connection, [patient])
    keys = {name: key for key, name in clinic.rows(Term, "term_key", "name")}
    assert set(keys) == {"Nausea", "Foot ache"}
    shared = {
        "infusion_key": 1,
        "patient_key": 1,
        "site_key": 1,
        "provider_key": 1,
        "chair_key": 1,
        "day": DAY_0,
        "week": WEEK_0,
        "month": MARCH,
        "phase": Phase.INDUCTION,
        "number_band": 0,
        "later_series": SeriesOrder.FIRST,
        "diagnosis_group": DiagnosisGroup.BIPOLAR,
        "age_band": AgeBand.FROM_30,
        "sex": Sex.MALE,
        "dose_band": DoseBand.FROM_0_55,
        "chair_minutes": 100,
        "odd": Odd.NONE,
    }
    assert clinic.row(SideEffectFact, term_key=keys["Nausea"]) == {
        **shared,
        "term_key": keys["Nausea"],
        "worst_grade": 3,
        "serious": 1,
        "events": 2,
        "onset_minutes": 10,
        "passed_minutes": 25,  # 11:05, after the end at 10:40
        "lasted_minutes": 55,  # from 10:10 on
        "open": 0,
    }
    assert clinic.row(SideEffectFact, term_key=keys["Foot ache"]) == {
        **shared,
        "term_key": keys["Foot ache"],
        "worst_grade": 0,
        "serious": 0,
        "events": 1,
        "onset_minutes": None,
        "passed_minutes": 60,  # not known to have passed, watched until the discharge
        "lasted_minutes": None,
        "open": 1,
    }


def test_times_that_contradict_each_other_are_marked(clinic):
    infusion = clinic.infusion(
        clinic.patient(), at(0), ended_at=at(0, minute=40), discharged_at=at(0, hour=11)
    )
    for term, onset, resolved in (
        ("Anxiety", at(0, minute=30), at(0, minute=20)),
        ("Headache", at(0, hour=9), at(0, minute=20)),
        ("Nausea", at(0, hour=18), at(0, hour=19)),
    ):
        clinic.side_effect(infusion, term, onset_at=onset, resolved_at=resolved)
    refresh_facts(clinic.connection, [1])
    columns = ("odd", "onset_minutes", "passed_minutes", "lasted_minutes")
    assert clinic.rows(SideEffectFact, *columns) == [
        (Odd.PASSED_BEFORE_ONSET, None, None, None),
        (Odd.BEGAN_BEFORE_INFUSION, None, None, None),
        (Odd.BEGAN_AFTER_DISCHARGE, 480, 500, 60),
    ]


def test_an_infusion_with_forty_side_effects(clinic):
    patient = clinic.patient()
    infusion = clinic.infusion(patient, at(0))
    for number in range(36):
        clinic.side_effect(infusion, f"Ache number {number:02}", grade=1)
    for term in ("nausea", "NAUSEA ", "felt  sick", "Queasy"):
        clinic.side_effect(infusion, term, grade=5)
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(InfusionFact, "side_effects", "worst_grade", "recorded") == [(40, 5, 1)]
    rows = clinic.rows(SideEffectFact, "events", "worst_grade")
    assert len(rows) == 37
    assert sorted(rows)[-2:] == [(1, 1), (4, 5)]


def test_a_term_keeps_its_key(clinic):
    for day in range(2):
        clinic.infusion(clinic.patient(), at(day))
    clinic.side_effect(2, "Headache")
    refresh_facts(clinic.connection, [2])
    clinic.side_effect(1, "Nausea")
    refresh_facts(clinic.connection, [1])
    terms = clinic.rows(Term)
    assert terms == [(1, "Headache"), (2, "Nausea")]
    rebuild_facts(clinic.connection)
    assert clinic.rows(Term) == terms
    assert clinic.rows(SideEffectFact, "infusion_key", "term_key") == [(1, 2), (2, 1)]
