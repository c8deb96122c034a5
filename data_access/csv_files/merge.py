"""Putting the staged rows into the clinic's tables: new ones in, changed ones over the old.

Nothing is deleted, save opening hours that overlap new ones.
"""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    and_,
    case,
    delete,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from data_access.csv_files.checks import superseded_hours
from data_access.csv_files.contract import FILE_BY_STEM, FileContract
from data_access.csv_files.report import FileReport
from data_access.csv_files.staging import (
    DERIVED_BY,
    TOUCHED,
    as_given,
    changes,
    same_key,
    staged,
)


def find_changes(connection: Connection, file: FileContract, counts: FileReport) -> None:
    """Tell new rows from changed and unchanged ones, and count them; rejected rows aside."""
    new, old, found = staged(file), file.table, changes(file)
    is_new = old.columns[file.key[0]].is_(None)
    connection.execute(
        insert(found).from_select(
            ["line", "is_new"],
            select(new.c.line, is_new)
            .select_from(new.outerjoin(old, same_key(file, new, old)))
            .where(new.c.rejected == false(), or_(is_new, _differs(file))),
        )
    )
    tally = func.count()
    counts.rejected = connection.scalar(select(tally).where(new.c.rejected)) or 0
    counts.added = connection.scalar(select(tally).where(found.c.is_new)) or 0
    counts.changed = connection.scalar(select(tally).where(found.c.is_new == false())) or 0
    counts.unchanged = counts.rows - counts.rejected - counts.added - counts.changed


def merge(connection: Connection, file: FileContract) -> None:
    """Write the new and the changed rows of a file, and note whose patients they touch."""
    _note_patients(connection, file)
    if file.stem == "opening_hours":
        connection.execute(delete(file.table).where(superseded_hours()))
    _update_changed(connection, file)
    _insert_new(connection, file)
    _note_patients(connection, file)


def moves_a_clock(connection: Connection) -> bool:
    """Whether the folder changes the time zone of a site, and so the clinic days of its records."""
    file = FILE_BY_STEM["sites"]
    new, old = staged(file), file.table
    moved = select(func.count()).where(same_key(file, new, old), new.c.time_zone != old.c.time_zone)
    return bool(connection.scalar(moved))


def touched_patients(connection: Connection) -> list[int]:
    """The keys of the patients of whose records any was added or changed."""
    patients = FILE_BY_STEM["patients"].table
    query = (
        select(patients.c.patient_key)
        .where(patients.c.patient_id.in_(select(TOUCHED.c.patient_id)))
        .order_by(patients.c.patient_key)
    )
    return list(connection.scalars(query))


def _differs(file: FileContract) -> ColumnElement[bool]:
    """The condition that a staged row differs from the database's row with its key."""
    return or_(
        false(),
        *(
            as_given(file, column).is_distinct_from(staged(file).columns[column])
            for column in file.columns
            if column not in file.key
        ),
    )


def _update_changed(connection: Connection, file: FileContract) -> None:
    new, old, found = staged(file), file.table, changes(file)
    values: dict[str, Any] = {
        column: new.columns[column] for column in file.columns if column not in file.key
    }
    if file.stem == "infusions":
        values.update(_keeping_derived())
    connection.execute(
        update(old)
        .values(values)
        .where(same_key(file, new, old), found.c.line == new.c.line, found.c.is_new == false())
    )


def _keeping_derived() -> dict[str, Any]:
    """A derived series or number stays until the facts are refreshed, unless one is now given."""
    infusions = FILE_BY_STEM["infusions"]
    values: dict[str, Any] = {}
    for column, marker in DERIVED_BY.items():
        given, kept = staged(infusions).columns[column], infusions.table.columns[marker]
        stays = and_(given.is_(None), kept)
        values[column] = case((stays, infusions.table.columns[column]), else_=given)
        values[marker] = stays
    return values


def _insert_new(connection: Connection, file: FileContract) -> None:
    """Insert new rows in the order of the file, with the next whole-number keys."""
    new, found = staged(file), changes(file)
    values: dict[str, ColumnElement[Any]] = {column: new.columns[column] for column in file.columns}
    (first_of_primary_key, *_) = file.table.primary_key.columns
    if first_of_primary_key.name not in file.columns:
        last = connection.scalar(select(func.max(first_of_primary_key))) or 0
        number = func.row_number().over(order_by=new.c.line)
        values = {first_of_primary_key.name: literal(last) + number, **values}
    values |= {column.name: false() for column in file.table.columns if column.name in _MARKERS}
    connection.execute(
        insert(file.table).from_select(
            list(values),
            select(*values.values())
            .join(found, found.c.line == new.c.line)
            .where(found.c.is_new)
            .order_by(new.c.line),
        )
    )


_MARKERS = {"derived", *DERIVED_BY.values()}


def _note_patients(connection: Connection, file: FileContract) -> None:
    """Note the patients of the changed rows, as the clinic's tables have them at the moment."""
    infusions = FILE_BY_STEM["infusions"].table
    new, old, found = staged(file), file.table, changes(file)
    source: FromClause = old
    if "patient_id" in file.columns:
        patient_id = old.c.patient_id
    elif "infusion_id" in file.columns:
        patient_id = infusions.c.patient_id
        source = old.join(infusions, infusions.c.infusion_id == old.c.infusion_id)
    else:
        return
    connection.execute(
        insert(TOUCHED).from_select(
            ["patient_id"],
            select(patient_id)
            .select_from(found)
            .join(new, new.c.line == found.c.line)
            .join(source, same_key(file, new, old))
            .where(patient_id.is_not(None))
            .distinct(),
        )
    )
