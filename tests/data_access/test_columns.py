"""Reading the facts by column, on both databases; and counting in them, against plain Python."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, select, update

from access.roles import ROLES, RoleName
from access.viewer import LOCAL_VIEWER, NotPermittedError, Viewer
from clinical.codes import DiagnosisGroup, Phase
from data_access.columns import Columns, Facts, counts_by, distinct_by, read_columns
from data_access.engine import make_engine, reading, writing
from data_access.facts import rebuild_facts, refresh_facts
from data_access.facts.tables import table_of
from data_access.filters import Filters
from data_access.packed import Values, missing_value, pack, unpack
from data_access.schema import Infusion, InfusionFact, SideEffectFact
from tests.data_access.facts.recorded_clinic import NEW_YORK, RecordedClinic

LOS_ANGELES = ZoneInfo("America/Los_Angeles")
ALL = Filters(date(2025, 1, 1), date(2026, 12, 31))
SEES_WEST = replace(LOCAL_VIEWER, site_ids=frozenset({"S2"}))
MANAGER = Viewer("manager", ROLES[RoleName.MANAGER].permissions)


def fill(connection: Connection) -> None:
    """Write seven infusions about the turn of the year and of a quarter.

    Those of the first patient (depression) at North, of the second (bipolar) at West, of whom the
    last of 2025 began when it was 2026 in UTC. From the end of March on it is maintenance.
    """
    clinic = RecordedClinic(connection)
    clinic.patient(primary_diagnosis="F33.2")
    clinic.patient(primary_diagnosis="F31.4")
    for patient, site, start in (
        (1, "S1", datetime(2025, 12, 31, 10, tzinfo=NEW_YORK)),
        (1, "S1", datetime(2026, 1, 1, 10, tzinfo=NEW_YORK)),
        (1, "S1", datetime(2026, 3, 31, 10, tzinfo=NEW_YORK)),
        (1, "S1", datetime(2026, 4, 1, 10, tzinfo=NEW_YORK)),
        (2, "S2", datetime(2025, 12, 31, 22, tzinfo=LOS_ANGELES)),
        (2, "S2", datetime(2026, 1, 1, 10, tzinfo=LOS_ANGELES)),
        (2, "S2", datetime(2026, 1, 5, 10, tzinfo=LOS_ANGELES)),
    ):
        infusion = clinic.infusion(
            patient, start.astimezone(ZoneInfo("UTC")), site_id=site, weight_kg=70.0
        )
        clinic.vitals(infusion, start, spo2_percent=90.5 + infusion)
    clinic.side_effect(1, "Nausea", grade=1)
    clinic.side_effect(2, "Nausea")
    clinic.side_effect(2, "Headache", grade=2, serious=True)
    clinic.side_effect(6, "Nausea", grade=3)
    rebuild_facts(connection)


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def filled(request: pytest.FixtureRequest, make_database: Callable[[str], str]) -> Iterator[Engine]:
    """An engine on the clinic, for tests that only read."""
    engine = make_engine(make_database(request.param))
    with writing(engine) as connection:
        fill(connection)
    yield engine
    engine.dispose()


@pytest.fixture
def connection(filled: Engine) -> Iterator[Connection]:
    with reading(filled) as reader:
        yield reader


def infusions(connection: Connection, viewer: Viewer, filters: Filters) -> list[int]:
    """The keys of the infusions that are read."""
    found = read_columns(connection, viewer, filters, InfusionFact, ("infusion_key",))
    assert found.rows == len(found["infusion_key"])
    return sorted(found["infusion_key"].tolist())


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, [1, 2, 3, 4, 5, 6, 7]),
        ({"end": date(2025, 12, 31)}, [1, 5]),
        ({"start": date(2026, 1, 1)}, [2, 3, 4, 6, 7]),
        ({"start": date(2025, 12, 31), "end": date(2026, 1, 1)}, [1, 2, 5, 6]),
        ({"start": date(2026, 1, 2), "end": date(2026, 3, 30)}, [7]),
        ({"start": date(2026, 3, 31), "end": date(2026, 3, 31)}, [3]),
        ({"start": date(2026, 4, 1), "end": date(2026, 4, 1)}, [4]),
        ({"start": date(2026, 4, 2)}, []),
        ({"end": date(2025, 12, 30)}, []),
        ({"site_ids": ("S1",)}, [1, 2, 3, 4]),
        ({"site_ids": ("S2", "S1")}, [1, 2, 3, 4, 5, 6, 7]),
        ({"site_ids": ("S9",)}, []),
        ({"diagnosis_groups": (DiagnosisGroup.BIPOLAR,)}, [5, 6, 7]),
        ({"diagnosis_groups": (DiagnosisGroup.BIPOLAR, DiagnosisGroup.MAJOR)}, list(range(1, 8))),
        ({"diagnosis_groups": (DiagnosisGroup.BIPOLAR,), "site_ids": ("S1",)}, []),
        ({"phases": (Phase.MAINTENANCE,)}, [3, 4]),
        ({"phases": (Phase.MAINTENANCE,), "end": date(2026, 3, 31)}, [3]),
        ({"phases": (Phase.INDUCTION, Phase.MAINTENANCE)}, [1, 2, 3, 4, 5, 6, 7]),
    ],
)
def test_what_lies_within_the_filters_is_read(
    connection: Connection, changed: dict[str, Any], expected: list[int]
):
    assert infusions(connection, LOCAL_VIEWER, replace(ALL, **changed)) == expected


def test_who_sees_some_sites_reads_these_whatever_is_chosen(connection: Connection):
    assert infusions(connection, SEES_WEST, ALL) == [5, 6, 7]
    assert infusions(connection, SEES_WEST, replace(ALL, site_ids=("S1",))) == []
    assert infusions(connection, replace(LOCAL_VIEWER, site_ids=frozenset()), ALL) == []
    # And what one viewer has read in a transaction serves no other.
    assert infusions(connection, LOCAL_VIEWER, ALL) == [1, 2, 3, 4, 5, 6, 7]
    assert infusions(connection, SEES_WEST, ALL) == [5, 6, 7]


@pytest.mark.parametrize("facts", [InfusionFact, SideEffectFact])
@pytest.mark.parametrize("viewer", [MANAGER, Viewer("stranger", frozenset())])
def test_who_may_not_see_clinical_facts_is_refused(
    connection: Connection, facts: Facts, viewer: Viewer
):
    read_columns(connection, LOCAL_VIEWER, ALL, facts, ("day",))
    with pytest.raises(NotPermittedError):
        read_columns(connection, viewer, ALL, facts, ("day",))


@pytest.mark.parametrize("facts", [InfusionFact, SideEffectFact])
def test_every_column_holds_what_the_facts_hold(connection: Connection, facts: Facts):
    table = table_of(facts)
    names = table.columns.keys()
    stored = [tuple(row) for row in connection.execute(select(table))]
    found = read_columns(connection, LOCAL_VIEWER, ALL, facts, names)
    read = []
    for name in names:
        of_rows = zip(found[name].tolist(), found.known(name).tolist(), strict=True)
        read.append([value if is_known else None for value, is_known in of_rows])
    assert sorted(zip(*read, strict=True), key=repr) == sorted(stored, key=repr)


def test_a_site_lies_together_in_the_order_of_the_primary_key(connection: Connection):
    found = read_columns(
        connection,
        LOCAL_VIEWER,
        replace(ALL, start=date(2026, 1, 1)),
        SideEffectFact,
        ("site_key", "infusion_key", "term_key"),
    )
    rows = list(zip(*(found[name].tolist() for name in found.packed), strict=True))
    assert len(rows) == 3
    assert rows == sorted(rows)


def test_only_what_was_asked_for_is_there(connection: Connection):
    filters = replace(ALL, phases=(Phase.INDUCTION,))
    found = read_columns(connection, LOCAL_VIEWER, filters, InfusionFact, ("number", "number"))
    assert list(found.packed) == ["number"]
    with pytest.raises(KeyError):
        found["phase"]
    with pytest.raises(KeyError):
        counts_by(found, ("day",), {})


def test_where_there_is_nothing_there_is_nothing_to_count(connection: Connection):
    nothing = replace(ALL, end=date(2025, 1, 2))
    names = ("site_key", "phase", "side_effects")
    found = read_columns(connection, LOCAL_VIEWER, nothing, InfusionFact, names)
    assert found.rows == 0
    counted = {"rows": None, "affected": found["side_effects"] > 0, "all": found["side_effects"]}
    counts = counts_by(found, ("site_key", "phase"), counted)
    assert counts.to_dict("list") == {
        "site_key": [],
        "phase": [],
        "rows": [],
        "affected": [],
        "all": [],
    }
    assert set(counts.dtypes.astype(str)) == {"int64"}
    assert distinct_by(found, ("site_key",), "phase").to_dict("list") == {
        "site_key": [],
        "different": [],
    }


def test_a_transaction_that_writes_reads_what_it_has_written(engine: Engine):
    with writing(engine) as connection:
        fill(connection)
        assert infusions(connection, SEES_WEST, ALL) == [5, 6, 7]
        connection.execute(update(Infusion).values(site_id="S2"))
        refresh_facts(connection, [1, 2])
        assert infusions(connection, SEES_WEST, ALL) == [1, 2, 3, 4, 5, 6, 7]
    with reading(engine) as reader:
        assert infusions(reader, replace(SEES_WEST, site_ids=frozenset({"S1"})), ALL) == []


# --- counting, against plain Python -----------------------------------------------------------

Value = int | None
Row = tuple[Value, ...]

_NARROW = st.none() | st.integers(-3, 3)
_WIDE = st.none() | st.integers(-(2**30), 2**30)  # so sparse that there is no table of them all
_DAY = st.integers(20_454, 20_460)
_TABLES = st.lists(st.tuples(_NARROW, _WIDE, _DAY, st.integers(-9, 200)), max_size=40)
_NAMES = ("narrow", "wide", "day", "number")
_GROUPS = st.lists(st.sampled_from(_NAMES[:3]), min_size=1, max_size=3, unique=True)


def columns_of(rows: Sequence[Row]) -> Columns:
    """Rows as columns that were stored in two parts."""
    parts = rows[: len(rows) // 2], rows[len(rows) // 2 :]

    def column(place: int) -> Values:
        return unpack([pack([row[place] for row in part], decimal=False) for part in parts])

    packed = {name: column(place) for place, name in enumerate(_NAMES)}
    return Columns(packed, len(rows))


def in_order(key: Row) -> list[tuple[bool, int]]:
    """What is not known comes first."""
    return [(value is not None, value or 0) for value in key]


def rows_of(frame: pd.DataFrame) -> list[Row]:
    return [
        tuple(None if value is pd.NA else int(value) for value in row)
        for row in frame.itertuples(index=False, name=None)
    ]


@given(rows=_TABLES, groups=_GROUPS, chosen=st.integers(-9, 200))
def test_counts_are_those_of_a_plain_loop(rows: list[Row], groups: list[str], chosen: int):
    found = columns_of(rows)
    numbers = found["number"]
    counted = {"rows": None, "above": numbers > chosen, "sum": numbers}
    expected: dict[Row, Counter[str]] = defaultdict(Counter)
    for row in rows:
        named = dict(zip(_NAMES, row, strict=True))
        number = named["number"] or 0
        key = tuple(named[name] for name in groups)
        expected[key].update({"rows": 1, "above": int(number > chosen), "sum": number})
    counts = counts_by(found, groups, counted)
    assert list(counts.columns) == [*groups, "rows", "above", "sum"]
    assert rows_of(counts) == [
        (*key, *(expected[key][name] for name in counted)) for key in sorted(expected, key=in_order)
    ]
    for name in groups:
        unknown = any(value is None for value in counts[name].astype(object).replace(pd.NA, None))
        assert str(counts[name].dtype) == ("Int64" if unknown else "int64")


@given(rows=_TABLES, groups=_GROUPS)
def test_different_values_are_those_of_a_set(rows: list[Row], groups: list[str]):
    expected: dict[Row, set[Value]] = defaultdict(set)
    for row in rows:
        named = dict(zip(_NAMES, row, strict=True))
        expected[tuple(named[name] for name in groups)].add(named["number"])
    found = distinct_by(columns_of(rows), groups, "number")
    # pandas, which adds them up, puts what is not known last.
    assert sorted(rows_of(found), key=in_order) == [
        (*key, len(expected[key])) for key in sorted(expected, key=in_order)
    ]


def counted_alone(*values: Value) -> list[Row]:
    """How often each value of a column occurs."""
    packed = {"of": unpack([pack(values, decimal=False)])}
    return rows_of(counts_by(Columns(packed, len(values)), ("of",), {"rows": None}))


def test_values_as_far_apart_as_can_be_are_told_apart():
    assert counted_alone(2**31 - 1, None, 1 - 2**31) == [(None, 1), (1 - 2**31, 1), (2**31 - 1, 1)]
    assert counted_alone(-(2**40), 2**40, 2**40) == [(-(2**40), 1), (2**40, 2)]


@pytest.mark.parametrize("wide", [1, 300, 70_000, 2**40])
def test_of_a_column_of_any_width_it_may_be_that_nothing_is_known(wide: int):
    values = unpack([pack([None, None, wide], decimal=False)])
    found = Columns({"of": values}, 3).where(np.array([True, True, False]))
    assert rows_of(counts_by(found, ("of",), {"rows": None})) == [(None, 2)]


def test_more_combinations_than_there_are_numbers_are_refused_and_not_mixed_up():
    values = unpack([pack([-(2**40), 2**40], decimal=False)])
    found = Columns({"one": values, "other": values}, 2)
    with pytest.raises(OverflowError):
        counts_by(found, ("one", "other"), {"rows": None})


@given(rows=_TABLES, chosen=st.integers(-9, 200))
def test_a_mask_lets_through_the_rows_that_it_says(rows: list[Row], chosen: int):
    found = columns_of(rows)
    kept = found.where(found["number"] > chosen)
    expected = [row for row in rows if (row[3] or 0) > chosen]
    assert kept.rows == len(expected)
    for place, name in enumerate(_NAMES):
        values = kept.packed[name]
        missing = missing_value(values)
        stored = [None if value == missing else value for value in values.tolist()]
        assert stored == [row[place] for row in expected]
        assert kept.known(name).tolist() == [value is not None for value in stored]


def test_decimals_are_known_where_they_are_numbers():
    packed = {"mg_per_kg": unpack([pack([0.5, None], decimal=True)])}
    found = Columns(packed, 2)
    assert found.known("mg_per_kg").tolist() == [True, False]
    np.testing.assert_array_equal(found["mg_per_kg"], [0.5, np.nan])
