"""The infusions behind what was measured, counted by hand in the clinic of vital signs."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, update

from access.viewer import LOCAL_VIEWER, NotPermittedError, Viewer
from clinical.calendar import day_number
from clinical.codes import AgeBand, DoseBand, Phase, PressureHistory
from clinical.thresholds import DEFAULTS
from clinical.vital_reached import VitalLimit
from data_access.engine import make_engine, reading, writing
from data_access.facts.columns import rebuild_columns
from data_access.infusions_behind import infusions_behind, named_infusions_behind
from data_access.infusions_compared import infusions_compared
from data_access.measured import LimitReached, Measured, RiseWithin, SedationAt
from data_access.points import Behind
from data_access.schema import InfusionFact
from tests.data_access.side_effect_times_clinic import told
from tests.data_access.vital_clinic import ALL, DAYS, fill

SEES_SOUTH = replace(LOCAL_VIEWER, site_ids=frozenset({"S2"}))
STRANGER = Viewer("stranger", frozenset())
KEYS = {int(name[1:]): name for name in DAYS}


def behind(measured: Measured, **cell: Any) -> Behind:
    return replace(Behind(None, ALL.start, ALL.end, measured=measured), **cell)


def limit(name: VitalLimit, **thresholds: int) -> LimitReached:
    return LimitReached(name, replace(DEFAULTS, **thresholds))


HIGH = behind(limit(VitalLimit.HIGH_PRESSURE))


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


def names(connection: Connection, point: Behind, viewer: Viewer = LOCAL_VIEWER) -> str:
    """The infusions in the order in which they are listed."""
    listed = infusions_behind(connection, viewer, ALL, point)
    assert listed.total == len(listed.rows)
    return " ".join(KEYS[key] for key in listed.rows["infusion_key"])


def sides(connection: Connection, point: Behind, viewer: Viewer = LOCAL_VIEWER) -> tuple[int, int]:
    """How many infusions are affected, and how many are the others."""
    compared = infusions_compared(connection, viewer, ALL, point)
    affected = int(compared.rows["affected"].sum())
    assert compared.total == len(compared.rows)
    return affected, len(compared.rows) - affected


@pytest.mark.parametrize(
    ("measured", "listed", "others"),
    [
        # Beyond 165/100: V3 35, V2 16, V1 and V4 (whose diastolic is 100) 0, the later first.
        (limit(VitalLimit.HIGH_PRESSURE), "V3 V2 V4 V1", 1),  # V5
        # 180/95 in V2; of V4 nothing was measured twice, so V1, V3 and V5 are the others.
        (limit(VitalLimit.RED_PRESSURE), "V2", 3),
        (limit(VitalLimit.STOP_PRESSURE), "V3", 4),
        (limit(VitalLimit.LOW_OXYGEN), "V4 V3 V2", 2),  # 89.5, 90, 93.9; V1 94 and V5
        (limit(VitalLimit.RED_OXYGEN), "V4", 4),
        (limit(VitalLimit.DEEP_SEDATION), "V5 V3", 2),  # 2 and 3; V1 and V2
        # Beyond 100/60: V1 65, 39; V2 81, 35; V3 100, 50; V4 30, 40; V5 18, 10.
        (
            limit(VitalLimit.HIGH_PRESSURE, amber_systolic=100, amber_diastolic=60),
            "V3 V2 V1 V4 V5",
            0,
        ),
        (RiseWithin(30, 50), "V3 V1 V2", 1),  # 50, 45, 31; V5 fell by 8
        (RiseWithin(45, 49), "V1", 3),
        (RiseWithin(-10, -6), "V5", 3),
        (SedationAt(5), "V1", 3),
        (SedationAt(1), "", 4),
    ],
)
def test_what_was_measured(connection: Connection, measured: Measured, listed: str, others: int):
    assert names(connection, behind(measured)) == listed
    assert sides(connection, behind(measured)) == (len(listed.split()), others)


@pytest.mark.parametrize(
    ("cell", "listed"),
    [
        ({"number_band": 0}, "V4 V1"),
        ({"dose_band": DoseBand.FROM_0_75}, "V4"),
        ({"age_band": AgeBand.FROM_60}, "V3 V2 V1"),
        ({"hypertension": PressureHistory.HYPERTENSION}, "V3 V2 V1"),
        ({"hypertension": PressureHistory.UNKNOWN}, ""),
        ({"first": date(2026, 3, 4)}, "V3 V4"),
        ({"last": date(2026, 3, 3)}, "V2 V1"),
    ],
)
def test_a_group(connection: Connection, cell: dict[str, Any], listed: str):
    assert names(connection, replace(HIGH, **cell)) == listed


def test_who_reached_it_in_another_group_is_neither_affected_nor_another(connection: Connection):
    assert sides(connection, replace(HIGH, number_band=0)) == (2, 1)


def test_what_is_told_of_each(connection: Connection):
    listed = infusions_behind(connection, LOCAL_VIEWER, ALL, HIGH)
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
        "peak_systolic",
        "peak_diastolic",
        "sustained_systolic",
        "sustained_diastolic",
        "systolic_rise",
        "lowest_spo2",
        "deepest_sedation",
        "terms",
    ]
    first, second, third, fourth = told(listed.rows)
    nowhere = None, None, None
    assert first[:2] == (3, day_number(date(2026, 3, 4)))
    assert first[2:] == (
        *("North", Phase.INDUCTION, 3, 0.5, None, *nowhere),
        *(200, 110, 150, 109, 50, 90.0, 3, ""),
    )
    assert second[10:] == (181, 95, 180, 95, 31, 93.9, 4, "Nausea")
    assert third[2:] == (
        *("South", Phase.INDUCTION, 1, 0.8, None, *nowhere),
        *(130, 100, None, None, None, 89.5, None, ""),
    )
    assert fourth[6:] == (40, *nowhere, 165, 99, 164, 90, 45, 94.0, 5, "Hypertension")


def test_only_the_most_extreme_are_listed(connection: Connection):
    listed = infusions_behind(connection, LOCAL_VIEWER, ALL, HIGH, at_most=2)
    assert (listed.rows["infusion_key"].to_list(), listed.total) == ([3, 2], 4)


def test_histories_are_compared(connection: Connection):
    rows = infusions_compared(connection, LOCAL_VIEWER, ALL, HIGH).rows
    yes, no = PressureHistory.HYPERTENSION, PressureHistory.NONE
    assert sorted(told(rows[["affected", "hypertension"]])) == [
        (False, no),
        (True, no),
        *[(True, yes)] * 3,
    ]


def test_names_keep_the_order(connection: Connection):
    rows = named_infusions_behind(connection, LOCAL_VIEWER, ALL, HIGH).rows
    assert rows["infusion_key"].to_list() == [3, 2, 4, 1]
    assert rows["handle"].notna().all()


def test_a_viewer_of_one_site(connection: Connection):
    assert names(connection, HIGH, SEES_SOUTH) == "V4"
    assert sides(connection, HIGH, SEES_SOUTH) == (1, 1)
    assert names(connection, replace(HIGH, site_key=1), SEES_SOUTH) == ""


@pytest.mark.parametrize("query", [infusions_behind, infusions_compared, named_infusions_behind])
def test_a_stranger_sees_nothing(connection: Connection, query):
    with pytest.raises(NotPermittedError):
        query(connection, STRANGER, ALL, HIGH)


def test_one_of_two_pressures_is_enough(engine: Engine):
    """Where only one was measured, the limit of the other is not reached, and not unknown."""
    with writing(engine) as connection:
        fill(connection)
        for key, missing in ((4, "peak_systolic"), (5, "peak_diastolic")):
            without = {missing: None}
            of_it = InfusionFact.infusion_key == key
            connection.execute(update(InfusionFact).where(of_it).values(**without))
        rebuild_columns(connection)
        assert names(connection, HIGH) == "V3 V2 V4 V1"
        assert sides(connection, HIGH) == (4, 1)
