"""What stops an import or an export before a row is looked at."""

from data_access.errors import ClinicDatabaseError


class FolderError(Exception):
    """The folder cannot be used. The message says why, and what to do."""


class ImportRunningError(ClinicDatabaseError):
    """Another import is writing to the database, and did not end in the time set."""
