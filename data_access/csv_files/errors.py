"""What stops an import or an export before a row is looked at."""

from data_access.errors import ClinicDatabaseError


class FolderError(Exception):
    """A folder of CSV files cannot be read or written. The message says why, and what to do."""


class ImportRunningError(ClinicDatabaseError):
    """Another import is writing to the database, and did not end in the time set."""
