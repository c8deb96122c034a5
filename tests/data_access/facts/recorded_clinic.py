"""A clinic written record by record, for the tests of the derived facts."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, select

from data_access.facts.tables import table_of
from data_access.schema import (
    Appointment,
    Assessment,
    Base,
    Chair,
    Infusion,
    Patient,
    Provider,
    Series,
    SideEffect,
    Site,
    VitalSigns,
)

NEW_YORK = ZoneInfo("America/New_York")

DAY_0 = (date(2026, 3, 1) - date(1970, 1, 1)).days
"""The day number of 1 March 2026."""
MARCH = 2026 * 12 + 2
"""The month number of March 2026."""


def at(day: int, hour: int = 10, minute: int = 0) -> datetime:
    """A time of day in New York, so many days after 1 March 2026."""
    local = datetime(2026, 3, 1, hour, minute, tzinfo=NEW_YORK) + timedelta(days=day)
    return local.astimezone(UTC)


class RecordedClinic:
    """Adds records with whatever columns a test cares about.

    Keys count from 1 in each table; identifiers are a letter and the key: patient ``P1``, infusion
    ``I1``. Site ``S1`` keeps New York's time, ``S2`` Los Angeles'.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._keys: Counter[type[Base]] = Counter()
        self._add(Site, "S", name="North", time_zone="America/New_York")
        self._add(Site, "S", name="West", time_zone="America/Los_Angeles")
        self._add(Chair, "C", site_id="S1", name="Window")
        self._add(Provider, "D", name="A nurse")

    def chair(self, **columns: Any) -> int:
        return self._add(Chair, "C", **columns)

    def patient(self, **columns: Any) -> int:
        return self._add(Patient, "P", **columns)

    def series(self, patient: int, phase: str, started_on: date, **columns: Any) -> int:
        columns = {"phase": phase, "started_on": started_on, "derived": False, **columns}
        return self._add(Series, "X", patient_id=f"P{patient}", **columns)

    def infusion(self, patient: int, started_at: datetime, **columns: Any) -> int:
        columns = {
            "site_id": "S1",
            "dose_mg": 35.0,
            "series_derived": False,
            "sequence_derived": False,
            **columns,
        }
        return self._add(Infusion, "I", patient_id=f"P{patient}", started_at=started_at, **columns)

    def vitals(self, infusion: int, measured_at: datetime, **columns: Any) -> None:
        row = {"infusion_id": f"I{infusion}", "measured_at": measured_at, **columns}
        self.connection.execute(insert(VitalSigns).values(row))

    def side_effect(self, infusion: int, term: str, **columns: Any) -> int:
        return self._add(SideEffect, "E", infusion_id=f"I{infusion}", term=term, **columns)

    def score(
        self,
        patient: int,
        completed_at: datetime,
        total: float | None,
        instrument: str = "PHQ-9",
        **columns: Any,
    ) -> int:
        columns = {"completed_at": completed_at, "total_score": total, **columns}
        return self._add(
            Assessment, "Q", patient_id=f"P{patient}", instrument=instrument, **columns
        )

    def appointment(self, start: datetime, **columns: Any) -> int:
        columns = {
            "site_id": "S1",
            "kind": "infusion",
            "status": "booked",
            "scheduled_start": start,
            "scheduled_end": start + timedelta(hours=2),
            **columns,
        }
        return self._add(Appointment, "A", **columns)

    def rows(self, model: type[Base], *columns: str, **where: Any) -> list[Any]:
        """Some columns of a table's rows in the order of the primary key, as plain tuples."""
        table = table_of(model)
        statement = select(*(table.columns[name] for name in columns or table.columns.keys()))
        for name, value in where.items():
            statement = statement.where(table.columns[name] == value)
        rows = self.connection.execute(statement.order_by(*table.primary_key.columns))
        return [tuple(row) for row in rows]

    def row(self, model: type[Base], **where: Any) -> dict[str, Any]:
        """The one row of a table that meets the conditions, by column."""
        (values,) = self.rows(model, **where)
        return dict(zip(table_of(model).columns.keys(), values, strict=True))

    def _add(self, model: type[Base], letter: str, **columns: Any) -> int:
        self._keys[model] += 1
        key = self._keys[model]
        table = table_of(model)
        (key_column,) = table.primary_key.columns
        identifier = key_column.name.removesuffix("_key") + "_id"
        row = {key_column.name: key, identifier: f"{letter}{key}", **columns}
        self.connection.execute(insert(table).values(row))
        return key


def small_clinic(clinic: RecordedClinic) -> None:
    """Write three patients with something in every table, and an appointment for nobody."""
    for _ in range(3):
        patient = clinic.patient()
        for day in (0, 3, 30):
            infusion = clinic.infusion(patient, at(day))
            clinic.side_effect(infusion, "Nausea", grade=1)
            clinic.score(patient, at(day, hour=9), 15)
            clinic.appointment(at(day), patient_id=f"P{patient}")
    clinic.appointment(at(1))
