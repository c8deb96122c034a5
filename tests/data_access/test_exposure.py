"""Doses and checks, against a patient followed by hand."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Connection, Engine

from access.viewer import LOCAL_VIEWER, NotPermittedError, Permission, Viewer
from clinical.calendar import day_number
from clinical.codes import Phase
from clinical.exposure import Check, CheckKind
from data_access.engine import reading, writing
from data_access.exposure import patient_checks, patient_doses
from tests.data_access.long_treatment_clinic import ADA, BEN, fill

SEES_SOUTH = replace(LOCAL_VIEWER, site_ids=frozenset({"S2"}))
TOTALS_ONLY = Viewer("totals", frozenset({Permission.SEE_TOTALS}))


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with writing(engine) as writer:
        fill(writer)
    with reading(engine) as reader:
        yield reader


def test_doses_in_time_order(connection: Connection):
    found = patient_doses(connection, LOCAL_VIEWER, ADA)
    assert [(dose.day, dose.phase, dose.drug, dose.dose_mg, dose.weight_kg) for dose in found] == [
        (day_number(date(2026, 1, 2)), Phase.INDUCTION, "ketamine", 40, 80),
        (day_number(date(2026, 1, 5)), Phase.INDUCTION, "ketamine", 41.5, None),
        (day_number(date(2026, 2, 10)), Phase.MAINTENANCE, "esketamine", 84, 79.5),
    ]
    assert found[0].series_key == found[1].series_key != found[2].series_key


def test_checks_in_time_order(connection: Connection):
    assert patient_checks(connection, LOCAL_VIEWER, ADA) == [
        Check(CheckKind.LIVER, day_number(date(2025, 12, 20)), None, None),
        Check(CheckKind.BLADDER, day_number(date(2026, 1, 2)), "abnormal", "<b>urgency</b>"),
        Check(CheckKind.WEIGHT, day_number(date(2026, 1, 20)), "normal", "81"),
    ]


@pytest.mark.parametrize("patient_key", [ADA, 999], ids=["another site's", "unknown"])
def test_another_sites_patient_looks_like_an_unknown_one(connection: Connection, patient_key: int):
    assert patient_doses(connection, SEES_SOUTH, patient_key) == []
    assert patient_checks(connection, SEES_SOUTH, patient_key) == []
    assert len(patient_doses(connection, SEES_SOUTH, BEN)) == 1


def test_the_permission_to_see_patients(connection: Connection):
    for ask in (patient_doses, patient_checks):
        with pytest.raises(NotPermittedError):
            ask(connection, TOTALS_ONLY, ADA)
