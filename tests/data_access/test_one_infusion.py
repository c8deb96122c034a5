"""Each infusion in detail, against a patient followed by hand."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest
from sqlalchemy import Connection, Engine

from access.viewer import LOCAL_VIEWER, NotPermittedError, Permission, Viewer
from data_access.bulk import insert_rows
from data_access.engine import reading, writing
from data_access.facts import rebuild_facts
from data_access.one_infusion import (
    EARLIER_INFUSIONS,
    infusion_measures,
    side_effect_times,
    vital_signs,
)
from data_access.schema import Infusion, VitalSigns
from tests.data_access.long_treatment_clinic import ADA, BEN, I1, I2, I3, I4, fill, start

SEES_SOUTH = replace(LOCAL_VIEWER, site_ids=frozenset({"S2"}))
TOTALS_ONLY = Viewer("totals", frozenset({Permission.SEE_TOTALS}))


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with writing(engine) as writer:
        fill(writer)
    with reading(engine) as reader:
        yield reader


def rows(frame: pd.DataFrame) -> list[tuple[object, ...]]:
    """The frame's rows, with ``None`` for what is missing."""
    return [
        tuple(None if pd.isna(value) else value for value in row)
        for row in frame.itertuples(index=False, name=None)
    ]


def test_what_was_measured(connection: Connection):
    assert rows(infusion_measures(connection, LOCAL_VIEWER, ADA)) == [
        (I1, 100, 4, 120, 80),  # of 120 and 150, both readings reached 120
        (I2, None, 5, None, None),
        (I3, None, None, None, None),
    ]


def test_side_effects_by_the_minute(connection: Connection):
    assert rows(side_effect_times(connection, LOCAL_VIEWER, ADA)) == [
        (I1, "Nausea", 2, 15, 75, 40),
        (I1, "Dissociation", None, None, None, 40),
        (I3, "Headache", 1, 20, None, None),
    ]


def test_the_chosen_infusion_and_those_before_it(connection: Connection):
    first = [
        (I1, -5, 120, 80, 70, 98, 5),
        (I1, 40, 150, 95, 82, None, 4),
        (I1, 41.5, None, None, None, 93.5, None),
    ]
    assert rows(vital_signs(connection, LOCAL_VIEWER, ADA, I1)) == first
    assert rows(vital_signs(connection, LOCAL_VIEWER, ADA, I2)) == [
        *first,
        (I2, 0, 125, 82, 71, 97, 5),
    ]


def test_an_infusion_without_vital_signs_has_its_earlier_ones(connection: Connection):
    found = vital_signs(connection, LOCAL_VIEWER, ADA, I3)
    assert set(found["infusion_key"]) == {I1, I2}


def test_at_most_twenty_earlier_infusions_are_read(engine: Engine):
    with writing(engine) as writer:
        fill(writer)
        later = [start("I2") + timedelta(days=number) for number in range(1, 26)]
        columns = (
            "infusion_key",
            "infusion_id",
            "patient_id",
            "site_id",
            "started_at",
            "dose_mg",
            "series_derived",
            "sequence_derived",
        )
        insert_rows(
            writer,
            Infusion,
            columns,
            [
                (100 + number, f"L{number}", "P1", "S1", at, 40.0, False, False)
                for number, at in enumerate(later)
            ],
        )
        insert_rows(
            writer,
            VitalSigns,
            ("infusion_id", "measured_at", "systolic_mmhg"),
            [(f"L{number}", at, 120) for number, at in enumerate(later)],
        )
        rebuild_facts(writer)
    with reading(engine) as reader:
        found = vital_signs(reader, LOCAL_VIEWER, ADA, 124)
    assert found["infusion_key"].tolist() == list(range(104, 125))
    assert len(found) == EARLIER_INFUSIONS + 1


def test_another_patients_infusion_shows_nothing(connection: Connection):
    assert vital_signs(connection, LOCAL_VIEWER, ADA, I4).empty
    assert vital_signs(connection, LOCAL_VIEWER, BEN, I1).empty
    assert vital_signs(connection, LOCAL_VIEWER, ADA, 999).empty


@pytest.mark.parametrize("patient_key", [ADA, 999], ids=["another site's", "unknown"])
def test_another_sites_patient_looks_like_an_unknown_one(connection: Connection, patient_key: int):
    assert infusion_measures(connection, SEES_SOUTH, patient_key).empty
    assert side_effect_times(connection, SEES_SOUTH, patient_key).empty
    assert vital_signs(connection, SEES_SOUTH, patient_key, I1).empty
    assert len(vital_signs(connection, SEES_SOUTH, BEN, I4)) == 1


def test_everything_needs_the_permission_to_see_patients(connection: Connection):
    for ask in (infusion_measures, side_effect_times):
        with pytest.raises(NotPermittedError):
            ask(connection, TOTALS_ONLY, ADA)
    with pytest.raises(NotPermittedError):
        vital_signs(connection, TOTALS_ONLY, ADA, I1)
