"""Looking up many keys, and the seconds between two times, on both databases."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import Connection, Engine, insert, select

from data_access.engine import reading, writing
from data_access.lookups import is_among, seconds_between
from data_access.schema import Infusion, Patient, Site

START = datetime(2026, 3, 8, 6, 59, 59, tzinfo=UTC)
"""A second before the clocks of New York go forward."""
LATER = {1: timedelta(0), 2: timedelta(seconds=1), 3: timedelta(days=400, seconds=59), 4: None}


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with writing(engine) as writer:
        site = {"site_key": 1, "site_id": "S1", "name": "North", "time_zone": "America/New_York"}
        writer.execute(insert(Site).values(**site))
        writer.execute(insert(Patient).values(patient_key=1, patient_id="P1"))
        for key, later in LATER.items():
            writer.execute(
                insert(Infusion).values(
                    infusion_key=key,
                    infusion_id=f"I{key}",
                    patient_id="P1",
                    site_id="S1",
                    dose_mg=40.0,
                    started_at=START,
                    ended_at=None if later is None else START + later,
                )
            )
    with reading(engine) as reader:
        yield reader


@pytest.mark.parametrize(
    ("keys", "found"), [([3, 1, 9], [1, 3]), ([2, 2], [2]), ([], []), (range(5_000), [1, 2, 3, 4])]
)
def test_those_among_the_keys(connection: Connection, keys: list[int], found: list[int]):
    key = Infusion.infusion_key
    among = is_among(connection, key, np.array(keys, dtype=np.int64))
    assert list(connection.scalars(select(key).where(among).order_by(key))) == found


def test_seconds_between(connection: Connection):
    key = Infusion.infusion_key
    forward = seconds_between(connection, Infusion.started_at, Infusion.ended_at)
    back = seconds_between(connection, Infusion.ended_at, Infusion.started_at)
    rows = connection.execute(select(forward, back).order_by(key)).all()
    assert [tuple(row) for row in rows] == [
        (0, 0),
        (1, -1),
        (400 * 86_400 + 59, -(400 * 86_400 + 59)),
        (None, None),
    ]
