"""What can be wrong with the database, each in one plain sentence for the reader."""


class ClinicDatabaseError(Exception):
    """The database cannot be used. The message says why, and what to do; it names no patient."""


class DatabaseUnavailableError(ClinicDatabaseError):
    """The database cannot be reached, or its file is missing or damaged."""


class DatabaseBusyError(DatabaseUnavailableError):
    """Another program is writing, and did not end in the time set."""


class SchemaMismatchError(ClinicDatabaseError):
    """The database has another schema version than the program."""
