"""The state of the database changes with what was worked out from it: imports and decisions."""

from datetime import UTC, date, datetime

from sqlalchemy import Engine

from access.viewer import LOCAL_VIEWER
from data_access.engine import writing
from data_access.rebases import ANY_TERM, RebaseAt, decide_rebase, withdraw_rebase
from data_access.status import clinic_status
from data_access.thresholds import Signature, set_threshold

SIGNED = Signature("Dr Ash", datetime(2026, 3, 1, 12, tzinfo=UTC), "why")
AT = RebaseAt(ANY_TERM, None, date(2026, 2, 2))


def test_every_decision_changes_it(engine: Engine):
    seen = []
    with writing(engine) as connection:
        seen.append(clinic_status(connection, LOCAL_VIEWER))
        for value in (48, 24):  # back to what it was, and yet another decision
            set_threshold(connection, "late_notice_hours", value, SIGNED)
            seen.append(clinic_status(connection, LOCAL_VIEWER))
        decide_rebase(connection, LOCAL_VIEWER, AT, SIGNED)
        seen.append(clinic_status(connection, LOCAL_VIEWER))
        withdraw_rebase(connection, LOCAL_VIEWER, AT, SIGNED)
        seen.append(clinic_status(connection, LOCAL_VIEWER))
    assert len(set(seen)) == 5
