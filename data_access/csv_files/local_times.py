"""Turning the times of rows into UTC, those without an offset by the clock of the row's site."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from data_access.csv_files.cells import Moment
from data_access.csv_files.contract import FILE_BY_STEM, FileContract
from data_access.csv_files.findings import Finding, ParsedRow
from data_access.csv_files.staging import look_up
from data_access.csv_files.times import Occurs, local_to_utc, to_utc

_NO_SITE = ""  # of a patient who is known to have none
_WITH_OFFSET = "a time with an offset, such as 2026-03-09T14:30:00-05:00"


def resolve_times(connection: Connection, file: FileContract, rows: Sequence[ParsedRow]) -> None:
    """Put every time of the rows into UTC; what cannot be is noted in its row.

    The files before this one must be staged already, since they tell the sites.
    """
    moments = [column for column, cell in file.cells.items() if isinstance(cell, Moment)]
    local: list[tuple[ParsedRow, str]] = []
    for row in rows:
        for column in moments:
            moment = row.values[column]
            if moment is None:
                continue
            if moment.tzinfo is None:
                local.append((row, column))
            else:
                row.values[column] = to_utc(moment)
    if local:
        _resolve_local_times(connection, file, local)


def _resolve_local_times(
    connection: Connection, file: FileContract, local: Sequence[tuple[ParsedRow, str]]
) -> None:
    sites = _sites(connection, file, [row for row, _ in local])
    zones = look_up(connection, FILE_BY_STEM["sites"], set(filter(None, sites)), "time_zone")
    for (row, column), site in zip(local, sites, strict=True):
        zone = zones.get(site) if site else None
        if zone is not None:
            _resolve(row, column, row.values[column], ZoneInfo(zone))
        else:
            _leave_out(row, column, is_to_blame=site == _NO_SITE)


def _sites(
    connection: Connection, file: FileContract, rows: Sequence[ParsedRow]
) -> list[str | None]:
    """The site of each row: its own, else its infusion's, else its patient's.

    ``None`` where that is not known, since another row is missing or wrong.
    """
    if "site_id" in file.columns:
        return [row.values["site_id"] for row in rows]
    infusions = [row.values["infusion_id"] for row in rows]
    of_infusion = look_up(connection, FILE_BY_STEM["infusions"], set(infusions) - {None}, "site_id")
    if "patient_id" not in file.columns:
        return [of_infusion.get(infusion) for infusion in infusions]
    patients = [row.values["patient_id"] for row in rows]
    of_patient = look_up(connection, FILE_BY_STEM["patients"], set(patients) - {None}, "site_id")
    return [
        of_infusion.get(infusion) if infusion else _or_no_site(of_patient, patient)
        for infusion, patient in zip(infusions, patients, strict=True)
    ]


def _or_no_site(of_patient: dict[str, str | None], patient: str | None) -> str | None:
    return None if patient not in of_patient else of_patient[patient] or _NO_SITE


def _resolve(row: ParsedRow, column: str, local: datetime, zone: ZoneInfo) -> None:
    instant = local_to_utc(local, zone)
    row.values[column] = instant.utc
    if instant.occurs is Occurs.NEVER:
        row.leave_out(column)
        problem = f"does not exist in {zone.key}, where the clock went forward"
        row.add(Finding(column, local.isoformat(), problem, f"a time that does, or {_WITH_OFFSET}"))
    if instant.occurs is Occurs.TWICE:
        problem = f"occurs twice in {zone.key}, where the clock went back; the first was taken"
        row.add(Finding(column, local.isoformat(), problem, _WITH_OFFSET, is_error=False))


def _leave_out(row: ParsedRow, column: str, *, is_to_blame: bool) -> None:
    """A time that cannot be read: an error of its row, unless another row is to blame."""
    local: datetime = row.values[column]
    row.leave_out(column)
    if is_to_blame:
        problem = (
            "has no offset, and neither an infusion nor the patient has a site by whose clock to "
            "read it"
        )
        row.add(Finding(column, local.isoformat(), problem, _WITH_OFFSET))
