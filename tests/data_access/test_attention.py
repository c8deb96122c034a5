"""A recorded patient for each rule: from the records to the attention list, on both databases."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from math import isnan

import pandas as pd
import pytest
from sqlalchemy import Connection, Engine, select

from access.viewer import LOCAL_VIEWER, NotPermittedError, Permission, Viewer
from clinical.attention import Rule, rule_days
from clinical.codes import DiagnosisGroup, Phase
from clinical.thresholds import DEFAULTS
from data_access.attention import people, watched_among, watched_patients
from data_access.engine import make_engine, reading, writing
from data_access.facts import refresh_facts
from data_access.facts.tables import table_of
from data_access.filters import Filters
from data_access.schema import PatientFact, WatchFact
from tests.data_access.facts.recorded_clinic import DAY_0, RecordedClinic, at

NOW = 200
"""Today, in days after 1 March 2026."""
TODAY = date(2026, 3, 1) + timedelta(days=NOW)
FILTERS = Filters(TODAY - timedelta(days=1), TODAY)
"""One day of period: the list does not go by it."""
COURSE = tuple(range(180, 198, 3))
"""The days of an induction of six infusions."""
BOOSTERS = (0, 3, 6, 9, 12, 15, 45, 75, 105, 135, 165, 195)
"""The days of six infusions of an induction and six boosters."""
HEALTHY, THOUGHTS, RED, WORSE, LOST, STILL, LATE, UNSCORED, WESTERN, OLD, NEVER = range(1, 12)
NORTHERNER = Viewer("north", frozenset(Permission), frozenset({"S1"}))
MANAGER = Viewer("manager", frozenset({Permission.SEE_TOTALS}))


def course(
    clinic: RecordedClinic, days: tuple[int, ...], *totals: float, site: str = "S1"
) -> tuple[int, int]:
    """Infusions of the next patient on these days; returns the keys of the patient and the last.

    PHQ-9 is scored a day before the first infusion, an hour before each other one, and four days
    after the last; as often as there are totals.
    """
    patient = clinic.patient(
        given_name="Ann",
        family_name=f"Lee{days[0]}",
        primary_diagnosis="F31.4" if site == "S2" else "F33.1",
    )
    infusion = 0
    for day in days:
        infusion = clinic.infusion(patient, at(day), site_id=site)
    scored = (at(days[0] - 1), *(at(day, hour=9) for day in days[1:]), at(days[-1] + 4))
    for completed, total in zip(scored, totals, strict=False):
        clinic.score(patient, completed, total)
    return patient, infusion


def fill(connection: Connection) -> None:
    """A patient for each rule, a healthy one, and three who are not under treatment there."""
    clinic = RecordedClinic(connection)
    course(clinic, COURSE, 20, 18, 15, 12, 10, 9, 8)
    patient, _ = course(clinic, COURSE)
    item_9 = (1, 0, 1, 1, 2, 2, 2)
    for day, total, answer in zip((179, *COURSE[1:], 199), range(20, 6, -2), item_9, strict=True):
        clinic.score(patient, at(day, hour=9), total, item_9=answer)
    _, infusion = course(clinic, COURSE, 20, 18, 15, 12, 10, 9, 8)
    for minute, systolic in ((0, 130), (20, 184), (40, 181), (60, 140)):
        clinic.vitals(
            infusion, at(COURSE[-1], minute=minute // 2), systolic_mmhg=systolic, diastolic_mmhg=80
        )
    course(clinic, COURSE, 15, 16, 18, 19, 20, 22, 23)
    course(clinic, BOOSTERS, 20, 14, 11, 9, 8, 7, 6, 6, 7, 7, 13, 16)
    course(clinic, COURSE, 22, 21, 22, 20, 21, 22, 21)
    course(clinic, (0, 3, 6, 9, 12, 40, 60, 80, 100, 120), 20, 14, 11, 9, 8, 7, 6, 6, 7, 7)
    clinic.score(LATE, at(190), 7)
    course(clinic, COURSE)
    course(clinic, COURSE, site="S2")
    course(clinic, tuple(day - 90 for day in COURSE))
    clinic.patient(given_name="Nobody", family_name="Yet")
    for day, columns in (
        (NOW - 1, {}),  # yesterday, never closed
        (NOW + 9, {}),
        (NOW + 5, {"kind": "follow_up"}),
        (NOW + 2, {"status": "cancelled"}),
        (NOW + 12, {}),
    ):
        clinic.appointment(at(day), patient_id=f"P{HEALTHY}", **columns)
    clinic.appointment(at(NOW), patient_id=f"P{LATE}")
    refresh_facts(connection, range(1, 12))


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


def watched(
    connection: Connection, filters: Filters = FILTERS, viewer: Viewer = LOCAL_VIEWER
) -> pd.DataFrame:
    frame = watched_patients(connection, viewer, filters, TODAY, DEFAULTS)
    return frame.sort_values("patient_key", ignore_index=True)


def keys(frame: pd.DataFrame) -> list[int]:
    return [int(key) for key in frame["patient_key"]]


# --- from the records to the rules ------------------------------------------------------------


def test_each_rule_holds_for_its_patient_since_its_day_and_for_nobody_else(
    connection: Connection,
) -> None:
    frame = watched(connection).set_index("patient_key")
    days = rule_days(frame, DAY_0 + NOW, DEFAULTS)
    found = {
        key: {rule: int(row[int(rule)]) - DAY_0 for rule in Rule if row.notna()[int(rule)]}
        for key, row in days.iterrows()
    }
    assert found == {
        HEALTHY: {},
        THOUGHTS: {Rule.THOUGHTS: 186},  # 1, 0, then 1 before the third infusion
        RED: {Rule.RED_EVENT: 195},
        WORSE: {Rule.WORSE: 192},  # 20 before the fifth infusion: five points over 15
        LOST: {Rule.LOST_RESPONSE: 165},  # 13 and 16 are no longer half of 20
        STILL: {Rule.NO_RESPONSE: 199},
        LATE: {Rule.LATE: 151},  # 120 and 30, half as long again as the usual 20
        UNSCORED: {Rule.UNSCORED: 195},
        WESTERN: {Rule.UNSCORED: 195},
    }


def test_what_is_watched_comes_as_numbers(connection: Connection) -> None:
    frame = watched(connection)
    whole = {
        *("patient_key", "diagnosis_group", "phase", "done", "last_infusion_day", "last_number"),
        *("unscored", "intervals"),
    }
    assert set(frame.columns) == {*table_of(WatchFact).columns.keys(), "booked_day"}
    for name, kind in frame.dtypes.items():
        assert str(kind) == ("int64" if name in whole else "float64"), name
    empty = watched(connection, replace(FILTERS, site_ids=("S9",)))
    assert empty.empty
    assert empty.dtypes.to_dict() == frame.dtypes.to_dict()


def test_the_next_booked_infusion_is_no_follow_up_and_no_cancelled_one(
    connection: Connection,
) -> None:
    booked = watched(connection).set_index("patient_key")["booked_day"]
    assert booked[HEALTHY] == DAY_0 + NOW + 9
    assert booked[LATE] == DAY_0 + NOW, "today counts"
    assert isnan(booked[STILL])


# --- filters and viewers ----------------------------------------------------------------------


def test_who_may_be_under_treatment_whatever_the_period(connection: Connection) -> None:
    assert keys(watched(connection)) == list(range(HEALTHY, OLD))
    long_ago = Filters(date(2020, 1, 1), date(2020, 1, 2))
    assert keys(watched(connection, long_ago)) == list(range(HEALTHY, OLD))


def test_the_longer_limit_decides_whom_to_ask_for(connection: Connection) -> None:
    """OLD's last infusion was 95 days ago, NEVER had none."""
    for changed, expected in (
        ({"treated_maintenance_days": 94}, range(HEALTHY, OLD)),
        ({"treated_maintenance_days": 95}, range(HEALTHY, NEVER)),
        ({"treated_maintenance_days": 84, "treated_induction_days": 95}, range(HEALTHY, NEVER)),
    ):
        limits = replace(DEFAULTS, **changed)
        found = watched_patients(connection, LOCAL_VIEWER, FILTERS, TODAY, limits)
        assert sorted(keys(found)) == list(expected)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"site_ids": ("S2",)}, [WESTERN]),
        ({"site_ids": ("S1", "S2")}, [*range(HEALTHY, OLD)]),
        ({"diagnosis_groups": (DiagnosisGroup.BIPOLAR,)}, [WESTERN]),
        ({"diagnosis_groups": (DiagnosisGroup.OTHER,)}, []),
        ({"phases": (Phase.MAINTENANCE,)}, [LOST, LATE]),
        ({"phases": (Phase.MAINTENANCE,), "site_ids": ("S2",)}, []),
    ],
)
def test_filters_by_site_diagnosis_and_phase(
    connection: Connection, changes: dict[str, tuple[object, ...]], expected: list[int]
) -> None:
    assert keys(watched(connection, replace(FILTERS, **changes))) == expected  # type: ignore[arg-type]


def test_a_viewer_of_one_site_sees_its_patients_only(connection: Connection) -> None:
    assert keys(watched(connection, viewer=NORTHERNER)) == list(range(HEALTHY, WESTERN))
    west = replace(FILTERS, site_ids=("S2",))
    assert keys(watched(connection, west, viewer=NORTHERNER)) == []


def test_without_the_permission_nobody_is_shown(connection: Connection) -> None:
    with pytest.raises(NotPermittedError, match="see patients by name"):
        watched_patients(connection, MANAGER, FILTERS, TODAY, DEFAULTS)
    with pytest.raises(NotPermittedError, match="see patients by name"):
        watched_among(connection, MANAGER, [HEALTHY], TODAY)
    with pytest.raises(NotPermittedError, match="see patients by name"):
        people(connection, MANAGER, [HEALTHY], TODAY)


def test_watched_among_is_whoever_is_asked_for_and_may_be_seen(connection: Connection) -> None:
    asked = [WESTERN, OLD, NEVER, STILL, 999]
    found = watched_among(connection, LOCAL_VIEWER, asked, TODAY)
    assert sorted(keys(found)) == [STILL, WESTERN, OLD], "treated or not; who was never has no row"
    found = watched_among(connection, NORTHERNER, asked, TODAY)
    assert sorted(keys(found)) == [STILL, OLD]
    same = watched_among(connection, LOCAL_VIEWER, [HEALTHY], TODAY)
    pd.testing.assert_frame_equal(same, watched(connection).head(1))
    assert watched_among(connection, LOCAL_VIEWER, [], TODAY).empty


# --- who they are -----------------------------------------------------------------------------


def test_people_come_in_the_order_of_the_keys(connection: Connection) -> None:
    found = people(connection, LOCAL_VIEWER, [LATE, HEALTHY, NEVER, LOST], TODAY)
    assert keys(found) == [LATE, HEALTHY, NEVER, LOST]
    assert found["patient_id"].tolist() == ["P7", "P1", "P11", "P5"]
    assert found["family_name"].tolist() == ["Lee0", "Lee180", "Yet", "Lee0"]
    assert found["site"].isna().tolist() == [False, False, True, False]
    rows = connection.execute(select(PatientFact.patient_key, PatientFact.handle))
    handles = {row.patient_key: row.handle for row in rows}
    assert found["handle"].tolist() == [handles[key] for key in keys(found)]


def test_the_next_appointment_is_of_any_kind_booked_from_today_on(connection: Connection) -> None:
    found = people(connection, LOCAL_VIEWER, [HEALTHY, LATE, STILL], TODAY)
    assert found["next_day"].tolist()[:2] == [DAY_0 + NOW + 5, DAY_0 + NOW]
    assert found["next_day"].isna().tolist() == [False, False, True]
    assert found["planned"].isna().all(), "no number of infusions was planned"
    assert {str(found[name].dtype) for name in ("planned", "next_day")} == {"Int64"}


def test_people_of_other_sites_are_left_out(connection: Connection) -> None:
    assert keys(people(connection, NORTHERNER, [WESTERN, HEALTHY], TODAY)) == [HEALTHY]
    nobody = people(connection, NORTHERNER, [WESTERN], TODAY)
    assert nobody.empty
    assert list(nobody.columns) == [
        *("patient_key", "handle", "patient_id", "mrn", "given_name", "family_name", "site"),
        *("planned", "next_day"),
    ]
    assert people(connection, LOCAL_VIEWER, [], TODAY).empty
