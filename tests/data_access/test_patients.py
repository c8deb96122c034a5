"""The caseload's queries, against a clinic followed by hand."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest
from sqlalchemy import Connection, Engine, select, update

from access.viewer import LOCAL_VIEWER, NotPermittedError, Permission, Viewer
from clinical.calendar import day_number
from clinical.codes import DiagnosisGroup, Phase, Timepoint
from clinical.instruments import GAD7, PHQ9, Instrument
from clinical.progress import FOLLOWED, Status, status
from clinical.scores import progress
from clinical.thresholds import Thresholds
from data_access import patients
from data_access.bulk import insert_rows
from data_access.engine import make_engine, reading, writing
from data_access.filters import Filters
from data_access.patient_search import matches
from data_access.patients import CaseloadView, Sort
from data_access.schema import CourseFact, Patient, PatientFact, Series, WatchFact
from tests.data_access.caseload_clinic import TODAY, YEAR, fill, record_thoughts

SEES_SOUTH = replace(LOCAL_VIEWER, site_ids=frozenset({"S2"}))
UNNAMED = Viewer("unnamed", frozenset({Permission.SEE_TOTALS, Permission.SEE_CLINICAL}))
BEFORE_ALL = Filters(start=date(2020, 1, 1), end=date(2020, 12, 31))
VIEW = CaseloadView(PHQ9)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with writing(engine) as writer:
        fill(writer)
    with reading(engine) as reader:
        yield reader


def page(
    connection: Connection,
    view: CaseloadView = VIEW,
    *,
    viewer: Viewer = LOCAL_VIEWER,
    filters: Filters = YEAR,
) -> pd.DataFrame:
    return patients.caseload_page(connection, viewer, filters, view, page=1, today=TODAY)


def keys(connection: Connection, view: CaseloadView, **others: object) -> list[int]:
    return list(page(connection, view, **others)["patient_key"])  # type: ignore[arg-type]


def test_totals_by_status_and_timepoint_of_the_latest_score(connection: Connection):
    frame = patients.caseload_totals(connection, LOCAL_VIEWER, YEAR, PHQ9)
    assert list(frame.columns) == [
        "phase",
        "status",
        "timepoint",
        "patients",
        "responded",
        "remitted",
    ]
    assert list(frame.itertuples(index=False, name=None)) == [
        (Phase.INDUCTION, Status.WORSE, Timepoint.BEFORE_INFUSION, 1, 0, 0),
        (Phase.INDUCTION, Status.RESPONDING, Timepoint.AFTER_INFUSION, 1, 1, 0),
        (Phase.INDUCTION, Status.REMISSION, Timepoint.BEFORE_INFUSION, 1, 1, 1),
        (Phase.INDUCTION, Status.NOT_EVALUABLE, Timepoint.UNLINKED, 1, 0, 0),
        (Phase.INDUCTION, Status.NOT_EVALUABLE, Timepoint.AFTER_INFUSION, 1, 0, 0),
        (Phase.MAINTENANCE, Status.STEADY, Timepoint.BEFORE_INFUSION, 1, 0, 0),
    ]


def test_totals_follow_the_filters_and_the_viewer(connection: Connection):
    def total(viewer: Viewer, filters: Filters) -> int:
        frame = patients.caseload_totals(connection, viewer, filters, PHQ9)
        return int(frame["patients"].sum())

    assert total(LOCAL_VIEWER, YEAR) == 6
    assert total(LOCAL_VIEWER, replace(YEAR, site_ids=("S1",))) == 4
    assert total(SEES_SOUTH, YEAR) == 2
    assert total(SEES_SOUTH, replace(YEAR, site_ids=("S1",))) == 0
    assert total(LOCAL_VIEWER, replace(YEAR, phases=(Phase.MAINTENANCE,))) == 1
    assert total(LOCAL_VIEWER, replace(YEAR, diagnosis_groups=(DiagnosisGroup.BIPOLAR,))) == 1
    assert total(LOCAL_VIEWER, replace(YEAR, start=date(2026, 3, 11))) == 1  # only P6
    assert total(LOCAL_VIEWER, replace(YEAR, end=date(2026, 2, 2))) == 1  # only P1 had begun
    assert total(LOCAL_VIEWER, BEFORE_ALL) == 0
    assert total(UNNAMED, YEAR) == 6


def test_a_page_row_says_all_about_the_latest_series(connection: Connection):
    row = page(connection, replace(VIEW, search="Müller")).iloc[0]
    assert row.dropna().to_dict() == {
        "patient_key": 1,
        "patient_id": "P1",
        "mrn": "A-100",
        "given_name": "Anna-Lena",
        "family_name": "Müller",
        "site": "North",
        "phase": Phase.INDUCTION,
        "done": 3,
        "planned": 6,
        "status": Status.RESPONDING,
        "baseline": 20.0,
        "last_total": 8.0,
        "change": -12.0,
        "last_day": day_number(date(2026, 2, 11)),
        "last_number": 3,
        "last_timepoint": Timepoint.AFTER_INFUSION,
        "history": [20.0, 14.0, 10.0],  # the score within 72 hours is of another kind
        "next_day": date(2026, 4, 3),
        "provider": "Grace Hall",
        "concern": 0,
        "overdue": 0,
        "scored_day": day_number(date(2026, 2, 11)),
        "item_9_last": 0.0,
    }


def test_what_is_not_known_is_missing(connection: Connection):
    frame = page(connection).set_index("patient_key")
    missing = frame.isna()
    assert missing.loc[2, "planned"]
    assert frame.loc[2, "next_day"] is None  # the one booking is past, the other cancelled
    assert missing.loc[4, "baseline"]
    assert missing.loc[4, "change"]
    assert frame.loc[4, "last_total"] == 12
    assert missing.loc[5, "last_day"]
    assert frame.loc[5, "history"] == []
    assert missing.loc[4, "provider"]


def test_the_history_is_of_the_latest_series_alone(connection: Connection):
    frame = page(connection).set_index("patient_key")
    assert frame.loc[6, "history"] == [8.0, 8.0]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        (Sort.CONCERN, [2, 6, 1, 3, 4, 5]),
        (Sort.NAME, [6, 4, 1, 5, 2, 3]),
        (Sort.CHANGE, [2, 6, 1, 3, 4, 5]),  # +5, 0, -12, -14, then unknown
        (Sort.SEVERITY, [2, 4, 1, 6, 3, 5]),  # 21, 12, 8, 8, 4, none
        (Sort.UNSCORED, [5, 3, 1, 2, 4, 6]),
        (Sort.NEXT_APPOINTMENT, [3, 1, 2, 4, 5, 6]),
    ],
)
def test_orders(connection: Connection, sort: Sort, expected: list[int]):
    found = keys(connection, replace(VIEW, sort=sort))
    if sort is Sort.NAME:
        # Where signs and letters beyond ASCII sort is the database's own affair.
        assert [key for key in found if key in {1, 2, 5}] == [1, 5, 2]
        assert sorted(found) == sorted(expected)
    else:
        assert found == expected


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("anna", {1, 5}),
        ("ANNA", {1, 5}),
        ("lena", {1}),  # the second half of a double name
        ("Anna-Lena", {1}),
        ("annalena", {1}),
        ("müller, anna", {1}),
        ("Anna Müller", {1}),  # in any order
        ("müller anna novak", set()),
        ("MÜLLER", {1}),
        ("muller", {1}),
        ("mu\N{COMBINING DIAERESIS}ller", {1}),  # the same sign, written as two
        ("celik", {3}),
        ("ÖZLEM ÇEL", {3}),
        ("nna", set()),  # words are found from their beginning
        ("a-200", {2}),
        ("A200", {2}),
        ("200", {2}),
        ("P3", {3}),
        ("anna bob", set()),
        ("O'Brien", {2}),
        ("O\N{RIGHT SINGLE QUOTATION MARK}Brien", {2}),
        ("obrien", {2}),
        ("brien", {2}),
        ("100%", {1, 6}),  # also the number A-100
        ("_**max", {4}),
        ("%max", {4}),
        ("m_x", set()),  # signs are no wildcards
        ("m%", {1, 4}),
        ("%", set()),  # no word at all
        ("_", set()),
        ("--", set()),
        ("'; DROP TABLE patients; --", set()),
        ("a b c d e f g", set()),
        ("a a a a a a no-such-word", {1, 2, 5, 6}),  # the seventh word is passed over
        ("", {1, 2, 3, 4, 5, 6}),
        ("  ", {1, 2, 3, 4, 5, 6}),
    ],
)
def test_search_finds_the_beginnings_of_words(
    connection: Connection, search: str, expected: set[int]
):
    view = replace(VIEW, search=search)
    assert set(keys(connection, view)) == expected
    assert patients.caseload_size(connection, LOCAL_VIEWER, YEAR, view) == len(expected)


def test_search_beyond_the_filters_stays_within_the_viewers_sites(connection: Connection):
    everybody = replace(VIEW, beyond=True)
    assert set(keys(connection, everybody)) == {1, 2, 3, 4, 5, 6, 7, 8}
    assert keys(connection, replace(everybody, search="dora")) == [7]
    assert set(keys(connection, everybody, viewer=SEES_SOUTH)) == {3, 4, 8}


def test_a_search_reads_only_its_part_of_the_words(sqlite_url: str):
    """The plan seeks a range of the primary key; reading every word would not scale."""
    engine = make_engine(sqlite_url)
    statement = select(PatientFact.patient_key).where(*matches("anna nov"))
    compiled = statement.compile(engine, compile_kwargs={"literal_binds": True})
    with reading(engine) as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}").all()
    engine.dispose()
    steps = [str(step[-1]) for step in plan if "patient_words" in str(step[-1])]
    assert len(steps) == 2
    assert all("PRIMARY KEY (word>? AND word<?)" in step for step in steps)


def test_concern_about_suicidal_thoughts_comes_first(engine: Engine):
    with writing(engine) as writer:
        fill(writer)
        record_thoughts(writer)
    with reading(engine) as connection:
        frame = page(connection, replace(VIEW, thresholds=Thresholds(concern_days=28)))
        older = page(connection, replace(VIEW, thresholds=Thresholds(concern_days=24)))
    # Worse, steady and not evaluable, each with a concern; then the others by status. P3's rise is
    # no longer under treatment.
    assert frame["patient_key"].tolist() == [2, 6, 4, 1, 3, 5]
    assert frame["concern"].tolist() == [1, 1, 1, 0, 0, 0]
    assert older["patient_key"].tolist() == [6, 4, 2, 1, 3, 5]  # P2's rise was 25 days ago
    columns = ["patient_key", "item_9_before", "item_9_last", "cssrs_before", "cssrs_last"]
    levels = frame[columns].astype(object).where(frame[columns].notna(), None)
    assert {key: tuple(found) for key, *found in levels.itertuples(index=False)} == {
        1: (None, 0, None, None),
        2: (0, 1, None, None),
        3: (None, None, 0, 1),
        4: (None, None, None, 3),
        5: (None, None, None, None),
        6: (None, None, 0, 2),
    }


def test_overdue_are_those_under_treatment_without_a_recent_score(connection: Connection):
    """P2, P4 and P5 (induction): last infusion 25, 26, 21 days ago, score 25, 25, 22 days ago."""

    limits = Thresholds(
        treated_induction_days=28,
        treated_maintenance_days=182,
        overdue_induction_days=14,
        overdue_maintenance_days=60,
    )

    def overdue(**others: int) -> set[int]:
        view = replace(VIEW, overdue_on=TODAY, thresholds=replace(limits, **others))
        frame = page(connection, view)
        assert frame["overdue"].eq(1).all()
        found = set(frame["patient_key"])
        assert patients.caseload_size(connection, LOCAL_VIEWER, YEAR, view) == len(found)
        return found

    assert overdue() == {2, 4, 5}
    assert overdue(overdue_induction_days=25) == {2, 4}
    assert overdue(overdue_induction_days=26) == set()
    assert overdue(treated_induction_days=25) == {2, 5}
    assert overdue(overdue_maintenance_days=14) == {2, 4, 5, 6}  # P6 was scored 14 days ago
    assert overdue(overdue_maintenance_days=15) == {2, 4, 5}
    assert overdue(overdue_maintenance_days=14, treated_maintenance_days=14) == {2, 4, 5, 6}
    assert overdue(overdue_maintenance_days=14, treated_maintenance_days=13) == {2, 4, 5}
    earlier = replace(VIEW, overdue_on=TODAY - timedelta(days=9), thresholds=limits)
    assert set(keys(connection, earlier)) == {2, 4}  # P5's score is 13 days old


def test_who_was_never_scored_is_overdue(engine: Engine):
    with writing(engine) as writer:
        fill(writer)
        writer.execute(update(WatchFact).where(WatchFact.patient_key == 6).values(scored_day=None))
    with reading(engine) as reader:
        assert 6 in keys(reader, replace(VIEW, overdue_on=TODAY))


def test_provider_filter(connection: Connection):
    assert keys(connection, replace(VIEW, provider_keys=(1,))) == [1, 5]
    assert keys(connection, replace(VIEW, provider_keys=(3,))) == [2, 6]
    view = replace(VIEW, provider_keys=(2, 3))
    assert keys(connection, view) == [2, 6, 3]
    assert patients.caseload_size(connection, LOCAL_VIEWER, YEAR, view) == 3
    assert keys(connection, view, viewer=SEES_SOUTH) == [3]
    assert keys(connection, replace(view, search="carl", statuses=(Status.STEADY,))) == [6]


def test_providers_of_the_caseload(connection: Connection):
    def found(viewer: Viewer, filters: Filters) -> list[tuple[int, str, str, int]]:
        frame = patients.caseload_providers(connection, viewer, filters)
        return list(frame.itertuples(index=False, name=None))

    halls = [(1, "V1", "Grace Hall", 1), (2, "V2", "Grace Hall", 1)]
    reed, past = (3, "V3", "Omar Reed", 0), (4, "V4", "Ida Past", 0)
    assert found(LOCAL_VIEWER, YEAR) == [*halls, reed]
    assert found(LOCAL_VIEWER, replace(YEAR, start=date(2024, 1, 1))) == [*halls, past, reed]
    assert found(SEES_SOUTH, YEAR) == halls[1:]
    assert found(LOCAL_VIEWER, replace(YEAR, phases=(Phase.MAINTENANCE,))) == [reed]
    assert found(LOCAL_VIEWER, BEFORE_ALL) == []


def test_status_filter(connection: Connection):
    view = replace(VIEW, statuses=(Status.WORSE, Status.NOT_EVALUABLE))
    assert keys(connection, view) == [2, 4, 5]
    assert patients.caseload_size(connection, LOCAL_VIEWER, YEAR, view) == 3


def test_another_instrument(connection: Connection):
    frame = page(connection, CaseloadView(GAD7)).set_index("patient_key")
    assert frame.loc[1, "baseline"] == 12
    assert frame.loc[1, "status"] == Status.RESPONDING
    assert frame.loc[2, "status"] == Status.NOT_EVALUABLE


@pytest.mark.parametrize("sort", Sort)
def test_pages_are_stable_over_ties(engine: Engine, monkeypatch: pytest.MonkeyPatch, sort: Sort):
    """Eleven patients alike in everything, in pages of four: each once, by key."""
    monkeypatch.setattr(patients, "PAGE_SIZE", 4)
    with writing(engine) as writer:
        _write_alike(writer, 11)
    view = replace(VIEW, sort=sort)
    with reading(engine) as connection:
        found = [
            list(
                patients.caseload_page(
                    connection, LOCAL_VIEWER, YEAR, view, page=number, today=TODAY
                )["patient_key"]
            )
            for number in (1, 2, 3, 4)
        ]
    assert found == [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11], []]


def test_pages_meet_without_gap_or_overlap(connection: Connection, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(patients, "PAGE_SIZE", 4)
    found = [
        list(
            patients.caseload_page(connection, LOCAL_VIEWER, YEAR, VIEW, page=number, today=TODAY)[
                "patient_key"
            ]
        )
        for number in (1, 2, 3)
    ]
    assert found == [[2, 6, 1, 3], [4, 5], []]


def test_instruments_in_use(connection: Connection):
    assert patients.instruments_in_use(connection, LOCAL_VIEWER) == (PHQ9, GAD7)
    assert patients.instruments_in_use(connection, SEES_SOUTH) == (PHQ9,)


def test_scores_by_infusion_never_mix_timepoints(connection: Connection):
    frame = patients.scores_by_infusion(connection, LOCAL_VIEWER, YEAR, PHQ9, Phase.INDUCTION)
    rows = frame[["timepoint", "number", "scores", "mean", "mean_square", "compared"]]
    assert list(rows.itertuples(index=False, name=None)) == [
        # P1 20, P2 16, P3 18, P5 20, and P6's 22 before the first series
        (Timepoint.BASELINE, 0, 5, pytest.approx(19.2), pytest.approx(372.8), 5),
        (Timepoint.BEFORE_INFUSION, 1, 3, 13.0, pytest.approx(653 / 3), 3),  # 14, 21, 4
        (Timepoint.BEFORE_INFUSION, 2, 1, 10.0, 100.0, 1),
        (Timepoint.AFTER_INFUSION, 1, 1, 12.0, 144.0, 0),
        (Timepoint.AFTER_INFUSION, 3, 1, 8.0, 64.0, 1),
    ]
    outcomes = frame[["rated", "responded", "remission_rated", "remitted"]]
    assert list(outcomes.itertuples(index=False, name=None)) == [
        (0, 0, 0, 0),
        (3, 1, 3, 1),
        (1, 1, 1, 0),
        (0, 0, 0, 0),
        (1, 1, 1, 0),
    ]
    assert frame["mean_baseline"].iloc[1] == 18.0
    assert pd.isna(frame["mean_baseline"].iloc[3])


def test_maintenance_is_apart(connection: Connection):
    frame = patients.scores_by_infusion(connection, LOCAL_VIEWER, YEAR, PHQ9, Phase.MAINTENANCE)
    rows = frame[["timepoint", "number", "scores", "mean"]]
    assert list(rows.itertuples(index=False, name=None)) == [
        (Timepoint.BASELINE, 0, 1, 8.0),
        (Timepoint.BEFORE_INFUSION, 1, 1, 8.0),
    ]


def test_an_empty_period(connection: Connection):
    assert page(connection, filters=BEFORE_ALL).empty
    assert patients.caseload_totals(connection, LOCAL_VIEWER, BEFORE_ALL, PHQ9).empty
    assert patients.scores_by_infusion(
        connection, LOCAL_VIEWER, BEFORE_ALL, PHQ9, Phase.INDUCTION
    ).empty


def test_names_need_the_permission_to_see_patients(connection: Connection):
    with pytest.raises(NotPermittedError):
        page(connection, viewer=UNNAMED)
    with pytest.raises(NotPermittedError):
        patients.caseload_size(connection, UNNAMED, YEAR, VIEW)
    with pytest.raises(NotPermittedError):
        patients.caseload_providers(connection, UNNAMED, YEAR)
    manager = Viewer("manager", frozenset({Permission.SEE_TOTALS}))
    with pytest.raises(NotPermittedError):
        patients.caseload_totals(connection, manager, YEAR, PHQ9)
    with pytest.raises(NotPermittedError):
        patients.scores_by_infusion(connection, manager, YEAR, PHQ9, Phase.INDUCTION)


def test_the_database_and_the_clinical_rule_say_the_same(engine: Engine):
    """Every instrument, both phases, baselines and totals over the whole range."""
    cases = [
        (instrument, phase, baseline, total)
        for instrument in FOLLOWED
        for phase in (Phase.INDUCTION, Phase.MAINTENANCE)
        for baseline in (None, *_spread(instrument))
        for total in _spread(instrument)
    ]
    with writing(engine) as connection:
        _write_courses(connection, cases)
    with reading(engine) as connection:
        for instrument in FOLLOWED:
            found = dict(
                connection.execute(
                    select(CourseFact.series_key, patients.status_expression(instrument)).where(
                        CourseFact.instrument == instrument.code
                    )
                ).all()
            )
            expected = {
                key: status(*case) for key, case in enumerate(cases, 1) if case[0] is instrument
            }
            assert found == expected


def _write_alike(connection: Connection, count: int) -> None:
    """Patients of one name with one infusion on one day and no score."""
    everybody = range(1, count + 1)
    insert_rows(
        connection,
        Patient,
        ("patient_key", "patient_id", "given_name", "family_name"),
        [(key, f"P{key}", "Anna", "Same") for key in everybody],
    )
    insert_rows(
        connection,
        PatientFact,
        (
            "patient_key",
            "diagnosis_group",
            "phase",
            "done",
            "series_started_day",
            "infusions",
            "last_infusion_day",
            "handle",
        ),
        [
            (key, 0, int(Phase.INDUCTION), 1, day_number(TODAY), 1, day_number(TODAY), f"h{key}")
            for key in reversed(everybody)
        ],
    )


Case = tuple[Instrument, Phase, float | None, float]


def _spread(instrument: Instrument) -> list[float]:
    """Totals from the lowest to the highest, at most 15 of them."""
    step = max(1, round((instrument.highest - instrument.lowest) / 14))
    return [float(total) for total in range(int(instrument.lowest), int(instrument.highest), step)]


def _write_courses(connection: Connection, cases: list[Case]) -> None:
    insert_rows(connection, Patient, ("patient_key", "patient_id"), [(1, "P1")])
    insert_rows(
        connection,
        Series,
        ("series_key", "series_id", "patient_id", "phase", "started_on", "derived"),
        [
            (key, f"S{key}", "P1", phase.name.lower(), TODAY, False)
            for key, (_, phase, _, _) in enumerate(cases, 1)
        ],
    )
    insert_rows(
        connection,
        CourseFact,
        (
            "series_key",
            "instrument",
            "patient_key",
            "phase",
            "diagnosis_group",
            "started_day",
            "current",
            "scores",
            "baseline",
            "last_total",
            "change",
            "percent",
            "response",
            "remission",
        ),
        [
            (
                key,
                instrument.code,
                1,
                int(phase),
                0,
                0,
                0,
                1,
                baseline,
                total,
                *(
                    int(value) if isinstance(value, bool) else value
                    for value in progress(instrument, baseline, total)
                ),
            )
            for key, (instrument, phase, baseline, total) in enumerate(cases, 1)
        ],
    )
