"""Finding facts that are not what a rebuild would give."""

from datetime import date

import pytest
from sqlalchemy import delete, update

from data_access.facts import (
    check_facts,
    rebuild_facts,
    refresh_facts,
    refresh_unassigned_appointments,
    tables,
)
from data_access.facts.occupancy import OCCUPANCY_TABLES
from data_access.facts.totals import TOTAL_TABLES
from data_access.schema import (
    AppointmentFact,
    Assessment,
    Infusion,
    InfusionFact,
    MilestoneFact,
    OutcomeFact,
    ScoreFact,
    Series,
    SideEffect,
    SideEffectFact,
    StartFact,
    Term,
)
from tests.data_access.facts.recorded_clinic import small_clinic


def test_nothing_to_find_after_a_refresh(clinic):
    small_clinic(clinic)
    refresh_facts(clinic.connection, [3, 1, 2])
    refresh_unassigned_appointments(clinic.connection)
    assert check_facts(clinic.connection) == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (
            update(InfusionFact).where(InfusionFact.infusion_key == 5).values(number=9),
            "infusion_facts 5: number is 9, should be 2",
        ),
        (
            delete(ScoreFact).where(ScoreFact.assessment_key == 4),
            "score_facts 4: missing",
        ),
        (
            update(AppointmentFact)
            .where(AppointmentFact.appointment_key == 10)
            .values(hour=4, weekday=7),
            "appointment_facts 10: weekday is 7, should be 1; hour is 4, should be 10",
        ),
        (
            update(Infusion).where(Infusion.infusion_key == 2).values(sequence_number=5),
            "infusions 2: sequence_number is 5, should be 2",
        ),
        (
            update(Series).where(Series.series_key == 2).values(started_on=date(2026, 3, 2)),
            "series 2: started_on is 2026-03-02, should be 2026-03-31",
        ),
        (
            update(SideEffectFact).where(SideEffectFact.infusion_key == 1).values(worst_grade=5),
            "side_effect_facts 1, 1: worst_grade is 5, should be 1",
        ),
        (
            update(SideEffectFact)
            .where(SideEffectFact.infusion_key == 3)
            .values(passed_minutes=5, open=0, odd=3),
            "side_effect_facts 3, 1: passed_minutes is 5, should be None; "
            "open is 0, should be 1; odd is 3, should be 0",
        ),
        (
            update(InfusionFact)
            .where(InfusionFact.infusion_key == 4)
            .values(later_series=1, chair_key=1),
            "infusion_facts 4: later_series is 1, should be 0; chair_key is 1, should be None",
        ),
        (
            update(StartFact).where(StartFact.series_key == 1).values(closed_day=1, length=3),
            "start_facts 1: closed_day is 1, should be 20543; length is 3, should be 6",
        ),
        (
            delete(OutcomeFact).where(OutcomeFact.series_key == 1, OutcomeFact.number == 6),
            "outcome_facts 1, 1, 0, 6: missing",
        ),
        (
            update(MilestoneFact)
            .where(MilestoneFact.series_key == 2)
            .values(settled_response_number=4),
            "milestone_facts 2, 1: settled_response_number is 4, should be None",
        ),
    ],
)
def test_a_planted_difference_is_named(clinic, change, found):
    small_clinic(clinic)
    rebuild_facts(clinic.connection)
    clinic.connection.execute(change)
    differences = map(str, check_facts(clinic.connection))
    # The packed columns are compared with the facts as they are stored.
    assert [each for each in differences if not each.startswith("fact_columns ")] == [found]


def test_a_row_too_many_is_named(clinic):
    small_clinic(clinic)
    rebuild_facts(clinic.connection)
    clinic.connection.execute(delete(SideEffect).where(SideEffect.side_effect_key == 4))
    assert str(check_facts(clinic.connection)[-1]) == "side_effect_facts 4, 1: should not be there"


def test_a_changed_record_shows_as_long_as_it_is_not_refreshed(clinic):
    small_clinic(clinic)
    rebuild_facts(clinic.connection)
    clinic.connection.execute(
        update(Assessment).where(Assessment.assessment_key == 2).values(total_score=6)
    )
    found = [str(difference) for difference in check_facts(clinic.connection)]
    assert found == [
        "score_facts 2: total is 15.0, should be 6.0; change is 0.0, should be -9.0; "
        "percent is 0.0, should be 60.0; response is 0, should be 1; band is 3, should be 1",
        "outcome_facts 1, 1, 0, 1: total is 15.0, should be 6.0",
        "milestone_facts 1, 1: settled_response_hours is None, should be 71.0; "
        "settled_response_number is None, should be 1; "
        "any_response_hours is None, should be 71.0; any_response_number is None, should be 1",
    ]
    refresh_facts(clinic.connection, [1])
    assert check_facts(clinic.connection) == []


def test_it_changes_nothing(clinic):
    small_clinic(clinic)
    before = clinic.rows(Infusion)
    assert len(check_facts(clinic.connection)) > 20
    assert clinic.rows(Infusion) == before
    derived = (*tables.FACT_TABLES, *TOTAL_TABLES, *OCCUPANCY_TABLES, Series, Term)
    assert [clinic.rows(table) for table in derived] == [[]] * len(derived)


def test_it_stops_after_enough_differences(clinic):
    small_clinic(clinic)
    assert len(check_facts(clinic.connection, at_most=3)) == 3
