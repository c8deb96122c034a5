"""Where a patient stands among comparable ones, in words made from the records."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pandas as pd
import pytest

from access.viewer import LOCAL_VIEWER
from clinical.codes import Timepoint
from clinical.expected import Outlook
from clinical.incidence import proportion
from clinical.instruments import CADSS, CSSRS, INSTRUMENTS
from clinical.thresholds import DEFAULTS
from data_access.engine import make_engine, reading, writing
from data_access.facts import refresh_facts
from data_access.filters import Filters
from data_access.one_patient import find_patient
from data_access.status import clinic_status
from pages.patients.expected_finding import expected_finding, outlook_words, own_course
from pages.patients.record import read_record
from pages.shared.context import PageContext
from pages.shared.frame import Finding
from tests.data_access.facts.recorded_clinic import RecordedClinic, at

TODAY = date(2026, 3, 31)
"""Thirty days after the clinic's first."""
OWN = 1


def said(words: str) -> str:
    return words.replace("\N{NO-BREAK SPACE}", " ")


class Clinic(RecordedClinic):
    """A clinic of inductions by three days, scored before each infusion but the first."""

    def course(
        self,
        baseline: float | None,
        *totals: float,
        instrument: str = "PHQ-9",
        diagnosis: str | None = None,
        times: int = 1,
    ) -> None:
        for _ in range(times):
            patient = self.patient(primary_diagnosis=diagnosis, failed_antidepressants=0)
            for place in range(len(totals) + 1):
                self.infusion(patient, at(3 * place))
            if baseline is not None:
                self.score(patient, at(-1), baseline, instrument)
            for place, total in enumerate(totals, 1):
                self.score(patient, at(3 * place, hour=9), total, instrument)


@pytest.fixture
def told(sqlite_url: str) -> "Told":
    return Told(sqlite_url)


class Told:
    """Fills the clinic, then tells the finding about its first patient."""

    def __init__(self, url: str) -> None:
        self.url = url

    @contextmanager
    def filling(self) -> Iterator[Clinic]:
        engine = make_engine(self.url)
        with writing(engine) as connection:
            yield (clinic := Clinic(connection))
            refresh_facts(connection, range(1, clinic.patient() + 1))
        engine.dispose()

    def of(self, instrument: str = "PHQ-9") -> Finding | str:
        engine = make_engine(self.url)
        with reading(engine) as connection:
            status = clinic_status(connection, LOCAL_VIEWER)
            now = at(30)
            context = PageContext(
                connection, LOCAL_VIEWER, Filters(TODAY, TODAY), status, now, TODAY, {}
            )
            patient = find_patient(connection, LOCAL_VIEWER, OWN, now)
            assert patient is not None
            record = read_record(context, patient)
            latest = record.of_series(int(record.series["series_key"].iloc[0]))
            found = expected_finding(context, latest, INSTRUMENTS[instrument], DEFAULTS)
        engine.dispose()
        return found

    def finding(self, instrument: str = "PHQ-9") -> Finding:
        found = self.of(instrument)
        assert isinstance(found, Finding), found
        return found


def test_the_sentence_that_clinicians_ask_for(told):
    """41 with 10 % improvement after infusion 3, of whom 9 responded later: Wilson 12.0 to 36.7."""
    with told.filling() as clinic:
        clinic.course(20, 19, 19, 18)
        clinic.course(20, 19, 19, 18, 10, times=9)
        clinic.course(20, 19, 19, 18, 16, times=32)
        clinic.course(20, 15, 12, 10, 8, times=10)  # responded by then: not alike
    found = told.finding()
    assert said(found.note) == (
        "Of 41 comparable patients with less than 20 % improvement after infusion 3 and a later "
        "score, 9 later responded (22 %, 95 % CI 12–37)."
    )
    # The 75th and the 90th percentile of 41 times 18 and ten times 10 are 18 too.
    assert found.title == "On track: PHQ-9 18 before infusion 4, their median 18"
    assert found.subtitle == (
        "51 other series of this clinic: Induction, PHQ-9 severe at baseline, any diagnosis. "
        "Scores before an infusion only; steps of fewer than 10 are not drawn"
    )
    assert found.alt.endswith(f"{found.title}.")


def test_where_too_few_of_the_group_had_come_as_far_all_are_counted_and_said_so(told):
    """Of 20 with bipolar depression 4 were as slow, 1 of whom responded; 8 of major, 2 of whom."""
    with told.filling() as clinic:
        clinic.course(20, 19, 18, diagnosis="F31.4")
        clinic.course(20, 19, 18, 9, diagnosis="F31.4")
        clinic.course(20, 19, 18, 17, diagnosis="F31.4", times=3)
        clinic.course(20, 12, 10, 9, diagnosis="F31.4", times=16)
        clinic.course(20, 19, 18, 8, diagnosis="F33.1", times=2)
        clinic.course(20, 19, 18, 17, diagnosis="F33.1", times=6)
    found = told.finding()
    assert "bipolar depression" in found.subtitle
    assert said(found.note) == (
        "Of 12 comparable patients of any diagnosis with less than 20 % improvement after infusion "
        "2 and a later score, 3 later responded (25 %, 95 % CI 9–53)."
    )


def test_the_numbers_are_those_of_the_picture(told):
    with told.filling() as clinic:
        clinic.course(20, 19, 15)
        for total in range(1, 11):
            clinic.course(20, total)
    table = told.finding().numbers()
    assert table["Step"].tolist() == ["Baseline", "Before 2"]
    assert table["Series"].tolist() == [10, 10]
    # R: quantile(1:10, c(.1, .25, .5, .75, .9))
    names = [f"{percentile}th percentile" for percentile in (10, 25, 50, 75, 90)]
    assert table.loc[1, names].tolist() == [1.9, 3.25, 5.5, 7.75, 9.1]
    assert table["This patient"].tolist() == [20, 19]


@pytest.mark.parametrize(
    ("total", "title"),
    [
        (7, "On track: PHQ-9 7 before infusion 2, their median 5.5"),
        (8, "Slower than three in four comparable patients: PHQ-9 8 before infusion 2"),
        (9, "Slower than three in four comparable patients: PHQ-9 9 before infusion 2"),
        (10, "Behind nine in ten comparable patients: PHQ-9 10 before infusion 2"),
    ],
)
def test_the_verdict_is_said_with_the_score_and_the_median(told, total, title):
    with told.filling() as clinic:
        clinic.course(20, total)
        for other in range(1, 11):
            clinic.course(20, other)
    assert told.finding().title.startswith(title)


def test_the_diagnosis_group_is_asked_for_where_it_is_large_enough(told):
    with told.filling() as clinic:
        clinic.course(20, 15, diagnosis="F33.1")
        clinic.course(20, 15, diagnosis="F33.1", times=20)
        clinic.course(20, 5, diagnosis="F31.4", times=30)
    found = told.finding()
    assert found.subtitle.startswith(
        "20 other series of this clinic: Induction, PHQ-9 severe at baseline, major depression."
    )
    assert found.title.endswith("their median 15")


def test_a_small_diagnosis_group_is_compared_with_all(told):
    with told.filling() as clinic:
        clinic.course(20, 15, diagnosis="F33.1")
        clinic.course(20, 15, diagnosis="F33.1", times=19)
        clinic.course(20, 5, diagnosis="F31.4", times=30)
    assert "49 other series" in told.finding().subtitle
    assert "any diagnosis" in told.finding().subtitle


@pytest.mark.parametrize(
    ("others", "expected"),
    [(9, "Fewer than 10 comparable patients, so no expected course is shown."), (10, "")],
)
def test_under_ten_comparable_patients_nothing_is_drawn(told, others, expected):
    with told.filling() as clinic:
        clinic.course(20, 15)
        clinic.course(20, 15, times=others)
    found = told.of()
    assert (found == expected) if expected else isinstance(found, Finding)


def test_who_has_come_farther_than_the_others_is_not_judged(told):
    with told.filling() as clinic:
        clinic.course(20, 15, 14)
        clinic.course(20, 15, times=12)
    found = told.finding()
    assert found.title == (
        "Too few comparable patients have come as far: PHQ-9 14 before infusion 3"
    )
    assert found.note == (
        "Fewer than 10 comparable patients with 20 to 49 % improvement after infusion 2, so no "
        "share is given."
    )


def test_a_baseline_alone_is_not_judged(told):
    """27 is higher than nine in ten, and says nothing about the treatment."""
    with told.filling() as clinic:
        clinic.course(27)
        clinic.course(20, 15, times=12)
    found = told.finding()
    assert found.title == "Nothing to compare yet: PHQ-9 27 at baseline"
    assert found.note == ""


def test_a_response_has_no_outlook(told):
    with told.filling() as clinic:
        clinic.course(20, 10)
        clinic.course(20, 15, times=12)
    assert told.finding().note == ""


def test_an_instrument_without_a_rule_of_response_has_no_outlook(told):
    with told.filling() as clinic:
        clinic.course(40, 38, instrument="PCL-5")
        clinic.course(40, 38, 30, instrument="PCL-5", times=12)
    found = told.finding("PCL-5")
    assert found.title == "On track: PCL-5 38 before infusion 2, their median 38"
    assert found.note == ""


def test_a_baseline_of_0_has_a_course_and_no_outlook(told):
    with told.filling() as clinic:
        clinic.course(0, 2)
        clinic.course(0, 2, 3, times=12)
    found = told.finding()
    assert found.title == "On track: PHQ-9 2 before infusion 2, their median 2"
    assert found.note == ""


def test_without_a_baseline_nobody_is_comparable(told):
    with told.filling() as clinic:
        clinic.course(None, 15)
        clinic.course(20, 15, times=12)
    assert told.of() == "Without a PHQ-9 baseline nobody can be called comparable."


@pytest.mark.parametrize("instrument", [CADSS, CSSRS], ids=lambda each: each.name)
def test_instruments_that_are_not_compared_say_so(told, instrument):
    with told.filling() as clinic:
        clinic.course(2, 1, instrument=instrument.name)
    assert told.of(instrument.name) == (
        f"{instrument.name} is not compared with other patients: it has no expected course."
    )


def test_in_maintenance_there_is_no_outlook(told):
    with told.filling() as clinic:
        for _ in range(12):
            patient = clinic.patient()
            for day in (0, 20, 50):
                clinic.infusion(patient, at(day))
            for day, total in ((-1, 20), (20, 20), (50, 19)):
                clinic.score(patient, at(day, hour=9), total)
    found = told.finding()
    assert found.subtitle.startswith("11 other series of this clinic: Maintenance,")
    assert found.note == ""


# --- its parts --------------------------------------------------------------------------------


def test_ones_own_course_is_the_last_score_before_each_infusion():
    before, after = int(Timepoint.BEFORE_INFUSION), int(Timepoint.AFTER_INFUSION)
    later = pd.DataFrame(
        [
            (before, 1, 18.0, 10.0),
            (after, 1, 5.0, 75.0),
            (before, 1, 17.0, 15.0),
            (int(Timepoint.FOLLOW_UP), 2, 9.0, 55.0),
            (before, 24, 12.0, 40.0),
            (before, 25, 11.0, 45.0),  # beyond the expected course
        ],
        columns=["timepoint", "number", "total", "percent"],
    )
    own = own_course(later, 20.0)
    assert own.to_numpy().tolist() == [[0, 20, 0], [1, 17, 15], [24, 12, 40]]
    assert own_course(later.head(0), 20.0).to_numpy().tolist() == [[0, 20, 0]]


@pytest.mark.parametrize(
    ("low", "events", "n", "words"),
    [
        (None, 0, 12, "Of 12 comparable patients with less than 20 % improvement after infusion 4"),
        (20, 5, 1200, "Of 1,200 comparable patients with 20 to 49 % improvement after infusion 4"),
        (None, 1, 9, "Fewer than 10 comparable patients with less than 20 % improvement"),
        (None, 0, 0, "Fewer than 10 comparable patients with less than 20 % improvement"),
    ],
)
def test_the_outlook_in_words(low, events, n, words):
    high = 20 if low is None else 50
    assert outlook_words(Outlook(4, low, high, proportion(events, n))).startswith(words)


def test_no_outlook_is_no_words():
    assert outlook_words(None) == ""
