"""What the derived courses change in the records: series rows, and each infusion's place."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, update

from data_access.bulk import insert_rows
from data_access.facts.courses import Courses, PlacedInfusion
from data_access.facts.records import InfusionRecord, PatientRecords, SeriesRecord
from data_access.schema import Infusion, Series


class Placement(NamedTuple):
    """The derived columns of one row of ``infusions``."""

    infusion_key: int
    series_id: str | None
    sequence_number: int | None
    series_derived: bool
    sequence_derived: bool


def stored_placement(record: InfusionRecord) -> Placement:
    """An infusion's place as it lies in the database."""
    return Placement(
        record.infusion_key,
        record.series_id,
        record.sequence_number,
        record.series_derived,
        record.sequence_derived,
    )


def derived_placement(infusion: PlacedInfusion) -> Placement:
    """An infusion's place as it should be."""
    return Placement(
        infusion.record.infusion_key,
        infusion.series.series_id,
        infusion.number,
        series_derived=infusion.series.derived,
        sequence_derived=infusion.record.given_number is None,
    )


def store_placements(
    connection: Connection, patients: Iterable[tuple[PatientRecords, Courses]]
) -> list[int]:
    """Bring series and infusions in line with the derived courses; touches only what differs.

    Returns the keys of derived series that are no longer in use. They can be deleted when every
    patient is done: until then an infusion that moved to another patient may still refer to one.
    """
    added: list[SeriesRecord] = []
    changed: list[SeriesRecord] = []
    unused: list[int] = []
    places: list[Placement] = []
    for records, courses in patients:
        stored = {series.series_key: series for series in records.series if series.derived}
        for series in courses.derived_series:
            before = stored.pop(series.series_key, None)
            if before is None:
                added.append(series)
            elif before != series:
                changed.append(series)
        unused.extend(stored)
        for infusion in courses.infusions:
            place = derived_placement(infusion)
            if place != stored_placement(infusion.record):
                places.append(place)
    _insert_series(connection, added)
    _update_series(connection, changed)
    _update_infusions(connection, places)
    return unused


def _insert_series(connection: Connection, added: list[SeriesRecord]) -> None:
    insert_rows(
        connection,
        Series,
        ["series_key", "series_id", "patient_id", "phase", "started_on", "derived"],
        [
            (
                series.series_key,
                series.series_id,
                series.patient_id,
                series.phase.name.lower(),
                series.started_on,
                True,
            )
            for series in added
        ],
    )


def _update_series(connection: Connection, changed: list[SeriesRecord]) -> None:
    if changed:
        statement = (
            update(Series)
            .where(Series.series_key == bindparam("key"))
            .values(phase=bindparam("new_phase"), started_on=bindparam("new_start"))
        )
        connection.execute(
            statement,
            [
                {
                    "key": series.series_key,
                    "new_phase": series.phase.name.lower(),
                    "new_start": series.started_on,
                }
                for series in changed
            ],
        )


def _update_infusions(connection: Connection, places: list[Placement]) -> None:
    if places:
        statement = (
            update(Infusion)
            .where(Infusion.infusion_key == bindparam("key"))
            .values(
                series_id=bindparam("new_series_id"),
                sequence_number=bindparam("new_number"),
                series_derived=bindparam("series_is_derived"),
                sequence_derived=bindparam("number_is_derived"),
            )
        )
        connection.execute(
            statement,
            [
                {
                    "key": place.infusion_key,
                    "new_series_id": place.series_id,
                    "new_number": place.sequence_number,
                    "series_is_derived": place.series_derived,
                    "number_is_derived": place.sequence_derived,
                }
                for place in places
            ],
        )
