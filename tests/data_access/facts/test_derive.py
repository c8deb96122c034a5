"""The facts about series and patients against rows worked by hand."""

from datetime import date

from clinical.codes import (
    DiagnosisGroup,
    Phase,
    Timepoint,
)
from clinical.instruments import PHQ9
from data_access.facts import (
    refresh_facts,
)
from data_access.handles import handle_maker
from data_access.schema import (
    CourseFact,
    PatientFact,
)
from tests.data_access.facts.recorded_clinic import DAY_0, at


def test_every_column(clinic):
    patient = clinic.patient(site_id="S2", primary_diagnosis="F33.1")
    clinic.series(patient, "induction", date(2026, 3, 1), planned_infusions=6)
    clinic.infusion(patient, at(0), series_id="X1")
    clinic.infusion(patient, at(3), series_id="X1", provider_id="D1")
    clinic.score(patient, at(-2), 18)
    clinic.score(patient, at(1), 12)
    clinic.score(patient, at(4), 9)
    refresh_facts(clinic.connection, [patient])
    assert clinic.row(CourseFact) == {
        "series_key": 1,
        "instrument": PHQ9.code,
        "patient_key": 1,
        "site_key": 1,
        "phase": Phase.INDUCTION,
        "diagnosis_group": DiagnosisGroup.MAJOR,
        "started_day": DAY_0,
        "current": 1,
        "scores": 2,
        "baseline": 18.0,
        "baseline_day": DAY_0 - 2,
        "last_total": 9.0,
        "last_day": DAY_0 + 4,
        "last_number": 2,
        "last_timepoint": Timepoint.AFTER_INFUSION,
        "change": -9.0,
        "percent": 50.0,
        "response": 1,
        "remission": 0,
    }
    assert clinic.row(PatientFact) == {
        "patient_key": 1,
        "site_key": 2,
        "diagnosis_group": DiagnosisGroup.MAJOR,
        "series_key": 1,
        "phase": Phase.INDUCTION,
        "done": 2,
        "planned": 6,
        "series_started_day": DAY_0,
        "infusions": 2,
        "first_infusion_day": DAY_0,
        "last_infusion_day": DAY_0 + 3,
        "handle": handle_maker(clinic.connection)("P1"),
        "provider_key": 1,
    }


def test_the_provider_is_who_gave_the_latest_infusion_that_names_somebody(clinic):
    patient = clinic.patient()
    clinic.infusion(patient, at(0), provider_id="D1")
    clinic.infusion(patient, at(3))
    other = clinic.patient()
    clinic.infusion(other, at(0))
    refresh_facts(clinic.connection, [patient, other])
    assert clinic.rows(PatientFact, "provider_key") == [(1,), (None,)]


def test_a_course_with_a_baseline_only(clinic):
    patient = clinic.patient()
    clinic.infusion(patient, at(0))
    clinic.score(patient, at(-2), 18)
    refresh_facts(clinic.connection, [patient])
    row = clinic.row(CourseFact)
    assert (row["scores"], row["baseline"]) == (0, 18)
    last = ("last_total", "last_day", "last_number", "last_timepoint", "change", "remission")
    assert {row[name] for name in last} == {None}


def test_only_the_latest_series_is_current(clinic):
    patient = clinic.patient()
    for day in (0, 20):
        clinic.infusion(patient, at(day))
        clinic.score(patient, at(day + 1), 10)
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(CourseFact, "phase", "current") == [
        (Phase.INDUCTION, 0),
        (Phase.MAINTENANCE, 1),
    ]
    row = clinic.row(PatientFact)
    assert (row["phase"], row["done"], row["infusions"]) == (Phase.MAINTENANCE, 1, 2)


def test_a_series_before_its_first_infusion(clinic):
    patient = clinic.patient()
    clinic.series(patient, "induction", date(2026, 3, 5), planned_infusions=6)
    refresh_facts(clinic.connection, [patient])
    row = clinic.row(PatientFact)
    assert (row["phase"], row["done"], row["planned"]) == (Phase.INDUCTION, 0, 6)
    assert (row["series_started_day"], row["last_infusion_day"]) == (DAY_0 + 4, None)


def test_a_patient_without_a_series(clinic):
    patient = clinic.patient()
    clinic.score(patient, at(0), 20)
    refresh_facts(clinic.connection, [patient])
    row = clinic.row(PatientFact)
    assert (row["phase"], row["done"], row["infusions"]) == (Phase.NONE, 0, 0)
    assert row["series_key"] is row["series_started_day"] is row["site_key"] is None
    assert clinic.rows(CourseFact) == []


def test_a_patient_without_a_site_counts_where_last_treated(clinic):
    patient = clinic.patient()
    clinic.infusion(patient, at(0), site_id="S1")
    clinic.infusion(patient, at(3), site_id="S2")
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(PatientFact, "site_key") == [(2,)]
