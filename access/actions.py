"""What the audit trail tells apart: what somebody did, and how it ended."""

from enum import StrEnum


class Action(StrEnum):
    """What was done. The value is what the trail stores."""

    SIGN_IN = "sign in"
    SIGN_OUT = "sign out"
    SESSION_END = "session ended"
    REFUSAL = "refused"
    VIEW_PATIENT = "view patient"
    LIST = "list patients"
    EXPORT = "export"
    PRINT = "print"
    IMPORT = "import"
    SETTING = "settings change"
    USERS = "users change"
    READ_AUDIT = "read audit"


class Outcome(StrEnum):
    """How it ended."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
