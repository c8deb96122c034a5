"""Clinics' CSV files: the import, the export and the template of the data contract."""

from data_access.csv_files.errors import FolderError, ImportRunningError
from data_access.csv_files.exporter import export_folder, write_template
from data_access.csv_files.importer import import_folder
from data_access.csv_files.report import FileReport, ImportReport, Problem

__all__ = [
    "FileReport",
    "FolderError",
    "ImportReport",
    "ImportRunningError",
    "Problem",
    "export_folder",
    "import_folder",
    "write_template",
]
