"""One patient's record, against a clinic followed by hand."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from sqlalchemy import Connection, Engine

from access.viewer import LOCAL_VIEWER, NotPermittedError, Permission, Viewer
from clinical.calendar import day_number
from clinical.codes import DiagnosisGroup, Phase, Timepoint
from clinical.instruments import GAD7, PHQ9
from data_access import one_patient
from data_access.engine import reading, writing
from data_access.one_patient import PatientRecord, find_patient
from tests.data_access.caseload_clinic import NOW, fill

SEES_SOUTH = replace(LOCAL_VIEWER, site_ids=frozenset({"S2"}))
TOTALS_ONLY = Viewer("totals", frozenset({Permission.SEE_TOTALS}))
ANNA, CARL, NAMELESS, UNKNOWN = 1, 6, 8, 999

Listing = Callable[[Connection, Viewer, int], pd.DataFrame]
LISTINGS: tuple[Listing, ...] = (
    one_patient.patient_series,
    one_patient.patient_baselines,
    one_patient.patient_scores,
    one_patient.patient_infusions,
    one_patient.patient_side_effects,
)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with writing(engine) as writer:
        fill(writer)
    with reading(engine) as reader:
        yield reader


def test_who_it_is(connection: Connection):
    assert find_patient(connection, LOCAL_VIEWER, ANNA, NOW) == PatientRecord(
        patient_key=1,
        patient_id="P1",
        mrn="A-100",
        given_name="Anna-Lena",
        family_name="Müller",
        birth_date=date(1980, 4, 1),
        sex="female",
        primary_diagnosis="F33.2",
        diagnosis_group=DiagnosisGroup.TREATMENT_RESISTANT,
        site="North",
        phase=Phase.INDUCTION,
        done=3,
        planned=6,
        next_appointment=datetime(2026, 4, 3, 14, tzinfo=ZoneInfo("America/New_York")),
    )


def test_a_patient_without_anything_is_found_too(connection: Connection):
    found = find_patient(connection, LOCAL_VIEWER, NAMELESS, NOW)
    assert found is not None
    assert (found.given_name, found.phase, found.done) == (None, Phase.NONE, 0)
    assert all(listing(connection, LOCAL_VIEWER, NAMELESS).empty for listing in LISTINGS)


@pytest.mark.parametrize("patient_key", [ANNA, UNKNOWN], ids=["another site's", "unknown"])
def test_another_sites_patient_looks_like_an_unknown_one(connection: Connection, patient_key: int):
    assert find_patient(connection, SEES_SOUTH, patient_key, NOW) is None
    assert all(listing(connection, SEES_SOUTH, patient_key).empty for listing in LISTINGS)


def test_everything_needs_the_permission_to_see_patients(connection: Connection):
    with pytest.raises(NotPermittedError):
        find_patient(connection, TOTALS_ONLY, ANNA, NOW)
    for listing in LISTINGS:
        with pytest.raises(NotPermittedError):
            listing(connection, TOTALS_ONLY, ANNA)


def test_series_the_latest_first(connection: Connection):
    frame = one_patient.patient_series(connection, LOCAL_VIEWER, CARL)
    rows = frame[["phase", "infusions", "first_day", "last_day"]]
    assert list(rows.itertuples(index=False, name=None)) == [
        (Phase.MAINTENANCE, 2, day_number(date(2026, 2, 10)), day_number(date(2026, 3, 17))),
        (Phase.INDUCTION, 1, day_number(date(2025, 10, 1)), day_number(date(2025, 10, 1))),
    ]
    assert frame["planned"].isna().all()


def test_baselines_of_each_series(connection: Connection):
    frame = one_patient.patient_baselines(connection, LOCAL_VIEWER, CARL)
    assert list(frame["baseline"]) == [22, 8]
    assert list(frame["day"]) == [day_number(date(2025, 9, 30)), day_number(date(2026, 2, 9))]


def test_scores_in_time_order_with_their_timepoints(connection: Connection):
    frame = one_patient.patient_scores(connection, LOCAL_VIEWER, ANNA)
    rows = frame.loc[frame["instrument"] == PHQ9.code, ["number", "timepoint", "total", "item_9"]]
    assert list(rows.itertuples(index=False, name=None)) == [
        (0, Timepoint.BASELINE, 20, 2),
        (1, Timepoint.BEFORE_INFUSION, 14, 2),
        (2, Timepoint.BEFORE_INFUSION, 10, 1),
        (3, Timepoint.AFTER_INFUSION, 8, 0),
    ]
    assert frame["completed"].iloc[0] == pd.Timestamp("2026-02-01 09:00")  # 14:00 UTC in New York
    assert (frame["instrument"] == GAD7.code).sum() == 2
    assert frame["item_9"].isna().sum() == 2
    last = frame.loc[frame["total"] == 8].iloc[0]
    assert (last["hours_after"], last["percent"], last["response"], last["remission"]) == (
        20,
        60,
        1,
        0,
    )


def test_infusions_with_dose_and_blood_pressure(connection: Connection):
    frame = one_patient.patient_infusions(connection, LOCAL_VIEWER, ANNA)
    assert list(frame["number"]) == [1, 2, 3]
    last = frame.iloc[2].drop(["infusion_key", "series_key"])
    assert last.to_dict() == {
        "phase": Phase.INDUCTION,
        "number": 3,
        "started": pd.Timestamp("2026-02-10 13:00"),
        "site": "North",
        "drug": None,
        "dose_mg": 40.0,
        "mg_per_kg": 0.5,
        "minutes": 40,
        "peak_systolic": 170,
        "systolic_rise": 30,
        "peak_diastolic": 101,
        "diastolic_rise": 16,
        "lowest_spo2": 94.0,
        "recorded": 1,
        "stopped": 1,
        "stop_reason": "Distress",
    }
    assert pd.isna(frame["systolic_rise"].iloc[1])


def test_side_effects_the_worst_first(connection: Connection):
    frame = one_patient.patient_side_effects(connection, LOCAL_VIEWER, ANNA)
    assert list(frame.itertuples(index=False, name=None)) == [
        (1, "Dissociation", 1, 0),
        (3, "Nausea", 2, 0),
        (3, "Dissociation", 1, 0),
    ]
