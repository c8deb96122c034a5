"""Comparable patients' scores: everybody's of the same kind but the patient's own."""

from collections.abc import Callable, Iterator

import pandas as pd
import pytest
from sqlalchemy import Connection, Engine

from access.viewer import LOCAL_VIEWER, NotPermittedError, Permission, Viewer
from clinical.codes import DiagnosisGroup, Phase
from clinical.instruments import GAD7, PHQ9, Instrument
from data_access.engine import make_engine, reading, writing
from data_access.expected import Comparable, comparable_scores, later_responses
from data_access.facts import refresh_facts
from tests.data_access.facts.recorded_clinic import RecordedClinic, at

MODERATE, SEVERE = 2, 4  # bands of PHQ-9
BIPOLAR, MAJOR = int(DiagnosisGroup.BIPOLAR), int(DiagnosisGroup.MAJOR)
OWN, ALIKE, BETTER, WESTERN, MILDER, ANXIOUS, ALONE, OF_OLD, UNTREATED = range(1, 10)
NORTHERNER = Viewer("north", frozenset(Permission), frozenset({"S1"}))
READER = Viewer("reader", frozenset({Permission.SEE_CLINICAL}))
NOBODY = Viewer("nobody", frozenset())


def course(
    clinic: RecordedClinic, patient: int, start: int, *totals: float, instrument: str = "PHQ-9"
) -> None:
    """An infusion every third day; a baseline the day before, then a score before each other."""
    site = "S2" if patient == WESTERN else "S1"
    for place, total in enumerate(totals):
        day = start + 3 * place
        clinic.infusion(patient, at(day), site_id=site)
        completed = at(day - 1) if place == 0 else at(day, hour=9)
        clinic.score(patient, completed, total, instrument)


def fill(connection: Connection) -> None:
    clinic = RecordedClinic(connection)
    for patient in range(OWN, UNTREATED + 1):
        clinic.patient(primary_diagnosis="F31.4" if patient == BETTER else "F33.1")
    course(clinic, OWN, 0, 20, 18, 15, 15)
    course(clinic, OWN, 300, 22, 18)  # a second induction, also severe
    course(clinic, ALIKE, 0, 20, 18, 9)
    course(clinic, BETTER, 0, 20, 15, 10)
    course(clinic, WESTERN, 0, 20, 18, 18, 6)
    course(clinic, MILDER, 0, 14, 12)
    course(clinic, ANXIOUS, 0, 20, 18, instrument="GAD-7")
    course(clinic, ALONE, 0, 27, 27, instrument="QIDS-SR16")
    course(clinic, OF_OLD, 0, 20, 18, 15)
    clinic.infusion(OF_OLD, at(40))  # maintenance, severe at its beginning, then a score
    clinic.score(OF_OLD, at(40, hour=9), 21)
    clinic.infusion(OF_OLD, at(70))
    clinic.score(OF_OLD, at(70, hour=9), 22)
    clinic.score(UNTREATED, at(0), 20)  # no infusion, no series
    refresh_facts(connection, range(OWN, UNTREATED + 1))


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def recorded(
    request: pytest.FixtureRequest, make_database: Callable[[str], str]
) -> Iterator[Engine]:
    """The clinic, once on SQLite, once on PostgreSQL; for reading only."""
    engine = make_engine(make_database(request.param))
    with writing(engine) as connection:
        fill(connection)
    yield engine
    engine.dispose()


@pytest.fixture
def connection(recorded: Engine) -> Iterator[Connection]:
    with reading(recorded) as connection:
        yield connection


def who(
    but: int = OWN,
    *,
    band: int = SEVERE,
    phase: Phase = Phase.INDUCTION,
    instrument: Instrument = PHQ9,
) -> Comparable:
    return Comparable(instrument, phase, band, but)


def rows(frame: pd.DataFrame) -> list[tuple[float, ...]]:
    return sorted(tuple(row) for row in frame.itertuples(index=False))


def test_the_scores_of_others_of_the_same_kind_are_counted(connection: Connection) -> None:
    found = comparable_scores(connection, READER, who())
    assert list(found.columns) == ["diagnosis_group", "number", "total", "scores"]
    assert rows(found) == [
        (MAJOR, 0, 20, 3),  # ALIKE, WESTERN, OF_OLD
        (MAJOR, 1, 18, 3),
        (MAJOR, 2, 9, 1),
        (MAJOR, 2, 15, 1),
        (MAJOR, 2, 18, 1),
        (MAJOR, 3, 6, 1),
        (BIPOLAR, 0, 20, 1),
        (BIPOLAR, 1, 15, 1),
        (BIPOLAR, 2, 10, 1),
    ]


def test_nobody_is_compared_with_oneself_in_any_series(connection: Connection) -> None:
    """OWN was severe twice: 20 and 22. To ALIKE they are two comparable series."""
    found = comparable_scores(connection, READER, who(but=ALIKE))
    assert (MAJOR, 0, 20, 3) in rows(found), "OWN, WESTERN, OF_OLD"
    assert (MAJOR, 0, 22, 1) in rows(found)
    assert (MAJOR, 1, 18, 4) in rows(found), "OWN twice, WESTERN, OF_OLD"
    assert (MAJOR, 3, 15, 1) in rows(found)
    assert not [row for row in rows(found) if row[1:3] == (2, 9)], "ALIKE's own"


def test_other_bands_phases_and_instruments_are_apart(connection: Connection) -> None:
    milder = comparable_scores(connection, READER, who(band=MODERATE))
    assert rows(milder) == [(MAJOR, 0, 14, 1), (MAJOR, 1, 12, 1)]
    boosted = comparable_scores(connection, READER, who(phase=Phase.MAINTENANCE))
    assert rows(boosted) == [(MAJOR, 0, 21, 1), (MAJOR, 1, 22, 1)]
    anxious = comparable_scores(connection, READER, who(band=3, instrument=GAD7))
    assert rows(anxious) == [(MAJOR, 0, 20, 1), (MAJOR, 1, 18, 1)]


def test_who_is_the_only_one_of_a_kind_has_nobody_to_be_compared_with(
    connection: Connection,
) -> None:
    found = comparable_scores(connection, READER, who(but=MILDER, band=MODERATE))
    assert found.empty
    assert list(found.columns) == ["diagnosis_group", "number", "total", "scores"]
    none = later_responses(connection, READER, who(but=MILDER, band=MODERATE))
    assert none.empty
    assert list(none.columns) == ["diagnosis_group", "number", "step", "patients", "responded"]


def test_what_became_of_others_later(connection: Connection) -> None:
    """After infusion 1 ALIKE, WESTERN and OF_OLD were 10 % better; two responded later.

    BETTER was 25 % better, then exactly half. After infusion 2 only WESTERN has a later score.
    """
    found = later_responses(connection, READER, who())
    assert rows(found) == [(MAJOR, 1, 2, 3, 2), (MAJOR, 2, 2, 1, 1), (BIPOLAR, 1, 5, 1, 1)]
    to_alike = later_responses(connection, READER, who(but=ALIKE))
    # OWN: 10 % after infusion 1 and 25 % after 2, never a response.
    assert rows(to_alike) == [
        (MAJOR, 1, 2, 3, 1),
        (MAJOR, 2, 2, 1, 1),
        (MAJOR, 2, 5, 1, 0),
        (BIPOLAR, 1, 5, 1, 1),
    ]


def test_a_viewer_of_one_site_compares_with_its_patients_only(connection: Connection) -> None:
    found = comparable_scores(connection, NORTHERNER, who())
    assert (MAJOR, 0, 20, 2) in rows(found)
    assert not [row for row in rows(found) if row[1] == 3], "WESTERN's"
    assert (MAJOR, 1, 2, 2, 1) in rows(later_responses(connection, NORTHERNER, who()))
    nowhere = Viewer("nowhere", frozenset(Permission), frozenset())
    assert comparable_scores(connection, nowhere, who()).empty


def test_a_patient_of_another_site_does_not_take_away_from_those_seen(
    connection: Connection,
) -> None:
    found = comparable_scores(connection, NORTHERNER, who(but=WESTERN))
    assert (MAJOR, 0, 20, 3) in rows(found), "OWN, ALIKE, OF_OLD"


def test_counts_are_whole_numbers(connection: Connection) -> None:
    scores = comparable_scores(connection, LOCAL_VIEWER, who())
    assert str(scores["scores"].dtype) == "int64"
    later = later_responses(connection, LOCAL_VIEWER, who())
    assert [str(later[name].dtype) for name in ("patients", "responded")] == ["int64", "int64"]


def test_comparing_needs_the_permission_to_see_clinical_counts(connection: Connection) -> None:
    for query in (comparable_scores, later_responses):
        with pytest.raises(NotPermittedError, match="see clinical counts"):
            query(connection, NOBODY, who())
