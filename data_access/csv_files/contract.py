"""The files of the data contract: their rows, their tables and their keys."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, get_args

from sqlalchemy import Table

from data_access import schema
from data_access.csv_files import rows
from data_access.csv_files.cells import Cell
from data_access.schema import Base


@dataclass(frozen=True)
class FileContract:
    """One file: the model of its rows, its table, and the columns that identify a row."""

    table: Table
    row: type[rows.Row]
    key: tuple[str, ...]

    @property
    def stem(self) -> str:
        """The name without its ending, which is also the name of the table."""
        return self.table.name

    @property
    def name(self) -> str:
        """The name of the file."""
        return f"{self.stem}.csv"

    @cached_property
    def attributes(self) -> dict[str, str]:
        """The columns in the contract's order, each with its name in the row model."""
        return {field.alias or name: name for name, field in self.row.model_fields.items()}

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns in the contract's order."""
        return tuple(self.attributes)

    @cached_property
    def required(self) -> frozenset[str]:
        """The columns that must be in the header and must not be empty."""
        fields = self.row.model_fields
        return frozenset(
            column for column, name in self.attributes.items() if fields[name].is_required()
        )

    @cached_property
    def cells(self) -> dict[str, Cell]:
        """Each column's kind of cell."""
        fields = self.row.model_fields
        return {
            column: _cell((fields[name].annotation, *fields[name].metadata))
            for column, name in self.attributes.items()
        }

    @cached_property
    def references(self) -> dict[str, "FileContract"]:
        """The columns that name a row of a file, with that file: the table's foreign keys."""
        return {
            column: FILE_BY_STEM[foreign_key.column.table.name]
            for column in self.columns
            for foreign_key in self.table.columns[column].foreign_keys
        }


def _cell(annotations: tuple[Any, ...]) -> Cell:
    """The kind of cell, however deep it lies in ``Annotated[...] | None``."""
    return next(part for part in _unfolded(annotations) if isinstance(part, Cell))


def _unfolded(annotations: tuple[Any, ...]) -> list[Any]:
    found: list[Any] = []
    for annotation in annotations:
        found += [annotation, *_unfolded(get_args(annotation))]
    return found


def _file(model: type[Base], row: type[rows.Row], *key: str) -> FileContract:
    return FileContract(Base.metadata.tables[model.__tablename__], row, key)


FILES = (
    _file(schema.Site, rows.SiteRow, "site_id"),
    _file(schema.Chair, rows.ChairRow, "chair_id"),
    _file(schema.OpeningHours, rows.OpeningHoursRow, "site_id", "weekday", "opens"),
    _file(schema.Closure, rows.ClosureRow, "site_id", "date"),
    _file(schema.Provider, rows.ProviderRow, "provider_id"),
    _file(schema.Patient, rows.PatientRow, "patient_id"),
    _file(schema.Series, rows.SeriesRow, "series_id"),
    _file(schema.Appointment, rows.AppointmentRow, "appointment_id"),
    _file(schema.Infusion, rows.InfusionRow, "infusion_id"),
    _file(schema.VitalSigns, rows.VitalSignsRow, "infusion_id", "measured_at"),
    _file(schema.Assessment, rows.AssessmentRow, "assessment_id"),
    _file(schema.SideEffect, rows.SideEffectRow, "side_effect_id"),
    _file(schema.Medication, rows.MedicationRow, "medication_id"),
    _file(schema.Check, rows.CheckRow, "check_id"),
)
"""Every file, in an order in which a row's references lie in the files before its own."""

FILE_BY_STEM = {file.stem: file for file in FILES}
FILE_BY_NAME = {file.name: file for file in FILES}
