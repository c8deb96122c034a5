"""The facts about scores against rows worked by hand."""

from clinical.codes import (
    DiagnosisGroup,
    Phase,
    Timepoint,
)
from clinical.instruments import GAD7, PHQ9
from data_access.facts import (
    refresh_facts,
)
from data_access.schema import (
    CourseFact,
    ScoreFact,
)
from tests.data_access.facts.recorded_clinic import DAY_0, MARCH, RecordedClinic, at


def score_rows(clinic: RecordedClinic) -> list[tuple[object, ...]]:
    return clinic.rows(ScoreFact, "number", "timepoint", "total", "baseline", "response")


def test_every_column(clinic):
    patient = clinic.patient(primary_diagnosis="F32.1")
    clinic.infusion(patient, at(0))
    clinic.infusion(patient, at(3))
    clinic.score(patient, at(-1), 20)
    score = clinic.score(patient, at(1, hour=16), 8)
    refresh_facts(clinic.connection, [patient])
    assert clinic.row(ScoreFact, assessment_key=score) == {
        "assessment_key": score,
        "patient_key": 1,
        "series_key": 1,
        "site_key": 1,
        "instrument": PHQ9.code,
        "day": DAY_0 + 1,
        "month": MARCH,
        "phase": Phase.INDUCTION,
        "number": 1,
        "timepoint": Timepoint.AFTER_INFUSION,
        "diagnosis_group": DiagnosisGroup.MAJOR,
        "hours_after": 30.0,
        "total": 8.0,
        "baseline": 20.0,
        "change": -12.0,
        "percent": 60.0,
        "response": 1,
        "remission": 0,
        "band": 1,  # 5 to 9: mild
    }


def test_a_whole_series(clinic):
    patient = clinic.patient()
    for day in (0, 3, 7):
        clinic.infusion(patient, at(day))
    clinic.score(patient, at(-20), 24)  # too old
    clinic.score(patient, at(-5), 22)  # within 14 days, but not the last
    clinic.score(patient, at(0, hour=9), 20)  # the baseline
    clinic.score(patient, at(0, hour=15), 18)  # the same day, afterwards
    clinic.score(patient, at(3, hour=9), 16)  # before infusion 2
    clinic.score(patient, at(6, hour=8), 12)  # 25 hours before the next: clocks go forward
    clinic.score(patient, at(7), 10)  # at the very start of infusion 3
    clinic.score(patient, at(35), 9)  # exactly 28 days after infusion 3
    clinic.score(patient, at(35, minute=1), 8)  # a minute more
    refresh_facts(clinic.connection, [patient])
    assert score_rows(clinic) == [
        (0, Timepoint.UNLINKED, 24, None, None),
        (0, Timepoint.UNLINKED, 22, None, None),
        (0, Timepoint.BASELINE, 20, 20, None),
        (1, Timepoint.AFTER_INFUSION, 18, 20, 0),
        (1, Timepoint.BEFORE_INFUSION, 16, 20, 0),
        (2, Timepoint.AFTER_INFUSION, 12, 20, 0),
        (2, Timepoint.BEFORE_INFUSION, 10, 20, 1),
        (3, Timepoint.FOLLOW_UP, 9, 20, 1),
        (0, Timepoint.UNLINKED, 8, None, None),
    ]


def test_a_score_at_the_start_of_the_first_infusion_is_the_baseline(clinic):
    patient = clinic.patient()
    clinic.infusion(patient, at(0))
    clinic.score(patient, at(0), 20)
    refresh_facts(clinic.connection, [patient])
    assert score_rows(clinic) == [(0, Timepoint.BASELINE, 20, 20, None)]
    row = clinic.row(ScoreFact)
    assert (row["series_key"], row["phase"], row["change"], row["percent"]) == (1, 1, 0, 0)
    assert row["remission"] is None


def test_of_two_scores_at_once_the_identifier_decides_which_is_the_last(clinic):
    patient = clinic.patient()
    clinic.infusion(patient, at(0))
    clinic.score(patient, at(-1), 20, assessment_id="b")
    clinic.score(patient, at(-1), 18, assessment_id="a")
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(CourseFact, "baseline") == [(20,)]


def test_each_instrument_has_its_own_baseline(clinic):
    patient = clinic.patient()
    clinic.infusion(patient, at(0))
    clinic.score(patient, at(-1), 20)
    clinic.score(patient, at(1), 4)
    clinic.score(patient, at(1), 4, instrument="GAD-7")
    refresh_facts(clinic.connection, [patient])
    columns = ("instrument", "baseline", "response", "remission")
    assert clinic.rows(ScoreFact, *columns, number=1) == [
        (PHQ9.code, 20, 1, 1),
        (GAD7.code, None, None, None),
    ]


def test_without_a_baseline_the_patient_is_not_evaluable(clinic):
    patient = clinic.patient()
    clinic.infusion(patient, at(0))
    clinic.score(patient, at(-15), 20)
    clinic.score(patient, at(1), 2)
    refresh_facts(clinic.connection, [patient])
    row = clinic.row(ScoreFact, number=1)
    answers = ("baseline", "change", "percent", "response", "remission")
    assert {row[name] for name in answers} == {None}
    assert row["band"] == 0


def test_a_baseline_of_zero(clinic):
    patient = clinic.patient()
    clinic.infusion(patient, at(0))
    clinic.score(patient, at(-1), 0)
    clinic.score(patient, at(1), 6)
    refresh_facts(clinic.connection, [patient])
    row = clinic.row(ScoreFact, number=1)
    answers = ("baseline", "change", "percent", "response", "remission")
    assert [row[name] for name in answers] == [0, 6, None, None, 0]


def test_the_last_score_of_one_series_is_the_baseline_of_the_next(clinic):
    patient = clinic.patient()
    clinic.infusion(patient, at(0))
    clinic.infusion(patient, at(20))  # more than 14 days: maintenance
    clinic.score(patient, at(-1), 20)
    clinic.score(patient, at(15), 8)
    clinic.score(patient, at(21), 6)
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(ScoreFact, "series_key", "number", "total", "baseline") == [
        (1, 0, 20, 20),
        (1, 1, 8, 20),
        (2, 1, 6, 8),
    ]
    assert clinic.rows(CourseFact, "series_key", "baseline", "baseline_day", "last_total") == [
        (1, 20, DAY_0 - 1, 8),
        (2, 8, DAY_0 + 15, 6),
    ]


def test_a_score_between_two_series_belongs_to_the_earlier_for_28_days(clinic):
    patient = clinic.patient()
    clinic.infusion(patient, at(0))
    clinic.infusion(patient, at(40))
    clinic.score(patient, at(27), 12)  # belongs to the first, too old for the second
    clinic.score(patient, at(29), 11)  # belongs to none, begins the second
    clinic.score(patient, at(39, hour=11), 10)  # replaces it as the baseline
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(ScoreFact, "series_key", "timepoint", "total", "baseline") == [
        (1, Timepoint.FOLLOW_UP, 12, None),
        (None, Timepoint.UNLINKED, 11, None),
        (2, Timepoint.BASELINE, 10, 10),
    ]


def test_the_total_comes_from_the_items_where_it_is_empty(clinic):
    patient = clinic.patient()
    clinic.infusion(patient, at(0))
    clinic.score(patient, at(1), None, **{f"item_{number}": 2 for number in range(1, 10)})
    clinic.score(patient, at(2), None, **{f"item_{number}": 2 for number in range(1, 9)})
    refresh_facts(clinic.connection, [patient])
    assert clinic.rows(ScoreFact, "assessment_key", "total") == [(1, 18)]


def test_the_day_is_that_of_the_infusions_site_else_of_the_patients_else_utc(clinic):
    late = at(1, hour=23)  # 20:00 in Los Angeles, 4:00 the next day by UTC
    treated = clinic.patient(site_id="S1")
    clinic.infusion(treated, at(0), site_id="S2")
    clinic.score(treated, at(1, hour=2), 9)  # 23:00 the day before in Los Angeles
    home = clinic.patient(site_id="S1")
    clinic.score(home, late, 9)
    nowhere = clinic.patient()
    clinic.score(nowhere, late, 9)
    refresh_facts(clinic.connection, [treated, home, nowhere])
    assert clinic.rows(ScoreFact, "site_key", "day") == [
        (2, DAY_0),
        (1, DAY_0 + 1),
        (None, DAY_0 + 2),
    ]
