"""Whose outcomes are looked at, against the clinic counted by hand."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, select

from access.viewer import LOCAL_VIEWER, NotPermittedError, Permission, Viewer
from clinical.codes import (
    AgeBand,
    DiagnosisGroup,
    DoseBand,
    FailuresBand,
    Phase,
    SeriesOrder,
    Sex,
)
from clinical.instruments import MADRS, PHQ9, WHO5
from clinical.measures import THOUGHTS
from data_access.cohort import Cohort, cohort_phase, in_cohort, measures_in_use
from data_access.engine import make_engine, reading, writing
from data_access.schema import MilestoneFact, OutcomeFact, StartFact
from tests.data_access.course_clinic import ALL, TODAY, fill

ON_PHQ9 = Cohort(PHQ9.code)
ONLY_MAINTENANCE = replace(ALL, phases=(Phase.MAINTENANCE,))
SEES_WEST = replace(LOCAL_VIEWER, site_ids=frozenset({"S2"}))


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def clinic(
    request: pytest.FixtureRequest, make_database: Callable[[str], str]
) -> Iterator[Connection]:
    engine = make_engine(make_database(request.param))
    with writing(engine) as writer:
        fill(writer)
    with reading(engine) as reader:
        yield reader
    engine.dispose()


def series(connection: Connection, facts: Any = StartFact, **asked: Any) -> list[int]:
    """The courses of a cohort: those of P1 to P7 are numbered alike, P1's maintenance is 8."""
    viewer, filters = asked.pop("viewer", LOCAL_VIEWER), asked.pop("filters", ALL)
    along = {name: asked.pop(name) for name in ("over_on", "along_groups") if name in asked}
    cohort = replace(ON_PHQ9, **asked)
    scoped = in_cohort(connection, viewer, filters, cohort, facts, **along)
    return sorted(set(connection.scalars(select(facts.series_key).where(*scoped))))


def test_the_phase_is_induction_unless_maintenance_alone_is_chosen():
    assert cohort_phase(ALL) is Phase.INDUCTION
    assert cohort_phase(replace(ALL, phases=(Phase.INDUCTION,))) is Phase.INDUCTION
    both = replace(ALL, phases=(Phase.INDUCTION, Phase.MAINTENANCE))
    assert cohort_phase(both) is Phase.INDUCTION
    assert cohort_phase(ONLY_MAINTENANCE) is Phase.MAINTENANCE


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, [1, 2, 3, 4, 5, 6, 7]),
        ({"filters": ONLY_MAINTENANCE}, [8]),
        ({"filters": replace(ALL, site_ids=("S2",))}, [3, 4]),
        ({"viewer": SEES_WEST}, [3, 4]),
        ({"viewer": SEES_WEST, "filters": replace(ALL, site_ids=("S1",))}, []),
        # A course belongs to the day on which it began; both ends of the period belong to it.
        ({"filters": replace(ALL, start=date(2026, 3, 2), end=date(2026, 3, 4))}, [2, 3, 4]),
        ({"filters": replace(ALL, diagnosis_groups=(DiagnosisGroup.UNKNOWN,))}, [*range(1, 8)]),
        ({"filters": replace(ALL, diagnosis_groups=(DiagnosisGroup.BIPOLAR,))}, []),
        ({"sexes": (int(Sex.FEMALE),)}, [1]),
        ({"sexes": (int(Sex.FEMALE), int(Sex.MALE))}, [1, 2]),
        ({"failures_bands": (int(FailuresBand.FROM_3),)}, [2]),
        ({"age_bands": (int(AgeBand.FROM_45),)}, []),
        ({"dose_bands": (int(DoseBand.UNKNOWN),)}, [*range(1, 8)]),
        ({"course_orders": (int(SeriesOrder.LATER),)}, []),
        # P7's course is closed from 28 days after its infusion on 29 May.
        ({"over_on": TODAY}, [1, 2, 3, 4, 5, 6]),
        ({"over_on": date(2026, 6, 26)}, [1, 2, 3, 4, 5, 6]),
        ({"over_on": date(2026, 6, 27)}, [1, 2, 3, 4, 5, 6, 7]),
    ],
)
def test_which_courses_are_meant(clinic: Connection, asked: dict[str, Any], expected: list[int]):
    assert series(clinic, **asked) == expected
    assert series(clinic, along_groups=True, **asked) == expected


def test_facts_of_a_measure_are_kept_to_it(clinic: Connection):
    assert series(clinic, MilestoneFact) == [1, 2, 3, 5, 6, 7]  # P4 has no baseline
    assert series(clinic, MilestoneFact, measure=WHO5.code) == [1, 2]
    assert series(clinic, OutcomeFact, over_on=TODAY) == [1, 2, 3, 5, 6]
    assert series(clinic, OutcomeFact, measure=MADRS.code) == []


def test_the_severity_at_baseline_leaves_out_who_has_none(clinic: Connection):
    assert series(clinic, MilestoneFact, baseline_bands=(4,)) == [1, 2, 3]
    assert series(clinic, OutcomeFact, baseline_bands=(0, 3)) == [5, 6, 7]
    # Of starts nothing is known of it: their query joins the baselines.
    assert series(clinic, baseline_bands=(4,)) == [1, 2, 3, 4, 5, 6, 7]


def test_the_measures_in_use_are_those_with_a_baseline_whatever_the_filters(clinic: Connection):
    assert measures_in_use(clinic, LOCAL_VIEWER) == (PHQ9, WHO5, THOUGHTS)
    assert measures_in_use(clinic, SEES_WEST) == (PHQ9,)
    assert measures_in_use(clinic, replace(LOCAL_VIEWER, site_ids=frozenset())) == ()


def test_clinical_counts_are_enough_and_needed(clinic: Connection):
    clinical = Viewer("reader", frozenset({Permission.SEE_CLINICAL}))
    assert series(clinic, viewer=clinical) == [1, 2, 3, 4, 5, 6, 7]
    assert measures_in_use(clinic, clinical)
    manager = Viewer("manager", frozenset({Permission.SEE_TOTALS, Permission.SEE_RATES}))
    with pytest.raises(NotPermittedError):
        in_cohort(clinic, manager, ALL, ON_PHQ9, StartFact)
    with pytest.raises(NotPermittedError):
        measures_in_use(clinic, manager)
