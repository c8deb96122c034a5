"""The conditions on watched facts: the same as the rules of the attention list."""

from datetime import date
from itertools import product
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, select

from clinical import attention
from clinical.calendar import day_number
from clinical.codes import Phase
from clinical.thresholds import Thresholds
from data_access.bulk import insert_rows
from data_access.engine import reading, writing
from data_access.frames import query_frame
from data_access.schema import Patient, WatchFact
from data_access.watched import score_overdue, suicidal_concern, under_treatment

TODAY = date(2026, 3, 31)
_NOW = day_number(TODAY)
LIMITS = Thresholds(
    treated_induction_days=28,
    treated_maintenance_days=182,
    overdue_induction_days=14,
    overdue_maintenance_days=60,
    concern_days=30,
    cssrs_high=3,
)


def write(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Write watched facts, a patient each; keys count from 1, what is not given is missing."""
    keys = range(1, len(rows) + 1)
    insert_rows(
        connection, Patient, ("patient_key", "patient_id"), [(key, f"P{key}") for key in keys]
    )
    common = {"diagnosis_group": 0, "done": 1, "last_number": 1, "unscored": 0, "intervals": 0}
    columns = tuple(dict.fromkeys(name for row in rows for name in (*common, *row)))
    insert_rows(
        connection,
        WatchFact,
        ("patient_key", *columns),
        [
            (key, *((common | row).get(name) for name in columns))
            for key, row in zip(keys, rows, strict=True)
        ],
    )


def row(phase: Phase, infusion: int, scored: int | None = 0) -> dict[str, Any]:
    """A patient by the days since the last infusion and since the last score."""
    return {
        "phase": int(phase),
        "last_infusion_day": _NOW - infusion,
        "scored_day": None if scored is None else _NOW - scored,
    }


def found(connection: Connection, condition: Any) -> list[int]:
    statement = select(WatchFact.patient_key).where(condition).order_by(WatchFact.patient_key)
    return list(connection.scalars(statement))


@pytest.mark.parametrize(
    ("phase", "infusion", "scored", "treated", "overdue"),
    [
        (Phase.INDUCTION, 0, 13, True, False),
        (Phase.INDUCTION, 0, 14, True, True),  # exactly the limit counts
        (Phase.INDUCTION, 28, 14, True, True),
        (Phase.INDUCTION, 29, 14, False, False),  # who is not under treatment is not overdue
        (Phase.INDUCTION, 28, None, True, True),  # never scored
        (Phase.INDUCTION, 29, None, False, False),
        (Phase.MAINTENANCE, 0, 59, True, False),
        (Phase.MAINTENANCE, 0, 60, True, True),
        (Phase.MAINTENANCE, 182, 61, True, True),
        (Phase.MAINTENANCE, 183, 61, False, False),
    ],
)
def test_the_boundaries_of_treatment_and_of_an_overdue_score(
    engine: Engine, phase: Phase, infusion: int, scored: int | None, treated: bool, overdue: bool
):
    with writing(engine) as connection:
        write(connection, [row(phase, infusion, scored)])
    with reading(engine) as connection:
        assert found(connection, under_treatment(TODAY, LIMITS)) == [1] * treated
        assert found(connection, score_overdue(TODAY, LIMITS)) == [1] * overdue


def test_the_database_and_the_rules_of_the_attention_list_say_the_same(engine: Engine):
    levels = [
        # last, days since it, before, days since the rise
        (None, None, None, None),
        (0, 5, None, None),
        (0, 1, None, None),
        (2, 5, 1, 30),
        (2, 5, 0, 31),
        (3, 3, None, None),
    ]
    cases = product(
        (Phase.INDUCTION, Phase.MAINTENANCE), (28, 29, 182, 183), (None, 13, 14, 60), levels, levels
    )
    rows = [
        row(phase, infusion, scored) | thoughts("item_9", item_9) | thoughts("cssrs", cssrs)
        for phase, infusion, scored, item_9, cssrs in cases
    ]
    with writing(engine) as connection:
        write(connection, rows)
    with reading(engine) as connection:
        watched = query_frame(connection, select(WatchFact.__table__)).set_index("patient_key")
        overdue = found(connection, score_overdue(TODAY, LIMITS))
        concern = found(connection, suicidal_concern(TODAY, LIMITS))
    days = attention.rule_days(watched.astype(float), _NOW, LIMITS)
    assert len(rows) == 1152
    for rule, keys in (
        (attention.Rule.UNSCORED, overdue),
        (attention.Rule.THOUGHTS, concern),
    ):
        assert 0 < len(keys) < len(rows)
        assert sorted(days.index[days[int(rule)].notna()]) == keys


def thoughts(
    name: str, levels: tuple[int | None, int | None, int | None, int | None]
) -> dict[str, Any]:
    """The four columns of one question, from levels and days ago."""
    last, asked, before, risen = levels
    return {
        f"{name}_last": last,
        f"{name}_day": None if asked is None else _NOW - asked,
        f"{name}_before": before,
        f"{name}_since": None if risen is None else _NOW - risen,
    }
