"""The infusions behind a point and what they are compared with, counted by hand."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, select, update

from access.viewer import LOCAL_VIEWER, NotPermittedError
from clinical.codes import AgeBand, DiagnosisGroup, DoseBand, Phase, SeriesOrder, Sex
from data_access.engine import make_engine, reading, writing
from data_access.facts import rebuild_facts
from data_access.facts.columns import rebuild_columns
from data_access.infusions_behind import infusions_behind, named_infusions_behind
from data_access.infusions_compared import infusions_compared
from data_access.points import NOT_RECORDED, Behind
from data_access.schema import InfusionFact, PatientFact
from tests.data_access.facts.recorded_clinic import DAY_0, RecordedClinic, at
from tests.data_access.side_effect_times_clinic import (
    ALL,
    EARLIER,
    NORTH,
    SEES_TOTALS,
    SEES_WEST,
    START,
    STRANGER,
    WEST,
    fill,
    term_key,
    told,
)

LAST = date(2026, 3, 7)
ANY = Behind(None, START, LAST)
"""Any side effect of the days 0 to 6: I1, I2, I4, I6 and I7."""


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def connection(
    request: pytest.FixtureRequest, make_database: Callable[[str], str]
) -> Iterator[Connection]:
    """The clinic on both databases, read only."""
    engine = make_engine(make_database(request.param))
    with writing(engine) as writer:
        fill(writer)
    with reading(engine) as reader:
        yield reader
    engine.dispose()


@pytest.fixture
def nausea(connection: Connection) -> Behind:
    """Nausea of the same days: of the same infusions."""
    return replace(ANY, term_key=term_key(connection, "Nausea"))


def keys_of(connection: Connection, behind: Behind) -> list[int]:
    listed = infusions_behind(connection, LOCAL_VIEWER, ALL, behind)
    assert listed.total == len(listed.rows)
    return listed.rows["infusion_key"].to_list()


def test_the_infusions_with_a_side_effect(connection: Connection, nausea: Behind):
    listed = infusions_behind(connection, LOCAL_VIEWER, ALL, nausea)
    assert list(listed.rows.columns) == [
        "infusion_key",
        "day",
        "site",
        "phase",
        "number",
        "mg_per_kg",
        "minutes",
        "provider",
        "chair",
        "lot_number",
        "worst_grade",
        "serious",
        "onset",
        "passed",
        "open",
        "odd",
        "terms",
    ]
    first = Phase.INDUCTION, 1
    second = Phase.INDUCTION, 2
    west = ("West", *first, 0.5, 40, None, None, None)
    others = "Anxiety, Nausea, Syncope"
    assert listed.total == 5
    assert told(listed.rows) == [
        (7, DAY_0 + 6, *west, 0, 0, None, None, 1, 0, "Nausea"),
        (2, DAY_0 + 3, *_north(second, 0.5, "Window", None), 1, 0, 20, 80, 1, 0, others),
        (6, DAY_0, *west, 2, 1, 480, 500, 0, 3, "Nausea"),
        (4, DAY_0, *_north(first, 0.8, None, None), 1, 0, 10, 25, 0, 0, "Nausea"),
        (1, DAY_0, *_north(first, 0.5, "Window", "L1"), 2, 0, 10, 25, 0, 0, "Nausea, Vomiting"),
    ]


def _north(
    number: tuple[int, int], mg_per_kg: float, chair: str | None, lot: str | None
) -> tuple[object, ...]:
    return "North", *number, mg_per_kg, 40, "A nurse", chair, lot


def test_of_any_side_effect_all_are_told_together(connection: Connection):
    rows = infusions_behind(connection, LOCAL_VIEWER, ALL, ANY).rows
    columns = ["infusion_key", "worst_grade", "serious", "onset", "passed", "open", "odd"]
    assert told(rows[columns])[1:] == [
        (2, 3, 1, 20, None, 1, 1),  # the end of the anxiety is not known
        (6, 2, 1, 480, 500, 0, 3),
        (4, 1, 0, 10, 25, 0, 0),
        (1, 4, 1, 10, 25, 0, 0),  # nausea from 10 on, after vomiting
    ]


def test_only_the_latest_are_listed(connection: Connection, nausea: Behind):
    listed = infusions_behind(connection, LOCAL_VIEWER, ALL, nausea, at_most=2)
    assert (listed.rows["infusion_key"].to_list(), listed.total) == ([7, 2], 5)


@pytest.mark.parametrize(
    ("cell", "keys"),
    [
        ({"site_key": WEST}, [7, 6]),
        ({"site_key": NORTH, "number_band": 0}, [4, 1]),
        ({"chair_key": 1}, [2, 1]),
        ({"chair_key": NOT_RECORDED}, [7, 6, 4]),
        ({"provider_key": 1}, [2, 4, 1]),
        ({"provider_key": NOT_RECORDED}, [7, 6]),
        ({"number_band": 1}, [2]),
        ({"dose_band": DoseBand.FROM_0_75}, [4]),
        ({"age_band": AgeBand.FROM_45}, [2, 1]),
        ({"age_band": AgeBand.UNKNOWN}, [7, 6, 4]),
        ({"sex": Sex.FEMALE}, [2, 1]),
        ({"sex": Sex.UNKNOWN}, [7, 6, 4]),
        ({"later_series": SeriesOrder.FIRST}, [7, 2, 6, 4, 1]),
        ({"later_series": SeriesOrder.LATER}, []),
        ({"diagnosis_group": DiagnosisGroup.BIPOLAR}, [2, 1]),
        ({"first": START + timedelta(days=1)}, [7, 2]),
        ({"last": START}, [6, 4, 1]),
    ],
)
def test_a_cell(connection: Connection, nausea: Behind, cell: dict[str, Any], keys: list[int]):
    assert keys_of(connection, replace(nausea, **cell)) == keys
    assert keys_of(connection, replace(ANY, **cell)) == keys


@pytest.mark.parametrize(
    ("cell", "of_nausea", "of_any"),
    [
        ({"worst_grade": 2}, [6, 1], [6]),
        ({"worst_grade": 4}, [], [1]),
        ({"worst_grade": 0}, [7], [7]),
        ({"serious": True}, [6], [2, 6, 1]),
        ({"serious": False}, [7, 2, 4, 1], [7, 4]),
    ],
)
def test_a_cell_by_the_side_effect_itself(
    connection: Connection,
    nausea: Behind,
    cell: dict[str, Any],
    of_nausea: list[int],
    of_any: list[int],
):
    assert keys_of(connection, replace(nausea, **cell)) == of_nausea
    assert keys_of(connection, replace(ANY, **cell)) == of_any


def test_the_days_of_the_point_do_not_leave_the_filters(connection: Connection, nausea: Behind):
    only_first_day = replace(ALL, end=START)
    rows = infusions_behind(connection, LOCAL_VIEWER, only_first_day, nausea).rows
    assert rows["infusion_key"].to_list() == [6, 4, 1]
    none = replace(ALL, start=date(2026, 4, 1))
    assert infusions_behind(connection, LOCAL_VIEWER, none, nausea).total == 0


def test_compared(connection: Connection, nausea: Behind):
    listed = infusions_compared(connection, LOCAL_VIEWER, ALL, nausea)
    assert list(listed.rows.columns) == [
        "affected",
        "mg_per_kg",
        "number",
        "phase",
        "sex",
        "later_series",
        "hypertension",
        "site_key",
        "provider_key",
        "chair_key",
        "lot_number",
        "age",
        "start_delay",
    ]
    assert listed.total == 6
    found = {row[:2] + row[7:11]: row[11:] for row in told(listed.rows)}
    assert set(found) == {
        (True, 0.5, NORTH, 1, 1, "L1"),  # I1
        (True, 0.5, NORTH, 1, 1, None),  # I2
        (True, 0.8, NORTH, 1, None, None),  # I4
        (True, 0.5, WEST, None, None, None),  # I6 and I7
        (False, 0.5, NORTH, None, 1, None),  # I3; the form of I5 was not filled in
    }
    # P1 was born 46 years and two months before; I1 began 15 minutes late, I4 ten early.
    assert found[True, 0.5, NORTH, 1, 1, "L1"] == (pytest.approx(46 + 59 / 365, abs=0.01), 15)
    assert found[True, 0.8, NORTH, 1, None, None] == (None, -10)


def test_who_had_it_elsewhere_is_neither_affected_nor_another(
    connection: Connection, nausea: Behind
):
    west = replace(nausea, site_key=WEST)
    listed = infusions_compared(connection, LOCAL_VIEWER, ALL, west)
    assert listed.total == 3
    sides = listed.rows[["affected", "site_key"]]
    assert sorted(told(sides)) == [(False, NORTH), (True, WEST), (True, WEST)]


def test_compared_with_no_side_effect_at_all(connection: Connection):
    listed = infusions_compared(connection, LOCAL_VIEWER, ALL, replace(ANY, last=ALL.end))
    assert listed.total == 8  # all but I5
    assert listed.rows["affected"].sum() == 5


def test_co_medications(connection: Connection, nausea: Behind):
    frame = infusions_compared(connection, LOCAL_VIEWER, ALL, nausea).medicines
    assert list(frame.columns) == ["medicine", "with_it", "n_with", "without", "n_without"]
    # Of P2's I4 it is not known. I1 (its last day) and I7 (its first), not I2, with a
    # benzodiazepine; I1, I2 and I3 with lithium.
    assert told(frame) == [("benzodiazepine", 2, 4, 0, 1), ("lithium", 2, 4, 1, 1)]


def test_a_cell_of_nobody_and_a_day_of_nothing(connection: Connection, nausea: Behind):
    nobody = replace(nausea, site_key=99)
    assert infusions_behind(connection, LOCAL_VIEWER, ALL, nobody).total == 0
    listed = infusions_compared(connection, LOCAL_VIEWER, ALL, nobody)
    assert (listed.total, told(listed.rows[["affected"]])) == (1, [(False,)])
    assert told(infusions_compared(connection, LOCAL_VIEWER, ALL, nobody).medicines) == [
        ("lithium", 0, 0, 1, 1)
    ]
    for query in (infusions_behind, infusions_compared, named_infusions_behind):
        nothing = query(connection, LOCAL_VIEWER, EARLIER, nausea)
        assert (len(nothing.rows), nothing.total) == (0, 0)
    empty = infusions_compared(connection, LOCAL_VIEWER, EARLIER, nausea).medicines
    assert list(empty.columns) == ["medicine", "with_it", "n_with", "without", "n_without"]
    assert empty.empty


def test_names_for_whom_may_see_them(connection: Connection, nausea: Behind):
    found = connection.execute(select(PatientFact.patient_key, PatientFact.handle))
    handles = {row.patient_key: row.handle for row in found}
    columns = ["infusion_key", "handle", "family_name", "given_name"]
    rows = named_infusions_behind(connection, LOCAL_VIEWER, ALL, nausea).rows
    assert told(rows[columns]) == [
        (7, handles[4], "Adler", "Cy"),
        (2, handles[1], "Lund", "Ada"),
        (6, handles[3], "Reyes", "Bo"),
        (4, handles[2], None, None),
        (1, handles[1], "Lund", "Ada"),
    ]
    with pytest.raises(NotPermittedError):
        named_infusions_behind(connection, SEES_TOTALS, ALL, nausea)


def test_a_viewer_of_one_site(connection: Connection, nausea: Behind):
    listed = named_infusions_behind(connection, SEES_WEST, ALL, nausea)
    assert told(listed.rows[["infusion_key", "family_name"]]) == [(7, "Adler"), (6, None)]
    of_north = replace(nausea, site_key=NORTH)
    assert infusions_behind(connection, SEES_WEST, ALL, of_north).total == 0
    assert infusions_compared(connection, SEES_WEST, ALL, nausea).total == 2  # I3 is in North
    assert told(infusions_compared(connection, SEES_WEST, ALL, nausea).medicines) == [
        ("benzodiazepine", 1, 2, 0, 0)
    ]


@pytest.mark.parametrize("query", [infusions_behind, infusions_compared, named_infusions_behind])
def test_a_stranger_sees_nothing(connection: Connection, query):
    with pytest.raises(NotPermittedError):
        query(connection, STRANGER, ALL, ANY)


def test_of_very_many_an_even_part_is_drawn(engine: Engine):
    with writing(engine) as connection:
        clinic = RecordedClinic(connection)
        for number in range(300):
            if number % 10 == 0:
                clinic.patient()
            infusion = clinic.infusion(1 + number // 10, at(number % 10), weight_kg=50.0)
            if number < 60:
                clinic.side_effect(infusion, "Nausea")
        rebuild_facts(connection)
        recorded = update(InfusionFact).values(recorded=1)
        connection.execute(recorded)
        rebuild_columns(connection)
        point = Behind(term_key(connection, "Nausea"), START, ALL.end)

        def sides(at_most: int) -> list[int]:
            listed = infusions_compared(connection, LOCAL_VIEWER, ALL, point, at_most)
            assert listed.total == 300
            affected = int(listed.rows["affected"].sum())
            return [affected, len(listed.rows) - affected]

        assert sides(300) == [60, 240]
        # The few affected ones stay, and the others fill what they leave.
        assert sides(200) == pytest.approx([60, 140], abs=3)
        # Half for each side.
        assert sides(100) == pytest.approx([50, 50], abs=3)
        assert sides(100) == sides(100)
