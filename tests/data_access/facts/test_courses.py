"""Putting bare infusions into series, on both databases."""

from datetime import date

from sqlalchemy import update

from clinical.codes import (
    Phase,
    SeriesOrder,
)
from data_access.facts import (
    refresh_facts,
    tables,
)
from data_access.schema import (
    CourseFact,
    Infusion,
    InfusionFact,
    PatientFact,
    Series,
)
from tests.data_access.facts.recorded_clinic import DAY_0, at

PLACE = ("series_id", "sequence_number", "series_derived", "sequence_derived")
SERIES = ("series_key", "series_id", "phase", "started_on", "derived")


def test_bare_infusions_are_put_into_derived_series(clinic):
    patient = clinic.patient()
    for day in (0, 3, 30):
        clinic.infusion(patient, at(day))
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(Infusion, *PLACE) == [
        ("derived:1:1", 1, True, True),
        ("derived:1:1", 2, True, True),
        ("derived:1:2", 1, True, True),
    ]
    assert clinic.rows(Series, *SERIES) == [
        (1, "derived:1:1", "induction", date(2026, 3, 1), True),
        (2, "derived:1:2", "maintenance", date(2026, 3, 31), True),
    ]


def test_days_are_counted_by_the_clinics_clock(clinic):
    # 14 days apart in New York, where the second is at 22:00; 15 by UTC.
    patient = clinic.patient()
    clinic.infusion(patient, at(0, hour=12))
    clinic.infusion(patient, at(14, hour=22))
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(Infusion, "series_id") == [("derived:1:1",), ("derived:1:1",)]


def test_what_the_clinic_gives_is_left_alone(clinic):
    patient = clinic.patient()
    clinic.series(patient, "maintenance", date(2026, 3, 1))
    clinic.infusion(patient, at(0), series_id="X1", sequence_number=7)
    clinic.infusion(patient, at(1), series_id="X1")
    clinic.infusion(patient, at(2), sequence_number=4)
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(Infusion, *PLACE) == [
        ("X1", 7, False, False),
        ("X1", 8, False, True),
        ("derived:1:1", 4, True, False),
    ]
    assert clinic.rows(InfusionFact, "phase", "number") == [
        (Phase.MAINTENANCE, 7),
        (Phase.MAINTENANCE, 8),
        (Phase.INDUCTION, 4),
    ]


def test_an_earlier_infusion_that_arrives_late_renumbers(clinic):
    patient = clinic.patient()
    clinic.infusion(patient, at(3))
    clinic.infusion(patient, at(6))
    refresh_facts(clinic.connection, [patient])
    clinic.infusion(patient, at(0))
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(Infusion, "sequence_number") == [(2,), (3,), (1,)]
    assert clinic.rows(InfusionFact, "number") == [(2,), (3,), (1,)]
    assert clinic.rows(Series, *SERIES) == [(1, "derived:1:1", "induction", date(2026, 3, 1), True)]


def test_a_late_infusion_that_closes_the_gap_joins_two_series(clinic):
    patient = clinic.patient()
    clinic.infusion(patient, at(0))
    clinic.infusion(patient, at(20))
    clinic.score(patient, at(21), 9)
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(CourseFact, "series_key") == [(2,)]
    clinic.infusion(patient, at(10))
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(Series, "series_id") == [("derived:1:1",)]
    assert clinic.rows(CourseFact, "series_key", "last_number") == [(1, 3)]


def test_a_series_given_later_replaces_the_derived_one(clinic):
    patient = clinic.patient()
    clinic.infusion(patient, at(0))
    refresh_facts(clinic.connection, [patient])
    clinic.series(patient, "induction", date(2026, 3, 1), series_key=9, series_id="X9")
    clinic.connection.execute(update(Infusion).values(series_id="X9", series_derived=False))
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(Series, "series_id", "derived") == [("X9", False)]
    assert clinic.rows(Infusion, *PLACE) == [("X9", 1, False, True)]
    assert clinic.rows(InfusionFact, "series_key") == [(9,)]


def test_an_infusion_that_moves_to_another_patient(clinic, monkeypatch):
    monkeypatch.setattr(tables, "CHUNK", 1)  # the two patients in two chunks
    clinic.patient()
    clinic.patient()
    clinic.infusion(1, at(0))
    refresh_facts(clinic.connection, [1, 2])
    clinic.connection.execute(update(Infusion).values(patient_id="P2"))
    refresh_facts(clinic.connection, [1, 2])
    assert clinic.rows(Series, "series_id", "patient_id") == [("derived:2:1", "P2")]
    assert clinic.rows(InfusionFact, "patient_key") == [(2,)]
    assert clinic.rows(PatientFact, "infusions") == [(0,), (1,)]


def test_the_first_course_is_an_induction_with_its_maintenance(clinic):
    # Two inductions by the rule, a half year without an infusion between them.
    patient = clinic.patient()
    days = (0, 3, 30, 300, 303, 340)
    for day in days:
        clinic.infusion(patient, at(day))
    refresh_facts(clinic.connection, [patient])
    first, later = SeriesOrder.FIRST, SeriesOrder.LATER
    induction, maintenance = Phase.INDUCTION, Phase.MAINTENANCE
    assert clinic.rows(InfusionFact, "phase", "later_series") == [
        (induction, first),
        (induction, first),
        (maintenance, first),
        (induction, later),
        (induction, later),
        (maintenance, later),
    ]


def test_maintenance_alone_is_no_later_course(clinic):
    # Treated elsewhere before: what the clinic sees first is maintenance, then one induction.
    patient = clinic.patient()
    clinic.series(patient, "maintenance", date(2026, 3, 1))
    clinic.series(patient, "induction", date(2026, 4, 1))
    clinic.infusion(patient, at(0), series_id="X1")
    clinic.infusion(patient, at(31), series_id="X2")
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(InfusionFact, "later_series") == [(SeriesOrder.FIRST,), (SeriesOrder.FIRST,)]


def test_a_planned_second_induction_does_not_count_before_its_first_infusion(clinic):
    patient = clinic.patient()
    clinic.series(patient, "induction", date(2026, 3, 1))
    clinic.series(patient, "induction", date(2026, 3, 2))
    clinic.infusion(patient, at(0), series_id="X1")
    clinic.infusion(patient, at(5), series_id="X1")
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(InfusionFact, "later_series") == [(SeriesOrder.FIRST,), (SeriesOrder.FIRST,)]
    clinic.infusion(patient, at(3), series_id="X2")
    refresh_facts(clinic.connection, [patient])
    # From the day on which the second one began, whatever is given after it is later.
    assert clinic.rows(InfusionFact, "day", "later_series") == [
        (DAY_0, SeriesOrder.FIRST),
        (DAY_0 + 5, SeriesOrder.LATER),
        (DAY_0 + 3, SeriesOrder.LATER),
    ]


def test_a_late_first_course_makes_the_others_later(clinic):
    patient = clinic.patient()
    clinic.infusion(patient, at(300))
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(InfusionFact, "later_series") == [(SeriesOrder.FIRST,)]
    clinic.infusion(patient, at(0))
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(InfusionFact, "later_series") == [(SeriesOrder.LATER,), (SeriesOrder.FIRST,)]
