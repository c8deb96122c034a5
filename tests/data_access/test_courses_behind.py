"""The courses behind a bar or a point of Outcomes, against a clinic counted by hand."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection

from access.viewer import LOCAL_VIEWER, NotPermittedError, Permission, Viewer
from clinical.codes import FailuresBand, Phase, ScoreKind, Sex
from clinical.course_scores import Missing
from clinical.instruments import INSTRUMENTS, PCL5, PHQ9, WHO5, Instrument
from clinical.measures import THOUGHTS
from clinical.retention import retention
from data_access.cohort import Cohort
from data_access.courses_behind import (
    CoursesBehind,
    Instead,
    Milestone,
    Part,
    cohort_behind,
    named_courses_behind,
)
from data_access.engine import make_engine, reading, writing
from data_access.facts import rebuild_facts
from data_access.outcomes import score_counts, start_counts
from tests.data_access.course_clinic import ALL, TODAY, fill
from tests.data_access.facts.recorded_clinic import RecordedClinic, at

ON_PHQ9 = Cohort(PHQ9.code)
SEES_TOTALS = Viewer("totals", frozenset({Permission.SEE_TOTALS}))
SEES_NORTH = replace(LOCAL_VIEWER, site_ids=frozenset({"S1"}))
Of = CoursesBehind


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


def who(connection: Connection, behind: CoursesBehind, cohort: Cohort = ON_PHQ9) -> str:
    """Whose courses lie behind it, in the order of the list."""
    found = named_courses_behind(connection, LOCAL_VIEWER, ALL, cohort, behind, TODAY)
    assert found.total == len(found.rows)
    return " ".join(found.rows["family_name"])


OBSERVED, CARRIED, STARTERS = Missing.OBSERVED, Missing.CARRIED, Missing.ALL


@pytest.mark.parametrize(
    ("behind", "expected"),
    [
        (Of(), "P6 P5 P4 P3 P2 P1"),
        (Of(with_under_way=True), "P7 P6 P5 P4 P3 P2 P1"),
        # The score after an infusion, and what is made of what is missing.
        (Of(number=1), "P3 P2 P1"),
        (Of(number=2), "P6 P5 P1"),
        (Of(number=2, missing=CARRIED), "P6 P5 P3 P2 P1"),
        (Of(number=2, missing=STARTERS), "P6 P5 P4 P3 P2 P1"),
        (Of(number=1, with_under_way=True), "P7 P3 P2 P1"),
        (Of(number=3, missing=STARTERS), ""),  # nobody is judged beyond two
        # Response: 50 % or more; a baseline of 0 leaves no room, whatever came of it.
        (Of(number=2, responded=True), "P1"),
        (Of(number=2, responded=False), "P6"),
        (Of(number=2, missing=CARRIED, responded=True), "P2 P1"),
        (Of(number=2, missing=CARRIED, responded=False), "P6 P3"),
        (Of(number=2, missing=STARTERS, responded=True), "P1"),
        (Of(number=2, missing=STARTERS, responded=False), "P6 P4 P3 P2"),
        # Remission: 4 or less.
        (Of(number=2, remitted=True), "P5"),
        (Of(number=2, remitted=False), "P6 P1"),
        (Of(number=2, missing=CARRIED, remitted=True), "P5 P2"),
        (Of(number=2, missing=STARTERS, remitted=False), "P6 P4 P3 P2 P1"),
        # Change: P1 50 %, P6 -12.5 %; carried P3 -10 %, P2 80 %.
        (Of(number=2, percent=(50, None)), "P1"),
        (Of(number=2, percent=(-100, 50)), "P6"),
        (Of(number=2, missing=CARRIED, percent=(None, None)), "P6 P5 P3 P2 P1"),
        (Of(number=2, missing=CARRIED, percent=(-10, 80)), "P3 P1"),
        (Of(number=2, missing=CARRIED, by_percent=True), "P6 P3 P1 P2 P5"),
        (Of(number=2, worse=True), "P6"),
        (Of(number=2, worse=False), "P5 P1"),
        (Of(number=2, totals=(10, 18)), "P6 P1"),
        (Of(number=2, totals=(None, 9)), "P5"),
        (Of(baselines=(16, 20)), "P6 P3 P2 P1"),
        (Of(number=1, baselines=(1, 19), with_under_way=True), "P7"),
        # Another score in the place of the one after an infusion.
        (Of(instead=Instead.EARLY), "P1"),
        (Of(instead=Instead.EARLY, responded=True), "P1"),
        (Of(instead=Instead.END), "P6 P5 P3 P1"),
        (Of(instead=Instead.END, responded=False), "P6 P3"),
        # Milestones: P2 responds 71 hours after the first infusion, P1 on day 10.
        (Of(milestones=(Milestone("settled_response_hours"),)), "P2 P1"),
        (Of(milestones=(Milestone("settled_response_hours", None, 71),)), "P2"),
        (Of(milestones=(Milestone("settled_response_hours", 72, None),)), "P1"),
        (Of(milestones=(Milestone("settled_response_hours"), Milestone("early_hours"))), "P1"),
        (Of(milestones=(Milestone("done", 2, 2), Milestone("span_days", 3, 3))), "P6 P5 P2 P1"),
        # Groups.
        (Of(group=("site_key", 2)), "P4 P3"),
        (Of(group=("site_key", (1, 2)), number=2), "P6 P5 P1"),
        (Of(group=("sex", int(Sex.MALE))), "P2"),
        (Of(group=("failures_band", int(FailuresBand.UNKNOWN))), "P6 P5 P4 P3 P1"),
        (Of(group=("baseline_band", 4)), "P3 P2 P1"),
        (Of(group=("baseline_band", (0, 3))), "P6 P5"),
        # On other measures and kinds.
        (Of(measure=WHO5.code), "P6 P5 P4 P3 P2 P1"),
        (Of(measure=WHO5.code, number=1, worse=True), "P2"),
        (Of(measure=WHO5.code, number=2, percent=(50, None)), "P1"),
        (Of(measure=WHO5.code, number=2, responded=True), ""),  # no rule
        (Of(measure=WHO5.code, number=2, responded=False), ""),
        (Of(measure=THOUGHTS.code, number=2, baselines=(1, None), remitted=True), "P1"),
        # The parts of the funnel.
        (Of(part="began"), "P7 P6 P5 P4 P3 P2 P1"),
        (Of(part="under_way"), "P7"),
        (Of(part="over"), "P6 P5 P4 P3 P2 P1"),
        (Of(part="completed"), "P6 P5 P4 P2 P1"),
        (Of(part="due", number=2), "P6 P5 P4 P3 P2 P1"),
        (Of(part="no_baseline", number=2), "P4"),
        (Of(part="stopped", number=2), "P3"),
        (Of(part="unscored", number=2), "P2"),
        (Of(part="scored", number=2), "P6 P5 P1"),
        (Of(part="scored", number=3), ""),
    ],
)
def test_what_lies_behind(clinic: Connection, behind: CoursesBehind, expected: str):
    assert who(clinic, behind) == expected


def test_the_parts_are_as_many_as_the_funnel_counts(clinic: Connection):
    asked = clinic, LOCAL_VIEWER, ALL, ON_PHQ9, TODAY
    found = retention(start_counts(*asked), score_counts(*asked), 2)
    for part in Part:
        behind = Of(part=part, number=2)
        listed = named_courses_behind(clinic, LOCAL_VIEWER, ALL, ON_PHQ9, behind, TODAY)
        assert listed.total == getattr(found, part), part


def test_the_cohort_holds_as_well(clinic: Connection):
    assert who(clinic, Of(), replace(ON_PHQ9, sexes=(int(Sex.FEMALE),))) == "P1"
    assert who(clinic, Of(), replace(ON_PHQ9, baseline_bands=(3,))) == "P6"
    assert who(clinic, Of(number=1), replace(ON_PHQ9, kind=ScoreKind.ACUTE)) == "P1"


def test_another_measure_has_no_bands_of_this_one():
    severe = replace(ON_PHQ9, baseline_bands=(4,))
    assert cohort_behind(severe, Of(measure=PHQ9.code)) == severe
    assert cohort_behind(severe, Of(measure=WHO5.code)) == Cohort(WHO5.code)


def test_maintenance_is_compared_with_the_induction_before_it(clinic: Connection):
    maintenance = replace(ALL, phases=(Phase.MAINTENANCE,))
    found = named_courses_behind(
        clinic, LOCAL_VIEWER, maintenance, ON_PHQ9, Of(number=1, responded=True), TODAY
    )
    row = found.rows.iloc[0]
    told = row[["family_name", "phase", "baseline", "total", "percent"]].tolist()
    assert (found.total, told) == (1, ["P1", 2, 20, 5, 75])


def test_what_is_told_of_each(clinic: Connection):
    rows = named_courses_behind(
        clinic,
        LOCAL_VIEWER,
        ALL,
        ON_PHQ9,
        Of(number=2, missing=CARRIED, with_under_way=True, part="began"),
        TODAY,
    ).rows.set_index("family_name")
    columns = ["site", "over", "done", "planned", "baseline", "total", "observed", "percent"]
    columns += ["responded", "remitted", "last_total", "last_number"]
    told = {name: row.where(row.notna(), None).tolist() for name, row in rows[columns].iterrows()}
    assert told == {
        "P1": ["North", 1, 2, 2, 20, 10, 1, 50, 1, 0, 10, 2],
        "P2": ["North", 1, 2, 2, 20, 4, 0, 80, 1, 1, 4, 1],
        "P3": ["West", 1, 1, 2, 20, 22, 0, -10, 0, 0, 22, 1],
        "P4": ["West", 1, 2, 2, None, None, None, None, None, None, None, None],
        "P5": ["North", 1, 2, 2, 0, 0, 1, None, None, 1, 0, 2],
        "P6": ["North", 1, 2, 2, 16, 18, 1, -12.5, 0, 0, 18, 2],
        "P7": ["North", 0, 1, 2, 15, 3, 0, 80, 1, 1, 3, 1],
    }
    assert rows["started_day"]["P1"] == (date(2026, 3, 1) - date(1970, 1, 1)).days
    assert rows["given_name"]["P1"] == "Ann"


def test_where_no_score_is_named_the_latest_is_told(clinic: Connection):
    rows = named_courses_behind(clinic, LOCAL_VIEWER, ALL, ON_PHQ9, Of(), TODAY).rows
    assert rows["total"].fillna(-1).tolist() == [18, 0, -1, 22, 4, 10]


def test_a_list_that_is_cut_says_how_many_there_are(clinic: Connection):
    found = named_courses_behind(clinic, LOCAL_VIEWER, ALL, ON_PHQ9, Of(), TODAY, at_most=2)
    assert (found.rows["family_name"].tolist(), found.total) == (["P6", "P5"], 6)


def test_a_viewer_of_one_site_meets_another_sites_patient_without_a_name(clinic: Connection):
    found = named_courses_behind(clinic, SEES_NORTH, ALL, ON_PHQ9, Of(), TODAY)
    assert found.rows["site"].unique().tolist() == ["North"]
    names = found.rows[["handle", "given_name", "family_name"]]
    assert names["family_name"].fillna("-").tolist() == ["-", "P5", "P2", "P1"]
    assert names.iloc[0].isna().all()
    assert names["handle"].notna().tolist() == [False, True, True, True]


def test_without_the_permission_nobody_is_listed(clinic: Connection):
    for viewer in (SEES_TOTALS, Viewer("nobody", frozenset())):
        with pytest.raises(NotPermittedError):
            named_courses_behind(clinic, viewer, ALL, ON_PHQ9, Of(), TODAY)


@pytest.mark.parametrize("asked", [{"responded": True}, {"totals": (1, 2)}, {"part": "scored"}])
def test_what_needs_an_infusion_says_so(clinic: Connection, asked: dict[str, Any]):
    with pytest.raises(ValueError, match=r"score|infusion"):
        named_courses_behind(clinic, LOCAL_VIEWER, ALL, ON_PHQ9, Of(**asked), TODAY)


_GRID = {
    PHQ9: ((0, 1, 5, 9, 13, 20), (0, 1, 2, 4, 5, 6, 7, 10, 13, 14)),
    WHO5: ((0, 4, 28, 52), (0, 2, 4, 6, 28, 40, 52, 80)),
    PCL5: ((0, 33, 50), (0, 16, 33, 50, 70)),
}


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def grid(
    request: pytest.FixtureRequest, make_database: Callable[[str], str]
) -> Iterator[tuple[Connection, dict[tuple[Instrument, str], tuple[float, float]]]]:
    """A course for each pair of a baseline and a total."""
    engine = make_engine(make_database(request.param))
    pairs: dict[tuple[Instrument, str], tuple[float, float]] = {}
    with writing(engine) as writer:
        clinic = RecordedClinic(writer)
        for measure, (baselines, totals) in _GRID.items():
            for baseline in baselines:
                for total in totals:
                    name = f"{measure.name} {baseline} {total}"
                    key = clinic.patient(family_name=name)
                    clinic.infusion(key, at(0))
                    clinic.score(key, at(0, 9), baseline, measure.name)
                    clinic.score(key, at(7), total, measure.name)
                    pairs[measure, name] = (baseline, total)
        rebuild_facts(writer)
    with reading(engine) as reader:
        yield reader, pairs
    engine.dispose()


@pytest.mark.parametrize("name", ["PHQ-9", "WHO-5", "PCL-5"])
@pytest.mark.parametrize(
    ("asked", "holds"),
    [
        ({"responded": True}, lambda of, base, total: of.responded(base, total) is True),
        ({"responded": False}, lambda of, base, total: of.responded(base, total) is False),
        ({"remitted": True}, lambda of, base, total: of.remitted(total) is True),
        ({"remitted": False}, lambda of, base, total: of.remitted(total) is False),
        (
            {"percent": (20.0, 50.0)},
            lambda of, base, total: 20 <= (of.improvement_percent(base, total) or 0) < 50,
        ),
        (
            {"worse": True},
            lambda of, base, total: total < base if of.higher_is_better else total > base,
        ),
    ],
)
def test_the_rules_are_those_of_the_instruments(grid, name: str, asked, holds):
    connection, pairs = grid
    measure = INSTRUMENTS[name]
    behind = Of(number=1, measure=measure.code, **asked)
    found = named_courses_behind(connection, LOCAL_VIEWER, ALL, ON_PHQ9, behind, TODAY)
    expected = {who for (of, who), pair in pairs.items() if of is measure and holds(of, *pair)}
    assert set(found.rows["family_name"]) == expected
