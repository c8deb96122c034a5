"""What rows must agree on with other rows, of the folder and of the database.

Each check is one query over the staged tables that gives the offending rows. It sees the records
as they would be after the import: a staged row takes the place of the database's row with the same
key. Where a changed row breaks an agreement with records that the folder leaves out, the changed
row is to blame.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    exists,
    false,
    func,
    not_,
    or_,
    select,
)

from data_access.csv_files.contract import FILE_BY_STEM, FILES, FileContract
from data_access.csv_files.findings import Finding
from data_access.csv_files.report import ImportReport
from data_access.csv_files.staging import Parent, forget_keys, reject, same_key, staged
from data_access.csv_files.written import written

_STREAMED = {"stream_results": True, "max_row_buffer": 1_000}
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

Located = tuple[int, Finding]


def check_across_rows(
    connection: Connection, untold: Collection[FileContract], report: ImportReport
) -> None:
    """Run every check, note what is found, and mark the rows with errors as rejected.

    ``untold`` are files whose rows could not be told apart: whether they hold what another row
    refers to is not known, so that is not checked.
    """
    for file in FILES:
        repeated = _note(connection, file, _repeated_keys(connection, file), report)
        forget_keys(connection, file, repeated)
        for column, parent in file.references.items():
            if parent not in untold:
                _note(connection, file, _unknown(connection, file, column, parent), report)
    for agreement in _AGREEMENTS:
        _note(connection, agreement.child, _disagreeing(connection, agreement), report)
        if agreement.is_error:
            _note(connection, agreement.parent, _left_behind(connection, agreement), report)
    for stem, check in _SPECIAL_CHECKS:
        _note(connection, FILE_BY_STEM[stem], check(connection), report)


def _note(
    connection: Connection, file: FileContract, found: Iterator[Located], report: ImportReport
) -> list[int]:
    """Note what a check found; returns the lines with errors, which are now rejected."""
    errors = []
    for line, finding in found:
        report.note(file.name, line, finding)
        if finding.is_error:
            errors.append(line)
    reject(connection, file, errors)
    return errors


def _rows(connection: Connection, query: Select[Any]) -> Iterator[Any]:
    """The rows of a query, a batch at a time: a broken folder may have a million of them."""
    yield from connection.execute(query, execution_options=_STREAMED)


# Keys and references


def _repeated_keys(connection: Connection, file: FileContract) -> Iterator[Located]:
    """A key that occurs a second time in its file."""
    table = staged(file)
    key = [table.columns[column] for column in file.key]
    numbered = (
        select(table.c.line, *key, func.min(table.c.line).over(partition_by=key).label("first"))
        .where(and_(*(column.is_not(None) for column in key)))
        .subquery()
    )
    query = select(numbered).where(numbered.c.line > numbered.c.first).order_by(numbered.c.line)
    for row in _rows(connection, query):
        line, *values, first = row
        yield (
            line,
            Finding(
                file.key[-1],
                " ".join(written(value) for value in values),
                f"is on line {first} already",
                f"each {' with '.join(file.key)} once",
            ),
        )


def _unknown(
    connection: Connection, file: FileContract, column: str, parent: FileContract
) -> Iterator[Located]:
    """A reference to a row that is neither in the folder nor in the database."""
    table = staged(file)
    reference = table.columns[column]
    (key,) = parent.key
    query = (
        select(table.c.line, reference)
        .where(
            reference.is_not(None),
            *(
                not_(exists().where(target.columns[key] == reference))
                for target in (staged(parent).alias(), parent.table)
            ),
        )
        .order_by(table.c.line)
    )
    for line, value in _rows(connection, query):
        problem = f"is neither in {parent.name} nor in the database"
        yield line, Finding(column, value, problem, f"a {key} that is in one of them")


# Agreements


@dataclass(frozen=True)
class _Agreement:
    """A column of a row is the same as that column of the row that it refers to."""

    child: FileContract
    reference: str
    parent: FileContract
    column: str
    noun: str
    is_error: bool = True


def _agreement(
    child: str, reference: str, parent: str, column: str, noun: str, *, is_error: bool = True
) -> _Agreement:
    return _Agreement(FILE_BY_STEM[child], reference, FILE_BY_STEM[parent], column, noun, is_error)


_AGREEMENTS = (
    _agreement("appointments", "chair_id", "chairs", "site_id", "chair"),
    _agreement("infusions", "chair_id", "chairs", "site_id", "chair"),
    _agreement("infusions", "series_id", "series", "patient_id", "series"),
    _agreement("infusions", "appointment_id", "appointments", "patient_id", "appointment"),
    _agreement("assessments", "infusion_id", "infusions", "patient_id", "infusion"),
    _agreement(
        "infusions", "appointment_id", "appointments", "site_id", "appointment", is_error=False
    ),
    _agreement(
        "appointments",
        "rescheduled_from",
        "appointments",
        "patient_id",
        "former appointment",
        is_error=False,
    ),
)


def _disagreeing(connection: Connection, agreement: _Agreement) -> Iterator[Located]:
    """Rows of the folder that disagree with the row that they refer to."""
    table = staged(agreement.child)
    reference, own = table.columns[agreement.reference], table.columns[agreement.column]
    parent = Parent(agreement.parent, reference)
    theirs = parent.column(agreement.column)
    query = (
        select(table.c.line, reference, own, theirs)
        .select_from(parent.join(table))
        .where(own != theirs)
        .order_by(table.c.line)
    )
    for line, referred, value, other in _rows(connection, query):
        yield (
            line,
            Finding(
                agreement.reference,
                referred,
                f"is a {agreement.noun} of {agreement.column} {other!r}, "
                f"but this row has {agreement.column} {value!r}",
                f"a {agreement.noun} of the same {agreement.column}",
                agreement.is_error,
            ),
        )


def _left_behind(connection: Connection, agreement: _Agreement) -> Iterator[Located]:
    """Changed rows of the folder with which rows of the database alone no longer agree."""
    table, child = staged(agreement.parent), agreement.child.table
    (key,) = agreement.parent.key
    new, old = table.columns[agreement.column], agreement.parent.table.columns[agreement.column]
    query = (
        select(table.c.line, new, func.min(old))
        .join(agreement.parent.table, same_key(agreement.parent, table, agreement.parent.table))
        .join(child, child.columns[agreement.reference] == table.columns[key])
        .where(
            new != old,
            child.columns[agreement.column] != new,
            not_(exists().where(same_key(agreement.child, staged(agreement.child).alias(), child))),
        )
        .group_by(table.c.line, new)
        .order_by(table.c.line)
    )
    for line, value, former in _rows(connection, query):
        yield (
            line,
            Finding(
                agreement.column,
                value,
                f"differs from the database ({former!r}), whose {agreement.child.stem} of this "
                f"{agreement.noun} keep the former one",
                f"{former!r}, or those {agreement.child.stem} in the folder as well",
            ),
        )


# Particular cases


def _effects_of_unrecorded(connection: Connection) -> Iterator[Located]:
    """Side effects of an infusion that says that none were asked for."""
    table = staged(FILE_BY_STEM["side_effects"])
    infusion = Parent(FILE_BY_STEM["infusions"], table.c.infusion_id)
    query = (
        select(table.c.line, table.c.infusion_id)
        .select_from(infusion.join(table))
        .where(infusion.column("side_effects_recorded") == false())
        .order_by(table.c.line)
    )
    for line, infusion_id in _rows(connection, query):
        problem = "is an infusion with side_effects_recorded = false"
        yield line, Finding("infusion_id", infusion_id, problem, "true or empty there")


def _unrecorded_with_effects(connection: Connection) -> Iterator[Located]:
    """Infusions that now say so, of which the database has side effects."""
    table, effects = staged(FILE_BY_STEM["infusions"]), FILE_BY_STEM["side_effects"]
    known = effects.table
    restated = exists().where(same_key(effects, staged(effects).alias(), known))
    query = (
        select(table.c.line)
        .where(
            table.c.side_effects_recorded == false(),
            exists().where(known.c.infusion_id == table.c.infusion_id, not_(restated)),
        )
        .order_by(table.c.line)
    )
    for (line,) in _rows(connection, query):
        problem = "contradicts the side effects that the database has of this infusion"
        yield line, Finding("side_effects_recorded", "false", problem, "true or empty")


def _repeated_numbers(connection: Connection) -> Iterator[Located]:
    """Two infusions with the same number in a series."""
    file = FILE_BY_STEM["infusions"]
    table, known = staged(file), file.table
    place = (table.c.series_id, table.c.sequence_number)
    numbered = (
        select(
            table.c.line,
            table.c.infusion_id,
            *place,
            func.min(table.c.line).over(partition_by=place).label("first"),
        )
        .where(and_(*(column.is_not(None) for column in place)))
        .subquery()
    )
    restated = exists().where(same_key(file, table.alias(), known))
    in_database = exists().where(
        known.c.series_id == numbered.c.series_id,
        known.c.sequence_number == numbered.c.sequence_number,
        known.c.sequence_derived == false(),
        known.c.infusion_id != numbered.c.infusion_id,
        not_(restated),
    )
    query = (
        select(numbered.c.line, numbered.c.sequence_number, numbered.c.series_id)
        .where(or_(numbered.c.line > numbered.c.first, in_database))
        .order_by(numbered.c.line)
    )
    for line, number, series_id in _rows(connection, query):
        problem = f"is the number of another infusion of series {series_id!r} too"
        yield line, Finding("sequence_number", written(number), problem, "a number of its own")


def _overlapping_hours(connection: Connection) -> Iterator[Located]:
    """Opening hours of the folder that overlap others of the folder."""
    later = staged(FILE_BY_STEM["opening_hours"])
    earlier = later.alias()
    query = (
        select(later.c.line, later.c.opens, func.min(earlier.c.line))
        .join(earlier, _same_hours(later, earlier))
        .where(earlier.c.line < later.c.line, later.c.opens != earlier.c.opens)
        .group_by(later.c.line, later.c.opens)
        .order_by(later.c.line)
    )
    for line, opens, other in _rows(connection, query):
        problem = f"begins hours that overlap those of line {other}"
        yield line, Finding("opens", written(opens), problem, "hours that do not overlap")


def _same_hours(left: Any, right: Any) -> ColumnElement[bool]:
    """The condition that two spans of opening hours overlap."""
    return and_(
        left.c.site_id == right.c.site_id,
        left.c.weekday == right.c.weekday,
        left.c.opens < right.c.closes,
        right.c.opens < left.c.closes,
    )


def superseded_hours() -> ColumnElement[bool]:
    """The condition that hours of the database give way to overlapping ones of the folder."""
    file = FILE_BY_STEM["opening_hours"]
    new, restated = staged(file).alias(), staged(file).alias()
    return and_(
        exists().where(_same_hours(new, file.table)),
        not_(exists().where(same_key(file, restated, file.table))),
    )


def _superseded_hours(connection: Connection) -> Iterator[Located]:
    file = FILE_BY_STEM["opening_hours"]
    new, old = staged(file), file.table
    query = (
        select(new.c.line, new.c.opens, old.c.weekday, old.c.opens, old.c.closes)
        .join(old, _same_hours(new, old))
        .where(superseded_hours())
        .order_by(new.c.line)
    )
    for line, opens, weekday, old_opens, old_closes in _rows(connection, query):
        yield (
            line,
            Finding(
                "opens",
                written(opens),
                f"begins hours that replace {old_opens:%H:%M} to {old_closes:%H:%M} of "
                f"{_WEEKDAYS[weekday - 1]} in the database",
                None,
                is_error=False,
            ),
        )


def _shared_numbers(connection: Connection) -> Iterator[Located]:
    """Medical record numbers that another patient has already.

    A row is compared with the first that has its number, so that a placeholder in every row of a
    file costs no more than a number in two.
    """
    file = FILE_BY_STEM["patients"]
    table, known, twin = staged(file), file.table, staged(file).alias()
    restated = exists().where(same_key(file, staged(file).alias(), known))
    yield from _twins(connection, table, twin, twin.c.line)
    yield from _twins(connection, table, known, known.c.patient_key, not_(restated))


def _twins(
    connection: Connection, table: Any, others: Any, place: Any, *conditions: Any
) -> Iterator[Located]:
    """Rows that share their number with the first such one of the others."""
    first = (
        select(others.c.mrn, func.min(place).label("place"))
        .where(others.c.mrn.is_not(None), *conditions)
        .group_by(others.c.mrn)
        .subquery()
    )
    query = (
        select(
            table.c.line,
            table.c.mrn,
            others.c.patient_id,
            _is_someone_else(table, others).label("conflict"),
        )
        .join(first, first.c.mrn == table.c.mrn)
        .join(others, place == first.c.place)
        .where(others.c.patient_id != table.c.patient_id)
        .order_by(table.c.line)
    )
    for line, number, patient_id, conflict in _rows(connection, query):
        problem = f"is also the number of patient_id {patient_id!r}"
        if conflict:
            problem += ", who has another name and another birth date"
            yield line, Finding("mrn", number, problem, "each person's own number")
        else:
            expected = "one patient_id for one person"
            yield line, Finding("mrn", number, problem, expected, is_error=False)


def _is_someone_else(left: Any, right: Any) -> ColumnElement[bool]:
    """Whether two patients differ in birth date and names and do not belong to different sites.

    Different sites may give out the same numbers. What is not recorded is no difference.
    """
    return func.coalesce(
        and_(
            left.c.birth_date != right.c.birth_date,
            left.c.family_name != right.c.family_name,
            left.c.given_name != right.c.given_name,
            func.coalesce(left.c.site_id == right.c.site_id, True),
        ),
        False,
    )


def _changed_identities(connection: Connection) -> Iterator[Located]:
    """A known patient who comes with another name and another birth date."""
    file = FILE_BY_STEM["patients"]
    new, old = staged(file), file.table
    query = (
        select(new.c.line, new.c.patient_id)
        .join(old, same_key(file, new, old))
        .where(new.c.birth_date != old.c.birth_date, new.c.family_name != old.c.family_name)
        .order_by(new.c.line)
    )
    for line, patient_id in _rows(connection, query):
        problem = "has another family name and another birth date in the database"
        expected = "the same person, or a new patient_id"
        yield line, Finding("patient_id", patient_id, problem, expected, is_error=False)


_SPECIAL_CHECKS = (
    ("side_effects", _effects_of_unrecorded),
    ("infusions", _unrecorded_with_effects),
    ("infusions", _repeated_numbers),
    ("opening_hours", _overlapping_hours),
    ("opening_hours", _superseded_hours),
    ("patients", _shared_numbers),
    ("patients", _changed_identities),
)
