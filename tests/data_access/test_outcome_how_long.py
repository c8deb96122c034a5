"""How long responses last, against a clinic counted by hand.

Inductions of two infusions on 1 and 4 March 2026 (day 0 and day 3), PHQ-9, baseline 20, so a total
up to 10 is a response; today is 1 June 2026 (day 92). Days since the last infusion in brackets.

===  =====  ============================================================================
who  site   what came after
===  =====  ============================================================================
P1   North  8 on day 10 (7), 8 on day 40 (37), 14 on day 45 (42)
P2   North  15 on day 10: no response
P3   North  5 on day 10 (7); boosters on day 20 (17) and 30 (27), 6 an hour before each;
            15 on day 60 (57). The end score is that before the first booster
P4   West   5 on day 10 (7), 6 on day 40 (37); a new induction on day 60
P5   North  4 six and a half days after the last infusion
P6   North  4 an hour less than that
P7   North  began on 29 May, 4 five days later: under way
P8   North  no score after the baseline
P9   North  a baseline of 0, which leaves no room for a response, and 3 on day 10
===  =====  ============================================================================
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from access.viewer import LOCAL_VIEWER, NotPermittedError, Viewer
from clinical.codes import Phase, Sex
from clinical.durability import Since
from clinical.instruments import PHQ9, WHO5
from data_access.cohort import Cohort
from data_access.courses_behind import CoursesBehind, Instead, Milestone, named_courses_behind
from data_access.engine import make_engine, reading, writing
from data_access.facts import rebuild_facts
from data_access.filters import Filters
from data_access.outcome_how_long import response_spans
from tests.data_access.facts.recorded_clinic import RecordedClinic, at

TODAY = date(2026, 6, 1)
ALL = Filters(start=date(2026, 1, 1), end=TODAY)
ON_PHQ9 = Cohort(PHQ9.code)


def _induction(clinic: RecordedClinic, patient: int, day: int, site: str = "S1") -> None:
    started_on = date(2026, 3, 1) + timedelta(days=day)
    series = clinic.series(patient, "induction", started_on, planned_infusions=2)
    for each in (day, day + 3):
        clinic.infusion(patient, at(each), series_id=f"X{series}", site_id=site)


def _patient(clinic: RecordedClinic, day: int = 0, site: str = "S1", **columns: Any) -> int:
    key = clinic.patient(**columns)
    _induction(clinic, key, day, site)
    clinic.score(key, at(day, 9), 20)
    return key


def _write(clinic: RecordedClinic) -> None:
    first = _patient(clinic)
    for day, total in ((10, 8), (40, 8), (45, 14)):
        clinic.score(first, at(day), total)
    clinic.score(_patient(clinic), at(10), 15)
    third = _patient(clinic, sex="female")
    clinic.score(third, at(10), 5)
    maintenance = clinic.series(third, "maintenance", date(2026, 3, 21))
    for day in (20, 30):
        clinic.infusion(third, at(day), series_id=f"X{maintenance}")
        clinic.score(third, at(day, 9), 6)
    clinic.score(third, at(60), 15)
    fourth = _patient(clinic, site="S2")
    clinic.score(fourth, at(10), 5)
    clinic.score(fourth, at(40), 6)
    _induction(clinic, fourth, 60, "S2")
    half = at(3) + timedelta(days=6, hours=12)
    clinic.score(_patient(clinic), half, 4)
    clinic.score(_patient(clinic), half - timedelta(hours=1), 4)
    clinic.score(_patient(clinic, 89), at(94), 4)
    _patient(clinic)
    ninth = clinic.patient()
    _induction(clinic, ninth, 0)
    clinic.score(ninth, at(0, 9), 0)
    clinic.score(ninth, at(10), 3)
    rebuild_facts(clinic.connection)


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def clinic(
    request: pytest.FixtureRequest, make_database: Callable[[str], str]
) -> Iterator[Connection]:
    engine = make_engine(make_database(request.param))
    with writing(engine) as writer:
        _write(RecordedClinic(writer))
    with reading(engine) as reader:
        yield reader
    engine.dispose()


NO_RESPONSE = (None, None, None, None, None, 0, 1)
P1 = (7, 42, 37, None, None, 0, 1)
P3 = (17, 57, 27, 17, 27, 0, 1)
P4 = (7, None, 37, None, None, 1, 1)
P5 = (7, None, 7, None, None, 0, 1)
P6 = (6, None, 6, None, None, 0, 1)


def spans(
    connection: Connection,
    filters: Filters = ALL,
    cohort: Cohort = ON_PHQ9,
    viewer: Viewer = LOCAL_VIEWER,
) -> set[tuple[int | None, ...]]:
    found = response_spans(connection, viewer, filters, cohort, TODAY).astype(object)
    rows = [tuple(row) for row in found.where(found.notna(), None).itertuples(index=False)]
    assert len(set(rows)) == len(rows)
    return set(rows)


def test_each_response_has_its_days(clinic):
    assert spans(clinic) == {NO_RESPONSE, P1, P3, P4, P5, P6}


@pytest.mark.parametrize(
    ("lost", "end_scores"),
    [
        # P1 lost it on day 42, 35 days after the end score; P3 on day 57, 40 days after.
        (Milestone(Since.LAST_INFUSION), [6, 8]),
        (Milestone(Since.LAST_INFUSION, 42, 42), [8]),
        (Milestone(Since.LAST_INFUSION, 43, 57), [6]),
        (Milestone(Since.END_SCORE, 35, 35), [8]),
        (Milestone(Since.END_SCORE, 36, 40), [6]),
        (Milestone(Since.END_SCORE, 41, None), []),
    ],
)
def test_those_who_lost_it_are_found_by_both_clocks(clinic, lost, end_scores):
    behind = CoursesBehind(milestones=(lost,), instead=Instead.END)
    listed = named_courses_behind(clinic, LOCAL_VIEWER, ALL, ON_PHQ9, behind, TODAY)
    assert sorted(listed.rows["total"]) == end_scores


def test_the_columns_have_their_types(clinic):
    found = response_spans(clinic, LOCAL_VIEWER, ALL, ON_PHQ9, TODAY)
    assert dict(found.dtypes.astype(str)) == {
        **dict.fromkeys(("end", "lost", "kept", "booster", "second"), "Int64"),
        **dict.fromkeys(("again", "courses"), "int64"),
    }


@pytest.mark.parametrize("phases", [(Phase.MAINTENANCE,), (Phase.INDUCTION,)])
def test_a_response_at_the_end_is_an_inductions_whatever_the_phase(clinic, phases):
    assert spans(clinic, replace(ALL, phases=phases)) == spans(clinic)


def test_the_cohort_and_the_period_are_kept_to(clinic):
    assert spans(clinic, cohort=replace(ON_PHQ9, sexes=(int(Sex.FEMALE),))) == {P3}
    assert spans(clinic, replace(ALL, start=date(2026, 4, 1))) == set(), "P7 is under way"
    assert spans(clinic, cohort=Cohort(WHO5.code)) == set()


def test_a_viewer_of_one_site_is_told_of_it_alone(clinic):
    west = replace(LOCAL_VIEWER, site_ids=frozenset({"S2"}))
    assert spans(clinic, viewer=west) == {P4}
    assert spans(clinic, replace(ALL, site_ids=("S1",)), viewer=west) == set()


def test_a_viewer_without_the_permission_is_told_nothing(clinic):
    with pytest.raises(NotPermittedError):
        spans(clinic, viewer=Viewer("stranger", frozenset()))
