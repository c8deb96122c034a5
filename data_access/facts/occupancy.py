"""When chairs were booked and held, and which freed slots were filled: by the days of all sites.

These facts follow from ``appointment_facts`` and ``infusion_facts`` of a day, whoever the patients
are (:mod:`clinical.occupancy`). A refresh of few patients works out anew the days on which
something of theirs has changed; one of many works out all of them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, Connection, Select, delete, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from clinical.codes import AppointmentStatus
from clinical.occupancy import occupancy, possible_spans, refilled
from data_access.bulk import insert_rows
from data_access.facts.tables import chunks, of_nobody, of_patients, table_of
from data_access.frames import query_frame
from data_access.schema import (
    AppointmentFact,
    ChairDayFact,
    FreedSlotFact,
    InfusionFact,
    SiteHourFact,
)

_DayTable = type[ChairDayFact] | type[SiteHourFact] | type[FreedSlotFact]
OCCUPANCY_TABLES: tuple[_DayTable, ...] = (ChairDayFact, SiteHourFact, FreedSlotFact)

_SLICE = 150_000
"""Appointments at a time: bounds the memory of a rebuild to some hundred megabytes."""
_ANY_DAY = 1_000_000_000
_DAY_MINUTES = 24 * 60

_appointments, _infusions = AppointmentFact, InfusionFact
_APPOINTMENTS = select(
    _appointments.appointment_key,
    _appointments.site_key,
    _appointments.chair_key,
    _appointments.kind,
    _appointments.status,
    _appointments.day,
    _appointments.week,
    _appointments.month,
    _appointments.weekday,
    _appointments.hour,
    _appointments.start_minute,
    _appointments.minutes,
    _appointments.lead_hours,
    _appointments.notice_hours,
    _appointments.phase,
    _appointments.diagnosis_group,
    _appointments.infusion_key,
    _appointments.held_start,
    _appointments.held_minutes,
).where(or_(_appointments.chair_key.is_not(None), _appointments.infusion_key.is_not(None)))
_INFUSIONS = select(
    _infusions.infusion_key,
    _infusions.site_key,
    _infusions.chair_key,
    _infusions.day,
    _infusions.start_minute,
    func.coalesce(_infusions.chair_minutes, _infusions.minutes).label("minutes"),
)
_APPOINTMENT_DAY = list(_APPOINTMENTS.selected_columns.keys()).index("day")
_INFUSION_DAY = list(_INFUSIONS.selected_columns.keys()).index("day")


class ChairTimes(NamedTuple):
    """What some patients' facts, or those of nobody, say about chairs."""

    appointments: set[tuple[Any, ...]]
    infusions: set[tuple[Any, ...]]

    def days_changed(self, since: "ChairTimes") -> set[int]:
        """The days of the rows that came or went."""
        return {
            *(row[_APPOINTMENT_DAY] for row in self.appointments ^ since.appointments),
            *(row[_INFUSION_DAY] for row in self.infusions ^ since.infusions),
        }


def chair_times_of_patients(connection: Connection, patient_keys: Sequence[int]) -> ChairTimes:
    """What the stored facts of these patients' records say about chairs."""
    found = ChairTimes(set(), set())
    for some in chunks(patient_keys):
        rows = of_patients(some)
        found.appointments.update(_plain(connection, _APPOINTMENTS.where(rows[AppointmentFact])))
        found.infusions.update(_plain(connection, _INFUSIONS.where(rows[InfusionFact])))
    return found


def chair_times_of_nobody(connection: Connection) -> ChairTimes:
    """What the stored facts of the appointments without a patient say about chairs."""
    return ChairTimes(set(_plain(connection, _APPOINTMENTS.where(of_nobody()))), set())


def _plain(
    connection: Connection, statement: Select[*tuple[Any, ...]]
) -> Iterator[tuple[Any, ...]]:
    return (tuple(row) for row in connection.execute(statement))


def refresh_occupancy(connection: Connection, days: Iterable[int]) -> None:
    """Work some days out anew, at every site."""
    for some in chunks(sorted(days)):
        for model in OCCUPANCY_TABLES:
            connection.execute(delete(model).where(model.day.in_(some)))
        _insert(connection, _worked_out(connection, _one_of(some)))


def rebuild_occupancy(connection: Connection) -> None:
    """Work all days out anew."""
    for model in OCCUPANCY_TABLES:
        connection.execute(delete(model))
    for first, last in list(day_slices(connection)):
        _insert(connection, _worked_out(connection, _between(first, last)))


def day_slices(connection: Connection) -> Iterator[tuple[int, int]]:
    """First and last days of slices that together hold all days there could be, none too large."""
    counts = connection.execute(
        select(_appointments.day, func.count()).group_by(_appointments.day).order_by("day")
    )
    first, held = -_ANY_DAY, 0
    for day, appointments in counts:
        held += appointments
        if held >= _SLICE:
            yield first, day
            first, held = day + 1, 0
    yield first, _ANY_DAY


def expected_occupancy(
    connection: Connection, first: int, last: int
) -> Iterator[tuple[_DayTable, ColumnElement[bool], list[dict[str, Any]]]]:
    """The rows that the days of a slice should have; and the condition that finds those stored."""
    on_days = _between(first, last)
    for model, table in _worked_out(connection, on_days).items():
        columns = table_of(model).columns.keys()
        rows = [dict(zip(columns, row, strict=True)) for row in _values(table, columns)]
        yield model, on_days(model.day), rows


_OnDays = Callable[[InstrumentedAttribute[int]], ColumnElement[bool]]


def _between(first: int, last: int) -> _OnDays:
    return lambda day: day.between(first, last)


def _one_of(days: Sequence[int]) -> _OnDays:
    return lambda day: day.in_(days)


def _worked_out(connection: Connection, on_days: _OnDays) -> dict[_DayTable, pd.DataFrame]:
    """The rows of each table on some days."""
    appointments = query_frame(connection, _APPOINTMENTS.where(on_days(_appointments.day)))
    infusions = query_frame(connection, _INFUSIONS.where(on_days(_infusions.day)))
    possible = possible_spans(appointments)
    cancelled = possible["status"] == int(AppointmentStatus.CANCELLED)
    booked, freed = possible[~cancelled], possible[cancelled]
    chair_days, site_hours = occupancy(booked, _held(appointments, infusions))
    return {
        ChairDayFact: chair_days,
        SiteHourFact: site_hours,
        FreedSlotFact: freed.assign(
            refilled=refilled(_made(freed, "notice_hours"), _made(booked, "lead_hours")).astype(int)
        ),
    }


def _held(appointments: pd.DataFrame, infusions: pd.DataFrame) -> pd.DataFrame:
    """The spans for which patients held chairs.

    By the appointment where it says so, on the infusion's own chair if that is known; else by the
    infusion's own times.
    """
    came = appointments[
        appointments["held_start"].between(0, _DAY_MINUTES - 1)
        & appointments["held_minutes"].notna()
    ]
    chairs = infusions.set_index("infusion_key")["chair_key"]
    own_chair = came["infusion_key"].map(chairs)
    by_appointment = came.assign(
        chair_key=own_chair.where(own_chair.notna(), came["chair_key"]),
        start_minute=came["held_start"],
        minutes=came["held_minutes"],
    )
    others = infusions[~infusions["infusion_key"].isin(came["infusion_key"])]
    columns = ["site_key", "chair_key", "day", "start_minute", "minutes"]
    both = [_numbers(by_appointment[columns]), _numbers(others[columns])]
    return possible_spans(pd.concat(both, ignore_index=True)).astype("int64")


def _numbers(spans: pd.DataFrame) -> pd.DataFrame:
    """Columns without a value in any row would be of no kind at all."""
    return spans.astype("float64")


def _made(appointments: pd.DataFrame, hours_before: str) -> pd.DataFrame:
    """The appointments with ``made_at``, the minute at which they were booked or cancelled."""
    hours = appointments[hours_before].astype("float64")
    columns = ["chair_key", "day", "start_minute", "minutes"]
    return (
        appointments[columns]
        .astype("int64")
        .assign(made_at=appointments["start_minute"].astype("float64") - 60 * hours)
    )


def _insert(connection: Connection, tables: dict[_DayTable, pd.DataFrame]) -> None:
    for model, table in tables.items():
        columns = table_of(model).columns.keys()
        insert_rows(connection, model, columns, _values(table, columns))


def _values(table: pd.DataFrame, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """The rows as plain values; what is missing as ``None``, whole numbers as such."""
    return zip(*(_column(table[name]) for name in columns), strict=True)


def _column(values: "pd.Series[Any]") -> list[Any]:
    if values.name != "notice_hours":
        return values.to_numpy(np.int64).tolist()
    return [None if np.isnan(value) else value for value in values.astype("float64").tolist()]
