"""Groups and bands, at their edges."""

from datetime import date

import pytest

from clinical.codes import (
    AgeBand,
    AppointmentStatus,
    DiagnosisGroup,
    DoseBand,
    FailuresBand,
    Phase,
    ScoreKind,
    Timepoint,
    age_band,
    diagnosis_group,
    dose_band,
    failures_band,
)


def test_a_code_is_a_number_with_a_label():
    assert int(Phase.INDUCTION) == 1
    assert Phase.INDUCTION.label == "Induction"
    assert Phase(2) is Phase.MAINTENANCE


def test_stored_numbers_keep_their_meaning():
    assert [int(code) for code in Timepoint] == [0, 1, 2, 3, 4]
    assert [code.name for code in AppointmentStatus] == [
        "BOOKED",
        "ARRIVED",
        "FULFILLED",
        "CANCELLED",
        "NOSHOW",
    ]
    assert [int(code) for code in AppointmentStatus] == [1, 2, 3, 4, 5]
    assert [(code.name, int(code)) for code in ScoreKind] == [("SETTLED", 0), ("ACUTE", 1)]


@pytest.mark.parametrize(
    ("icd10", "failed", "group"),
    [
        (None, 3, DiagnosisGroup.UNKNOWN),
        ("", None, DiagnosisGroup.UNKNOWN),
        ("F31.4", 3, DiagnosisGroup.BIPOLAR),
        ("F32.A", None, DiagnosisGroup.MAJOR),
        ("F33.2", 1, DiagnosisGroup.MAJOR),
        ("F33.2", 2, DiagnosisGroup.TREATMENT_RESISTANT),
        ("f32.1", 4, DiagnosisGroup.TREATMENT_RESISTANT),
        ("F43.10", 4, DiagnosisGroup.OTHER),
        ("F34.1", 4, DiagnosisGroup.OTHER),
    ],
)
def test_diagnosis_group(icd10, failed, group):
    assert diagnosis_group(icd10, failed) is group


@pytest.mark.parametrize(
    ("born", "band"),
    [
        (None, AgeBand.UNKNOWN),
        (date(2008, 3, 10), AgeBand.UNDER_18),  # 18 tomorrow
        (date(2008, 3, 9), AgeBand.FROM_18),  # 18 today
        (date(1996, 3, 10), AgeBand.FROM_18),
        (date(1996, 3, 9), AgeBand.FROM_30),
        (date(1981, 3, 9), AgeBand.FROM_45),
        (date(1966, 3, 9), AgeBand.FROM_60),
        (date(1951, 3, 9), AgeBand.FROM_75),
        (date(1920, 1, 1), AgeBand.FROM_75),
    ],
)
def test_age_band_on_the_day(born, band):
    assert age_band(born, date(2026, 3, 9)) is band


def test_somebody_born_on_29_february_grows_older_on_1_march():
    born = date(2008, 2, 29)
    assert age_band(born, date(2026, 2, 28)) is AgeBand.UNDER_18
    assert age_band(born, date(2026, 3, 1)) is AgeBand.FROM_18


@pytest.mark.parametrize(
    ("mg_per_kg", "drug", "band"),
    [
        (None, None, DoseBand.UNKNOWN),
        (0.5, "esketamine", DoseBand.UNKNOWN),
        (0.44, "ketamine", DoseBand.UNDER_0_45),
        (0.449999, None, DoseBand.FROM_0_45),  # shown as 0.45
        (0.45, None, DoseBand.FROM_0_45),
        (0.5, "ketamine", DoseBand.FROM_0_45),
        (0.54, None, DoseBand.FROM_0_45),
        (0.55, None, DoseBand.FROM_0_55),
        (0.75, None, DoseBand.FROM_0_75),
        (0.99, None, DoseBand.FROM_0_75),
        (1.0, None, DoseBand.FROM_1_00),
        (1.5, None, DoseBand.FROM_1_00),
    ],
)
def test_dose_band(mg_per_kg, drug, band):
    assert dose_band(mg_per_kg, drug) is band


@pytest.mark.parametrize(
    ("failed", "band"),
    [
        (None, FailuresBand.UNKNOWN),
        (0, FailuresBand.UNDER_2),
        (1, FailuresBand.UNDER_2),
        (2, FailuresBand.TWO),
        (3, FailuresBand.FROM_3),
        (4, FailuresBand.FROM_3),
        (5, FailuresBand.FROM_5),
        (40, FailuresBand.FROM_5),
    ],
)
def test_failures_band(failed, band):
    assert failures_band(failed) is band
