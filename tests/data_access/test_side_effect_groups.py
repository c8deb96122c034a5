"""The queries about groups of the Side effects page, against a clinic counted by hand."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Connection, Engine

from access.viewer import LOCAL_VIEWER, NotPermittedError
from clinical.codes import AgeBand, DiagnosisGroup, DoseBand, Phase, SeriesOrder, Sex
from data_access import side_effect_groups as groups
from data_access.engine import reading, writing
from tests.data_access.side_effect_clinic import (
    ALL,
    BEFORE_ALL,
    C1,
    D1,
    D2,
    D3,
    N1,
    N2,
    NORTH,
    NOT_RECORDED,
    ONLY_NORTH,
    ONLY_SOUTH,
    SEES_SOUTH,
    SOUTH,
    STRANGER,
    fill,
    key_of,
    rows,
)

FIRST, SECOND, THIRD, MAINTENANCE = 0, 1, 2, 7
UNKNOWN, HALF, HIGH = DoseBand.UNKNOWN, DoseBand.FROM_0_45, DoseBand.FROM_0_75
P1 = (AgeBand.FROM_45, Sex.FEMALE, SeriesOrder.FIRST, DiagnosisGroup.TREATMENT_RESISTANT)
P2 = (AgeBand.FROM_18, Sex.MALE, SeriesOrder.FIRST, DiagnosisGroup.MAJOR)
P3 = (AgeBand.FROM_45, Sex.FEMALE, SeriesOrder.FIRST, DiagnosisGroup.BIPOLAR)
P4 = (AgeBand.UNKNOWN, Sex.UNKNOWN, SeriesOrder.FIRST, DiagnosisGroup.MAJOR)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with writing(engine) as writer:
        fill(writer)
    with reading(engine) as reader:
        yield reader


def test_recorded_infusions_by_person(connection: Connection):
    frame = groups.infusions_by_person(connection, LOCAL_VIEWER, ALL)
    who = ["age_band", "sex", "later_series", "diagnosis_group"]
    assert list(frame.columns) == [*who, "number_band", "dose_band", "recorded", "affected"]
    assert set(frame.dtypes) == {np.dtype("int64")}
    # I5, of P2, has no form and is not here.
    assert rows(frame) == [
        (*P4, FIRST, HALF, 1, 1),
        (*P4, SECOND, HALF, 1, 0),
        (*P2, FIRST, HIGH, 1, 1),
        (*P1, FIRST, HALF, 1, 1),
        (*P1, SECOND, HALF, 1, 1),
        (*P1, THIRD, HALF, 1, 0),
        (*P3, FIRST, UNKNOWN, 1, 0),
        (*P3, MAINTENANCE, UNKNOWN, 1, 1),
    ]


def test_one_term_by_person(connection: Connection):
    key = key_of(connection, "Dissociation")
    frame = groups.term_by_person(connection, LOCAL_VIEWER, ALL, key)
    who = ["age_band", "sex", "later_series", "diagnosis_group"]
    assert list(frame.columns) == [*who, "affected"]
    assert rows(frame) == [(*P2, 1), (*P1, 2)]


def test_recorded_infusions_by_place(connection: Connection):
    frame = groups.infusions_by_place(connection, LOCAL_VIEWER, ALL)
    strata = ["number_band", "dose_band"]
    assert list(frame.columns) == ["site_key", "chair_key", *strata, "recorded", "affected"]
    assert set(frame.dtypes) == {np.dtype("int64")}
    assert rows(frame) == [
        (NORTH, N1, FIRST, HALF, 1, 1),
        (NORTH, N1, FIRST, HIGH, 1, 1),
        (NORTH, N1, SECOND, HALF, 1, 1),
        (NORTH, N2, THIRD, HALF, 1, 0),
        (SOUTH, NOT_RECORDED, MAINTENANCE, UNKNOWN, 1, 1),
        (SOUTH, C1, FIRST, UNKNOWN, 1, 0),
        (SOUTH, C1, FIRST, HALF, 1, 1),
        (SOUTH, C1, SECOND, HALF, 1, 0),
    ]


def test_one_term_by_place(connection: Connection):
    key = key_of(connection, "Nausea")
    frame = groups.term_by_place(connection, LOCAL_VIEWER, ALL, key)
    assert list(frame.columns) == ["site_key", "chair_key", "affected"]
    assert rows(frame) == [(NORTH, N1, 1), (SOUTH, NOT_RECORDED, 1), (SOUTH, C1, 1)]


def test_recorded_infusions_by_provider(connection: Connection):
    frame = groups.infusions_by_provider(connection, LOCAL_VIEWER, ALL)
    strata = ["number_band", "dose_band"]
    assert list(frame.columns) == ["provider_key", *strata, "recorded", "affected"]
    assert set(frame.dtypes) == {np.dtype("int64")}
    assert rows(frame) == [
        (NOT_RECORDED, FIRST, HALF, 1, 1),
        (D1, FIRST, HALF, 1, 1),
        (D1, FIRST, HIGH, 1, 1),
        (D1, SECOND, HALF, 1, 1),
        (D2, FIRST, UNKNOWN, 1, 0),
        (D2, SECOND, HALF, 1, 0),
        (D2, THIRD, HALF, 1, 0),
        (D2, MAINTENANCE, UNKNOWN, 1, 1),
    ]


def test_one_term_by_provider(connection: Connection):
    key = key_of(connection, "Nausea")
    frame = groups.term_by_provider(connection, LOCAL_VIEWER, ALL, key)
    assert list(frame.columns) == ["provider_key", "affected"]
    assert rows(frame) == [(NOT_RECORDED, 1), (D1, 1), (D2, 1)]


def test_chairs_of_the_viewers_sites(connection: Connection):
    frame = groups.chair_names(connection, LOCAL_VIEWER)
    assert list(frame.columns) == ["chair_key", "chair", "site_key"]
    assert rows(frame) == [(N1, "One", NORTH), (N2, "Two", NORTH), (C1, "One", SOUTH)]
    assert rows(groups.chair_names(connection, SEES_SOUTH)) == [(C1, "One", SOUTH)]


def test_providers_who_treated_at_the_viewers_sites(connection: Connection):
    frame = groups.provider_names(connection, LOCAL_VIEWER)
    assert list(frame.columns) == ["provider_key", "provider", "role"]
    assert frame["provider"].tolist() == ["Ada Lund (D1)", "Bo Reyes", "Ada Lund (D3)"]
    assert frame["provider_key"].tolist() == [D1, D2, D3]
    assert frame["role"].tolist()[::2] == ["nurse", "physician"]
    assert pd.isna(frame["role"][1])
    of_south = groups.provider_names(connection, SEES_SOUTH)
    assert of_south["provider"].tolist() == ["Bo Reyes"]


@pytest.mark.parametrize(
    ("filters", "recorded", "nausea"),
    [
        (ONLY_NORTH, 4, 1),
        (ONLY_SOUTH, 4, 2),
        (replace(ALL, start=date(2026, 3, 3), end=date(2026, 3, 4)), 2, 1),  # I4 and I7
        (replace(ALL, phases=(Phase.MAINTENANCE,)), 1, 1),
        (replace(ALL, diagnosis_groups=(DiagnosisGroup.MAJOR,)), 3, 1),  # P2 and P4
        (replace(ALL, site_ids=("S2",), diagnosis_groups=(DiagnosisGroup.MAJOR,)), 2, 1),
    ],
)
def test_the_filters_hold(connection: Connection, filters, recorded: int, nausea: int):
    key = key_of(connection, "Nausea")
    asked = (connection, LOCAL_VIEWER, filters)
    for infusions in (
        groups.infusions_by_person,
        groups.infusions_by_place,
        groups.infusions_by_provider,
    ):
        assert infusions(*asked)["recorded"].sum() == recorded
    for with_it in (groups.term_by_person, groups.term_by_place, groups.term_by_provider):
        assert with_it(*asked, key)["affected"].sum() == nausea


QUERIES = [
    groups.infusions_by_person,
    groups.infusions_by_place,
    groups.infusions_by_provider,
    lambda c, v, f: groups.term_by_person(c, v, f, key_of(c, "Nausea")),
    lambda c, v, f: groups.term_by_place(c, v, f, key_of(c, "Nausea")),
    lambda c, v, f: groups.term_by_provider(c, v, f, key_of(c, "Nausea")),
]


@pytest.mark.parametrize("query", QUERIES)
def test_every_query_keeps_to_the_viewers_sites(connection: Connection, query):
    chosen = query(connection, LOCAL_VIEWER, ONLY_SOUTH)
    pd.testing.assert_frame_equal(query(connection, SEES_SOUTH, ALL), chosen)
    # A site that the viewer may not see stays out of sight when it is asked for.
    assert query(connection, SEES_SOUTH, ONLY_NORTH).empty


@pytest.mark.parametrize("query", QUERIES)
def test_without_the_permission_nothing_is_read(connection: Connection, query):
    with pytest.raises(NotPermittedError):
        query(connection, STRANGER, ALL)


@pytest.mark.parametrize("query", [groups.chair_names, groups.provider_names])
def test_without_the_permission_nobody_is_named(connection: Connection, query):
    with pytest.raises(NotPermittedError):
        query(connection, STRANGER)


@pytest.mark.parametrize("query", QUERIES)
def test_a_period_without_infusions_gives_the_columns_and_no_rows(connection: Connection, query):
    frame = query(connection, LOCAL_VIEWER, BEFORE_ALL)
    assert frame.empty
    whole = query(connection, LOCAL_VIEWER, ALL)
    assert list(frame.columns) == list(whole.columns)
    assert list(frame.dtypes) == list(whole.dtypes)
