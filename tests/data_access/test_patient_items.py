"""A patient's items, against a patient followed by hand."""

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd
import pytest
from sqlalchemy import Connection, Engine

from access.viewer import LOCAL_VIEWER, NotPermittedError, Permission, Viewer
from clinical.codes import Timepoint
from data_access.engine import reading, writing
from data_access.patient_items import ITEMS, patient_items
from tests.data_access.long_treatment_clinic import ADA, BEN, fill

SEES_SOUTH = replace(LOCAL_VIEWER, site_ids=frozenset({"S2"}))
TOTALS_ONLY = Viewer("totals", frozenset({Permission.SEE_TOTALS}))


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with writing(engine) as writer:
        fill(writer)
    with reading(engine) as reader:
        yield reader


def test_phq9_with_its_items_in_time_order(connection: Connection):
    found = patient_items(connection, LOCAL_VIEWER, ADA)
    assert list(found["completed"]) == [
        pd.Timestamp("2026-01-01 09:00"),
        pd.Timestamp("2026-01-05 09:00"),
    ]
    assert list(found["timepoint"]) == [Timepoint.BASELINE, Timepoint.BEFORE_INFUSION]
    assert list(found["number"]) == [0, 1]
    assert list(found["total"]) == [15, 9]
    assert found["series_key"].nunique() == 1
    assert found[list(ITEMS)].iloc[0].tolist() == [2, 2, 2, 3, 1, 2, 1, 1, 1]
    assert found[list(ITEMS)].isna().sum().sum() == 1, "item 3 of the second was not answered"


@pytest.mark.parametrize("patient_key", [ADA, 999], ids=["another site's", "unknown"])
def test_another_sites_patient_looks_like_an_unknown_one(connection: Connection, patient_key: int):
    assert patient_items(connection, SEES_SOUTH, patient_key).empty
    assert len(patient_items(connection, SEES_SOUTH, BEN)) == 1


def test_the_permission_to_see_patients(connection: Connection):
    with pytest.raises(NotPermittedError):
        patient_items(connection, TOTALS_ONLY, ADA)
