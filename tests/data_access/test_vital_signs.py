"""The queries of the vital signs, against a clinic counted by hand."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from math import isnan
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Connection, Engine

from access.viewer import LOCAL_VIEWER, NotPermittedError, Viewer
from clinical.codes import AgeBand, DiagnosisGroup, DoseBand, Phase, PressureHistory
from clinical.thresholds import DEFAULTS, Thresholds
from clinical.vital_limits import Concern, oxygen_concern, pressure_concern, sedation_concern
from clinical.vital_reached import MEASURED_COLUMNS, VitalLimit
from clinical.vitals import Measurement, summarise
from data_access import vital_signs
from data_access.bulk import insert_rows
from data_access.engine import reading, writing
from data_access.facts import rebuild_facts
from data_access.filters import Filters
from data_access.schema import Infusion, Patient, Site
from data_access.vital_signs import SAMPLE_INFUSIONS, RecordedHypertension, VitalSample
from tests.data_access.vital_clinic import ALL, DAYS, READINGS, fill

NOBODY = Viewer("nobody", frozenset())
ONLY_NORTH = replace(ALL, site_ids=("S1",))
SEES_SOUTH = replace(LOCAL_VIEWER, site_ids=frozenset({"S2"}))
COUNTED = [*MEASURED_COLUMNS, *VitalLimit]


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with writing(engine) as writer:
        fill(writer)
    with reading(engine) as reader:
        yield reader


def totals(frame: pd.DataFrame) -> dict[str, int]:
    return {str(name): int(frame[name].sum()) for name in COUNTED if frame[name].sum()}


def counts(
    connection: Connection,
    filters: Filters = ALL,
    viewer: Viewer = LOCAL_VIEWER,
    thresholds: Thresholds = DEFAULTS,
) -> dict[str, int]:
    return totals(vital_signs.limit_counts(connection, viewer, filters, thresholds))


def test_infusions_over_each_limit(connection: Connection):
    # Pressure: V1 165, V2 181, V3 200 and V4 a diastolic of 100. Twice 180: V2; V3 reached 110
    # and 109, so not. Oxygen: 93.9, 90 and 89.5 are under 94, only the last is under 90.
    assert counts(connection) == {
        "pressure": 5,
        "pressure_twice": 4,
        "oxygen": 5,
        "sedation": 4,
        "high_pressure": 4,
        "red_pressure": 1,
        "stop_pressure": 1,
        "low_oxygen": 3,
        "red_oxygen": 1,
        "deep_sedation": 2,
    }


def test_the_limits_are_the_clinics_own(connection: Connection):
    at = replace(
        DEFAULTS,
        amber_systolic=181,
        amber_diastolic=111,
        red_systolic=150,
        stop_systolic=220,
        amber_spo2=90,
        red_spo2=80,
        red_sedation=2,
    )
    found = counts(connection, thresholds=at)
    assert {name: found[name] for name in found if name in list(VitalLimit)} == {
        "high_pressure": 2,  # V2, V3
        "red_pressure": 3,  # V1 164, V2 180, V3 150
        "low_oxygen": 1,
        "deep_sedation": 1,
    }


def test_groups_and_sedation_levels(connection: Connection):
    frame = vital_signs.limit_counts(connection, LOCAL_VIEWER, ALL, DEFAULTS)
    assert list(frame.columns) == [
        "number_band",
        "dose_band",
        "age_band",
        "hypertension",
        "infusions",
        *COUNTED,
        *(f"sedation_{level}" for level in (5, 4, 3, 2, 1, 0)),
    ]
    groups = ["number_band", "dose_band", "age_band", "hypertension", "infusions", "high_pressure"]
    rows = list(frame[groups].itertuples(index=False, name=None))
    yes, no, unknown = (
        PressureHistory.HYPERTENSION,
        PressureHistory.NONE,
        PressureHistory.UNKNOWN,
    )
    assert rows == [
        (0, DoseBand.UNKNOWN, AgeBand.UNKNOWN, unknown, 1, 0),
        (0, DoseBand.FROM_0_45, AgeBand.FROM_60, yes, 1, 1),
        (0, DoseBand.FROM_0_75, AgeBand.FROM_30, no, 1, 1),
        (1, DoseBand.FROM_0_45, AgeBand.FROM_60, yes, 1, 1),
        (1, DoseBand.FROM_0_75, AgeBand.FROM_30, no, 1, 0),
        (2, DoseBand.FROM_0_45, AgeBand.FROM_60, yes, 1, 1),
        (2, DoseBand.FROM_0_75, AgeBand.FROM_30, no, 1, 0),
    ]
    levels = {level: int(frame[f"sedation_{level}"].sum()) for level in range(6)}
    assert levels == {5: 1, 4: 1, 3: 1, 2: 1, 1: 0, 0: 0}


@pytest.mark.parametrize("infusion", list(DAYS))
def test_a_limit_is_reached_as_the_patients_page_has_it(connection: Connection, infusion: str):
    """The rules of clinical.vital_limits, on columns: V1 to V7 lie at and beside each limit."""
    day = DAYS[infusion]
    found = counts(connection, Filters(day, day))
    own = summarise(
        Measurement(systolic, diastolic, spo2, sedation)
        for name, _, systolic, diastolic, _, spo2, sedation in READINGS
        if name == infusion
    )
    pressure = pressure_concern(
        (own.peak_systolic, own.peak_diastolic),
        (own.sustained_systolic, own.sustained_diastolic),
        DEFAULTS,
    )
    assert (pressure is Concern.RED) == ("red_pressure" in found or "stop_pressure" in found)
    assert (pressure > Concern.NONE) == ("high_pressure" in found)
    oxygen = oxygen_concern(own.lowest_spo2, DEFAULTS)
    assert (oxygen is Concern.RED, oxygen > Concern.NONE) == (
        "red_oxygen" in found,
        "low_oxygen" in found,
    )
    sedation = sedation_concern(own.deepest_sedation, DEFAULTS)
    assert (sedation is Concern.RED) == ("deep_sedation" in found)


def test_patients_over_each_limit(connection: Connection):
    frame = vital_signs.patients_over_limits(connection, LOCAL_VIEWER, ALL, DEFAULTS)
    assert frame["patients"].tolist() == [3]
    assert totals(frame) == {
        "pressure": 2,
        "pressure_twice": 2,
        "oxygen": 2,
        "sedation": 2,
        "high_pressure": 2,
        "red_pressure": 1,
        "stop_pressure": 1,
        "low_oxygen": 2,
        "red_oxygen": 1,
        "deep_sedation": 2,
    }


def test_rises_in_order(connection: Connection):
    # V1 120 to 165, V2 150 to 181, V3 150 to 200, V5 118 to 110; V4 has one reading only.
    assert vital_signs.rise_counts(connection, LOCAL_VIEWER, ALL) == [
        (-8, 1),
        (31, 1),
        (45, 1),
        (50, 1),
    ]


def test_hypertension_as_a_side_effect_is_counted_apart(connection: Connection):
    asked = connection, LOCAL_VIEWER
    # In V1 (once, though recorded twice) and V5; only V1 reached the limit. V3 has no form.
    assert vital_signs.recorded_hypertension(*asked, ALL, DEFAULTS) == RecordedHypertension(6, 2, 1)
    assert vital_signs.recorded_hypertension(
        *asked, replace(ALL, site_ids=("S2",)), DEFAULTS
    ) == RecordedHypertension(4, 1, 0)


def readings(sample: VitalSample) -> set[tuple[Any, ...]]:
    """The readings with the end of their infusion in place of its number."""
    ends = sample.infusions["end"].to_list()
    return {
        tuple(None if isnan(value) else value for value in (ends[int(place)], *values))
        for place, *values in sample.readings.itertuples(index=False, name=None)
    }


def test_a_sample_of_few_is_all_of_them(connection: Connection):
    sample = vital_signs.vital_sample(connection, LOCAL_VIEWER, ALL)
    assert sample.selected == len(sample.infusions) == 7
    assert list(sample.readings.columns) == ["infusion", "minute", *vital_signs.VITAL_SIGNS]
    assert len(sample.readings) == 13, "the reading of V4 that holds nothing is none"
    assert sample.readings["infusion"].nunique() == 6, "V6 has none, but is an infusion"
    known = sample.infusions.dropna(subset="end")
    times = {
        (end, None if isnan(discharge) else discharge)
        for end, discharge in known.itertuples(index=False, name=None)
    }
    assert times == {(40, 100), (45, None)}
    assert {
        (40, -5, 120, 80, 70, 98, 5),
        (40, 20, 165, 90, 80, 94, None),
        (40, 40, 164, 99, None, None, None),
        (45, 20, 180, 95, 80, 93.9, 4),
    } <= readings(sample)


def test_filters_and_a_viewer_of_one_site(connection: Connection):
    assert counts(connection, ONLY_NORTH)["pressure"] == 3
    assert counts(connection, viewer=SEES_SOUTH)["pressure"] == 2
    assert counts(connection, ONLY_NORTH, SEES_SOUTH) == {}
    assert counts(connection, replace(ALL, start=date(2026, 3, 4)))["pressure"] == 3
    bipolar = replace(ALL, diagnosis_groups=(DiagnosisGroup.BIPOLAR,))
    assert counts(connection, bipolar)["pressure"] == 2
    assert counts(connection, replace(ALL, phases=(Phase.MAINTENANCE,))) == {}

    south = vital_signs.patients_over_limits(connection, SEES_SOUTH, ALL, DEFAULTS)
    assert (int(south["patients"].iloc[0]), totals(south)["high_pressure"]) == (2, 1)
    assert vital_signs.rise_counts(connection, SEES_SOUTH, ALL) == [(-8, 1)]
    sample = vital_signs.vital_sample(connection, SEES_SOUTH, ALL)
    assert (sample.selected, len(sample.readings)) == (4, 4)


def test_nothing_within_the_filters(connection: Connection):
    before = Filters(date(2025, 1, 1), date(2025, 12, 31))
    assert counts(connection, before) == {}
    assert vital_signs.rise_counts(connection, LOCAL_VIEWER, before) == []
    nobody = vital_signs.patients_over_limits(connection, LOCAL_VIEWER, before, DEFAULTS)
    assert nobody["patients"].tolist() == [0]
    sample = vital_signs.vital_sample(connection, LOCAL_VIEWER, before)
    assert (sample.selected, len(sample.infusions), len(sample.readings)) == (0, 0, 0)
    assert set(sample.readings.dtypes.astype(str)[1:]) == {"float64"}
    found = vital_signs.recorded_hypertension(connection, LOCAL_VIEWER, before, DEFAULTS)
    assert found == RecordedHypertension(0, 0, 0)


@pytest.mark.parametrize(
    "ask",
    [
        lambda c: vital_signs.limit_counts(c, NOBODY, ALL, DEFAULTS),
        lambda c: vital_signs.patients_over_limits(c, NOBODY, ALL, DEFAULTS),
        lambda c: vital_signs.rise_counts(c, NOBODY, ALL),
        lambda c: vital_signs.recorded_hypertension(c, NOBODY, ALL, DEFAULTS),
        lambda c: vital_signs.vital_sample(c, NOBODY, ALL),
    ],
)
def test_everything_needs_the_permission_to_see_totals(
    connection: Connection, ask: Callable[[Connection], object]
):
    with pytest.raises(NotPermittedError):
        ask(connection)


def test_a_sample_of_many_is_drawn_evenly_and_always_the_same(engine: Engine):
    many, first = 2_000, datetime(2020, 1, 1, 18, tzinfo=UTC)
    with writing(engine) as writer:
        insert_rows(
            writer,
            Site,
            ("site_key", "site_id", "name", "time_zone"),
            [(1, "S1", "North", "America/New_York")],
        )
        insert_rows(writer, Patient, ("patient_key", "patient_id"), [(1, "P1")])
        columns = (
            "infusion_key",
            "infusion_id",
            "patient_id",
            "site_id",
            "started_at",
            "ended_at",
            "dose_mg",
            "series_derived",
            "sequence_derived",
        )
        insert_rows(
            writer,
            Infusion,
            columns,
            [
                (
                    key,
                    f"I{key}",
                    "P1",
                    "S1",
                    first + timedelta(days=key),
                    # The end tells them apart: sample rows name no infusion.
                    first + timedelta(days=key, minutes=key),
                    40.0,
                    False,
                    False,
                )
                for key in range(1, many + 1)
            ],
        )
        rebuild_facts(writer)
    everything = Filters(date(2019, 1, 1), date(2030, 1, 1))
    with reading(engine) as reader:
        sample, again = (
            vital_signs.vital_sample(reader, LOCAL_VIEWER, everything) for _ in range(2)
        )
    drawn = sample.infusions["end"]
    assert (sample.selected, len(drawn)) == (many, SAMPLE_INFUSIONS)
    assert drawn.is_unique
    assert sorted(drawn) == sorted(again.infusions["end"])
    # A quarter of each tenth of the time; were they drawn blindly, give or take 12.
    tenths = pd.cut(drawn, range(0, many + 1, many // 10)).value_counts()
    assert tenths.between(38, 62).all()
