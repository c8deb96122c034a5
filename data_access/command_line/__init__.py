"""The commands of ``python -m data_access``: make the database, fill it, check it.

Exit statuses, as the data contract has them: 0 done; 1 rejected because of the data, or something
wrong was found; 2 wrong usage; 3 the database could not be reached or is of another version.
"""

import traceback
from collections.abc import Sequence

from sqlalchemy.exc import DBAPIError

# Importing the modules of commands registers these with the app.
from data_access.command_line import (  # noqa: F401
    audit_commands,
    database_commands,
    doctor_command,
    rebase_commands,
    record_commands,
    reporting_role_commands,
    threshold_commands,
    user_commands,
)
from data_access.command_line.app import ExitStatus, RejectedError, app
from data_access.command_line.terminal import complain
from data_access.errors import ClinicDatabaseError

__all__ = ["run"]


def run(arguments: Sequence[str]) -> int:
    """Run one command; returns its exit status. Foreseeable faults become one sentence."""
    try:
        app(args=list(arguments), prog_name="python -m data_access")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else ExitStatus.DONE
    except RejectedError as reason:
        complain(str(reason))
        return ExitStatus.REJECTED
    except ClinicDatabaseError as fault:
        complain(str(fault))
        return ExitStatus.NO_DATABASE
    except DBAPIError as fault:
        _tell_of_a_bug(fault)
        return ExitStatus.NO_DATABASE
    except OSError as fault:
        complain(f"{fault.filename or 'Reading or writing a file'}: {fault.strerror or fault}.")
        return ExitStatus.WRONG_USAGE
    return ExitStatus.DONE


def _tell_of_a_bug(fault: DBAPIError) -> None:
    """Where it happened, without the database's own words, which may quote a patient's row."""
    for frame in traceback.extract_tb(fault.__traceback__):
        complain(f"{frame.filename}:{frame.lineno} in {frame.name}")
    state = getattr(fault.orig, "sqlstate", None) or "no code"
    complain(
        f"The database refused a statement of this program ({type(fault.orig).__name__}, {state}). "
        "Nothing was changed. Please send these lines to the maintainers."
    )
