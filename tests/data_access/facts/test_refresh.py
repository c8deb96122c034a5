"""Refreshing some patients, and rebuilding everything."""

from data_access.facts import (
    check_facts,
    rebuild_facts,
    refresh_facts,
    tables,
)
from data_access.schema import (
    AppointmentFact,
    InfusionFact,
    PatientFact,
    ScoreFact,
    SideEffectFact,
)
from tests.data_access.facts.recorded_clinic import small_clinic


def test_a_refresh_leaves_other_patients_alone(clinic):
    small_clinic(clinic)
    refresh_facts(clinic.connection, [2])
    for table in (InfusionFact, SideEffectFact, ScoreFact, PatientFact, AppointmentFact):
        assert {key for (key,) in clinic.rows(table, "patient_key")} == {2}


def test_unknown_and_repeated_keys(clinic):
    small_clinic(clinic)
    refresh_facts(clinic.connection, [2, 99, 2])
    refresh_facts(clinic.connection, [])
    assert clinic.rows(PatientFact, "patient_key") == [(2,)]


def test_a_rebuild_makes_every_row(clinic):
    small_clinic(clinic)
    rebuild_facts(clinic.connection)
    counts = [len(clinic.rows(table)) for table in tables.FACT_TABLES]
    # infusions, side effects, scores, courses, patients, words, watched patients, appointments,
    # ways into treatment, inductions; courses begun, their scores by infusion (of each induction
    # two observed and carried to the sixth), milestones
    assert counts == [9, 9, 9, 6, 3, 3, 3, 10, 3, 3, 6, 18, 6]


def test_progress_counts_patients_chunk_by_chunk(clinic, monkeypatch):
    monkeypatch.setattr(tables, "CHUNK", 2)
    small_clinic(clinic)
    seen: list[tuple[int, int]] = []
    rebuild_facts(clinic.connection, lambda done, total: seen.append((done, total)))
    assert seen == [(2, 3), (3, 3)]
    assert check_facts(clinic.connection) == []


def test_an_empty_clinic(clinic):
    rebuild_facts(clinic.connection)
    assert check_facts(clinic.connection) == []
