"""The words by which patients are found, as they lie in the database."""

from sqlalchemy import update

from data_access.facts import check_facts, rebuild_facts, refresh_facts
from data_access.schema import Patient, PatientWord
from tests.data_access.facts.recorded_clinic import RecordedClinic


def words(clinic: RecordedClinic, patient: int) -> list[str]:
    return [word for (word,) in clinic.rows(PatientWord, "word", patient_key=patient)]


def test_names_and_numbers_are_words(clinic):
    patient = clinic.patient(given_name="Mary Ann", family_name="O'Brien", mrn="MRN-007")
    refresh_facts(clinic.connection, [patient])
    expected = ["007", "ann", "brien", "mary", "mrn", "mrn007", "o", "obrien", "p1"]
    assert words(clinic, patient) == expected


def test_a_patient_without_a_name_is_found_by_the_identifier(clinic):
    patient = clinic.patient()
    refresh_facts(clinic.connection, [patient])
    assert words(clinic, patient) == ["p1"]


def test_a_word_that_is_name_and_number_at_once_is_stored_once(clinic):
    patient = clinic.patient(given_name="Ann", family_name="ANN", mrn="p1")
    refresh_facts(clinic.connection, [patient])
    assert words(clinic, patient) == ["ann", "p1"]


def test_two_patients_may_share_a_word(clinic):
    for _ in range(2):
        clinic.patient(family_name="Núñez")
    rebuild_facts(clinic.connection)
    assert clinic.rows(PatientWord, word="nunez") == [("nunez", 1), ("nunez", 2)]


def test_another_name_leaves_none_of_the_old_words(clinic):
    for _ in range(2):
        clinic.patient(family_name="Old")
    rebuild_facts(clinic.connection)
    clinic.connection.execute(
        update(Patient).where(Patient.patient_key == 1).values(family_name="New")
    )
    assert [str(found) for found in check_facts(clinic.connection)] == [
        "patient_words new, 1: missing",
        "patient_words old, 1: should not be there",
    ]
    refresh_facts(clinic.connection, [1])
    assert words(clinic, 1) == ["new", "p1"]
    assert words(clinic, 2) == ["old", "p2"]
    assert check_facts(clinic.connection) == []


def test_very_long_names_and_names_of_signs_alone_are_stored(clinic):
    patient = clinic.patient(given_name="x" * 500, family_name="-- 'º' --")
    refresh_facts(clinic.connection, [patient])
    assert words(clinic, patient) == ["o", "p1", "x" * 64]
